// SPDX-License-Identifier: GPL-2.0-only
/*
 * Things that happen at a given moment of a system sleep, to test what becomes of it.
 *
 * User space is frozen in a sleep, and can neither send a request then nor pull a plug. So it says
 * before what is to happen and when:
 *
 *	echo 'MOMENT refuse' >/sys/kernel/debug/vsoc-moment/plan
 *		the sleep fails with -EBUSY (prepare, suspend, late and noirq)
 *	echo 'MOMENT wake' >.../plan
 *		the system is woken, whatever it is about to do
 *	echo 'MOMENT event' >.../plan
 *		a wake-up event, which counts if /sys/power/wakeup_count was written
 *	echo 'MOMENT state' >.../plan
 *		the state that the PM core says is being entered, and the one that was asked for
 *	echo 'MOMENT wait MILLISECONDS' >.../plan
 *		that moment lasts so long
 *	echo 'MOMENT get USB-DEVICE' >.../plan
 *	echo 'MOMENT put USB-DEVICE' >.../plan
 *	echo 'MOMENT reset USB-DEVICE' >.../plan
 *		usb_offload_get() and usb_offload_put(), both with interrupts off, as they may be
 *		called from any context; usb_reset_device()
 *	printf 'MOMENT tell FD\nTEXT' >.../plan
 *		TEXT is written to the file that the writer has open as FD
 *	printf 'MOMENT ask FD\nTEXT' >.../plan
 *		the same, and a line with "return" or "error" is awaited from there: QEMU's monitor
 *		(not in noirq and wakened)
 *
 * What happened is in .../log; writing to it forgets all plans. Each plan is carried out once.
 *
 * The moment "now" is that write. The others are the PM core's callbacks of a device that was
 * registered when this module was loaded. Loaded last, it suspends before all others and resumes
 * after them (but for devices that do so asynchronously: see /sys/power/pm_async):
 *
 *	begin		PM_SUSPEND_PREPARE; processes still run
 *	prepare		after all devices' prepare
 *	suspend		before any device suspends
 *	late		all devices are suspended
 *	noirq		... and no device interrupts any more
 *	wakened		on the way back, the same as noirq
 *	early		the same as late
 *	resume		all devices are resumed
 *	complete	before any device's complete
 *	end		PM_POST_SUSPEND; processes run again
 *
 * A device that plans need in late or noirq must not suspend: the parameter "awake" names a PCI
 * function that the PM core leaves alone, with all devices below it.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/pm_wakeup.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/suspend-request.h>
#include <linux/usb.h>
#include <linux/usb/offload.h>

#define PLAN_BYTES	4096
#define LOG_LINES	64

static char *awake = "";
module_param(awake, charp, 0444);
MODULE_PARM_DESC(awake, "name of a PCI function that takes no part in system sleeps");

enum moment {
	MOMENT_NOW,
	MOMENT_BEGIN,
	MOMENT_PREPARE,
	MOMENT_SUSPEND,
	MOMENT_LATE,
	MOMENT_NOIRQ,
	MOMENT_WAKENED,
	MOMENT_EARLY,
	MOMENT_RESUME,
	MOMENT_COMPLETE,
	MOMENT_END,
	MOMENTS
};

static const char * const moment_names[MOMENTS] = {
	"now", "begin", "prepare", "suspend", "late", "noirq",
	"wakened", "early", "resume", "complete", "end",
};

enum plan_kind {
	PLAN_REFUSE,
	PLAN_WAKE,
	PLAN_EVENT,
	PLAN_STATE,
	PLAN_GET,
	PLAN_PUT,
	PLAN_RESET,
	PLAN_WAIT,
	PLAN_TELL,
	PLAN_ASK,
	PLAN_KINDS
};

static const char * const kind_names[PLAN_KINDS] = {
	"refuse", "wake", "event", "state", "get", "put", "reset", "wait", "tell", "ask",
};

/**
 * struct moment_plan - what is to happen
 * @node: in plans; under plans_lock
 * @when: at which moment
 * @kind: what it is
 * @name: the USB device that it is about
 * @wait_ms: how long PLAN_WAIT takes
 * @file: where @text is written to; referenced, NULL for kinds without text
 * @bytes: of @text
 * @text: what is written
 */
