// SPDX-License-Identifier: GPL-2.0
/* Steps at a listener, and what came of them */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "lq_try.h"

/* Longer than an answer over the loopback device, shorter than any timeout */
#define AT_ONCE_MS 20

/* Senders that others don't use: each is used once */
static u32 next_source = 100000000;

static const struct item {
	const char *column;
	const char *mib;
	size_t offset;
} items[] = {
	{ "syn_received", NULL, offsetof(struct lq_tally, syns) },
	{ "syn_queued", NULL, offsetof(struct lq_tally, queued) },
	{ "syncookie_sent", NULL, offsetof(struct lq_tally, cookies) },
	{ "established", NULL, offsetof(struct lq_tally, established) },
	{ "policy_refused", NULL, offsetof(struct lq_tally, refused) },
	{ "policy_drop", NULL, offsetof(struct lq_tally, dropped) },
	{ "policy_reset", NULL, offsetof(struct lq_tally, reset) },
	{ "policy_cookie", NULL, offsetof(struct lq_tally, forced) },
	{ NULL, "ListenDrops", offsetof(struct lq_tally, drops) },
	{ NULL, "ListenOverflows", offsetof(struct lq_tally, overflows) },
	{ NULL, "EmbryonicRsts", offsetof(struct lq_tally, embryonic) },
	{ NULL, "TCPReqQFullDrop", offsetof(struct lq_tally, full_drops) },
	{ NULL, NULL, offsetof(struct lq_tally, sk_drops) },
};

#define NITEMS (sizeof(items) / sizeof(*items))

static u64 *value_of(struct lq_tally *tally, const struct item *item)
{
	return (u64 *)((char *)tally + item->offset);
}

/* What ss -m shows as d */
static u64 sk_drops(int fd)
{
	u32 info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) ||
	    len <= SK_MEMINFO_DROPS * sizeof(*info))
		lq_error("no SO_MEMINFO: %s", strerror(errno));
	return info[SK_MEMINFO_DROPS];
}

struct lq_tally lq_tally(int fd)
{
	struct lq_table *table = lq_read();
	const struct lq_row *row = lq_row_of(table, fd);
	struct lq_tally tally;
	struct lq_mibs mibs;

	lq_mibs_read(&mibs);
	for (unsigned int i = 0; i < NITEMS; i++) {
		u64 *value = value_of(&tally, &items[i]);

		if (items[i].column)
			*value = lq_num(row, items[i].column);
		else if (items[i].mib)
			*value = lq_mibs_get(&mibs, items[i].mib);
		else
			*value = sk_drops(fd);
	}
	lq_mibs_free(&mibs);
	lq_free(table);
	return tally;
}

struct lq_tally lq_tally_growth(int fd, const struct lq_tally *since)
{
	struct lq_tally grew = lq_tally(fd), before = *since;

	for (unsigned int i = 0; i < NITEMS; i++)
		*value_of(&grew, &items[i]) -= *value_of(&before, &items[i]);
	return grew;
}

static const char *name_of(const struct item *item)
{
	if (item->column)
		return item->column;
	return item->mib ? item->mib : "the socket's drops";
}

/* Returns how many do; the callers want 0 */
int lq_tally_differs(const struct lq_tally *is, const struct lq_tally *want)
{
	struct lq_tally seen = *is, expected = *want;
	int n = 0;

	for (unsigned int i = 0; i < NITEMS; i++) {
		u64 have = *value_of(&seen, &items[i]);
		u64 wish = *value_of(&expected, &items[i]);

		if (have == wish)
			continue;
		fprintf(stderr, "# %s grew by %lld, expected %lld\n",
			name_of(&items[i]), (s64)have, (s64)wish);
		n++;
	}
	return n;
}

int lq_outcome_differs(const struct lq_tally *is,
		       const struct lq_outcome *want)
{
	u64 overflows = want->overflows + want->overflow_resets;
	u64 refused = want->policy_drops + want->policy_resets;
	u64 drops = overflows + refused + want->full_drops;
	struct lq_tally expected = {
		.syns = want->syns,
		.queued = want->queued,
		.cookies = want->cookies,
		.established = want->established,
		.refused = refused,
		.dropped = want->policy_drops,
		.reset = want->policy_resets + want->overflow_resets,
		.forced = want->forced,
		.drops = drops,
		.overflows = overflows,
		.embryonic = want->embryonic,
		.full_drops = want->full_drops,
		.sk_drops = drops + want->sk_drops,
	};

	return lq_tally_differs(is, &expected);
}

int lq_fate(int client)
{
	int error = 0;
	socklen_t len = sizeof(error);

	lq_sleep_ms(AT_ONCE_MS);
	switch (lq_state(client)) {
	case TCP_ESTABLISHED:
		return LQ_GETS_IN;
	case TCP_SYN_SENT:
		return LQ_UNANSWERED;
	case TCP_CLOSE:
		if (getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &len) ||
		    !error)
			lq_error("a client is closed without an error");
		return error;
	}
	lq_error("a client is in state %d", lq_state(client));
	return LQ_UNANSWERED;
}

