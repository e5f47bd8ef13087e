// SPDX-License-Identifier: GPL-2.0
/* A subscriber, and the laws that hold for everything it hears */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "nl_common.h"

#define PARAMETERS	"/sys/module/listenq/parameters/"

/* What "to within a tick" may be, with HZ=100, and a tick to read it in */
#define TICKS_NS	20000000ull

u64 lq_nl_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

int lq_nl_parameter(const char *name, const char *value)
{
	char path[128];
	int fd, failed;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	failed = write(fd, value, strlen(value)) < 0 ? errno : 0;
	close(fd);
	return failed;
}

long lq_nl_parameter_get(const char *name)
{
	char path[128];
	long value = -1;
	FILE *file;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%ld", &value) != 1)
		lq_error("can't read parameter %s", name);
	if (file)
		fclose(file);
	return value;
}

int lq_nl_times(unsigned int period_ms, unsigned int quiet_ms)
{
	char period[16], quiet[16];

	snprintf(period, sizeof(period), "%u", period_ms);
	snprintf(quiet, sizeof(quiet), "%u", quiet_ms);
	return lq_nl_parameter(LQ_NL_PERIOD, period) ||
	       lq_nl_parameter(LQ_NL_QUIET, quiet);
}

static void add_event(struct lq_nl_events *events,
		      const struct nlmsghdr *message)
{
	if (!(events->n & (events->n - 1)))
		events->event = realloc(events->event, (2 * events->n + 1) *
					sizeof(*events->event));
	lq_nl_parse_event(message, &events->event[events->n++]);
}

static void add_datagram(struct lq_nl *nl, struct lq_nl_events *events,
			 const char *datagram, int len)
{
	const struct nlmsghdr *message = (const void *)datagram;

	for (; mnl_nlmsg_ok(message, len);
	     message = mnl_nlmsg_next(message, &len)) {
		if (message->nlmsg_type != nl->family)
			lq_error("a subscriber got type %d",
				 message->nlmsg_type);
		else
			add_event(events, message);
	}
	if (len)
		lq_error("%d bytes behind the last event", len);
}

/* Waits for so long that something comes, and takes all that is there */
int lq_nl_hear(struct lq_nl *nl, struct lq_nl_events *events, unsigned int ms)
{
	struct pollfd poller = {
		.fd = mnl_socket_get_fd(nl->socket), .events = POLLIN
	};
	static char datagram[LQ_NL_BUFFER];
	int before = events->n;
	ssize_t len;

	poll(&poller, 1, ms);
	for (;;) {
		len = recv(poller.fd, datagram, sizeof(datagram),
			   MSG_DONTWAIT);
		if (len < 0 && errno != ENOBUFS)
			break;
		if (len < 0)
			events->overruns++;
		else
			add_datagram(nl, events, datagram, len);
	}
	return events->n - before;
}

void lq_nl_forget(struct lq_nl_events *events)
{
	free(events->event);
	memset(events, 0, sizeof(*events));
}

/* LQ_NONE stands for any */
static bool is_episode(const struct lq_nl_event *event, u64 id, u64 kind,
		       u64 phase)
{
	return event->command == LISTENQ_CMD_EPISODE_NTF &&
	       (id == LQ_NONE || event->listener.id == id) &&
	       (kind == LQ_NONE || event->kind == kind) &&
	       (phase == LQ_NONE || event->phase == phase);
}

int lq_nl_count(const struct lq_nl_events *events, u64 id, u64 kind, u64 phase)
{
	int n = 0;

	for (int i = 0; i < events->n; i++)
		n += is_episode(&events->event[i], id, kind, phase);
	return n;
}

const struct lq_nl_event *lq_nl_last(const struct lq_nl_events *events,
				     u64 id, u64 kind, u64 phase)
{
	for (int i = events->n - 1; i >= 0; i--)
		if (is_episode(&events->event[i], id, kind, phase))
			return &events->event[i];
	return NULL;
}

int lq_nl_count_of(const struct lq_nl_events *events, int command)
{
	int n = 0;

	for (int i = 0; i < events->n; i++)
		n += events->event[i].command == command;
	return n;
}

