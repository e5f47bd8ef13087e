// SPDX-License-Identifier: GPL-2.0
/*
 * What a policy asks, as one word.
 */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <uapi/linux/listenq.h>

#include "decide.h"
#include "policy_text.h"

static const char * const overflow_names[] = {
	[LISTENQ_POLICY_OVERFLOW_DROP] = "drop",
	[LISTENQ_POLICY_OVERFLOW_RESET] = "reset",
};

static const char * const syncookies_names[] = {
	[LISTENQ_POLICY_SYNCOOKIES_OFF] = "off",
	[LISTENQ_POLICY_SYNCOOKIES_AUTO] = "auto",
	[LISTENQ_POLICY_SYNCOOKIES_ALWAYS] = "always",
};

static const char * const queue_names[] = {
	[LISTENQ_POLICY_QUEUE_SPLIT] = "split",
	[LISTENQ_POLICY_QUEUE_SINGLE] = "single",
};

static const char * const admit_names[] = {
	[LISTENQ_POLICY_ADMIT_ALL] = "all",
	[LISTENQ_POLICY_ADMIT_DROP] = "drop",
	[LISTENQ_POLICY_ADMIT_RESET] = "reset",
};

/**
 * struct lq_term_words - how a term is written
 * @name: its own name
 * @values: names of its values; NULL: it is a number
 */
struct lq_term_words {
	const char *name;
	const char * const *values;
};

static const struct lq_term_words words[LQ_TERM_NR] = {
	[LQ_TERM_BACKLOG] = { "backlog", NULL },
	[LQ_TERM_SYNQ] = { "synq", NULL },
	[LQ_TERM_OVERFLOW] = { "overflow", overflow_names },
	[LQ_TERM_SYNCOOKIES] = { "syncookies", syncookies_names },
	[LQ_TERM_SYNACK_RETRIES] = { "synack-retries", NULL },
	[LQ_TERM_QUEUE] = { "queue", queue_names },
	[LQ_TERM_SYN_RATE] = { "syn-rate", NULL },
	[LQ_TERM_SYN_BURST] = { "burst", NULL },
	[LQ_TERM_ADMIT] = { "admit", admit_names },
};

/**
 * lq_terms_text() - write what a policy asks: backlog=4096,overflow=reset
 * @terms: what it asks
 * @word: filled; empty when it asks nothing
 *
 * Context: any.
 */
void lq_terms_text(const struct lq_terms *terms, char word[LQ_TERMS_TEXT])
{
	const char *comma = "";
	int term, len = 0;

	*word = '\0';
	for (term = 0; term < LQ_TERM_NR; term++) {
		u32 value = terms->value[term];

		if (!lq_asks(terms, term))
			continue;
		len += scnprintf(word + len, LQ_TERMS_TEXT - len, "%s%s=",
				 comma, words[term].name);
		if (words[term].values)
			len += scnprintf(word + len, LQ_TERMS_TEXT - len, "%s",
					 words[term].values[value]);
		else
			len += scnprintf(word + len, LQ_TERMS_TEXT - len, "%u",
					 value);
		comma = ",";
	}
}
