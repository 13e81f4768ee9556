/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
#ifndef OFFLOAD_READER_H
#define OFFLOAD_READER_H

#include "node.h"

/*
 * Reads all that the kernel shows of USB audio offload in the debugfs mounted at @debugfs. Returns the report, or NULL
 * after saying on standard error why there is none.
 */
struct node *read_report(const char *debugfs);

#endif /* OFFLOAD_READER_H */
