// SPDX-License-Identifier: GPL-2.0
/*
 * Fields of a listener's socket that a policy has taken over.
 *
 * The kernel writes them under the socket's lock, which softirq cannot take: so
 * each is exchanged in one step.  What is found there and is not ours was asked
 * for by the program meanwhile, and is what holds afterwards.
 */
#include <linux/atomic.h>
#include <linux/minmax.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/listenq.h>

#include "decide.h"
#include "override.h"

static void undo_backlog(struct lq_override *override, struct sock *sk)
{
	if (!override->has_backlog)
		return;
	override->has_backlog = false;
	cmpxchg(&sk->sk_max_ack_backlog, override->backlog,
		override->backlog_asked);
}

/* Not more than the namespace lets its programs have. */
static void apply_backlog(struct lq_override *override, struct sock *sk,
			  u32 backlog)
{
	u32 limit = min_t(u32, backlog,
			  READ_ONCE(sock_net(sk)->core.sysctl_somaxconn));
	u32 found = xchg(&sk->sk_max_ack_backlog, limit);

	if (!override->has_backlog || found != override->backlog)
		override->backlog_asked = found;
	WRITE_ONCE(override->backlog, limit);
	override->has_backlog = true;
}

static void undo_retries(struct lq_override *override, struct sock *sk)
{
	if (!override->has_retries)
		return;
	override->has_retries = false;
	cmpxchg(&inet_csk(sk)->icsk_syn_retries, override->retries,
		override->retries_asked);
}

/* What a listener's own number means: 0 stands for the sysctl. */
static u32 retries_of(const struct sock *sk, u8 own)
{
	return own ?: READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_synack_retries);
}

static bool is_ours(const struct lq_override *override, u8 found)
{
	return override->has_retries && found == override->retries;
}

/* Fewer than the kernel would send are no matter of this field: see order.c. */
static void apply_retries(struct lq_override *override, struct sock *sk,
			  u8 retries)
{
	u8 *field = &inet_csk(sk)->icsk_syn_retries;
	u8 found = READ_ONCE(*field);

	if (retries <= retries_of(sk, is_ours(override, found) ?
				      override->retries_asked : found)) {
		undo_retries(override, sk);
		return;
	}
	found = xchg(field, retries);
	if (!is_ours(override, found))
		override->retries_asked = found;
	override->retries = retries;
	override->has_retries = true;
}

/* As with tcp_syncookies=2, the kernel does not call it a flood. */
static void apply_warned(struct lq_override *override, struct sock *sk)
{
	if (override->has_warned)
		return;
	override->has_warned =
		!xchg(&inet_csk(sk)->icsk_accept_queue.synflood_warned, 1);
}

static void undo_warned(struct lq_override *override, struct sock *sk)
{
	if (!override->has_warned)
		return;
	override->has_warned = false;
	WRITE_ONCE(inet_csk(sk)->icsk_accept_queue.synflood_warned, 0);
}

/**
 * lq_override_apply() - put in force what a policy asks of the socket
 * @override: of the listener
 * @sk: its socket
 * @terms: what is asked; what is not is undone
 *
 * Context: under the registry's lock.
 */
void lq_override_apply(struct lq_override *override, struct sock *sk,
		       const struct lq_terms *terms)
{
	if (lq_asks(terms, LQ_TERM_BACKLOG))
		apply_backlog(override, sk, terms->value[LQ_TERM_BACKLOG]);
	else
		undo_backlog(override, sk);
	if (lq_asks(terms, LQ_TERM_SYNACK_RETRIES))
		apply_retries(override, sk,
			      terms->value[LQ_TERM_SYNACK_RETRIES]);
	else
		undo_retries(override, sk);
	if (lq_asks_for(terms, LQ_TERM_SYNCOOKIES,
			LISTENQ_POLICY_SYNCOOKIES_ALWAYS))
		apply_warned(override, sk);
	else
		undo_warned(override, sk);
}

/**
 * lq_override_undo() - let the socket be as its program asked
 * @override: of the listener
 * @sk: its socket
 *
 * Context: under the registry's lock.
 */
void lq_override_undo(struct lq_override *override, struct sock *sk)
{
	undo_backlog(override, sk);
	undo_retries(override, sk);
	undo_warned(override, sk);
}

/**
 * lq_override_holds() - whether the program has not changed it meanwhile
 * @override: of the listener
 * @sk: its socket
 * @terms: what is asked
 *
 * Context: any.
 * Return: false: apply it again.
 */
bool lq_override_holds(const struct lq_override *override,
		       const struct sock *sk, const struct lq_terms *terms)
{
	if (lq_asks(terms, LQ_TERM_BACKLOG) &&
	    READ_ONCE(sk->sk_max_ack_backlog) != READ_ONCE(override->backlog))
		return false;
	return !lq_asks(terms, LQ_TERM_SYNACK_RETRIES) ||
	       terms->value[LQ_TERM_SYNACK_RETRIES] <=
	       retries_of(sk, READ_ONCE(inet_csk(sk)->icsk_syn_retries));
}
