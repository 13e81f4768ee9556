// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node.h"

static void *allocate(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (!memory) {
		fprintf(stderr, "offloadctl: out of memory\n");
		exit(1);
	}
	return memory;
}

static char *copy(const char *text)
{
	char *copied = allocate(strlen(text) + 1);

	strcpy(copied, text);
	return copied;
}

struct node *node_create(struct node *parent, const char *kind)
{
	struct node *node = allocate(sizeof(*node));
	struct node **end;

	node->kind = kind;
	if (!parent)
		return node;
	for (end = &parent->children; *end; end = &(*end)->next)
		;
	*end = node;
	return node;
}

void node_set(struct node *node, const char *name, const char *value, bool is_number)
{
	struct attribute *attribute = allocate(sizeof(*attribute));
	struct attribute **end;

	attribute->name = copy(name);
	attribute->value = copy(value);
	attribute->is_number = is_number;
	for (end = &node->attributes; *end; end = &(*end)->next)
		;
	*end = attribute;
}

const char *node_get(const struct node *node, const char *name)
{
	const struct attribute *attribute;

	for (attribute = node->attributes; attribute; attribute = attribute->next)
		if (!strcmp(attribute->name, name))
			return attribute->value;
	return NULL;
}

static void free_attributes(struct node *node)
{
	struct attribute *attribute, *next;

	for (attribute = node->attributes; attribute; attribute = next) {
		next = attribute->next;
		free(attribute->name);
		free(attribute->value);
		free(attribute);
	}
}

void node_free(struct node *node)
{
	struct node *child, *next;

	for (child = node->children; child; child = next) {
		next = child->next;
		node_free(child);
	}
	free_attributes(node);
	free(node);
}
