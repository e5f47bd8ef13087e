/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP's own functions that a policy calls: what differs between kernels.
 *
 * LQ_HAVE_* come from the feature tests in compat/tests.
 */
#ifndef _LISTENQ_COMPAT_TCP_H
#define _LISTENQ_COMPAT_TCP_H

#include <net/request_sock.h>
#include <net/tcp.h>

/* From 6.10 on a RST has a reason. */
#ifdef LQ_HAVE_SEND_RESET_REASON
#include <net/rstreason.h>
#define lq_send_reset(ops, sk, skb) \
	((ops)->send_reset(sk, skb, SK_RST_REASON_NOT_SPECIFIED))
#else
#define lq_send_reset(ops, sk, skb) ((ops)->send_reset(sk, skb))
#endif

/*
 * Stable kernels of 2026 join the sequence number and the offset of the
 * timestamps.
 */
static inline u32 lq_initial_seq(const struct tcp_request_sock_ops *ops,
				 const struct net *net,
				 const struct sk_buff *skb)
{
#ifdef LQ_HAVE_INIT_SEQ_AND_TS_OFF
	return ops->init_seq_and_ts_off(net, skb).seq;
#else
	return ops->init_seq(skb);
#endif
}

/* From 5.14 on a request can be another, closed, listener's. */
static inline void lq_count_migrate_failure(struct net *net)
{
#ifdef LQ_HAVE_MIGRATE_REQ
	__NET_INC_STATS(net, LINUX_MIB_TCPMIGRATEREQFAILURE);
#endif
}

#endif /* _LISTENQ_COMPAT_TCP_H */
