/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The virtual SoC's DSP core: its "hardware", as Linux and the firmware see it.
 *
 * The DSP is core 1 of QEMU's `virt`, started and stopped through PSCI. In place of the registers
 * of a real DSP subsystem there is a page of reserved memory, struct vsoc_dsp_regs, whose physical
 * address PSCI CPU_ON hands to the core in x0. Doorbells are GIC interrupts made pending by
 * software.
 */
#ifndef LULLABY_WIRE_VSOC_DSP_H
#define LULLABY_WIRE_VSOC_DSP_H

#include "types.h"

#define VSOC_DSP_REGS_MAGIC	0x4c554c59	/* "LULY" */
#define VSOC_DSP_REGS_VERSION	2
#define VSOC_DSP_MAX_REGIONS	8

enum vsoc_dsp_command {
	VSOC_DSP_COMMAND_RUN	= 0,
	VSOC_DSP_COMMAND_STOP	= 1,	/* quiesce the streams, then PSCI CPU_OFF */
};

enum vsoc_dsp_state {
	VSOC_DSP_STATE_OFF	= 0,	/* by Linux before CPU_ON, by the firmware before CPU_OFF */
	VSOC_DSP_STATE_BOOTING	= 1,
	VSOC_DSP_STATE_RUNNING	= 2,
	VSOC_DSP_STATE_CRASHED	= 3,	/* crash record valid; CPU_OFF follows at once */
};

/*
 * A piece of physical memory that the firmware maps for itself (TTBR1) at start. Linux maps VRING
 * and REGS as Normal Non-cacheable, and so must the firmware, with the resource table as well.
 */
enum vsoc_dsp_region_kind {
	VSOC_DSP_REGION_NONE		= 0,
	VSOC_DSP_REGION_CODE		= 1,	/* the firmware's image; image_pa == base_pa */
	VSOC_DSP_REGION_VRING		= 2,	/* virtio rings and buffers, shared with Linux */
	VSOC_DSP_REGION_REGS		= 3,	/* struct vsoc_dsp_regs itself */
	VSOC_DSP_REGION_GICD		= 4,
	VSOC_DSP_REGION_GICR		= 5,	/* this core's: RD_base, then SGI_base */
};

struct vsoc_dsp_region {
	__le32 kind;
	__le32 reserved;
	__le64 base_pa;
	__le64 size_bytes;
};

/*
 * The DSP's MMU. Linux's IOMMU driver makes `generation` odd (one more), writes ttbr0, tcr and
 * mair, makes it even again (one more), and rings the doorbell, with barriers between these. The
 * core may look at any time: it accepts these values only if `generation` was even before and the
 * same after it, and else waits for the doorbell. It loads it and copies the number to
 * `generation_loaded`.
 * ttbr0 == 0 means: no table, every access below the split faults (TCR_EL1.EPD0 = 1).
 * tcr holds the TTBR0 half only (T0SZ, IRGN0, ORGN0, SH0, TG0, IPS); mair is the whole MAIR_EL1 as
 * io-pgtable's ARM_64_LPAE_S1 lays it out (index 0 normal non-cacheable, 1 write-back, 2 device
 * nGnRE).
 */
#define VSOC_DSP_MMU_CHANGING	0x1	/* in `generation` */

struct vsoc_dsp_mmu {
	__le64 ttbr0;
	__le64 tcr;
	__le64 mair;
	__le32 generation;		/* written by Linux */
	__le32 generation_loaded;	/* written by the firmware */
};

/* Kinds of crash, as remoteproc and the log name them. */
enum vsoc_dsp_crash_kind {
	VSOC_DSP_CRASH_NONE	= 0,
	VSOC_DSP_CRASH_FAULT	= 1,	/* the MMU refused an address: see far */
	VSOC_DSP_CRASH_EXCEPTION = 2,	/* any other synchronous exception or SError */
	VSOC_DSP_CRASH_PANIC	= 3,	/* the firmware's own assertion: see text */
	VSOC_DSP_CRASH_HUNG	= 4,	/* an FIQ ended it: the reset line, pulled by Linux, or the
					 * core's own watchdog (see text); elr is where it hung
					 */
};

struct vsoc_dsp_crash {
	__le32 kind;			/* enum vsoc_dsp_crash_kind */
	__le32 reserved;
	__le64 esr;
	__le64 elr;
	__le64 far;
	__le64 spsr;
	__le64 sp;
	__le64 x[31];
	__u8 text[128];			/* NUL-terminated */
};

struct vsoc_dsp_regs {
	/* written by Linux before CPU_ON */
	__le32 magic;
	__le32 version;
	__le32 doorbell_to_dsp_intid;	/* GIC INTIDs */
	__le32 doorbell_to_ap_intid;
	__le32 reset_intid;		/* group 0: an FIQ, which ends even a hang */
	__le32 qrtr_node;		/* the DSP's own node id */
	__le64 resource_table_pa;	/* as loaded: has virtio status and vring addresses */
	struct vsoc_dsp_region regions[VSOC_DSP_MAX_REGIONS];
	/* written by Linux at any time */
	__le32 command;			/* enum vsoc_dsp_command */
	__le32 test_flags;		/* before CPU_ON only: 0, or, for tests, DSP_FAULT_* */
	struct vsoc_dsp_mmu mmu;
	/* written by the firmware */
	__le32 state;			/* enum vsoc_dsp_state */
	__le32 heartbeat;		/* one more at each iteration of the message loop */
	struct vsoc_dsp_crash crash;
};
static_assert(sizeof(struct vsoc_dsp_regs) <= 4096, "fits the page of its device tree node");

#endif /* LULLABY_WIRE_VSOC_DSP_H */
