// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Plays the DSP: a QRTR node that asks the USB audio stream service for streams, through /dev/qrtr-tun.
 *
 * It knows nothing of rings and plays nothing. It sends requests, sound ones and every
 * kind of broken one, and prints the answers, one line each, in a form that a script can match.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "qrtr-peer"
#include "qrtr-node.h"
#include "usb_audio_stream.h"

static const char help[] =
"Usage: qrtr-peer [--node N] [--port P] [--device FILE] ACTION...\n"
"\n"
"Says HELLO as QRTR node N (5), port P (16384), waits for the USB audio stream service,\n"
"then does each ACTION in turn. An ACTION of `-` reads more of them from standard input,\n"
"one a line, until its end.\n"
"\n"
"  enable [FIELD=VALUE...]   send a STREAM request, print its response\n"
"  disable [FIELD=VALUE...]  the same with enable 0\n"
"      token card pcm direction format channels rate buffer interval enable: as in the\n"
"      protocol, by default S16_LE, 2 channels, 48000 Hz, 8192 bytes, 1000 us on card 0;\n"
"      an empty VALUE leaves the field out; known: left out by default; txn: the transaction\n"
"      id\n"
"  raw HEX                   send a QMI packet as it is, print its response\n"
"  wait MS                   print what arrives within MS milliseconds\n"
"  at HOOK                   the next request, bye or del-client is sent at that hook of a system sleep,\n"
"                            see vsoc/linux/test/vsoc-pm-test.c; prints `queued`\n"
"  timeout MS                how long to wait for each response from now on (3000)\n"
"  stop-when-told            from now on, disable all streams when a disconnect or a sleep is indicated\n"
"  stop-late MS              from now on, disable one stream so long after each indication\n"
"  del-client                say that this client is gone\n"
"  bye                       say that the whole node is gone\n"
"  hello                     say HELLO again, and wait for the service\n"
"  node N, port P            be somebody else\n"
"\n"
"In one argument list, an action begins at its name; FIELD=VALUE words belong to the one before.\n"
"Lines printed: `service`, `response`, `indication`, `no-response`, `gone` (the service left).\n";

#define QMI_HEADER_BYTES	7
#define MAX_WORDS		32
#define MAX_OPEN		16

static uint16_t next_txn = 1;
static uint32_t response_timeout_ms;
static bool stops_when_told;
static uint32_t late_ms;

/* Tokens that have been enabled, so that `stop-when-told` knows what to disable. */
static uint32_t open_tokens[MAX_OPEN];
static unsigned int open_count;

static void send_qmi(const uint8_t *data, size_t bytes)
{
	send_packet(QRTR_DATA, service_node, service_port, my_port, data, bytes);
}

/* QMI: requests */

struct field {
	const char *name;
	uint8_t tlv;
	uint8_t bytes;
	bool is_present;
	uint32_t value;
};

static size_t encode(uint8_t *packet, uint16_t txn, const struct field *fields, size_t count)
{
	uint8_t *at = packet + QMI_HEADER_BYTES;

	for (size_t i = 0; i < count; i++) {
		if (!fields[i].is_present)
			continue;
		*at++ = fields[i].tlv;
		put(at, 2, fields[i].bytes);
		put(at + 2, fields[i].bytes, fields[i].value);
		at += 2 + fields[i].bytes;
	}
	packet[0] = 0;
	put(packet + 1, 2, txn);
	put(packet + 3, 2, UAUDIO_STREAM_MSG_ID);
	put(packet + 5, 2, (uint64_t)(at - packet) - QMI_HEADER_BYTES);
	return (size_t)(at - packet);
}

/* QMI: the answers */

static void print_bytes(const char *name, const uint8_t *value, size_t bytes)
{
	printf(" %s=", name);
	for (size_t i = 0; i < bytes; i++)
		printf("%02x", value[i]);
}

