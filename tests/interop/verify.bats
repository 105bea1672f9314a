#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm verifies what cosign and notation sign, in every way they have. Nothing leaves the machine: the
# flags are those that keep cosign off its services. What is keyless is in keyless.bats.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	start_registry plain
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home HOME=$BATS_TEST_TMPDIR/person COSIGN_PASSWORD=pw
	mkdir "$HOME"
	cd "$BATS_TEST_TMPDIR" || return
	offline=(--use-signing-config=false --tlog-upload=false)
}

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

cosign() {
	"$EPM_PEERS/cosign" "$@"
}

notation() {
	"$EPM_PEERS/notation" "$@"
}

key() {
	peer cosign
	cosign generate-key-pair
}

# put NAME [HOST]: a package at the registry; $ref, $digest
put() {
	local host=${2:-$registry}
	make_packages seed "verify/$1:1"
	client seed "$host" seed
	ref=$host/verify/$1:1
	digest=$(entry_digest seed "verify/$1:1")
}

# sign ARGUMENT…: cosign, by the key of the test
sign() {
	cosign sign -y --key cosign.key "$@" "${ref%:*}@$digest"
}

# good FORM [OPTION]…: epm agrees, by tag and by digest, and with cosign
good() {
	local form=$1 name
	shift
	for name in "$ref" "${ref%:*}@$digest"; do
		epm verify --key cosign.pub "$@" "$name"
		exits 0
		[[ $output == *": signed by cosign.pub (sha256:"*"), $form" ]]
	done
}

# bad PATTERN [OPTION]…
bad() {
	local pattern=$1
	shift
	epm verify "$@" "$ref"
	exits 7
	grep -qE -- "$pattern" <<<"$output"
}

@test "bundles: with flags, with a signing configuration" {
	key
	put flags
	bad "there is no signature" --key cosign.pub
	sign "${offline[@]}"
	good bundle
	cosign signing-config create >sc.json
	cosign trusted-root create --out tr.json
	put config
	sign --signing-config sc.json --trusted-root tr.json
	good bundle
	bad "transparency log: there is no entry" --key cosign.pub --trusted-root tr.json --require-log
}

@test "the older form: under a tag, as a referrer, with Docker's types" {
	key
	put tagged
	sign "${offline[@]}" --new-bundle-format=false
	good simple
	put referrer
	COSIGN_EXPERIMENTAL=1 sign "${offline[@]}" --new-bundle-format=false \
		--registry-referrers-mode=oci-1-1
	good simple
	put docker
	COSIGN_DOCKER_MEDIA_TYPES=1 sign "${offline[@]}" --new-bundle-format=false
	good simple
}

@test "annotations" {
	key
	for format in true false; do
		put "annotations-$format"
		sign "${offline[@]}" --new-bundle-format=$format -a env=prod -a n=1
		[ "$format" = true ] && form=bundle || form=simple
		good $form -a env=prod -a n=1
		bad "annotations: 'env' is not signed as it was asked for" --key cosign.pub -a env=test
		bad "annotations: 'm' is not signed as it was asked for" --key cosign.pub -a m=1
	done
}

@test "several signatures, and by several keys" {
	key
	mkdir two
	(cd two && cosign generate-key-pair)
	put several
	sign "${offline[@]}" --new-bundle-format=false
	cosign sign -y --key two/cosign.key "${offline[@]}" --new-bundle-format=false "${ref%:*}@$digest"
	good simple
	epm verify --key two/cosign.pub --key cosign.pub --threshold 2 "$ref"
	exits 0
	[ "${#lines[@]}" = 2 ]
	sign "${offline[@]}"
	epm verify --key cosign.pub --json "$ref"
	exits 0
	[ "$(jq -c '[.signers, ([.signatures[] | select(.verified) | .form] | sort)]' <<<"$output")" = \
		'[1,["bundle","simple"]]' ]
	# a signature of another is none of ours
	bad "where 2 are needed" --key cosign.pub --threshold 2
}

