// SPDX-License-Identifier: GPL-2.0
/*
 * Answers beside /proc/listenq, figure by figure. What the file shows as "-"
 * must be absent in the answer, and the other way round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nl_common.h"

static const char *const counter_columns[LISTENQ_A_COUNTERS_MAX + 1] = {
	[LISTENQ_A_COUNTERS_SYN_RECEIVED] = "syn_received",
	[LISTENQ_A_COUNTERS_SYN_QUEUED] = "syn_queued",
	[LISTENQ_A_COUNTERS_SYN_DUPLICATE] = "syn_duplicate",
	[LISTENQ_A_COUNTERS_SYNCOOKIE_SENT] = "syncookie_sent",
	[LISTENQ_A_COUNTERS_SYNCOOKIE_RECV] = "syncookie_recv",
	[LISTENQ_A_COUNTERS_SYNCOOKIE_FAILED] = "syncookie_failed",
	[LISTENQ_A_COUNTERS_SYNQ_FULL_COOKIE] = "synq_full_cookie",
	[LISTENQ_A_COUNTERS_REQQ_FULL_COOKIE] = "reqq_full_cookie",
	[LISTENQ_A_COUNTERS_SYNQ_FULL_DROP] = "synq_full_drop",
	[LISTENQ_A_COUNTERS_SYNQ_RESERVE_DROP] = "synq_reserve_drop",
	[LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_SYN] = "acceptq_overflow_syn",
	[LISTENQ_A_COUNTERS_SYN_OTHER_DROP] = "syn_other_drop",
	[LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_ACK] = "acceptq_overflow_ack",
	[LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_COOKIE] =
		"acceptq_overflow_cookie",
	[LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_TFO] = "acceptq_overflow_tfo",
	[LISTENQ_A_COUNTERS_LISTEN_DROP] = "listen_drop",
	[LISTENQ_A_COUNTERS_ESTABLISHED] = "established",
	[LISTENQ_A_COUNTERS_ESTABLISHED_COOKIE] = "established_cookie",
	[LISTENQ_A_COUNTERS_FASTOPEN_CHILD] = "fastopen_child",
	[LISTENQ_A_COUNTERS_OVERFLOW_RESET] = "overflow_reset",
	[LISTENQ_A_COUNTERS_EMBRYONIC_RESET] = "embryonic_reset",
	[LISTENQ_A_COUNTERS_SYNACK_RETRANS] = "synack_retrans",
	[LISTENQ_A_COUNTERS_SYNQ_EXPIRED] = "synq_expired",
	[LISTENQ_A_COUNTERS_SYNQ_OTHER] = "synq_other",
	[LISTENQ_A_COUNTERS_SYNQ_MIGRATED] = "synq_migrated",
	[LISTENQ_A_COUNTERS_ACCEPTQ_MIGRATED] = "acceptq_migrated",
	[LISTENQ_A_COUNTERS_DEFER_ACCEPT_DROP] = "defer_accept_drop",
	[LISTENQ_A_COUNTERS_FASTOPEN_PASSIVE] = "fastopen_passive",
	[LISTENQ_A_COUNTERS_FASTOPEN_PASSIVE_FAIL] = "fastopen_passive_fail",
	[LISTENQ_A_COUNTERS_FASTOPEN_LISTEN_OVERFLOW] =
		"fastopen_listen_overflow",
	[LISTENQ_A_COUNTERS_FASTOPEN_COOKIE_REQD] = "fastopen_cookie_reqd",
	[LISTENQ_A_COUNTERS_LISTEN_OVERFLOW] = "listen_overflow",
	[LISTENQ_A_COUNTERS_ACCEPTED] = "accepted",
	[LISTENQ_A_COUNTERS_POLICY_REFUSED] = "policy_refused",
	[LISTENQ_A_COUNTERS_POLICY_DROP] = "policy_drop",
	[LISTENQ_A_COUNTERS_POLICY_RESET] = "policy_reset",
	[LISTENQ_A_COUNTERS_POLICY_COOKIE] = "policy_cookie",
};

/* What is asked has no column: the file shows what is in force */
static const char *const acceptq_columns[LISTENQ_A_ACCEPTQ_MAX + 1] = {
	[LISTENQ_A_ACCEPTQ_LEN] = "acceptq",
	[LISTENQ_A_ACCEPTQ_LIMIT] = "acceptq_max",
	[LISTENQ_A_ACCEPTQ_PEAK] = "acceptq_peak",
	[LISTENQ_A_ACCEPTQ_START] = "acceptq_start",
	[LISTENQ_A_ACCEPTQ_DISCARDED] = "acceptq_discarded",
};

