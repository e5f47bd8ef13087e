/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables as wide as what is in them.
 */
#ifndef _LISTENQ_TOOL_TABLE_H
#define _LISTENQ_TOOL_TABLE_H

#include <stdio.h>

#include "base.h"

struct lq_queue;

#define LQ_COLUMNS_MAX 16

/**
 * struct lq_column - a column
 * @title: in the first line
 * @left: how it is aligned
 */
struct lq_column {
	const char *title;
	bool left;
};

/**
 * struct lq_table - a table
 * @columns: the columns
 * @nr_columns: how many, at most LQ_COLUMNS_MAX
 * @width: of each
 * @nr: how many cells there are
 * @cells: their texts, one after the other
 * @len: of @cells
 * @size: room there
 */
struct lq_table {
	const struct lq_column *columns;
	size_t nr_columns;
	size_t width[LQ_COLUMNS_MAX];
	size_t nr;
	char *cells;
	size_t len;
	size_t size;
};

void lq_table_cell(struct lq_table *table, const char *format, ...)
	__printf(2, 3);
void lq_table_number(struct lq_table *table, bool known, u64 number);
void lq_table_queue(struct lq_table *table, const struct lq_queue *queue,
		    unsigned int len, unsigned int limit, unsigned int asked);
void lq_table_print(const struct lq_table *table, FILE *to);
void lq_table_free(struct lq_table *table);

#endif
