/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc: what differs between kernels.
 */
#ifndef _LISTENQ_COMPAT_PROC_H
#define _LISTENQ_COMPAT_PROC_H

#include <linux/proc_fs.h>

#ifdef LQ_HAVE_PDE_DATA_LOWERCASE
#define lq_pde_data(inode) pde_data(inode)
#else
#define lq_pde_data(inode) PDE_DATA(inode)
#endif

#endif /* _LISTENQ_COMPAT_PROC_H */
