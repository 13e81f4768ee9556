// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * dsp-say: sends one message to the DSP's audio control channel, past the sound card's driver, and prints
 * the answer.
 *
 *	dsp-say TYPE [WORD...]
 *
 * TYPE is an enum audio_control_type, each WORD 32 bits of the body. Prints the reply's status, or says that
 * there was none within half a second.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The kernel's header and ours have types of the same names. */
#define __le16	kernel_le16
#define __le32	kernel_le32
#define __le64	kernel_le64
#include <linux/rpmsg.h>
#undef __le16
#undef __le32
#undef __le64

#include "audio_control.h"

#define CONTROL_PATH	"/dev/rpmsg_ctrl0"
#define ENDPOINT_PATH	"/dev/rpmsg0"
#define AUDIO_ADDRESS	0x401	/* where the firmware serves AUDIO_CONTROL_CHANNEL */
#define REPLY_MS	500
#define WORDS_MAX	100
#define SEQUENCE	0x7a7a

static int fail(const char *what)
{
	fprintf(stderr, "dsp-say: %s: %s\n", what, strerror(errno));
	return 2;
}

/* The endpoint's device node appears a moment after the ioctl. */
static int open_endpoint(void)
{
	for (int tries = 0; tries < 50; tries++) {
		int fd = open(ENDPOINT_PATH, O_RDWR);

		if (fd >= 0)
			return fd;
		usleep(10000);
	}
	return -1;
}

static int print_reply(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct audio_control_header reply;
	uint8_t message[512];
	ssize_t bytes;

	for (;;) {
		if (poll(&wait, 1, REPLY_MS) <= 0) {
			printf("no reply\n");
			return 1;
		}
		bytes = read(fd, message, sizeof(message));
		if (bytes < (ssize_t)sizeof(reply))
			return fail("reply");
		memcpy(&reply, message, sizeof(reply));
		/* The card's own messages may come here, too: the DSP answers the last speaker. */
		if (reply.sequence == SEQUENCE)
			break;
	}
	printf("status %u\n", reply.status);
	return 0;
}

int main(int argc, char **argv)
{
	struct rpmsg_endpoint_info info = { .name = "dsp-say", .src = UINT32_MAX, .dst = AUDIO_ADDRESS };
	struct audio_control_header header = { .sequence = SEQUENCE };
	uint32_t message[sizeof(header) / sizeof(uint32_t) + WORDS_MAX];
	const size_t header_words = sizeof(header) / sizeof(uint32_t);
	int control, fd, status;

	if (argc < 2 || argc - 2 > WORDS_MAX) {
		fprintf(stderr, "Usage: dsp-say TYPE [WORD...]\n");
		return 2;
	}
	header.type = (uint16_t)strtoul(argv[1], NULL, 0);
	memcpy(message, &header, sizeof(header));
	for (int i = 2; i < argc; i++)
		message[header_words + (size_t)i - 2] = (uint32_t)strtoul(argv[i], NULL, 0);

	control = open(CONTROL_PATH, O_RDWR);
	if (control < 0)
		return fail(CONTROL_PATH);
	if (ioctl(control, RPMSG_CREATE_EPT_IOCTL, &info))
		return fail("creating an endpoint");
	fd = open_endpoint();
	if (fd < 0)
		return fail(ENDPOINT_PATH);
	if (write(fd, message, sizeof(header) + ((size_t)argc - 2) * sizeof(uint32_t)) < 0)
		return fail("write");
	status = print_reply(fd);
	ioctl(fd, RPMSG_DESTROY_EPT_IOCTL);
	return status;
}
