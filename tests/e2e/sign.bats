#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm sign, and push --sign: what is written where, and what happens when it cannot be. That cosign
# verifies it is tests/interop/sign.bats'.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

preload=$EPM_BUILD/tests/support/faults_preload.so
keys=$EPM_SRC/tests/data/sign/keys

setup_file() {
	start_registry
	start_stub
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	export HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1
	unset EPM_KEY
	cd "$BATS_TEST_TMPDIR" || return
	cp "$keys/p256.pem" epm.key
	cp "$keys/ed25519.pem" other.key
}

digest() {
	entry_digest "$EPM_HOME" "$1"
}

# signatures DIGEST: the manifests in the store that refer to it
signatures() {
	jq -r --arg d "$1" '.manifests[] | select(.annotations["dev.eunomia.store.subject"] == $d) |
		.digest' "$EPM_HOME/index.json"
}

# signed N NAME: so many signatures of it are in the store
signed() {
	local count
	count=$(signatures "$(digest "$2")" | grep -c sha256: || true)
	[ "$count" = "$1" ] || {
		printf '%s signatures of %s, not %s\n' "$count" "$2" "$1" >&2
		return 1
	}
}

# layers NAME SUFFIX: of what is under the tag made of its digest
layers() {
	local manifest
	manifest=$(jq -r --arg t "$(tr : - <<<"$(digest "$1")")$2" '.manifests[] |
		select(.annotations["org.opencontainers.image.ref.name"] == $t) | .digest' "$EPM_HOME/index.json")
	[ -n "$manifest" ]
	jq '.layers | length' "$(blob_path "$EPM_HOME" "$manifest")"
}

# payload MANIFEST: what a bundle signed
payload() {
	jq -r '.layers[0].digest' "$(blob_path "$EPM_HOME" "$1")" | {
		read -r blob
		jq -r .dsseEnvelope.payload "$(blob_path "$EPM_HOME" "$blob")" | base64 -d
	}
}

referrers_at() {
	client get "$1" "/v2/$2/referrers/$3" | jq '.manifests | length'
}

@test "in the store: a referrer with a bundle, said in two lines and a digest" {
	make_store opensnoop:1.0
	epm sign --key epm.key opensnoop:1.0
	exits 0
	says "epm: opensnoop:1.0 is signed by epm.key in the store"
	says "epm: 'epm push' sends it with the package"
	manifest=$(signatures "$(digest opensnoop:1.0)")
	says "opensnoop@$(digest opensnoop:1.0) $manifest"
	[ ${#lines[@]} = 3 ]
	jq -e --arg d "$(digest opensnoop:1.0)" '.subject.digest == $d and (.layers | length) == 1 and
		.artifactType == "application/vnd.dev.sigstore.bundle.v0.3+json" and
		.layers[0].mediaType == .artifactType and
		.config.mediaType == "application/vnd.oci.empty.v1+json" and .annotations == {
			"dev.sigstore.bundle.content": "dsse-envelope",
			"dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1"}' \
		"$(blob_path "$EPM_HOME" "$manifest")"
	[ "$(payload "$manifest")" = '{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"'"$(
		digest opensnoop:1.0 | cut -d: -f2)"'"},"annotations":{}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}' ]
	is_sound
	epm verify --key <(openssl pkey -in epm.key -pubout) opensnoop:1.0
	exits 0
}

@test "twice is once: the same key, the same annotations, in both forms" {
	make_store opensnoop:1.0
	for format in bundle simple; do
		"$EPM" -q sign --key epm.key -a a=1 -a b=2 --format $format opensnoop:1.0 >first
		epm sign --key epm.key -a b=2 -a a=1 --format $format opensnoop:1.0
		exits 0
		says "epm: opensnoop:1.0: epm.key has signed it already, nothing has changed"
		says "$(cat first)"
	done
	cp "$EPM_HOME/index.json" before.json
	"$EPM" -q sign --key epm.key -a a=1 -a b=2 opensnoop:1.0
	cmp before.json "$EPM_HOME/index.json"
	# other annotations, another key, another form are something else
	"$EPM" -q sign --key epm.key -a a=1 opensnoop:1.0
	"$EPM" -q sign --key epm.key opensnoop:1.0
	"$EPM" -q sign --key other.key -a a=1 -a b=2 opensnoop:1.0
	"$EPM" -q sign --key other.key -a a=1 -a b=2 --format simple opensnoop:1.0
	signed 5 opensnoop:1.0 # four bundles, and what is under the tag
	[ "$(layers opensnoop:1.0 .sig)" = 2 ]
	is_sound
}

@test "the same at a registry: nothing is sent the second time" {
	make_store opensnoop:1.0
	for where in "$registry" "$stub"; do
		"$EPM" push opensnoop:1.0 "$where/twice/opensnoop:1.0"
		"$EPM" -q sign --remote --key epm.key "$where/twice/opensnoop:1.0"
		"$EPM" -q sign --remote --key epm.key --format simple "$where/twice/opensnoop:1.0"
	done
	forget "$registry_log"
	forget "$stub_log"
	for where in "$registry" "$stub"; do
		for format in bundle simple; do
			epm sign --remote --key epm.key --format $format "$where/twice/opensnoop:1.0"
			exits 0
			[[ $output == *"has signed it already, nothing has changed"* ]]
		done
	done
	asked_times 0 "$registry_log" '^(POST|PUT|PATCH)'
	asked_times 0 "$stub_log" '^(POST|PUT|PATCH)'
	[ "$(referrers_at "$stub" twice/opensnoop "$(digest opensnoop:1.0)")" = 1 ]
	# the store has none of it
	signed 0 opensnoop:1.0
}

@test "what the store does not have is signed at its registry; of the package nothing is fetched" {
	make_store opensnoop:1.0
	"$EPM" push opensnoop:1.0 "$registry/remote/opensnoop:1.0"
	rm -r "$EPM_HOME"
	forget "$registry_log"
	epm sign --key epm.key "$registry/remote/opensnoop:1.0"
	exits 0
	says "epm: $registry/remote/opensnoop:1.0 is signed by epm.key in the registry"
	asked_times 0 "$registry_log" '^GET .*/blobs/'
	asked_times 2 "$registry_log" '^PUT .*/blobs/uploads/'
	asked_times 2 "$registry_log" '^PUT .*/manifests/'
	[ -z "$(find "$EPM_HOME" -path '*scratch/*' -o -path '*/blobs/sha256/*')" ]
	epm sign --key epm.key "$registry/remote/nothing:1.0"
	fails 3
}

@test "an image index: it and each manifest that is there" {
	make_store --index many:1 amd64 arm64 s390x
	epm sign --key epm.key --json many:1
	exits 0
	[ "$(tail -n 1 <<<"$output" | jq -c '[.where, .format, .absent, (.manifests | length),
		([.manifests[].new] | unique)]')" = '["store","bundle",0,4,[true]]' ]
	for child in $(jq -r '.manifests[].digest' "$(blob_path "$EPM_HOME" "$(digest many:1)")"); do
		[ "$(signatures "$child" | wc -l)" = 1 ]
	done
	# one of them has gone
	child=$(jq -r '.manifests[1].digest' "$(blob_path "$EPM_HOME" "$(digest many:1)")")
	rm "$(blob_path "$EPM_HOME" "$child")"
	epm sign --key other.key many:1
	exits 0
	says "epm: many:1 is signed by other.key in the store, 3 of 3 manifests"
	says "epm: 1 manifests of the image index are not in the store and not signed"
}

@test "the key: --key, else EPM_KEY; none is a usage error that says how to come by one" {
	make_store opensnoop:1.0
	epm sign opensnoop:1.0
	fails 2 "there is no key to sign with"
	[[ ${lines[1]} == *"epm key generate"* ]]
	EPM_KEY='' epm sign opensnoop:1.0
	fails 2
	EPM_KEY=epm.key epm sign opensnoop:1.0
	exits 0
	EPM_KEY=nothing.key epm sign --key other.key opensnoop:1.0
	exits 0
	signed 2 opensnoop:1.0
}

@test "keys that are no good: nothing is changed" {
	make_store opensnoop:1.0
	names=$(names)
	epm sign --key nothing.key opensnoop:1.0
	fails 3 nothing.key
	epm sign --key "$keys/../cosign/p256.pub" opensnoop:1.0
	fails 2 "public key"
	EPM_KEY_PASSWORD=wrong epm sign --key "$keys/p256-scrypt.pem" opensnoop:1.0
	fails 4
	EPM_KEY_PASSWORD=wrong epm sign --remote --key "$keys/p256-scrypt.pem" "$registry/x/y:1"
	fails 4
	for bad in "$keys"/bad-*.pem; do
		EPM_KEY_PASSWORD=wrong epm sign --key "$bad" opensnoop:1.0
		[[ "4 6 8" == *$status* ]]
		is_one_error .
	done
	signed 0 opensnoop:1.0
	nothing_left "$names"
}

@test "the passphrase: from the environment or standard input" {
	make_store opensnoop:1.0
	EPM_KEY_PASSWORD=pw "$EPM" -q key generate -o locked.key >/dev/null
	EPM_KEY_PASSWORD=pw epm sign --key locked.key opensnoop:1.0
	exits 0
	run "$EPM" sign --password-stdin --key locked.key -a a=b opensnoop:1.0 <<<pw
	exits 0
	run "$EPM" sign --password-stdin --key locked.key -a a=c opensnoop:1.0 <<<other
	fails 4
	run "$EPM" sign --key locked.key -a a=c opensnoop:1.0 </dev/null
	fails 2
	signed 2 opensnoop:1.0
}

@test "annotations that are none" {
	make_store opensnoop:1.0
	for text in a =b ''; do
		epm sign --key epm.key -a "$text" opensnoop:1.0
		fails 2
	done
	epm sign --key epm.key -a a=1 -a a=1 opensnoop:1.0
	fails 2 "given twice"
	epm sign --key epm.key -a $'a=\xff' opensnoop:1.0
	fails 2 "UTF-8"
	epm sign --key epm.key -a a= -a 'b=c=d' opensnoop:1.0
	exits 0
	[ "$(payload "$(signatures "$(digest opensnoop:1.0)")" | jq -c '.subject[0].annotations')" = '{"a":"","b":"c=d"}' ]
	epm sign --key epm.key --format other opensnoop:1.0
	fails 2
}

@test "several at once: all are looked up before the first is signed" {
	make_store a:1 b:1
	epm sign --key epm.key a:1 nothing:1 b:1
	fails 3 nothing
	signed 0 a:1
	epm sign --key epm.key a:1 b:1
	exits 0
	signed 1 a:1
	signed 1 b:1
}

@test "SOURCE_DATE_EPOCH is the time of the manifest; Ed25519 then gives the same bytes" {
	make_store opensnoop:1.0
	SOURCE_DATE_EPOCH=86400 "$EPM" -q sign --key other.key opensnoop:1.0 >first
	manifest=$(signatures "$(digest opensnoop:1.0)")
	[ "$(jq -r '.annotations["org.opencontainers.image.created"]' "$(blob_path "$EPM_HOME" "$manifest")")" = \
		1970-01-02T00:00:00Z ]
	rm -r "$EPM_HOME"
	make_store opensnoop:1.0
	SOURCE_DATE_EPOCH=86400 "$EPM" -q sign --key other.key opensnoop:1.0 | diff first -
	SOURCE_DATE_EPOCH=tomorrow epm sign --key epm.key opensnoop:1.0
	fails 2
}

@test "push --sign: one step, the signature stays here too; again nothing is sent" {
	make_store opensnoop:1.0
	for where in "$registry" "$stub"; do
		epm push --sign epm.key -a a=b opensnoop:1.0 "$where/step/opensnoop:1.0"
		exits 0
		signed 1 opensnoop:1.0
		epm push --sign epm.key -a a=b opensnoop:1.0 "$where/step/opensnoop:1.0"
		exits 0
		says "epm: $where/step/opensnoop:1.0: nothing has changed"
	done
	[ "$(referrers_at "$stub" step/opensnoop "$(digest opensnoop:1.0)")" = 1 ]
	epm push --sign nothing.key opensnoop:1.0 "$registry/step/other:1.0"
	fails 3
	asked_times 0 "$registry_log" ' /v2/step/other/'
	epm push -a a=b opensnoop:1.0 "$registry/step/opensnoop:1.0"
	fails 2 "need --sign"
}

@test "a push sends signatures that came later, and asks nobody about packages without" {
	make_store plain:1 opensnoop:1.0
	make_store --index many:1 amd64 arm64
	for name in plain:1 opensnoop:1.0 many:1; do
		"$EPM" push $name "$registry/later/$name"
	done
	for name in opensnoop:1.0 many:1; do
		"$EPM" -q sign --key epm.key $name
		"$EPM" -q sign --key other.key --format simple $name
	done
	forget "$registry_log"
	"$EPM" push plain:1 "$registry/later/plain:1"
	asked_times 1 "$registry_log"
	for name in opensnoop:1.0 many:1; do
		epm push $name "$registry/later/$name"
		exits 0
		asked_times 0 "$registry_log" "^PUT .*/manifests/${name#*:}"
		forget "$registry_log"
		epm push $name "$registry/later/$name"
		says "epm: $registry/later/$name: nothing has changed"
		asked_times 0 "$registry_log" '^(PUT|POST)'
		epm verify --remote --key <(openssl pkey -in epm.key -pubout) "$registry/later/$name"
		exits 0
		epm verify --remote --key <(openssl pkey -in other.key -pubout) "$registry/later/$name"
		exits 0
	done
	# one that was deleted there is sent again
	manifest=$(signatures "$(digest opensnoop:1.0)" | head -n 1)
	tag=$(tr : - <<<"$(digest opensnoop:1.0)")
	echo '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}' >none
	client put "$registry" later/opensnoop "$tag" none
	"$EPM" push opensnoop:1.0 "$registry/later/opensnoop:1.0"
	client get "$registry" "/v2/later/opensnoop/manifests/$tag" | grep -F "$manifest"
	# somebody adds one under the tag: nothing of ours is lacking
	rm -rf other && EPM_HOME=$PWD/other "$EPM" -q sign --key epm.key --format simple "$registry/later/opensnoop:1.0"
	epm push opensnoop:1.0 "$registry/later/opensnoop:1.0"
	says "epm: $registry/later/opensnoop:1.0: nothing has changed"
}

# ends FAULT FORMAT: while it lasts sign fails as it should; then it goes through, once
ends() {
	local n name
	start_stub --fault "$1"
	name=$stub/ends/opensnoop:1.0
	"$EPM" -q push opensnoop:1.0 "$name"
	for n in $(seq 12); do
		epm sign --timeout 1s --remote --key epm.key --format "$2" "$name"
		[ "$status" != 0 ] || break
		fails 5
		epm verify --remote --key <(openssl pkey -in epm.key -pubout) "$name"
		exits 7
	done
	exits 0
	[ "$n" -gt 1 ]
	epm sign --remote --key epm.key --format "$2" "$name"
	[[ $output == *"has signed it already"* ]]
	signed 0 opensnoop:1.0
}

@test "a registry that ends in the middle: an error, and it can be done again" {
	make_store opensnoop:1.0
	ends 'POST upload after=3 times=12 status=500' bundle
	ends 'PUT upload after=3 times=25 drop=10' bundle
	ends 'PUT manifest after=1 times=7 status=503' bundle
	ends 'PUT manifest after=1 times=7 status=503' simple
}

@test "a store that cannot be written" {
	make_store opensnoop:1.0
	if [ "$(id -u)" = 0 ]; then
		chown -R 65534 "$EPM_HOME" "$BATS_TEST_TMPDIR"
		chmod -R a-w "$EPM_HOME"
		run setpriv --reuid 65534 --clear-groups "$EPM" sign --key epm.key opensnoop:1.0
		chmod -R u+w "$EPM_HOME"
	else
		chmod -R a-w "$EPM_HOME"
		epm sign --key epm.key opensnoop:1.0
		chmod -R u+w "$EPM_HOME"
	fi
	fails 4
	signed 0 opensnoop:1.0
}

# each_fault ERRNO FORMAT: every call of sign that changes the disk fails in turn
each_fault() {
	local mark=$BATS_TEST_TMPDIR/mark n
	for n in $(seq 100); do
		rm -rf "$EPM_HOME" "$mark"
		make_store opensnoop:1.0
		"$EPM" -q sign --key other.key --format "$2" opensnoop:1.0 >/dev/null
		ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$preload FAULT_AT=$n \
			FAULT_ERRNO=$1 FAULT_MARK=$mark run "$EPM" sign --key epm.key --format "$2" opensnoop:1.0
		[ -e "$mark" ] || {
			[ "$n" -gt 3 ]
			exits 0
			return 0
		}
		is_sound
		epm verify --key other.pub opensnoop:1.0
		exits 0
		"$EPM" -q sign --key epm.key --format "$2" opensnoop:1.0 >/dev/null
		epm verify --key epm.pub --key other.pub --threshold 2 opensnoop:1.0
		exits 0
	done
	return 1
}

@test "killed anywhere, the disk full anywhere: the store is whole, and what was signed is signed" {
	[ -e "$preload" ]
	openssl pkey -in epm.key -pubout -out epm.pub
	openssl pkey -in other.key -pubout -out other.pub
	for format in bundle simple; do
		each_fault KILL $format
		each_fault 28 $format
	done
}

@test "two at once under one tag: both are there" {
	make_store opensnoop:1.0
	cp "$keys/p384.pem" third.key
	pids=()
	for key in epm other third; do
		"$EPM" -q sign --key $key.key --format simple opensnoop:1.0 >/dev/null 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	[ "$(layers opensnoop:1.0 .sig)" = 3 ]
	is_sound
}
