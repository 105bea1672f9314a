#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Encryption, certificates, names, proxies, and when plain HTTP is spoken.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	export seed=$BATS_FILE_TMPDIR/seed
	make_packages "$seed" demo/opensnoop:1.0
	start_registry
	client seed "$registry" "$seed"
	export plain=$registry
	start_registry tls
	export tls=$registry tls_port=${registry##*:}
	start_registry mtls
	export mtls=$registry
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home DOCKER_CONFIG=$BATS_TEST_TMPDIR/docker
	unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
	unset SSL_CERT_FILE SSL_CERT_DIR
	cd "$BATS_TEST_TMPDIR" || return
	trust_all
}

# pulls OPTION… REGISTRY: works
pulls() {
	epm pull "${@:1:$#-1}" "${*: -1}/demo/opensnoop:1.0"
	exits 0
	[ "$("$EPM" ls --json | jq -r '.[0].digest')" = "$(entry_digest "$seed" demo/opensnoop:1.0)" ]
	fresh_home
}

# not_pulled STATUS PATTERN OPTION… REGISTRY
not_pulled() {
	epm pull "${@:3:$#-3}" "${*: -1}/demo/opensnoop:1.0"
	fails "$1" "$2"
	nothing_left '[]'
}

@test "an own CA: with --ca-file, and not without" {
	not_pulled 5 certificate "$tls"
	pulls --ca-file "$certs/ca.pem" "$tls"
	not_pulled 5 certificate --ca-file "$certs/other-ca.pem" "$tls"
}

@test "the hint says what can be done about a certificate" {
	epm pull "$tls/demo/opensnoop:1.0"
	fails 5
	[[ $output == *--ca-file* ]]
}

@test "SSL_CERT_FILE and SSL_CERT_DIR" {
	SSL_CERT_FILE=$certs/ca.pem pulls "$tls"
	mkdir folder
	cp "$certs/ca.pem" folder/
	openssl rehash folder
	SSL_CERT_DIR=$PWD/folder pulls "$tls"
	SSL_CERT_FILE=$certs/other-ca.pem not_pulled 5 certificate "$tls"
}

@test "--insecure: any certificate will do" {
	pulls --insecure "$tls"
}

@test "push, tags and copy with --ca-file" {
	epm copy --ca-file "$certs/ca.pem" "$tls/demo/opensnoop:1.0" "$tls/mirror/opensnoop:1"
	exits 0
	is_at "$plain" mirror/opensnoop 1 "$(entry_digest "$seed" demo/opensnoop:1.0)"
	epm tags --ca-file "$certs/ca.pem" "$tls/demo/opensnoop"
	exits 0
	says 1.0
	epm pull --ca-file "$certs/ca.pem" "$tls/demo/opensnoop:1.0"
	epm push --ca-file "$certs/ca.pem" "$tls/demo/opensnoop:1.0" "$tls/mirror/opensnoop:2"
	exits 0
	is_at "$plain" mirror/opensnoop 2 "$(entry_digest "$seed" demo/opensnoop:1.0)"
}

@test "--resolve: a name without DNS, and the certificate has to be of that name" {
	pulls --resolve "registry.test:$tls_port:127.0.0.1" --ca-file "$certs/ca.pem" "registry.test:$tls_port"
	not_pulled 5 '' --resolve "other.test:$tls_port:127.0.0.1" --ca-file "$certs/ca.pem" "other.test:$tls_port"
	pulls --insecure --resolve "other.test:$tls_port:127.0.0.1" "other.test:$tls_port"
	for text in x x:y x:1:y:z:w ''; do
		epm pull --resolve "$text" "registry.test:$tls_port/demo/opensnoop:1.0"
		fails 2
	done
}

