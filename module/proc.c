// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/listenq: a snapshot as text, and /proc/listenq, a link to it.
 *
 * The text is made when an open file is read from its beginning and kept until
 * it is read from there again: reads of any size from any offset see one and
 * the same snapshot.
 */
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "baseline.h"
#include "compat/proc.h"
#include "policy_text.h"
#include "proc.h"
#include "snapshot.h"
#include "text.h"

#define LQ_PROC_NAME "listenq"
#define LQ_PROC_VERSION "2"

#define LQ_LOCAL_WIDTH 21
#define LQ_LINE_MAX 4096
#define LQ_HISTOGRAM_MAX (LQ_HISTOGRAM_BUCKETS * 34)

/* Lines on which a column has a figure. */
#define LQ_ON_LISTENER	BIT(0)
#define LQ_ON_SUM	BIT(1)
#define LQ_ON_UNTRACKED	BIT(2)
#define LQ_ON_SUMS	(LQ_ON_LISTENER | LQ_ON_SUM)
#define LQ_ON_ALL	(LQ_ON_SUMS | LQ_ON_UNTRACKED)

/**
 * struct lq_column - a column that holds a number
 * @name: in the header
 * @offset: of the number, a u64, in struct lq_row
 * @on: the lines on which it has a meaning
 */
struct lq_column {
	const char *name;
	unsigned short offset;
	unsigned char on;
};

#define LQ_COLUMN(title, field, lines) {		\
	.name = title,					\
	.offset = offsetof(struct lq_row, field),	\
	.on = lines,					\
}

/* Before the counters. */
static const struct lq_column queue_columns[] = {
	LQ_COLUMN("acceptq", acceptq, LQ_ON_SUMS),
	LQ_COLUMN("acceptq_max", acceptq_max, LQ_ON_LISTENER),
	LQ_COLUMN("acceptq_peak", acceptq_peak, LQ_ON_SUMS),
	LQ_COLUMN("synq", synq, LQ_ON_SUMS),
	LQ_COLUMN("synq_young", synq_young, LQ_ON_SUMS),
	LQ_COLUMN("synq_max", synq_max, LQ_ON_LISTENER),
	LQ_COLUMN("synq_peak", synq_peak, LQ_ON_SUMS),
};

/* After the counters: what the laws need besides. */
static const struct lq_column law_columns[] = {
	LQ_COLUMN("listen_overflow", listen_overflow, LQ_ON_ALL),
	LQ_COLUMN("accepted", accepted, LQ_ON_SUMS),
	LQ_COLUMN("acceptq_discarded", queues.acceptq_discarded, LQ_ON_SUMS),
	LQ_COLUMN("synq_start", queues.synq_start, LQ_ON_SUMS),
	LQ_COLUMN("acceptq_start", queues.acceptq_start, LQ_ON_SUMS),
};

static const char * const time_columns[LQ_TIME_NR] = {
	[LQ_TIME_HANDSHAKE] = "handshake_us",
	[LQ_TIME_ACCEPT_WAIT] = "accept_wait_us",
};

static const struct lq_column socket_columns[] = {
	LQ_COLUMN("id", id, LQ_ON_LISTENER),
	LQ_COLUMN("cgroup", socket.cgroup, LQ_ON_LISTENER),
	LQ_COLUMN("inode", socket.inode, LQ_ON_LISTENER),
	LQ_COLUMN("uid", uid, LQ_ON_LISTENER),
};

/**
 * struct lq_proc - an open file
 * @netns: what it shows
 * @viewer: who opened it
 * @lock: one reader at a time
 * @text: the snapshot, made at the first read
 * @made: @text is complete
 */
struct lq_proc {
	struct lq_netns *netns;
	struct lq_viewer viewer;
	struct mutex lock;	/* one reader at a time */
	struct lq_text text;
	bool made;
};

