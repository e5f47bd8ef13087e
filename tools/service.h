/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of TCP services.
 */
#ifndef _LISTENQ_TOOL_SERVICE_H
#define _LISTENQ_TOOL_SERVICE_H

#include "base.h"

const char *lq_service_name(u16 port);
bool lq_service_port(const char *name, u16 *port);

#endif