@test "plain HTTP is spoken on loopback only, or when it is asked for" {
	port=${plain##*:}
	pulls "127.0.0.1:$port"
	pulls "localhost:$port"
	# another name at the same address: encrypted or not at all
	not_pulled 5 '' --resolve "registry.test:$port:127.0.0.1" "registry.test:$port"
	pulls --plain-http --resolve "registry.test:$port:127.0.0.1" "registry.test:$port"
	not_pulled 5 '' --resolve "localhost.evil.test:$port:127.0.0.1" "localhost.evil.test:$port"
	not_pulled 5 '' --resolve "127.0.0.1.evil.test:$port:127.0.0.1" "127.0.0.1.evil.test:$port"
}

@test "a password is not sent without encryption to a name that is not here" {
	start_stub --seed "$seed" --basic "user:$PASSWORD"
	port=${stub##*:}
	mkdir docker
	jq -n --arg r "registry.test:$port" --arg a "$(printf 'user:%s' "$PASSWORD" | base64 -w 0)" \
		'{auths: {($r): {auth: $a}}}' >docker/config.json
	chmod 600 docker/config.json
	not_pulled 5 '' --resolve "registry.test:$port:127.0.0.1" "registry.test:$port"
	[ ! -s "$stub_log" ]
}

@test "a client certificate: with --cert and --key, and not without" {
	not_pulled '4|5' '' --ca-file "$certs/ca.pem" "$mtls"
	pulls --ca-file "$certs/ca.pem" --cert "$certs/client.pem" --key "$certs/client.key" "$mtls"
	cat "$certs/client.pem" "$certs/client.key" >both.pem
	pulls --ca-file "$certs/ca.pem" --cert both.pem --key both.pem "$mtls"
	pulls --ca-file "$certs/ca.pem" --cert both.pem "$mtls"
	not_pulled '4|5' '' --ca-file "$certs/ca.pem" --cert "$certs/other-ca.pem" --key "$certs/other-ca.key" "$mtls"
}

@test "files of certificates that are not there, are none, or do not fit" {
	echo none >none.pem
	for options in "--ca-file nowhere.pem" "--ca-file none.pem" \
		"--ca-file $certs/ca.pem --cert nowhere.pem --key $certs/client.key" \
		"--ca-file $certs/ca.pem --cert none.pem --key $certs/client.key" \
		"--ca-file $certs/ca.pem --cert $certs/client.pem --key $certs/server.key"; do
		epm pull $options "$mtls/demo/opensnoop:1.0"
		[ "$status" != 0 ]
		fails "$status"
		nothing_left '[]'
	done
	# without --key it has to be in the same file
	not_pulled '2|5' '' --ca-file "$certs/ca.pem" --cert "$certs/client.pem" "$mtls"
}

@test "/etc/docker/certs.d: an own CA and a client certificate of a host" {
	cp -r /etc etc 2>/dev/null || [ -d etc ]
	mkdir -p "etc/docker/certs.d/$mtls"
	cp "$certs/ca.pem" "etc/docker/certs.d/$mtls/ca.crt"
	cp "$certs/client.pem" "etc/docker/certs.d/$mtls/client.cert"
	cp "$certs/client.key" "etc/docker/certs.d/$mtls/client.key"
	[ "$(id -u)" = 0 ] && options=-m || options=-rm
	run unshare "$options" sh -c 'mount --bind etc /etc && exec "$@"' _ \
		"$EPM" pull "$mtls/demo/opensnoop:1.0"
	exits 0
	is_sound
	# for that host and port only
	run unshare "$options" sh -c 'mount --bind etc /etc && exec "$@"' _ \
		"$EPM" pull "$tls/demo/opensnoop:1.0"
	fails 5 certificate
}

@test "an expired certificate, and one that is for clients" {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=epm test old" \
		-keyout old.key -out old.csr 2>/dev/null
	printf 'subjectAltName=IP:127.0.0.1\n' >old.ext
	openssl x509 -req -in old.csr -CA "$certs/ca.pem" -CAkey "$certs/ca.key" -CAcreateserial \
		-extfile old.ext -days -1 -out old.pem 2>/dev/null ||
		openssl x509 -req -in old.csr -CA "$certs/ca.pem" -CAkey "$certs/ca.key" -CAcreateserial \
			-extfile old.ext -days 0 -out old.pem 2>/dev/null
	start_stub --seed "$seed" --tls old.pem old.key
	not_pulled 5 expired --ca-file "$certs/ca.pem" "$stub"
	start_stub --seed "$seed" --tls "$certs/client.pem" "$certs/client.key"
	not_pulled 5 certificate --ca-file "$certs/ca.pem" "$stub"
}

@test "a redirect from https to http is not followed" {
	start_stub --seed "$seed" --tls "$certs/server.pem" "$certs/server.key" --redirect-blobs
	not_pulled 5 '' --ca-file "$certs/ca.pem" "$stub"
	logged 0 "$stub_log" '.listener == "other"'
}

@test "a server that speaks something else" {
	# TLS to a plain port
	not_pulled 5 '' --resolve "registry.test:${plain##*:}:127.0.0.1" "registry.test:${plain##*:}"
	# plain HTTP to a TLS port, because it was asked for
	not_pulled 5 '' --plain-http "$tls"
}

@test "proxies of the environment are used, and never for loopback" {
	start_proxy "$plain"
	export http_proxy=http://$proxy https_proxy=http://$proxy HTTP_PROXY=http://$proxy all_proxy=http://$proxy
	pulls "$plain"
	[ ! -s "$proxy_log" ]
	# a name that is elsewhere: the proxy is asked with the whole address
	epm pull --plain-http registry.test/demo/opensnoop:1.0
	asked "$proxy_log" | grep -q 'http://registry.test/v2/demo/opensnoop/manifests/1.0'
	forget "$proxy_log"
	NO_PROXY=registry.test no_proxy=registry.test epm pull --plain-http registry.test/demo/opensnoop:1.0
	fails 5
	[ ! -s "$proxy_log" ]
	unset http_proxy https_proxy all_proxy
	epm pull --plain-http registry.test/demo/opensnoop:1.0
	asked "$proxy_log" | grep -q 'http://registry.test/v2/demo/opensnoop/manifests/1.0'
}

@test "HTTP/2 where it is offered: all in one connection" {
	run env EPM_TRACE=http "$EPM" pull --ca-file "$certs/ca.pem" "$tls/demo/opensnoop:1.0"
	exits 0
	grep -q 'HTTP/2' "$(dirname "$certs")"/registry.*/out
}

@test "[::1] is here as well" {
	[ -e /proc/net/if_inet6 ] && grep -q '^00000000000000000000000000000001 ' /proc/net/if_inet6 ||
		skip "kernel: no IPv6 on loopback"
	python3 - "$plain" "$PWD/port" >relay.log 2>&1 3>&- <<-'EOF' &
	import socket, sys, threading
	host, port = sys.argv[1].split(":")
	server = socket.create_server(("::1", 0), family=socket.AF_INET6)
	open(sys.argv[2] + ".tmp", "w").write(str(server.getsockname()[1]))
	import os
	os.rename(sys.argv[2] + ".tmp", sys.argv[2])
	def pump(a, b):
	    while data := a.recv(65536):
	        b.sendall(data)
	    b.shutdown(socket.SHUT_WR)
	while True:
	    client, _ = server.accept()
	    there = socket.create_connection((host, int(port)))
	    for pair in ((client, there), (there, client)):
	        threading.Thread(target=pump, args=pair, daemon=True).start()
	EOF
	relay=$!
	wait_for test -e port
	epm pull "[::1]:$(cat port)/demo/opensnoop:1.0"
	kill "$relay"
	exits 0
	is_sound
}
