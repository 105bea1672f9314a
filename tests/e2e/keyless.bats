#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Signing with the services of sigstore: by an identity, by a key with a log, timestamps; services that
# fail or lie; tokens, which nobody gets to see.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

GITHUB_ISSUER=https://token.actions.githubusercontent.com
GITHUB_NAME=https://github.com/acme/ebpf/.github/workflows/release.yml@refs/tags/v1
MAIL_ISSUER=https://accounts.example.com

setup_file() {
	start_sigstore
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1
	unset EPM_IDENTITY_TOKEN SIGSTORE_ID_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN
	unset EPM_KEY
	cd "$BATS_TEST_TMPDIR" || return
	echo >"$sigstore/fault"
	forget "$sigstore_log"
	make_store opensnoop:1.0
}

# sign CONFIG ARGUMENT…: by the identity of GitHub's token, with that signing configuration
sign() {
	local config=$1
	shift
	epm sign --signing-config "$sigstore/signing_config$config.json" \
		--trusted-root "$sigstore/trusted_root.json" \
		--identity-token "$sigstore/token.jwt" "$@"
}

# signed_by NAME ISSUER ARGUMENT…: epm verify finds that identity
signed_by() {
	local name=$1 issuer=$2
	shift 2
	epm verify --trusted-root "$sigstore/trusted_root.json" --certificate-identity "$name" \
		--certificate-oidc-issuer "$issuer" "$@"
	exits 0
}

# requests: how many of each, as "CA LOG TSA"
requests() {
	asked "$sigstore_log" | awk '/signingCert/ { a++ } /log.entries/ { b++ } /timestamp/ { c++ }
		END { print a + 0, b + 0, c + 0 }'
}

# holds: all there is in the store
holds() {
	(cd "$EPM_HOME" && find . -type f ! -name '*lock*' ! -name '*.cache' -exec sha256sum {} + | sort)
}

# bundles: what the store has of them, one a line
bundles() {
	grep -rhao '^{"mediaType":"application/vnd.dev.sigstore.bundle.*' "$EPM_HOME/blobs"
}

@test "by an identity, into a log: one certificate, one entry" {
	sign '' opensnoop:1.0
	exits 0
	[[ $output == *"opensnoop:1.0 is signed by $GITHUB_NAME in the store"* ]]
	[ "$(requests)" = "1 1 0" ]
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" --json opensnoop:1.0
	[ "$(jq -r '.signatures[0] | .identity, .issuer, .logIndex != null' <<<"$output")" = \
		"$GITHUB_NAME"$'\n'"$GITHUB_ISSUER"$'\n'true ]
	# nobody else
	epm verify --trusted-root "$sigstore/trusted_root.json" --certificate-identity "$GITHUB_NAME" \
		--certificate-oidc-issuer "$MAIL_ISSUER" opensnoop:1.0
	exits 7
	is_sound
}

@test "with a timestamp, and with nothing but a timestamp" {
	sign _tsa opensnoop:1.0
	exits 0
	[ "$(requests)" = "1 1 1" ]
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" opensnoop:1.0
	[ "$(bundles | jq '.verificationMaterial.timestampVerificationData.rfc3161Timestamps | length')" = 1 ]
	rm -r "$EPM_HOME"
	make_store opensnoop:1.0
	sign _only_tsa opensnoop:1.0
	exits 0
	[ "$(requests)" = "2 1 2" ]
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" --insecure-ignore-tlog opensnoop:1.0
	[ "$(bundles | jq .verificationMaterial.tlogEntries)" = null ]
}

@test "into a log of version 2, which gives no time: with a timestamp" {
	sign _v2 opensnoop:1.0
	exits 0
	[[ $(asked "$sigstore_log") == *"POST /api/v2/log/entries 201"* ]]
	[ "$(requests)" = "1 1 1" ]
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" opensnoop:1.0
	[ "$(bundles | jq -c '.verificationMaterial.tlogEntries[0].kindVersion')" = \
		'{"kind":"hashedrekord","version":"0.0.2"}' ]
	forget "$sigstore_log"
	sign _v2_only opensnoop:1.0
	fails 2 "neither a timestamp authority nor a transparency log that gives a time"
	sign _v2 --format simple opensnoop:1.0
	fails 8 "cosign's older form cannot hold an entry of $sigstore_url, a log of version 2"
	sign _v3 opensnoop:1.0
	fails 8 "transparency log $sigstore_url has version 3 of its interface, which epm does not speak"
	[ "$(requests)" = "0 0 0" ]
}

