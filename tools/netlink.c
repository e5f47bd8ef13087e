// SPDX-License-Identifier: GPL-2.0
/*
 * Asking the family `listenq`: requests, and what the kernel says to them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/listenq.h>

#include "attr.h"
#include "format.h"
#include "interrupt.h"
#include "names.h"
#include "netlink.h"
#include "setting.h"
#include "socket.h"

/* Of kernel 6.1; older headers have none, older kernels send none. */
#define LQ_EXTACK_MAX 6
#define LQ_EXTACK_MISS_TYPE 5

/* Where the controller of generic netlink tells of families, and its name. */
#define LQ_CONTROLLER "nlctrl"
#define LQ_NOTIFY "notify"

/* What an EPERM is about that says nothing itself. */
#define LQ_PRIVILEGE ": CAP_NET_ADMIN over the user namespace of the network namespace is needed"

static int module_gone(struct lq_error *error)
{
	return lq_error_set(error,
			    "the module was unloaded: modprobe listenq, or insmod listenq.ko");
}

static bool asks_controller(const struct lq_netlink *netlink)
{
	const struct nlmsghdr *nlh = (const void *)netlink->request;

	return nlh->nlmsg_type == GENL_ID_CTRL;
}

static bool is_about_policies(const struct lq_netlink *netlink)
{
	const struct nlmsghdr *nlh = (const void *)netlink->request;
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);

	return !asks_controller(netlink) &&
	       header->cmd >= LISTENQ_CMD_POLICY_GET &&
	       header->cmd <= LISTENQ_CMD_POLICY_DEL;
}

/* What a request's attribute is called, or NULL. */
static const char *attribute_name(const struct lq_netlink *netlink, u32 type)
{
	if (is_about_policies(netlink))
		return lq_setting_name(type);
	return type <= LISTENQ_A_LISTENER_MAX ? lq_listener_names[type] : NULL;
}

/* The name of the attribute of our request that is at an offset in it. */
static const char *request_attribute(const struct lq_netlink *netlink,
				     u32 offset)
{
	const struct nlmsghdr *nlh = (const void *)netlink->request;
	const struct nlattr *attr;

	/* It has other names. */
	if (asks_controller(netlink))
		return NULL;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if ((const char *)attr - netlink->request == offset)
			return attribute_name(netlink, mnl_attr_get_type(attr));
	}
	return NULL;
}

static const char *blamed(const struct lq_netlink *netlink,
			  const struct nlattr **table)
{
	const struct nlattr *at = table[NLMSGERR_ATTR_OFFS];
	const struct nlattr *missing = table[LQ_EXTACK_MISS_TYPE];
	struct lq_error ignored;
	u32 value;

	if (at && !lq_attr_number(at, sizeof(value), &value, "", &ignored))
		return request_attribute(netlink, value);
	if (missing &&
	    !lq_attr_number(missing, sizeof(value), &value, "", &ignored))
		return attribute_name(netlink, value);
	return NULL;
}

/* The module has words for whatever it refuses: these say it is not asked. */
static bool explain_silence(const struct lq_netlink *netlink, int code,
			    struct lq_error *error)
{
	if (asks_controller(netlink))
		return false;
	if (code == ENOENT) {
		module_gone(error);
		return true;
	}
	if (code != EOPNOTSUPP || !is_about_policies(netlink))
		return false;
	lq_error_set(error,
		     "the module loaded is older than this program and has no policies: load the one that belongs to this program");
	return true;
}