static void put_word(struct lq_text *text, const char *word, unsigned int width)
{
	size_t len = strlen(word);

	lq_text_char(text, ' ');
	for (; len < width; width--)
		lq_text_char(text, ' ');
	lq_text_str(text, word, 0);
}

/* Wide enough for the name of the column and for six digits. */
static unsigned int width_of(const char *name)
{
	return max_t(unsigned int, strlen(name), 6);
}

static void put_none(struct lq_text *text, const char *name)
{
	put_word(text, "-", width_of(name));
}

static void put_names(struct lq_text *text, const struct lq_column *columns,
		      int nr)
{
	for (; nr--; columns++)
		put_word(text, columns->name, width_of(columns->name));
}

static void put_header(struct lq_text *text)
{
	int n;

	lq_text_str(text, "# listenq " LQ_PROC_VERSION "\n", 0);
	lq_text_str(text, "local", LQ_LOCAL_WIDTH);
	put_names(text, queue_columns, ARRAY_SIZE(queue_columns));
	for (n = 0; n < LQ_COUNTER_NR; n++)
		put_word(text, lq_counters[n].name,
			 width_of(lq_counters[n].name));
	put_names(text, law_columns, ARRAY_SIZE(law_columns));
	for (n = 0; n < LQ_TIME_NR; n++)
		put_word(text, time_columns[n], width_of(time_columns[n]));
	put_names(text, socket_columns, ARRAY_SIZE(socket_columns));
	put_word(text, "owner", width_of("owner"));
	put_word(text, "policy", width_of("policy"));
	lq_text_char(text, '\n');
}

/* As ss writes it, except that `*` stands for dual stack only. */
static void put_local(struct lq_text *text, const struct lq_row *row)
{
	const struct lq_socket *socket = &row->socket;
	char local[80], dev[IFNAMSIZ];
	const char *percent = socket->ifindex ? "%" : "";

	strscpy(dev, row->dev, sizeof(dev));
	/* The device is gone. */
	if (socket->ifindex && !*dev)
		scnprintf(dev, sizeof(dev), "if%d", socket->ifindex);

	if (socket->family == AF_INET)
		scnprintf(local, sizeof(local), "%pI4%s%s:%u",
			  &socket->address.s6_addr32[3], percent, dev,
			  socket->port);
	else if (ipv6_addr_any(&socket->address) && !socket->v6only)
		scnprintf(local, sizeof(local), "*%s%s:%u", percent, dev,
			  socket->port);
	else
		scnprintf(local, sizeof(local), "[%pI6c]%s%s:%u",
			  &socket->address, percent, dev, socket->port);
	lq_text_str(text, local, LQ_LOCAL_WIDTH);
}

/* Buckets that are not empty, as UPPER:COUNT; the last one has no upper end. */
static void put_histogram(struct lq_text *text, const char *name,
			  const u64 *bucket)
{
	char word[LQ_HISTOGRAM_MAX];
	int n, len = 0;

	for (n = 0; n < LQ_HISTOGRAM_BUCKETS; n++) {
		if (!bucket[n])
			continue;
		len += scnprintf(word + len, sizeof(word) - len, "%s%llu:%llu",
				 len ? "," : "", 1ULL << n, bucket[n]);
	}
	if (len)
		put_word(text, word, width_of(name));
	else
		put_none(text, name);
}

/* Whatever a program calls itself, the owner is one word. */
static void put_owner(struct lq_text *text, const struct lq_row *row)
{
	char word[4 * TASK_COMM_LEN + 16];
	const char *c;
	int len = 0;

	/* A process that cannot be seen has no name either. */
	if (!row->tgid) {
		put_none(text, "owner");
		return;
	}
	for (c = row->comm; *c; c++) {
		bool plain = *c > ' ' && *c < 127 && *c != '\\';

		len += scnprintf(word + len, sizeof(word) - len,
				 plain ? "%c" : "\\%03o", (unsigned char)*c);
	}
	scnprintf(word + len, sizeof(word) - len, "/%d", row->tgid);
	put_word(text, word, width_of("owner"));
}

