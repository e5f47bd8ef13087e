// SPDX-License-Identifier: GPL-2.0
/*
 * Whose policies they are: of one network namespace, within its limits, of who is
 * root there, and on that one's account.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"
#include "nl_policy.h"

#define PORT		7000
#define SOMAXCONN_FILE	"net/core/somaxconn"
#define MAX_POLICIES	1024

#define N(array) (sizeof(array) / sizeof(*(array)))

static int in_child(struct __test_metadata *_metadata,
		    int (*run)(struct lq_nl *others), struct lq_nl *nl)
{
	int status = -1;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child)
		_exit(run(nl));
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

/* The same key here and there, two policies */
static int other_namespace(struct lq_nl *others)
{
	struct nl_policy key = nl_policy_for(LO, PORT), got = key;
	struct lq_nl_events heard = { 0 };
	struct lq_nl *nl, *ear;
	int bad = 0, fd;

	if (lq_net_new())
		return 1;
	fd = lq_listen(LO, PORT, 2);
	lq_sleep_ms(100);
	nl = lq_nl_open();
	ear = nl_policy_subscriber();
	if (!nl || !ear)
		return 1;
	bad += CHECK(nl_policy_count(nl) == 0);
	bad += CHECK(nl_policy_get(nl, &key, &got) == -ENOENT);
	bad += CHECK(nl_policy_del(nl, &key) == -ENOENT);
	bad += CHECK(nl_policy_limit_is(fd, 2));
	bad += CHECK(!nl_policy_set_backlog(nl, LO, PORT, 50));
	bad += CHECK(nl_policy_limit_is(fd, 50));

	/* By way of a socket from there: it is the socket's that counts */
	bad += CHECK(!nl_policy_set_backlog(others, LO, PORT, 60));
	bad += CHECK(nl_policy_limit_is(fd, 50));
	bad += CHECK(!nl_policy_get(others, &key, &got));
	bad += CHECK(got.backlog == 60);
	bad += CHECK(nl_policy_hear(ear, &heard, 1) == 1);
	bad += CHECK(!lq_nl_differs(nl));

	/* The one here is left to the end of the namespace */
	return bad || lq_errors;
}

NETLINK(namespaces)
{
	int fd = lq_listen(LO, PORT, 1);
	struct lq_nl_events heard = { 0 };
	struct lq_nl *ear = nl_policy_subscriber();

	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 40));
	EXPECT_EQ(0, in_child(_metadata, other_namespace, self->nl));
	EXPECT_TRUE(nl_policy_limit_is(fd, 60));
	EXPECT_EQ(1, nl_policy_count(self->nl));
	EXPECT_EQ(2, nl_policy_hear(ear, &heard, 2));
	EXPECT_EQ(60, heard.event[1].policy.backlog);
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

/* Each namespace may have as many as can be */
static int fill_namespace(struct lq_nl *others)
{
	struct lq_nl *nl;
	int bad = 0;

	if (lq_net_new())
		return 1;
	nl = lq_nl_open();
	bad += CHECK(!nl_policy_set_many(nl, PORT, MAX_POLICIES));
	bad += CHECK(nl_policy_count(others) == MAX_POLICIES);
	return bad || lq_errors;
}

NETLINK(as_many_in_each_namespace)
{
	ASSERT_EQ(0, nl_policy_set_many(self->nl, PORT, MAX_POLICIES));
	EXPECT_EQ(0, in_child(_metadata, fill_namespace, self->nl));
}

static int other_somaxconn(struct lq_nl *others)
{
	struct lq_nl *nl;
	int bad = 0;

	if (lq_net_new())
		return 1;
	nl = lq_nl_open();
	lq_sysctl_set(SOMAXCONN_FILE, 100);
	bad += CHECK(nl_policy_set_backlog(nl, LO, PORT, 101));
	bad += CHECK(!nl_policy_set_backlog(nl, LO, PORT, 100));
	bad += CHECK(nl_policy_set_backlog(others, LO, PORT, 100));
	bad += CHECK(nl_policy_set_backlog(others, LO, PORT, 11));
	bad += CHECK(!nl_policy_set_backlog(others, LO, PORT, 10));
	return bad || lq_errors;
}

/* It is the namespace's own, and that of today */
NETLINK(somaxconn)
{
	struct nl_policy policy = nl_policy_for(LO, PORT);

	lq_sysctl_set(SOMAXCONN_FILE, 10);
	EXPECT_EQ(0, in_child(_metadata, other_somaxconn, self->nl));
	EXPECT_EQ(1, nl_policy_count(self->nl));
	policy.synq = 11;
	EXPECT_NE(0, nl_policy_set(self->nl, &policy));
	policy.synq = 10;
	EXPECT_EQ(0, nl_policy_set(self->nl, &policy));
	lq_sysctl_set(SOMAXCONN_FILE, 70000);
	EXPECT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 70000));
	EXPECT_NE(0, nl_policy_set_backlog(self->nl, LO, PORT, 70001));
	lq_sysctl_set(SOMAXCONN_FILE, 0);
	EXPECT_NE(0, nl_policy_set_backlog(self->nl, LO, PORT, 1));
	EXPECT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 0));
}

