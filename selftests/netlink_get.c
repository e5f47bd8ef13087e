// SPDX-License-Identifier: GPL-2.0
/* listener-get, totals-get and hook-get: what /proc shows, to whom, and filters */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"

#define PORT	7000
#define MAPPED	"::ffff:127.0.0.1"

static int listen_on_lo(int port)
{
	int fd = lq_socket_bind(AF_INET, 0, LO, port, false, false);

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) ||
	    listen(fd, 1))
		return -1;
	return fd;
}

#define CHECK_KIND(fd, name, expected_family, expected_v6only) do {	\
	struct lq_nl_listener listener;					\
									\
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, fd, &listener));		\
	EXPECT_STREQ(name, lq_nl_local(&listener));			\
	EXPECT_EQ(expected_family, listener.family);			\
	EXPECT_EQ(expected_v6only, listener.v6only);			\
} while (0)

NETLINK(kinds)
{
	struct lq_nl_listener listener;
	int device = listen_on_lo(PORT + 6);

	ASSERT_LE(0, device);
	CHECK_KIND(lq_listen(LO, PORT, 1), "127.0.0.1:7000", AF_INET, false);
	CHECK_KIND(lq_listen("0.0.0.0", PORT + 1, 1), "0.0.0.0:7001", AF_INET,
		   false);
	CHECK_KIND(lq_listen(LO6, PORT + 2, 1), "[::1]:7002", AF_INET6, true);
	CHECK_KIND(lq_listen("::", PORT + 3, 1), "[::]:7003", AF_INET6, true);
	CHECK_KIND(lq_listen("*", PORT + 4, 1), "*:7004", AF_INET6, false);
	CHECK_KIND(lq_listen(MAPPED, PORT + 5, 1), "[::ffff:127.0.0.1]:7005",
		   AF_INET6, false);
	CHECK_KIND(device, "127.0.0.1%lo:7006", AF_INET, false);
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, device, &listener));
	EXPECT_EQ(if_nametoindex("lo"), listener.ifindex);
	EXPECT_STREQ("lo", listener.ifname);
}

NETLINK(nothing_there)
{
	struct lq_nl_list list;

	EXPECT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	EXPECT_EQ(0, list.n);
	EXPECT_TRUE(list.answer.done);
}

/* Every kind of figure, against what was done, and then against the file */
NETLINK(figures)
{
	enum { BACKLOG = 2, LATE = 5, SPOOFED = 4 };
	int full = lq_listen(LO, PORT, BACKLOG);
	int flooded = lq_listen(LO6, PORT + 1, 1);
	int served = lq_listen(LO, PORT + 2, 10);
	struct lq_nl_listener listener;
	struct lq_nl_sum *figures = &listener.figures;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(BACKLOG + 1, lq_connect_fill(LO, PORT, full, BACKLOG + 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, LATE));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, full, &listener));
	EXPECT_EQ(BACKLOG + 1, figures->acceptq[LISTENQ_A_ACCEPTQ_LEN]);
	EXPECT_EQ(BACKLOG, figures->acceptq[LISTENQ_A_ACCEPTQ_LIMIT]);
	EXPECT_EQ(BACKLOG + 1, figures->acceptq[LISTENQ_A_ACCEPTQ_PEAK]);
	EXPECT_EQ(LATE, lq_nl_counter(figures, "acceptq_overflow_syn"));
	EXPECT_EQ(LATE, lq_nl_counter(figures, "listen_overflow"));
	EXPECT_EQ(LATE, lq_nl_counter(figures, "listen_drop"));

	ASSERT_EQ(0, lq_syn_flood(AF_INET6, PORT + 1, 1, 2 + SPOOFED));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, flooded, &listener));
	EXPECT_EQ(2, figures->synq[LISTENQ_A_SYNQ_LEN]);
	EXPECT_EQ(2, figures->synq[LISTENQ_A_SYNQ_YOUNG]);
	EXPECT_EQ(1, figures->synq[LISTENQ_A_SYNQ_LIMIT]);
	EXPECT_EQ(SPOOFED, lq_nl_counter(figures, "syncookie_sent"));

	ASSERT_EQ(3, lq_connect_fill(LO, PORT + 2, served, 3));
	lq_sleep_ms(50);
	EXPECT_EQ(3, lq_accept_all(served));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, served, &listener));
	EXPECT_EQ(3, lq_nl_counter(figures, "accepted"));
	EXPECT_LT(0, figures->handshake.n);

	/* 50 ms and more, in microseconds */
	EXPECT_LE(16, figures->accept_wait.n);
}

