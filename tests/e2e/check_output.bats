#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm check: how its results come out, and what becomes of those that are there when others are not.

load "$BATS_LIB/common"

objects=$BATS_TEST_DIRNAME/../data/check

compiled() {
	clang -g -O2 -target bpf -mcpu=v2 -idirafter "/usr/include/$(uname -m)-linux-gnu" "${@:3}" \
		-c "$1" -o "$2"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	for name in field guarded helper targets; do
		compiled "$objects/$name.bpf.c" "$name.bpf.o"
	done
	mkdir kernels
	for name in new old; do
		compiled "$objects/kernel.c" "$name.o" -D"${name^^}"
		llvm-objcopy --dump-section .BTF="kernels/$name.btf" "$name.o" "$name.tmp"
	done
}

# check OBJECT KERNEL [OPTIONS]
check() {
	epm check "${@:3}" --btf "$BATS_FILE_TMPDIR/kernels/$2.btf" "$BATS_FILE_TMPDIR/$1.bpf.o"
}

# is_xml FILE: a whole document of JUnit
is_xml() {
	python3 -c 'import sys, xml.etree.ElementTree as tree
assert tree.parse(sys.argv[1]).getroot().tag == "testsuite"' "$1"
}

@test "--junit: a link stays and leads to it, a pipe is written into" {
	echo old >target.xml
	ln -s target.xml link.xml
	check field new --junit link.xml
	exits 0
	[ -L link.xml ]
	is_xml target.xml
	ln -s not-yet.xml dangling.xml
	check field new --junit dangling.xml
	[ -L dangling.xml ]
	is_xml not-yet.xml
	mkfifo pipe
	timeout 20 cat pipe >read.xml &
	check field new --junit pipe
	wait $!
	exits 0
	[ -p pipe ]
	is_xml read.xml
}

@test "a device is written into, whatever option names it" {
	[ "$(id -u)" = 0 ] || skip "root: needed to make a device"
	mknod null c 1 3
	check field new --junit null
	exits 0
	[ -c null ]
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	epm vmlinux -o null
	exits 0
	[ -c null ]
	cp "$objects"/{helper.bpf.c,types.h} .
	epm build helper.bpf.c --provenance-file null
	exits 0
	epm save helper -o null
	exits 0
	[ -c null ]
	mknod null.json c 1 3
	epm build helper.bpf.c -o null.json
	exits 0
	[ -c null.json ]
	epm lock helper --lock-file null
	exits 2
	[ -c null ]
}

@test "--junit -: standard output, without the table" {
	"$EPM" check --junit - --btf "$BATS_FILE_TMPDIR/kernels/new.btf" \
		"$BATS_FILE_TMPDIR/field.bpf.o" >out.xml
	is_xml out.xml
	check field new --junit - --json
	exits 2
	says 'epm: --json and --junit - both go to standard output'
}
