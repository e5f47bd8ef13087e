/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the netlink family share: a client on libmnl that knows the
 * specification (listenq.yaml) and nothing else of the module, and is strict. An
 * attribute that the specification doesn't name, one of a wrong size or one that
 * comes twice is an lq_error(), as everything is that makes figures meaningless.
 */
#ifndef NL_COMMON_H
#define NL_COMMON_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/listenq.h>
#include <net/if.h>

#include "lq.h"

/* nl_common.c: a socket, requests, answers */
struct lq_nl {
	struct mnl_socket *socket;
	u16 family;
	u32 events;	/* the multicast group */
	u32 seq;
};

/* No attribute is there, as its number or its offset */
#define LQ_NL_NOWHERE	0

/* No answer came at all */
#define LQ_NL_SILENCE	(-1)

struct lq_nl_answer {
	int error;		/* an errno; 0: done; or LQ_NL_SILENCE */
	char text[160];		/* of the extended ACK */
	u32 offset;		/* of the attribute it complains of */
	u32 missing;		/* number of the attribute it misses */
	bool done;		/* the end was an NLMSG_DONE */
	bool interrupted;	/* NLM_F_DUMP_INTR was on a message */
	bool truncated;		/* a datagram was larger than our buffer */
	unsigned int messages;	/* of the family */
	unsigned int datagrams;
	unsigned int most;	/* messages in one datagram */
};

typedef void lq_nl_take(const struct nlmsghdr *message, void *data);

/* As a buffer's size: exactly what the next datagram needs */
#define LQ_NL_FITTING	0
#define LQ_NL_BUFFER	(64 << 10)

struct lq_nl *lq_nl_open(void);
void lq_nl_close(struct lq_nl *nl);
void lq_nl_room(struct lq_nl *nl, int size);
int lq_nl_subscribe(struct lq_nl *nl);
void lq_nl_option(struct lq_nl *nl, int option, int value);
struct nlmsghdr *lq_nl_request(void *buffer, u8 command, u16 flags);
int lq_nl_send(struct lq_nl *nl, struct nlmsghdr *request);
int lq_nl_receive(struct lq_nl *nl, u32 seq, size_t buffer, lq_nl_take *take,
		  void *data, struct lq_nl_answer *answer);
int lq_nl_talk(struct lq_nl *nl, struct nlmsghdr *request, size_t buffer,
	       lq_nl_take *take, void *data, struct lq_nl_answer *answer);

/* nl_parse.c: messages taken apart. A figure that is absent is LQ_NONE. */
struct lq_nl_histogram {
	unsigned int n;
	u64 bucket[LISTENQ_HISTOGRAM_BUCKETS];
};

struct lq_nl_sum {
	u64 acceptq[LISTENQ_A_ACCEPTQ_MAX + 1];
	u64 synq[LISTENQ_A_SYNQ_MAX + 1];
	u64 counters[LISTENQ_A_COUNTERS_MAX + 1];
	struct lq_nl_histogram handshake;
	struct lq_nl_histogram accept_wait;
};

/* -1: a setting that is not named; a timeout of -1: it stays */
struct nl_policy {
	int family;		/* 0: the port alone */
	u8 address[16];
	u16 port;
	s64 backlog;
	s64 synq;
	s64 overflow;
	s64 syncookies;
	s64 synack_retries;
	s64 queue;
	s64 syn_rate;
	s64 syn_burst;
	s64 admit;
	s64 timeout_ms;
	u32 listeners;
	u64 since;
};

struct lq_nl_listener {
	struct lq_nl_sum figures;
	u64 id;
	int family;
	u8 address[16];
	int port;
	bool v6only;
	u32 ifindex;		/* 0: to no device */
	char ifname[IF_NAMESIZE];
	u64 inode;
	u64 cgroup;
	u64 uid;
	u64 pid;
	int comm_len;		/* -1: none */
	char comm[16];
	u64 since;
	bool under_policy;
	struct nl_policy policy;
};

struct lq_nl_totals {
	u64 listeners;
	struct lq_nl_sum closed;
	struct lq_nl_sum untracked;
	struct lq_nl_sum total;
	u64 kernel[LISTENQ_A_COUNTERS_MAX + 1];
	u64 unattributed[LISTENQ_A_REMAINDER_MAX + 1];
	u64 events;
	u64 events_lost;
	u64 since;
	char version[32];
};

struct lq_nl_event {
	int command;
	u64 seq;
	u64 lost;
	u64 time;
	struct lq_nl_listener listener;
	u64 kind;
	u64 phase;
	u64 verdicts;
	u64 total;
	u64 depth;
	u64 limit;
	u64 peak;
	u64 duration;
	u64 change;
	struct nl_policy policy;
};

