// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* A device that runs: its clock, its FIFO and feedback, its recordings, its controls, and moments. */
#include "unit.h"

#include <stdio.h>

#include "vsoc/devices/model/device.h"
#include "vsoc/devices/model/load.h"
#include "vsoc/devices/model/pattern.h"

#define MS 1000000

/* The host of a device, which counts its requests. */
struct bench {
	struct loaded_device *loaded;
	struct device *device;
	int64_t now_ns, alarm_ns;
	unsigned int unplugs, plugs, late_answers, wakes;
};

static void set_alarm(void *owner, int64_t at_ns)
{
	((struct bench *)owner)->alarm_ns = at_ns;
}

static void unplug(void *owner)
{
	struct bench *bench = owner;

	bench->unplugs++;
	device_unplugged(bench->device, bench->now_ns);
}

static void plug(void *owner)
{
	struct bench *bench = owner;

	bench->plugs++;
	device_plugged(bench->device, bench->now_ns);
}

static void answer_late(void *owner)
{
	((struct bench *)owner)->late_answers++;
}

static void wake(void *owner, uint8_t endpoint)
{
	assert_true(endpoint & 0x80);
	((struct bench *)owner)->wakes++;
}

static const struct device_host host = { set_alarm, unplug, plug, answer_late, wake };

static struct bench *begin(const char *text)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	char error[LOAD_ERROR_BYTES] = "";

	bench->alarm_ns = -1;
	bench->loaded = load_text("t", text, strlen(text), NULL, error, sizeof(error));
	if (!bench->loaded)
		fail_msg("%s", error);
	bench->device = device_create(&bench->loaded->spec, &bench->loaded->descriptors, &host, bench, NULL, error,
				      sizeof(error));
	if (!bench->device)
		fail_msg("%s", error);
	device_plugged(bench->device, 0);
	device_reset(bench->device, 0);
	return bench;
}

static void end(struct bench *bench)
{
	device_destroy(bench->device, bench->now_ns);
	free(bench->loaded);
	free(bench);
}

/* Lets time pass, with the alarms that are due meanwhile. */
static void pass(struct bench *bench, int64_t ns)
{
	int64_t until_ns = bench->now_ns + ns;

	while (bench->alarm_ns >= 0 && bench->alarm_ns <= until_ns) {
		bench->now_ns = bench->alarm_ns;
		bench->alarm_ns = -1;
		device_alarm(bench->device, bench->now_ns);
	}
	bench->now_ns = until_ns;
}

static int request(struct bench *bench, uint16_t request, uint16_t value, uint16_t index, uint16_t length,
		   uint8_t *data)
{
	return device_control(bench->device, bench->now_ns, request, value, index, length, data);
}

static void configure(struct bench *bench, unsigned int value)
{
	assert_int_equal(request(bench, 0x0009, (uint16_t)value, 0, 0, NULL), 0);
}

static void choose(struct bench *bench, unsigned int interface, unsigned int alt)
{
	assert_int_equal(request(bench, 0x010b, (uint16_t)alt, (uint16_t)interface, 0, NULL), 0);
}

static void clocks_count_exactly(void **state)
{
	struct converter_clock clock;

	(void)state;
	clock_begin(&clock, 0, 44100, 0, 0);
	assert_int_equal(clock_frames(&clock, 1000000000), 44100);
	clock_begin(&clock, 0, 48000, 500, 0);
	assert_int_equal(clock_frames(&clock, 600000000000), 48000 * 600 + 14400);
	/* Fractions of a frame survive a change. */
	clock_begin(&clock, 0, 1000, 0, 0);
	for (int i = 1; i <= 1000; i++)
		clock_set_ppm(&clock, i * 500000, 0);
	assert_int_equal(clock_frames(&clock, 500000000), 500);
	clock_set_rate(&clock, 500000000, 2000);
	assert_int_equal(clock_frames(&clock, 1000000000), 1500);
}

