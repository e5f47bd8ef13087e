// SPDX-License-Identifier: GPL-2.0
/* The operations on policies, and two policies compared */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nl_policy.h"

#define REQUEST_SIZE 1024

struct nl_policy_last nl_policy_last = { .text = "" };

/* The settings that are numbers of 32 bits, by attribute */
static const struct setting {
	const char *name;
	u16 type;
	size_t offset;
} settings[] = {
	{ "backlog", LISTENQ_A_POLICY_BACKLOG,
	  offsetof(struct nl_policy, backlog) },
	{ "synq", LISTENQ_A_POLICY_SYNQ, offsetof(struct nl_policy, synq) },
	{ "overflow", LISTENQ_A_POLICY_OVERFLOW,
	  offsetof(struct nl_policy, overflow) },
	{ "syncookies", LISTENQ_A_POLICY_SYNCOOKIES,
	  offsetof(struct nl_policy, syncookies) },
	{ "synack-retries", LISTENQ_A_POLICY_SYNACK_RETRIES,
	  offsetof(struct nl_policy, synack_retries) },
	{ "queue", LISTENQ_A_POLICY_QUEUE, offsetof(struct nl_policy, queue) },
	{ "syn-rate", LISTENQ_A_POLICY_SYN_RATE,
	  offsetof(struct nl_policy, syn_rate) },
	{ "syn-burst", LISTENQ_A_POLICY_SYN_BURST,
	  offsetof(struct nl_policy, syn_burst) },
	{ "admit", LISTENQ_A_POLICY_ADMIT, offsetof(struct nl_policy, admit) },
};

#define NSETTINGS (sizeof(settings) / sizeof(*settings))

static s64 value_of(const struct nl_policy *policy,
		    const struct setting *setting)
{
	return *(const s64 *)((const char *)policy + setting->offset);
}

/* NULL: the port alone */
struct nl_policy nl_policy_for(const char *address, int port)
{
	struct nl_policy policy = NL_POLICY_INIT;

	policy.port = port;
	if (!address)
		return policy;
	policy.family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(policy.family, address, policy.address) != 1)
		lq_error("%s is no address", address);
	return policy;
}

struct nlmsghdr *nl_policy_request(void *buffer, u8 command)
{
	return lq_nl_request(buffer, command, NLM_F_ACK);
}

void nl_policy_put_key(struct nlmsghdr *request, const struct nl_policy *key)
{
	if (key->family == AF_INET)
		mnl_attr_put(request, LISTENQ_A_POLICY_ADDRESS4, 4,
			     key->address);
	if (key->family == AF_INET6)
		mnl_attr_put(request, LISTENQ_A_POLICY_ADDRESS6, 16,
			     key->address);
	mnl_attr_put_u16(request, LISTENQ_A_POLICY_PORT, key->port);
}

void nl_policy_put(struct nlmsghdr *request, const struct nl_policy *policy)
{
	nl_policy_put_key(request, policy);
	for (unsigned int i = 0; i < NSETTINGS; i++)
		if (value_of(policy, &settings[i]) != -1)
			mnl_attr_put_u32(request, settings[i].type,
					 value_of(policy, &settings[i]));
	if (policy->timeout_ms != -1)
		mnl_attr_put_u64(request, LISTENQ_A_POLICY_TIMEOUT,
				 policy->timeout_ms);
}

static int from_request(const struct nlattr *attr, void *data)
{
	struct nl_policy *policy = data;
	u16 type = mnl_attr_get_type(attr);

	if (type == LISTENQ_A_POLICY_ADDRESS4) {
		policy->family = AF_INET;
		memcpy(policy->address, mnl_attr_get_payload(attr), 4);
	} else if (type == LISTENQ_A_POLICY_ADDRESS6) {
		policy->family = AF_INET6;
		memcpy(policy->address, mnl_attr_get_payload(attr), 16);
	} else if (type == LISTENQ_A_POLICY_PORT) {
		policy->port = mnl_attr_get_u16(attr);
	} else if (type == LISTENQ_A_POLICY_TIMEOUT) {
		policy->timeout_ms = mnl_attr_get_u64(attr);
	}
	for (unsigned int i = 0; i < NSETTINGS; i++)
		if (settings[i].type == type)
			*(s64 *)((char *)policy + settings[i].offset) =
				mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* What a request that the kernel has taken asks for */
struct nl_policy nl_policy_of_request(const struct nlmsghdr *request)
{
	struct nl_policy policy = NL_POLICY_INIT;

	mnl_attr_parse(request, sizeof(struct genlmsghdr), from_request,
		       &policy);
	return policy;
}

/* Which of the request's attributes is at that offset */
static u16 type_at(const struct nlmsghdr *request, u32 offset)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, sizeof(struct genlmsghdr))
		if ((const char *)attr - (const char *)request == offset)
			return mnl_attr_get_type(attr);
	if (offset != LQ_NL_NOWHERE)
		lq_error("an extended ACK about offset %u", offset);
	return 0;
}

