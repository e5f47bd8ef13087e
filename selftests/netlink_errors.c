// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that are wrong in every way: each is refused with an errno and, where
 * the kernel's conventions have a place for it, with words and the attribute that
 * is to blame. Nothing changes, and the next request that is right is answered.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nl_fixture.h"

#define PORT		7000
#define FIRST		(NLMSG_HDRLEN + GENL_HDRLEN)
#define SPACE		(128 << 10)	/* for more than an attribute can hold */

/* The attributes that requests have, each with a value that is right */
struct attribute {
	u16 type;
	u16 size;
	const void *good;
};

static u64 an_id = 1, an_inode = 1, a_cgroup = 1;
static u16 a_family = AF_INET, a_port = PORT;
static u32 an_index;
static u8 an_address[16] = { 127, 0, 0, 1 };

static const struct attribute listener_attributes[] = {
	{ LISTENQ_A_LISTENER_ID, sizeof(u64), &an_id },
	{ LISTENQ_A_LISTENER_FAMILY, sizeof(u16), &a_family },
	{ LISTENQ_A_LISTENER_ADDRESS4, 4, an_address },
	{ LISTENQ_A_LISTENER_ADDRESS6, 16, an_address },
	{ LISTENQ_A_LISTENER_PORT, sizeof(u16), &a_port },
	{ LISTENQ_A_LISTENER_INODE, sizeof(u64), &an_inode },
	{ LISTENQ_A_LISTENER_CGROUP, sizeof(u64), &a_cgroup },
	{ LISTENQ_A_LISTENER_DROPS_ONLY, 0, NULL },
};

static const struct attribute hook_attributes[] = {
	{ LISTENQ_A_HOOK_INDEX, sizeof(u32), &an_index },
};

/* The operations. A do needs its first attribute. */
struct operation {
	const char *name;
	u8 command;
	u16 flags;
	const struct attribute *attribute;
	unsigned int n;
	int max;
};

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct operation operations[] = {
	{ "listener-get do", LISTENQ_CMD_LISTENER_GET, NLM_F_ACK,
	  listener_attributes, N(listener_attributes),
	  LISTENQ_A_LISTENER_MAX },
	{ "listener-get dump", LISTENQ_CMD_LISTENER_GET, NLM_F_DUMP,
	  listener_attributes, N(listener_attributes),
	  LISTENQ_A_LISTENER_MAX },
	{ "totals-get do", LISTENQ_CMD_TOTALS_GET, NLM_F_ACK,
	  NULL, 0, LISTENQ_A_TOTALS_MAX },
	{ "hook-get do", LISTENQ_CMD_HOOK_GET, NLM_F_ACK,
	  hook_attributes, N(hook_attributes), LISTENQ_A_HOOK_MAX },
	{ "hook-get dump", LISTENQ_CMD_HOOK_GET, NLM_F_DUMP,
	  NULL, 0, LISTENQ_A_HOOK_MAX },
};

/* One operation after the other, or one attribute of each after the other */
struct walk {
	const struct operation *operation;
	const struct attribute *attribute;
};

static bool next_operation(struct walk *walk)
{
	walk->operation = walk->operation ? walk->operation + 1 : operations;
	return walk->operation < operations + N(operations);
}

static bool next_attribute(struct walk *walk)
{
	if (walk->attribute)
		walk->attribute++;
	while (!walk->attribute ||
	       walk->attribute == walk->operation->attribute +
				  walk->operation->n) {
		if (!next_operation(walk))
			return false;
		walk->attribute = walk->operation->attribute;
	}
	return true;
}

static bool is_dump(const struct operation *operation)
{
	return operation->flags == NLM_F_DUMP;
}

FIXTURE(errors) {
	struct lq_nl *nl;
	struct lq_table *before;
	void *space;
	int listener;
};

FIXTURE_SETUP(errors)
{
	struct lq_nl_listener listener;

	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	self->listener = lq_listen(LO, PORT, 1);
	ASSERT_EQ(2, lq_connect_fill(LO, PORT, self->listener, 2));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 3));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &listener));
	an_id = listener.id;
	an_inode = listener.inode;
	a_cgroup = listener.cgroup;
	self->before = lq_read();
	self->space = calloc(1, SPACE);
}