struct moment_plan {
	struct list_head node;
	enum moment when;
	enum plan_kind kind;
	char name[16];
	unsigned int wait_ms;
	struct file *file;
	size_t bytes;
	char text[] __counted_by(bytes);
};

static LIST_HEAD(plans);		/* under plans_lock, as what follows */
static DEFINE_MUTEX(plans_lock);
static char *log_lines[LOG_LINES];
static unsigned int log_count;

static struct dentry *moment_dir;
static struct platform_device *moment_device;
static struct device *awake_device;

static void free_plan(struct moment_plan *plan)
{
	if (plan->file)
		fput(plan->file);
	kfree(plan);
}

__printf(1, 2)
static void log_line(const char *format, ...)
{
	va_list args;

	lockdep_assert_held(&plans_lock);

	if (log_count == LOG_LINES)
		return;
	va_start(args, format);
	log_lines[log_count] = kvasprintf(GFP_KERNEL, format, args);
	va_end(args);
	log_count++;
}

/*
 * Reads until there is a line with an answer. It does not sleep: in virtual time, waiting costs
 * nothing but the time of the other processor, so the sleep that is being tested could be
 * over before the host has had its turn.
 */
static bool await_answer(struct file *file)
{
	char line[256];
	size_t used = 0;

	while (used < sizeof(line) - 1) {
		loff_t pos = 0;
		ssize_t got = kernel_read(file, line + used, 1, &pos);

		if (got == -EAGAIN) {
			cond_resched();
			continue;
		}
		if (got != 1)
			return false;
		if (line[used] != '\n') {
			used++;
			continue;
		}
		line[used] = '\0';
		if (strstr(line, "\"return\": \"\""))
			return true;
		if (strstr(line, "\"return\"") || strstr(line, "\"error\"")) {
			log_line("%s", line);
			return false;
		}
		used = 0;
	}
	return false;
}

struct usb_search {
	const char *name;
	struct usb_device *found;
};

static int match_usb_device(struct usb_device *udev, void *data)
{
	struct usb_search *search = data;

	if (strcmp(dev_name(&udev->dev), search->name))
		return 0;
	search->found = usb_get_dev(udev);
	return 1;
}

static int act_on_usb_device(const struct moment_plan *plan)
{
	struct usb_search search = { .name = plan->name };
	int ret = 0;

	usb_for_each_dev(&search, match_usb_device);
	if (!search.found)
		return -ENOENT;

	switch (plan->kind) {
	case PLAN_GET:
		scoped_guard(irqsave)
			ret = usb_offload_get(search.found);
		break;
	case PLAN_PUT:
		scoped_guard(irqsave)
			ret = usb_offload_put(search.found);
		break;
	case PLAN_RESET:
		usb_lock_device(search.found);
		ret = usb_reset_device(search.found);
		usb_unlock_device(search.found);
		break;
	default:
		break;
	}
	usb_put_dev(search.found);
	return ret;
}

static void write_text(const struct moment_plan *plan)
{
	const char *name = moment_names[plan->when];
	loff_t pos = 0;
	ssize_t written;

	written = kernel_write(plan->file, plan->text, plan->bytes, &pos);
	if (written != plan->bytes)
		log_line("%s failed %zd", name, written);
	else if (plan->kind == PLAN_TELL)
		log_line("%s told", name);
	else
		log_line("%s %s", name, await_answer(plan->file) ? "answered" : "unanswered");
}

/* Returns what the PM core is to hear. */
static int carry_out(const struct moment_plan *plan)
{
	const char *name = moment_names[plan->when];

	switch (plan->kind) {
	case PLAN_REFUSE:
		log_line("%s refused", name);
		return -EBUSY;
	case PLAN_WAKE:
		log_line("%s woke", name);
		pm_system_wakeup();
		break;
	case PLAN_EVENT:
		log_line("%s event", name);
		pm_wakeup_event(&moment_device->dev, 0);
		break;
	case PLAN_STATE:
		log_line("%s entering %d of %d", name, pm_suspend_target_state,
			 pm_suspend_requested_state);
		break;
	case PLAN_GET:
	case PLAN_PUT:
	case PLAN_RESET:
		log_line("%s %s %d", name, kind_names[plan->kind], act_on_usb_device(plan));
		break;
	case PLAN_WAIT:
		msleep(plan->wait_ms);
		log_line("%s waited", name);
		break;
	default:
		write_text(plan);
		break;
	}
	return 0;
}

