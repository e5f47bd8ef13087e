// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.2 on.
 * Absent: no member named 'split_ops'
 */
#include <net/genetlink.h>

static void __maybe_unused probe(struct genl_family *family,
				 const struct genl_split_ops *ops)
{
	family->split_ops = ops;
}
