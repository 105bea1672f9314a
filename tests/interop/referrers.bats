#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# What refers to a package (signatures and the like), as oras attaches and finds it in the store.

load "$BATS_LIB/common"

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

oras() {
	"$EPM_PEERS/oras" "$@"
}

digest_of() {
	"$EPM" ls --json | jq -r --arg r "$1" '.[] | select(.reference == $r) | .digest'
}

# attach NAME TEXT: a referrer made by oras; prints its digest
attach() {
	echo "$2" >note.txt
	oras attach --oci-layout-path "$EPM_HOME" "$1" --artifact-type application/x.note \
		note.txt:text/plain --format json | jq -r .digest
}

discovered() {
	oras discover --oci-layout-path "$EPM_HOME" "$1" --format json | jq -r '.referrers[].digest' |
		sort
}

blobs() {
	find "$EPM_HOME/blobs/sha256" -type f | wc -l
}

@test "what oras attached is no package in the list, and goes with its subject" {
	peer oras
	make_store opensnoop:1.0 other:1
	digest=$(digest_of opensnoop:1.0)
	note=$(attach opensnoop:1.0 one)
	second=$(attach "opensnoop@$note" two)
	[ "$("$EPM" ls --json | jq -c '[.[].reference]')" = '["opensnoop:1.0","other:1"]' ]
	[ "$("$EPM" ls --json "$note" | jq -r '.[0].subject')" = "$digest" ]
	is_sound
	# kept by prune, found by oras after epm has written the index
	epm prune
	says "deleted 0 blobs, 0 B"
	"$EPM" tag opensnoop:1.0 opensnoop:2.0
	[ "$(discovered opensnoop:2.0)" = "$note" ]
	[ "$(discovered "opensnoop@$note")" = "$second" ]
	[ "$(jq -r --arg d "$note" '.manifests[] | select(.digest == $d) |
		.annotations["dev.eunomia.store.subject"]' "$EPM_HOME/index.json")" = "$digest" ]
	"$EPM" rm opensnoop:1.0
	[ "$(discovered opensnoop:2.0)" = "$note" ]
	"$EPM" rm opensnoop:2.0
	[ "$(blobs)" = 4 ]
	[ "$(jq '[.manifests[] | select(.annotations["dev.eunomia.store.alias"] == null)] | length' \
		"$EPM_HOME/index.json")" = 1 ]
	is_sound
}

@test "a referrer of one architecture stays with the whole" {
	peer oras
	make_store --index opensnoop:1.0 amd64 arm64
	arm=$("$EPM" inspect --manifest opensnoop:1.0 |
		jq -r '.manifests[] | select(.platform.architecture == "arm64") | .digest')
	note=$(attach "opensnoop@$arm" one)
	"$EPM" prune
	[ "$(discovered "opensnoop@$arm")" = "$note" ]
	"$EPM" rm opensnoop:1.0
	[ "$(blobs)" = 0 ]
}

@test "prune: what refers to something that is gone" {
	peer oras
	make_store opensnoop:1.0 other:1
	attach opensnoop:1.0 one
	# the name moves, and with it what had it is without
	"$EPM" tag other:1 opensnoop:1.0
	"$EPM" prune
	[ "$(blobs)" = 4 ]
	is_sound
}

@test "an index that was lost: referrers are found again" {
	peer oras
	make_store opensnoop:1.0
	digest=$(digest_of opensnoop:1.0)
	note=$(attach opensnoop:1.0 one)
	rm -f "$EPM_HOME/index.json" "$EPM_HOME/index.json.bak"
	epm fsck
	exits 6
	[ "$("$EPM" ls --json | jq -c '[.[].digest]')" = "[\"$digest\"]" ]
	"$EPM" tag "$digest" again
	[ "$(discovered again:latest)" = "$note" ]
	is_sound
}
