// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about policies that are wrong, senseless or beyond a limit: each is
 * refused with a reason and the attribute that is to blame, and nothing changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nl_fixture.h"
#include "nl_policy.h"

#define PORT		7000
#define MAPPED		"::ffff:127.0.0.1"
#define SOMAXCONN_FILE	"net/core/somaxconn"
#define SYNCOOKIES_FILE	"net/ipv4/tcp_syncookies"
#define MAX_POLICIES	1024
#define SPACE		1024

#define N(array) (sizeof(array) / sizeof(*(array)))

#define DROP		LISTENQ_POLICY_OVERFLOW_DROP
#define RESET		LISTENQ_POLICY_OVERFLOW_RESET
#define OFF		LISTENQ_POLICY_SYNCOOKIES_OFF
#define AUTO		LISTENQ_POLICY_SYNCOOKIES_AUTO
#define ALWAYS		LISTENQ_POLICY_SYNCOOKIES_ALWAYS
#define SPLIT		LISTENQ_POLICY_QUEUE_SPLIT
#define SINGLE		LISTENQ_POLICY_QUEUE_SINGLE
#define ADMIT_ALL	LISTENQ_POLICY_ADMIT_ALL
#define ADMIT_DROP	LISTENQ_POLICY_ADMIT_DROP
#define ADMIT_RESET	LISTENQ_POLICY_ADMIT_RESET

/*
 * Refusals: a request that is wrong in one way, beside policies for the same
 * port, which are afterwards what they were.
 */
struct state {
	struct lq_nl *nl;
	int v4, v6, alone;
	struct nl_policy_list before;
	u64 events;
};

FIXTURE(refusals) {
	struct state *state;
};

#define OLD_POLICIES 3

FIXTURE_SETUP(refusals)
{
	self->state = calloc(1, sizeof(*self->state));
	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	lq_sysctl_set(SYNCOOKIES_FILE, 1);
	lq_sysctl_set(SOMAXCONN_FILE, 1000);
	self->state->nl = lq_nl_open();
	ASSERT_NE(NULL, self->state->nl);
	self->state->v4 = lq_listen(LO, PORT, 1);
	self->state->v6 = lq_listen(LO6, PORT, 1);
	self->state->alone = lq_listen("127.0.0.2", PORT, 1);
	ASSERT_EQ(0, nl_policy_set_backlog(self->state->nl, LO, PORT, 13));
	ASSERT_EQ(0, nl_policy_set_backlog(self->state->nl, LO6, PORT, 14));
	ASSERT_EQ(0, nl_policy_set_backlog(self->state->nl, NULL, PORT, 15));
	ASSERT_EQ(0, nl_policy_dump(self->state->nl, LQ_NL_BUFFER,
				    &self->state->before));
	ASSERT_EQ(OLD_POLICIES, self->state->before.n);
	self->state->events = nl_policy_last_event(self->state->nl);
}

/* Whole policies as they were, since when they are, and no event of a change */
static bool unchanged(const struct state *state)
{
	struct nl_policy_list now;
	bool same;

	if (nl_policy_dump(state->nl, LQ_NL_BUFFER, &now))
		return false;
	same = now.n == OLD_POLICIES &&
	       !memcmp(now.policy, state->before.policy,
		       OLD_POLICIES * sizeof(*now.policy));
	nl_policy_free(&now);
	return same && lq_acceptq_max(state->v4) == 13 &&
	       lq_acceptq_max(state->v6) == 14 &&
	       lq_acceptq_max(state->alone) == 15 &&
	       nl_policy_last_event(state->nl) == state->events;
}

FIXTURE_TEARDOWN(refusals)
{
	EXPECT_TRUE(unchanged(self->state));
	nl_policy_free(&self->state->before);
	EXPECT_EQ(0, nl_policy_clear_all(self->state->nl));
	EXPECT_TRUE(nl_policy_limit_is(self->state->v4, 1));
	EXPECT_TRUE(nl_policy_limit_is(self->state->v6, 1));
	EXPECT_TRUE(nl_policy_limit_is(self->state->alone, 1));
	EXPECT_EQ(0, lq_nl_differs(self->state->nl));
	lq_close_all();
	EXPECT_EQ(0, lq_laws());
	lq_nl_close(self->state->nl);
	free(self->state);
	EXPECT_EQ(0, lq_errors);
}