FIXTURE_TEARDOWN(errors)
{
	struct lq_table *after = lq_read();

	EXPECT_TRUE(lq_nl_same_table(self->before, after));
	lq_free(after);
	lq_free(self->before);
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	free(self->space);
	lq_nl_close(self->nl);
	lq_close_all();
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_errors);
}

#define ERRORS(name) TEST_F_TIMEOUT(errors, name, SCENARIO_TIMEOUT)

static struct nlmsghdr *begin(void *space, const struct operation *operation)
{
	memset(space, 0, FIRST);
	return lq_nl_request(space, operation->command, operation->flags);
}

/* Return: the offset in the request, as an extended ACK would have it */
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

static u32 put_good(struct nlmsghdr *request, const struct attribute *attribute)
{
	return put(request, attribute->type, attribute->size, attribute->good);
}

/* So that nothing but the attribute to come can be wrong */
static void put_needed(struct nlmsghdr *request,
		       const struct operation *operation, u16 coming)
{
	if (!is_dump(operation) && operation->n &&
	    operation->attribute->type != coming)
		put_good(request, operation->attribute);
}

static bool still_answers(struct lq_nl *nl)
{
	struct lq_nl_listener listener;
	struct lq_nl_answer answer;

	return !lq_nl_get(nl, an_id, &listener, &answer) &&
	       listener.id == an_id && listener.inode == an_inode;
}

/* What an answer must have besides an errno */
#define TEXT	1
#define OFFSET	2
#define MISSING	4

/* @where is the offset or the type of what is missing */
static int refused(struct lq_nl *nl, struct nlmsghdr *request,
		   const struct operation *operation, const char *what,
		   u16 type, unsigned int wanted, u32 where)
{
	struct lq_nl_answer answer;
	int error = lq_nl_talk(nl, request, LQ_NL_BUFFER, NULL, NULL, &answer);
	bool good = error > 0 && !answer.messages;

	if (wanted & TEXT)
		good &= *answer.text != '\0';
	if (wanted & OFFSET)
		good &= answer.offset == where;
	if (wanted & MISSING)
		good &= answer.missing == where;
	good &= still_answers(nl);
	if (good)
		return 0;
	fprintf(stderr, "# %s, attribute %u, %s: %s, \"%s\", offset %u, missing %u, %u messages\n",
		operation->name, type, what,
		error < 0 ? "silence" : strerror(error), answer.text,
		answer.offset, answer.missing, answer.messages);
	fprintf(stderr, "# wanted: %s%s%s%u\n", wanted & TEXT ? "text " : "",
		wanted & OFFSET ? "offset " : "",
		wanted & MISSING ? "missing " : "", where);
	return 1;
}

/*
 * What the dump's own code finds wrong comes in an NLMSG_DONE, which has room
 * for the words only on kernels before 6.10.
 */
static unsigned int wanted_of(const struct operation *operation)
{
	return is_dump(operation) ? TEXT : TEXT | OFFSET;
}

static int one_size(struct lq_nl *nl, void *space,
		    const struct operation *operation,
		    const struct attribute *attribute, unsigned int size)
{
	struct nlmsghdr *request = begin(space, operation);
	char what[32];
	u32 where;

	if (size == attribute->size)
		return 0;
	snprintf(what, sizeof(what), "of %u bytes", size);
	put_needed(request, operation, attribute->type);
	where = put(request, attribute->type, size, NULL);
	if (size >= attribute->size && attribute->size)
		memcpy((char *)request + where + MNL_ATTR_HDRLEN,
		       attribute->good, attribute->size);
	return refused(nl, request, operation, what, attribute->type,
		       TEXT | OFFSET, where);
}

/* The kernel parses before either way of asking: the offset is always told */
ERRORS(wrong_size)
{
	static const unsigned int sizes[] = { 0, 1, 2, 3, 4, 7, 8, 16, 65528 };
	struct walk walk = { 0 };

	while (next_attribute(&walk)) {
		unsigned int size = walk.attribute->size;

		for (unsigned int i = 0; i < N(sizes); i++)
			EXPECT_EQ(0, one_size(self->nl, self->space,
					      walk.operation, walk.attribute,
					      sizes[i]));
		EXPECT_EQ(0, one_size(self->nl, self->space, walk.operation,
				      walk.attribute, size + 1));
		if (size)
			EXPECT_EQ(0, one_size(self->nl, self->space,
					      walk.operation, walk.attribute,
					      size - 1));
	}
}

