/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was asked for on the command line.
 */
#ifndef _LISTENQ_TOOL_OPTIONS_H
#define _LISTENQ_TOOL_OPTIONS_H

#include "base.h"

struct lq_sort;

/**
 * struct lq_options - options
 * @family: AF_INET or AF_INET6; 0: both
 * @numeric: no names of services
 * @processes: look for owners that the module does not know
 * @json: for programs
 * @details: everything
 * @oneline: a record a line
 * @tcp: -t was given: when, for events
 * @all: zeroes too
 * @nonzero: no zeroes
 * @drops: only listeners that dropped something
 * @sort: in which order; NULL: as they come
 * @netns: in which network namespace; NULL: in ours
 * @max_drops: what a check lets pass
 */
struct lq_options {
	int family;
	bool numeric;
	bool processes;
	bool json;
	bool details;
	bool oneline;
	bool tcp;
	bool all;
	bool nonzero;
	bool drops;
	const struct lq_sort *sort;
	const char *netns;
	u64 max_drops;
};

/**
 * struct lq_command - what can be done
 * @name: on the command line
 * @arguments: what follows it, for people
 * @help: what it does, for people
 * @options: the letters of those that it takes
 * @run: does it, with the words that follow it; returns how the program ends
 */
struct lq_command {
	const char *name;
	const char *arguments;
	const char *help;
	const char *options;
	int (*run)(const struct lq_options *options, int nr, char **words);
};

int lq_show(const struct lq_options *options, int nr, char **words);
int lq_monitor(const struct lq_options *options, int nr, char **words);
int lq_watch(const struct lq_options *options, int nr, char **words);
int lq_hooks(const struct lq_options *options, int nr, char **words);
int lq_totals(const struct lq_options *options, int nr, char **words);
int lq_policy(const struct lq_options *options, int nr, char **words);
int lq_check(const struct lq_options *options, int nr, char **words);

int lq_main(int argc, char **argv);

#endif
