// SPDX-License-Identifier: GPL-2.0
/*
 * Whom a policy is for: a port, alone or with an address.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "filter.h"
#include "format.h"
#include "key.h"
#include "listener.h"
#include "service.h"

/**
 * lq_key_family() - of which family a policy's address is
 * @policy: whose
 *
 * Return: AF_INET or AF_INET6; 0: it has none.
 */
int lq_key_family(const struct lq_policy *policy)
{
	if (lq_has(policy->have, LISTENQ_A_POLICY_ADDRESS4))
		return AF_INET;
	return lq_has(policy->have, LISTENQ_A_POLICY_ADDRESS6) ? AF_INET6 : 0;
}

/**
 * lq_key_family_name() - a family as JSON has it
 * @family: AF_INET or AF_INET6
 *
 * Return: its name.
 */
const char *lq_key_family_name(int family)
{
	return family == AF_INET ? "inet" : "inet6";
}

/**
 * lq_key_address() - a policy's address, without brackets
 * @text: set; empty when there is none
 * @size: room there
 * @policy: whose
 */
void lq_key_address(char *text, size_t size, const struct lq_policy *policy)
{
	int family = lq_key_family(policy);

	*text = '\0';
	if (family)
		inet_ntop(family, &policy->address, text, size);
}

static void know_family(struct lq_policy *policy, int family)
{
	policy->have |= 1ULL << (family == AF_INET ? LISTENQ_A_POLICY_ADDRESS4 :
						     LISTENQ_A_POLICY_ADDRESS6);
}

/**
 * lq_key_set_address() - let a policy have an address
 * @policy: has none before
 * @address: the address, without brackets
 *
 * Return: whether it is one.
 */
bool lq_key_set_address(struct lq_policy *policy, const char *address)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;

	know_family(policy, family);
	return inet_pton(family, address, &policy->address) == 1;
}

/* A prefix or a device would ask for more listeners, or for fewer. */
static bool is_key(const struct lq_wanted *wanted)
{
	return wanted->port && !*wanted->dev &&
	       wanted->bits == (wanted->family == AF_INET ? 32 :
				wanted->family == AF_INET6 ? 128 : 0);
}

/**
 * lq_key_parse() - understand a key
 * @word: as a filter's address
 * @policy: set, to one that has nothing but the key
 *
 * Return: whether it is one.
 */
bool lq_key_parse(const char *word, struct lq_policy *policy)
{
	struct lq_wanted wanted;

	memset(policy, 0, sizeof(*policy));
	if (!lq_filter_local(word, &wanted) || !is_key(&wanted))
		return false;
	policy->port = wanted.port;
	policy->address = wanted.address;
	policy->have = 1ULL << LISTENQ_A_POLICY_PORT;
	if (wanted.family)
		know_family(policy, wanted.family);
	return true;
}

/* A name is only good when it means this port when it is read. */
static const char *port_name(u16 port)
{
	const char *name = lq_service_name(port);
	u16 back;

	return name && lq_service_port(name, &back) && back == port ? name :
								      NULL;
}

/**
 * lq_key_format() - a key as lq_key_parse() takes it
 * @text: set
 * @size: room there
 * @policy: whose
 * @numeric: no names of services
 */
void lq_key_format(char *text, size_t size, const struct lq_policy *policy,
		   bool numeric)
{
	char address[INET6_ADDRSTRLEN], port[48] = "-";
	const char *name = numeric ? NULL : port_name(policy->port);
	bool v6 = lq_key_family(policy) == AF_INET6;

	lq_key_address(address, sizeof(address), policy);
	if (name)
		lq_format_bytes(port, sizeof(port), name, strlen(name));
	else if (lq_has(policy->have, LISTENQ_A_POLICY_PORT))
		snprintf(port, sizeof(port), "%u", policy->port);
	snprintf(text, size, "%s%s%s:%s", v6 ? "[" : "", address,
		 v6 ? "]" : "", port);
}

/**
 * lq_key_same() - whether two policies are for the same
 * @one: a policy
 * @other: another one
 *
 * Return: whether they are: the one would replace the other.
 */
bool lq_key_same(const struct lq_policy *one, const struct lq_policy *other)
{
	return one->port == other->port &&
	       lq_key_family(one) == lq_key_family(other) &&
	       !memcmp(&one->address, &other->address, sizeof(one->address));
}