static int moment_comes(enum moment when)
{
	struct moment_plan *plan, *next;
	int ret = 0;

	guard(mutex)(&plans_lock);

	list_for_each_entry_safe(plan, next, &plans, node) {
		if (plan->when != when)
			continue;
		ret = carry_out(plan) ?: ret;
		list_del(&plan->node);
		free_plan(plan);
	}
	return ret;
}

static int moment_prepare(struct device *dev)
{
	return moment_comes(MOMENT_PREPARE);
}

static int moment_suspend(struct device *dev)
{
	return moment_comes(MOMENT_SUSPEND);
}

static int moment_suspend_late(struct device *dev)
{
	return moment_comes(MOMENT_LATE);
}

static int moment_suspend_noirq(struct device *dev)
{
	return moment_comes(MOMENT_NOIRQ);
}

static int moment_resume_noirq(struct device *dev)
{
	return moment_comes(MOMENT_WAKENED);
}

static int moment_resume_early(struct device *dev)
{
	return moment_comes(MOMENT_EARLY);
}

static int moment_resume(struct device *dev)
{
	return moment_comes(MOMENT_RESUME);
}

static void moment_complete(struct device *dev)
{
	moment_comes(MOMENT_COMPLETE);
}

static const struct dev_pm_ops moment_pm_ops = {
	.prepare = moment_prepare,
	SYSTEM_SLEEP_PM_OPS(moment_suspend, moment_resume)
	LATE_SYSTEM_SLEEP_PM_OPS(moment_suspend_late, moment_resume_early)
	NOIRQ_SYSTEM_SLEEP_PM_OPS(moment_suspend_noirq, moment_resume_noirq)
	.complete = moment_complete,
};

static struct platform_driver moment_driver = {
	.driver.name = "vsoc-moment",
	.driver.pm = pm_sleep_ptr(&moment_pm_ops),
};

static int moment_notify(struct notifier_block *block, unsigned long event, void *data)
{
	if (event == PM_SUSPEND_PREPARE || event == PM_HIBERNATION_PREPARE)
		moment_comes(MOMENT_BEGIN);
	if (event == PM_POST_SUSPEND || event == PM_POST_HIBERNATION)
		moment_comes(MOMENT_END);
	return NOTIFY_DONE;
}

/* The last to be told when a sleep begins, and the last when it ends. */
static struct notifier_block moment_notifier = {
	.notifier_call = moment_notify,
	.priority = INT_MIN,
};

/* A plan's words: when, what, and to or by what. */
static int parse_words(struct moment_plan *plan, const char *line, int *fd)
{
	char when[16], kind[16];
	int fields, moment, kind_index;

	fields = sscanf(line, "%15s %15s %15s", when, kind, plan->name);
	if (fields < 2)
		return -EINVAL;
	moment = match_string(moment_names, MOMENTS, when);
	kind_index = match_string(kind_names, PLAN_KINDS, kind);
	if (moment < 0 || kind_index < 0 || fields != (kind_index >= PLAN_GET ? 3 : 2))
		return -EINVAL;
	/* No answer comes without interrupts. */
	if (kind_index == PLAN_ASK && (moment == MOMENT_NOIRQ || moment == MOMENT_WAKENED))
		return -EINVAL;

	plan->when = moment;
	plan->kind = kind_index;
	if (kind_index == PLAN_WAIT)
		return kstrtouint(plan->name, 10, &plan->wait_ms);
	return kind_index >= PLAN_TELL ? kstrtoint(plan->name, 10, fd) : 0;
}

static struct moment_plan *parse_plan(const char *line, const char *text, size_t bytes)
{
	struct moment_plan *plan;
	int fd = -1;
	int ret;

	plan = kzalloc(struct_size(plan, text, bytes), GFP_KERNEL);
	if (!plan)
		return ERR_PTR(-ENOMEM);
	plan->bytes = bytes;
	memcpy(plan->text, text, bytes);

