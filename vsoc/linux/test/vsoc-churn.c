// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses the kernel interfaces of USB offload from several threads at once, to test them on several
 * processors (make smp). In /sys/kernel/debug/vsoc-churn:
 *
 *	run	"KIND MILLISECONDS SEED" written: does that, and returns at the end of it. A system
 *		sleep that comes meanwhile freezes the writer, and not the threads. KIND is
 *
 *		usage		each thread takes and drops offload uses of the sound device
 *		sideband	one thread registers and unregisters a sideband of the sound
 *				device, the others use it meanwhile, and change the
 *				alternate setting likewise
 *		alternate	one thread changes the alternate setting of its playback
 *				interface, as long as that has no driver: it belongs to its
 *				driver, and nobody else may
 *		race		the threads count with one counter and no lock: a data race. A lost
 *				count is a warning, and KCSAN sees the race itself. It shows that
 *				races are found.
 *
 *	done	the operations of the last run: "NAME COUNT" lines, failures included
 *
 * The device is the first USB device with a playback interface. It may go at any time; each round
 * of a thread begins with looking for it. Refusals are expected: the device belongs to others, who
 * unplug, suspend and offload it meanwhile.
 *
 * Locking: run_lock serialises runs. In a sideband run, sideband_lock is held for writing to change
 * the sideband and for reading to use it; notify_client() takes no lock.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pm_runtime.h>
#include <linux/prandom.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/usb.h>
#include <linux/usb/audio.h>
#include <linux/usb/offload.h>
#include <linux/usb/xhci-sideband.h>

#define THREADS		3
#define MAX_RUN_MS	60000
#define MAX_PAUSE_US	2000
#define MAX_USES	3
#define RACE_ROUNDS	10000
#define MAX_WRITE	64

enum count {
	COUNT_GET,
	COUNT_GET_REFUSED,
	COUNT_REGISTER,
	COUNT_REGISTER_REFUSED,
	COUNT_ADD,
	COUNT_ADD_REFUSED,
	COUNT_INTERRUPTER,
	COUNT_INTERRUPTER_REFUSED,
	COUNT_ALTERNATE,
	COUNT_ALTERNATE_REFUSED,
	COUNT_EVENT,
	COUNTS
};

static const char * const count_names[COUNTS] = {
	"get", "get_refused", "register", "register_refused", "add", "add_refused",
	"interrupter", "interrupter_refused", "alternate", "alternate_refused", "event",
};

/**
 * struct churn - a run
 * @end: when it ends, in jiffies
 * @seed: of the threads' choices
 * @work: called by a thread, again and again
 */
struct churn {
	unsigned long end;
	u32 seed;
	void (*work)(struct churn *churn, unsigned int index, struct rnd_state *dice);
};

/**
 * struct target - a sound device that was there a moment ago
 * @udev: referenced
 * @intf: its playback interface, referenced
 * @ep: of @intf; lives as long as @udev
 * @alt: alternate setting that has @ep
 */
struct target {
	struct usb_device *udev;
	struct usb_interface *intf;
	struct usb_host_endpoint *ep;
	int alt;
};

static DEFINE_MUTEX(run_lock);
static struct dentry *directory;
static atomic_t counts[COUNTS];

static DECLARE_RWSEM(sideband_lock);
static struct xhci_sideband *sideband;	/* guarded by sideband_lock */
static struct target offloaded;		/* of @sideband; guarded by sideband_lock */

/* Deliberately guarded by nothing; @counted is the value that it would have with a lock. */
static unsigned int racy_count;
static atomic_t counted;

static void count(enum count which, bool is_refused)
{
	atomic_inc(&counts[which + is_refused]);
}

static void pause_somewhat(struct rnd_state *dice)
{
	unsigned int us = prandom_u32_state(dice) % MAX_PAUSE_US;

	if (us % 2)
		usleep_range(us, us + 1);
}

static bool is_playback(struct usb_interface *intf, struct target *target)
{
	unsigned int i;

	for (i = 0; i < intf->num_altsetting; i++) {
		struct usb_host_interface *alt = &intf->altsetting[i];

		if (alt->desc.bInterfaceClass != USB_CLASS_AUDIO ||
		    alt->desc.bInterfaceSubClass != USB_SUBCLASS_AUDIOSTREAMING ||
		    !alt->desc.bNumEndpoints ||
		    !usb_endpoint_is_isoc_out(&alt->endpoint[0].desc))
			continue;
		target->ep = &alt->endpoint[0];
		target->alt = alt->desc.bAlternateSetting;
		target->intf = usb_get_intf(intf);
		return true;
	}
	return false;
}

