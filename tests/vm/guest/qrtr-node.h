/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A QRTR node on /dev/qrtr-tun: the common part of the programs that play a DSP. Each names itself as PROGRAM first.
 */
#ifndef LULLABY_TESTS_QRTR_NODE_H
#define LULLABY_TESTS_QRTR_NODE_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	QRTR_VERSION_1	= 1,
	QRTR_DATA	= 1,
	QRTR_HELLO	= 2,
	QRTR_BYE	= 3,
	QRTR_NEW_SERVER	= 4,
	QRTR_DEL_SERVER	= 5,
	QRTR_DEL_CLIENT	= 6,
	QRTR_RESUME_TX	= 7,
};

#define QRTR_CONTROL_PORT	0xfffffffeu
#define QRTR_HEADER_BYTES	32
#define PACKET_BYTES		4096
/* Each is longer on a kernel that checks a lot: slowness() times. */
#define SERVICE_TIMEOUT_MS	3000
#define RESPONSE_TIMEOUT_MS	3000

#define PM_ACTION_FILE		"/sys/kernel/debug/vsoc-pm-test/action"

static int tun = -1;
static uint32_t my_node = 5;
static uint32_t my_port = 0x4000;
static uint32_t service_node;
static uint32_t service_port;

/* Whether QRTR may refuse a packet, and how often it did. */
static bool is_refusal_expected;
static unsigned long refused_count;

__attribute__((format(printf, 1, 2), noreturn))
static inline void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs(PROGRAM ": ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static inline uint32_t number(const char *text)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (!*text || *end || errno || value > UINT32_MAX)
		die("not a number: `%s`", text);
	return (uint32_t)value;
}

static inline void put(uint8_t *to, unsigned int bytes, uint64_t value)
{
	while (bytes--) {
		*to++ = (uint8_t)value;
		value >>= 8;
	}
}

static inline uint64_t get(const uint8_t *from, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

/* How many times as long as the release kernel's everything may take here: jobs say so. */
static inline int slowness(void)
{
	const char *text = getenv("slowness");

	return text ? (int)number(text) : 1;
}

static inline int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The hook of a system sleep at which the next packet is sent; NULL: at once. */
static const char *pm_hook;

/* Has the kernel send a packet in our name when we are frozen, see vsoc/linux/test/vsoc-pm-test.c. */
static inline void plan_packet(const uint8_t *packet, size_t bytes)
{
	char text[PACKET_BYTES + 64];
	int head = snprintf(text, 64, "%s tell %d\n", pm_hook, tun);
	int action = open(PM_ACTION_FILE, O_WRONLY);

	memcpy(text + head, packet, bytes);
	if (action < 0 || write(action, text, (size_t)head + bytes) < 0)
		die("%s: %s", PM_ACTION_FILE, strerror(errno));
	close(action);
	pm_hook = NULL;
	printf("queued\n");
}

static inline void send_raw(const uint8_t *packet, size_t bytes)
{
	if (pm_hook && bytes >= QRTR_HEADER_BYTES && get(packet + 4, 4) != QRTR_RESUME_TX) {
		plan_packet(packet, bytes);
		return;
	}
	if (write(tun, packet, bytes) >= 0)
		return;
	if (!is_refusal_expected || errno != EINVAL)
		die("cannot send: %s", strerror(errno));
	refused_count++;
}

static inline void send_packet(uint32_t type, uint32_t to_node, uint32_t to_port, uint32_t from_port,
			       const uint8_t *data, size_t bytes)
{
	uint8_t packet[PACKET_BYTES] = { 0 };
	size_t padded = (bytes + 3) & ~(size_t)3;

	if (QRTR_HEADER_BYTES + padded > sizeof(packet))
		die("packet too long");
	put(packet, 4, QRTR_VERSION_1);
	put(packet + 4, 4, type);
	put(packet + 8, 4, my_node);
	put(packet + 12, 4, from_port);
	put(packet + 20, 4, bytes);
	put(packet + 24, 4, to_node);
	put(packet + 28, 4, to_port);
	memcpy(packet + QRTR_HEADER_BYTES, data, bytes);
	send_raw(packet, QRTR_HEADER_BYTES + padded);
}

static inline void send_control(uint32_t type, uint32_t node, uint32_t port)
{
	uint8_t data[20] = { 0 };

	put(data, 4, type);
	put(data + 4, 4, node);
	put(data + 8, 4, port);
	send_packet(type, 1, QRTR_CONTROL_PORT,
		    type == QRTR_RESUME_TX ? my_port : QRTR_CONTROL_PORT, data, sizeof(data));
}

#endif /* LULLABY_TESTS_QRTR_NODE_H */