#define REFUSALS(name) TEST_F_TIMEOUT(refusals, name, SCENARIO_TIMEOUT)

/* A set of attributes that one of them may be blamed of */
#define A(name) (1u << LISTENQ_A_POLICY_##name)
#define NOBODY 1u

/* A copy: whoever looks at what there is overwrites it */
struct words {
	struct nl_policy_last last;
	char text[160];
};

static struct words last_words(void)
{
	struct words words = { .last = nl_policy_last };

	snprintf(words.text, sizeof(words.text), "%s", nl_policy_last.text);
	return words;
}

static void complain(const char *what, const struct words *words)
{
	fprintf(stderr, "# %s: %s, \"%s\", attribute %u, missing %u, %u messages\n",
		what, strerror(words->last.error), words->text,
		words->last.blamed, words->last.missing,
		words->last.messages);
}

/* Return: 1 when it wasn't refused as it must be */
static int refused_without(const struct state *state, struct nlmsghdr *request,
			   const char *what, u32 blame, u16 missing)
{
	int failed = nl_policy_talk(state->nl, request, NULL, NULL);
	struct words words = last_words();

	if (failed && !words.last.messages && *words.text &&
	    1u << words.last.blamed & blame &&
	    words.last.missing == missing && unchanged(state))
		return 0;
	complain(what, &words);
	return 1;
}

static int refused(const struct state *state, struct nlmsghdr *request,
		   const char *what, u32 blame)
{
	return refused_without(state, request, what, blame, 0);
}

static int set_refused(const struct state *state,
		       const struct nl_policy *policy, const char *what,
		       u32 blame)
{
	char space[SPACE];
	struct nlmsghdr *request = nl_policy_request(space,
						     LISTENQ_CMD_POLICY_SET);

	nl_policy_put(request, policy);
	return refused(state, request, what, blame);
}

/* What makes no sense, one after the other, for every key */
struct senseless {
	const char *what;
	u32 blame;
	struct nl_policy policy;
};

#define SENSELESS(text, who, ...) \
	{ text, who, { __VA_ARGS__ } }

#define NONE	.backlog = -1, .synq = -1, .overflow = -1,		\
		.syncookies = -1, .synack_retries = -1, .queue = -1,	\
		.syn_rate = -1, .syn_burst = -1, .admit = -1,		\
		.timeout_ms = -1

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct senseless senseless[] = {
	SENSELESS("no setting", NOBODY, NONE),
	SENSELESS("a timeout only", NOBODY | A(TIMEOUT), NONE,
		  .timeout_ms = 60000),
	SENSELESS("burst alone", A(SYN_BURST), NONE, .syn_burst = 5),
	SENSELESS("burst without rate", A(SYN_BURST), NONE, .backlog = 2,
		  .syn_burst = 5),
	SENSELESS("single with synq", A(QUEUE) | A(SYNQ), NONE,
		  .queue = SINGLE, .synq = 5),
	SENSELESS("single with auto", A(QUEUE) | A(SYNCOOKIES), NONE,
		  .queue = SINGLE, .syncookies = AUTO),
	SENSELESS("single with always", A(QUEUE) | A(SYNCOOKIES), NONE,
		  .queue = SINGLE, .syncookies = ALWAYS),
	SENSELESS("always with synq", A(SYNCOOKIES) | A(SYNQ), NONE,
		  .syncookies = ALWAYS, .synq = 5),
	SENSELESS("admit drop with synq", A(ADMIT) | A(SYNQ), NONE,
		  .admit = ADMIT_DROP, .synq = 5),
	SENSELESS("admit reset with synq", A(ADMIT) | A(SYNQ), NONE,
		  .admit = ADMIT_RESET, .synq = 5),
	SENSELESS("admit drop with cookies", A(ADMIT) | A(SYNCOOKIES), NONE,
		  .admit = ADMIT_DROP, .syncookies = OFF),
	SENSELESS("admit reset with cookies", A(ADMIT) | A(SYNCOOKIES), NONE,
		  .admit = ADMIT_RESET, .syncookies = AUTO),
	SENSELESS("admit drop with split", A(ADMIT) | A(QUEUE), NONE,
		  .admit = ADMIT_DROP, .queue = SPLIT),
	SENSELESS("admit reset with single", A(ADMIT) | A(QUEUE), NONE,
		  .admit = ADMIT_RESET, .queue = SINGLE),
	SENSELESS("admit drop with a rate", A(ADMIT) | A(SYN_RATE), NONE,
		  .admit = ADMIT_DROP, .syn_rate = 5),
	SENSELESS("admit reset with a rate",
		  A(ADMIT) | A(SYN_RATE) | A(SYN_BURST), NONE,
		  .admit = ADMIT_RESET, .syn_rate = 5, .syn_burst = 6),
	SENSELESS("backlog over somaxconn", A(BACKLOG), NONE,
		  .backlog = 1001),
	SENSELESS("synq over somaxconn", A(SYNQ), NONE, .synq = 1001),
	SENSELESS("both over somaxconn", A(BACKLOG) | A(SYNQ), NONE,
		  .backlog = 1001, .synq = 1001),
};

