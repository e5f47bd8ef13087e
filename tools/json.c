// SPDX-License-Identifier: GPL-2.0
/*
 * Things as JSON. What the module does not tell is left out.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "format.h"
#include "json.h"
#include "key.h"
#include "listener.h"
#include "names.h"
#include "set.h"
#include "setting.h"

/**
 * lq_json_number() - a number
 * @number: JSON libraries have 63 bits: larger ones are the largest
 *
 * Return: a new reference.
 */
json_t *lq_json_number(u64 number)
{
	return json_integer(number > INT64_MAX ? INT64_MAX : (s64)number);
}

static void put(json_t *to, const char *name, bool known, u64 number)
{
	if (known)
		json_object_set_new(to, name, lq_json_number(number));
}

static void put_text(json_t *to, const char *name, const char *text)
{
	json_object_set_new(to, name, json_string(text));
}

/* The longest there is, the name of a kernel function. */
#define LQ_BYTES_MAX 128

/* How long the character is that is written here in UTF-8; 0: none is. */
static size_t utf8_length(const char *bytes, size_t left)
{
	size_t len;

	for (len = 1; len <= 4 && len <= left; len++) {
		json_t *character = json_stringn(bytes, len);

		json_decref(character);
		if (character)
			return len;
	}
	return 0;
}

/* What is no UTF-8 becomes \ooo, and a backslash two. */
static json_t *any_bytes(const char *bytes, size_t len)
{
	char text[4 * LQ_BYTES_MAX + 1];
	size_t at = 0;

	while (len && at + 4 < sizeof(text)) {
		size_t n = utf8_length(bytes, len);

		if (!n)
			at += sprintf(text + at, "\\%03o", (u8)*bytes);
		else if (*bytes == '\\')
			at += sprintf(text + at, "\\\\");
		else
			memcpy(text + at, bytes, n);
		/* sprintf() has counted already. */
		if (n && *bytes != '\\')
			at += n;
		bytes += n ? n : 1;
		len -= n ? n : 1;
	}
	return json_stringn(text, at);
}

static json_t *local(const struct lq_listener *listener)
{
	json_t *json = json_object();
	char text[LQ_LOCAL_SIZE];

	lq_format_address(text, sizeof(text), listener);
	if (strcmp(text, "-"))
		put_text(json, "address", text);
	put(json, "port", lq_has(listener->have, LISTENQ_A_LISTENER_PORT),
	    listener->port);
	if (*listener->ifname) {
		json_object_set_new(json, "dev",
				    any_bytes(listener->ifname,
					      strlen(listener->ifname)));
		return json;
	}
	lq_format_dev(text, sizeof(text), listener);
	if (*text)
		put_text(json, "dev", text);
	return json;
}

static void put_queue(json_t *to, const struct lq_queue *queue,
		      const char *name, unsigned int type)
{
	put(to, name, lq_has(queue->have, type), queue->value[type]);
}

static json_t *acceptq(const struct lq_queue *queue)
{
	json_t *json = json_object();

	put_queue(json, queue, "len", LISTENQ_A_ACCEPTQ_LEN);
	put_queue(json, queue, "max", LISTENQ_A_ACCEPTQ_LIMIT);
	put_queue(json, queue, "peak", LISTENQ_A_ACCEPTQ_PEAK);
	put_queue(json, queue, "start", LISTENQ_A_ACCEPTQ_START);
	put_queue(json, queue, "discarded", LISTENQ_A_ACCEPTQ_DISCARDED);
	put_queue(json, queue, "asked", LISTENQ_A_ACCEPTQ_ASKED);
	return json;
}

static json_t *synq(const struct lq_queue *queue)
{
	json_t *json = json_object();

	put_queue(json, queue, "len", LISTENQ_A_SYNQ_LEN);
	put_queue(json, queue, "young", LISTENQ_A_SYNQ_YOUNG);
	put_queue(json, queue, "max", LISTENQ_A_SYNQ_LIMIT);
	put_queue(json, queue, "peak", LISTENQ_A_SYNQ_PEAK);
	put_queue(json, queue, "start", LISTENQ_A_SYNQ_START);
	put_queue(json, queue, "asked", LISTENQ_A_SYNQ_ASKED);
	return json;
}

