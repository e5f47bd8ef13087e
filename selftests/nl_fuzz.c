// SPDX-License-Identifier: GPL-2.0
/*
 * First a request that makes some sense, then some of what can be wrong with one.
 * All comes from the seed, nothing from what the kernel answers.
 */
#include <arpa/inet.h>
#include <string.h>

#include "nl_fuzz.h"

/* Few, so that requests meet */
#define FIRST_PORT	7000
#define PORTS		8
#define IDS		40

void nl_fuzz_seed(struct nl_fuzz *fuzz, u64 seed)
{
	/* Never 0; neighbours are told apart */
	fuzz->state = (seed + 1) * 0x9e3779b97f4a7c15ull | 1;
}

static u64 any(struct nl_fuzz *fuzz)
{
	fuzz->state ^= fuzz->state << 13;
	fuzz->state ^= fuzz->state >> 7;
	fuzz->state ^= fuzz->state << 17;
	return fuzz->state * 0x2545f4914f6cdd1dull;
}

unsigned int nl_fuzz_below(struct nl_fuzz *fuzz, unsigned int n)
{
	return (any(fuzz) >> 32) % n;
}

/* Once in so many times */
static bool one_in(struct nl_fuzz *fuzz, unsigned int n)
{
	return nl_fuzz_below(fuzz, n) == 0;
}

static u16 any_command(struct nl_fuzz *fuzz)
{
	static const u8 often[] = {
		LISTENQ_CMD_POLICY_SET, LISTENQ_CMD_POLICY_SET,
		LISTENQ_CMD_POLICY_SET, LISTENQ_CMD_POLICY_SET,
		LISTENQ_CMD_POLICY_SET, LISTENQ_CMD_POLICY_DEL,
		LISTENQ_CMD_POLICY_GET, LISTENQ_CMD_POLICY_GET,
		LISTENQ_CMD_LISTENER_GET, LISTENQ_CMD_LISTENER_GET,
		LISTENQ_CMD_TOTALS_GET, LISTENQ_CMD_HOOK_GET,
	};

	if (one_in(fuzz, 30))
		return nl_fuzz_below(fuzz, NL_FUZZ_COMMANDS);
	return often[nl_fuzz_below(fuzz, sizeof(often))];
}

/* The policy that is told for it; what has none gets another one's */
static const struct nl_fuzz_policy *policy_for(struct nl_fuzz *fuzz,
					       u8 command, bool dump)
{
	const struct nl_fuzz_grammar *grammar = fuzz->grammar;
	int index = dump ? grammar->of_dump[command] : grammar->of_do[command];

	if (one_in(fuzz, 50) ||
	    (index == NL_FUZZ_NO_POLICY && one_in(fuzz, 10)))
		index = nl_fuzz_below(fuzz, grammar->npolicies);
	return index == NL_FUZZ_NO_POLICY ? NULL : &grammar->policy[index];
}

static unsigned int width(u32 kind)
{
	switch (kind) {
	case NL_ATTR_TYPE_U8:
	case NL_ATTR_TYPE_S8:
		return 1;
	case NL_ATTR_TYPE_U16:
	case NL_ATTR_TYPE_S16:
		return 2;
	case NL_ATTR_TYPE_U32:
	case NL_ATTR_TYPE_S32:
	case NL_ATTR_TYPE_BITFIELD32:
		return 4;
	case NL_ATTR_TYPE_U64:
	case NL_ATTR_TYPE_S64:
		return 8;
	default:
		return 0;
	}
}

/* Inside its limits, at them, beside them, or what others use, too */
static u64 any_number(struct nl_fuzz *fuzz,
		      const struct nl_fuzz_attribute *attr)
{
	u64 span = attr->most - attr->least;

	switch (nl_fuzz_below(fuzz, 16)) {
	case 0:
		return attr->least;
	case 1:
		return attr->most;
	case 2:
		return attr->least - 1;
	case 3:
		return attr->most + 1;
	case 4:
		return any(fuzz);
	case 5:
		return 1ull << nl_fuzz_below(fuzz, 64);
	case 6:
		return nl_fuzz_below(fuzz, 1 << 20);
	default:
		break;
	}
	if (width(attr->kind) == 2)
		return FIRST_PORT + nl_fuzz_below(fuzz, PORTS);
	if (span < IDS)
		return attr->least + nl_fuzz_below(fuzz, span + 1);
	return attr->least + nl_fuzz_below(fuzz, IDS);
}