@test "by addresses instead of a configuration, for an address of mail" {
	epm sign --fulcio-url "$sigstore_url/" --rekor-url "$sigstore_url//" \
		--timestamp-url "$sigstore_url/api/v1/timestamp" \
		--trusted-root "$sigstore/trusted_root.json" \
		--identity-token "$sigstore/token-email.jwt" opensnoop:1.0
	exits 0
	[ "$(requests)" = "1 1 1" ]
	signed_by dev@example.org "$MAIL_ISSUER" opensnoop:1.0
}

@test "an image index and all in it: one certificate, an entry for each" {
	make_store --index multi:1.0 amd64 arm64
	sign _tsa multi:1.0
	exits 0
	[ "$(requests)" = "1 3 3" ]
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" multi:1.0
}

@test "signing by an identity again makes another signature" {
	sign '' opensnoop:1.0
	sign '' opensnoop:1.0
	exits 0
	[ "$(bundles | wc -l)" = 2 ]
}

@test "in cosign's older form, with and without a timestamp" {
	for config in '' _tsa; do
		rm -rf "$EPM_HOME"
		make_store opensnoop:1.0
		sign "$config" --format simple opensnoop:1.0
		exits 0
		signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" --json opensnoop:1.0
		[ "$(jq -r '.signatures[0].form' <<<"$output")" = simple ]
	done
}

@test "attestations, in both forms" {
	echo '{"builder":{"id":"here"}}' >predicate.json
	for format in bundle simple; do
		rm -rf "$EPM_HOME"
		make_store opensnoop:1.0
		epm attest --signing-config "$sigstore/signing_config_tsa.json" --format $format \
			--trusted-root "$sigstore/trusted_root.json" \
			--identity-token "$sigstore/token.jwt" --type slsaprovenance1 \
			--predicate predicate.json opensnoop:1.0
		exits 0
		signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" --attestation slsaprovenance1 opensnoop:1.0
		[[ $output == *here* ]]
	done
}

@test "push signs by an identity first, and sends nothing when that fails" {
	start_registry plain
	push=(push --signing-config "$sigstore/signing_config.json"
		--trusted-root "$sigstore/trusted_root.json"
		--identity-token "$sigstore/token.jwt" opensnoop:1.0 "$registry/keyless/a:1")
	echo log:wrong-set >"$sigstore/fault"
	epm "${push[@]}"
	fails 7 "what the services gave does not verify: inclusion promise"
	not manifest_of "$registry" keyless/a 1
	echo >"$sigstore/fault"
	epm "${push[@]}"
	exits 0
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" --remote "$registry/keyless/a:1"
}

# --- by a key -------------------------------------------------------------------------------------------

by_key() {
	epm sign --key epm.key --trusted-root "$sigstore/trusted_root.json" "$@" opensnoop:1.0
}

@test "by a key, into a log" {
	"$EPM" -q key generate --no-passphrase >/dev/null
	by_key --rekor-url "$sigstore_url"
	exits 0
	[ "$(requests)" = "0 1 0" ]
	epm verify --key epm.pub --require-log --trusted-root "$sigstore/trusted_root.json" opensnoop:1.0
	exits 0
	# that is all there could be
	by_key --rekor-url "$sigstore_url"
	exits 0
	[[ $output == *"nothing has changed"* ]]
	[ "$(requests)" = "0 1 0" ]
	# with a timestamp there would be more; a configuration's authority for certificates is not asked
	by_key --signing-config "$sigstore/signing_config_tsa.json"
	exits 0
	[ "$(requests)" = "0 2 1" ]
	[ "$(bundles | wc -l)" = 2 ]
}

@test "by a key, with a timestamp alone, in cosign's older form" {
	"$EPM" -q key generate --no-passphrase >/dev/null
	by_key --format simple --timestamp-url "$sigstore_url/api/v1/timestamp"
	exits 0
	[ "$(requests)" = "0 0 1" ]
	epm verify --key epm.pub opensnoop:1.0
	exits 0
	epm verify --key epm.pub --require-log --trusted-root "$sigstore/trusted_root.json" opensnoop:1.0
	exits 7
}

