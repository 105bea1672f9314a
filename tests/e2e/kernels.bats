#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Kernels in files and folders, and what is kept of them, through epm check.
load "$BATS_LIB/common"

own_btf=/sys/kernel/btf/vmlinux

setup_file() {
	# somewhere else than below TMPDIR, which is each test's own
	export PACKAGE=$BATS_FILE_TMPDIR/plain.o
	clang -g -O2 -target bpf -idirafter "/usr/include/$(uname -m)-linux-gnu" -x c - -c -o "$PACKAGE" <<-'END'
		#include <linux/bpf.h>
		#include <bpf/bpf_helpers.h>
		SEC("xdp.frags") int frame(struct xdp_md *ctx) { return XDP_PASS; }
		SEC("tp/syscalls/sys_enter_kill") int killed(void *ctx) { return 0; }
		char LICENSE[] SEC("license") = "GPL";
	END
}

# own NAME: this kernel's BTF as a file
own() {
	[ -r $own_btf ] || skip "kernel: it has no BTF"
	mkdir -p "$(dirname "$1")"
	cat $own_btf >"$1"
}

# check PATH…: the package against these
check() {
	local paths=()
	for path in "$@"; do
		paths+=(--btf "$path")
	done
	epm check "$PACKAGE" "${paths[@]}" --json
}

# kernels: "kernel architecture verdict", one a line
kernels() {
	sed '/^epm: /d' <<<"$output" | jq -r '.[] | [.kernel, .architecture // "-", .verdict] | join(" ")'
}

# image PAYLOAD OUT: x86's bzImage around compressed data
image() {
	python3 - "$@" <<-'END'
		import struct, sys
		payload = open(sys.argv[1], "rb").read() + struct.pack("<I", 1 << 20)
		head = bytearray(2048)
		head[0x1f1] = 2
		head[0x202:0x206] = b"HdrS"
		struct.pack_into("<H", head, 0x206, 0x20f)
		struct.pack_into("<II", head, 0x248, 512, len(payload))
		open(sys.argv[2], "wb").write(head + payload + b"the end")
	END
}

