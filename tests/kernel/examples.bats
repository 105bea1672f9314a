#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck disable=SC2154,SC2034,SC2016
# Each example is built from its source, run from the store, and shows exactly what was caused.

load "$BATS_LIB/common"
load "$BATS_LIB/kernel"

setup_file() {
	build_examples minimal opensnoop execsnoop exitsnoop sigsnoop runqlat syscount bashreadline \
		tcpstates
}

# events FILTER: the JSON lines in out, without the time, each through jq.
events() {
	jq -c "$1" out
}

open_header='    PID     UID COMM                 FD ERR          FNAME'

# open_line PID FD ERR PATH: a row of opensnoop for `cause` as root
open_line() {
	printf '%7d %7d %-15s %7d %-12s %s\n' "$1" 0 cause "$2" "$3" "$4"
}

@test "opensnoop: the opens of one process as a table" {
	touch file
	start_cause open file 3
	start_run opensnoop --tgid_target "$cause_pid"
	[ "$(cat out)" = "$open_header" ]
	go
	end_run
	exits 0
	{
		echo "$open_header"
		open_line "$cause_pid" 3 0 file
		open_line "$cause_pid" 3 0 file
		open_line "$cause_pid" 3 0 file
	} | is_text out
	grep -qx 'epm: 3 records' err
}

@test "opensnoop: --json has source, time and the members in their order" {
	touch file
	start_cause open file 1
	start_run --json opensnoop --tgid-target="$cause_pid"
	go
	end_run
	exits 0
	[ "$(wc -l <out)" = 1 ]
	jq -r .time out | grep -qxE '20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z'
	[ "$(events 'del(.time)')" = '{"source":"events","pid":'"$cause_pid"',"uid":0,"comm":"cause","fd":3,"err":0,"fname":"file"}' ]
	[ "$(jq -r 'keys_unsorted | join(" ")' out)" = "source time pid uid comm fd err fname" ]
}

@test "opensnoop: an open that fails has its error by name, and -f shows only those" {
	touch file
	start_cause open /nonexistent/file 2 failing
	start_run opensnoop -f --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	{
		echo "$open_header"
		open_line "$cause_pid" -1 ENOENT /nonexistent/file
		open_line "$cause_pid" -1 ENOENT /nonexistent/file
	} | is_text out
	start_cause open file 2
	start_run --json opensnoop --failed --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	[ ! -s out ]
}

@test "opensnoop: --uid_target 0 shows root's, 1 does not" {
	touch file
	start_cause open file 1
	start_run --json opensnoop --tgid_target "$cause_pid" --uid_target 1
	go
	end_run
	exits 0
	[ ! -s out ]
	start_cause open file 1
	start_run --json opensnoop --tgid_target "$cause_pid" --uid_target 0
	go
	end_run
	[ "$(events .fname)" = '"file"' ]
}

@test "--count ends by itself after that many lines" {
	touch file
	start_cause open file 10
	start_run --count 4 opensnoop --tgid_target "$cause_pid"
	go
	wait_run
	exits 0
	[ "$(wc -l <out)" = 5 ]
	[ "$(tail -n +2 out | sort -u)" = "$(open_line "$cause_pid" 3 0 file)" ]
}

@test "--no-header leaves the header out, --timestamp puts the time of day before" {
	touch file
	start_cause open file 1
	start_run --no-header --timestamp opensnoop --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	grep -qxE "[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{6} $(open_line "$cause_pid" 3 0 file)" out
	[ "$(wc -l <out)" = 1 ]
	touch file
	start_cause open file 1
	start_run --timestamp opensnoop --tgid_target "$cause_pid"
	go
	end_run
	[ "$(head -1 out)" = "TIME            $open_header" ]
}

@test "--duration ends by itself, not before its time" {
	local begin=$EPOCHREALTIME
	epm run --duration 600ms opensnoop --tgid_target 1
	exits 0
	[ "$output" = "$open_header" ]
	awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a >= 0.6 && b - a < 5) }'
}

@test "--skip leaves a program out; one that is not there is a usage error" {
	start_run --skip openat_done opensnoop --tgid_target 1
	grep -qx 'epm: opensnoop: programs attached: 2' err
	end_run
	exits 0
	touch file
	start_cause open file 1
	start_run --json --skip openat_done opensnoop --tgid_target "$cause_pid"
	go
	end_run
	[ ! -s out ]
	epm run --skip openat_dome opensnoop
	exits 2
	grep -q 'openat_dome' <<<"$output"
}

