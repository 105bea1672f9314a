#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Bad input, with the outcome it must have: one clear line, the documented exit status, the store
# valid afterwards.

load "$BATS_LIB/common"

setup_file() {
	export BUILT=$BATS_FILE_TMPDIR/built
	mkdir -p "$BUILT"
	EPM_HOME=$BATS_FILE_TMPDIR/home "$EPM" build -o "$BUILT" "$EPM_SRC/examples/opensnoop" >/dev/null
	for object in plain missing; do
		EPM_HOME=$BATS_FILE_TMPDIR/home "$EPM" build -o "$BUILT" \
			"$EPM_SRC/tests/data/objects/$object.bpf.c" >/dev/null
	done
	EPM_HOME=$BATS_FILE_TMPDIR/home "$EPM" build --cflag=-DHAS_OTHER -o "$BUILT/optional" \
		"$EPM_SRC/tests/data/objects/missing.bpf.c" >/dev/null
}

# A copy of the store, with what was made from the kernel's BTF, which takes its time.
setup() {
	cp -r "$BATS_FILE_TMPDIR/home" "$BATS_TEST_TMPDIR/home"
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	cd "$BATS_TEST_TMPDIR" || return
	trust_all
}

not() {
	! "$@"
}

# one_line: all that was said is one line of epm's, and perhaps a hint
one_line() {
	[ "$(grep -c '^epm: ' <<<"$output")" = "$(grep -c '' <<<"$output")" ]
	[ "$(grep '^epm: ' <<<"$output" | grep -vc '^epm: hint: ')" = 1 ]
}

# refused STATUS ARGUMENT…: epm ends so, and with one line
refused() {
	local wanted=$1
	shift
	run timeout 30 "$EPM" "$@"
	exits "$wanted"
	one_line
}

# ---- the kernel ----

# without_btf COMMAND…: where the kernel shows no BTF
without_btf() {
	run unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$@"
}

@test "no BTF in the kernel: what needs it is refused, what does not runs" {
	without_btf "$EPM" run --duration 100ms opensnoop
	exits 8
	one_line
	grep -q ': this kernel has no BTF (/sys/kernel/btf/vmlinux is missing)$' <<<"$output"
	run unshare -m sh -c 'mount --bind /dev/null /sys/kernel/btf/vmlinux && exec "$@"' sh \
		"$EPM" run --duration 100ms opensnoop
	exits 8
	grep -q ': this kernel has no BTF (/sys/kernel/btf/vmlinux is empty)$' <<<"$output"
	without_btf "$EPM" run --duration 100ms plain
	exits 0
	cp /sys/kernel/btf/vmlinux given.btf
	without_btf "$EPM" run --btf given.btf --duration 100ms opensnoop
	exits 0
}

@test "no BTF in the kernel: nothing to make vmlinux.h from, unless it is given" {
	rm -rf "$EPM_HOME/cache"
	without_btf "$EPM" build "$EPM_SRC/examples/minimal"
	exits 8
	one_line
	says 'epm: this kernel has no BTF (/sys/kernel/btf/vmlinux is missing)'
	cp /sys/kernel/btf/vmlinux given.btf
	without_btf "$EPM" build --btf given.btf "$EPM_SRC/examples/minimal"
	exits 0
	is_sound
}

@test "not root: status 4 and what to do" {
	chmod -R a+rX "$EPM_HOME"
	home=$(mktemp -d)
	cp -r "$EPM_HOME" "$home/home"
	chmod -R a+rX "$home"
	run setpriv --reuid 65534 --regid 65534 --clear-groups env EPM_HOME="$home/home" "$EPM" run opensnoop
	exits 4
	one_line
	says 'epm: loading eBPF programs needs root'
}

@test "a tracepoint that the kernel has not: refused by name; an optional program is left out" {
	refused 8 run "$BUILT/missing.bpf.o"
	grep -qF 'epmtest/no_such_tracepoint' <<<"$output"
	run timeout 30 "$EPM" run -v --duration 100ms "$BUILT/optional/missing.bpf.o"
	exits 0
	grep -qE '^epm: .*wished.*' <<<"$output"
	grep -qE 'programs attached: 1' <<<"$output"
}

# ---- objects ----

@test "not ELF, not eBPF, empty, a folder, not there" {
	cp "$EPM_SRC/README.md" text.bpf.o
	refused 6 run ./text.bpf.o
	refused 6 run /bin/true
	cp /bin/true true.bpf.o
	refused 6 run true.bpf.o
	: >empty.bpf.o
	refused 6 run empty.bpf.o
	: >empty.json
	refused 6 run empty.json
	mkdir folder.bpf.o
	refused 2 run folder.bpf.o
	says 'epm: folder.bpf.o is a folder'
	refused 3 run ./nothing.bpf.o
	says 'epm: open ./nothing.bpf.o: No such file or directory'
	refused 3 run nothing
}