@test "kernels: a tree as BTFHub has it" {
	own debian/12/x86_64/5.10.0-9-amd64.btf
	mkdir -p hub/debian/12/x86_64 hub/ubuntu/22.04/arm64
	tar -C debian/12/x86_64 -cJf hub/debian/12/x86_64/5.10.0-9-amd64.btf.tar.xz 5.10.0-9-amd64.btf
	cp debian/12/x86_64/5.10.0-9-amd64.btf hub/debian/12/x86_64/5.4.0-9-amd64.btf
	gzip -k -1 debian/12/x86_64/5.10.0-9-amd64.btf
	cp debian/12/x86_64/5.10.0-9-amd64.btf.gz hub/ubuntu/22.04/arm64/6.5.0.btf.gz
	echo "nothing" >hub/README
	ln -s /etc hub/etc
	check hub
	exits 0
	[ "$(kernels)" = "debian/12/x86_64/5.4.0-9-amd64 $(uname -m) no-known-obstacle
debian/12/x86_64/5.10.0-9-amd64 $(uname -m) no-known-obstacle
ubuntu/22.04/arm64/6.5.0 $(uname -m) no-known-obstacle" ]
}

@test "kernels: images and archives" {
	own small.btf
	xz -1 -k small.btf
	image small.btf.xz vmlinuz-6.1.0-1-amd64
	mkdir set
	cp small.btf set/5.10.0.btf
	cp small.btf set/5.15.0.btf
	tar -C set -cf set.tar 5.10.0.btf 5.15.0.btf
	check vmlinuz-6.1.0-1-amd64 set.tar
	exits 0
	[ "$(kernels | cut -d' ' -f1,3)" = "6.1.0-1-amd64 no-known-obstacle
set.tar/5.10.0 no-known-obstacle
set.tar/5.15.0 no-known-obstacle" ]
}

@test "kernels: what was unpacked is kept and found again" {
	own small.btf
	gzip -1 small.btf
	# a file that changed just now is not kept
	is_kept() {
		check small.btf.gz
		[ "$(find "$EPM_HOME/btf/source" -type f 2>/dev/null | wc -l)" = 1 ]
	}
	wait_for is_kept
	first=$output
	[ "$(stat -c %a "$EPM_HOME/btf")" = 700 ]
	[ "$(find "$EPM_HOME/btf" -type f -perm /077 | wc -l)" = 0 ]
	# nothing is unpacked, so nothing is loaded for it
	LD_DEBUG=files check "$PWD/small.btf.gz"
	[[ $output != *libarchive* ]]
	LD_DEBUG=files EPM_HOME=$PWD/other check small.btf.gz
	[[ $output == *libarchive* ]]
	check small.btf.gz
	[ "$output" = "$first" ]
}

@test "kernels: what is kept is no part of the store" {
	own small.btf
	make_store a/b:1
	epm ls
	exits 0
	before=$output
	is_kept() { check small.btf && [ -d "$EPM_HOME/btf/source" ]; }
	wait_for is_kept
	epm ls
	exits 0
	[ "$output" = "$before" ]
	is_sound
	epm prune
	exits 0
	[ "$(find "$EPM_HOME/btf" -maxdepth 1 -type f | wc -l)" = 1 ]
	rm -r "$EPM_HOME/btf"
	check small.btf
	exits 0
}

@test "kernels: nowhere to keep it is no error" {
	own small.btf
	mkdir -p "$EPM_HOME"
	echo >"$EPM_HOME/btf"
	check small.btf
	exits 0
	[ "$(cat "$EPM_HOME/btf")" = "" ]
	EPM_HOME=/proc/none check small.btf
	exits 0
}

@test "kernels: many at once on one cache" {
	own small.btf
	gzip -1 small.btf
	pids=()
	for i in 1 2 3 4 5 6; do
		for j in 1 2 3; do
			"$EPM" check "$PACKAGE" --btf small.btf.gz --json || echo "failed $j"
		done >"out.$i" 2>&1 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(cat out.* | grep -c no-known-obstacle)" -gt 0 ]
	[ "$(cat out.* | sort | uniq -c | awk '{ print $1 % 18 }' | sort -u)" = 0 ]
	[ "$(find "$EPM_HOME/btf" -name '*.tmp' | wc -l)" = 0 ]
	[ "$(find "$EPM_HOME/btf" -maxdepth 1 -type f | wc -l)" = 1 ]
}

@test "kernels: what is none, or is broken" {
	mkdir empty
	echo "no kernel" >text
	epm check "$PACKAGE" --btf missing
	exits 3
	epm check "$PACKAGE" --btf empty
	exits 3
	says "epm: empty: no kernel is in this folder"
	epm check "$PACKAGE" --btf text
	exits 6
	says "epm: text: not a kernel: neither BTF nor ELF nor an image of one"
	epm check "$PACKAGE" --btf "$PACKAGE"
	exits 6
	says "epm: $PACKAGE: an eBPF object, not a kernel"
	gzip -k text
	epm check "$PACKAGE" --btf text.gz
	exits 6
	mkdir hub
	head -c 1000 /dev/zero | tar -C . -cf hub/5.10.btf.tar text
	check hub
	exits 6
	[[ $output == *"no kernel is in this archive"* ]]
}

# unread: the labels of what could not be read and why, one a line
unread() {
	sed '/^epm: /d' <<<"$output" | jq -r '.[] | select(.verdict == "not-read") | [.kernel, .why] | join(": ")'
}

@test "kernels: what promises one in a folder and is none is not passed over" {
	own hub/5.10.0.btf
	cd hub
	head -c 3000 $own_btf >5.11.0.btf
	: >vmlinuz-5.12.0
	echo "no kernel" >vmlinux-5.13.0
	xz -k 5.10.0.btf
	head -c 30000 5.10.0.btf.xz >5.14.0.btf.xz
	rm 5.10.0.btf.xz
	cp /bin/true vmlinux-5.15.0
	# these promise nothing
	echo "int x;" >vmlinux.h
	echo "0123 5.10.0.btf" >5.10.0.btf.sha256
	echo "no kernel" >README
	cp /bin/true tool
	cd ..
	check hub
	exits 6
	[ "$(unread)" = "5.11.0: hub/5.11.0.btf: not valid BTF: the types pass the end
5.12.0: hub/vmlinuz-5.12.0: not a kernel: it is empty
5.13.0: hub/vmlinux-5.13.0: not a kernel: neither BTF nor ELF nor an image of one
5.14.0: hub/5.14.0.btf.xz: truncated or damaged
5.15.0: hub/vmlinux-5.15.0: this kernel has no BTF" ]
	[ "$(kernels | wc -l)" = 6 ]
	check hub/tool
	exits 6
	says "epm: hub/tool: not a kernel: an ELF file without BTF"
	epm run --allow-unsigned --btf hub/tool "$PACKAGE"
	exits 6
	says "epm: hub/tool: not a kernel: an ELF file without BTF"
}

@test "kernels: what may not be read in a folder is not passed over" {
	[ "$(id -u)" = 0 ] || skip "kernel: needs root to be somebody else"
	chmod 755 "$BATS_TEST_TMPDIR"
	own hub/5.10.0.btf
	mkdir -m 700 hub/closed hub/lost+found
	own hub/secret
	own hub/System.map-6.1
	chmod 644 hub/5.10.0.btf
	chmod 600 hub/secret hub/System.map-6.1
	chmod 644 "$PACKAGE"
	cp "$PACKAGE" plain.o
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
		env EPM_HOME=/proc/none "$EPM" check ./plain.o --btf hub --json
	exits 6
	[ "$(unread)" = "closed: open hub/closed: Permission denied
secret: open hub/secret: Permission denied" ]
	[[ $output == *"2 kernels could not be read"* ]]
}

@test "kernels: links in a folder are followed to files" {
	own real/5.10.0.btf
	mkdir hub
	ln -s ../real/5.10.0.btf hub/5.11.0.btf
	ln -s ../real hub/folder
	ln -s . hub/loop
	ln -s nowhere hub/5.12.0.btf
	ln -s nowhere hub/README
	mkfifo pipe
	ln -s ../pipe hub/pipe.btf
	check hub
	exits 6
	[ "$(kernels)" = "5.11.0 $(uname -m) no-known-obstacle
5.12.0 - not-read" ]
	[ "$(unread)" = "5.12.0: open hub/5.12.0.btf: No such file or directory" ]
}

@test "kernels: those of other suites" {
	list=$("$EPM_SRC/tests/support/kernels" --cached) ||
		skip "kernel: none were fetched (tests/support/kernels)"
	while read -r _ arch image; do
		release=${image##*/vmlinuz-}
		# it has an xdp.frags program, which came with 5.18
		verdict=no-known-obstacle expected=0
		[[ $release != 5.10.* ]] || verdict=cannot-run expected=8
		check "$image"
		exits $expected
		[ "$(kernels)" = "$release $arch $verdict" ]
		check "$(dirname "$image")"
		exits $expected
		[ "$(kernels)" = "$release $arch $verdict" ]
	done <<<"$list"
}
