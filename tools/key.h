/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom a policy is for.
 */
#ifndef _LISTENQ_TOOL_KEY_H
#define _LISTENQ_TOOL_KEY_H

#include "base.h"

struct lq_policy;

/* Room for a key, with the name of a service. */
#define LQ_KEY_SIZE 120

int lq_key_family(const struct lq_policy *policy);
const char *lq_key_family_name(int family);
void lq_key_address(char *text, size_t size, const struct lq_policy *policy);
bool lq_key_set_address(struct lq_policy *policy, const char *address);
bool lq_key_parse(const char *word, struct lq_policy *policy);
void lq_key_format(char *text, size_t size, const struct lq_policy *policy,
		   bool numeric);
bool lq_key_same(const struct lq_policy *one, const struct lq_policy *other);

#endif