	ret = parse_words(plan, line, &fd);
	if (ret)
		goto err_free_plan;
	if (plan->kind < PLAN_TELL)
		return plan;

	ret = -EBADF;
	plan->file = fget(fd);
	if (!plan->file)
		goto err_free_plan;
	if (plan->kind == PLAN_ASK) {
		spin_lock(&plan->file->f_lock);
		plan->file->f_flags |= O_NONBLOCK;
		spin_unlock(&plan->file->f_lock);
	}
	return plan;

err_free_plan:
	kfree(plan);
	return ERR_PTR(ret);
}

static ssize_t plan_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	struct moment_plan *plan;
	char *input, *text;

	if (count > PLAN_BYTES)
		return -EINVAL;
	input = memdup_user_nul(from, count);
	if (IS_ERR(input))
		return PTR_ERR(input);

	text = strchr(input, '\n');
	if (text)
		*text++ = '\0';
	else
		text = input + count;
	plan = parse_plan(input, text, count - (text - input));
	kfree(input);
	if (IS_ERR(plan))
		return PTR_ERR(plan);

	scoped_guard(mutex, &plans_lock)
		list_add_tail(&plan->node, &plans);
	moment_comes(MOMENT_NOW);
	return count;
}

static const struct file_operations plan_fops = {
	.owner = THIS_MODULE,
	.write = plan_write,
};

static int log_show(struct seq_file *seq, void *unused)
{
	unsigned int i;

	guard(mutex)(&plans_lock);

	for (i = 0; i < log_count; i++)
		seq_printf(seq, "%s\n", log_lines[i] ?: "?");
	return 0;
}

static int log_open(struct inode *inode, struct file *file)
{
	return single_open(file, log_show, NULL);
}

static void forget(void)
{
	struct moment_plan *plan, *next;

	guard(mutex)(&plans_lock);

	list_for_each_entry_safe(plan, next, &plans, node) {
		list_del(&plan->node);
		free_plan(plan);
	}
	while (log_count)
		kfree(log_lines[--log_count]);
}

static ssize_t log_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	forget();
	return count;
}

static const struct file_operations log_fops = {
	.owner = THIS_MODULE,
	.open = log_open,
	.read = seq_read,
	.write = log_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int keep_awake(struct device *dev, void *is_awake)
{
	dev_pm_syscore_device(dev, is_awake);
	return device_for_each_child(dev, is_awake, keep_awake);
}

static int __init moment_init(void)
{
	int ret;

	if (*awake) {
		awake_device = bus_find_device_by_name(&pci_bus_type, NULL, awake);
		if (!awake_device)
			return -ENODEV;
	}
	ret = platform_driver_register(&moment_driver);
	if (ret)
		goto err_put_awake;
	moment_device = platform_device_register_simple("vsoc-moment", PLATFORM_DEVID_NONE, NULL,
							0);
	if (IS_ERR(moment_device)) {
		ret = PTR_ERR(moment_device);
		goto err_unregister_driver;
	}
	ret = device_init_wakeup(&moment_device->dev, true);
	if (ret)
		goto err_unregister_device;
	ret = register_pm_notifier(&moment_notifier);
	if (ret)
		goto err_unregister_device;

	if (awake_device)
		keep_awake(awake_device, &moment_device);
	moment_dir = debugfs_create_dir("vsoc-moment", NULL);
	debugfs_create_file("plan", 0200, moment_dir, NULL, &plan_fops);
	debugfs_create_file("log", 0600, moment_dir, NULL, &log_fops);
	return 0;

err_unregister_device:
	platform_device_unregister(moment_device);
err_unregister_driver:
	platform_driver_unregister(&moment_driver);
err_put_awake:
	put_device(awake_device);
	return ret;
}
module_init(moment_init);

static void __exit moment_exit(void)
{
	debugfs_remove(moment_dir);
	if (awake_device)
		keep_awake(awake_device, NULL);
	put_device(awake_device);
	unregister_pm_notifier(&moment_notifier);
	platform_device_unregister(moment_device);
	platform_driver_unregister(&moment_driver);
	forget();
}
module_exit(moment_exit);

MODULE_DESCRIPTION("Things that happen at a given moment of a system sleep, for tests");
MODULE_LICENSE("GPL");
