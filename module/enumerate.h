/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The listeners that were there before the module.
 */
#ifndef _LISTENQ_ENUMERATE_H
#define _LISTENQ_ENUMERATE_H

int lq_enumerate(void);

#endif /* _LISTENQ_ENUMERATE_H */
