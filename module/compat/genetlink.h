/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink: what differs between kernels.
 */
#ifndef _LISTENQ_COMPAT_GENETLINK_H
#define _LISTENQ_COMPAT_GENETLINK_H

#include <linux/slab.h>
#include <net/genetlink.h>

/* From 6.7 on a dump's attributes are found like a request's. */
#ifdef LQ_HAVE_GENL_INFO_DUMP
#define lq_dump_attrs(cb) (genl_info_dump(cb)->attrs)
#else
#define lq_dump_attrs(cb) (genl_dumpit_info(cb)->attrs)
#endif

#ifdef LQ_HAVE_GENL_SPLIT_OPS

static inline int lq_genl_set_ops(struct genl_family *family,
				  const struct genl_split_ops *ops,
				  unsigned int nr)
{
	family->split_ops = ops;
	family->n_split_ops = nr;
	return 0;
}

static inline void lq_genl_free_ops(struct genl_family *family)
{
}

#else

/*
 * Before 6.2 one entry served a command's request and its dump.  The generated
 * table is of the new kind: two entries become one.
 */
struct genl_split_ops {
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	const struct nla_policy *policy;
	unsigned int maxattr;
	u8 cmd;
	u8 flags;
	u8 validate;
};

#define LQ_GENL_CAPS (GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP)

static inline struct genl_ops *lq_genl_ops_of(struct genl_ops *ops,
					      unsigned int *nr, u8 cmd)
{
	unsigned int n;

	for (n = 0; n < *nr; n++) {
		if (ops[n].cmd == cmd)
			return &ops[n];
	}
	ops[n].cmd = cmd;
	*nr = n + 1;
	return &ops[n];
}

static inline int lq_genl_set_ops(struct genl_family *family,
				  const struct genl_split_ops *split,
				  unsigned int nr)
{
	struct genl_ops *ops = kcalloc(nr, sizeof(*ops), GFP_KERNEL);
	unsigned int joined = 0;

	if (!ops)
		return -ENOMEM;
	for (; nr--; split++) {
		struct genl_ops *op = lq_genl_ops_of(ops, &joined, split->cmd);

		if (split->doit)
			op->doit = split->doit;
		if (split->dumpit)
			op->dumpit = split->dumpit;
		op->flags |= split->flags & ~LQ_GENL_CAPS;
		op->validate |= split->validate;
		if (!split->policy)
			continue;
		op->policy = split->policy;
		op->maxattr = split->maxattr;
	}
	family->ops = ops;
	family->n_ops = joined;
	return 0;
}

static inline void lq_genl_free_ops(struct genl_family *family)
{
	kfree(family->ops);
}

#endif

#endif /* _LISTENQ_COMPAT_GENETLINK_H */
