// SPDX-License-Identifier: GPL-2.0
/*
 * The names of the counters, and the kernel's own that count the same events.
 */
#include "counter.h"

const struct lq_counter_info lq_counters[LQ_COUNTER_NR] = {
	[LQ_SYN_RECEIVED] = {
		.name = "syn_received",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYN_QUEUED] = {
		.name = "syn_queued",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYN_DUPLICATE] = {
		.name = "syn_duplicate",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNCOOKIE_SENT] = {
		.name = "syncookie_sent",
		.mib = LQ_MIB_SYNCOOKIESSENT,
	},
	[LQ_SYNCOOKIE_RECV] = {
		.name = "syncookie_recv",
		.mib = LQ_MIB_SYNCOOKIESRECV,
	},
	[LQ_SYNCOOKIE_FAILED] = {
		.name = "syncookie_failed",
		.mib = LQ_MIB_SYNCOOKIESFAILED,
	},
	[LQ_SYNQ_FULL_COOKIE] = {
		.name = "synq_full_cookie",
		.mib = LQ_MIB_NONE,
	},
	[LQ_REQQ_FULL_COOKIE] = {
		.name = "reqq_full_cookie",
		.mib = LQ_MIB_TCPREQQFULLDOCOOKIES,
	},
	[LQ_SYNQ_FULL_DROP] = {
		.name = "synq_full_drop",
		.mib = LQ_MIB_TCPREQQFULLDROP,
	},
	[LQ_SYNQ_RESERVE_DROP] = {
		.name = "synq_reserve_drop",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_SYN] = {
		.name = "acceptq_overflow_syn",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYN_OTHER_DROP] = {
		.name = "syn_other_drop",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_ACK] = {
		.name = "acceptq_overflow_ack",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_COOKIE] = {
		.name = "acceptq_overflow_cookie",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_OVERFLOW_TFO] = {
		.name = "acceptq_overflow_tfo",
		.mib = LQ_MIB_NONE,
	},
	[LQ_LISTEN_DROP] = {
		.name = "listen_drop",
		.mib = LQ_MIB_LISTENDROPS,
	},
	[LQ_ESTABLISHED] = {
		.name = "established",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ESTABLISHED_COOKIE] = {
		.name = "established_cookie",
		.mib = LQ_MIB_NONE,
	},
	[LQ_FASTOPEN_CHILD] = {
		.name = "fastopen_child",
		.mib = LQ_MIB_NONE,
	},
	[LQ_OVERFLOW_RESET] = {
		.name = "overflow_reset",
		.mib = LQ_MIB_NONE,
	},
	[LQ_EMBRYONIC_RESET] = {
		.name = "embryonic_reset",
		.mib = LQ_MIB_EMBRYONICRSTS,
	},
	[LQ_SYNACK_RETRANS] = {
		.name = "synack_retrans",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNQ_EXPIRED] = {
		.name = "synq_expired",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNQ_OTHER] = {
		.name = "synq_other",
		.mib = LQ_MIB_NONE,
	},
	[LQ_SYNQ_MIGRATED] = {
		.name = "synq_migrated",
		.mib = LQ_MIB_NONE,
	},
	[LQ_ACCEPTQ_MIGRATED] = {
		.name = "acceptq_migrated",
		.mib = LQ_MIB_NONE,
	},
	[LQ_DEFER_ACCEPT_DROP] = {
		.name = "defer_accept_drop",
		.mib = LQ_MIB_TCPDEFERACCEPTDROP,
	},
	[LQ_FASTOPEN_PASSIVE] = {
		.name = "fastopen_passive",
		.mib = LQ_MIB_TCPFASTOPENPASSIVE,
	},
	[LQ_FASTOPEN_PASSIVE_FAIL] = {
		.name = "fastopen_passive_fail",
		.mib = LQ_MIB_TCPFASTOPENPASSIVEFAIL,
	},
	[LQ_FASTOPEN_LISTEN_OVERFLOW] = {
		.name = "fastopen_listen_overflow",
		.mib = LQ_MIB_TCPFASTOPENLISTENOVERFLOW,
	},
	[LQ_FASTOPEN_COOKIE_REQD] = {
		.name = "fastopen_cookie_reqd",
		.mib = LQ_MIB_TCPFASTOPENCOOKIEREQD,
	},
	[LQ_POLICY_REFUSED] = {
		.name = "policy_refused",
		.mib = LQ_MIB_NONE,
	},
	[LQ_POLICY_DROP] = {
		.name = "policy_drop",
		.mib = LQ_MIB_NONE,
	},
	[LQ_POLICY_RESET] = {
		.name = "policy_reset",
		.mib = LQ_MIB_NONE,
	},
	[LQ_POLICY_COOKIE] = {
		.name = "policy_cookie",
		.mib = LQ_MIB_NONE,
	},
};
