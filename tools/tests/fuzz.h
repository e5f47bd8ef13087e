/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzer runs. Its input: which line, then answers and standard input,
 * each with its enum kernel_channel, its length in two bytes, and the bytes.
 */
#ifndef _LISTENQ_TESTS_FUZZ_H
#define _LISTENQ_TESTS_FUZZ_H

static const char * const fuzz_lines[] = {
	"listenq|-j",
	"listenq|-d",
	"listenq|-n|--sort|drops",
	"listenq|-o|-a|:443",
	"listenq|monitor|-j",
	"listenq|monitor|-t",
	"listenq|totals|-j",
	"listenq|totals|-d|-a",
	"listenq|hooks|-j",
	"listenq|hooks",
	"listenq|check|:443",
	"listenq|monitor|-n|:443",
	"listenq|policy|-j",
	"listenq|policy|show|-n|:443",
	"listenq|policy|set|:443|backlog|1|for|1s",
	"listenq|policy|del|:443|[::1]:80",
	"listenq|policy|set|--json|-",
};

#define FUZZ_LINES ARRAY_SIZE(fuzz_lines)

#endif
