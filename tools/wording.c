// SPDX-License-Identifier: GPL-2.0
/*
 * Policies in words: those that are shown are those that are taken.
 */
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "error.h"
#include "format.h"
#include "key.h"
#include "listener.h"
#include "setting.h"
#include "wording.h"

/* What follows is for people: `policy show` ends its lines so. */
#define LQ_COMMENT "#"

#define LQ_KEYS ":443, 10.0.0.1:443 or [::1]:443"

static int unknown(const char *word)
{
	char list[LQ_SETTINGS_SIZE];

	lq_setting_list(list, sizeof(list));
	return lq_usage("policy set: '%s' is no setting: %s or %s", word, list,
			LQ_SETTING_FOR);
}

static int refuse_value(const char *word, const char *value, const char *range)
{
	if (!value)
		return lq_usage("policy set: %s: of what value? It takes %s",
				word, range);
	return lq_usage("policy set: %s: '%s' is not %s", word, value, range);
}

static int parse_timeout(struct lq_policy *policy, const char *value)
{
	if (lq_has(policy->have, LISTENQ_A_POLICY_TIMEOUT))
		return lq_usage("policy set: %s is there twice",
				LQ_SETTING_FOR);
	if (!value || !lq_duration_parse(value, &policy->timeout))
		return refuse_value(LQ_SETTING_FOR, value,
				    "a duration as 500ms, 30s, 10m, 1h30m or 1d");
	policy->have |= 1ULL << LISTENQ_A_POLICY_TIMEOUT;
	return 0;
}

static int parse_setting(struct lq_policy *policy,
			 const struct lq_setting *setting, const char *value)
{
	char range[LQ_RANGE_SIZE];

	if (lq_has(policy->have, setting->type))
		return lq_usage("policy set: %s is there twice",
				setting->word);
	lq_setting_range(range, sizeof(range), setting);
	if (!value ||
	    !lq_setting_value(setting, value, &policy->value[setting->type]))
		return refuse_value(setting->word, value, range);
	policy->have |= 1ULL << setting->type;
	return 0;
}

static int parse_pair(struct lq_policy *policy, const char *word,
		      const char *value)
{
	const struct lq_setting *setting = lq_setting_find(word);

	if (setting)
		return parse_setting(policy, setting, value);
	return strcmp(word, LQ_SETTING_FOR) ? unknown(word) :
					      parse_timeout(policy, value);
}

/**
 * lq_wording_key() - understand a key
 * @policy: set, to one that has nothing but the key
 * @verb: what is done with it
 * @word: the key; NULL: it is missing
 *
 * Return: 0, or how the program ends; the error has been told.
 */
int lq_wording_key(struct lq_policy *policy, const char *verb,
		   const char *word)
{
	if (!word)
		return lq_usage("policy %s: of which port? " LQ_KEYS,
				verb);
	if (lq_key_parse(word, policy))
		return 0;
	return lq_usage("policy %s: '%s' is no port, alone or with an address: " LQ_KEYS,
			verb, word);
}

/**
 * lq_wording_parse() - understand a policy
 * @policy: set
 * @nr: how many words
 * @words: they: its key and its settings
 *
 * Return: 0, or how the program ends; the error has been told.
 */
int lq_wording_parse(struct lq_policy *policy, int nr, char **words)
{
	char list[LQ_SETTINGS_SIZE];
	int n;

	if (lq_wording_key(policy, "set", nr ? *words : NULL))
		return LQ_EXIT_USAGE;
	for (n = 1; n < nr && strcmp(words[n], LQ_COMMENT); n += 2) {
		if (parse_pair(policy, words[n],
			       n + 1 < nr ? words[n + 1] : NULL))
			return LQ_EXIT_USAGE;
	}
	if (lq_setting_any(policy))
		return 0;
	lq_setting_list(list, sizeof(list));
	return lq_usage("policy set: %s: which setting? %s", *words, list);
}

static size_t format_setting(char *text, size_t size,
			     const struct lq_setting *setting, u32 value)
{
	char name[LQ_ENUM_SIZE];

	if (setting->names)
		lq_format_enum(name, sizeof(name), setting->names, value);
	else
		snprintf(name, sizeof(name), "%u", value);
	return snprintf(text, size, " %s %s", setting->word, name);
}

/**
 * lq_wording_format() - a policy as lq_wording_parse() takes it
 * @text: set
 * @size: room there, at least LQ_WORDING_SIZE
 * @policy: the policy
 * @numeric: no names of services
 */
void lq_wording_format(char *text, size_t size, const struct lq_policy *policy,
		       bool numeric)
{
	const struct lq_setting *setting;
	char duration[LQ_DURATION_SIZE];
	size_t at;

	lq_key_format(text, size, policy, numeric);
	at = strlen(text);
	for (setting = lq_settings; setting->word; setting++) {
		if (lq_has(policy->have, setting->type))
			at += format_setting(text + at, size - at, setting,
					     policy->value[setting->type]);
	}
	/* Nothing is left of one that is over. */
	if (!policy->timeout)
		return;
	lq_duration_format(duration, sizeof(duration), policy->timeout);
	snprintf(text + at, size - at, " %s %s", LQ_SETTING_FOR, duration);
}

/**
 * lq_wording_listeners() - how many listeners a policy has, as a comment
 * @text: set; empty when that is not known
 * @size: room there
 * @policy: the policy
 */
void lq_wording_listeners(char *text, size_t size,
			  const struct lq_policy *policy)
{
	*text = '\0';
	if (lq_has(policy->have, LISTENQ_A_POLICY_LISTENERS))
		snprintf(text, size, " %s %u listener%s", LQ_COMMENT,
			 policy->listeners, policy->listeners == 1 ? "" : "s");
}