/* What the closed ones leave in the totals */
NETLINK(totals)
{
	int fd = lq_listen(LO, PORT, 1), other = lq_listen(LO6, PORT, 1);
	struct lq_nl_totals totals;

	ASSERT_EQ(2, lq_connect_fill(LO, PORT, fd, 2));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 4));
	ASSERT_EQ(1, lq_connect_fill(LO6, PORT, other, 1));
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_EQ(2, totals.listeners);
	EXPECT_EQ(0, lq_nl_counter(&totals.closed, "established"));
	EXPECT_EQ(3, lq_nl_counter(&totals.total, "established"));
	EXPECT_EQ(4, totals.kernel[LISTENQ_A_COUNTERS_LISTEN_OVERFLOW]);
	EXPECT_EQ(lq_mib("ListenOverflows"),
		  totals.kernel[LISTENQ_A_COUNTERS_LISTEN_OVERFLOW]);
	EXPECT_EQ(LQ_NONE, totals.kernel[LISTENQ_A_COUNTERS_ESTABLISHED]);
	EXPECT_EQ(0, totals.unattributed[LISTENQ_A_REMAINDER_LISTEN_DROP]);

	lq_close(fd);
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_EQ(1, totals.listeners);
	EXPECT_EQ(2, lq_nl_counter(&totals.closed, "established"));
	EXPECT_EQ(4, lq_nl_counter(&totals.closed, "listen_overflow"));
	EXPECT_EQ(2, totals.closed.acceptq[LISTENQ_A_ACCEPTQ_DISCARDED]);
	EXPECT_EQ(3, lq_nl_counter(&totals.total, "established"));
}

/* The file that the module's version stands in */
static void module_version(char *text, size_t size)
{
	FILE *file = fopen("/sys/module/listenq/version", "re");

	*text = '\0';
	if (!file || !fgets(text, size, file))
		lq_error("no version in /sys/module");
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

NETLINK(version)
{
	struct lq_nl_totals totals;
	char version[32];

	module_version(version, sizeof(version));
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_STREQ(version, totals.version);
}

/* A second is a tick, the clock's step at boot and more */
#define CLOCKS_NS	1000000000ull

NETLINK(since)
{
	u64 before = lq_nl_now_ns(), after;
	int fd = lq_listen(LO, PORT, 1);
	struct lq_nl_listener listener;
	struct lq_nl_totals totals;

	after = lq_nl_now_ns();
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, fd, &listener));
	EXPECT_LE(before, listener.since + CLOCKS_NS);
	EXPECT_GE(after + CLOCKS_NS, listener.since);
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_LE(totals.since, listener.since);
	EXPECT_LT(after - 10 * 60 * CLOCKS_NS, totals.since);
}

static bool has_drops(const struct lq_nl_listener *listener)
{
	return lq_nl_counter(&listener->figures, "listen_drop") ||
	       lq_nl_counter(&listener->figures, "listen_overflow");
}

static bool has_address(const struct lq_nl_listener *listener, int family,
			const char *text)
{
	u8 address[16] = { 0 };

	if (!text)
		return true;
	inet_pton(family, text, address);
	return listener->family == family &&
	       !memcmp(address, listener->address, sizeof(address));
}

static bool has_number(u64 wanted, u64 is)
{
	return !wanted || wanted == is;
}

/* What the filter must let through, thought out by ourselves */
static bool passes(const struct lq_nl_filter *filter,
		   const struct lq_nl_listener *listener)
{
	return has_number(filter->id, listener->id) &&
	       has_number(filter->family, listener->family) &&
	       has_number(filter->port, listener->port) &&
	       has_number(filter->inode, listener->inode) &&
	       has_number(filter->cgroup, listener->cgroup) &&
	       has_address(listener, AF_INET, filter->address4) &&
	       has_address(listener, AF_INET6, filter->address6) &&
	       (!filter->drops_only || has_drops(listener));
}

