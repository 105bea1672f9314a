#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Logging in and out, credential files and helpers, tokens; and that nothing secret gets out.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	export seed=$BATS_FILE_TMPDIR/seed
	make_packages "$seed" demo/opensnoop:1.0 public/opensnoop:1.0
	start_registry
	client seed "$registry" "$seed"
	export door=$registry
	start_registry basic
	export basic=$registry
	start_registry token
	export token=$registry
}

# What Docker and containers have is of this test alone.
setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home DOCKER_CONFIG=$BATS_TEST_TMPDIR/docker
	export HOME=$BATS_TEST_TMPDIR/person XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/runtime
	mkdir "$HOME" "$XDG_RUNTIME_DIR"
	unset REGISTRY_AUTH_FILE
	umask 077 # else epm warns about files with passwords
	cd "$BATS_TEST_TMPDIR" || return
	trust_all
}

digest() {
	entry_digest "$seed" demo/opensnoop:1.0
}

login() {
	"$EPM" login -u user --password-stdin "$1" <<<"$PASSWORD" >login.out 2>&1
}

# pulls REGISTRY [NAME]: works
pulls() {
	rm -rf "$EPM_HOME/blobs" "$EPM_HOME"/index*
	epm pull "$1/${2:-demo/opensnoop:1.0}"
	exits 0
	no_secret <<<"$output"
	is_sound
}

# auths REGISTRY [MEMBER…]: Docker's file with this password for the registry, and members besides
auths() {
	mkdir -p "$DOCKER_CONFIG"
	jq -n --arg r "$1" --arg a "$(printf 'user:%s' "$PASSWORD" | base64 -w 0)" \
		"{auths: {(\$r): {auth: \$a}}${2:+, $2}}" >"$DOCKER_CONFIG/config.json"
}

# make_helper NAME: a credential helper that keeps what it is given in a file, and a log
make_helper() {
	mkdir -p bin
	cat >"bin/docker-credential-$1" <<-EOF
	#!/bin/sh
	cd "$BATS_TEST_TMPDIR" || exit 2
	echo "\$1" >>"helper-$1.log"
	case \$1 in
	store)
	        cat >"helper-$1.json" ;;
	get)
	        server=\$(cat)
	        if [ -e "helper-$1.json" ] && [ "\$(jq -r .ServerURL "helper-$1.json")" = "\$server" ]; then
	                cat "helper-$1.json"
	        else
	                echo "credentials not found in native keychain"
	                exit 1
	        fi ;;
	erase)
	        rm -f "helper-$1.json" ;;
	esac
	EOF
	chmod +x "bin/docker-credential-$1"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# --- login and logout ---------------------------------------------------------------------------------

@test "login, pull, push, logout: basic and token" {
	for server in "$basic" "$token"; do
		epm pull "$server/demo/opensnoop:1.0"
		fails 4 "$server"
		[[ $output == *"epm login"* ]] || {
			printf 'no hint:\n%s\n' "$output" >&2
			return 1
		}
		login "$server"
		pulls "$server"
		epm push "$server/demo/opensnoop:1.0" "$server/pushed/by-user:1"
		exits 0
		is_at "$door" pushed/by-user 1 "$(digest)"
		epm logout "$server"
		exits 0
		epm pull "$server/demo/opensnoop:1.0"
		fails 4
		epm push "$server/demo/opensnoop:1.0" "$server/pushed/by-nobody:1"
		fails 4
		run ! manifest_of "$door" pushed/by-nobody 1
	done
}

@test "login: what is written is Docker's, mode 0600, and said to be readable" {
	login "$basic"
	cat login.out
	[ "$(stat -c %a "$DOCKER_CONFIG/config.json")" = 600 ]
	jq -e --arg r "$basic" --arg a "$(printf 'user:%s' "$PASSWORD" | base64 -w 0)" \
		'.auths[$r].auth == $a' "$DOCKER_CONFIG/config.json"
	grep -q "$DOCKER_CONFIG/config.json" login.out
	no_secret login.out
	# Go's clients take it
	run skopeo inspect --raw --tls-verify=false --authfile "$DOCKER_CONFIG/config.json" \
		"docker://$basic/demo/opensnoop:1.0"
	[ "$status" = 0 ]
}

