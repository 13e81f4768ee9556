// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends a virtual machine that has come to a standstill, in virtual time, so that no test waits
 * for it.
 *
 * Two things are bounded:
 *
 *  - A system sleep ends when the clock's alarm is due. One that goes on for "slack_s" after that,
 *    or for "slack_s" without an alarm, has missed its wake-up.
 *  - The job may take "limit_s" from when this module is loaded, if that is not 0.
 *
 * The judge is a watchdog outside of Linux, QEMU's Intel 6300ESB: it counts in virtual time, in
 * every state of sleep, and resets the machine even if Linux hangs, so QEMU ends. scripts/run-vm
 * tells what was going on then. A job that takes too long finds Linux awake, as a rule; then Linux
 * itself says first which tasks are blocked.
 *
 * The watchdog cannot count further than 1000 s. So a timer sets it anew every 900 s; and no sleep
 * is allowed to be longer than that.
 *
 * Locking: guard_lock serialises the accesses to the watchdog and guards guard_asleep.
 */
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/pci.h>
#include <linux/rtc.h>
#include <linux/spinlock.h>
#include <linux/suspend.h>
#include <linux/sysrq.h>

/* The Intel 6300ESB's configuration space and registers */
#define ESB_CONFIG		0x60
#define ESB_LOCK		0x68
#define ESB_LOCK_ENABLE		BIT(1)
#define ESB_TIMER1		0x00
#define ESB_TIMER2		0x04
#define ESB_RELOAD		0x0c
#define ESB_RELOAD_START	BIT(8)
#define ESB_UNLOCK1		0x80
#define ESB_UNLOCK2		0x86
/* A tick is 2^15 cycles of 33 MHz. */
#define ESB_TICKS_PER_S		1017

#define LONGEST_S		1000
#define PERIOD_S		900
/* Time for Linux to say which tasks are blocked, before the watchdog acts. */
#define LAST_WORDS_S		20

static unsigned int limit_s;
module_param(limit_s, uint, 0444);
MODULE_PARM_DESC(limit_s, "seconds from now on that the job may take (0: any number)");

static unsigned int slack_s = IS_ENABLED(CONFIG_PROVE_LOCKING) ? 120 : 30;
module_param(slack_s, uint, 0644);
MODULE_PARM_DESC(slack_s, "seconds for which a sleep may go on after its alarm");

static DEFINE_SPINLOCK(guard_lock);
static bool guard_asleep;		/* under guard_lock */
static void __iomem *guard_regs;	/* set in probe, before anything uses it */
static ktime_t guard_end;		/* of the job, in boot time; set in probe */
static struct hrtimer guard_timer;

static void unlock_register(void)
{
	lockdep_assert_held(&guard_lock);

	writew(ESB_UNLOCK1, guard_regs + ESB_RELOAD);
	writew(ESB_UNLOCK2, guard_regs + ESB_RELOAD);
}

/* The machine ends in that time if nothing else is set until then. */
static void set_watchdog(s64 seconds)
{
	lockdep_assert_held(&guard_lock);

	seconds = clamp(seconds, 1, LONGEST_S);
	unlock_register();
	writel(seconds * ESB_TICKS_PER_S, guard_regs + ESB_TIMER1);
	unlock_register();
	writel(1, guard_regs + ESB_TIMER2);
	unlock_register();
	writew(ESB_RELOAD_START, guard_regs + ESB_RELOAD);
}

static s64 job_left_s(void)
{
	return limit_s ? ktime_ms_delta(guard_end, ktime_get_boottime()) / MSEC_PER_SEC : LONGEST_S;
}

static void set_for_job(void)
{
	set_watchdog(job_left_s() + LAST_WORDS_S);
}

static enum hrtimer_restart guard_time(struct hrtimer *timer)
{
	s64 left_s;

	guard(spinlock_irqsave)(&guard_lock);

	left_s = job_left_s();
	if (left_s <= 0 && !guard_asleep) {
		set_watchdog(LAST_WORDS_S);
		pr_emerg("vsoc-guard: the job takes longer than %u s. Blocked:\n", limit_s);
		handle_sysrq('w');
		panic("vsoc-guard: the job takes longer than %u s", limit_s);
	}
	if (!guard_asleep)
		set_for_job();
	hrtimer_forward_now(timer, ktime_set(clamp(left_s, 1, PERIOD_S), 0));
	return HRTIMER_RESTART;
}

/* For how long Linux may sleep now. */
static s64 sleep_s(void)
{
	struct rtc_device *rtc = rtc_class_open("rtc0");
	struct rtc_wkalrm alarm;
	struct rtc_time now;
	s64 seconds = 0;

	if (!rtc)
		return slack_s;
	if (!rtc_read_alarm(rtc, &alarm) && alarm.enabled && !rtc_read_time(rtc, &now))
		seconds = rtc_tm_to_time64(&alarm.time) - rtc_tm_to_time64(&now);
	rtc_class_close(rtc);
	return max(seconds, 0) + slack_s;
}

static int guard_notify(struct notifier_block *block, unsigned long event, void *data)
{
	s64 seconds;

	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		seconds = sleep_s();
		scoped_guard(spinlock_irqsave, &guard_lock) {
			guard_asleep = true;
			set_watchdog(seconds);
		}
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		scoped_guard(spinlock_irqsave, &guard_lock) {
			guard_asleep = false;
			set_for_job();
		}
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block guard_notifier = {
	.notifier_call = guard_notify,
};

static int guard_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	guard_regs = pcim_iomap(pdev, 0, 0);
	if (!guard_regs)
		return -ENOMEM;

	/* long ticks, and a reset at the end */
	pci_write_config_word(pdev, ESB_CONFIG, 0);
	scoped_guard(spinlock_irqsave, &guard_lock) {
		guard_asleep = false;
		guard_end = ktime_add(ktime_get_boottime(), ktime_set(limit_s, 0));
		set_for_job();
	}
	pci_write_config_byte(pdev, ESB_LOCK, ESB_LOCK_ENABLE);

	hrtimer_init(&guard_timer, CLOCK_BOOTTIME, HRTIMER_MODE_REL);
	guard_timer.function = guard_time;
	hrtimer_start(&guard_timer, ktime_set(clamp(job_left_s(), 1, PERIOD_S), 0),
		      HRTIMER_MODE_REL);

	ret = register_pm_notifier(&guard_notifier);
	if (ret) {
		hrtimer_cancel(&guard_timer);
		pci_write_config_byte(pdev, ESB_LOCK, 0);
	}
	return ret;
}

static void guard_remove(struct pci_dev *pdev)
{
	unregister_pm_notifier(&guard_notifier);
	hrtimer_cancel(&guard_timer);
	pci_write_config_byte(pdev, ESB_LOCK, 0);
}

static const struct pci_device_id guard_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, PCI_DEVICE_ID_INTEL_ESB_9) },
	{ }
};
MODULE_DEVICE_TABLE(pci, guard_ids);

static struct pci_driver guard_driver = {
	.name = "vsoc-guard",
	.id_table = guard_ids,
	.probe = guard_probe,
	.remove = guard_remove,
};
module_pci_driver(guard_driver);

MODULE_DESCRIPTION("Lullaby virtual SoC: ends a machine that has come to a standstill");
MODULE_LICENSE("GPL");
