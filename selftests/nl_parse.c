// SPDX-License-Identifier: GPL-2.0
/* Messages of the family taken apart, by the specification and strictly */
#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "nl_common.h"

#define MAX_ATTRIBUTES	64
#define ANY_SIZE	(-1)

/* What a nest or a message has, by number */
struct parsed {
	const char *of;
	int max;
	int pad;
	const struct nlattr *attr[MAX_ATTRIBUTES];
};

static int take(const struct nlattr *attr, void *data)
{
	struct parsed *parsed = data;
	int type = mnl_attr_get_type(attr);

	if (type < 1 || type > parsed->max)
		lq_error("%s has an unknown attribute %d", parsed->of, type);
	else if (parsed->attr[type] && type != parsed->pad)
		lq_error("%s has attribute %d twice", parsed->of, type);
	else
		parsed->attr[type] = attr;
	return MNL_CB_OK;
}

/* libmnl stops at an attribute that is cut off, and says nothing */
static void check_end(const struct parsed *parsed, const void *payload,
		      size_t len)
{
	const struct nlattr *attr = payload;
	const char *end = (const char *)payload + len;

	while (mnl_attr_ok(attr, end - (const char *)attr))
		attr = mnl_attr_next(attr);
	if ((const char *)attr != end)
		lq_error("%s has %zd bytes behind its last attribute",
			 parsed->of, end - (const char *)attr);
}

static void parse_message(const struct nlmsghdr *message, const char *of,
			  int max, struct parsed *parsed)
{
	size_t header = sizeof(struct genlmsghdr);

	*parsed = (struct parsed){ .of = of, .max = max, .pad = 1 };
	if (mnl_nlmsg_get_payload_len(message) < header) {
		lq_error("%s has no header", of);
		return;
	}
	check_end(parsed, mnl_nlmsg_get_payload_offset(message, header),
		  mnl_nlmsg_get_payload_len(message) - header);
	mnl_attr_parse(message, header, take, parsed);
}

static void parse_nest(const struct nlattr *nest, const char *of, int max,
		       struct parsed *parsed)
{
	*parsed = (struct parsed){ .of = of, .max = max, .pad = 1 };
	if (!nest)
		return;
	if (!(nest->nla_type & NLA_F_NESTED))
		lq_error("%s is not flagged as a nest", of);
	check_end(parsed, mnl_attr_get_payload(nest),
		  mnl_attr_get_payload_len(nest));
	mnl_attr_parse_nested(nest, take, parsed);
}

/* The payload, or NULL when it isn't there or has another size */
static const void *payload(const struct parsed *parsed, int type, int size)
{
	const struct nlattr *attr = parsed->attr[type];

	if (!attr)
		return NULL;
	if (size != ANY_SIZE && mnl_attr_get_payload_len(attr) != size) {
		lq_error("attribute %d of %s has %u bytes, not %d", type,
			 parsed->of, mnl_attr_get_payload_len(attr), size);
		return NULL;
	}
	return mnl_attr_get_payload(attr);
}

static u64 number(const struct parsed *parsed, int type, int size)
{
	const void *data = payload(parsed, type, size);
	u64 value = 0;

	if (!data)
		return LQ_NONE;
	memcpy(&value, data, size);	/* little endian, as all test machines */
	return value;
}

static u64 number64(const struct parsed *parsed, int type)
{
	return number(parsed, type, sizeof(u64));
}

static void string(const struct parsed *parsed, int type, char *to,
		   size_t size)
{
	const struct nlattr *attr = parsed->attr[type];

	*to = '\0';
	if (!attr)
		return;
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) ||
	    mnl_attr_get_payload_len(attr) > size)
		lq_error("attribute %d of %s is no text", type, parsed->of);
	else
		memcpy(to, mnl_attr_get_payload(attr),
		       mnl_attr_get_payload_len(attr));
}

/* A nest of which everything is a number of 64 bits */
static void parse_numbers(const struct nlattr *nest, const char *of, int max,
			  u64 *value)
{
	struct parsed parsed;

	parse_nest(nest, of, max, &parsed);
	for (int type = 0; type <= max; type++)
		value[type] = type == parsed.pad ? LQ_NONE :
			      number64(&parsed, type);
}

static void parse_histogram(const struct parsed *parsed, int type,
			    struct lq_nl_histogram *histogram)
{
	const void *data = payload(parsed, type, ANY_SIZE);
	unsigned int len = data ?
			   mnl_attr_get_payload_len(parsed->attr[type]) : 0;

