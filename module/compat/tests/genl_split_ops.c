// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.2 on.
 * Absent: no member named 'split_ops'
 */
#include <net/genetlink.h>

struct genl_split_ops;

void probe(struct genl_family *family, const struct genl_split_ops *ops);

void probe(struct genl_family *family, const struct genl_split_ops *ops)
{
	family->split_ops = ops;
}
