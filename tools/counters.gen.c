// SPDX-License-Identifier: GPL-2.0
/* Made by gen-counters.py of module/listenq.yaml: do not edit. */
#include <stddef.h>

#include <linux/listenq.h>

#include "names.h"

const struct lq_field lq_counters[] = {
	{
		.type = LISTENQ_A_COUNTERS_SYN_RECEIVED,
		.name = "syn_received",
		.doc =
			"SYNs that reached the listener.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYN_QUEUED,
		.name = "syn_queued",
		.doc =
			"Requests put into the SYN queue.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYN_DUPLICATE,
		.name = "syn_duplicate",
		.doc =
			"SYNs dropped silently: the connection was there already.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNCOOKIE_SENT,
		.name = "syncookie_sent",
		.doc =
			"SYNs answered with a cookie. nstat: SyncookiesSent.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNCOOKIE_RECV,
		.name = "syncookie_recv",
		.doc =
			"ACKs that carried a good cookie. nstat: SyncookiesRecv.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNCOOKIE_FAILED,
		.name = "syncookie_failed",
		.doc =
			"ACKs that carried a bad cookie. nstat: SyncookiesFailed.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNQ_FULL_COOKIE,
		.name = "synq_full_cookie",
		.doc =
			"Cookies sent because the SYN queue was full.",
	},
	{
		.type = LISTENQ_A_COUNTERS_REQQ_FULL_COOKIE,
		.name = "reqq_full_cookie",
		.doc =
			"Decisions for a cookie, tcp_syncookies=2 included. nstat: TCPReqQFullDoCookies.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNQ_FULL_DROP,
		.name = "synq_full_drop",
		.doc =
			"SYNs dropped: SYN queue full, no cookies. nstat: TCPReqQFullDrop.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNQ_RESERVE_DROP,
		.name = "synq_reserve_drop",
		.doc =
			"SYNs dropped: rest of tcp_max_syn_backlog kept for proven peers.",
	},
	{
		.type = LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_SYN,
		.name = "acceptq_overflow_syn",
		.doc =
			"SYNs dropped: accept queue full.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYN_OTHER_DROP,
		.name = "syn_other_drop",
		.doc =
			"SYNs dropped: memory, route, authentication, closing.",
	},
	{
		.type = LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_ACK,
		.name = "acceptq_overflow_ack",
		.doc =
			"ACKs refused: accept queue full (cookie ACKs included).",
	},
	{
		.type = LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_COOKIE,
		.name = "acceptq_overflow_cookie",
		.doc =
			"Of acceptq_overflow_ack, ACKs that carried a cookie.",
	},
	{
		.type = LISTENQ_A_COUNTERS_ACCEPTQ_OVERFLOW_TFO,
		.name = "acceptq_overflow_tfo",
		.doc =
			"Fast Open children refused: accept queue full.",
	},
	{
		.type = LISTENQ_A_COUNTERS_LISTEN_DROP,
		.name = "listen_drop",
		.doc =
			"All drops of the listener. nstat: ListenDrops.",
	},
	{
		.type = LISTENQ_A_COUNTERS_ESTABLISHED,
		.name = "established",
		.doc =
			"Connections that entered the accept queue.",
	},
	{
		.type = LISTENQ_A_COUNTERS_ESTABLISHED_COOKIE,
		.name = "established_cookie",
		.doc =
			"Of established, by cookie.",
	},
	{
		.type = LISTENQ_A_COUNTERS_FASTOPEN_CHILD,
		.name = "fastopen_child",
		.doc =
			"Of established, by Fast Open.",
	},
	{
		.type = LISTENQ_A_COUNTERS_OVERFLOW_RESET,
		.name = "overflow_reset",
		.doc =
			"Requests reset because the accept queue was full.",
	},
	{
		.type = LISTENQ_A_COUNTERS_EMBRYONIC_RESET,
		.name = "embryonic_reset",
		.doc =
			"Requests reset while in the SYN queue. nstat: EmbryonicRsts.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNACK_RETRANS,
		.name = "synack_retrans",
		.doc =
			"SYN-ACKs sent again.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNQ_EXPIRED,
		.name = "synq_expired",
		.doc =
			"Requests given up after the last SYN-ACK.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNQ_OTHER,
		.name = "synq_other",
		.doc =
			"Requests that left the SYN queue otherwise.",
	},
	{
		.type = LISTENQ_A_COUNTERS_SYNQ_MIGRATED,
		.name = "synq_migrated",
		.doc =
			"Requests taken over from a closed listener of the group.",
	},
	{
		.type = LISTENQ_A_COUNTERS_ACCEPTQ_MIGRATED,
		.name = "acceptq_migrated",
		.doc =
			"Connections taken over from a closed listener of the group.",
	},
	{
		.type = LISTENQ_A_COUNTERS_DEFER_ACCEPT_DROP,
		.name = "defer_accept_drop",
		.doc =
			"Bare ACKs dropped by TCP_DEFER_ACCEPT. nstat: TCPDeferAcceptDrop.",
	},
	{
		.type = LISTENQ_A_COUNTERS_FASTOPEN_PASSIVE,
		.name = "fastopen_passive",
		.doc =
			"Fast Open SYNs that made a child. nstat: TCPFastOpenPassive.",
	},
	{
		.type = LISTENQ_A_COUNTERS_FASTOPEN_PASSIVE_FAIL,
		.name = "fastopen_passive_fail",
		.doc =
			"Fast Open SYNs that made none. nstat: TCPFastOpenPassiveFail.",
	},
	{
		.type = LISTENQ_A_COUNTERS_FASTOPEN_LISTEN_OVERFLOW,
		.name = "fastopen_listen_overflow",
		.doc =
			"Fast Open SYNs over the queue's limit. nstat: TCPFastOpenListenOverflow.",
	},
	{
		.type = LISTENQ_A_COUNTERS_FASTOPEN_COOKIE_REQD,
		.name = "fastopen_cookie_reqd",
		.doc =
			"SYNs that asked for a Fast Open cookie. nstat: TCPFastOpenCookieReqd.",
	},
	{
		.type = LISTENQ_A_COUNTERS_LISTEN_OVERFLOW,
		.name = "listen_overflow",
		.doc =
			"Refusals because of a full accept queue, at all stages: acceptq_overflow_syn, -ack and -tfo together. nstat: ListenOverflows.",
	},
	{
		.type = LISTENQ_A_COUNTERS_ACCEPTED,
		.name = "accepted",
		.doc =
			"Connections that left the accept queue by accept().",
	},
	{
		.type = LISTENQ_A_COUNTERS_POLICY_REFUSED,
		.name = "policy_refused",
		.doc =
			"SYNs that a policy refused before the kernel decided.",
	},
	{
		.type = LISTENQ_A_COUNTERS_POLICY_DROP,
		.name = "policy_drop",
		.doc =
			"Segments that a policy dropped where the kernel would not have.",
	},
	{
		.type = LISTENQ_A_COUNTERS_POLICY_RESET,
		.name = "policy_reset",
		.doc =
			"Segments that a policy answered with a RST.",
	},
	{
		.type = LISTENQ_A_COUNTERS_POLICY_COOKIE,
		.name = "policy_cookie",
		.doc =
			"Of syncookie_sent, cookies that a policy made the kernel send.",
	},
	{ }
};

