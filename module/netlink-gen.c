// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/listenq.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/listenq.h>

/* LISTENQ_CMD_LISTENER_GET - do */
static const struct nla_policy listenq_listener_get_do_nl_policy[LISTENQ_A_LISTENER_DROPS_ONLY + 1] = {
	[LISTENQ_A_LISTENER_ID] = NLA_POLICY_MIN(NLA_U64, 1),
	[LISTENQ_A_LISTENER_FAMILY] = { .type = NLA_U16, },
	[LISTENQ_A_LISTENER_ADDRESS4] = { .type = NLA_U32, },
	[LISTENQ_A_LISTENER_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
	[LISTENQ_A_LISTENER_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[LISTENQ_A_LISTENER_INODE] = { .type = NLA_U64, },
	[LISTENQ_A_LISTENER_CGROUP] = { .type = NLA_U64, },
	[LISTENQ_A_LISTENER_DROPS_ONLY] = { .type = NLA_FLAG, },
};

/* LISTENQ_CMD_LISTENER_GET - dump */
static const struct nla_policy listenq_listener_get_dump_nl_policy[LISTENQ_A_LISTENER_DROPS_ONLY + 1] = {
	[LISTENQ_A_LISTENER_ID] = NLA_POLICY_MIN(NLA_U64, 1),
	[LISTENQ_A_LISTENER_FAMILY] = { .type = NLA_U16, },
	[LISTENQ_A_LISTENER_ADDRESS4] = { .type = NLA_U32, },
	[LISTENQ_A_LISTENER_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
	[LISTENQ_A_LISTENER_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[LISTENQ_A_LISTENER_INODE] = { .type = NLA_U64, },
	[LISTENQ_A_LISTENER_CGROUP] = { .type = NLA_U64, },
	[LISTENQ_A_LISTENER_DROPS_ONLY] = { .type = NLA_FLAG, },
};

/* LISTENQ_CMD_HOOK_GET - do */
static const struct nla_policy listenq_hook_get_nl_policy[LISTENQ_A_HOOK_INDEX + 1] = {
	[LISTENQ_A_HOOK_INDEX] = { .type = NLA_U32, },
};

/* LISTENQ_CMD_POLICY_GET - do */
static const struct nla_policy listenq_policy_get_nl_policy[LISTENQ_A_POLICY_PORT + 1] = {
	[LISTENQ_A_POLICY_ADDRESS4] = { .type = NLA_U32, },
	[LISTENQ_A_POLICY_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
	[LISTENQ_A_POLICY_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
};

/* LISTENQ_CMD_POLICY_SET - do */
static const struct nla_policy listenq_policy_set_nl_policy[LISTENQ_A_POLICY_TIMEOUT + 1] = {
	[LISTENQ_A_POLICY_ADDRESS4] = { .type = NLA_U32, },
	[LISTENQ_A_POLICY_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
	[LISTENQ_A_POLICY_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[LISTENQ_A_POLICY_BACKLOG] = { .type = NLA_U32, },
	[LISTENQ_A_POLICY_SYNQ] = { .type = NLA_U32, },
	[LISTENQ_A_POLICY_OVERFLOW] = NLA_POLICY_MAX(NLA_U32, 1),
	[LISTENQ_A_POLICY_SYNCOOKIES] = NLA_POLICY_MAX(NLA_U32, 2),
	[LISTENQ_A_POLICY_SYNACK_RETRIES] = NLA_POLICY_MAX(NLA_U32, 127),
	[LISTENQ_A_POLICY_QUEUE] = NLA_POLICY_MAX(NLA_U32, 1),
	[LISTENQ_A_POLICY_SYN_RATE] = NLA_POLICY_MIN(NLA_U32, 1),
	[LISTENQ_A_POLICY_SYN_BURST] = NLA_POLICY_MIN(NLA_U32, 1),
	[LISTENQ_A_POLICY_ADMIT] = NLA_POLICY_MAX(NLA_U32, 2),
	[LISTENQ_A_POLICY_TIMEOUT] = NLA_POLICY_MIN(NLA_U64, 1),
};

/* LISTENQ_CMD_POLICY_DEL - do */
static const struct nla_policy listenq_policy_del_nl_policy[LISTENQ_A_POLICY_PORT + 1] = {
	[LISTENQ_A_POLICY_ADDRESS4] = { .type = NLA_U32, },
	[LISTENQ_A_POLICY_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
	[LISTENQ_A_POLICY_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
};

/* Ops table for listenq */
const struct genl_split_ops listenq_nl_ops[9] = {
	{
		.cmd		= LISTENQ_CMD_LISTENER_GET,
		.doit		= listenq_nl_listener_get_doit,
		.policy		= listenq_listener_get_do_nl_policy,
		.maxattr	= LISTENQ_A_LISTENER_DROPS_ONLY,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= LISTENQ_CMD_LISTENER_GET,
		.dumpit		= listenq_nl_listener_get_dumpit,
		.policy		= listenq_listener_get_dump_nl_policy,
		.maxattr	= LISTENQ_A_LISTENER_DROPS_ONLY,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= LISTENQ_CMD_TOTALS_GET,
		.doit	= listenq_nl_totals_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= LISTENQ_CMD_HOOK_GET,
		.doit		= listenq_nl_hook_get_doit,
		.policy		= listenq_hook_get_nl_policy,
		.maxattr	= LISTENQ_A_HOOK_INDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= LISTENQ_CMD_HOOK_GET,
		.dumpit	= listenq_nl_hook_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= LISTENQ_CMD_POLICY_GET,
		.doit		= listenq_nl_policy_get_doit,
		.policy		= listenq_policy_get_nl_policy,
		.maxattr	= LISTENQ_A_POLICY_PORT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= LISTENQ_CMD_POLICY_GET,
		.dumpit	= listenq_nl_policy_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= LISTENQ_CMD_POLICY_SET,
		.doit		= listenq_nl_policy_set_doit,
		.policy		= listenq_policy_set_nl_policy,
		.maxattr	= LISTENQ_A_POLICY_TIMEOUT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= LISTENQ_CMD_POLICY_DEL,
		.doit		= listenq_nl_policy_del_doit,
		.policy		= listenq_policy_del_nl_policy,
		.maxattr	= LISTENQ_A_POLICY_PORT,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group listenq_nl_mcgrps[] = {
	[LISTENQ_NLGRP_EVENTS] = { "events", },
};
