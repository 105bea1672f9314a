#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck disable=SC2034
# What passes the gate is loaded and shows events; what does not has no program in the kernel. The
# system's policy is tried in a mount namespace with an /etc of its own.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"
load "$BATS_LIB/kernel"

setup_file() {
	export EPM_KEY_PASSWORD=pw keys=$BATS_FILE_TMPDIR/keys
	mkdir "$keys"
	"$EPM" key generate -o "$keys/a.key" >/dev/null
	"$EPM" key generate -o "$keys/b.key" >/dev/null
	export EPM_HOME=$BATS_FILE_TMPDIR/author
	"$EPM" build "$EPM_SRC/examples/minimal" >/dev/null
	"$EPM" sign --key "$keys/a.key" minimal >/dev/null 2>&1
	"$EPM" save -o "$BATS_FILE_TMPDIR/minimal.tar" minimal >/dev/null
	"$EPM" build -o "$BATS_FILE_TMPDIR/out/" "$EPM_SRC/examples/minimal" >/dev/null
	cp -a /etc "$BATS_FILE_TMPDIR/etc"
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	cd "$BATS_TEST_TMPDIR" || return
	children=() kernel_ids=()
	"$EPM" load "$BATS_FILE_TMPDIR/minimal.tar" >/dev/null
}

# with_system POLICY COMMAND…: where /etc/epm/policy.yaml has this text
with_system() {
	local text=$1
	shift
	rm -rf "$BATS_FILE_TMPDIR/etc/epm"
	mkdir "$BATS_FILE_TMPDIR/etc/epm"
	printf '%s\n' "$text" >"$BATS_FILE_TMPDIR/etc/epm/policy.yaml"
	# shellcheck disable=SC2016 # for the shell inside
	run unshare -m sh -c 'mount --bind "$0" /etc && exec "$@"' "$BATS_FILE_TMPDIR/etc" "$@"
}

runs() {
	exits 0
	grep -q 'minimal\(_bpf\)\?: programs attached: [0-9]' <<<"$output"
}

refused() {
	exits 7
	grep -qF -- "$1" <<<"$output" || {
		echo "not '$1' in: $output" >&2
		return 1
	}
	not grep -q 'attached' <<<"$output"
}

short=(-v run --duration 0.2s)

@test "from an archive: refused, then trusted by its key" {
	epm "${short[@]}" minimal
	refused "no rule of the trust policy covers minimal"
	"$EPM" -q trust add "$keys/b.pub" --for minimal
	epm "${short[@]}" minimal
	refused "by another key"
	"$EPM" -q trust add "$keys/a.pub" --for minimal
	epm "${short[@]}" minimal
	runs
	grep -q 'minimal:latest: signed by a.pub (sha256:' <<<"$output"
	epm "${short[@]}" minimal
	runs
}

@test "what was changed after it was trusted is not loaded" {
	"$EPM" -q trust add "$keys/a.pub" --for minimal
	epm "${short[@]}" minimal
	runs
	object=$("$EPM" inspect --json minimal | jq -r '.layers[] | select(.title == "minimal.bpf.o") | .digest')
	printf 'x' | dd of="$EPM_HOME/blobs/sha256/${object#sha256:}" bs=1 seek=200 conv=notrunc status=none
	epm "${short[@]}" minimal
	exits 6
	grep -qF "$object" <<<"$output"
}

@test "--allow-unsigned, a folder of files, standard input" {
	epm "${short[@]}" --allow-unsigned minimal
	runs
	grep -q 'warning: minimal:latest: not trusted, let through by --allow-unsigned' <<<"$output"
	epm "${short[@]}" "$BATS_FILE_TMPDIR/out/minimal.bpf.o"
	refused "was not built here"
	"$EPM" -q trust add --unsigned --for "file:$BATS_FILE_TMPDIR/out"
	epm "${short[@]}" "$BATS_FILE_TMPDIR/out/minimal.bpf.o"
	runs
	run "$EPM" "${short[@]}" - <"$BATS_FILE_TMPDIR/out/minimal.bpf.o"
	refused "no rule covers stdin"
}

