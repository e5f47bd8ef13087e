/* SPDX-License-Identifier: GPL-2.0 */
/* Others that watch or redirect the functions that listenq hooks */
#ifndef OTHER_H
#define OTHER_H

#include "lq.h"

#define OTHER_MAX_FUNCTIONS 16

/* What they are attached to, all of it or nothing: given by the test */
extern const char *other_function[OTHER_MAX_FUNCTIONS];
extern int other_functions;

/* Those who attach clean up after themselves when they fail, with errno set */
struct other {
	const char *name;
	/* Redirects: the kernel lets only one do so at a time */
	bool redirects;
	int (*attach)(void);
	void (*detach)(void);
	/* How often each function was called since */
	int (*calls)(u64 *calls);
};

extern const struct other other_kprobe;
extern const struct other other_kretprobe;
extern const struct other other_tracer;
extern const struct other other_fentry;
extern const struct other other_fexit;
extern const struct other other_patch;

/* other_file.c */
int other_write(const char *path, const char *text);
int other_append(const char *path, const char *text);
int other_named(const char *name);

#endif /* OTHER_H */
