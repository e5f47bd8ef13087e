// SPDX-License-Identifier: GPL-2.0
/*
 * Many requests of the netlink family, most of them wrong in some way, each of
 * them answered; and the policies that came of it are those that were asked for.
 *
 * usage: fuzz_netlink [-n MESSAGES] [-s SEED] [-j WORKERS]
 *
 * Every worker has a network namespace and a seed of its own. A failure is told
 * with the seed and the number of the message: the same again, with -s and -j,
 * leads there.
 *
 * A million of them, and what of the module they have reached:
 * LISTENQ_SUITES=selftests/vm/long-suites \
 *	selftests/vm/run test -v -t fuzz_netlink_million 6.12-debug
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lq_cover.h"
#include "nl_fuzz.h"
#include "nl_model.h"

#define MESSAGES	100000
#define SEED		1
#define WORKERS		2
#define MAX_WORKERS	16

#define BATCH		64
#define ROOM		(16 << 20)	/* in the receive buffer */

/* Batches between two comparisons, and more than that */
#define COMPARE		40
#define CHURN		7

#define NOBODY		65534
#define FIRST_PORT	7000
#define LISTENERS	12
#define SOCKETS		8

/* In each namespace: few, so that the limit is met and dumps are quick */
#define MAX_POLICIES	"max_policies"
#define POLICIES	"64"

/* Answers by errno that are counted; none is larger */
#define ERRNOS		134

struct results {
	u64 messages;
	u64 answers;
	u64 errors[ERRNOS];
	u64 dumps_cut;
	u64 dumps_whole;
	u64 batches;
};

static struct results *results;

struct batch {
	char data[BATCH * NL_FUZZ_MESSAGE];
	size_t len;
	u32 first;		/* number of the first message */
	unsigned int n;
	const struct nlmsghdr *message[BATCH];
	bool cut;		/* the last one is cut */
	bool answered[BATCH];
};

struct worker {
	struct nl_fuzz fuzz;
	struct nl_fuzz_grammar grammar;
	struct nl_model model;
	struct lq_nl *nl;	/* for what is right */
	struct lq_nl *root;
	struct lq_nl *plain;	/* opened by who may not change anything */
	struct lq_nl *slow[SOCKETS];
	struct batch batch;
	u32 seq;
	u64 seed;
	unsigned int next;	/* batch */
	int listener[LISTENERS];
};

static void count(u64 *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static void print_message(const struct worker *worker,
			  const struct nlmsghdr *message)
{
	const u8 *byte = (const void *)message;
	size_t len = message->nlmsg_len;

	fprintf(stderr, "# seed %llu, message %u:", worker->seed,
		message->nlmsg_seq);
	for (size_t i = 0; i < len && i < NL_FUZZ_MESSAGE; i++)
		fprintf(stderr, "%s%02x", i % 4 ? "" : " ", byte[i]);
	fputc('\n', stderr);
}

/* What the family, generic netlink and netlink itself may say to a request */
static bool is_sensible(int error)
{
	static const int errors[] = {
		0, ENOENT, EPERM, EINVAL, ERANGE, EOPNOTSUPP, ENOSPC, EBUSY,
		EMSGSIZE
	};

	for (unsigned int i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (error == errors[i])
			return true;
	return false;
}

static bool is_for_family(const struct worker *worker,
			  const struct nlmsghdr *message)
{
	return message->nlmsg_type == worker->fuzz.family &&
	       message->nlmsg_flags & NLM_F_REQUEST &&
	       mnl_nlmsg_get_payload_len(message) >= sizeof(struct genlmsghdr);
}

static void check_plain(struct worker *worker, const struct nlmsghdr *message,
			int error)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);

	if (error || !is_for_family(worker, message) ||
	    (genl->cmd != LISTENQ_CMD_POLICY_SET &&
	     genl->cmd != LISTENQ_CMD_POLICY_DEL))
		return;
	lq_error("a policy was changed without privilege");
}