static void jitter_is_bounded_and_never_goes_back(void **state)
{
	struct converter_clock clock, exact;
	uint64_t last = 0, moved = 0;

	(void)state;
	clock_begin(&clock, 0, 768000, 0, 20000);
	clock_begin(&exact, 0, 768000, 0, 0);
	for (int64_t now_ns = 100000; now_ns < 1000000000; now_ns += 125000) {
		uint64_t frames = clock_frames(&clock, now_ns), right = clock_frames(&exact, now_ns);

		assert_true(frames >= last);
		assert_true(frames + 16 >= right && frames <= right + 16);
		moved += frames != right;
		last = frames;
	}
	assert_true(moved > 1000);
}

#define PLAYER                                                                                                         \
	"uac 2\nspeed high\nclock c\nrates 48000\nppm %d\nplay p\nsync asynchronous\nfeedback explicit %s\n"           \
	"alt interval 125 us\n"

static uint32_t get_feedback(struct bench *bench, unsigned int bytes)
{
	uint8_t value[64] = { 0 };

	assert_int_equal(device_in(bench->device, bench->now_ns, 0x81, value, sizeof(value)), bytes);
	return get32(value);
}

/* A host that follows the feedback each millisecond, for a while. Returns the least and greatest level seen. */
static void follow(struct bench *bench, unsigned int seconds, uint32_t *least, uint32_t *greatest)
{
	uint8_t samples[64 * 4] = { 0 };
	uint32_t value = 6 << 16, owed = 0;

	*least = UINT32_MAX;
	*greatest = 0;
	for (unsigned int i = 0; i < seconds * 8000; i++) {
		uint32_t level;

		if (i % 8 == 0)
			value = get_feedback(bench, 4);
		owed += value;
		assert_int_equal(device_out(bench->device, bench->now_ns, 0x01, samples, (owed >> 16) * 4),
				 (owed >> 16) * 4);
		owed &= 0xffff;
		level = playback_level(&bench->device->streams[0].playback);
		if (i > 8000 && level < *least)
			*least = level;
		if (i > 8000 && level > *greatest)
			*greatest = level;
		pass(bench, 125000);
	}
}

static void feedback_keeps_the_fifo_half_full(void **state)
{
	static const int ppms[] = { 0, 500, -500, 20000 };

	(void)state;
	for (size_t i = 0; i < sizeof(ppms) / sizeof(ppms[0]); i++) {
		uint32_t least, greatest, middle;
		struct bench *bench;
		char text[400];

		snprintf(text, sizeof(text), PLAYER, ppms[i], "");
		bench = begin(text);
		configure(bench, 1);
		choose(bench, 1, 1);
		follow(bench, 20, &least, &greatest);
		middle = bench->device->streams[0].playback.capacity_frames / 2;
		/* Within two packets of the middle. */
		assert_true(least + 14 >= middle);
		assert_true(greatest <= middle + 14);
		end(bench);
	}
}

