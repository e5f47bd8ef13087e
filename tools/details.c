// SPDX-License-Identifier: GPL-2.0
/*
 * A listener as text, in full.
 */
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "histogram.h"
#include "listener.h"
#include "names.h"
#include "options.h"
#include "show.h"
#include "wording.h"

#define LQ_NAME_WIDTH 26
#define LQ_NUMBER_WIDTH 12
#define LQ_TITLE_WIDTH 16

/**
 * struct number - a number of a queue
 * @name: as in /proc/listenq
 * @type: its attribute
 */
struct number {
	const char *name;
	unsigned int type;
};

static const struct number acceptq_numbers[] = {
	{ "acceptq", LISTENQ_A_ACCEPTQ_LEN },
	{ "acceptq_max", LISTENQ_A_ACCEPTQ_LIMIT },
	{ "acceptq_peak", LISTENQ_A_ACCEPTQ_PEAK },
	{ "acceptq_start", LISTENQ_A_ACCEPTQ_START },
	{ "acceptq_discarded", LISTENQ_A_ACCEPTQ_DISCARDED },
	{ "acceptq_asked", LISTENQ_A_ACCEPTQ_ASKED },
	{ }
};

static const struct number synq_numbers[] = {
	{ "synq", LISTENQ_A_SYNQ_LEN },
	{ "synq_young", LISTENQ_A_SYNQ_YOUNG },
	{ "synq_max", LISTENQ_A_SYNQ_LIMIT },
	{ "synq_peak", LISTENQ_A_SYNQ_PEAK },
	{ "synq_start", LISTENQ_A_SYNQ_START },
	{ "synq_asked", LISTENQ_A_SYNQ_ASKED },
	{ }
};

static void print_title(const struct lq_listener *listener,
			const struct lq_options *options)
{
	char local[LQ_LOCAL_SIZE], owner[LQ_OWNER_SIZE], since[LQ_TIME_SIZE];

	lq_format_local(local, sizeof(local), listener, options->numeric);
	lq_format_owner(owner, sizeof(owner), listener);
	printf("%s %s %s\n", local, lq_format_state(listener), owner);
	printf("  id %llu inode %llu uid %u cgroup %llu", listener->id,
	       listener->inode, listener->uid, listener->cgroup);
	if (lq_has(listener->have, LISTENQ_A_LISTENER_V6ONLY))
		printf(" v6only");
	putchar('\n');
	if (!lq_has(listener->have, LISTENQ_A_LISTENER_SINCE))
		return;
	lq_format_time(since, sizeof(since), listener->since);
	printf("  counting since %s\n", since);
}

static void print_queue(const char *name, const struct lq_queue *queue,
			const struct number *number)
{
	size_t prefix = strlen(number->name);

	printf("  %-13s", name);
	for (; number->name; number++) {
		const char *what = number->name + prefix;

		if (!lq_has(queue->have, number->type))
			continue;
		printf(" %s %llu", *what ? what + 1 : "now",
		       queue->value[number->type]);
	}
	putchar('\n');
}

static void print_policy(const struct lq_policy *policy, bool numeric)
{
	char text[LQ_WORDING_SIZE], since[LQ_TIME_SIZE], comment[32];
	size_t len;

	lq_wording_format(text, sizeof(text), policy, numeric);
	lq_wording_listeners(comment, sizeof(comment), policy);
	len = strlen(text);
	snprintf(text + len, sizeof(text) - len, "%s", comment);
	printf("  %-*s", LQ_TITLE_WIDTH - 2, "policy");
	lq_print_wrapped(text, LQ_TITLE_WIDTH);
	if (!lq_has(policy->have, LISTENQ_A_POLICY_SINCE))
		return;
	lq_format_time(since, sizeof(since), policy->since);
	printf("%*sin force since %s\n", LQ_TITLE_WIDTH, "", since);
}