const struct lq_field lq_remainders[] = {
	{
		.type = LISTENQ_A_REMAINDER_SYNCOOKIE_SENT,
		.name = "syncookie_sent",
		.doc =
			"The kernel's SyncookiesSent less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_SYNCOOKIE_RECV,
		.name = "syncookie_recv",
		.doc =
			"The kernel's SyncookiesRecv less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_SYNCOOKIE_FAILED,
		.name = "syncookie_failed",
		.doc =
			"The kernel's SyncookiesFailed less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_REQQ_FULL_COOKIE,
		.name = "reqq_full_cookie",
		.doc =
			"The kernel's TCPReqQFullDoCookies less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_SYNQ_FULL_DROP,
		.name = "synq_full_drop",
		.doc =
			"The kernel's TCPReqQFullDrop less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_LISTEN_DROP,
		.name = "listen_drop",
		.doc =
			"The kernel's ListenDrops less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_EMBRYONIC_RESET,
		.name = "embryonic_reset",
		.doc =
			"The kernel's EmbryonicRsts less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_DEFER_ACCEPT_DROP,
		.name = "defer_accept_drop",
		.doc =
			"The kernel's TCPDeferAcceptDrop less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_FASTOPEN_PASSIVE,
		.name = "fastopen_passive",
		.doc =
			"The kernel's TCPFastOpenPassive less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_FASTOPEN_PASSIVE_FAIL,
		.name = "fastopen_passive_fail",
		.doc =
			"The kernel's TCPFastOpenPassiveFail less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_FASTOPEN_LISTEN_OVERFLOW,
		.name = "fastopen_listen_overflow",
		.doc =
			"The kernel's TCPFastOpenListenOverflow less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_FASTOPEN_COOKIE_REQD,
		.name = "fastopen_cookie_reqd",
		.doc =
			"The kernel's TCPFastOpenCookieReqd less what the listeners account for. Events.",
	},
	{
		.type = LISTENQ_A_REMAINDER_LISTEN_OVERFLOW,
		.name = "listen_overflow",
		.doc =
			"The kernel's ListenOverflows less what the listeners account for. Events.",
	},
	{ }
};