ERRORS(nest_flag)
{
	struct walk walk = { 0 };

	while (next_attribute(&walk)) {
		struct nlmsghdr *request = begin(self->space, walk.operation);
		u16 type = walk.attribute->type | NLA_F_NESTED;
		u32 where;

		put_needed(request, walk.operation, walk.attribute->type);
		where = put(request, type, walk.attribute->size,
			    walk.attribute->good);
		EXPECT_EQ(0, refused(self->nl, request, walk.operation,
				     "flagged as a nest", type, TEXT | OFFSET,
				     where));
	}
}

/* The kernel's parsers take the last one; ours must see it */
ERRORS(doubled)
{
	struct walk walk = { 0 };

	while (next_attribute(&walk)) {
		struct nlmsghdr *request = begin(self->space, walk.operation);
		u32 where;

		put_needed(request, walk.operation, walk.attribute->type);
		put_good(request, walk.attribute);
		where = put_good(request, walk.attribute);
		EXPECT_EQ(0, refused(self->nl, request, walk.operation,
				     "twice", walk.attribute->type,
				     wanted_of(walk.operation), where));
	}
}

ERRORS(missing)
{
	bool named = lq_kernel_since(6, 1);
	struct walk walk = { 0 };

	while (next_operation(&walk)) {
		struct nlmsghdr *request = begin(self->space, walk.operation);
		u16 first;

		if (is_dump(walk.operation) || !walk.operation->n)
			continue;
		first = walk.operation->attribute->type;
		ASSERT_EQ(0, refused(self->nl, request, walk.operation,
				     "missing", first,
				     named ? TEXT | MISSING : TEXT,
				     named ? first : 0));
	}
	if (!named)
		SKIP(return, "in words only: an extended ACK names what is missing from 6.1 on");
}

/* Another filter is no substitute for the id */
ERRORS(missing_beside_others)
{
	const struct operation *operation = operations;

	for (unsigned int i = 1; i < operation->n; i++) {
		struct nlmsghdr *request = begin(self->space, operation);

		put_good(request, &operation->attribute[i]);
		EXPECT_EQ(0, refused(self->nl, request, operation,
				     "without an id",
				     operation->attribute[i].type, TEXT, 0));
	}
}

static int out_of_range(struct lq_nl *nl, void *space,
			const struct operation *operation, u16 type,
			const void *data, unsigned int size)
{
	struct nlmsghdr *request = begin(space, operation);
	u32 where;

	put_needed(request, operation, type);
	where = put(request, type, size, data);
	return refused(nl, request, operation, "out of range", type,
		       wanted_of(operation), where);
}

ERRORS(range)
{
	static const u16 families[] = { 0, 1, 77, 65535 };
	const struct operation *operation = operations;
	u64 zero = 0;

	for (; operation < operations + 2; operation++) {
		EXPECT_EQ(0, out_of_range(self->nl, self->space, operation,
					  LISTENQ_A_LISTENER_ID, &zero, 8));
		EXPECT_EQ(0, out_of_range(self->nl, self->space, operation,
					  LISTENQ_A_LISTENER_PORT, &zero, 2));
		for (unsigned int i = 0; i < N(families); i++)
			EXPECT_EQ(0, out_of_range(self->nl, self->space,
						  operation,
						  LISTENQ_A_LISTENER_FAMILY,
						  &families[i], 2));
	}
}

/* Return: how often a pair of attributes that can't be is not refused */
static int contradiction(struct lq_nl *nl, void *space, u16 first,
			 const void *data, unsigned int size, u16 second,
			 const void *data2, unsigned int size2)
{
	const struct operation *operation = operations;
	int bad = 0;

	for (; operation < operations + 2; operation++) {
		struct nlmsghdr *request = begin(space, operation);
		unsigned int wanted = wanted_of(operation);
		struct lq_nl_answer answer;
		u32 one, two;
		int error;

		put_needed(request, operation, first);
		one = put(request, first, size, data);
		two = put(request, second, size2, data2);
		error = lq_nl_talk(nl, request, LQ_NL_BUFFER, NULL, NULL,
				   &answer);
		if (error > 0 && !answer.messages && *answer.text &&
		    (!(wanted & OFFSET) || answer.offset == one ||
		     answer.offset == two))
			continue;
		fprintf(stderr, "# %s: %u with %u: %s, \"%s\", offset %u, %u messages\n",
			operation->name, first, second, strerror(error),
			answer.text, answer.offset, answer.messages);
		bad++;
	}
	return bad;
}

