// SPDX-License-Identifier: GPL-2.0
/*
 * What the module says of listeners, sums, events, hooks and policies, out of
 * messages.
 */
#include <assert.h>
#include <string.h>

#include <linux/genetlink.h>

#include "attr.h"
#include "listener.h"
#include "names.h"
#include "setting.h"

static_assert(LISTENQ_A_LISTENER_MAX < 64, "a bit each");
static_assert(LISTENQ_A_COUNTERS_MAX < LQ_COUNTS_MAX, "too few counters");
static_assert(LISTENQ_A_REMAINDER_MAX < LQ_COUNTS_MAX, "too few counters");
static_assert(LISTENQ_A_ACCEPTQ_MAX < LQ_QUEUE_MAX, "too few numbers");
static_assert(LISTENQ_A_SYNQ_MAX < LQ_QUEUE_MAX, "too few numbers");
static_assert(LISTENQ_A_POLICY_MAX < LQ_SETTINGS_MAX, "too few settings");
static_assert(LISTENQ_HISTOGRAM_BUCKETS <= LQ_BUCKETS_MAX, "too few buckets");

/**
 * struct number - where a number goes
 * @type: its attribute
 * @size: its size, in the message and in the structure
 * @offset: in the structure
 * @name: for errors
 */
struct number {
	unsigned int type;
	size_t size;
	size_t offset;
	const char *name;
};

#define NUMBER(number, bits, structure, member) {		\
	.type = number,						\
	.size = sizeof(bits),					\
	.offset = offsetof(struct structure, member),		\
	.name = #member,					\
}

static const struct number listener_numbers[] = {
	NUMBER(LISTENQ_A_LISTENER_ID, u64, lq_listener, id),
	NUMBER(LISTENQ_A_LISTENER_FAMILY, u16, lq_listener, family),
	NUMBER(LISTENQ_A_LISTENER_PORT, u16, lq_listener, port),
	NUMBER(LISTENQ_A_LISTENER_IFINDEX, u32, lq_listener, ifindex),
	NUMBER(LISTENQ_A_LISTENER_INODE, u64, lq_listener, inode),
	NUMBER(LISTENQ_A_LISTENER_UID, u32, lq_listener, uid),
	NUMBER(LISTENQ_A_LISTENER_CGROUP, u64, lq_listener, cgroup),
	NUMBER(LISTENQ_A_LISTENER_PID, u32, lq_listener, pid),
	NUMBER(LISTENQ_A_LISTENER_SINCE, u64, lq_listener, since),
	{ }
};

static const struct number totals_numbers[] = {
	NUMBER(LISTENQ_A_TOTALS_LISTENERS, u32, lq_totals, listeners),
	NUMBER(LISTENQ_A_TOTALS_EVENTS, u64, lq_totals, events),
	NUMBER(LISTENQ_A_TOTALS_EVENTS_LOST, u64, lq_totals, events_lost),
	NUMBER(LISTENQ_A_TOTALS_SINCE, u64, lq_totals, since),
	{ }
};

static const struct number event_numbers[] = {
	NUMBER(LISTENQ_A_EVENT_SEQ, u64, lq_event, seq),
	NUMBER(LISTENQ_A_EVENT_LOST, u64, lq_event, lost),
	NUMBER(LISTENQ_A_EVENT_TIME, u64, lq_event, time),
	NUMBER(LISTENQ_A_EVENT_KIND, u32, lq_event, kind),
	NUMBER(LISTENQ_A_EVENT_PHASE, u32, lq_event, phase),
	NUMBER(LISTENQ_A_EVENT_VERDICTS, u64, lq_event, verdicts),
	NUMBER(LISTENQ_A_EVENT_TOTAL, u64, lq_event, total),
	NUMBER(LISTENQ_A_EVENT_DEPTH, u64, lq_event, depth),
	NUMBER(LISTENQ_A_EVENT_LIMIT, u64, lq_event, limit),
	NUMBER(LISTENQ_A_EVENT_PEAK, u64, lq_event, peak),
	NUMBER(LISTENQ_A_EVENT_DURATION, u64, lq_event, duration),
	NUMBER(LISTENQ_A_EVENT_CHANGE, u32, lq_event, change),
	{ }
};

static const struct number policy_numbers[] = {
	NUMBER(LISTENQ_A_POLICY_PORT, u16, lq_policy, port),
	NUMBER(LISTENQ_A_POLICY_TIMEOUT, u64, lq_policy, timeout),
	NUMBER(LISTENQ_A_POLICY_LISTENERS, u32, lq_policy, listeners),
	NUMBER(LISTENQ_A_POLICY_SINCE, u64, lq_policy, since),
	{ }
};

