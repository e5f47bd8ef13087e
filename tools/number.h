/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers that people type.
 */
#ifndef _LISTENQ_TOOL_NUMBER_H
#define _LISTENQ_TOOL_NUMBER_H

#include "base.h"

bool lq_number_parse(const char *word, u64 max, u64 *number);

#endif
