/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A terminal that is drawn anew in place.
 */
#ifndef _LISTENQ_TOOL_SCREEN_H
#define _LISTENQ_TOOL_SCREEN_H

#include "base.h"

bool lq_screen_open(void);
void lq_screen_close(void);
void lq_screen_draw(const char *text);
bool lq_screen_key(void);

#endif