static const struct number hook_numbers[] = {
	NUMBER(LISTENQ_A_HOOK_INDEX, u32, lq_hook, index),
	NUMBER(LISTENQ_A_HOOK_WAY, u32, lq_hook, way),
	NUMBER(LISTENQ_A_HOOK_EXACTNESS, u32, lq_hook, exactness),
	NUMBER(LISTENQ_A_HOOK_HITS, u64, lq_hook, hits),
	NUMBER(LISTENQ_A_HOOK_MISSED, u64, lq_hook, missed),
	{ }
};

static int parse_numbers(const struct nlattr **table,
			 const struct number *number, void *to, u64 *have,
			 struct lq_error *error)
{
	for (; number->name; number++) {
		const struct nlattr *attr = table[number->type];

		if (!attr)
			continue;
		if (lq_attr_number(attr, number->size,
				   (char *)to + number->offset, number->name,
				   error))
			return -1;
		*have |= 1ULL << number->type;
	}
	return 0;
}

/* Every attribute of these nests is a number of 64 bits, but the padding. */
static int parse_counts(const struct nlattr *nest, unsigned int max,
			u64 *value, u64 *have, const char *what,
			struct lq_error *error)
{
	const struct nlattr *table[LQ_COUNTS_MAX];
	unsigned int n;

	if (!nest)
		return 0;
	if (lq_attr_nest(nest, table, max, what, error))
		return -1;
	/* 1 is the padding. */
	for (n = 2; n <= max; n++) {
		if (!table[n])
			continue;
		if (lq_attr_number(table[n], sizeof(*value), &value[n], what,
				   error))
			return -1;
		*have |= 1ULL << n;
	}
	return 0;
}

static int parse_queues(const struct nlattr **table,
			struct lq_listener *listener, struct lq_error *error)
{
	struct lq_queue *acceptq = &listener->acceptq;
	struct lq_queue *synq = &listener->synq;

	if (parse_counts(table[LISTENQ_A_LISTENER_ACCEPTQ],
			 LISTENQ_A_ACCEPTQ_MAX, acceptq->value, &acceptq->have,
			 "acceptq", error))
		return -1;
	return parse_counts(table[LISTENQ_A_LISTENER_SYNQ], LISTENQ_A_SYNQ_MAX,
			    synq->value, &synq->have, "synq", error);
}

static int parse_histogram(const struct nlattr *attr,
			   struct lq_histogram *histogram, const char *what,
			   struct lq_error *error)
{
	size_t len;

	if (!attr)
		return 0;
	len = mnl_attr_get_payload_len(attr);
	if (len % sizeof(*histogram->bucket) || len > sizeof(histogram->bucket))
		return lq_nonsense(error, "%s: %zu bytes", what, len);
	histogram->nr = len / sizeof(*histogram->bucket);
	memcpy(histogram->bucket, mnl_attr_get_payload(attr), len);
	return 0;
}

/* What a listener and the sum of several have in common. */
static int parse_figures(const struct nlattr **table,
			 struct lq_listener *listener, struct lq_error *error)
{
	if (parse_queues(table, listener, error))
		return -1;
	if (parse_counts(table[LISTENQ_A_LISTENER_COUNTERS],
			 LISTENQ_A_COUNTERS_MAX, listener->counters.value,
			 &listener->counters.have, "counters", error))
		return -1;
	if (parse_histogram(table[LISTENQ_A_LISTENER_HANDSHAKE_US],
			    &listener->handshake, "handshake-us", error))
		return -1;
	return parse_histogram(table[LISTENQ_A_LISTENER_ACCEPT_WAIT_US],
			       &listener->accept_wait, "accept-wait-us", error);
}

static int parse_address(const struct nlattr **table,
			 struct lq_listener *listener, struct lq_error *error)
{
	const struct nlattr *v4 = table[LISTENQ_A_LISTENER_ADDRESS4];
	const struct nlattr *v6 = table[LISTENQ_A_LISTENER_ADDRESS6];

	if (listener->family == AF_INET && v4) {
		listener->have |= 1ULL << LISTENQ_A_LISTENER_ADDRESS4;
		return lq_attr_number(v4, sizeof(struct in_addr),
				      &listener->address, "address4", error);
	}
	if (listener->family == AF_INET6 && v6) {
		listener->have |= 1ULL << LISTENQ_A_LISTENER_ADDRESS6;
		return lq_attr_number(v6, sizeof(listener->address),
				      &listener->address, "address6", error);
	}
	return 0;
}

static int parse_comm(const struct nlattr *attr, struct lq_comm *comm,
		      struct lq_error *error)
{
	const char *name = mnl_attr_get_payload(attr);
	size_t len = strnlen(name, mnl_attr_get_payload_len(attr));

