// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * pcm-churn: opens, starts, stops and closes a card's first PCM again and again, each time as far as it gets.
 *
 *	pcm-churn CARD SEED MS
 *	pcm-churn CARD
 *
 *	CARD	number of the sound card
 *	SEED	of the choices: how far each use goes, how it ends, and the pauses
 *	MS	how long this goes on
 *
 * Errors are expected: others want the same PCM, or take it away. At the end it prints how often each step went well:
 * "opened N set N started N". It exits with 0 after any fate of the PCM; a step that never returns is found by
 * the script that waits for the program.
 *
 * With the card alone, it plays 0.2 s of silence to it, once, waits for the end, and exits with 1 if any step fails.
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

#include "tests/random.h"
#include "vsoc/initramfs/pcm.h"

#define PERIOD_FRAMES	960
#define BUFFER_FRAMES	9600
#define MAX_PAUSE_US	20000

/* How a use of the PCM ends. */
enum ending { CLOSE, DROP, DRAIN, ENDINGS };

static struct random dice;
static uint8_t silence[BUFFER_FRAMES * PCM_FRAME_BYTES];
static unsigned int opened, set, started;

static uint64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* Short pauses hit a moment of a start or stop, long ones let it run; half of the time there is none. */
static void pause_somewhat(void)
{
	uint32_t limit = random_below(&dice, 2) ? random_below(&dice, MAX_PAUSE_US) : 0;

	if (limit)
		usleep(random_below(&dice, limit + 1));
}

static bool set_parameters(int pcm)
{
	struct snd_pcm_hw_params hw;
	struct snd_pcm_sw_params sw = {
		.avail_min = PERIOD_FRAMES,
		.start_threshold = LONG_MAX,
		.stop_threshold = BUFFER_FRAMES,
	};

	pcm_stereo_parameters(&hw);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, PERIOD_FRAMES);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, BUFFER_FRAMES);
	return !ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw) && !ioctl(pcm, SNDRV_PCM_IOCTL_SW_PARAMS, &sw) &&
	       !ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE);
}

static bool start(int pcm)
{
	struct snd_xferi transfer = { .buf = silence, .frames = BUFFER_FRAMES };

	return !ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer) && !ioctl(pcm, SNDRV_PCM_IOCTL_START);
}

static void end(int pcm, enum ending ending)
{
	switch (ending) {
	case DROP:
		ioctl(pcm, SNDRV_PCM_IOCTL_DROP);
		break;
	case DRAIN:
		/* It waits for as long as the buffer lasts. */
		fcntl(pcm, F_SETFL, 0);
		ioctl(pcm, SNDRV_PCM_IOCTL_DRAIN);
		break;
	default:
		break;
	}
}

static void use(const char *device)
{
	int pcm = open(device, O_RDWR | O_NONBLOCK);
	uint32_t starts;

	if (pcm < 0)
		return;
	opened++;
	pause_somewhat();
	if (set_parameters(pcm)) {
		set++;
		/* Some uses start the stopped PCM again. */
		for (starts = random_below(&dice, 3); starts && start(pcm); starts--) {
			started++;
			pause_somewhat();
			end(pcm, (enum ending)random_below(&dice, ENDINGS));
			if (ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE))
				break;
		}
	}
	close(pcm);
}

static bool failed(const char *step)
{
	printf("%s: %s\n", step, strerror(errno));
	return false;
}

static bool play(const char *device)
{
	int pcm = open(device, O_RDWR);

	if (pcm < 0)
		return failed("open");
	if (!set_parameters(pcm))
		return failed("set");
	if (!start(pcm))
		return failed("start");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_DRAIN))
		return failed("drain");
	close(pcm);
	return true;
}

int main(int argc, char **argv)
{
	char device[32];
	uint64_t end_ms;

	if (argc != 2 && argc != 4) {
		fputs("Usage: pcm-churn CARD [SEED MS]\n", stderr);
		return 2;
	}
	snprintf(device, sizeof(device), "/dev/snd/pcmC%dD0p", atoi(argv[1]));
	if (argc == 2)
		return play(device) ? 0 : 1;
	dice.state = strtoull(argv[2], NULL, 10) * 2 + 1;
	end_ms = now_ms() + strtoull(argv[3], NULL, 10);
	while (now_ms() < end_ms) {
		use(device);
		usleep(1000);
		pause_somewhat();
	}
	printf("opened %u set %u started %u\n", opened, set, started);
	return 0;
}
