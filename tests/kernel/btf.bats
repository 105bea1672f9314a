#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck disable=SC2154,SC2034
# Kernels without BTF: in a mount namespace of its own this one has none. Packages bring what they
# need of it; programs that no package can help are named, or others taken in their place.

load "$BATS_LIB/common"
load "$BATS_LIB/kernel"

own_btf=/sys/kernel/btf/vmlinux

setup_file() {
	[ -r "$own_btf" ] || skip "kernel: no BTF"
	unshare -m mount --bind /dev/null "$own_btf" || skip "kernel: no mount namespaces"
	. /etc/os-release
	local here there place
	place=$ID/$VERSION_ID/$(uname -m)
	here=$BATS_FILE_TMPDIR/here/$place there=$BATS_FILE_TMPDIR/there/$place
	mkdir -p "$here" "$there"
	cp "$own_btf" "$here/$(uname -r).btf"
	cp "$own_btf" "$there/1.2.3-other.btf"
	export EPM_HOME=$BATS_FILE_TMPDIR/home
	"$EPM" build -q --btf-dir "$BATS_FILE_TMPDIR/here" "$EPM_SRC/examples/sigsnoop" >/dev/null
	"$EPM" build -q --btf-dir "$BATS_FILE_TMPDIR/here" "$EPM_SRC/examples/runqlat" >/dev/null
	"$EPM" build -q --btf-dir "$BATS_FILE_TMPDIR/there" -t other "$EPM_SRC/examples/runqlat" >/dev/null
	"$EPM" build -q -t without "$EPM_SRC/examples/runqlat" >/dev/null
}

# without_btf COMMAND…
without_btf() {
	# shellcheck disable=SC2016 # for the shell inside
	unshare -m sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$own_btf" "$@"
}

# as start_run() and epm(), on a kernel without BTF
start_without() {
	cat >epm-without <<-END
		#!/bin/sh
		exec unshare -m sh -c 'mount --bind /dev/null $own_btf && exec "\$@"' sh "$EPM" "\$@"
	END
	chmod +x epm-without
	EPM=./epm-without start_run "$@"
}

@test "what the package brings for this kernel is used, and events come" {
	start_without --json runqlat:latest
	grep -q "runqlat: types of this kernel from the package, [0-9]* bytes" err
	wait_for has_lines 1 out
	end_run
	exits 0
}

@test "of tp_btf and raw_tp the one that needs no BTF of the kernel is taken" {
	cat >twins.bpf.c <<-'END'
		#include "vmlinux.h"
		#include <bpf/bpf_helpers.h>
		#include <bpf/bpf_core_read.h>
		SEC("tp_btf/sched_switch")
		int own(void *ctx)
		{
			return 0;
		}
		SEC("raw_tp/sched_switch")
		int raw(void *ctx)
		{
			struct task_struct *task = (void *)bpf_get_current_task();
			return BPF_CORE_READ(task, pid) & 0;
		}
		char LICENSE[] SEC("license") = "GPL";
	END
	"$EPM" build -q --btf-dir "$BATS_FILE_TMPDIR/here" twins.bpf.c >/dev/null
	run without_btf "$EPM" check -j twins
	exits 0
	[ "$(jq -c '[.[0].verdict, (.[0].programs[] | .verdict)]' <<<"$output")" = \
		'["no-known-obstacle","left-out","no-known-obstacle"]' ]
	start_without twins
	grep -q "program own (tp_btf/sched_switch) is left out\|program own (tp_btf/sched_switch) is not loaded" err
	grep -qE "programs attached: 1($|;)" err || { cat err >&2; false; }
	end_run
	exits 0
	start_run twins
	grep -q "program raw (raw_tp/sched_switch) is not loaded: an alternative is taken" err
	end_run
	exits 0
}

