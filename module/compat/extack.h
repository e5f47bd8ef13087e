/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extended ACKs: what differs between kernels.
 */
#ifndef _LISTENQ_COMPAT_EXTACK_H
#define _LISTENQ_COMPAT_EXTACK_H

#include <linux/netlink.h>

/* From 6.0 on an extended ACK can name the attribute that is missing. */
static inline void lq_set_attr_missing(struct netlink_ext_ack *extack, int type)
{
#ifdef LQ_HAVE_NL_SET_ERR_ATTR_MISS
	NL_SET_ERR_ATTR_MISS(extack, NULL, type);
#endif
}

#endif /* _LISTENQ_COMPAT_EXTACK_H */
