// SPDX-License-Identifier: GPL-2.0
/*
 * What the policy of a listener orders for one call of a deciding function.
 */
#include <linux/cpumask.h>
#include <linux/rcupdate.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <uapi/linux/listenq.h>

#include "listener.h"
#include "order.h"
#include "override.h"
#include "policy.h"
#include "synq.h"

/* The policy of a listener, after what it asks of the socket is in force. */
static struct lq_policy *policy_in_force(struct lq_listener *listener,
					 struct sock *sk)
{
	struct lq_policy *policy;

	if (!listener)
		return NULL;
	policy = rcu_dereference(listener->policy);
	if (policy &&
	    !lq_override_holds(&listener->override, sk, &policy->terms))
		lq_policy_reassert(listener);
	return policy;
}

static bool overflow_is(const struct lq_terms *terms, u32 what)
{
	return lq_asks_for(terms, LQ_TERM_OVERFLOW, what);
}

static u32 backlog_asked(const struct lq_listener *listener,
			 const struct lq_terms *terms, u32 in_force)
{
	return lq_asks(terms, LQ_TERM_BACKLOG) ?
	       READ_ONCE(listener->override.backlog_asked) : in_force;
}

static void look(struct lq_view *view, const struct lq_listener *listener,
		 const struct lq_terms *terms, const struct sock *sk)
{
	view->acceptq = READ_ONCE(sk->sk_ack_backlog);
	view->acceptq_max = READ_ONCE(sk->sk_max_ack_backlog);
	view->synq = lq_synq_len(sk);
	view->synq_max = lq_synq_limit(sock_net(sk), view->acceptq_max);
	view->synq_hard = lq_synq_hard_limit(view->acceptq_max);
	view->synq_asked = lq_synq_hard_limit(backlog_asked(listener, terms,
							    view->acceptq_max));
	view->margin = num_online_cpus();
	view->sysctl = READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_syncookies);
}

/* A SYN that is refused anyway costs no token. */
static enum lq_action within_rate(struct lq_policy *policy,
				  enum lq_action action)
{
	if (!lq_asks(&policy->terms, LQ_TERM_SYN_RATE) ||
	    action == LQ_ACTION_DROP || action == LQ_ACTION_RESET ||
	    lq_policy_token(policy))
		return action;
	return LQ_ACTION_DROP;
}

static void order_of(struct lq_order *order, struct lq_policy *policy,
		     const struct lq_listener *listener, const struct sock *sk)
{
	const struct lq_terms *terms = &policy->terms;
	struct lq_view view;

	look(&view, listener, terms, sk);
	order->action = within_rate(policy, lq_decide_syn(terms, &view));
	order->cookies_always = lq_cookies_always(terms, &view);
	order->cookie_is_kernels = lq_cookie_is_kernels(&view);
	order->synq_asked = view.synq_asked;
	order->reset_overflow =
		overflow_is(terms, LISTENQ_POLICY_OVERFLOW_RESET);
}

/**
 * lq_order_syn() - what is ordered for a SYN
 * @order: filled
 * @sk: the listener
 *
 * Context: bottom halves disabled.
 */
void lq_order_syn(struct lq_order *order, struct sock *sk)
{
	struct lq_listener *listener;
	struct lq_policy *policy;

	*order = (struct lq_order){
		.cookies_always = READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_syncookies) == 2,
		.cookie_is_kernels = true,
	};
	rcu_read_lock();
	listener = lq_listener_find(sk);
	policy = policy_in_force(listener, sk);
	if (policy)
		order_of(order, policy, listener, sk);
	rcu_read_unlock();
}

/**
 * lq_order_ack() - what is ordered for an ACK, should the accept queue be full
 * @sk: the listener
 *
 * Context: bottom halves disabled.
 * Return: what to do.
 */
enum lq_ack_order lq_order_ack(struct sock *sk)
{
	enum lq_ack_order overflow = LQ_ACK_KERNEL;
	const struct lq_policy *policy;

	rcu_read_lock();
	policy = policy_in_force(lq_listener_find(sk), sk);
	if (policy && overflow_is(&policy->terms, LISTENQ_POLICY_OVERFLOW_DROP))
		overflow = LQ_ACK_DROP;
	if (policy &&
	    overflow_is(&policy->terms, LISTENQ_POLICY_OVERFLOW_RESET))
		overflow = LQ_ACK_RESET;
	rcu_read_unlock();
	return overflow;
}

/* A client that has ACKed may have a last SYN-ACK when the wait for data ends. */
static bool is_deferred(const struct request_sock *req)
{
	const struct inet_connection_sock *icsk = inet_csk(req->rsk_listener);

	return inet_rsk(req)->acked &&
	       req->num_timeout <
		       READ_ONCE(icsk->icsk_accept_queue.rskq_defer_accept);
}

/**
 * lq_order_no_retrans() - whether a request is given up
 * @req: its timer is about to send the SYN-ACK again
 *
 * Context: any but NMI and hard interrupt.
 * Return: true: nothing is sent.
 */
bool lq_order_no_retrans(const struct request_sock *req)
{
	const struct lq_listener *listener;
	const struct lq_policy *policy = NULL;
	bool over;

	rcu_read_lock();
	listener = lq_listener_find(req->rsk_listener);
	if (listener)
		policy = rcu_dereference(listener->policy);
	over = policy && lq_asks(&policy->terms, LQ_TERM_SYNACK_RETRIES) &&
	       req->num_timeout >= policy->terms.value[LQ_TERM_SYNACK_RETRIES] &&
	       !is_deferred(req);
	rcu_read_unlock();
	return over;
}

/**
 * lq_order_limits() - put in force what a policy asks of the socket
 * @sk: the listener, about to decide
 *
 * Context: bottom halves disabled.
 */
void lq_order_limits(struct sock *sk)
{
	rcu_read_lock();
	policy_in_force(lq_listener_find(sk), sk);
	rcu_read_unlock();
}

/**
 * lq_order_synq_limit() - the SYN queue's limit in force
 * @sk: the listener
 *
 * Context: any but NMI and hard interrupt.
 * Return: requests; full when longer.
 */
u32 lq_order_synq_limit(const struct sock *sk)
{
	const struct lq_listener *listener;
	const struct lq_policy *policy = NULL;
	u32 limit = lq_synq_limit(sock_net(sk),
				  READ_ONCE(sk->sk_max_ack_backlog));

	if (!lq_policies_any())
		return limit;
	rcu_read_lock();
	listener = lq_listener_find(sk);
	if (listener)
		policy = rcu_dereference(listener->policy);
	if (policy)
		limit = lq_decide_synq_limit(&policy->terms, limit);
	rcu_read_unlock();
	return limit;
}
