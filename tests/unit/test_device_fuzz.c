// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Device files and dumps that were changed at random, under sanitizers: each is refused in one line, or makes a device
 * that survives a host that asks anything of it.
 */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

#include "../mutate.h"
#include "device_dump.h"
#include "vsoc/devices/model/device.h"
#include "vsoc/devices/model/load.h"

#define CASES		100000u
#define TEXT_BYTES	8192u

static const char *const files[] = {
	"product Thing\nuac 1\nspeed full\nplay out\n terminal headset\n sync asynchronous\n"
	" feedback explicit format 10.14 interval 8 ms\n volume -60 0 1\n mute\n alt bits 16 rates 44100 48000\n"
	" alt bits 24 rates 8000..96000\nrecord mic\n alt channels 1 rates 16000\nkeys volume-up mute\nmidi 2\n"
	"at 3 ms key mute\nafter out 2 ms unplug 4 ms\non set-rate 1 stall\non packet mic 3 long 2\n",
	"uac 2\nspeed high\nclock a\n rates 44100 48000 96000\n ppm 300\n jitter 2 us\nclock b\n rates 48000\n external\n"
	" invalid\nselector s a b\nmultiplier m s 2/3\nrecord in\n clock m\n sync asynchronous\n"
	" alt bits 24 bytes 4 channels 18 interval 125 us\nplay out\n clock m\n sync asynchronous\n feedback implicit in\n"
	" fifo 300\n alt bits 32 format raw interval 125 us\n alt bits 32 format float interval 500 us\n"
	"record loop\n clock m\n sync asynchronous\n source loop out 32\n alt bits 16 interval 1 ms\n"
	"at 2 ms rate a 48000\nat 3 ms valid b\non request 30 garbage 5\non set-interface 4 silence\n",
	"uac 2\nspeed super\nclock c\n rates 192000\nplay p\n alt bits 32 channels 32 interval 125 us burst 4\n"
	"configuration\nuac 3\nclock d\n rates 48000\nplay q\n mute\n alt bits 24 channels 6\nfunction\nuac 3\nbadd headset\n"
	"play r\n alt bits 16\nrecord s\n alt bits 16 channels 1\n",
	recent,
};

#define FILES (sizeof(files) / sizeof(files[0]))

static void ignore_alarm(void *owner, int64_t at_ns)
{
	(void)owner;
	(void)at_ns;
}

static void ignore(void *owner)
{
	(void)owner;
}

static void ignore_wake(void *owner, uint8_t endpoint)
{
	(void)owner;
	(void)endpoint;
}

static const struct device_host host = { ignore_alarm, ignore, ignore, ignore, ignore_wake };

/* Replaces a number of the text by one at which something ends. */
static uint32_t mutate_number(struct random *random, char *text, uint32_t bytes)
{
	uint32_t at = random_below(random, bytes), end;
	char number[32];
	int length;

	while (at < bytes && !isdigit((unsigned char)text[at]))
		at++;
	for (end = at; end < bytes && isalnum((unsigned char)text[end]);)
		end++;
	length = snprintf(number, sizeof(number), "%llu", (unsigned long long)mutator_edge(random));
	if (at == bytes || bytes - (end - at) + (uint32_t)length > TEXT_BYTES)
		return bytes;
	memmove(text + at + length, text + end, bytes - end);
	memcpy(text + at, number, (size_t)length);
	return bytes - (end - at) + (uint32_t)length;
}

/* Copies a line of another file into this one. */
static uint32_t insert_line(struct random *random, char *text, uint32_t bytes)
{
	const char *other = files[random_below(random, FILES)], *line = other + random_below(random, (uint32_t)strlen(other));
	uint32_t length = (uint32_t)strcspn(line, "\n") + 1, at = random_below(random, bytes);

	while (at < bytes && text[at] != '\n')
		at++;
	if (at == bytes || bytes + length > TEXT_BYTES)
		return bytes;
	memmove(text + at + 1 + length, text + at + 1, bytes - at - 1);
	memcpy(text + at + 1, line, length - 1);
	text[at + length] = '\n';
	return bytes + length;
}

/* Where a changed dump of bytes comes from: the descriptors of a file. */
static uint32_t make_bytes(struct random *random, char *text)
{
	const char *file = files[random_below(random, FILES)];
	char error[LOAD_ERROR_BYTES];
	struct loaded_device *loaded = load_text("f", file, strlen(file), NULL, error, sizeof(error));
	uint32_t bytes = 18;

	if (!loaded)
		fail_msg("%s", error);
	memcpy(text, loaded->descriptors.device, 18);
	for (unsigned int i = 0; i < loaded->descriptors.configuration_count; i++) {
		const struct bytes *from = &loaded->descriptors.configurations[i];

		memcpy(text + bytes, from->data, from->count);
		bytes += from->count;
	}
	free(loaded);
	/* The lengths that lead from one configuration to the next are changed seldom, as all behind is lost then. */
	return 23 + mutate_bytes(random, (uint8_t *)text + 23, bytes - 23, TEXT_BYTES - 23);
}

