#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm attest: what is written, and what is refused. That cosign verifies it is
# tests/interop/attest.bats'.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

keys=$EPM_SRC/tests/data/sign/keys

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	export HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1
	unset EPM_KEY
	cd "$BATS_TEST_TMPDIR" || return
	cp "$keys/p256.pem" epm.key
	openssl pkey -in epm.key -pubout -out epm.pub
	echo '{"b":1,"a":"ü"}' >predicate.json
	make_store opensnoop:1.0
}

digest() {
	entry_digest "$EPM_HOME" "$1"
}

# attestations: how many the store has of opensnoop:1.0
attestations() {
	jq --arg d "$(digest opensnoop:1.0)" '[.manifests[] |
		select(.annotations["dev.eunomia.store.subject"] == $d)] | length' "$EPM_HOME/index.json"
}

# statement MANIFEST: what is signed there
statement() {
	local layer
	layer=$(jq -r '.layers[0].digest' "$(blob_path "$EPM_HOME" "$1")")
	jq -r '.dsseEnvelope.payload // .payload' "$(blob_path "$EPM_HOME" "$layer")" | base64 -d
}

@test "in the store: a bundle that says its type; the statement is cosign's" {
	epm attest --key epm.key --type spdxjson --predicate predicate.json opensnoop:1.0
	exits 0
	says "epm: opensnoop:1.0 is signed by epm.key in the store"
	manifest=${lines[-1]##* }
	[ "$(jq -r '.annotations["dev.sigstore.bundle.predicateType"]' "$(blob_path "$EPM_HOME" "$manifest")")" = \
		https://spdx.dev/Document ]
	[ "$(statement "$manifest")" = '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"opensnoop","digest":{"sha256":"'"$(
		digest opensnoop:1.0 | cut -d: -f2)"'"}}],"predicateType":"https://spdx.dev/Document","predicate":{"a":"ü","b":1}}' ]
	epm verify --key epm.pub --attestation spdxjson opensnoop:1.0
	exits 0
	# it is no signature
	epm verify --key epm.pub opensnoop:1.0
	exits 7
	is_sound
}

