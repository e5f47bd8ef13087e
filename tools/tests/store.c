// SPDX-License-Identifier: GPL-2.0
/*
 * A module that keeps policies: it takes what it is asked for as bytes, and
 * understands no more of them than their key.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/listenq.h>

#include "kernel.h"
#include "message.h"
#include "store.h"

#define ENTRIES_MAX 32
#define ATTRIBUTES_MAX 512
#define TRICKS_MAX 8

/**
 * struct entry - a policy
 * @attributes: its own, as they came
 * @len: their length
 */
struct entry {
	char attributes[ATTRIBUTES_MAX];
	size_t len;
};

/**
 * struct trick - what is done to a request that changes something
 * @request: its number, from 1 on
 * @code: it is refused so
 * @text: in words; may be NULL
 * @type: the attribute that is blamed; 0: none
 * @message: it is taken, but this is the answer; NULL: it is refused
 */
struct trick {
	unsigned int request;
	int code;
	const char *text;
	unsigned int type;
	const struct message *message;
};

static struct entry entries[ENTRIES_MAX];
static size_t nr_entries;
static struct trick tricks[TRICKS_MAX];
static size_t nr_tricks;
static unsigned int requests;

/* Of any attribute that is longer or shorter the module would not hear. */
static size_t length_of(unsigned int type)
{
	switch (type) {
	case LISTENQ_A_POLICY_ADDRESS6:
		return 16;
	case LISTENQ_A_POLICY_PORT:
		return sizeof(u16);
	case LISTENQ_A_POLICY_TIMEOUT:
		return sizeof(u64);
	default:
		return sizeof(u32);
	}
}

static void check(const struct nlattr *attr)
{
	unsigned int type = mnl_attr_get_type(attr);

	if (type < LISTENQ_A_POLICY_ADDRESS4 ||
	    type > LISTENQ_A_POLICY_TIMEOUT ||
	    mnl_attr_get_payload_len(attr) != length_of(type))
		abort();
}

static bool is_key(const struct nlattr *attr)
{
	return mnl_attr_get_type(attr) <= LISTENQ_A_POLICY_PORT;
}

static void take(struct entry *entry, const struct nlmsghdr *request)
{
	entry->len = mnl_nlmsg_get_payload_len(request) - GENL_HDRLEN;
	if (entry->len > sizeof(entry->attributes))
		abort();
	memcpy(entry->attributes,
	       mnl_nlmsg_get_payload_offset(request, GENL_HDRLEN), entry->len);
}

static const struct nlattr *find(const struct entry *entry, unsigned int type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload((void *)entry->attributes, entry->len) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static bool same_attr(const struct nlattr *one, const struct nlattr *other)
{
	if (!one || !other)
		return one == other;
	return !memcmp(one, other, one->nla_len);
}

static bool same_key(const struct entry *one, const struct entry *other)
{
	unsigned int type;

	for (type = 1; type <= LISTENQ_A_POLICY_PORT; type++) {
		if (!same_attr(find(one, type), find(other, type)))
			return false;
	}
	return true;
}

static struct entry *find_entry(const struct entry *key)
{
	size_t n;

	for (n = 0; n < nr_entries; n++) {
		if (same_key(&entries[n], key))
			return &entries[n];
	}
	return NULL;
}

static void acknowledge(int code, const char *text, unsigned int offset)
{
	struct message message;

	message_error(&message, -code, text, offset);
	message_say(KERNEL_POLICY, &message);
}

static void set(const struct entry *entry)
{
	struct entry *old = find_entry(entry);

	if (!old && nr_entries == ENTRIES_MAX)
		abort();
	*(old ? old : &entries[nr_entries++]) = *entry;
	acknowledge(0, NULL, 0);
}

static void del(const struct entry *key)
{
	struct entry *old = find_entry(key);

	if (!old) {
		acknowledge(ENOENT, "no policy has this key", 0);
		return;
	}
	nr_entries--;
	memmove(old, old + 1, (char *)&entries[nr_entries] - (char *)old);
	acknowledge(0, NULL, 0);
}

static void dump(void)
{
	struct message message;
	size_t n;

	for (n = 0; n < nr_entries; n++) {
		message_policy(&message, entries[n].attributes, entries[n].len);
		message_say(KERNEL_POLICIES, &message);
	}
	message_done(&message, 0, NULL);
	message_say(KERNEL_POLICIES, &message);
}

static unsigned int offset_of(const struct nlmsghdr *request, unsigned int type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == type)
			return (char *)attr - (char *)request;
	}
	return 0;
}

