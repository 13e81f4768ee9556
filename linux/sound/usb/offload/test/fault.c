// SPDX-License-Identifier: GPL-2.0-only
/*
 * A knob that makes stream starts fail, to test that a start gives back its resources.
 *
 * /sys/kernel/debug/snd_usb_offload/fail_step has the attributes of the kernel's fault injection
 * (Documentation/fault-injection). Each step of a start counts as one, when it has succeeded: with
 * "probability" 100, "times" 1 and "space" N, the start that comes next fails with -EIO after its
 * Nth step.
 */
#include <linux/errno.h>
#include <linux/fault-inject.h>

#include "fault.h"

static DECLARE_FAULT_ATTR(fail_step);

/**
 * offload_fault_step() - should be called when a step of a stream's start has succeeded
 *
 * Context: Any context.
 * Return: 0, or -EIO if the start shall fail here.
 */
int offload_fault_step(void)
{
	return should_fail(&fail_step, 1) ? -EIO : 0;
}

/**
 * offload_fault_debugfs_add() - make the knob
 * @root: the directory to put it in, which takes it along when it goes
 */
void offload_fault_debugfs_add(struct dentry *root)
{
	fault_create_debugfs_attr("fail_step", root, &fail_step);
}