static void print_mem_info(const uint8_t *value, size_t bytes)
{
	static const char *const names[] = { "event", "data", "sync", "buffer", "dcba" };

	if (bytes != 100) {
		print_bytes("mem", value, bytes);
		return;
	}
	for (size_t i = 0; i < 5; i++, value += 20)
		printf(" %s=0x%llx,0x%llx,%u", names[i], (unsigned long long)get(value, 8),
		       (unsigned long long)get(value + 8, 8), (unsigned int)get(value + 16, 4));
}

struct name {
	uint8_t tlv;
	const char *name;
	enum { NUMBER, SIGNED, HEX, BYTES, RESULT, MEM_INFO } kind;
};

static const struct name response_names[] = {
	{ UAUDIO_RESP_TLV_RESULT, "result", RESULT },
	{ UAUDIO_RESP_TLV_STATUS, "status", SIGNED },
	{ UAUDIO_RESP_TLV_INTERNAL_STATUS, "internal", SIGNED },
	{ UAUDIO_RESP_TLV_SLOT_ID, "slot", NUMBER },
	{ UAUDIO_RESP_TLV_USB_TOKEN, "token", HEX },
	{ UAUDIO_RESP_TLV_INTF_DESC, "interface", BYTES },
	{ UAUDIO_RESP_TLV_DATA_EP_DESC, "data_ep", BYTES },
	{ UAUDIO_RESP_TLV_SYNC_EP_DESC, "sync_ep", BYTES },
	{ UAUDIO_RESP_TLV_SPEC_REVISION, "revision", HEX },
	{ UAUDIO_RESP_TLV_DATA_PATH_DELAY, "delay", NUMBER },
	{ UAUDIO_RESP_TLV_SUBSLOT_SIZE, "subslot", NUMBER },
	{ UAUDIO_RESP_TLV_XHCI_MEM_INFO, "mem", MEM_INFO },
	{ UAUDIO_RESP_TLV_INTERRUPTER_NUM, "interrupter", NUMBER },
	{ UAUDIO_RESP_TLV_SPEED_INFO, "speed", SIGNED },
	{ UAUDIO_RESP_TLV_CONTROLLER_NUM, "controller", NUMBER },
	{ UAUDIO_RESP_TLV_BURST, "burst", HEX },
	{ 0, NULL, NUMBER },
};

static const struct name indication_names[] = {
	{ UAUDIO_IND_TLV_DEV_EVENT, "event", SIGNED },
	{ UAUDIO_IND_TLV_SLOT_ID, "slot", NUMBER },
	{ UAUDIO_IND_TLV_USB_TOKEN, "token", HEX },
	{ UAUDIO_IND_TLV_CONTROLLER_NUM, "controller", NUMBER },
	{ 0, NULL, NUMBER },
};

static void print_tlv(const struct name *names, uint8_t tlv, const uint8_t *value, size_t bytes)
{
	while (names->name && names->tlv != tlv)
		names++;
	if (!names->name) {
		printf(" tlv_%02x=", tlv);
		print_bytes("value", value, bytes);
		return;
	}
	if (names->kind <= HEX && bytes > 4) {
		print_bytes(names->name, value, bytes);
		return;
	}
	switch (names->kind) {
	case NUMBER:
		printf(" %s=%u", names->name, (unsigned int)get(value, (unsigned int)bytes));
		break;
	case SIGNED:
		printf(" %s=%d", names->name, (int)get(value, (unsigned int)bytes));
		break;
	case HEX:
		printf(" %s=0x%x", names->name, (unsigned int)get(value, (unsigned int)bytes));
		break;
	case BYTES:
		print_bytes(names->name, value, bytes);
		break;
	case RESULT:
		printf(" result=%u,%u", (unsigned int)get(value, 2), (unsigned int)get(value + 2, 2));
		break;
	case MEM_INFO:
		print_mem_info(value, bytes);
		break;
	}
}

