/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What went wrong, in words; how the program ends because of it.
 */
#ifndef _LISTENQ_TOOL_ERROR_H
#define _LISTENQ_TOOL_ERROR_H

#include "base.h"

/**
 * enum lq_exit - how the program ends
 * @LQ_EXIT_OK: well
 * @LQ_EXIT_USAGE: it was called wrongly
 * @LQ_EXIT_FAILED: the kernel refused, or the output could not be written
 * @LQ_EXIT_CHECK: a listener drops more than it may, or is not there
 */
enum lq_exit {
	LQ_EXIT_OK = 0,
	LQ_EXIT_USAGE = 1,
	LQ_EXIT_FAILED = 2,
	LQ_EXIT_CHECK = 3,
};

/**
 * struct lq_error - one error
 * @text: a line without its end; empty when there is none
 * @code: the kernel's, when it refused; else 0
 */
struct lq_error {
	int code;
	char text[320];
};

int lq_error_set(struct lq_error *error, const char *format, ...)
	__printf(2, 3);
int lq_nonsense(struct lq_error *error, const char *format, ...)
	__printf(2, 3);
void lq_note(const char *format, ...) __printf(1, 2);
int lq_failed(const struct lq_error *error);
int lq_usage(const char *format, ...) __printf(1, 2);

void *lq_realloc(void *old, size_t nr, size_t size);

#endif