static int become(unsigned int uid)
{
	return setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	       setresuid(uid, uid, uid) || prctl(PR_SET_DUMPABLE, 1);
}

/* Of whom may only read, by way of that socket */
static int only_reads(struct lq_nl *nl)
{
	struct nl_policy key = nl_policy_for(LO, PORT), got = key;
	int bad = 0;

	bad += CHECK(nl_policy_set_backlog(nl, LO, PORT, 9) == -EPERM);
	bad += CHECK(nl_policy_set_backlog(nl, LO, PORT + 1, 9) == -EPERM);
	bad += CHECK(nl_policy_del(nl, &key) == -EPERM);
	bad += CHECK(nl_policy_del_key(nl, LO, PORT + 1) == -EPERM);
	bad += CHECK(!nl_policy_get(nl, &key, &got));
	bad += CHECK(got.backlog == 5);
	bad += CHECK(nl_policy_count(nl) == 1);
	return bad;
}

#define OWNER 1234

static int unprivileged(struct lq_nl *others)
{
	struct lq_nl_events heard = { 0 };
	struct lq_nl *nl;
	int bad = 0;

	if (become(OWNER))
		return 1;
	nl = lq_nl_open();
	if (!nl)
		return 1;
	bad += only_reads(nl);
	bad += only_reads(others);
	bad += CHECK(!lq_nl_subscribe(nl));
	lq_nl_hear(nl, &heard, 10);
	bad += CHECK(heard.n == 0);
	bad += CHECK(!lq_nl_differs(nl));
	return bad || lq_errors;
}

/* Root in its own user namespace, but the network namespace is not its own */
static int foreign_network(struct lq_nl *others)
{
	struct lq_nl *nl;
	int bad = 0;

	if (become(OWNER) || unshare(CLONE_NEWUSER))
		return 1;
	nl = lq_nl_open();
	if (!nl)
		return 1;
	bad += only_reads(nl);
	bad += only_reads(others);
	return bad || lq_errors;
}

/* Never root of anything else, yet root here: but only here */
static int own_network(struct lq_nl *others)
{
	struct lq_nl *nl;
	int bad = 0, fd;

	if (become(OWNER) || unshare(CLONE_NEWUSER | CLONE_NEWNET) ||
	    lq_net_routes())
		return 1;
	nl = lq_nl_open();
	if (!nl)
		return 1;
	fd = lq_listen(LO, PORT, 1);
	bad += CHECK(!nl_policy_set_backlog(nl, LO, PORT, 7));
	bad += CHECK(nl_policy_limit_is(fd, 7));
	bad += CHECK(nl_policy_count(nl) == 1);
	bad += CHECK(!nl_policy_del_key(nl, LO, PORT));
	bad += CHECK(nl_policy_limit_is(fd, 1));
	bad += CHECK(!nl_policy_set_backlog(nl, NULL, PORT, 8));
	bad += CHECK(nl_policy_limit_is(fd, 8));
	bad += only_reads(others);
	return bad || lq_errors;
}

/* Opened by who may, before it became who may not */
static int opened_before(struct lq_nl *others)
{
	struct lq_nl *nl = lq_nl_open();
	int bad = 0;

	if (!nl || unshare(CLONE_NEWUSER))
		return 1;
	bad += only_reads(nl);
	bad += only_reads(others);
	if (unshare(CLONE_NEWNET))
		return 1;
	bad += only_reads(nl);
	return bad || lq_errors;
}

/*
 * As a program does that was made to write to its standard output: without saying
 * where to. The kernel takes an address for a sign of intent.
 */
static int write_request(struct lq_nl *nl, u8 command)
{
	struct nl_policy policy = nl_policy_backlog_for(LO, PORT, 9);
	char space[1024];
	struct nlmsghdr *request = nl_policy_request(space, command);
	struct lq_nl_answer answer;

	if (command == LISTENQ_CMD_POLICY_SET)
		nl_policy_put(request, &policy);
	else
		nl_policy_put_key(request, &policy);
	request->nlmsg_type = nl->family;
	request->nlmsg_seq = ++nl->seq;
	if (write(mnl_socket_get_fd(nl->socket), request,
		  request->nlmsg_len) < 0)
		return -errno;
	return -lq_nl_receive(nl, nl->seq, LQ_NL_BUFFER, NULL, NULL, &answer);
}