static void feedback_has_the_format_that_the_file_says(void **state)
{
	static const struct {
		const char *detail;
		unsigned int bytes;
		uint32_t value;
	} formats[] = {
		{ "", 4, 6 << 16 },
		{ "format 10.14", 3, 48 << 14 },
		{ "format 10.14-in-4", 4, 48 << 14 },
		{ "format 16.16", 4, 6 << 16 },
		{ "format 16.16-per-ms", 4, 48 << 16 },
		{ "format 16.16-in-3", 3, 6 << 16 },
		{ "stuck 40000", 4, 5 << 16 },
		{ "late 5 ms", 0, 0 },
		{ "wild 2", 4, 6 << 16 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct bench *bench;
		char text[400];

		snprintf(text, sizeof(text), PLAYER, 0, formats[i].detail);
		bench = begin(text);
		configure(bench, 1);
		choose(bench, 1, 1);
		assert_int_equal(get_feedback(bench, formats[i].bytes), formats[i].value);
		end(bench);
	}
}

static void late_and_wild_values_come_when_they_should(void **state)
{
	uint8_t packet[24] = { 0 };
	struct bench *bench;
	char text[400];

	(void)state;
	snprintf(text, sizeof(text), PLAYER, 0, "late 5 ms wild 2");
	bench = begin(text);
	configure(bench, 1);
	choose(bench, 1, 1);
	device_out(bench->device, bench->now_ns, 0x01, packet, sizeof(packet));
	pass(bench, 4 * MS);
	get_feedback(bench, 0);
	pass(bench, MS);
	assert_int_equal(get_feedback(bench, 4), 6 << 16);
	assert_int_equal(get_feedback(bench, 4), 9 << 16);
	assert_int_equal(get_feedback(bench, 4), 6 << 16);
	end(bench);
}

#define RECORDER "uac 2\nspeed high\nclock c\nrates 44100 48000\n%s\nrecord r\nsync %s\n%s\nalt channels 2 interval %s\n"

static struct bench *begin_recorder(const char *clock, const char *sync, const char *detail, const char *interval)
{
	struct bench *bench;
	char text[400];

	snprintf(text, sizeof(text), RECORDER, clock, sync, detail, interval);
	bench = begin(text);
	configure(bench, 1);
	choose(bench, 1, 1);
	return bench;
}

/* Counts the frames of so many packets, and checks that they continue the pattern. */
static unsigned int record(struct bench *bench, unsigned int packets, int64_t interval_ns, uint64_t *frame)
{
	unsigned int frames = 0;
	uint8_t data[1024];

	for (unsigned int i = 0; i < packets; i++) {
		int bytes = device_in(bench->device, bench->now_ns, 0x81, data, sizeof(data));

		assert_true(bytes >= 0 && bytes % 4 == 0);
		for (int at = 0; at < bytes; at += 4, frames++, (*frame)++) {
			assert_int_equal(get16(data + at), pattern_sample(*frame, 0) >> 16);
			assert_int_equal(get16(data + at + 2), pattern_sample(*frame, 1) >> 16);
		}
		pass(bench, interval_ns);
	}
	return frames;
}

static void a_synchronous_stream_gives_the_nominal_rate(void **state)
{
	struct bench *bench = begin_recorder("start 44100", "synchronous", "", "1 ms");
	uint64_t frame = 0;

	(void)state;
	assert_int_equal(record(bench, 1000, MS, &frame), 44100);
	end(bench);
}

static void an_asynchronous_stream_gives_its_clocks_rate(void **state)
{
	struct bench *bench = begin_recorder("start 48000\nppm 500", "asynchronous", "", "125 us");
	uint64_t frame = 0;
	unsigned int frames;

	(void)state;
	frames = record(bench, 80000, 125000, &frame);
	/* Ten seconds but for the last interval. */
	assert_true(frames >= 480240 - 8 && frames <= 480240);
	end(bench);
}

static void a_host_that_does_not_ask_loses_frames(void **state)
{
	struct bench *bench = begin_recorder("start 48000", "asynchronous", "fifo 100", "1 ms");
	uint64_t frame = 0;
	uint8_t data[1024];

	(void)state;
	record(bench, 10, MS, &frame);
	pass(bench, 20 * MS);
	/* The 100 frames that the FIFO holds are the newest; a packet carries 49 of them. */
	assert_int_equal(device_in(bench->device, bench->now_ns, 0x81, data, sizeof(data)), 49 * 4);
	assert_int_equal(get16(data), pattern_sample(30 * 48 - 100, 0) >> 16);
	end(bench);
}

static void a_loop_gives_back_what_was_played_after_its_delay(void **state)
{
	struct bench *bench = begin("uac 2\nspeed high\nclock c\nrates 48000\nplay p\nsync asynchronous\nalt\n"
				    "record r\nsync asynchronous\nsource loop p 32\nalt bits 24 channels 1\n");
	uint8_t data[1024];
	unsigned int sent = 0, heard = 0, silent = 0, gaps = 0;

	(void)state;
	configure(bench, 1);
	choose(bench, 1, 1);
	choose(bench, 2, 1);
	for (unsigned int i = 0; i < 500; i++) {
		int bytes;

		for (unsigned int j = 0; j < 48; j++) {
			sent++;
			data[4 * j] = (uint8_t)sent;
			data[4 * j + 1] = (uint8_t)(sent >> 8);
			data[4 * j + 2] = data[4 * j + 3] = 0x55;
		}
		device_out(bench->device, bench->now_ns, 0x01, data, 48 * 4);
		bytes = device_in(bench->device, bench->now_ns, 0x81, data, sizeof(data));
		for (int at = 0; at < bytes; at += 3) {
			unsigned int got = get16(data + at + 1);

			assert_int_equal(data[at], 0);
			if (!got && !heard)
				silent++;
			else if (got == (heard + 1) % 65536)
				heard++;
			else
				gaps++;
		}
		pass(bench, MS);
	}
	assert_int_equal(gaps, 0);
	assert_true(silent > 32);
	/* All but those in the FIFO and in the cable. */
	assert_true(heard > sent - 500);
	end(bench);
}

static void an_implicit_stream_has_the_clocks_rate_in_both_directions(void **state)
{
	struct bench *bench = begin("uac 2\nspeed high\nclock c\nrates 48000\nppm 1000\nrecord r\nsync asynchronous\n"
				    "alt interval 125 us\nplay p\nsync asynchronous\nfeedback implicit r\n"
				    "alt interval 125 us\n");
	uint32_t least = UINT32_MAX, greatest = 0, middle;

	(void)state;
	configure(bench, 1);
	choose(bench, 1, 1);
	choose(bench, 2, 1);
	assert_int_equal(bench->device->topology->settings[0].data.attributes, 0x25);
	for (unsigned int i = 0; i < 80000; i++) {
		uint8_t data[1024];
		int bytes = device_in(bench->device, bench->now_ns, 0x81, data, sizeof(data));
		uint32_t level;

		device_out(bench->device, bench->now_ns, 0x01, data, (uint32_t)bytes);
		level = playback_level(&bench->device->streams[1].playback);
		if (i > 800 && level < least)
			least = level;
		if (level > greatest)
			greatest = level;
		pass(bench, 125000);
	}
	middle = bench->device->streams[1].playback.capacity_frames / 2;
	assert_true(least + 14 >= middle && greatest <= middle + 14);
	end(bench);
}

/* Sends a packet of 48 frames of one channel, all of this value, and returns that of the first frame that is recorded. */
static int through_cable(struct bench *bench, int16_t value, unsigned int packets)
{
	uint8_t data[1024] = { 0 };
	int bytes = 0;

	for (unsigned int i = 0; i < packets; i++) {
		for (unsigned int j = 0; j < 48; j++) {
			data[2 * j] = (uint8_t)value;
			data[2 * j + 1] = (uint8_t)(value >> 8);
		}
		device_out(bench->device, bench->now_ns, 0x01, data, 48 * 2);
		bytes = device_in(bench->device, bench->now_ns, 0x81, data, sizeof(data));
		pass(bench, MS);
	}
	assert_in_range(bytes, 47 * 2, 49 * 2);
	return (int16_t)get16(data);
}

static void set_volume(struct bench *bench, unsigned int unit, unsigned int channel, int decibels)
{
	uint8_t data[2] = { 0, (uint8_t)decibels };

	assert_int_equal(request(bench, 0x2101, (uint16_t)(0x0200 | channel), (uint16_t)(unit << 8), 2, data), 0);
}

static void volume_and_mute_change_the_sound(void **state)
{
	struct bench *bench = begin("uac 1\nspeed full\nplay p\nvolume -60 0 1\nmute\nsync asynchronous\n"
				    "alt channels 1 rates 48000\nrecord r\nvolume -20 20 1\nmute\nsync asynchronous\n"
				    "source loop p 32\nalt channels 1 rates 48000\n");
	uint8_t data[2] = { 1, 0 };

	(void)state;
	configure(bench, 1);
	choose(bench, 1, 1);
	choose(bench, 2, 1);
	/* Unity as long as nobody sets anything. */
	assert_int_equal(through_cable(bench, 10000, 50), 10000);
	/* The unit of the playback is 2, that of the recording is 5. */
	set_volume(bench, 2, 0, -20);
	assert_in_range(through_cable(bench, 10000, 50), 999, 1000);
	set_volume(bench, 5, 1, 20);
	assert_in_range(through_cable(bench, 10000, 50), 9985, 10000);
	assert_int_equal(request(bench, 0xa181, 0x0201, 0x0500, 2, data), 2);
	assert_int_equal(get16(data), 20 * 256);
	set_volume(bench, 2, 0, 0);
	set_volume(bench, 5, 1, 0);
	data[0] = 1;
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0200, 1, data), 0);
	assert_int_equal(through_cable(bench, 10000, 50), 0);
	data[0] = 0;
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0200, 1, data), 0);
	assert_int_equal(through_cable(bench, 10000, 50), 10000);
	/* There are no values for so many channels. */
	assert_int_equal(request(bench, 0x2101, 0x0100 | (GAIN_CHANNELS + 1), 0x0200, 1, data), DEVICE_STALL);
	assert_int_equal(request(bench, 0xa181, 0x0100 | (GAIN_CHANNELS + 1), 0x0200, 1, data), DEVICE_STALL);
	end(bench);
}