static json_t *counts(const struct lq_counts *counts)
{
	const struct lq_field *field;
	json_t *json = json_object();

	for (field = lq_counters; field->name; field++)
		put(json, field->name, lq_has(counts->have, field->type),
		    counts->value[field->type]);
	return json;
}

static json_t *histogram(const struct lq_histogram *histogram)
{
	json_t *json = json_object();
	unsigned int n;
	char upper[24];

	for (n = 0; n < histogram->nr; n++) {
		snprintf(upper, sizeof(upper), "%llu", 1ULL << n);
		put(json, upper, histogram->bucket[n], histogram->bucket[n]);
	}
	return json;
}

/* What a listener and the sum of several have in common. */
static void put_figures(json_t *to, const struct lq_listener *listener)
{
	json_t *histograms = json_object();

	json_object_set_new(to, "acceptq", acceptq(&listener->acceptq));
	json_object_set_new(to, "synq", synq(&listener->synq));
	json_object_set_new(to, "counters", counts(&listener->counters));
	json_object_set_new(histograms, "handshake_us",
			    histogram(&listener->handshake));
	json_object_set_new(histograms, "accept_wait_us",
			    histogram(&listener->accept_wait));
	json_object_set_new(to, "histograms", histograms);
}

static json_t *owner(const struct lq_listener *listener)
{
	json_t *json = json_object();

	if (lq_has(listener->have, LISTENQ_A_LISTENER_COMM))
		json_object_set_new(json, "comm",
				    any_bytes(listener->comm.text,
					      listener->comm.len));
	put(json, "pid", lq_has(listener->have, LISTENQ_A_LISTENER_PID),
	    listener->pid);
	put(json, "uid", lq_has(listener->have, LISTENQ_A_LISTENER_UID),
	    listener->uid);
	return json;
}

static json_t *holder(const struct lq_holder *holder)
{
	json_t *json = json_object();

	json_object_set_new(json, "comm", any_bytes(holder->comm.text,
						    holder->comm.len));
	put(json, "pid", true, holder->pid);
	put(json, "fd", true, holder->fd);
	return json;
}

static void put_owner(json_t *to, const struct lq_listener *listener)
{
	json_t *json = owner(listener);
	json_t *holders;
	size_t n;

	if (listener->nr_holders) {
		/* The first one is as good as any where only one can be. */
		json_t *first = holder(listener->holders);

		json_object_del(first, "fd");
		json_object_update_new(json, first);
	}
	json_object_set_new(to, "owner", json);
	if (!listener->nr_holders)
		return;
	holders = json_array();
	for (n = 0; n < listener->nr_holders; n++)
		json_array_append_new(holders, holder(&listener->holders[n]));
	json_object_set_new(to, "holders", holders);
}

static void put_socket(json_t *to, const struct lq_listener *listener)
{
	put_owner(to, listener);
	put(to, "inode", lq_has(listener->have, LISTENQ_A_LISTENER_INODE),
	    listener->inode);
	put(to, "uid", lq_has(listener->have, LISTENQ_A_LISTENER_UID),
	    listener->uid);
	put(to, "cgroup", lq_has(listener->have, LISTENQ_A_LISTENER_CGROUP),
	    listener->cgroup);
	put(to, "since_ns", lq_has(listener->have, LISTENQ_A_LISTENER_SINCE),
	    listener->since);
}

static void put_enum(json_t *to, const char *name, const char * const *names,
		     u32 value)
{
	char text[LQ_ENUM_SIZE];

	lq_format_enum(text, sizeof(text), names, value);
	put_text(to, name, text);
}

