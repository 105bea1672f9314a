#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm build and epm vmlinux: from sources to a package in the store, without root.

load "$BATS_LIB/common"

# Headers that are made from the kernel are kept in one home for all tests of this file.
setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	mkdir -p "$EPM_HOME" "$BATS_FILE_TMPDIR/cache"
	[ -e "$EPM_HOME/cache" ] || ln -s "$BATS_FILE_TMPDIR/cache" "$EPM_HOME/cache"
	cd "$BATS_TEST_TMPDIR" || return
}

not() {
	! "$@"
}

# source_file NAME <PROGRAMS: a source with the usual head and licence
source_file() {
	{
		printf '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n'
		cat
		printf 'char LICENSE[] SEC("license") = "GPL";\n'
	} >"$1"
}

ring='struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); }'
program='SEC("tp/syscalls/sys_enter_kill") int on_kill(void *ctx)'

# digest_of NAME
digest_of() {
	"$EPM" ls --json | jq -r --arg name "$1" '[.. | objects | select(.digest? and (.reference? == $name or "\(.name?):\(.tag?)" == $name))][0].digest'
}

@test "a folder: one package with two names, listed, with its object" {
	cp -r "$EPM_SRC/examples/opensnoop" .
	epm build opensnoop
	exits 0
	[[ ${lines[0]} =~ ^opensnoop:latest\ sha256:[0-9a-f]{64}$ ]]
	[ "${lines[1]}" = "opensnoop:1.0.0 ${lines[0]#* }" ]
	[ "${#lines[@]}" = 2 ]
	epm ls
	exits 0
	grep -qE '^opensnoop +latest ' <<<"$output"
	grep -qE '^opensnoop +1\.0\.0 ' <<<"$output"
	is_sound
}

@test "the folder one stands in, a file, and a file with its header as ecc takes it: one digest" {
	cp -r "$EPM_SRC/examples/opensnoop" .
	first=$("$EPM" build opensnoop | head -1)
	cd opensnoop
	[ "$("$EPM" build | head -1)" = "$first" ]
	[ "$("$EPM" build . | head -1)" = "$first" ]
	[ "$("$EPM" build opensnoop.bpf.c | head -1)" = "$first" ]
	[ "$("$EPM" build opensnoop.bpf.c opensnoop.h | head -1)" = "$first" ]
}

