#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Keyless signatures, entries of logs and timestamps: cosign verifies those of epm, epm those of cosign.
# The services are those of tests/support; nothing leaves the machine.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

ISSUER=https://token.actions.githubusercontent.com
NAME=https://github.com/acme/ebpf/.github/workflows/release.yml@refs/tags/v1

setup_file() {
	start_registry plain
	start_sigstore
}

setup() {
	if [ ! -x "${EPM_PEERS:-}/cosign" ]; then skip "cosign was not fetched"; fi
	export EPM_HOME=$BATS_TEST_TMPDIR/home HOME=$BATS_TEST_TMPDIR/person COSIGN_PASSWORD=
	unset EPM_IDENTITY_TOKEN SIGSTORE_ID_TOKEN EPM_KEY
	mkdir "$HOME"
	cd "$BATS_TEST_TMPDIR" || return
	make_store opensnoop:1.0
	root=(--trusted-root "$sigstore/trusted_root.json")
	identity=(--certificate-identity "$NAME" --certificate-oidc-issuer "$ISSUER")
}

cosign() {
	"$EPM_PEERS/cosign" "$@"
}

# put NAME: the package at the registry; $artifact
put() {
	"$EPM" -q push opensnoop:1.0 "$registry/keyless/$1:1" >/dev/null
	artifact=$registry/keyless/$1@$("$EPM" inspect --json opensnoop:1.0 | jq -r .digest)
}

# sign CONFIG ARGUMENT…: epm, at the registry
sign() {
	local config=$1
	shift
	"$EPM" -q sign --remote --signing-config "$sigstore/signing_config$config.json" "${root[@]}" "$@" \
		"$artifact" >/dev/null
}

@test "cosign verifies a bundle by an identity: log, log and timestamp" {
	for config in '' _tsa; do
		put "bundle$config"
		sign "$config" --identity-token "$sigstore/token.jwt"
		cosign verify "${root[@]}" "${identity[@]}" "$artifact" >out.json
		jq -e '.[0].critical.type == "https://sigstore.dev/cosign/sign/v1"' out.json
		run cosign verify "${root[@]}" --certificate-identity somebody \
			--certificate-oidc-issuer "$ISSUER" "$artifact"
		[ "$status" != 0 ]
	done
	cosign verify "${root[@]}" "${identity[@]}" --use-signed-timestamps "$artifact" >/dev/null
}

@test "cosign verifies a bundle with nothing but a timestamp" {
	put only-timestamp
	sign _only_tsa --identity-token "$sigstore/token-email.jwt"
	cosign verify "${root[@]}" --certificate-identity dev@example.org --insecure-ignore-tlog \
		--certificate-oidc-issuer https://accounts.example.com --use-signed-timestamps "$artifact" \
		>/dev/null
}

@test "a log of version 2: cosign verifies what epm signs, epm what cosign signs" {
	put v2
	sign _v2 --identity-token "$sigstore/token.jwt"
	cosign verify "${root[@]}" "${identity[@]}" --use-signed-timestamps "$artifact" >/dev/null
	"$EPM" -q key generate --no-passphrase >/dev/null
	put v2-key
	sign _v2_only --key epm.key
	cosign verify --key epm.pub "${root[@]}" "$artifact" >/dev/null
	put v2-cosign
	cosign sign -y --signing-config "$sigstore/signing_config_v2.json" "${root[@]}" \
		--identity-token "$sigstore/token.jwt" "$artifact"
	"$EPM" verify --remote "${root[@]}" "${identity[@]}" "$artifact"
}

@test "cosign verifies its older form by an identity: log, log and timestamp" {
	for config in '' _tsa; do
		put "simple$config"
		sign "$config" --identity-token "$sigstore/token.jwt" --format simple
		cosign verify "${root[@]}" "${identity[@]}" "$artifact" >out.json
		jq -e '.[0].critical.type == "cosign container image signature"' out.json
	done
	cosign verify "${root[@]}" "${identity[@]}" --use-signed-timestamps "$artifact" >/dev/null
}

@test "cosign verifies attestations by an identity, in both forms" {
	echo '{"builder":{"id":"here"}}' >predicate.json
	for format in bundle simple; do
		put "attested-$format"
		"$EPM" -q attest --remote --signing-config "$sigstore/signing_config_tsa.json" "${root[@]}" \
			--identity-token "$sigstore/token.jwt" --format $format --type slsaprovenance1 \
			--predicate predicate.json "$artifact" >/dev/null
		cosign verify-attestation "${root[@]}" "${identity[@]}" --type slsaprovenance1 "$artifact" \
			>/dev/null
		cosign verify-attestation "${root[@]}" "${identity[@]}" --type slsaprovenance1 \
			--use-signed-timestamps "$artifact" >/dev/null
	done
}

@test "cosign verifies keys with an entry of a log, in both forms" {
	for type in ecdsa-p256 rsa; do
		"$EPM" -q key generate --no-passphrase --type $type -o $type.key >/dev/null
		for format in bundle simple; do
			put "key-$type-$format"
			sign _tsa --key $type.key --format $format
			cosign verify --key $type.pub "${root[@]}" "$artifact" >/dev/null
		done
	done
}

@test "epm verifies what cosign signs by an identity, in both forms" {
	for config in '' _tsa; do
		put "cosign$config"
		cosign sign -y --signing-config "$sigstore/signing_config$config.json" "${root[@]}" \
			--identity-token "$sigstore/token.jwt" "$artifact"
		"$EPM" verify --remote "${root[@]}" "${identity[@]}" "$artifact"
	done
	put cosign-simple
	cosign sign -y --use-signing-config=false --new-bundle-format=false --fulcio-url "$sigstore_url" \
		--rekor-url "$sigstore_url" --timestamp-server-url "$sigstore_url/api/v1/timestamp" \
		"${root[@]}" --identity-token "$sigstore/token.jwt" "$artifact"
	"$EPM" verify --remote "${root[@]}" "${identity[@]}" "$artifact"
	run "$EPM" verify --remote "${root[@]}" --certificate-identity somebody \
		--certificate-oidc-issuer "$ISSUER" "$artifact"
	exits 7
}

@test "epm verifies what cosign signs by a key with an entry of a log" {
	"$EPM" -q key generate --no-passphrase >/dev/null
	cosign import-key-pair --key epm.key --output-key-prefix taken
	put cosign-key
	cosign sign -y --key taken.key --signing-config "$sigstore/signing_config.json" "${root[@]}" \
		"$artifact"
	"$EPM" verify --remote --key epm.pub --require-log "${root[@]}" "$artifact"
}

@test "their bundles have the same form" {
	put same
	"$EPM" -q sign --signing-config "$sigstore/signing_config_tsa.json" "${root[@]}" \
		--identity-token "$sigstore/token.jwt" opensnoop:1.0 >/dev/null
	grep -rhao '^{"mediaType":"application/vnd.dev.sigstore.bundle.*' "$EPM_HOME/blobs" >ours.json
	cosign sign -y --signing-config "$sigstore/signing_config_tsa.json" "${root[@]}" \
		--identity-token "$sigstore/token.jwt" --bundle theirs.json "$artifact"
	for file in ours theirs; do
		jq -c 'paths | map(if type == "number" then 0 else . end)' $file.json | uniq >$file.paths
		[ -s $file.paths ]
	done
	diff ours.paths theirs.paths
}