static void rates_and_controls_answer(void **state)
{
	struct bench *bench = begin("uac 2\nspeed high\nclock a\nrates 44100 48000\nclock b\nrates 96000\ninvalid\n"
				    "selector s a b\nplay p\nclock s\nvolume -40 6 2\nmute\nalt\n");
	static const uint8_t rate_48000[] = { 0x80, 0xbb, 0, 0 };
	uint8_t data[256];

	(void)state;
	configure(bench, 1);
	/* RANGE and CUR of the first clock, and a rate that it lacks. */
	assert_int_equal(request(bench, 0xa102, 0x0100, 0x0100, sizeof(data), data), 26);
	assert_int_equal(get16(data), 2);
	assert_int_equal(get32(data + 14), 48000);
	memcpy(data, rate_48000, sizeof(rate_48000));
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0100, 4, data), 0);
	assert_int_equal(request(bench, 0xa101, 0x0100, 0x0100, 4, data), 4);
	assert_int_equal(get32(data), 48000);
	data[0] = 0x81;
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0100, 4, data), DEVICE_STALL);
	/* The second is not valid. The selector has two inputs. */
	assert_int_equal(request(bench, 0xa101, 0x0200, 0x0200, 1, data), 1);
	assert_int_equal(data[0], 0);
	data[0] = 3;
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0300, 1, data), DEVICE_STALL);
	data[0] = 2;
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0300, 1, data), 0);
	choose(bench, 1, 1);
	assert_int_equal(bench->device->streams[0].playback.clock->rate_hz, 96000);
	/* Volume: 0 dB at first, and the range of the file. */
	assert_int_equal(request(bench, 0xa101, 0x0200, 0x0500, 2, data), 2);
	assert_int_equal(get16(data), 0);
	assert_int_equal(request(bench, 0xa102, 0x0200, 0x0500, 8, data), 8);
	assert_int_equal((int16_t)get16(data + 2), -40 * 256);
	assert_int_equal(get16(data + 4), 6 * 256);
	assert_int_equal(get16(data + 6), 2 * 256);
	/* An entity that is not there. */
	assert_int_equal(request(bench, 0xa101, 0x0200, 0x4400, 2, data), DEVICE_STALL);
	end(bench);
}

