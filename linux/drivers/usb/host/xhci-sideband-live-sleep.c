// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the xHCI sideband on a controller that is suspended and resumed, or initialised
 * again, with something offloaded.
 *
 * Runtime PM suspends the device and the root hubs, and then the tests call the driver as the PM
 * core does. The driver initialises the controller again after each resume in which the hardware
 * says that it has lost its state, as that of the virtual SoC always does.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/pm_runtime.h>

#include "xhci-sideband-live-fixture.h"

#define BUS_TIMEOUT_MS	5000

/* Replacements are told nothing of a test; tests run one at a time. */
static struct kunit *current_test;
static struct live_intercept intercept;
static struct live_thread thread;
static struct live_thread suspender;
static struct completion is_called;

static bool is_suspended(struct usb_device *udev)
{
	return !udev || pm_runtime_suspended(&udev->dev);
}

static bool is_bus_suspended(struct live_fixture *fixture)
{
	struct usb_hcd *hcd = fixture->xhci->main_hcd;

	return is_suspended(fixture->udev) && is_suspended(hcd->self.root_hub) &&
	       (!hcd->shared_hcd || is_suspended(hcd->shared_hcd->self.root_hub));
}

static void wake_bus(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_autopm_get_interface(fixture->intf));
}

static void suspend_bus(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int waited_ms;

	usb_autopm_put_interface(fixture->intf);
	for (waited_ms = 0; !is_bus_suspended(fixture); waited_ms += 20) {
		if (waited_ms == BUS_TIMEOUT_MS) {
			wake_bus(test);
			KUNIT_FAIL_AND_ABORT(test, "the bus does not suspend\n");
		}
		msleep(20);
	}
}

static int sleep_test_init(struct kunit *test)
{
	struct live_fixture *fixture;
	int ret;

	current_test = test;
	init_completion(&is_called);
	ret = live_init(test);
	if (ret)
		return ret;

	fixture = test->priv;
	pm_runtime_set_autosuspend_delay(&fixture->udev->dev, 0);
	usb_enable_autosuspend(fixture->udev);
	return 0;
}

static void sleep_test_exit(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	if (fixture && fixture->udev)
		usb_disable_autosuspend(fixture->udev);
	live_exit(test);
}

static int suspend_controller(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	return xhci_suspend(fixture->xhci, false);
}

/*
 * Resumes the controller as if it had kept its state: the driver believes that it is being removed,
 * and does not initialise it. In truth its event ring may be out of step, so it is to be suspended
 * again before it has an event to report.
 */
static void resume_controller(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct xhci_hcd *xhci = fixture->xhci;

	xhci->xhc_state |= XHCI_STATE_REMOVING;
	KUNIT_EXPECT_EQ(test, 0, xhci_resume(xhci, PMSG_RESUME));
	xhci->xhc_state &= ~XHCI_STATE_REMOVING;
}

/* The device gets another slot, perhaps, and its endpoints are where they are now. */
static void find_endpoint(struct live_fixture *fixture)
{
	fixture->virt_ep = &fixture->xhci->devs[fixture->udev->slot_id]->eps[fixture->ep_index];
}

static void initialise_controller(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, 0, xhci_resume(fixture->xhci, PMSG_RESTORE));
}

static void wake_after_initialising(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	wake_bus(test);
	find_endpoint(fixture);
	KUNIT_ASSERT_EQ(test, 0, live_set_alternate(fixture, fixture->alt));
}

static void a_resumed_device_leaves_a_stopped_endpoint_at_rest(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int done;

	live_run_borrower(test);
	KUNIT_ASSERT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	done = live_count_done(fixture);
	suspend_bus(test);
	wake_bus(test);

	msleep(30);
	KUNIT_EXPECT_EQ(test, EP_STATE_STOPPED, live_endpoint_state(fixture));
	KUNIT_EXPECT_EQ(test, done, live_count_done(fixture));
	live_ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, done + 5));
}

/* Runtime PM resets the device without the device lock: such an owner does not expect that. */
static void a_mainline_owner_hears_of_no_reset_by_runtime_pm(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_unregister_sideband(fixture);
	KUNIT_ASSERT_NOT_NULL(test, live_register_as_mainline(fixture, XHCI_SIDEBAND_AUDIO));
	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	suspend_bus(test);
	fixture->udev->reset_resume = 1;
	wake_bus(test);

	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
}