@test "every type of key that cosign takes" {
	peer cosign
	for type in rsa:rsa_keygen_bits:3072 ec:ec_paramgen_curve:P-256 ec:ec_paramgen_curve:P-384 \
		ec:ec_paramgen_curve:P-521 ed25519; do
		algorithm=${type%%:*} option=${type#*:}
		rm -f plain.pem cosign.key cosign.pub
		if [ "$option" = "$algorithm" ]; then
			openssl genpkey -algorithm "$algorithm" -out plain.pem
		else
			openssl genpkey -algorithm "$algorithm" -pkeyopt "$option" -out plain.pem 2>/dev/null
		fi
		cosign import-key-pair --key plain.pem --output-key-prefix cosign
		for format in true false; do
			put "$(tr A-Z: a-z- <<<"${type//_/-}")-$format"
			sign "${offline[@]}" --new-bundle-format=$format
			epm verify --key cosign.pub "$ref"
			exits 0
		done
	done
}

@test "a registry with the API for referrers, and one without" {
	key
	start_stub
	for host in "$stub" "$registry"; do
		put api "$host"
		sign "${offline[@]}"
		good bundle
		sign "${offline[@]}" --new-bundle-format=false
		epm verify --key cosign.pub "$ref"
		exits 0
		[ "${#lines[@]}" = 2 ]
	done
}

@test "an index: as cosign signs it, and each part with -r" {
	key
	arch=$(dpkg --print-architecture)
	for flag in '' -r; do
		make_packages "seed$flag" --index "verify/many${flag#-}:1" amd64 arm64 s390x riscv64
		client seed "$registry" "seed$flag"
		ref=$registry/verify/many${flag#-}:1
		digest=$(entry_digest "seed$flag" "verify/many${flag#-}:1")
		part=$(jq -r --arg a "$arch" '.manifests[] | select(.platform.architecture == $a) | .digest' \
			"$(blob_path "seed$flag" "$digest")")
		# shellcheck disable=SC2086
		sign "${offline[@]}" $flag
		good bundle
		epm verify --key cosign.pub "${ref%:*}@$part"
		[ "$flag" = -r ] && exits 0 || exits 7
		# the store has one part of it, and what was signed
		epm copy "$ref" "store:all${flag#-}:1"
		exits 0
		epm verify --key cosign.pub "all${flag#-}:1"
		exits 0
		is_sound
	done
}

@test "attestations, in both forms" {
	key
	echo '{"buildDefinition":{"buildType":"https://example.com/x"},"n":1}' >predicate.json
	for format in true false; do
		put "attested-$format"
		cosign attest -y --key cosign.key "${offline[@]}" --new-bundle-format=$format \
			--predicate predicate.json --type slsaprovenance1 "${ref%:*}@$digest"
		epm verify --key cosign.pub --attestation slsaprovenance1 --json "$ref"
		exits 0
		[ "$(jq -r '.signatures[0].predicateType' <<<"$output")" = https://slsa.dev/provenance/v1 ]
		cosign verify-attestation --key cosign.pub --insecure-ignore-tlog --type slsaprovenance1 \
			"$ref" 2>/dev/null >theirs
		jq -r .payload theirs | base64 -d | jq -S .predicate >theirs.json
		jq -S '.signatures[0].predicate' <<<"$output" | cmp - theirs.json
		bad "an attestation \(https://slsa.dev/provenance/v1\) is no signature" --key cosign.pub
		bad "attestation of https://slsa.dev/provenance/v1, not of https://openvex.dev/ns" \
			--key cosign.pub --attestation openvex
	done
	put words
	for type in custom slsaprovenance spdxjson cyclonedx openvex; do
		cosign attest -y --key cosign.key "${offline[@]}" --predicate predicate.json --type $type \
			"${ref%:*}@$digest"
		epm verify --key cosign.pub --attestation $type "$ref"
		exits 0
	done
}

@test "a signature that was moved, stripped, or is by another" {
	key
	put first
	sign "${offline[@]}" --new-bundle-format=false
	first=$digest
	put second
	# the signatures of the first under the tag of the second
	"$EPM" copy --no-referrers "$registry/verify/first:sha256-${first#*:}.sig" \
		"$registry/verify/second:sha256-${digest#*:}.sig"
	bad "digest: it is a signature of another manifest" --key cosign.pub
	sign "${offline[@]}"
	good bundle
	mkdir two
	(cd two && cosign generate-key-pair)
	bad "signature: it is by another key" --key two/cosign.pub
}

@test "what was pulled with its signatures is verified in the store, without a network" {
	key
	put kept
	sign "${offline[@]}"
	sign "${offline[@]}" --new-bundle-format=false
	"$EPM" copy "$ref" store:kept:1
	epm verify --key cosign.pub kept:1
	exits 0
	[ "${#lines[@]}" = 2 ]
	# back to another repository, where cosign finds them
	"$EPM" push kept:1 "$registry/verify/back:1"
	cosign verify --key cosign.pub --insecure-ignore-tlog "$registry/verify/back:1" >/dev/null
	cosign verify --key cosign.pub --insecure-ignore-tlog --new-bundle-format=false \
		"$registry/verify/back:1" >/dev/null
}

@test "notation: JWS by a trust store, COSE is not read" {
	peer notation
	export XDG_CONFIG_HOME=$HOME/config
	notation cert generate-test --default epm-test
	store=$(dirname "$(find "$XDG_CONFIG_HOME" -path '*truststore*' -name '*.crt')")
	trusted=(--trust-store "$store" --subject)
	put jws
	notation sign --insecure-registry -m env=prod "${ref%:*}@$digest"
	epm verify "${trusted[@]}" '*' -a env=prod "$ref"
	exits 0
	[[ $output == *"signed by CN=epm-test,O=Notary,L=Seattle,ST=WA,C=US at "*", notation" ]]
	epm verify "${trusted[@]}" 'x509.subject: C=US, O=Notary, CN=epm-test' "$ref"
	exits 0
	bad "identity: it is signed by" "${trusted[@]}" 'x509.subject: CN=somebody'
	bad "annotations: 'env' is not signed" "${trusted[@]}" '*' -a env=test
	openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -subj /CN=x -days 1 2>/dev/null
	bad "certificate chain: " --trust-store other.pem --subject '*'
	openssl rsa -in other.key -pubout -out other.pub
	bad "signature: it is notation's, and no trust store is believed" --key other.pub
	put expired
	notation sign --insecure-registry --expiry 1s "${ref%:*}@$digest"
	sleep 1.1
	bad "expiry: the signature expired at" "${trusted[@]}" '*'
	put cose
	notation sign --insecure-registry --signature-format cose "${ref%:*}@$digest"
	bad "signature envelope: it is COSE, which epm does not read" "${trusted[@]}" '*'
}