/* What the kernel says in words, in attributes behind its error. */
static void explain(const struct lq_netlink *netlink, const void *attributes,
		    size_t len, int code, struct lq_error *error)
{
	const struct nlattr *table[LQ_EXTACK_MAX + 1];
	char text[160] = "", shown[sizeof(text)] = "";
	const char *name;

	if (lq_attr_table(attributes, len, table, LQ_EXTACK_MAX, "an error",
			  error))
		return;
	if (table[NLMSGERR_ATTR_MSG] &&
	    lq_attr_string(table[NLMSGERR_ATTR_MSG], text, sizeof(text),
			   "an error's text", error))
		return;
	if (!*text && explain_silence(netlink, code, error))
		return;
	name = blamed(netlink, table);
	lq_format_text(shown, sizeof(shown), text);
	lq_error_set(error, "the kernel refused: %s%s%s%s%s%s%s", shown,
		     *shown ? " (" : "", strerror(code), *shown ? ")" : "",
		     name ? ", attribute " : "", name ? name : "",
		     code == EPERM && !*text && is_about_policies(netlink) ?
		     LQ_PRIVILEGE : "");
}

/* An error without a code is an acknowledgment. */
static enum lq_answer refused(const struct lq_netlink *netlink,
			      const struct nlmsghdr *nlh,
			      struct lq_error *error)
{
	const struct nlmsgerr *refusal = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	size_t at = sizeof(*refusal);
	int code;

	if (len < at) {
		lq_nonsense(error, "an error of %zu bytes", len);
		return LQ_ANSWER_ERROR;
	}
	if (!refusal->error)
		return LQ_ANSWER_DONE;
	/* Our request comes back, unless the kernel knows that we have it. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += MNL_ALIGN((size_t)refusal->msg.nlmsg_len) -
		      MNL_NLMSG_HDRLEN;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || at > len)
		at = len;
	code = refusal->error < 0 ? -(s64)refusal->error & 0xfff : EPROTO;
	explain(netlink, (const char *)refusal + at, len - at, code, error);
	error->code = code;
	errno = code;
	return LQ_ANSWER_ERROR;
}

/* A dump that fails on its way says so at its end. */
static enum lq_answer done(const struct lq_netlink *netlink,
			   const struct nlmsghdr *nlh, struct lq_error *error)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const char *payload = mnl_nlmsg_get_payload(nlh);
	int code = 0;

	if (len >= sizeof(code))
		memcpy(&code, payload, sizeof(code));
	if (code >= 0)
		return LQ_ANSWER_DONE;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		len = sizeof(code);
	explain(netlink, payload + sizeof(code), len - sizeof(code),
		-(s64)code & 0xfff, error);
	error->code = -(s64)code & 0xfff;
	errno = -(s64)code & 0xfff;
	return LQ_ANSWER_ERROR;
}

/**
 * struct exchange - a request under way
 * @handle: gets the messages
 * @data: its own
 * @changed: the kernel said that the set changed
 */
struct exchange {
	lq_message_fn handle;
	void *data;
	bool changed;
};

static enum lq_answer one_message(const struct lq_netlink *netlink,
				  const struct nlmsghdr *nlh,
				  struct exchange *exchange,
				  struct lq_error *error)
{
	/* An answer to an earlier request that we gave up. */
	if (!mnl_nlmsg_seq_ok(nlh, netlink->seq))
		return LQ_ANSWER_NONE;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		exchange->changed = true;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return refused(netlink, nlh, error);
	if (nlh->nlmsg_type == NLMSG_DONE)
		return done(netlink, nlh, error);
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return LQ_ANSWER_NONE;
	return exchange->handle(nlh, exchange->data, error) ?
	       LQ_ANSWER_ERROR : LQ_ANSWER_NONE;
}

/* libmnl takes a length beyond INT_MAX for a negative one, which fits. */
static bool is_whole(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (u32)len;
}

/* LQ_ANSWER_NONE: there is more to come. */
static enum lq_answer messages(const struct lq_netlink *netlink, int len,
			       struct exchange *exchange,
			       struct lq_error *error)
{
	const struct nlmsghdr *nlh = (const void *)netlink->reply;

