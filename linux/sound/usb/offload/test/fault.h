/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_FAULT_H
#define __SND_USB_OFFLOAD_FAULT_H

struct dentry;

#ifdef CONFIG_SND_USB_AUDIO_OFFLOAD_FAULT_INJECTION

int offload_fault_step(void);
void offload_fault_debugfs_add(struct dentry *root);

#else

static inline int offload_fault_step(void)
{
	return 0;
}

static inline void offload_fault_debugfs_add(struct dentry *root) { }

#endif /* CONFIG_SND_USB_AUDIO_OFFLOAD_FAULT_INJECTION */

#endif /* __SND_USB_OFFLOAD_FAULT_H */
