// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic by hand, for the demo and for trying things out in a guest:
 * a server as slow as one likes, clients, a flood of SYNs.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

static void say_how(FILE *to)
{
	fputs("load serve ADDRESS PORT BACKLOG MILLISECONDS: accept one connection each time\n"
	      "load connect ADDRESS PORT COUNT SECONDS: so many clients, for so long\n"
	      "load get ADDRESS PORT: what an HTTP server answers, and when\n"
	      "load flood PORT COUNT: SYNs from addresses that nobody has\n",
	      to);
}

static int natural(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || end == text || value < 0 || value > 10000000) {
		fprintf(stderr, "load: %s: not a number\n", text);
		exit(1);
	}
	return value;
}

static int serve(char **args)
{
	int listener = lq_listen(args[0], natural(args[1]), natural(args[2]));
	int pause_ms = natural(args[3]);
	int fd;

	if (listener < 0) {
		perror("load: cannot listen");
		return 1;
	}
	for (;;) {
		lq_sleep_ms(pause_ms);
		fd = accept(listener, NULL, NULL);
		if (fd >= 0)
			close(fd);
	}
}

static int connect_many(char **args)
{
	int port = natural(args[1]), count = natural(args[2]);
	int established = 0, reset = 0, n;
	int *fd = calloc(count + 1, sizeof(*fd));

	if (!fd)
		return 1;
	lq_many_files();
	for (n = 0; n < count; n++)
		fd[n] = lq_connect_begin(args[0], port);
	lq_sleep_ms(1000 * natural(args[3]));
	for (n = 0; n < count; n++) {
		int err = 0;
		socklen_t len = sizeof(err);

		if (fd[n] < 0)
			continue;
		getsockopt(fd[n], SOL_SOCKET, SO_ERROR, &err, &len);
		if (err)
			reset++;
		else if (lq_state(fd[n]) != TCP_SYN_SENT)
			established++;
		close(fd[n]);
	}
	printf("%d clients: %d believe they are connected, %d refused, %d still waiting\n",
	       count, established, reset, count - established - reset);
	free(fd);
	return 0;
}

static int get(char **args)
{
	static const char request[] =
		"GET / HTTP/1.0\r\nConnection: close\r\n\r\n";
	struct timeval patience = { .tv_sec = 5 };
	u64 begin = lq_time_ms();
	char answer[512];
	ssize_t len = -1;
	int fd = lq_connect(args[0], natural(args[1]));

	if (fd >= 0) {
		/* lq_connect() does not block, this should. */
		fcntl(fd, F_SETFL, 0);
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			   sizeof(patience));
		if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0)
			len = recv(fd, answer, sizeof(answer) - 1, 0);
	}
	if (len <= 0) {
		printf("no answer (%llu ms)\n", lq_time_ms() - begin);
		return 1;
	}
	answer[len] = 0;
	printf("%.*s (%llu ms)\n", (int)strcspn(answer, "\r\n"), answer,
	       lq_time_ms() - begin);
	return 0;
}

static int flood(char **args)
{
	int port = natural(args[0]), count = natural(args[1]);

	if (lq_net_routes()) {
		perror("load: cannot lead 10.0.0.0/8 nowhere");
		return 1;
	}
	lq_syn_flood(AF_INET, port, 1, count);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		say_how(stdout);
		return 0;
	}
	if (argc == 6 && !strcmp(argv[1], "serve"))
		return serve(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "connect"))
		return connect_many(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "get"))
		return get(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "flood"))
		return flood(argv + 2);
	say_how(stderr);
	return 1;
}
