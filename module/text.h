/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A text that grows, in columns.
 */
#ifndef _LISTENQ_TEXT_H
#define _LISTENQ_TEXT_H

#include <linux/types.h>

/**
 * struct lq_text - a text that grows
 * @data: not terminated
 * @len: bytes in use
 * @size: bytes allocated
 */
struct lq_text {
	char *data;
	size_t len;
	size_t size;
};

int lq_text_reserve(struct lq_text *text, size_t more);
void lq_text_free(struct lq_text *text);
void lq_text_str(struct lq_text *text, const char *str, unsigned int width);
void lq_text_u64(struct lq_text *text, u64 value, unsigned int width);
void lq_text_char(struct lq_text *text, char c);

#endif /* _LISTENQ_TEXT_H */
