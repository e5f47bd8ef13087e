/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs of the program, and what is told of them. TAP on stdout.
 */
#ifndef _LISTENQ_TESTS_TAP_H
#define _LISTENQ_TESTS_TAP_H

#include <jansson.h>

#include "base.h"

/**
 * struct result - what came of a run
 * @out: what it wrote
 * @err: what it complained
 * @status: how it ended
 */
struct result {
	char *out;
	char *err;
	int status;
};

void tap_begin(void);
int tap_end(void);
void point(bool good, const char *format, ...) __printf(2, 3);

void run(struct result *result, const char *line);
void forget(struct result *result);
bool ends(const char *line, int status, const char *out, const char *err);
void expect(const char *name, const char *line, int status, const char *out,
	    const char *err);
bool lacks(const char *line, const char *texts);

json_t *json_of(const char *line);
bool has_integer(json_t *json, const char *one, const char *two,
		 json_int_t value);
bool has_string(json_t *json, const char *one, const char *two,
		const char *value);
json_t *events_of(const char *line);

#endif