@test "execsnoop: who starts what, with which arguments" {
	start_cause exec 2
	start_run execsnoop --ppid_target "$cause_pid"
	[ "$(cat out)" = '    PID    PPID     UID ERR          COMM            ARGS' ]
	go
	end_run
	exits 0
	mapfile -t pids < <(sed -n 's/^child //p' cause.out)
	{
		echo '    PID    PPID     UID ERR          COMM            ARGS'
		for i in 1 2; do
			printf '%7d %7d %7d %-12s %-15s %s\n' "${pids[i - 1]}" "$cause_pid" 0 0 exe \
				"cause nothing $i"
		done
	} | sort >expected
	sort out | is_text expected # the buffers of two CPUs have no common order
}

@test "execsnoop: --json" {
	start_cause exec 1
	start_run --json execsnoop --ppid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(events 'del(.time)')" = '{"source":"events","pid":'"$(sed -n 's/^child //p' cause.out)"',"ppid":'"$cause_pid"',"uid":0,"err":0,"comm":"exe","args":"cause nothing 1"}' ]
}

@test "execsnoop: failed calls carry the path and the error" {
	start_run --json execsnoop -x --uid_target 0
	/bin/sh -c 'exec /nonexistent/epm-test' 2>/dev/null || true
	end_run
	exits 0
	[ "$(events 'select(.args == "/nonexistent/epm-test") | [.err, .comm, .uid]')" = '["ENOENT","sh",0]' ]
}

@test "exitsnoop: code, signal and duration" {
	start_cause exit 3
	start_run --json exitsnoop --pid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(events 'del(.time, .duration_ns)')" = '{"source":"events","pid":'"$cause_pid"',"ppid":'"$cause_parent"',"uid":0,"exit_code":3,"sig":0,"core":false,"comm":"cause"}' ]
	jq -e '.duration_ns > 100000' out
	start_cause die 15
	start_run exitsnoop --failed --pid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(head -1 out)" = '    PID    PPID     UID EXIT_CODE SIG       CORE    DURATION COMM' ]
	tail -1 out | grep -qxE " *$cause_pid  *$cause_parent  *0  *0 SIGTERM  *false  *[0-9.]+m?s cause *"
	[ "$(wc -l <out)" = 2 ]
}

@test "sigsnoop: sent, and refused; --target_signal chooses" {
	start_cause kill 10 self 2
	start_run sigsnoop --filtered_pid "$cause_pid"
	go
	end_run
	exits 0
	{
		echo '    PID    TPID SIG       ERR          COMM'
		for _ in 1 2; do
			printf '%7d %7d %-9s %-12s %-15s\n' "$cause_pid" "$cause_pid" SIGUSR1 0 cause
		done
	} | sed 's/ *$//' >expected
	sed 's/ *$//' out | is_text expected
	start_cause kill 12 3999999 1
	start_run --json sigsnoop --target_signal 12 --filtered_pid "$cause_pid"
	go
	end_run
	[ "$(events 'del(.time)')" = '{"source":"events","pid":'"$cause_pid"',"tpid":3999999,"sig":"SIGUSR2","err":"ESRCH","comm":"cause"}' ]
	start_cause kill 12 3999999 1
	start_run --json sigsnoop --target_signal 10 --filtered_pid "$cause_pid"
	go
	end_run
	[ ! -s out ]
}

@test "sigsnoop: the kernel's own signals with -k" {
	local me=$BASHPID
	start_run --json sigsnoop -k --target_signal 17
	(/bin/true)
	end_run
	exits 0
	jq -es --argjson me "$me" 'any(.sig == "SIGCHLD" and .tpid == $me)' out
}

@test "runqlat: a histogram of waiting times, its sum the number of waits" {
	start_cause sched 400
	start_run --interval 10s runqlat --targ_tgid "$cause_pid"
	go
	end_run
	exits 0
	sed -n 1p out | grep -qxE 'TIME [0-2][0-9]:[0-5][0-9]:[0-6][0-9]'
	[ "$(sed -n 2p out)" = "     usecs               : count    distribution" ]
	sed -n 3p out | grep -qxE ' {9}0 -> 1          : [0-9]+ +\|[* ]{40}\|'
	tail -n +3 out | grep . >rows
	not grep -vxE ' *[0-9]+ -> [0-9]+ +: [0-9]+ +\|\**( *)\|' rows
	# the fullest slot has all forty stars, and the rows follow each other by powers of two
	grep -q '|\*\{40\}|' rows
	awk '{ low = NR == 1 ? 0 : 2 ^ (NR - 1); if ($1 != low || $3 != 2 ^ NR - 1) exit 1 }' rows
}

@test "runqlat: --json has the slots, and per process the name" {
	start_cause sched 300
	start_run --json --interval 10s runqlat -P --targ_tgid "$cause_pid"
	go
	end_run
	exits 0
	[ "$(wc -l <out)" = 1 ]
	jq -e '.source == "hists" and .unit == "usecs" and .key == '"$cause_pid"' and
		.value.comm == "cause" and (.value.slots | length) == 26 and (.value.slots | add) >= 10' out
}

