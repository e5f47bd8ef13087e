// SPDX-License-Identifier: GPL-2.0
/* The policies that there have to be */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nl_model.h"

/* An end within 100 ms is promised; an emulated guest that is busy gets more */
#define LATE_MS		3000

/* What the specification says is the most */
#define MOST_RETRIES	127
#define MOST_RATE	1000000
#define YEAR_MS		31536000000ll

static struct nl_model_policy *find(struct nl_model *model,
				    const struct nl_policy *key)
{
	for (int i = 0; i < model->n; i++)
		if (nl_policy_same_key(&model->policy[i].policy, key))
			return &model->policy[i];
	return NULL;
}

static void set(struct nl_model *model, const struct nl_policy *policy)
{
	struct nl_model_policy *is = find(model, policy);

	/* Those that have ended are still here until somebody compares */
	if (!is && model->n == NL_MODEL_POLICIES)
		for (int i = 0; i < model->n && !is; i++)
			if (model->policy[i].by)
				is = &model->policy[i];
	if (!is && model->n == NL_MODEL_POLICIES) {
		lq_error("more policies than there can be");
		return;
	}
	if (!is)
		is = &model->policy[model->n++];
	*is = (struct nl_model_policy){ .policy = *policy };
	if (policy->timeout_ms == -1)
		return;
	is->not_before = model->sent + policy->timeout_ms;
	is->by = lq_time_ms() + policy->timeout_ms + LATE_MS;
}

static void forget(struct nl_model *model, struct nl_model_policy *is)
{
	*is = model->policy[--model->n];
}

static bool may_be_over(const struct nl_model_policy *is)
{
	return is->not_before && lq_time_ms() >= is->not_before;
}

static bool must_be_over(const struct nl_model_policy *is)
{
	return is->by && lq_time_ms() > is->by;
}

/* Return: whether the kernel got as far as to look for a policy */
static bool has_looked(const struct nlmsghdr *request, u8 command, int error)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);

	return genl->cmd == command && (!error || error == ENOENT);
}

static bool is_named(s64 setting)
{
	return setting != -1;
}

static bool is_within(s64 setting, s64 least, s64 most)
{
	return !is_named(setting) || (setting >= least && setting <= most);
}

static bool is_in_range(const struct nl_policy *policy, s64 limit)
{
	return policy->port && is_within(policy->backlog, 0, limit) &&
	       is_within(policy->synq, 0, limit) &&
	       is_within(policy->overflow, 0,
			 LISTENQ_POLICY_OVERFLOW_RESET) &&
	       is_within(policy->syncookies, 0,
			 LISTENQ_POLICY_SYNCOOKIES_ALWAYS) &&
	       is_within(policy->synack_retries, 0, MOST_RETRIES) &&
	       is_within(policy->queue, 0, LISTENQ_POLICY_QUEUE_SINGLE) &&
	       is_within(policy->syn_rate, 1, MOST_RATE) &&
	       is_within(policy->syn_burst, 1, MOST_RATE) &&
	       is_within(policy->admit, 0, LISTENQ_POLICY_ADMIT_RESET) &&
	       is_within(policy->timeout_ms, 1, YEAR_MS);
}

/* What POLICIES.md says goes together, where tcp_syncookies is not 0 */
static bool makes_sense(const struct nl_policy *policy)
{
	bool single = policy->queue == LISTENQ_POLICY_QUEUE_SINGLE;
	bool drains = policy->admit > LISTENQ_POLICY_ADMIT_ALL;
	bool cookies = policy->syncookies > LISTENQ_POLICY_SYNCOOKIES_OFF;
	bool always = policy->syncookies == LISTENQ_POLICY_SYNCOOKIES_ALWAYS;

	if (is_named(policy->syn_burst) && !is_named(policy->syn_rate))
		return false;
	if (is_named(policy->synq) && (single || always || drains))
		return false;
	if (single && cookies)
		return false;
	return !drains || (!is_named(policy->syncookies) &&
			   !is_named(policy->queue) &&
			   !is_named(policy->syn_rate));
}

static bool asks_something(const struct nl_policy *policy)
{
	return is_named(policy->backlog) || is_named(policy->synq) ||
	       is_named(policy->overflow) || is_named(policy->syncookies) ||
	       is_named(policy->synack_retries) || is_named(policy->queue) ||
	       is_named(policy->syn_rate) || is_named(policy->admit);
}

static void check_allowed(const struct nl_policy *policy)
{
	static long limit = -1;

	if (limit < 0)
		limit = lq_sysctl_get("net/core/somaxconn");
	if (!asks_something(policy) || !is_in_range(policy, limit) ||
	    !makes_sense(policy))
		lq_error("policy %s should have been refused",
			 nl_policy_name(policy));
}

/* An answer to a request that was for the family */
void nl_model_answer(struct nl_model *model, const struct nlmsghdr *request,
		     int error)
{
	bool del = has_looked(request, LISTENQ_CMD_POLICY_DEL, error);
	bool get = has_looked(request, LISTENQ_CMD_POLICY_GET, error) &&
		   (request->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP;
	struct nl_policy policy = nl_policy_of_request(request);
	struct nl_model_policy *is;

	if (has_looked(request, LISTENQ_CMD_POLICY_SET, error) && !error) {
		check_allowed(&policy);
		set(model, &policy);
		return;
	}
	if (!del && !get)
		return;
	is = find(model, &policy);
	if (!error && !is)
		lq_error("policy %s is there, but nobody has set it",
			 nl_policy_name(&policy));
	if (error && is && !may_be_over(is))
		lq_error("policy %s is not there, but somebody has set it",
			 nl_policy_name(&policy));
	if (is && (del || error))
		forget(model, is);
}

static void compare_one(struct nl_model *model, const struct nl_policy *seen)
{
	struct nl_model_policy *is = find(model, seen);

	if (!is)
		lq_error("policy %s was never set", nl_policy_name(seen));
	else if (must_be_over(is))
		lq_error("policy %s has not ended", nl_policy_name(seen));
	else if (nl_policy_differs(&is->policy, seen))
		lq_error("policy %s is not as it was set",
			 nl_policy_name(seen));
}

static bool is_listed(const struct nl_policy_list *list,
		      const struct nl_policy *key)
{
	for (int i = 0; i < list->n; i++)
		if (nl_policy_same_key(&list->policy[i], key))
			return true;
	return false;
}

/* Each that was set is there as it was set, and no other; a mismatch is an error */
void nl_model_compare(struct nl_model *model, struct lq_nl *nl)
{
	struct nl_policy_list list;

	if (nl_policy_dump(nl, LQ_NL_BUFFER, &list))
		lq_error("the policies can't be dumped: %d",
			 list.answer.error);
	for (int i = 0; i < list.n; i++)
		compare_one(model, &list.policy[i]);
	for (int i = model->n - 1; i >= 0; i--) {
		if (is_listed(&list, &model->policy[i].policy))
			continue;
		if (!may_be_over(&model->policy[i]))
			lq_error("policy %s has gone",
				 nl_policy_name(&model->policy[i].policy));
		forget(model, &model->policy[i]);
	}
	nl_policy_free(&list);
}

void nl_model_clear(struct nl_model *model, struct lq_nl *nl)
{
	if (nl_policy_clear_all(nl) || nl_policy_count(nl))
		lq_error("not every policy can be deleted");
	model->n = 0;
}
