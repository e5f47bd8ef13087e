# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Messages. They go to stderr: stdout belongs to results.

say()
{
	printf 'vm: %s\n' "$*" >&2
}

die()
{
	printf 'vm: error: %s\n' "$*" >&2
	exit 1
}

# A wrong command line, as opposed to something that went wrong.
die_usage()
{
	printf 'vm: error: %s (see %s --help)\n' "$*" "$0" >&2
	exit 2
}
