// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * GICv3 (Arm IHI 0069), as far as one core needs it that shares the distributor with Linux.
 *
 * Writers: the distributor as a whole is Linux's. Ours are only the routes, priorities, groups and
 * enables of our two SPIs. Registers that hold bits of several interrupts are written only when
 * our bits are not right already, because Linux may write them at the same time; those with set and clear registers
 * need no such care. The redistributor and the ICC_* system registers are this core's own.
 *
 * There is one security state (GICD_CTLR.DS), so group 0 is ours to use: it arrives as FIQ.
 */
#include "gic.h"

#include "arm64.h"
#include "timer.h"

#define GICD_IGROUPR		0x0080
#define GICD_ISENABLER		0x0100
#define GICD_ICENABLER		0x0180
#define GICD_ISPENDR		0x0200
#define GICD_ICPENDR		0x0280
#define GICD_ICACTIVER		0x0380
#define GICD_IPRIORITYR		0x0400
#define GICD_ICFGR		0x0c00
#define GICD_IGRPMODR		0x0d00
#define GICD_IROUTER		0x6000

#define GICR_WAKER		0x0014
#define GICR_WAKER_PROCESSOR_SLEEP 0x2
#define GICR_WAKER_CHILDREN_ASLEEP 0x4
#define GICR_SGI_BASE		0x10000	/* the second frame, laid out as the distributor's first registers */

#define FIRST_SPI		32
#define LAST_SPI		1019
#define FIRST_SPECIAL_INTID	1020

#define PRIORITY_RESET		0x20
#define PRIORITY_NORMAL		0xa0
#define WAKE_TRIES		100000
#define TAKE_TRIES		32

static struct gic_config gic;

static uint32_t read32(const volatile uint8_t *base, uint32_t offset)
{
	return *(const volatile uint32_t *)(const volatile void *)(base + offset);
}

static void write32(volatile uint8_t *base, uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(volatile void *)(base + offset) = value;
}

/* Set and clear registers: one bit an interrupt, zeros do nothing. */
static void write_bit(volatile uint8_t *base, uint32_t registers, uint32_t intid)
{
	write32(base, registers + intid / 32 * 4, 1u << (intid % 32));
}

static void change_bits(volatile uint8_t *base, uint32_t offset, uint32_t mask, uint32_t bits)
{
	uint32_t value = read32(base, offset);

	if ((value & mask) != bits)
		write32(base, offset, (value & ~mask) | bits);
}

static void set_group(volatile uint8_t *base, uint32_t intid, bool is_group1)
{
	uint32_t mask = 1u << (intid % 32);

	change_bits(base, GICD_IGROUPR + intid / 32 * 4, mask, is_group1 ? mask : 0);
	change_bits(base, GICD_IGRPMODR + intid / 32 * 4, mask, 0);
}

static void init_spi(uint32_t intid, bool is_group1, uint8_t priority)
{
	uint64_t affinity = read_sysreg(mpidr_el1) & 0xff00fffffful;
	uint32_t edge = 2u << (intid % 16 * 2);

	write_bit(gic.distributor, GICD_ICENABLER, intid);
	set_group(gic.distributor, intid, is_group1);
	change_bits(gic.distributor, GICD_ICFGR + intid / 16 * 4, edge, edge);
	gic.distributor[GICD_IPRIORITYR + intid] = priority;
	*(volatile uint64_t *)(volatile void *)(gic.distributor + GICD_IROUTER + intid * 8ul) =
		affinity;
	/* The previous generation may have ended in the middle of one. */
	write_bit(gic.distributor, GICD_ICACTIVER, intid);
}

static bool wake_redistributor(void)
{
	uint32_t waker = read32(gic.redistributor, GICR_WAKER);

	write32(gic.redistributor, GICR_WAKER, waker & ~(uint32_t)GICR_WAKER_PROCESSOR_SLEEP);
	for (uint32_t i = 0; i < WAKE_TRIES; i++) {
		if (!(read32(gic.redistributor, GICR_WAKER) & GICR_WAKER_CHILDREN_ASLEEP))
			return true;
	}
	return false;
}

static void init_private(void)
{
	volatile uint8_t *sgi = gic.redistributor + GICR_SGI_BASE;

	/* All of them off, then the two we use. */
	write32(sgi, GICD_ICENABLER, 0xffffffff);
	write32(sgi, GICD_ICPENDR, 0xffffffff);
	write32(sgi, GICD_ICACTIVER, 0xffffffff);
	set_group(sgi, GIC_TIMER_INTID, true);
	sgi[GICD_IPRIORITYR + GIC_TIMER_INTID] = PRIORITY_NORMAL;
	set_group(sgi, GIC_WATCHDOG_INTID, false);
	sgi[GICD_IPRIORITYR + GIC_WATCHDOG_INTID] = PRIORITY_RESET;
	write_bit(sgi, GICD_ISENABLER, GIC_TIMER_INTID);
	write_bit(sgi, GICD_ISENABLER, GIC_WATCHDOG_INTID);
}

