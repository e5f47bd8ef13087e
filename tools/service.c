// SPDX-License-Identifier: GPL-2.0
/*
 * Names of TCP services, read once: ten thousand listeners are ten thousand
 * look-ups.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "service.h"

static char *names[65536];

static void read_names(void)
{
	struct servent *service;

	setservent(1);
	while ((service = getservent())) {
		u16 port = ntohs(service->s_port);

		if (!strcmp(service->s_proto, "tcp") && !names[port])
			names[port] = strdup(service->s_name);
	}
	endservent();
}

/**
 * lq_service_name() - what a port is called
 * @port: in host byte order
 *
 * Return: its name, or NULL.
 */
const char *lq_service_name(u16 port)
{
	static bool read;

	if (!read)
		read_names();
	read = true;
	return names[port];
}

/**
 * lq_service_port() - which port is called so
 * @name: the name
 * @port: set
 *
 * Return: whether there is one.
 */
bool lq_service_port(const char *name, u16 *port)
{
	const struct servent *service = getservbyname(name, "tcp");

	if (service)
		*port = ntohs(service->s_port);
	return service;
}