@test "login: what else is in the file stays, and so does a symbolic link" {
	mkdir elsewhere "$DOCKER_CONFIG"
	printf '{"auths":{"other.example":{"auth":"eDp5"}},"HttpHeaders":{"X":"y"},"psFormat":"z"}' \
		>elsewhere/config.json
	chmod 644 elsewhere/config.json
	ln -s ../elsewhere/config.json "$DOCKER_CONFIG/config.json"
	login "$basic"
	[ -L "$DOCKER_CONFIG/config.json" ]
	[ "$(stat -c %a elsewhere/config.json)" = 600 ]
	jq -e '.auths["other.example"].auth == "eDp5" and .HttpHeaders.X == "y" and .psFormat == "z"' \
		elsewhere/config.json
	epm logout "$basic"
	exits 0
	jq -e --arg r "$basic" '(.auths | has($r) | not) and .auths["other.example"].auth == "eDp5"' \
		elsewhere/config.json
}

@test "login: a wrong password is status 4 and nothing is kept" {
	for server in "$basic" "$token"; do
		run "$EPM" login -u user --password-stdin "$server" <<<"not-$PASSWORD"
		fails 4 "$server"
		no_secret <<<"$output"
		[ ! -e "$DOCKER_CONFIG/config.json" ] || jq -e '(.auths // {}) == {}' "$DOCKER_CONFIG/config.json"
	done
}

@test "login: over what is kept for it, and at what is no registry" {
	login "$basic"
	run "$EPM" login -u user --password-stdin "$basic" <<<"wrong"
	fails 4
	# the good one is kept
	pulls "$basic"
	start_stub --fault 'any ping status=404 html'
	run "$EPM" login -u user --password-stdin "$stub" <<<"$PASSWORD"
	[ "$status" != 0 ]
	fails "$status" "$stub"
	start_registry
	end_server "$registry_folder"
	run "$EPM" login -u user --password-stdin "$registry" <<<"$PASSWORD"
	fails 5 "$registry"
}

