#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck disable=SC2154,SC2034
# epm build --btf-dir: a layer with the types of kernels that have no BTF, small, without doubles, the
# same each time, and carried along by everything that carries packages.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

TRUSTS_ALL=1
own_btf=/sys/kernel/btf/vmlinux

setup_file() {
	[ -r "$own_btf" ] || skip "kernel: no BTF"
	local hub=$BATS_FILE_TMPDIR/hub machine
	machine=$(uname -m)
	mkdir -p "$hub"/debian/{11,12}/"$machine" "$hub/debian/12/s390x" "$hub/ubuntu/22.04/$machine"
	cp "$own_btf" "$hub/debian/12/$machine/6.1.0-13.btf"
	cp "$own_btf" "$hub/debian/12/$machine/6.1.0-14.btf"
	cp "$own_btf" "$hub/debian/12/s390x/6.1.0-14.btf"
	cp "$own_btf" "$hub/ubuntu/22.04/$machine/5.15.0-91-generic.btf"
	tar -C "$hub/ubuntu/22.04/$machine" -cJf "$hub/ubuntu/22.04/$machine/5.15.0-91-generic.btf.tar.xz" \
		5.15.0-91-generic.btf
	rm "$hub/ubuntu/22.04/$machine/5.15.0-91-generic.btf"
	make_other "$hub/debian/11/$machine/5.10.0-30.btf"
}

# make_other FILE: BTF of a kernel in which no member is called state, __state, prev_pid
make_other() {
	python3 - "$own_btf" "$1" <<-'END'
		import sys
		data = open(sys.argv[1], "rb").read()
		for name in (b"\0__state\0", b"\0skaddr\0"):
		    data = data.replace(name, name[:1] + b"x" * (len(name) - 2) + b"\0")
		open(sys.argv[2], "wb").write(data)
	END
}

hub() {
	echo "$BATS_FILE_TMPDIR/hub"
}

