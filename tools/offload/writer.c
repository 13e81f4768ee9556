// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * A report as text, in a few words, and as JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "writer.h"

/* Kinds of which there is one at most below a parent; all others make lists. */
static bool is_single(const char *kind)
{
	return !strcmp(kind, "resources") || !strcmp(kind, "counters") || !strcmp(kind, "interrupter");
}

static void write_node(const struct node *node, int depth)
{
	const struct attribute *attribute;
	const struct node *child;
	const char *separator = " ";

	printf("%*s%s", 2 * depth, "", node->kind);
	for (attribute = node->attributes; attribute; attribute = attribute->next) {
		printf("%s%s %s", separator, attribute->name, attribute->value);
		separator = ", ";
	}
	putchar('\n');
	for (child = node->children; child; child = child->next)
		write_node(child, depth + 1);
}

void write_text(const struct node *report)
{
	const struct node *node;
	bool has_dsp = false;

	for (node = report->children; node; node = node->next) {
		has_dsp |= !strcmp(node->kind, "dsp");
		write_node(node, 0);
	}
	if (!has_dsp)
		printf("no DSP is registered\n");
}

static const char *value(const struct node *node, const char *name)
{
	const char *text = node_get(node, name);

	return text ? text : "?";
}

static bool write_stream(const struct node *dsp, const struct node *card, const struct node *stream)
{
	if (!strcmp(value(stream, "state"), "idle"))
		return false;
	printf("card %s pcm %s %s: %s, %s, %s channels, %s Hz, DSP %s, client %s\n", value(card, "number"),
	       value(stream, "pcm"), value(stream, "direction"), value(stream, "state"), value(stream, "format"),
	       value(stream, "channels"), value(stream, "rate_hz"), value(dsp, "name"), value(stream, "client"));
	return true;
}

void write_brief(const struct node *report)
{
	unsigned int dsps = 0, cards = 0, streams = 0;
	const struct node *dsp, *card, *stream;

	for (dsp = report->children; dsp; dsp = dsp->next) {
		dsps += !strcmp(dsp->kind, "dsp");
		for (card = dsp->children; card; card = card->next) {
			if (strcmp(card->kind, "card") != 0)
				continue;
			cards++;
			for (stream = card->children; stream; stream = stream->next)
				if (!strcmp(stream->kind, "stream"))
					streams += write_stream(dsp, card, stream);
		}
	}
	printf("%u DSP%s, %u card%s, %u stream%s\n", dsps, dsps == 1 ? "" : "s", cards, cards == 1 ? "" : "s", streams,
	       streams == 1 ? "" : "s");
}

/* How many bytes the UTF-8 character at @at has; 0 if it is none. */
static size_t character_bytes(const unsigned char *at)
{
	static const struct {
		unsigned char first, last, second_first, second_last;
		size_t bytes;
	} forms[] = {
		{ 0x01, 0x7f, 0x00, 0xff, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t form = 0; form < sizeof(forms) / sizeof(forms[0]); form++) {
		size_t i = 2;

		if (*at < forms[form].first || *at > forms[form].last)
			continue;
		if (at[1] < forms[form].second_first || at[1] > forms[form].second_last)
			return 0;
		while (i < forms[form].bytes && (at[i] & 0xc0) == 0x80)
			i++;
		return i >= forms[form].bytes ? forms[form].bytes : 0;
	}
	return 0;
}

static void write_string(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	putchar('"');
	while (*at) {
		size_t bytes = character_bytes(at);

		if (!bytes)
			printf("\\ufffd");
		else if (*at == '"' || *at == '\\')
			printf("\\%c", *at);
		else if (*at < ' ')
			printf("\\u%04x", *at);
		else
			fwrite(at, 1, bytes, stdout);
		at += bytes ? bytes : 1;
	}
	putchar('"');
}

/* A number as JSON has it: without leading zeros, which "007" would have. */
static void write_number(const char *text)
{
	if (!strcmp(text, "true")) {
		printf("true");
		return;
	}
	text += strspn(text, "0");
	printf("%s", *text ? text : "0");
}

static void write_object(const struct node *node, int depth);

static void write_list(const struct node *first, int depth)
{
	const struct node *node;
	const char *separator = "";

	putchar('[');
	for (node = first; node; node = node->next) {
		if (strcmp(node->kind, first->kind) != 0)
			continue;
		printf("%s\n%*s", separator, 2 * (depth + 1), "");
		write_object(node, depth + 1);
		separator = ",";
	}
	printf("\n%*s]", 2 * depth, "");
}

static bool is_first_of_kind(const struct node *parent, const struct node *node)
{
	const struct node *other;

	for (other = parent->children; other != node; other = other->next)
		if (!strcmp(other->kind, node->kind))
			return false;
	return true;
}

/* A list's name is that of its objects' kind, with an "s". */
static void write_object(const struct node *node, int depth)
{
	const struct attribute *attribute;
	const struct node *child;
	const char *separator = "";

	putchar('{');
	for (attribute = node->attributes; attribute; attribute = attribute->next) {
		printf("%s\n%*s", separator, 2 * (depth + 1), "");
		write_string(attribute->name);
		printf(": ");
		if (attribute->is_number)
			write_number(attribute->value);
		else
			write_string(attribute->value);
		separator = ",";
	}
	for (child = node->children; child; child = child->next) {
		if (!is_first_of_kind(node, child))
			continue;
		printf("%s\n%*s\"%s%s\": ", separator, 2 * (depth + 1), "", child->kind, is_single(child->kind) ? "" : "s");
		if (is_single(child->kind))
			write_object(child, depth + 1);
		else
			write_list(child, depth + 1);
		separator = ",";
	}
	printf("\n%*s}", 2 * depth, "");
}

void write_json(const struct node *report)
{
	write_object(report, 0);
	putchar('\n');
}