/* With its lock, as the configuration must not go meanwhile. */
static int look_at_device(struct usb_device *udev, void *data)
{
	struct target *target = data;
	unsigned int i;

	/* A device that is being removed has its lock held, and waits for us perhaps. */
	if (target->udev || !usb_trylock_device(udev))
		return 0;
	for (i = 0; udev->actconfig && i < udev->actconfig->desc.bNumInterfaces; i++) {
		if (is_playback(udev->actconfig->interface[i], target)) {
			target->udev = usb_get_dev(udev);
			break;
		}
	}
	usb_unlock_device(udev);
	return 0;
}

static bool find_target(struct target *target)
{
	*target = (struct target){};
	usb_for_each_dev(target, look_at_device);
	return target->udev;
}

static void put_target(struct target *target)
{
	usb_put_intf(target->intf);
	usb_put_dev(target->udev);
}

static void churn_usage(struct churn *churn, unsigned int index, struct rnd_state *dice)
{
	unsigned int uses = 0, wanted = 1 + prandom_u32_state(dice) % MAX_USES;
	struct target target;
	bool is_refused;

	if (!find_target(&target))
		return;
	while (uses < wanted) {
		is_refused = usb_offload_get(target.udev);
		count(COUNT_GET, is_refused);
		if (is_refused)
			break;
		uses++;
		pause_somewhat(dice);
	}
	while (uses--)
		usb_offload_put(target.udev);
	put_target(&target);
}

static void set_alternate(struct target *target, int alt)
{
	int ret = -ENODEV;

	/* Without waiting: the lock's holder may wait for this thread's sideband to end. */
	if (!usb_trylock_device(target->udev))
		return;
	/* By the device: an interface without a driver has no runtime PM. */
	if (target->udev->state == USB_STATE_CONFIGURED && !target->intf->dev.driver &&
	    !pm_runtime_resume_and_get(&target->udev->dev)) {
		ret = usb_set_interface(target->udev,
					target->intf->altsetting[0].desc.bInterfaceNumber, alt);
		pm_runtime_mark_last_busy(&target->udev->dev);
		pm_runtime_put_autosuspend(&target->udev->dev);
	}
	usb_unlock_device(target->udev);
	count(COUNT_ALTERNATE, ret);
}

static void churn_alternate(struct churn *churn, unsigned int index, struct rnd_state *dice)
{
	struct target target;

	if (index || !find_target(&target))
		return;
	set_alternate(&target, prandom_u32_state(dice) % 2 ? target.alt : 0);
	put_target(&target);
}

static int note_event(struct usb_interface *intf, struct xhci_sideband_event *event)
{
	count(COUNT_EVENT, false);
	return 0;
}

static void own_sideband(struct rnd_state *dice)
{
	if (find_target(&offloaded)) {
		scoped_guard(rwsem_write, &sideband_lock)
			sideband = xhci_sideband_register(offloaded.intf, XHCI_SIDEBAND_AUDIO,
							  note_event);
		count(COUNT_REGISTER, !sideband);
		msleep(1 + prandom_u32_state(dice) % 20);
		scoped_guard(rwsem_write, &sideband_lock) {
			if (sideband)
				xhci_sideband_unregister(sideband);
			sideband = NULL;
		}
		put_target(&offloaded);
	}
}

static void use_sideband(struct rnd_state *dice)
{
	struct sg_table *table = NULL;
	bool is_refused;

	switch (prandom_u32_state(dice) % 8) {
	case 0:
	case 1:
		is_refused = xhci_sideband_add_endpoint(sideband, offloaded.ep);
		count(COUNT_ADD, is_refused);
		break;
	case 2:
		xhci_sideband_stop_endpoint(sideband, offloaded.ep);
		break;
	case 3:
		xhci_sideband_remove_endpoint(sideband, offloaded.ep);
		break;
	case 4:
		is_refused = xhci_sideband_create_interrupter(sideband, 1, true, 0, 0);
		count(COUNT_INTERRUPTER, is_refused);
		break;
	case 5:
		xhci_sideband_remove_interrupter(sideband);
		break;
	case 6:
		table = xhci_sideband_get_endpoint_buffer(sideband, offloaded.ep);
		break;
	default:
		table = xhci_sideband_get_event_buffer(sideband);
		break;
	}
	if (table) {
		sg_free_table(table);
		kfree(table);
	}
}

