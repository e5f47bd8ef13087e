// SPDX-License-Identifier: GPL-2.0
/*
 * Whether what we said was heard.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "interrupt.h"
#include "output.h"

/**
 * lq_output_prepare() - begin
 *
 * Where standard descriptors are closed, the next socket would get their
 * numbers, and our output.
 */
void lq_output_prepare(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* Opened the wrong way round: use fails as if it were closed. */
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null",
			     fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
	/* A parent may have it ignored. */
	signal(SIGPIPE, SIG_DFL);
}

/**
 * lq_output_broken() - nobody reads our output: end as others do
 */
void lq_output_broken(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

static int failed(int number)
{
	struct lq_error error;

	if (number == EPIPE)
		lq_output_broken();
	lq_error_set(&error, "cannot write: %s", strerror(number));
	/* Told; the end has nothing to add. */
	clearerr(stdout);
	return lq_failed(&error);
}

/**
 * lq_output_flush() - write what there is
 *
 * Return: 0, or how the program ends; the error has been told.
 */
int lq_output_flush(void)
{
	/* printf() has failed before, and did not leave its reason. */
	errno = lq_interrupted ? EINTR : EIO;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	if (errno != EINTR || !lq_interrupted)
		return failed(errno);
	/* Ctrl-C, while whoever reads us was in no hurry. */
	clearerr(stdout);
	return 0;
}

/**
 * lq_output_close() - write the rest
 * @status: how the program would end
 *
 * Return: how it ends.
 */
int lq_output_close(int status)
{
	int flushed = lq_output_flush();

	if (flushed)
		return flushed;
	/* Some file systems tell only then that they are full. */
	if (fclose(stdout) && errno != EBADF)
		return failed(errno);
	return status;
}
