// SPDX-License-Identifier: GPL-2.0
/*
 * What a module says, made by hand.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/listenq.h>

#include "message.h"

u64 message_counts = 100, message_step = 1;
u64 message_lost;

static struct nlmsghdr *begin(struct message *message, u16 type, u8 command)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *header;

	memset(message, 0, sizeof(*message));
	nlh = mnl_nlmsg_put_header(message);
	nlh->nlmsg_type = type;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = command;
	header->version = 1;
	return nlh;
}

static void put_group(struct nlmsghdr *nlh, const char *name, u32 number)
{
	struct nlattr *groups, *group;

	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, number);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, name);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
}

/**
 * message_controller() - the answer about the controller of families
 * @message: set
 */
void message_controller(struct message *message)
{
	struct nlmsghdr *nlh = begin(message, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, GENL_ID_CTRL);
	mnl_attr_put_u32(nlh, CTRL_ATTR_VERSION, 2);
	put_group(nlh, "notify", KERNEL_NOTIFY);
}

/**
 * message_unloaded() - what the controller tells when a family goes
 * @message: set
 * @family: which
 */
void message_unloaded(struct message *message, const char *family)
{
	struct nlmsghdr *nlh = begin(message, GENL_ID_CTRL, CTRL_CMD_DELFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, KERNEL_FAMILY);
}

/**
 * message_family() - the family's answer
 * @message: set
 * @version: of the family
 */
void message_family(struct message *message, u32 version)
{
	struct nlmsghdr *nlh = begin(message, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, LISTENQ_FAMILY_NAME);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, KERNEL_FAMILY);
	mnl_attr_put_u32(nlh, CTRL_ATTR_VERSION, version);
	put_group(nlh, LISTENQ_MCGRP_EVENTS, KERNEL_GROUP);
}

static void put_numbers(struct nlmsghdr *nlh, u16 type, unsigned int max,
			u64 first, u64 step)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	unsigned int n;

	for (n = 2; n <= max; n++)
		mnl_attr_put_u64(nlh, n, first + n * step);
	mnl_attr_nest_end(nlh, nest);
}

static void put_queue(struct nlmsghdr *nlh, u16 type, const u64 *values)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	unsigned int n;

	for (n = 0; n < 5; n++)
		mnl_attr_put_u64(nlh, n + 2, values[n]);
	mnl_attr_nest_end(nlh, nest);
}

static void put_figures(struct nlmsghdr *nlh)
{
	/* length, limit, peak, start, discarded or young */
	static const u64 acceptq[] = { 17, 16, 18, 1, 2 };
	static const u64 synq[] = { 3, 16, 5, 0, 2 };
	static const u64 times[] = { 0, 0, 4, 0, 1, 95 };

	put_queue(nlh, LISTENQ_A_LISTENER_ACCEPTQ, acceptq);
	put_queue(nlh, LISTENQ_A_LISTENER_SYNQ, synq);
	put_numbers(nlh, LISTENQ_A_LISTENER_COUNTERS, LISTENQ_A_COUNTERS_MAX,
		    message_counts, message_step);
	mnl_attr_put(nlh, LISTENQ_A_LISTENER_HANDSHAKE_US, sizeof(times),
		     times);
	mnl_attr_put(nlh, LISTENQ_A_LISTENER_ACCEPT_WAIT_US, 0, NULL);
}

static void put_address(struct nlmsghdr *nlh, unsigned int which)
{
	struct in6_addr v6 = IN6ADDR_ANY_INIT;

	if (which == MESSAGE_V4) {
		mnl_attr_put_u16(nlh, LISTENQ_A_LISTENER_FAMILY, AF_INET);
		mnl_attr_put_u32(nlh, LISTENQ_A_LISTENER_ADDRESS4,
				 htonl(0x0a000001));
		return;
	}
	mnl_attr_put_u16(nlh, LISTENQ_A_LISTENER_FAMILY, AF_INET6);
	if (which != MESSAGE_DUAL) {
		inet_pton(AF_INET6, "2001:db8::1", &v6);
		mnl_attr_put(nlh, LISTENQ_A_LISTENER_V6ONLY, 0, NULL);
	}
	mnl_attr_put(nlh, LISTENQ_A_LISTENER_ADDRESS6, sizeof(v6), &v6);
}

