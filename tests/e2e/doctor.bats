#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm doctor, with what can be taken away from it. What it says of real kernels: tests/kernel.

load "$BATS_LIB/common"

is_root() {
	[ "$(id -u)" = 0 ]
}

# state WHAT: of an item in the last output, which is JSON
state() {
	jq -r --arg what "$1" '.items[] | select(.what == $what) | .state' <<<"$output"
}

how() {
	jq -r --arg what "$1" '.items[] | select(.what == $what) | .how // ""' <<<"$output"
}

detail() {
	jq -r --arg what "$1" '.items[] | select(.what == $what) | .detail' <<<"$output"
}

# without_rights COMMAND…: root's name and nothing else, or who we are
without_rights() {
	if is_root; then
		setpriv --bounding-set=-all --inh-caps=-all "$@"
	else
		"$@"
	fi
}

# privately SCRIPT: in mounts of its own
privately() {
	is_root || skip "kernel: needs root to mount"
	run unshare --mount --propagation private bash -euc "$1"
}

@test "doctor: a table of 80 columns, JSON of the same" {
	run -0 --separate-stderr "$EPM" doctor
	for group in kernel programs system tools; do
		grep -qx "$group:" <<<"$output"
	done
	grep -qE "^release +ok +$(uname -r), $(uname -m)$" <<<"$output"
	[ "$(awk 'length > 80' <<<"$output" | grep -cv 'hint: [^ ]*$')" = 0 ]
	names=$(grep -oE '^[^ ].{20}(ok|note|missing|refused|unknown) ' <<<"$output" | cut -c1-20 | sed 's/ *$//')
	run -0 --separate-stderr "$EPM" doctor --json
	[ "$(jq -r '.items[] | .what' <<<"$output" | sort)" = "$(sort <<<"$names")" ]
	[ "$(jq -r '.items[] | .state' <<<"$output" | sort -u |
		grep -cvxE 'ok|note|missing|refused|unknown')" = 0 ]
	[ "$(jq '[.items[] | select(.detail == "")] | length' <<<"$output")" = 0 ]
}

@test "doctor: without root it says what it cannot see" {
	chmod 755 "$BATS_TEST_TMPDIR"
	user=()
	! is_root || user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	run -0 --separate-stderr "${user[@]}" env EPM_HOME=/proc/none "$EPM" doctor --json
	[ "$(jq .canLoad <<<"$output")" = null ]
	[ "$(state loading)" = unknown ]
	[ "$(how loading)" = "sudo epm doctor" ]
	[ "$(state capabilities)" = missing ]
	[[ "$(how capabilities)" == "sudo, or setcap"* ]]
	[ "$(jq -r '.items[] | select(.group == "attaching") | .state' <<<"$output" | uniq -c | tr -s ' ')" = " 10 unknown" ]
	[ "$(state "program types")" = unknown ]
}

@test "doctor: exit status 8 where nothing can be loaded" {
	is_root || skip "kernel: needs root to lose it"
	run -8 --separate-stderr without_rights "$EPM" doctor --json
	[ "$(jq .canLoad <<<"$output")" = false ]
	[ "$(state loading)" = refused ]
	[[ "$(how loading)" == *CAP_BPF* ]]
	# it is root already
	[[ "$(how capabilities)" == "this root lacks"* ]]
	[[ "$(detail capabilities)" == "lacks CAP_SYS_ADMIN, "* ]]
	[ "$(state kprobe)" = unknown ]
	[ "$stderr" = "epm: eBPF programs cannot be loaded here" ]
}

@test "doctor: BTF and file systems that are missing, and how to get them" {
	privately '
		mount --bind /dev/null /sys/kernel/btf/vmlinux
		for place in /sys/kernel/tracing /sys/kernel/debug /sys/fs/bpf; do
			while mountpoint -q $place; do umount -l $place; done
		done
		"$EPM" doctor --json'
	exits 0
	[ "$(state BTF)" = missing ]
	[[ "$(how BTF)" == *CONFIG_DEBUG_INFO_BTF=y* ]]
	[ "$(state tracefs)" = missing ]
	[ "$(how tracefs)" = "mount -t tracefs tracefs /sys/kernel/tracing" ]
	[ "$(state bpffs)" = note ]
	[ "$(how bpffs)" = "mount -t bpf bpf /sys/fs/bpf" ]
	[ "$(state tracepoint)" = missing ]
	[ "$(detail tracepoint)" = "tracefs is not mounted" ]
	[ "$(how tracepoint)" = "mount -t tracefs tracefs /sys/kernel/tracing" ]
	[ "$(state tp_btf)" = missing ]
}

@test "doctor: the cause of what is missing, in its own words" {
	is_root || skip "kernel: needs root to try"
	run -0 --separate-stderr "$EPM" doctor --json
	grep -qE "^has CAP_[A-Z_]+" <<<"$(detail capabilities)"
	# no errno stands where the cause is known
	jq -r '.items[] | select(.group == "attaching" and .state == "missing") | .detail' <<<"$output" >details
	! grep -q "No such file" details || false
	if [ ! -e /sys/bus/event_source/devices/kprobe ] && zgrep -qs "CONFIG_KPROBES is not set" /proc/config.gz; then
		[ "$(detail kprobe)" = "this kernel was built without kprobes" ]
		[ "$(how kprobe)" = "a kernel built with CONFIG_KPROBES=y" ]
	fi
	# what is refused is not what a newer kernel has
	if [[ "$(detail "program types")" == *refused:* ]]; then
		[[ "$(how "program types")" == *"may forbid"* ]]
	fi
}

@test "doctor: clang" {
	EPM_HOME=$PWD/none PATH=/nonexistent CLANG='' epm doctor --json
	[ "$(state clang)" = missing ]
	[[ "$(how clang)" == "apt-get install clang"* ]]
	printf '#!/bin/sh\necho "Debian clang version 19.1.4 (1)"\n' >clang
	chmod +x clang
	CLANG=$PWD/clang epm doctor --json
	[ "$(state clang)" = ok ]
	[[ $output == *"19 ($PWD/clang); epm build takes -mcpu=v3\""* ]]
	printf '#!/bin/sh\necho "Debian clang version 14.0.6"\n' >clang
	CLANG=$PWD/clang epm doctor --json
	[[ $output == *"14 ($PWD/clang); epm build takes -mcpu=v2, since"* ]]
}

@test "doctor: under sudo nothing is written as root" {
	is_root || skip "kernel: needs root to be somebody else"
	chmod 755 "$BATS_TEST_TMPDIR"
	mkdir home
	chown 65534:65534 home
	SUDO_UID=65534 SUDO_GID=65534 EPM_HOME=$PWD/home epm doctor --json
	exits 0
	[ "$(find home -uid 0 | wc -l)" = 0 ]
	[ "$(jq .canLoad <<<"$output")" = true ]
}