@test "under the tag: a layer with an envelope and its type, for each" {
	epm attest --key epm.key --format simple --type spdxjson --predicate predicate.json opensnoop:1.0
	exits 0
	epm attest --key epm.key --format simple --type cyclonedx --predicate predicate.json opensnoop:1.0
	exits 0
	manifest=${lines[-1]##* }
	[ "$(jq -c '[.layers[] | [.mediaType, .annotations]]' "$(blob_path "$EPM_HOME" "$manifest")")" = '[["application/vnd.dsse.envelope.v1+json",{"dev.cosignproject.cosign/signature":"","predicateType":"https://spdx.dev/Document"}],["application/vnd.dsse.envelope.v1+json",{"dev.cosignproject.cosign/signature":"","predicateType":"https://cyclonedx.org/bom"}]]' ]
	[ "$(attestations)" = 1 ]
	for type in spdxjson cyclonedx; do
		epm verify --key epm.pub --attestation $type opensnoop:1.0
		exits 0
	done
	is_sound
}

@test "saying the same again changes nothing; another predicate is something else" {
	for format in bundle simple; do
		"$EPM" -q attest --key epm.key --format $format --type openvex --predicate predicate.json opensnoop:1.0 >first
		cp "$EPM_HOME/index.json" before.json
		echo '{ "a": "\u00fc", "b": 1 }' >same.json
		epm attest --key epm.key --format $format --type openvex --predicate same.json opensnoop:1.0
		exits 0
		says "epm: opensnoop:1.0: epm.key has signed it already, nothing has changed"
		says "$(cat first)"
		cmp before.json "$EPM_HOME/index.json"
		epm attest --key epm.key --format $format --type vuln --predicate predicate.json opensnoop:1.0
		exits 0
		epm attest --key epm.key --format $format --type openvex --predicate - opensnoop:1.0 <<<'{"a":2}'
		exits 0
		[[ $output != *already* ]]
	done
	[ "$(attestations)" = 4 ] # three bundles, and what is under the tag
}

@test "custom: a text in an object, whose time is SOURCE_DATE_EPOCH's" {
	printf 'any "text"\n' >text
	"$EPM" -q attest --key epm.key --type custom --predicate text opensnoop:1.0 >first
	[ "$(statement "$(cut -d' ' -f2 first)" | jq -c .predicate)" = '{"Data":"any \"text\"\n","Timestamp":""}' ]
	SOURCE_DATE_EPOCH=86400 "$EPM" -q attest --key epm.key --type custom --predicate text opensnoop:1.0 >second
	[ "$(statement "$(cut -d' ' -f2 second)" | jq -r .predicate.Timestamp)" = 1970-01-02T00:00:00Z ]
}

@test "it is about what was named: an image index, or one manifest in it" {
	make_store --index many:1 amd64 arm64
	child=$(jq -r '.manifests[0].digest' "$(blob_path "$EPM_HOME" "$(digest many:1)")")
	"$EPM" -q attest --key epm.key --type openvex --predicate predicate.json many:1 >whole
	[ "$(wc -l <whole)" = 1 ]
	"$EPM" -q attest --key epm.key --type vuln --predicate predicate.json "$child" >one
	[ "$(statement "$(cut -d' ' -f2 one)" | jq -r '.subject[0].digest.sha256')" = "${child#*:}" ]
	epm verify --key epm.pub --attestation vuln many:1
	exits 7
}

@test "a statement that is not about it, or is none" {
	template='{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"%s"}}],"predicateType":"%s","predicate":{}}'
	own=$(digest opensnoop:1.0)
	# shellcheck disable=SC2059
	{
		printf "$template" "$(printf x | sha256sum | cut -d' ' -f1)" https://example.org/x >other.json
		printf "$template" "${own#*:}" https://sigstore.dev/cosign/sign/v1 >signature.json
		printf "$template" "${own#*:}" https://example.org/x >good.json
	}
	epm attest --key epm.key --statement other.json opensnoop:1.0
	fails 2 "is not about"
	epm attest --key epm.key --statement signature.json opensnoop:1.0
	fails 2 "that of signatures"
	epm attest --key epm.key --type https://sigstore.dev/cosign/sign/v1 --predicate predicate.json opensnoop:1.0
	fails 2 "that of signatures"
	epm attest --key epm.key --statement predicate.json opensnoop:1.0
	fails 6
	[ "$(attestations)" = 0 ]
	epm attest --key epm.key --statement - opensnoop:1.0 <good.json
	exits 0
	[ "$(statement "${lines[-1]##* }")" = "$(cat good.json)" ]
	epm attest --key epm.key --statement good.json opensnoop:1.0
	[[ $output == *already* ]]
}

@test "options that do not go together, files that are none" {
	epm attest --key epm.key --predicate predicate.json opensnoop:1.0
	fails 2 "--type"
	epm attest --key epm.key --type openvex opensnoop:1.0
	fails 2 "--predicate"
	epm attest --key epm.key --type openvex --statement predicate.json opensnoop:1.0
	fails 2
	epm attest --key epm.key --type nonsense --predicate predicate.json opensnoop:1.0
	fails 2 "'nonsense' is no type"
	epm attest --key epm.key --password-stdin --type openvex --predicate - opensnoop:1.0
	fails 2 "standard input"
	epm attest --key epm.key --type openvex --predicate nothing.json opensnoop:1.0
	fails 3
	epm attest --key nothing.key --type openvex --predicate predicate.json opensnoop:1.0
	fails 3
	epm attest --type openvex --predicate predicate.json opensnoop:1.0
	fails 2 "no key"
	for text in '' '[]' '"x"' '{"a":1,"a":2}' '{' $'{"a":"\xff"}'; do
		echo "$text" >bad.json
		epm attest --key epm.key --type openvex --predicate bad.json opensnoop:1.0
		fails 6
	done
	printf '\xff' >bad.txt
	epm attest --key epm.key --type custom --predicate bad.txt opensnoop:1.0
	fails 6 UTF-8
	head -c 20000000 /dev/zero >large
	epm attest --key epm.key --type custom --predicate large opensnoop:1.0
	fails 6
	[ "$(attestations)" = 0 ]
}

@test "at a registry: with a list of referrers and without" {
	start_registry
	start_stub
	for where in "$registry" "$stub"; do
		"$EPM" -q push opensnoop:1.0 "$where/at/opensnoop:1.0"
		for format in bundle simple; do
			epm attest --remote --key epm.key --format $format --type openvex --predicate predicate.json "$where/at/opensnoop:1.0"
			exits 0
			says "epm: $where/at/opensnoop:1.0 is signed by epm.key in the registry"
			epm attest --remote --key epm.key --format $format --type openvex --predicate predicate.json "$where/at/opensnoop:1.0"
			[[ $output == *already* ]]
		done
		epm verify --remote --key epm.pub --attestation openvex "$where/at/opensnoop:1.0"
		exits 0
	done
	[ "$(attestations)" = 0 ]
}
