// SPDX-License-Identifier: GPL-2.0
/* From 6.2 on. */
#include <net/genetlink.h>

void probe(struct genl_family *family, const struct genl_split_ops *ops);

void probe(struct genl_family *family, const struct genl_split_ops *ops)
{
	family->split_ops = ops;
}
