// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Dumps of devices: the bytes of sysfs, and the text of lsusb in the spellings of its versions. */
#include "unit.h"

#include <stdio.h>

#include "device_dump.h"
#include "vsoc/devices/model/load.h"
#include "vsoc/devices/model/topology.h"

static struct loaded_device *load(const char *text, size_t bytes)
{
	char error[LOAD_ERROR_BYTES] = "";
	struct loaded_device *loaded = load_text("d", text, bytes, NULL, error, sizeof(error));

	if (!loaded)
		fail_msg("%s", error);
	return loaded;
}

static void check_headset(const struct loaded_device *loaded)
{
	const struct bytes *configuration = &loaded->descriptors.configurations[0];
	char error[LOAD_ERROR_BYTES] = "";
	struct topology topology;

	assert_int_equal(loaded->spec.vendor_id, 0xf055);
	assert_int_equal(get16(loaded->descriptors.device + 12), 0x0123);
	assert_int_equal(configuration->count, 100);
	assert_true(topology_read(&topology, &loaded->descriptors, 0, loaded->spec.speed, error, sizeof(error)));
	assert_int_equal(topology.setting_count, 1);
	assert_int_equal(topology.settings[0].data.packet_bytes, 196);
	assert_int_equal(topology.settings[0].channels, 2);
	assert_int_equal(topology.settings[0].rates.hz[0], 48000);
	assert_int_equal(topology.settings[0].data.attributes, 9);
	assert_int_equal(topology_entity(&topology, 0, 2)->kind, ENTITY_OUTPUT_TERMINAL);
}

static void text_is_read(void **state)
{
	struct loaded_device *loaded = load(recent, sizeof(recent) - 1);

	(void)state;
	check_headset(loaded);
	assert_string_equal(loaded->spec.product, "A thing");
	assert_int_equal(loaded->spec.speed, SPEED_FULL);
	assert_string_equal(loaded->notes, "d: the speed is not said: full is a guess (a line \"speed full\" says it)\n");
	free(loaded);
}

/* Replaces all that is one text by another, in a copy that the caller frees. */
static char *replace(const char *text, const char *from, const char *to)
{
	char *copy = calloc(1, strlen(text) * 4 + 1), *out = copy;

	while (*text) {
		if (!strncmp(text, from, strlen(from))) {
			out += sprintf(out, "%s", to);
			text += strlen(from);
		} else {
			*out++ = *text++;
		}
	}
	return copy;
}

static void other_spellings_are_read(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{ "  ", " " },			/* a mail program joins blanks */
		{ "\n ", "\n" },
		{ "\n", "\r\n" },
		{ "baInterfaceNr(0)        1", "baInterfaceNr( 0)       1" },
		{ "wTotalLength       0x0064", "wTotalLength          100" },
		{ "Descriptor:\n", "\n" },	/* headings are missing */
		{ "      AudioControl Interface Descriptor:\n", "" },
		{ "wLockDelay         0x0001", "wLockDelay              1 Milliseconds" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		char *text = replace(recent, changes[i].from, changes[i].to);
		struct loaded_device *loaded = load(text, strlen(text));

		check_headset(loaded);
		free(loaded);
		free(text);
	}
}

static void what_is_missing_is_filled_in_and_said(void **state)
{
	char *text = replace(recent, "  bDescriptorType         1\n", "");
	const char *configuration = strstr(recent, "  Configuration Descriptor:");
	struct loaded_device *loaded = load(configuration, strlen(configuration));

	(void)state;
	assert_non_null(strstr(loaded->notes, "d: the device descriptor is missing: a usual one is filled in\n"));
	free(loaded);
	free(text);

	text = replace(recent, "        bRefresh                0\n        bSynchAddress           0\n", "");
	loaded = load(text, strlen(text));
	check_headset(loaded);
	assert_non_null(strstr(loaded->notes, "1 descriptors are shorter than they say, the first of them at line"));
	free(loaded);
	free(text);

	text = replace(recent, "0x0064", "0x0099");
	loaded = load(text, strlen(text));
	check_headset(loaded);
	assert_non_null(strstr(loaded->notes, "configuration 1 says 153 bytes, 100 are there: it says 100 now"));
	free(loaded);
	free(text);
}

static void a_line_says_the_speed(void **state)
{
	char *text = replace(recent, "Device Descriptor:", "speed high\nDevice Descriptor:");
	struct loaded_device *loaded = load(text, strlen(text));

	(void)state;
	assert_int_equal(loaded->spec.speed, SPEED_HIGH);
	assert_string_equal(loaded->notes, "");
	free(loaded);
	free(text);
}

static void a_companion_without_a_length_is_read(void **state)
{
	char *text = replace(recent, "        bSynchAddress           0\n",
			     "        bSynchAddress           0\n        bMaxBurst               3\n        Mult                    1\n");
	struct loaded_device *loaded = load(text, strlen(text));
	char error[LOAD_ERROR_BYTES];
	struct topology topology;

	(void)state;
	assert_int_equal(loaded->spec.speed, SPEED_SUPER);
	assert_true(topology_read(&topology, &loaded->descriptors, 0, SPEED_SUPER, error, sizeof(error)));
	assert_int_equal(topology.settings[0].data.packet_bytes, 196 * 4 * 2);
	free(loaded);
	free(text);
}

static void cut_texts_are_refused(void **state)
{
	const char *second = strstr(recent, "      bInterfaceNumber        1");
	char error[LOAD_ERROR_BYTES];

	(void)state;
	assert_null(load_text("d", recent, (size_t)(second - recent), NULL, error, sizeof(error)));
	assert_string_equal(error, "d: configuration 1 says that it has 2 interfaces, but 1 can be found: it is cut");
	assert_null(load_text("d", "bLength 9\nbDescriptorType 4\n", 28, NULL, error, sizeof(error)));
	assert_string_equal(error, "d: line 1: expected a configuration descriptor before all others");
	assert_null(load_text("d", "bDescriptorType 4\n", 18, NULL, error, sizeof(error)));
	assert_string_equal(error, "d: it has no configuration");
}

/* The descriptors that a text gives are read back from the bytes that sysfs would have. */
static void bytes_are_read(void **state)
{
	struct loaded_device *text = load(recent, sizeof(recent) - 1), *loaded;
	char bytes[200], error[LOAD_ERROR_BYTES];

	(void)state;
	memcpy(bytes, text->descriptors.device, 18);
	memcpy(bytes + 18, text->descriptors.configurations[0].data, 100);
	loaded = load(bytes, 118);
	check_headset(loaded);
	free(loaded);
	free(text);
	assert_null(load_text("d", bytes, 117, NULL, error, sizeof(error)));
	assert_string_equal(error, "d: byte 18: expected a whole configuration of at most 4096 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read),
		cmocka_unit_test(other_spellings_are_read),
		cmocka_unit_test(what_is_missing_is_filled_in_and_said),
		cmocka_unit_test(a_line_says_the_speed),
		cmocka_unit_test(a_companion_without_a_length_is_read),
		cmocka_unit_test(cut_texts_are_refused),
		cmocka_unit_test(bytes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
