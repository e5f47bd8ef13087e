// SPDX-License-Identifier: GPL-2.0
/*
 * The three laws, to the unit, after everything happened at once on all CPUs.
 *
 * Loads the module itself, so that the namespace's counters are known before.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

#define MAX_MODES 4

static unsigned int seconds = 60;

/* At least so many verdicts, if that takes longer */
static u64 verdicts;

static void point(const char *mode, const char *name, bool good)
{
	ksft_test_result(good, "%s: %s\n", mode, name);
}

static void exact_point(const char *mode, const char *name, bool good)
{
	if (lq_exact())
		point(mode, name, good);
	else
		ksft_test_result_skip("%s: %s: approximate here, as listenq says\n",
				      mode, name);
}

static bool servers_agree(const struct lq_table *table,
			  const struct lq_load *load)
{
	bool good = true;

	for (int i = 0; i < LQ_LOAD_LISTENERS; i++) {
		const struct lq_row *row = lq_row_of(table, load->fd[i]);
		u64 shown = lq_num(row, "accepted");
		u64 counted = lq_load_accepted(load, i);

		if (shown == counted)
			continue;
		ksft_print_msg("%s: accepted %lld, the server counted %llu\n",
			       lq_text(row, "local"), shown, counted);
		good = false;
	}
	if (lq_num(lq_row(table, "closed"), "accepted") !=
	    lq_load_accepted_closed(load)) {
		ksft_print_msg("closed: accepted %s, the servers counted %llu\n",
			       lq_text(lq_row(table, "closed"), "accepted"),
			       lq_load_accepted_closed(load));
		good = false;
	}
	return good;
}

static bool kernel_queues_agree(const struct lq_table *table,
				const struct lq_load *load)
{
	bool good = true;

	for (int i = 0; i < LQ_LOAD_LISTENERS; i++) {
		const struct lq_row *row = lq_row_of(table, load->fd[i]);
		struct lq_queues queues = { 0 };

		lq_queues(load->fd[i], &queues);
		if (lq_num(row, "acceptq") == queues.acceptq &&
		    lq_num(row, "acceptq_max") == queues.acceptq_max &&
		    lq_num(row, "acceptq_peak") >= queues.acceptq &&
		    lq_num(row, "synq") == 0)
			continue;
		ksft_print_msg("%s: acceptq %s of %s, peak %s, synq %s; kernel %u of %u\n",
			       lq_text(row, "local"), lq_text(row, "acceptq"),
			       lq_text(row, "acceptq_max"),
			       lq_text(row, "acceptq_peak"),
			       lq_text(row, "synq"), queues.acceptq,
			       queues.acceptq_max);
		good = false;
	}

	/* The load ended when the kernel had no request left anywhere */
	if (lq_num(lq_row(table, "closed"), "synq")) {
		ksft_print_msg("closed: synq %s, the kernel has none\n",
			       lq_text(lq_row(table, "closed"), "synq"));
		good = false;
	}
	return good;
}

/* Beside kretprobes on the deciding functions accept() is not measured */
static bool histograms_agree(const char *mode, const struct lq_table *table)
{
	bool measured = strcmp(mode, "hooks=probe");
	bool good = true;

	for (int i = 0; i < table->nrows; i++) {
		const struct lq_row *row = &table->row[i];
		u64 waits, handshakes, accepted, normal;

		if (!lq_row_is_listener(row))
			continue;
		waits = lq_hist_sum(row, "accept_wait_us");
		handshakes = lq_hist_sum(row, "handshake_us");
		accepted = measured ? lq_num(row, "accepted") : 0;
		normal = lq_num(row, "established") -
			 lq_num(row, "established_cookie") -
			 lq_num(row, "fastopen_child");
		if (waits == accepted && handshakes == normal)
			continue;
		ksft_print_msg("%s: %llu waits of %llu accepted, %llu handshakes of %llu\n",
			       row->field[0], waits, accepted, handshakes,
			       normal);
		good = false;
	}
	return good;
}

/* What the module itself says of events it could not follow */
static void print_untracked(const struct lq_table *table)
{
	const struct lq_row *row = lq_row(table, "untracked");

	ksft_print_msg("%s\n", table->text + 2);
	for (int i = 1; row && i < row->nfields; i++)
		if (strcmp(row->field[i], "0") && strcmp(row->field[i], "-"))
			ksft_print_msg("untracked %s %s\n", table->column[i],
				       row->field[i]);
}

/* The laws say nothing about events that didn't happen */
static const char *const events[] = {
	"syn_queued", "syncookie_sent", "syncookie_recv",
	"syncookie_failed", "synq_full_cookie", "acceptq_overflow_syn",
	"acceptq_overflow_ack", "established", "established_cookie",
	"accepted", "acceptq_discarded", "synack_retrans",
	"synq_expired", "embryonic_reset"
};