static void put_address(struct nl_fuzz *fuzz, u8 *address, unsigned int size)
{
	static const u8 loopback[16] = { [15] = 1 };

	memset(address, 0, size);
	if (one_in(fuzz, 8))
		for (unsigned int i = 0; i < size; i++)
			address[i] = any(fuzz);
	else if (size == sizeof(loopback) && one_in(fuzz, 2))
		memcpy(address, loopback, sizeof(loopback));
}

static unsigned int any_length(struct nl_fuzz *fuzz,
			       const struct nl_fuzz_attribute *attr)
{
	if (one_in(fuzz, 20))
		return nl_fuzz_below(fuzz, 64);
	return attr->length ? attr->length : attr->longest;
}

/* An IPv4 address is a number like others, but those are never used */
static u64 loopback_or(struct nl_fuzz *fuzz, u64 number)
{
	return one_in(fuzz, 3) ? htonl(INADDR_LOOPBACK) : number;
}

static void put_attribute(struct nl_fuzz *fuzz, struct nlmsghdr *message,
			  unsigned int type,
			  const struct nl_fuzz_attribute *attr)
{
	unsigned int size = width(attr->kind);
	u8 data[256] = { 0 };
	u64 number;

	if (size) {
		number = any_number(fuzz, attr);
		if (size == 4 && attr->most == 0xffffffff && !attr->least)
			number = loopback_or(fuzz, number);
		memcpy(data, &number, sizeof(number));
	} else if (attr->kind != NL_ATTR_TYPE_FLAG) {
		size = any_length(fuzz, attr) % sizeof(data);
		put_address(fuzz, data, size);
	}
	mnl_attr_put(message, type, size, data);
}

/* So that there are requests with few and with many of them */
static void put_attributes(struct nl_fuzz *fuzz, struct nlmsghdr *message,
			   const struct nl_fuzz_policy *policy)
{
	unsigned int often = 2 + nl_fuzz_below(fuzz, 8);
	unsigned int offset = nl_fuzz_below(fuzz, 8) ? 0 : any(fuzz);

	for (unsigned int i = 1; i <= policy->last; i++) {
		/* Mostly in the order of their numbers */
		unsigned int type = 1 + (i - 1 + offset) % policy->last;
		const struct nl_fuzz_attribute *attr = &policy->attribute[type];
		bool key = width(attr->kind) == 2;

		if (attr->kind == NL_ATTR_TYPE_INVALID)
			continue;
		if (key ? !one_in(fuzz, 20) : one_in(fuzz, often))
			put_attribute(fuzz, message, type, attr);
	}
}

static struct nlattr *any_attribute(struct nl_fuzz *fuzz,
				    struct nlmsghdr *message)
{
	struct nlattr *attr, *found = NULL;
	unsigned int n = 0;

	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr))
		if (one_in(fuzz, ++n))
			found = attr;
	return found;
}

/* Appends one that is there, or one of any number and length */
static void append(struct nl_fuzz *fuzz, struct nlmsghdr *message, bool twice)
{
	const struct nlattr *attr = any_attribute(fuzz, message);
	u8 data[128];

	if (twice && attr) {
		u16 len = mnl_attr_get_payload_len(attr);

		memcpy(data, mnl_attr_get_payload(attr),
		       len < sizeof(data) ? len : sizeof(data));
		if (one_in(fuzz, 2) && len)
			data[0] ^= any(fuzz);
		mnl_attr_put(message, attr->nla_type,
			     len < sizeof(data) ? len : sizeof(data), data);
		return;
	}
	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = any(fuzz);
	mnl_attr_put(message, one_in(fuzz, 2) ? nl_fuzz_below(fuzz, 64) :
					       any(fuzz) & 0xffff,
		     nl_fuzz_below(fuzz, sizeof(data)), data);
}

/* An attribute's header: its length is wrong, its type has flags */
static void spoil_header(struct nl_fuzz *fuzz, struct nlattr *attr)
{
	if (!attr)
		return;
	switch (nl_fuzz_below(fuzz, 6)) {
	case 0:
		attr->nla_len = nl_fuzz_below(fuzz, 8);
		break;
	case 1:
		attr->nla_len += nl_fuzz_below(fuzz, 16);
		break;
	case 2:
		attr->nla_len = any(fuzz);
		break;
	case 3:
		attr->nla_type |= NLA_F_NESTED;
		break;
	case 4:
		attr->nla_type |= NLA_F_NET_BYTEORDER;
		break;
	default:
		attr->nla_type = nl_fuzz_below(fuzz, 32);
	}
}

