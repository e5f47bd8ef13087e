/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which code of the module a program has reached, by KCOV: on a kernel that has
 * it, with a module that was built with KCOV_INSTRUMENT=y. Without either all of
 * this does nothing, and says so.
 */
#ifndef LQ_COVER_H
#define LQ_COVER_H

#include "lq.h"

/* Before the processes whose reach counts are forked */
void lq_cover_init(void);
/* By each of them: from here on; what was reached until now */
void lq_cover_start(void);
void lq_cover_collect(void);
/* By all of them together; functions never reached are told file by file */
void lq_cover_print(void);

#endif /* LQ_COVER_H */