static const struct trick *find_trick(void)
{
	size_t n;

	for (n = 0; n < nr_tricks; n++) {
		if (tricks[n].request == requests)
			return &tricks[n];
	}
	return NULL;
}

static void change(const struct nlmsghdr *request, u8 command)
{
	const struct trick *trick = find_trick();
	struct entry entry = { .len = 0 };

	if (trick && !trick->message) {
		acknowledge(trick->code, trick->text,
			    offset_of(request, trick->type));
		return;
	}
	take(&entry, request);
	if (command == LISTENQ_CMD_POLICY_SET)
		set(&entry);
	else
		del(&entry);
	if (!trick)
		return;
	kernel_forget(KERNEL_POLICY);
	message_say(KERNEL_POLICY, trick->message);
}

static void answer(const struct nlmsghdr *request)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(request);
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, GENL_HDRLEN) {
		check(attr);
		if (header->cmd == LISTENQ_CMD_POLICY_DEL && !is_key(attr))
			abort();
	}
	if (header->cmd == LISTENQ_CMD_POLICY_GET) {
		dump();
		return;
	}
	requests++;
	change(request, header->cmd);
}

/**
 * store_begin() - have no policies, and answer for them
 */
void store_begin(void)
{
	nr_entries = 0;
	nr_tricks = 0;
	requests = 0;
	kernel_answer(answer);
}

/**
 * store_refuse() - refuse a request
 * @request: which of those that change something, from 1 on
 * @code: the error
 * @text: in words; may be NULL
 * @type: the attribute that is blamed; 0: none
 */
void store_refuse(unsigned int request, int code, const char *text,
		  unsigned int type)
{
	tricks[nr_tricks++] = (struct trick){
		.request = requests + request, .code = code, .text = text,
		.type = type,
	};
}

/**
 * store_say_at() - do what is asked for, but say something else
 * @request: when, as store_refuse() has it
 * @message: what
 */
void store_say_at(unsigned int request, const struct message *message)
{
	tricks[nr_tricks++] = (struct trick){
		.request = requests + request, .message = message,
	};
}

/**
 * store_pass() - let time pass for all policies that have one
 * @milliseconds: how long
 */
void store_pass(u64 milliseconds)
{
	size_t n;

	for (n = 0; n < nr_entries; n++) {
		const struct nlattr *attr = find(&entries[n],
						 LISTENQ_A_POLICY_TIMEOUT);
		u64 left;

		if (!attr)
			continue;
		memcpy(&left, attr + 1, sizeof(left));
		left -= milliseconds;
		memcpy((char *)attr + MNL_ATTR_HDRLEN, &left, sizeof(left));
	}
}

/**
 * store_requests() - how many requests were to change something
 *
 * Return: how many.
 */
unsigned int store_requests(void)
{
	return requests;
}

static void print_attr(FILE *to, const struct nlattr *attr)
{
	const u8 *payload = mnl_attr_get_payload(attr);
	unsigned int n;
	u64 number = 0;

	fprintf(to, " %u=", mnl_attr_get_type(attr));
	if (mnl_attr_get_type(attr) <= LISTENQ_A_POLICY_ADDRESS6) {
		for (n = 0; n < mnl_attr_get_payload_len(attr); n++)
			fprintf(to, "%02x", payload[n]);
		return;
	}
	memcpy(&number, payload, mnl_attr_get_payload_len(attr));
	fprintf(to, "%llu", number);
}

/**
 * store_text() - the policies that there are
 *
 * Return: a line each: number of an attribute, `=`, its value. Good until the
 * next call.
 */
const char *store_text(void)
{
	static char text[4096];
	const struct nlattr *attr;
	FILE *to = fmemopen(text, sizeof(text), "w");
	size_t n;

	if (!to)
		abort();
	*text = '\0';
	for (n = 0; n < nr_entries; n++) {
		const struct entry *entry = &entries[n];

		mnl_attr_for_each_payload((void *)entry->attributes,
					  entry->len)
			print_attr(to, attr);
		putc('\n', to);
	}
	fclose(to);
	return text;
}