ERRORS(contradictions)
{
	static const u16 v4 = AF_INET, v6 = AF_INET6;

	EXPECT_EQ(0, contradiction(self->nl, self->space,
				   LISTENQ_A_LISTENER_FAMILY, &v6, 2,
				   LISTENQ_A_LISTENER_ADDRESS4, an_address,
				   4));
	EXPECT_EQ(0, contradiction(self->nl, self->space,
				   LISTENQ_A_LISTENER_ADDRESS4, an_address, 4,
				   LISTENQ_A_LISTENER_FAMILY, &v6, 2));
	EXPECT_EQ(0, contradiction(self->nl, self->space,
				   LISTENQ_A_LISTENER_FAMILY, &v4, 2,
				   LISTENQ_A_LISTENER_ADDRESS6, an_address,
				   16));
	EXPECT_EQ(0, contradiction(self->nl, self->space,
				   LISTENQ_A_LISTENER_ADDRESS4, an_address, 4,
				   LISTENQ_A_LISTENER_ADDRESS6, an_address,
				   16));
	EXPECT_TRUE(still_answers(self->nl));
}

static int not_asked_for(struct lq_nl *nl, void *space,
			 const struct operation *operation, u16 type,
			 unsigned int size)
{
	static const u8 data[4096];
	struct nlmsghdr *request = begin(space, operation);
	char what[32];
	u32 where;

	snprintf(what, sizeof(what), "with %u bytes", size);
	put_needed(request, operation, type);
	where = put(request, type, size, data);
	return refused(nl, request, operation, what, type, TEXT | OFFSET,
		       where);
}

/* Beyond the set, and 0 */
ERRORS(unknown_type)
{
	struct walk walk = { 0 };

	while (next_operation(&walk)) {
		const u16 types[] = {
			0, walk.operation->max + 1, 100, 255, 256, 16383
		};

		for (unsigned int i = 0; i < 3 * N(types); i++) {
			static const unsigned int sizes[] = { 0, 8, 4096 };

			EXPECT_EQ(0, not_asked_for(self->nl, self->space,
						   walk.operation,
						   types[i / 3],
						   sizes[i % 3]));
		}
	}
}

static bool is_of_request(const struct operation *operation, u16 type)
{
	for (unsigned int i = 0; i < operation->n; i++)
		if (operation->attribute[i].type == type)
			return true;
	return false;
}

/* In the set, but only of answers, the pad among them */
ERRORS(response_only)
{
	struct walk walk = { 0 };

	while (next_operation(&walk))
		for (u16 type = 1; type <= walk.operation->max; type++) {
			if (is_of_request(walk.operation, type))
				continue;
			EXPECT_EQ(0, not_asked_for(self->nl, self->space,
						   walk.operation, type, 0));
			EXPECT_EQ(0, not_asked_for(self->nl, self->space,
						   walk.operation, type, 8));
			EXPECT_EQ(0, not_asked_for(self->nl, self->space,
						   walk.operation,
						   type | NLA_F_NESTED, 8));
		}
}

static int deep_nest(struct lq_nl *nl, void *space,
		     const struct operation *operation, u16 type)
{
	enum { DEPTH = 1000 };
	struct nlmsghdr *request = begin(space, operation);
	struct nlattr *nest;
	u32 where;

	put_needed(request, operation, type);
	where = put(request, type | NLA_F_NESTED, DEPTH * MNL_ATTR_HDRLEN,
		    NULL);
	nest = (void *)((char *)request + where);
	for (int i = 1; i <= DEPTH; i++) {
		nest[i] = nest[0];
		nest[i].nla_len -= i * MNL_ATTR_HDRLEN;
	}
	return refused(nl, request, operation, "a thousand nests", type,
		       TEXT | OFFSET, where);
}

ERRORS(deep_nests)
{
	struct walk walk = { 0 };

	while (next_operation(&walk))
		for (u16 type = 1; type <= walk.operation->max + 1; type++)
			EXPECT_EQ(0, deep_nest(self->nl, self->space,
					       walk.operation, type));
}

