// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: requests, dumps, the sending of events.
 *
 * The policies and the table of operations are generated from listenq.yaml;
 * here is what they cannot say.
 */
#include <linux/bitops.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "attribute.h"
#include "baseline.h"
#include "compat/extack.h"
#include "compat/genetlink.h"
#include "event.h"
#include "filter.h"
#include "hook.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "netns.h"
#include "snapshot.h"
#include "netlink-gen.c"

struct genl_family lq_family __ro_after_init = {
	.name = LISTENQ_FAMILY_NAME,
	.version = LISTENQ_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.mcgrps = listenq_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(listenq_nl_mcgrps),
};

/**
 * struct lq_dump - where a dump of listeners stands, in netlink_callback.ctx
 * @begun: the request has been looked at
 * @next: id from which it goes on
 * @end: id before which it ends: those born later are for the next dump
 */
struct lq_dump {
	bool begun;
	unsigned long next;
	unsigned long end;
};

/**
 * lq_netlink_netns() - the namespace that a request is about
 * @skb: the request: whoever asks holds the namespace, and the module goes only
 *	without us
 *
 * Context: process.
 * Return: it.
 */
struct lq_netns *lq_netlink_netns(const struct sk_buff *skb)
{
	struct lq_netns *netns;

	rcu_read_lock();
	netns = lq_netns_find(sock_net(skb->sk));
	rcu_read_unlock();
	return netns;
}

static void viewer_of(struct lq_viewer *viewer, const struct sk_buff *skb)
{
	viewer->user_ns = sk_user_ns(NETLINK_CB(skb).sk);
	viewer->pid_ns = task_active_pid_ns(current);
}

/**
 * lq_netlink_refuse_doubles() - refuse an attribute that is there twice
 * @nlh: the request
 * @extack: to say so: the kernel would take the last of two
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int lq_netlink_refuse_doubles(const struct nlmsghdr *nlh,
			      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u64 seen = 0;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) >= 64)
			continue;
		if (seen & BIT_ULL(nla_type(attr))) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "attribute is there twice");
			return -EINVAL;
		}
		seen |= BIT_ULL(nla_type(attr));
	}
	return 0;
}

/**
 * lq_netlink_refuse_all() - refuse any attribute
 * @nlh: the request
 * @extack: to say so
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int lq_netlink_refuse_all(const struct nlmsghdr *nlh,
			  struct netlink_ext_ack *extack)
{
	if (nlmsg_attrlen(nlh, GENL_HDRLEN) <= 0)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nlmsg_attrdata(nlh, GENL_HDRLEN),
			    "this request takes no attributes");
	return -EINVAL;
}

/**
 * lq_netlink_refuse() - refuse a request
 * @extack: to say so; may be NULL
 * @attr: because of which attribute, or NULL
 * @err: negative error
 * @why: a constant string
 *
 * Context: any.
 * Return: @err.
 */
int lq_netlink_refuse(struct netlink_ext_ack *extack,
		      const struct nlattr *attr, int err, const char *why)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = why;
	return err;
}

static int parse_address(struct lq_filter *filter, struct nlattr **attrs,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *v4 = attrs[LISTENQ_A_LISTENER_ADDRESS4];
	const struct nlattr *v6 = attrs[LISTENQ_A_LISTENER_ADDRESS6];
	u16 family = v4 ? AF_INET : AF_INET6;

	if (!v4 && !v6)
		return 0;
	if (v4 && v6)
		return lq_netlink_refuse(extack, v6, -EINVAL,
					 "address4 and address6 exclude each other");
	if (filter->family && filter->family != family)
		return lq_netlink_refuse(extack, v4 ?: v6, -EINVAL,
					 "address and family do not belong together");
	filter->family = family;
	filter->has_address = true;
	if (v4)
		ipv6_addr_set_v4mapped(nla_get_in_addr(v4), &filter->address);
	else
		filter->address = nla_get_in6_addr(v6);
	return 0;
}

