#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Keys of epm in the hands of cosign and openssl, and theirs in those of epm. Nothing leaves the
# machine: the flags are those that keep cosign off its services.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	start_registry plain
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home HOME=$BATS_TEST_TMPDIR/person
	export EPM_KEY_PASSWORD=secret-words COSIGN_PASSWORD=secret-words
	mkdir "$HOME"
	cd "$BATS_TEST_TMPDIR" || return
}

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

cosign() {
	"$EPM_PEERS/cosign" "$@"
}

# something NAME: an artifact in the registry; $artifact by digest
something() {
	echo "$1" >"$1.txt"
	artifact=$registry/sign/$1@$("$EPM_PEERS/oras" push --plain-http "$registry/sign/$1:1" \
		"$1.txt" --format json | jq -r .digest)
}

# plain KEY: without its passphrase, which cosign import-key-pair wants
plain() {
	openssl pkcs8 -in "$1" -passin pass:secret-words -out plain.key
}

# signed_by KEY PUBLIC ARTIFACT FLAG…: cosign signs with the one and verifies with the other
signed_by() {
	local key=$1 public=$2
	shift 2
	cosign sign -y --key "$key" --use-signing-config=false --tlog-upload=false "$1"
	cosign verify --key "$public" --insecure-ignore-tlog "$@" >/dev/null
}

@test "cosign takes over a pair that epm made, signs and verifies with it" {
	peer cosign
	peer oras
	for type in ecdsa-p256: ecdsa-p384:sha384 rsa:; do
		name=${type%:*} flag=${type#*:}
		"$EPM" -q key generate --type "$name" -o "$name.key" >/dev/null
		plain "$name.key"
		cosign import-key-pair --key plain.key --output-key-prefix "cosign-$name"
		cmp "$name.pub" "cosign-$name.pub"
		something "$name"
		signed_by "cosign-$name.key" "$name.pub" "$artifact" \
			${flag:+--signature-digest-algorithm $flag}
	done
}

@test "cosign takes over what epm left unencrypted, and not what it encrypted" {
	peer cosign
	"$EPM" -q key generate --no-passphrase >/dev/null
	cosign import-key-pair --key epm.key --output-key-prefix taken
	cmp epm.pub taken.pub
	rm epm.key epm.pub
	"$EPM" -q key generate >/dev/null
	run cosign import-key-pair --key epm.key --output-key-prefix again
	[ "$status" != 0 ]
	[[ $output == *"unsupported private key"* ]]
}

# The signature is made by openssl from epm's key, as anybody could make it.
@test "cosign verifies with a public key of epm: P-256, P-384 over SHA-256, Ed25519, RSA" {
	peer cosign
	peer oras
	for type in ecdsa-p256 ecdsa-p384 ed25519 rsa; do
		"$EPM" -q key generate --type $type -o $type.key >/dev/null
		something "by-openssl-$type"
		printf '{"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},"optional":null}' \
			"${artifact#*@}" >payload.json
		hash='-digest sha256'
		[ $type != ed25519 ] || hash=
		openssl pkeyutl -sign -rawin $hash -inkey $type.key \
			-passin "pass:$EPM_KEY_PASSWORD" -in payload.json -out signature
		"$EPM_PEERS/oras" push --plain-http "${artifact%@*}:$(tr : - <<<"${artifact#*@}").sig" \
			--config /dev/null:application/vnd.oci.image.config.v1+json --annotation-file <(
				printf '{"payload.json":{"dev.cosignproject.cosign/signature":"%s"}}' "$(base64 -w 0 signature)"
			) payload.json:application/vnd.dev.cosign.simplesigning.v1+json
		cosign verify --key $type.pub --insecure-ignore-tlog "$artifact" >/dev/null
	done
}

@test "epm reads the pair that cosign generates" {
	peer cosign
	cosign generate-key-pair
	run --separate-stderr "$EPM" key public cosign.key
	[[ $stderr != *"built without libsodium"* ]] || skip "epm was built without libsodium"
	exits 0
	diff cosign.pub - <<<"$output"
	EPM_KEY_PASSWORD=other run "$EPM" key public cosign.key
	fails 4 "the passphrase is wrong, or the file is damaged"
	# the hint by which cosign's bundles name it
	peer oras
	something hint
	cosign sign -y --key cosign.key --use-signing-config=false --tlog-upload=false \
		--bundle bundle.json "$artifact"
	[ "$("$EPM" key fingerprint --json cosign.pub | jq -r '.[0].hint')" = \
		"$(jq -r .verificationMaterial.publicKey.hint bundle.json)" ]
}

@test "epm reads what openssl generates, and openssl what epm does" {
	for curve in prime256v1 secp384r1 secp521r1; do
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:$curve -aes256 \
			-pass "pass:$EPM_KEY_PASSWORD" -out key.pem
		openssl pkey -in key.pem -passin "pass:$EPM_KEY_PASSWORD" -pubout -out key.pub
		diff key.pub <("$EPM" key public key.pem)
	done
	for type in ecdsa-p256 ed25519 rsa; do
		"$EPM" -q key generate --type $type -o $type.key >/dev/null
		diff $type.pub <(openssl pkey -in $type.key -passin "pass:$EPM_KEY_PASSWORD" -pubout)
	done
}
