/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counters of a listener, and the kernel's own that count the same events.
 *
 * Pure C: also compiled in user space.
 */
#ifndef _LISTENQ_COUNTER_H
#define _LISTENQ_COUNTER_H

/**
 * enum lq_counter - what is counted for a listener
 *
 * Unit: events.  Never reset.  What each counts stands in listenq.yaml, in the
 * same order and with the same names.
 */
enum lq_counter {
	LQ_SYN_RECEIVED,
	LQ_SYN_QUEUED,
	LQ_SYN_DUPLICATE,
	LQ_SYNCOOKIE_SENT,
	LQ_SYNCOOKIE_RECV,
	LQ_SYNCOOKIE_FAILED,
	LQ_SYNQ_FULL_COOKIE,
	LQ_REQQ_FULL_COOKIE,
	LQ_SYNQ_FULL_DROP,
	LQ_SYNQ_RESERVE_DROP,
	LQ_ACCEPTQ_OVERFLOW_SYN,
	LQ_SYN_OTHER_DROP,
	LQ_ACCEPTQ_OVERFLOW_ACK,
	LQ_ACCEPTQ_OVERFLOW_COOKIE,
	LQ_ACCEPTQ_OVERFLOW_TFO,
	LQ_LISTEN_DROP,
	LQ_ESTABLISHED,
	LQ_ESTABLISHED_COOKIE,
	LQ_FASTOPEN_CHILD,
	LQ_OVERFLOW_RESET,
	LQ_EMBRYONIC_RESET,
	LQ_SYNACK_RETRANS,
	LQ_SYNQ_EXPIRED,
	LQ_SYNQ_OTHER,
	LQ_SYNQ_MIGRATED,
	LQ_ACCEPTQ_MIGRATED,
	LQ_DEFER_ACCEPT_DROP,
	LQ_FASTOPEN_PASSIVE,
	LQ_FASTOPEN_PASSIVE_FAIL,
	LQ_FASTOPEN_LISTEN_OVERFLOW,
	LQ_FASTOPEN_COOKIE_REQD,
	LQ_POLICY_REFUSED,
	LQ_POLICY_DROP,
	LQ_POLICY_RESET,
	LQ_POLICY_COOKIE,
	LQ_COUNTER_NR
};

/**
 * enum lq_mib - counters of the namespace that a deciding function can move
 *
 * Named like the kernel's LINUX_MIB_*.
 */
enum lq_mib {
	LQ_MIB_LISTENOVERFLOWS,
	LQ_MIB_LISTENDROPS,
	LQ_MIB_TCPREQQFULLDOCOOKIES,
	LQ_MIB_TCPREQQFULLDROP,
	LQ_MIB_SYNCOOKIESSENT,
	LQ_MIB_SYNCOOKIESRECV,
	LQ_MIB_SYNCOOKIESFAILED,
	LQ_MIB_EMBRYONICRSTS,
	LQ_MIB_TCPDEFERACCEPTDROP,
	LQ_MIB_TCPFASTOPENPASSIVE,
	LQ_MIB_TCPFASTOPENPASSIVEFAIL,
	LQ_MIB_TCPFASTOPENLISTENOVERFLOW,
	LQ_MIB_TCPFASTOPENCOOKIEREQD,
	LQ_MIB_NR,
	LQ_MIB_NONE = LQ_MIB_NR
};

/**
 * struct lq_counter_info - a counter, for people
 * @name: as shown
 * @mib: the kernel's counter that the sum over all listeners of a namespace
 *	equals, or LQ_MIB_NONE
 */
struct lq_counter_info {
	const char *name;
	enum lq_mib mib;
};

extern const struct lq_counter_info lq_counters[LQ_COUNTER_NR];

#endif /* _LISTENQ_COUNTER_H */
