/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the listenq selftests share: a reader of /proc/listenq, the kernel's
 * own figures to compare it with, and the traffic that moves them.
 *
 * Nothing here knows how the module works. It knows the file's format, the
 * laws the counters obey, and the interfaces every kernel has had for years.
 */
#ifndef LQ_H
#define LQ_H

#include <kselftest.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define LQ_FILE		"/proc/listenq"
#define LQ_MODULE	"/listenq.ko"

/* A figure that is not there, "-" included: equal to no count a test expects */
#define LQ_NONE		(~0ull)

/*
 * Problems that make a figure meaningless: no file, no such line, no such
 * column. Every program ends by asserting that there were none, so a misspelt
 * or missing column can't pass as "equal".
 */
extern unsigned int lq_errors;
__printf(1, 2) void lq_error(const char *fmt, ...);

/* lq_table.c: one reading of the file */
#define LQ_MAX_COLUMNS	96

struct lq_table;

struct lq_row {
	const struct lq_table *table;
	char *field[LQ_MAX_COLUMNS];
	int nfields;
};

struct lq_table {
	char *text;	/* begins with the first line */
	char *column[LQ_MAX_COLUMNS];
	int ncolumns;
	struct lq_row *row;
	int nrows;
};

struct lq_table *lq_read(void);
struct lq_table *lq_parse(char *text);
void lq_free(struct lq_table *table);
const struct lq_row *lq_row(const struct lq_table *table, const char *local);
const struct lq_row *lq_row_of(const struct lq_table *table, int fd);
bool lq_row_is_listener(const struct lq_row *row);
int lq_count_port(const struct lq_table *table, int port);
bool lq_has_column(const struct lq_table *table, const char *column);
const char *lq_text(const struct lq_row *row, const char *column);
u64 lq_num(const struct lq_row *row, const char *column);
u64 lq_hist_sum(const struct lq_row *row, const char *column);
u64 lq_hist_between(const struct lq_row *row, const char *column, u64 least,
		    u64 most);
u64 lq_now(int fd, const char *column);
u64 lq_line(const char *local, const char *column);

/* lq_mib.c: what nstat shows */
#define LQ_MAX_MIBS	512

struct lq_mibs {
	char *name[LQ_MAX_MIBS];
	u64 value[LQ_MAX_MIBS];
	int n;
};

struct lq_mib_column {
	const char *column;
	const char *mib;
};

extern const struct lq_mib_column lq_mib_columns[];

void lq_mibs_read(struct lq_mibs *mibs);
void lq_mibs_free(struct lq_mibs *mibs);
u64 lq_mibs_get(const struct lq_mibs *mibs, const char *name);
u64 lq_mib(const char *name);

/* lq_law.c: what must hold when no traffic is in flight */
#define LQ_LAW_1	1
#define LQ_LAW_2	2
#define LQ_LAW_3	4
#define LQ_LAWS		(LQ_LAW_1 | LQ_LAW_2 | LQ_LAW_3)

int lq_law_check(const struct lq_table *table, int laws);
int lq_law_mibs(const struct lq_table *table, const struct lq_mibs *base,
		const struct lq_mibs *now);
int lq_laws_since(const struct lq_mibs *base);
int lq_laws(void);

/* lq_queue.c: the queues as the kernel shows them itself */
struct lq_queues {
	unsigned int acceptq;
	unsigned int acceptq_max;
};

int lq_queues(int fd, struct lq_queues *queues);
unsigned int lq_acceptq(int fd);
unsigned int lq_acceptq_max(int fd);
int lq_diag_queues(int family, int port, struct lq_queues *queues);
int lq_ss_queues(int port, struct lq_queues *queues);

#define LQ_ANY_PORT 0

unsigned int lq_syn_recv(int port);
unsigned int lq_syn_recv_young(int port);

/* lq_sysctl.c */
int lq_sysctl_set(const char *name, long value);
long lq_sysctl_get(const char *name);
void lq_sysctl_restore(void);

/* lq_kernel.c */
bool lq_kernel_since(unsigned int major, unsigned int minor);

/* lq_net.c: a network namespace with a loopback and roads to nowhere */
int lq_net_new(void);
int lq_net_routes(void);
int lq_net_forget(void);

/* lq_packet.c: segments from addresses that nobody has */
struct lq_packet {
	int family;
	int port;		/* of the listener, on the loopback address */
	u32 source;	/* picks address and port of the sender */
	bool ack;		/* a bare ACK instead of a SYN */
	u32 ack_seq;
	const u8 *options;	/* TCP options, a multiple of four bytes */
	size_t options_len;
};

int lq_packet_send(const struct lq_packet *packet);
int lq_syn_send(int family, int port, u32 first_source, unsigned int count);
int lq_syn_flood(int family, int port, u32 first_source,
		 unsigned int count);
