// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners are wanted, as people type it. Things of the same kind are
 * alternatives, things of different kinds have to be met together: what one
 * means by `:80 :443 cgroup /web`.
 */
#include <arpa/inet.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libmnl/libmnl.h>

#include "error.h"
#include "filter.h"
#include "key.h"
#include "listener.h"
#include "number.h"
#include "options.h"
#include "service.h"

/**
 * struct words - what is left of the command line
 * @word: the next one
 * @left: how many
 */
struct words {
	char **word;
	int left;
};

static bool parse_port(const char *word, u16 *port)
{
	u64 number;

	if (!strcmp(word, "*")) {
		*port = 0;
		return true;
	}
	if (lq_number_parse(word, 65535, &number)) {
		*port = number;
		return number > 0;
	}
	return lq_service_port(word, port);
}

static bool parse_dev(char *address, struct lq_wanted *wanted)
{
	char *dev = strchr(address, '%');

	if (!dev)
		return true;
	*dev++ = '\0';
	return *dev && snprintf(wanted->dev, sizeof(wanted->dev), "%s", dev) <
		       (int)sizeof(wanted->dev);
}

static bool parse_prefix(char *address, struct lq_wanted *wanted)
{
	char *prefix = strchr(address, '/');
	u64 bits;

	if (!prefix)
		return true;
	*prefix++ = '\0';
	if (!lq_number_parse(prefix, wanted->bits, &bits))
		return false;
	wanted->bits = bits;
	return true;
}

/* What stands before the port, without its brackets. */
static bool parse_address(char *address, struct lq_wanted *wanted)
{
	if (!parse_dev(address, wanted))
		return false;
	if (!*address || !strcmp(address, "*"))
		return true;
	wanted->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	wanted->bits = wanted->family == AF_INET ? 32 : 128;
	return parse_prefix(address, wanted) &&
	       inet_pton(wanted->family, address, &wanted->address) == 1;
}

/* Where the port begins, maybe at the end; NULL when that cannot be told. */
static char *find_port(char *word)
{
	char *colon = strrchr(word, ':');
	char *close = strchr(word, ']');

	if (*word == '[')
		return close ? strchrnul(close, ':') : NULL;
	/* ::1 is an address, :443 a port. */
	if (!colon || strchr(word, ':') != colon)
		return strchr(word, '\0');
	return colon;
}

/* [::1]%lo becomes ::1%lo */
static void remove_brackets(char *word)
{
	char *close = strchr(word, ']');

	if (*word != '[')
		return;
	memmove(close, close + 1, strlen(close));
	memmove(word, word + 1, strlen(word));
}

/**
 * lq_filter_local() - understand an address, a port, or both
 * @word: as people type it
 * @wanted: set
 *
 * Return: whether it is one.
 */
bool lq_filter_local(const char *word, struct lq_wanted *wanted)
{
	char copy[128];
	char *port;

	memset(wanted, 0, sizeof(*wanted));
	wanted->kind = LQ_WANTED_LOCAL;
	if (!*word ||
	    snprintf(copy, sizeof(copy), "%s", word) >= (int)sizeof(copy))
		return false;
	port = find_port(copy);
	if (!port)
		return false;
	if (*port) {
		*port++ = '\0';
		if (!parse_port(port, &wanted->port))
			return false;
	}
	remove_brackets(copy);
	return parse_address(copy, wanted);
}

static bool parse_sport(const char *word, struct lq_wanted *wanted)
{
	wanted->kind = LQ_WANTED_SPORT;
	/* ss takes both. */
	if (*word == ':')
		word++;
	return parse_port(word, &wanted->port);
}

