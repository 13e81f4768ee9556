// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the N-th allocation or call fail that is made on behalf of chosen code, whichever thread
 * that runs in: to walk through every error path of a driver, one by one.
 *
 * In /sys/kernel/debug/vsoc-inject:
 *
 *	ranges		"start end" pairs of addresses, written all at once: the code in
 *			question
 *	functions	"name result" pairs, written all at once: functions that can fail, beside
 *			the allocations, and what they return then. Their callers must take it
 *			for an error.
 *	nth		written N: from now on calls are counted, from 1, and the N-th fails. 0: none
 *			fails, and none is counted.
 *	last		"calls C", how many there have been since; and, if one failed, "failed NAME
 *			from WHERE"
 *
 * What is counted are calls that have an address in the ranges on their stack, by a kprobe at the
 * entry of each function. A call that fails returns at once to its caller. Allocations fail where
 * failslab and fail_page_alloc make them fail, in should_failslab() and should_fail_alloc_page(),
 * but not those with __GFP_NOFAIL.
 *
 * Locking: config_lock serialises all writes of files. The probes see what they need through
 * atomics; the ranges and the functions change only while nothing is counted.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define MAX_RANGES	16
#define MAX_POINTS	40
#define MAX_NAME	64
#define MAX_WRITE	4096
#define STACK_DEPTH	64

/* Who calls the probed function is still in the link register. */
#define LINK_REGISTER	30

/**
 * struct inject_range - a piece of code
 * @start: first address
 * @end: first address after it
 */
struct inject_range {
	unsigned long start;
	unsigned long end;
};

/**
 * struct inject_point - a function that can be made to fail
 * @probe: at its entry
 * @name: its name
 * @result: what it returns then
 * @gfp_argument: which argument is a gfp_t; negative if none is
 */
struct inject_point {
	struct kprobe probe;
	char name[MAX_NAME];
	long result;
	int gfp_argument;
};

#define ALLOCATION_POINTS	2	/* the first ones, which stay */

/* Written under config_lock while nth is 0 and no probe runs. */
static struct inject_range ranges[MAX_RANGES];
static unsigned int range_count;
static struct inject_point *points[MAX_POINTS];
static unsigned int point_count;

static DEFINE_MUTEX(config_lock);
static atomic_t nth;		/* 0: nothing is counted */
static atomic_t calls;		/* since nth was written */
static struct inject_point *failed;	/* written once by the N-th call, cleared by writing nth */
static unsigned long failed_from;

static bool is_in_ranges(unsigned long address)
{
	unsigned int i;

	for (i = 0; i < range_count; i++)
		if (address >= ranges[i].start && address < ranges[i].end)
			return true;
	return false;
}

/* The stack ends with us and the probe's exception, then goes on where the function was called. */
static bool is_on_behalf(const struct pt_regs *regs)
{
	unsigned long entries[STACK_DEPTH];
	unsigned int count, i;

	if (is_in_ranges(regs->regs[LINK_REGISTER]))
		return true;
	count = stack_trace_save(entries, ARRAY_SIZE(entries), 0);
	for (i = 0; i < count; i++)
		if (is_in_ranges(entries[i]))
			return true;
	return false;
}

static int on_entry(struct kprobe *probe, struct pt_regs *regs)
{
	struct inject_point *point = container_of(probe, struct inject_point, probe);
	int wanted = atomic_read(&nth);

	if (!wanted || !in_task())
		return 0;
	if (point->gfp_argument >= 0 && regs->regs[point->gfp_argument] & (__force u64)__GFP_NOFAIL)
		return 0;
	if (!is_on_behalf(regs) || atomic_inc_return(&calls) != wanted)
		return 0;

	failed_from = regs->regs[LINK_REGISTER];
	/* Pairs with last_show(): who sees the point sees where it failed. */
	smp_store_release(&failed, point);
	regs_set_return_value(regs, point->result);
	instruction_pointer_set(regs, regs->regs[LINK_REGISTER]);
	return 1;
}
NOKPROBE_SYMBOL(on_entry);

static int add_point(const char *name, long result, int gfp_argument)
{
	struct inject_point *point;
	int ret;

	if (point_count == MAX_POINTS)
		return -ENOSPC;
	point = kzalloc(sizeof(*point), GFP_KERNEL);
	if (!point)
		return -ENOMEM;
	strscpy(point->name, name);
	point->result = result;
	point->gfp_argument = gfp_argument;
	point->probe.symbol_name = point->name;
	point->probe.pre_handler = on_entry;
	ret = register_kprobe(&point->probe);
	if (ret < 0) {
		pr_err("vsoc-inject: no probe at %s: %d\n", name, ret);
		kfree(point);
		return ret;
	}
	points[point_count++] = point;
	return 0;
}

