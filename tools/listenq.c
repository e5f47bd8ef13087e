// SPDX-License-Identifier: GPL-2.0
/*
 * The command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "error.h"
#include "netns.h"
#include "options.h"
#include "output.h"
#include "show.h"
#include "sort.h"

#ifndef LISTENQ_VERSION
#define LISTENQ_VERSION "unknown"
#endif

/* Those that have no letter. */
enum {
	OPTION_SORT = 256,
	OPTION_DROPS,
	OPTION_NONZERO,
	OPTION_MAX_DROPS,
	OPTION_EXPLAIN,
};

/* In a command's set of options they have one, however. */
#define LETTER_SORT 's'
#define LETTER_DROPS 'D'
#define LETTER_NONZERO 'z'
#define LETTER_MAX_DROPS 'm'
#define ALL_OPTIONS "46npjdotaNsDzm"

static int lq_help(const struct lq_options *options, int nr, char **words);

static const struct lq_command commands[] = {
	{
		.name = "show",
		.arguments = "[FILTER...]",
		.help = "the listeners of this moment (the default)",
		.options = "46npjdotaNsDz",
		.run = lq_show,
	},
	{
		.name = "monitor",
		.arguments = "[FILTER...]",
		.help = "events as they come",
		.options = "46npjtND",
		.run = lq_monitor,
	},
	{
		.name = "watch",
		.arguments = "[SECONDS] [FILTER...]",
		.help = "rates, again and again",
		.options = "46nptNsD",
		.run = lq_watch,
	},
	{
		.name = "totals",
		.arguments = "",
		.help = "sums, beside what the kernel counted",
		.options = "jdaNn",
		.run = lq_totals,
	},
	{
		.name = "hooks",
		.arguments = "",
		.help = "how the kernel's functions are watched",
		.options = "jNn",
		.run = lq_hooks,
	},
	{
		.name = "check",
		.arguments = "[--max-drops N] FILTER...",
		.help = "fail when listeners drop more than N (0)",
		.options = "46njtNm",
		.run = lq_check,
	},
	{
		.name = "policy",
		.arguments = "[show|set|del] ...",
		.help = "what is asked for some listeners",
		.options = "jnN",
		.run = lq_policy,
	},
	{
		.name = "help",
		.arguments = "",
		.help = "this",
		.options = ALL_OPTIONS,
		.run = lq_help,
	},
	{ }
};

static const struct option long_options[] = {
	{ "ipv4", no_argument, NULL, '4' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "processes", no_argument, NULL, 'p' },
	{ "json", no_argument, NULL, 'j' },
	{ "details", no_argument, NULL, 'd' },
	{ "oneline", no_argument, NULL, 'o' },
	{ "tcp", no_argument, NULL, 't' },
	{ "timestamp", no_argument, NULL, 't' },
	{ "all", no_argument, NULL, 'a' },
	{ "net", required_argument, NULL, 'N' },
	{ "sort", required_argument, NULL, OPTION_SORT },
	{ "drops", no_argument, NULL, OPTION_DROPS },
	{ "nonzero", no_argument, NULL, OPTION_NONZERO },
	{ "max-drops", required_argument, NULL, OPTION_MAX_DROPS },
	{ "explain-counters", no_argument, NULL, OPTION_EXPLAIN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ }
};

static const char options_help[] =
	"  -4, -6               IPv4 or IPv6 only\n"
	"  -n, --numeric        no names of services\n"
	"  -p, --processes      owners, also of listeners older than the module\n"
	"  -d, --details        all counters, and times drawn\n"
	"      --nonzero        with -d, no counters that are zero\n"
	"  -a, --all            with totals, counters that are zero too\n"
	"  -o, --oneline        all counters, a listener a line\n"
	"  -j, --json           for programs\n"
	"  -t, --tcp            as ss has it; with monitor --timestamp: when\n"
	"  -N, --net NETNS      another network namespace: name, process, path\n"
	"      --sort KEY       drops, overflow, syn, cookies, acceptq, synq, port, id, ...\n"
	"      --drops          only listeners that dropped something\n"
	"      --max-drops N    what check lets pass\n"
	"      --explain-counters\n"
	"  -V, --version\n"
	"Policies: show [KEY...]  del KEY...  set --json FILE  set KEY SETTING... [for 10m]\n"
	"         backlog N  synq N  overflow drop|reset  syncookies off|auto|always\n"
	"         synack-retries N  queue split|single  syn-rate N [burst N]\n"
	"         admit all|drop|reset; KEY is :443, 10.0.0.1:443 or [::1]:443\n"
	"Filters: :443  10.0.0.1:443  [::1]:80  *:22  10.0.0.0/8  'sport = :443'\n"
	"         id N  inode N  cgroup N|PATH\n";

static int lq_help(const struct lq_options *options, int nr, char **words)
{
	const struct lq_command *command;

	(void)options;
	(void)nr;
	(void)words;
	printf("usage: listenq [OPTIONS] [COMMAND] ...\n");
	for (command = commands; command->name; command++)
		printf("  %-8s %-27s %s\n", command->name, command->arguments,
		       command->help);
	fputs(options_help, stdout);
	return LQ_EXIT_OK;
}

static int run_version(const struct lq_options *options, int nr, char **words)
{
	(void)options;
	(void)nr;
	(void)words;
	printf("listenq %s\n", LISTENQ_VERSION);
	return LQ_EXIT_OK;
}

