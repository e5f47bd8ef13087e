# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the tests in shell say, by the kernel's own helpers. To be sourced with $here
# set to the folder of both.

# shellcheck source=/dev/null disable=SC2154 # whoever sources this assigns it
. "$here/ktap_helpers.sh"

# result STATUS NAME
result()
{
	if [ "$1" -eq 0 ]; then
		ktap_test_pass "$2"
	else
		ktap_test_fail "$2"
	fi
}

# same NAME A B
same()
{
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		printf '%s is not %s\n' "$2" "$3" | sed "s/^/# $1: /"
		result 1 "$1"
	fi
}

# skip NAME REASON: ktap_test_skip has no room for the reason.
skip()
{
	__ktap_test ok "$1" "SKIP $2"
	KTAP_CNT_SKIP=$((KTAP_CNT_SKIP + 1))
}