	while (is_whole(nlh, len)) {
		enum lq_answer answer = one_message(netlink, nlh, exchange,
						    error);

		if (answer != LQ_ANSWER_NONE)
			return answer;
		nlh = mnl_nlmsg_next(nlh, &len);
	}
	if (len > 0) {
		lq_nonsense(error, "a message is cut off");
		return LQ_ANSWER_ERROR;
	}
	return LQ_ANSWER_NONE;
}

static ssize_t receive(struct lq_netlink *netlink)
{
	ssize_t len;

	do {
		len = lq_socket_recv(netlink->sock, netlink->reply,
				     sizeof(netlink->reply));
	} while (len < 0 && errno == EINTR && !lq_interrupted);
	return len;
}

static enum lq_answer io_error(const char *what, struct lq_error *error)
{
	lq_error_set(error, "cannot %s the kernel: %s", what, strerror(errno));
	return LQ_ANSWER_ERROR;
}

/**
 * lq_netlink_request() - begin a request
 * @netlink: where to
 * @command: LISTENQ_CMD_*
 * @flags: NLM_F_*
 *
 * Return: the message, with room for a handful of attributes.
 */
struct nlmsghdr *lq_netlink_request(struct lq_netlink *netlink, u8 command,
				    u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(netlink->request);
	struct genlmsghdr *header;

	nlh->nlmsg_type = netlink->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++netlink->seq;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = command;
	header->version = LISTENQ_FAMILY_VERSION;
	return nlh;
}

/**
 * lq_netlink_run() - send the request, get the answer
 * @netlink: where to
 * @handle: gets every message of the answer
 * @data: for it
 * @error: set on failure
 *
 * Return: how it went. errno has the kernel's error when it refused.
 */
enum lq_answer lq_netlink_run(struct lq_netlink *netlink, lq_message_fn handle,
			      void *data, struct lq_error *error)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)netlink->request;
	struct exchange exchange = { .handle = handle, .data = data };
	enum lq_answer answer;
	ssize_t len;

	if (lq_socket_send(netlink->sock, nlh, nlh->nlmsg_len) < 0)
		return io_error("ask", error);
	do {
		len = receive(netlink);
		if (len < 0)
			return io_error("hear", error);
		if (!len) {
			lq_nonsense(error, "it is empty");
			return LQ_ANSWER_ERROR;
		}
		answer = messages(netlink, len, &exchange, error);
	} while (answer == LQ_ANSWER_NONE);
	if (answer == LQ_ANSWER_DONE && exchange.changed)
		return LQ_ANSWER_CHANGED;
	return answer;
}

/**
 * struct family - what the controller says of a family
 * @name: of which
 * @group_name: which of its groups is wanted
 * @id: its number
 * @version: of the family
 * @group: the group's number; 0: there is none
 */
struct family {
	const char *name;
	const char *group_name;
	u16 id;
	u32 version;
	u32 group;
};

static int group_of(const struct nlattr *groups, struct family *family,
		    struct lq_error *error)
{
	const struct nlattr *table[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *group;
	char name[GENL_NAMSIZ];

	if (mnl_attr_validate(groups, MNL_TYPE_NESTED) < 0)
		return lq_nonsense(error, "the family's groups");
	mnl_attr_for_each_nested(group, groups) {
		if (lq_attr_nest(group, table, CTRL_ATTR_MCAST_GRP_MAX,
				 "a group", error))
			return -1;
		if (!table[CTRL_ATTR_MCAST_GRP_NAME] ||
		    !table[CTRL_ATTR_MCAST_GRP_ID])
			continue;
		if (lq_attr_string(table[CTRL_ATTR_MCAST_GRP_NAME], name,
				   sizeof(name), "a group's name", error))
			return -1;
		if (strcmp(name, family->group_name))
			continue;
		return lq_attr_number(table[CTRL_ATTR_MCAST_GRP_ID],
				      sizeof(family->group), &family->group,
				      "a group's id", error);
	}
	return 0;
}

/* The attributes of a message of the controller. */
static int control_table(const struct nlmsghdr *nlh,
			 const struct nlattr **table, struct lq_error *error)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (len < GENL_HDRLEN)
		return lq_nonsense(error, "the family has no header");
	return lq_attr_table(mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
			     len - GENL_HDRLEN, table, CTRL_ATTR_MAX,
			     "the family", error);
}

