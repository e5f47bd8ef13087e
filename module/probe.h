/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wrappers around the kernel's deciding functions.
 */
#ifndef _LISTENQ_PROBE_H
#define _LISTENQ_PROBE_H

#include <linux/types.h>

int lq_probe_install(void);
bool lq_probe_can_order(void);
void lq_probe_remove(void);

#endif /* _LISTENQ_PROBE_H */
