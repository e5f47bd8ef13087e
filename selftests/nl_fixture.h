/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test of the netlink family runs in a network namespace of its own, and ends
 * with a comparison of everything the family says to /proc/listenq: once as it
 * left things, once more with all its sockets closed. Like a scenario otherwise.
 */
#ifndef NL_FIXTURE_H
#define NL_FIXTURE_H

#include "lq_fixture.h"
#include "nl_common.h"

FIXTURE(netlink) {
	struct lq_nl *nl;
};

FIXTURE_SETUP(netlink)
{
	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
}

FIXTURE_TEARDOWN(netlink)
{
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	lq_close_all();
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	EXPECT_EQ(0, lq_laws());
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

#define NETLINK(name) TEST_F_TIMEOUT(netlink, name, SCENARIO_TIMEOUT)

#endif /* NL_FIXTURE_H */