static void take_answer(struct worker *worker, const struct lq_nl *nl,
			u32 seq, int error)
{
	struct batch *batch = &worker->batch;
	u32 i = seq - batch->first;
	const struct nlmsghdr *message;
	unsigned int errors = lq_errors;

	/* Bytes behind a length that is too small look like messages, too */
	if (i >= batch->n || batch->answered[i]) {
		if (!batch->cut)
			lq_error("an answer to no message: %u", seq);
		return;
	}
	message = batch->message[i];
	batch->answered[i] = true;
	count(&results->answers);
	if (error < 0 || error >= ERRNOS || !is_sensible(error))
		lq_error("message %u is answered by %d", seq, error);
	else
		count(&results->errors[error]);
	if (nl == worker->plain)
		check_plain(worker, message, error);
	if (is_for_family(worker, message) && nl == worker->root)
		nl_model_answer(&worker->model, message, error);
	if (lq_errors != errors)
		print_message(worker, message);
}

static void take_datagram(struct worker *worker, const struct lq_nl *nl,
			  const void *data, int len)
{
	const struct nlmsghdr *message = data;

	for (; mnl_nlmsg_ok(message, len);
	     message = mnl_nlmsg_next(message, &len)) {
		int error;

		if (message->nlmsg_type != NLMSG_ERROR &&
		    message->nlmsg_type != NLMSG_DONE)
			continue;
		memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
		take_answer(worker, nl, message->nlmsg_seq, -error);
	}
}

/* What was cut need not be answered */
static bool all_answered(const struct batch *batch)
{
	for (unsigned int i = 0; i < batch->n - batch->cut; i++)
		if (!batch->answered[i])
			return false;
	return true;
}

static void tell_silence(const struct worker *worker, int error)
{
	const struct batch *batch = &worker->batch;

	lq_error("no answer: %s", strerror(error));
	for (unsigned int i = 0; i < batch->n; i++)
		if (!batch->answered[i])
			print_message(worker, batch->message[i]);
}

static void receive(struct worker *worker, struct lq_nl *nl)
{
	static char datagram[LQ_NL_BUFFER];
	int fd = mnl_socket_get_fd(nl->socket);
	ssize_t len;

	while (!all_answered(&worker->batch)) {
		len = recv(fd, datagram, sizeof(datagram), 0);
		if (len < 0) {
			tell_silence(worker, errno);
			return;
		}
		take_datagram(worker, nl, datagram, len);
	}

	/* To a cut one there may be an answer, or a whole dump */
	while (worker->batch.cut &&
	       (len = recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT)) > 0)
		take_datagram(worker, nl, datagram, len);
}

static void make_batch(struct worker *worker)
{
	struct batch *batch = &worker->batch;
	unsigned int n = 1 + nl_fuzz_below(&worker->fuzz, BATCH);
	struct nlmsghdr *last = NULL;

	batch->len = 0;
	batch->first = worker->seq + 1;
	batch->n = n;
	memset(batch->answered, 0, sizeof(batch->answered));
	for (unsigned int i = 0; i < n; i++) {
		last = nl_fuzz_message(&worker->fuzz, batch->data + batch->len,
				       ++worker->seq);
		batch->message[i] = last;
		batch->len += NLMSG_ALIGN(last->nlmsg_len);
	}
	batch->cut = nl_fuzz_cut(&worker->fuzz, last);
}

static void send_batch(struct worker *worker, struct lq_nl *nl)
{
	struct batch *batch = &worker->batch;

	make_batch(worker);
	worker->model.sent = lq_time_ms();
	if (mnl_socket_sendto(nl->socket, batch->data, batch->len) < 0) {
		lq_error("a batch can't be sent: %s", strerror(errno));
		return;
	}
	receive(worker, nl);
	__atomic_add_fetch(&results->messages, batch->n, __ATOMIC_RELAXED);
	count(&results->batches);
}