/* One word: its own, with commas in between. */
static void print_policy_pair(const struct lq_listener *listener, bool numeric)
{
	char text[LQ_WORDING_SIZE] = "-";
	char *blank;

	if (lq_has(listener->have, LISTENQ_A_LISTENER_POLICY))
		lq_wording_format(text, sizeof(text), &listener->policy,
				  numeric);
	for (blank = text; (blank = strchr(blank, ' '));)
		*blank = ',';
	printf(" policy=%s", text);
}

static void print_counters(const struct lq_listener *listener, bool nonzero)
{
	const struct lq_field *field;
	u64 value;

	for (field = lq_counters; field->name; field++) {
		if (!lq_listener_count(listener, field->type, &value) ||
		    (!value && nonzero))
			continue;
		printf("  %-*s%*llu  ", LQ_NAME_WIDTH, field->name,
		       LQ_NUMBER_WIDTH, value);
		lq_print_wrapped(field->doc,
				 LQ_NAME_WIDTH + LQ_NUMBER_WIDTH + 4);
	}
}

/**
 * lq_print_details() - write all about a listener on several lines
 * @listener: which
 * @options: how
 */
void lq_print_details(const struct lq_listener *listener,
		      const struct lq_options *options)
{
	print_title(listener, options);
	print_queue("accept queue", &listener->acceptq, acceptq_numbers);
	print_queue("SYN queue", &listener->synq, synq_numbers);
	if (lq_has(listener->have, LISTENQ_A_LISTENER_POLICY))
		print_policy(&listener->policy, options->numeric);
	print_counters(listener, options->nonzero);
	lq_histogram_print("handshake", &listener->handshake);
	lq_histogram_print("accept wait", &listener->accept_wait);
}

/* What is not known has its place too: fields are found by counting. */
static void print_pair(const char *name, bool known, u64 value)
{
	if (known)
		printf(" %s=%llu", name, value);
	else
		printf(" %s=-", name);
}

static void print_pairs(const struct lq_queue *queue,
			const struct number *number)
{
	for (; number->name; number++)
		print_pair(number->name, lq_has(queue->have, number->type),
			   queue->value[number->type]);
}

static void print_buckets(const char *name,
			  const struct lq_histogram *histogram)
{
	const char *before = "=";
	unsigned int n;

	printf(" %s%s", name, lq_histogram_total(histogram) ? "" : "=-");
	for (n = 0; n < histogram->nr; n++) {
		if (!histogram->bucket[n])
			continue;
		printf("%s%llu:%llu", before, 1ULL << n, histogram->bucket[n]);
		before = ",";
	}
}

/**
 * lq_print_oneline() - write all about a listener on one line
 * @listener: which
 * @options: how
 */
void lq_print_oneline(const struct lq_listener *listener,
		      const struct lq_options *options)
{
	char local[LQ_LOCAL_SIZE], owner[LQ_OWNER_SIZE];
	const struct lq_field *field;
	bool known;
	u64 value;

	lq_format_local(local, sizeof(local), listener, options->numeric);
	lq_format_owner(owner, sizeof(owner), listener);
	printf("%s id=%llu state=%s owner=%s", local, listener->id,
	       lq_format_state(listener), owner);
	printf(" inode=%llu uid=%u cgroup=%llu", listener->inode,
	       listener->uid, listener->cgroup);
	print_pairs(&listener->acceptq, acceptq_numbers);
	print_pairs(&listener->synq, synq_numbers);
	for (field = lq_counters; field->name; field++) {
		known = lq_listener_count(listener, field->type, &value);
		print_pair(field->name, known, value);
	}
	print_buckets("handshake_us", &listener->handshake);
	print_buckets("accept_wait_us", &listener->accept_wait);
	print_policy_pair(listener, options->numeric);
	putchar('\n');
}

/**
 * lq_explain_counters() - write what the counters count
 */
void lq_explain_counters(void)
{
	const struct lq_field *field;

	for (field = lq_counters; field->name; field++) {
		printf("%-*s", LQ_NAME_WIDTH, field->name);
		lq_print_wrapped(field->doc, LQ_NAME_WIDTH);
	}
}
