#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck disable=SC2016
# What stands between a package and a kernel of its own: something missing, a limit, a lockdown. The
# check says it, with --no-check the failure is explained.

load "$BATS_LIB/common"
load "$BATS_LIB/guest"

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	"$BATS_LIB/guest-tree" tree "$EPM" "$EPM_TOOLS/cause" "$(command -v setpriv)"
	mv tree/bin/setpriv tree/bin/without # busybox has a smaller one
	mkdir tree/packages
	export EPM_HOME=$BATS_FILE_TMPDIR/home
	"$EPM" build -q -o tree/packages/state.json "$EPM_SRC/tests/data/gate/state.bpf.c" >/dev/null
	for object in probe hook; do
		"$EPM" build -q -o tree/packages/$object.json "$EPM_SRC/tests/data/gate/$object.bpf.c" \
			>/dev/null
	done
}

# in_guest KERNEL SCRIPT
in_guest() {
	cd "$BATS_FILE_TMPDIR" || return
	need_kernel "$1"
	printf '%s\n' 'export EPM_HOME=/tmp/epm' 'cd /packages' \
		'epm trust add -q --unsigned --for file:/packages >/dev/null' "$2" >tree/script.sh
	guest sh /script.sh
}

run_state='
epm run --json -v state.json >/tmp/out 2>/tmp/err & pid=$!
until grep -q "programs attached" /tmp/err || ! kill -0 $pid; do sleep 0.1; done
cause kill 0 self 1 >/dev/null
i=0
until [ -s /tmp/out ] || [ $((i += 1)) = 100 ]; do sleep 0.1; done
kill -INT $pid
wait $pid; echo "status $?"; head -n 1 /tmp/out; tail -n 3 /tmp/err'

@test "5.10 refuses a package whose relocation is missing there" {
	in_guest 5.10 "$run_state"
	says 'status 8'
	[[ $output == *"struct task_struct has no '__state' (closest: 'state'), at state.bpf.c:28"* ]]
	in_guest 5.10 'epm run --no-check --duration 1s state.json; echo "status $?"'
	says 'status 8'
	[[ $output == *'this kernel has no struct task_struct.__state, which program on_kill uses'* ]]
}

@test "6.1 runs it" {
	in_guest 6.1 "$run_state"
	says 'status 0'
	grep -qE '"tgid":[0-9]+,"state":0' <<<"$output"
}

@test "5.10: locked memory is limited" {
	in_guest 5.10 '
		ulimit -l 16
		without --bounding-set=-sys_resource epm run --duration 1s hook.json; echo "status $?"'
	says 'status 4'
	grep -qE 'hook(_bpf)?: map events: locked memory is limited to 16 KiB here, it needs 1.0 MiB' <<<"$output"
	[[ $output == *'ulimit -l unlimited'* ]]
}

@test "6.1: locked down to confidentiality" {
	BOOT_APPEND=lockdown=confidentiality in_guest 6.1 '
		for package in state probe hook; do
			for option in "" --no-check; do
				echo "$package $option:"
				epm run $option --duration 100ms $package.json 2>&1; echo "status $?"
			done
		done
		epm doctor'
	grep -A1 '^state :' <<<"$output" | grep 'takes no tracepoints: it is locked down to confidentiality'
	grep -A2 '^state --no-check:' <<<"$output" |
		grep 'hint: the kernel is locked down to confidentiality and gives programs no such helper'
	grep -A1 '^probe :' <<<"$output" | grep 'takes no kprobes: it is locked down to confidentiality'
	grep -A1 '^probe --no-check:' <<<"$output" |
		grep 'program slept (kprobe/do_nanosleep): this kernel takes no kprobes: it is locked down'
	[ "$(grep -A2 '^hook' <<<"$output" | grep -c '^status 0')" = 2 ]
	grep -qE '^lockdown +note +confidentiality' <<<"$output"
}
