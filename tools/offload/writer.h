/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
#ifndef OFFLOAD_WRITER_H
#define OFFLOAD_WRITER_H

#include "node.h"

/* Write a report to standard output. */
void write_text(const struct node *report);
void write_brief(const struct node *report);
void write_json(const struct node *report);

#endif /* OFFLOAD_WRITER_H */