static void put_policy(struct lq_text *text, const struct lq_row *row)
{
	char word[LQ_TERMS_TEXT];

	lq_terms_text(&row->policy.terms, word);
	if (*word)
		put_word(text, word, width_of("policy"));
	else
		put_none(text, "policy");
}

static void put_columns(struct lq_text *text, const struct lq_row *row,
			unsigned int line, const struct lq_column *columns,
			int nr)
{
	for (; nr--; columns++) {
		const void *value = (const char *)row + columns->offset;

		if (columns->on & line)
			lq_text_u64(text, *(const u64 *)value,
				    width_of(columns->name));
		else
			put_none(text, columns->name);
	}
}

/* Everything between the first column and the last. */
static void put_row(struct lq_text *text, const struct lq_row *row,
		    unsigned int line)
{
	int n;

	put_columns(text, row, line, queue_columns, ARRAY_SIZE(queue_columns));
	for (n = 0; n < LQ_COUNTER_NR; n++)
		lq_text_u64(text, row->sums.count[n],
			    width_of(lq_counters[n].name));
	put_columns(text, row, line, law_columns, ARRAY_SIZE(law_columns));
	for (n = 0; n < LQ_TIME_NR; n++)
		put_histogram(text, time_columns[n], row->sums.bucket[n]);
	put_columns(text, row, line, socket_columns,
		    ARRAY_SIZE(socket_columns));
}