#pragma GCC diagnostic pop

static struct nl_policy with_key(struct nl_policy policy, const char *address)
{
	struct nl_policy key = nl_policy_for(address, PORT);

	policy.family = key.family;
	policy.port = key.port;
	memcpy(policy.address, key.address, sizeof(key.address));
	return policy;
}

static const char *const old_keys[] = { NULL, LO, LO6 };

REFUSALS(senseless)
{
	for (unsigned int i = 0; i < N(senseless) * N(old_keys); i++) {
		const struct senseless *no = &senseless[i / N(old_keys)];
		struct nl_policy policy = with_key(no->policy,
						   old_keys[i % N(old_keys)]);

		EXPECT_EQ(0, set_refused(self->state, &policy, no->what,
					 no->blame));
	}
}

/* The same with what makes sense beside it: it isn't taken in part */
REFUSALS(senseless_in_part)
{
	for (unsigned int i = 0; i < N(senseless) * N(old_keys); i++) {
		const struct senseless *no = &senseless[i / N(old_keys)];
		struct nl_policy policy = with_key(no->policy,
						   old_keys[i % N(old_keys)]);

		if (no->blame & NOBODY)
			continue;
		policy.overflow = RESET;
		policy.synack_retries = 1;
		policy.timeout_ms = 1;
		if (policy.backlog == -1)
			policy.backlog = 2;
		EXPECT_EQ(0, set_refused(self->state, &policy, no->what,
					 no->blame));
	}
	/* Longer than the shortest of those lives */
	lq_sleep_ms(300);
}

/* The kernel would not take a cookie back */
REFUSALS(cookies_without_cookies)
{
	static const int values[] = { AUTO, ALWAYS };
	const struct state *state = self->state;

	lq_sysctl_set(SYNCOOKIES_FILE, 0);
	for (unsigned int i = 0; i < 2 * N(old_keys); i++) {
		struct nl_policy policy = nl_policy_for(old_keys[i / 2], PORT);

		policy.backlog = 2;
		policy.syncookies = values[i % 2];
		EXPECT_EQ(0, set_refused(state, &policy, "cookies of none",
					 A(SYNCOOKIES)));
	}
}

