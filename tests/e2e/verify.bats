#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm verify against docker-registry: signatures that openssl made, good ones and such that have to be
# refused, each with the check that refuses it.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

data=$EPM_SRC/tests/data/sign
slsa=https://slsa.dev/provenance/v1

setup_file() {
	export keys=$BATS_FILE_TMPDIR
	for name in good other; do
		openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out "$keys/$name.key"
		openssl pkey -in "$keys/$name.key" -pubout -out "$keys/$name.pub"
	done
	start_registry
}

# package [NAME]: one of its own for each test; $ref, $digest
package() {
	local name=t$BATS_TEST_NUMBER/${1:-x}
	make_packages "$BATS_TEST_TMPDIR/seed" "$name:1"
	client seed "$registry" "$BATS_TEST_TMPDIR/seed"
	repository=$name ref=$registry/$name:1
	digest=$(entry_digest "$BATS_TEST_TMPDIR/seed" "$name:1")
}

# sign FORM [WORD=VALUE]…: beside the package, by the good key unless told
sign() {
	local form=$1
	shift
	"$BATS_LIB/make_signature.py" "$registry" "$repository" "$digest" "$form" "key=$keys/good.key" "$@"
}

verify() {
	epm verify --key "$keys/good.pub" "$@"
}

# refuses PATTERN [OPTION]…: not signed, and this check says so
refuses() {
	local pattern=$1
	shift
	verify "$ref" "$@"
	exits 7
	grep -qE -- "$pattern" <<<"$output" || {
		printf 'not "%s" but:\n%s\n' "$pattern" "$output" >&2
		return 1
	}
}

fingerprint() {
	"$EPM" key fingerprint "$1" | grep -oE 'sha256:[0-9a-f]{64}'
}

good() {
	says "$ref@$digest: signed by $keys/good.pub ($(fingerprint "$keys/good.pub")), $1"
}

@test "each form by a key, at the registry" {
	for form in bundle simple; do
		package $form
		sign $form
		verify "$ref"
		exits 0
		good $form
		verify "$registry/$repository@$digest"
		exits 0
	done
	package attested
	sign envelope type=$slsa predicate='{"who":"me"}'
	verify --attestation slsaprovenance1 "$ref"
	exits 0
	says "  \"who\": \"me\""
	[ "$("$EPM" ls --json)" = "[]" ]
	[ -z "$(ls -A "$EPM_HOME/scratch")" ]
}

@test "what was not signed, or is not there" {
	package
	refuses "^epm: $ref: there is no signature$"
	refuses "there is no attestation" --attestation $slsa
	verify "$registry/t/nothing:1"
	exits 3
	verify "no such"
	exits 2
}

@test "the store's: signatures come along and stay" {
	package
	sign simple
	sign bundle
	epm copy "$ref" "store:kept:1"
	exits 0
	verify kept:1
	exits 0
	[[ $output == *"kept:1@$digest: signed by $keys/good.pub"*", bundle"* ]]
	[[ $output == *", simple"* ]]
	is_sound
	epm save kept:1 -o kept.tar
	exits 0
	[ "$(tar -xOf kept.tar index.json | jq -r '.manifests[].annotations["org.opencontainers.image.ref.name"]' |
		grep -c "^sha256-${digest#*:}.sig$")" = 1 ]
	EPM_HOME=$BATS_TEST_TMPDIR/second
	epm load kept.tar
	exits 0
	verify kept:1
	exits 0
	[[ $output == *", simple"* ]]
	is_sound
	# and back to a registry, as cosign finds them there
	"$EPM" push kept:1 "$registry/$repository-back:1"
	client get "$registry" "/v2/$repository-back/manifests/sha256-${digest#*:}.sig" >back
	client get "$registry" "/v2/$repository/manifests/sha256-${digest#*:}.sig" | cmp - back
	verify --remote "$registry/$repository-back:1"
	exits 0
	"$EPM" rm kept:1
	epm prune
	says "deleted 0 blobs, 0 B"
	[ -z "$(find "$EPM_HOME/blobs" -type f)" ]
}

