// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * slowclock.so: a library to be preloaded into QEMU, which makes the host's clock SLOWCLOCK times slower for it.
 *
 * Without -icount, a virtual machine's clock is the host's monotonic one. A host that has other things to do runs a
 * virtual processor for a part of that time only, and the time-outs inside of the machine see a processor
 * that stands still. With a slower clock each second of the machine gets SLOWCLOCK seconds of the host.
 *
 * QEMU reads the monotonic clock by clock_gettime(), and waits for its timers in ppoll() of its main loop. The other
 * clocks are left alone: QEMU measures waits for its own threads by them. So the machine's real-time clock has to
 * follow the virtual one (-rtc clock=vm).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S	1000000000
#define MAX_FACTOR	1000

static int (*real_clock_gettime)(clockid_t clock, struct timespec *time);
static int (*real_ppoll)(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
static int64_t factor = 1;
static int64_t begin_ns;

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
	real_clock_gettime(CLOCK_MONOTONIC, &now);
	begin_ns = to_ns(&now);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	int ret;

	init();
	ret = real_clock_gettime(clock, time);
	if (!ret && clock == CLOCK_MONOTONIC)
		*time = from_ns(begin_ns + (to_ns(time) - begin_ns) / factor);
	return ret;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec longer;

	init();
	if (timeout && to_ns(timeout) <= INT64_MAX / factor) {
		longer = from_ns(to_ns(timeout) * factor);
		timeout = &longer;
	}
	return real_ppoll(fds, count, timeout, mask);
}
