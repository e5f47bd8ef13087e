/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies out of JSON.
 */
#ifndef _LISTENQ_TOOL_DOCUMENT_H
#define _LISTENQ_TOOL_DOCUMENT_H

struct lq_policies;

int lq_document_read(struct lq_policies *policies, const char *file);

#endif