# web FOLDER: a web server on loopback for its files; $web. /to/X redirects to X.
web() {
	mkdir -p servers/web
	cat >web.py <<-'END'
		import http.server, os, sys
		os.chdir(sys.argv[1])
		class Handler(http.server.SimpleHTTPRequestHandler):
		    def do_GET(self):
		        if self.path.startswith("/to/"):
		            self.send_response(302)
		            self.send_header("Location", self.path[3:])
		            self.send_header("Content-Length", "0")
		            self.end_headers()
		        else:
		            super().do_GET()
		server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		print(server.server_port, flush=True)
		server.serve_forever()
	END
	start_server servers/web python3 web.py "$1"
	wait_for is_up servers/web out '^[0-9]+$'
	web=http://127.0.0.1:$(cat servers/web/out)
}

@test "a URL: refused without a rule, run with one, by way of a redirect, not found" {
	web "$BATS_FILE_TMPDIR/out"
	epm "${short[@]}" "$web/minimal.bpf.o"
	refused "no rule covers $web/minimal.bpf.o"
	"$EPM" -q trust add --unsigned --for "$web"
	epm "${short[@]}" "$web/minimal.bpf.o?x=1#y"
	runs
	epm "${short[@]}" "$web/to/package.json"
	runs
	epm "${short[@]}" "$web/nowhere.json"
	exits 3
	epm "${short[@]}" http://192.0.2.1/x.json
	exits 2
	epm trust test "$web/package.json"
	exits 0
	epm run "$web/package.json" --help
	exits 0
	end_server servers/web
}

@test "the system's policy: the person cannot loosen it" {
	local everything="scopes: {\"*\": {keys: [$keys/a.pub]}}"
	with_system "$everything" "$EPM" "${short[@]}" minimal
	runs
	grep -q 'of /etc/epm/policy.yaml' <<<"$output"
	[ ! -e "$EPM_HOME/trust/verdicts" ]
	everything="scopes: {\"*\": {keys: [$keys/b.pub]}}"
	"$EPM" -q trust add --unsigned --for '*'
	with_system "$everything" "$EPM" "${short[@]}" minimal
	refused "by another key"
	with_system "$everything" "$EPM" "${short[@]}" --allow-unsigned minimal
	refused "cannot be set aside by an option"
	with_system "$everything" "$EPM" "${short[@]}" "$BATS_FILE_TMPDIR/out/minimal.bpf.o"
	refused "is not trusted"
}

@test "the system's policy: what was built here counts where it says so; marks of the person do not" {
	EPM_HOME=$BATS_FILE_TMPDIR/author
	with_system "scopes: {\"*\": {keys: [$keys/b.pub]}}" "$EPM" "${short[@]}" minimal
	refused "by another key"
	with_system "scopes: {\"*\": {keys: [$keys/b.pub], built: allow}}" "$EPM" "${short[@]}" minimal
	runs
	with_system "scopes: {ghcr.io: {keys: [$keys/b.pub]}}" "$EPM" "${short[@]}" minimal
	runs
	with_system "deny: [tracepoint]" "$EPM" "${short[@]}" minimal
	refused "the trust policy denies tracepoint"
}

@test "the system's policy: both have a rule, both count; what it revokes is revoked" {
	"$EPM" -q trust add "$keys/b.pub" --for minimal
	with_system "scopes: {\"*\": {keys: [$keys/a.pub]}}" "$EPM" "${short[@]}" minimal
	refused "by another key"
	"$EPM" -q trust add "$keys/a.pub" --for minimal
	with_system "scopes: {\"*\": {keys: [$keys/a.pub]}}" "$EPM" "${short[@]}" minimal
	runs
	print=$("$EPM" key fingerprint "$keys/a.pub" | grep -o 'sha256:[0-9a-f]*')
	with_system "revoked: [$print]" "$EPM" "${short[@]}" minimal
	refused "revoked"
	with_system "scopes: 1" "$EPM" "${short[@]}" minimal
	exits 6
}
