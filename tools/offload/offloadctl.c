// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * offloadctl: shows what USB audio offload is doing on this system.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"
#include "writer.h"

static const char help[] =
"Usage: offloadctl status [--brief | --json] [--root DIR]\n"
"\n"
"Shows what USB audio offload is doing on this system: each DSP with its controllers,\n"
"USB sound cards, streams, interrupters, mappings and resource counters; the uses of each\n"
"USB device; the endpoints that each xHC has offloaded; and other mappings for a DSP. For root.\n"
"\n"
"  --brief     a line for each stream that is not idle, and the sum\n"
"  --json      the same as without, for programs\n"
"  --root DIR  where debugfs is mounted (/sys/kernel/debug)\n"
"\n"
"The exit status is 0; 1 if something cannot be read, 2 for a wrong call. Half a report\n"
"is none: then nothing is printed but the error.\n";

static int wrong_call(const char *what, const char *word)
{
	fprintf(stderr, "offloadctl: %s%s (see offloadctl --help)\n", what, word);
	return 2;
}

int main(int argc, char **argv)
{
	void (*write)(const struct node *report) = write_text;
	const char *debugfs = "/sys/kernel/debug";
	bool has_command = false;
	struct node *report;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(help, stdout);
			return 0;
		}
		if (!strcmp(argv[i], "status") && !has_command) {
			has_command = true;
		} else if (!strcmp(argv[i], "--brief") || !strcmp(argv[i], "--json")) {
			if (write != write_text)
				return wrong_call("one of --brief and --json only", "");
			write = argv[i][2] == 'b' ? write_brief : write_json;
		} else if (!strcmp(argv[i], "--root")) {
			if (++i == argc)
				return wrong_call("--root needs a directory", "");
			debugfs = argv[i];
		} else {
			return wrong_call("unknown word: ", argv[i]);
		}
	}
	if (!has_command)
		return wrong_call("what shall it do? There is: status", "");

	report = read_report(debugfs);
	if (!report)
		return 1;
	write(report);
	node_free(report);
	if (fflush(stdout) || ferror(stdout)) {
		perror("offloadctl: cannot write");
		return 1;
	}
	return 0;
}
