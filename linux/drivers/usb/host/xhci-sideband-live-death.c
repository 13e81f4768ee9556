// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the xHCI sideband on a controller that is pulled out: it no longer decodes
 * addresses, so that each of its registers reads as all ones. Afterwards it is bound to its driver
 * again, as if it had been plugged in.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/pci.h>

#include "xhci-sideband-live-fixture.h"

/* Linux's own watchdog of commands needs 5 s; we ask ten times a second. */
#define REMOVAL_LIMIT_MS	500

/* Time for a root hub to resume. */
#define SETTLE_MS		100

/* Time for a work item to run, and to wait for a lock. */
#define WORK_MS			300

static struct kunit *current_test;
static struct live_intercept intercept;
static struct live_thread thread;
static struct completion is_called;

/* A lock of the owner that it holds when it calls us, and takes when it is called. */
static DEFINE_MUTEX(owner_lock);

static int death_test_init(struct kunit *test)
{
	current_test = test;
	init_completion(&is_called);
	return live_init(test);
}

static struct pci_dev *pci_dev_of(struct live_fixture *fixture)
{
	return to_pci_dev(xhci_to_hcd(fixture->xhci)->self.controller);
}

/* Linux looks at the ports now and then, and when a root hub suspends: it is not to find out so. */
static void leave_ports_alone(struct usb_hcd *hcd)
{
	if (!hcd)
		return;
	usb_disable_autosuspend(hcd->self.root_hub);
	msleep(SETTLE_MS);
	clear_bit(HCD_FLAG_POLL_RH, &hcd->flags);
	del_timer_sync(&hcd->rh_timer);
}

static void pull_out(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct pci_dev *pdev = pci_dev_of(fixture);
	u16 command;

	KUNIT_ASSERT_TRUE(test, dev_is_pci(xhci_to_hcd(fixture->xhci)->self.controller));
	fixture->is_gone = true;
	leave_ports_alone(fixture->xhci->main_hcd);
	leave_ports_alone(fixture->xhci->shared_hcd);
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pci_write_config_word(pdev, PCI_COMMAND, command & ~PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, U32_MAX, readl(&fixture->xhci->op_regs->status));
}

/* The test's own memory came with the controller, and goes before it. */
static void plug_in(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct pci_dev *pdev = pci_dev_of(fixture);
	u16 command;

	dma_free_coherent(xhci_to_hcd(fixture->xhci)->self.sysdev, fixture->packet_bytes,
			  fixture->silence, fixture->silence_dma);
	fixture->silence = NULL;

	/* Not before: runtime PM would find out that the controller is gone. */
	usb_autopm_put_interface(fixture->intf);
	device_release_driver(&pdev->dev);
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pci_write_config_word(pdev, PCI_COMMAND, command | PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, 1, device_attach(&pdev->dev));
}

/* If the owner waits for the caller, and the caller for the owner, nobody ever ends. */
static void take_owner_lock(struct live_fixture *fixture)
{
	unsigned int waited_ms;

	for (waited_ms = 0; !mutex_trylock(&owner_lock); waited_ms += 20) {
		if (waited_ms == 2000) {
			KUNIT_FAIL(current_test, "the callback waits for its lock for ever\n");
			return;
		}
		msleep(20);
	}
	mutex_unlock(&owner_lock);
}

static void a_dead_controller_is_no_deadlock_for_a_mainline_owner(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	ktime_t start;

	live_unregister_sideband(fixture);
	KUNIT_ASSERT_NOT_NULL(test, live_register_as_mainline(fixture, XHCI_SIDEBAND_AUDIO));
	live_run_borrower(test);
	fixture->reaction = take_owner_lock;

	mutex_lock(&owner_lock);
	pull_out(test);
	start = ktime_get();
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), REMOVAL_LIMIT_MS);
	msleep(WORK_MS);
	live_unregister_sideband(fixture);
	mutex_unlock(&owner_lock);

	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);
	plug_in(test);
	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);
}

static void an_owner_with_ops_hears_of_a_dead_controller(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_run_borrower(test);
	pull_out(test);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	msleep(WORK_MS);
	KUNIT_ASSERT_EQ(test, 2, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, NOTE_RING_ENDS, fixture->notes[0].kind);
	KUNIT_EXPECT_EQ(test, fixture->ep_index, fixture->notes[0].data);
	KUNIT_EXPECT_EQ(test, NOTE_DEVICE_ENDS, fixture->notes[1].kind);
	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
	plug_in(test);
	KUNIT_EXPECT_EQ(test, 2, fixture->num_notes);
}

/* The doorbell of the command ring is not heard any more. */
static void pull_out_instead(struct xhci_hcd *xhci)
{
	complete(&is_called);
}

static int stop_offloaded_endpoint(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	return xhci_sideband_stop_endpoint(fixture->sb, fixture->ep);
}

static void a_command_under_way_ends_when_the_controller_is_pulled_out(struct kunit *test)
{
	live_run_borrower(test);
	live_intercept(test, &intercept, "xhci_ring_cmd_db", pull_out_instead);
	live_start_thread(test, &thread, stop_offloaded_endpoint);
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&is_called, HZ));
	pull_out(test);
	KUNIT_EXPECT_TRUE(test, live_thread_ends(&thread, REMOVAL_LIMIT_MS));
	live_thread_ends(&thread, 20000);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, thread.result);
	plug_in(test);
}

static struct kunit_case death_test_cases[] = {
	KUNIT_CASE(a_dead_controller_is_no_deadlock_for_a_mainline_owner),
	KUNIT_CASE(an_owner_with_ops_hears_of_a_dead_controller),
	KUNIT_CASE(a_command_under_way_ends_when_the_controller_is_pulled_out),
	{}
};

struct kunit_suite live_death_suite = {
	.name = "xhci-sideband-live-death",
	.init = death_test_init,
	.exit = live_exit,
	.test_cases = death_test_cases,
};
