#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# README and examples: what stands there as typed can be typed. Lines "$ epm …" are run in order;
# those with sudo, and of other programs, are looked at only.

load "$BATS_LIB/common"

# console FILE: the lines of its console blocks
console() {
	awk '/^```/ { on = $0 == "```console"; next } on' "$1"
}

# needs_build: what it takes to run epm build
needs_build() {
	command -v clang >/dev/null || skip "clang is not installed"
	[ -r /sys/kernel/btf/vmlinux ] || skip "kernel: it has no BTF"
}

as_typed() {
	mkdir -p bin
	ln -sf "$EPM" bin/epm
	export PATH=$PWD/bin:$PATH EPM_KEY_PASSWORD=pw
	ln -s "$EPM_SRC/examples" "$EPM_SRC/README.md" .
}

@test "README: the commands of epm can be typed in their order" {
	needs_build
	as_typed
	n=0
	while IFS= read -r line; do
		# what needs an account is tried in tests/e2e, on a registry of our own
		[[ $line != '$ epm '* || $line == *ghcr.io* ]] || {
			run bash -c "${line#\$ }"
			exits 0
			n=$((n + 1))
			continue
		}
	done < <(console README.md)
	[ $n -ge 4 ]
}

@test "README: output that it shows is what is printed" {
	needs_build
	as_typed
	"$EPM" -q build examples/opensnoop
	epm run opensnoop --help
	shown=$(console README.md | sed -n '/^\$ epm run opensnoop --help/,/^\$ [^e]/p' |
		sed '1d;/^…$/d;/^$/d;/^\$ /,$d')
	[ "$(wc -l <<<"$shown")" -ge 3 ]
	while IFS= read -r line; do
		says "$line"
	done <<<"$shown"
	[ "$(wc -L <<<"$output")" -le 80 ]
	epm ls
	[ "$(console README.md | grep -m1 '^NAME' | tr -s ' ')" = "$(tr -s ' ' <<<"${lines[0]}" | sed 's/ $//')" ]
}

@test "README: files that it links are there" {
	cd "$EPM_SRC" || return
	for file in README.md examples/README.md HACKING.md ARCHITECTURE.md; do
		for link in $(grep -oE '\]\([^)]+\)' "$file" | tr -d '()]' | grep -v '^https:'); do
			[ -e "$(dirname "$file")/$link" ] || {
				echo "$file: there is no $link"
				return 1
			}
		done
	done
}

@test "README: packages to install are those of build-aux/packages" {
	cd "$EPM_SRC" || return
	text=$(console README.md)
	for package in $(build-aux/apt --list build run); do
		grep -qw -- "$package" <<<"$text" || {
			echo "no $package"
			return 1
		}
	done
}

@test "README: libraries are those that epm is linked with" {
	command -v ldd >/dev/null || skip "ldd is not installed"
	! ldd "$EPM" | grep -qE 'libasan|libubsan|libclang_rt' || return 0
	for library in $(ldd "$EPM" | awk '/=>/ { print $1 }' | sed 's/\.so.*//; s/-0$//'); do
		case $library in
		libc | libm | libpthread | libgcc_s | ld-linux*) continue ;;
		libz) library=zlib ;;
		libjansson) library=jansson ;;
		esac
		grep -q "^| $library" "$EPM_SRC/README.md" || {
			echo "no $library"
			return 1
		}
	done
}

@test "examples: options and flags of each README are those of epm and of the package" {
	needs_build
	as_typed
	for folder in examples/*; do
		[ -d "$folder" ] || continue
		name=$(basename "$folder")
		"$EPM" -q build "$folder"
		help=$("$EPM" run --help && "$EPM" run "$name" --help)
		# words of the lines that run it, and the table
		used=$(console "$folder/README.md" | grep -E '^\$ (sudo )?epm run' | grep -oE -- '--[a-z_-]+'
			grep -oE '^\| `.*' "$folder/README.md" | cut -d'|' -f2 | grep -oE -- '--[a-z_-]+')
		for flag in $used; do
			grep -qE -- "(^| )$flag( |\$)" <<<"$help" || {
				echo "$folder/README.md: there is no $flag"
				return 1
			}
		done
		for flag in $("$EPM" run "$name" --help | grep -oE '^ +(-., )?--[a-z_]+' | grep -oE -- '--[a-z_]+'); do
			grep -qF -- "$flag" "$folder/README.md" || {
				echo "$folder/README.md: nothing of $flag"
				return 1
			}
		done
	done
}
