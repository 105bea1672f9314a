#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Under sudo epm acts as the person who typed the command: a user made for this file, and sudo.

load "$BATS_LIB/common"

setup_file() {
	[ "$(id -u)" = 0 ] || skip "needs root to make a user"
	export PERSON=epmtest$$
	THEIR_HOME=$(mktemp -d)
	export THEIR_HOME
	useradd --no-create-home --home-dir "$THEIR_HOME" --shell /bin/bash "$PERSON"
	printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$PERSON" >"/etc/sudoers.d/$PERSON"
	chmod 440 "/etc/sudoers.d/$PERSON"
	cp -r "$EPM_SRC/examples/opensnoop" "$THEIR_HOME/"
	# what the tests call: programs the user can reach, wherever the build folder is
	mkdir "$THEIR_HOME/bin"
	cp "$EPM" "$THEIR_HOME/bin/epm"
	chown -R "$PERSON:" "$THEIR_HOME"
	chmod 755 "$THEIR_HOME"
}

teardown_file() {
	[ -z "$PERSON" ] || {
		rm -f "/etc/sudoers.d/$PERSON"
		userdel "$PERSON"
		rm -rf "$THEIR_HOME"
	}
}

setup() {
	cd "$THEIR_HOME" || return
}

# person COMMAND…: as the user, in their home, with nothing of ours in the environment
person() {
	run setpriv --reuid "$PERSON" --regid "$PERSON" --init-groups env -i \
		PATH="$THEIR_HOME/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin" HOME="$THEIR_HOME" \
		USER="$PERSON" LC_ALL=C.UTF-8 "$@"
}

# Everything below the folder is the user's.
is_theirs() {
	[ -e "$1" ]
	[ -z "$(find "$1" ! -user "$PERSON" -o ! -group "$PERSON")" ]
}

@test "sudo epm build: store and cache are the user's, in their home and owned by them" {
	person sudo -n bin/epm build opensnoop
	exits 0
	[[ ${lines[0]} == opensnoop:latest\ sha256:* ]]
	[ -f .eunomia/index.json ]
	[ -d .eunomia/cache ]
	is_theirs .eunomia
	[ ! -e ~root/.eunomia/index.json ] || [ ~root/.eunomia/index.json -ot .eunomia/index.json ]
}

@test "sudo: the compiler runs with the user's id, for good" {
	cat >bin/clang-that-tells <<-'END'
	#!/bin/sh
	grep -E '^(Uid|Gid|Groups|CapEff):' /proc/self/status >>"$HOME_OF_TEST"/ids
	exec clang "$@"
	END
	sed -i "s|\"\$HOME_OF_TEST\"|$THEIR_HOME|" bin/clang-that-tells
	chmod 755 bin/clang-that-tells
	rm -rf ids .eunomia/cache/clang
	person sudo -n bin/epm build --clang "$THEIR_HOME/bin/clang-that-tells" opensnoop
	exits 0
	uid=$(id -u "$PERSON")
	[ "$(grep '^Uid:' ids | sort -u | tr '\t' ' ')" = "Uid: $uid $uid $uid $uid" ]
	[ "$(grep '^CapEff:' ids | sort -u | tr '\t' ' ')" = "CapEff: 0000000000000000" ]
	is_theirs ids
}

@test "what was built under sudo is there without it, and the other way round" {
	person bin/epm build -t mine:1 opensnoop
	exits 0
	is_theirs .eunomia
	person sudo -n bin/epm ls
	exits 0
	grep -qE '^mine +1 ' <<<"$output"
	person bin/epm ls
	exits 0
	grep -qE '^opensnoop +latest ' <<<"$output"
	person bin/epm inspect opensnoop
	exits 0
	person bin/epm run opensnoop --help
	exits 0
	grep -q -- '--failed' <<<"$output"
	person sudo -n bin/epm tag mine:1 mine:2
	exits 0
	person bin/epm rm mine:1 mine:2
	exits 0
	is_theirs .eunomia
}

@test "without root run is refused with what to do" {
	person bin/epm run opensnoop
	exits 4
	says 'epm: loading eBPF programs needs root'
	grep -qE '^epm: hint: .*sudo' <<<"$output"
}

@test "sudo epm run takes the user's package and shows events" {
	exec 7< <(exec setpriv --reuid "$PERSON" --regid "$PERSON" --init-groups env -i PATH="$PATH" \
		HOME="$THEIR_HOME" USER="$PERSON" timeout 30 \
		sudo -n "$THEIR_HOME/bin/epm" run --json --count 1 opensnoop --uid_target "$(id -u "$PERSON")")
	# opens until one was seen: when the programs stand is not told here
	end=$((SECONDS + 20))
	while ! read -rt 0.05 line <&7; do
		[ $SECONDS -lt $end ]
		person cat bin/clang-that-tells
	done
	exec 7<&-
	jq -e --argjson uid "$(id -u "$PERSON")" '.source == "events" and .uid == $uid' <<<"$line"
}

@test "sudo with EPM_HOME: that store, owned by the user" {
	person sudo -n EPM_HOME="$THEIR_HOME/other" bin/epm build opensnoop
	exits 0
	is_theirs other
	person env EPM_HOME="$THEIR_HOME/other" bin/epm ls
	exits 0
	grep -qE '^opensnoop +latest ' <<<"$output"
	person sudo -n EPM_HOME="$THEIR_HOME/other" bin/epm run --duration 200ms opensnoop
	exits 0
	is_theirs other
}

@test "sudo: a file that only root may read is not read" {
	printf 'secret' >"$THEIR_HOME/root-only.bpf.o"
	chown root: "$THEIR_HOME/root-only.bpf.o"
	chmod 600 "$THEIR_HOME/root-only.bpf.o"
	person sudo -n bin/epm run ./root-only.bpf.o
	exits 4
	grep -qF './root-only.bpf.o: Permission denied' <<<"$output"
	person sudo -n bin/epm run --config root-only.bpf.o opensnoop
	exits 4
	mkdir -m 755 root-folder
	person sudo -n bin/epm build -o root-folder/package.json opensnoop
	exits 4
	[ ! -e root-folder/package.json ]
	person sudo -n EPM_HOME="$THEIR_HOME/root-folder/home" bin/epm build opensnoop
	exits 4
	[ ! -e root-folder/home ]
}

@test "root without sudo has root's own store" {
	run env -u SUDO_UID HOME="$THEIR_HOME/root-folder" "$EPM" build opensnoop
	exits 0
	[ "$(stat -c %U root-folder/.eunomia/index.json)" = root ]
}
