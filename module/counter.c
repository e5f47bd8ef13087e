// SPDX-License-Identifier: GPL-2.0
/*
 * The names of the counters and what they count.
 */
#include "counter.h"

const struct lq_counter_info lq_counters[LQ_COUNTER_NR] = {
	[LQ_SYN_RECEIVED] = {
		.name = "syn_received",
		.doc = "SYNs that reached the listener",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYN_QUEUED] = {
		.name = "syn_queued",
		.doc = "requests put into the SYN queue",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYN_DUPLICATE] = {
		.name = "syn_duplicate",
		.doc = "SYNs dropped silently: the connection was there already",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNCOOKIE_SENT] = {
		.name = "syncookie_sent",
		.doc = "SYNs answered with a cookie",
		.mib = LQ_MIB_SYNCOOKIESSENT,
	},
	[LQ_SYNCOOKIE_RECV] = {
		.name = "syncookie_recv",
		.doc = "ACKs that carried a good cookie",
		.mib = LQ_MIB_SYNCOOKIESRECV,
	},
	[LQ_SYNCOOKIE_FAILED] = {
		.name = "syncookie_failed",
		.doc = "ACKs that carried a bad cookie",
		.mib = LQ_MIB_SYNCOOKIESFAILED,
	},
	[LQ_SYNQ_FULL_COOKIE] = {
		.name = "synq_full_cookie",
		.doc = "cookies sent because the SYN queue was full",
		.mib = LQ_MIB_NONE,
	},
	[LQ_REQQ_FULL_COOKIE] = {
		.name = "reqq_full_cookie",
		.doc = "decisions for a cookie, tcp_syncookies=2 included",
		.mib = LQ_MIB_TCPREQQFULLDOCOOKIES,
	},
	[LQ_SYNQ_FULL_DROP] = {
		.name = "synq_full_drop",
		.doc = "SYNs dropped: SYN queue full, no cookies",
		.mib = LQ_MIB_TCPREQQFULLDROP,
	},
	[LQ_SYNQ_RESERVE_DROP] = {
		.name = "synq_reserve_drop",
		.doc = "SYNs dropped: rest of tcp_max_syn_backlog kept for proven peers",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_SYN] = {
		.name = "acceptq_overflow_syn",
		.doc = "SYNs dropped: accept queue full",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYN_OTHER_DROP] = {
		.name = "syn_other_drop",
		.doc = "SYNs dropped: memory, route, authentication, closing",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_ACK] = {
		.name = "acceptq_overflow_ack",
		.doc = "ACKs refused: accept queue full (cookie ACKs included)",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_COOKIE] = {
		.name = "acceptq_overflow_cookie",
		.doc = "of these, ACKs that carried a cookie",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_TFO] = {
		.name = "acceptq_overflow_tfo",
		.doc = "Fast Open children refused: accept queue full",
		.mib = LQ_MIB_NONE,
	},
	[LQ_LISTEN_DROP] = {
		.name = "listen_drop",
		.doc = "all drops of the listener",
		.mib = LQ_MIB_LISTENDROPS,
	},
	[LQ_ESTABLISHED] = {
		.name = "established",
		.doc = "connections that entered the accept queue",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ESTABLISHED_COOKIE] = {
		.name = "established_cookie",
		.doc = "of these, by cookie",
		.mib = LQ_MIB_NONE,
	},
	[LQ_FASTOPEN_CHILD] = {
		.name = "fastopen_child",
		.doc = "of these, by Fast Open",
		.mib = LQ_MIB_NONE,
	},
	[LQ_OVERFLOW_RESET] = {
		.name = "overflow_reset",
		.doc = "requests reset because the accept queue was full",
		.mib = LQ_MIB_NONE,
	},
	[LQ_EMBRYONIC_RESET] = {
		.name = "embryonic_reset",
		.doc = "requests reset while in the SYN queue",
		.mib = LQ_MIB_EMBRYONICRSTS,
	},
	[LQ_SYNACK_RETRANS] = {
		.name = "synack_retrans",
		.doc = "SYN-ACKs sent again",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNQ_EXPIRED] = {
		.name = "synq_expired",
		.doc = "requests given up after the last SYN-ACK",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNQ_OTHER] = {
		.name = "synq_other",
		.doc = "requests that left the SYN queue otherwise",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNQ_MIGRATED] = {
		.name = "synq_migrated",
		.doc = "requests taken over from a closed listener of the group",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_MIGRATED] = {
		.name = "acceptq_migrated",
		.doc = "connections taken over from a closed listener of the group",
		.mib = LQ_MIB_NONE,
	},
	[LQ_DEFER_ACCEPT_DROP] = {
		.name = "defer_accept_drop",
		.doc = "bare ACKs dropped by TCP_DEFER_ACCEPT",
		.mib = LQ_MIB_TCPDEFERACCEPTDROP,
	},
	[LQ_FASTOPEN_PASSIVE] = {
		.name = "fastopen_passive",
		.doc = "Fast Open SYNs that made a child",
		.mib = LQ_MIB_TCPFASTOPENPASSIVE,
	},
	[LQ_FASTOPEN_PASSIVE_FAIL] = {
		.name = "fastopen_passive_fail",
		.doc = "Fast Open SYNs that made none",
		.mib = LQ_MIB_TCPFASTOPENPASSIVEFAIL,
	},
	[LQ_FASTOPEN_LISTEN_OVERFLOW] = {
		.name = "fastopen_listen_overflow",
		.doc = "Fast Open SYNs over the queue's limit",
		.mib = LQ_MIB_TCPFASTOPENLISTENOVERFLOW,
	},
	[LQ_FASTOPEN_COOKIE_REQD] = {
		.name = "fastopen_cookie_reqd",
		.doc = "SYNs that asked for a Fast Open cookie",
		.mib = LQ_MIB_TCPFASTOPENCOOKIEREQD,
	},
};
