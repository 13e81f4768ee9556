// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Plays a DSP that is hostile, or mad: too much, too fast, half of it, at the wrong moment, in somebody else's name.
 *
 * Where qrtr-peer says one thing and prints the answer, this one says thousands, and prints one line that sums up the
 * answers. All of it is the same each time for the same arguments; times are the machine's, and so virtual.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "qrtr-hostile"
#include "qrtr-node.h"
#include "tests/mutate.h"
#include "usb_audio_stream.h"
#include "usb_audio_stream_golden.h"

static const char help[] =
"Usage: qrtr-hostile [--node N] [--device FILE] ACTION...\n"
"\n"
"Says HELLO as QRTR node N (5), waits for the USB audio stream service, then does each ACTION in turn.\n"
"\n"
"  fuzz SEED COUNT        mutated STREAM requests, responses are read meanwhile\n"
"  packets SEED COUNT     mutated QRTR packets of all types\n"
"  flood COUNT            requests, faster than they are served; what comes back is read afterwards. All are\n"
"                         refused: for the stream that the client has by `enable`, or for the end of none\n"
"  ports COUNT            a request from each of COUNT ports\n"
"  nodes COUNT            a request from each of COUNT nodes\n"
"  servers COUNT          announces COUNT servers\n"
"  storm COUNT STEP_US    enables and disables; the time between grows by STEP_US\n"
"  two COUNT STEP_US      the same from two ports: the second one disables what the first one enabled\n"
"  vanish HOW WHEN COUNT STEP_US\n"
"                         COUNT times: an action (WHEN: enabling, disabling or unplugging), and HOW (bye,\n"
"                         del-client or close) a time after it that grows by STEP_US; then nothing may be held\n"
"  spoof NODE             a BYE and a disable in the name of NODE\n"
"  withdraw               withdraws the service in the AP's name\n"
"  enable, disable        one request, its response is printed\n"
"  expect TEXT            fails unless the last response has TEXT\n"
"  deaf                   from now on nothing is acknowledged: no RESUME_TX\n"
"  hear                   reads what there is, acknowledges, and goes on acknowledging\n"
"  for-ever               floods until killed\n"
"  port P                 be another client\n";

#define QMI_HEADER_BYTES	7
#define IDLE_TIMEOUT_MS		3000
#define PATIENCE_MS		10000
#define CAPACITY		512
#define SERVICE_DIR		"/sys/kernel/debug/snd_usb_offload/audio/"
#define USB_AUTHORIZED		"/sys/bus/usb/devices/1-1/authorized"

static const char *device = "/dev/qrtr-tun";
static uint16_t next_txn = 1;
static bool is_deaf;
static bool has_stream;
static unsigned long received_count;
static char last_response[64];

static void sleep_us(uint32_t us)
{
	struct timespec time = { .tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000 };

	nanosleep(&time, NULL);
}

/* Received messages */

static void take_control(const uint8_t *packet, size_t bytes)
{
	const uint8_t *data = packet + QRTR_HEADER_BYTES;

	if (get(packet + 4, 4) == QRTR_NEW_SERVER && bytes >= QRTR_HEADER_BYTES + 20 &&
	    get(data + 4, 4) == UAUDIO_STREAM_SERVICE_ID) {
		service_node = (uint32_t)get(data + 12, 4);
		service_port = (uint32_t)get(data + 16, 4);
	}
}

static void acknowledge(const uint8_t *packet)
{
	uint32_t port = my_port;

	my_port = (uint32_t)get(packet + 28, 4);
	send_control(QRTR_RESUME_TX, my_node, my_port);
	my_port = port;
}

static void take_data(const uint8_t *data, size_t bytes)
{
	int32_t status = -1, internal = 0;

	received_count++;
	if (bytes < QMI_HEADER_BYTES || data[0] != 2)
		return;
	for (size_t at = QMI_HEADER_BYTES; at + 7 <= bytes; at += 3 + get(data + at + 1, 2)) {
		if (data[at] == UAUDIO_RESP_TLV_STATUS)
			status = (int32_t)get(data + at + 3, 4);
		if (data[at] == UAUDIO_RESP_TLV_INTERNAL_STATUS)
			internal = (int32_t)get(data + at + 3, 4);
	}
	snprintf(last_response, sizeof(last_response), "txn=%u status=%d internal=%d",
		 (unsigned int)get(data + 1, 2), status, internal);
}

