#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# The manual says what the program has, and nothing else: both ways, against `epm __spec` and the
# lists in the source.

load "$BATS_LIB/common"

spec() {
	"$EPM" __spec | jq -r "$1"
}

commands() {
	spec '.commands[] | select(.hidden | not) | .name'
}

# page NAME: the source of its page without marks of scdoc
page() {
	tr -d '*_\\' <"$EPM_SRC/man/$1.scd"
}

# options PAGE: "SHORT NAME VALUE" of each option that a page documents; the common ones have a line
# of their own.
options() {
	grep -E '^\*-' "$EPM_SRC/man/$1.scd" |
		sed -E 's/\*, \*-/\*\n*-/g' |
		tr -d '\\' | sed -nE 's/^\*((-[a-zA-Z0-9]), )?--([a-z-]+)\*( _(.*)_)?$/\2 \3 \5/p' |
		sort
}

# same WHAT EXPECTED FOUND
same() {
	[ "$2" = "$3" ] || {
		echo "$1: < the program has, > the manual has"
		diff <(echo "$2") <(echo "$3")
		return 1
	}
}

@test "manual: a page for each command, and no others" {
	expected=$(commands | sed 's/.*/epm-&.1/'; echo epm.1; echo epm-package.5; echo epm-policy.5)
	found=$(cd "$EPM_SRC/man" && ls -- *.scd)
	same pages "$(sort <<<"$expected")" "$(sed 's/\.scd$//' <<<"$found" | sort)"
	found=$(sed -nE 's/^\*epm-([a-z]+)\*\(1\)$/\1/p' "$EPM_SRC/man/epm.1.scd")
	same "epm(1)" "$(commands)" "$found"
}

@test "manual: every option with its letter and value, and no others" {
	for name in $(commands); do
		expected=$(spec ".commands[] | select(.name == \"$name\") | .options[] |
			(if .short then \"-\" + .short else \"\" end) + \" \" + .name + \" \" + (.value // \"\")" |
			sort)
		same "epm-$name(1)" "$expected" "$(options "epm-$name.1")"
	done
}

@test "manual: every page has the summary and the synopsis of the help" {
	for name in $(commands); do
		summary=$(spec ".commands[] | select(.name == \"$name\") | .summary")
		synopsis=$(spec ".commands[] | select(.name == \"$name\") | .synopsis")
		text=$(page "epm-$name.1")
		same "epm-$name(1) NAME" "epm-$name - $summary" "$(sed -n 5p <<<"$text")"
		found=$(sed -n 9p <<<"$text")
		same "epm-$name(1) SYNOPSIS" "$(echo epm $name ${synopsis/\[OPTIONS\]/})" \
			"$(echo ${found/\[OPTIONS\]/})"
	done
}

@test "manual: exit statuses are those of err.h" {
	expected=$(sed -nE 's/^\tX\([A-Z_]+, ([0-9]+), .*/\1/p' "$EPM_SRC/src/base/err.h" | sort -nu)
	found=$(sed -n '/^# EXIT STATUS/,/^# SEE/p' "$EPM_SRC/man/epm.1.scd" |
		sed -nE 's/^ ?([0-9]+)  .*/\1/p')
	same "exit statuses" "$expected" "$found"
	# pages of commands speak of no other
	for file in "$EPM_SRC"/man/epm-*.1.scd; do
		found=$(sed -n '/^# EXIT STATUS/,/^# SEE/p' "$file" | grep -oE '\b[0-9]+ ' | sort -nu)
		for status in $found; do
			grep -qx "$status" <<<"$expected" || same "$file" "no status $status" ""
		done
	done
}

@test "manual: annotations, formats and components of EPM_TRACE" {
	tags=$(sed -n '/known_tags\[\]\[/,/^};/p' "$EPM_SRC/src/build/comment.c" |
		grep -oE '"[a-z_]+"' | tr -d '"' | sort -u)
	found=$(grep -oE '\*@[a-z_]+' "$EPM_SRC/man/epm-build.1.scd" | tr -d '*@' | sort -u)
	same annotations "$tags" "$found"
	formats=$(sed -nE '/names\[\]/,/;/s/[^"]*"([^"]*)".*/\1/p' "$EPM_SRC/src/pkg/config_format.c" |
		tr -d ' \n' | tr ',' '\n' | sort)
	found=$(sed -n '/^\*@format\*/,/^\*@hidden\*/p' "$EPM_SRC/man/epm-build.1.scd" |
		grep -E $'^\t_' | tr -d ' \t_' | tr ',' '\n' | sort)
	same formats "$formats" "$found"
	components=$(sed -nE 's/^#define LOG_COMPONENTS\(X\) (.*)/\1/p' "$EPM_SRC/src/base/log.h" |
		grep -oE '\([a-z]+\)' | tr -d '()')
	found=$(sed -n '/^\*EPM_TRACE\*/,/^$/p' "$EPM_SRC/man/epm.1.scd" |
		grep -oE '_[a-z]+_' | tr -d _ | grep -v '^all$')
	same components "$components" "$found"
}

@test "manual: keys of the configuration" {
	for key in $(sed -n '/^static const char \*const top_keys/,/^struct reader/p' \
		"$EPM_SRC/src/pkg/config.c" | grep -oE '"[a-z_]+"' | tr -d '"' | sort -u); do
		page epm-package.5 | grep -qw "${key//_/}" || same "epm-package(5)" "$key" ""
	done
}

@test "manual: examples use options that are there" {
	run=$(spec '.commands[] | select(.name == "run") | .options[] | "--" + .name')
	all=$(spec '.commands[].options[] | "--" + .name'; echo --version)
	used=$(grep -hE '^\$ (sudo )?epm ' "$EPM_SRC"/man/*.scd | grep -v ' run ' |
		sed 's/|.*//' | grep -oE -- ' --[a-z-]+' | sort -u)
	for option in $used; do
		grep -qx -- "$option" <<<"$all" || same examples "no $option" ""
	done
	[ -n "$run" ]
}

@test "manual: scdoc makes every page, and none is wider than 80 columns" {
	command -v scdoc >/dev/null || skip "scdoc is not installed"
	for file in "$EPM_SRC"/man/*.scd; do
		name=$(basename "$file" .scd)
		scdoc <"$file" >"$name"
		grep -q "^\.TH \"${name%.*}\" \"${name##*.}\"" "$name"
		! command -v man >/dev/null || [ "$(LC_ALL=C.UTF-8 MANWIDTH=80 man -P cat -l "$name" 2>err | wc -L)" -le 80 ] ||
			same "$name" "80 columns" "more"
	done
}
