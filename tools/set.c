// SPDX-License-Identifier: GPL-2.0
/*
 * The listeners that a command is about, read from the module.
 */
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "filter.h"
#include "listener.h"
#include "netlink.h"
#include "set.h"

/* A set that always changes is better shown than not. */
#define LQ_TRIES 4

/**
 * struct loading - a dump under way
 * @set: what is read
 * @filter: what is wanted
 */
struct loading {
	struct lq_set *set;
	const struct lq_filter *filter;
};

/* Where a listener is, or would be. */
static size_t position(const struct lq_set *set, u64 id)
{
	size_t low = 0, high = set->nr;

	/* They come in order. */
	if (high && set->listeners[high - 1]->id < id)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->listeners[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct lq_set *set, size_t at, u64 id)
{
	return at < set->nr && set->listeners[at]->id == id;
}

/**
 * lq_set_find() - a listener by its id
 * @set: where
 * @id: its id
 *
 * Return: it, or NULL.
 */
struct lq_listener *lq_set_find(const struct lq_set *set, u64 id)
{
	size_t at = position(set, id);

	return is_at(set, at, id) ? set->listeners[at] : NULL;
}

static void insert(struct lq_set *set, size_t at, struct lq_listener *listener)
{
	if (set->nr == set->size) {
		set->size = set->size ? 2 * set->size : 64;
		set->listeners = lq_realloc(set->listeners, set->size,
					    sizeof(*set->listeners));
	}
	memmove(&set->listeners[at + 1], &set->listeners[at],
		(set->nr - at) * sizeof(*set->listeners));
	set->listeners[at] = listener;
	set->nr++;
}

/**
 * lq_set_add() - add a listener, or replace it
 * @set: where to
 * @listener: is copied
 *
 * Return: the copy.
 */
struct lq_listener *lq_set_add(struct lq_set *set,
			       const struct lq_listener *listener)
{
	size_t at = position(set, listener->id);

	/* One without an id is like no other. */
	if (!lq_has(listener->have, LISTENQ_A_LISTENER_ID) ||
	    !is_at(set, at, listener->id))
		insert(set, at, lq_realloc(NULL, 1, sizeof(*listener)));
	*set->listeners[at] = *listener;
	return set->listeners[at];
}

/**
 * lq_set_remove() - remove a listener
 * @set: from where
 * @id: which; need not be there
 */
void lq_set_remove(struct lq_set *set, u64 id)
{
	size_t at = position(set, id);

	if (!is_at(set, at, id))
		return;
	free(set->listeners[at]);
	set->nr--;
	memmove(&set->listeners[at], &set->listeners[at + 1],
		(set->nr - at) * sizeof(*set->listeners));
}

/**
 * lq_set_clear() - remove all listeners
 * @set: empty afterwards
 */
void lq_set_clear(struct lq_set *set)
{
	while (set->nr)
		free(set->listeners[--set->nr]);
	free(set->listeners);
	memset(set, 0, sizeof(*set));
}

static int one_listener(const struct nlmsghdr *nlh, void *data,
			struct lq_error *error)
{
	struct loading *loading = data;
	struct lq_listener listener;

	if (lq_parse_listener(nlh, &listener, error))
		return -1;
	if (lq_filter_match(loading->filter, &listener))
		lq_set_add(loading->set, &listener);
	return 0;
}

static enum lq_answer load_once(struct lq_netlink *netlink,
				struct loading *loading,
				struct lq_error *error)
{
	struct nlmsghdr *nlh = lq_netlink_request(netlink,
						  LISTENQ_CMD_LISTENER_GET,
						  NLM_F_DUMP);

	lq_filter_put(loading->filter, nlh);
	return lq_netlink_run(netlink, one_listener, loading, error);
}

/**
 * lq_set_load() - read listeners from the module
 * @set: set; what was in it is forgotten
 * @netlink: the module
 * @filter: which
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_set_load(struct lq_set *set, struct lq_netlink *netlink,
		const struct lq_filter *filter, struct lq_error *error)
{
	struct loading loading = { .set = set, .filter = filter };
	enum lq_answer answer;
	int tries = 0;

	do {
		lq_set_clear(set);
		answer = load_once(netlink, &loading, error);
	} while (answer == LQ_ANSWER_CHANGED && ++tries < LQ_TRIES);
	set->changed = answer == LQ_ANSWER_CHANGED;
	return answer == LQ_ANSWER_ERROR ? -1 : 0;
}

/**
 * lq_set_note() - tell when what was read may not be all
 * @set: what was read
 */
void lq_set_note(const struct lq_set *set)
{
	if (set->changed)
		lq_note("listeners came and went all the while: some may be missing");
}

static int that_listener(const struct nlmsghdr *nlh, void *data,
			 struct lq_error *error)
{
	return lq_parse_listener(nlh, data, error);
}

/**
 * lq_get_listener() - read one listener from the module
 * @netlink: the module
 * @id: which
 * @listener: set
 *
 * Return: 0, or -1 when it cannot be had.
 */
int lq_get_listener(struct lq_netlink *netlink, u64 id,
		    struct lq_listener *listener)
{
	struct nlmsghdr *nlh = lq_netlink_request(netlink,
						  LISTENQ_CMD_LISTENER_GET,
						  NLM_F_ACK);
	struct lq_error error;

	memset(listener, 0, sizeof(*listener));
	mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_ID, id);
	if (lq_netlink_run(netlink, that_listener, listener, &error))
		return -1;
	return listener->id == id ? 0 : -1;
}
