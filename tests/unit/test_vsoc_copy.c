// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "unit.h"

#include "firmware/target/vsoc/copy.h"

#define BYTES	200

static uint8_t source[BYTES + 64] __attribute__((aligned(64)));
static uint8_t target[BYTES + 64] __attribute__((aligned(64)));
static uint8_t expected[BYTES + 64];

static void copies_any_length_to_any_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(source); i++)
		source[i] = (uint8_t)(i * 7 + 1);
	for (size_t to = 0; to < 16; to++) {
		for (size_t from = 0; from < 16; from++) {
			for (size_t bytes = 0; bytes <= BYTES; bytes++) {
				memset(target, 0xee, sizeof(target));
				memset(expected, 0xee, sizeof(expected));
				memcpy(expected + to, source + from, bytes);
				copy_forward(target + to, source + from, bytes);
				assert_memory_equal(target, expected, sizeof(target));
			}
		}
	}
}

static void moves_down(void **state)
{
	(void)state;
	for (size_t distance = 1; distance < 40; distance++) {
		for (size_t to = 0; to < 8; to++) {
			for (size_t i = 0; i < sizeof(target); i++)
				expected[i] = target[i] = (uint8_t)(i * 11 + 3);
			memmove(expected + to, expected + to + distance, BYTES);
			copy_forward(target + to, target + to + distance, BYTES);
			assert_memory_equal(target, expected, sizeof(target));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_any_length_to_any_place),
		cmocka_unit_test(moves_down),
	};

	return cmocka_run_group_tests_name("vsoc_copy", tests, NULL, NULL);
}
