/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times, drawn.
 */
#ifndef _LISTENQ_TOOL_HISTOGRAM_H
#define _LISTENQ_TOOL_HISTOGRAM_H

#include "base.h"

struct lq_histogram;

u64 lq_histogram_total(const struct lq_histogram *histogram);
void lq_histogram_print(const char *name, const struct lq_histogram *histogram);

#endif