	if (len > sizeof(comm->text))
		return lq_nonsense(error, "comm: %zu bytes", len);
	memcpy(comm->text, name, len);
	comm->len = len;
	return 0;
}

static int parse_socket(const struct nlattr **table,
			struct lq_listener *listener, struct lq_error *error)
{
	const struct nlattr *ifname = table[LISTENQ_A_LISTENER_IFNAME];
	const struct nlattr *comm = table[LISTENQ_A_LISTENER_COMM];

	if (parse_numbers(table, listener_numbers, listener, &listener->have,
			  error) ||
	    parse_address(table, listener, error))
		return -1;
	if (table[LISTENQ_A_LISTENER_V6ONLY])
		listener->have |= 1ULL << LISTENQ_A_LISTENER_V6ONLY;
	if (ifname &&
	    lq_attr_string(ifname, listener->ifname, sizeof(listener->ifname),
			   "ifname", error))
		return -1;
	if (!comm)
		return 0;
	listener->have |= 1ULL << LISTENQ_A_LISTENER_COMM;
	return parse_comm(comm, &listener->comm, error);
}

static int parse_settings(const struct nlattr **table, struct lq_policy *policy,
			  struct lq_error *error)
{
	const struct lq_setting *setting;

	for (setting = lq_settings; setting->word; setting++) {
		const struct nlattr *attr = table[setting->type];

		if (!attr)
			continue;
		if (lq_attr_number(attr, sizeof(*policy->value),
				   &policy->value[setting->type],
				   setting->word, error))
			return -1;
		policy->have |= 1ULL << setting->type;
	}
	return 0;
}

static int parse_key(const struct nlattr **table, struct lq_policy *policy,
		     struct lq_error *error)
{
	const struct nlattr *v4 = table[LISTENQ_A_POLICY_ADDRESS4];
	const struct nlattr *v6 = table[LISTENQ_A_POLICY_ADDRESS6];

	if (v4 && v6)
		return lq_nonsense(error, "a policy of two addresses");
	if (v4) {
		policy->have |= 1ULL << LISTENQ_A_POLICY_ADDRESS4;
		return lq_attr_number(v4, sizeof(struct in_addr),
				      &policy->address, "address4", error);
	}
	if (v6) {
		policy->have |= 1ULL << LISTENQ_A_POLICY_ADDRESS6;
		return lq_attr_number(v6, sizeof(policy->address),
				      &policy->address, "address6", error);
	}
	return 0;
}

static int parse_policy(const struct nlattr **table, struct lq_policy *policy,
			struct lq_error *error)
{
	if (parse_key(table, policy, error) ||
	    parse_settings(table, policy, error))
		return -1;
	return parse_numbers(table, policy_numbers, policy, &policy->have,
			     error);
}

static int parse_policy_nest(const struct nlattr *nest,
			     struct lq_policy *policy, struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_POLICY_MAX + 1];

	if (lq_attr_nest(nest, table, LISTENQ_A_POLICY_MAX, "policy", error))
		return -1;
	return parse_policy(table, policy, error);
}

static int parse_listener(const struct nlattr **table,
			  struct lq_listener *listener, struct lq_error *error)
{
	const struct nlattr *policy = table[LISTENQ_A_LISTENER_POLICY];

	if (parse_socket(table, listener, error) ||
	    parse_figures(table, listener, error))
		return -1;
	if (!policy)
		return 0;
	listener->have |= 1ULL << LISTENQ_A_LISTENER_POLICY;
	return parse_policy_nest(policy, &listener->policy, error);
}

static int parse_sum(const struct nlattr *nest, struct lq_listener *sum,
		     const char *what, struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_LISTENER_MAX + 1];

	if (!nest)
		return 0;
	if (lq_attr_nest(nest, table, LISTENQ_A_LISTENER_MAX, what, error))
		return -1;
	return parse_figures(table, sum, error);
}

/* The attributes of a message behind the generic netlink header. */
static int message_table(const struct nlmsghdr *nlh,
			 const struct nlattr **table, unsigned int max,
			 const char *what, struct lq_error *error)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (len < GENL_HDRLEN)
		return lq_nonsense(error, "%s: no header", what);
	return lq_attr_table(mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
			     len - GENL_HDRLEN, table, max, what, error);
}