static bool everything_happened(const struct lq_table *table)
{
	const struct lq_row *total = lq_row(table, "total");
	bool good = true;

	for (unsigned int i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (lq_num(total, events[i]) == 0)
			good = false;
	return good;
}

static void print_events(const struct lq_table *table)
{
	const struct lq_row *total = lq_row(table, "total");

	for (unsigned int i = 0; i < sizeof(events) / sizeof(*events); i++)
		ksft_print_msg("%s %s\n", events[i],
			       lq_text(total, events[i]));
}

static bool everything_happened_by_now(void)
{
	struct lq_table *table = lq_read();
	bool good = table && everything_happened(table);

	lq_free(table);
	return good;
}

static void check_table(const char *mode, const struct lq_load *load,
			const struct lq_mibs *base)
{
	struct lq_table *table = lq_read();
	struct lq_mibs now;

	if (!table)
		ksft_exit_fail_msg("%s: no file to check\n", mode);
	lq_mibs_read(&now);
	print_untracked(table);
	print_events(table);
	point(mode, "everything happened", everything_happened(table));
	point(mode, "law 1: SYNs", !lq_law_check(table, LQ_LAW_1));
	exact_point(mode, "law 2: queues", !lq_law_check(table, LQ_LAW_2));
	exact_point(mode, "law 3: the namespace's own counters",
		    !lq_law_check(table, LQ_LAW_3) &&
		    !lq_law_mibs(table, base, &now));
	point(mode, "accepted is what the servers counted",
	      servers_agree(table, load));
	point(mode, "depths are the kernel's", kernel_queues_agree(table, load));
	point(mode, "histograms count every connection",
	      histograms_agree(mode, table));
	lq_mibs_free(&now);
	lq_free(table);
}

/* What the load brings about only by luck, which a slow machine has little of */

/* A client that leaves while its request is in the SYN queue: its ACK was lost */
static void reset_embryo(void)
{
	enum { PORT = 9191 };
	int listener = lq_listen("127.0.0.1", PORT, 1), client;

	if (listener < 0 || lq_hold(listener)) {
		lq_error("no listener to leave: %s", strerror(errno));
		return;
	}
	client = lq_connect("127.0.0.1", PORT);
	lq_release(listener);
	if (client >= 0)
		lq_reset(client);
	lq_sleep_ms(20);
	lq_close(listener);
}

/* One whose ACK comes when the accept queue has just been filled by others */
static void overflow_at_ack(void)
{
	enum { BACKLOG = 1, CLIENTS = 1 + BACKLOG + 1, PORT = 9190 };
	int listener = lq_listen("127.0.0.1", PORT, BACKLOG);
	int client[CLIENTS];

	if (listener < 0 || lq_hold(listener)) {
		lq_error("no listener to overflow: %s", strerror(errno));
		return;
	}
	client[0] = lq_connect("127.0.0.1", PORT);
	lq_release(listener);
	for (int i = 1; i < CLIENTS; i++)
		client[i] = lq_connect("127.0.0.1", PORT);
	if (client[0] >= 0 && write(client[0], "x", 1) < 0)
		ksft_print_msg("late client: %s\n", strerror(errno));
	lq_sleep_ms(20);
	for (int i = 0; i < CLIENTS; i++)
		if (client[i] >= 0)
			lq_close(client[i]);
	lq_close(listener);
}

static u64 verdicts_by_now(void)
{
	return lq_hits("tcp_conn_request") + lq_hits("tcp_check_req");
}

/* The rarer ones take their time on a kernel that checks all it does */
#define PATIENCE 5

static void load_until_everything_happened(void)
{
	u64 start = lq_time_ms(), enough = start + 1000 * seconds;
	u64 too_long = start + 1000 * seconds * PATIENCE;

	while (lq_time_ms() < enough || verdicts_by_now() < verdicts ||
	       (lq_time_ms() < too_long && !everything_happened_by_now())) {
		overflow_at_ack();
		reset_embryo();
		lq_sleep_ms(500);
	}
}

#define POINTS_OF_MODE 9

static void run(const char *mode)
{
	struct lq_load load;
	struct lq_mibs base;
	bool good;

	if (!lq_probes_possible() && !strcmp(mode, "hooks=probe")) {
		for (int i = 0; i < POINTS_OF_MODE; i++)
			ksft_test_result_skip("%s: " LQ_NO_PROBES "\n", mode);
		return;
	}
	lq_errors = 0;
	lq_mibs_read(&base);
	if (lq_insmod(mode))
		ksft_exit_fail_msg("insmod %s: %s\n", mode, strerror(errno));
	if (lq_load_listen(&load))
		ksft_exit_fail_msg("no listeners: %s\n", strerror(errno));
	lq_load_start(&load);
	if (verdicts)
		lq_load_torrents(&load, 2);
	load_until_everything_happened();
	good = !lq_load_stop(&load);
	ksft_print_msg("%llu verdicts, %llu readings meanwhile\n",
		       verdicts_by_now(), lq_load_readings(&load));
	check_table(mode, &load, &base);
	point(mode, "load and readers without errors",
	      good && lq_load_readings(&load) && !lq_errors);
	lq_mibs_free(&base);
	lq_load_close(&load);
	point(mode, "unloads", !lq_rmmod());
}

static int parse(int argc, char **argv, const char **modes)
{
	int option, n = 0;

	while ((option = getopt(argc, argv, "s:v:m:")) != -1) {
		if (option == 's')
			seconds = atoi(optarg);
		else if (option == 'v')
			verdicts = strtoull(optarg, NULL, 0);
		else if (option == 'm' && n < MAX_MODES)
			modes[n++] = optarg;
		else
			ksft_exit_fail_msg("usage: laws [-s SECONDS] [-v VERDICTS] [-m ARGS]...\n");
	}
	if (!n) {
		modes[n++] = "hooks=replace";
		modes[n++] = "hooks=probe";
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *modes[MAX_MODES];
	int n = parse(argc, argv, modes);

	ksft_print_header();
	ksft_set_plan(n * POINTS_OF_MODE);
	if (lq_loaded())
		ksft_exit_fail_msg("listenq is loaded already\n");
	if (lq_net_routes())
		ksft_exit_fail_msg("no routes: %s\n", strerror(errno));
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", 0);

	/* So that requests expire while the load runs, not a minute later */
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	for (int i = 0; i < n; i++)
		run(modes[i]);
	lq_sysctl_restore();
	ksft_finished();
}