/* Before a step of the caller's: what was there already */
struct lq_try lq_try_begin(const struct lq_place *place)
{
	return (struct lq_try){
		.client = -1,
		.synacks = lq_tap_synacks(place->tap, place->port),
		.resets = lq_tap_resets(place->tap, place->port),
		.grew = lq_tally(place->listener),
	};
}

void lq_try_end(const struct lq_place *place, struct lq_try *try)
{
	try->grew = lq_tally_growth(place->listener, &try->grew);
	try->synacks = lq_tap_synacks(place->tap, place->port) - try->synacks;
	try->resets = lq_tap_resets(place->tap, place->port) - try->resets;
}

/* A client begins */
struct lq_try lq_try_syn(const struct lq_place *place)
{
	struct lq_try try = lq_try_begin(place);

	try.client = lq_connect_begin(place->address, place->port);
	try.fate = lq_fate(try.client);
	lq_try_end(place, &try);
	return try;
}

socklen_t lq_place_address(const struct lq_place *place,
			   struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (void *)to;
	struct sockaddr_in6 *v6 = (void *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = place->family;
	if (place->family == AF_INET) {
		v4->sin_port = htons(place->port);
		inet_pton(AF_INET, place->address, &v4->sin_addr);
		return sizeof(*v4);
	}
	v6->sin6_port = htons(place->port);
	inet_pton(AF_INET6, place->address, &v6->sin6_addr);
	return sizeof(*v6);
}

static int begin_from(const struct lq_place *place, int port)
{
	struct sockaddr_storage to;
	socklen_t len = lq_place_address(place, &to);
	int fd = lq_socket_bind(place->family, 0, place->address, port, true,
				false);

	if (fd < 0)
		lq_error("port %d is not to be had: %s", port, strerror(errno));
	connect(fd, (struct sockaddr *)&to, len);
	return fd;
}

/* A client begins from this port of its */
struct lq_try lq_try_syn_from(const struct lq_place *place, int port)
{
	struct lq_try try = lq_try_begin(place);

	try.client = begin_from(place, port);
	try.fate = lq_fate(try.client);
	lq_try_end(place, &try);
	return try;
}

static unsigned int time_waits(void)
{
	FILE *file = fopen("/proc/net/sockstat", "re");
	unsigned int n = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "TCP: inuse %*u orphan %*u tw %u", &n);
	if (file)
		fclose(file);
	return n;
}

/*
 * A connection from this port whose server's end is in TIME_WAIT. The next SYN
 * from there has proven itself to the kernel.
 */
bool lq_leave_time_wait(const struct lq_place *place, int port)
{
	unsigned int before = time_waits();
	int client = begin_from(place, port);
	bool accepted = lq_fate(client) == LQ_GETS_IN &&
			lq_accept_one(place->listener);

	lq_sleep_ms(AT_ONCE_MS);
	lq_close(client);

	/* Its timestamp has to be a later one */
	lq_sleep_ms(1100);
	return accepted && time_waits() > before;
}

/* So many SYNs at once, each from an address that nobody has */
struct lq_try lq_try_flood(const struct lq_place *place, unsigned int count)
{
	struct lq_try try = lq_try_begin(place);

	if (lq_syn_flood(place->family, place->port, next_source, count))
		lq_error("can't send spoofed SYNs: %s", strerror(errno));
	next_source += count;
	lq_try_end(place, &try);
	return try;
}

/* A client that believes itself connected sends a byte */
struct lq_try lq_try_segment(const struct lq_place *place, int client)
{
	struct lq_try try = lq_try_begin(place);

	if (write(client, "x", 1) != 1)
		lq_error("a client can't write: %s", strerror(errno));
	try.client = client;
	try.fate = lq_fate(client);
	lq_try_end(place, &try);
	return try;
}

/*
 * A client that believes itself connected, and whose next segment is the first
 * that the listener hears after its SYN: in the SYN queue, or with a cookie. If
 * it is in the queue its SYN-ACK comes again after a second, and it answers.
 */
int lq_client_held(const struct lq_place *place)
{
	int client;

	if (lq_hold(place->listener))
		return -1;
	client = lq_connect(place->address, place->port);
	return lq_release(place->listener) ? -1 : client;
}

/* The same, and then the accept queue is filled with so many */
int lq_client_before_full(const struct lq_place *place, unsigned int fit)
{
	int client;

	lq_accept_all(place->listener);
	client = lq_client_held(place);
	if (client < 0 || lq_connect_fill(place->address, place->port,
					  place->listener, fit) != (int)fit) {
		lq_error("can't fill the accept queue behind a client");
		return -1;
	}
	return client;
}

bool lq_accept_one(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
