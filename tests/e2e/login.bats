#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm login and logout: against a real registry with a password and with tokens, and with credential
# helpers, which are scripts here.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	start_registry basic
	export basic=$registry basic_log=$registry_log
	start_registry token
	export token=$registry
	start_registry plain
	export open=$registry
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home HOME=$BATS_TEST_TMPDIR/person
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
	unset DOCKER_CONFIG REGISTRY_AUTH_FILE XDG_CONFIG_HOME
	mkdir "$HOME" "$BATS_TEST_TMPDIR/bin"
	cd "$BATS_TEST_TMPDIR" || return
	config=$HOME/.docker/config.json
	trust_all
}

# login REGISTRY [OPTION…]: with the right password
login() {
	local registry=$1
	shift
	run "$EPM" login -u user --password-stdin "$@" "$registry" <<<"$PASSWORD"
}

# helper NAME: docker-credential-NAME that keeps each server in a file of helper/, and notes its calls
helper() {
	mkdir -p "$HOME/helper" "$HOME/.docker"
	cat >"bin/docker-credential-$1" <<-'END'
		#!/usr/bin/env bash
		cd "$HOME/helper" || exit 9
		input=$(cat)
		case $1 in
		store) server=$(jq -r .ServerURL <<<"$input") ;;
		*) server=$input ;;
		esac
		echo "$1 $server" >>calls
		case $1 in
		store) echo "$input" >"$(base64 -w 0 <<<"$server")" ;;
		get) cat "$(base64 -w 0 <<<"$server")" 2>/dev/null || {
			echo "credentials not found in native keychain"
			exit 1
		} ;;
		erase) rm "$(base64 -w 0 <<<"$server")" ;;
		esac
	END
	chmod +x "bin/docker-credential-$1"
}

calls() {
	cat "$HOME/helper/calls"
}

@test "basic: verified, then stored as docker does, with a warning" {
	login "$basic"
	exits 0
	says "epm: warning: the password is stored unencrypted in $config"
	says "epm: logged in to $basic"
	no_secret <<<"$output"
	[ "$(stat -c %a "$config")" = 600 ]
	[ "$(stat -c %a "$HOME/.docker")" = 700 ]
	[ "$(jq -r --arg r "$basic" '.auths[$r].auth' "$config" | base64 -d)" = "user:$PASSWORD" ]
	asked_times 1 "$basic_log" '^GET /v2/ 200$'
}

@test "token: the same" {
	login "$token"
	exits 0
	says "epm: logged in to $token"
	[ "$(jq -r --arg r "$token" '.auths[$r].auth' "$config" | base64 -d)" = "user:$PASSWORD" ]
}

@test "token: an identity token" {
	run "$EPM" login --identity-token-stdin "$token" <<<"$IDENTITY_TOKEN"
	exits 0
	says "epm: warning: the identity token is stored unencrypted in $config"
	no_secret <<<"$output"
	[ "$(jq -cr --arg r "$token" '.auths[$r]' "$config")" = "{\"identitytoken\":\"$IDENTITY_TOKEN\"}" ]
	run "$EPM" login --identity-token-stdin "$token" <<<"no-$IDENTITY_TOKEN"
	fails 4
}

@test "a wrong password is not stored, and what was there stays" {
	for registry in "$basic" "$token"; do
		run "$EPM" login -u user --password-stdin "$registry" <<<wrong-secret
		fails 4 "$registry"
		run ! grep -q wrong-secret <<<"$output"
		[ ! -e "$config" ]
	done
	login "$basic"
	cp "$config" before
	run "$EPM" login -u user --password-stdin "$basic" <<<wrong-secret
	exits 4
	cmp before "$config"
}

@test "a registry that is not there, and a server that is none" {
	login 127.0.0.1:1
	fails 5
	login nowhere.invalid
	fails 5
	[ ! -e "$config" ]
}

# kept_tokens REGISTRY: how many
kept_tokens() {
	find "$EPM_HOME/cache/tokens/$(printf %s "$1" | sha256sum | cut -c1-16)" -type f | wc -l
}

@test "logout: forgotten, tokens as well; again is no error" {
	make_packages seed demo/opensnoop:1.0
	client seed "$open" seed
	login "$token"
	login "$basic"
	"$EPM" pull "$token/demo/opensnoop:1.0"
	[ "$(kept_tokens "$token")" -ge 1 ]
	epm logout "$token"
	exits 0
	says "epm: logged out of $token"
	[ "$(jq -r '.auths | keys[]' "$config")" = "$basic" ]
	[ "$(kept_tokens "$token")" = 0 ]
	epm logout "$token"
	exits 0
	says "epm: not logged in to $token"
}