static void print_qmi(const uint8_t *data, size_t bytes)
{
	bool is_response = data[0] == 2;
	const uint8_t *at = data + QMI_HEADER_BYTES;
	const uint8_t *end = data + bytes;

	printf("%s txn=%u message=%u bytes=%zu", is_response ? "response" : "indication",
	       (unsigned int)get(data + 1, 2), (unsigned int)get(data + 3, 2), bytes);
	while (end - at >= 3) {
		size_t value_bytes = get(at + 1, 2);

		if ((size_t)(end - at) - 3 < value_bytes) {
			printf(" truncated");
			break;
		}
		print_tlv(is_response ? response_names : indication_names, *at, at + 3,
			  value_bytes);
		at += 3 + value_bytes;
	}
	putchar('\n');
}

/* Those that have been enabled longest. */
static void disable(unsigned int count)
{
	struct field fields[] = {
		{ "enable", UAUDIO_REQ_TLV_ENABLE, 1, true, 0 },
		{ "token", UAUDIO_REQ_TLV_USB_TOKEN, 4, true, 0 },
	};
	uint8_t packet[64];

	for (unsigned int i = 0; i < count; i++) {
		fields[1].value = open_tokens[i];
		send_qmi(packet, encode(packet, next_txn++, fields, 2));
	}
	open_count -= count;
	memmove(open_tokens, open_tokens + count, open_count * sizeof(*open_tokens));
}

static void handle_data(const uint8_t *data, size_t bytes)
{
	if (bytes < QMI_HEADER_BYTES) {
		printf("short-qmi bytes=%zu\n", bytes);
		return;
	}
	print_qmi(data, bytes);
	if (data[0] == 4 && stops_when_told) {
		disable(open_count);
	} else if (data[0] == 4 && late_ms && open_count) {
		usleep(late_ms * 1000);
		disable(1);
	}
}

static void handle_control(uint32_t type, const uint8_t *data, size_t bytes)
{
	uint32_t service, instance;

	/* A server whose socket is closed is only said to be a client that is gone. */
	if (type == QRTR_DEL_CLIENT && bytes >= 12 && service_port &&
	    get(data + 4, 4) == service_node && get(data + 8, 4) == service_port) {
		printf("gone\n");
		service_port = 0;
		return;
	}
	if ((type != QRTR_NEW_SERVER && type != QRTR_DEL_SERVER) || bytes < 20)
		return;
	service = (uint32_t)get(data + 4, 4);
	instance = (uint32_t)get(data + 8, 4);
	if (service != UAUDIO_STREAM_SERVICE_ID)
		return;
	if (type == QRTR_DEL_SERVER) {
		printf("gone\n");
		service_port = 0;
		return;
	}
	service_node = (uint32_t)get(data + 12, 4);
	service_port = (uint32_t)get(data + 16, 4);
	printf("service version=%u instance=%u node=%u\n", instance & 0xff, instance >> 8,
	       service_node);
}

/* Handles one packet if there is one before the deadline. */
static bool receive(int64_t deadline_ms, int *qmi_type, uint16_t *txn)
{
	struct pollfd pollfd = { .fd = tun, .events = POLLIN };
	uint8_t packet[PACKET_BYTES];
	int64_t left_ms = deadline_ms - now_ms();
	uint32_t type, size;
	ssize_t bytes;

	*qmi_type = -1;
	if (poll(&pollfd, 1, left_ms > 0 ? (int)left_ms : 0) <= 0)
		return false;
	bytes = read(tun, packet, sizeof(packet));
	if (bytes < QRTR_HEADER_BYTES)
		return true;
	type = (uint32_t)get(packet + 4, 4);
	size = (uint32_t)get(packet + 20, 4);
	if (size > (size_t)bytes - QRTR_HEADER_BYTES)
		return true;

	if (type != QRTR_DATA) {
		handle_control(type, packet + QRTR_HEADER_BYTES, size);
		return true;
	}
	if (get(packet + 16, 4))
		send_control(QRTR_RESUME_TX, my_node, (uint32_t)get(packet + 28, 4));
	handle_data(packet + QRTR_HEADER_BYTES, size);
	if (size >= QMI_HEADER_BYTES) {
		*qmi_type = packet[QRTR_HEADER_BYTES];
		*txn = (uint16_t)get(packet + QRTR_HEADER_BYTES + 1, 2);
	}
	return true;
}

