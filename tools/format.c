// SPDX-License-Identifier: GPL-2.0
/*
 * Things as text for people. Whatever programs call themselves, it is printable
 * and one word.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "format.h"
#include "listener.h"
#include "service.h"

#define LQ_LINE_WIDTH 79

/**
 * lq_format_address() - a listener's address, without brackets
 * @text: set
 * @size: room there
 * @listener: whose; `*` when it takes IPv4 and IPv6
 */
void lq_format_address(char *text, size_t size,
		       const struct lq_listener *listener)
{
	bool v4 = lq_has(listener->have, LISTENQ_A_LISTENER_ADDRESS4);
	bool v6 = lq_has(listener->have, LISTENQ_A_LISTENER_ADDRESS6);

	snprintf(text, size, lq_listener_dual(listener) ? "*" : "-");
	if ((v4 || v6) && !lq_listener_dual(listener))
		inet_ntop(listener->family, &listener->address, text, size);
}

/**
 * lq_format_dev() - the device that a listener is bound to
 * @text: set; empty when there is none
 * @size: room there
 * @listener: whose
 */
void lq_format_dev(char *text, size_t size, const struct lq_listener *listener)
{
	*text = '\0';
	if (*listener->ifname)
		lq_format_bytes(text, size, listener->ifname,
				strlen(listener->ifname));
	else if (listener->ifindex)
		snprintf(text, size, "if%u", listener->ifindex);
}

static void format_port(char *text, size_t size,
			const struct lq_listener *listener, bool numeric)
{
	const char *name = numeric ? NULL : lq_service_name(listener->port);

	if (!lq_has(listener->have, LISTENQ_A_LISTENER_PORT))
		snprintf(text, size, "-");
	else if (name)
		lq_format_bytes(text, size, name, strlen(name));
	else
		snprintf(text, size, "%u", listener->port);
}

/**
 * lq_format_local() - what a listener listens to
 * @text: set
 * @size: room there
 * @listener: which
 * @numeric: no names of services
 */
void lq_format_local(char *text, size_t size,
		     const struct lq_listener *listener, bool numeric)
{
	char address[INET6_ADDRSTRLEN], dev[4 * IF_NAMESIZE], port[48];
	bool v6;

	lq_format_address(address, sizeof(address), listener);
	lq_format_dev(dev, sizeof(dev), listener);
	format_port(port, sizeof(port), listener, numeric);
	v6 = strchr(address, ':');
	snprintf(text, size, "%s%s%s%s%s:%s", v6 ? "[" : "", address,
		 v6 ? "]" : "", *dev ? "%" : "", dev, port);
}

/* Those below @lowest, and what is no ASCII, as \ooo. */
static void format_bytes(char *text, size_t size, const char *bytes, size_t len,
			 unsigned char lowest)
{
	size_t n, at = 0;

	*text = '\0';
	for (n = 0; n < len && at + 4 < size; n++) {
		unsigned char c = bytes[n];
		bool plain = c >= lowest && c < 127 && c != '\\';

		at += snprintf(text + at, size - at, plain ? "%c" : "\\%03o",
			       c);
	}
}

/**
 * lq_format_bytes() - any bytes as one printable word
 * @text: set; as much as fits
 * @size: room there
 * @bytes: the bytes
 * @len: how many
 */
void lq_format_bytes(char *text, size_t size, const char *bytes, size_t len)
{
	format_bytes(text, size, bytes, len, ' ' + 1);
}

/**
 * lq_format_text() - any text as printable words
 * @text: set; as much as fits
 * @size: room there
 * @line: the text
 */
void lq_format_text(char *text, size_t size, const char *line)
{
	format_bytes(text, size, line, strlen(line), ' ');
}

