#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of output that nobody takes. Needs no module. TAP.
set -u

listenq=$(dirname "$0")/../listenq
n=0
failed=0
status=$(mktemp)
trap 'rm -f "$status"' EXIT

# is NAME WANTED FOUND
is()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n $1"
	else
		echo "not ok $n $1: '$3' instead of '$2'"
		failed=1
	fi
}

echo TAP version 13
error=$("$listenq" --explain-counters 2>&1 >/dev/full)
is 'a full disk ends with 2' 2 $?
is 'and says so' 'listenq: cannot write: No space left on device' "$error"
error=$("$listenq" --explain-counters 2>&1 >&-)
is 'a closed output ends with 2' 2 $?
is 'and says so' 'listenq: cannot write: Bad file descriptor' "$error"
# The read end is closed before anything is written.
{
	sleep 0.3
	"$listenq" --explain-counters
	echo $? >&3
} 3>"$status" | true
is 'a reader that went away ends by SIGPIPE' 141 "$(cat "$status")"
error=$("$listenq" --explain-counters 2>&- >/dev/full)
is 'closed errors too' 2 $?
"$listenq" --explain-counters <&- | grep -q accepted
is 'no input' 0 $?
echo "1..$n"
exit $failed
