// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Device files: complaints name the line and the expected words, and descriptors agree with the file. */
#include "unit.h"

#include <stdio.h>

#include "vsoc/devices/model/load.h"
#include "vsoc/devices/model/topology.h"

#define PLAY "uac 2\nspeed high\nclock c\nrates 48000\nplay p\n"

/* Texts that are wrong, and the complaint. */
static const struct {
	const char *text, *complaint;
} wrong[] = {
	{ "", "t:0: the device has no audio function: expected \"uac 1\", 2 or 3" },
	{ "\n# nothing\n", "t:2: the device has no audio function: expected \"uac 1\", 2 or 3" },
	{ "nonsense", "t:1: expected a keyword of the device, found \"nonsense\"" },
	{ "uac", "t:1: expected a version of the class (1 to 3), found the end of the line" },
	{ "uac 4", "t:1: expected a version of the class (1 to 3), found \"4\"" },
	{ "uac 1 2", "t:1: expected the end of the line, found \"2\"" },
	{ "uac 1\nuac 2", "t:2: the function has a version of the class already" },
	{ "uac 1", "t:1: the function has neither a stream nor MIDI ports" },
	{ "speed slow", "t:1: expected a speed (full, high, super), found \"slow\"" },
	{ "id f055", "t:1: expected vendor and product in hexadecimal, as in \"f055:0001\", found \"f055\"" },
	{ "power 900", "t:1: expected mA, or \"self\" (0 to 500), found \"900\"" },
	{ "uac 2\nclock c\nplay p\nalt", "t:2: clock \"c\" has no rates: expected \"rates ...\"" },
	{ "uac 2\nclock c\nrates 48000 44100",
	  "t:3: expected a greater rate than the one before, found \"44100\"" },
	{ "uac 2\nclock c\nrates 48000..44100",
	  "t:3: expected a range of rates in Hz, as in \"8000..48000\", found \"48000..44100\"" },
	{ "uac 2\nclock c\nrates 48000\nstart 96000\nplay p\nalt",
	  "t:2: clock \"c\" starts at a rate that it does not have" },
	{ "uac 2\nclock c\nclock c", "t:3: expected a name that no other clock has, found \"c\"" },
	{ "uac 2\nselector s c", "t:2: expected the name of a clock that stands above, found \"c\"" },
	{ "uac 1\nplay a b", "t:2: expected the end of the line, found \"b\"" },
	{ "uac 1\nplay p", "t:2: stream \"p\" has no alternate setting: expected \"alt ...\"" },
	{ "uac 1\nplay p\nppm 3", "t:3: expected a keyword of the device or of a stream, found \"ppm\"" },
	{ "uac 1\nplay p\nalt bits 33", "t:3: expected bits of a sample (8 to 32), found \"33\"" },
	{ "uac 1\nplay p\nalt bits 24 bytes 2", "t:3: 24 bits do not fit 2 bytes" },
	{ "uac 1\nplay p\nalt interval 1", "t:3: expected a service interval, as in \"10 ms\" (at most 32000000 ns), found the end of the line" },
	{ "uac 1\nplay p\nalt interval 3 ms",
	  "t:3: expected a service interval of 125 us times a power of two, found \"ms\"" },
	{ "uac 1\nplay p\nalt interval 125 us", "t:3: at full speed a service interval is 1 ms or more" },
	{ "uac 1\nplay p\nalt channels 8 bits 24", "t:3: packets of 1152 bytes: this speed carries 1023" },
	{ PLAY "alt rates 48000", "t:6: only in UAC1 has an alternate setting rates; here its clock has them" },
	{ PLAY "alt burst 2", "t:6: only SuperSpeed has bursts" },
	{ "uac 1\nplay p\nsync sometimes\nalt",
	  "t:3: expected a synchronisation (none, asynchronous, adaptive, synchronous), found \"sometimes\"" },
	{ "uac 1\nclock c\nrates 48000\nppm 5\nplay p\nalt",
	  "t:5: stream \"p\" follows the bus: its clock has neither ppm nor jitter" },
	{ "uac 1\nplay p\nfeedback implicit q\nalt",
	  "t:3: expected the name of a stream above that records, found \"q\"" },
	{ "uac 1\nrecord r\nfeedback explicit\nalt", "t:3: only a stream that plays has feedback" },
	{ "uac 1\nplay p\nvolume 0 -10 1\nalt", "t:3: expected a greater volume than the least, found \"-10\"" },
	{ "uac 1\nplay p\nalt\nrecord r\nsource loop q 100\nalt",
	  "t:5: expected the name of a stream above that plays, found \"q\"" },
	{ "uac 2\nclock a\nrates 48000\nclock b\nrates 48000\nplay p\nalt",
	  "t:6: which of the 2 clocks has stream \"p\"? expected \"clock NAME\"" },
	{ "uac 1\nbadd headset\nplay p\nalt", "t:1: only UAC3 has basic audio devices" },
	{ "uac 2\nclock a\nrates 48000\nmultiplier m a 0/1", "t:4: expected a ratio of numbers from 1 to 64, as in \"2/1\", found \"0/1\"" },
	{ "uac 1\nclock a\nrates 48000\nmultiplier m a 2/1\nplay p\nclock m\nalt", "t:4: UAC1 has no clock multipliers" },
	{ "keys volume-up louder",
	  "t:1: expected a key (volume-up, volume-down, mute, play-pause, next, previous, stop), found \"louder\"" },
	{ "uac 1\nplay p\nalt\nat 2 unplug", "t:4: expected a time, as in \"10 ms\" (at most 86400000000000 ns), found \"unplug\"" },
	{ "uac 1\nplay p\nalt\nat 2 s vanish",
	  "t:4: expected an action (plug, unplug, key, rate, ppm, valid, invalid), found \"vanish\"" },
	{ "uac 1\nplay p\nalt\nat 2 s key mute", "t:4: the device does not have that key" },
	{ "uac 1\nplay p\nalt\nafter q 1 s unplug", "t:4: the device has no stream \"q\"" },
	{ "uac 1\nplay p\nalt\non packet p 3 long",
	  "t:4: the host makes the packets of stream \"p\": they can be missing, or babble" },
	{ "uac 1\nplay p\nalt\non set-rate 0 stall", "t:4: expected the how manieth (1 to 2147483647), found \"0\"" },
};