/* Where the listener's first event of that command is; -1: nowhere */
int lq_nl_index(const struct lq_nl_events *events, u64 id, int command)
{
	for (int i = 0; i < events->n; i++)
		if (events->event[i].command == command &&
		    events->event[i].listener.id == id)
			return i;
	return -1;
}

u64 lq_nl_verdicts(const struct lq_nl_events *events, u64 id, u64 kind)
{
	u64 sum = 0;

	for (int i = 0; i < events->n; i++)
		if (is_episode(&events->event[i], id, kind, LQ_NONE))
			sum += events->event[i].verdicts;
	return sum;
}

/* What the specification says that a kind's verdicts are */
u64 lq_nl_kind_counter(const struct lq_nl_sum *sum, u64 kind)
{
	const u64 *counter = sum->counters;

	switch (kind) {
	case LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW:
		return counter[LISTENQ_A_COUNTERS_LISTEN_OVERFLOW];
	case LISTENQ_EPISODE_KIND_SYNQ_FULL:
		return counter[LISTENQ_A_COUNTERS_SYNQ_FULL_DROP] +
		       counter[LISTENQ_A_COUNTERS_SYNQ_FULL_COOKIE] +
		       counter[LISTENQ_A_COUNTERS_SYNQ_RESERVE_DROP];
	default:
		return counter[LISTENQ_A_COUNTERS_SYNCOOKIE_SENT];
	}
}

/* What is known of a listener and a kind, as one goes through the events */
struct track {
	u64 id;
	bool known;		/* its counter at the last event */
	bool open;
	bool begin_seen;
	bool dead;
	u64 counter;
	u64 sum;
	u64 begin;
	u64 peak;
	u64 duration;
};

#define KINDS (LISTENQ_EPISODE_KIND_SYNCOOKIES + 1)

struct laws {
	struct track (*track)[KINDS];
	int n;
	bool from_birth;
	unsigned int slack;
	int broken;
};

