// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * sleep-for: a system sleep whose alarm cannot be missed.
 *
 *	sleep-for [-d MICROSECONDS] SECONDS [STATE]
 *
 * Sets the alarm of the real-time clock to so many seconds from now, writes STATE ("freeze" or "mem") to
 * /sys/power/state, and returns when the sleep is over. Without STATE it only sets the alarm.
 *
 * Linux knows the clock's time in whole seconds. If one ends between the moment when Linux reads the clock and the moment
 * when it sets the alarm to the next, that alarm is due at once: it comes before the sleep, nothing else ends the sleep,
 * and the machine sleeps for ever. So
 *
 * 1. the alarm is looked at again once it is set, and has to be ahead still; if it is not, it is set anew;
 * 2. wake-up events that come on the way into the sleep end it (/sys/power/wakeup_count), and an alarm is one.
 *
 * With -d, so much time passes between the look at the clock and the alarm: the window in which the second may end is a
 * few microseconds otherwise, and its test needs a larger one.
 *
 * The exit status is 0 after a sleep; 1, with a line that says why, if there was none.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RTC		"/sys/class/rtc/rtc0"
#define TRIES		5		/* more than two have never been needed */
#define TEXT_BYTES	64

static useconds_t delay_us;

static __attribute__((noreturn)) void die(const char *what)
{
	fprintf(stderr, "sleep-for: %s\n", what);
	exit(1);
}

/* Reads a file of one number; nothing in it is 0. */
static uint64_t read_number(const char *path)
{
	char text[TEXT_BYTES] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0) {
		fprintf(stderr, "sleep-for: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	close(fd);
	return strtoull(text, NULL, 10);
}

/* Returns 0, or the errno of the write. */
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static int write_number(const char *path, uint64_t number)
{
	char text[TEXT_BYTES];

	snprintf(text, sizeof(text), "%" PRIu64 "\n", number);
	return write_text(path, text);
}

static uint64_t rtc_s(void)
{
	return read_number(RTC "/since_epoch");
}

/* Sets the alarm, and returns its time. */
static uint64_t set_alarm(uint64_t seconds)
{
	uint64_t alarm_s;
	int error;

	/* An alarm that is still set could not be changed. */
	write_text(RTC "/wakealarm", "0\n");
	alarm_s = rtc_s() + seconds;
	if (delay_us)
		usleep(delay_us);
	error = write_number(RTC "/wakealarm", alarm_s);
	/* Linux has seen that it is due: is_ahead() will say so. */
	if (error && error != ETIME) {
		fprintf(stderr, "sleep-for: the alarm cannot be set: %s\n", strerror(error));
		exit(1);
	}
	return alarm_s;
}

/* An alarm that has come is not set any more. */
static bool is_ahead(uint64_t alarm_s)
{
	return read_number(RTC "/wakealarm") == alarm_s && rtc_s() < alarm_s;
}

static int sleep_until(uint64_t alarm_s, const char *state)
{
	int error = write_text("/sys/power/state", state);

	if (!error)
		return 0;
	fprintf(stderr, "sleep-for: no sleep: %s%s\n", strerror(error),
		is_ahead(alarm_s) ? "" : "; the alarm has come before it");
	return 1;
}

int main(int argc, char **argv)
{
	uint64_t seconds, events, alarm_s;
	int option;

	while ((option = getopt(argc, argv, "d:")) == 'd')
		delay_us = (useconds_t)strtoul(optarg, NULL, 10);
	argc -= optind;
	argv += optind;
	seconds = argc > 0 ? strtoull(argv[0], NULL, 10) : 0;
	if (option != -1 || !seconds || argc > 2)
		die("usage: sleep-for [-d MICROSECONDS] SECONDS [STATE]");

	for (int tries = 0; tries < TRIES; tries++) {
		/* Events that are being handled are waited for by this. */
		events = read_number("/sys/power/wakeup_count");
		alarm_s = set_alarm(seconds);
		if (!is_ahead(alarm_s)) {
			fprintf(stderr, "sleep-for: the alarm was due at once: set anew\n");
			continue;
		}
		if (argc < 2)
			return 0;
		if (!write_number("/sys/power/wakeup_count", events))
			return sleep_until(alarm_s, argv[1]);
		fprintf(stderr, "sleep-for: a wake-up event came: begun anew\n");
	}
	die("there is always a wake-up event before the sleep begins");
}
