/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the specification calls things; counters.gen.c has it from there.
 */
#ifndef _LISTENQ_TOOL_NAMES_H
#define _LISTENQ_TOOL_NAMES_H

/**
 * struct lq_field - a number of a nest
 * @type: its attribute
 * @name: as in /proc/listenq
 * @doc: what it counts, a sentence
 */
struct lq_field {
	unsigned int type;
	const char *name;
	const char *doc;
};

/* Each ends with an element that has no name. */
extern const struct lq_field lq_counters[];
extern const struct lq_field lq_remainders[];

/* By attribute number, LISTENQ_A_LISTENER_MAX + 1 of them. */
extern const char * const lq_listener_names[];

/* By value, NULL behind the last. */
extern const char * const lq_kind_names[];
extern const char * const lq_phase_names[];
extern const char * const lq_way_names[];
extern const char * const lq_exactness_names[];
extern const char * const lq_overflow_names[];
extern const char * const lq_syncookies_names[];
extern const char * const lq_queue_names[];
extern const char * const lq_admit_names[];
extern const char * const lq_change_names[];

#endif
