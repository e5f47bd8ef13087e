// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.7 on; genl_dumpit_info()->attrs before.
 * Absent: 'genl_info_dump'|'->'|'int'
 */
#include <net/genetlink.h>

struct nlattr **probe(struct netlink_callback *cb);

struct nlattr **probe(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}
