/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long something lasts.
 */
#ifndef _LISTENQ_TOOL_DURATION_H
#define _LISTENQ_TOOL_DURATION_H

#include "base.h"

#define LQ_DURATION_SIZE 48

bool lq_duration_parse(const char *word, u64 *milliseconds);
void lq_duration_format(char *text, size_t size, u64 milliseconds);

#endif