@test "by a key that gives the same signature again: the log has that entry already" {
	"$EPM" -q key generate --no-passphrase --type rsa >/dev/null
	by_key --rekor-url "$sigstore_url"
	exits 0
	rm -r "$EPM_HOME"
	make_store opensnoop:1.0
	by_key --rekor-url "$sigstore_url"
	exits 0
	[[ $(asked "$sigstore_log") == *"POST /api/v1/log/entries 409"*"GET /api/v1/log/entries/"*" 200" ]]
	epm verify --key epm.pub --require-log --trusted-root "$sigstore/trusted_root.json" opensnoop:1.0
	exits 0
}

@test "by a key, into a log of version 2" {
	for type in ecdsa-p256 ecdsa-p384 rsa; do
		rm -rf "$EPM_HOME" epm.key epm.pub
		make_store opensnoop:1.0
		"$EPM" -q key generate --no-passphrase --type $type >/dev/null
		by_key --signing-config "$sigstore/signing_config_v2_only.json"
		exits 0
		epm verify --key epm.pub --require-log --trusted-root "$sigstore/trusted_root.json" \
			opensnoop:1.0
		exits 0
	done
}

@test "Ed25519 into a log: not in cosign's older form, not into a log of version 2" {
	"$EPM" -q key generate --no-passphrase --type ed25519 >/dev/null
	by_key --signing-config "$sigstore/signing_config_v2_only.json"
	fails 8 "a log of version 2 takes no signature by ed25519"
	by_key --format simple --rekor-url "$sigstore_url"
	fails 2 "Rekor takes no signature by Ed25519"
	[ "$(requests)" = "0 0 0" ]
}

@test "a key of the environment gives way to an identity that is named" {
	"$EPM" -q key generate --no-passphrase >/dev/null
	export EPM_KEY=$PWD/epm.key
	sign '' opensnoop:1.0
	exits 0
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" opensnoop:1.0
	unset EPM_KEY
	sign '' --key epm.key opensnoop:1.0
	fails 2 "--key excludes --fulcio-url and --identity-token"
}

# --- tokens -----------------------------------------------------------------------------------------------

# with_token ARGUMENT…: the token is somewhere else
with_token() {
	run "$EPM" sign --signing-config "$sigstore/signing_config.json" \
		--trusted-root "$sigstore/trusted_root.json" "$@" opensnoop:1.0
}

@test "the token: standard input, the environment, a CI system's; blanks around it do not count" {
	with_token --identity-token - < <(printf '\n %s\r\n' "$(cat "$sigstore/token.jwt")")
	exits 0
	EPM_IDENTITY_TOKEN=$(cat "$sigstore/token.jwt") with_token
	exits 0
	SIGSTORE_ID_TOKEN=$(cat "$sigstore/token.jwt") with_token
	exits 0
	[ "$(requests)" = "3 3 0" ]
	ACTIONS_ID_TOKEN_REQUEST_URL="$sigstore_url/ci/token?api-version=2" \
		ACTIONS_ID_TOKEN_REQUEST_TOKEN=of-this-job with_token
	exits 0
	[[ $(asked "$sigstore_log") == *"GET /ci/token?api-version=2&audience=sigstore 200"* ]]
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" opensnoop:1.0
	ACTIONS_ID_TOKEN_REQUEST_URL="$sigstore_url/ci/token?x" \
		ACTIONS_ID_TOKEN_REQUEST_TOKEN=of-another with_token
	fails 4 "GitHub Actions http://[^ ]*: it answers 401"
}

@test "a token that is no good is found out before anything is sent" {
	with_token --identity-token "$sigstore/token-expired.jwt"
	fails 4 "identity token: it expired at 20"
	with_token --identity-token "$sigstore/token-unverified.jwt"
	fails 4 "identity token: the address dev@example.org is not verified by $MAIL_ISSUER"
	with_token
	fails 2 "an identity token is missing"
	: >empty
	with_token --identity-token empty
	fails 6 "identity token: it is empty"
	with_token --identity-token nowhere
	fails 3 "nowhere"
	echo "hunter2" >other
	with_token --identity-token other
	fails 6 "identity token: not a JWT"
	[[ $output != *hunter2* ]]
	head -c 40000 /dev/zero | tr '\0' a >long
	with_token --identity-token long
	fails 6 "more than"
	[ "$(requests)" = "0 0 0" ]
}

