// SPDX-License-Identifier: GPL-2.0
/*
 * The requests about policies.
 *
 * The ranges of single numbers are in the generated policies; here is what makes
 * sense together, in this namespace, with this kernel.
 */
#include <linux/capability.h>
#include <linux/minmax.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "attribute.h"
#include "compat/extack.h"
#include "compat/genetlink.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "netns.h"
#include "policy.h"
#include "probe.h"

/* Of a second's SYNs, what may come at once when nothing is said. */
#define LQ_BURST_PART 10

#define LQ_RATE_MAX 1000000

/* A year. */
#define LQ_TIMEOUT_MAX 31536000000ULL

static int refuse_rate(const struct lq_terms *terms, enum lq_term term,
		       struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	if (!lq_asks(terms, term) || terms->value[term] <= LQ_RATE_MAX)
		return 0;
	return lq_netlink_refuse(extack, attrs[LQ_TERM_ATTR(term)], -ERANGE,
				 "a rate or burst is at most 1000000");
}

static int refuse_timeout(const struct nlattr *timeout,
			  struct netlink_ext_ack *extack)
{
	if (!timeout || nla_get_u64(timeout) <= LQ_TIMEOUT_MAX)
		return 0;
	return lq_netlink_refuse(extack, timeout, -ERANGE,
				 "a policy lasts a year at most: leave timeout out if it is to stay");
}

/* What a limit may be is what listen() may ask for in this namespace. */
static int refuse_limit(const struct lq_terms *terms, enum lq_term term,
			const struct net *net, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	if (!lq_asks(terms, term) ||
	    terms->value[term] <= READ_ONCE(net->core.sysctl_somaxconn))
		return 0;
	return lq_netlink_refuse(extack, attrs[LQ_TERM_ATTR(term)], -ERANGE,
				 "the limit is above net.core.somaxconn: raise that first");
}

/* Without tcp_syncookies the kernel refuses the ACKs, too. */
static int refuse_cookies(const struct lq_terms *terms, const struct net *net,
			  struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	if (READ_ONCE(net->ipv4.sysctl_tcp_syncookies) ||
	    !lq_asks(terms, LQ_TERM_SYNCOOKIES) ||
	    lq_asks_for(terms, LQ_TERM_SYNCOOKIES,
			LISTENQ_POLICY_SYNCOOKIES_OFF))
		return 0;
	return lq_netlink_refuse(extack, attrs[LISTENQ_A_POLICY_SYNCOOKIES],
				 -EOPNOTSUPP,
				 "net.ipv4.tcp_syncookies is 0, the kernel would not take the cookies back: set it to 1 first");
}

/* The attribute of the first term that is more than a field of a socket. */
static const struct nlattr *early_attr(const struct lq_terms *terms,
				       struct nlattr **attrs)
{
	int term;

	for (term = LQ_TERM_BACKLOG + 1; term < LQ_TERM_NR; term++) {
		if (lq_asks(terms, term))
			return attrs[LQ_TERM_ATTR(term)];
	}
	return NULL;
}

static int refuse_early(const struct lq_terms *terms, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	if (!lq_terms_act_early(terms) || lq_probe_can_order())
		return 0;
	return lq_netlink_refuse(extack, early_attr(terms, attrs), -EOPNOTSUPP,
				 "the kernel's functions are only watched by probes, which cannot act before its verdict: only backlog can be set; load the module with hooks=replace");
}

static int refuse_senseless(const struct lq_terms *terms, struct nlattr **attrs,
			    struct netlink_ext_ack *extack)
{
	struct lq_objection objection;
	const struct nlattr *attr = NULL;

	if (lq_terms_make_sense(terms, &objection))
		return 0;
	if (objection.term != LQ_TERM_NR)
		attr = attrs[LQ_TERM_ATTR(objection.term)];
	return lq_netlink_refuse(extack, attr, -EINVAL, objection.why);
}

