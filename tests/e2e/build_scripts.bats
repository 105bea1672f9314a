#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# The scripts that judge everything else, in a tree made for them: what must fail, fails.

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree"/{build,tests/unit/base,build/tests/unit/base,src/base,src/oci,build-aux}
	cp "$EPM_SRC/tests/run" "$tree/tests/run"
	cp "$EPM_SRC"/build-aux/{layers,worst,sources} "$tree/build-aux/"
	cd "$tree" || return
}

# unit NAME <SCRIPT: a unit program that is this script
unit() {
	touch "tests/unit/base/$1.c"
	{
		echo '#!/bin/sh'
		cat
	} >"build/tests/unit/base/$1"
	chmod +x "build/tests/unit/base/$1"
}

suite() {
	run env -u CI -u EPM_BUILD "$@" tests/run
}

last_line() {
	[ "${lines[-1]}" = "$1" ]
}

@test "passed tests are counted over files" {
	unit one <<<'printf "1..2\nok 1 - a\nok 2 - b\n"'
	unit two <<<'printf "1..1\nok 1 - a\n"'
	suite
	[ "$status" = 0 ]
	last_line "3 passed, 0 failed, 0 skipped"
}

@test "a failed test fails the run and its output is shown" {
	unit one <<<'printf "1..2\nok 1 - a\n# 3 != 4\nnot ok 2 - b\n"; exit 1'
	suite
	[ "$status" = 1 ]
	[[ $output == *"# 3 != 4"* ]]
	last_line "1 passed, 1 failed, 0 skipped"
}

@test "a program that ends before its plan is done has failed" {
	unit killed <<<'printf "1..3\nok 1 - a\n"; kill -SEGV $$'
	unit exits <<<'printf "1..3\nok 1 - a\n"; exit 0'
	suite
	[ "$status" = 1 ]
	last_line "2 passed, 4 failed, 0 skipped"
}

@test "a program without a plan has failed, whatever its status" {
	unit silent <<<'exit 0'
	suite
	[ "$status" = 1 ]
	last_line "0 passed, 1 failed, 0 skipped"
}

@test "a bad status after good tests is a failure (leaks are found at exit)" {
	unit leak <<<'printf "1..1\nok 1 - a\n"; exit 99'
	suite
	[ "$status" = 1 ]
	last_line "1 passed, 1 failed, 0 skipped"
}

@test "a program that was not built has failed" {
	touch tests/unit/base/missing.c
	suite
	[ "$status" = 1 ]
	[[ $output == *"is not built"* ]]
}

@test "no test at all is a failure" {
	suite
	[ "$status" = 1 ]
	last_line "0 passed, 0 failed, 0 skipped"
}

@test "a test that hangs is stopped and has failed" {
	unit hangs <<<'printf "1..1\n"; exec sleep 60'
	suite EPM_TEST_TIMEOUT=1
	[ "$status" = 1 ]
	[[ $output == *"stopped after 1 seconds"* ]]
}

@test "skipping fails in CI unless the kernel is why" {
	unit one <<<'printf "1..2\nok 1 a # skip kernel: no kprobes\nok 2 b # SKIP no mood\n"'
	suite
	[ "$status" = 0 ]
	last_line "0 passed, 0 failed, 2 skipped"
	suite CI=true
	[ "$status" = 1 ]
	last_line "0 passed, 1 failed, 1 skipped"
}

@test "an unknown path is an error" {
	run tests/run e2e/nothing.bats
	[ "$status" = 1 ]
	[[ $output == *"no such test: tests/e2e/nothing.bats"* ]]
}

@test "layers: an include upwards and a library in the wrong file are found" {
	echo '#include "base/err.h"' >src/oci/digest.c
	run build-aux/layers
	[ "$status" = 0 ]
	printf '#include "oci/digest.h"\n#include <jansson.h>\n' >src/base/err.c
	run build-aux/layers
	[ "$status" = 1 ]
	[ "${lines[0]}" = "src/base/err.c:1: base may not include oci/digest.h" ]
	[[ ${lines[1]} == "src/base/err.c:2: <jansson.h> may be named in "* ]]
}

@test "a function over the limit is found" {
	{
		printf 'static int long_one(void)\n{\n'
		for _ in $(seq 61); do printf '\tx++;\n'; done
		printf '}\n'
	} >src/base/long.c
	run build-aux/worst --check
	[ "$status" = 1 ]
	[ "$output" = "src/base/long.c:2: long_one() has 61 lines, 60 are the most" ]
}

@test "a source that is in no list is found, and put into it" {
	mkdir -p tests/fuzz tests/support man
	build-aux/sources
	touch src/base/new.c
	run build-aux/sources --check
	[ "$status" = 1 ]
	[ "$output" = "src/base/sources.am is out of date: run build-aux/sources" ]
	build-aux/sources
	run build-aux/sources --check
	[ "$status" = 0 ]
	grep -qx $'\tsrc/base/new.c' src/base/sources.am
}
