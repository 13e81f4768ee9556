// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes allocations and calls fail that are made on behalf of chosen code, each of them once, and
 * whichever thread it is in: to walk through every error path of a driver.
 *
 * In /sys/kernel/debug/vsoc-inject:
 *
 *	ranges		"start end" pairs of addresses, written all at once: the code in
 *			question
 *	except		the same: code whose own calls do not count (the slab allocator's, for
 *			pages, say)
 *	functions	"name result" pairs, written all at once: functions that can fail, beside
 *			the allocations, and their results then. Their callers must take it
 *			for an error.
 *	armed		written 1: the next call that has not failed yet fails, and then no other;
 *			0: none fails
 *	last		the call that failed since then: "NAME from CALLER for WHERE", WHERE
 *			being the innermost address in the ranges; then its stack, a line for each
 *			function, indented
 *
 * A call counts if it has an address in the ranges on its stack, and none of the exceptions'. One
 * call is the same as another if its whole stack is, and as many like it came before it since
 * "armed" was written. So the walk does not miss any if there is one more in one round than in the
 * next; it begins anew when one of the first three files is written.
 *
 * There is a kprobe at the entry of each function. A call that fails returns at once to its caller.
 * Allocations fail where failslab and fail_page_alloc make them fail, in should_failslab() and
 * should_fail_alloc_page(), but not those with __GFP_NOFAIL.
 *
 * Locking: config_lock serialises all writes of files; the fields that the probes read without a
 * lock change only while nothing is armed and no probe runs. calls_lock, inside of it, guards the
 * walk.
 */
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/jhash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define MAX_RANGES	16
#define MAX_POINTS	40
#define MAX_NAME	64
#define MAX_WRITE	4096
#define MAX_CALLS	2048	/* different ones in a round, and in a walk */
#define STACK_DEPTH	64

/* The caller of the probed function is still in the link register. */
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
 * struct inject_ranges - pieces of code
 * @range: the pieces
 * @count: how many there are
 */
struct inject_ranges {
	struct inject_range range[MAX_RANGES];
	unsigned int count;
};

/**
 * struct inject_point - a function that can be made to fail
 * @probe: at its entry
 * @name: its name
 * @result: its result then
 * @gfp_argument: which argument is a gfp_t; negative if none is
 */
struct inject_point {
	struct kprobe probe;
	char name[MAX_NAME];
	long result;
	int gfp_argument;
};

/**
 * struct inject_call - calls with the same stack
 * @stack: a hash of the stack
 * @count: how many there have been in this round; in the table of failed ones: which of them
 */
struct inject_call {
	u32 stack;
	u32 count;
};

#define ALLOCATION_POINTS	2	/* the first ones, which stay */

static DEFINE_MUTEX(config_lock);

/* Changed under config_lock while nothing is armed and no probe runs. */
static struct inject_ranges wanted;
static struct inject_ranges excepted;
static struct inject_point *points[MAX_POINTS];
static unsigned int point_count;

static bool is_armed;		/* written under both locks, read without to save time */

static DEFINE_RAW_SPINLOCK(calls_lock);
/* Under calls_lock: */
static struct inject_call round[MAX_CALLS];	/* since it was armed */
static unsigned int round_count;
static struct inject_call walk[MAX_CALLS];	/* have failed */
static unsigned int walk_count;
static const struct inject_point *failed;	/* in this round */
static unsigned long failed_from;
static unsigned long failed_for;
static unsigned long failed_stack[STACK_DEPTH];
static unsigned int failed_depth;

static bool is_in(const struct inject_ranges *ranges, unsigned long address)
{
	unsigned int i;

	for (i = 0; i < ranges->count; i++)
		if (address >= ranges->range[i].start && address < ranges->range[i].end)
			return true;
	return false;
}

/* Returns the innermost address in the wanted ranges, or 0 if the call does not count. */
static unsigned long find_on_behalf(const unsigned long *stack, unsigned int depth)
{
	unsigned long found = 0;
	unsigned int i;

	for (i = 0; i < depth; i++) {
		if (is_in(&excepted, stack[i]))
			return 0;
		if (!found && is_in(&wanted, stack[i]))
			found = stack[i];
	}
	return found;
}

/* Returns which one of its kind this call is in this round, from 1; 0 if there is no more room. */
static u32 count_call(u32 stack)
{
	unsigned int i;

	lockdep_assert_held(&calls_lock);
	for (i = 0; i < round_count; i++)
		if (round[i].stack == stack)
			return ++round[i].count;
	if (round_count == MAX_CALLS)
		return 0;
	round[round_count++] = (struct inject_call){ .stack = stack, .count = 1 };
	return 1;
}

static bool has_failed(u32 stack, u32 count)
{
	unsigned int i;

	lockdep_assert_held(&calls_lock);
	for (i = 0; i < walk_count; i++)
		if (walk[i].stack == stack && walk[i].count == count)
			return true;
	return false;
}

/* Whether this call is the one that fails in this round. */
static bool shall_fail(const struct inject_point *point, u32 stack)
{
	u32 count;

	lockdep_assert_held(&calls_lock);
	if (!is_armed || failed)
		return false;
	count = count_call(stack);
	if (!count || has_failed(stack, count) || walk_count == MAX_CALLS)
		return false;
	walk[walk_count++] = (struct inject_call){ .stack = stack, .count = count };
	failed = point;
	return true;
}

