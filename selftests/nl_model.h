/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which policies there have to be, by the requests that the kernel has said to
 * have done.
 */
#ifndef NL_MODEL_H
#define NL_MODEL_H

#include "nl_policy.h"

/* As many as max_policies lets in */
#define NL_MODEL_POLICIES 1024

struct nl_model_policy {
	struct nl_policy policy;

	/* When its time is over, in milliseconds; 0: it stays */
	u64 not_before;
	u64 by;
};

struct nl_model {
	struct nl_model_policy policy[NL_MODEL_POLICIES];
	int n;

	/* When the request was sent that is answered now */
	u64 sent;
};

void nl_model_answer(struct nl_model *model, const struct nlmsghdr *request,
		     int error);
void nl_model_compare(struct nl_model *model, struct lq_nl *nl);
void nl_model_clear(struct nl_model *model, struct lq_nl *nl);

#endif /* NL_MODEL_H */
