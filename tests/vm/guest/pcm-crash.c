// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * pcm-crash: plays the application of a DSP that fails at a given moment, and measures the time until it is
 * heard again.
 *
 *	pcm-crash CARD WAV MOMENT FAULT
 *
 *	CARD		number of the sound card whose first PCM is played to
 *	WAV		16 bit, stereo, 48 kHz, header of 44 bytes, shorter than a second
 *	MOMENT		when FAULT is written to vsoc-audio/fault in debugfs:
 *			closed, open, setup, prepared, playing, draining, stopped: in that state;
 *			armed: before it all, for a fault that names a request, which comes by itself
 *	FAULT	one argument
 *
 * Until it fails, silence is played. Then come the steps of an application after an xrun: prepare, write the whole
 * WAV, start; and drain. It prints:
 *
 *	error CALL ERRNO	each call that failed; a stream found in state XRUN is a call that failed with EPIPE
 *	us N			from the failure, or from the first request that a DSP gone silent leaves unanswered, to the
 *				first transfer after it
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "vsoc/initramfs/pcm.h"

#define PERIOD_FRAMES	4800
#define BUFFER_FRAMES	48000
#define TIMEOUT_S	30	/* of the whole program: a hang becomes a failure */
#define TRIES		3	/* of the recovery */
#define DEBUGFS		"/sys/kernel/debug/vsoc-audio/"

enum moment { CLOSED, OPEN, SETUP, PREPARED, PLAYING, DRAINING, STOPPED, ARMED, MOMENTS, OVER };

static const char *const moment_names[MOMENTS] = {
	"closed", "open", "setup", "prepared", "playing", "draining", "stopped", "armed",
};

static int pcm = -1;
static char device[32];
static const char *fault;
static enum moment moment;
static uint64_t failed_ticks;
static uint8_t silence[BUFFER_FRAMES * PCM_FRAME_BYTES];

static void die(const char *what)
{
	printf("pcm-crash: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t ticks(void)
{
	uint64_t value;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value) :: "memory");
	return value;
}

static uint64_t ticks_hz(void)
{
	uint64_t value;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
	return value;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	nanosleep(&pause, NULL);
}

static const char *errno_name(int error)
{
	switch (error) {
	case EPIPE: return "EPIPE";
	case EIO: return "EIO";
	case ENODEV: return "ENODEV";
	case EBADFD: return "EBADFD";
	case ESTRPIPE: return "ESTRPIPE";
	case ETIMEDOUT: return "ETIMEDOUT";
	default: return strerror(error);
	}
}

static bool failed(const char *call)
{
	printf("error %s %s\n", call, errno_name(errno));
	return false;
}

/* One that is silent fails when it is asked something, not before. */
static bool is_silent(void)
{
	return !strncmp(fault, "ignore-rx", 9) || !strncmp(fault, "drop-tx", 7) ||
	       !strncmp(fault, "off", 3);
}

/* An access that the DSP does not survive is not answered. */
static void inject(void)
{
	int fd = open(DEBUGFS "fault", O_WRONLY);

	if (fd < 0)
		die("fault");
	failed_ticks = ticks();
	if (write(fd, fault, strlen(fault)) < 0 && errno != ENODEV)
		die(fault);
	close(fd);
}

/* Before the call whose request an armed fault waits for, the first time. */
static void about_to(const char *request)
{
	const char *word = strrchr(fault, ' ');

	if (moment == ARMED && word && !strncmp(word + 1, request, strlen(request))) {
		failed_ticks = ticks();
		moment = OVER;
	}
}

static void reached(enum moment now)
{
	if (now == moment)
		inject();
}

static bool set_parameters(void)
{
	struct snd_pcm_hw_params hw;
	/* It is started by hand. */
	struct snd_pcm_sw_params sw = {
		.avail_min = PERIOD_FRAMES,
		.start_threshold = LONG_MAX,
		.stop_threshold = BUFFER_FRAMES,
	};

	pcm_stereo_parameters(&hw);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, PERIOD_FRAMES);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, BUFFER_FRAMES);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw))
		return failed("hw_params");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_SW_PARAMS, &sw))
		return failed("sw_params");
	return true;
}

static bool prepare(void)
{
	about_to("setup");
	about_to("controller-add");
	return !ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE) || failed("prepare");
}

/* A write that fails half-way says how far it has come; the next one says why. */
static bool write_frames(const uint8_t *samples, unsigned long frames)
{
	while (frames) {
		struct snd_xferi transfer = { .buf = (void *)samples, .frames = frames };

		if (ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer))
			return failed("write");
		samples += transfer.result * PCM_FRAME_BYTES;
		frames -= (unsigned long)transfer.result;
	}
	return true;
}

static bool start(void)
{
	about_to("start");
	return !ioctl(pcm, SNDRV_PCM_IOCTL_START) || failed("start");
}

static snd_pcm_state_t get_state(void)
{
	struct snd_pcm_status status = { 0 };

	if (ioctl(pcm, SNDRV_PCM_IOCTL_STATUS, &status))
		die("status");
	return status.state;
}