@test "signatures under a tag that both ends have are joined" {
	package
	sign simple
	"$EPM" copy "$ref" store:kept:1
	sign simple key="$keys/other.key" annotations='{"by":"other"}'
	"$EPM" copy "$ref" store:kept:1
	verify kept:1
	exits 0
	epm verify --key "$keys/other.pub" kept:1
	exits 0
	is_sound
	# a layout's as well
	"$EPM" copy kept:1 oci:there:kept
	sign simple key="$keys/other.key" annotations='{"by":"other"}'
	"$EPM" copy "$ref" oci:there:kept
	"$EPM" copy oci:there "$registry/$repository-there:1"
	verify --key "$keys/other.pub" --threshold 2 "$registry/$repository-there:1"
	exits 0
	# the registry's has lost the first; a push brings it back and takes none away
	epm push kept:1 "$ref"
	exits 0
	verify --key "$keys/other.pub" --threshold 2 --remote "$ref"
	exits 0
}

@test "an index: that itself is what is signed, also of the part that was pulled" {
	make_packages seed --index "t$BATS_TEST_NUMBER/many:1" amd64 arm64 s390x riscv64
	client seed "$registry" seed
	repository=t$BATS_TEST_NUMBER/many ref=$registry/$repository:1
	digest=$(entry_digest seed "$repository:1")
	child=$(jq -r '.manifests[0].digest' "$(blob_path seed "$digest")")
	index=$digest
	digest=$child sign bundle
	refuses "there is no signature"
	verify "$registry/$repository@$child"
	exits 0
	digest=$index sign simple
	verify "$ref"
	exits 0
	good simple
	# of the index only what was signed and this machine's part are here
	"$EPM" trust add "$keys/good.pub" --for "$registry"
	epm pull "$ref"
	exits 0
	part=$(jq -r --arg a "$(dpkg --print-architecture)" \
		'.manifests[] | select(.platform.architecture == $a) | .digest' "$(blob_path seed "$index")")
	[ "$("$EPM" ls --json | jq -r '.[].digest')" = "$part" ]
	is_sound
	verify "$ref"
	exits 0
	says "$ref@$index: signed by $keys/good.pub ($(fingerprint "$keys/good.pub")), simple"
	[ "$("$EPM" inspect --referrers --json "$ref" | jq '.referrers | length')" = 1 ] # its own
	# it stays with other names, prune and archives, and goes with the last
	"$EPM" tag "$ref" part:2
	"$EPM" rm "$ref"
	epm prune
	says "deleted 0 blobs, 0 B"
	epm save part:2 -o part.tar
	exits 0
	verify part:2
	exits 0
	[[ $output == "part:2@$index: signed by "* ]]
	# what goes to a registry is the part alone
	"$EPM" push part:2 "$registry/$repository-part:1"
	! client get "$registry" "/v2/$repository-part/manifests/$index" 2>/dev/null || false
	"$EPM" rm part:2
	[ -z "$(find "$EPM_HOME/blobs" -type f)" ]
	epm load part.tar
	exits 0
	verify part:2
	exits 0
	is_sound
	# an index that has no such part is passed over
	rm "$(blob_path "$EPM_HOME" "$index")"
	verify -v part:2
	exits 0
	[[ $output == *"the image index is passed over"* ]]
	[[ $output == *"part:2@$part: signed by "* ]]
	epm fsck
	exits 6
	[[ $output == *"the image index $index that it was chosen from is missing"* ]]
}

@test "a hostile registry: broken signatures are left out, the package comes" {
	make_packages seed demo/tool:1
	digest=$(entry_digest seed demo/tool:1)
	# lists without an end, that are none, of nothing, and an error for each signature
	for fault in "any referrers body='{\"schemaVersion\":2,\"manifests\":[]}' link='</v2/demo/tool/referrers/$digest>; rel=\"next\"'" \
		"any referrers body=nonsense" "any referrers status=500" "any referrers endless" \
		"any manifest path=sha256- body=nonsense" "any referrers garbage"; do
		start_stub --seed "$BATS_TEST_TMPDIR/seed" --fault "$fault"
		SECONDS=0
		epm verify --key "$keys/good.pub" "$stub/demo/tool:1"
		exits 7
		[ "$SECONDS" -lt 60 ]
		[[ $output == *"left out: "* ]]
		end_servers "$BATS_TEST_TMPDIR"
	done
}

