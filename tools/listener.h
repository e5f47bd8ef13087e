/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module says of listeners, sums, events, hooks and policies, out of
 * messages.
 */
#ifndef _LISTENQ_TOOL_LISTENER_H
#define _LISTENQ_TOOL_LISTENER_H

#include <net/if.h>
#include <netinet/in.h>

#include <linux/listenq.h>

#include "error.h"
#include "base.h"
#include "policy.h"

struct nlmsghdr;

/* Room for what a newer module may have more of. */
#define LQ_COMM_MAX 64
#define LQ_BUCKETS_MAX 40
#define LQ_COUNTS_MAX 48
#define LQ_QUEUE_MAX 10

/**
 * struct lq_counts - the numbers of a nest
 * @have: which of them are known, a bit by attribute number
 * @value: by attribute number
 */
struct lq_counts {
	u64 have;
	u64 value[LQ_COUNTS_MAX];
};

/**
 * struct lq_queue - one queue
 * @have: which numbers are known, a bit by attribute number
 * @value: by attribute number, LISTENQ_A_ACCEPTQ_* or LISTENQ_A_SYNQ_*
 */
struct lq_queue {
	u64 have;
	u64 value[LQ_QUEUE_MAX];
};

/**
 * struct lq_histogram - times
 * @nr: buckets
 * @bucket: n has those below 2^n microseconds
 */
struct lq_histogram {
	unsigned int nr;
	u64 bucket[LQ_BUCKETS_MAX];
};

/**
 * struct lq_comm - a program's name, any bytes
 * @len: bytes
 * @text: not terminated
 */
struct lq_comm {
	size_t len;
	char text[LQ_COMM_MAX];
};

/**
 * struct lq_holder - a process that has a socket open
 * @inode: the socket
 * @pid: the process
 * @fd: its descriptor
 * @comm: its name
 */
struct lq_holder {
	u64 inode;
	u32 pid;
	int fd;
	struct lq_comm comm;
};

/**
 * struct lq_listener - a listener, or the sum of several
 * @have: which members are known, a bit by LISTENQ_A_LISTENER_*
 * @acceptq: the accept queue
 * @synq: the SYN queue
 * @counters: by LISTENQ_A_COUNTERS_*
 * @handshake: first SYN-ACK to ESTABLISHED
 * @accept_wait: entering the accept queue to accept()'s return
 * @id: unique in the namespace
 * @inode: the socket's
 * @cgroup: its id
 * @since: nanoseconds since the epoch
 * @uid: the socket's owner
 * @pid: who called listen()
 * @ifindex: the device it is bound to
 * @family: AF_INET or AF_INET6
 * @port: in host byte order
 * @address: an in_addr in front when AF_INET
 * @ifname: the name of @ifindex
 * @comm: name of @pid
 * @policy: that it is under
 * @holders: found by looking; not of the message
 * @nr_holders: how many
 */
struct lq_listener {
	u64 have;
	struct lq_queue acceptq;
	struct lq_queue synq;
	struct lq_counts counters;
	struct lq_histogram handshake;
	struct lq_histogram accept_wait;
	u64 id;
	u64 inode;
	u64 cgroup;
	u64 since;
	u32 uid;
	u32 pid;
	u32 ifindex;
	u16 family;
	u16 port;
	struct in6_addr address;
	char ifname[IF_NAMESIZE];
	struct lq_comm comm;
	struct lq_policy policy;
	const struct lq_holder *holders;
	size_t nr_holders;
};

/**
 * struct lq_totals - sums over a namespace
 * @have: which members are known, a bit by LISTENQ_A_TOTALS_*
 * @closed: of listeners that are no more
 * @untracked: of those that have no entry
 * @total: of all
 * @kernel: what the kernel counted, by LISTENQ_A_COUNTERS_*
 * @unattributed: the difference, signed, by LISTENQ_A_REMAINDER_*
 * @events: number of the last event
 * @events_lost: events that could not be sent
 * @since: nanoseconds since the epoch
 * @listeners: that are tracked now
 * @version: of the module
 */
struct lq_totals {
	u64 have;
	struct lq_listener closed;
	struct lq_listener untracked;
	struct lq_listener total;
	struct lq_counts kernel;
	struct lq_counts unattributed;
	u64 events;
	u64 events_lost;
	u64 since;
	u32 listeners;
	char version[64];
};

/* No message has it: found by reading listeners anew. */
#define LQ_EVENT_CHANGED 255

/**
 * struct lq_event - a change of state
 * @have: which members are known, a bit by LISTENQ_A_EVENT_*
 * @listener: whom it is about; a policy's change is about none
 * @seq: number of the event
 * @lost: events that could not be sent so far
 * @time: nanoseconds since the epoch
 * @verdicts: since the episode's last event
 * @total: in the episode
 * @depth: of the queue
 * @limit: of the queue
 * @peak: of the queue, in the episode
 * @duration: nanoseconds
 * @kind: of the episode
 * @phase: of the episode
 * @change: what happened to a policy
 * @policy: to which
 * @command: the message's, LISTENQ_CMD_*_NTF, or LQ_EVENT_CHANGED
 */
struct lq_event {
	u64 have;
	struct lq_listener listener;
	u64 seq;
	u64 lost;
	u64 time;
	u64 verdicts;
	u64 total;
	u64 depth;
	u64 limit;
	u64 peak;
	u64 duration;
	u32 kind;
	u32 phase;
	u32 change;
	struct lq_policy policy;
	u8 command;
};

/**
 * struct lq_hook - a kernel function that is watched
 * @have: which members are known, a bit by LISTENQ_A_HOOK_*
 * @hits: calls seen
 * @missed: calls missed
 * @index: of the hook
 * @way: how
 * @exactness: whether every call is seen
 * @function: its name
 */
struct lq_hook {
	u64 have;
	u64 hits;
	u64 missed;
	u32 index;
	u32 way;
	u32 exactness;
	char function[128];
};

/**
 * lq_has() - whether an attribute was there
 * @have: bits
 * @type: the attribute
 */
static inline bool lq_has(u64 have, unsigned int type)
{
	return have >> type & 1;
}

int lq_parse_listener(const struct nlmsghdr *nlh, struct lq_listener *listener,
		      struct lq_error *error);
int lq_parse_totals(const struct nlmsghdr *nlh, struct lq_totals *totals,
		    struct lq_error *error);
int lq_parse_event(const struct nlmsghdr *nlh, struct lq_event *event,
		   struct lq_error *error);
int lq_parse_hook(const struct nlmsghdr *nlh, struct lq_hook *hook,
		  struct lq_error *error);
int lq_parse_policy(const struct nlmsghdr *nlh, struct lq_policy *policy,
		    struct lq_error *error);

bool lq_listener_count(const struct lq_listener *listener, unsigned int type,
		       u64 *value);
bool lq_listener_dual(const struct lq_listener *listener);
void lq_listener_owner(struct lq_listener *listener,
		       const struct lq_listener *from);

#endif
