#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# feature.sh TESTS SYMVERS COMPILER FLAGS...
#
# Compiles the files of TESTS against the target kernel's headers and prints
# -DLQ_HAVE_NAME for each in which nothing was wrong, then -DLQ_EXPORTED_NAME for
# each symbol of TESTS/exports that the kernel's SYMVERS has, and last
# -DLQ_FEATURES_KNOWN: without that the caller must stop.
#
# No answer is better than a wrong one.  Behind "Absent:" a test says what the
# compiler says where the feature is missing (an extended regular expression).
# Any other error, there or in a header, means that the test is misspelt or the
# headers do not compile: that is no missing feature.
#
# All are compiled at once, which takes a second: each in a file of its own name,
# by which the errors are told apart, and none may spoil the others.
set -u
export LC_ALL=C

tests=$1
symvers=$2
shift 2

die()
{
	echo "listenq: $1" >&2
	printf '%s\n' "$2" >&2
	exit 1
}

name_of()
{
	basename "$1" .c
}

compile()
{
	"$@" -Werror=implicit-function-declaration -fsyntax-only -x c - 2>&1
}

all_tests()
{
	for file in "$tests"/*.c; do
		echo "#define probe probe_$(name_of "$file")"
		echo "#include \"$file\""
		echo "#undef probe"
	done
}

# An error inside a macro of the kernel's is to be that of the file that uses it.
track=-ftrack-macro-expansion=0
compile "$@" $track </dev/null >/dev/null || track=

# shellcheck disable=SC2086 # one word or none
out=$(all_tests | compile "$@" $track)
status=$?
errors=$(echo "$out" | grep -E '(^|: )(fatal )?error:')
[ $status = 0 ] || [ -n "$errors" ] || die "the compiler fails:" "$out"

for file in "$tests"/*.c; do
	absent=$(sed -n 's/^ \* Absent: //p' "$file")
	[ -n "$absent" ] ||
		die "a feature test does not say how it fails:" "$file"
	said=$(echo "$errors" | grep -F "$file:")
	errors=$(echo "$errors" | grep -vF "$file:")
	if [ -z "$said" ]; then
		printf -- '-DLQ_HAVE_%s ' \
			"$(name_of "$file" | tr '[:lower:]' '[:upper:]')"
	elif echo "$said" | grep -Evq -e "$absent"; then
		die "feature test $(name_of "$file") fails for an unexpected reason:" "$out"
	fi
done
[ -z "$errors" ] || die "the kernel's headers do not compile:" "$out"

# What every kernel exports says that this is such a file.
exports()
{
	awk -F '\t' -v name="$1" '$2 == name { found = 1 } END { exit !found }' \
		"$symvers" 2>/dev/null
}

exports module_put || die "cannot see what the kernel exports:" "$symvers"
while read -r name; do
	case $name in
	'' | '#'*) continue ;;
	esac
	if exports "$name"; then
		printf -- '-DLQ_EXPORTED_%s ' \
			"$(echo "$name" | tr '[:lower:]' '[:upper:]')"
	fi
done <"$tests/exports"
echo -DLQ_FEATURES_KNOWN