/* Attributes of requests, each with a value that is right and would be seen */
static const struct attribute {
	u16 type;
	u16 size;
	u64 good[2];
} attributes[] = {
	{ LISTENQ_A_POLICY_ADDRESS4, 4, { 0x0100007f } },
	{ LISTENQ_A_POLICY_ADDRESS6, 16, { 0, 1ull << 56 } },
	{ LISTENQ_A_POLICY_PORT, 2, { PORT } },
	{ LISTENQ_A_POLICY_BACKLOG, 4, { 2 } },
	{ LISTENQ_A_POLICY_SYNQ, 4, { 2 } },
	{ LISTENQ_A_POLICY_OVERFLOW, 4, { RESET } },
	{ LISTENQ_A_POLICY_SYNCOOKIES, 4, { AUTO } },
	{ LISTENQ_A_POLICY_SYNACK_RETRIES, 4, { 2 } },
	{ LISTENQ_A_POLICY_QUEUE, 4, { SPLIT } },
	{ LISTENQ_A_POLICY_SYN_RATE, 4, { 2 } },
	{ LISTENQ_A_POLICY_SYN_BURST, 4, { 2 } },
	{ LISTENQ_A_POLICY_ADMIT, 4, { ADMIT_ALL } },
	{ LISTENQ_A_POLICY_TIMEOUT, 8, { 60000 } },
};

#define KEY_ATTRIBUTES 3

static const struct operation {
	const char *name;
	u8 command;
	unsigned int n;		/* of the attributes */
} operations[] = {
	{ "set", LISTENQ_CMD_POLICY_SET, N(attributes) },
	{ "get", LISTENQ_CMD_POLICY_GET, KEY_ATTRIBUTES },
	{ "del", LISTENQ_CMD_POLICY_DEL, KEY_ATTRIBUTES },
};

/* Return: the offset in the request, as an extended ACK has it */
static u32 put(struct nlmsghdr *request, u16 type, unsigned int size,
	       const void *data)
{
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(request);

	attr->nla_type = type;
	attr->nla_len = MNL_ATTR_HDRLEN + size;
	memset(attr + 1, 0, MNL_ALIGN(size));
	if (data)
		memcpy(attr + 1, data, size);
	request->nlmsg_len += MNL_ATTR_HDRLEN + MNL_ALIGN(size);
	return (char *)attr - (char *)request;
}

static void put_good(struct nlmsghdr *request, u16 type)
{
	for (unsigned int i = 0; i < N(attributes); i++)
		if (attributes[i].type == type)
			put(request, type, attributes[i].size,
			    attributes[i].good);
}

/* So that nothing but the attribute to come can be wrong */
static struct nlmsghdr *begin(void *space, const struct operation *operation,
			      u16 coming)
{
	struct nlmsghdr *request;

	memset(space, 0, SPACE);
	request = nl_policy_request(space, operation->command);
	if (coming != LISTENQ_A_POLICY_PORT)
		put_good(request, LISTENQ_A_POLICY_PORT);
	if (operation->command != LISTENQ_CMD_POLICY_SET)
		return request;
	if (coming == LISTENQ_A_POLICY_SYN_BURST)
		put_good(request, LISTENQ_A_POLICY_SYN_RATE);
	else if (coming != LISTENQ_A_POLICY_BACKLOG)
		put_good(request, LISTENQ_A_POLICY_BACKLOG);
	return request;
}

static int wrong_attribute(const struct state *state,
			   const struct operation *operation, u16 type,
			   unsigned int size, const void *data)
{
	char space[SPACE], what[64];
	struct nlmsghdr *request = begin(space, operation,
					 type & NLA_TYPE_MASK);
	u32 where = put(request, type, size, data);
	struct lq_nl_answer answer;

	snprintf(what, sizeof(what), "%s, attribute %u of %u bytes",
		 operation->name, type, size);
	lq_nl_talk(state->nl, request, LQ_NL_BUFFER, NULL, NULL, &answer);
	if (answer.error > 0 && !answer.messages && *answer.text &&
	    answer.offset == where && unchanged(state))
		return 0;
	fprintf(stderr, "# %s: %s, \"%s\", offset %u, not %u\n", what,
		strerror(answer.error), answer.text, answer.offset, where);
	return 1;
}

