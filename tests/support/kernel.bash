# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2034
# For tests that load programs: load "$BATS_LIB/kernel" after common. A run in the background is
# waited for until its programs stand; what it has in the kernel is noted by number, and teardown
# sees that every one of them is gone. (By number, because other programs may come and go meanwhile.)

children=()
kernel_ids=()

has_line() {
	grep -q -- "$1" "$2" 2>/dev/null
}

has_lines() {
	[ "$(wc -l <"$2")" -ge "$1" ]
}

# note_ids PID: programs, links and maps that this process holds.
note_ids() {
	local id
	while read -r id; do
		kernel_ids+=("$id")
	done < <(cat "/proc/$1/fdinfo/"* 2>/dev/null |
		sed -n 's/^\(prog\|link\|map\)_id:\s*\([0-9]*\)$/\1 \2/p' | sort -u)
}

ids_are_gone() {
	local id
	for id in "${kernel_ids[@]}"; do
		# shellcheck disable=SC2086 # "prog 12"
		! bpftool ${id% *} show id "${id#* }" >/dev/null 2>&1 || return 1
	done
}

# start_run [OPTIONS] PACKAGE [FLAGS]: epm run in the background, $run_pid; what it prints goes to
# the files out and err. Returns when its programs are attached.
start_run() {
	: >out
	: >err
	"$EPM" run -v "$@" >out 2>err 3>&- &
	run_pid=$!
	children+=("$run_pid")
	wait_for is_running "$run_pid" || {
		cat err >&2
		return 1
	}
	grep -q ' programs attached' err || {
		cat err >&2
		return 1
	}
	note_ids "$run_pid"
	# what teardown waits for has to be there first
	! ids_are_gone
}

is_running() {
	grep -q ' programs attached' err || is_gone "$1"
}

# end_run [SIGNAL]: stop it and take its exit status into $status.
end_run() {
	kill -"${1:-INT}" "$run_pid" 2>/dev/null || true
	wait_run
}

wait_run() {
	wait_for is_gone "$run_pid" || return 1
	status=0
	wait "$run_pid" || status=$?
	output=$(cat err)
}

# start_cause KIND…: tests/support/cause, which waits for go; $cause_pid, $cause_parent.
start_cause() {
	rm -f go
	mkfifo go
	exec 7<>go
	"$EPM_TOOLS/cause" --wait "$@" <go >cause.out 2>cause.err 3>&- 7>&- &
	children+=("$!")
	cause_parent=$BASHPID
	wait_for has_lines 1 cause.out
	cause_pid=$(head -1 cause.out)
}

# go: let it happen, and wait until it has.
go() {
	echo >&7
	exec 7>&-
	wait_for is_gone "$cause_pid"
}

# build_examples NAME…: into the store of this file's tests, once.
build_examples() {
	local name
	for name in "$@"; do
		EPM_HOME=$BATS_FILE_TMPDIR/home "$EPM" build "$EPM_SRC/examples/$name" >/dev/null
	done
}

# build_object NAME: tests/data/objects/NAME.bpf.c into the store of this file's tests.
build_object() {
	EPM_HOME=$BATS_FILE_TMPDIR/home "$EPM" build "$EPM_SRC/tests/data/objects/$1.bpf.c" >/dev/null
}

# is_text FILE <EXPECTED
is_text() {
	diff - "$1" >&2
}

setup() {
	export EPM_HOME=$BATS_FILE_TMPDIR/home
	cd "$BATS_TEST_TMPDIR" || return
	children=() kernel_ids=()
}

teardown() {
	local pid rc=0
	for pid in "${children[@]}"; do
		is_gone "$pid" || {
			kill -KILL "$pid" 2>/dev/null || true
			wait_for is_gone "$pid" || rc=1
		}
	done
	wait_for ids_are_gone || {
		echo "left in the kernel: ${kernel_ids[*]}" >&2
		rc=1
	}
	return $rc
}
