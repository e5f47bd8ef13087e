// SPDX-License-Identifier: GPL-2.0
/*
 * Events as text.
 */
#include <stdio.h>
#include <time.h>

#include "event.h"
#include "format.h"
#include "listener.h"
#include "names.h"
#include "options.h"
#include "wording.h"

static void policy_name(char *text, size_t size, u32 change)
{
	char name[LQ_ENUM_SIZE];

	lq_format_enum(name, sizeof(name), lq_change_names, change);
	snprintf(text, size, "policy-%s", name);
}

/**
 * lq_event_name() - what happened
 * @text: set
 * @size: room there
 * @event: the event
 */
void lq_event_name(char *text, size_t size, const struct lq_event *event)
{
	if (event->command == LISTENQ_CMD_LISTENER_ADD_NTF)
		snprintf(text, size, "listener-add");
	else if (event->command == LISTENQ_CMD_LISTENER_DEL_NTF)
		snprintf(text, size, "listener-del");
	else if (event->command == LISTENQ_CMD_POLICY_NTF)
		policy_name(text, size, event->change);
	else if (event->command == LQ_EVENT_CHANGED)
		snprintf(text, size, "changed");
	else if (lq_has(event->have, LISTENQ_A_EVENT_KIND))
		lq_format_enum(text, size, lq_kind_names, event->kind);
	else
		snprintf(text, size, "unknown");
}

static void print_number(const char *name, bool known, u64 number)
{
	if (known)
		printf(" %s %llu", name, number);
}

static void print_episode(const struct lq_event *event)
{
	u64 have = event->have;

	if (lq_has(have, LISTENQ_A_EVENT_DEPTH) &&
	    lq_has(have, LISTENQ_A_EVENT_LIMIT))
		printf(" queue %llu/%llu", event->depth, event->limit);
	print_number("peak", lq_has(have, LISTENQ_A_EVENT_PEAK), event->peak);
	print_number("verdicts", lq_has(have, LISTENQ_A_EVENT_VERDICTS),
		     event->verdicts);
	print_number("total", lq_has(have, LISTENQ_A_EVENT_TOTAL),
		     event->total);
	if (lq_has(have, LISTENQ_A_EVENT_DURATION))
		printf(" for %llu.%03llus", event->duration / 1000000000,
		       event->duration % 1000000000 / 1000000);
}

static void print_count(const struct lq_listener *listener, const char *name,
			unsigned int type)
{
	u64 value;
	bool known = lq_listener_count(listener, type, &value);

	print_number(name, known, value);
}

static void print_life(const struct lq_event *event)
{
	const struct lq_listener *listener = &event->listener;

	print_number("id", lq_has(listener->have, LISTENQ_A_LISTENER_ID),
		     listener->id);
	if (event->command == LISTENQ_CMD_LISTENER_ADD_NTF) {
		print_number("backlog", lq_has(listener->acceptq.have,
					       LISTENQ_A_ACCEPTQ_LIMIT),
			     listener->acceptq.value[LISTENQ_A_ACCEPTQ_LIMIT]);
		print_number("asked", lq_has(listener->acceptq.have,
					     LISTENQ_A_ACCEPTQ_ASKED),
			     listener->acceptq.value[LISTENQ_A_ACCEPTQ_ASKED]);
		return;
	}
	print_count(listener, "accepted", LISTENQ_A_COUNTERS_ACCEPTED);
	print_count(listener, "drops", LISTENQ_A_COUNTERS_LISTEN_DROP);
	print_count(listener, "overflow", LISTENQ_A_COUNTERS_LISTEN_OVERFLOW);
}

/**
 * lq_event_print_time() - write when something happened
 * @event: what; NULL, or one that does not say when: now
 */
void lq_event_print_time(const struct lq_event *event)
{
	char text[LQ_TIME_SIZE];
	struct timespec now;
	u64 time;

	clock_gettime(CLOCK_REALTIME, &now);
	time = now.tv_sec * 1000000000ULL + now.tv_nsec;
	if (event && lq_has(event->have, LISTENQ_A_EVENT_TIME))
		time = event->time;
	lq_format_time(text, sizeof(text), time);
	printf("%s ", text);
}

static void print_policy(const struct lq_event *event, bool numeric)
{
	struct lq_policy policy = event->policy;
	char text[LQ_WORDING_SIZE];

	/* What the module rounds up to is not left. */
	if (event->change == LISTENQ_POLICY_CHANGE_EXPIRE)
		policy.timeout = 0;
	lq_wording_format(text, sizeof(text), &policy, numeric);
	printf(" %s\n", text);
}

static void print_listener(const struct lq_event *event, bool numeric)
{
	char phase[LQ_ENUM_SIZE] = "", local[LQ_LOCAL_SIZE];
	bool episode = lq_has(event->have, LISTENQ_A_EVENT_PHASE);
	char owner[LQ_OWNER_SIZE];

	if (episode)
		lq_format_enum(phase, sizeof(phase), lq_phase_names,
			       event->phase);
	lq_format_local(local, sizeof(local), &event->listener, numeric);
	printf("%s%s %s", episode ? " " : "", phase, local);
	if (episode)
		print_episode(event);
	else
		print_life(event);
	lq_format_owner(owner, sizeof(owner), &event->listener);
	printf(" %s\n", owner);
}

/**
 * lq_event_print() - write an event on one line
 * @event: the event
 * @prefix: what is said of it in front
 * @options: how
 */
void lq_event_print(const struct lq_event *event, const char *prefix,
		    const struct lq_options *options)
{
	char name[LQ_EVENT_SIZE];

	if (options->tcp)
		lq_event_print_time(event);
	lq_event_name(name, sizeof(name), event);
	printf("%s%s", prefix, name);
	if (event->command == LISTENQ_CMD_POLICY_NTF)
		print_policy(event, options->numeric);
	else
		print_listener(event, options->numeric);
}