@test "login: passwords with what shells and JSON do not like, up to the newline" {
	start_stub --seed "$seed" --basic 'user:p:a "s\s'\''$w`ö &'
	printf '%s\n' 'p:a "s\s'\''$w`ö &' | "$EPM" login -u user --password-stdin "$stub"
	pulls "$stub"
	printf '%s\r\n' 'p:a "s\s'\''$w`ö &' | "$EPM" login -u user --password-stdin "$stub"
	pulls "$stub"
}

@test "login: no password, and no password on a command line" {
	run "$EPM" login -u user --password-stdin "$basic" </dev/null
	fails 2
	run "$EPM" login -u user --password "$PASSWORD" "$basic"
	exits 2
	no_secret <<<"$output"
	run "$EPM" login "$basic" </dev/null
	[ "$status" != 0 ]
	[ ! -e "$DOCKER_CONFIG/config.json" ]
}

@test "login: the name of a registry in whatever form people have it" {
	login "http://$basic/v2/"
	pulls "$basic"
	for name in "$basic/demo/opensnoop:1" '' 'a b' 'user@host' 'x/y'; do
		run "$EPM" login -u user --password-stdin "$name" <<<"$PASSWORD"
		fails 2
	done
}

@test "login on a terminal asks, and the password is not shown" {
	python3 - "$EPM" "$basic" "$PASSWORD" >shown <<-'EOF'
	import os, pty, sys
	epm, server, password = sys.argv[1:]
	pid, fd = pty.fork()
	if pid == 0:
	    os.execv(epm, [epm, "login", server])
	seen, answers = b"", [b"user\n", password.encode() + b"\n"]
	while True:
	    try:
	        piece = os.read(fd, 4096)
	    except OSError:
	        break
	    if not piece:
	        break
	    seen += piece
	    if answers and seen.rstrip(b" ").endswith(b":"):
	        os.write(fd, answers.pop(0))
	        seen += b"|"
	sys.stdout.buffer.write(seen)
	sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	EOF
	no_secret shown
	pulls "$basic"
}

@test "logout: of nothing is no error worth a failure, and forgets tokens" {
	epm logout "$basic"
	[ "$status" = 0 ] || fails 3
	login "$token"
	pulls "$token"
	epm logout "$token"
	exits 0
	[ -z "$(find . -path ./servers -prune -o -type f -print0 | xargs -0 grep -l eyJ || true)" ]
}

# --- where credentials come from ----------------------------------------------------------------------

@test "Docker's file: names of a registry as tools wrote them" {
	for key in "$basic" "http://$basic" "https://$basic" "http://$basic/v1/" "https://$basic/v2/"; do
		auths "$key"
		pulls "$basic"
	done
	auths "other.$basic"
	epm pull "$basic/demo/opensnoop:1.0"
	fails 4
}

@test "Docker's file that is malformed: status 6, its name, and nothing of it" {
	mkdir "$DOCKER_CONFIG"
	for text in '{' '{"auths":[]}' "{\"auths\":{\"$basic\":{\"auth\":\"!$PASSWORD\"}}}" '[]' \
		"{\"auths\":{\"$basic\":{\"auth\":7}}}"; do
		printf '%s' "$text" >"$DOCKER_CONFIG/config.json"
		epm pull "$basic/demo/opensnoop:1.0"
		fails 6 "$DOCKER_CONFIG/config.json"
		no_secret <<<"$output"
	done
}

@test "containers' auth.json: the three places, and the longest name wins" {
	good=$(printf 'user:%s' "$PASSWORD" | base64 -w 0)
	bad=$(printf 'user:wrong' | base64 -w 0)
	for file in "$PWD/named.json" "$XDG_RUNTIME_DIR/containers/auth.json" "$HOME/.config/containers/auth.json"; do
		mkdir -p "$(dirname "$file")"
		jq -n --arg r "$basic" --arg g "$good" --arg b "$bad" \
			'{auths: {($r): {auth: $b}, ($r + "/demo"): {auth: $g}, ($r + "/de"): {auth: $b}}}' >"$file"
		[ "$file" != "$PWD/named.json" ] || export REGISTRY_AUTH_FILE=$file
		pulls "$basic"
		unset REGISTRY_AUTH_FILE
		rm "$file"
		fresh_home
		epm pull "$basic/demo/opensnoop:1.0"
		fails 4
	done
}

@test "a helper: login stores there and not in the file, logout erases" {
	make_helper one
	mkdir "$DOCKER_CONFIG"
	echo '{"credsStore":"one"}' >"$DOCKER_CONFIG/config.json"
	login "$basic"
	[ "$(jq -r .Secret helper-one.json)" = "$PASSWORD" ]
	no_secret "$DOCKER_CONFIG/config.json" login.out
	pulls "$basic"
	epm logout "$basic"
	exits 0
	[ ! -e helper-one.json ]
	epm pull "$basic/demo/opensnoop:1.0"
	fails 4
	# erased it is, and asked it was
	[ "$(sort -u helper-one.log | tr '\n' ' ')" = "erase get store " ]
}

@test "a helper for one registry goes before that for all" {
	make_helper one
	make_helper all
	mkdir "$DOCKER_CONFIG"
	jq -n --arg r "$basic" '{credsStore: "all", credHelpers: {($r): "one"}}' >"$DOCKER_CONFIG/config.json"
	login "$basic"
	[ -e helper-one.json ] && [ ! -e helper-all.json ]
	pulls "$basic"
	[ ! -e helper-all.log ]
}

@test "a helper that is missing, fails, hangs on to its answer or lies" {
	mkdir "$DOCKER_CONFIG" bin
	echo '{"credsStore":"nowhere"}' >"$DOCKER_CONFIG/config.json"
	epm pull "$basic/demo/opensnoop:1.0"
	[ "$status" != 0 ]
	fails "$status" docker-credential-nowhere
	export PATH=$PWD/bin:$PATH
	echo '{"credsStore":"bad"}' >"$DOCKER_CONFIG/config.json"
	for script in 'echo "no keyring"; exit 1' "echo '{\"Username\":\"user\"'" 'head -c 100000000 /dev/zero' \
		"echo '{\"Username\":\"user\\\\u0000x\",\"Secret\":\"$PASSWORD\"}'" 'kill -KILL $$'; do
		printf '#!/bin/sh\n%s\n' "$script" >bin/docker-credential-bad
		chmod +x bin/docker-credential-bad
		run timeout 60 "$EPM" pull "$basic/demo/opensnoop:1.0"
		[ "$status" != 0 ]
		fails "$status" docker-credential-bad
		no_secret <<<"$output"
	done
	for name in ../bin/docker-credential-bad 'x;touch owned' '' '/bin/sh'; do
		jq -n --arg n "$name" '{credsStore: $n}' >"$DOCKER_CONFIG/config.json"
		epm pull "$basic/demo/opensnoop:1.0"
		[ "$status" != 0 ]
		[ ! -e owned ]
	done
}

@test "an identity token: of a helper, and in the file" {
	make_helper id
	mkdir "$DOCKER_CONFIG"
	echo '{"credsStore":"id"}' >"$DOCKER_CONFIG/config.json"
	jq -n --arg r "$token" --arg t "$IDENTITY_TOKEN" '{ServerURL: $r, Username: "<token>", Secret: $t}' \
		>helper-id.json
	pulls "$token"
	fresh_home
	jq -n --arg r "$token" --arg t "$IDENTITY_TOKEN" '{auths: {($r): {identitytoken: $t}}}' \
		>"$DOCKER_CONFIG/config.json"
	pulls "$token"
	jq -se 'any(.grant == "refresh_token")' "$token_log"
}

# --- tokens ------------------------------------------------------------------------------------------

@test "anonymous: a token for what everybody may have" {
	pulls "$token" public/opensnoop:1.0
	fresh_home
	epm pull "$token/demo/opensnoop:1.0"
	fails 4
}

@test "anonymous first: what is public is had although the password is wrong" {
	wrong=$(printf 'user:wrong' | base64 -w 0)
	mkdir "$DOCKER_CONFIG"
	jq -n --arg r "$token" --arg a "$wrong" '{auths: {($r): {auth: $a}}}' >"$DOCKER_CONFIG/config.json"
	epm pull "$token/public/opensnoop:1.0"
	[ "$status" = 0 ] || fails 4
}

@test "a token is kept until it expires: a warm command asks for none" {
	login "$token"
	pulls "$token"
	forget "$token_log"
	epm pull "$token/demo/opensnoop:1.0"
	exits 0
	[ "$(wc -l <"$token_log")" = 0 ]
	# kept where only its owner can read it
	kept=$(find . -path ./servers -prune -o -type f -print0 | xargs -0 grep -l eyJ)
	[ -n "$kept" ]
	for file in $kept; do
		[ "$(stat -c %a "$file")" = 600 ]
	done
	# a push asks for its own, once
	epm push "$token/demo/opensnoop:1.0" "$token/demo/opensnoop:kept"
	exits 0
	[ "$(wc -l <"$token_log")" = 1 ]
}

@test "a token that expired or is not taken any more: a new one, silently" {
	start_stub --seed "$seed" --bearer "user:$PASSWORD" --expires-in 1
	auths "$stub"
	"$EPM" pull "$stub/demo/opensnoop:1.0"
	for file in $(find . -path ./servers -prune -o -type f -print0 | xargs -0 grep -l WyJ); do
		case $file in
		*/config.json) ;;
		*) sed -i 's/WyJ[A-Za-z0-9_-]*/WyJleHBpcmVkIl0/' "$file" ;;
		esac
	done
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
	is_sound
}

@test "kept tokens that are damaged are as good as absent" {
	login "$token"
	pulls "$token"
	for file in $(find . -path ./servers -prune -o -type f -print0 | xargs -0 grep -l eyJ); do
		echo '{' >"$file"
	done
	epm pull "$token/demo/opensnoop:1.0"
	exits 0
}

@test "one token for all parts of a pull, and for a push" {
	auths "$token"
	forget "$token_log"
	pulls "$token"
	[ "$(wc -l <"$token_log")" = 1 ]
	forget "$token_log"
	epm push "$token/demo/opensnoop:1.0" "$token/fresh/opensnoop:1"
	exits 0
	[ "$(wc -l <"$token_log")" = 1 ]
}

# --- secrets ------------------------------------------------------------------------------------------

@test "nothing secret in traces, whatever is done" {
	for server in "$basic" "$token"; do
		{
			EPM_TRACE=all "$EPM" login -v -u user --password-stdin "$server" <<<"$PASSWORD"
			EPM_TRACE=all "$EPM" pull -v "$server/demo/opensnoop:1.0"
			EPM_TRACE=http,auth "$EPM" push -v "$server/demo/opensnoop:1.0" "$server/traced/x:1"
			EPM_TRACE=all "$EPM" tags "$server/demo/opensnoop"
			EPM_TRACE=all "$EPM" copy "$server/demo/opensnoop:1.0" "$server/traced/y:1"
			EPM_TRACE=all "$EPM" logout "$server"
		} >trace 2>&1
		[ "$(wc -l <trace)" -gt 20 ]
		grep -q /v2/ trace
		no_secret trace
	done
}

@test "nothing secret in the arguments or the environment of what epm starts" {
	mkdir bin "$DOCKER_CONFIG"
	cat >bin/docker-credential-spy <<-'EOF'
	#!/bin/sh
	{ tr '\0' ' ' </proc/$$/cmdline; tr '\0' '\n' </proc/$$/environ; tr '\0' ' ' </proc/$PPID/cmdline; } >>spied
	cat >/dev/null
	EOF
	chmod +x bin/docker-credential-spy
	echo '{"credsStore":"spy"}' >"$DOCKER_CONFIG/config.json"
	PATH=$PWD/bin:$PATH login "$basic"
	[ -s spied ]
	no_secret spied
}

@test "a password in a reference is refused and not shown" {
	epm pull "user:$PASSWORD@$basic/demo/opensnoop:1.0"
	exits 2
	epm pull "http://user:$PASSWORD@$basic/demo/opensnoop:1.0"
	exits 2
}

@test "credentials of one registry never go to another" {
	start_stub --seed "$seed" --basic 'other:other'
	auths "$basic"
	epm pull "$stub/demo/opensnoop:1.0"
	fails 4
	logged 0 "$stub_log" '.authorization != null'
}

@test "a realm on another host gets the password only where the registry has TLS as well" {
	# plain registry, plain realm elsewhere: tokens work so in the whole world
	start_stub --seed "$seed" --bearer "user:$PASSWORD" --realm '{other}/token'
	auths "$stub"
	epm pull "$stub/demo/opensnoop:1.0"
	[ "$status" = 0 ] || fails 4
	make_certificates "$PWD/certs"
	start_stub --tls certs/server.pem certs/server.key --seed "$seed" --bearer "user:$PASSWORD" \
		--realm '{other}/token'
	auths "$stub"
	epm pull --ca-file certs/ca.pem "$stub/demo/opensnoop:1.0"
	fails '4|5'
	logged 0 "$stub_log" '.listener == "other" and .authorization != null'
}
