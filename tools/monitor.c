// SPDX-License-Identifier: GPL-2.0
/*
 * listenq monitor: events as they come.
 *
 * Events are subscribed to first and listeners dumped then, on a connection of
 * their own, so that nothing happens in between. When events were lost, those
 * that are still there are told first, then a dump says what else has changed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "filter.h"
#include "format.h"
#include "interrupt.h"
#include "json.h"
#include "listener.h"
#include "netlink.h"
#include "options.h"
#include "output.h"
#include "owner.h"
#include "set.h"
#include "socket.h"
#include "totals.h"

/**
 * struct monitor - what is known
 * @options: how to tell events
 * @filter: whose are told
 * @all: of whom it has to be known what becomes, as @filter but for `drops`
 * @events: where they come from
 * @module: whom to ask
 * @known: the listeners that there are
 * @owners: of those that are older than the module
 * @seq: of the last event; 0: there was none
 * @lost: how many could not be sent, as the last event said
 * @lost_known: there was an event that said so
 * @overrun: events did not fit into our buffer, and it is not yet known how many
 * @overrun_seq: the last event that there was then; 0: unknown
 * @behind: @known may be wrong
 * @status: of writing
 */
struct monitor {
	const struct lq_options *options;
	struct lq_filter filter;
	struct lq_filter all;
	struct lq_netlink *events;
	struct lq_netlink *module;
	struct lq_set known;
	struct lq_owners owners;
	u64 seq;
	u64 lost;
	bool lost_known;
	bool overrun;
	u64 overrun_seq;
	bool behind;
	int status;
};

static void tell(struct monitor *monitor, const struct lq_event *event,
		 bool caught_up)
{
	json_t *json;

	if (monitor->options->json) {
		json = lq_json_event(event);
		if (caught_up)
			json_object_set_new(json, "caught_up", json_true());
		lq_json_print(json);
	} else {
		lq_event_print(event, caught_up ? "meanwhile: " : "",
			       monitor->options);
	}
	monitor->status = lq_output_flush();
}

/**
 * tell_lost() - say that events are missing
 * @monitor: who misses them
 * @why: `gap`, `overrun` or `unsent`
 * @count: how many; 0: unknown
 */
static void tell_lost(struct monitor *monitor, const char *why, u64 count)
{
	char many[24] = "some";
	json_t *json;

	if (count)
		snprintf(many, sizeof(many), "%llu", count);
	if (monitor->options->json) {
		json = json_object();
		json_object_set_new(json, "event", json_string("lost"));
		json_object_set_new(json, "count", count ?
				    lq_json_number(count) : json_null());
		json_object_set_new(json, "reason", json_string(why));
		lq_json_print(json);
	} else {
		if (monitor->options->tcp)
			lq_event_print_time(NULL);
		printf("lost %s events (%s)\n", many, why);
	}
	monitor->behind = true;
	monitor->status = lq_output_flush();
}

/* How many more than before could not be sent. */
static u64 count_unsent(struct monitor *monitor, const struct lq_event *event)
{
	u64 unsent = 0;

	if (!lq_has(event->have, LISTENQ_A_EVENT_LOST))
		return 0;
	if (monitor->lost_known && event->lost > monitor->lost)
		unsent = event->lost - monitor->lost;
	monitor->lost = event->lost;
	monitor->lost_known = true;
	return unsent;
}

/* How many numbers are missing. */
static u64 count_missing(struct monitor *monitor, const struct lq_event *event)
{
	u64 missing = 0;

	if (!lq_has(event->have, LISTENQ_A_EVENT_SEQ))
		return 0;
	if (monitor->seq && event->seq > monitor->seq + 1)
		missing = event->seq - monitor->seq - 1;
	monitor->seq = event->seq;
	return missing;
}

/* What could not be sent has a number, too: the rest of a gap is our own. */
static void look_for_lost(struct monitor *monitor, const struct lq_event *event)
{
	u64 unsent = count_unsent(monitor, event);
	u64 missing = count_missing(monitor, event);

	if (unsent)
		tell_lost(monitor, "unsent", unsent);
	if (missing <= unsent || monitor->status)
		return;
	tell_lost(monitor, monitor->overrun ? "overrun" : "gap",
		  missing - unsent);
	monitor->overrun = false;
}

/* Processes come and go: /proc is read anew for all that are known. */
static void find_owners(struct monitor *monitor)
{
	if (!monitor->options->processes)
		return;
	lq_owners_free(&monitor->owners);
	lq_owners_find_all(&monitor->owners, &monitor->known);
}