@test "nobody sees the token: neither traces nor who else is asked" {
	token=$(cat "$sigstore/token.jwt")
	EPM_TRACE=all sign _tsa -v opensnoop:1.0
	exits 0
	[[ $output == *"POST $sigstore_url/api/v2/signingCert: 200"* ]]
	IFS=. read -r -a parts <<<"$token"
	for part in "${parts[1]}" "${parts[2]}" Bearer Authorization; do
		not grep -qF -- "$part" <<<"$output"
	done
	not grep -rqF -- "${parts[2]}" "$EPM_HOME"
	[ "$(jq -r 'select(.auth) | .path' "$sigstore_log")" = /api/v2/signingCert ]
	# along no redirect
	echo ca:redirect >"$sigstore/fault"
	sign '' opensnoop:1.0
	fails 5 "certificate authority $sigstore_url/api/v2/signingCert: it answers 307, a redirect"
	not grep -q OTHER "$sigstore_log"
	# not without TLS to another machine
	echo >"$sigstore/fault"
	forget "$sigstore_log"
	epm sign --fulcio-url http://fulcio.example --rekor-url "$sigstore_url" \
		--trusted-root "$sigstore/trusted_root.json" \
		--identity-token "$sigstore/token.jwt" opensnoop:1.0
	fails 4 "certificate authority http://fulcio.example/api/v2/signingCert: a token is not sent without"
	[ "$(requests)" = "0 0 0" ]
}

# --- services that fail, and that lie ---------------------------------------------------------------------

# refuses FAULT STATUS TEXT: nothing is in the store then
refuses() {
	local before
	before=$(holds)
	echo "$1" >"$sigstore/fault"
	sign _tsa --timeout 1 opensnoop:1.0
	fails "$2" "$3" || {
		echo "with the fault $1" >&2
		return 1
	}
	diff <(echo "$before") <(holds)
}

@test "a service that refuses or fails is named, and why; nothing is published" {
	ca="certificate authority $sigstore_url/api/v2/signingCert"
	log="transparency log $sigstore_url/api/v1/log/entries"
	tsa="timestamp authority $sigstore_url/api/v1/timestamp"
	refuses ca:401 4 "$ca: it answers 401, there was .x1b\[31man error"
	[[ $output == *'hint: the token is for "repo:acme/ebpf:ref:refs/tags/v1"'*'audience "sigstore"'* ]]
	refuses ca:400 5 "$ca: it answers 400"
	refuses ca:huge 6 "$ca: the answer is larger than the limit"
	refuses ca:truncated 6 "$ca: answer:1:"
	refuses ca:text 6 "$ca: answer:1:"
	refuses ca:empty 6 "$ca: answer:1:"
	refuses ca:hang 5 "$ca: no answer within 1 s"
	refuses log:404 5 "$log: it answers 404"
	refuses log:403 4 "$log: it answers 403"
	refuses log:409 5 "$log: it has the entry already, and does not say where"
	refuses log:redirect 5 "$log: it answers 307"
	refuses log:truncated 6 "$log: answer:1:"
	refuses log:hang 5 "$log: no answer within 1 s"
	refuses tsa:400 5 "$tsa: it answers 400"
	refuses tsa:rejected 7 "$tsa: timestamp: the authority gave none: the clock is.x1b\[31m wrong"
	refuses tsa:text 6 "$tsa: timestamp: not an answer of RFC 3161"
	refuses tsa:huge 6 "$tsa: the answer is larger"
}

@test "what may pass is tried again" {
	for fault in 'ca:500*2' 'log:429*1' 'tsa:503*1' 'log:503*2'; do
		echo "$fault" >"$sigstore/fault"
		sign _tsa opensnoop:1.0
		exits 0
	done
	refuses log:503 5 "transparency log $sigstore_url/api/v1/log/entries: it answers 503"
}

