// SPDX-License-Identifier: GPL-2.0
/*
 * In which order listeners are shown: what hurts most comes first.
 */
#include <stdlib.h>
#include <string.h>

#include "listener.h"
#include "names.h"
#include "set.h"
#include "sort.h"

/**
 * enum what - where the number is
 * @WHAT_COUNTER: among the counters
 * @WHAT_ACCEPTQ: of the accept queue
 * @WHAT_SYNQ: of the SYN queue
 * @WHAT_SOCKET: of the listener itself; the smallest comes first
 */
enum what {
	WHAT_COUNTER,
	WHAT_ACCEPTQ,
	WHAT_SYNQ,
	WHAT_SOCKET,
};

/**
 * struct lq_sort - an order
 * @key: on the command line
 * @what: where the number is
 * @type: its attribute
 */
struct lq_sort {
	const char *key;
	enum what what;
	unsigned int type;
};

static const struct lq_sort sorts[] = {
	{ "drops", WHAT_COUNTER, LISTENQ_A_COUNTERS_LISTEN_DROP },
	{ "overflow", WHAT_COUNTER, LISTENQ_A_COUNTERS_LISTEN_OVERFLOW },
	{ "syn", WHAT_COUNTER, LISTENQ_A_COUNTERS_SYN_RECEIVED },
	{ "cookies", WHAT_COUNTER, LISTENQ_A_COUNTERS_SYNCOOKIE_SENT },
	{ "acceptq", WHAT_ACCEPTQ, LISTENQ_A_ACCEPTQ_LEN },
	{ "acceptq-max", WHAT_ACCEPTQ, LISTENQ_A_ACCEPTQ_LIMIT },
	{ "acceptq-peak", WHAT_ACCEPTQ, LISTENQ_A_ACCEPTQ_PEAK },
	{ "synq", WHAT_SYNQ, LISTENQ_A_SYNQ_LEN },
	{ "synq-max", WHAT_SYNQ, LISTENQ_A_SYNQ_LIMIT },
	{ "synq-peak", WHAT_SYNQ, LISTENQ_A_SYNQ_PEAK },
	{ "id", WHAT_SOCKET, LISTENQ_A_LISTENER_ID },
	{ "port", WHAT_SOCKET, LISTENQ_A_LISTENER_PORT },
	{ "pid", WHAT_SOCKET, LISTENQ_A_LISTENER_PID },
	{ "uid", WHAT_SOCKET, LISTENQ_A_LISTENER_UID },
	{ "inode", WHAT_SOCKET, LISTENQ_A_LISTENER_INODE },
	{ "cgroup", WHAT_SOCKET, LISTENQ_A_LISTENER_CGROUP },
	{ }
};

/**
 * lq_sort_find() - an order by its key
 * @key: of the table above, or a counter's name
 *
 * Return: it, or NULL. The next call may change it.
 */
const struct lq_sort *lq_sort_find(const char *key)
{
	static struct lq_sort by_counter = { .what = WHAT_COUNTER };
	const struct lq_field *counter;
	const struct lq_sort *sort;

	for (sort = sorts; sort->key; sort++) {
		if (!strcmp(sort->key, key))
			return sort;
	}
	for (counter = lq_counters; counter->name; counter++) {
		if (strcmp(counter->name, key))
			continue;
		by_counter.type = counter->type;
		return &by_counter;
	}
	return NULL;
}

static u64 socket_value(const struct lq_listener *listener, unsigned int type)
{
	switch (type) {
	case LISTENQ_A_LISTENER_PORT:
		return listener->port;
	case LISTENQ_A_LISTENER_PID:
		return listener->pid;
	case LISTENQ_A_LISTENER_UID:
		return listener->uid;
	case LISTENQ_A_LISTENER_INODE:
		return listener->inode;
	case LISTENQ_A_LISTENER_CGROUP:
		return listener->cgroup;
	default:
		return listener->id;
	}
}

static u64 value_of(const struct lq_sort *sort,
		    const struct lq_listener *listener)
{
	switch (sort->what) {
	case WHAT_COUNTER:
		return listener->counters.value[sort->type];
	case WHAT_ACCEPTQ:
		return listener->acceptq.value[sort->type];
	case WHAT_SYNQ:
		return listener->synq.value[sort->type];
	default:
		return socket_value(listener, sort->type);
	}
}

static int compare(const void *one, const void *other, void *data)
{
	const struct lq_listener *a = *(struct lq_listener * const *)one;
	const struct lq_listener *b = *(struct lq_listener * const *)other;
	const struct lq_sort *sort = data;
	u64 first = value_of(sort, a), second = value_of(sort, b);

	if (first != second)
		return (first < second) == (sort->what == WHAT_SOCKET) ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/**
 * lq_sort_set() - sort listeners
 * @sort: in which order
 * @set: they; not to be searched any more
 */
void lq_sort_set(const struct lq_sort *sort, struct lq_set *set)
{
	if (set->nr)
		qsort_r(set->listeners, set->nr, sizeof(*set->listeners),
			compare, (void *)sort);
}
