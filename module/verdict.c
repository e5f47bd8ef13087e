// SPDX-License-Identifier: GPL-2.0
/*
 * Turns a difference of the kernel's counters into a verdict.  No condition of
 * the kernel is repeated here: only what it counted and returned is read.
 */
#include "verdict.h"

#define LQ_BIT(counter) (1ULL << (counter))

static bool grew(const struct lq_growth *growth, enum lq_mib mib)
{
	return growth->by[mib] != 0;
}

static u64 if_grew(const struct lq_growth *growth, enum lq_mib mib, u64 bit)
{
	return grew(growth, mib) ? bit : 0;
}

/*
 * The accept queue is looked at twice on the way of a SYN: before a request is
 * made, and again when a Fast Open child is.  The second refusal also counts
 * TCPFastOpenPassiveFail, and the SYN is then answered like any other.
 */
static bool refused_fastopen_child(const struct lq_growth *growth)
{
	return grew(growth, LQ_MIB_LISTENOVERFLOWS) &&
	       grew(growth, LQ_MIB_TCPFASTOPENPASSIVEFAIL);
}

/* Why a SYN that was neither queued nor answered was dropped. */
static u64 syn_drop_reason(const struct lq_syn *syn)
{
	const struct lq_growth *growth = &syn->growth;

	if (grew(growth, LQ_MIB_TCPREQQFULLDROP))
		return LQ_BIT(LQ_SYNQ_FULL_DROP);
	if (grew(growth, LQ_MIB_LISTENOVERFLOWS) &&
	    !refused_fastopen_child(growth))
		return LQ_BIT(LQ_ACCEPTQ_OVERFLOW_SYN);
	if (syn->unproven)
		return LQ_BIT(LQ_SYNQ_RESERVE_DROP);
	return LQ_BIT(LQ_SYN_OTHER_DROP);
}

static u64 syn_cookie(const struct lq_syn *syn)
{
	u64 count = LQ_BIT(LQ_SYNCOOKIE_SENT);

	if (grew(&syn->growth, LQ_MIB_TCPREQQFULLDOCOOKIES) &&
	    !syn->cookies_always)
		count |= LQ_BIT(LQ_SYNQ_FULL_COOKIE);
	if (syn->policy_cookie)
		count |= LQ_BIT(LQ_POLICY_COOKIE);
	return count;
}

/*
 * What became of the SYN: exactly one counter of law 1, except that a Fast
 * Open child is also established.
 */
static u64 syn_outcome(const struct lq_syn *syn)
{
	const struct lq_growth *growth = &syn->growth;

	if (syn->refused)
		return LQ_BIT(LQ_POLICY_REFUSED) |
		       (syn->reset ? LQ_BIT(LQ_POLICY_RESET) :
				     LQ_BIT(LQ_POLICY_DROP));
	if (syn->queued)
		return LQ_BIT(LQ_SYN_QUEUED);
	if (syn->duplicate)
		return LQ_BIT(LQ_SYN_DUPLICATE);
	if (grew(growth, LQ_MIB_SYNCOOKIESSENT))
		return syn_cookie(syn);
	if (grew(growth, LQ_MIB_TCPFASTOPENPASSIVE) &&
	    !grew(growth, LQ_MIB_LISTENDROPS))
		return LQ_BIT(LQ_FASTOPEN_CHILD) | LQ_BIT(LQ_ESTABLISHED);
	return syn_drop_reason(syn);
}

/**
 * lq_verdict_syn() - what became of a SYN
 * @syn: the call
 *
 * Context: any; reads only its argument.
 * Return: the verdict.
 */
struct lq_verdict lq_verdict_syn(const struct lq_syn *syn)
{
	const struct lq_growth *growth = &syn->growth;
	struct lq_verdict verdict = {
		.count = LQ_BIT(LQ_SYN_RECEIVED) | syn_outcome(syn),
		.drops = growth->by[LQ_MIB_LISTENDROPS],
	};

