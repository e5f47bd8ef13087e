// SPDX-License-Identifier: GPL-2.0
/* A generic netlink socket: who the family is, requests, and their answers */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "nl_common.h"

/* Nothing a test waits for takes longer, not even in an emulated guest */
#define PATIENCE_S	20

static int group_entry(const struct nlattr *attr, void *data)
{
	const char **name_and_id = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
		name_and_id[0] = mnl_attr_get_str(attr);
	if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
		name_and_id[1] = mnl_attr_get_payload(attr);
	return MNL_CB_OK;
}

static int group(const struct nlattr *attr, void *data)
{
	const char *name_and_id[2] = { NULL, NULL };
	struct lq_nl *nl = data;

	mnl_attr_parse_nested(attr, group_entry, name_and_id);
	if (name_and_id[0] && name_and_id[1] &&
	    !strcmp(name_and_id[0], LISTENQ_MCGRP_EVENTS))
		memcpy(&nl->events, name_and_id[1], sizeof(nl->events));
	return MNL_CB_OK;
}

static int family_attribute(const struct nlattr *attr, void *data)
{
	struct lq_nl *nl = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		nl->family = mnl_attr_get_u16(attr);
	if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
		mnl_attr_parse_nested(attr, group, nl);
	return MNL_CB_OK;
}

static void take_family(const struct nlmsghdr *message, void *data)
{
	mnl_attr_parse(message, sizeof(struct genlmsghdr), family_attribute,
		       data);
}

/*
 * The kernel remembers the largest buffer that was ever used: a test that wants
 * small datagrams opens a socket of its own, and this leaves it as it is.
 */
static int find_family(struct lq_nl *nl)
{
	char buffer[256];
	struct nlmsghdr *request = lq_nl_request(buffer, CTRL_CMD_GETFAMILY,
						 NLM_F_ACK);
	struct lq_nl_answer answer;

	nl->family = GENL_ID_CTRL;
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, LISTENQ_FAMILY_NAME);
	return lq_nl_talk(nl, request, LQ_NL_FITTING, take_family, nl, &answer);
}

void lq_nl_option(struct lq_nl *nl, int option, int value)
{
	if (mnl_socket_setsockopt(nl->socket, option, &value, sizeof(value)))
		lq_error("netlink option %d: %s", option, strerror(errno));
}

/* In the network namespace of the caller; NULL without the module */
struct lq_nl *lq_nl_open(void)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct lq_nl *nl = calloc(1, sizeof(*nl));
	int failed;

	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID)) {
		lq_error("no netlink socket: %s", strerror(errno));
		free(nl);
		return NULL;
	}
	setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVTIMEO,
		   &patience, sizeof(patience));
	lq_nl_option(nl, NETLINK_EXT_ACK, 1);
	lq_nl_option(nl, NETLINK_CAP_ACK, 1);
	failed = find_family(nl);
	if (failed) {
		lq_nl_close(nl);
		errno = failed;
		return NULL;
	}
	return nl;
}

/* In its receive buffer, for what nobody reads yet */
void lq_nl_room(struct lq_nl *nl, int size)
{
	if (setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET,
		       SO_RCVBUFFORCE, &size, sizeof(size)))
		lq_error("SO_RCVBUFFORCE: %s", strerror(errno));
}

void lq_nl_close(struct lq_nl *nl)
{
	if (!nl)
		return;
	mnl_socket_close(nl->socket);
	free(nl);
}

int lq_nl_subscribe(struct lq_nl *nl)
{
	return mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP,
				     &nl->events, sizeof(nl->events));
}

/* Its type and number are filled in when it is sent */
struct nlmsghdr *lq_nl_request(void *buffer, u8 command, u16 flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	request->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(request, sizeof(*genl));
	genl->cmd = command;
	genl->version = LISTENQ_FAMILY_VERSION;
	return request;
}

int lq_nl_send(struct lq_nl *nl, struct nlmsghdr *request)
{
	request->nlmsg_type = nl->family;
	request->nlmsg_seq = ++nl->seq;
	return mnl_socket_sendto(nl->socket, request,
				 request->nlmsg_len) < 0 ? errno : 0;
}