static void format_process(char *text, size_t size, const struct lq_comm *comm,
			   u32 pid)
{
	char name[4 * LQ_COMM_MAX + 1];

	lq_format_bytes(name, sizeof(name), comm->text, comm->len);
	if (pid)
		snprintf(text, size, "%s/%u", *name ? name : "?", pid);
	else
		snprintf(text, size, "%s", *name ? name : "-");
}

/**
 * lq_format_owner() - whose listener it is
 * @text: set; as many owners as fit
 * @size: room there
 * @listener: which
 */
void lq_format_owner(char *text, size_t size,
		     const struct lq_listener *listener)
{
	size_t n, at = 0;

	format_process(text, size, &listener->comm, listener->pid);
	for (n = 0; n < listener->nr_holders; n++) {
		const struct lq_holder *holder = &listener->holders[n];
		char one[LQ_OWNER_SIZE];

		/* Two descriptors of one process. */
		if (n && holder->pid == holder[-1].pid)
			continue;
		format_process(one, sizeof(one), &holder->comm, holder->pid);
		if (at + strlen(one) + 2 > size)
			break;
		at += snprintf(text + at, size - at, "%s%s", n ? "," : "", one);
	}
}

/**
 * lq_format_enum() - the value of an enum
 * @text: set
 * @size: room there
 * @names: by value, NULL at the end
 * @value: may be a newer module's
 */
void lq_format_enum(char *text, size_t size, const char * const *names,
		    u32 value)
{
	u32 n;

	for (n = 0; names[n]; n++) {
		if (n != value)
			continue;
		snprintf(text, size, "%s", names[n]);
		return;
	}
	snprintf(text, size, "unknown-%u", value);
}

/**
 * lq_format_time() - a moment, in the local time zone
 * @text: set
 * @size: room there
 * @nanoseconds: since the epoch
 */
void lq_format_time(char *text, size_t size, u64 nanoseconds)
{
	time_t seconds = nanoseconds / 1000000000;
	unsigned int fraction = nanoseconds % 1000000000 / 1000;
	struct tm time;
	size_t len;

	localtime_r(&seconds, &time);
	len = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &time);
	snprintf(text + len, size - len, ".%06u", fraction);
}

static bool is_full(const struct lq_queue *queue, unsigned int len,
		    unsigned int limit)
{
	return lq_has(queue->have, len) && lq_has(queue->have, limit) &&
	       queue->value[len] > queue->value[limit];
}

/**
 * lq_format_state() - the worst that can be said of a listener, in a word
 * @listener: of which
 *
 * Return: the word.
 */
const char *lq_format_state(const struct lq_listener *listener)
{
	u64 drops;

	if (is_full(&listener->acceptq, LISTENQ_A_ACCEPTQ_LEN,
		    LISTENQ_A_ACCEPTQ_LIMIT))
		return "FULL";
	if (is_full(&listener->synq, LISTENQ_A_SYNQ_LEN,
		    LISTENQ_A_SYNQ_LIMIT))
		return "SYNF";
	lq_listener_count(listener, LISTENQ_A_COUNTERS_LISTEN_DROP, &drops);
	return drops ? "drop" : "ok";
}

/**
 * lq_format_mark() - what is put behind its state
 * @listener: whose
 *
 * Return: a mark when it is under a policy.
 */
const char *lq_format_mark(const struct lq_listener *listener)
{
	return lq_has(listener->have, LISTENQ_A_LISTENER_POLICY) ? "*" : "";
}

/**
 * lq_print_wrapped() - the rest of a line, on as many lines as it takes
 * @text: words
 * @indent: where the line is now, and the next ones begin
 */
void lq_print_wrapped(const char *text, int indent)
{
	const char *before = "";
	int at = indent;

	while (*text) {
		int len = strcspn(text, " ");

		if (at > indent && at + 1 + len > LQ_LINE_WIDTH) {
			printf("\n%*s", indent, "");
			before = "";
			at = indent;
		}
		printf("%s%.*s", before, len, text);
		at += strlen(before) + len;
		before = " ";
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}
