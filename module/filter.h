/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which listeners a reader wants to see.
 */
#ifndef _LISTENQ_FILTER_H
#define _LISTENQ_FILTER_H

#include <linux/in6.h>
#include <linux/types.h>

struct lq_row;
struct lq_socket;

/**
 * struct lq_filter - all that is set must match
 * @family: AF_INET or AF_INET6; 0: both
 * @has_address: @address counts
 * @address: an IPv4 address in the last four bytes
 * @port: in host order, or 0
 * @id: of the listener, or 0
 * @has_inode: @inode counts
 * @inode: of the socket
 * @has_cgroup: @cgroup counts
 * @cgroup: id of the socket's cgroup
 * @drops_only: only listeners with drops or overflows
 */
struct lq_filter {
	u16 family;
	bool has_address;
	struct in6_addr address;
	u16 port;
	u64 id;
	bool has_inode;
	u64 inode;
	bool has_cgroup;
	u64 cgroup;
	bool drops_only;
};

bool lq_filter_socket(const struct lq_filter *filter,
		      const struct lq_socket *socket);
bool lq_filter_row(const struct lq_filter *filter, const struct lq_row *row);

#endif /* _LISTENQ_FILTER_H */
