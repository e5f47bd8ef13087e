/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Birth and death of listeners.
 */
#ifndef _LISTENQ_LIFE_H
#define _LISTENQ_LIFE_H

int lq_life_watch(void);
void lq_life_unwatch(void);

#endif /* _LISTENQ_LIFE_H */