static void check_filter(struct __test_metadata *_metadata, struct lq_nl *nl,
			 const struct lq_nl_list *all,
			 const struct lq_nl_filter *filter)
{
	struct lq_nl_list list;
	int n = 0;

	ASSERT_EQ(0, lq_nl_dump(nl, filter, LQ_NL_BUFFER, &list));
	EXPECT_FALSE(list.answer.interrupted);
	for (int i = 0; i < all->n; i++) {
		if (!passes(filter, &all->listener[i]))
			continue;
		if (n < list.n)
			EXPECT_EQ(all->listener[i].id, list.listener[n].id);
		n++;
	}
	EXPECT_EQ(n, list.n);
	lq_nl_free(&list);
}

/* Different in all that can be filtered, some of it shared by several */
static void open_many(struct __test_metadata *_metadata)
{
	int full = lq_listen(LO, PORT, 0), full6;

	ASSERT_EQ(1, lq_connect_fill(LO, PORT, full, 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 2));
	ASSERT_LE(0, lq_listen("127.0.0.2", PORT, 1));
	ASSERT_LE(0, lq_listen(LO, PORT + 1, 1));
	ASSERT_LE(0, lq_listen("0.0.0.0", PORT + 2, 1));
	full6 = lq_listen(LO6, PORT, 0);
	ASSERT_EQ(1, lq_connect_fill(LO6, PORT, full6, 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET6, PORT, 1, 2));
	ASSERT_LE(0, lq_listen("::", PORT + 1, 1));
	ASSERT_LE(0, lq_listen("*", PORT + 3, 1));
	ASSERT_LE(0, listen_on_lo(PORT + 4));
}

#define FILTERS 7

/* Only the chosen parts of a filter */
static struct lq_nl_filter parts_of(const struct lq_nl_filter *whole,
				    unsigned int chosen)
{
	struct lq_nl_filter filter = { 0 };

	if (chosen & 1)
		filter.id = whole->id;
	if (chosen & 2)
		filter.family = whole->family;
	if (chosen & 4) {
		filter.address4 = whole->address4;
		filter.address6 = whole->address6;
	}
	if (chosen & 8)
		filter.port = whole->port;
	if (chosen & 16)
		filter.inode = whole->inode;
	if (chosen & 32)
		filter.cgroup = whole->cgroup;
	if (chosen & 64)
		filter.drops_only = true;
	return filter;
}

static struct lq_nl_filter filter_of(const struct lq_nl_listener *listener)
{
	static char address[INET6_ADDRSTRLEN];
	struct lq_nl_filter filter = {
		.id = listener->id, .family = listener->family,
		.port = listener->port, .inode = listener->inode,
		.cgroup = listener->cgroup,
	};

	inet_ntop(listener->family, listener->address, address,
		  sizeof(address));
	if (listener->family == AF_INET)
		filter.address4 = address;
	else
		filter.address6 = address;
	return filter;
}

/* Alone, two together and all together, with the values of each listener */
NETLINK(filters)
{
	struct lq_nl_list all;

	open_many(_metadata);
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &all));
	ASSERT_EQ(8, all.n);
	for (int i = 0; i < all.n; i++) {
		struct lq_nl_filter whole = filter_of(&all.listener[i]), part;

		for (unsigned int chosen = 1; chosen < 1 << FILTERS;
		     chosen++) {
			if (__builtin_popcount(chosen) > 2 &&
			    chosen != (1 << FILTERS) - 1)
				continue;
			part = parts_of(&whole, chosen);
			check_filter(_metadata, self->nl, &all, &part);
		}
	}
	lq_nl_free(&all);
}

/* Two filters that no listener passes, though each lets one through */
NETLINK(filters_exclude)
{
	struct lq_nl_filter filter = { .port = PORT + 1 };
	struct lq_nl_list all, list;

	open_many(_metadata);
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &all));
	filter.id = all.listener[0].id;
	ASSERT_NE(PORT + 1, all.listener[0].port);
	EXPECT_EQ(0, lq_nl_dump(self->nl, &filter, LQ_NL_BUFFER, &list));
	EXPECT_EQ(0, list.n);
	lq_nl_free(&list);

	/* As a prefix of the addresses ::ffff:0:0/96, it is no AF_INET */
	ASSERT_LE(0, lq_listen(MAPPED, PORT + 9, 1));
	filter = (struct lq_nl_filter){ .address4 = LO, .port = PORT + 9 };
	EXPECT_EQ(0, lq_nl_dump(self->nl, &filter, LQ_NL_BUFFER, &list));
	EXPECT_EQ(0, list.n);
	lq_nl_free(&list);
	filter = (struct lq_nl_filter){ .address6 = MAPPED };
	EXPECT_EQ(0, lq_nl_dump(self->nl, &filter, LQ_NL_BUFFER, &list));
	EXPECT_EQ(1, list.n);
	lq_nl_free(&list);
	lq_nl_free(&all);
}