static int on_entry(struct kprobe *probe, struct pt_regs *regs)
{
	struct inject_point *point = container_of(probe, struct inject_point, probe);
	unsigned long stack[STACK_DEPTH], on_behalf, flags;
	unsigned int depth;
	bool fails;

	if (!READ_ONCE(is_armed) || !in_task())
		return 0;
	if (point->gfp_argument >= 0 && regs->regs[point->gfp_argument] & (__force u64)__GFP_NOFAIL)
		return 0;

	/* It begins with us and the probe's exception, and does not have the caller. */
	stack[0] = regs->regs[LINK_REGISTER];
	depth = 1 + stack_trace_save(stack + 1, ARRAY_SIZE(stack) - 1, 0);
	on_behalf = find_on_behalf(stack, depth);
	if (!on_behalf)
		return 0;

	raw_spin_lock_irqsave(&calls_lock, flags);
	fails = shall_fail(point, jhash2((u32 *)stack, depth * sizeof(*stack) / sizeof(u32),
					 hash_ptr(point, 32)));
	if (fails) {
		failed_from = stack[0];
		failed_for = on_behalf;
		failed_depth = depth;
		memcpy(failed_stack, stack, depth * sizeof(*stack));
	}
	raw_spin_unlock_irqrestore(&calls_lock, flags);
	if (!fails)
		return 0;

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

/* No probe runs, and nothing fails, until it is armed again. */
static void disarm(void)
{
	lockdep_assert_held(&config_lock);
	scoped_guard(raw_spinlock_irqsave, &calls_lock)
		WRITE_ONCE(is_armed, false);
	/* Probes run with preemption off. */
	synchronize_rcu();
}

static void arm(void)
{
	lockdep_assert_held(&config_lock);
	scoped_guard(raw_spinlock_irqsave, &calls_lock) {
		round_count = 0;
		failed = NULL;
		WRITE_ONCE(is_armed, true);
	}
}

static void begin_anew(void)
{
	lockdep_assert_held(&config_lock);
	disarm();
	scoped_guard(raw_spinlock_irqsave, &calls_lock) {
		walk_count = 0;
		failed = NULL;
	}
}

/* Copies the written text, as a string that the caller frees. */
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

static int parse_ranges(char *text, struct inject_ranges *ranges)
{
	struct inject_range range;
	char *start, *end;

	ranges->count = 0;
	while ((start = next_word(&text))) {
		end = next_word(&text);
		if (!end || kstrtoul(start, 16, &range.start) || kstrtoul(end, 16, &range.end))
			return -EINVAL;
		if (ranges->count == MAX_RANGES)
			return -ENOSPC;
		ranges->range[ranges->count++] = range;
	}
	return 0;
}

static ssize_t ranges_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct inject_ranges *ranges = file->private_data;
	char *text;
	int ret;

	text = copy_text(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);

	scoped_guard(mutex, &config_lock) {
		begin_anew();
		ret = parse_ranges(text, ranges);
		if (ret < 0)
			ranges->count = 0;
	}
	kfree(text);
	return ret < 0 ? ret : bytes;
}

/* For both kinds of ranges. */
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
	char *text;
	int ret;

	text = copy_text(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);

	scoped_guard(mutex, &config_lock) {
		begin_anew();
		remove_points(ALLOCATION_POINTS);
		ret = parse_functions(text);
		if (ret < 0)
			remove_points(ALLOCATION_POINTS);
	}
	kfree(text);
	return ret < 0 ? ret : bytes;
}

static const struct file_operations functions_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = functions_write,
};

static int armed_set(void *data, u64 value)
{
	guard(mutex)(&config_lock);
	disarm();
	if (value)
		arm();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(armed_fops, NULL, armed_set, "%llu\n");

static int last_show(struct seq_file *file, void *unused)
{
	unsigned int i;

	/* Points go under this lock only. */
	guard(mutex)(&config_lock);
	scoped_guard(raw_spinlock_irqsave, &calls_lock) {
		if (!failed)
			break;
		seq_printf(file, "%s from %ps for %ps\n", failed->name, (void *)failed_from,
			   (void *)failed_for);
		for (i = 0; i < failed_depth; i++)
			seq_printf(file, "\t%ps\n", (void *)failed_stack[i]);
	}
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
	debugfs_create_file("ranges", 0200, root, &wanted, &ranges_fops);
	debugfs_create_file("except", 0200, root, &excepted, &ranges_fops);
	debugfs_create_file("functions", 0200, root, NULL, &functions_fops);
	debugfs_create_file_unsafe("armed", 0200, root, NULL, &armed_fops);
	debugfs_create_file("last", 0400, root, NULL, &last_fops);
	return 0;
}

static void __exit inject_exit(void)
{
	debugfs_remove(root);
	scoped_guard(mutex, &config_lock) {
		disarm();
		remove_points(0);
	}
}

module_init(inject_init);
module_exit(inject_exit);

MODULE_DESCRIPTION("Lullaby virtual SoC: failing allocations and calls, to test error paths");
MODULE_LICENSE("GPL");