/* A port alone is of no address. */
static json_t *key(const struct lq_policy *policy)
{
	int family = lq_key_family(policy);
	json_t *json = json_object();
	char text[INET6_ADDRSTRLEN];

	lq_key_address(text, sizeof(text), policy);
	json_object_set_new(json, "address",
			    family ? json_string(text) : json_null());
	json_object_set_new(json, "family", family ?
			    json_string(lq_key_family_name(family)) :
			    json_null());
	put(json, "port", lq_has(policy->have, LISTENQ_A_POLICY_PORT),
	    policy->port);
	return json;
}

static void put_setting(json_t *to, const struct lq_setting *setting, u32 value)
{
	if (setting->names)
		put_enum(to, setting->key, setting->names, value);
	else
		put(to, setting->key, true, value);
}

/**
 * lq_json_policy() - a policy
 * @policy: which
 *
 * Return: a new reference.
 */
json_t *lq_json_policy(const struct lq_policy *policy)
{
	const struct lq_setting *setting;
	json_t *json = json_object();

	json_object_set_new(json, "local", key(policy));
	for (setting = lq_settings; setting->word; setting++) {
		if (lq_has(policy->have, setting->type))
			put_setting(json, setting,
				    policy->value[setting->type]);
	}
	/* Nothing is left of one that is over, and none is set for that long. */
	put(json, "timeout_ms", policy->timeout, policy->timeout);
	put(json, "listeners",
	    lq_has(policy->have, LISTENQ_A_POLICY_LISTENERS),
	    policy->listeners);
	put(json, "since_ns", lq_has(policy->have, LISTENQ_A_POLICY_SINCE),
	    policy->since);
	return json;
}

/**
 * lq_json_listener() - a listener
 * @listener: which
 *
 * Return: a new reference.
 */
json_t *lq_json_listener(const struct lq_listener *listener)
{
	bool v6only = lq_has(listener->have, LISTENQ_A_LISTENER_V6ONLY);
	json_t *json = json_object();

	put(json, "id", lq_has(listener->have, LISTENQ_A_LISTENER_ID),
	    listener->id);
	if (listener->family == AF_INET || listener->family == AF_INET6)
		put_text(json, "family",
			 listener->family == AF_INET ? "inet" : "inet6");
	json_object_set_new(json, "local", local(listener));
	json_object_set_new(json, "v6only", json_boolean(v6only));
	put_figures(json, listener);
	put_socket(json, listener);
	if (lq_has(listener->have, LISTENQ_A_LISTENER_POLICY))
		json_object_set_new(json, "policy",
				    lq_json_policy(&listener->policy));
	return json;
}

/**
 * lq_json_set() - listeners
 * @set: which
 *
 * Return: a new reference.
 */
json_t *lq_json_set(const struct lq_set *set)
{
	json_t *json = json_array();
	size_t n;

	for (n = 0; n < set->nr; n++)
		json_array_append_new(json,
				      lq_json_listener(set->listeners[n]));
	return json;
}

static void put_event(json_t *to, const struct lq_event *event,
		      const char *name, unsigned int type, u64 number)
{
	put(to, name, lq_has(event->have, type), number);
}

static void put_episode(json_t *to, const struct lq_event *event)
{
	put_event(to, event, "verdicts", LISTENQ_A_EVENT_VERDICTS,
		  event->verdicts);
	put_event(to, event, "total", LISTENQ_A_EVENT_TOTAL, event->total);
	put_event(to, event, "depth", LISTENQ_A_EVENT_DEPTH, event->depth);
	put_event(to, event, "limit", LISTENQ_A_EVENT_LIMIT, event->limit);
	put_event(to, event, "peak", LISTENQ_A_EVENT_PEAK, event->peak);
	put_event(to, event, "duration_ns", LISTENQ_A_EVENT_DURATION,
		  event->duration);
}

/**
 * lq_json_event() - a change of state
 * @event: which
 *
 * Return: a new reference.
 */