static void initialise_with_sideband(struct kunit *test)
{
	suspend_bus(test);
	KUNIT_EXPECT_EQ(test, 0, suspend_controller(test));
	initialise_controller(test);
}

static void a_sideband_outlives_the_slot_of_its_device(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_unregister_sideband(fixture);
	KUNIT_ASSERT_NOT_NULL(test, live_register_as_mainline(fixture, XHCI_SIDEBAND_AUDIO));
	initialise_with_sideband(test);
	wake_after_initialising(test);

	KUNIT_EXPECT_NULL(test, xhci_sideband_register(fixture->intf, XHCI_SIDEBAND_VENDOR, NULL));
	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);
	live_run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
}

static void all_that_is_offloaded_ends_with_the_slot(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_run_borrower(test);
	initialise_with_sideband(test);
	KUNIT_ASSERT_EQ(test, 2, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, NOTE_RING_ENDS, fixture->notes[0].kind);
	KUNIT_EXPECT_EQ(test, NOTE_DEVICE_ENDS, fixture->notes[1].kind);
	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	KUNIT_EXPECT_EQ(test, -ENODEV, live_create_interrupter(fixture, 0));
	wake_after_initialising(test);

	/* With a slot it goes on, and events are counted from the start in a ring that is new. */
	live_run_borrower(test);
}

static void suppress_doorbell(struct xhci_hcd *xhci)
{
	complete(&is_called);
}

static int create_interrupter(struct kunit *test)
{
	return live_create_interrupter(test->priv, 0);
}

/* A command of the sideband that the controller does not hear of. Returns how to tell it. */
static void (*start_unheard_command(struct kunit *test))(struct xhci_hcd *xhci)
{
	void (*ring_doorbell)(struct xhci_hcd *xhci);

	ring_doorbell = live_intercept(test, &intercept, "xhci_ring_cmd_db", suppress_doorbell);
	live_start_thread(test, &thread, create_interrupter);
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&is_called, HZ));
	return ring_doorbell;
}

static int initialise_in_thread(struct kunit *test)
{
	initialise_controller(test);
	return 0;
}

static int suspend_and_initialise(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, suspend_controller(test));
	initialise_controller(test);
	return 0;
}

/* Linux's watchdog ends it after 5 s; the suspend waits for that, and then there is none. */
static void a_command_without_an_answer_does_not_stop_a_resume(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	suspend_bus(test);
	start_unheard_command(test);
	live_start_thread(test, &suspender, suspend_and_initialise);
	KUNIT_ASSERT_TRUE(test, live_thread_ends(&suspender, 20000));
	KUNIT_ASSERT_TRUE(test, live_thread_ends(&thread, 1000));
	wake_after_initialising(test);
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
}

/*
 * The controller has lost its state in a sleep in which it was to be kept active, so that commands
 * were possible. This one will never be answered, and nobody waits for that.
 */
static void a_command_under_way_ends_when_the_controller_does(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = xhci_to_hcd(fixture->xhci);

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	suspend_bus(test);
	KUNIT_EXPECT_EQ(test, 0, suspend_controller(test));
	set_bit(HCD_FLAG_HW_ACCESSIBLE, &hcd->flags);
	fixture->xhci->sideband_host.is_suspended = false;

	start_unheard_command(test);
	live_start_thread(test, &suspender, initialise_in_thread);
	KUNIT_ASSERT_TRUE(test, live_thread_ends(&suspender, 20000));
	KUNIT_ASSERT_TRUE(test, live_thread_ends(&thread, 1000));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, thread.result);
	wake_after_initialising(test);
	live_run_borrower(test);
}