/* Takes one packet, if there is one within MS. Returns the transaction that it answers, -1 for none. */
static int receive(int ms, bool *has_packet)
{
	struct pollfd pollfd = { .fd = tun, .events = POLLIN };
	uint8_t packet[PACKET_BYTES];
	ssize_t bytes;
	uint32_t size;

	*has_packet = poll(&pollfd, 1, ms) > 0;
	if (!*has_packet)
		return -1;
	bytes = read(tun, packet, sizeof(packet));
	if (bytes < QRTR_HEADER_BYTES)
		return -1;
	size = (uint32_t)get(packet + 20, 4);
	if (size > (size_t)bytes - QRTR_HEADER_BYTES)
		return -1;
	if (get(packet + 4, 4) != QRTR_DATA) {
		take_control(packet, (size_t)bytes);
		return -1;
	}
	if (get(packet + 16, 4) && !is_deaf)
		acknowledge(packet);
	take_data(packet + QRTR_HEADER_BYTES, size);
	return size >= QMI_HEADER_BYTES ? (int)get(packet + QRTR_HEADER_BYTES + 1, 2) : -1;
}

static void drain(int ms)
{
	bool has_packet;

	do
		receive(ms, &has_packet);
	while (has_packet);
}

static void await(uint16_t txn)
{
	int64_t deadline_ms = now_ms() + RESPONSE_TIMEOUT_MS * slowness();
	bool has_packet;

	while (now_ms() < deadline_ms)
		if (receive((int)(deadline_ms - now_ms()), &has_packet) == txn)
			return;
	snprintf(last_response, sizeof(last_response), "no-response");
}

static void say_hello(void)
{
	int64_t deadline_ms = now_ms() + SERVICE_TIMEOUT_MS * slowness();
	unsigned long refused = refused_count, before;
	bool has_packet;

	service_port = 0;
	/* The name service may have a queue that is full, which QRTR refuses it for. */
	is_refusal_expected = true;
	do {
		before = refused_count;
		send_control(QRTR_HELLO, 0, 0);
		if (refused_count != before)
			sleep_us(2000);
	} while (refused_count != before && now_ms() < deadline_ms);
	refused_count = refused;
	is_refusal_expected = false;
	while (!service_port) {
		if (now_ms() >= deadline_ms)
			die("node 1 has no USB audio stream service");
		receive((int)(deadline_ms - now_ms()), &has_packet);
	}
}

/* Sent messages */

static void send_service(const uint8_t *data, size_t bytes)
{
	send_packet(QRTR_DATA, service_node, service_port, my_port, data, bytes);
}

/* The service may not be as fast as we are: QRTR refuses messages for which its queue has no room. */
static void send_patiently(const uint8_t *data, size_t bytes)
{
	int64_t deadline_ms = now_ms() + PATIENCE_MS;
	unsigned long before;

	is_refusal_expected = true;
	do {
		before = refused_count;
		send_service(data, bytes);
		if (refused_count != before)
			drain(10);
	} while (refused_count != before && now_ms() < deadline_ms);
	is_refusal_expected = false;
	if (refused_count != before)
		die("refused for %d ms", PATIENCE_MS);
}

static size_t make_request(uint8_t *packet, bool is_enable, uint16_t txn)
{
	memcpy(packet, is_enable ? golden_enable_request : golden_disable_request,
	       sizeof(golden_enable_request));
	put(packet + 1, 2, txn);
	return sizeof(golden_enable_request);
}

static uint16_t request(bool is_enable)
{
	uint8_t packet[sizeof(golden_enable_request)];
	uint16_t txn = next_txn++;

	send_patiently(packet, make_request(packet, is_enable, txn));
	return txn;
}

/*
 * As request(), but once, whether QRTR takes it or not. A flood of disables would end the client's stream: a client that
 * has one asks for it again, which is refused.
 */
static void fling(bool is_enable)
{
	uint8_t packet[sizeof(golden_enable_request)];

	send_service(packet, make_request(packet, is_enable, next_txn++));
}

static void fuzz(uint32_t seed, uint32_t count)
{
	struct random mutator = { seed | 1ull << 63 };
	unsigned long before = received_count;

	for (uint32_t i = 0; i < count; i++) {
		uint8_t packet[CAPACITY];
		uint32_t bytes;

		bytes = (uint32_t)make_request(packet, random_below(&mutator, 3), next_txn++);
		bytes = mutate_qmi(&mutator, packet, bytes, CAPACITY);
		if (bytes)
			send_patiently(packet, bytes);
		if (i % 8 == 7)
			drain(1);
	}
	drain(50);
	printf("fuzz seed=%#x sent=%u answered=%lu\n", seed, count, received_count - before);
}

