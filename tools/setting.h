/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy can ask for.
 */
#ifndef _LISTENQ_TOOL_SETTING_H
#define _LISTENQ_TOOL_SETTING_H

#include "base.h"

struct lq_policy;

/* Room for what a setting takes, and for the names of all. */
#define LQ_RANGE_SIZE 80
#define LQ_SETTINGS_SIZE 160

/* The word of its timeout, which is no setting. */
#define LQ_SETTING_FOR "for"

/**
 * struct lq_setting - a setting
 * @type: LISTENQ_A_POLICY_*
 * @word: on the command line
 * @key: in JSON
 * @names: of its values; NULL: they are numbers
 * @min: the smallest number
 * @max: the largest number
 */
struct lq_setting {
	unsigned int type;
	const char *word;
	const char *key;
	const char * const *names;
	u32 min;
	u32 max;
};

/* Ends with an element that has no word. */
extern const struct lq_setting lq_settings[];

const struct lq_setting *lq_setting_find(const char *word);
const char *lq_setting_name(unsigned int type);
bool lq_setting_value(const struct lq_setting *setting, const char *word,
		      u32 *value);
bool lq_setting_any(const struct lq_policy *policy);
void lq_setting_range(char *text, size_t size,
		      const struct lq_setting *setting);
void lq_setting_list(char *text, size_t size);

#endif