static void remove_points(unsigned int keep)
{
	while (point_count > keep) {
		struct inject_point *point = points[--point_count];

		/* Waits until no handler runs any more. */
		unregister_kprobe(&point->probe);
		kfree(point);
	}
}

static int add_allocations(void)
{
	int ret;

	/* should_failslab(cache, gfp), should_fail_alloc_page(gfp, order) */
	ret = add_point("should_failslab", -ENOMEM, 1);
	if (ret < 0)
		return ret;
	ret = add_point("should_fail_alloc_page", true, 0);
	if (ret < 0)
		remove_points(0);
	return ret;
}

static void disarm(void)
{
	lockdep_assert_held(&config_lock);
	atomic_set(&nth, 0);
	/* Handlers run with preemption off. */
	synchronize_rcu();
}

/* Copies what was written, as a string that the caller frees. */
static char *copy_text(const char __user *from, size_t bytes)
{
	if (bytes >= MAX_WRITE)
		return ERR_PTR(-E2BIG);
	return memdup_user_nul(from, bytes);
}

static char *next_word(char **text)
{
	char *word;

	do {
		word = strsep(text, " \t\n");
	} while (word && !*word);
	return word;
}

static int parse_ranges(char *text)
{
	char *start, *end;

	while ((start = next_word(&text))) {
		end = next_word(&text);
		if (!end)
			return -EINVAL;
		if (range_count == MAX_RANGES)
			return -ENOSPC;
		if (kstrtoul(start, 16, &ranges[range_count].start) ||
		    kstrtoul(end, 16, &ranges[range_count].end))
			return -EINVAL;
		range_count++;
	}
	return 0;
}

static ssize_t ranges_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	char *text __free(kfree) = NULL;
	int ret;

	text = copy_text(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(no_free_ptr(text));

	guard(mutex)(&config_lock);
	disarm();
	range_count = 0;
	ret = parse_ranges(text);
	if (ret < 0) {
		range_count = 0;
		return ret;
	}
	return bytes;
}

static const struct file_operations ranges_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = ranges_write,
};

static int parse_functions(char *text)
{
	char *name, *number;
	long result;
	int ret;

	while ((name = next_word(&text))) {
		number = next_word(&text);
		if (!number || kstrtol(number, 0, &result))
			return -EINVAL;
		ret = add_point(name, result, -1);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static ssize_t functions_write(struct file *file, const char __user *from, size_t bytes,
			       loff_t *pos)
{
	char *text __free(kfree) = NULL;
	int ret;

	text = copy_text(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(no_free_ptr(text));

	guard(mutex)(&config_lock);
	disarm();
	remove_points(ALLOCATION_POINTS);
	ret = parse_functions(text);
	if (ret < 0) {
		remove_points(ALLOCATION_POINTS);
		return ret;
	}
	return bytes;
}

static const struct file_operations functions_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = functions_write,
};

static int nth_get(void *data, u64 *value)
{
	*value = atomic_read(&nth);
	return 0;
}

static int nth_set(void *data, u64 value)
{
	if (value > INT_MAX)
		return -ERANGE;

	guard(mutex)(&config_lock);
	disarm();
	if (!value)
		return 0;
	failed = NULL;
	atomic_set(&calls, 0);
	atomic_set(&nth, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(nth_fops, nth_get, nth_set, "%llu\n");

static int last_show(struct seq_file *file, void *unused)
{
	struct inject_point *point;

	guard(mutex)(&config_lock);
	seq_printf(file, "calls %d\n", atomic_read(&calls));
	/* Pairs with on_entry(). */
	point = smp_load_acquire(&failed);
	if (point)
		seq_printf(file, "failed %s from %pS\n", point->name, (void *)failed_from);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(last);

static struct dentry *root;	/* fixed after init */

static int __init inject_init(void)
{
	int ret;

	ret = add_allocations();
	if (ret < 0)
		return ret;
	root = debugfs_create_dir("vsoc-inject", NULL);
	debugfs_create_file("ranges", 0200, root, NULL, &ranges_fops);
	debugfs_create_file("functions", 0200, root, NULL, &functions_fops);
	debugfs_create_file_unsafe("nth", 0600, root, NULL, &nth_fops);
	debugfs_create_file("last", 0400, root, NULL, &last_fops);
	return 0;
}

static void __exit inject_exit(void)
{
	debugfs_remove(root);
	atomic_set(&nth, 0);
	remove_points(0);
}

module_init(inject_init);
module_exit(inject_exit);

MODULE_DESCRIPTION("Lullaby virtual SoC: failing allocations and calls, to test error paths");
MODULE_LICENSE("GPL");
