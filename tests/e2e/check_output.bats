#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm check: how its results come out, and what becomes of those that are there when others are not.

# shellcheck disable=SC2154

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

export TRUSTS_ALL=1

objects=$BATS_TEST_DIRNAME/../data/check

compiled() {
	clang -g -O2 -target bpf -mcpu=v2 -idirafter "/usr/include/$(uname -m)-linux-gnu" "${@:3}" \
		-c "$1" -o "$2"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	for name in field guarded helper empty many weak_kfunc options map targets; do
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

@test "what cannot be had keeps none of the others from being looked at; the first failure's status" {
	cd "$BATS_FILE_TMPDIR" || return
	run --separate-stderr "$EPM" check ./none.bpf.o ./field.bpf.o --btf kernels/new.btf
	exits 3
	grep -q '^./field.bpf.o  new.btf .*no known obstacle' <<<"$output"
	grep -qF 'epm: open ./none.bpf.o: No such file or directory' <<<"$stderr"
	grep -qxF 'epm: 1 package could not be checked' <<<"$stderr"
	epm check ./field.bpf.o --btf kernels/new.btf --btf nowhere --btf kernels/old.btf
	exits 3
	grep -q '^new.btf .*no known obstacle' <<<"$output"
	grep -q '^old.btf .*cannot run' <<<"$output"
	grep -q '^nowhere .*not read' <<<"$output"
	says 'epm: 1 kernel could not be read; 1 of 2 checks failed'
	epm check --json ./field.bpf.o --btf nowhere --btf nothing
	exits 3
	jq -e 'length == 2 and .[0].verdict == "not-read" and (.[0].why | contains("nowhere"))' <<<"${output%epm:*}"
	"$EPM" check ./field.bpf.o --btf nowhere --btf kernels/old.btf --junit "$BATS_TEST_TMPDIR/x" || :
	grep -q 'tests="2" failures="1" errors="1"' "$BATS_TEST_TMPDIR/x"
	grep -q '<error message="not read">' "$BATS_TEST_TMPDIR/x"
}

@test "this kernel without BTF, beside another" {
	[ "$(id -u)" = 0 ] || skip "root: needed to hide its BTF"
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	cd "$BATS_FILE_TMPDIR" || return
	run unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' _ "$EPM" check \
		./field.bpf.o --btf host --btf kernels/new.btf
	exits 8
	grep -q "^$(uname -r) .*not read" <<<"$output"
	grep -q '^new.btf .*no known obstacle' <<<"$output"
}

@test "--with, --skip and --attach are for those that have them, and an error where none has" {
	cd "$BATS_FILE_TMPDIR" || return
	epm check ./field.bpf.o ./guarded.bpf.o --btf kernels/old.btf --with wants_state
	[ "$(grep -c 'cannot run' <<<"$output")" = 2 ]
	epm check ./guarded.bpf.o ./helper.bpf.o --btf kernels/old.btf --with nonsense
	exits 2
	says "epm: --with: none of the packages has a flag '--nonsense'"
	[ "${#lines[@]}" = 1 ]
	epm check ./guarded.bpf.o --btf kernels/old.btf --with nonsense=3
	says "epm: --with: ./guarded.bpf.o has no flag '--nonsense'"
	epm check ./guarded.bpf.o --btf kernels/old.btf --with wants_stat
	says 'epm: hint: did you mean wants_state?'
	epm check ./many.bpf.o ./helper.bpf.o --btf kernels/new.btf --skip nonsense
	exits 2
	says "epm: --skip: none of the packages has a program 'nonsense'"
	epm check ./many.bpf.o ./helper.bpf.o --btf kernels/old.btf --skip tenth
	exits 8
	epm check ./many.bpf.o --btf kernels/new.btf --attach first=fentry/nowhere
	exits 8
	[[ $output == *'there is no function nowhere'* ]]
	epm check ./many.bpf.o --btf kernels/new.btf --attach nonsense=fentry/nowhere
	exits 2
	says "epm: --attach: ./many.bpf.o has no program 'nonsense'"
	epm check ./many.bpf.o --btf kernels/new.btf --attach first
	exits 2
	says "epm: --attach: 'first' is not PROGRAM=SECTION"
}

@test "nothing to load: no program in it, or all skipped" {
	check empty new
	exits 8
	says 'new.btf  x86_64  cannot run  1'
	says '1    there is no program in it'
	check field new --skip read_state
	exits 2
	says 'epm: --skip: all programs of field are skipped'
	[ "${#lines[@]}" = 1 ]
	epm run --skip read_state "$BATS_FILE_TMPDIR/field.bpf.o"
	[ "$(id -u)" != 0 ] || says 'epm: --skip: all programs of field are skipped'
}

@test "a package that is in a registry only and cannot run is reported as one that is here" {
	start_registry
	cp "$objects"/{helper.bpf.c,types.h} .
	"$EPM" -q build helper.bpf.c
	"$EPM" -q push helper "$registry/x/helper:1"
	"$EPM" -q rm helper
	epm check --json "$registry/x/helper:1" --btf "$BATS_FILE_TMPDIR/kernels/old.btf" --junit junit.xml
	exits 8
	is_xml junit.xml
	[[ $output == *'"verdict": "cannot-run"'* ]]
	epm check "$registry/x/helper:1" --skip loops --btf "$BATS_FILE_TMPDIR/kernels/old.btf"
	exits 2
	epm check "$registry/x/none" "$registry/x/helper:1" --btf "$BATS_FILE_TMPDIR/kernels/new.btf"
	exits 3
	[[ $output == *"$registry/x/helper:1  new.btf  x86_64  no known obstacle"* ]]
	[[ $output == *"epm: $registry/x/none"* ]]
	not grep -qF helper <("$EPM" -q ls)
}

@test "the same on this kernel: a registry's package is not refused before there is a report" {
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	start_registry
	cp "$objects"/types.h .
	sed 's/do_unlinkat/there_is_no_such_function/' "$objects/helper.bpf.c" >broken.bpf.c
	sed -i 's/kprobe/fentry/' broken.bpf.c
	"$EPM" -q build broken.bpf.c
	"$EPM" -q push broken "$registry/x/broken:1"
	"$EPM" -q rm broken
	epm check --json "$registry/x/broken:1" --junit junit.xml
	exits 8
	is_xml junit.xml
	[[ $output == *'"verdict": "cannot-run"'* ]]
	epm check "$registry/x/broken:1"
	exits 8
	[[ $output == *'there_is_no_such_function'* ]]
	epm check "$registry/x/broken:1" --attach loops=fentry/do_unlinkat
	[[ $output != *'there_is_no_such_function'* ]]
	echo nonsense >broken.skel.json
	epm check "$registry/x/broken:1" -c broken.skel.json
	exits 6
}

@test "a cause once, with the programs that have it; what else they lack stays" {
	check many old
	exits 8
	says 'old.btf  x86_64  cannot run  1-4'
	[ "$(grep -c 'there is no helper bpf_loop' <<<"$output")" = 1 ]
	says '3    missing: there is no helper bpf_loop (Linux 5.17 has it)'
	[ "$(grep -c '^         [a-z]* (kprobe/do_unlinkat)' <<<"$output")" = 18 ]
	says '         and 4 more'
	says '4    tenth (tp_btf/sched_waking)'
	[ "$("$EPM" check --json --btf "$BATS_FILE_TMPDIR/kernels/old.btf" "$BATS_FILE_TMPDIR/many.bpf.o" |
		jq '[.[0].findings[] | select(.what == "bpf_loop")] | length')" = 10 ]
	"$EPM" check --json --btf "$BATS_FILE_TMPDIR/kernels/old.btf" "$BATS_FILE_TMPDIR/many.bpf.o" >json || :
	jq -e '[.[0].findings[] | .line // 1] | all(. > 0)' json
	check many old --explain
	[ "$(grep -c '^         [a-z]* (kprobe/do_unlinkat)' <<<"$output")" = 27 ]
	cd "$BATS_FILE_TMPDIR" || return
	epm check ./many.bpf.o ./helper.bpf.o --btf kernels/old.btf --skip tenth
	says './many.bpf.o    old.btf  x86_64  cannot run  1-3'
	says './helper.bpf.o  old.btf  x86_64  cannot run  1-3'
	says '         ./many.bpf.o: first, second, third, fourth, and 5 more'
	says '         ./helper.bpf.o: loops'
}

@test "one package, kernel or file that is given twice is one" {
	cd "$BATS_FILE_TMPDIR" || return
	epm check ./field.bpf.o "$PWD/field.bpf.o" ./field.bpf.o --btf kernels/new.btf \
		--btf kernels/new.btf --btf "$PWD/kernels/new.btf"
	exits 0
	[ "$(grep -c 'no known obstacle' <<<"$output")" = 1 ]
}

@test "names of programs are no terminal commands in --explain either" {
	python3 - "$BATS_FILE_TMPDIR/field.bpf.o" <<-'END'
		import sys
		data = open(sys.argv[1], "rb").read()
		open("hostile.bpf.o", "wb").write(data.replace(b"read_state\0", b"rd\x1b[2Jtate\0"))
	END
	for options in "" --explain --json "--junit -"; do
		# shellcheck disable=SC2086
		epm check $options --btf "$BATS_FILE_TMPDIR/kernels/old.btf" ./hostile.bpf.o
		[[ $output == *2Jtate* ]]
		not grep -q $'\x1b' <<<"$output"
	done
}

@test "a configuration that is not there is named, and no registry asked for it" {
	cp "$objects"/{helper.bpf.c,types.h} .
	"$EPM" -q build helper.bpf.c
	for command in check run; do
		epm "$command" -c ./nonexist helper
		exits 3
		[ "$output" = 'epm: open ./nonexist: No such file or directory' ]
	done
}

@test "--explain: all that was looked at, also in JSON, and only there" {
	check helper new --explain
	exits 0
	grep -qE '^  ok  loops helper.bpf.c:[0-9]+ +helper bpf_loop$' <<<"$output"
	grep -qE '^  ok  loops +program type kprobe$' <<<"$output"
	grep -qE '^  ok  loops +attach target kprobe/do_unlinkat$' <<<"$output"
	grep -qE '^  ok  - +rights a GPL compatible licence$' <<<"$output"
	check map new --explain
	grep -qE '^  ok  - +map type ringbuf$' <<<"$output"
	echo 'CONFIG_BPF_EVENTS=y' >config
	check options new --explain --kernel-config config
	grep -qE '^  ok +- +kernel option CONFIG_BPF_EVENTS$' <<<"$output"
	check weak_kfunc new --explain
	grep -qE '^  ok  +[a-z_]+ weak_kfunc.bpf.c:[0-9]+ +kfunc ' <<<"$output"
	check helper new --explain --json
	[ "$(jq '[.[0].findings[] | select(.kind == "helper" and .level == "ok")] | length' <<<"$output")" -ge 1 ]
	check helper new --json
	[ "$(jq '[.[0].findings[] | select(.level == "ok")] | length' <<<"$output")" = 0 ]
}

# at_width COLUMNS COMMAND…: what it shows at a terminal of that width
at_width() {
	run python3 - "$@" <<-'END'
		import fcntl, os, pty, struct, sys, termios
		pid, fd = pty.fork()
		if pid == 0:
		    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(sys.argv[1]), 0, 0))
		    os.execvp(sys.argv[2], sys.argv[2:])
		shown = b""
		while True:
		    try:
		        part = os.read(fd, 4096)
		    except OSError:
		        break
		    if not part:
		        break
		    shown += part
		sys.stdout.write(shown.decode().replace("\r", ""))
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
}