static int in_child(struct __test_metadata *_metadata, int (*run)(u64 inode),
		    u64 inode)
{
	int status = -1;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child)
		_exit(run(inode));
	EXPECT_EQ(child, waitpid(child, &status, 0));
	return status;
}

/* A child's checks are lines that say what was wrong, and its exit status */
#define CHECK(condition) ({						\
	bool good = (condition);					\
									\
	if (!good)							\
		fprintf(stderr, "# %s:%d: not %s\n", __func__,		\
			__LINE__, #condition);				\
	!good;								\
})

#define CGROUPS		"/tmp/netlink_get_cgroups"
#define CGROUP		CGROUPS "/one"

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), failed;

	if (fd < 0)
		return -1;
	failed = write(fd, text, strlen(text)) < 0;
	close(fd);
	return failed ? -1 : 0;
}

/* A child in a cgroup of its own: its listener, and its parent's, told apart */
static int in_cgroup(u64 inode)
{
	struct lq_nl_filter filter = { 0 };
	struct lq_nl *nl = lq_nl_open();
	struct lq_nl_list list;
	struct stat st;
	int bad = 0, fd;

	if (put(CGROUP "/cgroup.procs", "0") || stat(CGROUP, &st))
		return 1;
	fd = lq_listen(LO, PORT + 1, 1);
	filter.cgroup = st.st_ino;
	bad += CHECK(!lq_nl_dump(nl, &filter, LQ_NL_BUFFER, &list));
	bad += CHECK(list.n == 1);
	bad += CHECK(list.n && list.listener[0].inode == lq_inode(fd));
	bad += CHECK(list.n && list.listener[0].cgroup == st.st_ino);
	filter.inode = inode;
	bad += CHECK(!lq_nl_dump(nl, &filter, LQ_NL_BUFFER, &list));
	bad += CHECK(list.n == 0);
	return bad || lq_errors;
}

NETLINK(cgroups)
{
	int fd = lq_listen(LO, PORT, 1);

	mkdir(CGROUPS, 0755);
	if (mount("none", CGROUPS, "cgroup2", 0, NULL))
		SKIP(return, "no cgroups of version 2");
	ASSERT_EQ(0, mkdir(CGROUP, 0755));
	EXPECT_EQ(0, in_child(_metadata, in_cgroup, lq_inode(fd)));
	EXPECT_TRUE(lq_wait_until(!rmdir(CGROUP), 2000));
	EXPECT_EQ(0, umount(CGROUPS));
	rmdir(CGROUPS);
}

/* Behind both headers */
#define FIRST_ATTRIBUTE (NLMSG_HDRLEN + GENL_HDRLEN)

NETLINK(absent)
{
	int fd = lq_listen(LO, PORT, 1);
	struct lq_nl_filter filter = { 0 };
	struct lq_nl_listener listener;
	struct lq_nl_answer answer;
	struct lq_nl_list list;

	ASSERT_EQ(0, lq_nl_get_fd(self->nl, fd, &listener));
	EXPECT_EQ(ENOENT, lq_nl_get(self->nl, listener.id + 1, &listener,
				    &answer));
	EXPECT_STRNE("", answer.text);
	EXPECT_EQ(FIRST_ATTRIBUTE, answer.offset);
	EXPECT_EQ(0, answer.messages);
	EXPECT_EQ(ENOENT, lq_nl_get(self->nl, ~0ull, &listener, &answer));
	EXPECT_STRNE("", answer.text);

	filter.id = listener.id + 1;
	EXPECT_EQ(0, lq_nl_dump(self->nl, &filter, LQ_NL_BUFFER, &list));
	EXPECT_EQ(0, list.n);
	lq_nl_free(&list);

	/* One that was there a moment ago */
	lq_close(fd);
	EXPECT_EQ(ENOENT, lq_nl_get(self->nl, listener.id, &listener,
				    &answer));
}