static const char *const synq_columns[LISTENQ_A_SYNQ_MAX + 1] = {
	[LISTENQ_A_SYNQ_LEN] = "synq",
	[LISTENQ_A_SYNQ_LIMIT] = "synq_max",
	[LISTENQ_A_SYNQ_PEAK] = "synq_peak",
	[LISTENQ_A_SYNQ_START] = "synq_start",
	[LISTENQ_A_SYNQ_YOUNG] = "synq_young",
};

static const char *const remainder_columns[LISTENQ_A_REMAINDER_MAX + 1] = {
	[LISTENQ_A_REMAINDER_SYNCOOKIE_SENT] = "syncookie_sent",
	[LISTENQ_A_REMAINDER_SYNCOOKIE_RECV] = "syncookie_recv",
	[LISTENQ_A_REMAINDER_SYNCOOKIE_FAILED] = "syncookie_failed",
	[LISTENQ_A_REMAINDER_REQQ_FULL_COOKIE] = "reqq_full_cookie",
	[LISTENQ_A_REMAINDER_SYNQ_FULL_DROP] = "synq_full_drop",
	[LISTENQ_A_REMAINDER_LISTEN_DROP] = "listen_drop",
	[LISTENQ_A_REMAINDER_EMBRYONIC_RESET] = "embryonic_reset",
	[LISTENQ_A_REMAINDER_DEFER_ACCEPT_DROP] = "defer_accept_drop",
	[LISTENQ_A_REMAINDER_FASTOPEN_PASSIVE] = "fastopen_passive",
	[LISTENQ_A_REMAINDER_FASTOPEN_PASSIVE_FAIL] = "fastopen_passive_fail",
	[LISTENQ_A_REMAINDER_FASTOPEN_LISTEN_OVERFLOW] =
		"fastopen_listen_overflow",
	[LISTENQ_A_REMAINDER_FASTOPEN_COOKIE_REQD] = "fastopen_cookie_reqd",
	[LISTENQ_A_REMAINDER_LISTEN_OVERFLOW] = "listen_overflow",
};

/* Columns of the file that are neither a figure of these nor a histogram */
static const char *const other_columns[] = {
	"local", "handshake_us", "accept_wait_us", "id", "cgroup", "inode",
	"uid", "owner", "policy"
};

#define OTHER_COLUMNS (sizeof(other_columns) / sizeof(*other_columns))

/* A counter by its column's name */
u64 lq_nl_counter(const struct lq_nl_sum *sum, const char *column)
{
	for (int i = 2; i <= LISTENQ_A_COUNTERS_MAX; i++)
		if (!strcmp(counter_columns[i], column))
			return sum->counters[i];
	lq_error("there is no counter %s", column);
	return LQ_NONE;
}

static int differs(const struct lq_row *row, const char *column, u64 value)
{
	const char *text = lq_text(row, column);
	char expected[32] = "-";

	if (value != LQ_NONE)
		snprintf(expected, sizeof(expected), "%lld", (s64)value);
	if (!strcmp(text, expected))
		return 0;
	fprintf(stderr, "# %s of %s: %s in the file, %s in the answer\n",
		column, row ? row->field[0] : "?", text, expected);
	return 1;
}

static int differs_numbers(const struct lq_row *row,
			   const char *const *columns, int max,
			   const u64 *value)
{
	int n = 0;

	for (int i = 2; i <= max; i++)
		if (columns[i])
			n += differs(row, columns[i], value[i]);
	return n;
}

static int differs_histogram(const struct lq_row *row, const char *column,
			     const struct lq_nl_histogram *histogram)
{
	u64 sum = 0;
	int n = 0;

	for (unsigned int i = 0; i < histogram->n; i++) {
		u64 at = i ? 1ull << (i - 1) : 0;

		n += lq_hist_between(row, column, at, at) !=
		     histogram->bucket[i];
		sum += histogram->bucket[i];
	}
	n += lq_hist_sum(row, column) != sum;
	if (n)
		fprintf(stderr, "# %s of %s differs: %s in the file\n", column,
			row->field[0], lq_text(row, column));
	return n;
}

