/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests that nobody would send. What the family takes is asked of the kernel
 * (CTRL_CMD_GETPOLICY tells what was generated from listenq.yaml), so that new
 * attributes are fuzzed without a change here.
 */
#ifndef NL_FUZZ_H
#define NL_FUZZ_H

#include "nl_common.h"

#define NL_FUZZ_COMMANDS	256
#define NL_FUZZ_POLICIES	32
#define NL_FUZZ_ATTRIBUTES	64

/* Nothing is known of a command's attributes */
#define NL_FUZZ_NO_POLICY	(-1)

struct nl_fuzz_attribute {
	u32 kind;	/* NL_ATTR_TYPE_... */
	u64 least;
	u64 most;	/* 0: no limits are told */
	u32 length;	/* least and most, of binary data */
	u32 longest;
};

struct nl_fuzz_policy {
	struct nl_fuzz_attribute attribute[NL_FUZZ_ATTRIBUTES];
	unsigned int last;	/* highest number of them */
};

struct nl_fuzz_grammar {
	int of_do[NL_FUZZ_COMMANDS];
	int of_dump[NL_FUZZ_COMMANDS];
	struct nl_fuzz_policy policy[NL_FUZZ_POLICIES];
	unsigned int npolicies;
};

/* nl_grammar.c */
int nl_fuzz_grammar(struct lq_nl *nl, struct nl_fuzz_grammar *grammar);

/* Larger than any message that is made */
#define NL_FUZZ_MESSAGE	2048

struct nl_fuzz {
	const struct nl_fuzz_grammar *grammar;
	u64 state;	/* of the random numbers */
	u16 family;
};

/* nl_fuzz.c */
void nl_fuzz_seed(struct nl_fuzz *fuzz, u64 seed);
unsigned int nl_fuzz_below(struct nl_fuzz *fuzz, unsigned int n);
struct nlmsghdr *nl_fuzz_message(struct nl_fuzz *fuzz, void *buffer, u32 seq);
bool nl_fuzz_cut(struct nl_fuzz *fuzz, struct nlmsghdr *message);

#endif /* NL_FUZZ_H */
