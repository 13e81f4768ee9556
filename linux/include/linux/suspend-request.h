/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state that a system suspend has been asked to enter.
 */
#ifndef __LINUX_SUSPEND_REQUEST_H
#define __LINUX_SUSPEND_REQUEST_H

#include <linux/suspend.h>

/*
 * pm_suspend_target_state is not known before devices are suspended, and others rely on that. This
 * is the same state from before the PM_SUSPEND_PREPARE notification to after PM_POST_SUSPEND, for
 * drivers that have to prepare for it while everything still runs. Outside of that it is
 * PM_SUSPEND_ON.
 */
#ifdef CONFIG_SUSPEND
extern suspend_state_t pm_suspend_requested_state;
#else
#define pm_suspend_requested_state	PM_SUSPEND_ON
#endif

#endif /* __LINUX_SUSPEND_REQUEST_H */
