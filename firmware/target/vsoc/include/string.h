/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The part of the C library's <string.h> that the firmware uses; memory.c has the functions.
 */
#ifndef VSOC_STRING_H
#define VSOC_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *left, const void *right, size_t bytes);
/*
 * -ffreestanding takes these meanings from the names. With them the compiler turns small copies, such as those
 * of unaligned samples, into single instructions; large ones still come to memory.c.
 */
#define memcpy(to, from, bytes)		__builtin_memcpy(to, from, bytes)
#define memmove(to, from, bytes)	__builtin_memmove(to, from, bytes)
#define memset(to, value, bytes)	__builtin_memset(to, value, bytes)
#define memcmp(left, right, bytes)	__builtin_memcmp(left, right, bytes)

int strncmp(const char *left, const char *right, size_t chars_max);

#endif /* VSOC_STRING_H */