	memset(histogram, 0, sizeof(*histogram));
	if (len % sizeof(u64) || len > sizeof(histogram->bucket)) {
		lq_error("histogram %d has %u bytes", type, len);
		return;
	}
	histogram->n = len / sizeof(u64);
	if (len)
		memcpy(histogram->bucket, data, len);
	if (histogram->n && !histogram->bucket[histogram->n - 1])
		lq_error("histogram %d ends with an empty bucket", type);
}

/* Of a listener, or a sum that has a listener's numbers */
static void parse_figures(const struct parsed *parsed, struct lq_nl_sum *sum)
{
	parse_numbers(parsed->attr[LISTENQ_A_LISTENER_ACCEPTQ], "acceptq",
		      LISTENQ_A_ACCEPTQ_MAX, sum->acceptq);
	parse_numbers(parsed->attr[LISTENQ_A_LISTENER_SYNQ], "synq",
		      LISTENQ_A_SYNQ_MAX, sum->synq);
	parse_numbers(parsed->attr[LISTENQ_A_LISTENER_COUNTERS], "counters",
		      LISTENQ_A_COUNTERS_MAX, sum->counters);
	parse_histogram(parsed, LISTENQ_A_LISTENER_HANDSHAKE_US,
			&sum->handshake);
	parse_histogram(parsed, LISTENQ_A_LISTENER_ACCEPT_WAIT_US,
			&sum->accept_wait);
}

static void parse_address(const struct parsed *parsed,
			  struct lq_nl_listener *listener)
{
	const void *v4 = payload(parsed, LISTENQ_A_LISTENER_ADDRESS4, 4);
	const void *v6 = payload(parsed, LISTENQ_A_LISTENER_ADDRESS6, 16);

	listener->family = number(parsed, LISTENQ_A_LISTENER_FAMILY, 2);
	listener->port = number(parsed, LISTENQ_A_LISTENER_PORT, 2);
	memset(listener->address, 0, sizeof(listener->address));
	if (listener->family == AF_INET && v4 && !v6)
		memcpy(listener->address, v4, 4);
	else if (listener->family == AF_INET6 && v6 && !v4)
		memcpy(listener->address, v6, 16);
	else
		lq_error("a listener of family %d with%s and%s",
			 listener->family, v4 ? " address4" : "out address4",
			 v6 ? " address6" : " no address6");
	listener->v6only = payload(parsed, LISTENQ_A_LISTENER_V6ONLY, 0);
}

static void parse_comm(const struct parsed *parsed,
		       struct lq_nl_listener *listener)
{
	const struct nlattr *attr = parsed->attr[LISTENQ_A_LISTENER_COMM];
	unsigned int len = attr ? mnl_attr_get_payload_len(attr) : 0;

	listener->comm_len = attr ? (int)len : -1;
	if (len > sizeof(listener->comm))
		lq_error("a name of %u bytes", len);
	else if (len)
		memcpy(listener->comm, mnl_attr_get_payload(attr), len);
}

static void parse_key(const struct parsed *parsed, struct nl_policy *policy)
{
	const void *v4 = payload(parsed, LISTENQ_A_POLICY_ADDRESS4, 4);
	const void *v6 = payload(parsed, LISTENQ_A_POLICY_ADDRESS6, 16);

	memset(policy->address, 0, sizeof(policy->address));
	policy->family = v4 ? AF_INET : v6 ? AF_INET6 : 0;
	if (v4 && v6)
		lq_error("%s has two addresses", parsed->of);
	else if (v4 || v6)
		memcpy(policy->address, v4 ? v4 : v6, v4 ? 4 : 16);
	if (!parsed->attr[LISTENQ_A_POLICY_PORT])
		lq_error("%s has no port", parsed->of);
	policy->port = number(parsed, LISTENQ_A_POLICY_PORT, 2);
}

/* LQ_NONE is -1 as a setting, too */
static s64 bounded(const struct parsed *parsed, int type, u32 most)
{
	u64 value = number(parsed, type, 4);

	if (value != LQ_NONE && value > most)
		lq_error("setting %d of %s is %llu", type, parsed->of, value);
	return value;
}

