// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of how a controller is looked at that was left running in a system sleep. Its
 * registers are in memory; each case changes one of them, as a loss of power or firmware may.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/spinlock.h>

#include "xhci.h"

#define TEST_SLOTS		64
#define TEST_INTERRUPTERS	4
#define TEST_SEGMENTS		2
#define TEST_DCBAA		0x180001040ull
#define TEST_ERST(number)	(0x180002000ull + 0x40 * (number))

struct kept_fixture {
	struct xhci_hcd *xhci;
	struct xhci_op_regs regs;
	struct xhci_intr_reg ir_set[TEST_INTERRUPTERS];
	struct xhci_interrupter *interrupters[TEST_INTERRUPTERS];
	struct xhci_interrupter ir[TEST_INTERRUPTERS];
	struct xhci_ring event_ring[TEST_INTERRUPTERS];
	struct xhci_device_context_array dcbaa;
};

static void fill_interrupter(struct kept_fixture *fixture, unsigned int number)
{
	struct xhci_interrupter *ir = &fixture->ir[number];

	ir->ir_set = (void __iomem *)&fixture->ir_set[number];
	ir->event_ring = &fixture->event_ring[number];
	ir->event_ring->num_segs = TEST_SEGMENTS;
	ir->erst.erst_dma_addr = TEST_ERST(number);
	fixture->interrupters[number] = ir;

	/* Reserved bits are the controller's own. */
	fixture->ir_set[number].erst_size = cpu_to_le32(0xabcd0000 | TEST_SEGMENTS);
	fixture->ir_set[number].erst_base = cpu_to_le64(TEST_ERST(number) | 0x15);
}

static int kept_test_init(struct kunit *test)
{
	struct kept_fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	struct xhci_hcd *xhci = kunit_kzalloc(test, sizeof(*xhci), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fixture);
	KUNIT_ASSERT_NOT_NULL(test, xhci);
	fixture->xhci = xhci;
	spin_lock_init(&xhci->lock);
	xhci->op_regs = (void __iomem *)&fixture->regs;
	xhci->max_slots = TEST_SLOTS;
	xhci->max_interrupters = TEST_INTERRUPTERS;
	xhci->interrupters = fixture->interrupters;
	xhci->dcbaa = &fixture->dcbaa;
	fixture->dcbaa.dma = TEST_DCBAA;

	/* An event and a port's change are waiting; one place for an interrupter is empty. */
	fixture->regs.status = cpu_to_le32(STS_EINT | STS_PORT);
	fixture->regs.command = cpu_to_le32(CMD_RUN | CMD_EIE);
	fixture->regs.config_reg = cpu_to_le32(BIT(8) | TEST_SLOTS);
	fixture->regs.dcbaa_ptr = cpu_to_le64(TEST_DCBAA | 0x3);
	fill_interrupter(fixture, 0);
	fill_interrupter(fixture, 1);
	fill_interrupter(fixture, 3);
	test->priv = fixture;
	return 0;
}

static void expect_kept(struct kunit *test, bool is_kept)
{
	struct kept_fixture *fixture = test->priv;
	bool answer;

	spin_lock_irq(&fixture->xhci->lock);
	answer = xhci_kept_registers(fixture->xhci);
	spin_unlock_irq(&fixture->xhci->lock);
	KUNIT_EXPECT_EQ(test, is_kept, answer);
}

static void running_controller_is_believed(struct kunit *test)
{
	expect_kept(test, true);
}

static void reset_controller_is_not_believed(struct kunit *test)
{
	struct kept_fixture *fixture = test->priv;

	memset(&fixture->regs, 0, sizeof(fixture->regs));
	memset(fixture->ir_set, 0, sizeof(fixture->ir_set));
	fixture->regs.status = cpu_to_le32(STS_HALT);
	expect_kept(test, false);
}

static void nothing_that_answers_is_not_believed(struct kunit *test)
{
	struct kept_fixture *fixture = test->priv;

	memset(&fixture->regs, 0xff, sizeof(fixture->regs));
	memset(fixture->ir_set, 0xff, sizeof(fixture->ir_set));
	expect_kept(test, false);
}

struct kept_status {
	const char *name;
	u32 status;
};

static const struct kept_status kept_statuses[] = {
	{ "halted", STS_HALT },
	{ "system error", STS_FATAL },
	{ "restore error", STS_SRE },
	{ "not ready", STS_CNR },
	{ "controller error", STS_HCE },
};

KUNIT_ARRAY_PARAM_DESC(kept_status, kept_statuses, name);

static void errors_are_not_believed(struct kunit *test)
{
	const struct kept_status *status = test->param_value;
	struct kept_fixture *fixture = test->priv;

	fixture->regs.status |= cpu_to_le32(status->status);
	expect_kept(test, false);
}

/* Firmware that has reset and started the controller for itself leaves it running. */
static void what_runs_with_other_memory_is_not_believed(struct kunit *test)
{
	struct kept_fixture *fixture = test->priv;
	struct xhci_op_regs regs = fixture->regs;
	struct xhci_intr_reg ir_set = fixture->ir_set[3];

	fixture->regs.dcbaa_ptr = cpu_to_le64(TEST_DCBAA + 0x40);
	expect_kept(test, false);
	fixture->regs = regs;
	fixture->regs.config_reg = cpu_to_le32(TEST_SLOTS - 1);
	expect_kept(test, false);
	fixture->regs = regs;
	fixture->regs.command = 0;
	expect_kept(test, false);
	fixture->regs = regs;

	fixture->ir_set[3].erst_base = 0;
	expect_kept(test, false);
	fixture->ir_set[3] = ir_set;
	fixture->ir_set[3].erst_size = 0;
	expect_kept(test, false);
	fixture->ir_set[3] = ir_set;
	expect_kept(test, true);
}

static struct kunit_case kept_test_cases[] = {
	KUNIT_CASE(running_controller_is_believed),
	KUNIT_CASE(reset_controller_is_not_believed),
	KUNIT_CASE(nothing_that_answers_is_not_believed),
	KUNIT_CASE_PARAM(errors_are_not_believed, kept_status_gen_params),
	KUNIT_CASE(what_runs_with_other_memory_is_not_believed),
	{}
};

static struct kunit_suite kept_test_suite = {
	.name = "xhci-offload",
	.init = kept_test_init,
	.test_cases = kept_test_cases,
};

kunit_test_suite(kept_test_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit tests of controllers that are left running in a system sleep");
MODULE_LICENSE("GPL");
