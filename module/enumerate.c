// SPDX-License-Identifier: GPL-2.0
/*
 * The listeners that were there before the module: a walk over the kernel's
 * listening hash.  Births and deaths are watched already, so whatever changes
 * meanwhile is not missed, and entries that are there already are passed over.
 */
#include <linux/sched.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat/listening.h"
#include "enumerate.h"
#include "listener.h"

#define LQ_GATHER 64

struct lq_gather {
	struct sock *sk[LQ_GATHER];
	int nr;
};

static bool wanted(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP &&
	       inet_sk_state_load(sk) == TCP_LISTEN &&
	       !lq_listener_find(sk);
}

/*
 * Takes references to listeners of one bucket that have no entry yet.
 * Return: there may be more.
 */
static bool gather(struct inet_listen_hashbucket *bucket,
		   struct lq_gather *found)
{
	struct hlist_nulls_node *node;
	struct sock *sk;

	rcu_read_lock();
	/* As the kernel takes it: never in softirq. */
	spin_lock(&bucket->lock);
	sk_nulls_for_each(sk, node, &bucket->nulls_head) {
		if (!wanted(sk) || !refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		found->sk[found->nr++] = sk;
		if (found->nr == LQ_GATHER)
			break;
	}
	spin_unlock(&bucket->lock);
	rcu_read_unlock();
	return found->nr == LQ_GATHER;
}

/*
 * An entry that is there, or whose socket or namespace is going, is no
 * failure.  Return: how many were added, or -ENOMEM.
 */
static int add_and_put(struct lq_gather *found)
{
	int err = 0, added = 0;

	while (found->nr) {
		struct sock *sk = found->sk[--found->nr];
		int ret = err ?: lq_listener_add(sk, NULL, GFP_KERNEL);

		if (ret == -ENOMEM)
			err = ret;
		else if (!ret)
			added++;
		sock_put(sk);
	}
	return err ?: added;
}

static int enumerate_bucket(struct inet_listen_hashbucket *bucket)
{
	struct lq_gather found = {};
	bool more;
	int ret;

	do {
		more = gather(bucket, &found);
		ret = add_and_put(&found);
		cond_resched();
	} while (more && ret > 0);
	return min(ret, 0);
}

/**
 * lq_enumerate() - enter every listener that is there into the registry
 *
 * One listening hash serves every namespace: those with a table of their own
 * for connections (tcp_child_ehash_entries) share it too.
 *
 * Context: process, sleeps.
 * Return: 0 or -ENOMEM.
 */
int lq_enumerate(void)
{
	struct inet_hashinfo *hashinfo =
		init_net.ipv4.tcp_death_row.hashinfo;
	unsigned int slot;
	int err = 0;

	for (slot = 0; slot < lq_listening_buckets(hashinfo) && !err; slot++)
		err = enumerate_bucket(lq_listening_bucket(hashinfo, slot));
	return err;
}