@test "a service that lies is found out, and nothing is published" {
	bad="what the services gave does not verify"
	refuses ca:other-key 7 "certificate authority [^ ]*: the certificate is for another key"
	refuses ca:wrong-sct 7 "$bad: certificate timestamp \(SCT\): the signature is not that of the log"
	refuses ca:no-sct 7 "$bad: certificate timestamp \(SCT\): the certificate has none"
	refuses ca:detached 8 "certificate authority [^ ]*: the certificate.s timestamp \(SCT\) stands outside"
	refuses ca:other-ca 7 "$bad: certificate chain: "
	refuses ca:server 7 "$bad: certificate usage: "
	refuses log:other-entry 7 "$bad: log entry: it is about another signature"
	refuses log:wrong-set 7 "$bad: inclusion promise: "
	refuses log:wrong-proof 7 "$bad: inclusion proof: "
	refuses log:wrong-checkpoint 7 "$bad: checkpoint: "
	refuses log:other-log 7 "$bad: transparency log: $sigstore_url is none of the trusted root's"
	refuses tsa:other-data 7 "timestamp authority [^ ]*: timestamp: it is for something else"
	refuses tsa:other-tsa 7 "$bad: timestamp: "
	refuses tsa:replay 7 "timestamp authority [^ ]*: timestamp: it is for something else"
}

@test "a log of version 2 that lies" {
	for fault in wrong-proof:'inclusion proof: ' wrong-checkpoint:'checkpoint: ' other-entry:'log entry: '; do
		before=$(holds)
		echo "log:${fault%%:*}" >"$sigstore/fault"
		sign _v2 opensnoop:1.0
		fails 7 "what the services gave does not verify: ${fault#*:}"
		diff <(echo "$before") <(holds)
	done
}

@test "services that the trusted root does not know" {
	before=$(holds)
	epm sign --signing-config "$sigstore/signing_config.json" --identity-token "$sigstore/token.jwt" \
		--trusted-root "$EPM_SRC/tests/data/sign/sigstore/trusted_root.json" opensnoop:1.0
	fails 7 "transparency log: $sigstore_url is none of the trusted root's"
	diff <(echo "$before") <(holds)
}

# --- what is asked for ---------------------------------------------------------------------------------------

@test "what does not go together, or lacks something" {
	sign '' --rekor-url "$sigstore_url" opensnoop:1.0
	fails 2 "--signing-config excludes"
	with_token --identity-token "$sigstore/token.jwt" --signing-config "$sigstore/trusted_root.json"
	fails 8 "trusted_root.json: signing configuration: "
	run "$EPM" sign --signing-config "$sigstore/signing_config.json" \
		--identity-token "$sigstore/token.jwt" opensnoop:1.0
	fails 2 "a trusted root is missing"
	# the trust policy names one
	echo "trusted_root: $sigstore/trusted_root.json" >"$EPM_HOME/policy.yaml"
	run "$EPM" sign --signing-config "$sigstore/signing_config.json" \
		--identity-token "$sigstore/token.jwt" opensnoop:1.0
	exits 0
	forget "$sigstore_log"
	run "$EPM" sign --identity-token "$sigstore/token.jwt" --rekor-url "$sigstore_url" \
		--trusted-root "$sigstore/trusted_root.json" opensnoop:1.0
	fails 2 "a certificate authority is missing"
	run "$EPM" sign --identity-token "$sigstore/token.jwt" --fulcio-url "$sigstore_url" \
		--trusted-root "$sigstore/trusted_root.json" opensnoop:1.0
	fails 2 "neither a timestamp authority nor a transparency log that gives a time"
	run "$EPM" sign --identity-token "$sigstore/token.jwt" --fulcio-url ftp://x \
		--trusted-root "$sigstore/trusted_root.json" opensnoop:1.0
	fails 2 "--fulcio-url: "
	[ "$(requests)" = "0 0 0" ]
}

@test "services behind TLS, with an authority of one's own" {
	start_sigstore --tls
	sign _tsa opensnoop:1.0
	fails 5 "certificate authority https://127"
	[[ $output == *"--ca-file"* ]]
	# no way to have certificates not looked at
	sign _tsa --insecure opensnoop:1.0
	fails 5 "certificate authority https://127"
	sign _tsa --ca-file "$certs/ca.pem" opensnoop:1.0
	exits 0
	signed_by "$GITHUB_NAME" "$GITHUB_ISSUER" opensnoop:1.0
}