static void a_multiplier_runs_faster_than_its_clock(void **state)
{
	struct bench *bench = begin("uac 2\nspeed high\nclock a\nrates 44100 48000\nppm 100\nclock b\nrates 32000\n"
				    "selector s a b\nmultiplier m s 2/1\nmultiplier same a\n"
				    "play p\nclock m\nsync asynchronous\nalt\nrecord r\nclock same\nsync asynchronous\nalt\n");
	static const uint8_t rate_48000[] = { 0x80, 0xbb, 0, 0 };
	const struct rate_set *rates;
	uint8_t data[1024];

	(void)state;
	configure(bench, 1);
	choose(bench, 1, 1);
	choose(bench, 2, 1);
	assert_int_equal(bench->device->streams[0].playback.clock->rate_hz, 88200);
	assert_int_equal(bench->device->streams[1].capture.clock->rate_hz, 44100);
	/* Numerator and denominator. */
	assert_int_equal(request(bench, 0xa101, 0x0100, 0x0400, 2, data), 2);
	assert_int_equal(get16(data), 2);
	assert_int_equal(request(bench, 0xa101, 0x0200, 0x0400, 2, data), 2);
	assert_int_equal(get16(data), 1);
	assert_int_equal(request(bench, 0xa101, 0x0100, 0x0500, 2, data), 2);
	assert_int_equal(get16(data), 1);
	/* It follows the rate of its clock, and another that is selected. */
	memcpy(data, rate_48000, sizeof(rate_48000));
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0100, 4, data), 0);
	assert_int_equal(bench->device->streams[0].playback.clock->rate_hz, 96000);
	assert_int_equal(bench->device->streams[0].playback.clock->ppm, 100);
	assert_int_equal(clock_true_millihz(bench->device->streams[0].playback.clock), 96009600);
	data[0] = 2;
	assert_int_equal(request(bench, 0x2101, 0x0100, 0x0300, 1, data), 0);
	assert_int_equal(bench->device->streams[0].playback.clock->rate_hz, 64000);
	assert_int_equal(bench->device->streams[1].capture.clock->rate_hz, 48000);
	/* A packet has room for the greatest rate of all. */
	assert_true(bench->device->streams[0].setting->data.packet_bytes >= 97 * 4);
	device_reset(bench->device, bench->now_ns);
	rates = device_rates(bench->device, &bench->device->streams[0], &bench->device->topologies[0].settings[0]);
	assert_int_equal(rates->count, 1);
	assert_int_equal(rates->hz[0], 64000);
	end(bench);
}