static uint32_t make_case(struct random *random, char *text)
{
	const char *file;
	uint32_t bytes;

	if (!random_below(random, 4))
		return make_bytes(random, text);
	file = files[random_below(random, FILES)];
	bytes = (uint32_t)strlen(file);
	memcpy(text, file, bytes);
	for (unsigned int changes = 1 + random_below(random, 3); changes && bytes; changes--) {
		switch (random_below(random, 4)) {
		case 0:
			bytes = mutate_bytes(random, (uint8_t *)text, bytes, TEXT_BYTES);
			break;
		case 1:
			bytes = insert_line(random, text, bytes);
			break;
		default:
			bytes = mutate_number(random, text, bytes);
		}
	}
	return bytes;
}

static void ask(struct random *random, struct device *device, int64_t now_ns, uint8_t *data)
{
	static const uint16_t requests[] = { 0x8006, 0x8106, 0x0009, 0x010b, 0x810a, 0xa101, 0xa102, 0x2101, 0xa281,
					     0x2201, 0xa106, 0xa103, 0x8000, 0x210a };
	uint16_t length = (uint16_t)(random_below(random, 3) ? random_below(random, 16) : random_below(random, 4096));
	uint16_t value = (uint16_t)(random_below(random, 4) << 8 | random_below(random, 4));
	uint16_t index = (uint16_t)(random_below(random, 12) << 8 | random_below(random, 6));
	int result = device_control(device, now_ns, requests[random_below(random, sizeof(requests) / sizeof(requests[0]))],
				    value, random_below(random, 2) ? index : index & 0x8f, length, data);

	assert_true(result <= length && result >= DEVICE_SILENT);
}

/* Sets all that streams going, and moves packets. Returns whether a packet did. */
static bool use(struct random *random, struct device *device)
{
	static uint8_t data[65536];
	int64_t now_ns = 0;
	bool moved = false;

	device_plugged(device, now_ns);
	device_reset(device, now_ns);
	device_control(device, now_ns, 0x0009, device->topologies[0].configuration_value, 0, 0, data);
	for (unsigned int i = 0; device->topology && i < device->topology->setting_count; i++) {
		const struct setting setting = device->topology->settings[i];

		device_control(device, now_ns, 0x010b, setting.alt, setting.interface, 0, data);
		for (unsigned int j = 0; j < 4; j++) {
			uint8_t address = setting.data.address;
			int result = setting.is_playback ? device_out(device, now_ns, address, data, random_below(random, 2000)) :
							   device_in(device, now_ns, address, data, random_below(random, 2000));

			moved |= result > 0;
			if (setting.feedback.address)
				device_in(device, now_ns, setting.feedback.address, data, 4);
			now_ns += random_below(random, 2000000);
			device_alarm(device, now_ns);
		}
		ask(random, device, now_ns, data);
	}
	for (unsigned int i = 0; i < 8; i++) {
		ask(random, device, now_ns, data);
		device_in(device, now_ns, (uint8_t)(0x80 | random_below(random, 4)), data, random_below(random, 600));
		device_out(device, now_ns, (uint8_t)random_below(random, 4), data, random_below(random, 600));
		now_ns += random_below(random, 1000000);
		device_alarm(device, now_ns);
	}
	device_unplugged(device, now_ns);
	return moved;
}

static void changed_files_are_refused_or_work(void **state)
{
	struct random random = { 14 };
	unsigned int loaded_count = 0, device_count = 0, moved_count = 0;
	char *text = malloc(TEXT_BYTES);

	(void)state;
	for (unsigned int i = 0; i < CASES; i++) {
		uint32_t bytes = make_case(&random, text);
		char error[LOAD_ERROR_BYTES] = "";
		/* Of exactly its size: a read behind its end is found. */
		char *exact = malloc(bytes ? bytes : 1);
		struct loaded_device *loaded;
		struct device *device;

		memcpy(exact, text, bytes);
		loaded = load_text("f", exact, bytes, NULL, error, sizeof(error));
		free(exact);
		assert_true(loaded || (error[0] && !strchr(error, '\n')));
		if (!loaded)
			continue;
		loaded_count++;
		device = device_create(&loaded->spec, &loaded->descriptors, &host, NULL, NULL, error, sizeof(error));
		if (device) {
			device_count++;
			moved_count += use(&random, device);
			device_destroy(device, 1000000000);
		}
		free(loaded);
	}
	free(text);
	print_message("# of %u files %u were accepted, %u made a device, %u moved packets\n", CASES, loaded_count,
		      device_count, moved_count);
	/* Or it would say little. */
	assert_true(loaded_count > CASES / 5);
	assert_true(moved_count > CASES / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_files_are_refused_or_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
