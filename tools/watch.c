// SPDX-License-Identifier: GPL-2.0
/*
 * listenq watch: what happens, a second.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "filter.h"
#include "format.h"
#include "interrupt.h"
#include "listener.h"
#include "netlink.h"
#include "options.h"
#include "output.h"
#include "owner.h"
#include "screen.h"
#include "set.h"
#include "sort.h"
#include "table.h"

#define LQ_SECONDS_MIN 0.01
/* A day. */
#define LQ_SECONDS_MAX 86400.0

static const struct lq_column columns[] = {
	{ .title = "State", .left = true },
	{ .title = "Accept-Q" },
	{ .title = "Syn-Q" },
	{ .title = "Syn/s" },
	{ .title = "Drop/s" },
	{ .title = "Ovfl/s" },
	{ .title = "Accpt/s" },
	{ .title = "Cook/s" },
	{ .title = "Local Address:Port", .left = true },
};

static const unsigned int rates[] = {
	LISTENQ_A_COUNTERS_SYN_RECEIVED,
	LISTENQ_A_COUNTERS_LISTEN_DROP,
	LISTENQ_A_COUNTERS_LISTEN_OVERFLOW,
	LISTENQ_A_COUNTERS_ACCEPTED,
	LISTENQ_A_COUNTERS_SYNCOOKIE_SENT,
};

#define LQ_RATES ARRAY_SIZE(rates)
#define LQ_RATE_DROPS 1

/**
 * struct row - a listener and what became of it
 * @listener: as it is now
 * @rate: a second, in the order of rates[]
 * @known: which of them are known
 */
struct row {
	const struct lq_listener *listener;
	double rate[LQ_RATES];
	bool known[LQ_RATES];
};

/**
 * struct watch - what is watched
 * @options: how
 * @filter: which listeners
 * @module: whom to ask
 * @before: as they were
 * @time: when that was
 * @interval: between two looks, in seconds
 * @screen: there is one
 * @owners: of listeners that are older than the module
 */
struct watch {
	const struct lq_options *options;
	struct lq_filter filter;
	struct lq_netlink *module;
	struct lq_set before;
	struct timespec time;
	double interval;
	bool screen;
	struct lq_owners owners;
};

