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
