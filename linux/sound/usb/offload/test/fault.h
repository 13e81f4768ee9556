/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_FAULT_H
#define __SND_USB_OFFLOAD_FAULT_H

struct dentry;

#ifdef CONFIG_FAULT_INJECTION_DEBUG_FS

int offload_fault_step(void);
void offload_fault_debugfs_add(struct dentry *root);

#else

static inline int offload_fault_step(void)
{
	return 0;
}

static inline void offload_fault_debugfs_add(struct dentry *root) { }

#endif /* CONFIG_FAULT_INJECTION_DEBUG_FS */

#endif /* __SND_USB_OFFLOAD_FAULT_H */
