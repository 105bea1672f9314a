#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm check: objects made for the purpose against kernels made for the purpose. That the verdicts are
# those of real kernels is what make check-kernels tries.

load "$BATS_LIB/common"

objects=$BATS_TEST_DIRNAME/../data/check

compiled() {
	clang -g -O2 -target bpf -mcpu=v2 -idirafter "/usr/include/$(uname -m)-linux-gnu" "${@:3}" \
		-c "$1" -o "$2"
}

# kernel NAME [OPTIONS OF THE COMPILER]: kernels/NAME.btf, of tests/data/check/kernel.c
kernel() {
	mkdir -p kernels
	compiled "$objects/kernel.c" "$1.o" "${@:2}"
	llvm-objcopy --dump-section .BTF="kernels/$1.btf" "$1.o" "$1.tmp"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	for source in "$objects"/*.bpf.c; do
		compiled "$source" "$(basename "${source%.c}").o"
	done
	kernel new
	kernel old -DOLD
	kernel arm -DARM
}

# check OBJECT KERNEL [OPTIONS]
check() {
	epm check "${@:3}" --btf "$BATS_FILE_TMPDIR/kernels/$2.btf" "$BATS_FILE_TMPDIR/$1.bpf.o"
}

# verdict OBJECT KERNEL: the word of --json
verdict() {
	"$EPM" check --json --btf "$BATS_FILE_TMPDIR/kernels/$2.btf" "${@:3}" \
		"$BATS_FILE_TMPDIR/$1.bpf.o" | jq -r '.[0].verdict'
}

# findings OBJECT KERNEL FILTER
findings() {
	"$EPM" check --json --btf "$BATS_FILE_TMPDIR/kernels/$2.btf" "$BATS_FILE_TMPDIR/$1.bpf.o" |
		jq -r ".[0].findings[] | $3"
}

@test "a field that is not there: the source line, what is nearest, status 8" {
	check field new
	exits 0
	says 'new.btf  x86_64  no known obstacle  '
	check field old
	exits 8
	says 'old.btf  x86_64  cannot run  1'
	grep -qE '^1    read_state \(tracepoint/syscalls/sys_enter_openat\), field\.bpf\.c:[0-9]+$' <<<"$output"
	says '         bpf_core_read(&last, sizeof(last), &task->__state);'
	says "     missing: struct task_struct.__state: struct task_struct has no '__state' (closest: 'state')"
	says 'epm: 1 of 1 check failed'
}

@test "what the program asks after is no obstacle, and an option that needs it is named" {
	[ "$(verdict guarded old)" = no-known-obstacle ]
	[ "$(verdict guarded new)" = no-known-obstacle ]
	[ "$(findings guarded old 'select(.level == "guarded-by-option") | .option')" = wants_state ]
	check guarded old --with wants_state
	exits 8
	[[ $output == *"struct task_struct has no '__state'"* ]]
	check guarded old --explain
	exits 0
	grep -qE '^  guarded +.*struct task_struct\.__state' <<<"$output"
}

@test "helpers, maps, types of programs, kernel functions, instructions" {
	[ "$(verdict helper new)" = no-known-obstacle ]
	check helper old
	exits 8
	[[ $output == *'there is no helper bpf_loop (Linux 5.17 has it)'* ]]
	check map old
	exits 8
	[[ $output == *'there is no map type ringbuf (Linux 5.8 has it)'* ]]
	check kfunc old
	exits 8
	[[ $output == *'there is no kernel function bpf_task_acquire'* ]]
	[ "$(verdict kfunc new)" = no-known-obstacle ]
	[ "$(verdict weak_kfunc old)" = no-known-obstacle ]
}

@test "a kernel function with other arguments" {
	kernel other -DOTHER_ARGUMENTS
	epm check --btf kernels/other.btf "$BATS_FILE_TMPDIR/kfunc.bpf.o"
	exits 8
	[[ $output == *'bpf_task_acquire: its arguments are others in this kernel'* ]]
}

@test "what programs are attached to" {
	[ "$(verdict targets new)" = no-known-obstacle ]
	check targets old
	exits 8
	[[ $output == *"there is no function do_unlinkat (closest: '__do_unlinkat')"* ]]
	[[ $output == *'there is no tracepoint sched_waking'* ]]
	[[ $output == *'there is no LSM hook file_open'* ]]
	[[ $output == *'there is no iterator task'* ]]
}

@test "an argument that a tracepoint does not have" {
	[ "$(verdict arguments new)" = no-known-obstacle ]
	kernel few -DFEW_ARGUMENTS
	epm check --btf kernels/few.btf "$BATS_FILE_TMPDIR/arguments.bpf.o"
	exits 8
	[[ $output == *'it has 2 arguments, and the program reads number 3'* ]]
}

@test "programs that stand for each other: one is enough, the better one is taken" {
	states='.[0].programs | map(.name + "=" + .verdict) | sort | join(" ")'
	run bash -c "'$EPM' check --json --btf '$BATS_FILE_TMPDIR/kernels/new.btf' \
		'$BATS_FILE_TMPDIR/pairs.bpf.o' | jq -r '$states'"
	says 'by_btf=no-known-obstacle by_fentry=no-known-obstacle by_kprobe=not-needed by_raw=not-needed'
	kernel bare -DNO_UNLINK
	run bash -c "'$EPM' check --json --btf kernels/bare.btf '$BATS_FILE_TMPDIR/pairs.bpf.o' |
		jq -r '$states'"
	says 'by_btf=no-known-obstacle by_fentry=left-out by_kprobe=probably-cannot-run by_raw=not-needed'
}

@test "alternatives that the package declares go by their order" {
	cp "$BATS_FILE_TMPDIR/alternatives.bpf.o" .
	cat >alternatives.skel.json <<-'END'
		{"bpf_skel": {"obj_name": "alternatives", "maps": [], "data_sections": [], "progs": [
		 {"name": "first", "attach": "fentry/only_new", "link": true, "alternative": "a"},
		 {"name": "second", "attach": "fentry/do_unlinkat", "link": true, "alternative": "a"}]},
		 "export_types": []}
	END
	states='.[0].programs | map(.name + "=" + .verdict) | sort | join(" ")'
	run bash -c "'$EPM' check --json --btf '$BATS_FILE_TMPDIR/kernels/new.btf' ./alternatives.bpf.o |
		jq -r '$states'"
	says 'first=no-known-obstacle second=not-needed'
	kernel without -DNO_ONLY_NEW
	run bash -c "'$EPM' check --json --btf kernels/without.btf ./alternatives.bpf.o | jq -r '$states'"
	says 'first=left-out second=no-known-obstacle'
	epm check --btf "$BATS_FILE_TMPDIR/kernels/old.btf" ./alternatives.bpf.o
	exits 8
}

@test "an object that was compiled for other registers: one reason, not one for each" {
	check registers arm
	exits 8
	[[ $output == *'the object was compiled for the registers of x86_64, and the kernel is aarch64'* ]]
	[ "$(grep -c missing: <<<"$output")" = 1 ]
	[ "$(verdict registers new)" = no-known-obstacle ]
}

@test "the release of a kernel decides where it is known, and only there" {
	# old has no __state; the program reads it from 5.14 on
	[ "$(verdict version old)" = no-known-obstacle ]
	[ "$(verdict version old --kernel-version 5.10.0)" = no-known-obstacle ]
	check version old --kernel-version 5.15.0
	exits 8
	check version old --kernel-version nonsense
	exits 2
	# the running kernel says it itself
	epm check --kernel-version 5.15.0 "$BATS_FILE_TMPDIR/version.bpf.o"
	exits 2
	says 'epm: --kernel-version is for kernels of --btf, not for the running one'
}

@test "options of the kernel" {
	[ "$(verdict options new)" = no-known-obstacle ]
	echo 'CONFIG_HZ=250' >config
	check options new --kernel-config config
	exits 8
	[[ $output == *'CONFIG_BPF_EVENTS: the kernel was built without it'* ]]
	printf 'CONFIG_HZ=250\nCONFIG_BPF_EVENTS=y\nCONFIG_FTRACE_SYSCALLS=y\n' >config
	check options new --kernel-config config
	exits 0
	check options new --kernel-config /etc/passwd
	exits 6
	says 'epm: /etc/passwd: no CONFIG_ line in it'
	epm check --btf host --kernel-config config "$BATS_FILE_TMPDIR/options.bpf.o"
	exits 2
	says 'epm: --kernel-config is for kernels of --btf, not for the running one'
}

@test "a licence that is not the GPL" {
	check licence new
	exits 8
	[[ $output == *'bpf_probe_read_kernel: only programs with a GPL compatible licence may call it'* ]]
}

@test "many packages and kernels: a row each, the reasons once; JUnit" {
	cd "$BATS_FILE_TMPDIR" || return
	epm check ./field.bpf.o ./guarded.bpf.o --btf kernels --junit "$BATS_TEST_TMPDIR/junit.xml"
	exits 8
	[ "$(grep -c 'no known obstacle' <<<"$output")" -ge 4 ]
	[ "$(grep -c 'cannot run' <<<"$output")" = 1 ]
	[ "$(grep -c '^1 ' <<<"$output")" = 1 ]
	python3 - "$BATS_TEST_TMPDIR/junit.xml" <<-'END'
		import sys, xml.etree.ElementTree as tree
		suite = tree.parse(sys.argv[1]).getroot()
		assert suite.get("failures") == "1" and int(suite.get("tests")) == len(suite) >= 6, suite.attrib
		assert len(suite.findall("testcase/failure")) == 1
	END
}

@test "only kernels of one architecture" {
	cd "$BATS_FILE_TMPDIR" || return
	epm check ./field.bpf.o --btf kernels --arch aarch64
	[ "$(grep -c btf <<<"$output")" = 1 ]
	epm check ./field.bpf.o --btf kernels --arch s390x
	exits 3
	says 'epm: there is no kernel of architecture s390x, only of aarch64, x86_64'
	[ "${#lines[@]}" = 1 ]
	epm check ./field.bpf.o --btf kernels --arch arm64
	[ "$(grep -c btf <<<"$output")" = 1 ]
}

@test "what is no kernel, and kernels that cannot be read" {
	epm check --btf nowhere "$BATS_FILE_TMPDIR/field.bpf.o"
	exits 3
	echo nonsense >nonsense.btf
	epm check --btf nonsense.btf "$BATS_FILE_TMPDIR/field.bpf.o"
	exits 6
	mkdir some
	cp "$BATS_FILE_TMPDIR/kernels/new.btf" some
	head -c 1000 some/new.btf >some/cut.btf
	epm check --btf some "$BATS_FILE_TMPDIR/field.bpf.o"
	exits 6
	grep -q '^new.btf .*no known obstacle' <<<"$output"
	grep -q '^cut.btf .*not read' <<<"$output"
}

@test "the running kernel, and it beside others" {
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	cd "$BATS_FILE_TMPDIR" || return
	epm check ./guarded.bpf.o
	exits 0
	grep -q "^$(uname -r) " <<<"$output"
	epm check ./guarded.bpf.o --btf host --btf kernels/old.btf
	[ "$(grep -c 'no known obstacle' <<<"$output")" = 2 ]
}

@test "names from objects and kernels are no terminal commands" {
	python3 - "$BATS_FILE_TMPDIR/field.bpf.o" <<-'END'
		import sys
		data = open(sys.argv[1], "rb").read()
		open("hostile.bpf.o", "wb").write(data.replace(b"__state\0", b"__s\x1b[2J\0"))
	END
	epm check --btf "$BATS_FILE_TMPDIR/kernels/old.btf" ./hostile.bpf.o
	[ "$status" != 0 ]
	not grep -q $'\x1b' <<<"$output"
	epm check --json --btf "$BATS_FILE_TMPDIR/kernels/old.btf" ./hostile.bpf.o
	not grep -q $'\x1b' <<<"$output"
}

@test "it needs neither root nor a store that can be written" {
	[ "$(id -u)" = 0 ] || skip "root: needed to become somebody else"
	there=$(mktemp -d /tmp/epm-check.XXXXXX)
	cp "$BATS_FILE_TMPDIR/kernels/new.btf" "$BATS_FILE_TMPDIR/field.bpf.o" "$there"
	chmod -R a+rX "$there"
	run setpriv --reuid 65534 --regid 65534 --clear-groups env EPM_HOME=/nowhere "$EPM" check \
		--btf "$there/new.btf" "$there/field.bpf.o"
	rm -r "$there"
	exits 0
}

@test "requirements: what is reached, and what every kernel must have" {
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	cp "$objects"/{helper.bpf.c,guarded.bpf.c,types.h} .
	"$EPM" -q build helper.bpf.c
	"$EPM" -q build guarded.bpf.c
	run "$EPM" inspect --config helper
	jq -e '.requirements.required.helpers == ["bpf_loop"]' <<<"$output"
	run "$EPM" inspect --config guarded
	jq -e '.requirements.coreTypes.task_struct | index("__state")' <<<"$output"
	jq -e '.requirements.required.coreTypes.task_struct == ["pid"]' <<<"$output"
}