static void know_born(struct monitor *monitor,
		      const struct lq_listener *listener)
{
	struct lq_listener asked;

	if (!lq_get_listener(monitor->module, listener->id, &asked))
		lq_set_add(&monitor->known, &asked);
	else if (!lq_set_find(&monitor->known, listener->id))
		lq_set_add(&monitor->known, listener);
	if (!lq_owner_known(lq_set_find(&monitor->known, listener->id)))
		find_owners(monitor);
}

/* An event that was sent before what is known was read has nothing new. */
static bool is_newer(const struct lq_listener *listener,
		     const struct lq_listener *known)
{
	static const unsigned int types[] = {
		LISTENQ_A_COUNTERS_SYN_RECEIVED,
		LISTENQ_A_COUNTERS_LISTEN_DROP,
		LISTENQ_A_COUNTERS_LISTEN_OVERFLOW,
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(types); n++) {
		if (listener->counters.value[types[n]] <
		    known->counters.value[types[n]])
			return false;
	}
	return true;
}

/* Events carry no process: its id depends on who looks. */
static void know(struct monitor *monitor, struct lq_event *event)
{
	struct lq_listener *listener = &event->listener;
	struct lq_listener *known;

	if (!lq_has(listener->have, LISTENQ_A_LISTENER_ID))
		return;
	if (event->command == LISTENQ_CMD_LISTENER_ADD_NTF)
		know_born(monitor, listener);
	known = lq_set_find(&monitor->known, listener->id);
	if (!known)
		return;
	lq_listener_owner(listener, known);
	if (event->command == LISTENQ_CMD_LISTENER_DEL_NTF)
		lq_set_remove(&monitor->known, listener->id);
	else if (is_newer(listener, known))
		*known = *listener;
}

static bool is_event(u8 command)
{
	return command == LISTENQ_CMD_LISTENER_ADD_NTF ||
	       command == LISTENQ_CMD_LISTENER_DEL_NTF ||
	       command == LISTENQ_CMD_EPISODE_NTF;
}

/* Whether it is one that is told; who is known is known from here on. */
static bool is_wanted(struct monitor *monitor, struct lq_event *event)
{
	if (event->command == LISTENQ_CMD_POLICY_NTF)
		return lq_filter_match_policy(&monitor->filter, &event->policy);
	if (!is_event(event->command) ||
	    !lq_filter_match(&monitor->all, &event->listener))
		return false;
	know(monitor, event);
	return lq_filter_match(&monitor->filter, &event->listener);
}

static int one_event(const struct nlmsghdr *nlh, void *data,
		     struct lq_error *error)
{
	struct monitor *monitor = data;
	struct lq_event event;

	/* After a failure nothing is written any more. */
	if (monitor->status)
		return 0;
	if (lq_parse_event(nlh, &event, error))
		return -1;
	look_for_lost(monitor, &event);
	if (is_wanted(monitor, &event) && !monitor->status)
		tell(monitor, &event, false);
	return 0;
}

static void tell_found(struct monitor *monitor, u8 command,
		       const struct lq_listener *listener)
{
	struct lq_event event = {
		.have = 1ULL << LISTENQ_A_EVENT_LISTENER,
		.listener = *listener,
		.command = command,
	};

	if (!monitor->status && lq_filter_match(&monitor->filter, listener))
		tell(monitor, &event, true);
}

static void tell_missing(struct monitor *monitor, u8 command,
			 const struct lq_set *from, const struct lq_set *in)
{
	size_t n;

	for (n = 0; n < from->nr; n++) {
		if (!lq_set_find(in, from->listeners[n]->id))
			tell_found(monitor, command, from->listeners[n]);
	}
}

static bool has_grown(const struct lq_listener *before,
		      const struct lq_listener *now, unsigned int type)
{
	u64 was, is;

	return lq_listener_count(before, type, &was) &&
	       lq_listener_count(now, type, &is) && is > was;
}

static void tell_changed(struct monitor *monitor, const struct lq_set *before,
			 const struct lq_set *now)
{
	size_t n;

	for (n = 0; n < now->nr; n++) {
		const struct lq_listener *is = now->listeners[n];
		const struct lq_listener *was = lq_set_find(before, is->id);

		if (was &&
		    (has_grown(was, is, LISTENQ_A_COUNTERS_LISTEN_DROP) ||
		     has_grown(was, is, LISTENQ_A_COUNTERS_LISTEN_OVERFLOW)))
			tell_found(monitor, LQ_EVENT_CHANGED, is);
	}
}

