// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a call of a function late, to widen the window of a race: in that window a test does a
 * thing that may happen there at any time.
 *
 *	echo 'FUNCTION MILLISECONDS' >/sys/kernel/debug/vsoc-delay/next
 *		the next call of FUNCTION, by any thread, sleeps for so long before it begins
 *	cat /sys/kernel/debug/vsoc-delay/waiting
 *		1 while that call sleeps
 *	cat /sys/kernel/debug/vsoc-delay/passed
 *		how many calls have slept since the module was loaded
 *
 * FUNCTION must be called in process context only, without spinlocks. There is a kprobe at its
 * entry. A handler of a kprobe must not sleep, so it sends the thread to vsoc_delay_entry(), which
 * saves the arguments, sleeps, and goes back to the entry.
 *
 * The module cannot be unloaded: a thread may still be on its way through vsoc_delay_entry().
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define MAX_NAME	64
#define MAX_DELAY_MS	60000

/**
 * struct delay_point - the function whose next call is late
 * @probe: at its entry; symbol_name is NULL if there is none. Under config_lock.
 * @name: its name; under config_lock
 * @delay_ms: how late; fixed while the probe is registered
 * @is_armed: 1 until a call has been taken
 * @waiting: calls that sleep now
 * @passed: calls that have slept
 */
struct delay_point {
	struct kprobe probe;
	char name[MAX_NAME];
	unsigned int delay_ms;
	atomic_t is_armed;
	atomic_t waiting;
	atomic_t passed;
};

static DEFINE_MUTEX(config_lock);
static struct delay_point point;

asmlinkage void vsoc_delay_sleep(void);
asmlinkage void vsoc_delay_entry(void);	/* vsoc-delay-entry.S */

/* Called by vsoc_delay_entry(), in the thread that has called the function. */
asmlinkage void vsoc_delay_sleep(void)
{
	msleep(READ_ONCE(point.delay_ms));
	atomic_inc(&point.passed);
	atomic_dec(&point.waiting);
}

static int on_entry(struct kprobe *probe, struct pt_regs *regs)
{
	/* The call comes through here once more when it has slept. */
	if (!in_task() || atomic_cmpxchg(&point.is_armed, 1, 0) != 1)
		return 0;

	atomic_inc(&point.waiting);
	regs->regs[17] = instruction_pointer(regs);
	instruction_pointer_set(regs, (unsigned long)vsoc_delay_entry);
	return 1;
}

NOKPROBE_SYMBOL(on_entry);

static int set_point(const char *name, unsigned int delay_ms)
{
	int ret;

	lockdep_assert_held(&config_lock);

	if (point.probe.symbol_name)
		unregister_kprobe(&point.probe);
	memset(&point.probe, 0, sizeof(point.probe));
	strscpy(point.name, name);
	WRITE_ONCE(point.delay_ms, delay_ms);
	atomic_set(&point.is_armed, 1);

	point.probe.symbol_name = point.name;
	point.probe.pre_handler = on_entry;
	ret = register_kprobe(&point.probe);
	if (ret < 0) {
		pr_err("vsoc-delay: no probe at %s: %d\n", name, ret);
		point.probe.symbol_name = NULL;
	}
	return ret;
}

static ssize_t next_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	char text[MAX_NAME + 16], name[MAX_NAME];
	unsigned int delay_ms;
	int ret;

	if (bytes >= sizeof(text))
		return -E2BIG;
	if (copy_from_user(text, from, bytes))
		return -EFAULT;
	text[bytes] = '\0';
	if (sscanf(text, "%63s %u", name, &delay_ms) != 2 || delay_ms > MAX_DELAY_MS)
		return -EINVAL;

	guard(mutex)(&config_lock);
	ret = set_point(name, delay_ms);
	return ret < 0 ? ret : bytes;
}

static const struct file_operations next_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = next_write,
};

static int __init delay_init(void)
{
	struct dentry *root = debugfs_create_dir("vsoc-delay", NULL);

	debugfs_create_file("next", 0200, root, NULL, &next_fops);
	debugfs_create_atomic_t("waiting", 0400, root, &point.waiting);
	debugfs_create_atomic_t("passed", 0400, root, &point.passed);
	return 0;
}
module_init(delay_init);

MODULE_DESCRIPTION("Lullaby virtual SoC: late calls, to widen the windows of races");
MODULE_LICENSE("GPL");