@test "a signature whose blob is not there, or is another, is left out" {
	make_packages seed demo/tool:1
	digest=$(entry_digest seed demo/tool:1)
	for action in flip shrink=3 grow=3 endless; do
		start_stub --seed "$BATS_TEST_TMPDIR/seed" --fault "GET blob times=1 $action"
		repository=demo/tool ref=$stub/demo/tool:1
		registry=$stub sign bundle annotations='{"first":"1"}'
		registry=$stub sign bundle
		verify "$ref"
		exits 0
		[[ $output == *"1 signature or other referrer is left out: "* ]]
		good bundle
		end_servers "$BATS_TEST_TMPDIR"
	done
	# and nothing of it stays
	start_stub --seed "$BATS_TEST_TMPDIR/seed" --fault "GET blob path=sha256:(?!44136fa) after=3 times=1 flip"
	"$EPM" copy --no-referrers "$stub/demo/tool:1" store:demo/tool:1
	registry=$stub sign bundle annotations='{"first":"1"}'
	registry=$stub sign bundle
	"$EPM" trust add "$keys/good.pub" --for "$stub"
	epm pull "$stub/demo/tool:1"
	exits 0
	[[ $output == *"1 signature or other referrer is left out: "* ]]
	is_sound
	[ "$("$EPM" ls --json | jq length)" = 2 ]
	epm prune
	says "deleted 0 blobs, 0 B"
}

@test "another key, no key, a revoked form of it" {
	package
	sign bundle key="$keys/other.key"
	refuses "signature: it is by none of the keys that are believed"
	sign bundle key="$keys/other.key" hint="$(openssl pkey -in "$keys/other.key" -pubout -outform DER |
		openssl dgst -sha256 -binary | base64 -w0)" annotations='{"n":"2"}'
	refuses "signature: it is by another key \(sha256:"
	# whatever the hint says
	sign bundle key="$keys/other.key" hint="$(openssl pkey -in "$keys/good.key" -pubout -outform DER |
		openssl dgst -sha256 -binary | base64 -w0)" annotations='{"n":"3"}'
	refuses "signature: it says it is by $keys/good.pub, but that key did not sign"
	sign bundle hint='***' annotations='{"n":"4"}'
	verify "$ref"
	exits 0
}

@test "moved from another package, or mixed from two" {
	package other
	elsewhere=$digest
	package
	sign bundle of="$elsewhere"
	refuses "digest: it is a signature of another manifest"
	sign simple of="$elsewhere"
	refuses "digest: it is a signature of another manifest"
	# the payload of one with the signature of the other
	sign bundle bundle="$(jq -c '{dsseEnvelope: .dsseEnvelope}' "$data/sigstore/bundleA.json")"
	refuses "no signature is good \(of 3\)"
}

@test "an attestation is no signature, and the other way round" {
	package
	sign bundle type=https://spdx.dev/Document
	sign envelope type=$slsa
	refuses "predicate type: an attestation \(https://(spdx.dev/Document|slsa.dev/provenance/v1)\) is no"
	refuses "predicate type: it is an attestation of" --attestation openvex
	verify --attestation spdxjson "$ref"
	exits 0
	package two
	sign simple
	refuses "predicate type: it is a signature, no attestation of" --attestation $slsa
	verify --attestation nothing "$ref"
	exits 2
}

