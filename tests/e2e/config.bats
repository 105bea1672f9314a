#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm config: shown, set, taken away; config.yaml keeps what a person wrote.

load "$BATS_LIB/common"

# file_is LINE…: config.yaml has these lines
file_is() {
	diff <(printf '%s\n' "$@") "$EPM_HOME/config.yaml"
}

@test "what is built in, as a table and as JSON" {
	epm config
	exits 0
	[ "${lines[0]}" = "KEY       VALUE                ORIGIN" ]
	[ "${lines[1]}" = "registry  ghcr.io/eunomia-bpf  built in" ]
	[ "${#lines[@]}" = 3 ]
	epm config --json
	exits 0
	[ "$(jq -c '.[0]' <<<"$output")" = \
		'{"key":"registry","value":"ghcr.io/eunomia-bpf","origin":"built in"}' ]
	epm config registry
	exits 0
	[ "$output" = ghcr.io/eunomia-bpf ]
	[ ! -e "$EPM_HOME" ]
}

@test "set, shown with its origin, taken away" {
	epm config registry registry.example/tools
	exits 0
	[ -z "$output" ]
	file_is 'registry: registry.example/tools'
	epm config registry
	[ "$output" = registry.example/tools ]
	epm config --json registry
	[ "$(jq -r '.[0].origin' <<<"$output")" = "$EPM_HOME/config.yaml" ]
	epm config --unset registry
	exits 0
	epm config --unset registry
	exits 3
	says "epm: registry is not set in $EPM_HOME/config.yaml"
	epm config registry
	[ "$output" = ghcr.io/eunomia-bpf ]
}

@test "several values; a mirror is a key of its own" {
	epm config plain_http registry.lan:5000 other.lan
	exits 0
	epm config mirrors.ghcr.io mirror.example:5000/ghcr other.example
	exits 0
	epm config mirrors.ghcr.io
	[ "$output" = $'mirror.example:5000/ghcr\nother.example' ]
	epm config plain_http
	[ "$output" = $'registry.lan:5000\nother.lan' ]
	epm config mirrors
	exits 0
	[[ ${lines[1]} =~ ^"mirrors.ghcr.io  mirror.example:5000/ghcr, other.example  " ]]
	epm config mirrors.quay.io
	exits 3
	says "epm: mirrors.quay.io is not set"
	epm config --unset mirrors
	exits 0
	file_is 'plain_http:' '- registry.lan:5000' '- other.lan'
}

@test "comments and the other settings stay" {
	mkdir -p "$EPM_HOME"
	cat >"$EPM_HOME/config.yaml" <<-'END'
		# ours
		registry: ghcr.io/us # not them

		# slow line
		timeout: 2m
	END
	epm config registry ghcr.io/me
	exits 0
	epm config ca_file /etc/ssl/company.pem
	exits 0
	file_is '# ours' 'registry: ghcr.io/me # not them' '' '# slow line' 'timeout: 2m' \
		'ca_file: /etc/ssl/company.pem'
	# it is no part of the store, and in nobody's way there
	make_store opensnoop:1.0
	is_sound
	epm prune
	exits 0
	[ -e "$EPM_HOME/config.yaml" ]
}

@test "a file of authorities is kept with its whole path" {
	touch ca.pem
	epm config ca_file ca.pem
	exits 0
	file_is "ca_file: $(realpath ca.pem)"
	epm config ca_file nope.pem
	exits 3
}

@test "mistakes" {
	epm config registri
	exits 2
	says "epm: there is no setting 'registri'"
	says "epm: hint: did you mean 'registry'?"
	epm config registry nothing
	exits 2
	says "epm: config.yaml.registry: 'nothing' is not REGISTRY or REGISTRY/PATH"
	epm config registry a.b c.d
	exits 2
	epm config --unset
	exits 2
	epm config --json registry a.b
	exits 2
	[ ! -e "$EPM_HOME" ]
	mkdir -p "$EPM_HOME"
	echo 'mirrows: {}' >"$EPM_HOME/config.yaml"
	epm config
	exits 6
	says "epm: $EPM_HOME/config.yaml: unknown key 'mirrows'"
	says "epm: hint: did you mean 'mirrors'?"
}
