/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Fixed-width little-endian types for the headers that both sides of a wire include.
 *
 * The kernel has them already, and checks byte order with sparse. Elsewhere (the DSP's
 * firmware, host tests) every supported target is little-endian, so they are plain integers.
 */
#ifndef LULLABY_WIRE_TYPES_H
#define LULLABY_WIRE_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/build_bug.h>
#else
#include <assert.h>
#include <stdint.h>
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "wire structs are little-endian");
typedef uint16_t __le16;
typedef uint32_t __le32;
typedef uint64_t __le64;
typedef uint8_t __u8;
#define static_assert _Static_assert
#endif

#endif /* LULLABY_WIRE_TYPES_H */
