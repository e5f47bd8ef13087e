// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of whatever listenq does fails in its turn: the first, the
 * second, and so on until there are no more. What fails says so and leaves
 * things as they were, what does not fail is done whole, and the next attempt
 * works. In the end nothing is leaked.
 *
 * LISTENQ_FEWER=N makes it every Nth one where there are hundreds that are mostly the
 * kernel's own: of loading, and of what a namespace has besides.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lq_fault.h"
#include "nl_fixture.h"
#include "nl_policy.h"

#define PORT		7000
#define BACKLOG		8
#define FEW		2
#define MANY		100

/* More than anything that is tried here makes */
#define MOST		3000

#define FAULT_TIMEOUT	900

/* What is tried again and again; the functions after the first may be NULL */
struct job {
	const char *name;
	int (*attempt)(void *data);	/* what is to fail; returns an errno */
	void (*before)(void *data);
	void (*check)(void *data, int error);
	unsigned int stride;		/* 0: one after the other */
};

static void print_job(const struct job *job, unsigned int n,
		      unsigned int failed)
{
	ksft_print_msg("%s: %u allocations, one in %u tried, %u of them needed\n",
		       job->name, n, job->stride ?: 1, failed);
}

/* Return: how many allocations there are */
static unsigned int each_nth(const struct job *job, struct lq_range below,
			     void *data)
{
	unsigned int n, failed = 0, stride = job->stride ?: 1;
	bool more = true;

	lq_fault_below(below);
	for (n = 0; more && n < MOST; n += stride) {
		unsigned int errors = lq_errors;
		int error;

		if (job->before)
			job->before(data);
		lq_fault_nth(n + 1);
		error = job->attempt(data);
		more = lq_fault_end();
		failed += error != 0;
		if (error && !more)
			lq_error("%s: fails by itself: %d", job->name, error);
		if (job->check)
			job->check(data, error);
		if (lq_errors != errors)
			lq_error("%s: at allocation %u", job->name, n + 1);
	}
	lq_fault_below(LQ_ANYWHERE);
	if (more)
		lq_error("%s: no end after %u", job->name, n);
	print_job(job, n - stride, failed);
	return n - stride;
}

/* Loading */

FIXTURE(load) {
};

FIXTURE_VARIANT(load) {
	const char *args;
};

/* Their memory comes a page at a time, and each page is like the others */
#define FEW_ACCEPTS "accept_maxactive=8"

FIXTURE_VARIANT_ADD(load, replace) {
	.args = "hooks=replace " FEW_ACCEPTS,
};

FIXTURE_VARIANT_ADD(load, probe) {
	.args = "hooks=probe " FEW_ACCEPTS,
};

FIXTURE_SETUP(load)
{
	if (!lq_fault_possible())
		SKIP(return, LQ_FAULT_NONE);
	ASSERT_FALSE(lq_loaded());
	ASSERT_EQ(0, lq_net_routes());
	ASSERT_EQ(0, lq_fault_begin());
}

FIXTURE_TEARDOWN(load)
{
	if (!lq_fault_possible())
		return;
	if (lq_loaded())
		EXPECT_EQ(0, lq_rmmod());
	EXPECT_FALSE(lq_anything_left());
	EXPECT_EQ(0, lq_errors);
}

static int load(void *args)
{
	return lq_insmod(args) ? errno : 0;
}

/* Nothing but what listenq hooks, be it twice */
#define MOST_TRACED	32

/* It was done without that memory, so nothing is missing */
static void check_loaded(void)
{
	int fd = lq_listen(LO, PORT, BACKLOG);

	if (lq_syn_flood(AF_INET, PORT, 1, 3) ||
	    lq_connect_fill(LO, PORT, fd, 2) != 2 ||
	    lq_now(fd, "syn_received") != 5 ||
	    lq_now(fd, "established") != 2)
		lq_error("it does not count");
	if (lq_functions_traced() > MOST_TRACED)
		lq_error("%u functions are traced", lq_functions_traced());
	lq_close_all();
	if (!lq_hooked("inet_csk_listen_stop", "entry", 1) ||
	    lq_line("closed", "acceptq_discarded") != 2)
		lq_error("it does not see who closes");
	if (lq_rmmod())
		lq_error("it can't be unloaded: %s", strerror(errno));
}

