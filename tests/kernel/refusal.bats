#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# What epm makes of the verifier's log: each program of tests/data/refused is refused by this kernel
# in a way of its own.

export TRUSTS_ALL=1
load "$BATS_LIB/common"

# explains CASE CAUSE: refused with status 9 (DENIED is no answer), the line, and what it means
explains() {
	clang -g -O2 -target bpf -mcpu=v2 -w -idirafter "/usr/include/$(uname -m)-linux-gnu" "-DCASE_$1" \
		-c "$BATS_TEST_DIRNAME/../data/refused/refused.c" -o "$1.bpf.o"
	epm run --no-check --duration 10ms "./$1.bpf.o"
	[ "$status" = 9 ] && [[ $output == *"hint: "*"$2"* ]] || {
		printf '%s: not status 9 and "%s":\n%s\n' "$1" "$2" "$output" >&2
		return 1
	}
	grep -qE "^epm: $1: the verifier refused program refused: " <<<"$output"
}

@test "lengths and indices" {
	explains unbounded 'no upper bound that the verifier can see'
	[[ $output == *'(R2=scalar('* ]]
	[[ $output == *', at refused.c:'* ]]
	explains negative 'may be negative'
	explains behind "reaches beyond the map's value"
	explains maybe_behind "reaches beyond the map's value"
	explains packet 'the packet may end before'
}

@test "pointers" {
	explains null 'the pointer may be NULL'
	explains null_passed 'the pointer may be NULL'
	explains number 'a number is used as a pointer'
	explains pointers 'cannot be computed with'
	explains kind 'of another kind than it must be'
	explains kernel_memory 'memory of the kernel is written'
	explains read_only 'a map that is read-only'
}

@test "the stack and what is not set" {
	explains stack 'the stack of 512 bytes is too small'
	explains stacks 'more than 512 bytes of stack'
	explains unset 'is not set on some way'
	explains no_return 'is not set on some way'
	explains deep 'more than eight deep'
}

@test "helpers and licences" {
	explains helper_of_others 'may not call this helper'
	explains helper_of_nobody 'does not have the helper'
	explains licence 'GPL compatible licence only'
	explains map_type 'does not work on maps of this type'
	explains sleeps 'sleep'
}

@test "loops and size" {
	explains endless 'a loop may never end'
	explains long 'gave up'
	explains unreachable 'no way leads to'
}

@test "contexts, locks, references, what is returned" {
	explains context "the program's context does not have this field"
	explains context_moved 'the pointer to the context was computed with'
	explains argument "the program's context does not have this field"
	explains reference 'not given back on every way out'
	explains return 'not one that such programs may return'
	explains lock_held 'still held on some way out'
	explains lock_call 'while a spin lock is held'
	explains global 'called with other arguments than it has'
}

# ---- not the verifier ----

# says_of NAME STATUS LINE FLAG…: what is printed of the object that is compiled with these flags
says_of() {
	local name=$1 wanted=$2 line=$3
	shift 3
	clang -g -O2 -target bpf -mcpu=v3 -w -idirafter "/usr/include/$(uname -m)-linux-gnu" "$@" \
		-c "$BATS_TEST_DIRNAME/../data/refused/unloadable.c" -o "$name.bpf.o"
	epm run --no-check --duration 10ms "./$name.bpf.o"
	exits "$wanted"
	[[ ${lines[0]} == "epm: $name: "*"$line"* ]] || {
		printf '%s: not "%s":\n%s\n' "$name" "$line" "$output" >&2
		return 1
	}
}

# of_map NAME STATUS LINE TYPE KEY VALUE ENTRIES
of_map() {
	says_of "$1" "$2" "map map: $3" "-DMAP_TYPE=$4" "-DMAP_KEY=$5" "-DMAP_VALUE=$6" "-DMAP_ENTRIES=$7"
}

