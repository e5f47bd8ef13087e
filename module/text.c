// SPDX-License-Identifier: GPL-2.0
/*
 * A text that grows, in columns.  The caller reserves room for a line, then
 * appends without looking; what would not fit is cut, never written.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "text.h"

/**
 * lq_text_reserve() - make room
 * @text: zeroed at first
 * @more: bytes to come
 *
 * The memory is charged to the reader.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; then @text is as it was.
 */
int lq_text_reserve(struct lq_text *text, size_t more)
{
	size_t size = max(text->len + more, 2 * text->size);
	char *data;

	if (text->size - text->len >= more)
		return 0;
	data = kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!data)
		return -ENOMEM;
	if (text->len)
		memcpy(data, text->data, text->len);
	kvfree(text->data);
	text->data = data;
	text->size = size;
	return 0;
}

/**
 * lq_text_free() - free a text
 * @text: empty afterwards
 *
 * Context: process, may sleep.
 */
void lq_text_free(struct lq_text *text)
{
	kvfree(text->data);
	memset(text, 0, sizeof(*text));
}

/**
 * lq_text_char() - append a character
 * @text: room is reserved
 * @c: the character
 */
void lq_text_char(struct lq_text *text, char c)
{
	if (!WARN_ON_ONCE(text->len >= text->size))
		text->data[text->len++] = c;
}

static void append(struct lq_text *text, const char *from, size_t len)
{
	if (WARN_ON_ONCE(len > text->size - text->len))
		len = text->size - text->len;
	memcpy(text->data + text->len, from, len);
	text->len += len;
}

static void pad(struct lq_text *text, size_t len, unsigned int width)
{
	while (len++ < width)
		lq_text_char(text, ' ');
}

/**
 * lq_text_str() - append a word at the left of a column
 * @text: room is reserved
 * @str: the word
 * @width: of the column
 */
void lq_text_str(struct lq_text *text, const char *str, unsigned int width)
{
	size_t len = strlen(str);

	append(text, str, len);
	pad(text, len, width);
}

/**
 * lq_text_u64() - append a blank and a number at the right of a column
 * @text: room is reserved
 * @value: the number
 * @width: of the column
 */
void lq_text_u64(struct lq_text *text, u64 value, unsigned int width)
{
	char digits[20];
	int at = sizeof(digits);

	do {
		digits[--at] = '0' + value % 10;
		value /= 10;
	} while (value);
	lq_text_char(text, ' ');
	pad(text, sizeof(digits) - at, width);
	append(text, digits + at, sizeof(digits) - at);
}
