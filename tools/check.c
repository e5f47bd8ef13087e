// SPDX-License-Identifier: GPL-2.0
/*
 * listenq check: whether listeners drop more than they may.
 */
#include <stdint.h>
#include <stdio.h>

#include "filter.h"
#include "json.h"
#include "listener.h"
#include "netlink.h"
#include "options.h"
#include "set.h"

/**
 * struct verdict - what is checked
 * @listeners: how many there are
 * @drops: of them all
 * @overflows: of them all
 * @max: how many of each may be
 * @passed: they are not more
 */
struct verdict {
	size_t listeners;
	u64 drops;
	u64 overflows;
	u64 max;
	bool passed;
};

static bool add(u64 *sum, const struct lq_listener *listener, unsigned int type)
{
	u64 value;
	bool known = lq_listener_count(listener, type, &value);

	if (__builtin_add_overflow(*sum, value, sum))
		*sum = UINT64_MAX;
	return known;
}

/* What is not counted cannot be vouched for. */
static int sum_up(const struct lq_set *set, struct verdict *verdict,
		  struct lq_error *error)
{
	size_t n;

	verdict->listeners = set->nr;
	for (n = 0; n < set->nr; n++) {
		if (!add(&verdict->drops, set->listeners[n],
			 LISTENQ_A_COUNTERS_LISTEN_DROP) ||
		    !add(&verdict->overflows, set->listeners[n],
			 LISTENQ_A_COUNTERS_LISTEN_OVERFLOW))
			return lq_error_set(error,
					    "this module does not count drops");
	}
	verdict->passed = set->nr && verdict->drops <= verdict->max &&
			  verdict->overflows <= verdict->max;
	return 0;
}

static void tell_json(const struct verdict *verdict)
{
	json_t *json = json_object();

	json_object_set_new(json, "ok", json_boolean(verdict->passed));
	json_object_set_new(json, "listeners",
			    lq_json_number(verdict->listeners));
	json_object_set_new(json, "listen_drop",
			    lq_json_number(verdict->drops));
	json_object_set_new(json, "listen_overflow",
			    lq_json_number(verdict->overflows));
	json_object_set_new(json, "max_drops", lq_json_number(verdict->max));
	lq_json_print(json);
}

static void tell(const struct verdict *verdict)
{
	if (!verdict->listeners) {
		printf("FAILED: no such listener\n");
		return;
	}
	printf("%s: listen_drop %llu, listen_overflow %llu, at most %llu each (%zu listener%s)\n",
	       verdict->passed ? "OK" : "FAILED", verdict->drops,
	       verdict->overflows, verdict->max, verdict->listeners,
	       verdict->listeners == 1 ? "" : "s");
}

static int judge(const struct lq_set *set, const struct lq_options *options)
{
	struct verdict verdict = { .max = options->max_drops };
	struct lq_error error;

	if (sum_up(set, &verdict, &error))
		return lq_failed(&error);
	if (options->json)
		tell_json(&verdict);
	else
		tell(&verdict);
	return verdict.passed ? LQ_EXIT_OK : LQ_EXIT_CHECK;
}

/**
 * lq_check() - the command `check`
 * @options: how
 * @nr: how many words follow
 * @words: they: a filter
 *
 * Return: how the program ends.
 */
int lq_check(const struct lq_options *options, int nr, char **words)
{
	struct lq_set set = { 0 };
	struct lq_filter filter;
	struct lq_error error;
	struct lq_netlink *netlink;
	int status;

	if (lq_filter_parse(&filter, options, nr, words))
		return LQ_EXIT_USAGE;
	/* A variable of a script that is empty must not check everything. */
	if (!filter.nr)
		return lq_usage("check: which listeners?");
	netlink = lq_netlink_open(&error);
	if (!netlink)
		return lq_failed(&error);
	if (lq_set_load(&set, netlink, &filter, &error))
		status = lq_failed(&error);
	else
		status = judge(&set, options);
	lq_set_note(&set);
	lq_netlink_close(netlink);
	lq_set_clear(&set);
	return status;
}
