// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * From debugfs to a report. What the files look like is in linux/Documentation/ABI/testing/debugfs-*offload.
 *
 * A line is matched against patterns. A word of a pattern stands for itself, unless it begins with '$' (any word,
 * which becomes the attribute of that name) or '#' (the same, a decimal number). Words after the pattern's end
 * become attributes without a value. A line that matches none is kept as an object of its own, "other", so that
 * a newer kernel's is not lost.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
	{ }
};

static const struct pattern usage_patterns[] = {
	{ "usb_device", "$device users #users users_below #users_below children_up #children_up sleep $sleep" },
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

/* Whether @line's words are those of @words; if @node is there, it gets the attributes. */
static bool match(const char *words, const char *line, struct node *node)
{
	char pattern[256], text[1024], *pattern_rest, *text_rest, *wanted, *word;

	snprintf(pattern, sizeof(pattern), "%s", words);
	snprintf(text, sizeof(text), "%s", line);
	wanted = strtok_r(pattern, SPACE, &pattern_rest);
	word = strtok_r(text, SPACE, &text_rest);
	for (; wanted && word; wanted = strtok_r(NULL, SPACE, &pattern_rest), word = strtok_r(NULL, SPACE, &text_rest)) {
		if (*wanted == '#' ? !is_number(word) : *wanted != '$' && strcmp(wanted, word) != 0)
			return false;
		if (node && (*wanted == '$' || *wanted == '#'))
			node_set(node, wanted + 1, word, *wanted == '#');
	}
	for (; node && word; word = strtok_r(NULL, SPACE, &text_rest))
		node_set(node, word, "true", true);
	return !wanted;
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

/* Opens DIRECTORY/NAME. NULL without a word if it is not there. */
static FILE *open_file(const char *directory, const char *name, bool *failed)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	if (!file && errno != ENOENT) {
		fprintf(stderr, "offloadctl: cannot read %s: %s\n", path, strerror(errno));
		*failed = true;
	}
	return file;
}

/* Reads a file of indented lines into @node. */
static void read_lines(const char *directory, const char *name, const struct pattern *patterns, struct node *node,
		       bool *failed)
{
	FILE *file = open_file(directory, name, failed);
	struct node *above[MAX_DEPTH + 1] = { node };
	char *line = NULL;
	size_t depth, bytes = 0;

	if (!file)
		return;
	while (getline(&line, &bytes, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		depth = strspn(line, " ") / INDENT;
		if (depth >= MAX_DEPTH || !above[depth])
			depth = 0;
		above[depth + 1] = add_line(above[depth], patterns, line);
		memset(above + depth + 2, 0, sizeof(*above) * (MAX_DEPTH - depth - 1));
	}
	free(line);
	fclose(file);
}

/* Reads a file of "name number" lines into an object of its own. */
static void read_numbers(const char *directory, const char *name, const char *kind, struct node *parent, bool *failed)
{
	FILE *file = open_file(directory, name, failed);
	char key[128], value[32];
	struct node *node;

	if (!file)
		return;
	node = node_create(parent, kind);
	while (fscanf(file, "%127s %31s", key, value) == 2)
		node_set(node, key, value, is_number(value));
	fclose(file);
}

/* One line for each sideband: "1-1 slot 1 interrupter 1 endpoint 0x01 endpoint 0x81". */
static void read_sidebands(const char *directory, struct node *controller, bool *failed)
{
	FILE *file = open_file(directory, "sidebands", failed);
	char *line = NULL, *rest, *name, *value;
	struct node *sideband;
	size_t bytes = 0;

	if (!file)
		return;
	while (getline(&line, &bytes, file) > 0) {
		name = strtok_r(line, SPACE, &rest);
		if (!name)
			continue;
		sideband = node_create(controller, "sideband");
		node_set(sideband, "device", name, false);
		while ((name = strtok_r(NULL, SPACE, &rest)) && (value = strtok_r(NULL, SPACE, &rest))) {
			if (!strcmp(name, "endpoint"))
				node_set(node_create(sideband, "endpoint"), "address", value, false);
			else
				node_set(sideband, name, value, is_number(value));
		}
	}
	free(line);
	fclose(file);
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
	char path[PATH_MAX - 256], inner[PATH_MAX], probe[PATH_MAX + 256];
	struct dirent **entries;
	struct stat status;
	int count, i;

	snprintf(path, sizeof(path), "%s/%s", debugfs, name);
	count = scandir(path, &entries, is_visible, alphasort);
	for (i = 0; i < count; i++) {
		snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
		snprintf(probe, sizeof(probe), "%s/%s", inner, file);
		if (!stat(probe, &status))
			read(inner, entries[i]->d_name, report, failed);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void read_dsp(const char *path, const char *name, struct node *report, bool *failed)
{
	struct node *dsp = node_create(report, "dsp");

	(void)name;	/* it is in the file */
	read_lines(path, "state", state_patterns, dsp, failed);
	read_numbers(path, "held", "held", dsp, failed);
	read_numbers(path, "counters", "counters", dsp, failed);
}

static void read_xhc(const char *path, const char *name, struct node *report, bool *failed)
{
	struct node *xhc = node_create(report, "xhc");

	node_set(xhc, "device", name, false);
	read_sidebands(path, xhc, failed);
}

/* Who maps for a DSP outside of streams: any driver that says so in a file "mappings". */
static void read_mapper(const char *path, const char *name, struct node *report, bool *failed)
{
	struct node *mapper = node_create(report, "mapper");

	node_set(mapper, "name", name, false);
	read_lines(path, "mappings", mapping_patterns, mapper, failed);
}

static void read_mmu(const char *path, const char *name, struct node *report, bool *failed)
{
	struct node *mmu = node_create(report, "mmu");
	FILE *file = open_file(path, "mapped_bytes", failed);
	char bytes[32];

	node_set(mmu, "name", name, false);
	if (!file)
		return;
	if (fscanf(file, "%31s", bytes) == 1)
		node_set(mmu, "mapped_bytes", bytes, is_number(bytes));
	fclose(file);
}

static bool is_there(const char *directory, const char *name)
{
	char path[PATH_MAX];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return !stat(path, &status);
}

/* Says what is missing, if anything is. */
static bool check(const char *debugfs)
{
	struct dirent **entries;
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
	if (!is_there(debugfs, "snd_usb_offload")) {
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
