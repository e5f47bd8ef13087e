// SPDX-License-Identifier: GPL-2.0
/* The family's operations, asked properly */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "nl_common.h"

#define REQUEST_SIZE 1024

static void put_addresses(struct nlmsghdr *request,
			  const struct lq_nl_filter *filter)
{
	u8 address[16];

	if (filter->address4) {
		inet_pton(AF_INET, filter->address4, address);
		mnl_attr_put(request, LISTENQ_A_LISTENER_ADDRESS4, 4, address);
	}
	if (filter->address6) {
		inet_pton(AF_INET6, filter->address6, address);
		mnl_attr_put(request, LISTENQ_A_LISTENER_ADDRESS6, 16,
			     address);
	}
}

void lq_nl_put_filter(struct nlmsghdr *request,
		      const struct lq_nl_filter *filter)
{
	if (filter->id)
		mnl_attr_put_u64(request, LISTENQ_A_LISTENER_ID, filter->id);
	if (filter->family)
		mnl_attr_put_u16(request, LISTENQ_A_LISTENER_FAMILY,
				 filter->family);
	put_addresses(request, filter);
	if (filter->port)
		mnl_attr_put_u16(request, LISTENQ_A_LISTENER_PORT,
				 filter->port);
	if (filter->inode)
		mnl_attr_put_u64(request, LISTENQ_A_LISTENER_INODE,
				 filter->inode);
	if (filter->cgroup)
		mnl_attr_put_u64(request, LISTENQ_A_LISTENER_CGROUP,
				 filter->cgroup);
	if (filter->drops_only)
		mnl_attr_put(request, LISTENQ_A_LISTENER_DROPS_ONLY, 0, NULL);
}

static void add_listener(const struct nlmsghdr *message, void *data)
{
	struct lq_nl_list *list = data;

	/* Grows by doubling: at each power of two */
	if (!(list->n & (list->n - 1)))
		list->listener = realloc(list->listener,
					 (2 * list->n + 1) *
					 sizeof(*list->listener));
	lq_nl_parse_listener(message, &list->listener[list->n++]);
}

/* All of a namespace, or what @filter lets through; the caller frees */
int lq_nl_dump(struct lq_nl *nl, const struct lq_nl_filter *filter,
	       size_t buffer, struct lq_nl_list *list)
{
	char space[REQUEST_SIZE];
	struct nlmsghdr *request = lq_nl_request(space,
						 LISTENQ_CMD_LISTENER_GET,
						 NLM_F_DUMP);

	memset(list, 0, sizeof(*list));
	if (filter)
		lq_nl_put_filter(request, filter);
	return lq_nl_talk(nl, request, buffer, add_listener, list,
			  &list->answer);
}

void lq_nl_free(struct lq_nl_list *list)
{
	free(list->listener);
	memset(list, 0, sizeof(*list));
}

const struct lq_nl_listener *lq_nl_find(const struct lq_nl_list *list, u64 id)
{
	for (int i = 0; i < list->n; i++)
		if (list->listener[i].id == id)
			return &list->listener[i];
	return NULL;
}

static void take_listener(const struct nlmsghdr *message, void *data)
{
	lq_nl_parse_listener(message, data);
}

int lq_nl_get(struct lq_nl *nl, u64 id, struct lq_nl_listener *listener,
	      struct lq_nl_answer *answer)
{
	char space[REQUEST_SIZE];
	struct nlmsghdr *request = lq_nl_request(space,
						 LISTENQ_CMD_LISTENER_GET,
						 NLM_F_ACK);

	mnl_attr_put_u64(request, LISTENQ_A_LISTENER_ID, id);
	return lq_nl_talk(nl, request, LQ_NL_BUFFER, take_listener, listener,
			  answer);
}

/* The listener behind a descriptor, found by its inode */
int lq_nl_get_fd(struct lq_nl *nl, int fd, struct lq_nl_listener *listener)
{
	struct lq_nl_filter filter = { .inode = lq_inode(fd) };
	struct lq_nl_list list;
	int failed = lq_nl_dump(nl, &filter, LQ_NL_BUFFER, &list);

	if (!failed && list.n != 1) {
		lq_error("%d listeners with inode %llu", list.n, filter.inode);
		failed = -1;
	}
	if (!failed)
		*listener = list.listener[0];
	lq_nl_free(&list);
	return failed;
}

static void take_totals(const struct nlmsghdr *message, void *data)
{
	lq_nl_parse_totals(message, data);
}

int lq_nl_get_totals(struct lq_nl *nl, struct lq_nl_totals *totals)
{
	char space[REQUEST_SIZE];
	struct nlmsghdr *request = lq_nl_request(space,
						 LISTENQ_CMD_TOTALS_GET,
						 NLM_F_ACK);
	struct lq_nl_answer answer;

	return lq_nl_talk(nl, request, LQ_NL_BUFFER, take_totals, totals,
			  &answer);
}