static int put_listener(const struct lq_row *row, void *data)
{
	struct lq_proc *file = data;
	struct lq_text *text = &file->text;
	int err = lq_text_reserve(text, LQ_LINE_MAX);

	if (err)
		return err;
	put_local(text, row);
	put_row(text, row, LQ_ON_LISTENER);
	put_owner(text, row);
	put_policy(text, row);
	lq_text_char(text, '\n');
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* No socket, and the limits of several queues have no sum. */
static void put_sum(struct lq_text *text, const char *name,
		    const struct lq_row *row, unsigned int line)
{
	lq_text_str(text, name, LQ_LOCAL_WIDTH);
	put_row(text, row, line);
	put_none(text, "owner");
	put_none(text, "policy");
	lq_text_char(text, '\n');
}

static void put_nones(struct lq_text *text, const struct lq_column *columns,
		      int nr)
{
	for (; nr--; columns++)
		put_none(text, columns->name);
}

static void put_s64(struct lq_text *text, const char *name, s64 value)
{
	char word[24];

	scnprintf(word, sizeof(word), "%lld", value);
	put_word(text, word, width_of(name));
}

/* The namespace's own counters, where it has one of the same event. */
static void put_mibs(struct lq_text *text, const char *name, const s64 *mib)
{
	int n;

	lq_text_str(text, name, LQ_LOCAL_WIDTH);
	put_nones(text, queue_columns, ARRAY_SIZE(queue_columns));
	for (n = 0; n < LQ_COUNTER_NR; n++) {
		if (lq_counters[n].mib == LQ_MIB_NONE)
			put_none(text, lq_counters[n].name);
		else
			put_s64(text, lq_counters[n].name,
				mib[lq_counters[n].mib]);
	}
	put_s64(text, law_columns[0].name, mib[LQ_MIB_LISTENOVERFLOWS]);
	put_nones(text, law_columns + 1, ARRAY_SIZE(law_columns) - 1);
	for (n = 0; n < LQ_TIME_NR; n++)
		put_none(text, time_columns[n]);
	put_nones(text, socket_columns, ARRAY_SIZE(socket_columns));
	put_none(text, "owner");
	put_none(text, "policy");
	lq_text_char(text, '\n');
}

static int put_totals(struct lq_text *text, const struct lq_totals *totals)
{
	int err = lq_text_reserve(text, 5 * LQ_LINE_MAX);

	if (err)
		return err;
	put_sum(text, "closed", &totals->closed, LQ_ON_SUM);
	/* Only verdicts: nothing is known of the queues. */
	put_sum(text, "untracked", &totals->untracked, LQ_ON_UNTRACKED);
	put_sum(text, "total", &totals->total, LQ_ON_SUM);
	put_mibs(text, "kernel", (const s64 *)totals->kernel.mib);
	put_mibs(text, "unattributed", totals->unattributed);
	return 0;
}

static int make_text(struct lq_proc *file)
{
	struct lq_totals *totals = kzalloc(sizeof(*totals), GFP_KERNEL);
	int err;

	if (!totals)
		return -ENOMEM;
	file->made = false;
	file->text.len = 0;
	err = lq_text_reserve(&file->text, LQ_LINE_MAX);
	if (!err) {
		put_header(&file->text);
		err = lq_snapshot(file->netns, &file->viewer, put_listener, file,
				  totals);
	}
	if (!err)
		err = put_totals(&file->text, totals);
	file->made = !err;
	kfree(totals);
	return err;
}

static ssize_t proc_read(struct file *filp, char __user *to, size_t count,
			 loff_t *pos)
{
	struct lq_proc *file = filp->private_data;
	ssize_t ret = 0;

	/* What the file would show now is not true later. */
	if (!lq_is_counting())
		return -EAGAIN;
	if (mutex_lock_killable(&file->lock))
		return -EINTR;
	if (!file->made || !*pos)
		ret = make_text(file);
	if (!ret)
		ret = simple_read_from_buffer(to, count, pos, file->text.data,
					      file->text.len);
	mutex_unlock(&file->lock);
	return ret;
}

static int proc_open(struct inode *inode, struct file *filp)
{
	struct lq_proc *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return -ENOMEM;
	file->netns = lq_pde_data(inode);
	/* As every file below /proc/net does: else an exit would wait for us. */
	if (!maybe_get_net(file->netns->net)) {
		kfree(file);
		return -ENXIO;
	}
	file->viewer.user_ns = filp->f_cred->user_ns;
	file->viewer.pid_ns = proc_pid_ns(inode->i_sb);
	mutex_init(&file->lock);
	filp->private_data = file;
	return 0;
}

static int proc_release(struct inode *inode, struct file *filp)
{
	struct lq_proc *file = filp->private_data;

	lq_text_free(&file->text);
	put_net(file->netns->net);
	kfree(file);
	return 0;
}

static const struct proc_ops lq_proc_ops = {
	.proc_open = proc_open,
	.proc_read = proc_read,
	.proc_lseek = default_llseek,
	.proc_release = proc_release,
};

/**
 * lq_proc_net_add() - make a namespace's /proc/net/listenq
 * @net: the namespace
 * @netns: what is kept for it
 *
 * Context: process, sleeps.
 * Return: 0 or -ENOMEM.
 */
int lq_proc_net_add(struct net *net, struct lq_netns *netns)
{
	/* Not cached by name: everything below /proc/net is looked up anew. */
	if (!proc_create_data(LQ_PROC_NAME, 0444, net->proc_net, &lq_proc_ops,
			      netns))
		return -ENOMEM;
	return 0;
}

/**
 * lq_proc_net_remove() - take it away
 * @net: the namespace
 *
 * Context: process, sleeps until the last read is over; files that are open
 * are closed from our side.
 */
void lq_proc_net_remove(struct net *net)
{
	remove_proc_entry(LQ_PROC_NAME, net->proc_net);
}

/**
 * lq_proc_init() - make /proc/listenq
 *
 * Context: process, sleeps.
 * Return: 0 or -ENOMEM.
 */
int lq_proc_init(void)
{
	if (!proc_symlink(LQ_PROC_NAME, NULL, "self/net/" LQ_PROC_NAME))
		return -ENOMEM;
	return 0;
}

/**
 * lq_proc_exit() - take /proc/listenq away
 *
 * Context: process, sleeps.
 */
void lq_proc_exit(void)
{
	remove_proc_entry(LQ_PROC_NAME, NULL);
}