@test "maps that cannot be" {
	of_map empty 8 'it has no size (max_entries is 0)' BPF_MAP_TYPE_HASH 4 4 0
	of_map keyed 8 'keys of an array have 4 bytes, these have 8' BPF_MAP_TYPE_ARRAY 8 4 1
	of_map wide 8 'values of per-CPU maps have at most 32768 bytes, these have 100000' \
		BPF_MAP_TYPE_PERCPU_HASH 4 100000 1
	of_map many 8 '4294967280 entries of 4100 bytes (16 TiB) are more than a map can have' \
		BPF_MAP_TYPE_HASH 4 4096 0xfffffff0
	of_map large 1 'the kernel has no memory for its 100000000 entries of 4100 bytes (382 GiB)' \
		BPF_MAP_TYPE_ARRAY 4 4096 100000000
	of_map newer 8 'this kernel has no maps of type' 99 4 4 1
	of_map keyless 8 'the kernel does not take its size, flags or types (stack, key 4 bytes, value 4' \
		BPF_MAP_TYPE_STACK 4 4 1
}

@test "what the kernel does not have" {
	says_of kfunc 8 "this kernel has no function 'bpf_no_such_function' that programs may call" -DCASE_kfunc
	says_of prototype 8 "'bpf_rcu_read_lock' takes or returns something else" -DCASE_prototype
	says_of symbol 8 "this kernel has no variable 'no_such_variable'" -DCASE_symbol
	says_of option 8 "the kernel's option CONFIG_NO_SUCH_OPTION is not set" -DCASE_option
	says_of member 8 'this kernel has no struct task_struct.no_such_member, which program refused uses' \
		-DCASE_member
}

@test "places to attach to that are not there" {
	local place
	for place in fentry/no_such_function tp_btf/no_such_event lsm/no_such_hook iter/no_such_thing; do
		says_of "${place%%/*}" 8 "this kernel has no '${place#*/}' to attach a program to" \
			"-DSECTION=\"$place\""
	done
	for place in tracepoint/no_such/event raw_tp/no_such_event uprobe//no/such/file:main \
		uprobe//bin/true:no_such_function; do
		says_of attached 8 "program refused: there is nothing on this machine to attach it to: $place" \
			"-DSECTION=\"$place\""
	done
	says_of section 8 "libbpf does not know what kind of program the section 'wonder/x' is for" \
		'-DSECTION="wonder/x"'
	says_of replaced 8 'program refused replaces or watches another eBPF program' \
		'-DSECTION="freplace/x"'
}

# sections SECTION…: object.bpf.o with a program a, b, … in each
sections() {
	local name=a section
	{
		printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n'
		for section in "$@"; do
			printf 'SEC("%s") int %s(void *ctx) { return 0; }\n' "$section" "$name"
			name=$(tr a-y b-z <<<"$name")
		done
	} | clang -g -O2 -target bpf -w -idirafter "/usr/include/$(uname -m)-linux-gnu" -x c -c - -o object.bpf.o
}

# runs STATUS LINE HINT ARGUMENT…: what is said of object.bpf.o; HINT "": none
runs() {
	local wanted=$1 line="epm: object: $2" hint=$3
	shift 3
	epm run --no-check --duration 10ms "$@" ./object.bpf.o
	exits "$wanted"
	says "$line"
	if [ -n "$hint" ]; then
		says "epm: hint: $hint"
	else
		[[ $output != *hint:* ]]
	fi
}

