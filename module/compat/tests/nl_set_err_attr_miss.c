// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.0 on.
 * Absent: 'NL_SET_ERR_ATTR_MISS'
 */
#include <linux/netlink.h>

void probe(struct netlink_ext_ack *extack);

void probe(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_ATTR_MISS(extack, NULL, 1);
}
