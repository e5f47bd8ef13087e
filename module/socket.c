// SPDX-License-Identifier: GPL-2.0
/*
 * What a listener's socket is known by.
 */
#include <linux/cgroup.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "socket.h"

static u64 cgroup_of(struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	return cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#else
	return 0;
#endif
}

/**
 * lq_socket_local() - the local address of a listener
 * @sk: a TCP socket that listens or has just closed
 * @address: becomes its address, an IPv4 one in the last four bytes
 *
 * Context: any.
 * Return: the port, in host order.
 */
u16 lq_socket_local(const struct sock *sk, struct in6_addr *address)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		*address = sk->sk_v6_rcv_saddr;
	else
#endif
		ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, address);
	/* A port that the kernel chose is taken out of sk_num at the close. */
	return ntohs(READ_ONCE(inet_sk(sk)->inet_sport));
}

/**
 * lq_socket_read() - note what a socket is known by
 * @socket: filled
 * @sk: a TCP socket
 *
 * Context: any with interrupts enabled; @sk may not be freed meanwhile.
 */
void lq_socket_read(struct lq_socket *socket, struct sock *sk)
{
	memset(socket, 0, sizeof(*socket));
	socket->family = sk->sk_family;
	socket->port = lq_socket_local(sk, &socket->address);
	socket->v6only = sk->sk_family == AF_INET6 && ipv6_only_sock(sk);
	socket->ifindex = READ_ONCE(sk->sk_bound_dev_if);
	socket->uid = READ_ONCE(sk->sk_uid);
	socket->inode = sock_i_ino(sk);
	socket->cgroup = cgroup_of(sk);
}

/**
 * lq_socket_ifname() - the name of the device that a socket is bound to
 * @socket: the socket
 * @net: its namespace
 * @name: filled; empty when it is bound to none or the device is gone
 *
 * Context: any but hard interrupt.
 */
void lq_socket_ifname(const struct lq_socket *socket, struct net *net,
		      char name[IFNAMSIZ])
{
	struct net_device *dev;

	*name = '\0';
	if (!socket->ifindex)
		return;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, socket->ifindex);
	if (dev)
		strscpy(name, dev->name, IFNAMSIZ);
	rcu_read_unlock();
}