static void parse_terms(struct lq_terms *terms, struct nlattr **attrs)
{
	const struct nlattr *attr;
	int term;

	for (term = 0; term < LQ_TERM_NR; term++) {
		attr = attrs[LQ_TERM_ATTR(term)];
		if (!attr)
			continue;
		terms->has |= BIT(term);
		terms->value[term] = nla_get_u32(attr);
	}
}

static void default_burst(struct lq_terms *terms)
{
	if (!lq_asks(terms, LQ_TERM_SYN_RATE) ||
	    lq_asks(terms, LQ_TERM_SYN_BURST))
		return;
	terms->has |= BIT(LQ_TERM_SYN_BURST);
	terms->value[LQ_TERM_SYN_BURST] =
		max(terms->value[LQ_TERM_SYN_RATE] / LQ_BURST_PART, 1U);
}

static int check_terms(const struct lq_terms *terms, const struct net *net,
		       struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	int err = refuse_senseless(terms, attrs, extack);

	if (!err)
		err = refuse_limit(terms, LQ_TERM_BACKLOG, net, attrs, extack);
	if (!err)
		err = refuse_limit(terms, LQ_TERM_SYNQ, net, attrs, extack);
	if (!err)
		err = refuse_rate(terms, LQ_TERM_SYN_RATE, attrs, extack);
	if (!err)
		err = refuse_rate(terms, LQ_TERM_SYN_BURST, attrs, extack);
	if (!err)
		err = refuse_cookies(terms, net, attrs, extack);
	if (!err)
		err = refuse_early(terms, attrs, extack);
	return err;
}

static int parse_key(struct lq_policy_key *key, struct nlattr **attrs,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *v4 = attrs[LISTENQ_A_POLICY_ADDRESS4];
	const struct nlattr *v6 = attrs[LISTENQ_A_POLICY_ADDRESS6];
	const struct nlattr *port = attrs[LISTENQ_A_POLICY_PORT];

	if (!port) {
		lq_set_attr_missing(extack, LISTENQ_A_POLICY_PORT);
		return lq_netlink_refuse(extack, NULL, -EINVAL,
					 "which listeners? the attribute port is missing");
	}
	if (v4 && v6)
		return lq_netlink_refuse(extack, v6, -EINVAL,
					 "address4 and address6 exclude each other");
	key->port = nla_get_u16(port);
	if (v4) {
		key->family = AF_INET;
		ipv6_addr_set_v4mapped(nla_get_in_addr(v4), &key->address);
	} else if (v6) {
		key->family = AF_INET6;
		key->address = nla_get_in6_addr(v6);
	}
	return 0;
}

static int parse_request(struct lq_policy_key *key, struct genl_info *info)
{
	int err = lq_netlink_refuse_doubles(info->nlhdr, info->extack);

	return err ?: parse_key(key, info->attrs, info->extack);
}

/* Whose network namespace it is, not whose machine. */
static int check_privilege(struct sk_buff *skb, struct genl_info *info)
{
	if (netlink_ns_capable(skb, sock_net(skb->sk)->user_ns, CAP_NET_ADMIN))
		return 0;
	return lq_netlink_refuse(info->extack, NULL, -EPERM,
				 "policies need CAP_NET_ADMIN over the user namespace that owns the network namespace");
}

static int say_set_error(struct netlink_ext_ack *extack, int err)
{
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack,
			       "too many policies: the module's max_policies is reached");
	return err;
}

/**
 * listenq_nl_policy_set_doit() - make a policy or replace it
 * @skb: the request
 * @info: the request, parsed
 *
 * Context: process, sleeps.
 * Return: 0; -EPERM, -EINVAL, -ERANGE, -EOPNOTSUPP, -ENOSPC (with an extended
 * ACK), -ENOMEM, -EINTR; then nothing has changed.
 */
