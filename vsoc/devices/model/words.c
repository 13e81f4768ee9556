// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "words.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec.h"

void words_begin(struct words *words, const char *file, const char *text, size_t bytes, char *error,
		 size_t error_bytes)
{
	*words = (struct words){
		.file = file,
		.text = text,
		.bytes = bytes,
		.error = error,
		.error_bytes = error_bytes,
	};
	words->next = words->buffer;
	error[0] = '\0';
}

bool words_are_good(const struct words *words)
{
	return words->error[0] == '\0';
}

bool words_complain(struct words *words, unsigned int line, const char *format, ...)
{
	va_list arguments;
	int used;

	if (!words_are_good(words))
		return false;
	used = snprintf(words->error, words->error_bytes, "%s:%u: ", words->file, line);
	if (used < 0 || (size_t)used >= words->error_bytes)
		return false;
	va_start(arguments, format);
	vsnprintf(words->error + used, words->error_bytes - (size_t)used, format, arguments);
	va_end(arguments);
	return false;
}

bool words_expected(struct words *words, const char *expected)
{
	if (words->word)
		return words_complain(words, words->line, "expected %s, found \"%s\"", expected, words->word);
	return words_complain(words, words->line, "expected %s, found the end of the line", expected);
}

/* Copies one line into the buffer. Returns false if that is impossible, and has complained then. */
static bool copy_line(struct words *words)
{
	size_t used = 0;

	words->line++;
	while (words->position < words->bytes) {
		char character = words->text[words->position++];

		if (character == '\n' || (words->separator && character == words->separator))
			break;
		if (character == '\0' || used == sizeof(words->buffer) - 1) {
			words->word = NULL;
			return words_complain(words, words->line,
					      character ? "expected at most %d characters" : "expected text (at most %d characters), found a 0 byte",
					      WORDS_LINE_BYTES - 1);
		}
		words->buffer[used++] = character;
	}
	words->buffer[used] = '\0';
	words->buffer[strcspn(words->buffer, "#")] = '\0';
	words->next = words->buffer;
	words->word = NULL;
	return true;
}

static char *skip_blanks(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

bool words_has_more(struct words *words)
{
	return *skip_blanks(words->next) != '\0';
}

bool words_next_line(struct words *words)
{
	while (words_are_good(words) && words->position < words->bytes) {
		if (!copy_line(words))
			return false;
		if (words_has_more(words))
			return true;
	}
	return false;
}

const char *words_take(struct words *words)
{
	char *begin = skip_blanks(words->next), *end = begin;

	words->word = NULL;
	if (!*begin)
		return NULL;
	while (*end && !isspace((unsigned char)*end))
		end++;
	words->next = end;
	if (*end) {
		*end = '\0';
		words->next++;
	}
	words->word = begin;
	return begin;
}

const char *words_take_rest(struct words *words)
{
	char *begin = skip_blanks(words->next), *end = begin + strlen(begin);

	while (end > begin && isspace((unsigned char)end[-1]))
		*--end = '\0';
	words->next = end;
	words->word = begin;
	return begin;
}

bool words_take_if(struct words *words, const char *word)
{
	const char *begin = skip_blanks(words->next);
	size_t length = strlen(word);

	if (strncmp(begin, word, length) || (begin[length] && !isspace((unsigned char)begin[length])))
		return false;
	words_take(words);
	return true;
}

/* Reads a number at the begin of a word; @end is what follows it. */
static bool read_number(const char *word, int64_t *value, const char **end)
{
	char *behind;

	if (!isdigit((unsigned char)word[0]) &&
	    !((word[0] == '-' || word[0] == '+') && isdigit((unsigned char)word[1])))
		return false;
	errno = 0;
	*value = strtoll(word, &behind, word[0] == '0' && (word[1] | 0x20) == 'x' ? 16 : 10);
	*end = behind;
	return errno == 0;
}

bool words_take_number(struct words *words, int64_t least, int64_t greatest, const char *expected,
		       int64_t *value)
{
	char text[SPEC_TEXT_BYTES];
	const char *word = words_take(words), *end;

	if (word && read_number(word, value, &end) && !*end && *value >= least && *value <= greatest)
		return true;
	snprintf(text, sizeof(text), "%s (%lld to %lld)", expected, (long long)least, (long long)greatest);
	return words_expected(words, text);
}

bool words_take_time(struct words *words, uint64_t greatest_ns, const char *expected, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };
	char text[SPEC_TEXT_BYTES];
	const char *word = words_take(words), *unit;
	int64_t number;

	snprintf(text, sizeof(text), "%s, as in \"10 ms\" (at most %llu ns)", expected,
		 (unsigned long long)greatest_ns);
	if (!word || !read_number(word, &number, &unit) || number < 0)
		return words_expected(words, text);
	if (!*unit)
		unit = words_take(words);
	for (size_t i = 0; unit && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name))
			continue;
		if ((uint64_t)number > greatest_ns / units[i].ns)
			break;
		*ns = (uint64_t)number * units[i].ns;
		return true;
	}
	return words_expected(words, text);
}

bool words_take_one_of(struct words *words, const char *const table[], const char *expected,
		       unsigned int *index)
{
	const char *word = words_take(words);
	char text[WORDS_LINE_BYTES];
	size_t used;

	for (*index = 0; word && table[*index]; (*index)++)
		if (!strcmp(word, table[*index]))
			return true;
	used = (size_t)snprintf(text, sizeof(text), "%s (", expected);
	for (unsigned int i = 0; table[i] && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "", table[i]);
	if (used < sizeof(text))
		snprintf(text + used, sizeof(text) - used, ")");
	return words_expected(words, text);
}

bool words_take_name(struct words *words, const char *expected, char *name)
{
	const char *word = words_take(words);
	size_t length = 0;

	while (word && (isalnum((unsigned char)word[length]) || word[length] == '-' || word[length] == '_'))
		length++;
	if (!word || word[length] || !length || length >= SPEC_NAME_BYTES)
		return words_expected(words, expected);
	memcpy(name, word, length + 1);
	return true;
}

bool words_end_line(struct words *words)
{
	if (!words_take(words))
		return words_are_good(words);
	return words_expected(words, "the end of the line");
}
