/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The listeners that a command is about.
 */
#ifndef _LISTENQ_TOOL_SET_H
#define _LISTENQ_TOOL_SET_H

#include "base.h"
#include "error.h"

struct lq_filter;
struct lq_listener;
struct lq_netlink;

/**
 * struct lq_set - listeners
 * @listeners: they, in the order of their ids
 * @nr: how many
 * @size: room
 * @changed: listeners came or went while they were read
 */
struct lq_set {
	struct lq_listener **listeners;
	size_t nr;
	size_t size;
	bool changed;
};

int lq_set_load(struct lq_set *set, struct lq_netlink *netlink,
		const struct lq_filter *filter, struct lq_error *error);
void lq_set_note(const struct lq_set *set);
void lq_set_clear(struct lq_set *set);
struct lq_listener *lq_set_find(const struct lq_set *set, u64 id);
struct lq_listener *lq_set_add(struct lq_set *set,
			       const struct lq_listener *listener);
void lq_set_remove(struct lq_set *set, u64 id);
int lq_get_listener(struct lq_netlink *netlink, u64 id,
		    struct lq_listener *listener);

#endif
