#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# feature.sh TESTS COMPILER FLAGS...
#
# Compiles every file of TESTS against the target kernel's headers and prints
# -DLQ_HAVE_NAME for each that compiles. baseline.c must; another test may only
# fail because something is not declared or has another type, so that a
# misspelt or broken test does not pass for a missing feature.
set -u

tests=$1
shift

die()
{
	echo "listenq: $1" >&2
	printf '%s\n' "$2" >&2
	# Kbuild cannot be told by an exit status: a broken flag stops it.
	echo "-DLQ_FEATURE_TESTS_FAILED"
	exit 1
}

compile()
{
	"$@" -Werror=implicit-function-declaration -fsyntax-only 2>&1
}

out=$(compile "$@" "$tests/baseline.c") ||
	die "the kernel's headers do not compile:" "$out"

for file in "$tests"/*.c; do
	name=$(basename "$file" .c)
	[ "$name" = baseline ] && continue
	if out=$(compile "$@" "$file"); then
		printf -- '-DLQ_HAVE_%s ' \
			"$(echo "$name" | tr '[:lower:]' '[:upper:]')"
	elif ! echo "$out" | grep -Eq 'implicit declaration|has no member|incompatible|too (few|many) arguments|conflicting types|undeclared'; then
		die "feature test $name fails for an unexpected reason:" "$out"
	fi
done
echo
