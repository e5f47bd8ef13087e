/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy asks, as one word.
 */
#ifndef _LISTENQ_POLICY_TEXT_H
#define _LISTENQ_POLICY_TEXT_H

#include <linux/types.h>

struct lq_terms;

/* All terms at once, each with ten digits. */
#define LQ_TERMS_TEXT 256

void lq_terms_text(const struct lq_terms *terms, char word[LQ_TERMS_TEXT]);

#endif /* _LISTENQ_POLICY_TEXT_H */
