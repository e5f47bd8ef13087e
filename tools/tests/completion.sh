#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What Tab offers. Needs no module. TAP.
set -u

here=$(cd "$(dirname "$0")/.." && pwd)
n=0
failed=0
# shellcheck source=tools/listenq.bash-completion
. "$here/listenq.bash-completion"

# offers NAME WANTED WORD...: with the cursor behind the last word.
offers()
{
	local name=$1 wanted=$2
	shift 2
	COMP_WORDS=("$here/listenq" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_listenq "$here/listenq"
	n=$((n + 1))
	if [ "${COMPREPLY[*]-}" = "$wanted" ]; then
		echo "ok $n $name"
	else
		echo "not ok $n $name: '${COMPREPLY[*]-}' instead of '$wanted'"
		failed=1
	fi
}

echo TAP version 13
offers 'a command' 'monitor' mo
offers 'an option' '--nonzero' show --non
offers 'none that it does not take' '' check --dro
offers 'a key' 'drops' --sort dr
offers 'a counter' 'listen_drop listen_overflow' --sort listen_
offers 'only counters' '' --sort alr
offers 'a key behind =' 'drops' --sort = dr
offers 'all keys behind =' 'cookies cgroup' --sort = c
offers 'a key in one word' '--sort=drops' --sort=dr
offers 'nothing for a number' '' check --max-drops ''
# Nothing is run or expanded of what a namespace is called.
_listenq_offer '' "\$(echo run)" 'a b' '*'
n=$((n + 1))
if [ "${#COMPREPLY[@]} ${COMPREPLY[*]}" = "3 \$(echo run) a b *" ]; then
	echo "ok $n any name"
else
	echo "not ok $n any name: ${COMPREPLY[*]}"
	failed=1
fi
echo "1..$n"
exit $failed
