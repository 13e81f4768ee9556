// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The firmware's log. The buffer always holds one NUL-terminated text. When it is full, its older half goes.
 */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../../platform.h"
#include "layout.h"

#define NUMBER_DIGITS_MAX	20

extern char trace_buffer[];

static uint32_t used_bytes;

static void put_char(char c)
{
	if (used_bytes == TRACE_BYTES - 1) {
		uint32_t kept = TRACE_BYTES / 2;

		memmove(trace_buffer, trace_buffer + used_bytes - kept, kept);
		memset(trace_buffer + kept, 0, TRACE_BYTES - kept);
		used_bytes = kept;
	}
	trace_buffer[used_bytes++] = c;
}

static void put_string(const char *string)
{
	while (*string)
		put_char(*string++);
}

static void put_number(uint64_t number, uint32_t base, uint32_t min_digits)
{
	char digits[NUMBER_DIGITS_MAX];
	uint32_t count = 0;

	do {
		digits[count++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	while (count < min_digits)
		digits[count++] = '0';
	while (count)
		put_char(digits[--count]);
}

static void put_time(void)
{
	uint64_t ticks = platform_ticks();
	uint32_t rate = platform_ticks_per_second();

	put_char('[');
	put_number(ticks / rate, 10, 1);
	put_char('.');
	put_number(ticks % rate * 1000000 / rate, 10, 6);
	put_string("] ");
}

static void put_formatted(const char *format, va_list *arguments)
{
	bool is_long = false;

	if (*format == 'l') {
		is_long = true;
		format++;
	}
	if (*format == 's')
		put_string(va_arg(*arguments, const char *));
	else if (*format == 'u' || *format == 'x')
		put_number(is_long ? va_arg(*arguments, unsigned long) :
				     va_arg(*arguments, unsigned int),
			   *format == 'x' ? 16 : 10, 1);
	else
		put_char(*format);
}

void log_printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_time();
	for (; *format; format++) {
		if (*format != '%') {
			put_char(*format);
			continue;
		}
		format++;
		put_formatted(format, &arguments);
		if (*format == 'l')
			format++;
	}
	put_char('\n');
	va_end(arguments);
}
