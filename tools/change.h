/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changing the module's policies.
 */
#ifndef _LISTENQ_TOOL_CHANGE_H
#define _LISTENQ_TOOL_CHANGE_H

#include "error.h"

struct lq_netlink;
struct lq_policies;
struct lq_policy;

int lq_change_all(struct lq_netlink *netlink, const struct lq_policies *wanted);
int lq_change_del(struct lq_netlink *netlink, const struct lq_policy *key,
		  struct lq_error *error);

#endif