static void uac1_sets_the_rate_of_an_endpoint(void **state)
{
	struct bench *bench = begin("uac 1\nplay p\nalt rates 44100 48000\n");
	uint8_t data[3] = { 0x80, 0xbb, 0 };

	(void)state;
	configure(bench, 1);
	assert_int_equal(request(bench, 0x2201, 0x0100, 0x0001, 3, data), DEVICE_STALL);
	choose(bench, 1, 1);
	assert_int_equal(request(bench, 0x2201, 0x0100, 0x0001, 3, data), 0);
	assert_int_equal(bench->device->streams[0].playback.clock->rate_hz, 48000);
	data[0] = 0;
	assert_int_equal(request(bench, 0x2201, 0x0100, 0x0001, 3, data), DEVICE_STALL);
	end(bench);
}

static void requests_fail_when_the_file_says(void **state)
{
	struct bench *bench = begin("uac 1\nplay p\nalt rates 44100 48000\n"
				    "on set-rate 2 stall\non set-rate 3 silence\non get-rate 1 garbage\n"
				    "on set-interface 3 unplug 50 ms\n");
	uint8_t data[3] = { 0x80, 0xbb, 0 };

	(void)state;
	configure(bench, 1);
	choose(bench, 1, 1);
	assert_int_equal(request(bench, 0x2201, 0x0100, 0x0001, 3, data), 0);
	assert_int_equal(request(bench, 0x2201, 0x0100, 0x0001, 3, data), DEVICE_STALL);
	assert_int_equal(request(bench, 0x2201, 0x0100, 0x0001, 3, data), DEVICE_SILENT);
	assert_int_equal(request(bench, 0xa281, 0x0100, 0x0001, 3, data), 3);
	assert_int_not_equal(get24(data), 48000);
	assert_int_equal(request(bench, 0xa281, 0x0100, 0x0001, 3, data), 3);
	assert_int_equal(get24(data), 48000);
	pass(bench, 4999 * (int64_t)MS);
	assert_int_equal(bench->late_answers, 0);
	pass(bench, MS);
	assert_int_equal(bench->late_answers, 1);
	choose(bench, 1, 0);
	assert_int_equal(request(bench, 0x010b, 1, 1, 0, NULL), DEVICE_SILENT);
	pass(bench, 49 * MS);
	assert_int_equal(bench->unplugs, 1);
	assert_int_equal(bench->plugs, 0);
	pass(bench, MS);
	assert_int_equal(bench->plugs, 1);
	end(bench);
}

static void packets_fail_when_the_file_says(void **state)
{
	struct bench *bench = begin("uac 1\nrecord r\nalt\n"
				    "on packet r 2 short\non packet r 3 long\non packet r 4 missing 2\n"
				    "on packet r 6 babble\non packet r 8 unplug\n");
	static const int expected[] = { 192, 96, 1000, DEVICE_ERROR, DEVICE_ERROR, DEVICE_BABBLE, 192, DEVICE_ERROR };
	uint8_t data[1000];

	(void)state;
	configure(bench, 1);
	choose(bench, 1, 1);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		int got = device_in(bench->device, bench->now_ns, 0x81, data, sizeof(data));

		if (i == 6)
			assert_true(got >= 0);
		else
			assert_int_equal(got, expected[i]);
		bench->now_ns += MS;
	}
	pass(bench, 0);
	assert_int_equal(bench->unplugs, 1);
	end(bench);
}

