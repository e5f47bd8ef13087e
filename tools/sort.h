/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which order listeners are shown.
 */
#ifndef _LISTENQ_TOOL_SORT_H
#define _LISTENQ_TOOL_SORT_H

struct lq_set;
struct lq_sort;

const struct lq_sort *lq_sort_find(const char *key);
void lq_sort_set(const struct lq_sort *sort, struct lq_set *set);

#endif