static void a_wrong_line_is_named_and_what_was_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char error[LOAD_ERROR_BYTES] = "";
		struct loaded_device *loaded =
			load_text("t", wrong[i].text, strlen(wrong[i].text), NULL, error, sizeof(error));

		assert_null(loaded);
		assert_string_equal(error, wrong[i].complaint);
	}
}

static void a_line_may_be_too_long_or_hold_a_zero(void **state)
{
	char text[2000], error[LOAD_ERROR_BYTES];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_null(load_text("t", text, sizeof(text), NULL, error, sizeof(error)));
	assert_string_equal(error, "t:1: expected at most 511 characters");
	assert_null(load_text("t", "uac 1\0 2", 8, NULL, error, sizeof(error)));
	assert_string_equal(error, "t:1: expected text (at most 511 characters), found a 0 byte");
}

static struct loaded_device *load(const char *text)
{
	char error[LOAD_ERROR_BYTES] = "";
	struct loaded_device *loaded = load_text("t", text, strlen(text), NULL, error, sizeof(error));

	if (!loaded)
		fail_msg("%s", error);
	return loaded;
}

static struct topology read_topology(const struct loaded_device *loaded, unsigned int configuration)
{
	char error[LOAD_ERROR_BYTES] = "";
	struct topology topology;

	if (!topology_read(&topology, &loaded->descriptors, configuration, loaded->spec.speed, error, sizeof(error)))
		fail_msg("%s", error);
	return topology;
}

/* Each descriptor's length leads to the next, and the totals are right. */
static void check_lengths(const struct bytes *bytes)
{
	uint32_t at = 0;

	assert_int_equal(get16(bytes->data + 2), bytes->count);
	while (at < bytes->count) {
		assert_true(bytes->data[at] >= 2);
		at += bytes->data[at];
	}
	assert_int_equal(at, bytes->count);
}

static void check_setting(const struct topology *topology, unsigned int index, const struct setting *expected)
{
	const struct setting *setting = &topology->settings[index];

	assert_int_equal(setting->interface, expected->interface);
	assert_int_equal(setting->alt, expected->alt);
	assert_int_equal(setting->uac, expected->uac);
	assert_int_equal(setting->is_playback, expected->is_playback);
	assert_int_equal(setting->channels, expected->channels);
	assert_int_equal(setting->bytes, expected->bytes);
	assert_int_equal(setting->bits, expected->bits);
	assert_int_equal(setting->data.address, expected->data.address);
	assert_int_equal(setting->data.attributes, expected->data.attributes);
	assert_int_equal(setting->data.packet_bytes, expected->data.packet_bytes);
	assert_int_equal(setting->data.interval_us, expected->data.interval_us);
	assert_int_equal(setting->feedback.address, expected->feedback.address);
	if (setting->feedback.address)
		assert_int_equal(setting->feedback.interval_us, expected->feedback.interval_us);
}

