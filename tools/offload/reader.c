// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * From debugfs to a report. linux/Documentation/ABI/testing/debugfs-*offload describes the files.
 *
 * A line is matched against patterns. A word of a pattern stands for itself, unless it begins with '$' (any word,
 * which becomes the attribute of that name), '#' (the same, a decimal number) or '*' (all words to the end of the
 * line). Words after the pattern's end become attributes without a value. A line that matches none is kept as an object of its own, "other", so that
 * a newer kernel's is not lost.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "reader.h"

#define INDENT		2	/* spaces for each level of depth in a state file */
#define MAX_DEPTH	4
#define SPACE		" \t\n"

struct pattern {
	const char *kind;	/* NULL: these are attributes of the object above */
	const char *words;
};

static const struct pattern state_patterns[] = {
	{ NULL, "dsp $name node #node instance #instance" },
	{ "controller", "controller #number $device $state" },
	{ "card", "card #number usb $usb slot #slot" },
	{ "interrupter", "interrupter #number users #users" },
	{ "stream", "stream pcm #pcm $direction $state starts #starts" },
	{ "mapping", "mapping $name iova $iova dma $dma bytes #bytes" },
	{ "endpoint", "endpoint $carries $address" },
	{ NULL, "client $client token $token" },
	{ NULL, "format $format channels #channels rate_hz #rate_hz interval_us #interval_us" },
	{ "setting", "setting #number interface #interface formats $formats channels #channels "
		     "rate_min_hz #rate_min_hz rate_max_hz #rate_max_hz interval_us #interval_us offload $offload" },
	{ NULL, "reason *reason" },
	{ }
};

static const struct pattern usage_patterns[] = {
	{ "usb_device",
	  "$device users #users users_below #users_below children_active #children_active sleep $sleep" },
	{ }
};

static const struct pattern mapping_patterns[] = {
	{ "mapping", "$name iova $iova bytes #bytes" },
	{ }
};

static bool is_number(const char *word)
{
	return *word && word[strspn(word, "0123456789")] == '\0';
}

/* The next word of *@text, to be freed; NULL at its end. */
static char *next_word(const char **text)
{
	const char *begin = *text + strspn(*text, SPACE);
	size_t length = strcspn(begin, SPACE);
	char *word;

	*text = begin + length;
	if (!length)
		return NULL;
	word = strndup(begin, length);
	if (!word) {
		fprintf(stderr, "offloadctl: out of memory\n");
		exit(1);
	}
	return word;
}

/* Whether @line's words are those of @words; if @node is there, it gets the attributes. */
static bool match(const char *words, const char *line, struct node *node)
{
	char *wanted, *word;
	bool matches = true;

	for (;;) {
		wanted = next_word(&words);
		if (wanted && *wanted == '*') {
			line += strspn(line, SPACE);
			matches = *line != '\0';
			if (node && matches)
				node_set(node, wanted + 1, line, false);
			free(wanted);
			return matches;
		}
		word = wanted ? next_word(&line) : NULL;
		if (!wanted || !word)
			break;
		if (*wanted == '#' ? !is_number(word) : *wanted != '$' && strcmp(wanted, word) != 0)
			matches = false;
		else if (node && (*wanted == '$' || *wanted == '#'))
			node_set(node, wanted + 1, word, *wanted == '#');
		free(word);
		free(wanted);
		if (!matches)
			return false;
	}
	matches = !wanted;
	free(wanted);
	while (node && (word = next_word(&line))) {
		node_set(node, word, "true", true);
		free(word);
	}
	return matches;
}

/* Adds a line's object, or its attributes, to @parent. Returns the object that deeper lines belong to. */
static struct node *add_line(struct node *parent, const struct pattern *patterns, const char *line)
{
	struct node *node = parent;

	for (; patterns->words; patterns++) {
		if (!match(patterns->words, line, NULL))
			continue;
		if (patterns->kind)
			node = node_create(parent, patterns->kind);
		match(patterns->words, line, node);
		return node;
	}
	node = node_create(parent, "other");
	node_set(node, "line", line + strspn(line, SPACE), false);
	return node;
}

/* Adds a file of indented lines to @node. */
static void add_lines(char *text, const struct pattern *patterns, struct node *node)
{
	struct node *above[MAX_DEPTH + 1] = { node };
	char *line;
	size_t depth;

	while ((line = strsep(&text, "\n"))) {
		if (!*line && !text)
			break;	/* behind the last line */
		depth = strspn(line, " ") / INDENT;
		if (depth >= MAX_DEPTH || !above[depth])
			depth = 0;
		above[depth + 1] = add_line(above[depth], patterns, line);
		memset(above + depth + 2, 0, sizeof(*above) * (MAX_DEPTH - depth - 1));
	}
}

static void read_lines(const char *directory, const char *name, const struct pattern *patterns, struct node *node,
		       bool *failed)
{
	char *text = file_read(directory, name, failed);

	if (text)
		add_lines(text, patterns, node);
	free(text);
}

/* Reads a file of "name number" lines into an object of its own. */
static void read_numbers(const char *directory, const char *name, const char *kind, struct node *parent, bool *failed)
{
	char *text = file_read(directory, name, failed), *rest = text, *line, *key, *value, *words;
	struct node *node;

	if (!text)
		return;
	node = node_create(parent, kind);
	while ((line = strsep(&rest, "\n"))) {
		key = strtok_r(line, SPACE, &words);
		value = key ? strtok_r(NULL, SPACE, &words) : NULL;
		if (value)
			node_set(node, key, value, is_number(value));
		else if (key)
			node_set(node_create(node, "other"), "line", key, false);
	}
	free(text);
}