@test "programs that do not say where to attach: the form" {
	while read -r section form; do
		sections "$section"
		runs 2 "program a ($section) needs to be told where to attach" "--attach a=$section/$form says it"
	done <<-'END'
		uprobe BINARY:FUNCTION
		uretprobe BINARY:FUNCTION
		usdt BINARY:PROVIDER:NAME
		kprobe FUNCTION
		kretprobe FUNCTION
		tracepoint CATEGORY/NAME
		raw_tp NAME
	END
	sections uretprobe
	runs 8 'program a: cannot attach it to uretprobe/readline: Invalid argument' \
		'--attach a=uretprobe/BINARY:FUNCTION says it' --attach a=uretprobe/readline
	sections uprobe
	epm run --duration 10ms --attach "a=uprobe/$EPM:main" ./object.bpf.o
	[[ $output != *"needs to be told"* ]]
	sections ksyscall
	runs 2 'program a (ksyscall) needs to be told where to attach' \
		'its source has to say it: SEC("ksyscall/…")'
	sections fentry
	runs 8 'program a needs to be told what it is put on' \
		'its source has to say it, as SEC("fentry/FUNCTION") does'
	sections socket
	runs 8 'program a (socket) is of a kind that epm cannot attach' ''
}

@test "--skip is proposed only where something else stays" {
	local place="nothing on this machine to attach it to"
	sections tracepoint/no/such
	runs 8 "program a: there is $place: tracepoint/no/such" ''
	sections tracepoint/no/such tracepoint/no/other
	runs 8 "program a: there is $place: tracepoint/no/such" ''
	sections tracepoint/no/such raw_tp/sched_switch
	runs 8 "program a: there is $place: tracepoint/no/such" '--skip a runs the package without it'
	runs 0 'programs attached: 1; it has nothing to print, ^C ends it' '' --skip a
	sections socket socket raw_tp/sched_switch
	runs 8 'program a (socket) is of a kind that epm cannot attach' \
		'--skip a --skip b runs the package without them'
	runs 0 'programs attached: 1; it has nothing to print, ^C ends it' '' --skip a --skip b
}

@test "a kernel without kprobes" {
	[ ! -e /sys/bus/event_source/devices/kprobe ] || skip "kernel: it has kprobes"
	sections kprobe/vfs_read ksyscall/kill
	epm run --no-check --duration 10ms ./object.bpf.o
	exits 8
	grep -qxE 'epm: object: program a \(kprobe/vfs_read\): this kernel (takes no|was built without) kprobes.*' \
		<<<"$output"
	[[ $output != *hint:* ]] # the other is one as well
}

@test "tracefs that is not mounted" {
	sections tp/sched/sched_switch
	cat >without <<-'END'
		for place in /sys/kernel/tracing /sys/kernel/debug; do
			while mountpoint -q $place; do umount -l $place; done
		done
		"$@"
	END
	without=(unshare --mount --propagation private bash ./without)
	run "${without[@]}" "$EPM" run --no-check --duration 10ms ./object.bpf.o
	exits 8
	says 'epm: object: program a (tp/sched/sched_switch): this kernel takes no tracepoints: tracefs is not mounted'
	says 'epm: hint: mount -t tracefs tracefs /sys/kernel/tracing'
	run "${without[@]}" "$EPM" check ./object.bpf.o
	exits 8
	[[ $output == *'this kernel takes no tracepoints: tracefs is not mounted'* ]]
	# what may be mounted and cannot be looked at is not missing
	chmod 755 "$BATS_TEST_TMPDIR"
	run setpriv --reuid 65534 --regid 65534 --clear-groups env EPM_HOME=/proc/none "$EPM" check ./object.bpf.o
	exits 0
	# a uprobe with an event source of its own needs none
	[ -e /sys/bus/event_source/devices/uprobe ] || return 0
	sections uprobe//bin/bash:readline
	run "${without[@]}" "$EPM" check ./object.bpf.o
	exits 0
}

@test "rights that are taken away" {
	clang -g -O2 -target bpf -w -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-c "$BATS_TEST_DIRNAME/../data/refused/unloadable.c" -o plain.bpf.o
	run setpriv --bounding-set=-all --inh-caps=-all "$EPM" run --no-check --duration 10ms ./plain.bpf.o
	exits 4
	[[ $output == *'plain: the kernel refuses to load eBPF programs (EPERM)'*'container without CAP_BPF'* ]]
}
