// SPDX-License-Identifier: GPL-2.0-only
/*
 * Actions at the hooks that the PM core calls in a system sleep, for tests of the sleep.
 *
 * User space is frozen in a sleep, and can neither send a request then nor pull a plug. So it says
 * beforehand which action is due at which hook:
 *
 *	echo 'HOOK refuse' >/sys/kernel/debug/vsoc-pm-test/action
 *		the sleep fails with -EBUSY (prepare, suspend, late and noirq)
 *	echo 'HOOK wake' >.../action
 *		the system is woken, whatever it is about to do
 *	echo 'HOOK event' >.../action
 *		a wake-up event, which counts if /sys/power/wakeup_count was written
 *	echo 'HOOK state' >.../action
 *		the state that the PM core says is being entered, and the one that was asked for
 *	echo 'HOOK wait MILLISECONDS' >.../action
 *		that hook takes so long
 *	echo 'HOOK get USB-DEVICE' >.../action
 *	echo 'HOOK put USB-DEVICE' >.../action
 *	echo 'HOOK reset USB-DEVICE' >.../action
 *		usb_offload_get() and usb_offload_put(), both with interrupts off, as they may be
 *		called from any context; usb_reset_device()
 *	printf 'HOOK tell FD\nTEXT' >.../action
 *		TEXT is written to the file that the writer has open as FD
 *	printf 'HOOK ask FD\nTEXT' >.../action
 *		the same, and a line with "return" or "error" is awaited from there: QEMU's monitor
 *		(not in noirq and wakened)
 *
 * The log of the actions is in .../log; writing to it forgets all actions. Each action is carried
 * out once.
 *
 * The hook "now" is that write. The others are the PM core's callbacks of a device that was
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
 * A device that actions need in late or noirq must not suspend: the parameter "awake" names a PCI
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

#define TEXT_BYTES	4096
#define LOG_LINES	64

static char *awake = "";
module_param(awake, charp, 0444);
MODULE_PARM_DESC(awake, "name of a PCI function that takes no part in system sleeps");

enum pm_test_hook {
	HOOK_NOW,
	HOOK_BEGIN,
	HOOK_PREPARE,
	HOOK_SUSPEND,
	HOOK_LATE,
	HOOK_NOIRQ,
	HOOK_WAKENED,
	HOOK_EARLY,
	HOOK_RESUME,
	HOOK_COMPLETE,
	HOOK_END,
	HOOKS
};

static const char * const hook_names[HOOKS] = {
	"now", "begin", "prepare", "suspend", "late", "noirq",
	"wakened", "early", "resume", "complete", "end",
};

enum action_kind {
	ACTION_REFUSE,
	ACTION_WAKE,
	ACTION_EVENT,
	ACTION_STATE,
	ACTION_GET,
	ACTION_PUT,
	ACTION_RESET,
	ACTION_WAIT,
	ACTION_TELL,
	ACTION_ASK,
	ACTION_KINDS
};

static const char * const kind_names[ACTION_KINDS] = {
	"refuse", "wake", "event", "state", "get", "put", "reset", "wait", "tell", "ask",
};

/**
 * struct pm_test_action - an action that is due at a hook
 * @node: in actions; under actions_lock
 * @when: at which hook
 * @kind: kind of action
 * @name: the USB device that it is about
 * @wait_ms: how long ACTION_WAIT takes
 * @file: where @text is written to; referenced, NULL for kinds without text
 * @bytes: of @text
 * @text: text that ACTION_TELL and ACTION_ASK write
 */
struct pm_test_action {
	struct list_head node;
	enum pm_test_hook when;
	enum action_kind kind;
	char name[16];
	unsigned int wait_ms;
	struct file *file;
	size_t bytes;
	char text[] __counted_by(bytes);
};

static LIST_HEAD(actions);		/* under actions_lock, as what follows */
static DEFINE_MUTEX(actions_lock);
static char *log_lines[LOG_LINES];
static unsigned int log_count;

static struct dentry *pm_test_dir;
static struct platform_device *pm_test_device;
static struct device *awake_device;

static void free_action(struct pm_test_action *action)
{
	if (action->file)
		fput(action->file);
	kfree(action);
}

