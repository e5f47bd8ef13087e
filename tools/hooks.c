// SPDX-License-Identifier: GPL-2.0
/*
 * listenq hooks: how the module watches the kernel's functions.
 */
#include <string.h>

#include <libmnl/libmnl.h>

#include "format.h"
#include "json.h"
#include "listener.h"
#include "names.h"
#include "netlink.h"
#include "options.h"
#include "table.h"

static const struct lq_column columns[] = {
	{ .title = "Function", .left = true },
	{ .title = "Way", .left = true },
	{ .title = "Exactness", .left = true },
	{ .title = "Hits" },
	{ .title = "Missed" },
};

/**
 * struct output - where hooks go
 * @json: an array; NULL: none is wanted
 * @table: the table
 */
struct output {
	json_t *json;
	struct lq_table table;
};

static void put_row(struct lq_table *table, const struct lq_hook *hook)
{
	char function[4 * sizeof(hook->function)] = "-";
	char way[LQ_ENUM_SIZE] = "-", exactness[LQ_ENUM_SIZE] = "-";

	if (*hook->function)
		lq_format_bytes(function, sizeof(function), hook->function,
				strlen(hook->function));
	if (lq_has(hook->have, LISTENQ_A_HOOK_WAY))
		lq_format_enum(way, sizeof(way), lq_way_names, hook->way);
	if (lq_has(hook->have, LISTENQ_A_HOOK_EXACTNESS))
		lq_format_enum(exactness, sizeof(exactness),
			       lq_exactness_names, hook->exactness);
	lq_table_cell(table, "%s", function);
	lq_table_cell(table, "%s", way);
	lq_table_cell(table, "%s", exactness);
	lq_table_number(table, lq_has(hook->have, LISTENQ_A_HOOK_HITS),
			hook->hits);
	lq_table_number(table, lq_has(hook->have, LISTENQ_A_HOOK_MISSED),
			hook->missed);
}

static int one_hook(const struct nlmsghdr *nlh, void *data,
		    struct lq_error *error)
{
	struct output *output = data;
	struct lq_hook hook;

	if (lq_parse_hook(nlh, &hook, error))
		return -1;
	if (output->json)
		json_array_append_new(output->json, lq_json_hook(&hook));
	else
		put_row(&output->table, &hook);
	return 0;
}

static int read_hooks(struct output *output, struct lq_error *error)
{
	struct lq_netlink *netlink = lq_netlink_open(error);
	enum lq_answer answer;

	if (!netlink)
		return -1;
	lq_netlink_request(netlink, LISTENQ_CMD_HOOK_GET, NLM_F_DUMP);
	answer = lq_netlink_run(netlink, one_hook, output, error);
	lq_netlink_close(netlink);
	return answer == LQ_ANSWER_ERROR ? -1 : 0;
}

/**
 * lq_hooks() - the command `hooks`
 * @options: how
 * @nr: how many words follow
 * @words: they: none
 *
 * Return: how the program ends.
 */
int lq_hooks(const struct lq_options *options, int nr, char **words)
{
	struct output output = {
		.json = options->json ? json_array() : NULL,
		.table.columns = columns,
		.table.nr_columns = ARRAY_SIZE(columns),
	};
	struct lq_error error;
	int failed;

	if (nr)
		return lq_usage("hooks: what is '%s'?", *words);
	failed = read_hooks(&output, &error);
	if (!failed && output.json)
		lq_json_print(json_incref(output.json));
	else if (!failed)
		lq_table_print(&output.table, stdout);
	lq_table_free(&output.table);
	json_decref(output.json);
	return failed ? lq_failed(&error) : LQ_EXIT_OK;
}