REFUSALS(range)
{
	static const struct {
		u16 type;
		u64 value;
	} no[] = {
		{ LISTENQ_A_POLICY_PORT, 0 },
		{ LISTENQ_A_POLICY_BACKLOG, 1001 },
		{ LISTENQ_A_POLICY_BACKLOG, 0x7fffffff },
		{ LISTENQ_A_POLICY_BACKLOG, 0x80000000 },
		{ LISTENQ_A_POLICY_BACKLOG, 0xffffffff },
		{ LISTENQ_A_POLICY_SYNQ, 1001 },
		{ LISTENQ_A_POLICY_SYNQ, 0x7fffffff },
		{ LISTENQ_A_POLICY_SYNQ, 0x80000000 },
		{ LISTENQ_A_POLICY_SYNQ, 0xffffffff },
		{ LISTENQ_A_POLICY_OVERFLOW, RESET + 1 },
		{ LISTENQ_A_POLICY_OVERFLOW, 0xffffffff },
		{ LISTENQ_A_POLICY_SYNCOOKIES, ALWAYS + 1 },
		{ LISTENQ_A_POLICY_SYNCOOKIES, 0xffffffff },
		{ LISTENQ_A_POLICY_SYNACK_RETRIES, 128 },
		{ LISTENQ_A_POLICY_SYNACK_RETRIES, 256 },
		{ LISTENQ_A_POLICY_SYNACK_RETRIES, 0xffffffff },
		{ LISTENQ_A_POLICY_QUEUE, SINGLE + 1 },
		{ LISTENQ_A_POLICY_QUEUE, 0xffffffff },
		{ LISTENQ_A_POLICY_SYN_RATE, 0 },
		{ LISTENQ_A_POLICY_SYN_RATE, 1000001 },
		{ LISTENQ_A_POLICY_SYN_RATE, 0xffffffff },
		{ LISTENQ_A_POLICY_SYN_BURST, 0 },
		{ LISTENQ_A_POLICY_SYN_BURST, 1000001 },
		{ LISTENQ_A_POLICY_SYN_BURST, 0xffffffff },
		{ LISTENQ_A_POLICY_ADMIT, ADMIT_RESET + 1 },
		{ LISTENQ_A_POLICY_ADMIT, 0xffffffff },
		{ LISTENQ_A_POLICY_TIMEOUT, 0 },
	};
	const struct state *state = self->state;

	for (unsigned int i = 0; i < N(no); i++) {
		unsigned int size = 4;

		if (no[i].type == LISTENQ_A_POLICY_PORT)
			size = 2;
		if (no[i].type == LISTENQ_A_POLICY_TIMEOUT)
			size = 8;
		EXPECT_EQ(0, wrong_attribute(state, operations, no[i].type,
					     size, &no[i].value));
	}
	for (unsigned int i = 1; i < N(operations); i++)
		EXPECT_EQ(0, wrong_attribute(state, &operations[i],
					     LISTENQ_A_POLICY_PORT, 2, NULL));
}

REFUSALS(wrong_size)
{
	static const unsigned int sizes[] = { 0, 1, 2, 3, 4, 7, 8, 15, 16, 17 };
	const struct state *state = self->state;

	for (unsigned int op = 0; op < N(operations); op++)
		for (unsigned int i = 0; i < operations[op].n * N(sizes); i++) {
			const struct attribute *attribute =
				&attributes[i / N(sizes)];
			unsigned int size = sizes[i % N(sizes)];
			char data[17] = { 1 };

			if (size == attribute->size)
				continue;
			EXPECT_EQ(0, wrong_attribute(state, &operations[op],
						     attribute->type, size,
						     data));
		}
}

REFUSALS(nest_flag)
{
	const struct state *state = self->state;

	for (unsigned int op = 0; op < N(operations); op++)
		for (unsigned int i = 0; i < operations[op].n; i++)
			EXPECT_EQ(0, wrong_attribute(state, &operations[op],
						     attributes[i].type |
						     NLA_F_NESTED,
						     attributes[i].size,
						     attributes[i].good));
}

static bool is_of_request(const struct operation *operation, u16 type)
{
	for (unsigned int i = 0; i < operation->n; i++)
		if (attributes[i].type == type)
			return true;
	return false;
}