int lq_bad_cookie(int family, int port, u32 source);
int lq_icmp_unreachable(int port, u32 source);

/* lq_socket.c: real servers and real clients */
int lq_socket_bind(int domain, int protocol, const char *address, int port,
		   bool v6only, bool reuseport);
int lq_listen(const char *address, int port, int backlog);
int lq_connect(const char *address, int port);
int lq_connect_begin(const char *address, int port);
int lq_connect_fill(const char *address, int port, int listener,
		    unsigned int count);
int lq_accept_all(int listener);
int lq_state(int fd);
unsigned int lq_retransmits(int fd);
int lq_hold(int listener);
int lq_release(int listener);
void lq_nonblock(int fd);
void lq_reset(int fd);
void lq_close(int fd);
void lq_close_all(void);
void lq_many_files(void);
u64 lq_inode(int fd);

/* lq_wait.c */
u64 lq_time_us(void);
u64 lq_time_ms(void);
void lq_sleep_ms(unsigned int ms);
unsigned int lq_pause_ms(u64 since);
unsigned int lq_fewer(unsigned int n);
unsigned int lq_stride(void);

#define lq_wait_until(condition, ms) ({					\
	u64 lq_since = lq_time_ms(), lq_deadline = lq_since + (ms);	\
	bool lq_true;							\
									\
	while (!(lq_true = (condition)) && lq_time_ms() < lq_deadline)	\
		lq_sleep_ms(lq_pause_ms(lq_since));			\
	lq_true;							\
})

/* lq_module.c */
int lq_insmod(const char *args);
int lq_insmod_file(const char *path, const char *args);
int lq_rmmod(void);
int lq_rmmod_name(const char *name);
bool lq_loaded(void);
bool lq_probes_possible(void);
bool lq_exact(void);

#define LQ_NO_PROBES "PREEMPT_RT: hooks=probe is not possible"

#define LQ_TRACEFS	"/sys/kernel/tracing"
#define LQ_DEBUGFS	"/sys/kernel/debug"
#define LQ_HOOKED	LQ_TRACEFS "/enabled_functions"
#define LQ_HOOKED_BY_US	"/sys/module/listenq/parameters/hooked"
#define LQ_KPROBES	LQ_DEBUGFS "/kprobes/list"

bool lq_hooks_in(const char *path);
u64 lq_hits(const char *function);
bool lq_anything_left(void);
bool lq_hooked(const char *function, const char *way, unsigned int hits);
unsigned int lq_functions_traced(void);

/* lq_log.c: what the module says in the kernel's log */
int lq_log_open(void);
int lq_log_lines(int log, const char *word, bool *found);

/* lq_load.c: everything at once, on listeners that the caller keeps */
#define LQ_LOAD_LISTENERS 24

struct lq_load_shared;

struct lq_load {
	int fd[LQ_LOAD_LISTENERS];
	struct lq_load_shared *shared;
	pid_t child[16];
	int nchildren;
	unsigned int rest_ms;	/* longer between two rounds than usual */
};

int lq_load_listen(struct lq_load *load);
void lq_load_start(struct lq_load *load);
void lq_load_torrents(struct lq_load *load, int n);
int lq_load_stop(struct lq_load *load);
void lq_load_drain(struct lq_load *load);
void lq_load_close(struct lq_load *load);
u64 lq_load_accepted(const struct lq_load *load, int listener);
u64 lq_load_accepted_closed(const struct lq_load *load);
u64 lq_load_readings(const struct lq_load *load);

/* lq_memory.c: memory in use, and caches of what cannot be reclaimed */
#define LQ_CACHES	512

struct lq_cache {
	char name[40];
	long kb;
	/* Of that, objects that nobody has */
	long unused_bytes;
};

struct lq_memory {
	long percpu_kb;
	long slab_kb;
	unsigned int caches;
	struct lq_cache cache[LQ_CACHES];
};

long lq_memory_kb(const char *name);
void lq_memory_settle(struct lq_memory *least);
void lq_memory_print(const struct lq_memory *before,
		     const struct lq_memory *after);

/* lq_disturb.c: what happens to a machine beside the network */
enum { LQ_DISTURB_CPU, LQ_DISTURB_MEMORY, LQ_DISTURB_NAMESPACES, LQ_DISTURBS };

struct lq_disturb_shared;

struct lq_disturb {
	struct lq_disturb_shared *shared;
	pid_t child[LQ_DISTURBS];
};

int lq_disturb_start(struct lq_disturb *disturb, unsigned int rest_ms);
int lq_disturb_stop(struct lq_disturb *disturb);
u64 lq_disturb_times(const struct lq_disturb *disturb, int kind);

#endif /* LQ_H */
