// SPDX-License-Identifier: GPL-2.0
/*
 * From 5.17 on; PDE_DATA() before.
 * Absent: 'pde_data'
 */
#include <linux/proc_fs.h>

void *probe(struct inode *inode);

void *probe(struct inode *inode)
{
	return pde_data(inode);
}