/* Of no request: those of other operations, of answers, and of nobody */
REFUSALS(unknown)
{
	static const u16 beyond[] = {
		0, LISTENQ_A_POLICY_MAX + 1, 100, 255, 256, 16383
	};
	const struct state *state = self->state;

	for (unsigned int op = 0; op < N(operations); op++) {
		const struct operation *operation = &operations[op];

		for (u16 type = 1; type <= LISTENQ_A_POLICY_MAX; type++)
			if (!is_of_request(operation, type))
				EXPECT_EQ(0, wrong_attribute(state, operation,
							     type, 4, NULL));
		for (unsigned int i = 0; i < N(beyond); i++)
			EXPECT_EQ(0, wrong_attribute(state, operation,
						     beyond[i], 4, NULL));
	}
}

/* The second is to blame, also when it says the same */
REFUSALS(doubled)
{
	const struct state *state = self->state;

	for (unsigned int op = 0; op < N(operations); op++)
		for (unsigned int i = 0; i < operations[op].n; i++) {
			char space[SPACE];
			struct nlmsghdr *request =
				begin(space, &operations[op],
				      attributes[i].type);
			struct lq_nl_answer answer;
			u32 where;

			put_good(request, attributes[i].type);
			where = put(request, attributes[i].type,
				    attributes[i].size, attributes[i].good);
			lq_nl_talk(state->nl, request, LQ_NL_BUFFER, NULL, NULL,
				   &answer);
			EXPECT_LT(0, answer.error);
			EXPECT_STRNE("", answer.text);
			EXPECT_EQ(where, answer.offset);
			EXPECT_EQ(0, answer.messages);
			EXPECT_TRUE(unchanged(state));
		}
}

REFUSALS(two_addresses)
{
	const struct state *state = self->state;

	for (unsigned int op = 0; op < N(operations); op++)
		for (unsigned int i = 0; i < 2; i++) {
			char space[SPACE];
			struct nlmsghdr *request = begin(space, &operations[op],
							 0);

			put_good(request, attributes[i].type);
			put_good(request, attributes[!i].type);
			EXPECT_EQ(0, refused(state, request,
					     operations[op].name,
					     A(ADDRESS4) | A(ADDRESS6)));
		}
}

/* With an address, without one, and with nothing at all */
REFUSALS(missing_port)
{
	bool named = lq_kernel_since(6, 1);

	for (unsigned int op = 0; op < N(operations); op++)
		for (unsigned int i = 0; i < 4; i++) {
			char space[SPACE];
			struct nlmsghdr *request =
				nl_policy_request(space,
						  operations[op].command);

			if (i < 2)
				put_good(request, attributes[i].type);
			if (i < 3 && !op)
				put_good(request, LISTENQ_A_POLICY_BACKLOG);
			ASSERT_EQ(0, refused_without(self->state, request,
						     operations[op].name,
						     NOBODY,
						     named ? LISTENQ_A_POLICY_PORT :
							     0));
		}
	if (!named)
		SKIP(return, "in words only: an extended ACK names what is missing from 6.1 on");
}

/* A dump has no attributes; what its own code says has room for words only */
REFUSALS(dump_of_some)
{
	for (unsigned int i = 0; i < N(attributes); i++) {
		char space[SPACE] = { 0 };
		struct nlmsghdr *request =
			lq_nl_request(space, LISTENQ_CMD_POLICY_GET,
				      NLM_F_DUMP);

		put_good(request, attributes[i].type);
		EXPECT_EQ(0, refused(self->state, request, "dump",
				     NOBODY | 1u << attributes[i].type));
	}
}

