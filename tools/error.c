// SPDX-License-Identifier: GPL-2.0
/*
 * Errors are told once, on one line, by whoever decides what becomes of them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "error.h"

/**
 * lq_error_set() - say what went wrong
 * @error: set
 * @format: as printf's
 *
 * Return: -1.
 */
int lq_error_set(struct lq_error *error, const char *format, ...)
{
	va_list arguments;

	error->code = 0;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return -1;
}

/**
 * lq_nonsense() - say that an answer cannot be understood
 * @error: set
 * @format: as printf's: what is wrong with it
 *
 * Return: -1.
 */
int lq_nonsense(struct lq_error *error, const char *format, ...)
{
	char what[sizeof(error->text) / 2];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	return lq_error_set(error, "the kernel's answer makes no sense: %s",
			    what);
}

static void tell(const char *format, va_list arguments)
{
	/* What was shown before comes before. */
	fflush(stdout);
	fputs("listenq: ", stderr);
	vfprintf(stderr, format, arguments);
	putc('\n', stderr);
}

/**
 * lq_note() - tell something that does not stop us
 * @format: as printf's
 */
void lq_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(format, arguments);
	va_end(arguments);
}

/**
 * lq_failed() - tell an error
 * @error: what went wrong
 *
 * Return: LQ_EXIT_FAILED.
 */
int lq_failed(const struct lq_error *error)
{
	lq_note("%s", error->text);
	return LQ_EXIT_FAILED;
}

/**
 * lq_usage() - tell that we were called wrongly
 * @format: as printf's
 *
 * Return: LQ_EXIT_USAGE.
 */
int lq_usage(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(format, arguments);
	va_end(arguments);
	return LQ_EXIT_USAGE;
}

/**
 * lq_realloc() - memory, or the end
 * @old: from here, or NULL
 * @nr: elements
 * @size: of an element
 *
 * Return: the memory. Without memory there is nothing useful left to do.
 */
void *lq_realloc(void *old, size_t nr, size_t size)
{
	void *memory = reallocarray(old, nr ? nr : 1, size);

	if (!memory) {
		fputs("listenq: out of memory\n", stderr);
		exit(LQ_EXIT_FAILED);
	}
	return memory;
}