static void init_core(void)
{
	write_sysreg(S3_0_C12_C12_5, read_sysreg(S3_0_C12_C12_5) | 1);	/* ICC_SRE_EL1.SRE */
	isb();
	write_sysreg(S3_0_C4_C6_0, 0xff);	/* ICC_PMR_EL1: every priority */
	write_sysreg(S3_0_C12_C8_3, 0);		/* ICC_BPR0_EL1 */
	write_sysreg(S3_0_C12_C12_3, 0);	/* ICC_BPR1_EL1 */
	write_sysreg(S3_0_C12_C12_4, 0);	/* ICC_CTLR_EL1: end-of-interrupt also deactivates */
	write_sysreg(S3_0_C12_C12_6, 1);	/* ICC_IGRPEN0_EL1 */
	write_sysreg(S3_0_C12_C12_7, 1);	/* ICC_IGRPEN1_EL1 */
	isb();
}

static bool is_spi(uint32_t intid)
{
	return intid >= FIRST_SPI && intid <= LAST_SPI;
}

bool gic_init(const struct gic_config *config)
{
	gic = *config;
	if (!is_spi(gic.doorbell_intid) || !is_spi(gic.ap_intid) || !is_spi(gic.reset_intid) ||
	    !wake_redistributor())
		return false;
	init_private();
	init_spi(gic.doorbell_intid, true, PRIORITY_NORMAL);
	init_spi(gic.reset_intid, false, PRIORITY_RESET);
	/* A reset that was asked for before now was meant for a previous generation. A doorbell may stay pending. */
	write_bit(gic.distributor, GICD_ICPENDR, gic.reset_intid);
	dsb(sy);
	init_core();
	write_bit(gic.distributor, GICD_ISENABLER, gic.doorbell_intid);
	write_bit(gic.distributor, GICD_ISENABLER, gic.reset_intid);
	dsb(sy);
	return true;
}

struct gic_events gic_take_events(void)
{
	struct gic_events events = { 0 };

	for (uint32_t i = 0; i < TAKE_TRIES; i++) {
		uint32_t intid = (uint32_t)read_sysreg(S3_0_C12_C12_0) & 0xffffff; /* ICC_IAR1_EL1 */

		if (intid >= FIRST_SPECIAL_INTID)
			break;
		if (intid == GIC_TIMER_INTID) {
			/* Its line is level: it would be pending again at once. */
			timer_cancel();
			events.timer = true;
		} else if (intid == gic.doorbell_intid) {
			events.doorbell = true;
		}
		write_sysreg(S3_0_C12_C12_1, intid);	/* ICC_EOIR1_EL1 */
		isb();
	}
	/* The AP's stores before it rang are seen from here on. */
	dsb(sy);
	return events;
}

enum gic_fiq gic_take_fiq(void)
{
	uint32_t intid = (uint32_t)read_sysreg(S3_0_C12_C8_0) & 0xffffff;	/* ICC_IAR0_EL1 */

	if (intid < FIRST_SPECIAL_INTID)
		write_sysreg(S3_0_C12_C8_1, intid);	/* ICC_EOIR0_EL1 */
	isb();
	if (intid == GIC_WATCHDOG_INTID)
		return GIC_FIQ_WATCHDOG;
	return gic.distributor && intid == gic.reset_intid ? GIC_FIQ_RESET : GIC_FIQ_UNKNOWN;
}

void gic_ring_ap(void)
{
	if (!gic.distributor)
		return;
	dsb(sy);
	write_bit(gic.distributor, GICD_ISPENDR, gic.ap_intid);
	dsb(sy);
}

void gic_shutdown(void)
{
	write_bit(gic.distributor, GICD_ICENABLER, gic.doorbell_intid);
	write_bit(gic.distributor, GICD_ICENABLER, gic.reset_intid);
	write_bit(gic.redistributor + GICR_SGI_BASE, GICD_ICENABLER, GIC_TIMER_INTID);
	write_bit(gic.redistributor + GICR_SGI_BASE, GICD_ICENABLER, GIC_WATCHDOG_INTID);
	write_sysreg(S3_0_C12_C12_6, 0);
	write_sysreg(S3_0_C12_C12_7, 0);
	dsb(sy);
	isb();
}
