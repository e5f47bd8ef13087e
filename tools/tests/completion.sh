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

# A module that has policies. Only the completion calls it.
# shellcheck disable=SC2317
fake_listenq()
{
	[ "$*" = 'policy show -n' ] || return
	echo ':443 backlog 4096 # 2 listeners'
	echo '10.0.0.1:443 overflow reset for 9m59s # 1 listener'
	echo '10.0.0.1:80 admit drop'
}
program=$here/listenq

# offers NAME WANTED WORD...: with the cursor behind the last word.
offers()
{
	local name=$1 wanted=$2
	shift 2
	COMP_WORDS=("$program" "$@")
	COMP_CWORD=$#
	COMP_LINE="$program $*"
	# As a colon is a word for readline, but not for the line.
	COMP_LINE=${COMP_LINE//" : "/:}
	COMP_LINE=${COMP_LINE//": "/:}
	COMP_POINT=${#COMP_LINE}
	COMPREPLY=()
	_listenq "$program"
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
program=fake_listenq
offers 'what to do with policies' 'set' policy se
offers 'no options of others' '' policy --sor
offers 'an option before what to do' 'policy' -n pol
offers 'the keys that there are' ':443 10.0.0.1:443 10.0.0.1:80' policy del ''
offers 'those that begin so' '10.0.0.1:443 10.0.0.1:80' policy show 10.
offers 'the rest of one behind its colon' '443 80' policy del 10.0.0.1 : ''
offers '... that has begun' '443' policy set 10.0.0.1 : 4
offers 'settings' 'synq syncookies synack-retries syn-rate' policy set : 443 sy
offers 'values' 'off auto always' policy set : 443 syncookies ''
offers 'those of another' 'drop reset' policy set : 443 overflow ''
offers 'and of the last' 'all' policy set : 443 overflow drop admit a
offers 'one that has begun' 'single' policy set : 443 backlog 10 queue si
offers 'no numbers' '' policy set : 443 backlog ''
offers 'and so on' 'for' policy set :443 backlog 10 fo
offers 'a file' "$here/Makefile" policy set --json "$here/Makef"
program=$here/listenq
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
