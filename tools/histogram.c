// SPDX-License-Identifier: GPL-2.0
/*
 * Times, drawn. A bucket knows only between which powers of two its times are,
 * so that percentiles are upper bounds.
 */
#include <stdint.h>
#include <stdio.h>

#include "histogram.h"
#include "listener.h"

#define LQ_BAR_WIDTH 40

/* A sum of numbers that may be nonsense. */
static u64 add(u64 one, u64 other)
{
	u64 sum;

	return __builtin_add_overflow(one, other, &sum) ? UINT64_MAX : sum;
}

/**
 * lq_histogram_total() - how many times there are
 * @histogram: where
 *
 * Return: how many.
 */
u64 lq_histogram_total(const struct lq_histogram *histogram)
{
	unsigned int n;
	u64 total = 0;

	for (n = 0; n < histogram->nr; n++)
		total = add(total, histogram->bucket[n]);
	return total;
}

static u64 maximum(const struct lq_histogram *histogram)
{
	unsigned int n;
	u64 most = 0;

	for (n = 0; n < histogram->nr; n++) {
		if (histogram->bucket[n] > most)
			most = histogram->bucket[n];
	}
	return most;
}

/* The bucket that as much of a hundred is in or below. */
static unsigned int percentile(const struct lq_histogram *histogram,
			       unsigned int percent)
{
	u64 total = lq_histogram_total(histogram), seen = 0;
	/* Rounded up, and without an overflow. */
	u64 rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
	unsigned int n;

	for (n = 0; n + 1 < histogram->nr; n++) {
		seen = add(seen, histogram->bucket[n]);
		if (seen >= rank)
			break;
	}
	return n;
}

/* A thousandth is not seen in a drawing. */
static void print_bound(unsigned int bucket, int width)
{
	static const char * const units[] = { "us", "ms", "s" };
	/* The last bucket has no upper end. */
	bool last = bucket == LISTENQ_HISTOGRAM_BUCKETS - 1;
	double bound = (double)(1ULL << (bucket - last));
	size_t unit = 0;

	for (; bound >= 1000 && unit + 1 < ARRAY_SIZE(units); unit++)
		bound /= 1000;
	printf("%s %*.4g %-*s", last ? ">=" : "<=", width, bound,
	       width ? 2 : 0, units[unit]);
}

static void print_bar(unsigned int bucket, u64 count, u64 most)
{
	int len = (double)count / most * LQ_BAR_WIDTH;

	if (len > LQ_BAR_WIDTH)
		len = LQ_BAR_WIDTH;
	printf("    ");
	print_bound(bucket, 5);
	printf(" %-*.*s %llu\n", LQ_BAR_WIDTH, count && !len ? 1 : len,
	       "########################################", count);
}

/**
 * lq_histogram_print() - draw times, if there are any
 * @name: what they are
 * @histogram: they
 */
void lq_histogram_print(const char *name, const struct lq_histogram *histogram)
{
	static const unsigned int percents[] = { 50, 90, 99 };
	u64 most = maximum(histogram);
	unsigned int n, first = 0, last = histogram->nr;

	if (!most)
		return;
	printf("  %s: %llu,", name, lq_histogram_total(histogram));
	for (n = 0; n < ARRAY_SIZE(percents); n++) {
		printf(" p%u ", percents[n]);
		print_bound(percentile(histogram, percents[n]), 0);
		putchar(n + 1 < ARRAY_SIZE(percents) ? ',' : '\n');
	}
	while (!histogram->bucket[first])
		first++;
	while (!histogram->bucket[last - 1])
		last--;
	for (n = first; n < last; n++)
		print_bar(n, histogram->bucket[n], most);
}
