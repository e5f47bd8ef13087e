/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that cannot be had, by the kernel's own fault injection: the nth
 * allocation that this process makes, or so many of a hundred that anybody
 * makes, everywhere or only below certain functions of the kernel. See
 * Documentation/fault-injection/fault-injection.rst.
 */
#ifndef LQ_FAULT_H
#define LQ_FAULT_H

#include "lq.h"

#define LQ_FAULT_NONE	"the kernel cannot make allocations fail: it has no FAULT_INJECTION with FAILSLAB, FAIL_PAGE_ALLOC and a filter by stack trace"

/* Addresses in the kernel: from the first one to before the second */
struct lq_range {
	unsigned long start;
	unsigned long end;
};

#define LQ_ANYWHERE	((struct lq_range){ 0, ~0ul })
#define LQ_NOWHERE	((struct lq_range){ 0, 0 })

bool lq_fault_possible(void);
int lq_fault_begin(void);
void lq_fault_below(struct lq_range range);
void lq_fault_not_below(struct lq_range range);
void lq_fault_nth(unsigned int n);
bool lq_fault_end(void);
void lq_fault_rate(unsigned int percent);
void lq_fault_pages(unsigned int percent);

struct lq_range lq_range_of(const char *const *functions);
struct lq_range lq_range_of_module(void);

#define LQ_KMEMLEAK	LQ_DEBUGFS "/kmemleak"

/* What kmemleak finds that listenq has allocated, or that it can't be asked */
#define LQ_LEAKS_UNKNOWN	(-1)

bool lq_leaks_watched(void);
int lq_leaks(void);

#endif /* LQ_FAULT_H */
