#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# In a guest (tests/kernels/examples.bats): each package of /packages is checked, and runs until it has
# shown what was caused. "ok NAME" where both went well; else "not ok NAME", which of the two was
# wrong, and what was printed.
export EPM_HOME=/tmp/epm
epm trust add -q --unsigned --for file:/packages >/dev/null || exit
epm check /packages/*.json >/tmp/verdicts

# until_line PATTERN FILE: a twentieth of a second at a time, not longer than 20 s.
until_line() {
	i=0
	until grep -q "$1" "$2" || [ $i = 400 ]; do
		kill -0 "$pid" 2>/dev/null || return
		sleep 0.05
		i=$((i + 1))
	done
}

# run_it NAME CAUSE PATTERN
run_it() {
	rm -f /tmp/out /tmp/err # not what the one before said
	: >/tmp/out
	: >/tmp/err
	epm run --json -v "/packages/$1.json" >/tmp/out 2>/tmp/err &
	pid=$!
	until_line 'programs attached' /tmp/err
	$2 >/dev/null 2>&1
	until_line "$3" /tmp/out
	kill -INT $pid 2>/dev/null
	status=0
	wait $pid || status=$?
	[ $status = 0 ] && grep -q "$3" /tmp/out
}

# try NAME CAUSE PATTERN
try() {
	verdict=$(grep "^/packages/$1\.json " /tmp/verdicts)
	is_foreseen=no
	case $verdict in
	*' no known obstacle'*) ;;
	*) is_foreseen=yes ;;
	esac
	if run_it "$@"; then
		[ $is_foreseen = no ] && echo "ok $1" && return
		echo "not ok $1: it runs, epm check says otherwise:"
		cat /tmp/verdicts
		return
	fi
	echo "not ok $1: exit status $status, foreseen: $is_foreseen: $verdict"
	head -n 5 /tmp/out
	tail -n 5 /tmp/err
}

# With a pipe for its input and -i bash reads by readline() all the same.
type_line() {
	echo 'true caused' | bash --norc --noprofile -i
}

try minimal 'cat /missing' '"comm":"cat","message":"write of [0-9]* bytes to descriptor 2'
try opensnoop 'cat /caused' '"fname":"/caused"'
try execsnoop 'cause exec 1' '"comm":"cause"'
try exitsnoop 'cause exit 7' '"exit_code":7'
try sigsnoop 'cause kill 10 self 1' '"sig":"\?\(10\|SIGUSR1\)'
try tcpstates 'cause tcp' 'SYN_SENT'
try runqlat 'cause sched 200' '[{]'
try syscount 'cause open /caused 3 failing' '[{]'
try bashreadline type_line '"line":"true caused"'