static int parse_filter(struct lq_filter *filter, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;

	attr = attrs[LISTENQ_A_LISTENER_FAMILY];
	if (attr)
		filter->family = nla_get_u16(attr);
	if (attr && filter->family != AF_INET && filter->family != AF_INET6)
		return lq_netlink_refuse(extack, attr, -EINVAL,
					 "family must be AF_INET (2) or AF_INET6 (10)");
	attr = attrs[LISTENQ_A_LISTENER_PORT];
	if (attr)
		filter->port = nla_get_u16(attr);
	attr = attrs[LISTENQ_A_LISTENER_ID];
	if (attr)
		filter->id = nla_get_u64(attr);
	attr = attrs[LISTENQ_A_LISTENER_INODE];
	if (attr)
		filter->inode = nla_get_u64(attr);
	filter->has_inode = attr;
	attr = attrs[LISTENQ_A_LISTENER_CGROUP];
	if (attr)
		filter->cgroup = nla_get_u64(attr);
	filter->has_cgroup = attr;
	filter->drops_only = attrs[LISTENQ_A_LISTENER_DROPS_ONLY];
	return parse_address(filter, attrs, extack);
}

/* Lets ids beyond what a long holds match nothing. */
static void id_range(const struct lq_filter *filter, struct lq_netns *netns,
		     struct lq_dump *dump)
{
	dump->end = READ_ONCE(netns->next_id);
	if (!filter->id)
		return;
	if (filter->id >= dump->end) {
		dump->next = dump->end;
		return;
	}
	dump->next = filter->id;
	dump->end = filter->id + 1;
}

static int get_row(struct lq_netns *netns, const struct lq_viewer *viewer,
		   u64 id, struct lq_row *row)
{
	struct lq_filter filter = { .id = id };
	struct lq_dump dump = {};
	bool found;

	id_range(&filter, netns, &dump);
	if (mutex_lock_killable(&netns->reading))
		return -EINTR;
	found = lq_snapshot_next(netns, viewer, &filter, &dump.next, dump.end,
				 row);
	mutex_unlock(&netns->reading);
	return found ? 0 : -ENOENT;
}

/* What a request by id may not have besides. */
static int refuse_filters(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	int n;

	for (n = LISTENQ_A_LISTENER_ID + 1; n <= LISTENQ_A_LISTENER_DROPS_ONLY;
	     n++) {
		if (attrs[n])
			return lq_netlink_refuse(extack, attrs[n], -EINVAL,
						 "one listener is got by its id alone: other filters are for a dump");
	}
	return 0;
}

static int reply(struct genl_info *info, struct sk_buff *msg, void *header)
{
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

static int reply_listener(struct genl_info *info, const struct lq_row *row)
{
	struct sk_buff *msg = genlmsg_new(LQ_LISTENER_SIZE, GFP_KERNEL);
	void *header;

	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &lq_family, 0,
				   LISTENQ_CMD_LISTENER_GET);
	if (!header || lq_put_listener(msg, row)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return reply(info, msg, header);
}

/**
 * listenq_nl_listener_get_doit() - one listener, by its id
 * @skb: the request
 * @info: the request, parsed
 *
 * Context: process, sleeps.
 * Return: 0; -EINVAL, -ENOENT (with an extended ACK), -ENOMEM, -EINTR.
 */
int listenq_nl_listener_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id = info->attrs[LISTENQ_A_LISTENER_ID];
	struct lq_viewer viewer;
	struct lq_row *row;
	int err;

	err = lq_netlink_refuse_doubles(info->nlhdr, info->extack);
	if (!err)
		err = refuse_filters(info->attrs, info->extack);
	if (err)
		return err;
	if (!id) {
		lq_set_attr_missing(info->extack, LISTENQ_A_LISTENER_ID);
		NL_SET_ERR_MSG(info->extack,
			       "which listener? the attribute id is missing");
		return -EINVAL;
	}
	row = kmalloc(sizeof(*row), GFP_KERNEL);
	if (!row)
		return -ENOMEM;
	viewer_of(&viewer, skb);
	err = get_row(lq_netlink_netns(skb), &viewer, nla_get_u64(id), row);
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, id,
				    "no listener has this id (any more)");
	if (!err)
		err = reply_listener(info, row);
	kfree(row);
	return err;
}

