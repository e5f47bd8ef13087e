// SPDX-License-Identifier: GPL-2.0
/*
 * Tables as wide as what is in them. Of ten thousand listeners most of the time
 * goes here: texts are kept in one piece, numbers need no printf().
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "listener.h"
#include "table.h"

#define LQ_DIGITS_MAX 20

/* A cell, terminated as a string. */
static void add(struct lq_table *table, const char *text, size_t len)
{
	size_t *width = &table->width[table->nr++ % table->nr_columns];

	if (table->len + len + 1 > table->size) {
		table->size = 2 * table->size + len + 4096;
		table->cells = lq_realloc(table->cells, table->size, 1);
	}
	memcpy(table->cells + table->len, text, len);
	table->len += len;
	table->cells[table->len++] = '\0';
	if (*width < len)
		*width = len;
}

/**
 * lq_table_cell() - fill the next cell
 * @table: where
 * @format: as printf's
 */
void lq_table_cell(struct lq_table *table, const char *format, ...)
{
	va_list arguments;
	char text[512];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	add(table, text, strlen(text));
}

/* Appends a number, or a dash; returns where it ends. */
static char *append(char *text, bool known, u64 number)
{
	char digits[LQ_DIGITS_MAX];
	int at = sizeof(digits);

	do {
		digits[--at] = '0' + number % 10;
		number /= 10;
	} while (number);
	if (!known)
		digits[at = sizeof(digits) - 1] = '-';
	return mempcpy(text, digits + at, sizeof(digits) - at);
}

/**
 * lq_table_number() - fill the next cell with a number
 * @table: where
 * @known: whether there is one
 * @number: it
 */
void lq_table_number(struct lq_table *table, bool known, u64 number)
{
	char text[LQ_DIGITS_MAX];

	add(table, text, append(text, known, number) - text);
}

/**
 * lq_table_queue() - fill the next cell with a queue's length and limit
 * @table: where
 * @queue: the queue
 * @len: attribute of its length
 * @limit: attribute of its limit
 * @asked: attribute of the limit that was asked for, where another is in force
 */
void lq_table_queue(struct lq_table *table, const struct lq_queue *queue,
		    unsigned int len, unsigned int limit, unsigned int asked)
{
	char text[3 * LQ_DIGITS_MAX + 3];
	char *end = append(text, lq_has(queue->have, len), queue->value[len]);

	*end++ = '/';
	end = append(end, lq_has(queue->have, limit), queue->value[limit]);
	if (lq_has(queue->have, asked)) {
		*end++ = '(';
		end = append(end, true, queue->value[asked]);
		*end++ = ')';
	}
	add(table, text, end - text);
}

static void pad(FILE *to, size_t from, size_t width)
{
	while (from++ < width)
		putc_unlocked(' ', to);
}

static void print_cell(const struct lq_table *table, FILE *to, size_t column,
		       const char *text)
{
	size_t len = strlen(text), width = strlen(table->columns[column].title);
	bool left = table->columns[column].left;
	bool last = column == table->nr_columns - 1;

	if (width < table->width[column])
		width = table->width[column];
	if (column)
		putc_unlocked(' ', to);
	if (!left)
		pad(to, len, width);
	fwrite_unlocked(text, 1, len, to);
	/* What is long comes last, and takes no blanks behind it. */
	if (left && !last)
		pad(to, len, width);
	if (last)
		putc_unlocked('\n', to);
}

/**
 * lq_table_print() - print a table
 * @table: whole rows
 * @to: where
 */
void lq_table_print(const struct lq_table *table, FILE *to)
{
	const char *text = table->cells;
	size_t n;

	for (n = 0; n < table->nr_columns; n++)
		print_cell(table, to, n, table->columns[n].title);
	for (n = 0; n < table->nr; n++) {
		print_cell(table, to, n % table->nr_columns, text);
		text += strlen(text) + 1;
	}
}

/**
 * lq_table_free() - forget a table's rows
 * @table: has none afterwards
 */
void lq_table_free(struct lq_table *table)
{
	free(table->cells);
	table->cells = NULL;
	table->nr = 0;
	table->len = 0;
	table->size = 0;
}