static void put_listener(struct nlmsghdr *nlh, unsigned int which)
{
	mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_ID, which);
	put_address(nlh, which);
	mnl_attr_put_u16(nlh, LISTENQ_A_LISTENER_PORT, 442 + which);
	if (which == MESSAGE_V6) {
		mnl_attr_put_u32(nlh, LISTENQ_A_LISTENER_IFINDEX, 1);
		mnl_attr_put_strz(nlh, LISTENQ_A_LISTENER_IFNAME, "lo");
	}
	put_figures(nlh);
	mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_INODE, 1000 + which);
	mnl_attr_put_u32(nlh, LISTENQ_A_LISTENER_UID, 33);
	mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_CGROUP, 54 + which);
	mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_SINCE, 1700000000123456789);
}

/**
 * message_listener() - an answer about a listener
 * @message: set
 * @which: one of those above, or a number
 */
void message_listener(struct message *message, unsigned int which)
{
	struct nlmsghdr *nlh = begin(message, KERNEL_FAMILY,
				     LISTENQ_CMD_LISTENER_GET);

	put_listener(nlh, which);
	mnl_attr_put_u32(nlh, LISTENQ_A_LISTENER_PID, 4242);
	mnl_attr_put(nlh, LISTENQ_A_LISTENER_COMM, 5, "nginx");
}

/**
 * message_event() - an event
 * @message: set
 * @command: LISTENQ_CMD_*_NTF
 * @which: whose
 * @seq: its number
 */
void message_event(struct message *message, u8 command, unsigned int which,
		   u64 seq)
{
	struct nlmsghdr *nlh = begin(message, KERNEL_FAMILY, command);
	struct nlattr *nest;

	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_SEQ, seq);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_LOST, message_lost);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_TIME, 1700000001000000000);
	nest = mnl_attr_nest_start(nlh, LISTENQ_A_EVENT_LISTENER);
	/* Neither its process nor that one's name. */
	put_listener(nlh, which);
	mnl_attr_nest_end(nlh, nest);
	if (command != LISTENQ_CMD_EPISODE_NTF)
		return;
	mnl_attr_put_u32(nlh, LISTENQ_A_EVENT_KIND,
			 LISTENQ_EPISODE_KIND_SYNQ_FULL);
	mnl_attr_put_u32(nlh, LISTENQ_A_EVENT_PHASE,
			 LISTENQ_EPISODE_PHASE_PROGRESS);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_VERDICTS, 7);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_TOTAL, 19);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_DEPTH, 17);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_LIMIT, 16);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_PEAK, 18);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_DURATION, 1004000000);
}

/**
 * message_policy() - an answer about a policy
 * @message: set
 * @attributes: of the policy
 * @len: their length
 */
void message_policy(struct message *message, const void *attributes, size_t len)
{
	struct nlmsghdr *nlh = begin(message, KERNEL_FAMILY,
				     LISTENQ_CMD_POLICY_GET);

	memcpy(mnl_nlmsg_get_payload_tail(nlh), attributes, len);
	nlh->nlmsg_len += len;
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_LISTENERS, 2);
	mnl_attr_put_u64(nlh, LISTENQ_A_POLICY_SINCE, 1700000002000000000);
}