@test "annotations have to be signed as they are asked for" {
	package
	sign bundle annotations='{"env":"prod","n":"1"}'
	verify -a env=prod -a n=1 "$ref"
	exits 0
	refuses "annotations: 'env' is not signed" -a env=test
	refuses "annotations: 'stage' is not signed" -a stage=
	package two
	sign simple annotations='{"env":"prod"}'
	verify -a env=prod "$ref"
	exits 0
	refuses "annotations: 'env' is not signed" -a env=test
	# those of the layer are nobody's
	sign simple layer='{"env":"test"}'
	refuses "annotations: 'env' is not signed" -a env=test
	verify -a env "$ref"
	exits 2
	verify -a env=1 -a env=2 "$ref"
	exits 2
}

@test "documents that are not what they should be" {
	package
	while IFS='|' read -r words pattern; do
		package "n$((++n))"
		eval "sign $words"
		refuses "$pattern"
	done <<-'END'
		bundle sigs=2|signature: an envelope with 2 signatures
		bundle sigs=17|signatures: 17 elements
		bundle sig=AAAA|signature: it is by none
		bundle sig=|expected a signature that is not empty
		bundle sig=%%%%|sig: .*base64
		bundle sig=MEUCIQ==|signature: it is by none
		bundle twice|bundle.*[Dd]uplicate
		bundle bundle='{"more":1}'|bundle: .*more
		bundle bundle='{"mediaType":"application/vnd.dev.sigstore.bundle.v9+json"}'|bundle
		bundle bundle='{"verificationMaterial":{}}'|bundle
		bundle bundle='{"verificationMaterial":{"certificate":{"rawBytes":"AAAA"}}}'|signature: it is by a certificate
		bundle bundle='{"dsseEnvelope":null}'|bundle
		bundle bundle='{"dsseEnvelope":null,"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"AAAA"},"signature":"AAAA"}}'|bundle
		bundle raw=/dev/null|bundle
		bundle raw=@1000|bundle
		bundle payload-type=text/plain|statement: its payload is 'text/plain'
		bundle statement='{"_type":"https://in-toto.io/Statement/v7"}'|no in-toto statement that epm knows
		bundle statement='{"subject":[]}'|subject
		bundle statement='{"subject":[{"digest":{"sha256":"ABCD"}}]}'|sha256 of 64 lower-case
		bundle statement='{"subject":[{"digest":{"sha512":"00"}}]}'|digest: it is a signature of another
		bundle statement='{"predicateType":null}'|predicateType
		bundle layers=2|bundle: it is not the only layer
		bundle layer-type=application/json|there is no signature
		bundle size=7|left out
		simple sig=AAAA|signature: it is by none
		simple sig=%|signature: .*base64
		simple sig=|signature: the layer has none
		simple layer='{"dev.sigstore.cosign/certificate":"nonsense"}'|certificate
		simple layer='{"dev.sigstore.cosign/bundle":"{}"}'|log entry
		simple raw=@1000|payload
		bundle keyid=x tagged bundle='{"more":1}'|bundle: .*more
	END
	[ "$n" = 31 ]
}

@test "a key id says nothing" {
	package
	sign bundle keyid=whoever
	verify "$ref"
	exits 0
}

@test "what comes from outside never reaches the terminal as it is" {
	package
	printf '%s' '{"\u001b]0;x\u0007":"\u009b31m"}' >odd.json
	escape=$'\033' csi=$'\302\233' json_escape='\u001b'
	sign bundle annotations="$(cat odd.json)" type="https://x/${escape}[2J" bundle="{\"${json_escape}[31m\":1}"
	sign envelope type=https://x/$csi'31m' predicate="$(cat odd.json)"
	sign simple layer="{\"dev.sigstore.cosign/certificate\":\"${json_escape}[2J\"}" annotations="$(cat odd.json)"
	epm verify -v --key "$keys/good.pub" "$ref"
	exits 7
	! LC_ALL=C grep -qE $'[\001-\010\013-\037\177]|\302[\200-\237]' <<<"$output" || false
	sign bundle type=https://x/y predicate="$(cat odd.json)"
	epm verify -v --key "$keys/good.pub" --attestation https://x/y "$ref"
	exits 0
	! LC_ALL=C grep -qE $'[\001-\010\013-\037\177]|\302[\200-\237]' <<<"$output" || false
	verify --json "$ref"
	! LC_ALL=C grep -qE $'[\001-\010\013-\037\177]' <<<"$output" || false
}