json_t *lq_json_event(const struct lq_event *event)
{
	json_t *json = json_object();
	char text[LQ_EVENT_SIZE];

	lq_event_name(text, sizeof(text), event);
	put_text(json, "event", text);
	if (lq_has(event->have, LISTENQ_A_EVENT_PHASE)) {
		lq_format_enum(text, sizeof(text), lq_phase_names,
			       event->phase);
		put_text(json, "phase", text);
	}
	put_event(json, event, "seq", LISTENQ_A_EVENT_SEQ, event->seq);
	put_event(json, event, "lost", LISTENQ_A_EVENT_LOST, event->lost);
	put_event(json, event, "time_ns", LISTENQ_A_EVENT_TIME, event->time);
	put_episode(json, event);
	if (lq_has(event->have, LISTENQ_A_EVENT_LISTENER))
		json_object_set_new(json, "listener",
				    lq_json_listener(&event->listener));
	if (lq_has(event->have, LISTENQ_A_EVENT_POLICY))
		json_object_set_new(json, "policy",
				    lq_json_policy(&event->policy));
	return json;
}

static json_t *sum(const struct lq_listener *listener)
{
	json_t *json = json_object();

	put_figures(json, listener);
	return json;
}

static json_t *remainders(const struct lq_counts *counts)
{
	const struct lq_field *field;
	json_t *json = json_object();

	for (field = lq_remainders; field->name; field++) {
		s64 value = counts->value[field->type];

		if (lq_has(counts->have, field->type))
			json_object_set_new(json, field->name,
					    json_integer(value));
	}
	return json;
}

/**
 * lq_json_totals() - the sums over a namespace
 * @totals: which
 *
 * Return: a new reference.
 */
json_t *lq_json_totals(const struct lq_totals *totals)
{
	json_t *json = json_object();

	put(json, "listeners",
	    lq_has(totals->have, LISTENQ_A_TOTALS_LISTENERS),
	    totals->listeners);
	json_object_set_new(json, "closed", sum(&totals->closed));
	json_object_set_new(json, "untracked", sum(&totals->untracked));
	json_object_set_new(json, "total", sum(&totals->total));
	json_object_set_new(json, "kernel", counts(&totals->kernel));
	json_object_set_new(json, "unattributed",
			    remainders(&totals->unattributed));
	put(json, "events", lq_has(totals->have, LISTENQ_A_TOTALS_EVENTS),
	    totals->events);
	put(json, "events_lost",
	    lq_has(totals->have, LISTENQ_A_TOTALS_EVENTS_LOST),
	    totals->events_lost);
	put(json, "since_ns", lq_has(totals->have, LISTENQ_A_TOTALS_SINCE),
	    totals->since);
	if (*totals->version)
		json_object_set_new(json, "version",
				    any_bytes(totals->version,
					      strlen(totals->version)));
	return json;
}

/**
 * lq_json_hook() - a kernel function that is watched
 * @hook: which
 *
 * Return: a new reference.
 */
json_t *lq_json_hook(const struct lq_hook *hook)
{
	json_t *json = json_object();

	put(json, "index", lq_has(hook->have, LISTENQ_A_HOOK_INDEX),
	    hook->index);
	if (lq_has(hook->have, LISTENQ_A_HOOK_FUNCTION))
		json_object_set_new(json, "function",
				    any_bytes(hook->function,
					      strlen(hook->function)));
	if (lq_has(hook->have, LISTENQ_A_HOOK_WAY))
		put_enum(json, "way", lq_way_names, hook->way);
	if (lq_has(hook->have, LISTENQ_A_HOOK_EXACTNESS))
		put_enum(json, "exactness", lq_exactness_names,
			 hook->exactness);
	put(json, "hits", lq_has(hook->have, LISTENQ_A_HOOK_HITS), hook->hits);
	put(json, "missed", lq_has(hook->have, LISTENQ_A_HOOK_MISSED),
	    hook->missed);
	return json;
}

/**
 * lq_json_print() - write JSON on one line
 * @json: the last reference to it
 */
void lq_json_print(json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT);
	json_decref(json);
	putchar('\n');
}