int listenq_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *timeout = info->attrs[LISTENQ_A_POLICY_TIMEOUT];
	struct lq_policy_key key = {};
	struct lq_terms terms = {};
	int err;

	err = check_privilege(skb, info);
	if (!err)
		err = parse_request(&key, info);
	if (!err)
		err = refuse_timeout(timeout, info->extack);
	if (err)
		return err;
	parse_terms(&terms, info->attrs);
	err = check_terms(&terms, genl_info_net(info), info->attrs,
			  info->extack);
	if (err)
		return err;
	default_burst(&terms);
	err = lq_policy_set(lq_netlink_netns(skb), &key, &terms,
			    timeout ? nla_get_u64(timeout) : 0);
	return say_set_error(info->extack, err);
}

static int say_missing(struct netlink_ext_ack *extack, int err)
{
	if (err == -ENOENT)
		NL_SET_ERR_MSG(extack, "no policy has this key");
	return err;
}

/**
 * listenq_nl_policy_del_doit() - delete a policy
 * @skb: the request
 * @info: the request, parsed
 *
 * Context: process, sleeps.
 * Return: 0; -EPERM, -EINVAL, -ENOENT (with an extended ACK), -EINTR.
 */
int listenq_nl_policy_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lq_policy_key key = {};
	int err;

	err = check_privilege(skb, info);
	if (!err)
		err = parse_request(&key, info);
	if (err)
		return err;
	err = lq_policy_del(lq_netlink_netns(skb), &key);
	return say_missing(info->extack, err);
}

static int reply_policy(struct genl_info *info,
			const struct lq_policy_state *policy)
{
	struct sk_buff *msg = genlmsg_new(LQ_POLICY_SIZE, GFP_KERNEL);
	void *header;

	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &lq_family, 0,
				   LISTENQ_CMD_POLICY_GET);
	if (!header || lq_put_policy(msg, policy)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

/**
 * listenq_nl_policy_get_doit() - one policy, by its key
 * @skb: the request
 * @info: the request, parsed
 *
 * Context: process, sleeps.
 * Return: 0; -EINVAL, -ENOENT (with an extended ACK), -ENOMEM, -EINTR.
 */
int listenq_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lq_policy_key key = {};
	struct lq_policy_state policy;
	int err;

	err = parse_request(&key, info);
	if (err)
		return err;
	err = lq_policy_get(lq_netlink_netns(skb), &key, &policy);
	if (err)
		return say_missing(info->extack, err);
	return reply_policy(info, &policy);
}

static bool dump_policy(struct sk_buff *skb, struct netlink_callback *cb,
			const struct lq_policy_state *policy)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, &lq_family, NLM_F_MULTI,
				   LISTENQ_CMD_POLICY_GET);

	if (!header)
		return false;
	if (lq_put_policy(skb, policy)) {
		genlmsg_cancel(skb, header);
		return false;
	}
	genl_dump_check_consistent(cb, header);
	genlmsg_end(skb, header);
	return true;
}

/**
 * listenq_nl_policy_get_dumpit() - a portion of the policies
 * @skb: to be filled
 * @cb: where the dump stands: behind the last key shown
 *
 * Context: process, sleeps.
 * Return: bytes filled, 0 at the end; -EINVAL (with an extended ACK), -EINTR.
 */
int listenq_nl_policy_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct lq_policy_key *last = (struct lq_policy_key *)cb->ctx;
	struct lq_policy_state policy;
	u32 generation;
	int err;

	BUILD_BUG_ON(sizeof(*last) > sizeof(cb->ctx));
	err = lq_netlink_refuse_all(cb->nlh, cb->extack);
	if (err)
		return err;
	for (;;) {
		err = lq_policy_next(lq_netlink_netns(cb->skb), last, &policy,
				     &generation);
		if (err == -EINTR)
			return err;
		/* At the end, too. 0 would mean that there was no portion before. */
		cb->seq = generation ?: 1;
		if (err)
			break;
		if (!dump_policy(skb, cb, &policy))
			break;
		*last = policy.key;
	}
	return skb->len;
}