@test "thousands of signatures, and large ones, do not keep the good one from being seen" {
	package
	sign simple layers=10000
	sign bundle raw=@100000000
	sign bundle
	SECONDS=0
	verify "$ref"
	exits 0
	[ "$SECONDS" -lt 10 ]
	[[ $output == *"2 signatures or other referrers are left out: "* ]]
	package two
	sign simple layers=10000
	refuses "10000 layers are too many"
	# a list that is none
	package three
	sign bundle
	client put "$registry" "$repository" "sha256-${digest#*:}" \
		<(client get "$registry" "/v2/$repository/manifests/1") >/dev/null
	refuses "1 signature or other referrer is left out: .*it is no image index"
}

@test "a threshold is of different signers" {
	package
	sign bundle
	sign bundle annotations='{"again":"1"}'
	sign simple
	refuses "1 of those who are believed signed it, where 2 are needed" --threshold 2 \
		--key "$keys/good.pub" --key "$keys/other.pub"
	sign simple key="$keys/other.key"
	epm verify --threshold 2 --key "$keys/good.pub" --key "$keys/other.pub" "$ref"
	exits 0
	[ "$(epm verify --json --threshold 2 --key "$keys/good.pub" --key "$keys/other.pub" "$ref" &&
		jq .signers <<<"$output")" = 2 ]
}

@test "an object for programs, good or not" {
	package
	sign bundle annotations='{"env":"prod"}'
	sign bundle key="$keys/other.key"
	verify --json "$ref"
	exits 0
	[ "$(jq -c '[.reference, .digest, .verified, .signers, .threshold]' <<<"$output")" = \
		"[\"$ref\",\"$digest\",true,1,1]" ]
	[ "$(jq -c '.signatures | map(select(.verified))[0] | [.form, .signer, .fingerprint, .annotations.env]' <<<"$output")" = \
		"[\"bundle\",\"$keys/good.pub\",\"$(fingerprint "$keys/good.pub")\",\"prod\"]" ]
	[ "$(jq -r '.signatures | map(select(.verified | not))[0].error' <<<"$output")" = \
		"signature: it is by none of the keys that are believed" ]
	run --separate-stderr "$EPM" verify --json --key "$keys/other.pub" -a x=y "$ref"
	exits 7
	[ "$(jq .verified <<<"$output")" = false ]
}

@test "keys: public ones and certificates, no private ones, none that are weak" {
	package
	sign bundle
	openssl req -x509 -key "$keys/good.key" -subj /CN=x -days 1 -out good.pem
	epm verify -k good.pem "$ref"
	exits 0
	verify --key "$keys/good.key" "$ref"
	exits 2
	[[ $output == *"epm key public"* ]]
	openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:512 2>/dev/null | openssl pkey -pubout -out weak.pub
	epm verify --key weak.pub "$ref"
	exits 8
	epm verify --key "$data/sigstore/bundle.json" "$ref"
	exits 6
	epm verify --key absent.pub "$ref"
	exits 3
	epm verify --key "$data/keys/bad-point.pub" "$ref"
	exits 6
}

@test "options that do not go together" {
	package
	for words in "--certificate-identity x" "--certificate-oidc-issuer x" \
		"--certificate-identity x --certificate-oidc-issuer y" "--trust-store $data" "--subject x" \
		"--trusted-root $data/sigstore/trusted_root.json" "--insecure-ignore-sct" \
		"--certificate-identity x --certificate-identity-regexp x --certificate-oidc-issuer y" \
		"--key $keys/good.pub --require-log" "--trust-store $keys/good.pub --subject nonsense" \
		"--certificate-identity-regexp ( --certificate-oidc-issuer y --trusted-root $data/sigstore/trusted_root.json"; do
		# shellcheck disable=SC2086
		epm verify $words "$ref"
		exits 2
	done
}