static void check_load(void *args, int error)
{
	if (error && error != ENOMEM)
		lq_error("%s: refused by %d", (char *)args, error);
	if (!error)
		check_loaded();
	if (lq_anything_left())
		lq_error("something is left");
}

/*
 * All that is done for us, but not the loader's own reading of the file; nor is a
 * kprobe armed without memory, as the kernel itself warns of that.
 */
TEST_F_TIMEOUT(load, load, FAULT_TIMEOUT)
{
	static const char *const init[] = { "do_one_initcall", NULL };
	static const char *const arm[] = {
		"arm_kprobe", "arm_kprobe_ftrace", "__arm_kprobe_ftrace", NULL
	};
	const struct job job = {
		.name = variant->args, .attempt = load, .check = check_load,
		.stride = lq_stride()
	};

	lq_fault_not_below(lq_range_of(arm));
	EXPECT_LT(10, each_nth(&job, lq_range_of(init),
			       (void *)variant->args));
	lq_fault_not_below(LQ_NOWHERE);
}

static int unload(void *unused)
{
	(void)unused;
	return lq_rmmod() ? errno : 0;
}

static void load_before(void *args)
{
	if (lq_insmod(args))
		lq_error("it can't be loaded: %s", strerror(errno));
}

/* Who goes needs no memory */
static void check_unload(void *unused, int error)
{
	(void)unused;
	if (error)
		lq_error("unloading failed: %d", error);
	if (lq_anything_left())
		lq_error("something is left");
}

/*
 * All memory but what the kernel disarms a kprobe with: it warns when there is
 * none. That nothing of the module stays behind then was seen by letting it fail.
 */
TEST_F_TIMEOUT(load, unload, FAULT_TIMEOUT)
{
	static const char *const disarm[] = {
		"disarm_kprobe", "disarm_kprobe_ftrace",
		"__disarm_kprobe_ftrace", NULL
	};
	const struct job job = {
		.name = "unload", .attempt = unload, .before = load_before,
		.check = check_unload
	};

	lq_fault_not_below(lq_range_of(disarm));
	EXPECT_LT(0, each_nth(&job, LQ_ANYWHERE, (void *)variant->args));
	lq_fault_not_below(LQ_NOWHERE);
}

/* Everything else */

FIXTURE(fault) {
	struct lq_nl *nl;
	struct lq_range ours;
};

FIXTURE_SETUP(fault)
{
	if (!lq_fault_possible())
		SKIP(return, LQ_FAULT_NONE);
	lq_many_files();
	ASSERT_EQ(0, lq_insmod(""));
	ASSERT_EQ(0, lq_net_new());

	/* So that requests of closed listeners are soon no more */
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 0);
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	self->ours = lq_range_of_module();
	ASSERT_EQ(0, lq_fault_begin());
}

/* A socket whose answer was broken off is not used again */
static void renew(struct lq_nl **nl)
{
	lq_nl_close(*nl);
	*nl = lq_nl_open();
	if (!*nl)
		lq_error("no new socket");
}

FIXTURE_TEARDOWN(fault)
{
	if (!lq_fault_possible())
		return;
	lq_fault_rate(0);
	/* The test may have gone to another namespace */
	renew(&self->nl);
	EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	lq_close_all();
	EXPECT_TRUE(lq_wait_until(lq_syn_recv(LQ_ANY_PORT) == 0, 10000));
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_rmmod());
	EXPECT_EQ(0, lq_errors);
}

#define FAULT(name) TEST_F_TIMEOUT(fault, name, FAULT_TIMEOUT)

struct birth {
	const char *address;
	int fd;
	bool ours;
	u64 seen;	/* SYNs in all, so far */
};

static void bind_before(void *data)
{
	struct birth *birth = data;
	int domain = strchr(birth->address, ':') ? AF_INET6 : AF_INET;

	birth->fd = lq_socket_bind(domain, 0, birth->address, PORT, true,
				   false);
}