static void things_happen_at_their_time(void **state)
{
	struct bench *bench = begin("uac 2\nspeed high\nclock c\nrates 44100 48000\nplay p\nsync asynchronous\nalt\n"
				    "keys volume-up mute\n"
				    "at 10 ms ppm c 400\nat 20 ms rate c 48000\nat 30 ms invalid c\n"
				    "after p 5 ms key mute\nat 60 ms unplug 5 ms\n");
	struct converter_clock *clock = &bench->device->clocks[0].clock;
	uint8_t data[192] = { 0 };

	(void)state;
	configure(bench, 1);
	choose(bench, 1, 1);
	pass(bench, 9 * MS);
	assert_int_equal(clock->ppm, 0);
	pass(bench, MS);
	assert_int_equal(clock->ppm, 400);
	pass(bench, 10 * MS);
	assert_int_equal(clock->rate_hz, 48000);
	pass(bench, 20 * MS);
	assert_false(clock->is_valid);
	assert_int_equal(device_in(bench->device, bench->now_ns, 0x81, data, 1), DEVICE_NAK);
	device_out(bench->device, bench->now_ns, 0x01, data, sizeof(data));
	pass(bench, 5 * MS);
	assert_int_equal(bench->wakes, 1);
	assert_int_equal(device_in(bench->device, bench->now_ns, 0x81, data, 1), 1);
	assert_int_equal(data[0], 2);
	assert_int_equal(device_in(bench->device, bench->now_ns, 0x81, data, 1), 1);
	assert_int_equal(data[0], 0);
	assert_int_equal(device_in(bench->device, bench->now_ns, 0x81, data, 1), DEVICE_NAK);
	pass(bench, 20 * MS);
	assert_int_equal(bench->unplugs, 1);
	assert_int_equal(bench->plugs, 1);
	assert_null(bench->device->topology);
	end(bench);
}

static void midi_comes_back(void **state)
{
	struct bench *bench = begin("uac 1\nmidi 2\n");
	uint8_t data[64] = { 0x09, 0x90, 0x40, 0x7f };

	(void)state;
	configure(bench, 1);
	assert_int_equal(device_in(bench->device, 0, 0x81, data, sizeof(data)), DEVICE_NAK);
	assert_int_equal(device_out(bench->device, 0, 0x01, data, 4), 4);
	assert_int_equal(bench->wakes, 1);
	memset(data, 0, sizeof(data));
	assert_int_equal(device_in(bench->device, 0, 0x81, data, sizeof(data)), 4);
	assert_int_equal(data[2], 0x40);
	end(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_count_exactly),
		cmocka_unit_test(jitter_is_bounded_and_never_goes_back),
		cmocka_unit_test(feedback_keeps_the_fifo_half_full),
		cmocka_unit_test(feedback_has_the_format_that_the_file_says),
		cmocka_unit_test(late_and_wild_values_come_when_they_should),
		cmocka_unit_test(a_synchronous_stream_gives_the_nominal_rate),
		cmocka_unit_test(an_asynchronous_stream_gives_its_clocks_rate),
		cmocka_unit_test(a_host_that_does_not_ask_loses_frames),
		cmocka_unit_test(a_loop_gives_back_what_was_played_after_its_delay),
		cmocka_unit_test(an_implicit_stream_has_the_clocks_rate_in_both_directions),
		cmocka_unit_test(volume_and_mute_change_the_sound),
		cmocka_unit_test(rates_and_controls_answer),
		cmocka_unit_test(a_multiplier_runs_faster_than_its_clock),
		cmocka_unit_test(uac1_sets_the_rate_of_an_endpoint),
		cmocka_unit_test(requests_fail_when_the_file_says),
		cmocka_unit_test(packets_fail_when_the_file_says),
		cmocka_unit_test(things_happen_at_their_time),
		cmocka_unit_test(midi_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