static void packets(uint32_t seed, uint32_t count)
{
	struct random mutator = { seed | 1ull << 63 };

	is_refusal_expected = true;
	refused_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t packet[CAPACITY] = { 0 };
		uint32_t bytes = QRTR_HEADER_BYTES + (random_below(&mutator, 2) ? 20 : 56);

		put(packet, 4, QRTR_VERSION_1);
		put(packet + 4, 4, 1 + random_below(&mutator, 11));
		put(packet + 8, 4, random_below(&mutator, 4) ? my_node : random_below(&mutator, 100));
		put(packet + 12, 4, random_below(&mutator, 2) ? my_port : QRTR_CONTROL_PORT);
		put(packet + 20, 4, bytes - QRTR_HEADER_BYTES);
		put(packet + 24, 4, 1);
		put(packet + 28, 4, random_below(&mutator, 3) ? QRTR_CONTROL_PORT : service_port);
		memcpy(packet + QRTR_HEADER_BYTES, packet + 4, 4);
		for (uint32_t at = QRTR_HEADER_BYTES + 4; at < bytes; at += 4)
			put(packet + at, 4, random_below(&mutator, 2) ? random_below(&mutator, 0x500) :
									 mutator_edge(&mutator));
		if (random_below(&mutator, 2))
			bytes = mutate_bytes(&mutator, packet, bytes, CAPACITY);
		if (random_below(&mutator, 4))
			bytes = (bytes + 3) & ~3u;
		if (bytes)
			send_raw(packet, bytes);
		if (i % 8 == 7)
			drain(0);
	}
	is_refusal_expected = false;
	/* All that it has withdrawn or said of itself is forgotten with it. */
	close(tun);
	tun = open(device, O_RDWR);
	if (tun < 0)
		die("%s: %s", device, strerror(errno));
	say_hello();
	printf("packets seed=%#x sent=%u refused=%lu\n", seed, count, refused_count);
}

static void flood(uint32_t count)
{
	unsigned long before = received_count;

	/* A full queue is QRTR's to refuse. */
	is_refusal_expected = true;
	refused_count = 0;
	for (uint32_t i = 0; i < count; i++)
		fling(has_stream);
	is_refusal_expected = false;
	drain(500);
	printf("flood sent=%u refused=%lu answered=%lu\n", count, refused_count, received_count - before);
}

static void ports(uint32_t count)
{
	unsigned long before = received_count;
	uint32_t port = my_port;

	for (uint32_t i = 0; i < count; i++) {
		my_port = port + 1 + i;
		request(false);
		drain(0);
	}
	my_port = port;
	drain(50);
	printf("ports sent=%u answered=%lu\n", count, received_count - before);
}

static void nodes(uint32_t count)
{
	unsigned long before = received_count;
	uint32_t node = my_node;

	is_refusal_expected = true;
	refused_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		my_node = node + 1000 + i;
		fling(false);
		drain(0);
	}
	is_refusal_expected = false;
	my_node = node;
	drain(50);
	printf("nodes sent=%u refused=%lu answered=%lu\n", count, refused_count, received_count - before);
}

/* In a packet whose header says that it is of that type. */
static void announce_as(uint32_t type, uint32_t command, uint32_t service, uint32_t node, uint32_t port)
{
	uint8_t data[20];

	put(data, 4, command);
	put(data + 4, 4, service);
	put(data + 8, 4, 1);
	put(data + 12, 4, node);
	put(data + 16, 4, port);
	send_packet(type, 1, QRTR_CONTROL_PORT, QRTR_CONTROL_PORT, data, sizeof(data));
}

static void announce(uint32_t command, uint32_t service, uint32_t node, uint32_t port)
{
	announce_as(command, command, service, node, port);
}

static void servers(uint32_t count)
{
	is_refusal_expected = true;
	refused_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		announce(QRTR_NEW_SERVER, 0x2000 + i, my_node, 0x5000 + i);
		/* For as many nodes, too. */
		announce(QRTR_NEW_SERVER, 0x2000 + i, 0x9000 + i, 0x5000 + i);
		drain(0);
	}
	is_refusal_expected = false;
	printf("servers sent=%u refused=%lu\n", 2 * count, refused_count);
}