/* Says that it is longer or shorter than it is */
static int cut(struct lq_nl *nl, void *space, const struct operation *operation,
	       u16 type, u16 len)
{
	struct nlmsghdr *request = begin(space, operation);
	struct nlattr *attr;
	char what[40];

	snprintf(what, sizeof(what), "12 bytes said to be %u", len);
	put_needed(request, operation, type);
	attr = (void *)((char *)request + put(request, type, 8, NULL));
	attr->nla_len = len;
	return refused(nl, request, operation, what, type, TEXT, 0);
}

ERRORS(truncated)
{
	static const u16 lengths[] = {
		0, 1, 2, 3, 13, 16, 100, 4096, 65535
	};
	struct walk walk = { 0 };

	while (next_operation(&walk))
		for (u16 type = 0; type <= walk.operation->max + 1; type++)
			for (unsigned int i = 0; i < N(lengths); i++)
				EXPECT_EQ(0, cut(self->nl, self->space,
						 walk.operation, type,
						 lengths[i]));
}

/* Behind attributes that are right */
ERRORS(trailing_garbage)
{
	struct walk walk = { 0 };

	while (next_operation(&walk))
		for (unsigned int n = 1; n <= 9; n++) {
			struct nlmsghdr *request = begin(self->space,
							 walk.operation);
			char *tail;

			put_needed(request, walk.operation, 0);
			tail = mnl_nlmsg_get_payload_tail(request);
			memset(tail, n % 2 ? 0 : 0xff, n);
			request->nlmsg_len += n;
			EXPECT_EQ(0, refused(self->nl, request, walk.operation,
					     "garbage behind it", n, TEXT, 0));
		}
}

ERRORS(no_genl_header)
{
	struct walk walk = { 0 };

	while (next_operation(&walk))
		for (unsigned int len = NLMSG_HDRLEN; len < FIRST; len++) {
			struct nlmsghdr *request = begin(self->space,
							 walk.operation);

			request->nlmsg_len = len;
			EXPECT_EQ(0, refused(self->nl, request, walk.operation,
					     "length", len, 0, 0));
		}
}

static int ask(struct lq_nl *nl, void *space, u8 number, u16 flags)
{
	struct operation operation = {
		.name = "command", .command = number, .flags = flags
	};
	struct nlmsghdr *request = begin(space, &operation);
	struct lq_nl_answer answer;
	int error = lq_nl_talk(nl, request, LQ_NL_BUFFER, NULL, NULL, &answer);

	if (error == EOPNOTSUPP && !answer.messages)
		return 0;
	fprintf(stderr, "# command %u, flags %x: %s, %u messages\n", number,
		flags, strerror(error), answer.messages);
	return 1;
}

/* The kernel has no words for that; notifications are no commands */
ERRORS(unknown_command)
{
	static const u8 numbers[] = {
		0, LISTENQ_CMD_LISTENER_ADD_NTF, LISTENQ_CMD_LISTENER_DEL_NTF,
		LISTENQ_CMD_EPISODE_NTF, LISTENQ_CMD_MAX + 1, 99, 255
	};

	for (unsigned int i = 0; i < N(numbers); i++) {
		EXPECT_EQ(0, ask(self->nl, self->space, numbers[i], NLM_F_ACK));
		EXPECT_EQ(0, ask(self->nl, self->space, numbers[i],
				 NLM_F_DUMP));
		EXPECT_EQ(0, ask(self->nl, self->space, numbers[i], 0));
	}
	EXPECT_EQ(0, ask(self->nl, self->space, LISTENQ_CMD_TOTALS_GET,
			 NLM_F_DUMP));
	EXPECT_TRUE(still_answers(self->nl));
}

