// SPDX-License-Identifier: GPL-2.0
/*
 * In 7.x: why the segment was dropped.
 * Absent: static assertion failed
 */
#include <linux/build_bug.h>
#include <linux/skbuff.h>
#include <net/tcp.h>

static_assert(__same_type(tcp_check_req,
			  struct sock *(struct sock *, struct sk_buff *,
					struct request_sock *, bool, bool *,
					enum skb_drop_reason *)));
