// SPDX-License-Identifier: GPL-2.0
/*
 * Changing the module's policies. The module takes one at a time, wholly or not
 * at all; of several, those that it took are put back when it refuses one.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <libmnl/libmnl.h>

#include "change.h"
#include "interrupt.h"
#include "key.h"
#include "listener.h"
#include "netlink.h"
#include "policies.h"
#include "setting.h"
#include "wording.h"

/* What is said when all is as before. */
#define LQ_NOTHING "; nothing has changed"

/**
 * struct change - several policies that are set
 * @netlink: the module
 * @wanted: they
 * @before: those that there were
 * @time: when that was, in milliseconds
 */
struct change {
	struct lq_netlink *netlink;
	const struct lq_policies *wanted;
	struct lq_policies before;
	u64 time;
};

static int ignore(const struct nlmsghdr *nlh, void *data,
		  struct lq_error *error)
{
	(void)nlh;
	(void)data;
	(void)error;
	return 0;
}

static void put_key(struct nlmsghdr *nlh, const struct lq_policy *policy)
{
	switch (lq_key_family(policy)) {
	case AF_INET:
		mnl_attr_put(nlh, LISTENQ_A_POLICY_ADDRESS4,
			     sizeof(struct in_addr), &policy->address);
		break;
	case AF_INET6:
		mnl_attr_put(nlh, LISTENQ_A_POLICY_ADDRESS6,
			     sizeof(policy->address), &policy->address);
		break;
	}
	mnl_attr_put_u16(nlh, LISTENQ_A_POLICY_PORT, policy->port);
}

static void put_settings(struct nlmsghdr *nlh, const struct lq_policy *policy)
{
	const struct lq_setting *setting;

	for (setting = lq_settings; setting->word; setting++) {
		if (lq_has(policy->have, setting->type))
			mnl_attr_put_u32(nlh, setting->type,
					 policy->value[setting->type]);
	}
	if (lq_has(policy->have, LISTENQ_A_POLICY_TIMEOUT))
		mnl_attr_put_u64(nlh, LISTENQ_A_POLICY_TIMEOUT,
				 policy->timeout);
}

static int set(struct lq_netlink *netlink, const struct lq_policy *policy,
	       struct lq_error *error)
{
	struct nlmsghdr *nlh = lq_netlink_request(netlink,
						  LISTENQ_CMD_POLICY_SET,
						  NLM_F_ACK);

	put_key(nlh, policy);
	put_settings(nlh, policy);
	return lq_netlink_run(netlink, ignore, NULL, error) < 0 ? -1 : 0;
}

/**
 * lq_change_del() - delete a policy
 * @netlink: the module
 * @key: has its key
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_change_del(struct lq_netlink *netlink, const struct lq_policy *key,
		  struct lq_error *error)
{
	struct nlmsghdr *nlh = lq_netlink_request(netlink,
						  LISTENQ_CMD_POLICY_DEL,
						  NLM_F_ACK);

	put_key(nlh, key);
	return lq_netlink_run(netlink, ignore, NULL, error) < 0 ? -1 : 0;
}

/* As the module counts a policy's time: while the machine is suspended, too. */
static u64 milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* What there was for a key, with the time that is left; false: nothing. */
static bool was_before(const struct change *change, const struct lq_policy *key,
		       struct lq_policy *old)
{
	const struct lq_policy *found = lq_policies_find(&change->before, key);
	u64 passed = milliseconds() - change->time;

	if (!found)
		return false;
	*old = *found;
	if (!lq_has(old->have, LISTENQ_A_POLICY_TIMEOUT))
		return true;
	if (old->timeout <= passed)
		return false;
	old->timeout -= passed;
	return true;
}

static int put_back(const struct change *change, const struct lq_policy *policy,
		    struct lq_error *error)
{
	struct lq_policy old;

	if (was_before(change, policy, &old))
		return set(change->netlink, &old, error);
	if (!lq_change_del(change->netlink, policy, error))
		return 0;
	/* Its own time was over, or another one has deleted it. */
	return error->code == ENOENT ? 0 : -1;
}

static void tell_stuck(const struct change *change,
		       const struct lq_policy *policy,
		       const struct lq_error *why)
{
	char now[LQ_WORDING_SIZE], then[LQ_WORDING_SIZE] = "none";
	struct lq_policy old;

	lq_wording_format(now, sizeof(now), policy, true);
	if (was_before(change, policy, &old))
		lq_wording_format(then, sizeof(then), &old, true);
	lq_note("not put back: now '%s', before '%s': %s", now, then,
		why->text);
}

static void tell_refused(const struct lq_policy *policy, const char *rest,
			 const struct lq_error *why)
{
	char key[LQ_KEY_SIZE];

	lq_key_format(key, sizeof(key), policy, true);
	lq_note("policy set: %s: %s%s", key, why->text, rest);
}

/* The last one comes first: every step back is one that was a state before. */
static void undo(const struct change *change, size_t nr,
		 const struct lq_error *why)
{
	struct lq_error *errors = lq_realloc(NULL, nr, sizeof(*errors));
	const struct lq_policy *policies = change->wanted->policies;
	/* What was not refused, and not acknowledged, may be set. */
	size_t n, stuck = 0, changed = why->code ? nr - 1 : nr;

	for (n = changed; n-- > 0;) {
		if (put_back(change, &policies[n], &errors[n]))
			stuck++;
		else
			*errors[n].text = '\0';
	}
	tell_refused(&policies[nr - 1],
		     stuck || change->wanted->nr < 2 ? "" : LQ_NOTHING, why);
	for (n = 0; stuck && n < changed; n++) {
		if (*errors[n].text)
			tell_stuck(change, &policies[n], &errors[n]);
	}
	free(errors);
}

static int set_all(const struct change *change)
{
	struct lq_error error;
	size_t n;

	for (n = 0; n < change->wanted->nr; n++) {
		if (!set(change->netlink, &change->wanted->policies[n], &error))
			continue;
		undo(change, n + 1, &error);
		return LQ_EXIT_FAILED;
	}
	return 0;
}

/* What is not known cannot be put back. */
static int remember(struct change *change)
{
	struct lq_error error;

	if (change->wanted->nr < 2)
		return 0;
	if (lq_policies_load(&change->before, change->netlink, &error))
		return lq_failed(&error);
	change->time = milliseconds();
	if (!change->before.changed)
		return 0;
	lq_error_set(&error,
		     "policy set: policies came and went all the while: nothing was changed");
	return lq_failed(&error);
}

/**
 * lq_change_all() - set policies, all or none
 * @netlink: the module
 * @wanted: they
 *
 * Return: 0, or how the program ends; the error has been told.
 */
int lq_change_all(struct lq_netlink *netlink, const struct lq_policies *wanted)
{
	struct change change = { .netlink = netlink, .wanted = wanted };
	int status;

	/* Half of it is what nobody asked for. */
	lq_interrupt_hold();
	status = remember(&change);
	if (!status)
		status = set_all(&change);
	lq_interrupt_release();
	lq_policies_clear(&change.before);
	return status;
}