/* And the other way round: a socket is no way to have root do it for one */
static int opened_by_another(struct lq_nl *others)
{
	struct lq_nl *nl;
	int bad = 0;

	if (seteuid(OWNER))
		return 1;
	nl = lq_nl_open();
	if (!nl || seteuid(0))
		return 1;
	bad += CHECK(write_request(nl, LISTENQ_CMD_POLICY_SET) == -EPERM);
	bad += CHECK(write_request(nl, LISTENQ_CMD_POLICY_DEL) == -EPERM);
	bad += CHECK(!write_request(others, LISTENQ_CMD_POLICY_SET));
	bad += CHECK(!write_request(others, LISTENQ_CMD_POLICY_DEL));
	bad += CHECK(!nl_policy_set_backlog(others, LO, PORT, 5));
	return bad || lq_errors;
}

NETLINK(privileges)
{
	static int (*const who[])(struct lq_nl *others) = {
		unprivileged, foreign_network, own_network, opened_before,
		opened_by_another
	};
	int fd = lq_listen(LO, PORT, 1);

	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 5));
	for (unsigned int i = 0; i < N(who); i++) {
		EXPECT_EQ(0, in_child(_metadata, who[i], self->nl));
		EXPECT_TRUE(nl_policy_limit_is(fd, 5));
		EXPECT_EQ(1, nl_policy_count(self->nl));
	}
}

#define CGROUPS		"/tmp/netlink_policy_cgroups"
#define CGROUP		CGROUPS "/one"

static int put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), failed;

	if (fd < 0)
		return -1;
	failed = write(fd, text, strlen(text)) < 0;
	close(fd);
	return failed ? -1 : 0;
}

/* A figure of the group's; -1: it has none such */
static long memory_of(const char *name)
{
	FILE *file = fopen(CGROUP "/memory.stat", "re");
	size_t len = strlen(name);
	long value = -1;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, len) && line[len] == ' ')
			value = atol(line + len);
	if (file)
		fclose(file);
	return value;
}

/* What the kernel holds for the group, in bytes. The sum is told from 5.18 on */
static long kernel_memory(void)
{
	long sum = memory_of("kernel");

	return sum < 0 ? memory_of("slab") : sum;
}

/* Less than a policy can have: four keys and numbers in it */
#define LEAST_BYTES 48

/* Older kernels show it in steps of 128 KiB: what comes back is not seen at once */
static int again_and_again(struct lq_nl *nl, struct lq_nl *others, long most)
{
	int bad = 0;

	for (int i = 0; i < 4; i++) {
		bad += CHECK(!nl_policy_set_many(nl, PORT, MAX_POLICIES));
		bad += CHECK(!nl_policy_clear_all(others));
	}
	return bad + CHECK(lq_wait_until(kernel_memory() < most, 5000));
}

static int charged(struct lq_nl *others)
{
	struct lq_nl *nl;
	long before, with;
	int bad = 0;

	if (put_text(CGROUP "/cgroup.procs", "0"))
		return 1;
	nl = lq_nl_open();

	/* Whatever the first ones of anything need */
	bad += CHECK(!nl_policy_set_many(nl, PORT, 8));
	bad += CHECK(!nl_policy_clear_all(nl));
	before = kernel_memory();
	bad += CHECK(!nl_policy_set_many(nl, PORT, MAX_POLICIES));
	with = kernel_memory();
	bad += CHECK(before >= 0);
	bad += CHECK(with - before >= MAX_POLICIES * LEAST_BYTES);

	/* Who deletes them doesn't matter */
	bad += CHECK(!nl_policy_clear_all(others));
	if (memory_of("kernel") >= 0)
		bad += CHECK(lq_wait_until(kernel_memory() - before <
					   (with - before) / 2, 5000));
	else
		bad += again_and_again(nl, others, before + 2 * (with - before));
	if (bad)
		fprintf(stderr, "# %ld bytes before, %ld with, %ld after\n",
			before, with, kernel_memory());
	return bad || lq_errors;
}

/* The memory is that of who sets them */
NETLINK(memory_is_charged)
{
	mkdir(CGROUPS, 0755);
	if (mount("none", CGROUPS, "cgroup2", 0, NULL))
		SKIP(return, "no cgroups of version 2");
	if (put_text(CGROUPS "/cgroup.subtree_control", "+memory")) {
		umount(CGROUPS);
		SKIP(return, "no memory controller");
	}
	ASSERT_EQ(0, mkdir(CGROUP, 0755));
	EXPECT_EQ(0, in_child(_metadata, charged, self->nl));
	EXPECT_TRUE(lq_wait_until(!rmdir(CGROUP), 5000));
	EXPECT_EQ(0, umount(CGROUPS));
	rmdir(CGROUPS);
}

TEST_HARNESS_MAIN
