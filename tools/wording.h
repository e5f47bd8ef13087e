/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies in words.
 */
#ifndef _LISTENQ_TOOL_WORDING_H
#define _LISTENQ_TOOL_WORDING_H

#include "base.h"

struct lq_policy;

/* Room for a policy with all that it can have. */
#define LQ_WORDING_SIZE 512

int lq_wording_parse(struct lq_policy *policy, int nr, char **words);
int lq_wording_key(struct lq_policy *policy, const char *verb,
		   const char *word);
void lq_wording_format(char *text, size_t size, const struct lq_policy *policy,
		       bool numeric);
void lq_wording_listeners(char *text, size_t size,
			  const struct lq_policy *policy);

#endif