@test "an object that was cut off, anywhere" {
	size=$(stat -c %s "$BUILT/opensnoop.bpf.o")
	for part in $(seq 0 40); do
		head -c $((size * part / 41)) "$BUILT/opensnoop.bpf.o" >cut.bpf.o
		run timeout 30 "$EPM" run --duration 10ms ./cut.bpf.o
		[ "$status" = 6 ] || {
			echo "cut at $part of 41 ($((size * part / 41)) bytes): status $status: $output" >&2
			return 1
		}
		one_line
	done
}

@test "an object with a byte changed: refused, or it runs; never anything else" {
	size=$(stat -c %s "$BUILT/opensnoop.bpf.o")
	python3 - "$BUILT/opensnoop.bpf.o" <<-'END'
	import random, sys
	data = open(sys.argv[1], "rb").read()
	chance = random.Random(7)
	for i in range(60):
	    bad = bytearray(data)
	    for _ in range(4):
	        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
	    open(f"bad{i}.bpf.o", "wb").write(bad)
	END
	for i in $(seq 0 59); do
		run timeout 30 "$EPM" run bad$i.bpf.o --help
		[[ $status =~ ^(0|6)$ ]] || {
			echo "bad$i.bpf.o: status $status: $output" >&2
			return 1
		}
	done
}

@test "BTF that is broken" {
	objcopy --dump-section .BTF=btf "$BUILT/plain.bpf.o" /dev/null 2>/dev/null || llvm-objcopy --dump-section .BTF=btf "$BUILT/plain.bpf.o" /dev/null
	head -c 30 btf >short
	llvm-objcopy --update-section .BTF=short "$BUILT/plain.bpf.o" short.bpf.o
	refused 6 run ./short.bpf.o
	grep -qi 'btf' <<<"$output"
	head -c "$(stat -c %s btf)" /dev/zero >zero
	llvm-objcopy --update-section .BTF=zero "$BUILT/plain.bpf.o" zero.bpf.o
	refused 6 run ./zero.bpf.o
	grep -qi 'btf' <<<"$output"
	# types that contain themselves
	python3 - <<-'END'
	import struct
	head = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, 24, 24, 1)
	types = struct.pack("<III", 0, 8 << 24, 2) + struct.pack("<III", 0, 8 << 24, 1)
	open("loop", "wb").write(head + types + b"\0")
	END
	llvm-objcopy --update-section .BTF=loop "$BUILT/plain.bpf.o" loop.bpf.o
	run timeout 30 "$EPM" run ./loop.bpf.o
	exits 6
}

# ---- JSON and YAML ----

# frugal ARGUMENT…: refused within five seconds and 100 MB (ulimit -v and ASan exclude each other)
frugal() {
	run timeout 20 python3 - "$EPM" "$@" <<-'END'
	import resource, subprocess, sys
	status = subprocess.run(sys.argv[1:], timeout=5).returncode
	peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
	sys.exit(status if peak_kb < 100000 else f"{peak_kb} kB")
	END
	exits 6
	one_line
}

@test "10 MB of [: refused quickly and in little memory" {
	head -c 10000000 /dev/zero | tr '\0' '[' >deep.json
	cp deep.json deep.yaml
	for file in deep.json deep.yaml; do
		frugal run ./$file
		frugal run --config ./$file opensnoop
	done
	printf '{"a":%.0s' $(seq 100000) >objects.json
	frugal run ./objects.json
}

@test "package.json with wrong types" {
	while read -r filter; do
		jq "$filter" "$BUILT/package.json" >bad.json
		run timeout 30 "$EPM" run ./bad.json --help
		[ "$status" = 6 ] || {
			echo "$filter: status $status: $output" >&2
			return 1
		}
		one_line
		grep -qF 'bad.json' <<<"$output"
	done <<-'END'
	.bpf_object = 5
	.bpf_object = "not base64!"
	.bpf_object = "AAAA"
	.bpf_object = null
	del(.bpf_object)
	.bpf_object_size = "large"
	.bpf_object_size = 17
	.bpf_object_size = -1
	.meta = []
	.meta = "meta"
	.meta.bpf_skel = 7
	.meta.bpf_skel.maps = {}
	.meta.bpf_skel.maps[0] = "events"
	.meta.bpf_skel.maps[0].name = 3
	.meta.bpf_skel.progs[0].link = "yes"
	.meta.bpf_skel.progs[0].name = null
	.meta.bpf_skel.data_sections = 1
	.meta.bpf_skel.data_sections[0].variables[0].name = false
	.meta.export_types = {"a": 1}
	.meta.export_types[0].members = 9
	.meta.export_types[0].members[0].name = []
	[.]
	"text"
	END
}

