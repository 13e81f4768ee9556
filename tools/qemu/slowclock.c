// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * slowclock.so: a library to be preloaded into QEMU, which gives it a clock that a busy host cannot run away with.
 *
 * Without -icount, a virtual machine's clock is the host's monotonic one. A host that has other things to do runs a
 * virtual processor for a part of that time only, and the time-outs inside of the machine see a processor
 * that stands still. Two rules prevent that:
 *
 * 1. The clock is SLOWCLOCK times slower than the host's: each second of the machine gets SLOWCLOCK seconds of the host.
 * 2. The clock waits for QEMU's main loop, whose thread turns timers into interrupts. When that is not run, or stuck in a
 *    write to a busy disk, all timers are late at once, and a watchdog strikes together with the alarm that should have come
 *    long before it. So the clock goes no further than to the time at which the main loop wants to be awake, and SLACK_NS.
 *
 * QEMU reads the monotonic clock by clock_gettime(), and waits for its timers in ppoll() in its main thread. The other
 * clocks are left alone: QEMU measures waits for its own threads by them. So the machine's real-time clock has to
 * follow the virtual one (-rtc clock=vm).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S	1000000000
#define MAX_FACTOR	1000
#define SLACK_NS	5000000

static int (*real_clock_gettime)(clockid_t clock, struct timespec *time);
static int (*real_ppoll)(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
static int64_t factor = 1;
static int64_t begin_ns;
static pthread_t main_thread;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t waited_ns;		/* for the main loop, in all; guarded by lock */
static int64_t limit_ns = INT64_MAX;	/* the clock does not go beyond; guarded by lock */

static int64_t to_ns(const struct timespec *time)
{
	return (int64_t)time->tv_sec * NS_PER_S + time->tv_nsec;
}

static struct timespec from_ns(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };
}

/* Before main(), so in one thread. A constructor of another library may have asked for the time already. */
__attribute__((constructor)) static void init(void)
{
	const char *text = getenv("SLOWCLOCK");
	struct timespec now;
	char *end;

	if (real_clock_gettime)
		return;
	real_ppoll = (int (*)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))
		dlsym(RTLD_NEXT, "ppoll");
	real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	if (text) {
		factor = strtol(text, &end, 10);
		if (end == text || *end || factor < 1 || factor > MAX_FACTOR) {
			fprintf(stderr, "SLOWCLOCK=%s: it is a number from 1 to %d\n", text, MAX_FACTOR);
			exit(1);
		}
	}
	main_thread = pthread_self();
	real_clock_gettime(CLOCK_MONOTONIC, &now);
	begin_ns = to_ns(&now);
}

/* With the lock. */
static int64_t now_ns(void)
{
	struct timespec now;
	int64_t ns;

	real_clock_gettime(CLOCK_MONOTONIC, &now);
	ns = begin_ns + (to_ns(&now) - begin_ns) / factor - waited_ns;
	if (ns > limit_ns) {
		waited_ns += ns - limit_ns;
		ns = limit_ns;
	}
	return ns;
}

/* The main loop is here, and will be here again so much later; -1: when something happens, and no timer is due before. */
static void main_loop_is_back_in(int64_t ns)
{
	pthread_mutex_lock(&lock);
	limit_ns = ns < 0 || ns > INT64_MAX / 4 ? INT64_MAX : now_ns() + ns + SLACK_NS;
	pthread_mutex_unlock(&lock);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	init();
	if (clock != CLOCK_MONOTONIC)
		return real_clock_gettime(clock, time);
	pthread_mutex_lock(&lock);
	*time = from_ns(now_ns());
	pthread_mutex_unlock(&lock);
	return 0;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	int is_main_loop, ret;
	struct timespec longer;

	init();
	is_main_loop = pthread_equal(pthread_self(), main_thread);
	if (is_main_loop)
		main_loop_is_back_in(timeout ? to_ns(timeout) : -1);
	if (timeout && to_ns(timeout) <= INT64_MAX / factor) {
		longer = from_ns(to_ns(timeout) * factor);
		timeout = &longer;
	}
	ret = real_ppoll(fds, count, timeout, mask);
	if (is_main_loop)
		main_loop_is_back_in(0);
	return ret;
}
