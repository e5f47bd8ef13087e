// SPDX-License-Identifier: GPL-2.0
/*
 * The program; a test has another main().
 */
#include <malloc.h>

#include "options.h"
#include "output.h"

/* Ten thousand listeners are some megabytes, which are not given back. */
#define LQ_HEAP_STEP 1048576

int main(int argc, char **argv)
{
	mallopt(M_TOP_PAD, LQ_HEAP_STEP);
	mallopt(M_TRIM_THRESHOLD, -1);
	lq_output_prepare();
	return lq_output_close(lq_main(argc, argv));
}
