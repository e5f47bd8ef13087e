// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that says what it is told to. What a reader may not look at, which
 * is everything behind a message, is poisoned: a look ends the test.
 */
#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/listenq.h>

#include "error.h"
#include "interrupt.h"
#include "kernel.h"
#include "options.h"
#include "socket.h"

#define DATAGRAMS_MAX 128
#define WORDS_MAX 32

/**
 * struct datagram - what one read gets
 * @data: the messages
 * @len: their length
 * @number: an error instead, if not 0
 */
struct datagram {
	void *data;
	size_t len;
	int number;
};

/**
 * struct channel - answers of one kind
 * @datagrams: they
 * @nr: how many
 * @next: the next one
 */
struct channel {
	struct datagram datagrams[DATAGRAMS_MAX];
	size_t nr;
	size_t next;
};

/**
 * struct lq_socket - a connection
 * @channel: what was asked for last
 * @notified: it gets what the controller tells
 */
struct lq_socket {
	enum kernel_channel channel;
	bool notified;
};

static struct channel channels[KERNEL_CHANNELS];
static unsigned int requests, requests_max, request_called;
static void (*called)(void);
static void (*answering)(const struct nlmsghdr *request);
static char request[4096];

/**
 * kernel_forget() - have nothing to say
 * @channel: to what
 */
void kernel_forget(enum kernel_channel channel)
{
	struct channel *forgotten = &channels[channel];

	while (forgotten->nr)
		free(forgotten->datagrams[--forgotten->nr].data);
	forgotten->next = 0;
}

/**
 * kernel_reset() - forget everything
 */
void kernel_reset(void)
{
	int n;

	for (n = 0; n < KERNEL_CHANNELS; n++)
		kernel_forget(n);
	answering = NULL;
	requests = 0;
	requests_max = 0;
	called = NULL;
	lq_interrupted = false;
}

static struct datagram *next_slot(enum kernel_channel channel)
{
	if (channels[channel].nr == DATAGRAMS_MAX)
		return NULL;
	return &channels[channel].datagrams[channels[channel].nr++];
}

/**
 * kernel_say() - say something when asked for it
 * @channel: for what
 * @data: what a read gets; copied
 * @len: its length
 */
void kernel_say(enum kernel_channel channel, const void *data, size_t len)
{
	struct datagram *datagram = next_slot(channel);

	if (!datagram)
		return;
	datagram->data = lq_realloc(NULL, len, 1);
	datagram->len = len;
	datagram->number = 0;
	memcpy(datagram->data, data, len);
}

/**
 * kernel_fail() - let a read fail
 * @channel: of what
 * @number: the error
 */
void kernel_fail(enum kernel_channel channel, int number)
{
	struct datagram *datagram = next_slot(channel);

	if (datagram)
		*datagram = (struct datagram){ .number = number };
}

/**
 * kernel_stop_after() - send SIGINT
 * @nr: after so many requests
 */
void kernel_stop_after(unsigned int nr)
{
	requests_max = nr;
}

/**
 * kernel_answer() - let the answers to requests about policies be made for them
 * @answer: says them
 */
void kernel_answer(void (*answer)(const struct nlmsghdr *request))
{
	answering = answer;
}

/**
 * kernel_call_at() - let something happen meanwhile
 * @request: before the answer to this one; the first is 1
 * @call: does it
 */
void kernel_call_at(unsigned int request, void (*call)(void))
{
	request_called = request;
	called = call;
}

/**
 * kernel_asked() - the last request
 *
 * Return: the message.
 */
const void *kernel_asked(void)
{
	return request;
}

struct lq_socket *lq_socket_open(void)
{
	return memset(lq_realloc(NULL, 1, sizeof(struct lq_socket)), 0,
		      sizeof(struct lq_socket));
}

void lq_socket_close(struct lq_socket *sock)
{
	free(sock);
}

int lq_socket_join(struct lq_socket *sock, u32 group)
{
	if (group != KERNEL_GROUP && group != KERNEL_NOTIFY) {
		errno = ENOENT;
		return -1;
	}
	sock->notified |= group == KERNEL_NOTIFY;
	sock->channel = KERNEL_EVENTS;
	return 0;
}

int lq_socket_wait(struct lq_socket *sock, int milliseconds)
{
	(void)milliseconds;
	if (channels[sock->channel].next < channels[sock->channel].nr)
		return 1;
	lq_interrupted = true;
	errno = EINTR;
	return -1;
}