static void receive_for(int64_t ms)
{
	int64_t deadline_ms = now_ms() + ms;
	uint16_t txn;
	int type;

	while (receive(deadline_ms, &type, &txn))
		;
}

static void await_response(uint16_t expected_txn)
{
	int64_t deadline_ms = now_ms() + response_timeout_ms;
	uint16_t txn = 0;
	int type;

	do {
		if (!receive(deadline_ms, &type, &txn)) {
			printf("no-response txn=%u\n", expected_txn);
			return;
		}
	} while (type != 2 || txn != expected_txn);
}

static void say_hello(void)
{
	int64_t deadline_ms = now_ms() + SERVICE_TIMEOUT_MS * slowness();
	uint16_t txn;
	int type;

	service_port = 0;
	send_control(QRTR_HELLO, 0, 0);
	while (!service_port)
		if (!receive(deadline_ms, &type, &txn))
			die("node 1 has no USB audio stream service");
}

/* Actions */

static void set_token_part(struct field *token, unsigned int shift, uint32_t mask, uint32_t value)
{
	token->value = (token->value & ~mask) | (value << shift);
}

static void do_request(bool is_enable, unsigned int count, char **words)
{
	struct field fields[] = {
		{ "enable", UAUDIO_REQ_TLV_ENABLE, 1, true, is_enable },
		{ "token", UAUDIO_REQ_TLV_USB_TOKEN, 4, true, 0 },
		{ "format", UAUDIO_REQ_TLV_AUDIO_FORMAT, 4, true, UAUDIO_FORMAT_S16_LE },
		{ "channels", UAUDIO_REQ_TLV_NUMBER_OF_CH, 4, true, 2 },
		{ "rate", UAUDIO_REQ_TLV_BIT_RATE, 4, true, 48000 },
		{ "buffer", UAUDIO_REQ_TLV_XFER_BUFF_SIZE, 4, true, 8192 },
		{ "interval", UAUDIO_REQ_TLV_SERVICE_INTERVAL, 4, true, 1000 },
		{ "known", UAUDIO_REQ_TLV_KNOWN, 4, false, 0 },
	};
	const size_t field_count = sizeof(fields) / sizeof(fields[0]);
	uint16_t txn = next_txn++;
	uint8_t packet[64];

	for (unsigned int i = 0; i < count; i++) {
		char *value = strchr(words[i], '=');
		size_t f;

		*value++ = 0;
		if (!strcmp(words[i], "txn")) {
			txn = (uint16_t)number(value);
			continue;
		} else if (!strcmp(words[i], "card")) {
			set_token_part(&fields[1], UAUDIO_TOKEN_CARD_SHIFT, UAUDIO_TOKEN_CARD_MASK,
				       number(value));
			continue;
		} else if (!strcmp(words[i], "pcm")) {
			set_token_part(&fields[1], UAUDIO_TOKEN_PCM_SHIFT, UAUDIO_TOKEN_PCM_MASK,
				       number(value));
			continue;
		} else if (!strcmp(words[i], "direction")) {
			set_token_part(&fields[1], 0, UAUDIO_TOKEN_DIRECTION_MASK, number(value));
			continue;
		}
		for (f = 0; f < field_count && strcmp(words[i], fields[f].name); f++)
			;
		if (f == field_count)
			die("no such field: `%s`", words[i]);
		fields[f].is_present = *value != 0;
		if (*value)
			fields[f].value = number(value);
	}
	if (is_enable && open_count < MAX_OPEN)
		open_tokens[open_count++] = fields[1].value;
	send_qmi(packet, encode(packet, txn, fields, field_count));
	await_response(txn);
}