static int family_found(const struct nlmsghdr *nlh, void *data,
			struct lq_error *error)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	struct family *family = data;

	if (control_table(nlh, table, error))
		return -1;
	if (!table[CTRL_ATTR_FAMILY_ID])
		return lq_nonsense(error, "the family has no id");
	if (lq_attr_number(table[CTRL_ATTR_FAMILY_ID], sizeof(family->id),
			   &family->id, "the family's id", error))
		return -1;
	if (table[CTRL_ATTR_VERSION] &&
	    lq_attr_number(table[CTRL_ATTR_VERSION], sizeof(family->version),
			   &family->version, "the family's version", error))
		return -1;
	if (!table[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	return group_of(table[CTRL_ATTR_MCAST_GROUPS], family, error);
}

/* errno is ENOENT when there is none. */
static int ask_controller(struct lq_netlink *netlink, struct family *family,
			  struct lq_error *error)
{
	struct nlmsghdr *nlh = lq_netlink_request(netlink, CTRL_CMD_GETFAMILY,
						  NLM_F_ACK);
	struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);

	nlh->nlmsg_type = GENL_ID_CTRL;
	header->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family->name);
	errno = 0;
	if (lq_netlink_run(netlink, family_found, family, error) < 0)
		return -1;
	errno = 0;
	if (family->id < NLMSG_MIN_TYPE)
		return lq_nonsense(error, "the family has no id");
	return 0;
}

static void not_found(struct lq_error *error)
{
	if (access("/proc/net/listenq", F_OK))
		lq_error_set(error,
			     "the module is not loaded: modprobe listenq, or insmod listenq.ko");
	else
		lq_error_set(error,
			     "the module is older than this program and has only /proc/listenq: load the one that belongs to this program");
}

static int find_family(struct lq_netlink *netlink, struct lq_error *error)
{
	struct family family = {
		.name = LISTENQ_FAMILY_NAME,
		.group_name = LISTENQ_MCGRP_EVENTS,
	};

	if (ask_controller(netlink, &family, error)) {
		if (errno == ENOENT)
			not_found(error);
		return -1;
	}
	netlink->family = family.id;
	netlink->version = family.version;
	netlink->group = family.group;
	return 0;
}

/* Once, however many connections there are. */
static void tell_version(u32 version)
{
	static bool told;

	if (version <= LISTENQ_FAMILY_VERSION || told)
		return;
	told = true;
	lq_note("the module speaks version %u, this program version %u: what is new is not shown",
		version, LISTENQ_FAMILY_VERSION);
}

/**
 * lq_netlink_open() - connect to the module of the present network namespace
 * @error: set on failure
 *
 * Return: the connection, or NULL.
 */
struct lq_netlink *lq_netlink_open(struct lq_error *error)
{
	struct lq_netlink *netlink = lq_realloc(NULL, 1, sizeof(*netlink));

	/* The buffers need not be cleared. */
	memset(netlink, 0, offsetof(struct lq_netlink, request));
	netlink->sock = lq_socket_open();
	if (!netlink->sock) {
		io_error("connect to", error);
		free(netlink);
		return NULL;
	}
	if (find_family(netlink, error)) {
		lq_netlink_close(netlink);
		return NULL;
	}
	tell_version(netlink->version);
	return netlink;
}

/**
 * lq_netlink_close() - disconnect
 * @netlink: not to be used any more; may be NULL
 */
void lq_netlink_close(struct lq_netlink *netlink)
{
	if (!netlink)
		return;
	lq_socket_close(netlink->sock);
	free(netlink);
}