@test "none for this kernel, none at all: refused with what would help" {
	. /etc/os-release
	run without_btf "$EPM" check -j other
	exits 8
	[[ $output == *'and the package has none for it'* ]]
	run without_btf "$EPM" run -d 1 other
	exits 8
	[[ "$output" == *"this kernel has no BTF, and the package has none for it ($ID $VERSION_ID, $(uname -m), $(uname -r)), only for 1 other"* ]]
	[[ "$output" == *"--btf FILE"* ]]
	run without_btf "$EPM" run -d 1 without
	exits 8
	[[ "$output" == *"this kernel has no BTF"* ]]
	cp "$own_btf" own.btf
	run without_btf "$EPM" run -d 1 --btf own.btf other
	exits 0
}

@test "--btf of another release is said where this kernel has its own, of another machine refused" {
	cp "$own_btf" 1.2.3-other.btf
	epm run -d 10ms --btf 1.2.3-other.btf runqlat:latest
	exits 0
	says "epm: warning: --btf 1.2.3-other.btf is of Linux 1.2.3-other, this is $(uname -r): what is read of the kernel may be wrong; without --btf this kernel's own types are taken"
	cp "$own_btf" "$(uname -r).btf"
	epm run -d 10ms --btf "$(uname -r).btf" runqlat:latest
	exits 0
	[[ "$output" != *"warning:"* ]]
	run without_btf "$EPM" run -d 10ms --btf 1.2.3-other.btf runqlat:latest
	exits 0
	[[ "$output" != *"warning:"* ]]
	[ "$(uname -m)" = x86_64 ] || return 0
	clang -g -O2 -target bpf -DARM -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-c "$EPM_SRC/tests/data/check/kernel.c" -o arm.o
	llvm-objcopy --dump-section .BTF=arm.btf arm.o arm.tmp
	epm run -d 10ms --btf arm.btf runqlat:latest
	exits 8
	says "epm: --btf: arm.btf is of a kernel for aarch64, this machine is x86_64"
}

@test "a kernel with BTF does not look at the layer" {
	start_run other
	! grep -q "from the package" err || false
	end_run
	exits 0
}

@test "a program that needs the kernel's own BTF is named, or left out where it is optional" {
	cat >two.bpf.c <<-'END'
		#include "vmlinux.h"
		#include <bpf/bpf_helpers.h>
		#include <bpf/bpf_core_read.h>
		SEC("tp_btf/sched_switch")
		int own(void *ctx)
		{
			return 0;
		}
		SEC("tp/sched/sched_process_exit")
		int plain(void *ctx)
		{
			struct task_struct *task = (void *)bpf_get_current_task();
			bpf_printk("%d", BPF_CORE_READ(task, pid));
			return 0;
		}
		char LICENSE[] SEC("license") = "GPL";
	END
	"$EPM" build -q --btf-dir "$BATS_FILE_TMPDIR/here" two.bpf.c >/dev/null
	run without_btf "$EPM" run -d 1 two
	exits 8
	[[ "$output" == *"own (tp_btf/sched_switch)"* ]]
	run without_btf "$EPM" run -d 1 --skip own two
	exits 0
	sed 's|^SEC("tp_btf|/// @optional\n&|' two.bpf.c >three.bpf.c
	"$EPM" build -q --btf-dir "$BATS_FILE_TMPDIR/here" three.bpf.c >/dev/null
	run without_btf "$EPM" run -v -d 1 three
	exits 0
	[[ "$output" == *"own (tp_btf/sched_switch) is left out"* ]]
}

@test "a tar as ecc makes it is run with the BTF in it" {
	"$EPM" build -q -o . "$EPM_SRC/examples/runqlat" >/dev/null
	mkdir btfhub-archive
	cp -a "$BATS_FILE_TMPDIR/here"/* btfhub-archive/
	tar -cf tool.tar btfhub-archive package.json
	run without_btf "$EPM" run --allow-unsigned -v -d 1 ./tool.tar
	exits 0
	[[ "$output" == *"types of this kernel from the package"* ]]
}