static int remember(const struct nlmsghdr *request,
		    const struct lq_nl_answer *answer)
{
	static char text[sizeof(answer->text)];

	memcpy(text, answer->text, sizeof(text));
	nl_policy_last = (struct nl_policy_last){
		.error = answer->error,
		.text = text,
		.blamed = type_at(request, answer->offset),
		.missing = answer->missing,
		.messages = answer->messages,
	};
	if (answer->error != LQ_NL_SILENCE)
		return -answer->error;
	lq_error("no answer about a policy");
	nl_policy_last.error = ETIMEDOUT;
	return -ETIMEDOUT;
}

int nl_policy_talk(struct lq_nl *nl, struct nlmsghdr *request,
		   lq_nl_take *take, void *data)
{
	struct lq_nl_answer answer;

	lq_nl_talk(nl, request, LQ_NL_BUFFER, take, data, &answer);
	return remember(request, &answer);
}

int nl_policy_set(struct lq_nl *nl, const struct nl_policy *policy)
{
	char space[REQUEST_SIZE];
	struct nlmsghdr *request = nl_policy_request(space,
						     LISTENQ_CMD_POLICY_SET);

	nl_policy_put(request, policy);
	return nl_policy_talk(nl, request, NULL, NULL);
}

int nl_policy_del(struct lq_nl *nl, const struct nl_policy *key)
{
	char space[REQUEST_SIZE];
	struct nlmsghdr *request = nl_policy_request(space,
						     LISTENQ_CMD_POLICY_DEL);

	nl_policy_put_key(request, key);
	return nl_policy_talk(nl, request, NULL, NULL);
}

static void take_policy(const struct nlmsghdr *message, void *data)
{
	lq_nl_parse_policy(message, data);
}

/* @policy is as it was when there is none */
int nl_policy_get(struct lq_nl *nl, const struct nl_policy *key,
		  struct nl_policy *policy)
{
	char space[REQUEST_SIZE];
	struct nlmsghdr *request = nl_policy_request(space,
						     LISTENQ_CMD_POLICY_GET);
	int failed;

	nl_policy_put_key(request, key);
	failed = nl_policy_talk(nl, request, take_policy, policy);
	if (!failed && nl_policy_last.messages != 1)
		lq_error("%u answers to policy-get", nl_policy_last.messages);
	return failed;
}

static void add_policy(const struct nlmsghdr *message, void *data)
{
	struct nl_policy_list *list = data;

	/* Grows by doubling: at each power of two */
	if (!(list->n & (list->n - 1)))
		list->policy = realloc(list->policy, (2 * list->n + 1) *
				       sizeof(*list->policy));
	lq_nl_parse_policy(message, &list->policy[list->n++]);
}

/* All of a namespace; the caller frees */
int nl_policy_dump(struct lq_nl *nl, size_t buffer,
		   struct nl_policy_list *list)
{
	char space[REQUEST_SIZE];
	struct nlmsghdr *request = lq_nl_request(space, LISTENQ_CMD_POLICY_GET,
						 NLM_F_DUMP);

	memset(list, 0, sizeof(*list));
	lq_nl_talk(nl, request, buffer, add_policy, list, &list->answer);
	return remember(request, &list->answer);
}

void nl_policy_free(struct nl_policy_list *list)
{
	free(list->policy);
	memset(list, 0, sizeof(*list));
}

/* Deletes all of the namespace */
int nl_policy_clear_all(struct lq_nl *nl)
{
	struct nl_policy_list list;
	int failed = nl_policy_dump(nl, LQ_NL_BUFFER, &list);

	for (int i = 0; i < list.n; i++) {
		int error = nl_policy_del(nl, &list.policy[i]);

		/* Its time may be over meanwhile */
		if (error && error != -ENOENT)
			failed = error;
	}
	nl_policy_free(&list);
	return failed;
}

struct nl_policy nl_policy_backlog_for(const char *address, int port,
				       int backlog)
{
	struct nl_policy policy = nl_policy_for(address, port);

	policy.backlog = backlog;
	return policy;
}

