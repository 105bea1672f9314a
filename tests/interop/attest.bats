#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# What epm attests, "cosign verify-attestation" verifies, and the other way round.

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
	"$EPM" -q key generate >/dev/null
	echo '{"name":"ü","n":1,"list":[2,1],"a":{"c":1,"b":null}}' >predicate.json
}

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

cosign() {
	"$EPM_PEERS/cosign" "$@"
}

# verifies TYPE REF FLAG…: the statement is in statement.json
verifies() {
	local type=$1 ref=$2
	shift 2
	cosign verify-attestation --key epm.pub --insecure-ignore-tlog --type "$type" "$@" "$ref" \
		>envelope.json 2>verify.err || {
		cat verify.err >&2
		return 1
	}
	head -n 1 envelope.json | jq -r .payload | base64 -d >statement.json
}

@test "every type, in both forms, with and without a list of referrers" {
	for where in "$registry" "$stub"; do
		make_store all:1
		"$EPM" push all:1 "$where/types/all:1"
		for format in bundle simple; do
			make_store $format:1
			"$EPM" push $format:1 "$where/types/$format:1"
			for type in slsaprovenance1 spdxjson cyclonedx openvex https://example.org/x; do
				"$EPM" -q attest --remote --key epm.key --format $format --type $type \
					--predicate predicate.json "$where/types/$format:1" >/dev/null
				verifies $type "$where/types/$format:1"
				[ "$(jq -S .predicate statement.json)" = "$(jq -S . predicate.json)" ]
				[ "$(jq -r '.subject[0].digest.sha256' statement.json)" = \
					"$(entry_digest "$EPM_HOME" $format:1 | cut -d: -f2)" ]
			done
			[ "$where" = "$stub" ] || [ $format = bundle ] || continue
			not verifies link "$where/types/$format:1" 2>/dev/null
		done
	done
}

@test "types that cosign makes something of: the text of SPDX, of its own, of SLSA 0.2" {
	make_store opensnoop:1
	"$EPM" push opensnoop:1 "$registry/text/opensnoop:1"
	printf 'SPDXVersion: SPDX-2.3\nname "x"\n' >sbom.spdx
	# cosign's own of this type, too, cosign does not verify: what counts is that both say the same
	openssl pkcs8 -in epm.key -passin pass:secret-words -out plain.key
	cosign import-key-pair --key plain.key --output-key-prefix same
	cosign attest -y --key same.key --use-signing-config=false --tlog-upload=false --type spdx \
		--predicate sbom.spdx "$registry/text/opensnoop:1"
	epm attest --remote --key epm.key --type spdx --predicate sbom.spdx "$registry/text/opensnoop:1"
	exits 0
	[[ $output == *"has signed it already"* ]]
	"$EPM" verify --remote --key epm.pub --attestation spdx --json "$registry/text/opensnoop:1" >spdx.json
	[ "$(jq -r '.signatures[0].predicate' spdx.json)" = "$(cat sbom.spdx)" ]
	"$EPM" -q attest --remote --key epm.key --type custom --predicate - "$registry/text/opensnoop:1" <sbom.spdx
	verifies custom "$registry/text/opensnoop:1"
	[ "$(jq -r .predicate.Data statement.json)" = "$(cat sbom.spdx)" ]
	for type in slsaprovenance slsaprovenance02 vuln; do
		echo '{"builder":{"id":"x"},"buildType":"y","invocation":{}}' >p.json
		"$EPM" -q attest --remote --key epm.key --type $type --predicate p.json "$registry/text/opensnoop:1"
		verifies $type "$registry/text/opensnoop:1"
	done
}

@test "an attestation of cosign's is known: the same is not said again" {
	openssl pkcs8 -in epm.key -passin pass:secret-words -out plain.key
	cosign import-key-pair --key plain.key --output-key-prefix same
	make_store opensnoop:1
	for format in bundle simple; do
		new=true
		[ $format = bundle ] || new=false
		"$EPM" push opensnoop:1 "$registry/known-$format/opensnoop:1"
		name=$registry/known-$format/opensnoop:1
		cosign attest -y --key same.key --use-signing-config=false --tlog-upload=false \
			--new-bundle-format=$new --type spdxjson --predicate predicate.json "$name"
		run "$EPM" attest --remote --key epm.key --type spdxjson --format $format --predicate predicate.json "$name"
		exits 0
		[[ $output == *"has signed it already"* ]]
		run "$EPM" attest --remote --key epm.key --type openvex --format $format --predicate predicate.json "$name"
		exits 0
		[[ $output != *"has signed it already"* ]]
		verifies spdxjson "$name"
		verifies openvex "$name"
		"$EPM" verify --remote --key epm.pub --attestation spdxjson "$name"
	done
}

@test "a statement as it is" {
	make_store opensnoop:1
	printf '{ "predicateType": "https://example.org/x",\n "_type":"https://in-toto.io/Statement/v0.1", "subject":[{"name":"y","digest":{"sha256":"%s"}}],"predicate":{"b":1,"a":2}}' \
		"$(entry_digest "$EPM_HOME" opensnoop:1 | cut -d: -f2)" >mine.json
	for format in bundle simple; do
		"$EPM" push opensnoop:1 "$registry/statement-$format/opensnoop:1"
		"$EPM" -q attest --remote --key epm.key --format $format --statement mine.json \
			"$registry/statement-$format/opensnoop:1"
		verifies https://example.org/x "$registry/statement-$format/opensnoop:1"
		cmp mine.json statement.json
	done
}

@test "in the store, then pushed; a signature beside it" {
	make_store opensnoop:1
	"$EPM" -q attest --key epm.key --type spdxjson --predicate predicate.json opensnoop:1
	"$EPM" -q push --sign epm.key opensnoop:1 "$registry/store/opensnoop:1"
	verifies spdxjson "$registry/store/opensnoop:1"
	cosign verify --key epm.pub --insecure-ignore-tlog "$registry/store/opensnoop:1"
}