static void drop(void)
{
	if (is_silent())
		failed_ticks = ticks();
	about_to("stop");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_DROP))
		failed("drop");
}

/* Silence goes on until a call fails, or until half a second has shown that this DSP does not mind. */
static void play_on(void)
{
	uint64_t end = ticks() + ticks_hz() / 2;

	while (ticks() < end) {
		if (!write_frames(silence, PERIOD_FRAMES)) {
			/* ALSA's own time-out: the stream still runs. */
			if (get_state() == SNDRV_PCM_STATE_RUNNING)
				drop();
			return;
		}
	}
	drop();
}

static void wait_for_drain(void)
{
	snd_pcm_state_t state;

	while ((state = get_state()) == SNDRV_PCM_STATE_DRAINING)
		sleep_ms(1);
	if (is_silent())
		failed_ticks = ticks();
	if (state == SNDRV_PCM_STATE_XRUN) {
		errno = EPIPE;
		failed("drain");
	}
}

static void drain_and_inject(void)
{
	fcntl(pcm, F_SETFL, O_NONBLOCK);
	if (!ioctl(pcm, SNDRV_PCM_IOCTL_DRAIN) || errno != EAGAIN)
		die("drain");
	fcntl(pcm, F_SETFL, 0);
	inject();
	wait_for_drain();
}

static uint64_t first_frame_ticks(void)
{
	unsigned long long value = 0;
	char line[80];
	FILE *file = fopen(DEBUGFS "stream0", "r");

	if (!file)
		die("stream0");
	while (fgets(line, sizeof(line), file))
		sscanf(line, "first_frame_ticks %llu", &value);
	fclose(file);
	return value;
}

/* Whether there has been a transfer since the failure. Tells of the first. */
static bool heard(void)
{
	static bool is_told;
	uint64_t heard_ticks = first_frame_ticks();

	if (!failed_ticks || heard_ticks <= failed_ticks)
		return false;
	if (!is_told)
		printf("us %llu\n", (unsigned long long)((heard_ticks - failed_ticks) * 1000000 / ticks_hz()));
	is_told = true;
	return true;
}

/* Up to the moment, and over it. */
static void fail(void)
{
	reached(ARMED);
	reached(CLOSED);
	pcm = open(device, O_RDWR);
	if (pcm < 0)
		die(device);
	reached(OPEN);
	if (!set_parameters())
		return;
	reached(SETUP);
	if (moment <= SETUP)
		return;
	if (!prepare() || !write_frames(silence, moment == PREPARED ? PERIOD_FRAMES : BUFFER_FRAMES))
		return;
	if (moment == PREPARED) {
		inject();
		/* Another processor ends the PCM; an application that calls before has its error from the call after. */
		for (int i = 0; i < 200 && get_state() == SNDRV_PCM_STATE_PREPARED; i++)
			sleep_ms(1);
		if (write_frames(silence, PERIOD_FRAMES))
			start();
		return;
	}
	if (!start())
		return;
	for (int i = 0; i < 200 && get_state() == SNDRV_PCM_STATE_RUNNING; i++)
		sleep_ms(1);
	heard();
	if (moment == DRAINING) {
		drain_and_inject();
		return;
	}
	reached(PLAYING);
	if (moment == PLAYING) {
		play_on();
		return;
	}
	if (!write_frames(silence, PERIOD_FRAMES))
		return;
	drop();
	reached(STOPPED);
	if (moment == STOPPED)
		return;
	about_to("release");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_HW_FREE))
		failed("hw_free");
	set_parameters();
}

/* Returns whether the stream is heard; it is not if it ends before. */
static bool is_heard(void)
{
	while (!heard()) {
		if (get_state() == SNDRV_PCM_STATE_XRUN) {
			errno = EPIPE;
			return failed("start");
		}
		sleep_ms(1);
	}
	return true;
}

static bool play(const uint8_t *samples, unsigned long frames)
{
	if (!prepare() || !write_frames(samples, frames) || !start() || !is_heard())
		return false;
	return !ioctl(pcm, SNDRV_PCM_IOCTL_DRAIN) || failed("drain");
}

int main(int argc, char **argv)
{
	unsigned long frames;
	uint8_t *samples;

	while (argc == 5 && moment < MOMENTS && strcmp(argv[3], moment_names[moment]))
		moment++;
	if (argc != 5 || moment == MOMENTS) {
		fprintf(stderr, "Usage: pcm-crash CARD WAV MOMENT FAULT\n");
		return 2;
	}
	snprintf(device, sizeof(device), "/dev/snd/pcmC%dD0p", atoi(argv[1]));
	samples = pcm_read_samples(argv[2], &frames);
	if (!samples)
		die(argv[2]);
	if (frames > BUFFER_FRAMES) {
		printf("pcm-crash: %s is longer than a second\n", argv[2]);
		return 1;
	}
	fault = argv[4];
	alarm(TIMEOUT_S);

	fail();
	for (int i = 0; i < TRIES; i++) {
		if (play(samples, frames))
			return close(pcm) ? failed("close"), 1 : 0;
	}
	printf("pcm-crash: it does not recover\n");
	return 1;
}