const char * const lq_listener_names[LISTENQ_A_LISTENER_MAX + 1] = {
	[LISTENQ_A_LISTENER_PAD] = "pad",
	[LISTENQ_A_LISTENER_ID] = "id",
	[LISTENQ_A_LISTENER_FAMILY] = "family",
	[LISTENQ_A_LISTENER_ADDRESS4] = "address4",
	[LISTENQ_A_LISTENER_ADDRESS6] = "address6",
	[LISTENQ_A_LISTENER_PORT] = "port",
	[LISTENQ_A_LISTENER_V6ONLY] = "v6only",
	[LISTENQ_A_LISTENER_IFINDEX] = "ifindex",
	[LISTENQ_A_LISTENER_IFNAME] = "ifname",
	[LISTENQ_A_LISTENER_ACCEPTQ] = "acceptq",
	[LISTENQ_A_LISTENER_SYNQ] = "synq",
	[LISTENQ_A_LISTENER_COUNTERS] = "counters",
	[LISTENQ_A_LISTENER_HANDSHAKE_US] = "handshake-us",
	[LISTENQ_A_LISTENER_ACCEPT_WAIT_US] = "accept-wait-us",
	[LISTENQ_A_LISTENER_INODE] = "inode",
	[LISTENQ_A_LISTENER_UID] = "uid",
	[LISTENQ_A_LISTENER_CGROUP] = "cgroup",
	[LISTENQ_A_LISTENER_PID] = "pid",
	[LISTENQ_A_LISTENER_COMM] = "comm",
	[LISTENQ_A_LISTENER_SINCE] = "since",
	[LISTENQ_A_LISTENER_DROPS_ONLY] = "drops-only",
	[LISTENQ_A_LISTENER_POLICY] = "policy",
};

const char * const lq_kind_names[] = {
	[LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW] = "acceptq-overflow",
	[LISTENQ_EPISODE_KIND_SYNQ_FULL] = "synq-full",
	[LISTENQ_EPISODE_KIND_SYNCOOKIES] = "syncookies",
	NULL
};

const char * const lq_phase_names[] = {
	[LISTENQ_EPISODE_PHASE_BEGIN] = "begin",
	[LISTENQ_EPISODE_PHASE_PROGRESS] = "progress",
	[LISTENQ_EPISODE_PHASE_END] = "end",
	NULL
};

const char * const lq_way_names[] = {
	[LISTENQ_HOOK_WAY_OFF] = "off",
	[LISTENQ_HOOK_WAY_REPLACE] = "replace",
	[LISTENQ_HOOK_WAY_PROBE] = "probe",
	[LISTENQ_HOOK_WAY_ENTRY] = "entry",
	NULL
};

const char * const lq_exactness_names[] = {
	[LISTENQ_HOOK_EXACTNESS_NONE] = "none",
	[LISTENQ_HOOK_EXACTNESS_EXACT] = "exact",
	[LISTENQ_HOOK_EXACTNESS_APPROXIMATE] = "approximate",
	NULL
};

const char * const lq_overflow_names[] = {
	[LISTENQ_POLICY_OVERFLOW_DROP] = "drop",
	[LISTENQ_POLICY_OVERFLOW_RESET] = "reset",
	NULL
};

const char * const lq_syncookies_names[] = {
	[LISTENQ_POLICY_SYNCOOKIES_OFF] = "off",
	[LISTENQ_POLICY_SYNCOOKIES_AUTO] = "auto",
	[LISTENQ_POLICY_SYNCOOKIES_ALWAYS] = "always",
	NULL
};

const char * const lq_queue_names[] = {
	[LISTENQ_POLICY_QUEUE_SPLIT] = "split",
	[LISTENQ_POLICY_QUEUE_SINGLE] = "single",
	NULL
};

const char * const lq_admit_names[] = {
	[LISTENQ_POLICY_ADMIT_ALL] = "all",
	[LISTENQ_POLICY_ADMIT_DROP] = "drop",
	[LISTENQ_POLICY_ADMIT_RESET] = "reset",
	NULL
};

const char * const lq_change_names[] = {
	[LISTENQ_POLICY_CHANGE_SET] = "set",
	[LISTENQ_POLICY_CHANGE_DEL] = "del",
	[LISTENQ_POLICY_CHANGE_EXPIRE] = "expire",
	NULL
};