static void check_name(struct __test_metadata *_metadata, struct lq_nl *nl,
		       int port, const char *name)
{
	struct lq_nl_listener listener;
	char given[16] = { 0 };
	int fd;

	prctl(PR_SET_NAME, name);
	prctl(PR_GET_NAME, given);
	fd = lq_listen(LO, port, 1);
	ASSERT_EQ(0, lq_nl_get_fd(nl, fd, &listener));
	EXPECT_EQ(getpid(), (pid_t)listener.pid);
	EXPECT_EQ((int)strlen(given), listener.comm_len);
	EXPECT_EQ(0, memcmp(given, listener.comm, strlen(given)));
}

/* A name may hold any bytes, and fill all of its place */
NETLINK(owner)
{
	struct lq_nl_listener listener;
	int fd;

	check_name(_metadata, self->nl, PORT, "server");
	check_name(_metadata, self->nl, PORT + 1, "a b\n\t\"\\c");
	check_name(_metadata, self->nl, PORT + 2, "\xff\xfe\x80 \x01");
	check_name(_metadata, self->nl, PORT + 3, "fifteen_letters");
	check_name(_metadata, self->nl, PORT + 4, "x");

	ASSERT_EQ(0, seteuid(1234));
	fd = lq_listen(LO, PORT + 5, 1);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, fd, &listener));
	EXPECT_EQ(1234, listener.uid);
}

/* In the order of their ids, and never an id again */
NETLINK(order)
{
	enum { LISTENERS = 60 };
	u64 highest = 0, last = 0;
	struct lq_nl_list list;
	int fd[LISTENERS];

	for (int i = 0; i < LISTENERS; i++)
		fd[i] = lq_listen(LO, PORT + i, 1);
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	ASSERT_EQ(LISTENERS, list.n);
	highest = list.listener[list.n - 1].id;
	lq_nl_free(&list);
	for (int i = 0; i < LISTENERS; i += 3) {
		lq_close(fd[i]);
		fd[i] = lq_listen(LO, PORT + i, 1);
	}
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	EXPECT_EQ(LISTENERS, list.n);
	for (int i = 0; i < list.n; i++) {
		bool again = (list.listener[i].port - PORT) % 3 == 0;

		EXPECT_LT(last, list.listener[i].id);
		EXPECT_EQ(again, list.listener[i].id > highest);
		last = list.listener[i].id;
	}
	lq_nl_free(&list);
}

/*
 * The same at every size of buffer, down to one that has room for one message
 * only, of as many datagrams as it takes
 */
NETLINK(buffers)
{
	static const size_t size[] = {
		LQ_NL_FITTING, 2 << 10, 4 << 10, 16 << 10, 64 << 10
	};
	enum { LISTENERS = 100, SIZES = sizeof(size) / sizeof(*size) };
	unsigned int datagrams[SIZES];

	for (int i = 0; i < LISTENERS; i++)
		ASSERT_LE(0, lq_listen(LO, PORT + i, 1));
	for (int i = 0; i < SIZES; i++) {
		struct lq_nl *nl = lq_nl_open();
		struct lq_nl_list list;

		ASSERT_EQ(0, lq_nl_dump(nl, NULL, size[i], &list));
		EXPECT_EQ(LISTENERS, list.n);
		EXPECT_FALSE(list.answer.truncated);
		EXPECT_FALSE(list.answer.interrupted);
		for (int j = 0; j < list.n; j++)
			EXPECT_EQ(PORT + j, list.listener[j].port);
		datagrams[i] = list.answer.datagrams;
		TH_LOG("buffer %zu: %u datagrams, at most %u messages in one",
		       size[i], list.answer.datagrams, list.answer.most);
		lq_nl_free(&list);
		lq_nl_close(nl);
	}

	/* That a large buffer was used and a small one kept to */
	EXPECT_LT(2 * datagrams[3], datagrams[2]);
	EXPECT_LE(datagrams[4], datagrams[3]);
}

static int other_namespace(u64 inode)
{
	struct lq_nl_filter filter = { .inode = inode };
	struct lq_nl *nl;
	struct lq_nl_list list;
	int bad = 0;

	if (lq_net_new() || lq_listen(LO, PORT, 1) < 0)
		return 1;
	nl = lq_nl_open();
	bad += CHECK(nl && !lq_nl_dump(nl, NULL, LQ_NL_BUFFER, &list));
	bad += CHECK(list.n == 1 && list.listener[0].inode != inode);
	lq_nl_free(&list);
	bad += CHECK(!lq_nl_dump(nl, &filter, LQ_NL_BUFFER, &list));
	bad += CHECK(list.n == 0);
	bad += CHECK(!lq_nl_differs(nl));
	return bad || lq_errors;
}

