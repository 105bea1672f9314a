#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# --help everywhere, and what is said to somebody who mistypes.

load "$BATS_LIB/common"

names() {
	"$EPM" __spec | jq -r '.commands[].name'
}

# fits: no line of the output is wider than a terminal
fits() {
	[ "$(wc -L <<<"$output")" -le 80 ] || {
		echo "wider than 80 columns:"
		awk 'length($0) > 80' <<<"$output"
		return 1
	}
}

@test "help: every command, alone, with other options, and by 'help'" {
	for name in $(names); do
		run --separate-stderr "$EPM" "$name" --help
		exits 0
		[ -z "$stderr" ]
		[[ ${lines[0]} == "Usage: epm $name"* ]]
		fits
		text=$output
		for words in "$name -h" "help $name" "-v $name --help" "$name --help x y z"; do
			run --separate-stderr "$EPM" $words
			exits 0
			[ "$output" = "$text" ]
		done
	done
}

@test "help: the overview names every command that is not hidden" {
	run --separate-stderr "$EPM" --help
	exits 0
	fits
	text=$output
	for name in $("$EPM" __spec | jq -r '.commands[] | select(.hidden | not) | .name'); do
		grep -q "^  $name " <<<"$text"
	done
	run ! grep -q __ <<<"$text"
	for words in -h help; do
		run --separate-stderr "$EPM" $words
		exits 0
		[ "$output" = "$text" ]
	done
}

@test "help: nothing but the command asks for a home, and a wrong EPM_HOME harms nobody" {
	for home in "$PWD/nowhere" /dev/null; do
		run env EPM_HOME="$home" "$EPM" run --help
		exits 0
		[ ! -e nowhere ]
	done
}

@test "mistakes: no command, a wrong one, wrong options" {
	epm
	exits 2
	says "epm: a command is missing"
	epm bild
	exits 2
	says "epm: there is no command 'bild'"
	says "epm: hint: did you mean 'epm build'?"
	epm --foo ls
	exits 2
	says "epm: unknown option '--foo'"
	epm ls --jso
	exits 2
	says "epm: ls: unknown option '--jso'"
	says "epm: hint: did you mean --json?"
	epm inspect
	exits 2
	says "epm: inspect: an argument is missing"
	epm run --count many x
	exits 2
}

@test "mistakes: names that are not in the store" {
	epm run nope
	exits 3
	[[ $output == "epm: nope:latest is not in the store; ghcr.io/eunomia-bpf/nope:latest: no answer from ghcr.io: "* ]]
	make_store opensnoop:1.0
	epm run opensnop:1.0
	exits 3
	says "epm: hint: the store has opensnoop:1.0"
	epm run opensnoop
	exits 3
	says "epm: hint: the store has opensnoop:1.0"
}

@test "mistakes: a source or a folder given to run" {
	touch x.bpf.c
	mkdir tool
	for input in x.bpf.c ./x.bpf.c; do
		epm run $input
		exits 2
		says "epm: $input is a source"
		says "epm: hint: 'epm build $input' makes a package of it"
	done
	epm run ./tool
	exits 2
	says "epm: hint: 'epm build ./tool' makes a package of the sources in it"
}

@test "mistakes: not root" {
	command -v clang >/dev/null || skip "clang is not installed"
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	"$EPM" build "$EPM_SRC/examples/minimal" -o minimal.json
	if [ "$(id -u)" = 0 ]; then
		command -v setpriv >/dev/null || skip "setpriv is not installed"
		chmod 755 . "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" 2>/dev/null || true
		run setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
			"$EPM" run - <minimal.json
	else
		run "$EPM" run - <minimal.json
	fi
	exits 4
	says "epm: loading eBPF programs needs root"
}

@test "mistakes: programs and kernels that are not there" {
	[ "$(id -u)" = 0 ] || skip "kernel: loading needs root"
	command -v clang >/dev/null || skip "clang is not installed"
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	"$EPM" -q build "$EPM_SRC/examples/opensnoop"
	epm run --attach nope=kprobe/x opensnoop
	exits 2
	says "epm: --attach: opensnoop has no program 'nope'"
	echo no BTF >file
	epm run --btf file --count 1 opensnoop
	exits 6
	[[ ${lines[0]} == "epm: file: "*BTF* ]]
}

@test "versions: --version, -V and the command" {
	for words in --version -V version 'run --version' 'ls -V' '-v rm --version'; do
		epm $words
		exits 0
		[[ $output =~ ^epm\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	done
}
