/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking the family `listenq`.
 */
#ifndef _LISTENQ_TOOL_NETLINK_H
#define _LISTENQ_TOOL_NETLINK_H

#include "base.h"
#include "error.h"

struct nlmsghdr;
struct lq_socket;

/* What a request of ours may take. */
#define LQ_REQUEST_SIZE 512
/* A dump fills up to 32 KiB at a time. */
#define LQ_REPLY_SIZE 65536

/**
 * enum lq_answer - how a request went
 * @LQ_ANSWER_ERROR: badly; the error is set
 * @LQ_ANSWER_DONE: well
 * @LQ_ANSWER_CHANGED: well, but what was dumped changed meanwhile
 * @LQ_ANSWER_LOST: events did not fit into our buffer
 * @LQ_ANSWER_NONE: there is nothing more at present
 */
enum lq_answer {
	LQ_ANSWER_ERROR = -1,
	LQ_ANSWER_DONE = 0,
	LQ_ANSWER_CHANGED,
	LQ_ANSWER_LOST,
	LQ_ANSWER_NONE,
};

/**
 * lq_message_fn - what to do with a message
 * @nlh: the message
 * @data: the caller's
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
typedef int (*lq_message_fn)(const struct nlmsghdr *nlh, void *data,
			     struct lq_error *error);

/**
 * struct lq_netlink - a connection to the module
 * @sock: the transport
 * @seq: of the last request
 * @version: of the family
 * @group: number of the group of events; 0: there is none
 * @family: its number; 0: not known yet
 * @request: the request under way
 * @reply: what came
 */
struct lq_netlink {
	struct lq_socket *sock;
	u32 seq;
	u32 version;
	u32 group;
	u16 family;
	char request[LQ_REQUEST_SIZE] __aligned(8);
	char reply[LQ_REPLY_SIZE] __aligned(8);
};

struct lq_netlink *lq_netlink_open(struct lq_error *error);
void lq_netlink_close(struct lq_netlink *netlink);
struct nlmsghdr *lq_netlink_request(struct lq_netlink *netlink, u8 command,
				    u16 flags);
enum lq_answer lq_netlink_run(struct lq_netlink *netlink, lq_message_fn handle,
			      void *data, struct lq_error *error);
int lq_netlink_same(const struct lq_netlink *one,
		    const struct lq_netlink *other, struct lq_error *error);
int lq_netlink_subscribe(struct lq_netlink *netlink, struct lq_error *error);
enum lq_answer lq_netlink_events(struct lq_netlink *netlink,
				 lq_message_fn handle, void *data,
				 struct lq_error *error);

#endif
