/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The content of a report: a tree of named objects with attributes, in the order in which they were found.
 */
#ifndef OFFLOAD_NODE_H
#define OFFLOAD_NODE_H

#include <stdbool.h>

/* An attribute, and whether its value is a number. */
struct attribute {
	char *name;
	char *value;
	bool is_number;
	struct attribute *next;
};

/* An object. Objects of one kind below the same parent make a list: "streams" in JSON. */
struct node {
	const char *kind;	/* "stream"; not copied */
	struct attribute *attributes;
	struct node *children;
	struct node *next;
};

/* Memory that cannot be had ends the program. */
struct node *node_create(struct node *parent, const char *kind);
void node_set(struct node *node, const char *name, const char *value, bool is_number);
const char *node_get(const struct node *node, const char *name);	/* NULL if there is none */
void node_free(struct node *node);

#endif /* OFFLOAD_NODE_H */
