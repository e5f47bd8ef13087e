/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzer runs. Its input: which line, then answers, each with its
 * enum kernel_channel, its length in two bytes, and the datagram.
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
};

#define FUZZ_LINES ARRAY_SIZE(fuzz_lines)

#endif
