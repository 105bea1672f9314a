#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm itself in other kernels: the examples, built here, are checked, loaded, attached and show what
# was caused. `make check-kernels` runs them in every kernel, ./runtests in one of arm64's.

load "$BATS_LIB/common"
load "$BATS_LIB/guest"

examples='minimal opensnoop execsnoop exitsnoop sigsnoop tcpstates runqlat syscount bashreadline'

# make_packages INTO EPM…: with the command `EPM… build`.
make_packages() {
	local into=$1 name
	shift
	mkdir "$into"
	for name in $examples; do
		EPM_HOME=$BATS_FILE_TMPDIR/home "$@" -q -o "$into/$name.json" \
			"$EPM_SRC/examples/$name" >/dev/null || return
	done
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	"$BATS_LIB/guest-tree" tree "$EPM" "$EPM_TOOLS/cause" "$(command -v bash)"
	cp "$BATS_LIB/guest_examples.sh" tree/
	make_packages tree/packages "$EPM" build
}

# make_arm64: the same in the folder arm64; its epm makes the packages, with the types of $vmlinuz.
make_arm64() {
	local root built=$EPM_BUILD/build-arm64
	[ ! -d arm64/packages ] || return 0
	root=$("$BATS_LIB/cross" arm64) || skip "kernel: libraries for arm64 cannot be had"
	"$BATS_LIB/cross-epm" arm64 "$built" >&2
	"$BATS_LIB/guest-tree" --root "$root" arm64 "$built/epm" "$built/cause" "$root/bin/bash"
	cp "$BATS_LIB/guest_examples.sh" arm64/
	"$BATS_LIB/image_btf.py" "$vmlinuz" >arm64.btf
	make_packages arm64/packages qemu-aarch64 -L "$root" "$built/epm" build --btf arm64.btf
}

# runs_examples KERNEL
runs_examples() {
	local tree=tree
	cd "$BATS_FILE_TMPDIR" || return
	need_kernel "$1"
	case $1 in
	*-arm64)
		make_arm64
		tree=arm64
		;;
	esac
	guest_in "$tree" sh /guest_examples.sh
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

# One of them is enough for ./runtests: they are slow.
@test "arm64: the examples show what was caused" {
	local asked=${EPM_TEST_KERNELS-6.12-arm64}
	[[ $asked == *-arm64* ]] || skip "kernel: none of arm64 was asked for"
	for kernel in $asked; do
		[[ $kernel != *-arm64 ]] || runs_examples "$kernel"
	done
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
