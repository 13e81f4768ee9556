// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * slowclock.t runs this with the library. It prints how far its clock goes while 400 ms of the host pass, in milliseconds.
 *
 *	slowclock wait	the main thread waits in ppoll() without a time-out that comes to its end
 *	slowclock late	the main thread waits for 10 ms, and then does not come back to ppoll(); another thread looks
 *	slowclock poll	the main thread waits for 20 ms: how much time has passed on the host (CLOCK_REALTIME)
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HOST_MS	400

static int64_t ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *look(void *data)
{
	int64_t *elapsed_ms = data, begin_ms = ms(CLOCK_MONOTONIC), last_ms = begin_ms, now_ms;
	int64_t end_ms = ms(CLOCK_REALTIME) + HOST_MS;

	while (ms(CLOCK_REALTIME) < end_ms) {
		now_ms = ms(CLOCK_MONOTONIC);
		if (now_ms < last_ms)
			puts("the clock goes back");
		last_ms = now_ms;
		usleep(100);
	}
	*elapsed_ms = last_ms - begin_ms;
	return NULL;
}

int main(int argc, char **argv)
{
	struct timespec timeout = { .tv_nsec = 10000000 };
	int64_t elapsed_ms = 0, begin_ms = ms(CLOCK_REALTIME);
	const char *what = argc == 2 ? argv[1] : "";
	pthread_t looker;

	if (!strcmp(what, "poll")) {
		timeout.tv_nsec *= 2;
		ppoll(NULL, 0, &timeout, NULL);
		printf("%lld\n", (long long)(ms(CLOCK_REALTIME) - begin_ms));
		return 0;
	}
	if (!strcmp(what, "late"))
		ppoll(NULL, 0, &timeout, NULL);
	if (pthread_create(&looker, NULL, look, &elapsed_ms))
		return 1;
	if (!strcmp(what, "wait")) {
		timeout.tv_sec = 1;
		ppoll(NULL, 0, &timeout, NULL);
	}
	pthread_join(looker, NULL);
	printf("%lld\n", (long long)elapsed_ms);
	return 0;
}
