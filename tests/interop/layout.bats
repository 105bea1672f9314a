#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# The store as other tools see it, and what they write into it. The names in it are written by epm.

load "$BATS_LIB/common"

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

two_packages() {
	make_store opensnoop:1.0 ghcr.io/x/runqlat:latest
	"$EPM" tag opensnoop:1.0 opensnoop
}

digest_of() {
	"$EPM" ls --json | jq -r --arg r "$1" '.[] | select(.reference == $r) | .digest'
}

# is_manifest NAME: the last output is the manifest of the package, byte for byte
is_manifest() {
	exits 0
	[ "sha256:$(printf %s "$output" | sha256sum | cut -d' ' -f1)" = "$(digest_of "$1")" ]
}

@test "skopeo finds a package by its whole name" {
	two_packages
	for name in opensnoop:1.0 opensnoop:latest ghcr.io/x/runqlat:latest; do
		run skopeo inspect --raw "oci:$EPM_HOME:$name"
		is_manifest "$name"
	done
}

@test "skopeo finds a package by a tag that only it has, and none by one that two have" {
	two_packages
	run skopeo inspect --raw "oci:$EPM_HOME:1.0"
	is_manifest opensnoop:1.0
	run skopeo inspect --raw "oci:$EPM_HOME:latest"
	[ "$status" != 0 ]
}

@test "skopeo copies a package out, and epm reads it there" {
	two_packages
	skopeo copy "oci:$EPM_HOME:opensnoop:1.0" "oci:$BATS_TEST_TMPDIR/out:opensnoop:1.0"
	digest=$(digest_of opensnoop:1.0)
	EPM_HOME=$BATS_TEST_TMPDIR/out epm ls --json
	[ "$(jq -r '.[0].digest' <<<"$output")" = "$digest" ]
	EPM_HOME=$BATS_TEST_TMPDIR/out epm inspect opensnoop:1.0
	exits 0
}

@test "what skopeo writes into the store has its name and stays" {
	two_packages
	other=$BATS_TEST_TMPDIR/other
	EPM_HOME=$other make_store syscount:3
	skopeo copy "oci:$other:syscount:3" "oci:$EPM_HOME:example/syscount:3"
	epm inspect example/syscount:3
	exits 0
	epm tag example/syscount:3 mine
	exits 0
	[ "$("$EPM" ls --json | jq -c '[.[].reference]')" = \
		'["example/syscount:3","ghcr.io/x/runqlat:latest","mine:latest","opensnoop:1.0","opensnoop:latest"]' ]
	run skopeo inspect --raw "oci:$EPM_HOME:example/syscount:3"
	is_manifest mine:latest
	is_sound
}

@test "oras resolves whole names, bare tags and digests" {
	peer oras
	two_packages
	run "$EPM_PEERS/oras" manifest fetch --oci-layout-path "$EPM_HOME" ghcr.io/x/runqlat:latest
	is_manifest ghcr.io/x/runqlat:latest
	run "$EPM_PEERS/oras" manifest fetch --oci-layout "$EPM_HOME:1.0"
	is_manifest opensnoop:1.0
	run "$EPM_PEERS/oras" manifest fetch --oci-layout "$EPM_HOME@$(digest_of opensnoop:latest)"
	is_manifest opensnoop:latest
}

@test "oras pull gives the files by their titles" {
	peer oras
	two_packages
	"$EPM_PEERS/oras" pull --oci-layout-path "$EPM_HOME" -o out opensnoop:1.0
	[ "$(cat out/opensnoop.bpf.o)" = $'\x7fELF of opensnoop for amd64' ]
	jq -e .bpf_skel out/opensnoop.skel.json
}

@test "oras copy into the store" {
	peer oras
	two_packages
	other=$BATS_TEST_TMPDIR/other
	EPM_HOME=$other make_store syscount:3
	"$EPM_PEERS/oras" cp --from-oci-layout-path "$other" syscount:3 --to-oci-layout "$EPM_HOME:syscount"
	epm inspect syscount
	exits 0
	is_sound
}

@test "crane reads the layout" {
	peer crane
	make_store --index opensnoop:1.0 amd64 arm64
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	"$EPM_PEERS/crane" registry serve --address "127.0.0.1:$port" >log 2>&1 3>&- &
	pid=$!
	for _ in $(seq 200); do
		! "$EPM_PEERS/crane" catalog "127.0.0.1:$port" >/dev/null 2>&1 || break
		sleep 0.05
	done
	run "$EPM_PEERS/crane" push --index "$EPM_HOME" "127.0.0.1:$port/all:1"
	kill "$pid"
	exits 0
	[[ $output == *"/all@sha256:"* ]]
}
