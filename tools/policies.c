// SPDX-License-Identifier: GPL-2.0
/*
 * The policies that a command is about, those of the module among them.
 */
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "key.h"
#include "listener.h"
#include "netlink.h"
#include "policies.h"

/* A set that always changes is better shown than not. */
#define LQ_TRIES 4

/**
 * lq_policies_add() - add a policy
 * @policies: where to
 * @policy: is copied
 */
void lq_policies_add(struct lq_policies *policies,
		     const struct lq_policy *policy)
{
	if (policies->nr == policies->size) {
		policies->size = policies->size ? 2 * policies->size : 16;
		policies->policies = lq_realloc(policies->policies,
						policies->size,
						sizeof(*policies->policies));
	}
	policies->policies[policies->nr++] = *policy;
}

/**
 * lq_policies_find() - a policy by its key
 * @policies: where
 * @key: has that key
 *
 * Return: it, or NULL.
 */
const struct lq_policy *lq_policies_find(const struct lq_policies *policies,
					 const struct lq_policy *key)
{
	size_t n;

	for (n = 0; n < policies->nr; n++) {
		if (lq_key_same(&policies->policies[n], key))
			return &policies->policies[n];
	}
	return NULL;
}

/**
 * lq_policies_clear() - remove all policies
 * @policies: empty afterwards
 */
void lq_policies_clear(struct lq_policies *policies)
{
	free(policies->policies);
	memset(policies, 0, sizeof(*policies));
}

static int one_policy(const struct nlmsghdr *nlh, void *data,
		      struct lq_error *error)
{
	struct lq_policy policy;

	if (lq_parse_policy(nlh, &policy, error))
		return -1;
	lq_policies_add(data, &policy);
	return 0;
}

/**
 * lq_policies_load() - read all policies from the module
 * @policies: set; what was in it is forgotten
 * @netlink: the module
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_policies_load(struct lq_policies *policies, struct lq_netlink *netlink,
		     struct lq_error *error)
{
	enum lq_answer answer;
	int tries = 0;

	do {
		lq_policies_clear(policies);
		lq_netlink_request(netlink, LISTENQ_CMD_POLICY_GET,
				   NLM_F_DUMP);
		answer = lq_netlink_run(netlink, one_policy, policies, error);
	} while (answer == LQ_ANSWER_CHANGED && ++tries < LQ_TRIES);
	policies->changed = answer == LQ_ANSWER_CHANGED;
	return answer == LQ_ANSWER_ERROR ? -1 : 0;
}