static void uac1_says_what_the_file_says(void **state)
{
	struct loaded_device *loaded = load("uac 1\n"
					    "speed full\n"
					    "play out\n"
					    "  sync asynchronous\n"
					    "  feedback explicit interval 8 ms\n"
					    "  volume -60 0 1\n"
					    "  alt bits 16 rates 44100 48000\n"
					    "  alt bits 24 rates 48000..96000\n"
					    "record mic\n"
					    "  alt channels 1 rates 16000\n");
	struct topology topology = read_topology(loaded, 0);
	const struct setting out1 = { .interface = 1, .alt = 1, .uac = 1, .is_playback = true, .channels = 2, .bytes = 2,
				      .bits = 16, .data = { 0x01, 0x05, 196, 1000 }, .feedback = { 0x81, 0x11, 3, 8000 } };
	const struct setting out2 = { .interface = 1, .alt = 2, .uac = 1, .is_playback = true, .channels = 2, .bytes = 3,
				      .bits = 24, .data = { 0x01, 0x05, 582, 1000 }, .feedback = { 0x81, 0x11, 3, 8000 } };
	const struct setting mic = { .interface = 2, .alt = 1, .uac = 1, .channels = 1, .bytes = 2, .bits = 16,
				     .data = { 0x82, 0x0d, 32, 1000 } };

	(void)state;
	check_lengths(&loaded->descriptors.configurations[0]);
	assert_int_equal(topology.setting_count, 3);
	check_setting(&topology, 0, &out1);
	check_setting(&topology, 1, &out2);
	check_setting(&topology, 2, &mic);
	assert_int_equal(topology.settings[0].rates.count, 2);
	assert_int_equal(topology.settings[0].rates.hz[1], 48000);
	assert_true(topology.settings[1].rates.is_continuous);
	assert_int_equal(topology_alt_count(&topology, 1), 3);
	assert_int_equal(topology_alt_count(&topology, 7), 0);
	assert_int_equal(topology_entity(&topology, 0, 2)->kind, ENTITY_FEATURE);
	assert_int_equal(topology_entity(&topology, 0, 2)->controls, 2);
	free(loaded);
}

static void uac2_says_what_the_file_says(void **state)
{
	struct loaded_device *loaded = load("uac 2\n"
					    "speed high\n"
					    "clock crystal\n"
					    "  rates 44100 48000 768000\n"
					    "clock word\n"
					    "  rates 48000\n"
					    "  external\n"
					    "selector which crystal word\n"
					    "play out\n"
					    "  clock which\n"
					    "  sync asynchronous\n"
					    "  alt bits 32 interval 125 us\n"
					    "  alt bits 32 interval 125 us format raw\n"
					    "record in\n"
					    "  clock which\n"
					    "  sync asynchronous\n"
					    "  alt channels 18 bits 24 bytes 4 interval 125 us packet 1200\n"
					    "midi 2\n"
					    "keys volume-up mute\n");
	struct topology topology = read_topology(loaded, 0);
	const struct setting out = { .interface = 1, .alt = 1, .uac = 2, .is_playback = true, .channels = 2, .bytes = 4,
				     .bits = 32, .data = { 0x01, 0x05, 97 * 8, 125 } };
	const struct setting in = { .interface = 2, .alt = 1, .uac = 2, .channels = 18, .bytes = 4, .bits = 24,
				    .data = { 0x81, 0x05, 1200, 125 } };
	const struct entity *selector = topology_entity(&topology, 0, 3);

	(void)state;
	check_lengths(&loaded->descriptors.configurations[0]);
	assert_int_equal(topology.setting_count, 3);
	check_setting(&topology, 0, &out);
	check_setting(&topology, 2, &in);
	assert_int_equal(topology.settings[1].format, SAMPLE_RAW);
	assert_int_equal(topology.settings[0].clock, 3);
	assert_int_equal(selector->kind, ENTITY_CLOCK_SELECTOR);
	assert_int_equal(selector->input_count, 2);
	assert_int_equal(selector->inputs[1], 2);
	/* MIDI in both directions, and the keys. */
	assert_int_equal(topology.other_count, 3);
	assert_int_equal(topology.interface_count, 5);
	free(loaded);
}

