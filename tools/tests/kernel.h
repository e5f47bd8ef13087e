/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel that says what it is told to: the transport that takes the place of
 * socket.c in tests.
 */
#ifndef _LISTENQ_TESTS_KERNEL_H
#define _LISTENQ_TESTS_KERNEL_H

#include "base.h"

struct nlmsghdr;

#define KERNEL_FAMILY 0x20
#define KERNEL_GROUP 7
#define KERNEL_NOTIFY 16

/**
 * enum kernel_channel - what is answered
 * @KERNEL_CONTROL: a request for the family
 * @KERNEL_DUMP: a dump of listeners
 * @KERNEL_GET: a request for one listener
 * @KERNEL_TOTALS: a request for the totals
 * @KERNEL_HOOKS: a dump of hooks
 * @KERNEL_EVENTS: nobody asked
 * @KERNEL_CONTROLLER: a request for the controller of families
 * @KERNEL_POLICIES: a dump of policies
 * @KERNEL_POLICY: a request about one policy
 * @KERNEL_INPUT: not the kernel, but standard input
 * @KERNEL_CHANNELS: how many there are
 */
enum kernel_channel {
	KERNEL_CONTROL,
	KERNEL_DUMP,
	KERNEL_GET,
	KERNEL_TOTALS,
	KERNEL_HOOKS,
	KERNEL_EVENTS,
	KERNEL_CONTROLLER,
	KERNEL_POLICIES,
	KERNEL_POLICY,
	KERNEL_INPUT,
	KERNEL_CHANNELS,
};

void kernel_reset(void);
void kernel_forget(enum kernel_channel channel);
void kernel_say(enum kernel_channel channel, const void *data, size_t len);
void kernel_fail(enum kernel_channel channel, int number);
void kernel_stop_after(unsigned int requests);
void kernel_answer(void (*answer)(const struct nlmsghdr *request));
void kernel_call_at(unsigned int request, void (*call)(void));
const void *kernel_asked(void);

int kernel_run(char **out, char **err, const char *line);

#endif
