#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# What epm signs, cosign verifies: on docker-registry, which has no list of referrers, and on a stub
# that has. Nothing leaves the machine: the flags are those that keep cosign off its services.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	start_registry plain
	start_stub
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home HOME=$BATS_TEST_TMPDIR/person
	export EPM_KEY_PASSWORD=secret-words COSIGN_PASSWORD=secret-words
	mkdir "$HOME"
	cd "$BATS_TEST_TMPDIR" || return
	peer cosign
}

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

cosign() {
	"$EPM_PEERS/cosign" "$@"
}

oras() {
	"$EPM_PEERS/oras" "$@"
}

# key FILE [TYPE]
key() {
	"$EPM" -q key generate -o "$1.key" --type "${2:-ecdsa-p256}" >/dev/null
}

# verifies KEY REF FLAG…: cosign does, and says so of the digest of REF
verifies() {
	local key=$1 ref=$2
	shift 2
	cosign verify --key "$key" --insecure-ignore-tlog "$@" "$ref" >verified.json 2>verify.err || {
		cat verify.err >&2
		return 1
	}
}

# refuses KEY REF FLAG…
refuses() {
	not verifies "$@" 2>/dev/null
}

# cosign_signs KEY REF FLAG…
cosign_signs() {
	local key=$1 ref=$2
	shift 2
	cosign sign -y --key "$key" --use-signing-config=false --tlog-upload=false "$@" "$ref"
}

digest() {
	entry_digest "$EPM_HOME" "$1"
}

# children NAME: digests of what is in an image index
children() {
	jq -r '.manifests[].digest' "$(blob_path "$EPM_HOME" "$(digest "$1")")"
}

# tag SERVER REPOSITORY DIGEST SUFFIX: what is under sha256-HEX.SUFFIX
tag() {
	manifest_of "$1" "$2" "$(tr : - <<<"$3")$4"
}

