# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2034
# For tests with a registry: load "$BATS_LIB/registry" after common. What is started listens on a
# free port of 127.0.0.1, lives below the folder of the test or, when setup_file starts it, of the
# file, and is ended by its process id in teardown or teardown_file. A server that is there is ready.
#
#	start_registry [FLAVOUR]	docker-registry; $registry, $registry_log
#	start_stub [OPTION…]		stub_registry.py; $stub, $stub_other, $stub_log
#	start_proxy [OPTION…] SERVER	proxy.py; $proxy, $proxy_log
#	start_sigstore [--tls]		fake_sigstore.py; $sigstore (its folder), $sigstore_url,
#					$sigstore_log; see its head for faults and files
#
# The user of all that ask for one is user, with $PASSWORD.

PASSWORD=tr0ub4dor-horse
# crypt($PASSWORD) of crypt(5), as htpasswd -B would make it
HTPASSWD='user:$2y$05$JUcYCb2UUJ0KVhDAwZQtcOOu0Cs6w25KuTQJ3Qte98vS.sOEDs8va'
IDENTITY_TOKEN=identity-of-user

# --- servers ---------------------------------------------------------------------------------------

# Where a server that is started now keeps its files.
server_home() {
	local home=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/servers
	mkdir -p "$home"
	echo "$home"
}

# start_server FOLDER COMMAND…: in the background; its output goes to FOLDER/out and FOLDER/err.
start_server() {
	local folder=$1
	shift
	: >"$folder/out"
	: >"$folder/err"
	"$@" >>"$folder/out" 2>>"$folder/err" </dev/null 3>&- &
	server_pid=$!
	disown "$server_pid" # bash has nothing to say about its end
	echo $server_pid >"$folder/pid"
}

# end_server FOLDER
end_server() {
	local pid
	pid=$(cat "$1/pid" 2>/dev/null) || return 0
	rm -f "$1/pid"
	kill -KILL "$pid" 2>/dev/null || true
	wait_for is_gone "$pid"
}

# end_servers HOME
end_servers() {
	local pid
	for pid in "$1"/servers/*/pid; do
		end_server "${pid%/pid}"
	done
}

teardown() {
	end_servers "$BATS_TEST_TMPDIR"
}

teardown_file() {
	end_servers "$BATS_FILE_TMPDIR"
}

# is_up FOLDER FILE PATTERN: the server said so, or it has ended, which is an error.
is_up() {
	grep -qE "$3" "$1/$2" || {
		is_gone "$(cat "$1/pid")" && {
			cat "$1/out" "$1/err" >&2
			return 0
		}
	}
}

# make_certificates FOLDER: ca.pem; server.pem of localhost, 127.0.0.1 and registry.test; client.pem;
# each with its .key; other-ca.pem, which has signed nothing.
make_certificates() {
	local folder=$1 name
	mkdir -p "$folder"
	[ ! -e "$folder/done" ] || return 0
	for name in ca other-ca; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
			-keyout "$folder/$name.key" -out "$folder/$name.pem" -subj "/CN=epm test $name" \
			-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
	done
	printf '%s\n' 'subjectAltName=DNS:localhost,DNS:registry.test,IP:127.0.0.1,IP:::1' \
		'extendedKeyUsage=serverAuth' >"$folder/server.ext"
	echo 'extendedKeyUsage=clientAuth' >"$folder/client.ext"
	for name in server client; do
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=epm test $name" \
			-keyout "$folder/$name.key" -out "$folder/$name.csr"
		openssl x509 -req -days 30 -in "$folder/$name.csr" -CA "$folder/ca.pem" \
			-CAkey "$folder/ca.key" -CAcreateserial -extfile "$folder/$name.ext" \
			-out "$folder/$name.pem"
	done
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=epm test tokens" \
		-keyout "$folder/token.key" -out "$folder/token.pem"
	touch "$folder/done"
} >"$1.log" 2>&1

# start_registry [plain|tls|mtls|basic|token]: sets $registry to HOST:PORT, $registry_log to its access
# log, $certs to the folder of its certificates, for token $token_log to the log of the token server.
# All of a test, or of a file, share one set of data: what is seeded through a plain one is behind the
# others as well.
start_registry() {
	local flavour=${1:-plain} home folder auth='' tls='' config port
	home=$(server_home)
	folder=$(mktemp -d "$home/registry.XXXXXX")
	config=$folder/config.yml
	case $flavour in
	plain) ;;
	tls | mtls)
		certs=$home/certs
		make_certificates "$certs"
		tls=", tls: {certificate: $certs/server.pem, key: $certs/server.key"
		[ "$flavour" = tls ] || tls+=", clientcas: [$certs/ca.pem]"
		tls+='}'
		;;
	basic)
		printf '%s\n' "$HTPASSWD" >"$folder/htpasswd"
		auth="auth: {htpasswd: {realm: basic-realm, path: $folder/htpasswd}}"
		;;
	token)
		certs=$home/certs
		make_certificates "$certs"
		start_token_server
		auth="auth: {token: {realm: \"http://$token_server/token\", service: epm-test,
  issuer: epm-test-issuer, rootcertbundle: $certs/token.pem}}"
		;;
	*)
		echo "no such flavour: $flavour" >&2
		return 1
		;;
	esac
	cat >"$config" <<-END
		version: 0.1
		log: {level: info, accesslog: {disabled: false}}
		storage: {filesystem: {rootdirectory: $home/data}, delete: {enabled: true}}
		http: {addr: "127.0.0.1:0"$tls}
		$auth
	END
	start_server "$folder" docker-registry serve "$config"
	wait_for is_up "$folder" err 'msg="listening on '
	port=$(sed -nE 's/.*msg="listening on 127\.0\.0\.1:([0-9]+).*/\1/p' "$folder/err")
	registry=127.0.0.1:$port registry_log=$folder/out registry_pid=$server_pid
	registry_folder=$folder
	export registry registry_log registry_pid registry_folder certs token_log
	[ -n "$port" ]
}