/* One line for each sideband: "1-1 slot 1 interrupter 1 endpoint 0x01 endpoint 0x81". */
static void read_sidebands(const char *directory, struct node *controller, bool *failed)
{
	char *text = file_read(directory, "sidebands", failed), *rest = text, *line, *words, *name, *value;
	struct node *sideband;

	while ((line = strsep(&rest, "\n"))) {
		name = strtok_r(line, SPACE, &words);
		if (!name)
			continue;
		sideband = node_create(controller, "sideband");
		node_set(sideband, "device", name, false);
		while ((name = strtok_r(NULL, SPACE, &words))) {
			value = strtok_r(NULL, SPACE, &words);
			if (!value)
				node_set(sideband, name, "true", true);
			else if (!strcmp(name, "endpoint"))
				node_set(node_create(sideband, "endpoint"), "address", value, false);
			else
				node_set(sideband, name, value, is_number(value));
		}
	}
	free(text);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Calls @read for each directory in DEBUGFS/NAME that has the file FILE. */
static void for_each_directory(const char *debugfs, const char *name, const char *file,
			       void (*read)(const char *path, const char *name, struct node *report, bool *failed),
			       struct node *report, bool *failed)
{
	char *path = file_path(debugfs, name), *inner;
	struct dirent **entries;
	int count, i;

	count = scandir(path, &entries, is_visible, alphasort);
	if (count < 0 && errno != ENOENT) {
		fprintf(stderr, "offloadctl: cannot read %s: %s\n", path, strerror(errno));
		*failed = true;
	}
	for (i = 0; i < count; i++) {
		inner = file_path(path, entries[i]->d_name);
		if (file_exists(inner, file, failed))
			read(inner, entries[i]->d_name, report, failed);
		free(inner);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	free(path);
}

/* A DSP that has gone meanwhile has no object. */
static void read_dsp(const char *path, const char *name, struct node *report, bool *failed)
{
	char *text = file_read(path, "state", failed);
	struct node *dsp;

	(void)name;	/* it is in the file */
	if (!text || !*text) {
		free(text);
		return;
	}
	dsp = node_create(report, "dsp");
	add_lines(text, state_patterns, dsp);
	free(text);
	read_numbers(path, "resources", "resources", dsp, failed);
	read_numbers(path, "counters", "counters", dsp, failed);
}

static void read_xhc(const char *path, const char *name, struct node *report, bool *failed)
{
	struct node *xhc = node_create(report, "xhc");

	node_set(xhc, "device", name, false);
	read_sidebands(path, xhc, failed);
}

/* Drivers that map for a DSP outside of streams: each says so in a file "mappings". */
static void read_mapper(const char *path, const char *name, struct node *report, bool *failed)
{
	struct node *mapper = node_create(report, "mapper");

	node_set(mapper, "name", name, false);
	read_lines(path, "mappings", mapping_patterns, mapper, failed);
}

static void read_mmu(const char *path, const char *name, struct node *report, bool *failed)
{
	struct node *mmu = node_create(report, "mmu");
	char *text = file_read(path, "mapped_bytes", failed), *rest, *bytes;

	node_set(mmu, "name", name, false);
	bytes = text ? strtok_r(text, SPACE, &rest) : NULL;
	if (bytes)
		node_set(mmu, "mapped_bytes", bytes, is_number(bytes));
	free(text);
}

/* Says what is missing, if anything is. */
static bool check(const char *debugfs)
{
	struct dirent **entries;
	bool failed = false;
	int count;

	count = scandir(debugfs, &entries, is_visible, alphasort);
	if (count < 0) {
		fprintf(stderr, "offloadctl: cannot read %s: %s%s\n", debugfs, strerror(errno),
			errno == EACCES ? "; debugfs is for root" : "");
		return false;
	}
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	if (!count) {
		fprintf(stderr, "offloadctl: %s is empty: debugfs is not mounted there\n"
			"  mount -t debugfs debugfs %s\n", debugfs, debugfs);
		return false;
	}
	if (!file_exists(debugfs, "snd_usb_offload", &failed)) {
		if (failed)
			return false;
		fprintf(stderr, "offloadctl: the driver is not loaded: there is no %s/snd_usb_offload\n"
			"  modprobe snd-usb-offload\n", debugfs);
		return false;
	}
	return true;
}

struct node *read_report(const char *debugfs)
{
	struct node *report;
	bool failed = false;

	if (!check(debugfs))
		return NULL;
	report = node_create(NULL, "report");
	for_each_directory(debugfs, "snd_usb_offload", "state", read_dsp, report, &failed);
	read_lines(debugfs, "usb/offload", usage_patterns, report, &failed);
	for_each_directory(debugfs, "usb/xhci", "sidebands", read_xhc, report, &failed);
	for_each_directory(debugfs, ".", "mappings", read_mapper, report, &failed);
	for_each_directory(debugfs, ".", "mapped_bytes", read_mmu, report, &failed);
	if (failed) {
		node_free(report);
		return NULL;
	}
	return report;
}
