/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scenario runs in a network namespace of its own and ends with the laws:
 * once as it left things, once more with all its sockets closed.
 */
#ifndef LQ_FIXTURE_H
#define LQ_FIXTURE_H

#include <kselftest_harness.h>

#include "lq.h"

#define LO	"127.0.0.1"
#define LO6	"::1"

/* Virtual seconds: a whole SYN-ACK backoff and some more */
#define SCENARIO_TIMEOUT 300

FIXTURE(netns) {
};

FIXTURE_SETUP(netns)
{
	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
}

FIXTURE_TEARDOWN(netns)
{
	EXPECT_EQ(0, lq_laws());
	lq_close_all();
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_errors);
}

#define SCENARIO(name) TEST_F_TIMEOUT(netns, name, SCENARIO_TIMEOUT)

/* A column of the listener behind a descriptor, as it is now */
#define EXPECT_COLUMN(expected, fd, column)				\
	EXPECT_EQ((u64)(expected), lq_now(fd, column))

/* The same of a line known by name */
#define EXPECT_LINE(expected, local, column)				\
	EXPECT_EQ((u64)(expected), lq_line(local, column))

/* A listener's column that the kernel counts too, to the unit */
#define EXPECT_COLUMN_MIB(expected, fd, column, mib) do {		\
	u64 kernel_count = lq_mib(mib);					\
									\
	EXPECT_EQ((u64)(expected), kernel_count);			\
	EXPECT_EQ(kernel_count, lq_now(fd, column));			\
} while (0)

/* Both queues against the kernel's own figures */
#define EXPECT_QUEUES(fd, port, acceptq, synq) do {			\
	unsigned int in_acceptq = (acceptq), in_synq = (synq);		\
	int listener = (fd);						\
									\
	EXPECT_EQ(in_acceptq, lq_acceptq(listener));			\
	EXPECT_EQ(in_synq, lq_syn_recv(port));				\
	EXPECT_COLUMN(in_acceptq, listener, "acceptq");			\
	EXPECT_COLUMN(in_synq, listener, "synq");			\
} while (0)

#endif /* LQ_FIXTURE_H */
