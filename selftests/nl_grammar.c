// SPDX-License-Identifier: GPL-2.0
/* What the kernel itself says of the requests that it takes */
#include <string.h>

#include "nl_fuzz.h"

static int set_limit(const struct nlattr *attr, void *data)
{
	struct nl_fuzz_attribute *is = data;

	switch (mnl_attr_get_type(attr)) {
	case NL_POLICY_TYPE_ATTR_TYPE:
		is->kind = mnl_attr_get_u32(attr);
		break;
	case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
		is->least = mnl_attr_get_u64(attr);
		break;
	case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
		is->most = mnl_attr_get_u64(attr);
		break;
	case NL_POLICY_TYPE_ATTR_MIN_LENGTH:
		is->length = mnl_attr_get_u32(attr);
		break;
	case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
		is->longest = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int add_attribute(const struct nlattr *attr, void *data)
{
	struct nl_fuzz_policy *policy = data;
	unsigned int type = mnl_attr_get_type(attr);

	if (type >= NL_FUZZ_ATTRIBUTES) {
		lq_error("attribute %u is too many", type);
		return MNL_CB_OK;
	}
	if (type > policy->last)
		policy->last = type;
	return mnl_attr_parse_nested(attr, set_limit, &policy->attribute[type]);
}

static int add_policy(const struct nlattr *attr, void *data)
{
	struct nl_fuzz_grammar *grammar = data;
	unsigned int index = mnl_attr_get_type(attr);

	if (index >= NL_FUZZ_POLICIES) {
		lq_error("policy %u is too many", index);
		return MNL_CB_OK;
	}
	if (index >= grammar->npolicies)
		grammar->npolicies = index + 1;
	return mnl_attr_parse_nested(attr, add_attribute, &grammar->policy[index]);
}

static int add_operation(const struct nlattr *attr, void *data)
{
	struct nl_fuzz_grammar *grammar = data;
	unsigned int command = mnl_attr_get_type(attr);
	const struct nlattr *which;

	if (command >= NL_FUZZ_COMMANDS)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(which, attr) {
		int index = mnl_attr_get_u32(which);

		if (index >= NL_FUZZ_POLICIES)
			continue;
		if (mnl_attr_get_type(which) == CTRL_ATTR_POLICY_DO)
			grammar->of_do[command] = index;
		if (mnl_attr_get_type(which) == CTRL_ATTR_POLICY_DUMP)
			grammar->of_dump[command] = index;
	}
	return MNL_CB_OK;
}

static void take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_POLICY)
			mnl_attr_parse_nested(attr, add_policy, data);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_OP_POLICY)
			mnl_attr_parse_nested(attr, add_operation, data);
	}
}

/* Return: 0 or an errno */
int nl_fuzz_grammar(struct lq_nl *nl, struct nl_fuzz_grammar *grammar)
{
	char buffer[256];
	struct nlmsghdr *request = lq_nl_request(buffer, CTRL_CMD_GETPOLICY,
						 NLM_F_DUMP);
	u16 family = nl->family;
	struct lq_nl_answer answer;
	int failed;

	memset(grammar, 0, sizeof(*grammar));
	for (int i = 0; i < NL_FUZZ_COMMANDS; i++) {
		grammar->of_do[i] = NL_FUZZ_NO_POLICY;
		grammar->of_dump[i] = NL_FUZZ_NO_POLICY;
	}
	mnl_attr_put_u16(request, CTRL_ATTR_FAMILY_ID, family);
	nl->family = GENL_ID_CTRL;
	failed = lq_nl_talk(nl, request, LQ_NL_BUFFER, take, grammar, &answer);
	nl->family = family;
	return failed;
}
