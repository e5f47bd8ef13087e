// SPDX-License-Identifier: GPL-2.0
/*
 * The laws of the counters. They hold for every listener, for the closed ones
 * together and for the namespace, whenever no segment is being processed.
 */
#include <stdio.h>
#include <string.h>

#include "lq.h"

#define LINE_CLOSED		"closed"
#define LINE_TOTAL		"total"
#define LINE_KERNEL		"kernel"
#define LINE_UNATTRIBUTED	"unattributed"

/* A figure without a meaning in this line adds nothing to a sum */
static s64 part(const struct lq_row *row, const char *column)
{
	u64 value = lq_num(row, column);

	return value == LQ_NONE ? 0 : (s64)value;
}

static s64 sum(const struct lq_row *row, const char *const *columns)
{
	s64 value = 0;

	for (; *columns; columns++)
		value += **columns == '-' ? -part(row, *columns + 1) :
					     part(row, *columns);
	return value;
}

static int law_holds(const struct lq_row *row, const char *name,
		     const char *const *left, const char *const *right)
{
	s64 l = sum(row, left), r = sum(row, right);

	if (l == r)
		return 0;
	fprintf(stderr, "# law %s broken in line %s: %lld != %lld:", name,
		row->field[0], l, r);
	for (; *left; left++)
		fprintf(stderr, " %s %lld", *left,
			part(row, *left + (**left == '-')));
	fputs(" /", stderr);
	for (; *right; right++)
		fprintf(stderr, " %s %lld", *right,
			part(row, *right + (**right == '-')));
	fputc('\n', stderr);
	return 1;
}

static int law_1(const struct lq_row *row)
{
	static const char *const left[] = { "syn_received", NULL };
	static const char *const right[] = {
		"syn_queued", "syncookie_sent", "fastopen_child",
		"syn_duplicate", "acceptq_overflow_syn", "synq_full_drop",
		"synq_reserve_drop", "syn_other_drop", "policy_refused", NULL
	};

	return law_holds(row, "1", left, right);
}

static int law_2a(const struct lq_row *row)
{
	static const char *const left[] = {
		"synq_start", "syn_queued", NULL
	};
	static const char *const right[] = {
		"established", "-established_cookie", "-fastopen_child",
		"synq_expired", "embryonic_reset", "synq_other", "synq", NULL
	};

	return law_holds(row, "2a", left, right);
}

static int law_2b(const struct lq_row *row)
{
	static const char *const left[] = {
		"acceptq_start", "established", NULL
	};
	static const char *const right[] = {
		"accepted", "acceptq", "acceptq_discarded", NULL
	};

	return law_holds(row, "2b", left, right);
}

/* Sums inside one line that the names promise */
static int law_of_names(const struct lq_row *row)
{
	static const char *const overflow[] = { "listen_overflow", NULL };
	static const char *const stages[] = {
		"acceptq_overflow_syn", "acceptq_overflow_ack",
		"acceptq_overflow_tfo", NULL
	};

	return law_holds(row, "of listen_overflow", overflow, stages);
}

static int not_above(const struct lq_row *row, const char *name,
		     const char *const *most)
{
	s64 value = part(row, name), limit = sum(row, most);

	if (value <= limit)
		return 0;
	fprintf(stderr, "# law of %s broken in line %s: %lld > %lld\n", name,
		row->field[0], value, limit);
	return 1;
}

/* What a policy did is a part of what happened */
static int law_of_policies(const struct lq_row *row)
{
	static const char *const done[] = {
		"policy_drop", "policy_reset", NULL
	};
	static const char *const drops[] = { "listen_drop", NULL };
	static const char *const cookies[] = { "syncookie_sent", NULL };

	return not_above(row, "policy_refused", done) +
	       not_above(row, "policy_refused", drops) +
	       not_above(row, "policy_cookie", cookies);
}

static bool has_laws(const struct lq_row *row)
{
	return lq_row_is_listener(row) || !strcmp(row->field[0], LINE_CLOSED) ||
	       !strcmp(row->field[0], LINE_TOTAL);
}

static int total_is_kernel(const struct lq_table *table)
{
	const struct lq_row *total = lq_row(table, LINE_TOTAL);
	const struct lq_row *kernel = lq_row(table, LINE_KERNEL);
	int compared = 0, broken = 0;

	if (!total || !kernel)
		return 1;
	for (int i = 1; i < table->ncolumns && i < kernel->nfields; i++) {
		if (!strcmp(kernel->field[i], "-"))
			continue;
		compared++;
		if (!strcmp(kernel->field[i], total->field[i]))
			continue;
		fprintf(stderr, "# law 3 broken: %s: total %s, kernel %s\n",
			table->column[i], total->field[i], kernel->field[i]);
		broken++;
	}
	if (!compared)
		lq_error("the kernel line has no figures");
	return broken;
}

static int nothing_unattributed(const struct lq_table *table)
{
	const struct lq_row *row = lq_row(table, LINE_UNATTRIBUTED);
	int compared = 0, broken = 0;

	if (!row)
		return 1;
	for (int i = 1; i < table->ncolumns && i < row->nfields; i++) {
		if (!strcmp(row->field[i], "-"))
			continue;
		compared++;
		if (!strcmp(row->field[i], "0"))
			continue;
		fprintf(stderr, "# law 3 broken: unattributed %s %s\n",
			table->column[i], row->field[i]);
		broken++;
	}
	if (!compared)
		lq_error("the unattributed line has no figures");
	return broken;
}

/* Returns how many are broken; the callers want 0 */
int lq_law_check(const struct lq_table *table, int laws)
{
	int broken = 0;

	if (!table)
		return 1;
	for (int i = 0; i < table->nrows; i++) {
		const struct lq_row *row = &table->row[i];

		if (!has_laws(row))
			continue;
		if (laws & LQ_LAW_1)
			broken += law_1(row) + law_of_names(row) +
				  law_of_policies(row);
		if (laws & LQ_LAW_2)
			broken += law_2a(row) + law_2b(row);
	}
	if (laws & LQ_LAW_3)
		broken += total_is_kernel(table) + nothing_unattributed(table);
	return broken;
}

/* Law 3 without trusting the module's own "kernel" line */
int lq_law_mibs(const struct lq_table *table, const struct lq_mibs *base,
		const struct lq_mibs *now)
{
	const struct lq_row *total = lq_row(table, LINE_TOTAL);
	int broken = 0;

	for (const struct lq_mib_column *c = lq_mib_columns; c->column; c++) {
		u64 grown = lq_mibs_get(now, c->mib) -
				 (base ? lq_mibs_get(base, c->mib) : 0);
		u64 shown = lq_num(total, c->column);

		if (grown == shown)
			continue;
		fprintf(stderr, "# law 3 broken: %s %llu, but %s grew by %llu\n",
			c->column, shown, c->mib,
			grown);
		broken++;
	}
	return broken;
}

/* All laws, when the namespace's counters were @base at load; NULL: all 0 */
int lq_laws_since(const struct lq_mibs *base)
{
	struct lq_table *table = lq_read();
	struct lq_mibs now;
	int broken;

	if (!table)
		return 1;
	lq_mibs_read(&now);
	broken = lq_law_check(table, LQ_LAWS) + lq_law_mibs(table, base, &now);
	lq_mibs_free(&now);
	lq_free(table);
	return broken;
}

/* All laws in a namespace that is younger than the module */
int lq_laws(void)
{
	return lq_laws_since(NULL);
}