@test "helper: keeps the password, config.json stays as it is" {
	helper test
	printf '{\n\t"credsStore": "test",\n\t"detachKeys": "ctrl-e"\n}' >"$config"
	cp "$config" before
	login "$basic"
	exits 0
	[ "$output" = "epm: logged in to $basic, kept by docker-credential-test" ]
	cmp before "$config"
	[ "$(calls)" = "store $basic" ]
	epm logout "$basic"
	exits 0
	[ "$(calls | tail -n 2)" = "get $basic"$'\n'"erase $basic" ]
	epm logout "$basic"
	says "epm: not logged in to $basic"
	cmp before "$config"
}

@test "helper: for one registry, and for one registry none" {
	helper test
	printf '{"credHelpers": {"%s": "test"}}' "$basic" >"$config"
	login "$basic"
	says "epm: logged in to $basic, kept by docker-credential-test"
	login "$token"
	says "epm: warning: the password is stored unencrypted in $config"
	printf '{"credsStore": "test", "credHelpers": {"%s": ""}}' "$basic" >"$config"
	login "$basic"
	says "epm: warning: the password is stored unencrypted in $config"
}

@test "helper: missing, failing, and a name that is a path" {
	mkdir -p "$HOME/.docker"
	echo '{"credsStore": "absent"}' >"$config"
	login "$basic"
	fails 1 "docker-credential-absent is not in PATH"
	says "epm: hint: the helper is named in $config"
	printf '#!/bin/sh\necho "locked: $(cat)"; exit 1\n' >bin/docker-credential-absent
	chmod +x bin/docker-credential-absent
	login "$basic"
	fails 1 "docker-credential-absent store $basic: exit status 1"
	no_secret <<<"$output"
	echo '{"credsStore": "../../bin/sh"}' >"$config"
	login "$basic"
	fails 6 "'../../bin/sh' is not the name of a credential helper"
}

@test "config.json: a link stays one, other members stay, malformed is said and left" {
	mkdir -p "$HOME/.docker" dotfiles
	ln -s "$PWD/dotfiles/docker.json" "$config"
	echo '{"HttpHeaders": {"X": "1"}, "plugins": {}}' >dotfiles/docker.json
	login "$basic"
	exits 0
	[ -L "$config" ]
	[ "$(jq -c '[.HttpHeaders, .plugins, (.auths | length)]' dotfiles/docker.json)" = '[{"X":"1"},{},1]' ]
	echo "{\"auths\": {\"$basic\": {\"auth\": $PASSWORD" >dotfiles/docker.json
	login "$basic"
	fails 6 "config.json"
	no_secret <<<"$output"
	[ "$(wc -l <dotfiles/docker.json)" = 1 ]
}

@test "config.json: elsewhere by DOCKER_CONFIG; readable by others is warned of" {
	export DOCKER_CONFIG=$PWD/elsewhere
	login "$basic"
	exits 0
	[ ! -e "$config" ]
	chmod 644 elsewhere/config.json
	epm logout nowhere.example
	exits 0
	[[ $output == *"elsewhere/config.json holds secrets and others may read it (mode 0644)"* ]]
}

@test "logout: what podman keeps is named and left alone" {
	mkdir -p run/containers
	printf '{"auths": {"%s": {"auth": "dTpw"}}}' "$basic" >run/containers/auth.json
	chmod 600 run/containers/auth.json
	epm logout "$basic"
	exits 0
	says "epm: not logged in to $basic"
	[[ $output == *"$PWD/run/containers/auth.json has credentials for $basic still"* ]]
}

@test "names of Docker's own registry are one" {
	mkdir -p "$HOME/.docker"
	for name in docker.io index.docker.io https://index.docker.io/v1/; do
		echo '{"auths": {"https://index.docker.io/v1/": {"auth": "dTpw"}}}' >"$config"
		epm logout "$name"
		says "epm: logged out of docker.io"
		[ "$(jq -c .auths "$config")" = '{}' ]
	done
}

