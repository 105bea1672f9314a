# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2034
# For tests in kernels of their own: load "$BATS_LIB/guest" after common.

# need_kernel NAME: the path of 6.1, 6.12, 7, 6.1-arm64 … in $vmlinuz, as tests/support/kernels
# fetched it before. That of Debian 12 has to be there, others where their suites can be reached.
# EPM_TEST_KERNELS: names of those that are asked for; unset: each.
need_kernel() {
	local name arch path
	vmlinuz=
	[[ " ${EPM_TEST_KERNELS-$1} " =~ \ "$1"(\.[0-9]+)?\  ]] || skip "kernel: $1 was not asked for"
	while read -r name arch path; do
		case $name in
		"$1" | "$1".*) vmlinuz=$path ;;
		esac
	done < <("$BATS_LIB/kernels" --cached 2>/dev/null || true)
	[ -n "$vmlinuz" ] || {
		[ "$1" != 6.1 ] || return 1
		skip "kernel: $1 was not fetched (tests/support/kernels)"
	}
}

# guest_in TREE COMMAND…: run it in $vmlinuz with this folder as the root; $status, $output, $lines.
guest_in() {
	run "$BATS_LIB/boot" "$vmlinuz" "$@"
}

# guest COMMAND…: in the folder tree.
guest() {
	guest_in tree "$@"
}
