// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * ap-meter: what a PCM stream costs the application processor.
 *
 * It waits for the stream to run, then reads the kernel's counters, sleeps as long as the audio lasts, and reads
 * them again. In between it does nothing, so what it sees is the stream's. Printed are the differences:
 *
 *	window_us	between the two readings
 *	xhci_interrupts	taken from xHCI controllers, all vectors (/proc/interrupts, "xhci")
 *	interrupts	taken in all, timer included
 *	ap_wakeups	how often the processor left idle (/proc/timer_list, idle_calls: each entry into idle
 *			is counted, and an interrupt always ends the idling)
 *	ap_busy_us	time not spent in idle (/proc/timer_list, idle_sleeptime, in nanoseconds; the
 *			kernel takes interrupts that come while idle out of it)
 *
 * A reading takes the processor a millisecond. How long exactly, two readings in a row tell; it is taken out.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_BYTES	65536
#define POLL_NS		2000000		/* how late the beginning may be noticed */
#define WAIT_POLLS	10000		/* 20 s without a stream: give up */

struct reading {
	uint64_t now_ns;
	uint64_t idle_ns;
	uint64_t idle_calls;
	uint64_t xhci_interrupts;
	uint64_t interrupts;
};

static char text[TEXT_BYTES];
static int timer_list_fd, interrupts_fd;

/* Half of a file would be counted as if it were all: what cannot be read as a whole ends the program. */
static void read_text(int fd, const char *what)
{
	size_t used = 0;
	ssize_t got;

	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, text + used, TEXT_BYTES - used)) > 0)
		used += (size_t)got;
	if (got < 0 || used == TEXT_BYTES) {
		fprintf(stderr, "ap-meter: %s: %s\n", what, got < 0 ? strerror(errno) : "too long");
		exit(1);
	}
	text[used] = '\0';
}

static uint64_t number_after(const char *key)
{
	const char *at = strstr(text, key);

	if (!at) {
		fprintf(stderr, "ap-meter: the kernel says no '%s'\n", key);
		exit(1);
	}
	at += strlen(key);
	while (*at == ' ' || *at == ':')
		at++;
	return strtoull(at, NULL, 10);
}

static void read_timer_list(struct reading *reading)
{
	read_text(timer_list_fd, "/proc/timer_list");
	reading->now_ns = number_after("now at");
	reading->idle_calls = number_after(".idle_calls");
	reading->idle_ns = number_after(".idle_sleeptime");
}

/* Lines are "NAME: COUNT description"; there is one processor, so one count. */
static void read_interrupts(struct reading *reading)
{
	char *line, *rest;

	read_text(interrupts_fd, "/proc/interrupts");
	reading->interrupts = 0;
	reading->xhci_interrupts = 0;
	strtok_r(text, "\n", &rest);
	while ((line = strtok_r(NULL, "\n", &rest))) {
		char *count = strchr(line, ':');

		if (!count)
			continue;
		reading->interrupts += strtoull(count + 1, NULL, 10);
		if (strstr(line, "xhci"))
			reading->xhci_interrupts += strtoull(count + 1, NULL, 10);
	}
}

static bool is_streaming(const char *status_path)
{
	int fd = open(status_path, O_RDONLY);
	bool streaming;

	if (fd < 0)
		return false;
	read_text(fd, status_path);
	close(fd);
	streaming = strstr(text, "state: RUNNING") || strstr(text, "state: DRAINING");
	return streaming;
}

static void sleep_ns(uint64_t ns)
{
	struct timespec time = { .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };

	nanosleep(&time, NULL);
}

int main(int argc, char **argv)
{
	struct reading calibration, before, after;
	uint64_t reading_ns, busy_ns;
	bool idle;

	if (argc != 3) {
		fprintf(stderr, "Usage: ap-meter PCM-STATUS-FILE|idle DURATION-MS\n");
		return 1;
	}
	idle = !strcmp(argv[1], "idle");
	timer_list_fd = open("/proc/timer_list", O_RDONLY);
	interrupts_fd = open("/proc/interrupts", O_RDONLY);
	if (timer_list_fd < 0 || interrupts_fd < 0) {
		perror("ap-meter");
		return 1;
	}
	for (int polls = 0; !idle && !is_streaming(argv[1]); polls++) {
		if (polls == WAIT_POLLS) {
			fprintf(stderr, "ap-meter: no stream on %s\n", argv[1]);
			return 1;
		}
		sleep_ns(POLL_NS);
	}

	read_interrupts(&calibration);
	read_timer_list(&calibration);
	read_interrupts(&before);
	read_timer_list(&before);
	sleep_ns(strtoull(argv[2], NULL, 10) * 1000000);
	read_interrupts(&after);
	read_timer_list(&after);

	/* From "now" in one reading to "now" in the next the processor reads once, and here does nothing else. */
	reading_ns = before.now_ns - calibration.now_ns;
	busy_ns = after.now_ns - before.now_ns - (after.idle_ns - before.idle_ns);
	busy_ns = busy_ns > reading_ns ? busy_ns - reading_ns : 0;

	printf("window_us %" PRIu64 "\n", (after.now_ns - before.now_ns) / 1000);
	printf("xhci_interrupts %" PRIu64 "\n", after.xhci_interrupts - before.xhci_interrupts);
	printf("interrupts %" PRIu64 "\n", after.interrupts - before.interrupts);
	printf("ap_wakeups %" PRIu64 "\n", after.idle_calls - before.idle_calls);
	printf("ap_busy_us %" PRIu64 "\n", busy_ns / 1000);
	printf("reading_us %" PRIu64 "\n", reading_ns / 1000);
	return 0;
}