@test "nothing is asked for where nobody can answer" {
	run "$EPM" login -u user "$basic" </dev/null
	fails 2 "no terminal"
	says "epm: hint: use --password-stdin"
	run "$EPM" login --password-stdin "$basic" <<<"$PASSWORD"
	fails 2 "--password-stdin needs --username"
	run "$EPM" login -u user --password-stdin "$basic" </dev/null
	fails 2 "standard input is empty"
	for words in "-p $PASSWORD" "-p$PASSWORD" "--password=$PASSWORD"; do
		run "$EPM" login -u user $words "$basic"
		fails 2 "a password on the command line is seen by others"
		says "epm: hint: use --password-stdin, or let epm ask for it"
		no_secret <<<"$output"
	done
	[ ! -e "$config" ]
}

@test "what is no registry" {
	for name in ghcr ghcr.io/x 'user@ghcr.io' ''; do
		login "$name"
		fails 2
	done
	[[ $output == *"'' is not a registry"* ]]
}

@test "over TLS: an authority that is given, by option and by configuration" {
	start_registry tls
	port=${registry#*:}
	login "registry.test:$port" --resolve "registry.test:$port:127.0.0.1"
	fails 5 "registry.test:$port"
	[ ! -e "$config" ]
	login "registry.test:$port" --resolve "registry.test:$port:127.0.0.1" --ca-file "$certs/ca.pem"
	exits 0
	says "epm: logged in to registry.test:$port"
	"$EPM" config ca_file "$certs/ca.pem"
	login "registry.test:$port" --resolve "registry.test:$port:127.0.0.1"
	exits 0
	"$EPM" config --unset ca_file
	"$EPM" config insecure registry.test
	login "registry.test:$port" --resolve "registry.test:$port:127.0.0.1"
	exits 0
	login "$basic" --ca-file nope.pem
	fails 3 nope.pem
}

@test "what is kept is used: by helper, by podman's file for a part of the registry" {
	make_packages seed demo/opensnoop:1.0
	client seed "$open" seed # one set of data for all of this file
	epm pull "$basic/demo/opensnoop:1.0"
	fails 4
	helper test
	printf '{"credsStore": "test"}' >"$config"
	login "$basic"
	epm pull "$basic/demo/opensnoop:1.0"
	exits 0
	[ "$(calls | sort -u)" = "get $basic"$'\n'"store $basic" ]
	"$EPM" logout "$basic"
	rm "$config"
	fresh_home
	mkdir -p run/containers
	printf '{"auths": {"%s/demo": {"auth": "%s"}, "%s": {"auth": "dTpw"}}}' "$basic" \
		"$(printf 'user:%s' "$PASSWORD" | base64 -w 0)" "$basic" >run/containers/auth.json
	chmod 600 run/containers/auth.json
	epm pull "$basic/demo/opensnoop:1.0"
	exits 0
	no_secret <<<"$output"
	# a password that is wrong now
	printf '{"auths": {"%s/demo": {"auth": "dTpw"}}}' "$basic" >run/containers/auth.json
	fresh_home
	epm pull "$basic/demo/opensnoop:1.0"
	fails 4
}

@test "a short name is below the default registry; a mirror is asked first, and named" {
	make_packages seed demo/runqlat:2
	client seed "$open" seed
	"$EPM" config registry "$open/demo"
	epm pull runqlat:2
	exits 0
	[ "$("$EPM" ls --json | jq -r '.[0].reference')" = "$open/demo/runqlat:2" ]
	fresh_home
	"$EPM" config mirrors.registry.invalid/tools 127.0.0.1:1 "$open/demo"
	epm pull registry.invalid/tools/runqlat:2
	exits 0
	[[ $output == *"from the mirror $open"* ]]
	[ "$("$EPM" ls --json | jq -r '.[0].reference')" = registry.invalid/tools/runqlat:2 ]
}

@test "traces say where from and never what" {
	login "$token"
	helper test
	printf '{"credHelpers": {"%s": "test"}}' "$basic" >"$HOME/.docker/x" && mv "$HOME/.docker/x" "$config"
	for registry in "$token" "$basic"; do
		EPM_TRACE=all login "$registry" -v
		exits 0
		no_secret <<<"$output"
	done
}

@test "at a terminal: asks, and does not show the password" {
	at_terminal "user|$PASSWORD" "$EPM" login "$basic"
	exits 0
	[ "${lines[0]}" = "User name: user" ]
	[ "${lines[1]}" = "Password: " ]
	says "epm: logged in to $basic"
	no_secret <<<"$output"
	at_terminal "$PASSWORD" "$EPM" login -u user "$token"
	exits 0
	at_terminal "user|^C" "$EPM" login "$basic"
	exits 130
	at_terminal "user|" "$EPM" login "$basic"
	exits 2
}
