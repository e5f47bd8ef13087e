/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which listeners are wanted.
 */
#ifndef _LISTENQ_TOOL_FILTER_H
#define _LISTENQ_TOOL_FILTER_H

#include <net/if.h>
#include <netinet/in.h>

#include "base.h"

struct lq_listener;
struct lq_options;
struct lq_policy;
struct nlmsghdr;

/* More than anybody types. */
#define LQ_WANTED_MAX 256

/**
 * enum lq_wanted_kind - what is compared
 * @LQ_WANTED_LOCAL: address, device and port
 * @LQ_WANTED_SPORT: the port
 * @LQ_WANTED_ID: the id
 * @LQ_WANTED_INODE: the socket's inode
 * @LQ_WANTED_CGROUP: the id of the cgroup
 * @LQ_WANTED_NR: how many there are
 */
enum lq_wanted_kind {
	LQ_WANTED_LOCAL,
	LQ_WANTED_SPORT,
	LQ_WANTED_ID,
	LQ_WANTED_INODE,
	LQ_WANTED_CGROUP,
	LQ_WANTED_NR,
};

/**
 * struct lq_wanted - one thing to compare with
 * @kind: what is compared
 * @family: of @address; 0: any address
 * @address: an in_addr in front when AF_INET
 * @bits: of the address that count
 * @dev: the device; empty: any
 * @port: 0: any
 * @number: of other kinds
 */
struct lq_wanted {
	enum lq_wanted_kind kind;
	int family;
	struct in6_addr address;
	unsigned int bits;
	char dev[IF_NAMESIZE];
	u16 port;
	u64 number;
};

/**
 * struct lq_filter - which listeners are wanted
 * @family: AF_INET or AF_INET6; 0: both
 * @drops: only those that dropped something
 * @nr: how many things there are to compare with
 * @kinds: how many of each kind
 * @wanted: they: one of each kind that is there has to be met
 */
struct lq_filter {
	int family;
	bool drops;
	size_t nr;
	size_t kinds[LQ_WANTED_NR];
	struct lq_wanted wanted[LQ_WANTED_MAX];
};

bool lq_filter_local(const char *word, struct lq_wanted *wanted);
int lq_filter_parse(struct lq_filter *filter, const struct lq_options *options,
		    int nr, char **words);
void lq_filter_put(const struct lq_filter *filter, struct nlmsghdr *nlh);
bool lq_filter_match(const struct lq_filter *filter,
		     const struct lq_listener *listener);
bool lq_filter_match_policy(const struct lq_filter *filter,
			    const struct lq_policy *policy);

#endif