/* The bits that a get has no meaning for, and half of "dump" */
ERRORS(flags)
{
	static const u16 flags[] = {
		NLM_F_ROOT, NLM_F_MATCH, NLM_F_ATOMIC, NLM_F_CREATE,
		NLM_F_APPEND, NLM_F_DUMP | NLM_F_ATOMIC, NLM_F_MULTI,
		NLM_F_DUMP_INTR, NLM_F_DUMP_FILTERED, 0x8000
	};

	struct walk walk = { 0 };

	if (!lq_kernel_since(6, 1))
		SKIP(return, "generic netlink looks at the flags from 6.1 on");

	while (next_operation(&walk))
		for (unsigned int i = 0; i < N(flags); i++) {
			struct nlmsghdr *request = begin(self->space,
							 walk.operation);

			request->nlmsg_flags = NLM_F_REQUEST | flags[i];
			put_needed(request, walk.operation, 0);
			EXPECT_EQ(0, refused(self->nl, request, walk.operation,
					     "flags", flags[i], TEXT, 0));
		}
}

ERRORS(reserved)
{
	struct walk walk = { 0 };

	if (!lq_kernel_since(6, 1))
		SKIP(return, "generic netlink looks at the reserved field from 6.1 on");

	while (next_operation(&walk)) {
		struct nlmsghdr *request = begin(self->space, walk.operation);
		struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);

		genl->reserved = 1;
		put_needed(request, walk.operation, 0);
		EXPECT_EQ(0, refused(self->nl, request, walk.operation,
				     "reserved", 0, TEXT, 0));
	}
}

static int other_version(struct lq_nl *nl, void *space,
			 const struct operation *operation, u8 version)
{
	struct nlmsghdr *request = begin(space, operation);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);
	struct lq_nl_answer answer;

	genl->version = version;
	put_needed(request, operation, 0);
	return lq_nl_talk(nl, request, LQ_NL_BUFFER, NULL, NULL, &answer) ||
	       !answer.messages;
}

/* As with every family, the version is for those who look at it */
ERRORS(version)
{
	struct walk walk = { 0 };

	while (next_operation(&walk)) {
		EXPECT_EQ(0, other_version(self->nl, self->space,
					   walk.operation, 0));
		EXPECT_EQ(0, other_version(self->nl, self->space,
					   walk.operation, 2));
		EXPECT_EQ(0, other_version(self->nl, self->space,
					   walk.operation, 255));
	}
}

struct answers {
	int data;
	int acks;
	int errors;
	int dones;
};

/* What a dump's own code finds wrong comes in its NLMSG_DONE */
static void count_message(const struct nlmsghdr *message, u16 family,
			  struct answers *answers)
{
	const int *error = mnl_nlmsg_get_payload(message);

	answers->data += message->nlmsg_type == family;
	if (message->nlmsg_type != NLMSG_ERROR &&
	    message->nlmsg_type != NLMSG_DONE)
		return;
	if (*error)
		answers->errors++;
	else if (message->nlmsg_type == NLMSG_DONE)
		answers->dones++;
	else
		answers->acks++;
}

/* Requests are worked off while they are sent: what is there now is all */
static struct answers count_answers(struct lq_nl *nl)
{
	static char datagram[LQ_NL_BUFFER];
	int fd = mnl_socket_get_fd(nl->socket), len;
	struct answers answers = { 0 };