NETLINK(namespaces)
{
	int fd = lq_listen(LO, PORT, 1);
	struct lq_nl_list list;

	ASSERT_LE(0, lq_listen(LO, PORT + 1, 1));
	EXPECT_EQ(0, in_child(_metadata, other_namespace, lq_inode(fd)));
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	EXPECT_EQ(2, list.n);
	lq_nl_free(&list);

	/* It is the socket's namespace that counts, not the asker's */
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	EXPECT_EQ(2, list.n);
	lq_nl_free(&list);
	lq_nl_close(self->nl);
	self->nl = lq_nl_open();
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	EXPECT_EQ(0, list.n);
	lq_nl_free(&list);

	/* The laws are about the namespace where things happened */
	lq_close_all();
}

static int become(unsigned int uid)
{
	return setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	       setresuid(uid, uid, uid) || prctl(PR_SET_DUMPABLE, 1);
}

static int unprivileged(u64 inode)
{
	struct lq_nl_filter filter = { .inode = inode };
	struct lq_nl_list list;
	struct lq_nl *nl;
	int bad = 0;

	if (become(65534))
		return 1;
	bad += CHECK(unshare(CLONE_NEWNET));
	nl = lq_nl_open();
	bad += CHECK(nl);
	bad += CHECK(!lq_nl_differs(nl));
	bad += CHECK(!lq_nl_dump(nl, &filter, LQ_NL_BUFFER, &list));
	bad += CHECK(list.n == 1 && list.listener[0].uid == 0);
	bad += CHECK((pid_t)list.listener[0].pid == getppid());
	bad += CHECK(!lq_nl_subscribe(nl));
	return bad || lq_errors;
}

NETLINK(no_privilege)
{
	int fd = lq_listen(LO, PORT, 1);

	ASSERT_EQ(2, lq_connect_fill(LO, PORT, fd, 2));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 2));
	EXPECT_EQ(0, in_child(_metadata, unprivileged, lq_inode(fd)));
}

#define OWNER		1234
#define NO_USER		65534

/* A user namespace in which 0 is who was 1234, and nobody else is known */
static int user_namespace(u64 inode)
{
	struct lq_nl_list list;
	struct lq_nl *nl;
	int bad = 0;

	if (become(OWNER) || unshare(CLONE_NEWUSER) ||
	    put("/proc/self/uid_map", "0 1234 1\n"))
		return 1;
	nl = lq_nl_open();
	bad += CHECK(nl && !lq_nl_dump(nl, NULL, LQ_NL_BUFFER, &list));
	for (int i = 0; i < list.n; i++)
		bad += CHECK(list.listener[i].uid ==
			     (list.listener[i].inode == inode ? 0 : NO_USER));
	bad += CHECK(list.n == 2);
	bad += CHECK(!lq_nl_differs(nl));
	return bad || lq_errors;
}

NETLINK(user_namespaces)
{
	struct lq_nl_listener listener;
	int mine;

	ASSERT_LE(0, lq_listen(LO, PORT, 1));
	ASSERT_EQ(0, seteuid(OWNER));
	mine = lq_listen(LO, PORT + 1, 1);
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(0, in_child(_metadata, user_namespace, lq_inode(mine)));

	/* While who was here before sees what it always saw */
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, mine, &listener));
	EXPECT_EQ(OWNER, listener.uid);
}

/* As process 1 of a pid namespace: it sees itself, its parent it doesn't */
static int first_process(u64 inode)
{
	int fd = lq_listen(LO, PORT + 1, 1);
	struct lq_nl_listener own, others;
	struct lq_nl_filter filter = { .inode = inode };
	struct lq_nl *nl = lq_nl_open();
	struct lq_nl_list list;
	int bad = 0;

	bad += CHECK(nl && !lq_nl_get_fd(nl, fd, &own));
	bad += CHECK(own.pid == 1);
	bad += CHECK(!lq_nl_dump(nl, &filter, LQ_NL_BUFFER, &list));
	bad += CHECK(list.n == 1);
	others = list.listener[0];
	bad += CHECK(others.pid == LQ_NONE);
	bad += CHECK(others.comm_len < 0);
	return bad || lq_errors;
}