int nl_policy_set_backlog(struct lq_nl *nl, const char *address, int port,
			  int backlog)
{
	struct nl_policy policy = nl_policy_backlog_for(address, port,
							backlog);

	return nl_policy_set(nl, &policy);
}

int nl_policy_del_key(struct lq_nl *nl, const char *address, int port)
{
	struct nl_policy key = nl_policy_for(address, port);

	return nl_policy_del(nl, &key);
}

/* Number of the namespace's last event */
u64 nl_policy_last_event(struct lq_nl *nl)
{
	struct lq_nl_totals totals = { 0 };

	lq_nl_get_totals(nl, &totals);
	return totals.events;
}

/* How many there are, or -errno */
int nl_policy_count(struct lq_nl *nl)
{
	struct nl_policy_list list;
	int failed = nl_policy_dump(nl, LQ_NL_BUFFER, &list), n = list.n;

	nl_policy_free(&list);
	return failed ? failed : n;
}

bool nl_policy_same_key(const struct nl_policy *a, const struct nl_policy *b)
{
	size_t size = a->family == AF_INET6 ? 16 : 4;

	return a->family == b->family && a->port == b->port &&
	       (!a->family || !memcmp(a->address, b->address, size));
}

/* As listenq writes it; valid until the next call */
const char *nl_policy_name(const struct nl_policy *key)
{
	static char name[INET6_ADDRSTRLEN + 16];
	char address[INET6_ADDRSTRLEN] = "";

	if (key->family)
		inet_ntop(key->family, key->address, address, sizeof(address));
	snprintf(name, sizeof(name), "%s%s%s:%u",
		 key->family == AF_INET6 ? "[" : "", address,
		 key->family == AF_INET6 ? "]" : "", key->port);
	return name;
}

/*
 * Key and settings. A burst that was not given is a tenth of the rate, and need
 * not be told. The time is not compared: it runs.
 * Return: how many of them differ.
 */
int nl_policy_differs(const struct nl_policy *expected,
		      const struct nl_policy *seen)
{
	int n = !nl_policy_same_key(expected, seen);

	if (n)
		fprintf(stderr, "# another key: %s\n", nl_policy_name(seen));
	for (unsigned int i = 0; i < NSETTINGS; i++) {
		s64 want = value_of(expected, &settings[i]);
		s64 is = value_of(seen, &settings[i]);

		if (want == is)
			continue;
		if (settings[i].type == LISTENQ_A_POLICY_SYN_BURST &&
		    want == -1 && expected->syn_rate != -1 &&
		    is == (expected->syn_rate < 10 ? 1 :
			   expected->syn_rate / 10))
			continue;
		fprintf(stderr, "# %s of %s: %lld, not %lld\n",
			settings[i].name, nl_policy_name(expected), is, want);
		n++;
	}
	if ((expected->timeout_ms == -1) != (seen->timeout_ms == -1)) {
		fprintf(stderr, "# %s with %lld ms left, asked for %lld\n",
			nl_policy_name(expected), seen->timeout_ms,
			expected->timeout_ms);
		n++;
	}
	return n;
}

/* A listen() of the program's may show for 10 ms, here with some more for ticks */
#define ASSERTED_MS 50

/* The accept queue's limit as ss shows it */
bool nl_policy_limit_is(int listener, unsigned int limit)
{
	if (lq_wait_until(lq_acceptq_max(listener) == limit, ASSERTED_MS))
		return true;
	fprintf(stderr, "# the limit is %u, not %u\n",
		lq_acceptq_max(listener), limit);
	return false;
}

/* Of all kinds of keys, four to a port from @port on, not in the order of a dump */
int nl_policy_set_many(struct lq_nl *nl, int port, int n)
{
	static const char *const address[] = {
		NULL, "127.0.0.1", "::1", "0.0.0.0"
	};

	for (int i = 0; i < n; i++) {
		int j = i * 7 % n;

		if (nl_policy_set_backlog(nl, address[j % 4], port + j / 4,
					  1 + j % 50))
			return -nl_policy_last.error;
	}
	return 0;
}

/* Who hears of changes in the namespace of the caller */
struct lq_nl *nl_policy_subscriber(void)
{
	struct lq_nl *nl = lq_nl_open();

	if (nl && lq_nl_subscribe(nl))
		lq_error("can't subscribe: %s", strerror(errno));
	return nl;
}

/* Until so many are heard in all, and a moment longer. Return: how many. */
int nl_policy_hear(struct lq_nl *ear, struct lq_nl_events *heard, int n)
{
	lq_nl_hear_until(ear, heard, heard->n >= n, 2000);
	lq_nl_hear(ear, heard, 50);
	return heard->n;
}