/* With everything that one can have. */
static void put_policy(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_ADDRESS4, htonl(0x0a000001));
	mnl_attr_put_u16(nlh, LISTENQ_A_POLICY_PORT, 443);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_BACKLOG, 4096);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_SYNQ, 512);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_OVERFLOW,
			 LISTENQ_POLICY_OVERFLOW_RESET);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_SYNCOOKIES,
			 LISTENQ_POLICY_SYNCOOKIES_OFF);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_SYNACK_RETRIES, 3);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_QUEUE,
			 LISTENQ_POLICY_QUEUE_SPLIT);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_SYN_RATE, 1000);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_SYN_BURST, 50);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_ADMIT, LISTENQ_POLICY_ADMIT_ALL);
	mnl_attr_put_u64(nlh, LISTENQ_A_POLICY_TIMEOUT, 599123);
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_LISTENERS, 2);
	mnl_attr_put_u64(nlh, LISTENQ_A_POLICY_SINCE, 1700000002000000000);
}

/**
 * message_full_policy() - an answer about a policy with everything
 * @message: set
 */
void message_full_policy(struct message *message)
{
	put_policy(begin(message, KERNEL_FAMILY, LISTENQ_CMD_POLICY_GET));
}

/**
 * message_put_policy() - put that policy into a message
 * @message: where to
 * @type: of the nest
 */
void message_put_policy(struct message *message, u16 type)
{
	struct nlattr *nest = mnl_attr_nest_start(&message->nlh, type);

	put_policy(&message->nlh);
	mnl_attr_nest_end(&message->nlh, nest);
}

/**
 * message_put_asked() - put a queue whose limit is not what was asked for
 * @message: where to; it takes the place of the one that is there
 * @type: of the nest
 * @values: length, limit, and what was asked for
 */
void message_put_asked(struct message *message, u16 type, const u64 *values)
{
	struct nlmsghdr *nlh = &message->nlh;
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	bool synq = type == LISTENQ_A_LISTENER_SYNQ;

	mnl_attr_put_u64(nlh, LISTENQ_A_ACCEPTQ_LEN, values[0]);
	mnl_attr_put_u64(nlh, LISTENQ_A_ACCEPTQ_LIMIT, values[1]);
	mnl_attr_put_u64(nlh, synq ? LISTENQ_A_SYNQ_ASKED :
			 LISTENQ_A_ACCEPTQ_ASKED, values[2]);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * message_policy_event() - an event about a policy
 * @message: set
 * @change: what happened
 * @seq: its number
 */
void message_policy_event(struct message *message, u32 change, u64 seq)
{
	struct nlmsghdr *nlh = begin(message, KERNEL_FAMILY,
				     LISTENQ_CMD_POLICY_NTF);

	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_SEQ, seq);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_LOST, message_lost);
	mnl_attr_put_u64(nlh, LISTENQ_A_EVENT_TIME, 1700000001000000000);
	mnl_attr_put_u32(nlh, LISTENQ_A_EVENT_CHANGE, change);
	message_put_policy(message, LISTENQ_A_EVENT_POLICY);
}

static void put_sum(struct nlmsghdr *nlh, u16 type)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	put_figures(nlh);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * message_totals() - an answer about the totals
 * @message: set
 */
void message_totals(struct message *message)
{
	struct nlmsghdr *nlh = begin(message, KERNEL_FAMILY,
				     LISTENQ_CMD_TOTALS_GET);

	mnl_attr_put_u32(nlh, LISTENQ_A_TOTALS_LISTENERS, 3);
	put_sum(nlh, LISTENQ_A_TOTALS_CLOSED);
	put_sum(nlh, LISTENQ_A_TOTALS_UNTRACKED);
	put_sum(nlh, LISTENQ_A_TOTALS_TOTAL);
	put_numbers(nlh, LISTENQ_A_TOTALS_KERNEL, LISTENQ_A_COUNTERS_MAX, 100,
		    1);
	put_numbers(nlh, LISTENQ_A_TOTALS_UNATTRIBUTED,
		    LISTENQ_A_REMAINDER_MAX, -9, 1);
	mnl_attr_put_u64(nlh, LISTENQ_A_TOTALS_EVENTS, 12);
	mnl_attr_put_u64(nlh, LISTENQ_A_TOTALS_EVENTS_LOST, 0);
	mnl_attr_put_u64(nlh, LISTENQ_A_TOTALS_SINCE, 1700000000000000000);
	mnl_attr_put_strz(nlh, LISTENQ_A_TOTALS_VERSION, "0.1.0");
}

