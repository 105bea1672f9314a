#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm key: what is generated, where the passphrase comes from, keys of others.

load "$BATS_LIB/common"

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	unset EPM_KEY_PASSWORD
	cd "$BATS_TEST_TMPDIR" || return
	keys=$EPM_SRC/tests/data/sign/keys cosign=$EPM_SRC/tests/data/sign/cosign
	# openssl pkey -pubin -outform DER | sha256sum
	p256=sha256:4f1f7a4e9a000e9519664c2cdcd6ea9931611518fe3d01104f3acc60fa820cdc
}

# fails STATUS TEXT: with it, and a message that has the text
fails() {
	exits "$1"
	[[ $output == *"$2"* ]] || {
		printf 'nothing of "%s" in:\n%s\n' "$2" "$output"
		return 1
	}
}

# fingerprint_of FILE: of a public key, by openssl
fingerprint_of() {
	echo "sha256:$(openssl pkey -pubin -in "$1" -outform DER | sha256sum | cut -d' ' -f1)"
}

# is_pair KEY PUBLIC: openssl signs with the one and verifies with the other
is_pair() {
	echo bytes >bytes
	openssl pkeyutl -sign -rawin -inkey "$1" -passin pass:secret-words -in bytes -out signature
	openssl pkeyutl -verify -rawin -pubin -inkey "$2" -in bytes -sigfile signature
}

# untouched: nothing was written
untouched() {
	[ -z "$(find . -name '*.key' -o -name '*.pub')" ]
}

