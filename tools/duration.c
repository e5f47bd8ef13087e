// SPDX-License-Identifier: GPL-2.0
/*
 * How long something lasts: 1d, 1h30m, 500ms.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

/* What is longer is shown without its milliseconds. */
#define LQ_EXACT_BELOW 10000

/**
 * struct unit - a unit of time
 * @name: behind the number
 * @milliseconds: how long it is
 */
struct unit {
	const char *name;
	u64 milliseconds;
};

/* Each at most once, and in this order. */
static const struct unit units[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
	{ }
};

/* The unit that a word begins with, or NULL. */
static const struct unit *find_unit(const struct unit *unit, const char *word)
{
	size_t len = strcspn(word, "0123456789");

	for (; unit->name; unit++) {
		if (strlen(unit->name) == len &&
		    !strncmp(unit->name, word, len))
			return unit;
	}
	return NULL;
}

/**
 * lq_duration_parse() - understand a duration
 * @word: numbers, each with its unit
 * @milliseconds: set, to at least 1
 *
 * Return: whether it is one.
 */
bool lq_duration_parse(const char *word, u64 *milliseconds)
{
	const struct unit *unit = units;

	*milliseconds = 0;
	while (*word) {
		char *end;
		u64 part;

		/* strtoull() takes a sign and blanks. */
		if (*word < '0' || *word > '9')
			return false;
		errno = 0;
		part = strtoull(word, &end, 10);
		unit = find_unit(unit, end);
		if (errno || !unit ||
		    __builtin_mul_overflow(part, unit->milliseconds, &part) ||
		    __builtin_add_overflow(*milliseconds, part, milliseconds))
			return false;
		word = end + strlen(unit->name);
		unit++;
	}
	return *milliseconds;
}

/**
 * lq_duration_format() - a duration as lq_duration_parse() takes it
 * @text: set
 * @size: room there
 * @milliseconds: how long; from 10 seconds on as whole seconds
 */
void lq_duration_format(char *text, size_t size, u64 milliseconds)
{
	const struct unit *unit;
	size_t at = 0;

	if (milliseconds >= LQ_EXACT_BELOW)
		milliseconds -= milliseconds % 1000;
	snprintf(text, size, "0ms");
	for (unit = units; unit->name; unit++) {
		u64 part = milliseconds / unit->milliseconds;

		milliseconds %= unit->milliseconds;
		if (part && at < size)
			at += snprintf(text + at, size - at, "%llu%s", part,
				       unit->name);
	}
}