@test "at a terminal rows are cut at the left, and lines broken at words" {
	mkdir -p a/very/long/path/that/leads/to/objects another/long/path/that/leads/to/kernels
	cp "$BATS_FILE_TMPDIR"/{field,many}.bpf.o a/very/long/path/that/leads/to/objects
	cp "$BATS_FILE_TMPDIR/kernels/old.btf" another/long/path/that/leads/to/kernels/of-a-rather-long-name.btf
	at_width 72 "$EPM" check --explain ./a/very/long/path/that/leads/to/objects/*.o \
		--btf another/long/path/that/leads/to/kernels
	exits 8
	grep -q '^….*/field.bpf.o  ….*.btf  x86_64  cannot run  1$' <<<"$output"
	not env LC_ALL=C.UTF-8 grep -qE '^.{73}' <(grep -v '^epm:\|^\./\|tracepoint/syscalls' <<<"$output")
	at_width 50 "$EPM" check ./a/very/long/path/that/leads/to/objects/field.bpf.o \
		--btf another/long/path/that/leads/to/kernels
	says "     missing: struct task_struct.__state: struct"
	run "$EPM" check ./a/very/long/path/that/leads/to/objects/*.o \
		--btf another/long/path/that/leads/to/kernels
	grep -q '^./a/very/long/path/that/leads/to/objects/field.bpf.o  of-a-rather-long-name.btf ' <<<"$output"
}