__printf(1, 2)
static void log_line(const char *format, ...)
{
	va_list args;

	lockdep_assert_held(&actions_lock);

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

static int act_on_usb_device(const struct pm_test_action *action)
{
	struct usb_search search = { .name = action->name };
	int ret = 0;

	usb_for_each_dev(&search, match_usb_device);
	if (!search.found)
		return -ENOENT;

	switch (action->kind) {
	case ACTION_GET:
		scoped_guard(irqsave)
			ret = usb_offload_get(search.found);
		break;
	case ACTION_PUT:
		scoped_guard(irqsave)
			ret = usb_offload_put(search.found);
		break;
	case ACTION_RESET:
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

static void write_text(const struct pm_test_action *action)
{
	const char *name = hook_names[action->when];
	loff_t pos = 0;
	ssize_t written;

	written = kernel_write(action->file, action->text, action->bytes, &pos);
	if (written != action->bytes)
		log_line("%s failed %zd", name, written);
	else if (action->kind == ACTION_TELL)
		log_line("%s told", name);
	else
		log_line("%s %s", name, await_answer(action->file) ? "answered" : "unanswered");
}

/* Returns the hook's result for the PM core. */
static int carry_out(const struct pm_test_action *action)
{
	const char *name = hook_names[action->when];

	switch (action->kind) {
	case ACTION_REFUSE:
		log_line("%s refused", name);
		return -EBUSY;
	case ACTION_WAKE:
		log_line("%s woke", name);
		pm_system_wakeup();
		break;
	case ACTION_EVENT:
		log_line("%s event", name);
		pm_wakeup_event(&pm_test_device->dev, 0);
		break;
	case ACTION_STATE:
		log_line("%s entering %d of %d", name, pm_suspend_target_state,
			 pm_suspend_requested_state);
		break;
	case ACTION_GET:
	case ACTION_PUT:
	case ACTION_RESET:
		log_line("%s %s %d", name, kind_names[action->kind], act_on_usb_device(action));
		break;
	case ACTION_WAIT:
		msleep(action->wait_ms);
		log_line("%s waited", name);
		break;
	default:
		write_text(action);
		break;
	}
	return 0;
}

static int run_hook(enum pm_test_hook when)
{
	struct pm_test_action *action, *next;
	int ret = 0;

	guard(mutex)(&actions_lock);

	list_for_each_entry_safe(action, next, &actions, node) {
		if (action->when != when)
			continue;
		ret = carry_out(action) ?: ret;
		list_del(&action->node);
		free_action(action);
	}
	return ret;
}

static int pm_test_prepare(struct device *dev)
{
	return run_hook(HOOK_PREPARE);
}

static int pm_test_suspend(struct device *dev)
{
	return run_hook(HOOK_SUSPEND);
}

static int pm_test_suspend_late(struct device *dev)
{
	return run_hook(HOOK_LATE);
}

static int pm_test_suspend_noirq(struct device *dev)
{
	return run_hook(HOOK_NOIRQ);
}

static int pm_test_resume_noirq(struct device *dev)
{
	return run_hook(HOOK_WAKENED);
}

static int pm_test_resume_early(struct device *dev)
{
	return run_hook(HOOK_EARLY);
}

static int pm_test_resume(struct device *dev)
{
	return run_hook(HOOK_RESUME);
}

static void pm_test_complete(struct device *dev)
{
	run_hook(HOOK_COMPLETE);
}

static const struct dev_pm_ops pm_test_pm_ops = {
	.prepare = pm_test_prepare,
	SYSTEM_SLEEP_PM_OPS(pm_test_suspend, pm_test_resume)
	LATE_SYSTEM_SLEEP_PM_OPS(pm_test_suspend_late, pm_test_resume_early)
	NOIRQ_SYSTEM_SLEEP_PM_OPS(pm_test_suspend_noirq, pm_test_resume_noirq)
	.complete = pm_test_complete,
};

static struct platform_driver pm_test_driver = {
	.driver.name = "vsoc-pm-test",
	.driver.pm = pm_sleep_ptr(&pm_test_pm_ops),
};

static int pm_test_notify(struct notifier_block *block, unsigned long event, void *data)
{
	if (event == PM_SUSPEND_PREPARE || event == PM_HIBERNATION_PREPARE)
		run_hook(HOOK_BEGIN);
	if (event == PM_POST_SUSPEND || event == PM_POST_HIBERNATION)
		run_hook(HOOK_END);
	return NOTIFY_DONE;
}

/* The last to be told when a sleep begins, and the last when it ends. */
static struct notifier_block pm_test_notifier = {
	.notifier_call = pm_test_notify,
	.priority = INT_MIN,
};

/* A action's words: when, what, and to or by what. */
static int parse_words(struct pm_test_action *action, const char *line, int *fd)
{
	char when[16], kind[16];
	int fields, hook, kind_index;

	fields = sscanf(line, "%15s %15s %15s", when, kind, action->name);
	if (fields < 2)
		return -EINVAL;
	hook = match_string(hook_names, HOOKS, when);
	kind_index = match_string(kind_names, ACTION_KINDS, kind);
	if (hook < 0 || kind_index < 0 || fields != (kind_index >= ACTION_GET ? 3 : 2))
		return -EINVAL;
	/* No answer comes without interrupts. */
	if (kind_index == ACTION_ASK && (hook == HOOK_NOIRQ || hook == HOOK_WAKENED))
		return -EINVAL;

	action->when = hook;
	action->kind = kind_index;
	if (kind_index == ACTION_WAIT)
		return kstrtouint(action->name, 10, &action->wait_ms);
	return kind_index >= ACTION_TELL ? kstrtoint(action->name, 10, fd) : 0;
}

static struct pm_test_action *parse_plan(const char *line, const char *text, size_t bytes)
{
	struct pm_test_action *action;
	int fd = -1;
	int ret;

	action = kzalloc(struct_size(action, text, bytes), GFP_KERNEL);
	if (!action)
		return ERR_PTR(-ENOMEM);
	action->bytes = bytes;
	memcpy(action->text, text, bytes);

	ret = parse_words(action, line, &fd);
	if (ret)
		goto err_free_action;
	if (action->kind < ACTION_TELL)
		return action;

	ret = -EBADF;
	action->file = fget(fd);
	if (!action->file)
		goto err_free_action;
	if (action->kind == ACTION_ASK) {
		spin_lock(&action->file->f_lock);
		action->file->f_flags |= O_NONBLOCK;
		spin_unlock(&action->file->f_lock);
	}
	return action;

err_free_action:
	kfree(action);
	return ERR_PTR(ret);
}

static ssize_t action_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	struct pm_test_action *action;
	char *input, *text;

	if (count > TEXT_BYTES)
		return -EINVAL;
	input = memdup_user_nul(from, count);
	if (IS_ERR(input))
		return PTR_ERR(input);

	text = strchr(input, '\n');
	if (text)
		*text++ = '\0';
	else
		text = input + count;
	action = parse_plan(input, text, count - (text - input));
	kfree(input);
	if (IS_ERR(action))
		return PTR_ERR(action);

	scoped_guard(mutex, &actions_lock)
		list_add_tail(&action->node, &actions);
	run_hook(HOOK_NOW);
	return count;
}

static const struct file_operations action_fops = {
	.owner = THIS_MODULE,
	.write = action_write,
};

static int log_show(struct seq_file *seq, void *unused)
{
	unsigned int i;

	guard(mutex)(&actions_lock);

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
	struct pm_test_action *action, *next;

	guard(mutex)(&actions_lock);

	list_for_each_entry_safe(action, next, &actions, node) {
		list_del(&action->node);
		free_action(action);
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

static int __init pm_test_init(void)
{
	int ret;

	if (*awake) {
		awake_device = bus_find_device_by_name(&pci_bus_type, NULL, awake);
		if (!awake_device)
			return -ENODEV;
	}
	ret = platform_driver_register(&pm_test_driver);
	if (ret)
		goto err_put_awake;
	pm_test_device = platform_device_register_simple("vsoc-pm-test", PLATFORM_DEVID_NONE,
							 NULL, 0);
	if (IS_ERR(pm_test_device)) {
		ret = PTR_ERR(pm_test_device);
		goto err_unregister_driver;
	}
	ret = device_init_wakeup(&pm_test_device->dev, true);
	if (ret)
		goto err_unregister_device;
	ret = register_pm_notifier(&pm_test_notifier);
	if (ret)
		goto err_unregister_device;

	if (awake_device)
		keep_awake(awake_device, &pm_test_device);
	pm_test_dir = debugfs_create_dir("vsoc-pm-test", NULL);
	debugfs_create_file("action", 0200, pm_test_dir, NULL, &action_fops);
	debugfs_create_file("log", 0600, pm_test_dir, NULL, &log_fops);
	return 0;

err_unregister_device:
	platform_device_unregister(pm_test_device);
err_unregister_driver:
	platform_driver_unregister(&pm_test_driver);
err_put_awake:
	put_device(awake_device);
	return ret;
}
module_init(pm_test_init);

static void __exit pm_test_exit(void)
{
	debugfs_remove(pm_test_dir);
	if (awake_device)
		keep_awake(awake_device, NULL);
	put_device(awake_device);
	unregister_pm_notifier(&pm_test_notifier);
	platform_device_unregister(pm_test_device);
	platform_driver_unregister(&pm_test_driver);
	forget();
}
module_exit(pm_test_exit);

MODULE_DESCRIPTION("Actions at the PM hooks of a system sleep, for tests");
MODULE_LICENSE("GPL");