int lq_nl_differs_sum(const struct lq_row *row, const struct lq_nl_sum *sum)
{
	if (!row)
		return 1;
	return differs_numbers(row, acceptq_columns, LISTENQ_A_ACCEPTQ_MAX,
			       sum->acceptq) +
	       differs_numbers(row, synq_columns, LISTENQ_A_SYNQ_MAX,
			       sum->synq) +
	       differs_numbers(row, counter_columns, LISTENQ_A_COUNTERS_MAX,
			       sum->counters) +
	       differs_histogram(row, "handshake_us", &sum->handshake) +
	       differs_histogram(row, "accept_wait_us", &sum->accept_wait);
}

/* The file writes odd bytes as \ooo */
static bool is_name(const char *text, const char *end,
		    const struct lq_nl_listener *listener)
{
	int i;

	for (i = 0; text < end && i < listener->comm_len; i++) {
		unsigned int byte = (unsigned char)*text;

		if (*text != '\\')
			text++;
		else if (sscanf(text, "\\%3o", &byte) == 1)
			text += 4;
		else
			return false;
		if (byte != (unsigned char)listener->comm[i])
			return false;
	}
	return text == end && i == listener->comm_len;
}

/* The file has NAME/PID, or none when one of them is missing */
static int differs_owner(const struct lq_row *row,
			 const struct lq_nl_listener *listener)
{
	const char *text = lq_text(row, "owner"), *slash = strrchr(text, '/');
	bool none = listener->comm_len < 0 || listener->pid == LQ_NONE;

	if (none ? !strcmp(text, "-") :
	    slash && strtoull(slash + 1, NULL, 10) == listener->pid &&
	    is_name(text, slash, listener))
		return 0;
	fprintf(stderr, "# owner: %s in the file, %.*s and %lld in the answer\n",
		text, listener->comm_len < 0 ? 0 : listener->comm_len,
		listener->comm, (s64)listener->pid);
	return 1;
}

/* One word for a policy, whatever it says, and "-" for none */
static int differs_policy(const struct lq_row *row,
			  const struct lq_nl_listener *listener)
{
	const char *text = lq_text(row, "policy");

	if (listener->under_policy == !!strcmp(text, "-"))
		return 0;
	fprintf(stderr, "# policy of %s: %s in the file, %s in the answer\n",
		row->field[0], text, listener->under_policy ? "one" : "none");
	return 1;
}

int lq_nl_differs_listener(const struct lq_row *row,
			   const struct lq_nl_listener *listener)
{
	int n = 0;

	if (!row)
		return 1;
	if (strcmp(lq_nl_local(listener), row->field[0])) {
		fprintf(stderr, "# %s in the file is %s in the answer\n",
			row->field[0], lq_nl_local(listener));
		n++;
	}
	return n + lq_nl_differs_sum(row, &listener->figures) +
	       differs(row, "id", listener->id) +
	       differs(row, "cgroup", listener->cgroup) +
	       differs(row, "inode", listener->inode) +
	       differs(row, "uid", listener->uid) +
	       differs_owner(row, listener) + differs_policy(row, listener);
}

int lq_nl_differs_totals(const struct lq_table *table,
			 const struct lq_nl_totals *totals)
{
	const struct lq_row *kernel = lq_row(table, "kernel");
	const struct lq_row *unattributed = lq_row(table, "unattributed");

	return lq_nl_differs_sum(lq_row(table, "closed"), &totals->closed) +
	       lq_nl_differs_sum(lq_row(table, "untracked"),
				 &totals->untracked) +
	       lq_nl_differs_sum(lq_row(table, "total"), &totals->total) +
	       differs_numbers(kernel, counter_columns, LISTENQ_A_COUNTERS_MAX,
			       totals->kernel) +
	       differs_numbers(unattributed, remainder_columns,
			       LISTENQ_A_REMAINDER_MAX, totals->unattributed);
}

static bool is_one_of(const char *name, const char *const *names, int first,
		      int last)
{
	for (int i = first; i <= last; i++)
		if (names[i] && !strcmp(name, names[i]))
			return true;
	return false;
}