@test "JSON that is none: place and file" {
	head -c 500 "$BUILT/package.json" >half.json
	refused 6 run ./half.json
	grep -qF 'half.json' <<<"$output"
	printf '{"bpf_object": "x",}' >comma.json
	refused 6 run ./comma.json
	printf '{"bpf_object": "\xff\xfe"}' >utf8.json
	refused 6 run ./utf8.json
	printf '{"bpf_object": "a\\u0000b", "meta": {}}' >nul.json
	refused 6 run ./nul.json
}

@test "keys twice are refused in JSON and YAML" {
	sed 's/^{/{"bpf_object_size":1,/' "$BUILT/package.json" >twice.json
	refused 6 run ./twice.json
	grep -qF 'bpf_object_size' <<<"$output"
	jq -c .meta "$BUILT/package.json" | sed 's/^{/{"export_types":[],/' >twice.skel.json
	refused 6 run --config twice.skel.json opensnoop
	grep -qF 'export_types' <<<"$output"
	printf 'bpf_skel: {}\nbpf_skel: {}\n' >twice.yaml
	refused 6 run --config twice.yaml opensnoop
	says "epm: twice.yaml:2:1: duplicate key 'bpf_skel'"
}

@test "unknown keys are warned of once and kept" {
	jq -c '.meta.colour = 1 | .extra = {}' "$BUILT/package.json" >extra.json
	epm run ./extra.json --help
	exits 0
	[ "$(grep -c '^epm: warning: .*not known' <<<"$output")" = 1 ]
	grep -q 'colour' <<<"$output"
	grep -q 'extra' <<<"$output"
}

@test "YAML: aliases, tags, several documents and wrong indentation are refused" {
	printf 'bpf_skel: &a {}\nexport_types: *a\n' >alias.yaml
	refused 6 run --config alias.yaml opensnoop
	printf 'bpf_skel: !!python/object {}\n' >tag.yaml
	refused 6 run --config tag.yaml opensnoop
	printf -- '---\nbpf_skel: {}\n---\nbpf_skel: {}\n' >two.yaml
	refused 6 run --config two.yaml opensnoop
	printf 'bpf_skel:\n  a: 1\n b: 2\n' >indent.yaml
	refused 6 run --config indent.yaml opensnoop
	says 'epm: indent.yaml:3:2: did not find expected key'
}

@test "epm.yaml with mistakes: the file and the key" {
	mkdir project
	cp "$EPM_SRC/examples/minimal/minimal.bpf.c" project/
	printf 'name: [a]\n' >project/epm.yaml
	refused 6 build project
	grep -qF 'project/epm.yaml' <<<"$output"
	printf 'name: "../up"\n' >project/epm.yaml
	refused 6 build project
	says "epm: project/epm.yaml.name: '../up' cannot be the name of a package"
	printf 'sources: [../../etc/passwd]\n' >project/epm.yaml
	refused 6 build project
	says "epm: project/epm.yaml.sources[0]: '../../etc/passwd' is not inside the project"
	printf 'sources: [other.bpf.c]\n' >project/epm.yaml
	refused 3 build project
	printf 'nmae: x\n' >project/epm.yaml
	epm build project
	exits 0
	grep -q "nmae" <<<"$output"
}

# ---- flags ----

@test "a flag of epm that is not known names the nearest; a bad value says what is wanted" {
	refused 2 run --duratoin 5 opensnoop
	says 'epm: hint: did you mean --duration?'
	refused 2 run --duration soon opensnoop
	refused 2 run --count -1 opensnoop
	refused 2 run --count 99999999999999999999999 opensnoop
	refused 2 run
	refused 2 run --skip
	refused 2 bulid
	says "epm: hint: did you mean 'epm build'?"
	refused 2 run opensnoop --tgid_target 4294967296
}

# ---- the store ----

