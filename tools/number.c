// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers that people type.
 */
#include <errno.h>
#include <stdlib.h>

#include "number.h"

/**
 * lq_number_parse() - understand a number
 * @word: digits, and nothing else
 * @max: the largest that is taken
 * @number: set
 *
 * Return: whether it is one.
 */
bool lq_number_parse(const char *word, u64 max, u64 *number)
{
	char *end;

	/* strtoull() takes a sign and blanks. */
	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	*number = strtoull(word, &end, 10);
	return !*end && !errno && *number <= max;
}
