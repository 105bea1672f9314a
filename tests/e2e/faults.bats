#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Each call of a command that changes the disk fails in turn, and the process is killed at each.
# Saving a package has the same in tests/unit/pkg/faults.c.

load "$BATS_LIB/common"

preload=$EPM_BUILD/tests/support/faults_preload.so

# What may be there afterwards: the names before or after the command, and each name whole.
names() {
	"$EPM" ls --json | jq -c '[.[].reference]'
}

fresh_store() {
	rm -rf "$EPM_HOME"
	make_store keep:1 a:1
	"$EPM" tag keep:1 keep:2
	"$EPM" tag a:1 b:1
	printf '{}' >"$EPM_HOME/blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
}

# each_fault ERRNO BEFORE AFTER COMMAND…: BEFORE and AFTER are the names that may be left.
each_fault() {
	local errno=$1 before=$2 after=$3 mark=$BATS_TEST_TMPDIR/mark left n
	shift 3
	for n in $(seq 200); do
		fresh_store
		rm -f "$mark"
		ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$preload FAULT_AT=$n \
			FAULT_ERRNO=$errno FAULT_MARK=$mark run "$EPM" "$@"
		if [ ! -e "$mark" ]; then
			[ "$n" -gt 3 ]
			exits 0
			[ "$(names)" = "$after" ]
			return
		fi
		if [ "$errno" = KILL ]; then
			exits 137
		elif [ "$status" != 0 ]; then
			exits 1
			[ ${#lines[@]} = 1 ]
			[[ $output == "epm: "* ]]
		fi
		left=$(names)
		[ "$left" = "$before" ] || [ "$left" = "$after" ] || {
			echo "call $n: $left" >&2
			return 1
		}
		is_sound
		"$EPM" inspect keep:1 >/dev/null
		# and it can be done again
		"$EPM" -q "$@" >/dev/null 2>&1 || [ "$left" = "$after" ]
		[ "$(names)" = "$after" ]
		"$EPM" prune >/dev/null
		[ -z "$(find "$EPM_HOME" -name '.*.tmp')" ]
		is_sound
	done
	return 1
}

all='["a:1","b:1","keep:1","keep:2"]'

@test "tag: a full disk" {
	each_fault 28 "$all" '["a:1","b:1","c:1","keep:1","keep:2"]' tag a:1 c:1
}

@test "tag: an I/O error" {
	each_fault 5 "$all" '["a:1","b:1","c:1","keep:1","keep:2"]' tag a:1 c:1
}

@test "tag: killed" {
	each_fault KILL "$all" '["a:1","b:1","c:1","keep:1","keep:2"]' tag a:1 c:1
}

@test "rm: a full disk" {
	each_fault 28 "$all" '["keep:1","keep:2"]' rm a:1 b:1
}

@test "rm: an I/O error" {
	each_fault 5 "$all" '["keep:1","keep:2"]' rm a:1 b:1
}

@test "rm: killed" {
	each_fault KILL "$all" '["keep:1","keep:2"]' rm a:1 b:1
}

@test "prune: an I/O error" {
	each_fault_prune 5
}

@test "prune: killed" {
	each_fault_prune KILL
}

# A build writes elsewhere too (its cache): the store is what is looked at.
each_fault_build() {
	local mark=$BATS_TEST_TMPDIR/mark n
	make_store keep:1
	"$EPM" -q build "$EPM_SRC/examples/minimal" -t minimal:old
	rm -rf "$EPM_HOME/cache"
	for n in $(seq 300); do
		rm -rf "$BATS_TEST_TMPDIR/now"
		cp -r "$EPM_HOME" "$BATS_TEST_TMPDIR/now"
		rm -f "$mark"
		ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$preload FAULT_AT=$n \
			FAULT_ERRNO=$1 FAULT_MARK=$mark EPM_HOME=$BATS_TEST_TMPDIR/now \
			run "$EPM" -q build "$EPM_SRC/examples/minimal" -t minimal:new
		EPM_HOME=$BATS_TEST_TMPDIR/now run_sound
		[ -e "$mark" ] || return 0
	done
	return 1
}

run_sound() {
	"$EPM" fsck >/dev/null
	"$EPM" inspect keep:1 >/dev/null
	"$EPM" inspect minimal:old >/dev/null
}

# prune has one blob to delete, hence few calls
each_fault_prune() {
	local mark=$BATS_TEST_TMPDIR/mark n
	for n in 1 2 3 4; do
		fresh_store
		rm -f "$mark"
		ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$preload FAULT_AT=$n \
			FAULT_ERRNO=$1 FAULT_MARK=$mark run "$EPM" prune
		[ "$(names)" = "$all" ]
		is_sound
		[ -e "$mark" ] || {
			[ "$n" -gt 1 ]
			exits 0
			return
		}
	done
	return 1
}

@test "build: killed" {
	each_fault_build KILL
}

@test "build: a full disk" {
	each_fault_build 28
}
