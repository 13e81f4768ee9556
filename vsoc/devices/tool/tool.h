/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The commands of usbmodel. Each returns the program's exit status.
 */
#ifndef LULLABY_DEVICES_TOOL_H
#define LULLABY_DEVICES_TOOL_H

/* Reads device files and says what is wrong with them, or nothing. */
int command_check(int count, char **paths);

/* Prints a line for each device: its name, class and speed, and its special property. */
int command_table(int count, char **paths);

/* Prints the streams of a device, as its descriptors tell them to a host. */
int command_show(int count, char **paths);

/* Writes the descriptors of a device, as Linux's sysfs has them. */
int command_descriptors(int count, char **paths);

/* Writes changed descriptors of a device: a number that says how, and a file. */
int command_mutate(int count, char **paths);

/* Prints the alternate settings of a device for programs: a line each. */
int command_settings(int count, char **paths);

/* Judges a record of packets: lines of "STREAM KEY VALUE". */
int command_packets(int count, char **paths);

/* Judges a host's recording of the pattern. */
int command_pattern(int count, char **paths);

#endif /* LULLABY_DEVICES_TOOL_H */