static int extended_ack(const struct nlattr *attr, void *data)
{
	struct lq_nl_answer *answer = data;

	switch (mnl_attr_get_type(attr)) {
	case NLMSGERR_ATTR_MSG:
		snprintf(answer->text, sizeof(answer->text), "%s",
			 mnl_attr_get_str(attr));
		break;
	case NLMSGERR_ATTR_OFFS:
		answer->offset = mnl_attr_get_u32(attr);
		break;
	case NLMSGERR_ATTR_MISS_TYPE:
		answer->missing = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

/* The end of an answer begins with an errno; attributes follow at @header */
static void take_end(const struct nlmsghdr *message, size_t header,
		     struct lq_nl_answer *answer)
{
	int error;

	if (mnl_nlmsg_get_payload_len(message) < header) {
		lq_error("an answer's end is cut off");
		return;
	}
	memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
	if (error > 0)
		lq_error("the answer's error is positive: %d", error);
	answer->error = -error;
	if (message->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_parse(message, header, extended_ack, answer);
}

/* Return: whether that was the end */
static bool take_message(const struct nlmsghdr *message, u16 family,
			 lq_nl_take *take, void *data,
			 struct lq_nl_answer *answer)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	if (message->nlmsg_type == NLMSG_ERROR) {
		take_end(message, sizeof(struct nlmsgerr), answer);
		return true;
	}
	if (message->nlmsg_type == NLMSG_DONE) {
		answer->done = true;
		take_end(message, sizeof(int), answer);
		return true;
	}
	if (message->nlmsg_type != family) {
		lq_error("a message of type %d", message->nlmsg_type);
		return false;
	}
	answer->messages++;
	if (take)
		take(message, data);
	return false;
}

static bool take_datagram(struct lq_nl *nl, u32 seq, const char *datagram,
			  int len, lq_nl_take *take, void *data,
			  struct lq_nl_answer *answer)
{
	const struct nlmsghdr *message = (const void *)datagram;
	unsigned int before = answer->messages;
	bool end = false;

	answer->datagrams++;
	for (; mnl_nlmsg_ok(message, len);
	     message = mnl_nlmsg_next(message, &len)) {
		/* An event of a subscriber that asks, too */
		if (message->nlmsg_seq != seq)
			continue;
		if (end)
			lq_error("a message behind the end");
		end |= take_message(message, nl->family, take, data, answer);
	}
	if (len)
		lq_error("%d bytes behind the last message", len);
	if (answer->messages - before > answer->most)
		answer->most = answer->messages - before;
	return end;
}

/* The kernel packs a dump's next datagram for the largest buffer it has seen */
static size_t next_size(struct lq_nl *nl)
{
	char byte;
	ssize_t size = recv(mnl_socket_get_fd(nl->socket), &byte, 1,
			    MSG_PEEK | MSG_TRUNC);

	return size > 0 ? size : 1;
}

static void cannot_receive(struct lq_nl_answer *answer)
{
	answer->truncated = errno == ENOSPC;
	answer->error = errno == EAGAIN ? LQ_NL_SILENCE : errno;
}

/*
 * One answer, to its end, with a receive buffer of this size.
 * Return: the errno in it, or why it can't be received.
 */
int lq_nl_receive(struct lq_nl *nl, u32 seq, size_t buffer, lq_nl_take *take,
		  void *data, struct lq_nl_answer *answer)
{
	char *datagram = malloc(LQ_NL_BUFFER);
	bool end = false;

	memset(answer, 0, sizeof(*answer));
	while (!end && !answer->error) {
		size_t size = buffer ? buffer : next_size(nl);
		ssize_t len = mnl_socket_recvfrom(nl->socket, datagram,
						  size < LQ_NL_BUFFER ?
						  size : LQ_NL_BUFFER);

		if (len < 0)
			cannot_receive(answer);
		else
			end = take_datagram(nl, seq, datagram, len, take, data,
					    answer);
	}
	free(datagram);
	return answer->error;
}

int lq_nl_talk(struct lq_nl *nl, struct nlmsghdr *request, size_t buffer,
	       lq_nl_take *take, void *data, struct lq_nl_answer *answer)
{
	int failed = lq_nl_send(nl, request);

	if (failed) {
		memset(answer, 0, sizeof(*answer));
		answer->error = failed;
		return failed;
	}
	return lq_nl_receive(nl, nl->seq, buffer, take, data, answer);
}
