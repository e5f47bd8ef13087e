// SPDX-License-Identifier: GPL-2.0
/*
 * What nstat shows, read where nstat reads it. Names are TcpExt's bare ones
 * and, for the other groups, those of /proc/net/snmp.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lq.h"

/* The listenq columns that count what a MIB counts */
const struct lq_mib_column lq_mib_columns[] = {
	{ "syncookie_sent", "SyncookiesSent" },
	{ "syncookie_recv", "SyncookiesRecv" },
	{ "syncookie_failed", "SyncookiesFailed" },
	{ "reqq_full_cookie", "TCPReqQFullDoCookies" },
	{ "synq_full_drop", "TCPReqQFullDrop" },
	{ "listen_overflow", "ListenOverflows" },
	{ "listen_drop", "ListenDrops" },
	{ "embryonic_reset", "EmbryonicRsts" },
	{ "defer_accept_drop", "TCPDeferAcceptDrop" },
	{ "fastopen_passive", "TCPFastOpenPassive" },
	{ "fastopen_passive_fail", "TCPFastOpenPassiveFail" },
	{ "fastopen_listen_overflow", "TCPFastOpenListenOverflow" },
	{ "fastopen_cookie_reqd", "TCPFastOpenCookieReqd" },
	{ NULL, NULL }
};

/* What separates words */
#define BLANK "\n "

static void add_line(struct lq_mibs *mibs, char *names, char *values)
{
	char *save_name, *save_value;
	char *name = strtok_r(names, BLANK, &save_name);
	char *value = strtok_r(values, BLANK, &save_value);

	/* The first word of both is the group's name */
	while (name && value && mibs->n < LQ_MAX_MIBS) {
		name = strtok_r(NULL, BLANK, &save_name);
		value = strtok_r(NULL, BLANK, &save_value);
		if (!name || !value)
			break;
		mibs->name[mibs->n] = strdup(name);
		mibs->value[mibs->n++] = strtoull(value, NULL, 10);
	}
}

static void add_group(struct lq_mibs *mibs, const char *path,
		      const char *group)
{
	char *names = NULL, *values = NULL;
	size_t names_size = 0, values_size = 0;
	FILE *file = fopen(path, "re");

	while (file && getline(&names, &names_size, file) > 0 &&
	       getline(&values, &values_size, file) > 0)
		if (!strncmp(names, group, strlen(group)))
			add_line(mibs, names, values);
	if (!file)
		lq_error("can't read %s", path);
	else
		fclose(file);
	free(names);
	free(values);
}

void lq_mibs_read(struct lq_mibs *mibs)
{
	memset(mibs, 0, sizeof(*mibs));
	add_group(mibs, "/proc/net/netstat", "TcpExt: ");
	add_group(mibs, "/proc/net/snmp", "Tcp: ");
}

void lq_mibs_free(struct lq_mibs *mibs)
{
	for (int i = 0; i < mibs->n; i++)
		free(mibs->name[i]);
	mibs->n = 0;
}

u64 lq_mibs_get(const struct lq_mibs *mibs, const char *name)
{
	for (int i = 0; i < mibs->n; i++)
		if (!strcmp(mibs->name[i], name))
			return mibs->value[i];
	lq_error("the kernel has no counter %s", name);
	return LQ_NONE;
}

/* In a namespace of its own a test needs no base: the counters start at 0 */
u64 lq_mib(const char *name)
{
	struct lq_mibs mibs;
	u64 value;

	lq_mibs_read(&mibs);
	value = lq_mibs_get(&mibs, name);
	lq_mibs_free(&mibs);
	return value;
}
