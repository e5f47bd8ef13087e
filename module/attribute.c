// SPDX-License-Identifier: GPL-2.0
/*
 * A snapshot, an event, a hook as netlink attributes.  What each is stands in
 * listenq.yaml.
 */
#include <linux/string.h>
#include <net/netlink.h>
#include <uapi/linux/listenq.h>

#include "attribute.h"
#include "event.h"
#include "hook.h"
#include "netns.h"
#include "policy.h"
#include "snapshot.h"

/* Their attributes stand in the order of their enum, with two between. */
static_assert(LISTENQ_A_COUNTERS_FASTOPEN_COOKIE_REQD ==
	      LISTENQ_A_COUNTERS_SYN_RECEIVED + LQ_FASTOPEN_COOKIE_REQD);
static_assert(LISTENQ_A_COUNTERS_POLICY_COOKIE ==
	      LISTENQ_A_COUNTERS_POLICY_REFUSED +
	      LQ_POLICY_COOKIE - LQ_POLICY_REFUSED);
static_assert(LQ_FASTOPEN_COOKIE_REQD + 1 == LQ_POLICY_REFUSED);
static_assert(LQ_POLICY_COOKIE + 1 == LQ_COUNTER_NR);
static_assert(LISTENQ_HISTOGRAM_BUCKETS == LQ_HISTOGRAM_BUCKETS);

/* The remainder has only those that the kernel counts, too. */
static const u16 remainder_attrs[LQ_MIB_NR] = {
	[LQ_MIB_LISTENOVERFLOWS] = LISTENQ_A_REMAINDER_LISTEN_OVERFLOW,
	[LQ_MIB_LISTENDROPS] = LISTENQ_A_REMAINDER_LISTEN_DROP,
	[LQ_MIB_TCPREQQFULLDOCOOKIES] = LISTENQ_A_REMAINDER_REQQ_FULL_COOKIE,
	[LQ_MIB_TCPREQQFULLDROP] = LISTENQ_A_REMAINDER_SYNQ_FULL_DROP,
	[LQ_MIB_SYNCOOKIESSENT] = LISTENQ_A_REMAINDER_SYNCOOKIE_SENT,
	[LQ_MIB_SYNCOOKIESRECV] = LISTENQ_A_REMAINDER_SYNCOOKIE_RECV,
	[LQ_MIB_SYNCOOKIESFAILED] = LISTENQ_A_REMAINDER_SYNCOOKIE_FAILED,
	[LQ_MIB_EMBRYONICRSTS] = LISTENQ_A_REMAINDER_EMBRYONIC_RESET,
	[LQ_MIB_TCPDEFERACCEPTDROP] = LISTENQ_A_REMAINDER_DEFER_ACCEPT_DROP,
	[LQ_MIB_TCPFASTOPENPASSIVE] = LISTENQ_A_REMAINDER_FASTOPEN_PASSIVE,
	[LQ_MIB_TCPFASTOPENPASSIVEFAIL] =
		LISTENQ_A_REMAINDER_FASTOPEN_PASSIVE_FAIL,
	[LQ_MIB_TCPFASTOPENLISTENOVERFLOW] =
		LISTENQ_A_REMAINDER_FASTOPEN_LISTEN_OVERFLOW,
	[LQ_MIB_TCPFASTOPENCOOKIEREQD] =
		LISTENQ_A_REMAINDER_FASTOPEN_COOKIE_REQD,
};

static int counter_attr(enum lq_counter n)
{
	if (n < LQ_POLICY_REFUSED)
		return LISTENQ_A_COUNTERS_SYN_RECEIVED + n;
	return LISTENQ_A_COUNTERS_POLICY_REFUSED + n - LQ_POLICY_REFUSED;
}

/**
 * struct lq_number - a number and where it goes
 * @attr: the attribute
 * @value: its value
 */
struct lq_number {
	u16 attr;
	u64 value;
};

/* Every set calls its padding 1. */
#define LQ_PAD 1

