#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# What epm check says of the programs of tests/data/kernels, and what becomes of them in other kernels:
# no false alarm, and most failures are foreseen. `make check-kernels` prints the table, and looks at
# two kernels more.

load "$BATS_LIB/common"
load "$BATS_LIB/guest"

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/results"
	"$BATS_LIB/verdicts.py" --cached --results "$BATS_FILE_TMPDIR/results" \
		bullseye bookworm sid trixie/arm64 >"$BATS_FILE_TMPDIR/table" 2>&1 || true
}

# agrees KERNEL
agrees() {
	local sums right alarms foreseen
	need_kernel "$1"
	for sums in "$BATS_FILE_TMPDIR/results/$1".sums "$BATS_FILE_TMPDIR/results/$1".*.sums; do
		[ -f "$sums" ] || continue
		read -r right alarms foreseen <"$sums"
		if [ "$right" -lt 100 ] || [ "$alarms" != 0 ] || [ "$foreseen" -lt 90 ]; then
			cat "${sums%.sums}.wrong" >&2
			return 1
		fi
		return
	done
	cat "$BATS_FILE_TMPDIR/table" >&2
	return 1
}

@test "5.10: verdicts are what the kernel does" {
	agrees 5.10
}

@test "6.1: verdicts are what the kernel does" {
	agrees 6.1
}

@test "7.x: verdicts are what the kernel does" {
	agrees 7
}

@test "6.12, arm64: verdicts are what the kernel does" {
	agrees 6.12-arm64
}
