/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Resources that remoteproc must provide for this firmware (struct resource_table of linux/rsc_table.h): an rpmsg
 * device with two rings, and a look at the log. The AP writes ring addresses, notify ids and the device's status
 * into the loaded copy; virtio.c reads them there.
 */
#include "layout.h"

#define RSC_TRACE		2
#define RSC_VDEV		3
#define VIRTIO_ID_RPMSG		7
#define VIRTIO_RPMSG_F_NS	1

	.section .resource_table, "aw"
	.balign	8
table:
	.word	1			/* version */
	.word	2			/* entries */
	.word	0, 0
	.word	vdev - table
	.word	trace - table

vdev:
	.word	RSC_VDEV
	.word	VIRTIO_ID_RPMSG
	.word	0			/* notifyid */
	.word	VIRTIO_RPMSG_F_NS	/* dfeatures: our offer */
	.word	0			/* gfeatures: the AP's choice */
	.word	0			/* config_len */
	.byte	0			/* status */
	.byte	2			/* vrings */
	.byte	0, 0
	/* vring 0, buffers that the DSP fills: da, align, num, notifyid, pa */
	.word	VRING0_PA, VRING_ALIGN, VRING_BUFFERS, 0, 0
	/* vring 1, buffers that the AP fills */
	.word	VRING1_PA, VRING_ALIGN, VRING_BUFFERS, 0, 0

trace:
	.word	RSC_TRACE
	.word	trace_buffer_pa
	.word	TRACE_BYTES
	.word	0
	.ascii	"dsp"
	.zero	32 - 3