static bool find_cgroup2(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct mntent *mount;
	bool found = false;

	if (!mounts)
		return false;
	while (!found && (mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup2"))
			continue;
		found = snprintf(path, size, "%s/", mount->mnt_dir) < (int)size;
	}
	endmntent(mounts);
	return found;
}

/* The id of a cgroup is the inode of its directory. */
static bool parse_cgroup(const char *word, struct lq_wanted *wanted)
{
	char root[2048], path[4096];
	struct stat stat;

	wanted->kind = LQ_WANTED_CGROUP;
	if (lq_number_parse(word, UINT64_MAX, &wanted->number))
		return true;
	if (!find_cgroup2(root, sizeof(root)))
		return false;
	if (!strncmp(word, root, strlen(root)))
		word += strlen(root);
	if (snprintf(path, sizeof(path), "%s%s", root, word) >=
	    (int)sizeof(path))
		return false;
	if (lstat(path, &stat) || !S_ISDIR(stat.st_mode))
		return false;
	wanted->number = stat.st_ino;
	return true;
}

static bool parse_value(enum lq_wanted_kind kind, const char *word,
			struct lq_wanted *wanted)
{
	switch (kind) {
	case LQ_WANTED_LOCAL:
		return lq_filter_local(word, wanted);
	case LQ_WANTED_SPORT:
		return parse_sport(word, wanted);
	case LQ_WANTED_CGROUP:
		return parse_cgroup(word, wanted);
	default:
		wanted->kind = kind;
		return lq_number_parse(word, UINT64_MAX, &wanted->number);
	}
}

static bool keyword(const char *word, enum lq_wanted_kind *kind)
{
	static const char * const words[LQ_WANTED_NR] = {
		[LQ_WANTED_LOCAL] = "src",
		[LQ_WANTED_SPORT] = "sport",
		[LQ_WANTED_ID] = "id",
		[LQ_WANTED_INODE] = "inode",
		[LQ_WANTED_CGROUP] = "cgroup",
	};
	int n;

	for (n = 0; n < LQ_WANTED_NR; n++) {
		if (strcmp(word, words[n]))
			continue;
		*kind = n;
		return true;
	}
	return false;
}

static const char *next_word(struct words *words)
{
	if (!words->left)
		return NULL;
	words->left--;
	return *words->word++;
}

static bool is_equals(const char *word)
{
	return !strcmp(word, "=") || !strcmp(word, "==") || !strcmp(word, "eq");
}

/* An address, or a keyword, perhaps `=`, and a value. */
static int parse_one(struct words *words, struct lq_wanted *wanted)
{
	const char *word = next_word(words);
	enum lq_wanted_kind kind;
	const char *name = word;

	memset(wanted, 0, sizeof(*wanted));
	if (!keyword(word, &kind)) {
		if (lq_filter_local(word, wanted))
			return 0;
		return lq_usage("'%s' is no filter: see listenq help", word);
	}
	word = next_word(words);
	if (word && is_equals(word))
		word = next_word(words);
	if (!word)
		return lq_usage("%s: of what value?", name);
	if (!parse_value(kind, word, wanted))
		return lq_usage("%s: '%s' is no such thing", name, word);
	return 0;
}

/* `and` and `or` are taken where they say what is done anyway. */
static int parse_joint(struct words *words, const char **joint)
{
	*joint = NULL;
	if (!words->left || (strcmp(*words->word, "and") &&
			     strcmp(*words->word, "or")))
		return 0;
	*joint = next_word(words);
	if (!words->left)
		return lq_usage("%s: what?", *joint);
	return 0;
}

static int check_joint(const char *joint, bool same)
{
	if (!joint || same == !strcmp(joint, "or"))
		return 0;
	return lq_usage("'or' works between filters of one kind, 'and' between different ones");
}

static int parse_words(struct lq_filter *filter, struct words *words)
{
	const char *joint = NULL;

	while (words->left) {
		struct lq_wanted *wanted = &filter->wanted[filter->nr];

		if (filter->nr == LQ_WANTED_MAX)
			return lq_usage("too many filters");
		if (parse_one(words, wanted))
			return LQ_EXIT_USAGE;
		if (check_joint(joint, filter->nr &&
				wanted[-1].kind == wanted->kind))
			return LQ_EXIT_USAGE;
		filter->kinds[wanted->kind]++;
		filter->nr++;
		if (parse_joint(words, &joint))
			return LQ_EXIT_USAGE;
	}
	return 0;
}

/* ss's expression may be one word of the shell: 'sport = :443' */
static char *join(int nr, char **words)
{
	char *line = NULL;
	size_t size;
	FILE *stream = open_memstream(&line, &size);
	int n;

	if (!stream)
		return NULL;
	for (n = 0; n < nr; n++)
		fprintf(stream, "%s ", words[n]);
	return fclose(stream) ? NULL : line;
}

static char **split(char *line, int *nr)
{
	char **list = NULL;
	char *word;

	*nr = 0;
	for (word = strtok(line, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		list = lq_realloc(list, *nr + 1, sizeof(*list));
		list[(*nr)++] = word;
	}
	return list;
}

/**
 * lq_filter_parse() - understand a filter
 * @filter: set
 * @options: what else there was on the command line
 * @nr: how many words
 * @words: they
 *
 * Return: 0, or how the program ends; the error has been told.
 */
int lq_filter_parse(struct lq_filter *filter, const struct lq_options *options,
		    int nr, char **words)
{
	struct words left = { 0 };
	char *line = join(nr, words);
	char **list;
	int status;

	memset(filter, 0, sizeof(*filter));
	filter->family = options->family;
	filter->drops = options->drops;
	if (!line)
		return lq_usage("the filter is too long");
	list = split(line, &left.left);
	left.word = list;
	status = parse_words(filter, &left);
	free(list);
	free(line);
	return status;
}

static void put_local(const struct lq_filter *filter,
		      const struct lq_wanted *wanted, struct nlmsghdr *nlh)
{
	if (wanted->port)
		mnl_attr_put_u16(nlh, LISTENQ_A_LISTENER_PORT, wanted->port);
	/* The kernel refuses a contradiction; for us nothing meets it. */
	if (filter->family && filter->family != wanted->family)
		return;
	if (wanted->family == AF_INET && wanted->bits == 32)
		mnl_attr_put(nlh, LISTENQ_A_LISTENER_ADDRESS4,
			     sizeof(struct in_addr), &wanted->address);
	if (wanted->family == AF_INET6 && wanted->bits == 128)
		mnl_attr_put(nlh, LISTENQ_A_LISTENER_ADDRESS6,
			     sizeof(wanted->address), &wanted->address);
}

static void put_wanted(const struct lq_filter *filter,
		       const struct lq_wanted *wanted, struct nlmsghdr *nlh)
{
	switch (wanted->kind) {
	case LQ_WANTED_LOCAL:
		put_local(filter, wanted, nlh);
		break;
	case LQ_WANTED_SPORT:
		/* An address has said which port already. */
		if (wanted->port && !filter->kinds[LQ_WANTED_LOCAL])
			mnl_attr_put_u16(nlh, LISTENQ_A_LISTENER_PORT,
					 wanted->port);
		break;
	case LQ_WANTED_ID:
		/* The kernel takes no 0, which nothing has. */
		if (wanted->number)
			mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_ID,
					 wanted->number);
		break;
	case LQ_WANTED_INODE:
		mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_INODE, wanted->number);
		break;
	default:
		mnl_attr_put_u64(nlh, LISTENQ_A_LISTENER_CGROUP,
				 wanted->number);
	}
}