/* Notifications are no commands, and what changes things has no dump */
REFUSALS(no_commands)
{
	static const struct {
		u8 command;
		u16 flags;
	} no[] = {
		{ LISTENQ_CMD_POLICY_NTF, NLM_F_ACK },
		{ LISTENQ_CMD_POLICY_NTF, NLM_F_DUMP },
		{ LISTENQ_CMD_POLICY_SET, NLM_F_DUMP },
		{ LISTENQ_CMD_POLICY_DEL, NLM_F_DUMP },
	};
	const struct state *state = self->state;

	for (unsigned int i = 0; i < N(no); i++) {
		char space[SPACE] = { 0 };
		struct nlmsghdr *request = lq_nl_request(space, no[i].command,
							 no[i].flags);

		put_good(request, LISTENQ_A_POLICY_PORT);
		EXPECT_EQ(-EOPNOTSUPP, nl_policy_talk(state->nl, request, NULL,
						      NULL));
		EXPECT_TRUE(unchanged(state));
	}
}

/* Whom one may blame for what makes no sense together; 0: it does */
static u32 blame_of(const struct nl_policy *p, int sysctl)
{
	bool cookies = p->syncookies == AUTO || p->syncookies == ALWAYS;
	bool drained = p->admit == ADMIT_DROP || p->admit == ADMIT_RESET;
	u32 blame = 0;

	if (p->syn_burst != -1 && p->syn_rate == -1)
		blame |= A(SYN_BURST);
	if (p->queue == SINGLE && p->synq != -1)
		blame |= A(QUEUE) | A(SYNQ);
	if (p->queue == SINGLE && cookies)
		blame |= A(QUEUE) | A(SYNCOOKIES);
	if (p->syncookies == ALWAYS && p->synq != -1)
		blame |= A(SYNCOOKIES) | A(SYNQ);
	if (drained && p->synq != -1)
		blame |= A(ADMIT) | A(SYNQ);
	if (drained && p->syncookies != -1)
		blame |= A(ADMIT) | A(SYNCOOKIES);
	if (drained && p->queue != -1)
		blame |= A(ADMIT) | A(QUEUE);
	if (drained && p->syn_rate != -1)
		blame |= A(ADMIT) | A(SYN_RATE);
	if (cookies && !sysctl)
		blame |= A(SYNCOOKIES);
	if (p->backlog == -1 && p->synq == -1 && p->overflow == -1 &&
	    p->syncookies == -1 && p->synack_retries == -1 &&
	    p->queue == -1 && p->syn_rate == -1 && p->syn_burst == -1 &&
	    p->admit == -1)
		blame |= NOBODY;
	return blame;
}

#define COMBINATIONS (3 * 4 * 3 * 4 * 2 * 2 * 2 * 2)

/* One after the other, -1 among the values of each */
static struct nl_policy combination(unsigned int i)
{
	struct nl_policy policy = nl_policy_for(LO, PORT);

	policy.overflow = i % 3 - 1ll;
	i /= 3;
	policy.syncookies = i % 4 - 1ll;
	i /= 4;
	policy.queue = i % 3 - 1ll;
	i /= 3;
	policy.admit = i % 4 - 1ll;
	i /= 4;
	policy.backlog = i & 1 ? 5 : -1;
	policy.synq = i & 2 ? 6 : -1;
	policy.syn_rate = i & 4 ? 70 : -1;
	policy.syn_burst = i & 8 ? 8 : -1;
	return policy;
}

/* Return: 1 when it isn't taken or refused as the specification says */
static int check_combination(struct lq_nl *nl, const struct nl_policy *policy,
			     struct nl_policy *in_force, int sysctl)
{
	u32 blame = blame_of(policy, sysctl);
	int failed = nl_policy_set(nl, policy);
	struct nl_policy got = NL_POLICY_INIT;
	struct words words = last_words();
	bool good = !!failed == !!blame;

	if (failed)
		good &= *words.text && 1u << words.last.blamed & blame;
	if (!good)
		complain(blame ? "to be refused" : "to be taken", &words);
	else if (!failed)
		*in_force = *policy;
	if (nl_policy_get(nl, policy, &got) ||
	    nl_policy_differs(in_force, &got))
		good = false;
	return !good;
}

/*
 * Every combination, after each other in one place, with every sysctl. A stride of
 * 5 goes through all values of each setting, and of each two.
 */