static int be_born(void *data)
{
	const struct birth *birth = data;

	return listen(birth->fd, BACKLOG) ? errno : 0;
}

/* A listener without an entry gets one with its first verdict */
static void check_born(void *data, int error)
{
	struct birth *birth = data;
	bool v6 = strchr(birth->address, ':');

	if (birth->ours && error)
		lq_error("listen() fails because of us: %d", error);
	if (!error) {
		if (lq_syn_flood(v6 ? AF_INET6 : AF_INET, PORT, birth->seen,
				 2))
			lq_error("no SYN can be sent");
		birth->seen += 2;
		if (lq_now(birth->fd, "syn_received") +
		    lq_line("untracked", "syn_received") +
		    lq_line("closed", "syn_received") != birth->seen)
			lq_error("not every SYN is counted");
		if (lq_now(birth->fd, "syn_received") < 1)
			lq_error("it has no entry even now");
	}
	lq_close(birth->fd);
	if (lq_line("total", "syn_received") != birth->seen)
		lq_error("SYNs got lost when it closed");
}

static void try_birth(struct __test_metadata *_metadata,
		      struct lq_range below, bool ours)
{
	static const char *const addresses[] = { LO, LO6 };
	struct birth birth = { .ours = ours };

	for (int i = 0; i < 2; i++) {
		const struct job job = {
			.name = addresses[i], .attempt = be_born,
			.before = bind_before, .check = check_born
		};

		birth.address = addresses[i];
		EXPECT_LT(0, each_nth(&job, below, &birth));
	}
}

FAULT(birth)
{
	try_birth(_metadata, self->ours, true);
}

FAULT(birth_anywhere)
{
	try_birth(_metadata, LQ_ANYWHERE, false);
}

/* One of the family's requests */
struct ask {
	const char *name;
	u8 command;
	u16 flags;
	u16 attribute;	/* 0: none */
	u64 value;
	size_t size;	/* of the value */
	struct lq_nl *nl;
	unsigned int messages;	/* the whole answer has */
	bool ours;
	struct lq_nl_answer answer;
};

static int ask(void *data)
{
	struct ask *ask = data;
	char space[256];
	struct nlmsghdr *request = lq_nl_request(space, ask->command,
						 ask->flags | NLM_F_ACK);

	if (ask->attribute)
		mnl_attr_put(request, ask->attribute, ask->size, &ask->value);
	return lq_nl_talk(ask->nl, request, LQ_NL_BUFFER, NULL, NULL,
			  &ask->answer);
}

static void check_answer(void *data, int error)
{
	struct ask *ask_for = data;

	if (error != ENOMEM && error != 0 && (ask_for->ours || error != ENOBUFS))
		lq_error("%s: answered by %d", ask_for->name, error);
	if (!error && ask_for->answer.messages != ask_for->messages)
		lq_error("%s: %u messages of %u, and no error", ask_for->name,
			 ask_for->answer.messages, ask_for->messages);
	if (error)
		renew(&ask_for->nl);
	if (ask(ask_for) || ask_for->answer.messages != ask_for->messages)
		lq_error("%s: does not work afterwards", ask_for->name);
}

static unsigned int try_request(const struct ask *request,
				struct lq_range below, bool ours)
{
	const struct job job = {
		.name = request->name, .attempt = ask, .check = check_answer
	};
	struct ask asked = *request;
	unsigned int n;

	asked.ours = ours;
	asked.nl = lq_nl_open();
	if (ask(&asked))
		lq_error("%s: %d", asked.name, asked.answer.error);
	asked.messages = asked.answer.messages;
	n = each_nth(&job, below, &asked);
	lq_nl_close(asked.nl);
	return n;
}

static void listen_many(int from, int to)
{
	for (int i = from; i < to; i++)
		lq_listen(LO, PORT + i, BACKLOG);
}