/* A dump on a socket that takes one message at a time, or the next part of it */
static void slow_dump(struct worker *worker, struct lq_nl **slow)
{
	static const u8 commands[] = {
		LISTENQ_CMD_LISTENER_GET, LISTENQ_CMD_POLICY_GET,
		LISTENQ_CMD_HOOK_GET
	};
	struct nl_fuzz *fuzz = &worker->fuzz;
	int fd, least = 1;
	char buffer[8192];
	ssize_t len;

	if (!*slow) {
		struct nlmsghdr *request =
			lq_nl_request(buffer, commands[nl_fuzz_below(fuzz, 3)],
				      NLM_F_DUMP);

		*slow = lq_nl_open();
		fd = mnl_socket_get_fd((*slow)->socket);
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
		if (lq_nl_send(*slow, request))
			lq_error("a dump can't be sent");
		return;
	}
	fd = mnl_socket_get_fd((*slow)->socket);
	len = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (len > 0 && ((struct nlmsghdr *)buffer)->nlmsg_type != NLMSG_DONE &&
	    nl_fuzz_below(fuzz, 20))
		return;
	if (len < 0 && errno != EAGAIN)
		lq_error("a dump broke off: %s", strerror(errno));
	count(len > 0 && ((struct nlmsghdr *)buffer)->nlmsg_type ==
			 NLMSG_DONE ? &results->dumps_whole :
				      &results->dumps_cut);
	lq_nl_close(*slow);
	*slow = NULL;
}

static void churn(struct worker *worker)
{
	static const char *const address[] = {
		"127.0.0.1", "::1", "0.0.0.0"
	};
	unsigned int i = nl_fuzz_below(&worker->fuzz, LISTENERS);
	int port = FIRST_PORT + i;

	if (worker->listener[i])
		lq_close(worker->listener[i]);
	worker->listener[i] = lq_listen(address[i % 3], port, i);
	lq_syn_flood(i % 3 == 1 ? AF_INET6 : AF_INET, port, worker->seq, 4);
}

/* In the middle of all this it answers what is right */
static void check_good(struct worker *worker)
{
	struct lq_nl_totals totals;
	struct lq_nl_list list;

	if (lq_nl_get_totals(worker->nl, &totals))
		lq_error("no totals");
	if (lq_nl_dump(worker->nl, NULL, LQ_NL_BUFFER, &list) ||
	    list.n != (int)totals.listeners)
		lq_error("%d listeners of %llu", list.n, totals.listeners);
	lq_nl_free(&list);
	nl_model_compare(&worker->model, worker->nl);
	lq_free(lq_read());
	if (nl_fuzz_below(&worker->fuzz, 8) == 0)
		nl_model_clear(&worker->model, worker->nl);
}

static struct lq_nl *open_roomy(void)
{
	struct lq_nl *nl = lq_nl_open();

	if (nl)
		lq_nl_room(nl, ROOM);
	return nl;
}

/* The kernel asks who has opened a socket, and who sends */
static int become(uid_t uid)
{
	int failed = seteuid(uid);

	if (failed)
		lq_error("seteuid: %s", strerror(errno));
	return failed;
}

static void send_plain(struct worker *worker)
{
	if (become(NOBODY))
		return;
	send_batch(worker, worker->plain);
	become(0);
}

static int prepare(struct worker *worker, u64 seed)
{
	lq_many_files();
	if (lq_net_new())
		return -1;
	worker->seed = seed;
	nl_fuzz_seed(&worker->fuzz, seed);
	worker->nl = open_roomy();
	worker->root = open_roomy();
	worker->plain = open_roomy();
	if (!worker->nl || !worker->root || !worker->plain)
		return -1;
	if (nl_fuzz_grammar(worker->nl, &worker->grammar) ||
	    !worker->grammar.npolicies)
		return -1;
	worker->fuzz.grammar = &worker->grammar;
	worker->fuzz.family = worker->nl->family;
	for (int i = 0; i < LISTENERS; i++)
		churn(worker);
	return lq_errors ? -1 : 0;
}

static void step(struct worker *worker)
{
	struct nl_fuzz *fuzz = &worker->fuzz;

	if (nl_fuzz_below(fuzz, 16) == 0)
		send_plain(worker);
	else
		send_batch(worker, worker->root);
	slow_dump(worker, &worker->slow[nl_fuzz_below(fuzz, SOCKETS)]);
	lq_cover_collect();
	if (++worker->next % CHURN == 0)
		churn(worker);
	if (worker->next % COMPARE == 0)
		check_good(worker);
}