#define LQ_PAD_IS_FIRST(set) \
	static_assert(LISTENQ_A_##set##_PAD == LQ_PAD)

LQ_PAD_IS_FIRST(ACCEPTQ);
LQ_PAD_IS_FIRST(SYNQ);
LQ_PAD_IS_FIRST(COUNTERS);
LQ_PAD_IS_FIRST(REMAINDER);
LQ_PAD_IS_FIRST(LISTENER);
LQ_PAD_IS_FIRST(TOTALS);
LQ_PAD_IS_FIRST(EVENT);
LQ_PAD_IS_FIRST(HOOK);
LQ_PAD_IS_FIRST(POLICY);

static int put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, LQ_PAD);
}

static int put_numbers(struct sk_buff *msg, const struct lq_number *numbers,
		       int nr)
{
	for (; nr--; numbers++) {
		if (put_u64(msg, numbers->attr, numbers->value))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_nest(struct sk_buff *msg, int attr,
		    const struct lq_number *numbers, int nr)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest)
		return -EMSGSIZE;
	if (put_numbers(msg, numbers, nr))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* How many of a queue's numbers are told: a sum has no limits. */
static int told(const struct lq_row *row, u64 limit, u64 asked)
{
	if (!row->socket.family)
		return 4;
	return row->policy.key.port && limit != asked ? 6 : 5;
}

static int put_acceptq(struct sk_buff *msg, const struct lq_row *row)
{
	const struct lq_number numbers[] = {
		{ LISTENQ_A_ACCEPTQ_LEN, row->acceptq },
		{ LISTENQ_A_ACCEPTQ_PEAK, row->acceptq_peak },
		{ LISTENQ_A_ACCEPTQ_START, row->queues.acceptq_start },
		{ LISTENQ_A_ACCEPTQ_DISCARDED, row->queues.acceptq_discarded },
		{ LISTENQ_A_ACCEPTQ_LIMIT, row->acceptq_max },
		{ LISTENQ_A_ACCEPTQ_ASKED, row->acceptq_asked },
	};

	return put_nest(msg, LISTENQ_A_LISTENER_ACCEPTQ, numbers,
			told(row, row->acceptq_max, row->acceptq_asked));
}

static int put_synq(struct sk_buff *msg, const struct lq_row *row)
{
	const struct lq_number numbers[] = {
		{ LISTENQ_A_SYNQ_LEN, row->synq },
		{ LISTENQ_A_SYNQ_PEAK, row->synq_peak },
		{ LISTENQ_A_SYNQ_START, row->queues.synq_start },
		{ LISTENQ_A_SYNQ_YOUNG, row->synq_young },
		{ LISTENQ_A_SYNQ_LIMIT, row->synq_max },
		{ LISTENQ_A_SYNQ_ASKED, row->synq_asked },
	};

	return put_nest(msg, LISTENQ_A_LISTENER_SYNQ, numbers,
			told(row, row->synq_max, row->synq_asked));
}

static int put_counters(struct sk_buff *msg, const struct lq_row *row,
			bool accepted)
{
	struct nlattr *nest = nla_nest_start(msg, LISTENQ_A_LISTENER_COUNTERS);
	int n;

	if (!nest)
		return -EMSGSIZE;
	for (n = 0; n < LQ_COUNTER_NR; n++) {
		if (put_u64(msg, counter_attr(n), row->sums.count[n]))
			return -EMSGSIZE;
	}
	if (put_u64(msg, LISTENQ_A_COUNTERS_LISTEN_OVERFLOW,
		    row->listen_overflow))
		return -EMSGSIZE;
	if (accepted && put_u64(msg, LISTENQ_A_COUNTERS_ACCEPTED,
				row->accepted))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_histogram(struct sk_buff *msg, int attr, const u64 *bucket)
{
	int nr = LQ_HISTOGRAM_BUCKETS;

	while (nr && !bucket[nr - 1])
		nr--;
	return nla_put_64bit(msg, attr, nr * sizeof(*bucket), bucket, LQ_PAD);
}

static int put_histograms(struct sk_buff *msg, const struct lq_row *row)
{
	if (put_histogram(msg, LISTENQ_A_LISTENER_HANDSHAKE_US,
			  row->sums.bucket[LQ_TIME_HANDSHAKE]) ||
	    put_histogram(msg, LISTENQ_A_LISTENER_ACCEPT_WAIT_US,
			  row->sums.bucket[LQ_TIME_ACCEPT_WAIT]))
		return -EMSGSIZE;
	return 0;
}

static int put_address(struct sk_buff *msg, const struct lq_socket *socket)
{
	if (nla_put_u16(msg, LISTENQ_A_LISTENER_FAMILY, socket->family) ||
	    nla_put_u16(msg, LISTENQ_A_LISTENER_PORT, socket->port))
		return -EMSGSIZE;
	if (socket->family == AF_INET)
		return nla_put_in_addr(msg, LISTENQ_A_LISTENER_ADDRESS4,
				       socket->address.s6_addr32[3]);
	if (socket->v6only && nla_put_flag(msg, LISTENQ_A_LISTENER_V6ONLY))
		return -EMSGSIZE;
	return nla_put_in6_addr(msg, LISTENQ_A_LISTENER_ADDRESS6,
				&socket->address);
}

static int put_bound_device(struct sk_buff *msg, const struct lq_row *row)
{
	if (!row->socket.ifindex)
		return 0;
	if (nla_put_u32(msg, LISTENQ_A_LISTENER_IFINDEX, row->socket.ifindex))
		return -EMSGSIZE;
	if (!*row->dev)
		return 0;
	return nla_put_string(msg, LISTENQ_A_LISTENER_IFNAME, row->dev);
}

static int put_owner(struct sk_buff *msg, const struct lq_row *row)
{
	const struct lq_number numbers[] = {
		{ LISTENQ_A_LISTENER_INODE, row->socket.inode },
		{ LISTENQ_A_LISTENER_CGROUP, row->socket.cgroup },
		{ LISTENQ_A_LISTENER_SINCE, row->since_ns },
	};

	if (put_numbers(msg, numbers, ARRAY_SIZE(numbers)) ||
	    nla_put_u32(msg, LISTENQ_A_LISTENER_UID, row->uid))
		return -EMSGSIZE;
	/* A process that cannot be seen has no name either. */
	if (!row->tgid)
		return 0;
	if (nla_put_u32(msg, LISTENQ_A_LISTENER_PID, row->tgid))
		return -EMSGSIZE;
	return nla_put(msg, LISTENQ_A_LISTENER_COMM, strlen(row->comm),
		       row->comm);
}

static int put_key(struct sk_buff *msg, const struct lq_policy_key *key)
{
	if (nla_put_u16(msg, LISTENQ_A_POLICY_PORT, key->port))
		return -EMSGSIZE;
	if (key->family == AF_INET)
		return nla_put_in_addr(msg, LISTENQ_A_POLICY_ADDRESS4,
				       key->address.s6_addr32[3]);
	if (key->family == AF_INET6)
		return nla_put_in6_addr(msg, LISTENQ_A_POLICY_ADDRESS6,
					&key->address);
	return 0;
}

static int put_terms(struct sk_buff *msg, const struct lq_terms *terms)
{
	int term;

	for (term = 0; term < LQ_TERM_NR; term++) {
		if (lq_asks(terms, term) &&
		    nla_put_u32(msg, LQ_TERM_ATTR(term), terms->value[term]))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * lq_put_policy() - append a policy
 * @msg: to which message
 * @policy: the policy
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int lq_put_policy(struct sk_buff *msg, const struct lq_policy_state *policy)
{
	if (put_key(msg, &policy->key) || put_terms(msg, &policy->terms) ||
	    nla_put_u32(msg, LISTENQ_A_POLICY_LISTENERS, policy->listeners) ||
	    put_u64(msg, LISTENQ_A_POLICY_SINCE, policy->since_ns))
		return -EMSGSIZE;
	/* Without it, it stays. */
	if (!policy->left_ms)
		return 0;
	return put_u64(msg, LISTENQ_A_POLICY_TIMEOUT, policy->left_ms);
}

static int put_policy_nest(struct sk_buff *msg, int attr,
			   const struct lq_policy_state *policy)
{
	struct nlattr *nest;

	if (!policy->key.port)
		return 0;
	nest = nla_nest_start(msg, attr);
	if (!nest || lq_put_policy(msg, policy))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_listener(struct sk_buff *msg, const struct lq_row *row,
			bool histograms)
{
	if (put_u64(msg, LISTENQ_A_LISTENER_ID, row->id) ||
	    put_address(msg, &row->socket) ||
	    put_bound_device(msg, row) ||
	    put_acceptq(msg, row) ||
	    put_synq(msg, row) ||
	    put_counters(msg, row, true) ||
	    put_owner(msg, row) ||
	    put_policy_nest(msg, LISTENQ_A_LISTENER_POLICY, &row->policy))
		return -EMSGSIZE;
	return histograms ? put_histograms(msg, row) : 0;
}

/**
 * lq_put_listener() - append a listener
 * @msg: to which message
 * @row: the listener
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int lq_put_listener(struct sk_buff *msg, const struct lq_row *row)
{
	return put_listener(msg, row, true);
}

static int put_episode(struct sk_buff *msg, const struct lq_event *event)
{
	const struct lq_number numbers[] = {
		{ LISTENQ_A_EVENT_VERDICTS, event->verdicts },
		{ LISTENQ_A_EVENT_TOTAL, event->total },
		{ LISTENQ_A_EVENT_DEPTH, event->depth },
		{ LISTENQ_A_EVENT_LIMIT, event->limit },
		{ LISTENQ_A_EVENT_PEAK, event->peak },
		{ LISTENQ_A_EVENT_DURATION, event->duration_ns },
	};

	if (nla_put_u32(msg, LISTENQ_A_EVENT_KIND, event->kind) ||
	    nla_put_u32(msg, LISTENQ_A_EVENT_PHASE, event->phase))
		return -EMSGSIZE;
	return put_numbers(msg, numbers, ARRAY_SIZE(numbers));
}

static int put_change(struct sk_buff *msg, const struct lq_event *event)
{
	if (nla_put_u32(msg, LISTENQ_A_EVENT_CHANGE, event->change))
		return -EMSGSIZE;
	return put_policy_nest(msg, LISTENQ_A_EVENT_POLICY, event->policy);
}

/**
 * lq_put_event() - append an event
 * @msg: to which message
 * @row: the listener that it is about; of a policy NULL
 * @event: the event
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int lq_put_event(struct sk_buff *msg, const struct lq_row *row,
		 const struct lq_event *event)
{
	const struct lq_number numbers[] = {
		{ LISTENQ_A_EVENT_SEQ, event->seq },
		{ LISTENQ_A_EVENT_LOST, event->lost },
		{ LISTENQ_A_EVENT_TIME, event->time_ns },
	};
	struct nlattr *nest;

	if (put_numbers(msg, numbers, ARRAY_SIZE(numbers)))
		return -EMSGSIZE;
	if (event->what == LQ_EVENT_POLICY)
		return put_change(msg, event);
	if (event->what == LQ_EVENT_EPISODE && put_episode(msg, event))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, LISTENQ_A_EVENT_LISTENER);
	if (!nest || put_listener(msg, row, event->what == LQ_EVENT_DEL))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_sum(struct sk_buff *msg, int attr, const struct lq_row *row)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest || put_acceptq(msg, row) || put_synq(msg, row) ||
	    put_counters(msg, row, true) || put_histograms(msg, row))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Only verdicts: nothing is known of the queues. */
static int put_untracked(struct sk_buff *msg, const struct lq_row *row)
{
	struct nlattr *nest = nla_nest_start(msg, LISTENQ_A_TOTALS_UNTRACKED);

	if (!nest || put_counters(msg, row, false))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_kernel(struct sk_buff *msg, const struct lq_mibs *kernel)
{
	struct nlattr *nest = nla_nest_start(msg, LISTENQ_A_TOTALS_KERNEL);
	int n;

	if (!nest)
		return -EMSGSIZE;
	for (n = 0; n < LQ_COUNTER_NR; n++) {
		if (lq_counters[n].mib != LQ_MIB_NONE &&
		    put_u64(msg, counter_attr(n),
			    kernel->mib[lq_counters[n].mib]))
			return -EMSGSIZE;
	}
	if (put_u64(msg, LISTENQ_A_COUNTERS_LISTEN_OVERFLOW,
		    kernel->mib[LQ_MIB_LISTENOVERFLOWS]))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_unattributed(struct sk_buff *msg, const s64 *unattributed)
{
	struct nlattr *nest = nla_nest_start(msg,
					     LISTENQ_A_TOTALS_UNATTRIBUTED);
	int n;

	if (!nest)
		return -EMSGSIZE;
	for (n = 0; n < LQ_MIB_NR; n++) {
		if (nla_put_s64(msg, remainder_attrs[n], unattributed[n],
				LQ_PAD))
			return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * lq_put_totals() - append a namespace's totals
 * @msg: to which message
 * @netns: the namespace
 * @listeners: how many there are
 * @totals: their sums
 *
 * Context: process, may sleep.
 * Return: 0 or -EMSGSIZE.
 */
int lq_put_totals(struct sk_buff *msg, struct lq_netns *netns, u32 listeners,
		  const struct lq_totals *totals)
{
	struct lq_number numbers[] = {
		{ LISTENQ_A_TOTALS_EVENTS, 0 },
		{ LISTENQ_A_TOTALS_EVENTS_LOST, 0 },
		{ LISTENQ_A_TOTALS_SINCE, netns->since_ns },
	};

	lq_event_counts(netns, &numbers[0].value, &numbers[1].value);
	if (nla_put_string(msg, LISTENQ_A_TOTALS_VERSION, LISTENQ_VERSION) ||
	    nla_put_u32(msg, LISTENQ_A_TOTALS_LISTENERS, listeners) ||
	    put_numbers(msg, numbers, ARRAY_SIZE(numbers)) ||
	    put_sum(msg, LISTENQ_A_TOTALS_CLOSED, &totals->closed) ||
	    put_untracked(msg, &totals->untracked) ||
	    put_sum(msg, LISTENQ_A_TOTALS_TOTAL, &totals->total) ||
	    put_kernel(msg, &totals->kernel) ||
	    put_unattributed(msg, totals->unattributed))
		return -EMSGSIZE;
	return 0;
}

/**
 * lq_put_hook() - append a hook
 * @msg: to which message
 * @index: its number
 * @state: how it is
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int lq_put_hook(struct sk_buff *msg, u32 index,
		const struct lq_hook_state *state)
{
	static const enum listenq_hook_way ways[] = {
		[LQ_HOOK_OFF] = LISTENQ_HOOK_WAY_OFF,
		[LQ_HOOK_REPLACE] = LISTENQ_HOOK_WAY_REPLACE,
		[LQ_HOOK_PROBE] = LISTENQ_HOOK_WAY_PROBE,
		[LQ_HOOK_ENTRY] = LISTENQ_HOOK_WAY_ENTRY,
	};
	static const enum listenq_hook_exactness exactness[] = {
		[LQ_HOOK_OFF] = LISTENQ_HOOK_EXACTNESS_NONE,
		[LQ_HOOK_REPLACE] = LISTENQ_HOOK_EXACTNESS_EXACT,
		[LQ_HOOK_PROBE] = LISTENQ_HOOK_EXACTNESS_APPROXIMATE,
		[LQ_HOOK_ENTRY] = LISTENQ_HOOK_EXACTNESS_EXACT,
	};
	const struct lq_number numbers[] = {
		{ LISTENQ_A_HOOK_HITS, state->hits },
		{ LISTENQ_A_HOOK_MISSED, state->missed },
	};

	if (nla_put_u32(msg, LISTENQ_A_HOOK_INDEX, index) ||
	    nla_put_string(msg, LISTENQ_A_HOOK_FUNCTION, state->name) ||
	    nla_put_u32(msg, LISTENQ_A_HOOK_WAY, ways[state->way]) ||
	    nla_put_u32(msg, LISTENQ_A_HOOK_EXACTNESS, exactness[state->way]))
		return -EMSGSIZE;
	return put_numbers(msg, numbers, ARRAY_SIZE(numbers));
}
