#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# One login for all: other tools use what epm login has kept, and epm logout takes away theirs.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	start_registry basic
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home HOME=$BATS_TEST_TMPDIR/person
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR/docker
	unset REGISTRY_AUTH_FILE XDG_RUNTIME_DIR XDG_CONFIG_HOME
	mkdir "$HOME"
	cd "$BATS_TEST_TMPDIR" || return
}

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

@test "oras and crane use what epm login has kept" {
	peer oras
	peer crane
	run "$EPM_PEERS/oras" repo ls --plain-http "$registry"
	[ "$status" != 0 ]
	"$EPM" login -u user --password-stdin "$registry" <<<"$PASSWORD"
	run "$EPM_PEERS/oras" repo ls --plain-http "$registry"
	exits 0
	run "$EPM_PEERS/crane" catalog "$registry"
	exits 0
}

@test "skopeo uses it" {
	"$EPM" login -u user --password-stdin "$registry" <<<"$PASSWORD"
	run skopeo list-tags --tls-verify=false "docker://$registry/absent"
	[[ $output != *[Uu]nauthorized* && $output == *"manifest unknown"* || $output == *[Nn]ot*[Ff]ound* || $output == *"name unknown"* ]]
	epm logout "$registry"
	run skopeo list-tags --tls-verify=false "docker://$registry/absent"
	[[ $output == *[Uu]nauthorized* || $output == *"authentication required"* ]]
}

@test "epm logout takes away what oras and crane have kept" {
	peer oras
	peer crane
	for tool in "oras login --plain-http" "crane auth login"; do
		"$EPM_PEERS"/$tool -u user --password-stdin "$registry" <<<"$PASSWORD"
		epm logout "$registry"
		exits 0
		says "epm: logged out of $registry"
		run "$EPM_PEERS/crane" catalog "$registry"
		[ "$status" != 0 ]
	done
}

@test "docker finds itself logged in, and out" {
	command -v docker >/dev/null || skip "docker is not installed"
	"$EPM" login -u user --password-stdin "$registry" <<<"$PASSWORD"
	run docker logout "$registry"
	exits 0
	[[ $output == "Removing login credentials for $registry"* ]]
	docker login -u user --password-stdin "http://$registry" <<<"$PASSWORD" || return
	epm logout "$registry"
	says "epm: logged out of $registry"
}