static __printf(3, 4) void broken(struct laws *laws,
				  const struct lq_nl_event *event,
				  const char *fmt, ...)
{
	va_list args;

	laws->broken++;
	fprintf(stderr, "# event %llu (command %d, listener %llu, kind %llu, phase %llu): ",
		event->seq, event->command, event->listener.id, event->kind,
		event->phase);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static struct track *track_of(struct laws *laws, u64 id)
{
	for (int i = laws->n - 1; i >= 0; i--)
		if (laws->track[i][0].id == id)
			return laws->track[i];
	if (!(laws->n & (laws->n - 1)))
		laws->track = realloc(laws->track, (2 * laws->n + 1) *
				      sizeof(*laws->track));
	memset(laws->track[laws->n], 0, sizeof(*laws->track));
	laws->track[laws->n][0].id = id;
	return laws->track[laws->n++];
}

static void law_of_growth(struct laws *laws, struct track *track,
			  const struct lq_nl_event *event, u64 kind,
			  u64 verdicts)
{
	u64 counter = lq_nl_kind_counter(&event->listener.figures, kind);

	if (track->known && counter - track->counter != verdicts)
		broken(laws, event, "kind %llu grew by %llu, told %llu", kind,
		       counter - track->counter, verdicts);
	track->known = true;
	track->counter = counter;
}

static void law_of_phase(struct laws *laws, struct track *track,
			 const struct lq_nl_event *event)
{
	bool begin = event->phase == LISTENQ_EPISODE_PHASE_BEGIN;

	if (begin && track->open)
		broken(laws, event, "begins again");
	if (!begin && !track->open && (track->begin_seen || laws->from_birth))
		broken(laws, event, "goes on without a begin");
	if (begin && !event->verdicts)
		broken(laws, event, "begins without a verdict");
	track->open = event->phase != LISTENQ_EPISODE_PHASE_END;
	if (!begin)
		return;
	track->begin_seen = true;
	track->sum = 0;
	track->peak = 0;
	track->duration = 0;
	track->begin = event->time;
}

static void law_of_depth(struct laws *laws, struct track *track,
			 const struct lq_nl_event *event)
{
	if (event->peak < track->peak)
		broken(laws, event, "peak fell from %llu to %llu", track->peak,
		       event->peak);
	if (event->phase == LISTENQ_EPISODE_PHASE_BEGIN &&
	    event->peak + laws->slack < event->depth)
		broken(laws, event, "peak %llu, depth %llu", event->peak,
		       event->depth);
	track->peak = event->peak;
}

/* A begin is told of the first verdict's time, the others of the last one's */
static void law_of_time(struct laws *laws, struct track *track,
			const struct lq_nl_event *event)
{
	bool begin = event->phase == LISTENQ_EPISODE_PHASE_BEGIN;
	u64 last = begin ? lq_nl_now_ns() : event->time;
	u64 age = last - track->begin;

	if (event->duration < track->duration)
		broken(laws, event, "duration fell from %llu to %llu",
		       track->duration, event->duration);
	if (event->time + TICKS_NS < track->begin)
		broken(laws, event, "%llu ns before its begin", -age);
	else if (event->duration > age + TICKS_NS ||
		 (!begin && event->duration + TICKS_NS < age))
		broken(laws, event, "duration %llu, but %llu since its begin",
		       event->duration, age);
	track->duration = event->duration;
}

static void laws_of_episode(struct laws *laws, struct track *track,
			    const struct lq_nl_event *event)
{
	law_of_phase(laws, track, event);
	law_of_growth(laws, track, event, event->kind, event->verdicts);
	if (!track->begin_seen)
		return;
	track->sum += event->verdicts;
	if (event->total != track->sum)
		broken(laws, event, "total %llu, the sum is %llu",
		       event->total, track->sum);
	law_of_depth(laws, track, event);
	law_of_time(laws, track, event);
}

/* A listener begins with nothing, whatever its first event has counted by then */
static void laws_of_birth(struct laws *laws, struct track *track,
			  const struct lq_nl_event *event)
{
	for (u64 kind = 0; kind < KINDS; kind++) {
		if (track[kind].known)
			broken(laws, event, "born after an event of it");
		track[kind].known = true;
	}
}

/* An episode ends before its listener; nothing happens outside of episodes */
static void laws_of_death(struct laws *laws, struct track *track,
			  const struct lq_nl_event *event)
{
	for (u64 kind = 0; kind < KINDS; kind++) {
		if (track[kind].open)
			broken(laws, event, "kind %llu is not at its end",
			       kind);
		law_of_growth(laws, &track[kind], event, kind, 0);
		track[kind].dead = true;
	}
}

static void laws_of_event(struct laws *laws, const struct lq_nl_event *event)
{
	struct track *track;

	if (event->time > lq_nl_now_ns() + TICKS_NS)
		broken(laws, event, "is in the future: %llu", event->time);
	if (event->command == LISTENQ_CMD_POLICY_NTF)
		return;
	track = track_of(laws, event->listener.id);
	if (track[0].dead)
		broken(laws, event, "after its listener's end");
	if (event->command == LISTENQ_CMD_EPISODE_NTF)
		laws_of_episode(laws, &track[event->kind], event);
	else if (event->command == LISTENQ_CMD_LISTENER_ADD_NTF)
		laws_of_birth(laws, track, event);
	else
		laws_of_death(laws, track, event);
}

/*
 * All of them, for events without a gap. @from_birth: the subscriber was there
 * before the first of them. @slack: how many connections a queue may have changed
 * by while two CPUs looked at it. Return: how often a law is broken.
 */
int lq_nl_event_laws(const struct lq_nl_events *events, bool from_birth,
		     unsigned int slack)
{
	struct laws laws = { .from_birth = from_birth, .slack = slack };

	for (int i = 0; i < events->n; i++) {
		const struct lq_nl_event *event = &events->event[i];

		if (i && event->seq != event[-1].seq + 1)
			broken(&laws, event, "follows number %llu",
			       event[-1].seq);
		if (i && event->lost < event[-1].lost)
			broken(&laws, event, "lost fell from %llu to %llu",
			       event[-1].lost, event->lost);
		laws_of_event(&laws, event);
	}
	if (events->overruns) {
		fprintf(stderr, "# %d overruns\n", events->overruns);
		laws.broken++;
	}
	free(laws.track);
	return laws.broken;
}