/**
 * lq_filter_put() - let the kernel do what it can
 * @filter: what is wanted
 * @nlh: a request for a dump
 *
 * What comes has to pass lq_filter_match() all the same: the kernel knows no
 * alternatives.
 */
void lq_filter_put(const struct lq_filter *filter, struct nlmsghdr *nlh)
{
	size_t n;

	if (filter->family)
		mnl_attr_put_u16(nlh, LISTENQ_A_LISTENER_FAMILY,
				 filter->family);
	if (filter->drops)
		mnl_attr_put(nlh, LISTENQ_A_LISTENER_DROPS_ONLY, 0, NULL);
	for (n = 0; n < filter->nr; n++) {
		if (filter->kinds[filter->wanted[n].kind] == 1)
			put_wanted(filter, &filter->wanted[n], nlh);
	}
}

static bool same_bits(const void *one, const void *other, unsigned int bits)
{
	const u8 *a = one, *b = other;
	unsigned int bytes = bits / 8;

	if (memcmp(a, b, bytes))
		return false;
	return !(bits % 8) || !((a[bytes] ^ b[bytes]) >> (8 - bits % 8));
}

static bool match_local(const struct lq_wanted *wanted,
			const struct lq_listener *listener)
{
	if (wanted->port && wanted->port != listener->port)
		return false;
	if (*wanted->dev && strcmp(wanted->dev, listener->ifname))
		return false;
	if (!wanted->family)
		return true;
	return wanted->family == listener->family &&
	       same_bits(&wanted->address, &listener->address, wanted->bits);
}

