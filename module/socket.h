/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a listener's socket is known by.
 */
#ifndef _LISTENQ_SOCKET_H
#define _LISTENQ_SOCKET_H

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct net;
struct sock;

/**
 * struct lq_socket - what a listener's socket is known by
 * @family: AF_INET or AF_INET6; 0 while nothing is known
 * @port: in host order
 * @v6only: no IPv4
 * @address: an IPv4 address in the last four bytes
 * @ifindex: device it is bound to, or 0
 * @uid: its owner
 * @inode: or 0
 * @cgroup: id of its cgroup, or 0
 */
struct lq_socket {
	u16 family;
	u16 port;
	bool v6only;
	struct in6_addr address;
	int ifindex;
	kuid_t uid;
	u64 inode;
	u64 cgroup;
};

u16 lq_socket_local(const struct sock *sk, struct in6_addr *address);
void lq_socket_read(struct lq_socket *socket, struct sock *sk);
void lq_socket_ifname(const struct lq_socket *socket, struct net *net,
		      char name[IFNAMSIZ]);

#endif /* _LISTENQ_SOCKET_H */