static int pid_namespace(u64 inode)
{
	int status = 1;
	pid_t child;

	if (unshare(CLONE_NEWPID))
		return 1;
	child = fork();
	if (!child)
		_exit(first_process(inode));
	waitpid(child, &status, 0);
	return status != 0;
}

NETLINK(pid_namespaces)
{
	int fd = lq_listen(LO, PORT, 1);

	EXPECT_EQ(0, in_child(_metadata, pid_namespace, lq_inode(fd)));
}

#define HOOKED	"/sys/module/listenq/parameters/hooked"
#define HOOKS	16

struct hooks {
	struct lq_nl_hook hook[HOOKS];
	int n;
};

static void take_hook(const struct nlmsghdr *message, void *data)
{
	struct hooks *hooks = data;

	if (hooks->n == HOOKS)
		lq_error("more than %d hooks", HOOKS);
	else
		lq_nl_parse_hook(message, &hooks->hook[hooks->n++]);
}

static int get_hook(struct lq_nl *nl, u32 index, struct hooks *hooks,
		    struct lq_nl_answer *answer)
{
	char space[256];
	struct nlmsghdr *request = lq_nl_request(space, LISTENQ_CMD_HOOK_GET,
						 NLM_F_ACK);

	memset(hooks, 0, sizeof(*hooks));
	mnl_attr_put_u32(request, LISTENQ_A_HOOK_INDEX, index);
	return lq_nl_talk(nl, request, LQ_NL_BUFFER, take_hook, hooks, answer);
}

static int dump_hooks(struct lq_nl *nl, struct hooks *hooks)
{
	char space[256];
	struct nlmsghdr *request = lq_nl_request(space, LISTENQ_CMD_HOOK_GET,
						 NLM_F_DUMP);
	struct lq_nl_answer answer;

	memset(hooks, 0, sizeof(*hooks));
	return lq_nl_talk(nl, request, LQ_NL_BUFFER, take_hook, hooks,
			  &answer);
}

static bool is_same_hook(const struct lq_nl_hook *hook, const char *line)
{
	static const char *const ways[] = {
		"off", "replace", "probe", "entry"
	};
	unsigned long long hits, missed;
	char function[64], way[16];

	if (sscanf(line, "%63s %15s hits %llu missed %llu", function, way,
		   &hits, &missed) != 4)
		return !strncmp(line, hook->function, strlen(hook->function));
	return !strcmp(function, hook->function) &&
	       hook->way < 4 && !strcmp(way, ways[hook->way]) &&
	       hits == hook->hits && missed == hook->missed;
}

/* Line by line what the parameter shows; in the order of their indices */
NETLINK(hooks)
{
	int fd = lq_listen(LO, PORT, 8), n = 0;
	struct lq_nl_answer answer;
	struct hooks hooks, one;
	char line[256];
	FILE *file;

	EXPECT_EQ(3, lq_connect_fill(LO, PORT, fd, 3));
	ASSERT_EQ(0, dump_hooks(self->nl, &hooks));
	file = fopen(HOOKED, "re");
	ASSERT_NE(NULL, file);
	for (; fgets(line, sizeof(line), file); n++)
		EXPECT_TRUE(n < hooks.n && is_same_hook(&hooks.hook[n], line));
	fclose(file);
	EXPECT_EQ(n, hooks.n);
	EXPECT_LT(4, n);
	for (int i = 0; i < hooks.n; i++) {
		const struct lq_nl_hook *hook = &hooks.hook[i];

		EXPECT_TRUE(!i || hook[-1].index < hook->index);
		ASSERT_EQ(0, get_hook(self->nl, hook->index, &one, &answer));
		EXPECT_EQ(1, one.n);
		EXPECT_STREQ(hook->function, one.hook[0].function);
		EXPECT_EQ(hook->way, one.hook[0].way);
		EXPECT_EQ(hook->exactness, one.hook[0].exactness);
		EXPECT_EQ(hook->hits, one.hook[0].hits);
	}
	EXPECT_EQ(ENOENT, get_hook(self->nl, 1000, &one, &answer));
	EXPECT_STRNE("", answer.text);
	EXPECT_EQ(FIRST_ATTRIBUTE, answer.offset);
}

TEST_HARNESS_MAIN
