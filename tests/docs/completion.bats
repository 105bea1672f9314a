#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# The completion scripts in their shells: commands, options, names in the store, flags of a package.

# shellcheck disable=SC2046
# (lists of words are split on purpose)

load "$BATS_LIB/common"

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home PATH=$BATS_TEST_TMPDIR/bin:$PATH
	cd "$BATS_TEST_TMPDIR" || return
	mkdir bin
	ln -s "$EPM" bin/epm
	make_store opensnoop:1.0 opensnoop:latest registry.example/x/tool:2
}

# has_words WORD…: the output is exactly these lines, in any order.
has_words() {
	[ "$(sort <<<"$output")" = "$(printf '%s\n' "$@" | sort)" ] || {
		printf 'not: %s\nbut:\n%s\n' "$*" "$output"
		return 1
	}
}

# in_bash LINE: what bash would offer at the end of the line.
in_bash() {
	run --separate-stderr bash --norc -c '
		source "$1/completions/epm.bash"
		complete -p epm >/dev/null || exit 1
		COMP_LINE=$2 COMP_POINT=${#2}
		_epm 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' _ "$EPM_SRC" "$1"
	exits 0
}

in_fish() {
	run --separate-stderr env XDG_CONFIG_HOME="$PWD/fish" XDG_DATA_HOME="$PWD/fish" HOME="$PWD" \
		fish --no-config -c "source '$EPM_SRC/completions/epm.fish'; complete -C '$1'"
	exits 0
}

# in_zsh LINE: the line after TAB, in a zsh with a terminal of its own.
in_zsh() {
	cat >type.zsh <<'END'
zmodload zsh/zpty
zpty z "PS1='>' TERM=dumb HOME=$PWD zsh -f -i"
zpty -w z "fpath=($1/completions \$fpath); autoload -U compinit; compinit -u -D; setopt no_beep; print rea""dy"
while zpty -r z line '*ready*'; do break; done
zpty -w -n z "$2"$'\t'
sleep 0.5
zpty -w -n z $'\e[H'
zpty -w z ": "
text=
for i in {1..20}; do
	zpty -r -t z part && text+=$part || sleep 0.1
done
print -r -- "$text"
zpty -d z
END
	run --separate-stderr zsh -f type.zsh "$EPM_SRC" "$1"
}

# build_package: opensnoop:latest as built from the example
build_package() {
	command -v clang >/dev/null || skip "clang is not installed"
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
	"$EPM" -q build "$EPM_SRC/examples/opensnoop" >/dev/null
}

commands() {
	"$EPM" __spec | jq -r '.commands[] | select(.hidden | not) | .name'
	printf '%s\n' help --help --quiet --verbose --version
}

options() {
	"$EPM" __spec | jq -r ".commands[] | select(.name == \"$1\") | .options[] | \"--\" + .name"
}

@test "completion: the words themselves" {
	run "$EPM" __complete -- ''
	has_words $(commands)
	run "$EPM" __complete -- ins
	has_words inspect
	run "$EPM" __complete -- run --
	has_words $(options run)
	run "$EPM" __complete -- ls --j
	has_words --json
	run "$EPM" __complete -- inspect opensnoop:
	has_words opensnoop:1.0 opensnoop:latest
	run "$EPM" __complete -- run open
	has_words :file opensnoop:1.0 opensnoop:latest
	run "$EPM" __complete -- run --config ''
	has_words :file
	run "$EPM" __complete -- run --duration ''
	has_words ''
	run "$EPM" __complete -- help pr
	has_words prune
	for words in 'nope ' 'run nope --' '-- --' 'run --nope '; do
		run "$EPM" __complete -- $words
		exits 0
	done
}

@test "completion: flags of a package" {
	build_package
	run "$EPM" __complete -- run opensnoop --
	has_words --pid_target --tgid_target --uid_target --failed --no-failed --help
	run "$EPM" __complete -- run --json opensnoop --pid_target 5 --f
	has_words --failed
}

@test "completion: what epm check takes" {
	run "$EPM" __complete -- check opensnoop --btf ho
	has_words :file host
	run "$EPM" __complete -- check opensnoop --arch a
	has_words aarch64 armv7l
	build_package
	run "$EPM" __complete -- check --json opensnoop --skip ''
	has_words $("$EPM" check --json opensnoop | jq -r '.[0].programs[].name')
	run "$EPM" __complete -- check --btf host opensnoop --with pid
	has_words pid_target
	in_bash 'epm check opensnoop --with no-'
	has_words no-failed
	in_bash 'epm check opensnoop --btf ho'
	has_words host
}

@test "completion: bash" {
	in_bash 'epm ins'
	has_words inspect
	in_bash 'epm '
	has_words $(commands)
	in_bash 'epm run --fa'
	has_words --fail-on-loss
	# bash breaks words at colons, and wants what follows
	in_bash 'epm inspect opensnoop:'
	has_words 1.0 latest
	in_bash 'epm rm registry.example/x/to'
	has_words registry.example/x/tool:2
	in_bash 'epm rm registry.example/x/tool:'
	has_words 2
	in_bash 'epm -v rm opensnoop:1'
	has_words 1.0
	build_package
	in_bash 'epm run opensnoop --pid'
	has_words --pid_target
	in_bash 'epm run opensnoop:latest --no'
	has_words --no-failed
}

@test "completion: fish" {
	command -v fish >/dev/null || skip "fish is not installed"
	in_fish 'epm ins'
	has_words inspect
	in_fish 'epm run --fa'
	has_words --fail-on-loss
	in_fish 'epm inspect opensnoop:'
	has_words opensnoop:1.0 opensnoop:latest
	in_fish 'epm rm reg'
	has_words registry.example/x/tool:2
	build_package
	in_fish 'epm run opensnoop:latest --no'
	has_words --no-failed
	in_fish 'epm check opensnoop --arch s3'
	has_words s390x
	touch file.json
	in_fish 'epm run file.j'
	has_words file.json
}

@test "completion: zsh" {
	command -v zsh >/dev/null || skip "zsh is not installed"
	in_zsh 'epm ins'
	[[ $output == *'epm inspect '* ]]
	in_zsh 'epm run --fa'
	[[ $output == *'--fail-on-loss '* ]]
	in_zsh 'epm check ./x.bpf.o --btf hos'
	[[ $output == *'--btf host '* ]]
	in_zsh 'epm rm registry.example/x/'
	[[ $output == *'registry.example/x/tool:2 '* ]]
	in_zsh 'epm inspect opensnoop:l'
	[[ $output == *'opensnoop:latest '* ]]
}