/* All requests that only read; @size: listeners and policies that there are */
static void try_requests(struct __test_metadata *_metadata, struct lq_nl *nl,
			 struct lq_range below, bool ours)
{
	struct lq_nl_listener first;
	struct ask asks[] = {
		{ .name = "listener-get", .command = LISTENQ_CMD_LISTENER_GET,
		  .attribute = LISTENQ_A_LISTENER_ID, .size = 8 },
		{ .name = "listener-get dump", .flags = NLM_F_DUMP,
		  .command = LISTENQ_CMD_LISTENER_GET },
		{ .name = "listener-get dump of a port", .flags = NLM_F_DUMP,
		  .command = LISTENQ_CMD_LISTENER_GET,
		  .attribute = LISTENQ_A_LISTENER_PORT, .value = PORT,
		  .size = 2 },
		{ .name = "totals-get", .command = LISTENQ_CMD_TOTALS_GET },
		{ .name = "hook-get", .command = LISTENQ_CMD_HOOK_GET,
		  .attribute = LISTENQ_A_HOOK_INDEX, .size = 4 },
		{ .name = "hook-get dump", .command = LISTENQ_CMD_HOOK_GET,
		  .flags = NLM_F_DUMP },
		{ .name = "policy-get", .command = LISTENQ_CMD_POLICY_GET,
		  .attribute = LISTENQ_A_POLICY_PORT, .value = PORT,
		  .size = 2 },
		{ .name = "policy-get dump", .flags = NLM_F_DUMP,
		  .command = LISTENQ_CMD_POLICY_GET },
	};
	struct lq_nl_list list;

	ASSERT_EQ(0, lq_nl_dump(nl, NULL, LQ_NL_BUFFER, &list));
	first = list.listener[0];
	lq_nl_free(&list);
	asks[0].value = first.id;
	for (unsigned int i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
		/* The dumps of hooks and policies have memory for nothing else */
		bool none = ours && asks[i].flags &&
			    asks[i].command != LISTENQ_CMD_LISTENER_GET;

		EXPECT_LE(none ? 0 : 1, try_request(&asks[i], below, ours));
	}
}

FAULT(requests)
{
	listen_many(0, FEW);
	ASSERT_EQ(0, nl_policy_set_many(self->nl, PORT, 4 * FEW));
	try_requests(_metadata, self->nl, self->ours, true);
	try_requests(_metadata, self->nl, LQ_ANYWHERE, false);
}

FAULT(large_requests)
{
	listen_many(0, MANY);
	ASSERT_EQ(0, nl_policy_set_many(self->nl, PORT, 4 * MANY));
	try_requests(_metadata, self->nl, self->ours, true);
	try_requests(_metadata, self->nl, LQ_ANYWHERE, false);
}

/* A policy that is told by its backlog; 0: none */
struct change {
	struct lq_nl *nl;
	int listener;
	int before;
	int after;
	bool ours;
};

static int set_to(struct lq_nl *nl, int backlog)
{
	if (backlog)
		nl_policy_set_backlog(nl, LO, PORT, backlog);
	else
		nl_policy_del_key(nl, LO, PORT);
	return nl_policy_last.error;
}

static int is_set_to(struct lq_nl *nl)
{
	struct nl_policy key = nl_policy_for(LO, PORT), policy = key;
	int failed = nl_policy_get(nl, &key, &policy);

	if (failed && failed != -ENOENT)
		lq_error("a policy can't be shown: %d", failed);
	return failed ? 0 : policy.backlog;
}

static void change_before(void *data)
{
	const struct change *change = data;

	if (is_set_to(change->nl) != change->before &&
	    set_to(change->nl, change->before))
		lq_error("a policy can't be changed");
}

static int make_change(void *data)
{
	const struct change *change = data;

	return set_to(change->nl, change->after);
}

/*
 * Wholly or not at all. When an allocation of netlink's own fails, it can be
 * that something was done and nobody could be told.
 */
static void check_change(void *data, int error)
{
	struct change *change = data;
	int is;

	if (error != ENOMEM && error != 0 && (change->ours || error != ENOBUFS))
		lq_error("answered by %d", error);
	if (error)
		renew(&change->nl);
	is = is_set_to(change->nl);
	if (is != change->after && (!error || is != change->before))
		lq_error("the backlog is %d: neither %d nor %d", is,
			 change->before, change->after);
	if (change->ours && error && is != change->before)
		lq_error("refused, and yet done");
	if (lq_acceptq_max(change->listener) != (unsigned int)(is ?: BACKLOG))
		lq_error("the socket's limit is another one");
	if (is != change->after && set_to(change->nl, change->after))
		lq_error("it does not work afterwards");
}

