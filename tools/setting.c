// SPDX-License-Identifier: GPL-2.0
/*
 * What a policy can ask for. Which settings go together only the module knows.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "listener.h"
#include "names.h"
#include "number.h"
#include "setting.h"

static_assert(LISTENQ_A_POLICY_MAX < LQ_SETTINGS_MAX, "too few settings");

/* In the order in which they are shown. */
const struct lq_setting lq_settings[] = {
	{
		.type = LISTENQ_A_POLICY_BACKLOG,
		.word = "backlog",
		.key = "backlog",
		.max = INT32_MAX,
	},
	{
		.type = LISTENQ_A_POLICY_SYNQ,
		.word = "synq",
		.key = "synq",
		.max = INT32_MAX,
	},
	{
		.type = LISTENQ_A_POLICY_OVERFLOW,
		.word = "overflow",
		.key = "overflow",
		.names = lq_overflow_names,
	},
	{
		.type = LISTENQ_A_POLICY_SYNCOOKIES,
		.word = "syncookies",
		.key = "syncookies",
		.names = lq_syncookies_names,
	},
	{
		.type = LISTENQ_A_POLICY_SYNACK_RETRIES,
		.word = "synack-retries",
		.key = "synack_retries",
		.max = 127,
	},
	{
		.type = LISTENQ_A_POLICY_QUEUE,
		.word = "queue",
		.key = "queue",
		.names = lq_queue_names,
	},
	{
		.type = LISTENQ_A_POLICY_SYN_RATE,
		.word = "syn-rate",
		.key = "syn_rate",
		.min = 1,
		.max = 1000000,
	},
	{
		.type = LISTENQ_A_POLICY_SYN_BURST,
		.word = "burst",
		.key = "syn_burst",
		.min = 1,
		.max = 1000000,
	},
	{
		.type = LISTENQ_A_POLICY_ADMIT,
		.word = "admit",
		.key = "admit",
		.names = lq_admit_names,
	},
	{ }
};

/**
 * lq_setting_find() - a setting by its word
 * @word: on the command line
 *
 * Return: it, or NULL.
 */
const struct lq_setting *lq_setting_find(const char *word)
{
	const struct lq_setting *setting;

	for (setting = lq_settings; setting->word; setting++) {
		if (!strcmp(setting->word, word))
			return setting;
	}
	return NULL;
}

/**
 * lq_setting_name() - what people call an attribute of a policy
 * @type: LISTENQ_A_POLICY_*
 *
 * Return: its word, or NULL.
 */
const char *lq_setting_name(unsigned int type)
{
	const struct lq_setting *setting;

	for (setting = lq_settings; setting->word; setting++) {
		if (setting->type == type)
			return setting->word;
	}
	switch (type) {
	case LISTENQ_A_POLICY_ADDRESS4:
	case LISTENQ_A_POLICY_ADDRESS6:
		return "address";
	case LISTENQ_A_POLICY_PORT:
		return "port";
	case LISTENQ_A_POLICY_TIMEOUT:
		return LQ_SETTING_FOR;
	default:
		return NULL;
	}
}

static bool find_name(const char * const *names, const char *word, u32 *value)
{
	u32 n;

	for (n = 0; names[n]; n++) {
		if (strcmp(names[n], word))
			continue;
		*value = n;
		return true;
	}
	return false;
}

/**
 * lq_setting_value() - understand the value of a setting
 * @setting: the setting
 * @word: its value
 * @value: set
 *
 * Return: whether the setting takes that.
 */
bool lq_setting_value(const struct lq_setting *setting, const char *word,
		      u32 *value)
{
	u64 number;

	if (setting->names)
		return find_name(setting->names, word, value);
	if (!lq_number_parse(word, setting->max, &number))
		return false;
	*value = number;
	return number >= setting->min;
}

/**
 * lq_setting_any() - whether a policy asks for anything
 * @policy: the policy
 *
 * Return: whether it does.
 */
bool lq_setting_any(const struct lq_policy *policy)
{
	const struct lq_setting *setting;

	for (setting = lq_settings; setting->word; setting++) {
		if (lq_has(policy->have, setting->type))
			return true;
	}
	return false;
}

/**
 * lq_setting_range() - what a setting takes, for people
 * @text: set
 * @size: room there
 * @setting: the setting
 */
void lq_setting_range(char *text, size_t size, const struct lq_setting *setting)
{
	const char * const *name;
	size_t at = 0;

	if (!setting->names) {
		snprintf(text, size, "a number from %u to %u", setting->min,
			 setting->max);
		return;
	}
	for (name = setting->names; *name && at < size; name++)
		at += snprintf(text + at, size - at, "%s%s",
			       name == setting->names ? "" :
			       name[1] ? ", " : " or ", *name);
}

/**
 * lq_setting_list() - the words of all settings, for people
 * @text: set
 * @size: room there
 */
void lq_setting_list(char *text, size_t size)
{
	const struct lq_setting *setting;
	size_t at = 0;

	for (setting = lq_settings; setting->word && at < size; setting++)
		at += snprintf(text + at, size - at, "%s%s",
			       setting == lq_settings ? "" : ", ",
			       setting->word);
}
