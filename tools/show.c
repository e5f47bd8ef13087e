// SPDX-License-Identifier: GPL-2.0
/*
 * listenq show: the listeners of this moment.
 */
#include "filter.h"
#include "format.h"
#include "json.h"
#include "listener.h"
#include "netlink.h"
#include "options.h"
#include "owner.h"
#include "set.h"
#include "show.h"
#include "sort.h"
#include "table.h"

static const struct lq_column columns[] = {
	{ .title = "State", .left = true },
	{ .title = "Accept-Q" },
	{ .title = "Peak" },
	{ .title = "Syn-Q" },
	{ .title = "Peak" },
	{ .title = "Drops" },
	{ .title = "Overflow" },
	{ .title = "Local Address:Port", .left = true },
};

static void put_counter(struct lq_table *table,
			const struct lq_listener *listener, unsigned int type)
{
	u64 value;
	bool known = lq_listener_count(listener, type, &value);

	lq_table_number(table, known, value);
}

static void put_peak(struct lq_table *table, const struct lq_queue *queue,
		     unsigned int type)
{
	lq_table_number(table, lq_has(queue->have, type), queue->value[type]);
}

static void put_row(struct lq_table *table, const struct lq_listener *listener,
		    const struct lq_options *options)
{
	char local[LQ_LOCAL_SIZE], owner[LQ_OWNER_SIZE] = "";

	lq_table_cell(table, "%s%s", lq_format_state(listener),
		      lq_format_mark(listener));
	lq_table_queue(table, &listener->acceptq, LISTENQ_A_ACCEPTQ_LEN,
		       LISTENQ_A_ACCEPTQ_LIMIT, LISTENQ_A_ACCEPTQ_ASKED);
	put_peak(table, &listener->acceptq, LISTENQ_A_ACCEPTQ_PEAK);
	lq_table_queue(table, &listener->synq, LISTENQ_A_SYNQ_LEN,
		       LISTENQ_A_SYNQ_LIMIT, LISTENQ_A_SYNQ_ASKED);
	put_peak(table, &listener->synq, LISTENQ_A_SYNQ_PEAK);
	put_counter(table, listener, LISTENQ_A_COUNTERS_LISTEN_DROP);
	put_counter(table, listener, LISTENQ_A_COUNTERS_LISTEN_OVERFLOW);
	lq_format_local(local, sizeof(local), listener, options->numeric);
	if (options->processes)
		lq_format_owner(owner, sizeof(owner), listener);
	lq_table_cell(table, "%s%s%s", local, *owner ? " " : "", owner);
}

static void show_table(const struct lq_set *set,
		       const struct lq_options *options)
{
	struct lq_table table = {
		.columns = columns,
		.nr_columns = ARRAY_SIZE(columns),
	};
	size_t n;

	for (n = 0; n < set->nr; n++)
		put_row(&table, set->listeners[n], options);
	lq_table_print(&table, stdout);
	lq_table_free(&table);
}

static void show_details(const struct lq_set *set,
			 const struct lq_options *options)
{
	size_t n;

	for (n = 0; n < set->nr; n++) {
		if (options->oneline) {
			lq_print_oneline(set->listeners[n], options);
			continue;
		}
		if (n)
			putchar('\n');
		lq_print_details(set->listeners[n], options);
	}
}

static void show_set(struct lq_set *set, const struct lq_options *options)
{
	struct lq_owners owners = { 0 };

	if (options->processes)
		lq_owners_find_all(&owners, set);
	if (options->sort)
		lq_sort_set(options->sort, set);
	if (options->json)
		lq_json_print(lq_json_set(set));
	else if (options->details || options->oneline)
		show_details(set, options);
	else
		show_table(set, options);
	lq_owners_free(&owners);
}

/**
 * lq_show() - the command `show`
 * @options: how
 * @nr: how many words follow
 * @words: they: a filter
 *
 * Return: how the program ends.
 */
int lq_show(const struct lq_options *options, int nr, char **words)
{
	struct lq_set set = { 0 };
	struct lq_filter filter;
	struct lq_error error;
	struct lq_netlink *netlink;
	int failed;

	if (lq_filter_parse(&filter, options, nr, words))
		return LQ_EXIT_USAGE;
	netlink = lq_netlink_open(&error);
	if (!netlink)
		return lq_failed(&error);
	failed = lq_set_load(&set, netlink, &filter, &error);
	lq_netlink_close(netlink);
	if (!failed) {
		show_set(&set, options);
		lq_set_note(&set);
	}
	lq_set_clear(&set);
	return failed ? lq_failed(&error) : LQ_EXIT_OK;
}
