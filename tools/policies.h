/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policies that a command is about.
 */
#ifndef _LISTENQ_TOOL_POLICIES_H
#define _LISTENQ_TOOL_POLICIES_H

#include "base.h"
#include "error.h"

struct lq_netlink;
struct lq_policy;

/**
 * struct lq_policies - policies
 * @policies: they, as they came
 * @nr: how many
 * @size: room
 * @changed: policies came or went while they were read
 */
struct lq_policies {
	struct lq_policy *policies;
	size_t nr;
	size_t size;
	bool changed;
};

void lq_policies_add(struct lq_policies *policies,
		     const struct lq_policy *policy);
const struct lq_policy *lq_policies_find(const struct lq_policies *policies,
					 const struct lq_policy *key);
void lq_policies_clear(struct lq_policies *policies);
int lq_policies_load(struct lq_policies *policies, struct lq_netlink *netlink,
		     struct lq_error *error);

#endif
