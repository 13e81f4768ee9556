// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * ap-meter: measures the cost of a PCM stream for the application processor.
 *
 * It waits for the stream to run, then reads the kernel's counters, sleeps as long as the audio lasts, and reads
 * them again. In between it does nothing, so all that it sees is the stream's. It prints the differences:
 *
 *	window_us	between the two readings
 *	xhci_interrupts	taken from xHCI controllers, all vectors (/proc/interrupts, "xhci")
 *	interrupts	taken in all, timer included
 *	ap_wakeups	how often a processor left idle (/proc/timer_list, idle_calls: each entry into idle
 *			is counted, and an interrupt always ends the idling)
 *	ap_busy_us	time not spent in idle (/proc/timer_list, idle_sleeptime, in nanoseconds; the
 *			kernel takes interrupts that come while idle out of it)
 *
 * Where Linux has several processors, all but the window are sums: two that are busy for a second are 2 s.
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
static unsigned int processors;	/* as many as the last reading of the timer list has shown */

/* Half of a file would be counted as if it were all: a short read ends the program. */
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

/* The number behind the next KEY from FROM on; leaves where it ends there. */
static uint64_t number_after(const char **from, const char *key)
{
	const char *at = strstr(*from, key);
	char *end;
	uint64_t number;

	if (!at) {
		fprintf(stderr, "ap-meter: the kernel says no '%s'\n", key);
		exit(1);
	}
	at += strlen(key);
	while (*at == ' ' || *at == ':')
		at++;
	number = strtoull(at, &end, 10);
	*from = end;
	return number;
}

/*
 * One part for each processor. The time of a processor that is idle just now is not in the sum yet; its tick is stopped,
 * but for the first few milliseconds.
 */
static void read_timer_list(struct reading *reading)
{
	const char *at = text;

	read_text(timer_list_fd, "/proc/timer_list");
	reading->now_ns = number_after(&at, "now at");
	reading->idle_calls = 0;
	reading->idle_ns = 0;
	for (processors = 0; strstr(at, ".idle_calls"); processors++) {
		bool is_idle = number_after(&at, ".tick_stopped");
		uint64_t entry_ns;

		reading->idle_calls += number_after(&at, ".idle_calls");
		entry_ns = number_after(&at, ".idle_entrytime");
		reading->idle_ns += number_after(&at, ".idle_sleeptime");
		if (is_idle && entry_ns < reading->now_ns)
			reading->idle_ns += reading->now_ns - entry_ns;
	}
}

/* Lines are "NAME: COUNT... description", with a count for each processor; a few lines have one in all. */
static void read_interrupts(struct reading *reading)
{
	char *line, *rest;

	read_text(interrupts_fd, "/proc/interrupts");
	reading->interrupts = 0;
	reading->xhci_interrupts = 0;
	strtok_r(text, "\n", &rest);
	while ((line = strtok_r(NULL, "\n", &rest))) {
		char *at = strchr(line, ':');
		uint64_t count = 0;

		if (!at)
			continue;
		at++;
		for (unsigned int i = 0; i < processors; i++) {
			char *end;
			uint64_t number = strtoull(at, &end, 10);

			if (end == at)
				break;
			count += number;
			at = end;
		}
		reading->interrupts += count;
		if (strstr(at, "xhci"))
			reading->xhci_interrupts += count;
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

	read_timer_list(&calibration);
	read_interrupts(&calibration);
	read_timer_list(&calibration);
	read_interrupts(&before);
	read_timer_list(&before);
	sleep_ns(strtoull(argv[2], NULL, 10) * 1000000);
	read_interrupts(&after);
	read_timer_list(&after);

	/* From "now" in one reading to "now" in the next a processor reads once, and here does nothing else. */
	reading_ns = before.now_ns - calibration.now_ns;
	busy_ns = processors * (after.now_ns - before.now_ns) - (after.idle_ns - before.idle_ns);
	busy_ns = busy_ns > reading_ns ? busy_ns - reading_ns : 0;

	printf("window_us %" PRIu64 "\n", (after.now_ns - before.now_ns) / 1000);
	printf("xhci_interrupts %" PRIu64 "\n", after.xhci_interrupts - before.xhci_interrupts);
	printf("interrupts %" PRIu64 "\n", after.interrupts - before.interrupts);
	printf("ap_wakeups %" PRIu64 "\n", after.idle_calls - before.idle_calls);
	printf("ap_busy_us %" PRIu64 "\n", busy_ns / 1000);
	printf("reading_us %" PRIu64 "\n", reading_ns / 1000);
	return 0;
}
