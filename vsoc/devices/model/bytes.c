// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "bytes.h"

void put8(struct bytes *bytes, unsigned int value)
{
	if (bytes->count < BYTES_MAX)
		bytes->data[bytes->count] = (uint8_t)value;
	bytes->count++;
}

void put16(struct bytes *bytes, unsigned int value)
{
	put8(bytes, value & 0xff);
	put8(bytes, value >> 8 & 0xff);
}

void put24(struct bytes *bytes, uint32_t value)
{
	put16(bytes, value & 0xffff);
	put8(bytes, value >> 16 & 0xff);
}

void put32(struct bytes *bytes, uint32_t value)
{
	put16(bytes, value & 0xffff);
	put16(bytes, value >> 16);
}

void patch16(struct bytes *bytes, uint32_t at, uint32_t value)
{
	if (at + 1 < BYTES_MAX) {
		bytes->data[at] = (uint8_t)value;
		bytes->data[at + 1] = (uint8_t)(value >> 8);
	}
}