@test "an index that was cut in half: said, and fsck mends it" {
	"$EPM" ls >before
	truncate -s $(($(stat -c %s "$EPM_HOME/index.json") / 2)) "$EPM_HOME/index.json"
	refused 6 ls
	grep -qF 'index.json:1:' <<<"$output"
	says "epm: hint: 'epm fsck' makes it again from its backup and the blobs"
	refused 6 run opensnoop
	epm fsck
	exits 6
	says "epm: $EPM_HOME: 1 problem, 1 of them repaired"
	is_sound
	# the backup has all but the last change
	[ "$("$EPM" ls | grep -c ^opensnoop)" = "$(grep -c ^opensnoop before)" ]
	epm build "$EPM_SRC/examples/minimal"
	exits 0
	is_sound
}

@test "one bit of a blob: run refuses and names the digest, fsck finds and removes it, build mends" {
	digest=$(epm_digest_of_object)
	python3 - "$EPM_HOME/blobs/sha256/$digest" <<-'END'
	import os, sys
	os.chmod(sys.argv[1], 0o644)
	data = bytearray(open(sys.argv[1], "rb").read())
	data[len(data) // 2] ^= 4
	open(sys.argv[1], "wb").write(data)
	END
	refused 6 run opensnoop
	grep -qF "$digest" <<<"$output"
	run "$EPM" fsck
	exits 6
	grep -qF "$digest" <<<"$output"
	epm build "$EPM_SRC/examples/opensnoop"
	exits 0
	run timeout 30 "$EPM" run --duration 50ms opensnoop
	exits 0
	is_sound
}

# The blob of opensnoop's object.
epm_digest_of_object() {
	sha256sum "$BUILT/opensnoop.bpf.o" | cut -d' ' -f1
}

@test "a disk that is full: said, the store as it was, and the next build works" {
	mkdir small
	run unshare -m bash -c '
		mount -t tmpfs -o size=2m tmpfs small || exit 99
		cp -r "$EPM_HOME"/{blobs,index.json,oci-layout} small/ || exit 98
		ln -s "$EPM_HOME/cache" small/cache
		dd if=/dev/zero of=small/filler bs=4k 2>/dev/null
		EPM_HOME=$PWD/small "$EPM" build "$EPM_SRC/examples/minimal"
		echo "status $?"
		EPM_HOME=$PWD/small "$EPM" fsck || exit 97
		EPM_HOME=$PWD/small "$EPM" ls
		rm small/filler
		EPM_HOME=$PWD/small "$EPM" build "$EPM_SRC/examples/minimal" || exit 96
		EPM_HOME=$PWD/small "$EPM" fsck || exit 95
	'
	exits 0
	says 'status 1'
	grep -qF 'No space left on device' <<<"$output"
	grep -qE '^opensnoop +latest' <<<"$output"
}

@test "a home that is read-only: what reads works, what writes is denied" {
	run unshare -m bash -c '
		mount --bind "$EPM_HOME" "$EPM_HOME" && mount -o remount,bind,ro "$EPM_HOME" || exit 99
		"$EPM" ls >/dev/null || exit 98
		"$EPM" run opensnoop --help >/dev/null || exit 97
		"$EPM" run --duration 50ms opensnoop >/dev/null || exit 96
		"$EPM" build "$EPM_SRC/examples/opensnoop"
		echo "status $?"
	'
	exits 0
	says 'status 4'
	grep -qF 'Read-only file system' <<<"$output"
	is_sound
}

@test "two builds of one name at once: both end well, and the name is one of them" {
	local first second
	"$EPM" build -t same:1 "$EPM_SRC/examples/minimal" >one 2>&1 3>&- &
	first=$!
	"$EPM" build -t same:1 "$EPM_SRC/examples/opensnoop" >two 2>&1 3>&- &
	second=$!
	wait $first
	wait $second
	digest=$("$EPM" ls --json | jq -r '.. | objects | select(.name? == "same") | .digest')
	[ "$(cat one two | grep -cxF "same:1 $digest")" = 1 ]
	is_sound
}

@test "kill -9 in the middle of a build, at many moments: the store is valid, the next build works" {
	for ms in 1 3 6 10 15 20 30 40 60 80 100 130 160 200 250; do
		timeout -s KILL "0.$(printf %03d $ms)" "$EPM" build "$EPM_SRC/examples/minimal" >/dev/null 2>&1 || true
		is_sound
	done
	epm build "$EPM_SRC/examples/minimal"
	exits 0
	# a header cut off while it was made for the first time
	rm -rf "$EPM_HOME/cache"
	for ms in 20 50 100 200; do
		timeout -s KILL "0.$(printf %03d $ms)" "$EPM" build "$EPM_SRC/examples/minimal" >/dev/null 2>&1 || true
	done
	epm build "$EPM_SRC/examples/minimal"
	exits 0
	run timeout 30 "$EPM" run --duration 50ms minimal
	exits 0
	is_sound
}