static int run_explain(const struct lq_options *options, int nr, char **words)
{
	(void)options;
	(void)nr;
	(void)words;
	lq_explain_counters();
	return LQ_EXIT_OK;
}

/* What options ask for, whatever else is said. */
static const struct lq_command by_option[] = {
	{ .name = "--help", .options = ALL_OPTIONS, .run = lq_help },
	{ .name = "--version", .options = ALL_OPTIONS, .run = run_version },
	{ .name = "--explain-counters", .options = ALL_OPTIONS,
	  .run = run_explain },
};

/**
 * struct line - the command line as it is understood
 * @options: the options
 * @given: their letters
 * @command: what to do; NULL: not said yet
 */
struct line {
	struct lq_options options;
	char given[64];
	const struct lq_command *command;
};

static void remember(struct line *line, char letter)
{
	size_t len = strlen(line->given);

	if (!strchr(line->given, letter) && len + 1 < sizeof(line->given))
		line->given[len] = letter;
}

static int parse_family(struct line *line, int family)
{
	if (line->options.family && line->options.family != family)
		return lq_usage("-4 or -6, not both");
	line->options.family = family;
	return 0;
}

static int parse_sort(struct line *line, const char *key)
{
	line->options.sort = lq_sort_find(key);
	if (!line->options.sort)
		return lq_usage("--sort: '%s' is no such key", key);
	remember(line, LETTER_SORT);
	return 0;
}

static int parse_max_drops(struct line *line, const char *word)
{
	char *end;

	errno = 0;
	line->options.max_drops = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || errno)
		return lq_usage("--max-drops: '%s' is no number", word);
	remember(line, LETTER_MAX_DROPS);
	return 0;
}

static int parse_long(struct line *line, int option)
{
	switch (option) {
	case OPTION_SORT:
		return parse_sort(line, optarg);
	case OPTION_DROPS:
		line->options.drops = true;
		remember(line, LETTER_DROPS);
		return 0;
	case OPTION_NONZERO:
		line->options.nonzero = true;
		remember(line, LETTER_NONZERO);
		return 0;
	case OPTION_MAX_DROPS:
		return parse_max_drops(line, optarg);
	case OPTION_EXPLAIN:
		line->command = &by_option[2];
		return 0;
	default:
		/* getopt_long() has said what is wrong. */
		return LQ_EXIT_USAGE;
	}
}

static bool *flag_of(struct lq_options *options, int letter)
{
	switch (letter) {
	case 'n':
		return &options->numeric;
	case 'p':
		return &options->processes;
	case 'j':
		return &options->json;
	case 'd':
		return &options->details;
	case 'o':
		return &options->oneline;
	case 't':
		return &options->tcp;
	case 'a':
		return &options->all;
	default:
		return NULL;
	}
}

static int parse_option(struct line *line, int option)
{
	bool *flag = flag_of(&line->options, option);

	if (option < 256 && option != 'h' && option != 'V')
		remember(line, option);
	if (flag) {
		*flag = true;
		return 0;
	}
	switch (option) {
	case '4':
		return parse_family(line, AF_INET);
	case '6':
		return parse_family(line, AF_INET6);
	case 'N':
		line->options.netns = optarg;
		return 0;
	case 'h':
		line->command = &by_option[0];
		return 0;
	case 'V':
		line->command = &by_option[1];
		return 0;
	default:
		return parse_long(line, option);
	}
}

static int parse_options(struct line *line, int argc, char **argv)
{
	int option, status = 0;

	/* 0: begin anew, where a test calls us again. */
	optind = 0;
	while (!status && (option = getopt_long(argc, argv, "46npjdotaN:hV",
						long_options, NULL)) >= 0)
		status = parse_option(line, option);
	return status;
}

static const struct lq_command *find_command(const char *name)
{
	const struct lq_command *command;

	for (command = commands; command->name; command++) {
		if (!strcmp(command->name, name))
			return command;
	}
	return NULL;
}

/* Of those whose letter is ours alone. */
static const char *long_name(char letter)
{
	switch (letter) {
	case LETTER_SORT:
		return "sort";
	case LETTER_DROPS:
		return "drops";
	case LETTER_NONZERO:
		return "nonzero";
	case LETTER_MAX_DROPS:
		return "max-drops";
	default:
		return NULL;
	}
}

static int check_options(const struct line *line)
{
	const char *letter, *name;

	for (letter = line->given; *letter; letter++) {
		if (strchr(line->command->options, *letter))
			continue;
		name = long_name(*letter);
		if (name)
			return lq_usage("%s takes no --%s", line->command->name,
					name);
		return lq_usage("%s takes no -%c", line->command->name,
				*letter);
	}
	return 0;
}

static int run(struct line *line, int nr, char **words)
{
	int status;

	if (!line->command && nr) {
		line->command = find_command(*words);
		nr -= line->command ? 1 : 0;
		words += line->command ? 1 : 0;
	}
	if (!line->command)
		line->command = &commands[0];
	if (check_options(line))
		return LQ_EXIT_USAGE;
	if (line->options.netns) {
		status = lq_netns_enter(line->options.netns);
		if (status)
			return status;
	}
	return line->command->run(&line->options, nr, words);
}

/**
 * lq_main() - do what the command line says
 * @argc: as main()'s
 * @argv: as main()'s
 *
 * Return: how the program ends.
 */
int lq_main(int argc, char **argv)
{
	struct line line = { 0 };

	if (parse_options(&line, argc, argv))
		return LQ_EXIT_USAGE;
	return run(&line, argc - optind, argv + optind);
}