static double seconds_between(const struct timespec *from,
			      const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) +
	       (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

static void set_rates(struct row *row, const struct lq_listener *before,
		      double seconds)
{
	u64 was, is;
	size_t n;

	for (n = 0; n < LQ_RATES; n++) {
		row->known[n] =
			before && seconds > 0 &&
			lq_listener_count(before, rates[n], &was) &&
			lq_listener_count(row->listener, rates[n], &is) &&
			is >= was;
		if (row->known[n])
			row->rate[n] = (double)(is - was) / seconds;
	}
}

static int compare(const void *one, const void *other)
{
	const struct row *a = one, *b = other;
	u64 first = a->listener->acceptq.value[LISTENQ_A_ACCEPTQ_LEN];
	u64 second = b->listener->acceptq.value[LISTENQ_A_ACCEPTQ_LEN];

	if (a->rate[LQ_RATE_DROPS] != b->rate[LQ_RATE_DROPS])
		return a->rate[LQ_RATE_DROPS] > b->rate[LQ_RATE_DROPS] ? -1 : 1;
	if (first != second)
		return first > second ? -1 : 1;
	return a->listener->id < b->listener->id ? -1 : 1;
}

static void put_row(struct lq_table *table, const struct row *row,
		    const struct lq_options *options)
{
	const struct lq_listener *listener = row->listener;
	char local[LQ_LOCAL_SIZE], owner[LQ_OWNER_SIZE] = "";
	size_t n;

	lq_table_cell(table, "%s%s", lq_format_state(listener),
		      lq_format_mark(listener));
	lq_table_queue(table, &listener->acceptq, LISTENQ_A_ACCEPTQ_LEN,
		       LISTENQ_A_ACCEPTQ_LIMIT, LISTENQ_A_ACCEPTQ_ASKED);
	lq_table_queue(table, &listener->synq, LISTENQ_A_SYNQ_LEN,
		       LISTENQ_A_SYNQ_LIMIT, LISTENQ_A_SYNQ_ASKED);
	for (n = 0; n < LQ_RATES; n++) {
		if (row->known[n])
			lq_table_cell(table, "%.1f", row->rate[n]);
		else
			lq_table_cell(table, "-");
	}
	lq_format_local(local, sizeof(local), listener, options->numeric);
	if (options->processes)
		lq_format_owner(owner, sizeof(owner), listener);
	lq_table_cell(table, "%s%s%s", local, *owner ? " " : "", owner);
}

static void write_table(const struct row *rows, size_t nr,
			const struct watch *watch, FILE *to)
{
	struct lq_table table = {
		.columns = columns,
		.nr_columns = ARRAY_SIZE(columns),
	};
	size_t n;

	for (n = 0; n < nr; n++)
		put_row(&table, &rows[n], watch->options);
	lq_table_print(&table, to);
	lq_table_free(&table);
}

static void write_title(const struct lq_set *now, const struct watch *watch,
			FILE *to)
{
	struct timespec time;
	char text[LQ_TIME_SIZE];

	clock_gettime(CLOCK_REALTIME, &time);
	lq_format_time(text, sizeof(text),
		       time.tv_sec * 1000000000ULL + time.tv_nsec);
	fprintf(to, "%.19s  every %g s, %zu listeners%s\n", text,
		watch->interval, now->nr,
		now->changed ? ", some may be missing" : "");
}

static void write_all(const struct lq_set *now, const struct watch *watch,
		      double seconds, FILE *to)
{
	struct row *rows = lq_realloc(NULL, now->nr, sizeof(*rows));
	size_t n;

	memset(rows, 0, now->nr * sizeof(*rows));
	for (n = 0; n < now->nr; n++) {
		rows[n].listener = now->listeners[n];
		set_rates(&rows[n],
			  lq_set_find(&watch->before, rows[n].listener->id),
			  seconds);
	}
	if (!watch->options->sort)
		qsort(rows, now->nr, sizeof(*rows), compare);
	write_title(now, watch, to);
	write_table(rows, now->nr, watch, to);
	free(rows);
}

static int draw(const struct lq_set *now, const struct watch *watch,
		double seconds)
{
	char *text = NULL;
	size_t size;
	FILE *to;

	if (!watch->screen) {
		write_all(now, watch, seconds, stdout);
		putchar('\n');
		return lq_output_flush();
	}
	to = open_memstream(&text, &size);
	if (!to)
		return LQ_EXIT_FAILED;
	write_all(now, watch, seconds, to);
	if (!fclose(to))
		lq_screen_draw(text);
	free(text);
	return 0;
}

/* Rates are looked up by id, what is shown may have another order. */
static int draw_sorted(const struct lq_set *now, const struct watch *watch,
		       double seconds)
{
	struct lq_set sorted = *now;
	int status;

	if (!watch->options->sort)
		return draw(now, watch, seconds);
	sorted.listeners = lq_realloc(NULL, now->nr, sizeof(*now->listeners));
	if (now->nr)
		memcpy(sorted.listeners, now->listeners,
		       now->nr * sizeof(*now->listeners));
	lq_sort_set(watch->options->sort, &sorted);
	status = draw(&sorted, watch, seconds);
	free(sorted.listeners);
	return status;
}

static int look(struct watch *watch, struct lq_error *error, int *status)
{
	struct lq_set now = { 0 };
	struct timespec time;

	if (lq_set_load(&now, watch->module, &watch->filter, error)) {
		lq_set_clear(&now);
		return -1;
	}
	clock_gettime(CLOCK_MONOTONIC, &time);
	/* Processes come and go. What was before is only counted with. */
	lq_owners_free(&watch->owners);
	if (watch->options->processes)
		lq_owners_find_all(&watch->owners, &now);
	*status = draw_sorted(&now, watch, seconds_between(&watch->time, &time));
	lq_set_clear(&watch->before);
	watch->before = now;
	watch->time = time;
	return 0;
}

static int milliseconds_left(const struct watch *watch)
{
	struct timespec now;
	double left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = watch->interval - seconds_between(&watch->time, &now);
	return left > 0 ? (int)(left * 1000) + 1 : 0;
}

/* Whether to go on. */
static bool wait_for_next(const struct watch *watch)
{
	int left;

	while (!lq_interrupted && (left = milliseconds_left(watch)) > 0) {
		if (lq_wait(watch->screen ? STDIN_FILENO : -1, left) < 0 &&
		    errno == EPIPE)
			lq_output_broken();
		if (watch->screen && !lq_screen_key())
			return false;
	}
	return !lq_interrupted;
}

static int run(struct watch *watch, struct lq_error *error, int *status)
{
	watch->module = lq_netlink_open(error);
	if (!watch->module)
		return -1;
	lq_interrupt_catch();
	watch->screen = lq_screen_open();
	do {
		if (look(watch, error, status))
			return -1;
	} while (!*status && wait_for_next(watch));
	return 0;
}

/* No filter is a number. */
static bool is_number(const char *word, double *number)
{
	char *end;

	*number = strtod(word, &end);
	return end != word && !*end;
}

/* Takes the seconds off the words, if there are any. */
static int parse_seconds(struct watch *watch, int *nr, char ***words)
{
	double seconds;

	if (!*nr || !is_number(**words, &seconds))
		return 0;
	if (!(seconds >= LQ_SECONDS_MIN && seconds <= LQ_SECONDS_MAX))
		return lq_usage("watch: '%s': from %g to %g seconds", **words,
				LQ_SECONDS_MIN, LQ_SECONDS_MAX);
	watch->interval = seconds;
	--*nr;
	++*words;
	return 0;
}

/**
 * lq_watch() - the command `watch`
 * @options: how
 * @nr: how many words follow
 * @words: they: seconds, if any, and a filter
 *
 * Return: how the program ends.
 */
int lq_watch(const struct lq_options *options, int nr, char **words)
{
	struct watch watch = { .options = options, .interval = 1 };
	struct lq_error error;
	int failed, status = 0;

	if (parse_seconds(&watch, &nr, &words) ||
	    lq_filter_parse(&watch.filter, options, nr, words))
		return LQ_EXIT_USAGE;
	failed = run(&watch, &error, &status);
	if (watch.screen)
		lq_screen_close();
	lq_netlink_close(watch.module);
	lq_set_clear(&watch.before);
	lq_owners_free(&watch.owners);
	if (failed && !lq_interrupted)
		return lq_failed(&error);
	return status;
}