/* Columns that the answers have no attribute for, or we forgot to compare */
static int unknown_columns(const struct lq_table *table)
{
	int n = 0;

	for (int i = 0; i < table->ncolumns; i++) {
		const char *name = table->column[i];

		if (is_one_of(name, counter_columns, 2,
			      LISTENQ_A_COUNTERS_MAX) ||
		    is_one_of(name, acceptq_columns, 2,
			      LISTENQ_A_ACCEPTQ_MAX) ||
		    is_one_of(name, synq_columns, 2, LISTENQ_A_SYNQ_MAX) ||
		    is_one_of(name, other_columns, 0, OTHER_COLUMNS - 1))
			continue;
		fprintf(stderr, "# column %s is in the file only\n", name);
		n++;
	}
	return n;
}

static const struct lq_row *row_of_id(const struct lq_table *table, u64 id)
{
	for (int i = 0; i < table->nrows; i++)
		if (lq_row_is_listener(&table->row[i]) &&
		    lq_num(&table->row[i], "id") == id)
			return &table->row[i];
	lq_error("no line with id %llu", id);
	return NULL;
}

static int listener_lines(const struct lq_table *table)
{
	int n = 0;

	for (int i = 0; i < table->nrows; i++)
		n += lq_row_is_listener(&table->row[i]);
	return n;
}

static int differs_get(struct lq_nl *nl, const struct lq_row *row, u64 id)
{
	struct lq_nl_listener listener;
	struct lq_nl_answer answer;

	if (lq_nl_get(nl, id, &listener, &answer) || answer.messages != 1) {
		fprintf(stderr, "# listener-get of %llu: %d, %u messages\n",
			id, answer.error, answer.messages);
		return 1;
	}
	return lq_nl_differs_listener(row, &listener);
}

static int differs_list(struct lq_nl *nl, const struct lq_table *table,
			const struct lq_nl_list *list)
{
	int n = 0;

	for (int i = 0; i < list->n; i++) {
		u64 id = list->listener[i].id;
		const struct lq_row *row = row_of_id(table, id);

		n += lq_nl_differs_listener(row, &list->listener[i]) +
		     differs_get(nl, row, id);
	}
	return n;
}

/* Everything, by dump and by get, beside one reading of the file */
static int differs_now(struct lq_nl *nl, const struct lq_table *table)
{
	struct lq_nl_totals totals;
	struct lq_nl_list list;
	int n;

	if (lq_nl_dump(nl, NULL, LQ_NL_BUFFER, &list) ||
	    lq_nl_get_totals(nl, &totals))
		return 1;
	n = unknown_columns(table) + lq_nl_differs_totals(table, &totals);
	if (list.n != listener_lines(table) ||
	    totals.listeners != (u64)list.n) {
		fprintf(stderr, "# %d listeners in the file, %d in the dump, %llu in the totals\n",
			listener_lines(table), list.n, totals.listeners);
		n++;
	}
	n += differs_list(nl, table, &list);
	if (list.answer.interrupted) {
		fputs("# the dump was interrupted\n", stderr);
		n++;
	}
	lq_nl_free(&list);
	return n;
}

bool lq_nl_same_table(const struct lq_table *a, const struct lq_table *b)
{
	if (!a || !b || a->nrows != b->nrows || a->ncolumns != b->ncolumns)
		return false;
	for (int i = 0; i < a->nrows; i++)
		for (int j = 0; j < a->row[i].nfields; j++)
			if (j >= b->row[i].nfields ||
			    strcmp(a->row[i].field[j], b->row[i].field[j]))
				return false;
	return true;
}

/*
 * The answers beside the file, when both were made between two readings of the
 * file that are alike: a request's timer may fire at any time.
 */
int lq_nl_differs(struct lq_nl *nl)
{
	enum { TRIES = 20 };
	bool quiet = false;
	int n = 1;

	for (int i = 0; i < TRIES && !quiet; i++) {
		struct lq_table *before = lq_read(), *after;

		if (!before)
			return 1;
		n = differs_now(nl, before);
		after = lq_read();
		quiet = lq_nl_same_table(before, after);
		lq_free(after);
		lq_free(before);
	}
	if (!quiet)
		lq_error("the file never stays as it is");
	return n;
}