static bool dump_listener(struct sk_buff *skb, struct netlink_callback *cb,
			  const struct lq_row *row)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, &lq_family, NLM_F_MULTI,
				   LISTENQ_CMD_LISTENER_GET);

	if (!header)
		return false;
	if (lq_put_listener(skb, row)) {
		genlmsg_cancel(skb, header);
		return false;
	}
	genl_dump_check_consistent(cb, header);
	genlmsg_end(skb, header);
	return true;
}

static int dump_listeners(struct sk_buff *skb, struct netlink_callback *cb,
			  struct lq_netns *netns,
			  const struct lq_filter *filter, struct lq_row *row)
{
	struct lq_dump *dump = (struct lq_dump *)cb->ctx;
	/* Of the smallest size: the reader's buffer may be yet smaller. */
	bool single = skb_tailroom(skb) <= NLMSG_GOODSIZE;
	struct lq_viewer viewer;

	viewer_of(&viewer, cb->skb);
	if (mutex_lock_killable(&netns->reading))
		return -EINTR;
	/* 0 would mean that there was no portion before. */
	cb->seq = READ_ONCE(netns->generation) ?: 1;
	while (!(single && skb->len) &&
	       lq_snapshot_next(netns, &viewer, filter, &dump->next, dump->end,
				row)) {
		if (!dump_listener(skb, cb, row))
			break;
		dump->next++;
		cond_resched();
	}
	mutex_unlock(&netns->reading);
	return skb->len;
}

/**
 * listenq_nl_listener_get_dumpit() - a portion of the listeners that match
 * @skb: to be filled
 * @cb: where the dump stands
 *
 * Context: process, sleeps.
 * Return: bytes filled, 0 at the end; -EINVAL (with an extended ACK), -ENOMEM,
 * -EINTR.
 */
int listenq_nl_listener_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	struct lq_dump *dump = (struct lq_dump *)cb->ctx;
	struct lq_netns *netns = lq_netlink_netns(cb->skb);
	struct lq_filter filter = {};
	struct lq_row *row;
	int err;

	BUILD_BUG_ON(sizeof(*dump) > sizeof(cb->ctx));
	err = parse_filter(&filter, lq_dump_attrs(cb), cb->extack);
	if (!err && !dump->begun) {
		err = lq_netlink_refuse_doubles(cb->nlh, cb->extack);
		id_range(&filter, netns, dump);
		dump->begun = true;
	}
	if (err)
		return err;
	row = kmalloc(sizeof(*row), GFP_KERNEL);
	if (!row)
		return -ENOMEM;
	err = dump_listeners(skb, cb, netns, &filter, row);
	kfree(row);
	return err;
}

static int count_row(const struct lq_row *row, void *data)
{
	++*(u32 *)data;
	return 0;
}

static int reply_totals(struct genl_info *info, struct lq_netns *netns,
			u32 listeners, const struct lq_totals *totals)
{
	struct sk_buff *msg = genlmsg_new(LQ_TOTALS_SIZE, GFP_KERNEL);
	void *header;

	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &lq_family, 0,
				   LISTENQ_CMD_TOTALS_GET);
	if (!header || lq_put_totals(msg, netns, listeners, totals)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return reply(info, msg, header);
}

/**
 * listenq_nl_totals_get_doit() - the sums over a namespace's listeners
 * @skb: the request
 * @info: the request, parsed
 *
 * Context: process, sleeps.
 * Return: 0; -EINVAL (with an extended ACK), -ENOMEM, -EINTR.
 */
int listenq_nl_totals_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lq_netns *netns = lq_netlink_netns(skb);
	struct lq_totals *totals;
	struct lq_viewer viewer;
	u32 listeners = 0;
	int err;

	err = lq_netlink_refuse_all(info->nlhdr, info->extack);
	if (err)
		return err;
	totals = kzalloc(sizeof(*totals), GFP_KERNEL);
	if (!totals)
		return -ENOMEM;
	viewer_of(&viewer, skb);
	err = lq_snapshot(netns, &viewer, count_row, &listeners, totals);
	if (!err)
		err = reply_totals(info, netns, listeners, totals);
	kfree(totals);
	return err;
}

/**
 * listenq_nl_hook_get_doit() - one hook, by its index
 * @skb: the request
 * @info: the request, parsed
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL, -ENOENT (with an extended ACK), -ENOMEM.
 */