static void try_changes(struct __test_metadata *_metadata,
			struct lq_range below, bool ours)
{
	static const struct {
		const char *name;
		int before;
		int after;
	} changes[] = {
		{ "policy-set of a new one", 0, 3 },
		{ "policy-set of an old one", 3, 5 },
		{ "policy-del", 3, 0 },
	};
	struct change change = {
		.listener = lq_listen(LO, PORT, BACKLOG), .ours = ours,
		.nl = lq_nl_open()
	};

	for (int i = 0; i < 3; i++) {
		const struct job job = {
			.name = changes[i].name, .attempt = make_change,
			.before = change_before, .check = check_change
		};

		change.before = changes[i].before;
		change.after = changes[i].after;

		/* Who deletes needs none but for telling it */
		EXPECT_LE(!ours || change.after, each_nth(&job, below,
							  &change));
	}
	lq_nl_close(change.nl);
}

/*
 * What is heard and what is lost is all that there was. When netlink itself has
 * no memory to hand an event on it tells the subscriber, as if his buffer had run
 * over: then there may be a gap.
 */
static void check_heard(struct __test_metadata *_metadata, struct lq_nl *nl,
			struct lq_nl *ear, struct lq_nl_events *heard)
{
	struct lq_nl_totals totals;
	u64 seq = 0;

	lq_nl_hear(ear, heard, 2000);
	ASSERT_EQ(0, lq_nl_get_totals(nl, &totals));
	ksft_print_msg("%llu events, %llu lost, %d heard, %d overruns\n",
		       totals.events, totals.events_lost, heard->n,
		       heard->overruns);
	EXPECT_GE(totals.events, totals.events_lost + heard->n);
	if (!heard->overruns)
		EXPECT_EQ(totals.events, totals.events_lost + heard->n);
	for (int i = 0; i < heard->n; i++) {
		const struct lq_nl_event *event = &heard->event[i];

		EXPECT_LT(seq, event->seq);
		EXPECT_GE(event->seq, event->lost + i + 1);
		if (!heard->overruns)
			EXPECT_EQ(event->seq, event->lost + i + 1);
		seq = event->seq;
	}
}

FAULT(changes)
{
	try_changes(_metadata, self->ours, true);
}

FAULT(changes_anywhere)
{
	try_changes(_metadata, LQ_ANYWHERE, false);
}