static void tell_differences(struct monitor *monitor, const struct lq_set *old)
{
	tell_missing(monitor, LISTENQ_CMD_LISTENER_DEL_NTF, old,
		     &monitor->known);
	tell_missing(monitor, LISTENQ_CMD_LISTENER_ADD_NTF, &monitor->known,
		     old);
	tell_changed(monitor, old, &monitor->known);
}

static int load(struct monitor *monitor, struct lq_error *error)
{
	if (lq_set_load(&monitor->known, monitor->module, &monitor->all, error))
		return -1;
	find_owners(monitor);
	return 0;
}

/* Those that closed keep the owners that they had. */
static int catch_up(struct monitor *monitor, struct lq_error *error)
{
	struct lq_owners old_owners = monitor->owners;
	struct lq_set old = monitor->known;
	int failed;

	monitor->behind = false;
	monitor->known = (struct lq_set){ 0 };
	monitor->owners = (struct lq_owners){ 0 };
	failed = load(monitor, error);
	if (!failed)
		tell_differences(monitor, &old);
	lq_set_clear(&old);
	lq_owners_free(&old_owners);
	return failed;
}

/* What has a number up to this one, and does not come any more, is lost. */
static void overrun(struct monitor *monitor)
{
	struct lq_totals totals;
	struct lq_error error;

	monitor->overrun = true;
	monitor->overrun_seq = 0;
	if (!lq_totals_load(&totals, monitor->module, &error))
		monitor->overrun_seq = totals.events;
}

static void count_overrun(struct monitor *monitor)
{
	u64 last = monitor->overrun_seq;

	monitor->overrun = false;
	if (!monitor->seq || !last) {
		tell_lost(monitor, "overrun", 0);
	} else if (last > monitor->seq) {
		tell_lost(monitor, "overrun", last - monitor->seq);
		monitor->seq = last;
	}
}

/* Everything that was there has been told. */
static int wait_for_more(struct monitor *monitor, struct lq_error *error)
{
	if (monitor->overrun)
		count_overrun(monitor);
	if (monitor->behind && catch_up(monitor, error))
		return -1;
	if (monitor->status)
		return 0;
	if (lq_socket_wait(monitor->events->sock, -1) >= 0 || errno == EINTR)
		return 0;
	if (errno == EPIPE)
		lq_output_broken();
	return lq_error_set(error, "cannot wait: %s", strerror(errno));
}

static int follow(struct monitor *monitor, struct lq_error *error)
{
	while (!lq_interrupted && !monitor->status) {
		switch (lq_netlink_events(monitor->events, one_event, monitor,
					  error)) {
		case LQ_ANSWER_ERROR:
			return -1;
		case LQ_ANSWER_LOST:
			overrun(monitor);
			break;
		case LQ_ANSWER_NONE:
			if (wait_for_more(monitor, error))
				return -1;
			break;
		default:
			break;
		}
	}
	return 0;
}

static int run(struct monitor *monitor, struct lq_error *error)
{
	monitor->events = lq_netlink_open(error);
	if (!monitor->events || lq_netlink_subscribe(monitor->events, error))
		return -1;
	monitor->module = lq_netlink_open(error);
	if (!monitor->module ||
	    lq_netlink_same(monitor->events, monitor->module, error) ||
	    load(monitor, error))
		return -1;
	lq_interrupt_catch();
	return follow(monitor, error);
}

/**
 * lq_monitor() - the command `monitor`
 * @options: how
 * @nr: how many words follow
 * @words: they: a filter
 *
 * Return: how the program ends.
 */
int lq_monitor(const struct lq_options *options, int nr, char **words)
{
	struct monitor monitor = { .options = options };
	struct lq_error error;
	int failed;

	if (lq_filter_parse(&monitor.filter, options, nr, words))
		return LQ_EXIT_USAGE;
	/* Who drops nothing yet may do so when an event comes. */
	monitor.all = monitor.filter;
	monitor.all.drops = false;
	failed = run(&monitor, &error);
	lq_netlink_close(monitor.events);
	lq_netlink_close(monitor.module);
	lq_set_clear(&monitor.known);
	lq_owners_free(&monitor.owners);
	/* A dump that we were called away from is no failure. */
	if (failed && !lq_interrupted)
		return lq_failed(&error);
	return monitor.status;
}