	verdict.count |= if_grew(growth, LQ_MIB_TCPREQQFULLDOCOOKIES,
				 LQ_BIT(LQ_REQQ_FULL_COOKIE));
	verdict.count |= if_grew(growth, LQ_MIB_TCPFASTOPENPASSIVE,
				 LQ_BIT(LQ_FASTOPEN_PASSIVE));
	verdict.count |= if_grew(growth, LQ_MIB_TCPFASTOPENPASSIVEFAIL,
				 LQ_BIT(LQ_FASTOPEN_PASSIVE_FAIL));
	verdict.count |= if_grew(growth, LQ_MIB_TCPFASTOPENLISTENOVERFLOW,
				 LQ_BIT(LQ_FASTOPEN_LISTEN_OVERFLOW));
	verdict.count |= if_grew(growth, LQ_MIB_TCPFASTOPENCOOKIEREQD,
				 LQ_BIT(LQ_FASTOPEN_COOKIE_REQD));
	if (refused_fastopen_child(growth))
		verdict.count |= LQ_BIT(LQ_ACCEPTQ_OVERFLOW_TFO);
	return verdict;
}

/**
 * lq_verdict_ack() - what became of a request when a segment came for it
 * @ack: the call
 *
 * Context: any; reads only its argument.
 * Return: the verdict.
 */
struct lq_verdict lq_verdict_ack(const struct lq_ack *ack)
{
	const struct lq_growth *growth = &ack->growth;
	struct lq_verdict verdict = {
		.drops = growth->by[LQ_MIB_LISTENDROPS],
	};
	bool left = ack->lost;

	verdict.count |= if_grew(growth, LQ_MIB_LISTENOVERFLOWS,
				 LQ_BIT(LQ_ACCEPTQ_OVERFLOW_ACK));
	verdict.count |= if_grew(growth, LQ_MIB_EMBRYONICRSTS,
				 LQ_BIT(LQ_EMBRYONIC_RESET));
	verdict.count |= if_grew(growth, LQ_MIB_TCPDEFERACCEPTDROP,
				 LQ_BIT(LQ_DEFER_ACCEPT_DROP));
	if (grew(growth, LQ_MIB_LISTENOVERFLOWS) &&
	    grew(growth, LQ_MIB_EMBRYONICRSTS))
		verdict.count |= LQ_BIT(LQ_OVERFLOW_RESET);

	if (ack->result == LQ_RESULT_CHILD) {
		if (ack->not_queued)
			left = true;
		else if (!ack->migrated)
			verdict.count |= LQ_BIT(LQ_ESTABLISHED);
		else
			verdict.count |= LQ_BIT(LQ_ACCEPTQ_MIGRATED);
	}
	/* It is the old listener whose SYN queue a migrated request leaves. */
	if (ack->migrated && (left || ack->result == LQ_RESULT_CHILD))
		verdict.count_source = LQ_BIT(LQ_SYNQ_OTHER);
	else if (left)
		verdict.count |= LQ_BIT(LQ_SYNQ_OTHER);
	return verdict;
}

/**
 * lq_verdict_cookie() - what became of an ACK that may carry a cookie
 * @growth: what the call counted
 * @result: what it returned
 *
 * Context: any; reads only its arguments.
 * Return: the verdict.
 */
struct lq_verdict lq_verdict_cookie(const struct lq_growth *growth,
				    enum lq_result result)
{
	struct lq_verdict verdict = {
		.drops = growth->by[LQ_MIB_LISTENDROPS],
	};

	verdict.count |= if_grew(growth, LQ_MIB_SYNCOOKIESRECV,
				 LQ_BIT(LQ_SYNCOOKIE_RECV));
	verdict.count |= if_grew(growth, LQ_MIB_SYNCOOKIESFAILED,
				 LQ_BIT(LQ_SYNCOOKIE_FAILED));
	verdict.count |= if_grew(growth, LQ_MIB_LISTENOVERFLOWS,
				 LQ_BIT(LQ_ACCEPTQ_OVERFLOW_ACK) |
				 LQ_BIT(LQ_ACCEPTQ_OVERFLOW_COOKIE));
	if (result == LQ_RESULT_CHILD)
		verdict.count |= LQ_BIT(LQ_ESTABLISHED) |
				 LQ_BIT(LQ_ESTABLISHED_COOKIE);
	return verdict;
}