static void churn_sideband(struct churn *churn, unsigned int index, struct rnd_state *dice)
{
	if (!index) {
		own_sideband(dice);
		return;
	}
	guard(rwsem_read)(&sideband_lock);
	if (!sideband)
		return;
	if (index == 1 && !(prandom_u32_state(dice) % 4))
		set_alternate(&offloaded, prandom_u32_state(dice) % 4 ? offloaded.alt : 0);
	else
		use_sideband(dice);
}

static void churn_race(struct churn *churn, unsigned int index, struct rnd_state *dice)
{
	unsigned int i;

	for (i = 0; i < RACE_ROUNDS; i++) {
		racy_count++;
		barrier();
	}
	atomic_add(RACE_ROUNDS, &counted);
}

static const struct {
	const char *name;
	void (*work)(struct churn *churn, unsigned int index, struct rnd_state *dice);
} kinds[] = {
	{ "usage", churn_usage },
	{ "sideband", churn_sideband },
	{ "alternate", churn_alternate },
	{ "race", churn_race },
};

/**
 * struct churner - a thread
 * @churn: the run that it takes part in
 * @index: its number
 * @task: the thread; referenced
 */
struct churner {
	struct churn *churn;
	unsigned int index;
	struct task_struct *task;
};

static int churn_thread(void *data)
{
	struct churner *churner = data;
	struct churn *churn = churner->churn;
	struct rnd_state dice;

	prandom_seed_state(&dice, churn->seed * THREADS + churner->index + 1);
	do {
		churn->work(churn, churner->index, &dice);
		pause_somewhat(&dice);
		cond_resched();
	} while (time_before(jiffies, READ_ONCE(churn->end)));

	/* It is awaited by kthread_stop(), which needs a thread that is there. */
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int run(struct churn *churn)
{
	struct churner churners[THREADS] = {};
	int i, ret = 0;

	for (i = 0; i < THREADS; i++) {
		churners[i].churn = churn;
		churners[i].index = i;
		churners[i].task = kthread_run(churn_thread, &churners[i], "vsoc-churn/%d", i);
		if (IS_ERR(churners[i].task)) {
			ret = PTR_ERR(churners[i].task);
			break;
		}
	}
	/* It does not keep the system awake: the threads go on in a sleep. */
	while (!ret && time_before(jiffies, churn->end)) {
		set_current_state(TASK_IDLE | TASK_FREEZABLE);
		schedule_timeout(1);
	}
	while (i--)
		kthread_stop(churners[i].task);
	return ret;
}

static ssize_t run_write(struct file *file, const char __user *user, size_t bytes, loff_t *pos)
{
	struct churn churn = {};
	char text[MAX_WRITE], kind[16];
	unsigned int ms;
	int i, ret;

	if (bytes >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, bytes))
		return -EFAULT;
	text[bytes] = '\0';
	if (sscanf(text, "%15s %u %u", kind, &ms, &churn.seed) != 3 || ms > MAX_RUN_MS)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kind, kinds[i].name))
			churn.work = kinds[i].work;
	if (!churn.work)
		return -EINVAL;

	guard(mutex)(&run_lock);
	for (i = 0; i < COUNTS; i++)
		atomic_set(&counts[i], 0);
	racy_count = 0;
	atomic_set(&counted, 0);
	churn.end = jiffies + msecs_to_jiffies(ms);
	ret = run(&churn);
	if (ret)
		return ret;
	WARN(racy_count != atomic_read(&counted), "the planted race has lost counts: %u of %u\n",
	     atomic_read(&counted) - racy_count, atomic_read(&counted));
	return bytes;
}

static const struct file_operations run_ops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = run_write,
};

static int done_show(struct seq_file *file, void *unused)
{
	int i;

	for (i = 0; i < COUNTS; i++)
		seq_printf(file, "%s %d\n", count_names[i], atomic_read(&counts[i]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(done);

static int __init vsoc_churn_init(void)
{
	directory = debugfs_create_dir("vsoc-churn", NULL);
	debugfs_create_file("run", 0200, directory, NULL, &run_ops);
	debugfs_create_file("done", 0400, directory, NULL, &done_fops);
	return 0;
}
module_init(vsoc_churn_init);

static void __exit vsoc_churn_exit(void)
{
	debugfs_remove(directory);
}
module_exit(vsoc_churn_exit);

MODULE_DESCRIPTION("Lullaby virtual SoC: uses USB offload from several threads at once");
MODULE_LICENSE("GPL");
