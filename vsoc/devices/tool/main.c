// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * usbmodel: looks at device files, and judges the records of devices.
 */
#include <stdio.h>
#include <string.h>

#include "tool.h"

static const char usage[] =
	"Usage: usbmodel check FILE...     read device files, and say what is wrong with them\n"
	"       usbmodel table FILE...     a line for each device, with what no other has\n"
	"       usbmodel show FILE...      the streams that a host finds in the descriptors\n"
	"       usbmodel settings FILE     the alternate settings that Linux can use, a line each:\n"
	"                                  STREAM out|in INTERFACE ALT CHANNELS BITS BYTES INTERVAL_US\n"
	"                                  FORMAT SYNCHRONISATION FEEDBACK LOOP RATE_HZ...\n"
	"       usbmodel descriptors FILE  the bytes that /sys/bus/usb/devices/.../descriptors would have\n"
	"       usbmodel mutate SEED FILE  the same with a few bytes changed, as the seed says: a device that lies\n"
	"       usbmodel packets [--last] RECORD\n"
	"                                  judge a record of packets (NAME.packets): lines of STREAM KEY VALUE;\n"
	"                                  --last: only from the last start of each stream on\n"
	"       usbmodel pattern FILE.wav  judge what a host has recorded from a stream whose source is the pattern\n"
	"\n"
	"docs/devices.md describes the files. Exit status: 0 good, 1 not good, 2 it cannot be told.\n";

static const struct {
	const char *name;
	int (*run)(int count, char **paths);
} commands[] = {
	{ "check", command_check },	{ "table", command_table },	{ "show", command_show },
	{ "packets", command_packets }, { "pattern", command_pattern }, { "settings", command_settings },
	{ "descriptors", command_descriptors },
	{ "mutate", command_mutate },
};

int main(int argc, char **argv)
{
	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return 0;
	}
	for (size_t i = 0; argc > 2 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	fputs(usage, stderr);
	return 2;
}