@test "syscount: counts by process and call, read every interval and cleared" {
	touch file
	start_cause open file 500
	start_run --json --interval 200ms syscount --pid_target "$cause_pid"
	go
	end_run
	exits 0
	jq -se 'map(select(.key.syscall == "openat")) | map(.value.count) | add == 500' out
	jq -se 'all(.source == "counts" and .key.pid == '"$cause_pid"' and .key.comm == "cause")' out
	start_cause open file 500
	start_run --interval 10s syscount --pid_target "$cause_pid"
	go
	end_run
	exits 0
	sed -n 1p out | grep -qxE 'TIME [0-9:]{8}'
	[ "$(sed -n 2p out)" = '    PID SYSCALL          COMM                   COUNT' ]
	grep -qxE " *$cause_pid openat +cause +500" out
	# the most frequent first
	tail -n +3 out | grep . | awk 'NR > 1 && $NF > last { exit 1 } { last = $NF }'
}

@test "bashreadline: what is typed into a bash on a terminal" {
	start_run --json bashreadline
	python3 - <<-'END'
	import os, pty
	pid, fd = pty.fork()
	if pid == 0:
	    os.execv("/bin/bash", ["bash", "--norc", "--noprofile", "-i"])
	open("bash.pid", "w").write(str(pid))
	os.write(fd, b"echo \xc3\xbcber \"$((6 * 7))\"\nexit 0\n")
	try:
	    while os.read(fd, 4096):
	        pass
	except OSError:
	    pass
	os.waitpid(pid, 0)
	END
	end_run
	exits 0
	[ "$(events 'select(.pid == '"$(cat bash.pid)"') | [.uid, .line]')" = '[0,"echo über \"$((6 * 7))\""]
[0,"exit 0"]' ]
}

@test "tcpstates: a connection on loopback, IPv4 and IPv6, state by state" {
	start_cause tcp
	start_run --json tcpstates
	go
	end_run
	exits 0
	port=$(sed -n 's/^tcp4 //p' cause.out)
	# the client's side, as the kernel goes through it
	[ "$(events 'select(.dport == '"$port"' and (.saddr | endswith("127.0.0.1"))) |
		[.oldstate, .newstate]' | head -3)" = '["CLOSE","SYN_SENT"]
["SYN_SENT","ESTABLISHED"]
["ESTABLISHED","FIN_WAIT1"]' ]
	jq -se '[.[] | select(.sport == '"$port"' and .newstate == "LISTEN")] |
		length == 1 and .[0].comm == "cause" and .[0].pid == '"$cause_pid" out
	jq -se 'all(.skaddr | test("^0x[0-9a-f]+$"))' out
	port=$(sed -n 's/^tcp6 //p' cause.out)
	[ -z "$port" ] || jq -se '[.[] | select(.dport == '"$port"')] |
		length > 0 and all(.saddr == "::1" and .daddr == "::1")' out
}

@test "tcpstates: --target_family leaves the other family out" {
	start_cause tcp
	start_run tcpstates --target_family 4
	head -1 out | grep -qxE 'SKADDR +PID COMM +SADDR +SPORT DADDR +DPORT OLDSTATE +NEWSTATE +DURATION'
	go
	end_run
	exits 0
	grep -q "::ffff:127.0.0.1" out
	not grep -qE ' ::1 ' out
}

@test "minimal: what the program prints, by process and name" {
	start_cause kill 0 self 1
	start_run minimal --pid_filter "$cause_pid"
	[ -d "/sys/kernel/tracing/instances/epm-$run_pid" ]
	go
	end_run
	exits 0
	[ ! -d "/sys/kernel/tracing/instances/epm-$run_pid" ]
	[ ! -s out ]
	start_cause exec 1
	start_run minimal --pid_filter "$cause_pid"
	go
	end_run
	exits 0
	length=$(sed -n 2p cause.out | wc -c)
	{
		echo '    PID COMM             MESSAGE'
		printf '%7d %-16s %s\n' "$cause_pid" cause \
			"write of $length bytes to descriptor 1 by process $cause_pid"
	} | is_text out
}

@test "minimal: --json, and a tracing instance left by kill -9 is swept by the next run" {
	start_cause exec 1
	start_run --json minimal --pid_filter "$cause_pid"
	go
	wait_for has_lines 1 out
	killed=$run_pid
	[ -d "/sys/kernel/tracing/instances/epm-$killed" ]
	end_run KILL
	exits 137
	[ "$(jq -c '[.source, .pid, .comm]' out)" = '["bpf_printk",'"$cause_pid"',"cause"]' ]
	jq -e '.cpu >= 0 and (.message | startswith("write of "))' out
	wait_for ids_are_gone
	start_run minimal --pid_filter 1
	[ ! -d "/sys/kernel/tracing/instances/epm-$killed" ]
	end_run
	exits 0
}