/* The module's end is told by others: it is silence otherwise. */
static int join_controller(struct lq_netlink *netlink, struct lq_error *error)
{
	struct family controller = {
		.name = LQ_CONTROLLER,
		.group_name = LQ_NOTIFY,
	};

	if (ask_controller(netlink, &controller, error))
		return -1;
	if (!controller.group)
		return lq_nonsense(error, "the controller has no group");
	if (lq_socket_join(netlink->sock, controller.group))
		return io_error("subscribe to", error);
	return 0;
}

/**
 * lq_netlink_subscribe() - get events from now on
 * @netlink: for events only, from here on
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_netlink_subscribe(struct lq_netlink *netlink, struct lq_error *error)
{
	if (!netlink->group)
		return lq_error_set(error, "this module has no events");
	if (join_controller(netlink, error))
		return -1;
	if (lq_socket_join(netlink->sock, netlink->group))
		return io_error("subscribe to", error);
	/* Events have no number of a request. */
	netlink->seq = 0;
	return 0;
}

/**
 * lq_netlink_same() - whether two connections are to the same module
 * @one: a connection
 * @other: another one, made later
 * @error: set if they are not: it was loaded anew in between
 *
 * Return: 0 or -1.
 */
int lq_netlink_same(const struct lq_netlink *one,
		    const struct lq_netlink *other, struct lq_error *error)
{
	/* Numbers are given in turn, not to the next one again. */
	return one->family == other->family ? 0 : module_gone(error);
}

/**
 * struct subscriber - who gets events
 * @netlink: from where
 * @handle: gets every message
 * @data: its own
 */
struct subscriber {
	const struct lq_netlink *netlink;
	lq_message_fn handle;
	void *data;
};

/* Families come and go: what matters is whether ours goes. */
static int control_event(const struct nlmsghdr *nlh, struct lq_error *error)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);
	char name[GENL_NAMSIZ];

	if (control_table(nlh, table, error))
		return -1;
	if (header->cmd != CTRL_CMD_DELFAMILY || !table[CTRL_ATTR_FAMILY_NAME])
		return 0;
	if (lq_attr_string(table[CTRL_ATTR_FAMILY_NAME], name, sizeof(name),
			   "the family's name", error))
		return -1;
	return strcmp(name, LISTENQ_FAMILY_NAME) ? 0 : module_gone(error);
}

static int one_event(const struct nlmsghdr *nlh, void *data,
		     struct lq_error *error)
{
	const struct subscriber *subscriber = data;

	if (nlh->nlmsg_type == GENL_ID_CTRL)
		return control_event(nlh, error);
	if (nlh->nlmsg_type != subscriber->netlink->family)
		return 0;
	return subscriber->handle(nlh, subscriber->data, error);
}

/**
 * lq_netlink_events() - take the events that are there
 * @netlink: subscribed
 * @handle: gets every message
 * @data: for it
 * @error: set on failure
 *
 * Return: LQ_ANSWER_DONE when there may be more, LQ_ANSWER_NONE when there are
 * no more, LQ_ANSWER_LOST or LQ_ANSWER_ERROR.
 */
enum lq_answer lq_netlink_events(struct lq_netlink *netlink,
				 lq_message_fn handle, void *data,
				 struct lq_error *error)
{
	struct subscriber subscriber = {
		.netlink = netlink, .handle = handle, .data = data,
	};
	struct exchange exchange = {
		.handle = one_event, .data = &subscriber,
	};
	ssize_t len = receive(netlink);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return LQ_ANSWER_NONE;
	if (len < 0 && errno == ENOBUFS)
		return LQ_ANSWER_LOST;
	if (len < 0)
		return io_error("hear", error);
	if (messages(netlink, len, &exchange, error) == LQ_ANSWER_ERROR)
		return LQ_ANSWER_ERROR;
	return LQ_ANSWER_DONE;
}