struct lq_nl_hook {
	u64 index;
	char function[64];
	u64 way;
	u64 exactness;
	u64 hits;
	u64 missed;
};

void lq_nl_parse_listener(const struct nlmsghdr *message,
			  struct lq_nl_listener *listener);
void lq_nl_parse_totals(const struct nlmsghdr *message,
			struct lq_nl_totals *totals);
void lq_nl_parse_event(const struct nlmsghdr *message,
		       struct lq_nl_event *event);
void lq_nl_parse_policy(const struct nlmsghdr *message,
			struct nl_policy *policy);
void lq_nl_parse_hook(const struct nlmsghdr *message, struct lq_nl_hook *hook);
const char *lq_nl_local(const struct lq_nl_listener *listener);

/* nl_get.c: the operations, parsed */
struct lq_nl_list {
	struct lq_nl_listener *listener;
	int n;
	struct lq_nl_answer answer;
};

/* What may stand in a listener-get; 0 is not asked for */
struct lq_nl_filter {
	u64 id;
	u16 family;
	const char *address4;
	const char *address6;
	u16 port;
	u64 inode;
	u64 cgroup;
	bool drops_only;
};

void lq_nl_put_filter(struct nlmsghdr *request,
		      const struct lq_nl_filter *filter);
int lq_nl_dump(struct lq_nl *nl, const struct lq_nl_filter *filter,
	       size_t buffer, struct lq_nl_list *list);
void lq_nl_free(struct lq_nl_list *list);
const struct lq_nl_listener *lq_nl_find(const struct lq_nl_list *list, u64 id);
int lq_nl_get(struct lq_nl *nl, u64 id, struct lq_nl_listener *listener,
	      struct lq_nl_answer *answer);
int lq_nl_get_fd(struct lq_nl *nl, int fd, struct lq_nl_listener *listener);
int lq_nl_get_totals(struct lq_nl *nl, struct lq_nl_totals *totals);

/* nl_same.c: beside /proc/listenq. They return how many figures differ. */
int lq_nl_differs_sum(const struct lq_row *row, const struct lq_nl_sum *sum);
int lq_nl_differs_listener(const struct lq_row *row,
			   const struct lq_nl_listener *listener);
int lq_nl_differs_totals(const struct lq_table *table,
			 const struct lq_nl_totals *totals);
int lq_nl_differs(struct lq_nl *nl);
bool lq_nl_same_table(const struct lq_table *a, const struct lq_table *b);
u64 lq_nl_counter(const struct lq_nl_sum *sum, const char *column);

/* nl_event.c: a subscriber, and the laws of what it hears */
struct lq_nl_events {
	struct lq_nl_event *event;
	int n;
	int overruns;	/* ENOBUFS seen */
};

#define LQ_NL_PERIOD	"event_period_ms"
#define LQ_NL_QUIET	"event_quiet_ms"

int lq_nl_parameter(const char *name, const char *value);
long lq_nl_parameter_get(const char *name);
int lq_nl_times(unsigned int period_ms, unsigned int quiet_ms);
int lq_nl_hear(struct lq_nl *nl, struct lq_nl_events *events,
	       unsigned int ms);
void lq_nl_forget(struct lq_nl_events *events);
int lq_nl_count(const struct lq_nl_events *events, u64 id, u64 kind,
		u64 phase);
int lq_nl_count_of(const struct lq_nl_events *events, int command);
const struct lq_nl_event *lq_nl_last(const struct lq_nl_events *events,
				     u64 id, u64 kind, u64 phase);
int lq_nl_index(const struct lq_nl_events *events, u64 id, int command);
u64 lq_nl_verdicts(const struct lq_nl_events *events, u64 id, u64 kind);
u64 lq_nl_kind_counter(const struct lq_nl_sum *sum, u64 kind);
int lq_nl_event_laws(const struct lq_nl_events *events, bool from_birth,
		     unsigned int depth_slack);
u64 lq_nl_now_ns(void);

/* nl_ask.c: processes that ask all the time, while the module comes and goes */
#define LQ_NL_ASKING	2

struct lq_nl_asking {
	pid_t child[LQ_NL_ASKING];
};

void lq_nl_ask_start(struct lq_nl_asking *asking, unsigned int rest_ms);
int lq_nl_ask_stop(struct lq_nl_asking *asking);

/* Hears until it is true, for at most so long; what came is kept */
#define lq_nl_hear_until(nl, events, condition, ms) ({			\
	u64 lq_nl_deadline = lq_time_ms() + (ms);			\
	bool lq_nl_true;						\
									\
	while (!(lq_nl_true = (condition)) &&				\
	       lq_time_ms() < lq_nl_deadline)				\
		lq_nl_hear(nl, events, 5);				\
	lq_nl_true;							\
})

#endif /* NL_COMMON_H */
