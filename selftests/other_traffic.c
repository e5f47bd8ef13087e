// SPDX-License-Identifier: GPL-2.0
/* Traffic that calls each function that listenq hooks a known number of times */
#include <string.h>

#include "other_traffic.h"

#define PORT	6000	/* on both families */
#define FULL	6001	/* a SYN queue in its reserve */

#define CLIENTS4	5
#define CLIENTS6	3
#define COOKIES4	3
#define COOKIES6	2
#define FLOOD		4
/* With tcp_max_syn_backlog = 8 the last quarter is for proven peers. */
#define UNRESERVED	7
#define UNPROVEN	3

#define CLIENTS		(CLIENTS4 + CLIENTS6)
#define COOKIES		(COOKIES4 + COOKIES6)
#define QUEUED		(CLIENTS + FLOOD + UNRESERVED)
#define LISTENERS	3
/* Each series of accept() ends with one that finds nothing */
#define SERIES		4

const struct other_expected other_expected[] = {
	{ "tcp_conn_request", CLIENTS + FLOOD + COOKIES + UNRESERVED + UNPROVEN },
	/* ACKs, and a SYN that came twice */
	{ "tcp_check_req", CLIENTS + 1 },
	{ "cookie_v4_check", COOKIES4 },
	{ "cookie_v6_check", COOKIES6 },
	{ "inet_csk_reqsk_queue_hash_add", QUEUED },
	{ "__inet_csk_reqsk_queue_drop", QUEUED },
	{ "tcp_rtx_synack", 1 },
	{ "tcp_peer_is_proven", UNPROVEN },
	{ "tcp_req_err", 1 },
	{ "inet_listen", LISTENERS },
	{ "__inet_listen_sk", LISTENERS },
	{ "inet_csk_listen_stop", LISTENERS },
	{ "inet_csk_accept", CLIENTS + COOKIES + SERIES },
	{ OTHER_ACCEPTED, CLIENTS + COOKIES },
	{ 0 }
};

/* Neither side is to be left in TIME_WAIT: a SYN to it never gets a cookie */
static unsigned int accept_all(int listener)
{
	unsigned int n = 0;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		lq_reset(fd);
		n++;
	}
	return n;
}

static bool connect_and_accept(const char *address, int listener,
			       unsigned int count)
{
	unsigned int done = lq_connect_fill(address, PORT, listener, count);

	return done == count && accept_all(listener) == count;
}

static bool both_families(int v4, int v6, int count4, int count6)
{
	return connect_and_accept("127.0.0.1", v4, count4) &&
	       connect_and_accept("::1", v6, count6);
}

/* Return: whether all of it could be made */
static bool make_traffic(int v4, int v6)
{
	bool good;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	good = both_families(v4, v6, CLIENTS4, CLIENTS6) &&
	       !lq_syn_flood(AF_INET, PORT, 1, FLOOD) &&
	       !lq_syn_flood(AF_INET, PORT, 1, 1) &&
	       !lq_icmp_unreachable(PORT, 2);
	/* It may wait for ksoftirqd, and would meet the next sysctl's value */
	lq_sleep_ms(2);
	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	good = good && both_families(v4, v6, COOKIES4, COOKIES6);
	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);
	good = good && !lq_syn_flood(AF_INET, FULL, 100, UNRESERVED + UNPROVEN);
	return good && lq_syn_recv(FULL) == UNRESERVED;
}

/* The sysctls of the namespace that other_traffic() is for */
void other_traffic_prepare(void)
{
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 0);
	lq_sysctl_set("net/ipv4/tcp_max_syn_backlog", 8);
}

/* Ends when no request is left and every socket is closed */
bool other_traffic(void)
{
	int v4 = lq_listen("127.0.0.1", PORT, 64);
	int v6 = lq_listen("::1", PORT, 64);
	int full = lq_listen("127.0.0.1", FULL, 64);
	bool good = full >= 0 && make_traffic(v4, v6);

	if (!good)
		ksft_print_msg("the traffic could not be made\n");
	/* Until the requests have expired, that of the SYN that came twice last */
	lq_sleep_ms(2100);
	if (!lq_wait_until(!lq_syn_recv(LQ_ANY_PORT), 10000)) {
		ksft_print_msg("requests are left\n");
		good = false;
	}
	lq_close_all();
	return good;
}
