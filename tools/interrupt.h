/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting, and the signals that end a command that would run for ever.
 */
#ifndef _LISTENQ_TOOL_INTERRUPT_H
#define _LISTENQ_TOOL_INTERRUPT_H

#include <stdatomic.h>

extern atomic_bool lq_interrupted;

void lq_interrupt_catch(void);
void lq_interrupt_hold(void);
void lq_interrupt_release(void);
int lq_wait(int fd, int milliseconds);

#endif
