// SPDX-License-Identifier: GPL-2.0
/* Dumps and monitors forever, whether there is anybody to ask or not */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_common.h"

static void ask_forever(unsigned int rest_ms)
{
	unsigned int errors = lq_errors;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!freopen("/dev/null", "w", stderr))
		_exit(1);
	for (;;) {
		struct lq_nl *nl = lq_nl_open();
		struct lq_nl_events heard = { 0 };
		struct lq_nl_list list;

		/* It may go between one request and the next */
		lq_errors = errors;
		lq_sleep_ms(5 + rest_ms);
		if (!nl)
			continue;
		lq_nl_subscribe(nl);
		for (int i = 0; i < 5; i++) {
			lq_nl_dump(nl, NULL, LQ_NL_BUFFER, &list);
			lq_nl_free(&list);
			lq_nl_hear(nl, &heard, 2);
		}
		lq_nl_forget(&heard);
		lq_nl_close(nl);
	}
}

/* @rest_ms: longer between two rounds than usual */
void lq_nl_ask_start(struct lq_nl_asking *asking, unsigned int rest_ms)
{
	for (int i = 0; i < LQ_NL_ASKING; i++) {
		asking->child[i] = fork();
		if (!asking->child[i])
			ask_forever(rest_ms);
	}
}

/* Return: 0, or -1: one of them was not there any more */
int lq_nl_ask_stop(struct lq_nl_asking *asking)
{
	int failed = 0;

	for (int i = 0; i < LQ_NL_ASKING; i++) {
		pid_t child = asking->child[i];

		if (child < 0 || kill(child, SIGKILL) ||
		    waitpid(child, NULL, 0) != child)
			failed = -1;
	}
	return failed;
}