static void finish(struct worker *worker)
{
	check_good(worker);
	nl_model_clear(&worker->model, worker->nl);
	for (int i = 0; i < SOCKETS; i++)
		lq_nl_close(worker->slow[i]);
	if (lq_nl_differs(worker->nl))
		lq_error("what netlink says is not what the file says");
	lq_close_all();
	lq_cover_collect();
}

static void work(u64 seed, u64 messages)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!worker || prepare(worker, seed)) {
		lq_error("a worker can't begin: %s", strerror(errno));
		return;
	}
	lq_cover_start();
	while (worker->seq < messages && !lq_errors)
		step(worker);
	finish(worker);
}

static unsigned int run(u64 seed, u64 messages, unsigned int workers)
{
	pid_t child[MAX_WORKERS];
	unsigned int bad = 0;
	int status;

	fflush(NULL);
	for (unsigned int i = 0; i < workers; i++) {
		child[i] = fork();
		if (!child[i]) {
			work(seed + i, messages / workers);
			_exit(lq_errors != 0);
		}
	}
	for (unsigned int i = 0; i < workers; i++)
		if (waitpid(child[i], &status, 0) != child[i] || status)
			bad++;
	return bad;
}

static void print_results(void)
{
	ksft_print_msg("%llu messages in %llu batches, %llu answers\n",
		       results->messages, results->batches, results->answers);
	ksft_print_msg("dumps on small sockets: %llu to the end, %llu cut\n",
		       results->dumps_whole, results->dumps_cut);
	for (int i = 0; i < ERRNOS; i++)
		if (results->errors[i])
			ksft_print_msg("answered by %s: %llu\n",
				       strerrorname_np(i) ?: "?",
				       results->errors[i]);
}

/* Or most of it never got where it should be refused */
static bool everything_happened(void)
{
	static const int errors[] = {
		0, ENOENT, EPERM, EINVAL, ERANGE, EOPNOTSUPP, ENOSPC
	};
	bool all = results->dumps_whole && results->dumps_cut;

	for (unsigned int i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		all &= results->errors[errors[i]] != 0;
	return all;
}

static void parse(int argc, char **argv, u64 *messages, u64 *seed,
		  unsigned int *workers)
{
	int option;

	while ((option = getopt(argc, argv, "n:s:j:")) != -1) {
		if (option == 'n')
			*messages = strtoull(optarg, NULL, 0);
		else if (option == 's')
			*seed = strtoull(optarg, NULL, 0);
		else if (option == 'j')
			*workers = atoi(optarg);
		else
			ksft_exit_fail_msg("usage: [-n MESSAGES] [-s SEED] [-j WORKERS]\n");
	}
	if (!*workers || *workers > MAX_WORKERS || *messages < *workers)
		ksft_exit_fail_msg("no sense in %llu messages of %u workers\n",
				   *messages, *workers);
}

int main(int argc, char **argv)
{
	u64 messages = MESSAGES, seed = SEED, began;
	unsigned int workers = WORKERS, bad;
	char most[16];

	ksft_print_header();
	parse(argc, argv, &messages, &seed, &workers);
	ksft_set_plan(3);
	results = mmap(NULL, sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	ksft_print_msg("seed %llu, %u workers\n", seed, workers);
	snprintf(most, sizeof(most), "%ld", lq_nl_parameter_get(MAX_POLICIES));
	if (lq_nl_parameter(MAX_POLICIES, POLICIES))
		ksft_exit_fail_msg("%s can't be set\n", MAX_POLICIES);
	lq_cover_init();
	began = lq_time_ms();
	bad = run(seed, messages, workers);
	lq_nl_parameter(MAX_POLICIES, most);
	ksft_print_msg("%llu ms\n", lq_time_ms() - began);
	print_results();
	lq_cover_print();
	ksft_test_result(!bad, "every answer was right\n");
	ksft_test_result(results->messages >= messages / workers * workers,
			 "all messages were sent\n");
	ksft_test_result(everything_happened(), "everything happened\n");
	ksft_finished();
}
