#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# What epm doctor says of this kernel, held against other ways to see it.

load "$BATS_LIB/common"

setup_file() {
	[ "$(id -u)" = 0 ] || skip "kernel: needs root"
}

item() {
	jq -r --arg what "$1" ".items[] | select(.what == \$what) | $2" <<<"$output"
}

# listed KIND: ids of what is in the kernel
listed() {
	bpftool "$1" show --json | jq '.[].id' | sort -n
}

@test "doctor: nothing stays in the kernel" {
	before=$(listed prog; listed map; listed link)
	for _ in 1 2 3; do
		epm doctor
		exits 0
	done
	# others may have come and gone meanwhile; ours have a name
	is_clean() {
		[ "$(bpftool prog show --json | jq '[.[] | select(.name == "epm_doctor")] | length')" = 0 ]
	}
	wait_for is_clean
	[ "$(comm -13 <(sort <<<"$before") <(listed link | sort) | wc -l)" = 0 ]
	[ ! -e /sys/kernel/tracing/kprobe_events ] || not grep -q epm /sys/kernel/tracing/kprobe_events
	[ ! -e /sys/kernel/tracing/uprobe_events ] || not grep -q epm /sys/kernel/tracing/uprobe_events
}

@test "doctor: also when it is killed in the middle" {
	for _ in 1 2 3 4 5 6; do
		"$EPM" doctor >/dev/null 2>&1 3>&- &
		read -rt 0.0$((RANDOM % 9 + 1)) <> <(:) || true
		kill -9 $! 2>/dev/null || true
		wait $! || true
	done
	is_clean() {
		[ "$(bpftool prog show --json | jq '[.[] | select(.name == "epm_doctor")] | length')" = 0 ]
	}
	wait_for is_clean
}

@test "doctor: types as bpftool sees them" {
	epm doctor --json
	exits 0
	probed=$(bpftool feature probe kernel --json 2>/dev/null)
	for kind in program map; do
		for name in $(item "$kind types" '.has[]'); do
			# newer than bpftool, or asked by it without what the type needs
			has=$(jq -r ".${kind}_types.have_${name}_${kind/program/prog}_type" <<<"$probed")
			[ "$has" != false ] || [[ $name =~ ^(tracing|lsm|struct_ops|ext|syscall|user_ringbuf|cgrp_storage)$ ]] || {
				echo "$name: bpftool says no"
				return 1
			}
		done
		for name in $(item "$kind types" '.lacks[]'); do
			[ "$(jq -r ".${kind}_types.have_${name}_${kind/program/prog}_type" <<<"$probed")" != true ] || {
				echo "$name: bpftool says yes"
				return 1
			}
		done
	done
}