static enum kernel_channel channel_of(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == GENL_ID_CTRL)
		return strcmp(mnl_attr_get_str((void *)(header + 1)), "nlctrl") ?
		       KERNEL_CONTROL : KERNEL_CONTROLLER;
	if (header->cmd == LISTENQ_CMD_TOTALS_GET)
		return KERNEL_TOTALS;
	if (header->cmd == LISTENQ_CMD_HOOK_GET)
		return KERNEL_HOOKS;
	if (header->cmd >= LISTENQ_CMD_POLICY_GET)
		return nlh->nlmsg_flags & NLM_F_DUMP ? KERNEL_POLICIES :
						       KERNEL_POLICY;
	return nlh->nlmsg_flags & NLM_F_DUMP ? KERNEL_DUMP : KERNEL_GET;
}

ssize_t lq_socket_send(struct lq_socket *sock, const void *data, size_t len)
{
	struct channel *channel;

	if (len > sizeof(request))
		abort();
	memcpy(request, data, len);
	sock->channel = channel_of(data);
	channel = &channels[sock->channel];
	if (answering && (sock->channel == KERNEL_POLICIES ||
			  sock->channel == KERNEL_POLICY)) {
		kernel_forget(sock->channel);
		answering(data);
	}
	/* Asked again, it says the same. */
	if (channel->next == channel->nr)
		channel->next = 0;
	requests++;
	if (called && requests == request_called)
		called();
	if (requests_max && requests >= requests_max)
		lq_interrupted = true;
	return len;
}

static bool is_control(const struct datagram *datagram)
{
	const struct nlmsghdr *nlh = datagram->data;

	return !datagram->number && datagram->len >= sizeof(*nlh) &&
	       nlh->nlmsg_type == GENL_ID_CTRL;
}

ssize_t lq_socket_recv(struct lq_socket *sock, void *data, size_t size)
{
	struct channel *channel = &channels[sock->channel];
	const struct datagram *datagram;

	__asan_unpoison_memory_region(data, size);
	while (sock->channel == KERNEL_EVENTS && !sock->notified &&
	       channel->next < channel->nr &&
	       is_control(&channel->datagrams[channel->next]))
		channel->next++;
	if (channel->next == channel->nr) {
		errno = sock->channel == KERNEL_EVENTS ? EAGAIN : ECONNRESET;
		return -1;
	}
	datagram = &channel->datagrams[channel->next++];
	if (datagram->number) {
		errno = datagram->number;
		return -1;
	}
	if (datagram->len > size) {
		errno = ENOSPC;
		return -1;
	}
	memcpy(data, datagram->data, datagram->len);
	__asan_poison_memory_region((char *)data + datagram->len,
				    size - datagram->len);
	return datagram->len;
}

static int split(char *line, char **words)
{
	char *word;
	int nr = 0;

	for (word = strtok(line, "|"); word && nr < WORDS_MAX - 1;
	     word = strtok(NULL, "|"))
		words[nr++] = word;
	words[nr] = NULL;
	return nr;
}

/* What was said of it first, or nothing. */
static FILE *open_input(void)
{
	const struct datagram *said = channels[KERNEL_INPUT].datagrams;

	if (!channels[KERNEL_INPUT].nr || !said->len)
		return fopen("/dev/null", "r");
	return fmemopen(said->data, said->len, "r");
}

/**
 * kernel_run() - run the program
 * @out: set: what it wrote; to be freed
 * @err: set: what it complained; to be freed
 * @line: its command line; words are separated by `|`
 *
 * Return: how it ended.
 */
int kernel_run(char **out, char **err, const char *line)
{
	FILE *old_in = stdin, *old_out = stdout, *old_err = stderr;
	char *words[WORDS_MAX];
	size_t out_size, err_size;
	char copy[1024];
	int status;

	snprintf(copy, sizeof(copy), "%s", line);
	stdout = open_memstream(out, &out_size);
	stderr = open_memstream(err, &err_size);
	stdin = open_input();
	if (!stdin || !stdout || !stderr)
		abort();
	status = lq_main(split(copy, words), words);
	fclose(stdin);
	fclose(stdout);
	fclose(stderr);
	stdin = old_in;
	stdout = old_out;
	stderr = old_err;
	return status;
}
