#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck disable=SC2154,SC2034
# Where programs are attached: places that the section does not name, another section, iterators,
# optional programs that the kernel refuses; and objects that epm did not build.

load "$BATS_LIB/common"
load "$BATS_LIB/kernel"

setup_file() {
	for object in places tasks refused plain; do
		build_object "$object"
	done
}

cgroup2() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# packet: a datagram of 1000 bytes to nobody on loopback: 1028 with its headers.
packet() {
	python3 -c 'import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x" * 1000, ("127.0.0.1", 9))'
}

saw() {
	grep -qF "\"where\":\"$1\",\"length\":$2}" out
}

foreign() {
	clang -g -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" "$@" \
		-c "$EPM_SRC/tests/data/objects/foreign.c" -o foreign.o
}

@test "xdp, tc in both directions, a cgroup and a clock" {
	local cgroup filters qdiscs
	cgroup=$(cgroup2)
	[ -n "$cgroup" ] || {
		mkdir cgroup
		mount -t cgroup2 none cgroup || skip "kernel: no cgroup2"
		cgroup=$PWD/cgroup
	}
	qdiscs=$(tc qdisc show dev lo)
	start_run --json --iface lo --cgroup "$cgroup" places
	packet
	for where in AT_XDP AT_INGRESS AT_EGRESS AT_CGROUP; do
		wait_for saw "$where" 1028
	done
	wait_for saw AT_CLOCK 0
	end_run
	exits 0
	wait_for ids_are_gone
	[ "$(tc qdisc show dev lo)" = "$qdiscs" ]
	umount cgroup 2>/dev/null || true
}

@test "kill -9 leaves nothing on the interface" {
	start_run --json --iface lo --skip at_cgroup --skip at_clock places
	end_run KILL
	wait_for ids_are_gone
	not grep -q xdp <(ip -o link show dev lo)
}

@test "without a place it says which option gives one" {
	epm run --skip at_cgroup --skip at_ingress places
	exits 2
	says 'epm: places: program at_xdp (xdp) needs to be told where to attach'
	says 'epm: hint: --iface NAME says it; --skip at_xdp --skip at_egress runs the package without them'
	epm run --iface nosuch0 places
	exits 3
	says "epm: places: there is no network interface 'nosuch0'"
	epm run --skip at_xdp --skip at_ingress --skip at_egress places
	exits 2
	says 'epm: hint: --cgroup PATH says it; --skip at_cgroup runs the package without it'
}

@test "a second xdp program is refused, the first stays" {
	start_run --iface lo --skip at_cgroup --skip at_clock --skip at_ingress --skip at_egress places
	epm run --iface lo --skip at_cgroup --skip at_clock --skip at_ingress --skip at_egress places
	exits 1
	says 'epm: places: program at_xdp: another program is attached to lo'
	end_run
	exits 0
}

@test "an iterator is read once, or at an interval" {
	epm run tasks
	exits 0
	grep -q "^$$ bash" <<<"$output"
	epm run --json tasks
	exits 0
	jq -es --arg line "$$ bash" \
		'map(select(.source == "each_task" and .line == $line)) | length == 1' <<<"$output"
	epm run --interval 50ms --duration 280ms tasks
	exits 0
	[ "$(grep -c "^$$ bash" <<<"$output")" -ge 3 ]
}

@test "an optional program that the verifier refuses is left out, and that is said" {
	epm run --duration 10ms refused
	exits 0
	grep -q '^epm: refused: the verifier refused program wild: .*; it is optional and left out$' \
		<<<"$output"
}

@test "records of an object that nothing describes are shown as bytes" {
	foreign
	start_run --allow-unsigned --json --count 1 foreign.o
	kill -0 $$
	wait_run
	exits 0
	says 'epm: foreign: nothing tells which struct the records of map events are: they are shown as bytes'
	[ "$(jq -r .raw out)" = 0403020161626300 ]
}

@test "a global pointer to a struct tells the type of the records" {
	foreign -DHAS_POINTER
	start_run --allow-unsigned --json --count 1 foreign.o
	kill -0 $$
	wait_run
	exits 0
	[ "$(jq -c '[.number, .word]' out)" = '[16909060,"abc"]' ]
}

@test "--attach takes PROGRAM=SECTION" {
	epm run --attach nonsense places
	exits 2
	says "epm: --attach: 'nonsense' is not PROGRAM=SECTION"
	epm run --attach at_xdp=kprobe/x --iface lo places
	exits 6
	says 'epm: configuration: program at_xdp was compiled for xdp and cannot be attached to kprobe/x'
}