	while ((len = recv(fd, datagram, sizeof(datagram),
			   MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *message = (void *)datagram;

		for (; mnl_nlmsg_ok(message, len);
		     message = mnl_nlmsg_next(message, &len))
			count_message(message, nl->family, &answers);
	}
	return answers;
}

static void check_acks(struct __test_metadata *_metadata, struct lq_nl *nl,
		       void *space, const struct operation *operation, u16 ack)
{
	struct nlmsghdr *request = begin(space, operation);
	bool dump = is_dump(operation);
	struct answers answers;

	request->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0) | ack;
	put_needed(request, operation, 0);
	ASSERT_EQ(0, lq_nl_send(nl, request));
	answers = count_answers(nl);
	EXPECT_LE(1, answers.data);
	EXPECT_EQ(ack == NLM_F_ACK && !dump, answers.acks);
	EXPECT_EQ(0, answers.errors);
	EXPECT_EQ(dump, answers.dones);

	put(request, 100, 4, NULL);
	ASSERT_EQ(0, lq_nl_send(nl, request));
	answers = count_answers(nl);
	EXPECT_EQ(0, answers.data);
	EXPECT_EQ(0, answers.acks);
	EXPECT_EQ(1, answers.errors);
	EXPECT_EQ(0, answers.dones);
}

/* An ACK comes when it is asked for, an error always, a dump ends with DONE */
ERRORS(acks)
{
	struct walk walk = { 0 };

	while (next_operation(&walk)) {
		check_acks(_metadata, self->nl, self->space, walk.operation,
			   0);
		check_acks(_metadata, self->nl, self->space, walk.operation,
			   NLM_F_ACK);
		check_acks(_metadata, self->nl, self->space, walk.operation,
			   NLM_F_ECHO);
	}
}

/* A right request between wrong ones, all in one datagram */
ERRORS(batch)
{
	struct nlmsghdr *first = begin(self->space, operations);
	struct nlmsghdr *second, *third;
	struct answers answers;

	put(first, 100, 4, NULL);
	second = begin(mnl_nlmsg_get_payload_tail(first), operations);
	put_good(second, operations->attribute);
	third = begin(mnl_nlmsg_get_payload_tail(second), operations);
	third->nlmsg_type = self->nl->family;
	second->nlmsg_type = self->nl->family;
	first->nlmsg_type = self->nl->family;
	ASSERT_LT(0, mnl_socket_sendto(self->nl->socket, first,
				       first->nlmsg_len + second->nlmsg_len +
				       third->nlmsg_len));
	answers = count_answers(self->nl);
	EXPECT_EQ(1, answers.data);
	EXPECT_EQ(1, answers.acks);
	EXPECT_EQ(2, answers.errors);
}

#define MUTATIONS	((int)lq_fewer(20000))
#define SEED		20240229

static unsigned int seed = SEED;

static unsigned int below(unsigned int n)
{
	return rand_r(&seed) % n;
}

/* A right request of any kind, with some of its attributes */
static struct nlmsghdr *any_request(void *space)
{
	const struct operation *operation = operations + below(N(operations));
	struct nlmsghdr *request = begin(space, operation);

	put_needed(request, operation, 0);
	for (unsigned int i = 1; i < operation->n; i++)
		if (!below(3))
			put_good(request, &operation->attribute[i]);
	return request;
}

/* Values that programs get wrong more often than others */
static u8 odd_byte(void)
{
	static const u8 odd[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 127, 128, 254, 255
	};

	return below(2) ? odd[below(N(odd))] : below(256);
}

static void mutate_once(struct nlmsghdr *request)
{
	char *bytes = (char *)request, *at;
	unsigned int len = request->nlmsg_len, offset, rest;

	if (len <= NLMSG_HDRLEN)
		return;
	offset = NLMSG_HDRLEN + below(len - NLMSG_HDRLEN);
	at = bytes + offset;
	rest = len - offset;
	switch (below(6)) {
	case 0:
		*at ^= 1 << below(8);
		break;
	case 1:
		*at = odd_byte();
		break;
	case 2:
		request->nlmsg_len -= below(rest + 1);
		break;
	case 3:
		memmove(at + 4, at, rest);
		request->nlmsg_len += 4;
		break;
	case 4:
		memmove(mnl_nlmsg_get_payload_tail(request), at, rest);
		request->nlmsg_len = MNL_ALIGN(len) + rest;
		break;
	case 5:
		request->nlmsg_flags ^= 1 << (1 + below(15));
		break;
	}
}

static struct nlmsghdr *mutated_request(void *space)
{
	struct nlmsghdr *request = any_request(space);

	for (unsigned int n = below(4); n; n--)
		if (request->nlmsg_len < 4096)
			mutate_once(request);
	request->nlmsg_flags |= NLM_F_REQUEST;
	return request;
}

/* Whatever happens to them, they are answered or not, and the next one is */
ERRORS(mutations)
{
	int answered = 0, errors = 0;

	TH_LOG("seed %u", seed);
	for (int i = 0; i < MUTATIONS; i++) {
		struct nlmsghdr *request = mutated_request(self->space);
		struct answers answers;

		ASSERT_EQ(0, lq_nl_send(self->nl, request));
		answers = count_answers(self->nl);
		answered += answers.data > 0;
		errors += answers.errors > 0;
		if (i % 500 == 0)
			ASSERT_TRUE(still_answers(self->nl));
	}
	TH_LOG("%d answered with data, %d refused", answered, errors);

	/* Both must be frequent, or it was not much of a test */
	EXPECT_LT(MUTATIONS / 20, answered);
	EXPECT_LT(MUTATIONS / 3, errors);
}

TEST_HARNESS_MAIN
