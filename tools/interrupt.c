// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting, and the signals that end a command that would run for ever.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "interrupt.h"
#include "base.h"

atomic_bool lq_interrupted;	/* one of the signals came */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
static sigset_t before_hold;

static void interrupt(int signal)
{
	(void)signal;
	lq_interrupted = 1;
}

/**
 * lq_interrupt_catch() - let signals end a command in order
 *
 * From here on lq_interrupted tells of them. What nohup(1) ignores stays ignored;
 * a shell ignores SIGINT in the background, where scripts want to send it.
 */
void lq_interrupt_catch(void)
{
	struct sigaction old, new = { .sa_handler = interrupt };
	size_t n;

	for (n = 0; n < ARRAY_SIZE(signals); n++) {
		sigaction(signals[n], NULL, &old);
		if (signals[n] != SIGHUP || old.sa_handler != SIG_IGN)
			sigaction(signals[n], &new, NULL);
	}
}

static sigset_t ours(void)
{
	sigset_t set;
	size_t n;

	sigemptyset(&set);
	for (n = 0; n < ARRAY_SIZE(signals); n++)
		sigaddset(&set, signals[n]);
	return set;
}

/**
 * lq_interrupt_hold() - let signals wait, for as long as something has to be whole
 */
void lq_interrupt_hold(void)
{
	sigset_t set = ours();

	sigprocmask(SIG_BLOCK, &set, &before_hold);
}

/**
 * lq_interrupt_release() - let those come that waited
 */
void lq_interrupt_release(void)
{
	sigprocmask(SIG_SETMASK, &before_hold, NULL);
}

/* Blocked between the look at the flag and the wait: none is missed there. */
static int poll_or_signal(struct pollfd *fds, int nr, const struct timespec *timeout)
{
	sigset_t set = ours(), old;
	int ready = -1;

	sigprocmask(SIG_BLOCK, &set, &old);
	if (lq_interrupted)
		errno = EINTR;
	else
		ready = ppoll(fds, nr, timeout, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ready;
}

/**
 * lq_wait() - wait for something to read
 * @fd: from where; -1: only wait
 * @milliseconds: how long at most; -1: for ever
 *
 * Return: 1 when there is something, 0 when the time is over, -1 and errno:
 * EINTR after a signal, EPIPE when nobody reads our output any more.
 */
int lq_wait(int fd, int milliseconds)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	struct timespec timeout = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000L,
	};
	int ready;

	ready = poll_or_signal(fds, 2, milliseconds < 0 ? NULL : &timeout);
	if (ready < 0)
		return -1;
	if (fds[1].revents & (POLLERR | POLLHUP)) {
		errno = EPIPE;
		return -1;
	}
	return ready > 0;
}
