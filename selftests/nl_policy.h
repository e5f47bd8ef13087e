/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies, asked for properly. What the kernel says of a refusal stays readable
 * in nl_policy_last until the next request of this process.
 *
 *	struct nl_policy policy = nl_policy_for("127.0.0.1", 7000);
 *
 *	policy.backlog = 5;
 *	ASSERT_EQ(0, nl_policy_set(nl, &policy));
 */
#ifndef NL_POLICY_H
#define NL_POLICY_H

#include "nl_common.h"

/* Nothing but a key, which is yet to come */
#define NL_POLICY_INIT {						\
	.backlog = -1, .synq = -1, .overflow = -1, .syncookies = -1,	\
	.synack_retries = -1, .queue = -1, .syn_rate = -1,		\
	.syn_burst = -1, .admit = -1, .timeout_ms = -1,			\
}

/* Of the last set, del, get or dump */
struct nl_policy_last {
	int error;		/* an errno; 0: done */
	const char *text;	/* of the extended ACK; "" when there is none */
	u16 blamed;		/* attribute it complains of; 0: none */
	u16 missing;		/* attribute it misses; 0: none */
	unsigned int messages;
};

extern struct nl_policy_last nl_policy_last;

struct nl_policy_list {
	struct nl_policy *policy;
	int n;
	struct lq_nl_answer answer;
};

/* All return 0 or -errno, but for those that say otherwise */
struct nl_policy nl_policy_for(const char *address, int port);
int nl_policy_set(struct lq_nl *nl, const struct nl_policy *policy);
int nl_policy_del(struct lq_nl *nl, const struct nl_policy *key);
int nl_policy_get(struct lq_nl *nl, const struct nl_policy *key,
		  struct nl_policy *policy);
int nl_policy_dump(struct lq_nl *nl, size_t buffer,
		   struct nl_policy_list *list);
void nl_policy_free(struct nl_policy_list *list);
int nl_policy_clear_all(struct lq_nl *nl);
int nl_policy_count(struct lq_nl *nl);

/* The one that can be seen from outside, and what else is short so */
struct nl_policy nl_policy_backlog_for(const char *address, int port,
				       int backlog);
int nl_policy_set_backlog(struct lq_nl *nl, const char *address, int port,
			  int backlog);
int nl_policy_del_key(struct lq_nl *nl, const char *address, int port);
int nl_policy_set_many(struct lq_nl *nl, int port, int n);
u64 nl_policy_last_event(struct lq_nl *nl);
struct lq_nl *nl_policy_subscriber(void);
int nl_policy_hear(struct lq_nl *ear, struct lq_nl_events *heard, int n);

/* nl_policy_load.c: policies that change all the time, on lq_load's listeners */
struct nl_policy_writers {
	struct nl_policy_shared *shared;
	pid_t child[4];
	int n;
};

struct nl_policy nl_policy_any(unsigned int *seed);
int nl_policy_write_start(struct nl_policy_writers *writers, int n,
			  bool forever);
int nl_policy_write_stop(struct nl_policy_writers *writers);
u64 nl_policy_written(const struct nl_policy_writers *writers);
int nl_policy_load_restored(const struct lq_load *load);

/* For requests that are wrong: the same, with what the caller put into it */
struct nlmsghdr *nl_policy_request(void *buffer, u8 command);
void nl_policy_put_key(struct nlmsghdr *request, const struct nl_policy *key);
void nl_policy_put(struct nlmsghdr *request, const struct nl_policy *policy);
struct nl_policy nl_policy_of_request(const struct nlmsghdr *request);
int nl_policy_talk(struct lq_nl *nl, struct nlmsghdr *request,
		   lq_nl_take *take, void *data);

bool nl_policy_same_key(const struct nl_policy *a, const struct nl_policy *b);
int nl_policy_differs(const struct nl_policy *expected,
		      const struct nl_policy *seen);
const char *nl_policy_name(const struct nl_policy *key);
bool nl_policy_limit_is(int listener, unsigned int limit);

#endif /* NL_POLICY_H */