/* The change is made, the event of it gets lost and is counted */
FAULT(changes_with_a_subscriber)
{
	struct lq_nl *ear = nl_policy_subscriber();
	struct lq_nl_events heard = { 0 };
	struct lq_nl_totals totals;

	try_changes(_metadata, self->ours, true);
	check_heard(_metadata, self->nl, ear, &heard);
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_LE(3, totals.events_lost);
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

/* Nobody asks for that in a process: the kernel's own thread has no memory */
FAULT(expiry)
{
	struct nl_policy policy = nl_policy_backlog_for(LO, PORT, 3);
	struct lq_nl *ear = nl_policy_subscriber();
	struct lq_nl_events heard = { 0 };
	int fd = lq_listen(LO, PORT, BACKLOG);

	policy.timeout_ms = 200;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(3, lq_acceptq_max(fd));
	lq_fault_below(self->ours);
	lq_fault_rate(100);
	lq_sleep_ms(1000);
	lq_fault_rate(0);
	EXPECT_EQ(0, nl_policy_count(self->nl));
	EXPECT_EQ(BACKLOG, lq_acceptq_max(fd));
	check_heard(_metadata, self->nl, ear, &heard);
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

/* For so long, whatever comes */
static void hear(struct lq_nl *ear, struct lq_nl_events *heard,
		 unsigned int ms)
{
	u64 end = lq_time_ms() + ms;

	while (lq_time_ms() < end)
		lq_nl_hear(ear, heard, 10);
}

/* Births, episodes, deaths: half of their events get lost, all are counted */
FAULT(events)
{
	struct lq_nl *ear = nl_policy_subscriber();
	struct lq_nl_events heard = { 0 };
	struct lq_nl_totals totals;

	ASSERT_EQ(0, lq_nl_times(20, 20));
	lq_fault_below(self->ours);
	lq_fault_rate(50);
	for (int i = 0; i < 60; i++) {
		int fd = lq_listen(LO, PORT + i, 0);

		lq_connect_begin(LO, PORT + i);
		lq_syn_flood(AF_INET, PORT + i, i * 10, 10);
		hear(ear, &heard, 100);
		lq_close(fd);
	}
	hear(ear, &heard, 1000);
	lq_fault_rate(0);
	lq_listen(LO, PORT, BACKLOG);
	check_heard(_metadata, self->nl, ear, &heard);
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_LT(30, totals.events_lost);
	EXPECT_LT(30, heard.n);
	EXPECT_EQ(0, lq_nl_times(1000, 1000));
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

/* Return: an errno; @lines: how many there were */
static int read_all(void *lines)
{
	static char text[1 << 18];
	size_t len = 0;
	ssize_t got;
	int fd = open(LQ_FILE, O_RDONLY | O_CLOEXEC), failed = 0;

	*(int *)lines = 0;
	if (fd < 0)
		return errno;
	while ((got = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += got;
	if (got < 0)
		failed = errno;
	close(fd);
	text[len] = 0;
	if (failed && len)
		lq_error("an error after a part of the text");
	if (!failed && (!len || !strstr(text, "\nunattributed ") ||
			text[len - 1] != '\n'))
		lq_error("the text is not whole, and no error");
	for (const char *end = text; (end = strchr(end, '\n')); end++)
		++*(int *)lines;
	return failed;
}

static void check_read(void *lines, int error)
{
	int all;

	if (error && error != ENOMEM)
		lq_error("reading fails by %d", error);
	if (read_all(&all))
		lq_error("it can't be read afterwards");
	if (!error && *(int *)lines != all)
		lq_error("%d lines of %d, and no error", *(int *)lines, all);
}

#define READINGS 40

FAULT(file)
{
	const struct job job = {
		.name = "file", .attempt = read_all, .check = check_read
	};
	int lines;

	listen_many(0, FEW);
	EXPECT_LT(2, each_nth(&job, self->ours, &lines));
	EXPECT_LT(2, each_nth(&job, LQ_ANYWHERE, &lines));
	listen_many(FEW, MANY);
	EXPECT_LT(2, each_nth(&job, self->ours, &lines));

	/* For a large text the kernel tries twice: both have to fail */
	for (int i = 0; i < READINGS; i++) {
		int error;

		lq_fault_below(self->ours);
		lq_fault_rate(50);
		error = read_all(&lines);
		lq_fault_rate(0);
		check_read(&lines, error);
	}
}

/*
 * A namespace of its own in which it counts. With real clients: the socket that
 * sends spoofed segments stays where it was made.
 */
static void check_namespace(void)
{
	u64 before = lq_line("total", "established");
	int fd;

	if (lq_net_routes())
		lq_error("no loopback device: %s", strerror(errno));
	fd = lq_listen(LO, PORT, BACKLOG);
	if (lq_connect_fill(LO, PORT, fd, 2) != 2 || lq_laws() ||
	    lq_line("total", "established") != before + 2)
		lq_error("a new namespace does not count");
	lq_close_all();
}

static int new_namespace(void *unused)
{
	(void)unused;
	return unshare(CLONE_NEWNET) ? errno : 0;
}

/* Others of whom a namespace is made have other words for it */
static void check_new_namespace(void *ours, int error)
{
	if (error && error != ENOMEM &&
	    (ours || (error != ENOBUFS && error != ENFILE)))
		lq_error("no namespace: %d", error);
	if (ours && !error)
		check_namespace();
	if (access("/proc/self/net/listenq", R_OK))
		lq_error("a namespace without a file");
}

static void try_namespaces(struct __test_metadata *_metadata,
			   struct lq_range below, bool ours)
{
	const struct job job = {
		.name = "namespace", .attempt = new_namespace,
		.check = check_new_namespace,
		.stride = ours ? 1 : lq_stride()
	};
	bool is_ours = ours;

	EXPECT_LT(2, each_nth(&job, below, ours ? &is_ours : NULL));
	check_namespace();
}

FAULT(namespaces)
{
	try_namespaces(_metadata, self->ours, true);
}

FAULT(namespaces_anywhere)
{
	try_namespaces(_metadata, LQ_ANYWHERE, false);
}

/* Namespaces with listeners and policies go while there is no memory for us */
FAULT(end_of_namespaces)
{
	lq_fault_below(self->ours);
	for (int i = 0; i < 5; i++) {
		struct lq_nl *nl;

		ASSERT_EQ(0, lq_net_new());
		nl = lq_nl_open();
		ASSERT_EQ(0, nl_policy_set_many(nl, PORT, 20));
		listen_many(0, FEW);
		lq_connect_begin(LO, PORT);
		lq_nl_close(nl);
		lq_fault_rate(100);
		lq_close_all();
		lq_sleep_ms(200);
		lq_fault_rate(0);
	}
	ASSERT_EQ(0, lq_net_new());
	lq_fault_rate(100);
	lq_sleep_ms(2000);
	lq_fault_rate(0);
	check_namespace();
}

#define DRY		100
#define PERCPU_MAPS	20

/*
 * By who is refused it without a word in the kernel's log. They are given back at
 * the end. Return: how often it was refused.
 */
static unsigned int take_percpu_pages(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
		.value_size = 16384, .max_entries = 1
	};
	unsigned int refused = 0;

	for (int i = 0; i < PERCPU_MAPS; i++) {
		int fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

		if (fd < 0 && errno != ENOMEM)
			lq_error("no map: %s", strerror(errno));
		refused += fd < 0;
	}
	return refused;
}

/* With what a listener has: its verdicts, its peaks, its times */
static void knock(int from, int to)
{
	for (int i = from; i < to; i++) {
		int fd = lq_connect_begin(LO, PORT + i);

		lq_syn_flood(AF_INET, PORT + i, 2 * i, 2);
		lq_close(fd);
	}
}

/*
 * The memory that each CPU has its own of is handed out from pages that were
 * got beforehand: without new ones the first listeners still get theirs. What
 * the others do is counted all the same.
 */
FAULT(no_percpu_memory)
{
	static const char *const percpu[] = {
		"pcpu_alloc", "pcpu_alloc_noprof", "pcpu_balance_workfn",
		"pcpu_populate_chunk", "pcpu_create_chunk", "pcpu_alloc_pages",
		"pcpu_alloc_chunk", NULL
	};
	unsigned int refused;

	listen_many(0, DRY);
	lq_fault_below(lq_range_of(percpu));
	lq_fault_rate(100);
	refused = take_percpu_pages();
	knock(0, DRY);
	lq_fault_rate(0);
	TH_LOG("%u of %d were refused to others", refused, PERCPU_MAPS);
	EXPECT_LT(0, refused);
	EXPECT_EQ((u64)3 * DRY, lq_line("total", "syn_received"));
	EXPECT_EQ(0, lq_laws());
	knock(0, DRY);
	EXPECT_EQ((u64)6 * DRY, lq_line("total", "syn_received"));
	EXPECT_EQ(0, lq_laws());
}

/* The last: to look through all memory takes a while */
FIXTURE(end) {
};

FIXTURE_SETUP(end)
{
	if (!lq_fault_possible())
		SKIP(return, LQ_FAULT_NONE);
}

FIXTURE_TEARDOWN(end)
{
	EXPECT_EQ(0, lq_errors);
}

TEST_F_TIMEOUT(end, leaks, FAULT_TIMEOUT)
{
	int leaks = lq_leaks();

	if (leaks == LQ_LEAKS_UNKNOWN)
		SKIP(return, "the kernel has no kmemleak");
	EXPECT_EQ(0, leaks);
}

TEST_HARNESS_MAIN