# start_python FOLDER-NAME PROGRAM ARGUMENT…: one of tests/support that prints its ports; $ports, and
# $server_log where it is told to write its log.
start_python() {
	local folder program=$2
	folder=$(mktemp -d "$(server_home)/$1.XXXXXX")
	shift 2
	server_log=$folder/log
	: >"$server_log"
	start_server "$folder" "$BATS_LIB/$program" --log "$server_log" "$@"
	wait_for is_up "$folder" out '^[0-9 ]+$'
	read -r -a ports <"$folder/out"
	[ -n "${ports[0]:-}" ]
}

start_token_server() {
	start_python token token_server.py --key "$certs/token.key" --cert "$certs/token.pem" \
		--ttl "${TOKEN_TTL_S:-300}"
	token_server=127.0.0.1:${ports[0]} token_log=$server_log
}

start_stub() {
	start_python stub stub_registry.py "$@"
	stub=127.0.0.1:${ports[0]} stub_other=127.0.0.1:${ports[1]} stub_log=$server_log
	export stub stub_other stub_log
}

start_proxy() {
	start_python proxy proxy.py "$@"
	proxy=127.0.0.1:${ports[0]} proxy_log=$server_log
	export proxy proxy_log
}

start_sigstore() {
	local tls=() scheme=http
	if [ "${1:-}" = --tls ]; then
		certs=$(server_home)/certs scheme=https
		make_certificates "$certs"
		tls=(--tls "$certs/server.pem" "$certs/server.key")
	fi
	sigstore=$(mktemp -d "$(server_home)/sigstore.XXXXXX")/out
	start_python sigstore fake_sigstore.py --out "$sigstore" "${tls[@]}"
	sigstore_url=$scheme://127.0.0.1:${ports[0]} sigstore_log=$server_log
	export sigstore sigstore_url sigstore_log
}

# --- what is there, and what was asked ------------------------------------------------------------------

client() {
	"$BATS_LIB/registry_client.py" "$@"
}

# make_packages FOLDER NAME:TAG…: an image layout that epm did not make; see make_store.py.
make_packages() {
	local folder=$1
	shift
	mkdir -p "$folder"
	"$BATS_LIB/make_store.py" "$folder" "$@"
}

