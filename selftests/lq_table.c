// SPDX-License-Identifier: GPL-2.0
/*
 * One reading of /proc/listenq, looked up by the names the file itself gives:
 * a line by its first column, a figure by its column's name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

unsigned int lq_errors;

void lq_error(const char *fmt, ...)
{
	va_list args;

	lq_errors++;
	fputs("# lq: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static char *read_whole(const char *path)
{
	size_t size = 1 << 16, len = 0;
	char *text = malloc(size);
	ssize_t got = -1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && text) {
		got = read(fd, text + len, size - len - 1);
		if (got <= 0)
			break;
		len += got;
		if (size - len < 4096)
			text = realloc(text, size *= 2);
	}
	if (fd >= 0)
		close(fd);
	if (!text || got < 0) {
		lq_error("%s: %s", path, strerror(errno));
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

static int split(char *line, char **field)
{
	int n = 0;
	char *save;

	for (char *word = strtok_r(line, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (n == LQ_MAX_COLUMNS) {
			lq_error("more than %d columns", LQ_MAX_COLUMNS);
			break;
		}
		field[n++] = word;
	}
	return n;
}

static bool version_is_known(const char *line)
{
	return !strncmp(line, "# listenq 2", 11) &&
	       (line[11] == '\0' || line[11] == ' ');
}

static void add_row(struct lq_table *table, char *line)
{
	struct lq_row *row;

	table->row = realloc(table->row, (table->nrows + 1) * sizeof(*row));
	row = &table->row[table->nrows++];
	row->table = table;
	row->nfields = split(line, row->field);
	if (row->nfields != table->ncolumns)
		lq_error("line %s has %d columns, the header %d",
			 row->nfields ? row->field[0] : "(empty)",
			 row->nfields, table->ncolumns);
}

/* Takes the text, which must come from malloc() */
struct lq_table *lq_parse(char *text)
{
	struct lq_table *table = calloc(1, sizeof(*table));
	int number = 0;
	char *save;

	table->text = text;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save), number++) {
		if (number == 0) {
			if (!version_is_known(line))
				lq_error("unknown first line: %s", line);
		} else if (number == 1) {
			table->ncolumns = split(line, table->column);
			if (!table->ncolumns ||
			    strcmp(table->column[0], "local"))
				lq_error("first column is not \"local\"");
		} else {
			add_row(table, line);
		}
	}
	if (number < 2)
		lq_error("no header");
	return table;
}

struct lq_table *lq_read(void)
{
	char *text = read_whole(LQ_FILE);

	return text ? lq_parse(text) : NULL;
}

void lq_free(struct lq_table *table)
{
	if (!table)
		return;
	free(table->row);
	free(table->text);
	free(table);
}

static int column_index(const struct lq_table *table, const char *column)
{
	for (int i = 0; i < table->ncolumns; i++)
		if (!strcmp(table->column[i], column))
			return i;
	return -1;
}

bool lq_has_column(const struct lq_table *table, const char *column)
{
	return table && column_index(table, column) >= 0;
}

const struct lq_row *lq_row(const struct lq_table *table, const char *local)
{
	for (int i = 0; table && i < table->nrows; i++)
		if (table->row[i].nfields &&
		    !strcmp(table->row[i].field[0], local))
			return &table->row[i];
	lq_error("no line %s", local);
	return NULL;
}

static bool row_has_inode(const struct lq_row *row, u64 inode)
{
	int i = column_index(row->table, "inode");

	return i >= 0 && i < row->nfields &&
	       strtoull(row->field[i], NULL, 10) == inode;
}

/* By inode: sockets of a SO_REUSEPORT group share their first column */
const struct lq_row *lq_row_of(const struct lq_table *table, int fd)
{
	u64 inode = lq_inode(fd);

	for (int i = 0; table && i < table->nrows; i++)
		if (lq_row_is_listener(&table->row[i]) &&
		    row_has_inode(&table->row[i], inode))
			return &table->row[i];
	lq_error("no line with inode %llu", inode);
	return NULL;
}

/* Only addresses have a colon in them */
bool lq_row_is_listener(const struct lq_row *row)
{
	return row->nfields && strchr(row->field[0], ':');
}

int lq_count_port(const struct lq_table *table, int port)
{
	int n = 0;

	for (int i = 0; table && i < table->nrows; i++) {
		const char *colon;

		if (!lq_row_is_listener(&table->row[i]))
			continue;
		colon = strrchr(table->row[i].field[0], ':');
		n += atoi(colon + 1) == port;
	}
	return n;
}

const char *lq_text(const struct lq_row *row, const char *column)
{
	int i;

	if (!row) {
		lq_error("no line to take %s from", column);
		return "";
	}
	i = column_index(row->table, column);
	if (i < 0 || i >= row->nfields) {
		lq_error("no column %s in line %s", column,
			 row->nfields ? row->field[0] : "(empty)");
		return "";
	}
	return row->field[i];
}

u64 lq_num(const struct lq_row *row, const char *column)
{
	const char *text = lq_text(row, column);
	char *end;
	u64 value;

	if (!*text || !strcmp(text, "-"))
		return LQ_NONE;
	value = strtoull(text, &end, 10);
	if (*end) {
		lq_error("%s of %s is no number: %s", column, row->field[0],
			 text);
		return LQ_NONE;
	}
	return value;
}

/*
 * How many are in the buckets that durations between these may belong to. The
 * text is "UPPER:COUNT,UPPER:COUNT", each upper bound a power of two.
 */
u64 lq_hist_between(const struct lq_row *row, const char *column, u64 least,
		    u64 most)
{
	const char *text = lq_text(row, column);
	u64 sum = 0, last = 0;

	if (!strcmp(text, "-"))
		return 0;
	while (*text) {
		char *end;
		u64 bound = strtoull(text, &end, 10), count;

		if (*end != ':' || !bound || (bound & (bound - 1)) ||
		    bound <= last)
			goto bad;
		last = bound;
		count = strtoull(end + 1, &end, 10);
		if (!count || (*end && *end != ','))
			goto bad;
		if (least < bound && most >= bound / 2)
			sum += count;
		text = *end ? end + 1 : end;
	}
	return sum;
bad:
	lq_error("%s: not UPPER:COUNT pairs: %s", column, lq_text(row, column));
	return LQ_NONE;
}

u64 lq_hist_sum(const struct lq_row *row, const char *column)
{
	return lq_hist_between(row, column, 0, LQ_NONE);
}

/* One figure of the listener behind this descriptor, read now */
u64 lq_now(int fd, const char *column)
{
	struct lq_table *table = lq_read();
	u64 value = LQ_NONE;

	if (table)
		value = lq_num(lq_row_of(table, fd), column);
	lq_free(table);
	return value;
}

/* One figure of a line known by its name, read now */
u64 lq_line(const char *local, const char *column)
{
	struct lq_table *table = lq_read();
	u64 value = LQ_NONE;

	if (table)
		value = lq_num(lq_row(table, local), column);
	lq_free(table);
	return value;
}