static void a_suspend_waits_for_commands_under_way(struct kunit *test)
{
	void (*ring_doorbell)(struct xhci_hcd *xhci);
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	suspend_bus(test);
	ring_doorbell = start_unheard_command(test);
	live_start_thread(test, &suspender, suspend_controller);
	KUNIT_EXPECT_FALSE(test, live_thread_ends(&suspender, 100));

	spin_lock_irq(&fixture->xhci->lock);
	ring_doorbell(fixture->xhci);
	spin_unlock_irq(&fixture->xhci->lock);
	KUNIT_ASSERT_TRUE(test, live_thread_ends(&thread, 1000));
	KUNIT_EXPECT_EQ(test, 0, thread.result);
	KUNIT_ASSERT_TRUE(test, live_thread_ends(&suspender, 1000));
	KUNIT_EXPECT_EQ(test, 0, suspender.result);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));

	initialise_controller(test);
	wake_after_initialising(test);
	live_run_borrower(test);
}

/* Somebody holds the lock while the controller is initialised, and goes on to hold it. */
static int initialise_under_lock(struct usb_hcd *hcd)
{
	int (*initialise)(struct usb_hcd *hcd) = (void *)intercept.probe.addr;
	struct live_fixture *fixture = current_test->priv;
	arch_spinlock_t *lock = &fixture->xhci->lock.rlock.raw_lock;
	int ret;

	KUNIT_EXPECT_TRUE(current_test, arch_spin_trylock(lock));
	ret = initialise(hcd);
	KUNIT_EXPECT_TRUE(current_test, arch_spin_is_locked(lock));
	if (arch_spin_is_locked(lock))
		arch_spin_unlock(lock);
	return ret;
}

static void the_lock_outlives_the_controllers_state(struct kunit *test)
{
	suspend_bus(test);
	KUNIT_EXPECT_EQ(test, 0, suspend_controller(test));
	live_intercept(test, &intercept, "xhci_init", initialise_under_lock);
	initialise_controller(test);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&intercept.is_armed));
	wake_after_initialising(test);
}

static unsigned int event_segments(struct live_fixture *fixture, int number)
{
	return readl(&fixture->xhci->run_regs->ir_set[number].erst_size) & ~ERST_SIZE_MASK;
}

static void a_suspended_controllers_interrupters_are_left_alone(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = xhci_to_hcd(fixture->xhci);
	int number;

	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	number = xhci_sideband_interrupter_id(fixture->sb);
	suspend_bus(test);
	KUNIT_ASSERT_EQ(test, 0, suspend_controller(test));

	xhci_sideband_remove_interrupter(fixture->sb);
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	KUNIT_EXPECT_NULL(test, fixture->xhci->interrupters[number]);
	KUNIT_EXPECT_EQ(test, 1, event_segments(fixture, number));

	/* As it is at first in a resume: the registers can be read, but are to be restored yet. */
	set_bit(HCD_FLAG_HW_ACCESSIBLE, &hcd->flags);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, live_create_interrupter(fixture, number));
	KUNIT_EXPECT_NULL(test, xhci_create_secondary_interrupter(hcd, 1, 0, number));
	KUNIT_EXPECT_EQ(test, 1, event_segments(fixture, number));

	/* It points to freed memory. */
	resume_controller(test);
	KUNIT_EXPECT_EQ(test, 0, event_segments(fixture, number));

	KUNIT_EXPECT_EQ(test, 0, suspend_controller(test));
	initialise_controller(test);
	wake_after_initialising(test);
	live_run_borrower(test);
}

static struct kunit_case sleep_test_cases[] = {
	KUNIT_CASE(a_resumed_device_leaves_a_stopped_endpoint_at_rest),
	KUNIT_CASE(a_mainline_owner_hears_of_no_reset_by_runtime_pm),
	KUNIT_CASE(a_sideband_outlives_the_slot_of_its_device),
	KUNIT_CASE(all_that_is_offloaded_ends_with_the_slot),
	KUNIT_CASE(a_command_without_an_answer_does_not_stop_a_resume),
	KUNIT_CASE(a_command_under_way_ends_when_the_controller_does),
	KUNIT_CASE(a_suspend_waits_for_commands_under_way),
	KUNIT_CASE(the_lock_outlives_the_controllers_state),
	KUNIT_CASE(a_suspended_controllers_interrupters_are_left_alone),
	{}
};

struct kunit_suite live_sleep_suite = {
	.name = "xhci-sideband-live-sleep",
	.init = sleep_test_init,
	.exit = sleep_test_exit,
	.test_cases = sleep_test_cases,
};