# entry_digest FOLDER NAME:TAG: of a name in the index of a layout
entry_digest() {
	jq -r --arg n "$2" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $n) |
		.digest' "$1/index.json" | head -n 1
}

# blob_path FOLDER DIGEST
blob_path() {
	echo "$1/blobs/${2/://}"
}

# manifest_of HOST:PORT NAME REF: as the registry has it
manifest_of() {
	client get "$1" "/v2/$2/manifests/$3"
}

# is_at HOST:PORT NAME REF DIGEST: it is there, and is what its digest says
is_at() {
	[ "sha256:$(manifest_of "$1" "$2" "$3" | sha256sum | cut -d' ' -f1)" = "$4" ]
}

# asked [LOG]: "METHOD PATH STATUS" a line, of a log of docker-registry, the stub or the proxy
asked() {
	if [ "$(head -c 1 "$1")" = '{' ]; then
		jq -r '"\(.method) \(.path) \(.status)"' "$1"
	else
		sed -nE 's/^[^"]*"([A-Z]+) ([^ ]+) HTTP[^"]*" ([0-9]+).*/\1 \2 \3/p' "$1"
	fi
}

# forget LOG: count from here
# A server writes down what it has answered already: not before the log has been still for a while.
forget() {
	local size=
	while [ "$size" != "$(stat -c %s "$1")" ]; do
		size=$(stat -c %s "$1")
		sleep 0.2
	done
	: >"$1"
}

# asked_times N LOG [REGEX]: that many requests, or those whose line in asked() matches
asked_times() {
	local count
	count=$(asked "$2" | grep -cE "${3:-.}" || true)
	[ "$count" = "$1" ] || {
		printf '%s requests, not %s, %s:\n' "$count" "$1" "${3:-in all}" >&2
		asked "$2" >&2
		return 1
	}
}

# logged N LOG FILTER: that many of the requests in a log of the stub or the proxy are so, for jq
logged() {
	local count
	count=$(jq -s "[.[] | select($3)] | length" "$2")
	[ "$count" = "$1" ] || {
		printf '%s requests, not %s, with %s:\n' "$count" "$1" "$3" >&2
		cat "$2" >&2
		return 1
	}
}

# --- what a failure has to look like ----------------------------------------------------------------------

# names: of the store, for comparison
names() {
	"$EPM" ls --json | jq -c '[.[] | [.reference, .digest]]'
}

# fails STATUS [REGEX]: the last run ended so (6, or "5|6" where either is right), with one line of
# error, and a hint at most
fails() {
	[[ "|$1|" == *"|$status|"* ]] || exits "$1" || return
	if ! is_one_error "${2:-.}"; then
		printf 'not one line of error with "%s":\n%s\n' "${2:-}" "$output" >&2
		return 1
	fi
	# nothing that a terminal would act on
	not grep -q '[[:cntrl:]]' <<<"$output"
}

is_one_error() {
	[[ ${lines[0]} == "epm: "* && ${lines[0]} =~ $1 && ${#lines[@]} -le 2 ]] &&
		[[ ${lines[1]:-epm: hint: } == "epm: hint: "* ]]
}

# nothing_left NAMES: the store is as before and nothing that was half received is in it
nothing_left() {
	[ "$(names)" = "$1" ] || {
		printf 'the store has %s, not %s\n' "$(names)" "$1" >&2
		return 1
	}
	no_temporary_files || return
	[ ! -e "$EPM_HOME/index.json" ] || "$EPM" fsck
}

no_temporary_files() {
	local found
	found=$(find "$EPM_HOME" \( -name '*.tmp' -o -path '*/ingest/*' -o -name '*.part' \) 2>/dev/null || true)
	[ -z "$found" ] || {
		printf 'left behind:\n%s\n' "$found" >&2
		return 1
	}
}

# no_secret [FILE…]: neither password, nor token, nor what they look like in a header
no_secret() {
	local basic
	basic=$(printf 'user:%s' "$PASSWORD" | base64 -w 0)
	not grep -nF -e "$PASSWORD" -e "$basic" -e "$IDENTITY_TOKEN" -e eyJ -e WyJsb2dpb "$@" >&2
}