/**
 * message_hook() - an answer about a hook
 * @message: set
 */
void message_hook(struct message *message)
{
	struct nlmsghdr *nlh = begin(message, KERNEL_FAMILY,
				     LISTENQ_CMD_HOOK_GET);

	mnl_attr_put_u32(nlh, LISTENQ_A_HOOK_INDEX, 0);
	mnl_attr_put_strz(nlh, LISTENQ_A_HOOK_FUNCTION, "tcp_conn_request");
	mnl_attr_put_u32(nlh, LISTENQ_A_HOOK_WAY, LISTENQ_HOOK_WAY_REPLACE);
	mnl_attr_put_u32(nlh, LISTENQ_A_HOOK_EXACTNESS,
			 LISTENQ_HOOK_EXACTNESS_EXACT);
	mnl_attr_put_u64(nlh, LISTENQ_A_HOOK_HITS, 1234);
	mnl_attr_put_u64(nlh, LISTENQ_A_HOOK_MISSED, 0);
}

/**
 * message_done() - the end of a dump
 * @message: set
 * @code: 0, or an error as the kernel has it
 * @text: in words; may be NULL
 */
void message_done(struct message *message, int code, const char *text)
{
	struct nlmsghdr *nlh;
	int *number;

	memset(message, 0, sizeof(*message));
	nlh = mnl_nlmsg_put_header(message);
	nlh->nlmsg_type = NLMSG_DONE;
	nlh->nlmsg_flags = NLM_F_MULTI;
	number = mnl_nlmsg_put_extra_header(nlh, sizeof(*number));
	*number = code;
	if (!text)
		return;
	nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
}

/**
 * message_error() - a refusal, or an acknowledgment
 * @message: set
 * @code: 0, or an error as the kernel has it
 * @text: in words; may be NULL
 * @offset: of what was wrong, in the request; 0: unknown
 */
void message_error(struct message *message, int code, const char *text,
		   unsigned int offset)
{
	struct nlmsgerr *refusal;
	struct nlmsghdr *nlh;

	memset(message, 0, sizeof(*message));
	nlh = mnl_nlmsg_put_header(message);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED;
	refusal = mnl_nlmsg_put_extra_header(nlh, sizeof(*refusal));
	refusal->error = code;
	if (!text)
		return;
	nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	if (offset)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset);
}

/**
 * message_say() - let the kernel say something
 * @channel: when it is asked for that
 * @message: what
 */
void message_say(enum kernel_channel channel, const struct message *message)
{
	kernel_say(channel, message, message->nlh.nlmsg_len);
}

/**
 * message_say_dump() - let the kernel dump listeners
 * @first: from this one
 * @last: to this one
 */
void message_say_dump(unsigned int first, unsigned int last)
{
	struct message message;

	for (; first <= last; first++) {
		message_listener(&message, first);
		message_say(KERNEL_DUMP, &message);
	}
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
}

/**
 * message_say_controller() - let the kernel answer for its controller
 */
void message_say_controller(void)
{
	struct message message;

	message_controller(&message);
	message_say(KERNEL_CONTROLLER, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_CONTROLLER, &message);
}

/**
 * message_say_all() - let the kernel answer all requests
 */
void message_say_all(void)
{
	struct message message, done;

	message_done(&done, 0, NULL);
	message_family(&message, LISTENQ_FAMILY_VERSION);
	message_say(KERNEL_CONTROL, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_CONTROL, &message);
	message_say_controller();
	message_say_dump(MESSAGE_V4, MESSAGE_V6);
	message_totals(&message);
	message_say(KERNEL_TOTALS, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_TOTALS, &message);
	message_hook(&message);
	message_say(KERNEL_HOOKS, &message);
	message_say(KERNEL_HOOKS, &done);
}