static void parse_settings(const struct parsed *parsed,
			   struct nl_policy *policy)
{
	policy->backlog = bounded(parsed, LISTENQ_A_POLICY_BACKLOG, INT_MAX);
	policy->synq = bounded(parsed, LISTENQ_A_POLICY_SYNQ, INT_MAX);
	policy->overflow = bounded(parsed, LISTENQ_A_POLICY_OVERFLOW,
				   LISTENQ_POLICY_OVERFLOW_RESET);
	policy->syncookies = bounded(parsed, LISTENQ_A_POLICY_SYNCOOKIES,
				     LISTENQ_POLICY_SYNCOOKIES_ALWAYS);
	policy->synack_retries = bounded(parsed,
					 LISTENQ_A_POLICY_SYNACK_RETRIES, 127);
	policy->queue = bounded(parsed, LISTENQ_A_POLICY_QUEUE,
				LISTENQ_POLICY_QUEUE_SINGLE);
	policy->syn_rate = bounded(parsed, LISTENQ_A_POLICY_SYN_RATE, 1000000);
	policy->syn_burst = bounded(parsed, LISTENQ_A_POLICY_SYN_BURST,
				    1000000);
	policy->admit = bounded(parsed, LISTENQ_A_POLICY_ADMIT,
				LISTENQ_POLICY_ADMIT_RESET);
}

static void fill_policy(const struct parsed *parsed, struct nl_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	parse_key(parsed, policy);
	parse_settings(parsed, policy);
	policy->timeout_ms = number64(parsed, LISTENQ_A_POLICY_TIMEOUT);
	policy->listeners = number(parsed, LISTENQ_A_POLICY_LISTENERS, 4);
	policy->since = number64(parsed, LISTENQ_A_POLICY_SINCE);
}

static void parse_policy_nest(const struct nlattr *nest, const char *of,
			      struct nl_policy *policy)
{
	struct parsed parsed;

	parse_nest(nest, of, LISTENQ_A_POLICY_MAX, &parsed);
	fill_policy(&parsed, policy);
}

void lq_nl_parse_policy(const struct nlmsghdr *message,
			struct nl_policy *policy)
{
	struct parsed parsed;

	parse_message(message, "policy", LISTENQ_A_POLICY_MAX, &parsed);
	fill_policy(&parsed, policy);
	if (!parsed.attr[LISTENQ_A_POLICY_LISTENERS] ||
	    !parsed.attr[LISTENQ_A_POLICY_SINCE])
		lq_error("a policy without listeners or since");
}

static void parse_policy_of(const struct parsed *parsed,
			    struct lq_nl_listener *listener)
{
	const struct nlattr *nest = parsed->attr[LISTENQ_A_LISTENER_POLICY];

	listener->under_policy = nest;
	if (nest)
		parse_policy_nest(nest, "listener's policy",
				  &listener->policy);
}

static void fill_listener(const struct parsed *parsed,
			  struct lq_nl_listener *listener)
{
	u64 ifindex = number(parsed, LISTENQ_A_LISTENER_IFINDEX, 4);

	memset(listener, 0, sizeof(*listener));
	parse_figures(parsed, &listener->figures);
	parse_address(parsed, listener);
	parse_comm(parsed, listener);
	parse_policy_of(parsed, listener);
	string(parsed, LISTENQ_A_LISTENER_IFNAME, listener->ifname,
	       sizeof(listener->ifname));
	if (ifindex == 0)
		lq_error("ifindex is 0");
	if (!parsed->attr[LISTENQ_A_LISTENER_PID] !=
	    !parsed->attr[LISTENQ_A_LISTENER_COMM])
		lq_error("a pid without a name, or the other way round");
	listener->ifindex = ifindex == LQ_NONE ? 0 : ifindex;
	listener->id = number64(parsed, LISTENQ_A_LISTENER_ID);
	listener->inode = number64(parsed, LISTENQ_A_LISTENER_INODE);
	listener->cgroup = number64(parsed, LISTENQ_A_LISTENER_CGROUP);
	listener->uid = number(parsed, LISTENQ_A_LISTENER_UID, 4);
	listener->pid = number(parsed, LISTENQ_A_LISTENER_PID, 4);
	listener->since = number64(parsed, LISTENQ_A_LISTENER_SINCE);
	if (parsed->attr[LISTENQ_A_LISTENER_DROPS_ONLY])
		lq_error("drops-only in an answer");
}

void lq_nl_parse_listener(const struct nlmsghdr *message,
			  struct lq_nl_listener *listener)
{
	struct parsed parsed;

