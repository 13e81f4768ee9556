// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * rtc-edge: runs a program so long before the real-time clock's next second begins.
 *
 *	rtc-edge MICROSECONDS PROGRAM [ARGUMENT...]
 *	rtc-edge MICROSECONDS
 *
 * Without a program, it sets the alarm itself, to "+1", as plainly as it can be done.
 *
 * Where its seconds begin, the clock does not say. But in virtual time QEMU counts it and the processors' counter from the
 * same beginning, so they begin at whole seconds of the counter.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000
#define ALARM		"/sys/class/rtc/rtc0/wakealarm"
#define SPIN_NS		200000
#define AHEAD_NS	5000000		/* the most that this program may take itself */

static uint64_t counter_ns(void)
{
	uint64_t count, frequency;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r" (count));
	__asm__ volatile("mrs %0, cntfrq_el0" : "=r" (frequency));
	return count * (NS_PER_S / frequency);
}

/* To the instruction: the last of the wait is spent looking at the counter. */
static int set_plain_alarm(int fd, uint64_t when_ns)
{
	while (counter_ns() < when_ns)
		;
	return write(fd, "+1", 2) == 2 ? 0 : 1;
}

int main(int argc, char **argv)
{
	uint64_t before_ns, left_ns, moment_ns, counter_end;
	struct timespec time;
	int alarm_fd;

	if (argc < 2) {
		fprintf(stderr, "Usage: rtc-edge MICROSECONDS [PROGRAM [ARGUMENT...]]\n");
		return 1;
	}
	before_ns = strtoull(argv[1], NULL, 10) * 1000;

	/* An edge that is too close is not met any more: the next one is. */
	left_ns = NS_PER_S - counter_ns() % NS_PER_S;
	if (left_ns < before_ns + AHEAD_NS) {
		time = (struct timespec){ .tv_nsec = (long)left_ns };
		nanosleep(&time, NULL);
	}

	alarm_fd = open(ALARM, O_WRONLY | O_CLOEXEC);
	if (argc == 2 && write(alarm_fd, "0", 1) != 1)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &time);
	counter_end = counter_ns();
	counter_end += NS_PER_S - counter_end % NS_PER_S - before_ns;
	moment_ns = (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec + counter_end - counter_ns() -
		(argc == 2 ? SPIN_NS : 0);
	time.tv_sec = (time_t)(moment_ns / NS_PER_S);
	time.tv_nsec = (long)(moment_ns % NS_PER_S);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
	if (argc == 2)
		return set_plain_alarm(alarm_fd, counter_end);
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
