// SPDX-License-Identifier: GPL-2.0
/*
 * listenq totals: the sums over a namespace, beside what the kernel counted.
 */
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "format.h"
#include "histogram.h"
#include "json.h"
#include "listener.h"
#include "names.h"
#include "netlink.h"
#include "options.h"
#include "table.h"
#include "totals.h"

static const struct lq_column columns[] = {
	{ .title = "Counter", .left = true },
	{ .title = "Closed" },
	{ .title = "Untracked" },
	{ .title = "Total" },
	{ .title = "Kernel" },
	{ .title = "Unattributed" },
};

/**
 * struct row - one row of the table
 * @name: its name
 * @known: which figures there are
 * @figure: closed, untracked, total, kernel
 * @rest: what is unattributed
 * @rest_known: whether that is known
 */
struct row {
	const char *name;
	bool known[4];
	u64 figure[4];
	s64 rest;
	bool rest_known;
};

static void put_row(struct lq_table *table, const struct row *row, bool all)
{
	bool zero = !row->rest;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(row->figure); n++)
		zero &= !row->figure[n];
	if (zero && !all)
		return;
	lq_table_cell(table, "%s", row->name);
	for (n = 0; n < ARRAY_SIZE(row->figure); n++)
		lq_table_number(table, row->known[n], row->figure[n]);
	if (row->rest_known)
		lq_table_cell(table, "%lld", row->rest);
	else
		lq_table_cell(table, "-");
}

static void set_figure(struct row *row, size_t n, u64 have, const u64 *value,
		       unsigned int type)
{
	row->known[n] = lq_has(have, type);
	row->figure[n] = value[type];
}

static void set_rest(struct row *row, const struct lq_counts *unattributed)
{
	const struct lq_field *field;

	for (field = lq_remainders; field->name; field++) {
		if (strcmp(field->name, row->name))
			continue;
		row->rest_known = lq_has(unattributed->have, field->type);
		row->rest = unattributed->value[field->type];
	}
}

static void put_counters(struct lq_table *table,
			 const struct lq_totals *totals, bool all)
{
	const struct lq_counts *counts[] = {
		&totals->closed.counters, &totals->untracked.counters,
		&totals->total.counters, &totals->kernel,
	};
	const struct lq_field *field;
	size_t n;

	for (field = lq_counters; field->name; field++) {
		struct row row = { .name = field->name };

		for (n = 0; n < ARRAY_SIZE(counts); n++)
			set_figure(&row, n, counts[n]->have, counts[n]->value,
				   field->type);
		set_rest(&row, &totals->unattributed);
		put_row(table, &row, all);
	}
}

static void put_queue(struct lq_table *table, const char *name,
		      const struct lq_queue *closed,
		      const struct lq_queue *total, unsigned int type, bool all)
{
	struct row row = { .name = name };

	set_figure(&row, 0, closed->have, closed->value, type);
	set_figure(&row, 2, total->have, total->value, type);
	put_row(table, &row, all);
}

static void put_queues(struct lq_table *table, const struct lq_totals *totals,
		       bool all)
{
	const struct lq_listener *closed = &totals->closed;
	const struct lq_listener *total = &totals->total;

	put_queue(table, "acceptq", &closed->acceptq, &total->acceptq,
		  LISTENQ_A_ACCEPTQ_LEN, all);
	put_queue(table, "acceptq_peak", &closed->acceptq, &total->acceptq,
		  LISTENQ_A_ACCEPTQ_PEAK, all);
	put_queue(table, "acceptq_start", &closed->acceptq, &total->acceptq,
		  LISTENQ_A_ACCEPTQ_START, all);
	put_queue(table, "acceptq_discarded", &closed->acceptq, &total->acceptq,
		  LISTENQ_A_ACCEPTQ_DISCARDED, all);
	put_queue(table, "synq", &closed->synq, &total->synq,
		  LISTENQ_A_SYNQ_LEN, all);
	put_queue(table, "synq_young", &closed->synq, &total->synq,
		  LISTENQ_A_SYNQ_YOUNG, all);
	put_queue(table, "synq_peak", &closed->synq, &total->synq,
		  LISTENQ_A_SYNQ_PEAK, all);
	put_queue(table, "synq_start", &closed->synq, &total->synq,
		  LISTENQ_A_SYNQ_START, all);
}

static void print_title(const struct lq_totals *totals)
{
	char version[4 * sizeof(totals->version)], since[LQ_TIME_SIZE] = "-";

	lq_format_bytes(version, sizeof(version), totals->version,
			strlen(totals->version));
	if (lq_has(totals->have, LISTENQ_A_TOTALS_SINCE))
		lq_format_time(since, sizeof(since), totals->since);
	printf("version %s, counting since %s\n",
	       *version ? version : "-", since);
	if (lq_has(totals->have, LISTENQ_A_TOTALS_LISTENERS))
		printf("%u listeners, ", totals->listeners);
	if (lq_has(totals->have, LISTENQ_A_TOTALS_EVENTS))
		printf("%llu events, ", totals->events);
	if (lq_has(totals->have, LISTENQ_A_TOTALS_EVENTS_LOST))
		printf("%llu lost", totals->events_lost);
	putchar('\n');
}

static void show(const struct lq_totals *totals,
		 const struct lq_options *options)
{
	struct lq_table table = {
		.columns = columns,
		.nr_columns = ARRAY_SIZE(columns),
	};

	print_title(totals);
	put_queues(&table, totals, options->all);
	put_counters(&table, totals, options->all);
	lq_table_print(&table, stdout);
	lq_table_free(&table);
	if (!options->details)
		return;
	lq_histogram_print("handshake", &totals->total.handshake);
	lq_histogram_print("accept wait", &totals->total.accept_wait);
}

static int that_message(const struct nlmsghdr *nlh, void *data,
			struct lq_error *error)
{
	return lq_parse_totals(nlh, data, error);
}

/**
 * lq_totals_load() - read the sums from the module
 * @totals: set
 * @netlink: the module
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_totals_load(struct lq_totals *totals, struct lq_netlink *netlink,
		   struct lq_error *error)
{
	memset(totals, 0, sizeof(*totals));
	lq_netlink_request(netlink, LISTENQ_CMD_TOTALS_GET, NLM_F_ACK);
	if (lq_netlink_run(netlink, that_message, totals, error) < 0)
		return -1;
	return 0;
}

/**
 * lq_totals() - the command `totals`
 * @options: how
 * @nr: how many words follow
 * @words: they: none
 *
 * Return: how the program ends.
 */
int lq_totals(const struct lq_options *options, int nr, char **words)
{
	struct lq_totals totals;
	struct lq_netlink *netlink;
	struct lq_error error;
	int failed;

	if (nr)
		return lq_usage("totals: what is '%s'?", *words);
	netlink = lq_netlink_open(&error);
	if (!netlink)
		return lq_failed(&error);
	failed = lq_totals_load(&totals, netlink, &error);
	lq_netlink_close(netlink);
	if (failed)
		return lq_failed(&error);
	if (options->json)
		lq_json_print(lq_json_totals(&totals));
	else
		show(&totals, options);
	return LQ_EXIT_OK;
}