/**
 * lq_parse_listener() - a message about a listener
 * @nlh: the message
 * @listener: set
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_parse_listener(const struct nlmsghdr *nlh, struct lq_listener *listener,
		      struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_LISTENER_MAX + 1];

	memset(listener, 0, sizeof(*listener));
	if (message_table(nlh, table, LISTENQ_A_LISTENER_MAX, "a listener",
			  error))
		return -1;
	return parse_listener(table, listener, error);
}

static int parse_totals(const struct nlattr **table, struct lq_totals *totals,
			struct lq_error *error)
{
	if (parse_sum(table[LISTENQ_A_TOTALS_CLOSED], &totals->closed, "closed",
		      error) ||
	    parse_sum(table[LISTENQ_A_TOTALS_UNTRACKED], &totals->untracked,
		      "untracked", error) ||
	    parse_sum(table[LISTENQ_A_TOTALS_TOTAL], &totals->total, "total",
		      error))
		return -1;
	if (parse_counts(table[LISTENQ_A_TOTALS_KERNEL], LISTENQ_A_COUNTERS_MAX,
			 totals->kernel.value, &totals->kernel.have, "kernel",
			 error))
		return -1;
	return parse_counts(table[LISTENQ_A_TOTALS_UNATTRIBUTED],
			    LISTENQ_A_REMAINDER_MAX, totals->unattributed.value,
			    &totals->unattributed.have, "unattributed", error);
}

/**
 * lq_parse_totals() - a message about the sums
 * @nlh: the message
 * @totals: set
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_parse_totals(const struct nlmsghdr *nlh, struct lq_totals *totals,
		    struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_TOTALS_MAX + 1];
	const struct nlattr *version;

	memset(totals, 0, sizeof(*totals));
	if (message_table(nlh, table, LISTENQ_A_TOTALS_MAX, "totals", error) ||
	    parse_numbers(table, totals_numbers, totals, &totals->have,
			  error) ||
	    parse_totals(table, totals, error))
		return -1;
	version = table[LISTENQ_A_TOTALS_VERSION];
	if (!version)
		return 0;
	return lq_attr_string(version, totals->version,
			      sizeof(totals->version), "version", error);
}

static int parse_event_listener(const struct nlattr *nest,
				struct lq_event *event, struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_LISTENER_MAX + 1];

	if (!nest)
		return 0;
	event->have |= 1ULL << LISTENQ_A_EVENT_LISTENER;
	if (lq_attr_nest(nest, table, LISTENQ_A_LISTENER_MAX,
			 "an event's listener", error))
		return -1;
	return parse_listener(table, &event->listener, error);
}

static int parse_event_policy(const struct nlattr *nest, struct lq_event *event,
			      struct lq_error *error)
{
	if (!nest)
		return 0;
	event->have |= 1ULL << LISTENQ_A_EVENT_POLICY;
	return parse_policy_nest(nest, &event->policy, error);
}

/**
 * lq_parse_event() - a message about a change of state
 * @nlh: the message
 * @event: set
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_parse_event(const struct nlmsghdr *nlh, struct lq_event *event,
		   struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_EVENT_MAX + 1];
	const struct genlmsghdr *header;

	memset(event, 0, sizeof(*event));
	if (message_table(nlh, table, LISTENQ_A_EVENT_MAX, "an event", error) ||
	    parse_numbers(table, event_numbers, event, &event->have, error))
		return -1;
	header = mnl_nlmsg_get_payload(nlh);
	event->command = header->cmd;
	if (parse_event_policy(table[LISTENQ_A_EVENT_POLICY], event, error))
		return -1;
	return parse_event_listener(table[LISTENQ_A_EVENT_LISTENER], event,
				    error);
}

/**
 * lq_parse_hook() - a message about a hook
 * @nlh: the message
 * @hook: set
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_parse_hook(const struct nlmsghdr *nlh, struct lq_hook *hook,
		  struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_HOOK_MAX + 1];
	const struct nlattr *function;

	memset(hook, 0, sizeof(*hook));
	if (message_table(nlh, table, LISTENQ_A_HOOK_MAX, "a hook", error) ||
	    parse_numbers(table, hook_numbers, hook, &hook->have, error))
		return -1;
	function = table[LISTENQ_A_HOOK_FUNCTION];
	if (!function)
		return 0;
	hook->have |= 1ULL << LISTENQ_A_HOOK_FUNCTION;
	return lq_attr_string(function, hook->function, sizeof(hook->function),
			      "function", error);
}

/**
 * lq_parse_policy() - a message about a policy
 * @nlh: the message
 * @policy: set
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_parse_policy(const struct nlmsghdr *nlh, struct lq_policy *policy,
		    struct lq_error *error)
{
	const struct nlattr *table[LISTENQ_A_POLICY_MAX + 1];

	memset(policy, 0, sizeof(*policy));
	if (message_table(nlh, table, LISTENQ_A_POLICY_MAX, "a policy", error))
		return -1;
	return parse_policy(table, policy, error);
}
