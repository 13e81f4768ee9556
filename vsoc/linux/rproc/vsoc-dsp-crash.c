// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP's crash record, for people: the registers that the firmware's exception vectors stored,
 * decoded as far as the architecture allows (Arm ARM, register ESR_EL1).
 */
#include <kunit/visibility.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/string_choices.h>
#include <asm/esr.h>

#include "vsoc-dsp-crash.h"

/**
 * vsoc_dsp_crash_kind_name - name of a kind of crash
 * @kind: enum vsoc_dsp_crash_kind; the DSP wrote it, so it may be anything
 *
 * Return: a constant string.
 */
const char *vsoc_dsp_crash_kind_name(u32 kind)
{
	switch (kind) {
	case VSOC_DSP_CRASH_NONE:
		return "no record";
	case VSOC_DSP_CRASH_FAULT:
		return "MMU fault";
	case VSOC_DSP_CRASH_EXCEPTION:
		return "exception";
	case VSOC_DSP_CRASH_PANIC:
		return "panic";
	case VSOC_DSP_CRASH_HUNG:
		return "pulled out of a hang";
	default:
		return "unknown kind";
	}
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_dsp_crash_kind_name);

static const char *fault_status_name(u64 esr)
{
	switch (esr & ESR_ELx_FSC_TYPE) {
	case ESR_ELx_FSC_FAULT:
		return "translation fault";
	case ESR_ELx_FSC_ACCESS:
		return "access flag fault";
	case ESR_ELx_FSC_PERM:
		return "permission fault";
	}

	switch (esr & ESR_ELx_FSC) {
	case 0x00 ... 0x03:
		return "address size fault";
	case ESR_ELx_FSC_EXTABT:
		return "external abort";
	case 0x21:
		return "alignment fault";
	default:
		return "abort";
	}
}

/**
 * vsoc_dsp_exception_name - name the cause of an exception
 * @esr: ESR_EL1 of the DSP
 *
 * Return: a constant string.
 */
const char *vsoc_dsp_exception_name(u64 esr)
{
	switch (ESR_ELx_EC(esr)) {
	case ESR_ELx_EC_UNKNOWN:
		return "undefined instruction";
	case ESR_ELx_EC_FP_ASIMD:
		return "FP/SIMD instruction";
	case ESR_ELx_EC_ILL:
		return "illegal execution state";
	case ESR_ELx_EC_IABT_CUR:
	case ESR_ELx_EC_DABT_CUR:
		return fault_status_name(esr);
	case ESR_ELx_EC_PC_ALIGN:
		return "misaligned PC";
	case ESR_ELx_EC_SP_ALIGN:
		return "misaligned SP";
	case ESR_ELx_EC_SERROR:
		return "SError";
	case ESR_ELx_EC_BRK64:
		return "BRK instruction";
	default:
		return "other exception";
	}
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_dsp_exception_name);

static const char *access_name(u64 esr)
{
	switch (ESR_ELx_EC(esr)) {
	case ESR_ELx_EC_IABT_CUR:
		return "fetch";
	case ESR_ELx_EC_DABT_CUR:
		return str_write_read(esr & ESR_ELx_WNR);
	default:
		return NULL;
	}
}

/**
 * vsoc_dsp_crash_log - write a crash record to the kernel log
 * @dev: the remote processor
 * @crash: the record; the DSP wrote it, so nothing in it is trusted
 *
 * Context: Any context.
 */
void vsoc_dsp_crash_log(struct device *dev, const struct vsoc_dsp_crash *crash)
{
	u32 kind = le32_to_cpu(crash->kind);
	u64 esr = le64_to_cpu(crash->esr);
	u64 far = le64_to_cpu(crash->far);
	const char *access = access_name(esr);
	int i;

	if (kind != VSOC_DSP_CRASH_FAULT && kind != VSOC_DSP_CRASH_EXCEPTION)
		dev_err(dev, "DSP crash: %s\n", vsoc_dsp_crash_kind_name(kind));
	else if (access)
		dev_err(dev, "DSP crash: %s: %s, %s of %#llx\n", vsoc_dsp_crash_kind_name(kind),
			vsoc_dsp_exception_name(esr), access, far);
	else
		dev_err(dev, "DSP crash: %s: %s\n", vsoc_dsp_crash_kind_name(kind),
			vsoc_dsp_exception_name(esr));

	if (crash->text[0])
		dev_err(dev, "  %*pE\n", (int)strnlen(crash->text, sizeof(crash->text)),
			crash->text);
	dev_err(dev, "  pc %016llx sp %016llx pstate %08llx\n", le64_to_cpu(crash->elr),
		le64_to_cpu(crash->sp), le64_to_cpu(crash->spsr));
	dev_err(dev, "  esr %08llx far %016llx lr %016llx\n", esr, far,
		le64_to_cpu(crash->x[30]));
	for (i = 0; i + 2 < ARRAY_SIZE(crash->x); i += 3)
		dev_err(dev, "  x%-2d %016llx x%-2d %016llx x%-2d %016llx\n",
			i, le64_to_cpu(crash->x[i]), i + 1, le64_to_cpu(crash->x[i + 1]),
			i + 2, le64_to_cpu(crash->x[i + 2]));
}