static void uac3_says_what_the_file_says(void **state)
{
	struct loaded_device *loaded = load("uac 2\n"
					    "speed high\n"
					    "clock a\n"
					    "  rates 48000\n"
					    "play old\n"
					    "  alt\n"
					    "configuration\n"
					    "uac 3\n"
					    "clock b\n"
					    "  rates 48000 96000\n"
					    "play new\n"
					    "  alt bits 24 channels 6\n");
	struct topology topology = read_topology(loaded, 1);
	const struct setting new = { .interface = 1, .alt = 1, .uac = 3, .is_playback = true, .channels = 6, .bytes = 3,
				     .bits = 24, .data = { 0x01, 0x0d, 96 * 18, 1000 } };

	(void)state;
	check_lengths(&loaded->descriptors.configurations[0]);
	check_lengths(&loaded->descriptors.configurations[1]);
	assert_int_equal(topology.setting_count, 1);
	assert_int_equal(topology.configuration_value, 2);
	check_setting(&topology, 0, &new);
	free(loaded);
}

/* The formats of basic audio devices, told by the packet sizes that their specification lists. */
static void a_basic_device_says_by_packet_sizes_what_it_is(void **state)
{
	static const struct {
		const char *alt;
		uint32_t synchronous, asynchronous;
	} formats[] = {
		{ "bits 16 channels 1", 0x60, 0x62 },
		{ "bits 24 channels 1", 0x90, 0x93 },
		{ "bits 16 channels 2", 0xc0, 0xc4 },
		{ "bits 24 channels 2", 0x120, 0x126 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		for (unsigned int is_async = 0; is_async < 2; is_async++) {
			struct loaded_device *loaded;
			struct topology topology;
			char text[200];

			snprintf(text, sizeof(text), "uac 3\nspeed high\nbadd headphone\nplay p\nsync %s\nalt %s",
				 is_async ? "asynchronous" : "synchronous", formats[i].alt);
			loaded = load(text);
			topology = read_topology(loaded, 0);
			assert_int_equal(topology.settings[0].data.packet_bytes,
					 is_async ? formats[i].asynchronous : formats[i].synchronous);
			assert_int_equal(topology.settings[0].channels, i < 2 ? 1 : 2);
			assert_int_equal(topology.settings[0].bits, i % 2 ? 24 : 16);
			free(loaded);
		}
	}
}

static void super_speed_has_companions_with_bursts(void **state)
{
	struct loaded_device *loaded = load("uac 2\n"
					    "speed super\n"
					    "clock c\n"
					    "  rates 192000\n"
					    "play out\n"
					    "  alt channels 32 bits 32 interval 125 us burst 4\n");
	struct topology topology = read_topology(loaded, 0);

	(void)state;
	check_lengths(&loaded->descriptors.configurations[0]);
	assert_int_equal(topology.settings[0].data.packet_bytes, 24 * 128);
	assert_int_equal(loaded->descriptors.device[7], 9);
	assert_int_equal(get16(loaded->descriptors.bos.data + 2), loaded->descriptors.bos.count);
	free(loaded);
}

static void too_many_endpoints_are_refused(void **state)
{
	char text[2000] = "", error[LOAD_ERROR_BYTES];
	size_t used = 0;

	(void)state;
	for (int i = 0; i < 16; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%splay p%d\nalt\n",
					 i == 0 ? "uac 1\n" : i % 6 == 0 ? "function\nuac 1\n" : "", i);
	assert_null(load_text("t", text, used, NULL, error, sizeof(error)));
	assert_string_equal(error,
			    "t: configuration 1 does not fit: at most 4096 bytes, and 15 endpoints in each direction");
}

static void moments_can_be_added(void **state)
{
	const char *text = "uac 1\nplay p\nalt\nat 1 s unplug 300 ms";
	char error[LOAD_ERROR_BYTES];
	struct loaded_device *loaded = load_text("t", text, strlen(text), "at 500 ms plug; on packet p 5 missing always",
						 error, sizeof(error));

	(void)state;
	assert_non_null(loaded);
	assert_int_equal(loaded->spec.moment_count, 3);
	assert_int_equal(loaded->spec.moments[0].replug_ms, 300);
	assert_int_equal(loaded->spec.moments[2].count, 0);
	assert_true(device_begins_unplugged(&loaded->spec));
	free(loaded);
	assert_null(load_text("t", text, strlen(text), "at 1 s unplug; now", error, sizeof(error)));
	assert_string_equal(error, "moments:2: expected a moment (at, after, on), found \"now\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_line_is_named_and_what_was_expected),
		cmocka_unit_test(a_line_may_be_too_long_or_hold_a_zero),
		cmocka_unit_test(uac1_says_what_the_file_says),
		cmocka_unit_test(uac2_says_what_the_file_says),
		cmocka_unit_test(uac3_says_what_the_file_says),
		cmocka_unit_test(a_basic_device_says_by_packet_sizes_what_it_is),
		cmocka_unit_test(super_speed_has_companions_with_bursts),
		cmocka_unit_test(too_many_endpoints_are_refused),
		cmocka_unit_test(moments_can_be_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