/* Moments */

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

static void read_file(const char *path, char *text, size_t capacity)
{
	int fd = open(path, O_RDONLY);
	ssize_t bytes = fd < 0 ? -1 : read(fd, text, capacity - 1);

	if (bytes < 0)
		die("%s: %s", path, strerror(errno));
	text[bytes] = 0;
	close(fd);
}

static bool is_nothing_held(void)
{
	char text[PACKET_BYTES];

	read_file(SERVICE_DIR "resources", text, sizeof(text));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) < 2 || strcmp(line + strlen(line) - 2, " 0"))
			return false;
	return true;
}

static bool has_card(void)
{
	char text[PACKET_BYTES];

	read_file(SERVICE_DIR "state", text, sizeof(text));
	return !strncmp(text, "card", 4) || strstr(text, "\ncard");
}

static void wait_until(bool (*condition)(void), const char *name, uint32_t round)
{
	int64_t deadline_ms = now_ms() + IDLE_TIMEOUT_MS * slowness();

	while (!condition()) {
		if (now_ms() > deadline_ms)
			die("round %u: %s: not within %d ms", round, name, IDLE_TIMEOUT_MS * slowness());
		drain(0);
		sleep_us(2000);
	}
}

static void storm(uint32_t count, uint32_t step_us, bool has_two)
{
	unsigned long before = received_count;

	for (uint32_t i = 0; i < count; i++) {
		request(true);
		sleep_us(i * step_us);
		if (has_two)
			my_port++;
		request(false);
		if (has_two)
			my_port--;
		drain(0);
		sleep_us((count - i) * step_us);
	}
	for (int64_t deadline_ms = now_ms() + PATIENCE_MS;
	     received_count - before < 2 * count && now_ms() < deadline_ms;)
		drain(100);
	wait_until(is_nothing_held, "nothing is held", count);
	printf("storm sent=%u answered=%lu\n", 2 * count, received_count - before);
}

static void disappear(const char *how)
{
	if (!strcmp(how, "bye")) {
		send_control(QRTR_BYE, my_node, 0);
		drain(0);
	} else if (!strcmp(how, "del-client")) {
		send_control(QRTR_DEL_CLIENT, my_node, my_port);
		return;
	} else if (!strcmp(how, "close")) {
		close(tun);
		tun = open(device, O_RDWR);
		if (tun < 0)
			die("%s: %s", device, strerror(errno));
	} else {
		die("no such way to vanish: `%s`", how);
	}
}

/* Another process unplugs the device, which waits for us. Returns a descriptor that reads as its end when it is done. */
static int begin_unplugging(void)
{
	int ends[2];

	if (pipe(ends))
		die("pipe: %s", strerror(errno));
	switch (fork()) {
	case -1:
		die("fork: %s", strerror(errno));
	case 0:
		close(ends[0]);
		write_file(USB_AUTHORIZED, "0");
		_exit(0);
	default:
		close(ends[1]);
		return ends[0];
	}
}

static void await_end(int pipe_end)
{
	char nothing;

	while (read(pipe_end, &nothing, 1) > 0)
		;
	close(pipe_end);
}

static void vanish(const char *how, const char *when, uint32_t count, uint32_t step_us)
{
	for (uint32_t i = 0; i < count; i++) {
		int unplugging = -1;

		if (strcmp(when, "enabling"))
			await(request(true));
		if (!strcmp(when, "unplugging"))
			unplugging = begin_unplugging();
		else
			request(!strcmp(when, "enabling"));
		sleep_us(i * step_us);
		disappear(how);
		if (unplugging >= 0)
			await_end(unplugging);
		wait_until(is_nothing_held, "nothing is held", i);
		if (unplugging >= 0) {
			write_file(USB_AUTHORIZED, "1");
			wait_until(has_card, "the card is back", i);
		}
		if (strcmp(how, "del-client"))
			say_hello();
		drain(0);
	}
	/* And then it works. */
	await(request(true));
	printf("vanish %s %s rounds=%u then %s\n", how, when, count, last_response);
	await(request(false));
}

static void spoof(uint32_t node)
{
	uint32_t own = my_node;

	is_refusal_expected = true;
	refused_count = 0;
	my_node = node;
	fling(false);
	send_control(QRTR_BYE, node, 0);
	send_control(QRTR_DEL_CLIENT, node, my_port);
	my_node = own;
	is_refusal_expected = false;
	drain(20);
	printf("spoof node=%u sent=3 refused=%lu\n", node, refused_count);
}

