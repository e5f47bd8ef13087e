/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether what we said was heard.
 */
#ifndef _LISTENQ_TOOL_OUTPUT_H
#define _LISTENQ_TOOL_OUTPUT_H

void lq_output_prepare(void);
int lq_output_flush(void);
int lq_output_close(int status);
void lq_output_broken(void);

#endif