NETLINK(combinations)
{
	struct nl_policy in_force = nl_policy_backlog_for(LO, PORT, 1);
	int bad = 0;

	ASSERT_EQ(0, nl_policy_set(self->nl, &in_force));
	for (int sysctl = 0; sysctl <= 2; sysctl++) {
		lq_sysctl_set(SYNCOOKIES_FILE, sysctl);
		for (unsigned int i = 0; i < COMBINATIONS && bad < 10;
		     i += lq_stride()) {
			struct nl_policy policy = combination(i);

			if (!check_combination(self->nl, &policy, &in_force,
					       sysctl))
				continue;
			fprintf(stderr, "# combination %u, tcp_syncookies %d\n",
				i, sysctl);
			bad++;
		}
	}
	EXPECT_EQ(0, bad);
	EXPECT_EQ(1, nl_policy_count(self->nl));
}

/* Requests that are nearly right, and what they leave */
#define MUTATIONS	((int)lq_fewer(20000))
#define SEED		20240229

static unsigned int seed = SEED;

static unsigned int below(unsigned int n)
{
	return rand_r(&seed) % n;
}

static struct nlmsghdr *any_request(void *space)
{
	const struct operation *operation = &operations[below(N(operations))];
	struct nlmsghdr *request = begin(space, operation, 0);

	for (unsigned int i = 0; i < operation->n; i++)
		if (!below(4))
			put_good(request, attributes[i].type);
	return request;
}

static void mutate_once(struct nlmsghdr *request)
{
	static const u8 odd[] = { 0, 1, 2, 4, 5, 8, 16, 127, 128, 255 };
	unsigned int len = request->nlmsg_len, offset, rest;
	char *at;

	if (len <= NLMSG_HDRLEN)
		return;
	offset = NLMSG_HDRLEN + below(len - NLMSG_HDRLEN);
	at = (char *)request + offset;
	rest = len - offset;
	switch (below(4)) {
	case 0:
		*at ^= 1 << below(8);
		break;
	case 1:
		*at = odd[below(N(odd))];
		break;
	case 2:
		request->nlmsg_len -= below(rest + 1);
		break;
	case 3:
		request->nlmsg_flags ^= 1 << (1 + below(15));
		break;
	}
}

/* Whatever is in the queue: an answer may have any number of parts, or none */
static void drain(struct lq_nl *nl, int *data, int *errors)
{
	static char datagram[LQ_NL_BUFFER];
	int fd = mnl_socket_get_fd(nl->socket), len;

	while ((len = recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *message = (void *)datagram;

		for (; mnl_nlmsg_ok(message, len);
		     message = mnl_nlmsg_next(message, &len)) {
			const int *error = mnl_nlmsg_get_payload(message);

			*data += message->nlmsg_type == nl->family;
			*errors += message->nlmsg_type == NLMSG_ERROR && *error;
		}
	}
}

NETLINK(mutations)
{
	int fd = lq_listen(LO, PORT, 1), data = 0, errors = 0;
	char space[2 * SPACE];

	TH_LOG("seed %u", seed);
	for (int i = 0; i < MUTATIONS; i++) {
		struct nlmsghdr *request = any_request(space);

		for (unsigned int n = below(3); n; n--)
			mutate_once(request);
		request->nlmsg_flags |= NLM_F_REQUEST;
		ASSERT_EQ(0, lq_nl_send(self->nl, request));
		drain(self->nl, &data, &errors);
		/* Whatever is there must make sense to the strict reader */
		if (i % 500 == 0)
			ASSERT_LE(0, nl_policy_count(self->nl));
	}
	TH_LOG("%d with data, %d refused, %d policies left", data, errors,
	       nl_policy_count(self->nl));
	EXPECT_LT(MUTATIONS / 50, data);
	EXPECT_LT(MUTATIONS / 4, errors);
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	EXPECT_EQ(0, nl_policy_count(self->nl));
	EXPECT_TRUE(nl_policy_limit_is(fd, 1));
}

TEST_HARNESS_MAIN
