// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The DSP's MMU (Arm ARM DDI 0487, D8: VMSAv8-64; 4 KiB granule, 39-bit addresses, 3 levels).
 *
 * Rules:
 * 1. Our own tables are built once, with the MMU off, from the sections of the image and the regions in
 *    the register page. After that they are not changed, so they never need a TLB invalidation.
 * 2. Nothing is both writable and executable (SCTLR_EL1.WXN sees to it in both halves).
 * 3. Memory that the AP writes while we run is Normal non-cacheable, as the AP maps it.
 * 4. The AP owns the DSP domain's tables and broadcasts TLB invalidations when it unmaps. We only switch from
 *    one table to another: walks are disabled (EPD0), the TLB emptied, then the new table comes
 *    (break before make). ASID 0 serves all.
 * 5. The index meanings in MAIR_EL1 are io-pgtable's, in both halves.
 */
#include "mmu.h"

#include <stddef.h>

#include "arm64.h"
#include "crash.h"
#include "domain.h"

/* io-pgtable's ARM_64_LPAE_S1: 0 Normal non-cacheable, 1 write-back, 2 Device-nGnRE */
#define MAIR_FIRST_THREE	0x04ff44ul
#define MAIR_FIRST_THREE_MASK	0xfffffful
enum {
	MAIR_NON_CACHEABLE	= 0,
	MAIR_WRITE_BACK		= 1,
	MAIR_DEVICE		= 2,
};

#define TCR_T0SZ_MASK		0x3ful
#define TCR_EPD0		(1ul << 7)
#define TCR_LOWER_HALF		0xff3ful	/* T0SZ, IRGN0, ORGN0, SH0, TG0; not EPD0 */
#define TCR_WALK_CACHED_LOWER	((1ul << 8) | (1ul << 10) | (3ul << 12))
#define TCR_WALK_CACHED_UPPER	((1ul << 24) | (1ul << 26) | (3ul << 28))
#define TCR_TG1_4K		(2ul << 30)
#define TCR_IPS_SHIFT		32
#define PARANGE_48_BITS		5

#define DESC_VALID		(1ul << 0)
#define DESC_TABLE		(1ul << 1)	/* levels 1 and 2: table; level 3: page */
#define DESC_ATTR_SHIFT		2
#define DESC_READ_ONLY		(1ul << 7)
#define DESC_INNER_SHAREABLE	(3ul << 8)
#define DESC_ACCESSED		(1ul << 10)
#define DESC_PXN		(1ul << 53)
#define DESC_UXN		(1ul << 54)
#define DESC_ADDRESS		0x0000fffffffff000ul

#define ENTRIES			512
#define TABLES			12
#define BLOCK_BYTES		(2ul << 20)

enum access {
	ACCESS_CODE,
	ACCESS_CONST,
	ACCESS_DATA,
	ACCESS_SHARED,
	ACCESS_DEVICE,
};

extern uint8_t image_start[], text_end[], rodata_end[], bss_end[], main_stack[], main_stack_top[];
extern uint8_t crash_stack[], crash_stack_top[], shared_start[], shared_end[];

static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static uint32_t table_count;
static bool is_incomplete;

/* The generation that is loaded now; written after the MMU is on. */
static uint32_t loaded_generation;
static bool has_loaded;
static uint64_t domain_bytes;
static uint64_t tcr_upper;

static uint64_t *alloc_table(void)
{
	if (table_count == TABLES)
		return NULL;
	return tables[table_count++];
}

/* The table below an entry, made if it is not there. Physical addresses: the MMU is off. */
static uint64_t *next_table(uint64_t *entry)
{
	uint64_t *table;

	if (*entry & DESC_VALID)
		return (uint64_t *)(uintptr_t)(*entry & DESC_ADDRESS);
	table = alloc_table();
	if (table)
		*entry = (uint64_t)(uintptr_t)table | DESC_TABLE | DESC_VALID;
	return table;
}

static uint64_t access_bits(enum access access)
{
	const uint64_t common = DESC_VALID | DESC_ACCESSED | DESC_INNER_SHAREABLE | DESC_UXN;

	if (access == ACCESS_CODE)
		return common | DESC_READ_ONLY | MAIR_WRITE_BACK << DESC_ATTR_SHIFT;
	if (access == ACCESS_CONST)
		return common | DESC_PXN | DESC_READ_ONLY | MAIR_WRITE_BACK << DESC_ATTR_SHIFT;
	if (access == ACCESS_DATA)
		return common | DESC_PXN | MAIR_WRITE_BACK << DESC_ATTR_SHIFT;
	if (access == ACCESS_SHARED)
		return common | DESC_PXN | MAIR_NON_CACHEABLE << DESC_ATTR_SHIFT;
	return common | DESC_PXN | MAIR_DEVICE << DESC_ATTR_SHIFT;
}

static void map_page(uint64_t *level1, uint64_t va, uint64_t pa, enum access access)
{
	uint64_t *level2, *level3;

	level2 = next_table(&level1[(va >> 30) % ENTRIES]);
	level3 = level2 ? next_table(&level2[(va >> 21) % ENTRIES]) : NULL;
	if (!level3) {
		is_incomplete = true;
		return;
	}
	level3[(va >> 12) % ENTRIES] = pa | access_bits(access) | DESC_TABLE;
}

static void map(uint64_t *level1, uint64_t pa, uint64_t bytes, enum access access)
{
	/* A gigabyte is more than any region that makes sense. */
	if (pa % PAGE_BYTES || bytes % PAGE_BYTES || bytes > 1ul << 30) {
		is_incomplete = true;
		return;
	}
	for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
		map_page(level1, pa + at + VA_OFFSET, pa + at, access);
}