static bool match(const struct lq_wanted *wanted,
		  const struct lq_listener *listener)
{
	switch (wanted->kind) {
	case LQ_WANTED_LOCAL:
		return match_local(wanted, listener);
	case LQ_WANTED_SPORT:
		return !wanted->port || wanted->port == listener->port;
	case LQ_WANTED_ID:
		return wanted->number == listener->id;
	case LQ_WANTED_INODE:
		return wanted->number == listener->inode;
	default:
		return wanted->number == listener->cgroup;
	}
}

static bool dropped(const struct lq_listener *listener)
{
	u64 drops, overflows;

	lq_listener_count(listener, LISTENQ_A_COUNTERS_LISTEN_DROP, &drops);
	lq_listener_count(listener, LISTENQ_A_COUNTERS_LISTEN_OVERFLOW,
			  &overflows);
	return drops || overflows;
}

/**
 * lq_filter_match() - whether a listener is wanted
 * @filter: what is wanted
 * @listener: the listener
 *
 * Return: whether it is.
 */
bool lq_filter_match(const struct lq_filter *filter,
		     const struct lq_listener *listener)
{
	bool met[LQ_WANTED_NR] = { false };
	size_t n;

	if (filter->family && filter->family != listener->family)
		return false;
	if (filter->drops && !dropped(listener))
		return false;
	for (n = 0; n < filter->nr; n++)
		met[filter->wanted[n].kind] |= match(&filter->wanted[n],
						     listener);
	for (n = 0; n < LQ_WANTED_NR; n++) {
		if (filter->kinds[n] && !met[n])
			return false;
	}
	return true;
}

/* That of no address is for all, and none asks for a device. */
static bool match_key(const struct lq_wanted *wanted,
		      const struct lq_policy *policy)
{
	int family = lq_key_family(policy);

	if (wanted->port && wanted->port != policy->port)
		return false;
	if (wanted->kind == LQ_WANTED_SPORT || !wanted->family || !family)
		return true;
	return wanted->family == family &&
	       same_bits(&wanted->address, &policy->address, wanted->bits);
}

/**
 * lq_filter_match_policy() - whether a policy may hold for wanted listeners
 * @filter: what is wanted
 * @policy: the policy
 *
 * Return: whether it may. By their ids, sockets and drops it is not known.
 */
bool lq_filter_match_policy(const struct lq_filter *filter,
			    const struct lq_policy *policy)
{
	bool met[LQ_WANTED_NR] = { false };
	int family = lq_key_family(policy);
	size_t n;

	if (filter->drops ||
	    (filter->family && family && filter->family != family))
		return false;
	for (n = 0; n < filter->nr; n++) {
		const struct lq_wanted *wanted = &filter->wanted[n];

		if (wanted->kind == LQ_WANTED_LOCAL ||
		    wanted->kind == LQ_WANTED_SPORT)
			met[wanted->kind] |= match_key(wanted, policy);
	}
	for (n = 0; n < LQ_WANTED_NR; n++) {
		if (filter->kinds[n] && !met[n])
			return false;
	}
	return true;
}
