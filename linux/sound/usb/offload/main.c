// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB audio offload: an audio DSP plays and records through USB sound cards by itself.
 *
 * The class driver has no devices of its own. A platform driver registers a DSP (service.c), and
 * USB sound cards behind controllers that name this DSP become cards (card.c), which the DSP
 * drives through requests (dispatch.c) that start and stop streams (stream.c).
 */
#include <linux/module.h>

#include "card.h"
#include "debugfs.h"
#include "suspend.h"

static int __init offload_init(void)
{
	int ret;

	ret = offload_card_class_register(&offload_suspend_card_ops);
	if (ret < 0)
		return ret;
	offload_debugfs_init();
	return 0;
}

static void __exit offload_exit(void)
{
	offload_debugfs_exit();
	offload_card_class_unregister();
}

module_init(offload_init);
module_exit(offload_exit);

MODULE_DESCRIPTION("USB audio offload to an audio DSP");
MODULE_LICENSE("GPL");