/* A part of the image. With the MMU off, a symbol's address is where it lies. */
static void map_part(uint64_t *level1, const uint8_t *start, const uint8_t *end,
		     enum access access)
{
	map(level1, (uint64_t)(uintptr_t)start, (uint64_t)(end - start), access);
}

static void map_regions(uint64_t *level1, const volatile struct vsoc_dsp_regs *regs)
{
	for (uint32_t i = 0; i < VSOC_DSP_MAX_REGIONS; i++) {
		uint64_t base_pa = regs->regions[i].base_pa;
		uint64_t bytes = regs->regions[i].size_bytes;
		uint32_t kind = regs->regions[i].kind;

		if (kind == VSOC_DSP_REGION_VRING || kind == VSOC_DSP_REGION_REGS)
			map(level1, base_pa, bytes, ACCESS_SHARED);
		else if (kind == VSOC_DSP_REGION_GICD || kind == VSOC_DSP_REGION_GICR)
			map(level1, base_pa, bytes, ACCESS_DEVICE);
	}
}

/* The code that turns the MMU on goes on running at its physical address for a few instructions. */
static uint64_t *build_identity(const uint8_t *code)
{
	uint64_t *level1 = alloc_table();
	uint64_t *level2;
	uint64_t pa = (uint64_t)(uintptr_t)code & ~(BLOCK_BYTES - 1);

	level2 = next_table(&level1[(pa >> 30) % ENTRIES]);
	level2[(pa >> 21) % ENTRIES] = pa | access_bits(ACCESS_CODE);
	return level1;
}

int mmu_build(uint64_t regs_pa, struct mmu_boot *boot)
{
	const volatile struct vsoc_dsp_regs *regs;
	uint64_t *identity, *level1;
	uint64_t parange;

	regs = (const volatile struct vsoc_dsp_regs *)(uintptr_t)regs_pa;
	if (regs_pa % PAGE_BYTES || regs->magic != VSOC_DSP_REGS_MAGIC ||
	    regs->version != VSOC_DSP_REGS_VERSION)
		return 0;

	identity = build_identity(image_start);
	level1 = alloc_table();
	map_part(level1, image_start, text_end, ACCESS_CODE);
	map_part(level1, text_end, rodata_end, ACCESS_CONST);
	map_part(level1, rodata_end, bss_end, ACCESS_DATA);
	map_part(level1, main_stack, main_stack_top, ACCESS_DATA);
	map_part(level1, crash_stack, crash_stack_top, ACCESS_DATA);
	map_part(level1, shared_start, shared_end, ACCESS_SHARED);
	map(level1, regs_pa, PAGE_BYTES, ACCESS_SHARED);
	map_regions(level1, regs);

	parange = read_sysreg(id_aa64mmfr0_el1) & 0xf;
	if (parange > PARANGE_48_BITS)
		parange = PARANGE_48_BITS;
	tcr_upper = (uint64_t)(64 - VA_BITS) << 16 | TCR_WALK_CACHED_UPPER | TCR_TG1_4K |
		    parange << TCR_IPS_SHIFT;
	boot->ttbr0 = (uint64_t)(uintptr_t)identity;
	boot->ttbr1 = (uint64_t)(uintptr_t)level1;
	boot->tcr = tcr_upper | (64 - VA_BITS) | TCR_WALK_CACHED_LOWER;
	boot->mair = MAIR_FIRST_THREE;
	dsb(sy);
	return 1;
}

bool mmu_is_complete(void)
{
	return !is_incomplete;
}

uint64_t mmu_domain_bytes(void)
{
	return domain_bytes;
}

static void load_domain(const struct domain *domain)
{
	uint32_t t0sz = domain->tcr & TCR_T0SZ_MASK;

	write_sysreg(tcr_el1, tcr_upper | TCR_EPD0);
	isb();
	__asm__ volatile("tlbi vmalle1" ::: "memory");
	dsb(nsh);
	isb();
	domain_bytes = 0;
	if (!domain->ttbr0)
		return;

	if ((domain->mair & MAIR_FIRST_THREE_MASK) != MAIR_FIRST_THREE)
		crash_panic("DSP domain: MAIR is not io-pgtable's");
	/* A lower half of 48 bits at most; the upper limit of T0SZ is the architecture's. */
	if (t0sz < 16 || t0sz > 39)
		crash_panic("DSP domain: T0SZ out of range");
	write_sysreg(mair_el1, domain->mair);
	write_sysreg(ttbr0_el1, domain->ttbr0);
	isb();
	write_sysreg(tcr_el1, tcr_upper | (domain->tcr & TCR_LOWER_HALF));
	isb();
	domain_bytes = 1ul << (64 - t0sz);
}

void mmu_sync_domain(volatile struct vsoc_dsp_mmu *mmu)
{
	struct domain domain;

	if (has_loaded && mmu->generation == loaded_generation)
		return;
	if (!domain_read(mmu, &domain)) {
		/* The next iteration of the loop will. Nobody may use the mappings that start.S left until then. */
		if (!has_loaded)
			load_domain(&(struct domain){ 0 });
		return;
	}
	load_domain(&domain);
	has_loaded = true;
	loaded_generation = domain.generation;
	/* Linux may free the old tables when it sees this. */
	dsb(sy);
	mmu->generation_loaded = domain.generation;
}