int listenq_nl_hook_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *index = info->attrs[LISTENQ_A_HOOK_INDEX];
	struct lq_hook_state state;
	struct sk_buff *msg;
	void *header;
	int err;

	err = lq_netlink_refuse_doubles(info->nlhdr, info->extack);
	if (err)
		return err;
	if (!index) {
		lq_set_attr_missing(info->extack, LISTENQ_A_HOOK_INDEX);
		NL_SET_ERR_MSG(info->extack,
			       "which hook? the attribute index is missing");
		return -EINVAL;
	}
	if (!lq_hook_state(nla_get_u32(index), &state)) {
		NL_SET_ERR_MSG_ATTR(info->extack, index,
				    "no hook has this index");
		return -ENOENT;
	}
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &lq_family, 0,
				   LISTENQ_CMD_HOOK_GET);
	if (!header || lq_put_hook(msg, nla_get_u32(index), &state)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return reply(info, msg, header);
}

/**
 * listenq_nl_hook_get_dumpit() - a portion of the hooks
 * @skb: to be filled
 * @cb: where the dump stands
 *
 * Context: process, may sleep.
 * Return: bytes filled, 0 at the end; -EINVAL (with an extended ACK).
 */
int listenq_nl_hook_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct lq_hook_state state;
	int err;

	err = lq_netlink_refuse_all(cb->nlh, cb->extack);
	if (err)
		return err;
	for (; lq_hook_state(cb->args[0], &state); cb->args[0]++) {
		void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
					   cb->nlh->nlmsg_seq, &lq_family,
					   NLM_F_MULTI, LISTENQ_CMD_HOOK_GET);

		if (!header)
			break;
		if (lq_put_hook(skb, cb->args[0], &state)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}

/**
 * lq_netlink_has_listeners() - whether anybody listens to events
 * @net: the namespace; the kernel answers for all of them at once
 *
 * Context: any.
 * Return: whether to make events.
 */
bool lq_netlink_has_listeners(struct net *net)
{
	return genl_has_listeners(&lq_family, net, LISTENQ_NLGRP_EVENTS);
}

static u8 command_of(enum lq_event_what what)
{
	switch (what) {
	case LQ_EVENT_ADD:
		return LISTENQ_CMD_LISTENER_ADD_NTF;
	case LQ_EVENT_DEL:
		return LISTENQ_CMD_LISTENER_DEL_NTF;
	case LQ_EVENT_POLICY:
		return LISTENQ_CMD_POLICY_NTF;
	default:
		return LISTENQ_CMD_EPISODE_NTF;
	}
}

/**
 * lq_netlink_event() - send an event to whoever listens
 * @net: the namespace
 * @row: the listener that it is about; of a policy NULL
 * @event: the event
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM or -EMSGSIZE: it could not be made; else whoever did not
 * get it is told so by the socket.
 */
int lq_netlink_event(struct net *net, const struct lq_row *row,
		     const struct lq_event *event)
{
	struct sk_buff *msg;
	void *header;

	if (!lq_netlink_has_listeners(net))
		return -ESRCH;
	msg = genlmsg_new(LQ_LISTENER_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put(msg, 0, 0, &lq_family, 0, command_of(event->what));
	if (!header || lq_put_event(msg, row, event)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_multicast_netns(&lq_family, net, msg, 0,
				       LISTENQ_NLGRP_EVENTS, GFP_KERNEL);
}

/**
 * lq_netlink_init() - register the family
 *
 * Context: process, sleeps; counting has begun.
 * Return: 0 or a negative error, said in the log.
 */
int lq_netlink_init(void)
{
	int err;

	err = lq_genl_set_ops(&lq_family, listenq_nl_ops,
			      ARRAY_SIZE(listenq_nl_ops));
	if (err)
		return err;
	err = genl_register_family(&lq_family);
	if (err) {
		pr_err("cannot register the netlink family (%d)\n", err);
		lq_genl_free_ops(&lq_family);
	}
	return err;
}

/**
 * lq_netlink_exit() - unregister it
 *
 * Context: process, sleeps until no request is under way.
 */
void lq_netlink_exit(void)
{
	genl_unregister_family(&lq_family);
	lq_genl_free_ops(&lq_family);
}
