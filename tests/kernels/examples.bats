#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm itself in other kernels: the examples, built here, are checked, loaded, attached and show what
# was caused.

load "$BATS_LIB/common"
load "$BATS_LIB/guest"

examples='opensnoop execsnoop exitsnoop sigsnoop tcpstates runqlat syscount'

setup_file() {
	local name
	cd "$BATS_FILE_TMPDIR" || return
	"$BATS_LIB/guest-tree" tree "$EPM" "$EPM_TOOLS/cause"
	cp "$BATS_LIB/guest_examples.sh" tree/
	mkdir tree/packages
	for name in $examples; do
		EPM_HOME=$BATS_FILE_TMPDIR/home "$EPM" build -q -o "tree/packages/$name.json" \
			"$EPM_SRC/examples/$name" >/dev/null || return
	done
}

# runs_examples KERNEL
runs_examples() {
	cd "$BATS_FILE_TMPDIR" || return
	need_kernel "$1"
	guest sh /guest_examples.sh
	exits 0
	[ "$output" = "$(printf 'ok %s\n' $examples)" ] || {
		printf '%s\n' "$output" >&2
		return 1
	}
}

@test "5.10: the examples show what was caused" {
	runs_examples 5.10
}

@test "6.1: the examples show what was caused" {
	runs_examples 6.1
}

@test "6.12: the examples show what was caused" {
	runs_examples 6.12
}

@test "7.x: the examples show what was caused" {
	runs_examples 7
}

@test "a guest's command has its exit status, a kernel that dies is told apart" {
	need_kernel 6.1
	mkdir tree
	guest sh -c 'echo "two  words"; exit 7'
	exits 7
	[ "$output" = 'two  words' ]
	guest sh -c 'echo c >/proc/sysrq-trigger'
	exits 125
	grep -q 'did not come to its end' <<<"$output"
}