	parse_message(message, "listener", LISTENQ_A_LISTENER_MAX, &parsed);
	fill_listener(&parsed, listener);
}

static void parse_sum(const struct nlattr *nest, const char *of,
		      struct lq_nl_sum *sum)
{
	struct parsed parsed;

	if (!nest)
		lq_error("no %s", of);
	parse_nest(nest, of, LISTENQ_A_LISTENER_MAX, &parsed);
	parse_figures(&parsed, sum);
}

void lq_nl_parse_totals(const struct nlmsghdr *message,
			struct lq_nl_totals *totals)
{
	struct parsed parsed;

	memset(totals, 0, sizeof(*totals));
	parse_message(message, "totals", LISTENQ_A_TOTALS_MAX, &parsed);
	totals->listeners = number(&parsed, LISTENQ_A_TOTALS_LISTENERS, 4);
	parse_sum(parsed.attr[LISTENQ_A_TOTALS_CLOSED], "closed",
		  &totals->closed);
	parse_sum(parsed.attr[LISTENQ_A_TOTALS_UNTRACKED], "untracked",
		  &totals->untracked);
	parse_sum(parsed.attr[LISTENQ_A_TOTALS_TOTAL], "total",
		  &totals->total);
	parse_numbers(parsed.attr[LISTENQ_A_TOTALS_KERNEL], "kernel",
		      LISTENQ_A_COUNTERS_MAX, totals->kernel);
	parse_numbers(parsed.attr[LISTENQ_A_TOTALS_UNATTRIBUTED],
		      "unattributed", LISTENQ_A_REMAINDER_MAX,
		      totals->unattributed);
	totals->events = number64(&parsed, LISTENQ_A_TOTALS_EVENTS);
	totals->events_lost = number64(&parsed, LISTENQ_A_TOTALS_EVENTS_LOST);
	totals->since = number64(&parsed, LISTENQ_A_TOTALS_SINCE);
	string(&parsed, LISTENQ_A_TOTALS_VERSION, totals->version,
	       sizeof(totals->version));
}

static void parse_episode(const struct parsed *parsed,
			  struct lq_nl_event *event)
{
	event->kind = number(parsed, LISTENQ_A_EVENT_KIND, 4);
	event->phase = number(parsed, LISTENQ_A_EVENT_PHASE, 4);
	event->verdicts = number64(parsed, LISTENQ_A_EVENT_VERDICTS);
	event->total = number64(parsed, LISTENQ_A_EVENT_TOTAL);
	event->depth = number64(parsed, LISTENQ_A_EVENT_DEPTH);
	event->limit = number64(parsed, LISTENQ_A_EVENT_LIMIT);
	event->peak = number64(parsed, LISTENQ_A_EVENT_PEAK);
	event->duration = number64(parsed, LISTENQ_A_EVENT_DURATION);
	if (event->kind > LISTENQ_EPISODE_KIND_SYNCOOKIES ||
	    event->phase > LISTENQ_EPISODE_PHASE_END)
		lq_error("episode of kind %llu, phase %llu", event->kind,
			 event->phase);
}

#define BIT(n) (1u << (n))

/* What every event has */
#define EVENT (BIT(LISTENQ_A_EVENT_SEQ) | BIT(LISTENQ_A_EVENT_LOST) |	\
	       BIT(LISTENQ_A_EVENT_TIME))

#define EPISODE (BIT(LISTENQ_A_EVENT_KIND) | BIT(LISTENQ_A_EVENT_PHASE) | \
		 BIT(LISTENQ_A_EVENT_VERDICTS) |			\
		 BIT(LISTENQ_A_EVENT_TOTAL) |				\
		 BIT(LISTENQ_A_EVENT_DEPTH) |				\
		 BIT(LISTENQ_A_EVENT_LIMIT) |				\
		 BIT(LISTENQ_A_EVENT_PEAK) |				\
		 BIT(LISTENQ_A_EVENT_DURATION))

/* What that command's event has, no more and no less */
static u32 attributes_of(int command)
{
	switch (command) {
	case LISTENQ_CMD_EPISODE_NTF:
		return EVENT | BIT(LISTENQ_A_EVENT_LISTENER) | EPISODE;
	case LISTENQ_CMD_POLICY_NTF:
		return EVENT | BIT(LISTENQ_A_EVENT_CHANGE) |
		       BIT(LISTENQ_A_EVENT_POLICY);
	default:
		return EVENT | BIT(LISTENQ_A_EVENT_LISTENER);
	}
}

