// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes processors take turns at odd moments, in virtual time.
 *
 * There QEMU runs the processors one after the other, in one thread, and before its version 8 one's
 * turn ends only when it waits, or yields. So everything that one does between two waits would be
 * indivisible for the others, and few races could show. With this module each processor that is
 * busy yields again and again, after intervals that are random, from 32 us up to 2 ms. They follow
 * from "seed": the same seed gives the same turns.
 *
 * It cannot end a turn while interrupts are off.
 *
 * A processor that is idle is left alone: its timer is stopped before it goes idle, and started
 * when it has a task again, so that no wake-up is added to those that are counted.
 *
 * /sys/kernel/debug/vsoc-turns says how many turns each processor has ended.
 *
 * Locking: each processor's state is used by that processor alone, with interrupts off, once the
 * module has set it up. The counter is read by anybody.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

/* An interval lies in one of these octaves, each of which is as likely as the others. */
#define SHORTEST_NS	(32 * NSEC_PER_USEC)
#define OCTAVES		6

static unsigned int seed = 1;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "what the moments follow from");

/**
 * struct turns - one processor's turns
 * @timer: ends the present one
 * @random: where the intervals come from
 * @count: how many were ended
 */
struct turns {
	struct hrtimer timer;
	struct rnd_state random;
	unsigned long count;
};

static DEFINE_PER_CPU(struct turns, turns);
static struct tracepoint *switch_tracepoint;
static struct dentry *turns_file;

static ktime_t random_interval(struct turns *mine)
{
	u64 octave_ns = SHORTEST_NS << (prandom_u32_state(&mine->random) % OCTAVES);

	return ns_to_ktime(octave_ns + prandom_u32_state(&mine->random) % octave_ns);
}

static enum hrtimer_restart end_turn(struct hrtimer *timer)
{
	struct turns *mine = container_of(timer, struct turns, timer);

	/* A processor that goes offline leaves its timer to another one. */
	if (mine != this_cpu_ptr(&turns))
		return HRTIMER_NORESTART;

	WRITE_ONCE(mine->count, mine->count + 1);
	cpu_relax();
	hrtimer_forward_now(timer, random_interval(mine));
	return HRTIMER_RESTART;
}

/* Called with interrupts off, by the scheduler of the processor that it is about. */
static void on_switch(void *data, bool preempt, struct task_struct *prev,
		      struct task_struct *next, unsigned int prev_state)
{
	struct turns *mine = this_cpu_ptr(&turns);

	if (is_idle_task(next))
		hrtimer_try_to_cancel(&mine->timer);
	else if (is_idle_task(prev))
		hrtimer_start(&mine->timer, random_interval(mine), HRTIMER_MODE_REL_PINNED_HARD);
}

/* The scheduler's tracepoint is not exported by its name. */
static void look_for_switch(struct tracepoint *tracepoint, void *data)
{
	if (!strcmp(tracepoint->name, "sched_switch"))
		switch_tracepoint = tracepoint;
}

static int turns_show(struct seq_file *seq, void *unused)
{
	int cpu;

	for_each_online_cpu(cpu)
		seq_printf(seq, "%d %lu\n", cpu, READ_ONCE(per_cpu(turns, cpu).count));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(turns);

static int __init turns_init(void)
{
	int cpu, ret;

	for_each_possible_cpu(cpu) {
		struct turns *its = per_cpu_ptr(&turns, cpu);

		prandom_seed_state(&its->random, ((u64)seed << 32) + cpu);
		hrtimer_init(&its->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		its->timer.function = end_turn;
	}

	for_each_kernel_tracepoint(look_for_switch, NULL);
	if (!switch_tracepoint)
		return -ENODEV;
	ret = tracepoint_probe_register(switch_tracepoint, on_switch, NULL);
	if (ret)
		return ret;
	turns_file = debugfs_create_file("vsoc-turns", 0400, NULL, NULL, &turns_fops);
	return 0;
}
module_init(turns_init);

static void __exit turns_exit(void)
{
	int cpu;

	debugfs_remove(turns_file);
	tracepoint_probe_unregister(switch_tracepoint, on_switch, NULL);
	tracepoint_synchronize_unregister();
	for_each_possible_cpu(cpu)
		hrtimer_cancel(&per_cpu_ptr(&turns, cpu)->timer);
}
module_exit(turns_exit);

MODULE_DESCRIPTION("Lullaby virtual SoC: processors take turns at odd moments");
MODULE_LICENSE("GPL");
