#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# In a guest (tests/kernels/examples.bats): each package of /packages runs until it has shown what was
# caused. "ok NAME", or "not ok NAME" and what was printed.
export EPM_HOME=/tmp/epm
epm trust add -q --unsigned --for file:/packages >/dev/null || exit

# until_line PATTERN FILE: half a tenth of a second at a time, not longer than 20 s.
until_line() {
	i=0
	until grep -q "$1" "$2" || [ $i = 400 ]; do
		kill -0 "$pid" 2>/dev/null || return
		sleep 0.05
		i=$((i + 1))
	done
}

# try NAME CAUSE PATTERN
try() {
	epm run --json -v "/packages/$1.json" >/tmp/out 2>/tmp/err &
	pid=$!
	until_line 'programs attached' /tmp/err
	$2 >/dev/null 2>&1
	until_line "$3" /tmp/out
	kill -INT $pid 2>/dev/null
	status=0
	wait $pid || status=$?
	if [ $status = 0 ] && grep -q "$3" /tmp/out; then
		echo "ok $1"
	else
		echo "not ok $1: exit status $status"
		head -n 5 /tmp/out
		tail -n 5 /tmp/err
	fi
}

try opensnoop 'cat /caused' '"fname":"/caused"'
try execsnoop 'cause exec 1' '"comm":"cause"'
try exitsnoop 'cause exit 7' '"exit_code":7'
try sigsnoop 'cause kill 10 self 1' '"sig":"\?\(10\|SIGUSR1\)'
try tcpstates 'cause tcp' 'SYN_SENT'
try runqlat 'cause sched 200' '[{]'
try syscount 'cause open /caused 3 failing' '[{]'