static bool is_complete(const struct parsed *parsed, int command)
{
	u32 has = 0;

	for (int type = LISTENQ_A_EVENT_SEQ; type <= LISTENQ_A_EVENT_MAX;
	     type++)
		if (parsed->attr[type])
			has |= BIT(type);
	return has == attributes_of(command);
}

static void parse_event_listener(const struct parsed *parsed,
				 struct lq_nl_event *event)
{
	struct parsed listener;

	parse_nest(parsed->attr[LISTENQ_A_EVENT_LISTENER], "event's listener",
		   LISTENQ_A_LISTENER_MAX, &listener);
	fill_listener(&listener, &event->listener);
	if (listener.attr[LISTENQ_A_LISTENER_PID] ||
	    listener.attr[LISTENQ_A_LISTENER_COMM])
		lq_error("an event with a pid or a name");
}

static void parse_change(const struct parsed *parsed,
			 struct lq_nl_event *event)
{
	event->listener.id = LQ_NONE;	/* it is about none */
	event->change = number(parsed, LISTENQ_A_EVENT_CHANGE, 4);
	if (event->change > LISTENQ_POLICY_CHANGE_EXPIRE)
		lq_error("policy event of change %llu", event->change);
	parse_policy_nest(parsed->attr[LISTENQ_A_EVENT_POLICY],
			  "event's policy", &event->policy);
}

void lq_nl_parse_event(const struct nlmsghdr *message,
		       struct lq_nl_event *event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);
	struct parsed parsed;

	memset(event, 0, sizeof(*event));
	parse_message(message, "event", LISTENQ_A_EVENT_MAX, &parsed);
	event->command = genl->cmd;
	event->seq = number64(&parsed, LISTENQ_A_EVENT_SEQ);
	event->lost = number64(&parsed, LISTENQ_A_EVENT_LOST);
	event->time = number64(&parsed, LISTENQ_A_EVENT_TIME);
	if (genl->cmd == LISTENQ_CMD_POLICY_NTF)
		parse_change(&parsed, event);
	else
		parse_event_listener(&parsed, event);
	if (genl->cmd == LISTENQ_CMD_EPISODE_NTF)
		parse_episode(&parsed, event);
	if (!is_complete(&parsed, genl->cmd))
		lq_error("event %llu lacks something or has too much",
			 event->seq);
}

void lq_nl_parse_hook(const struct nlmsghdr *message, struct lq_nl_hook *hook)
{
	struct parsed parsed;

	memset(hook, 0, sizeof(*hook));
	parse_message(message, "hook", LISTENQ_A_HOOK_MAX, &parsed);
	hook->index = number(&parsed, LISTENQ_A_HOOK_INDEX, 4);
	string(&parsed, LISTENQ_A_HOOK_FUNCTION, hook->function,
	       sizeof(hook->function));
	hook->way = number(&parsed, LISTENQ_A_HOOK_WAY, 4);
	hook->exactness = number(&parsed, LISTENQ_A_HOOK_EXACTNESS, 4);
	hook->hits = number64(&parsed, LISTENQ_A_HOOK_HITS);
	hook->missed = number64(&parsed, LISTENQ_A_HOOK_MISSED);
}

static bool is_any_of_both(const struct lq_nl_listener *listener)
{
	static const u8 any[16];

	return listener->family == AF_INET6 && !listener->v6only &&
	       !memcmp(listener->address, any, sizeof(any));
}

/* As the first column of /proc/listenq has it; valid until the next call */
const char *lq_nl_local(const struct lq_nl_listener *listener)
{
	static char local[INET6_ADDRSTRLEN + IF_NAMESIZE + 16];
	bool v6 = listener->family == AF_INET6 && !is_any_of_both(listener);
	char address[INET6_ADDRSTRLEN] = "*", device[IF_NAMESIZE + 1] = "";

	if (!is_any_of_both(listener))
		inet_ntop(listener->family, listener->address, address,
			  sizeof(address));
	if (*listener->ifname)
		snprintf(device, sizeof(device), "%%%s", listener->ifname);
	snprintf(local, sizeof(local), "%s%s%s%s:%d", v6 ? "[" : "", address,
		 v6 ? "]" : "", device, listener->port);
	return local;
}