/* The name service goes by the command, whatever the header says. */
static void withdraw(void)
{
	static const uint32_t types[] = { QRTR_DEL_SERVER, QRTR_NEW_SERVER, QRTR_DATA, QRTR_HELLO, QRTR_BYE };

	is_refusal_expected = true;
	refused_count = 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		announce_as(types[i], QRTR_DEL_SERVER, UAUDIO_STREAM_SERVICE_ID, service_node, service_port);
		announce_as(types[i], QRTR_NEW_SERVER, UAUDIO_STREAM_SERVICE_ID, service_node, 0x7777);
	}
	is_refusal_expected = false;
	drain(20);
	printf("withdraw sent=%zu refused=%lu\n", 2 * sizeof(types) / sizeof(types[0]), refused_count);
}

static void flood_for_ever(void)
{
	is_refusal_expected = true;
	for (;;)
		fling(has_stream);
}

struct action {
	const char *name;
	int arguments;
};

static const struct action actions[] = {
	{ "fuzz", 2 }, { "packets", 2 }, { "flood", 1 }, { "ports", 1 }, { "nodes", 1 }, { "servers", 1 },
	{ "storm", 2 }, { "two", 2 }, { "vanish", 4 }, { "spoof", 1 }, { "withdraw", 0 }, { "enable", 0 },
	{ "disable", 0 }, { "expect", 1 }, { "deaf", 0 }, { "hear", 0 }, { "for-ever", 0 }, { "port", 1 },
};

static void act(const char *name, char **argument)
{
	if (!strcmp(name, "fuzz"))
		fuzz(number(argument[0]), number(argument[1]));
	else if (!strcmp(name, "packets"))
		packets(number(argument[0]), number(argument[1]));
	else if (!strcmp(name, "flood"))
		flood(number(argument[0]));
	else if (!strcmp(name, "ports"))
		ports(number(argument[0]));
	else if (!strcmp(name, "nodes"))
		nodes(number(argument[0]));
	else if (!strcmp(name, "servers"))
		servers(number(argument[0]));
	else if (!strcmp(name, "storm") || !strcmp(name, "two"))
		storm(number(argument[0]), number(argument[1]), name[0] == 't');
	else if (!strcmp(name, "vanish"))
		vanish(argument[0], argument[1], number(argument[2]), number(argument[3]));
	else if (!strcmp(name, "spoof"))
		spoof(number(argument[0]));
	else if (!strcmp(name, "withdraw"))
		withdraw();
	else if (!strcmp(name, "deaf"))
		is_deaf = true;
	else if (!strcmp(name, "for-ever"))
		flood_for_ever();
	else if (!strcmp(name, "port"))
		my_port = number(argument[0]);
	else if (!strcmp(name, "enable") || !strcmp(name, "disable")) {
		await(request(name[0] == 'e'));
		has_stream = name[0] == 'e' && strstr(last_response, "status=0");
		printf("%s %s\n", name, last_response);
	} else if (!strcmp(name, "expect")) {
		if (!strstr(last_response, argument[0]))
			die("`%s`, not `%s`", last_response, argument[0]);
	} else {
		is_deaf = false;
		send_control(QRTR_RESUME_TX, my_node, my_port);
		drain(100);
	}
}

int main(int argc, char **argv)
{
	const size_t action_count = sizeof(actions) / sizeof(actions[0]);
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(help, stdout);
			return 0;
		}
		if (i + 1 == argc)
			die("%s needs a value (see --help)", argv[i]);
		if (!strcmp(argv[i], "--node"))
			my_node = number(argv[++i]);
		else if (!strcmp(argv[i], "--device"))
			device = argv[++i];
		else
			die("unknown option: %s (see --help)", argv[i]);
	}
	setlinebuf(stdout);
	tun = open(device, O_RDWR);
	if (tun < 0)
		die("%s: %s", device, strerror(errno));
	say_hello();
	while (i < argc) {
		size_t a = 0;

		while (a < action_count && strcmp(actions[a].name, argv[i]))
			a++;
		if (a == action_count)
			die("no such action: `%s` (see --help)", argv[i]);
		if (i + actions[a].arguments >= argc)
			die("%s needs %d arguments (see --help)", argv[i], actions[a].arguments);
		act(argv[i], argv + i + 1);
		i += 1 + actions[a].arguments;
	}
	return 0;
}
