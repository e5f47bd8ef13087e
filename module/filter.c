// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners a reader wants to see.
 */
#include <net/ipv6.h>
#include <net/sock.h>

#include "filter.h"
#include "snapshot.h"

static bool same_address(const struct in6_addr *address, const struct sock *sk)
{
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_equal(address, &sk->sk_v6_rcv_saddr);
	return address->s6_addr32[3] == sk->sk_rcv_saddr;
}

/**
 * lq_filter_socket() - sort out what need not be summed up
 * @filter: what is wanted
 * @sk: the listener's socket
 *
 * Context: any; @sk may not be freed meanwhile.
 * Return: false when the listener does not match; true: lq_filter_row() decides.
 */
bool lq_filter_socket(const struct lq_filter *filter, const struct sock *sk)
{
	if (filter->family && filter->family != sk->sk_family)
		return false;
	if (filter->port && filter->port != READ_ONCE(sk->sk_num))
		return false;
	return !filter->has_address || same_address(&filter->address, sk);
}

/**
 * lq_filter_row() - whether a listener is wanted
 * @filter: what is wanted
 * @row: the listener; lq_filter_socket() has let it through
 *
 * Context: any.
 * Return: whether it matches.
 */
bool lq_filter_row(const struct lq_filter *filter, const struct lq_row *row)
{
	if (filter->id && filter->id != row->id)
		return false;
	if (filter->has_inode && filter->inode != row->socket.inode)
		return false;
	if (filter->has_cgroup && filter->cgroup != row->socket.cgroup)
		return false;
	return !filter->drops_only || row->listen_overflow ||
	       row->sums.count[LQ_LISTEN_DROP];
}
