/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The lines and words of a device file, and the one way to complain about them.
 */
#ifndef LULLABY_DEVICES_WORDS_H
#define LULLABY_DEVICES_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_LINE_BYTES 512

/* A reader of one text. It stands at one line, and in that line at one word. */
struct words {
	const char *file;		/* for complaints */
	const char *text;
	size_t bytes, position;
	unsigned int line;		/* the number of the line, from 1 */
	char separator;			/* ends a line, as '\n' does; 0: none */
	char buffer[WORDS_LINE_BYTES];	/* the line; words are ended by 0 one after the other */
	char *next;			/* the rest of the line */
	const char *word;		/* the word that was taken last */
	char *error;			/* the complaint; only the first is kept */
	size_t error_bytes;
};

/**
 * words_begin() - stand before the first line of a text
 * @words: the reader
 * @file: how the text is called in complaints
 * @text: the text, which need not end in 0
 * @bytes: its length in bytes
 * @error: the complaint is written here, as a string; "" as long as there is none
 * @error_bytes: room for it, in bytes
 */
void words_begin(struct words *words, const char *file, const char *text, size_t bytes, char *error,
		 size_t error_bytes);

/**
 * words_next_line() - go on to the next line that has a word
 * @words: the reader
 *
 * What follows a '#' is a comment.
 *
 * Return: true if there is one; false at the end, and after a complaint.
 */
bool words_next_line(struct words *words);

/**
 * words_take() - take the next word of the line
 * @words: the reader
 *
 * Return: the word, or NULL if the line has no more.
 */
const char *words_take(struct words *words);

/**
 * words_take_rest() - take all that is left of the line, without the blanks around it
 * @words: the reader
 *
 * Return: the text, which may be "".
 */
const char *words_take_rest(struct words *words);

/* Whether the line has another word. */
bool words_has_more(struct words *words);

/* Takes the next word if it is this one. */
bool words_take_if(struct words *words, const char *word);

/**
 * words_expected() - complain about the word that was taken last
 * @words: the reader
 * @expected: the words that should have been there
 *
 * Return: false, so that a parser can return it.
 */
bool words_expected(struct words *words, const char *expected);

/* Complains about another line, with a text of its own. Returns false. */
bool words_complain(struct words *words, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether nothing was complained about. */
bool words_are_good(const struct words *words);

/**
 * words_take_number() - take a number
 * @words: the reader
 * @least: the least that is accepted
 * @greatest: the greatest
 * @expected: a description of the number, for a complaint
 * @value: the number
 *
 * Return: whether there was one; if not, the reader has complained.
 */
bool words_take_number(struct words *words, int64_t least, int64_t greatest, const char *expected,
		       int64_t *value);

/**
 * words_take_time() - take a time: a number and a unit, which is ns, us, ms or s
 * @words: the reader
 * @greatest_ns: the greatest that is accepted, in ns
 * @expected: a description of the time, for a complaint
 * @ns: the time, in ns
 *
 * Return: whether there was one; if not, the reader has complained.
 */
bool words_take_time(struct words *words, uint64_t greatest_ns, const char *expected, uint64_t *ns);

/* Takes one word of a table; @index is its place there. The table ends with NULL. */
bool words_take_one_of(struct words *words, const char *const table[], const char *expected,
		       unsigned int *index);

/* Takes a name of letters, digits, '-' and '_' into @name, which has SPEC_NAME_BYTES. */
bool words_take_name(struct words *words, const char *expected, char *name);

/* Complains if the line has another word. */
bool words_end_line(struct words *words);

#endif /* LULLABY_DEVICES_WORDS_H */