@test "generate: a pair that openssl takes, the private key encrypted and nobody else's" {
	umask 0
	EPM_KEY_PASSWORD=secret-words run --separate-stderr "$EPM" key generate
	exits 0
	[ "$stderr" = "epm: epm.key is the private key, epm.pub the public one" ]
	[ "$output" = "$(fingerprint_of epm.pub)" ]
	[ "$(stat -c %a epm.key)" = 600 ]
	[ "$(stat -c %a epm.pub)" = 644 ]
	[ "$(head -n 1 epm.key)" = "-----BEGIN ENCRYPTED PRIVATE KEY-----" ]
	[ "$(head -n 1 epm.pub)" = "-----BEGIN PUBLIC KEY-----" ]
	openssl asn1parse -in epm.key | grep -q aes-256-cbc
	openssl asn1parse -in epm.key | grep -q hmacWithSHA256
	# at least so many rounds
	[ $((16#$(openssl asn1parse -in epm.key | sed -nE 's/.*INTEGER +:([0-9A-F]+)$/\1/p'))) -ge 600000 ]
	openssl pkey -pubin -in epm.pub -noout -text | grep -q prime256v1
	is_pair epm.key epm.pub
	run openssl pkey -in epm.key -passin pass:other -noout
	[ "$status" != 0 ]
}

@test "generate: each type" {
	for type in ecdsa-p256:prime256v1 ecdsa-p384:secp384r1 ed25519:ED25519 rsa:3072; do
		epm -q key generate --type ${type%:*} --no-passphrase -o "$type.key"
		exits 0
		openssl pkey -pubin -in "$type.pub" -noout -text | grep -q "${type#*:}"
		[ "$(head -n 1 "$type.key")" = "-----BEGIN PRIVATE KEY-----" ]
		[ "$(stat -c %a "$type.key")" = 600 ]
		is_pair "$type.key" "$type.pub"
	done
	epm key generate --type dsa --no-passphrase -o x.key
	exits 2
	[ ! -e x.key ]
}

@test "generate: file names" {
	mkdir .key
	for names in a.key:a.pub b:b.pub c.pem:c.pem.pub .key/.key:.key/.key.pub; do
		epm key generate --no-passphrase -o "${names%:*}"
		exits 0
		says "epm: ${names%:*} is the private key, unencrypted, ${names#*:} the public one"
		[ -f "${names%:*}" ]
		[ -f "${names#*:}" ]
	done
	epm key generate --no-passphrase -o absent/x.key
	exits 3
}

@test "generate: nothing is ever overwritten" {
	for file in epm.key epm.pub; do
		for kind in file link; do
			rm -f epm.key epm.pub
			[ $kind = file ] && echo mine >$file || ln -s nowhere $file
			epm key generate --no-passphrase
			fails 1 "$file exists already"
			[ "$(find . -name 'epm.*')" = "./$file" ]
			[ $kind = link ] || [ "$(cat $file)" = mine ]
			[ ! -e nowhere ]
		done
	done
}

@test "generate: where the passphrase comes from" {
	run "$EPM" key generate </dev/null
	fails 2 "no terminal"
	says "epm: hint: use --password-stdin, or set EPM_KEY_PASSWORD"
	run "$EPM" key generate --password-stdin </dev/null
	fails 2 "the passphrase is empty"
	EPM_KEY_PASSWORD='' run "$EPM" key generate
	fails 2 "the passphrase is empty"
	run "$EPM" key generate --password-stdin --no-passphrase <<<secret-words
	fails 2 "exclude each other"
	untouched
	for end in '' '\n' '\r\n'; do
		rm -f epm.key epm.pub
		printf "secret-words$end" | EPM_KEY_PASSWORD=other "$EPM" -q key generate --password-stdin
		is_pair epm.key epm.pub
	done
}

@test "generate: at a terminal it asks twice, and does not show what is typed" {
	at_terminal "secret-words|secret-words" "$EPM" key generate
	exits 0
	[ "${lines[0]}" = "Passphrase: " ]
	[ "${lines[1]}" = "The same again: " ]
	run ! grep -q secret-words <<<"$output"
	is_pair epm.key epm.pub
	rm epm.key epm.pub
	at_terminal "secret-words|secret-word" "$EPM" key generate
	fails 2 "the two passphrases are not the same"
	at_terminal "" "$EPM" key generate
	fails 2 "nothing was typed"
	at_terminal "secret-words|^C" "$EPM" key generate
	exits 130
	untouched
}

@test "public: of all kinds of keys" {
	for file in p256.pem p256-sec1.pem p256-pbkdf2.pem p256-scrypt.pem p256-compressed.pub p256-certificate.pem; do
		EPM_KEY_PASSWORD=pw run --separate-stderr "$EPM" key public "$keys/$file"
		exits 0
		[ -z "$stderr" ]
		diff "$cosign/p256.pub" - <<<"$output"
	done
	epm key public "$keys/p384.pem" -o out.pub
	exits 0
	[ -z "$output" ]
	cmp out.pub "$cosign/p384.pub"
	epm key public "$keys/p384.pem" -o out.pub
	fails 1 "out.pub exists already"
}

@test "public: a passphrase that is not right, and a damaged file, look the same" {
	EPM_KEY_PASSWORD=pW run "$EPM" key public "$keys/p256-pbkdf2.pem"
	exits 4
	wrong=${output//p256-pbkdf2/X}
	EPM_KEY_PASSWORD=pw run "$EPM" key public "$keys/bad-changed.pem"
	exits 4
	[ "$wrong" = "${output//bad-changed/X}" ]
	[ "${output##*: }" = "the passphrase is wrong, or the file is damaged" ]
	run "$EPM" key public --password-stdin "$keys/p256-pbkdf2.pem" <<<pw
	exits 0
	run "$EPM" key public --password-stdin "$keys/p256-pbkdf2.pem" <<<pW
	exits 4
	run "$EPM" key public "$keys/p256-pbkdf2.pem" </dev/null
	fails 2 "no terminal"
}

@test "public: at a terminal it asks once" {
	at_terminal pw "$EPM" key public "$keys/p256-pbkdf2.pem"
	exits 0
	[[ ${lines[0]} == "Passphrase of "*"p256-pbkdf2.pem: " ]]
	diff "$cosign/p256.pub" <(tail -n +2 <<<"$output")
}

@test "keys of cosign" {
	for type in p256 p384 p521 ed25519 rsa3072; do
		EPM_KEY_PASSWORD=pw run "$EPM" key public "$cosign/cosign-$type.key"
		[[ $output != *"built without libsodium"* ]] || skip "epm was built without libsodium"
		exits 0
		diff "$cosign/$type.pub" - <<<"$output"
	done
	EPM_KEY_PASSWORD=pW run "$EPM" key public "$cosign/cosign-p256.key"
	fails 4 "the passphrase is wrong, or the file is damaged"
	for file in n p memory; do
		EPM_KEY_PASSWORD=pw run "$EPM" key public "$keys/bad-cosign-$file.key"
		fails 8 "trying a passphrase would take too much time or memory"
	done
}

@test "fingerprint: the same for both keys of a pair; as text and as JSON" {
	export EPM_KEY_PASSWORD=pw
	run --separate-stderr "$EPM" key fingerprint "$keys/p256-pbkdf2.pem" "$cosign/p256.pub" "$cosign/ed25519.pub"
	exits 0
	[ "${lines[0]}" = "$p256  $keys/p256-pbkdf2.pem" ]
	[ "${lines[1]}" = "$p256  $cosign/p256.pub" ]
	[ "${lines[2]}" = "$(fingerprint_of "$cosign/ed25519.pub")  $cosign/ed25519.pub" ]
	unset EPM_KEY_PASSWORD
	run --separate-stderr "$EPM" key fingerprint --json "$cosign/rsa3072.pub"
	hint=$(openssl pkey -pubin -in "$cosign/rsa3072.pub" -outform DER | openssl dgst -sha256 -binary | base64)
	expected="[{\"bits\":3072,\"file\":\"$cosign/rsa3072.pub\",\"fingerprint\":\"$(fingerprint_of "$cosign/rsa3072.pub")\",\"hint\":\"$hint\",\"type\":\"rsa\"}]"
	[ "$(jq -Sc . <<<"$output")" = "$expected" ]
	# one passphrase for all that need one
	run "$EPM" key fingerprint --password-stdin "$keys/p256-pbkdf2.pem" "$keys/p256-scrypt.pem" <<<pw
	exits 0
	[ "${#lines[@]}" = 2 ]
}

@test "what is no key, or none that epm takes" {
	for file in secp224r1 secp256k1 ed448 x25519 dsa rsapss rsa512 rsa1024 rsa8200 explicit; do
		epm key fingerprint "$keys/bad-$file.pem"
		fails 8 "; epm takes ECDSA on P-256, P-384 and P-521, Ed25519, and RSA from 2048 to 8192 bits"
	done
	for file in halves.pem point.pub infinity.pub short.pub trailing.pub; do
		epm key fingerprint "$keys/bad-$file"
		exits 6
	done
	EPM_KEY_PASSWORD=pw run "$EPM" key fingerprint "$keys/bad-dek.pem"
	fails 8 "as OpenSSL encrypted keys before PKCS#8"
	says "epm: hint: 'openssl pkcs8 -topk8 -in $keys/bad-dek.pem' makes PKCS#8 of it"
	head -c 100000 /dev/zero >zeros
	head -c 60000 /dev/urandom >noise
	for file in /dev/null zeros noise "$keys/README.md"; do
		epm key fingerprint "$file"
		exits 6
	done
	epm key fingerprint absent
	exits 3
	epm key fingerprint .
	exits 2
}

@test "mistakes" {
	epm key
	fails 2 "an argument is missing"
	epm key generat
	fails 2 "there is no 'key generat'"
	says "epm: hint: did you mean 'epm key generate'?"
	epm key generate x.key
	fails 2 "takes no argument; -o names the file"
	epm key public
	fails 2 "an argument is missing"
	epm key public a b
	fails 2 "takes one key"
	epm key public --type rsa a
	fails 2 "are for generate"
	epm key public --json a
	fails 2 "--json is for fingerprint"
	epm key fingerprint -o x a
	fails 2 "--output is for generate and public"
	untouched
}

@test "completion: the actions first, then files" {
	for words in '' g; do
		run "$EPM" __complete -- key "$words"
		[[ $words != '' ]] || [ "$output" = $'generate\npublic\nfingerprint' ]
		[[ $words != g ]] || [ "$output" = generate ]
	done
	run "$EPM" __complete -- key public ''
	[ "$output" = :file ]
	run "$EPM" __complete -- key generate --type e
	[ "$output" = $'ecdsa-p256\necdsa-p384\ned25519' ]
}