/* A nest around attributes that expect none, perhaps cut short */
static void nest(struct nl_fuzz *fuzz, struct nlmsghdr *message)
{
	struct nlattr *outer = mnl_attr_nest_start(message,
						   nl_fuzz_below(fuzz, 16));

	append(fuzz, message, false);
	mnl_attr_nest_end(message, outer);
	if (one_in(fuzz, 2))
		outer->nla_len -= nl_fuzz_below(fuzz, 8);
}

static void flip(struct nl_fuzz *fuzz, struct nlmsghdr *message)
{
	u8 *payload = mnl_nlmsg_get_payload(message);
	size_t len = mnl_nlmsg_get_payload_len(message);

	for (unsigned int n = 1 + nl_fuzz_below(fuzz, 4); n && len; n--)
		payload[nl_fuzz_below(fuzz, len)] ^=
			1 << nl_fuzz_below(fuzz, 8);
}

/* Sometimes nobody waits for an answer, see nl_fuzz_message() */
static void spoil_flags(struct nl_fuzz *fuzz, struct nlmsghdr *message)
{
	message->nlmsg_flags ^= 1 << nl_fuzz_below(fuzz, 16);
}

/* A family that nobody has, or no family at all */
static void spoil_family(struct nl_fuzz *fuzz, struct nlmsghdr *message)
{
	static const u16 types[] = {
		0, NLMSG_NOOP, NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN,
		NLMSG_MIN_TYPE - 1, 0x7fff, 0xffff
	};

	message->nlmsg_type = types[nl_fuzz_below(fuzz, 8)];
}

static void spoil(struct nl_fuzz *fuzz, struct nlmsghdr *message)
{
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);

	switch (nl_fuzz_below(fuzz, 20)) {
	case 0:
		genl->version = any(fuzz);
		break;
	case 1:
		genl->reserved = any(fuzz);
		break;
	case 2:
		spoil_flags(fuzz, message);
		break;
	case 3:
		if (one_in(fuzz, 4))
			spoil_family(fuzz, message);
		break;
	case 4 ... 6:
		flip(fuzz, message);
		break;
	case 7 ... 9:
		append(fuzz, message, true);
		break;
	case 10 ... 12:
		append(fuzz, message, false);
		break;
	case 13:
		nest(fuzz, message);
		break;
	case 14:
		/* Shorter than what it has to have */
		message->nlmsg_len = NLMSG_HDRLEN + nl_fuzz_below(fuzz, 8);
		break;
	case 15:
		message->nlmsg_len = NLMSG_HDRLEN +
			nl_fuzz_below(fuzz, message->nlmsg_len -
					    NLMSG_HDRLEN + 1);
		break;
	default:
		spoil_header(fuzz, any_attribute(fuzz, message));
	}
}

/*
 * The next request, with that number. An answer is due to it: it asks for one.
 * Its length is right, so that another one can follow.
 */
struct nlmsghdr *nl_fuzz_message(struct nl_fuzz *fuzz, void *buffer, u32 seq)
{
	u8 command = any_command(fuzz);
	bool dump = one_in(fuzz, 10) && command != LISTENQ_CMD_POLICY_SET;
	const struct nl_fuzz_policy *policy = policy_for(fuzz, command, dump);
	struct nlmsghdr *message = lq_nl_request(buffer, command,
						 dump ? NLM_F_DUMP : 0);

	message->nlmsg_type = fuzz->family;
	if (policy)
		put_attributes(fuzz, message, policy);
	if (one_in(fuzz, 3))
		for (unsigned int n = 1 + nl_fuzz_below(fuzz, 3); n; n--)
			spoil(fuzz, message);
	message->nlmsg_flags |= NLM_F_ACK;
	message->nlmsg_seq = seq;
	return message;
}

/*
 * Makes a message's length wrong: none can follow it, nor need it be answered.
 * Return: whether that was done, now and then.
 */
bool nl_fuzz_cut(struct nl_fuzz *fuzz, struct nlmsghdr *message)
{
	if (!one_in(fuzz, 4))
		return false;
	if (one_in(fuzz, 2))
		message->nlmsg_len = nl_fuzz_below(fuzz, message->nlmsg_len);
	else
		message->nlmsg_len += nl_fuzz_below(fuzz, 64);
	return true;
}
