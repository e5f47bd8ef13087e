// SPDX-License-Identifier: GPL-2.0
/*
 * The network namespaces.
 *
 * Events find them through a table of our own, not through net_generic(): they
 * can still arrive for a namespace whose exit we have been through (a kernel
 * socket that listens is closed by a later exit), when net_generic()'s memory
 * is gone.  Here such a namespace is simply no longer found.
 */
#include <linux/hash.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "listener.h"
#include "mib.h"
#include "netns.h"
#include "proc.h"

#define LQ_NETNS_BITS 8

static struct hlist_head lq_netns_table[1 << LQ_NETNS_BITS];
static DEFINE_SPINLOCK(lq_netns_lock);
static unsigned int lq_netns_id __read_mostly;

static struct hlist_head *bucket_of(const struct net *net)
{
	return &lq_netns_table[hash_ptr(net, LQ_NETNS_BITS)];
}

/**
 * lq_netns_find() - what is kept for a namespace
 * @net: the namespace
 *
 * Context: inside an RCU read-side section.
 * Return: NULL when the namespace is not there yet or on its way out.
 */
struct lq_netns *lq_netns_find(const struct net *net)
{
	struct lq_netns *netns;

	hlist_for_each_entry_rcu(netns, bucket_of(net), node) {
		if (netns->net == net)
			return netns;
	}
	return NULL;
}

/**
 * lq_netns_for_each() - visit every namespace
 * @visit: called inside an RCU read-side section; must not sleep
 * @data: handed to @visit
 *
 * Context: any.
 */
void lq_netns_for_each(void (*visit)(struct lq_netns *netns, void *data),
		       void *data)
{
	struct lq_netns *netns;
	int n;

	rcu_read_lock();
	for (n = 0; n < ARRAY_SIZE(lq_netns_table); n++)
		hlist_for_each_entry_rcu(netns, &lq_netns_table[n], node)
			visit(netns, data);
	rcu_read_unlock();
}

/**
 * lq_mibs_read() - sum a namespace's own counters over the CPUs
 * @net: the namespace
 * @mibs: the sums
 *
 * Context: any.
 */
void lq_mibs_read(const struct net *net, struct lq_mibs *mibs)
{
	int cpu, n;

	memset(mibs, 0, sizeof(*mibs));
	for_each_possible_cpu(cpu) {
		const unsigned long *mib = lq_mib_of(net, cpu);

		for (n = 0; n < LQ_MIB_NR; n++)
			mibs->mib[n] += READ_ONCE(mib[lq_linux_mib[n]]);
	}
}

static void netns_free(struct lq_netns *netns)
{
	lq_events_end(&netns->events);
	lq_stats_free(&netns->late);
	lq_stats_free(&netns->untracked);
	xa_destroy(&netns->listeners);
	kfree(netns);
}

static struct lq_netns *netns_alloc(struct net *net)
{
	struct lq_netns *netns = kzalloc(sizeof(*netns), GFP_KERNEL);

	if (!netns)
		return NULL;
	netns->net = net;
	mutex_init(&netns->reading);
	xa_init(&netns->listeners);
	lq_stats_init(&netns->late);
	lq_stats_init(&netns->untracked);
	INIT_LIST_HEAD(&netns->closing);
	lq_policies_init(&netns->policies);
	netns->next_id = 1;
	netns->since_ns = ktime_get_real_ns();
	if (lq_events_init(&netns->events) ||
	    lq_stats_alloc(&netns->late) ||
	    lq_stats_alloc(&netns->untracked)) {
		netns_free(netns);
		return NULL;
	}
	lq_mibs_read(net, &netns->base);
	return netns;
}

/* For the pernet operations only, as long as the namespace has us. */
static struct lq_netns **own_netns(struct net *net)
{
	return net_generic(net, lq_netns_id);
}

static int __net_init netns_init(struct net *net)
{
	struct lq_netns *netns = netns_alloc(net);
	int err;

	if (!netns)
		return -ENOMEM;
	err = lq_proc_net_add(net, netns);
	if (err) {
		netns_free(netns);
		return err;
	}
	*own_netns(net) = netns;
	spin_lock(&lq_netns_lock);
	hlist_add_head_rcu(&netns->node, bucket_of(net));
	spin_unlock(&lq_netns_lock);
	return 0;
}

static void __net_exit netns_pre_exit(struct net *net)
{
	struct lq_netns *netns = *own_netns(net);

	/* Waits for the last reader. */
	lq_proc_net_remove(net);
	/* From here on no listener of this namespace is added. */
	spin_lock(&lq_netns_lock);
	hlist_del_rcu(&netns->node);
	spin_unlock(&lq_netns_lock);
}

/* The core has waited for RCU since pre_exit: nobody finds them any more. */
static void __net_exit netns_exit_batch(struct list_head *net_exit_list)
{
	struct net *net;

	list_for_each_entry(net, net_exit_list, exit_list) {
		lq_policies_end(*own_netns(net));
		lq_listener_forget_all(*own_netns(net));
	}
	lq_listener_flush();
	list_for_each_entry(net, net_exit_list, exit_list)
		netns_free(*own_netns(net));
}

static struct pernet_operations lq_netns_ops = {
	.init = netns_init,
	.pre_exit = netns_pre_exit,
	.exit_batch = netns_exit_batch,
	.id = &lq_netns_id,
	.size = sizeof(struct lq_netns *),
};

/**
 * lq_netns_init() - take up every namespace, present and future
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error; then nothing is left behind.
 */
int lq_netns_init(void)
{
	return register_pernet_subsys(&lq_netns_ops);
}

/**
 * lq_netns_exit() - let every namespace go, with all its listeners
 *
 * Context: process, may sleep; the hooks are gone, or no listener is found any more
 * by those that are left.
 */
void lq_netns_exit(void)
{
	unregister_pernet_subsys(&lq_netns_ops);
}