@test "the walk: a key, a package, its signature, a push; cosign verifies" {
	make_store opensnoop:1.0
	"$EPM" key generate
	"$EPM" sign --key epm.key opensnoop:1.0
	for where in "$registry" "$stub"; do
		"$EPM" push opensnoop:1.0 "$where/walk/opensnoop:1.0"
		verifies epm.pub "$where/walk/opensnoop:1.0"
		[ "$(jq -r '.[0].critical.image["docker-manifest-digest"]' verified.json)" = \
			"$(digest opensnoop:1.0)" ]
		[ "$(jq -r '.[0].critical.type' verified.json)" = https://sigstore.dev/cosign/sign/v1 ]
		[ "$(jq length verified.json)" = 1 ]
	done
	key other
	refuses other.pub "$registry/walk/opensnoop:1.0"
	# found by those who look for the type
	peer oras
	[ "$(oras discover --plain-http "$registry/walk/opensnoop:1.0" --format json \
		--artifact-type application/vnd.dev.sigstore.bundle.v0.3+json | jq '.referrers | length')" = 1 ]
}

@test "the walk in three commands: generate, build, push --sign" {
	cp -r "$EPM_SRC/examples/opensnoop" .
	cd opensnoop
	"$EPM" key generate && "$EPM" build && "$EPM" push --sign epm.key "$registry/x/opensnoop:1.0"
	verifies epm.pub "$registry/x/opensnoop:1.0"
	# built, signed and attested in one, and pushed
	"$EPM" build --sign epm.key --provenance -a -DANOTHER=1
	"$EPM" push "$registry/x/opensnoop:2.0"
	verifies epm.pub "$registry/x/opensnoop:2.0"
	cosign verify-attestation --key epm.pub --insecure-ignore-tlog --type slsaprovenance1 \
		"$registry/x/opensnoop:2.0" >envelope.json
	jq -r .payload envelope.json | base64 -d |
		jq -e '.predicate.buildDefinition.externalParameters.cflags == ["-DANOTHER=1"]'
}

@test "every type of key, in both forms, without further flags of cosign" {
	for where in "$registry" "$stub"; do
		for type in ecdsa-p256 ecdsa-p384 ed25519 rsa; do
			[ -e $type.key ] || key $type $type
			for format in bundle simple; do
				make_store "$type-$format:1"
				name=$where/types/$type-$format:1
				"$EPM" push "$type-$format:1" "$name"
				"$EPM" sign --remote --key $type.key --format $format "$name"
				verifies $type.pub "$name"
			done
		done
	done
	# a curve that epm reads and does not generate
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp521r1 -out p521.key
	openssl pkey -in p521.key -pubout -out p521.pub
	for format in bundle simple; do
		make_store "p521-$format:1"
		"$EPM" push "p521-$format:1" "$registry/types/p521-$format:1"
		"$EPM" sign --remote --key p521.key --format $format "$registry/types/p521-$format:1"
		verifies p521.pub "$registry/types/p521-$format:1"
	done
}

@test "epm signs with the key that cosign generated" {
	cosign generate-key-pair
	make_store opensnoop:1.0
	run "$EPM" sign --key cosign.key opensnoop:1.0
	[[ $output != *"built without libsodium"* ]] || skip "epm was built without libsodium"
	exits 0
	"$EPM" push opensnoop:1.0 "$registry/keys/opensnoop:1.0"
	verifies cosign.pub "$registry/keys/opensnoop:1.0"
	# what cosign has signed, epm does not sign again
	make_store other:1.0
	"$EPM" push other:1.0 "$registry/keys/other:1.0"
	for format in true false; do
		cosign_signs cosign.key "$registry/keys/other:1.0" --new-bundle-format=$format -a a=b
		name=bundle
		[ $format = true ] || name=simple
		run "$EPM" sign --remote --key cosign.key -a a=b --format $name "$registry/keys/other:1.0"
		exits 0
		[[ $output == *"has signed it already"* ]]
		run "$EPM" sign --remote --key cosign.key --format $name "$registry/keys/other:1.0"
		exits 0
		[[ $output != *"has signed it already"* ]]
	done
}

@test "annotations: cosign asks for them" {
	key epm
	for format in bundle simple; do
		make_store $format:1
		"$EPM" push $format:1 "$registry/annotations/$format:1"
		"$EPM" sign --remote --key epm.key --format $format -a env=prod -a 'text=a=b "ü"' \
			"$registry/annotations/$format:1"
		verifies epm.pub "$registry/annotations/$format:1" -a env=prod
		[ "$(jq -c '.[0].optional' verified.json)" = '{"env":"prod","text":"a=b \"ü\""}' ]
		refuses epm.pub "$registry/annotations/$format:1" -a env=test
	done
}

@test "an image index: it and each manifest in it" {
	key epm
	make_store --index many:1 amd64 arm64
	"$EPM" push many:1 "$registry/index/many:1"
	"$EPM" push many:1 "$stub/index/many:1"
	"$EPM" sign --key epm.key --remote "$registry/index/many:1" "$stub/index/many:1"
	for where in "$registry" "$stub"; do
		verifies epm.pub "$where/index/many:1"
		for child in $(children many:1); do
			verifies epm.pub "$where/index/many@$child"
		done
	done
	# signed in the store, and sent by a push of what was there
	make_store --index store:1 amd64 arm64 s390x
	"$EPM" push store:1 "$registry/index/store:1"
	"$EPM" sign --key epm.key --format simple store:1
	"$EPM" push store:1 "$registry/index/store:1"
	verifies epm.pub "$registry/index/store:1"
	for child in $(children store:1); do
		verifies epm.pub "$registry/index/store@$child"
	done
}

@test "two keys: both verify, in the store as at the registry" {
	key old
	key new ed25519
	for format in bundle simple; do
		make_store $format:1
		"$EPM" sign --key old.key --format $format $format:1
		"$EPM" push $format:1 "$registry/rotation/$format:1"
		"$EPM" sign --key new.key --format $format $format:1
		"$EPM" push $format:1 "$registry/rotation/$format:1"
		verifies old.pub "$registry/rotation/$format:1"
		verifies new.pub "$registry/rotation/$format:1"
		[ "$(jq length verified.json)" = 1 ]
	done
}

@test "signatures and referrers of others survive" {
	peer oras
	peer notation
	key epm
	key other
	openssl pkcs8 -in other.key -passin pass:secret-words -out plain.key
	cosign import-key-pair --key plain.key --output-key-prefix theirs
	make_store opensnoop:1.0
	for where in "$registry" "$stub"; do
		name=$where/others/opensnoop:1.0
		"$EPM" push opensnoop:1.0 "$name"
		echo note >note.txt
		oras attach --plain-http "$name" --artifact-type application/x.note note.txt:text/plain
		"$EPM_PEERS/notation" cert generate-test "epm-$$-${where##*:}" >/dev/null
		"$EPM_PEERS/notation" sign --insecure-registry --key "epm-$$-${where##*:}" \
			"$where/others/opensnoop@$(digest opensnoop:1.0)"
		cosign_signs theirs.key "$name"
		"$EPM" sign --remote --key epm.key "$name"
		"$EPM" sign --remote --key epm.key -a a=b "$name"
		verifies epm.pub "$name"
		verifies theirs.pub "$name"
		oras discover --plain-http "$name" --format json >tree.json
		[ "$(jq '.referrers | length' tree.json)" = 5 ]
		[ "$(jq '[.referrers[] | select(.artifactType == "application/x.note")] | length' tree.json)" = 1 ]
		"$EPM_PEERS/notation" verify --insecure-registry "$name" 2>&1 || true
		[ "$("$EPM_PEERS/notation" ls --insecure-registry "$name" | grep -c sha256:)" -ge 1 ]
	done
}

@test "under the tag: signatures of epm and cosign side by side, whoever comes first" {
	key epm
	key other
	openssl pkcs8 -in other.key -passin pass:secret-words -out plain.key
	cosign import-key-pair --key plain.key --output-key-prefix theirs
	make_store first:1 second:1
	"$EPM" push first:1 "$registry/tag/first:1"
	cosign_signs theirs.key "$registry/tag/first:1" --new-bundle-format=false
	# the store knows nothing of cosign's
	"$EPM" sign --key epm.key --format simple first:1
	"$EPM" push first:1 "$registry/tag/first:1"
	verifies epm.pub "$registry/tag/first:1"
	verifies theirs.pub "$registry/tag/first:1"
	[ "$(tag "$registry" tag/first "$(digest first:1)" .sig | jq '.layers | length')" = 2 ]
	# and now it does
	trust_all
	"$EPM" pull "$registry/tag/first:1"
	"$EPM" -q sign --key epm.key --format simple -a a=b "$registry/tag/first:1"
	"$EPM" push "$registry/tag/first:1"
	[ "$(tag "$registry" tag/first "$(digest first:1)" .sig | jq '.layers | length')" = 3 ]
	# cosign adds to epm's
	"$EPM" push second:1 "$registry/tag/second:1"
	"$EPM" sign --remote --key epm.key --format simple "$registry/tag/second:1"
	cosign_signs theirs.key "$registry/tag/second:1" --new-bundle-format=false
	verifies epm.pub "$registry/tag/second:1"
	verifies theirs.pub "$registry/tag/second:1"
	[ "$(tag "$registry" tag/second "$(digest second:1)" .sig | jq '.layers | length')" = 2 ]
}

@test "the manifest is as cosign's, but for the order and the time" {
	key epm
	make_store opensnoop:1.0
	"$EPM" push opensnoop:1.0 "$registry/bytes/opensnoop:1.0"
	"$EPM" sign --remote --key epm.key "$registry/bytes/opensnoop:1.0"
	openssl pkcs8 -in epm.key -passin pass:secret-words -out plain.key
	cosign import-key-pair --key plain.key --output-key-prefix same
	cosign_signs same.key "$registry/bytes/opensnoop:1.0" --bundle theirs.json
	subject=$(digest opensnoop:1.0)
	for manifest in $(manifest_of "$registry" bytes/opensnoop "$(tr : - <<<"$subject")" |
		jq -r '.manifests[].digest'); do
		manifest_of "$registry" bytes/opensnoop "$manifest" >"$manifest"
	done
	for manifest in sha256:*; do
		jq -S 'del(.annotations["org.opencontainers.image.created"], .config.artifactType,
			.config.data, .layers[].data, .layers[].digest, .layers[].size)' "$manifest" >"$manifest.json"
		blob=$(client get "$registry" "/v2/bytes/opensnoop/blobs/$(jq -r '.layers[0].digest' "$manifest")")
		jq -c '.dsseEnvelope.signatures[0].sig = ""' <<<"$blob" >"$manifest.bundle"
	done
	set -- sha256:*.json
	[ $# = 2 ]
	diff "$1" "$2"
	set -- sha256:*.bundle
	cmp "$1" "$2"
}
