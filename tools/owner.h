/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has a socket open, for listeners that are older than the module.
 */
#ifndef _LISTENQ_TOOL_OWNER_H
#define _LISTENQ_TOOL_OWNER_H

#include "base.h"

struct lq_holder;
struct lq_listener;
struct lq_set;

/**
 * struct lq_owners - the processes that have sockets open
 * @holders: they, in the order of inodes
 * @nr: how many
 * @read: /proc has been read
 */
struct lq_owners {
	struct lq_holder *holders;
	size_t nr;
	bool read;
};

bool lq_owner_known(const struct lq_listener *listener);
void lq_owners_find(struct lq_owners *owners, struct lq_listener *listener);
void lq_owners_find_all(struct lq_owners *owners, const struct lq_set *set);
void lq_owners_free(struct lq_owners *owners);

#endif
