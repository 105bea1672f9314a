#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm check: kinds of programs that a kernel does not take at all, and what a package does not say.

load "$BATS_LIB/common"

own_btf=/sys/kernel/btf/vmlinux

# object NAME < SOURCE after the headers
object() {
	{
		printf '#include <linux/bpf.h>\n#include <linux/types.h>\n#include <bpf/bpf_helpers.h>\n'
		printf 'char LICENSE[] SEC("license") = "GPL";\n'
		cat
	} | clang -g -O2 -target bpf -idirafter "/usr/include/$(uname -m)-linux-gnu" -x c - -c -o "$1.bpf.o"
}

# on NAME SECTION: an object with one program
on() {
	object "$1" <<<"SEC(\"$2\") int p(void *ctx) { return 0; }"
}

# verdict OPTION…: of the object that was made last
verdict() {
	epm check --json "$@"
	jq -r '.[0].verdict' <<<"$output"
}

reason() {
	jq -r '[.[0].findings[] | select(.level != "ok") | .why] | join("; ")' <<<"$output"
}

need_btf() {
	[ -r $own_btf ] || skip "kernel: it has no BTF"
	cat $own_btf >kernel.btf
}

@test "what the options say the kernel was built without" {
	need_btf
	printf 'CONFIG_KPROBES=y\nCONFIG_BPF_EVENTS=y\n%s\n' '# CONFIG_KPROBE_EVENTS is not set' \
		'# CONFIG_BPF_LSM is not set' '# CONFIG_FTRACE_SYSCALLS is not set' >config
	on probe kprobe/do_exit
	[ "$(verdict probe.bpf.o -b kernel.btf --kernel-config config)" = cannot-run ]
	epm check --json probe.bpf.o -b kernel.btf --kernel-config config
	exits 8
	[ "$(reason)" = 'this kernel was built without kprobes (CONFIG_KPROBE_EVENTS)' ]
	on call tracepoint/syscalls/sys_enter_kill
	epm check --json call.bpf.o -b kernel.btf --kernel-config config
	[ "$(reason)" = 'this kernel was built without tracepoints (CONFIG_FTRACE_SYSCALLS)' ]
	on event tracepoint/sched/sched_switch
	[ "$(verdict event.bpf.o -b kernel.btf --kernel-config config)" = no-known-obstacle ]
	on hook lsm/file_open
	epm check --json hook.bpf.o -b kernel.btf --kernel-config config
	[[ "$(reason)" == *'without LSM programs (CONFIG_BPF_LSM)'* ]]
	printf 'CONFIG_KPROBES=y\nCONFIG_KPROBE_EVENTS=y\nCONFIG_BPF_EVENTS=y\n' >config
	[ "$(verdict probe.bpf.o -b kernel.btf --kernel-config config)" = no-known-obstacle ]
}

@test "the running kernel: as epm doctor has it" {
	[ "$(id -u)" = 0 ] || skip "kernel: needs root to try"
	need_btf
	"$EPM" doctor --json >doctor || true
	for pair in 'kprobe kprobe/do_exit' 'LSM lsm/file_open' 'fentry fentry/do_exit' \
		'tracepoint tracepoint/sched/sched_switch' 'raw-tracepoint raw_tp/sched_switch'; do
		read -r what section <<<"$pair"
		state=$(jq -r --arg what "${what//-/ }" '.items[] | select(.what == $what) | .state' doctor)
		on program "$section"
		run "$EPM" check --json ./program.bpf.o
		case $state in
		ok | note) [ "$status" = 0 ] ;;
		*) [ "$status" = 8 ] ;;
		esac || {
			printf '%s: doctor says %s, check:\n%s\n' "$section" "$state" "$output" >&2
			return 1
		}
	done
}

@test "the running kernel: helpers and program types are tried" {
	[ "$(id -u)" = 0 ] || skip "kernel: needs root to try"
	object wrong <<-'END'
		SEC("xdp") int p(struct xdp_md *ctx) { return bpf_skb_load_bytes(ctx, 0, &(int){ 0 }, 4) < 0; }
	END
	epm check --json ./wrong.bpf.o
	exits 8
	[ "$(reason)" = 'xdp programs may not call it' ]
	object right <<-'END'
		SEC("tc") int p(struct __sk_buff *ctx) { return bpf_skb_load_bytes(ctx, 0, &(int){ 0 }, 4) < 0; }
	END
	epm check --json ./right.bpf.o
	exits 0
}

@test "what the package does not say" {
	need_btf
	on bare uprobe
	[ "$(verdict bare.bpf.o -b kernel.btf)" = incomplete ]
	epm check bare.bpf.o -b kernel.btf
	exits 0
	[[ $output == *'it does not say what it is attached to (--attach p=uprobe/'* ]]
	object unsized <<-'END'
		struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, int); __type(value, int); } start SEC(".maps");
		SEC("tp/syscalls/sys_enter_kill") int p(void *ctx) { int k = 0; return !bpf_map_lookup_elem(&start, &k); }
	END
	[ "$(verdict unsized.bpf.o -b kernel.btf)" = incomplete ]
	epm check unsized.bpf.o -b kernel.btf
	exits 0
	[[ $output == *'map start has no size'* ]]
}

@test "the file of a uprobe, here" {
	need_btf
	on there uprobe//bin/sh:main
	on nowhere uprobe//no/such/file:main
	epm check --json ./nowhere.bpf.o
	exits 8
	[[ "$(reason)" == *'there is no file /no/such/file'* ]]
	[ "$(verdict ./nowhere.bpf.o -b kernel.btf)" = no-known-obstacle ]
	epm check --json ./there.bpf.o
	[[ "$(reason)" != *'there is no file'* ]]
}