@test "the same digest from another folder, at another time, in another home" {
	cp -r "$EPM_SRC/examples/opensnoop" .
	mkdir -p elsewhere/deep
	cp -r opensnoop elsewhere/deep/opensnoop
	touch -d '2001-02-03' elsewhere/deep/opensnoop/*
	first=$("$EPM" build opensnoop | head -1)
	[ "$(cd elsewhere && EPM_HOME=$PWD/other-home "$EPM" build deep/opensnoop | head -1)" = "$first" ]
	[ "$(cd / && "$EPM" build "$BATS_TEST_TMPDIR/elsewhere/deep/opensnoop/" | head -1)" = "$first" ]
	[ "$(TZ=Asia/Tokyo LC_ALL=C umask 077 && "$EPM" build opensnoop | head -1)" = "$first" ]
	# with a time asked for it is another, and that one is the same each time too
	dated=$(SOURCE_DATE_EPOCH=1700000000 "$EPM" build opensnoop | head -1)
	[ "$dated" != "$first" ]
	[ "$(SOURCE_DATE_EPOCH=1700000000 "$EPM" build elsewhere/deep/opensnoop | head -1)" = "$dated" ]
	epm inspect --json opensnoop
	grep -qF '2023-11-14T22:13:20Z' <<<"$output"
	SOURCE_DATE_EPOCH=soon run "$EPM" build opensnoop
	[ "$status" != 0 ]
	grep -q SOURCE_DATE_EPOCH <<<"$output"
}

@test "no path of the build, no DWARF, but BTF with its lines in the object" {
	cp -r "$EPM_SRC/examples/opensnoop" .
	"$EPM" build -o out "$PWD/opensnoop" >/dev/null
	not grep -qaF "$BATS_TEST_TMPDIR" out/opensnoop.bpf.o
	not grep -qaF "$HOME" out/opensnoop.bpf.o
	sections=$(readelf -SW out/opensnoop.bpf.o)
	grep -qF ' .BTF ' <<<"$sections"
	grep -qF ' .BTF.ext ' <<<"$sections"
	not grep -q '\.debug_' <<<"$sections"
	bpftool btf dump file out/opensnoop.bpf.o | grep -q "STRUCT 'event' "
}

@test "-o writes package.json, package.yaml, an object with its configuration, all into a folder" {
	cp -r "$EPM_SRC/examples/opensnoop" .
	epm build -o package.json -o p.yaml -o o.bpf.o -o dir opensnoop
	exits 0
	[ "$(find dir -type f -printf '%f\n' | sort | tr '\n' ' ')" = 'opensnoop.bpf.o opensnoop.skel.json package.json ' ]
	cmp o.bpf.o dir/opensnoop.bpf.o
	cmp o.skel.json dir/opensnoop.skel.json
	cmp package.json dir/package.json
	python3 - <<-'END'
	import base64, json, zlib
	package = json.load(open("package.json"))
	elf = zlib.decompress(base64.b64decode(package["bpf_object"]))
	assert elf == open("o.bpf.o", "rb").read()
	assert package["bpf_object_size"] == len(elf)
	assert package["meta"] == json.load(open("o.skel.json"))
	END
	grep -q '^bpf_object: ' p.yaml
	epm build -y -o dir2 opensnoop
	[ "$(find dir2 -type f -printf '%f\n' | sort | tr '\n' ' ')" = 'opensnoop.bpf.o opensnoop.skel.yaml package.yaml ' ]
}

@test "-t names it, and nothing else; a bad name is a usage error" {
	epm build -t other:1.5 -t reg.example/x/y:z "$EPM_SRC/examples/minimal"
	exits 0
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} == other:1.5\ sha256:* ]]
	[[ ${lines[1]} == reg.example/x/y:z\ sha256:* ]]
	epm ls
	not grep -q '^minimal' <<<"$output"
	epm build -t Upper:1 "$EPM_SRC/examples/minimal"
	exits 2
	is_sound
}

@test "--json" {
	epm build --json "$EPM_SRC/examples/minimal"
	exits 0
	jq -e '(keys == ["digest", "names", "objectSize"]) and .names == ["minimal:latest", "minimal:1.0.0"]
		and (.digest | test("^sha256:[0-9a-f]{64}$")) and .objectSize > 500' <<<"$output"
}

@test "several sources are linked into one object" {
	mkdir two
	source_file two/a.bpf.c <<-END
	extern int helper_of_b(int x);
	$program { return helper_of_b(1); }
	END
	printf '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nint helper_of_b(int x) { return x - 1; }\n' >two/b.bpf.c
	epm build -o out.o two
	exits 0
	[[ ${lines[0]} == two:latest\ sha256:* ]]
	readelf -sW out.o | grep -q ' helper_of_b$'
	readelf -sW out.o | grep -q ' on_kill$'
}

@test "epm.yaml gives name, version and sources" {
	mkdir project
	source_file project/x.bpf.c <<<"$program { return 0; }"
	printf 'int this is not C\n' >project/y.bpf.c
	printf 'name: named\nversion: 3.2.1\ndescription: What it is\nsources: [x.bpf.c]\n' >project/epm.yaml
	epm build project
	exits 0
	[[ ${lines[0]} == named:latest\ * ]]
	[[ ${lines[1]} == named:3.2.1\ * ]]
	epm inspect --json named
	grep -qF 'What it is' <<<"$output"
}

@test "an error of the compiler: file, line and column, status 1, the store as it was" {
	source_file bad.bpf.c <<<"$program { return undeclared_name; }"
	epm build bad.bpf.c
	exits 1
	[[ ${lines[0]} =~ ^bad\.bpf\.c:3:[0-9]+:\ error:\ use\ of\ undeclared\ identifier ]]
	says 'epm: bad.bpf.c does not compile (clang ended with status 1)'
	epm ls
	exits 0
	not grep -q bad <<<"$output"
	# files are named as seen from where the person stands, headers too
	mkdir -p some/where
	printf 'int also wrong;\n' >some/where/bad.h
	sed '3i #include "bad.h"' bad.bpf.c >some/where/bad.bpf.c
	epm build some/where
	exits 1
	says 'In file included from some/where/bad.bpf.c:3:'
	grep -qE '^some/where/bad\.h:1:[0-9]+: error: ' <<<"$output"
	epm build "$PWD/some/where/bad.bpf.c"
	exits 1
	grep -qE "^$PWD/some/where/bad\.bpf\.c:4:[0-9]+: error: " <<<"$output"
}

@test "a warning of the compiler is shown and does no harm" {
	source_file warn.bpf.c <<<"$program { int unused_one; return 0; }"
	epm build warn.bpf.c
	exits 0
	grep -qE 'warn\.bpf\.c:3:[0-9]+: warning: unused variable .unused_one' <<<"$output"
}

@test "without clang: which package to install" {
	PATH=/nonexistent epm build "$EPM_SRC/examples/minimal"
	exits 3
	says 'epm: clang, which compiles eBPF programs, is not installed'
	says 'epm: hint: apt-get install clang'
	epm build --clang no-such-clang "$EPM_SRC/examples/minimal"
	exits 3
	says "epm: there is no compiler 'no-such-clang'"
}

@test "nothing to build" {
	mkdir empty
	epm build empty
	exits 3
	says 'epm: empty: there is no source (*.bpf.c) in it'
	epm build /nonexistent.bpf.c
	exits 3
	says 'epm: there is no file /nonexistent.bpf.c'
	touch README.md
	epm build README.md
	exits 2
	says 'epm: README.md is no C source'
}

@test "a type that cannot be told: the map, the candidates, and what to write" {
	source_file unclear.bpf.c <<-END
	struct first { int x; };
	struct second { int y; };
	$ring events SEC(".maps");
	static __always_inline void put(void *p, int n) { bpf_ringbuf_output(&events, p, n, 0); }
	$program {
		struct first a = { 1 };
		struct second b = { 2 };
		put(&a, sizeof(a));
		put(&b, sizeof(b));
		return 0;
	}
	END
	epm build unclear.bpf.c
	exits 1
	says 'epm: map events: which type its records have cannot be told; seen: struct first, struct second'
	says 'epm: hint: Write /// @export struct first before the map.'
	sed -i 's|^\(struct { __uint(type, BPF_MAP_TYPE_RINGBUF)\)|/// @export struct second\n\1|' unclear.bpf.c
	epm build -o out unclear.bpf.c
	exits 0
	[ "$(jq -c '[.export_types[].name]' out/unclear.skel.json)" = '["second"]' ]
}

@test "@export of a struct that there is not names the nearest" {
	source_file wrong.bpf.c <<-END
	struct event { int x; };
	/// @export struct evnt
	$ring events SEC(".maps");
	$program {
		struct event e = { 1 };
		bpf_ringbuf_output(&events, &e, sizeof(e), 0);
		return 0;
	}
	END
	epm build wrong.bpf.c
	exits 1
	says 'epm: wrong.bpf.c:4: @export struct evnt: the sources have no such struct'
	says 'epm: hint: Did you mean struct event?'
}

@test "an export leaves no variable behind, among no symbols and no flags" {
	epm build -o out "$EPM_SRC/examples/opensnoop"
	exits 0
	not grep -qi dummy out/opensnoop.skel.json
	not grep -q dummy <(readelf -sW out/opensnoop.bpf.o)
	[ "$(jq -c '[.bpf_skel.data_sections[].variables[].name] | sort' out/opensnoop.skel.json)" = '["events_lost","pid_target","targ_failed","tgid_target","uid_target"]' ]
	epm run opensnoop --help
	exits 0
	[ "$(grep -oE '^ .*--[a-z_]+' <<<"$output" | grep -oE -- '--[a-z_]+' | sort | tr '\n' ' ')" = '--failed --pid_target --tgid_target --uid_target ' ]
}

@test "the configuration has what the source says" {
	epm build -o out "$EPM_SRC/examples/opensnoop"
	jq -e '.bpf_skel.obj_name == "opensnoop" or .bpf_skel.obj_name == "opensnoop_bpf"' out/opensnoop.skel.json
	jq -e '[.bpf_skel.progs[] | [.name, .attach, .link]] | sort == [
		["open_done", "tracepoint/syscalls/sys_exit_open", true],
		["openat2_done", "tracepoint/syscalls/sys_exit_openat2", true],
		["openat_done", "tracepoint/syscalls/sys_exit_openat", true]]' out/opensnoop.skel.json
	jq -e '.export_types | length == 1 and .[0].name == "event" and .[0].size == 4128 and
		[.[0].members[] | [.name, .type]] == [["pid", "__u32"], ["uid", "__u32"],
		["comm", "char[16]"], ["fd", "__s32"], ["err", "__s32"], ["fname", "char[4096]"]]' out/opensnoop.skel.json
	jq -e '.bpf_skel.doc.brief == "Shows which files are opened, by whom, and whether it worked" and
		.bpf_skel.doc.version == "1.0.0"' out/opensnoop.skel.json
	jq -e '.bpf_skel.data_sections[].variables[] | select(.name == "targ_failed") | .cmdarg |
		.short == "f" and .long == "failed" and .default == false' out/opensnoop.skel.json
}

@test "mistakes in annotations: file, line, column" {
	source_file note.bpf.c <<-END
	/// @cmdarg {"default": 1,
	///          "short": }
	const volatile int flag = 0;
	$program { return flag; }
	END
	epm build note.bpf.c
	exits 6
	says "epm: note.bpf.c:3:13: cmdarg:2:10: not valid JSON: unexpected token near '}'"
	source_file note.bpf.c <<-END
	/// @cmdrag {"default": 1}
	const volatile int flag = 0;
	$program { return flag; }
	END
	epm build note.bpf.c
	exits 0
	says 'epm: warning: note.bpf.c:3:6: @cmdrag is not known here; did you mean @cmdarg?'
}

@test "vmlinux.h: made once, kept by the hash of the BTF, and equal to bpftool's" {
	epm vmlinux -o first.h
	exits 0
	"$EPM" vmlinux >second.h
	cmp first.h second.h
	bpftool btf dump file /sys/kernel/btf/vmlinux format c >theirs.h
	for type in 'struct list_head {' 'struct task_struct {' 'struct sk_buff {' \
		'union bpf_attr {' 'enum bpf_map_type {' 'struct trace_event_raw_sys_enter {'; do
		sed -n "/^$type\$/,/^}/p" first.h >ours
		sed -n "/^$type\$/,/^}/p" theirs.h >wanted
		[ -s ours ]
		# without clang's enum64 and newer attributes the members are what counts
		diff ours wanted
	done
	printf '#include "first.h"\nint x;\n' >use.c
	clang -target bpf -g -c -I. -o use.o use.c
	epm vmlinux --btf /nonexistent
	exits 3
	epm vmlinux --btf "$EPM_SRC/README.md"
	exits 6
}

@test "flags for the compiler and folders for headers" {
	mkdir headers
	echo '#define ANSWER_RETURN 0' >headers/answer.h
	source_file flags.bpf.c <<-END
	#include <answer.h>
	#ifndef WANTED
	#error WANTED is not given
	#endif
	$program { return ANSWER_RETURN; }
	END
	epm build flags.bpf.c
	exits 1
	epm build -I headers --cflag=-DWANTED flags.bpf.c
	exits 0
}

@test "as a person without rights, everything but loading" {
	[ "$(id -u)" = 0 ] || skip "needs root to become nobody"
	theirs=$(mktemp -d) # bats keeps its own folders to itself
	chmod 777 "$theirs"
	as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups env EPM_HOME="$theirs/home" HOME="$theirs")
	run "${as_nobody[@]}" "$EPM" build "$EPM_SRC/examples/minimal"
	exits 0
	run "${as_nobody[@]}" "$EPM" run minimal --help
	exits 0
	run "${as_nobody[@]}" "$EPM" inspect minimal
	exits 0
	run "${as_nobody[@]}" "$EPM" run minimal
	exits 4
	says 'epm: loading eBPF programs needs root'
	grep -qE '^epm: hint: .*sudo' <<<"$output"
}

@test "-t takes a name without a tag; a wrong one is refused before anything is compiled" {
	epm build -t bar "$EPM_SRC/examples/minimal"
	exits 0
	[[ $output =~ ^bar:latest\ sha256: ]]
	CLANG=/nonexistent epm build -t 'BAD NAME' "$EPM_SRC/examples/minimal"
	exits 2
	says "epm: --tag: 'BAD NAME' is not a reference: a repository is written in lower case"
}

@test "-o with an ending that epm does not write is no folder, unless that is said" {
	epm build -o x.zip "$EPM_SRC/examples/minimal"
	exits 2
	says "epm: --output: 'x.zip' is neither .json, .yaml nor .o"
	[ ! -e x.zip ]
	epm build -o x.zip/ "$EPM_SRC/examples/minimal"
	exits 0
	[ -e x.zip/minimal.bpf.o ]
}