# layer REF: the file in the store with its kernel types
layer() {
	local digest
	digest=$("$EPM" inspect --json "$1" | jq -r '.layers[] |
		select(.mediaType == "application/vnd.eunomia.btf.v1.tar+zstd").digest')
	[ -n "$digest" ] && echo "$EPM_HOME/blobs/sha256/${digest#sha256:}"
}

types() {
	"$EPM" inspect --json "$1" | jq -c .package.kernelTypes
}

@test "a layer as BTFHub has it, each content once, for this architecture" {
	local m small
	m=$(uname -m)
	epm build --btf-dir "$(hub)" "$EPM_SRC/examples/tcpstates"
	exits 0
	[[ "$output" == *"kernels of other architectures are left out: 1"* ]]
	tar --zstd -tf "$(layer tcpstates:latest)" >names
	printf '%s\n' "debian/11/$m/5.10.0-30.btf" "debian/12/$m/6.1.0-13.btf" \
		"debian/12/$m/6.1.0-14.btf" "ubuntu/22.04/$m/5.15.0-91-generic.btf" | diff - names
	[ "$(types tcpstates:latest | jq -c 'del(.size)')" = '{"distinct":2,"kernels":4}' ]
	mkdir out
	tar --zstd -C out -xf "$(layer tcpstates:latest)"
	cd out/debian
	cmp "12/$m/6.1.0-13.btf" "12/$m/6.1.0-14.btf"
	! cmp -s "12/$m/6.1.0-13.btf" "11/$m/5.10.0-30.btf" || false
	small=$(stat -c %s "12/$m/6.1.0-13.btf")
	[ "$small" -lt 2000 ]
	bpftool btf dump file "12/$m/6.1.0-13.btf" | grep -q "STRUCT 'trace_event_raw_inet_sock_set_state'"
	[ "$(stat -c %s "$(layer tcpstates:latest)")" -lt 2000 ]
}

@test "the same input gives the same digest, one kernel more another" {
	local first
	"$EPM" build -q --btf-dir "$(hub)" "$EPM_SRC/examples/tcpstates" >first
	rm -rf "$EPM_HOME"
	trust_all
	cp -a "$(hub)" hub
	"$EPM" build -q --btf-dir hub "$EPM_SRC/examples/tcpstates" >second
	diff first second
	# the folders can be given one by one
	"$EPM" build -q --btf-dir hub/debian/11 --btf-dir hub/debian/12 --btf-dir hub/ubuntu \
		"$EPM_SRC/examples/tcpstates" >third
	diff first third
	cp "$own_btf" "hub/debian/12/$(uname -m)/6.1.0-15.btf"
	"$EPM" build -q --btf-dir hub "$EPM_SRC/examples/tcpstates" >fourth
	! diff -q first fourth >/dev/null || false
}

@test "it is cut down like bpftool does it, and resolves the same" {
	local m
	m=$(uname -m)
	"$EPM" build -q --btf-dir "$(hub)" -o . "$EPM_SRC/examples/tcpstates" >/dev/null
	tar --zstd -xf "$(layer tcpstates:latest)"
	bpftool gen min_core_btf "$own_btf" theirs.btf tcpstates.bpf.o
	diff <(bpftool btf dump file theirs.btf | sed 's/type_id=[0-9]*//g;s/index_//;s/^\[[0-9]*\]//' | sort) \
		<(bpftool btf dump file "debian/12/$m/6.1.0-13.btf" |
			sed 's/type_id=[0-9]*//g;s/index_//;s/^\[[0-9]*\]//' | sort)
}

@test "a plain file has no system, its name or its folder is its release" {
	local m
	m=$(uname -m)
	cp "$own_btf" 6.9.1-custom.btf
	epm build -q --btf-dir 6.9.1-custom.btf "$EPM_SRC/examples/tcpstates"
	exits 0
	[ "$(tar --zstd -tf "$(layer tcpstates:latest)")" = "unknown/unknown/$m/6.9.1-custom.btf" ]
}

@test "a kernel whose release nothing says is left out, and refused alone" {
	mkdir hub
	cp "$own_btf" hub/sid-amd64.btf
	cp "$own_btf" hub/another.btf
	epm build --btf-dir hub "$EPM_SRC/examples/tcpstates"
	exits 8
	says "epm: --btf-dir: the release of no kernel is known (the first: another.btf)"
	[[ "$output" == *"hint: the file of a kernel is named by its release"* ]]
	cp "$own_btf" hub/6.1.0-13.btf
	epm build --btf-dir hub "$EPM_SRC/examples/tcpstates"
	exits 0
	says "epm: warning: left out, since their release is not known: 2 kernels (the first: another.btf)"
	[[ "$output" == *"types of 1 kernel (1 different, "* ]]
	[ "$(types tcpstates:latest | jq .kernels)" = 1 ]
}

@test "what is damaged in a folder is left out and named" {
	cp -a "$(hub)" hub
	head -c 3000 "$own_btf" >"hub/debian/12/$(uname -m)/6.1.0-16.btf"
	epm build --btf-dir hub "$EPM_SRC/examples/tcpstates"
	exits 0
	[[ "$output" == *"left out: "*"6.1.0-16"* ]]
	[ "$(types tcpstates:latest | jq .kernels)" = 4 ]
}

@test "what cannot be is refused with its reason" {
	cat >ids.bpf.c <<-'END'
		#include "vmlinux.h"
		#include <bpf/bpf_helpers.h>
		#include <bpf/bpf_core_read.h>
		SEC("tp/syscalls/sys_enter_kill")
		int f(void *ctx)
		{
			bpf_printk("%d", bpf_core_type_id_kernel(struct task_struct));
			return 0;
		}
		char LICENSE[] SEC("license") = "GPL";
	END
	epm build --btf-dir "$(hub)" ids.bpf.c
	exits 8
	[[ "$output" == *"ids.bpf.c:7: the kernel's own type id of struct task_struct is asked for, which a part of its BTF does not have"* ]]
	epm build --btf-dir nothing "$EPM_SRC/examples/tcpstates"
	exits 3
	mkdir empty
	epm build --btf-dir empty "$EPM_SRC/examples/tcpstates"
	exits 3
	epm build --btf-dir "$(hub)/debian/12/s390x" "$EPM_SRC/examples/tcpstates"
	exits 8
	[[ "$output" == *"no kernel for this architecture ($(uname -m))"* ]]
	epm ls
	exits 0
	[[ "$output" != *tcpstates* ]]
}

@test "an object that asks for no types gets no layer" {
	printf '%s\n' '#include <linux/bpf.h>' '#include <bpf/bpf_helpers.h>' \
		'SEC("tp/syscalls/sys_enter_kill") int f(void *ctx) { return 0; }' \
		'char LICENSE[] SEC("license") = "GPL";' >none.bpf.c
	epm build --btf-dir "$(hub)" none.bpf.c
	exits 0
	[[ "$output" == *"none asks for no kernel types"* ]]
	[ "$(types none:latest)" = null ]
	! layer none:latest || false
}

@test "inspect says how many; push, pull, save and load carry it" {
	local before
	start_registry
	"$EPM" build -q --btf-dir "$(hub)" "$EPM_SRC/examples/tcpstates" >/dev/null
	before=$(sha256sum <"$(layer tcpstates:latest)")
	epm inspect tcpstates:latest
	[[ "$output" == *"Kernel types"*"kernels   4"* ]]
	"$EPM" tag tcpstates:latest "$registry/tcpstates:1" >/dev/null
	"$EPM" push "$registry/tcpstates:1" >/dev/null
	"$EPM" save -o all.tar tcpstates:latest >/dev/null
	fresh_home
	"$EPM" pull "$registry/tcpstates:1" >/dev/null
	[ "$(sha256sum <"$(layer "$registry/tcpstates:1")")" = "$before" ]
	fresh_home
	"$EPM" load all.tar >/dev/null
	[ "$(sha256sum <"$(layer tcpstates:latest)")" = "$before" ]
	is_sound
}

# What ecc --btfgen makes: package.json and BTF of kernels in one tar.
@test "a tar with package.json is a package" {
	"$EPM" build -q -o . "$EPM_SRC/examples/tcpstates" >/dev/null
	mkdir -p btfhub-archive
	cp -a "$(hub)"/* btfhub-archive/
	find btfhub-archive -name '*.tar.xz' -delete
	tar -cf tool.tar btfhub-archive package.json tcpstates.bpf.o
	epm run ./tool.tar --help
	exits 0
	[[ "$output" == *"Shows how TCP sockets change their state"* ]]
	tar -cf none.tar btfhub-archive
	epm run ./none.tar --help
	exits 6
	[[ "$output" == *"an archive without a package.json"* ]]
}