static void do_raw(const char *hex)
{
	uint8_t packet[PACKET_BYTES] = { 0 };
	size_t bytes = strlen(hex) / 2;

	if (strlen(hex) % 2 || bytes > PACKET_BYTES - QRTR_HEADER_BYTES)
		die("raw needs pairs of hexadecimal digits");
	for (size_t i = 0; i < bytes; i++) {
		char pair[] = { hex[2 * i], hex[2 * i + 1], 0 };

		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
			die("not hexadecimal: `%s`", pair);
		packet[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	send_qmi(packet, bytes);
	await_response(bytes >= 3 ? (uint16_t)get(packet + 1, 2) : 0);
}

/* Does the action that `words` begins with; returns how many words it took. */
static unsigned int act(unsigned int count, char **words)
{
	const char *name = words[0];
	const char *argument = count > 1 ? words[1] : "";
	unsigned int fields = 0;

	while (fields + 1 < count && strchr(words[fields + 1], '='))
		fields++;

	if (!strcmp(name, "enable") || !strcmp(name, "disable")) {
		do_request(name[0] == 'e', fields, words + 1);
		return 1 + fields;
	}
	if (!strcmp(name, "raw")) {
		do_raw(argument);
		return 2;
	}
	if (!strcmp(name, "wait")) {
		receive_for(number(argument));
		return 2;
	}
	if (!strcmp(name, "stop-late")) {
		late_ms = number(argument);
		return 2;
	}
	if (!strcmp(name, "at")) {
		pm_hook = argument;
		return 2;
	}
	if (!strcmp(name, "timeout")) {
		response_timeout_ms = number(argument);
		return 2;
	}
	if (!strcmp(name, "node")) {
		my_node = number(argument);
		return 2;
	}
	if (!strcmp(name, "port")) {
		my_port = number(argument);
		return 2;
	}
	if (!strcmp(name, "stop-when-told"))
		stops_when_told = true;
	else if (!strcmp(name, "del-client"))
		send_control(QRTR_DEL_CLIENT, my_node, my_port);
	else if (!strcmp(name, "bye"))
		send_control(QRTR_BYE, my_node, 0);
	else if (!strcmp(name, "hello"))
		say_hello();
	else
		die("no such action: `%s` (see --help)", name);
	return 1;
}

static void act_line(char *line)
{
	char *words[MAX_WORDS];
	unsigned int count = 0;
	unsigned int done = 0;

	for (char *word = strtok(line, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		if (count == MAX_WORDS)
			die("too many words in a line");
		words[count++] = word;
	}
	while (done < count)
		done += act(count - done, words + done);
}

static void act_input(void)
{
	struct pollfd pollfds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = tun, .events = POLLIN },
	};
	char line[PACKET_BYTES * 2];
	size_t used = 0;

	/* One byte at a time: bytes that are not read yet must stay visible to poll. */
	for (;;) {
		if (poll(pollfds, 2, -1) < 0)
			die("poll: %s", strerror(errno));
		if (pollfds[1].revents)
			receive_for(0);
		if (!pollfds[0].revents)
			continue;
		if (read(STDIN_FILENO, line + used, 1) != 1)
			return;
		if (line[used] == '\n') {
			line[used] = 0;
			act_line(line);
			used = 0;
		} else if (++used == sizeof(line)) {
			die("line too long");
		}
	}
}

int main(int argc, char **argv)
{
	const char *device = "/dev/qrtr-tun";
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(help, stdout);
			return 0;
		}
		if (i + 1 == argc)
			die("%s needs a value (see --help)", argv[i]);
		if (!strcmp(argv[i], "--node"))
			my_node = number(argv[++i]);
		else if (!strcmp(argv[i], "--port"))
			my_port = number(argv[++i]);
		else if (!strcmp(argv[i], "--device"))
			device = argv[++i];
		else
			die("unknown option: %s (see --help)", argv[i]);
	}
	response_timeout_ms = RESPONSE_TIMEOUT_MS * (uint32_t)slowness();
	setlinebuf(stdout);
	tun = open(device, O_RDWR);
	if (tun < 0)
		die("%s: %s", device, strerror(errno));
	say_hello();
	while (i < argc) {
		if (!strcmp(argv[i], "-")) {
			act_input();
			i++;
			continue;
		}
		i += (int)act((unsigned int)(argc - i), argv + i);
	}
	return 0;
}
