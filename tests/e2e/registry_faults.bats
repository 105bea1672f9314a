#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# A registry that misbehaves: one clear line, the right exit status, nothing half stored.

export TRUSTS_ALL=1
load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	export seed=$BATS_FILE_TMPDIR/seed
	make_packages "$seed" demo/opensnoop:1.0
	make_packages "$seed" --index demo/many:1 amd64 arm64
}

digest() {
	entry_digest "$seed" "${1:-demo/opensnoop:1.0}"
}

manifest() {
	blob_path "$seed" "$(digest)"
}

# pulled FAULT…: it gets there all the same
pulled() {
	start_faulty "$@"
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
	[ "$("$EPM" ls --json | jq -r '.[].digest')" = "$(digest)" ]
	is_sound
	no_temporary_files
}

# refused STATUS PATTERN FAULT…: one line of error, and the store is as it was
refused() {
	local status=$1 pattern=$2
	shift 2
	start_faulty "$@"
	make_packages "$EPM_HOME" keep:1
	before=$(names)
	run timeout 60 "$EPM" pull --timeout 1s "$stub/demo/opensnoop:1.0"
	fails "$status" "$pattern"
	[[ $output == *"$stub"* ]] || {
		printf 'it is not said of what:\n%s\n' "$output" >&2
		return 1
	}
	nothing_left "$before"
}

# start_faulty FAULT…: a stub with these faults
start_faulty() {
	local fault options=()
	for fault in "$@"; do
		options+=(--fault "$fault")
	done
	start_stub --seed "$seed" "${options[@]}"
}

# --- what passes -------------------------------------------------------------------------------------

@test "500 then fine: tried again" {
	for status in 500 502 503 504 408; do
		fresh_home
		pulled "GET any each=1 status=$status"
	done
	logged 4 "$stub_log" '.status == 408'
}

@test "500 again and again: given up after some tries, and the registry's words are said" {
	refused 5 'out of disk' 'GET blob status=500 text=out\ of\ disk'
	refused 5 503 'GET manifest status=503 retry-after=0'
}

@test "429 with Retry-After in seconds: not before that" {
	start=$EPOCHREALTIME
	pulled "GET manifest times=1 status=429 retry-after=2"
	[ "$(((${EPOCHREALTIME/./} - ${start/./}) / 1000))" -ge 2000 ]
}

@test "429 with Retry-After as a date: not before that" {
	start=$EPOCHREALTIME
	pulled "GET blob times=1 status=429 retry-after=+2"
	# a date has whole seconds
	[ "$(((${EPOCHREALTIME/./} - ${start/./}) / 1000))" -ge 1000 ]
}

@test "429 with a Retry-After that is too long, or none: an error at once" {
	start=$SECONDS
	refused 5 '' 'GET manifest status=429 retry-after=86400'
	refused 5 '' 'GET manifest status=429 retry-after=+86400'
	[ $((SECONDS - start)) -lt 10 ]
	fresh_home
	pulled 'GET manifest times=1 status=429 retry-after=soon'
	fresh_home
	pulled 'GET manifest times=1 status=429 retry-after=-5'
}

@test "a connection that is closed without an answer: tried again" {
	pulled "GET any each=1 drop=0"
}

@test "bodies cut at every tenth byte: gone on with" {
	names=()
	size=$(stat -c %s "$(manifest)")
	[ "$size" -gt 500 ]
	options=()
	for at in $(seq 0 10 "$size"); do
		names+=("cut/p$at:1")
		options+=(--fault "GET any path=/cut/p$at/ each=1 cut=$at")
	done
	make_packages cut "${names[@]}"
	start_stub --seed cut "${options[@]}"
	for name in "${names[@]}"; do
		EPM_HOME=$PWD/home-${name#cut/} trust_all
	done
	printf '%s\n' "${names[@]}" | xargs -P 16 -I{} sh -c 'name={}
		EPM_HOME=$PWD/home-${name#cut/} "$0" pull "$1/{}" || echo "failed: {}"' "$EPM" "$stub" >out 2>&1 3>&-
	not grep -B 2 '^failed: ' out
	for name in "${names[@]}"; do
		EPM_HOME=$PWD/home-${name#cut/}
		[ "$("$EPM" ls --json | jq -r '.[].digest')" = "$(entry_digest cut "$name")" ]
		is_sound
		no_temporary_files
	done
	# what was there was not asked for again
	[ "$(jq -s '[.[] | select(.kind == "blob" and .range != null and .status == 206)] | length' \
		"$stub_log")" -gt 30 ]
	[ "$(jq -s '[.[] | select(.kind == "blob" and .range != null) | .range |
		capture("bytes=(?<n>[0-9]+)-").n | tonumber % 10] | unique' -c "$stub_log")" = '[0]' ]
}

@test "a body that is cut where the server knows no Range: from the start, whole" {
	pulled "GET blob each=1 cut=20" "GET blob norange"
	fresh_home
	pulled "GET blob each=2 cut=20" "GET blob norange"
}

@test "a large body that is cut again and again goes on as long as it moves" {
	make_packages "$PWD/large" demo/large:1
	python3 - large <<-'EOF'
	import hashlib, json, pathlib, random, sys
	home = pathlib.Path(sys.argv[1])
	def put(data):
	    digest = hashlib.sha256(data).hexdigest()
	    (home / "blobs/sha256" / digest).write_bytes(data)
	    return {"digest": "sha256:" + digest, "size": len(data)}
	index = json.loads((home / "index.json").read_text())
	entry = index["manifests"][0]
	manifest = json.loads((home / "blobs" / entry["digest"].replace(":", "/")).read_text())
	manifest["layers"][0].update(put(random.Random(2).randbytes(3_000_000)))
	entry.update(put(json.dumps(manifest, sort_keys=True).encode()))
	(home / "index.json").write_text(json.dumps(index))
	EOF
	start_stub --seed large --fault "GET blob cut=200000"
	epm pull "$stub/demo/large:1"
	exits 0
	is_sound
	# each byte once
	[ "$(jq -s '[.[] | select(.kind == "blob") | .sent] | add' "$stub_log")" -lt 3100000 ]
}

@test "slow, but it moves: no total limit" {
	start_faulty "GET blob rate=150"
	epm pull --timeout 1s "$stub/demo/opensnoop:1.0"
	exits 0
	is_sound
}

# --- what does not: the connection -------------------------------------------------------------------

@test "a server that does not answer: the stall limit" {
	refused 5 '' 'GET manifest hang'
}

@test "a server that stops in the middle: the stall limit" {
	refused 5 '' 'GET blob stall=10' 'GET blob norange'
}

@test "one byte a second is stalling" {
	refused 5 '' 'GET manifest rate=1'
}

@test "an answer that is no HTTP" {
	refused 5 '' 'any any garbage'
}

@test "always cut: given up after some tries" {
	refused 5 '' 'GET blob cut=5' 'GET blob norange'
}

# --- bytes that are not what was promised ------------------------------------------------------------

@test "a blob with a wrong bit: status 6" {
	refused 6 '' 'GET blob flip'
	[[ $output == *sha256:* || $output == *digest* ]]
}

@test "a blob that is too long or too short: status 6" {
	refused 6 '' 'GET blob grow=1'
	refused 6 '' 'GET blob grow=100000'
	refused 6 '' 'GET blob shrink=1'
	refused 6 '' 'GET blob shrink=20'
}

@test "a blob that never ends: status 6, and no more than was promised is read" {
	refused 6 '' 'GET blob endless'
}

@test "a manifest that is not what its digest says: status 6" {
	refused 6 '' 'GET manifest flip'
	refused 6 '' "GET manifest digest=sha256:$(printf %064d 1)"
	refused 6 '' 'GET manifest digest=sha256:x'
	start_faulty 'GET manifest flip'
	epm pull "$stub/demo/opensnoop@$(digest)"
	fails 6
	nothing_left "$(names)"
}

@test "a manifest without a digest in the header is fine" {
	pulled 'GET manifest nodigest'
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
}

@test "a child of an index that is not what its digest says: status 6" {
	start_faulty 'GET manifest path=sha256: flip'
	epm pull "$stub/demo/many:1"
	fails 6
	nothing_left '[]'
	epm pull --all-platforms "$stub/demo/many:1"
	fails 6
	nothing_left '[]'
}

@test "a Content-Type that is not the manifest's mediaType: status 6" {
	refused 6 '' 'GET manifest type=application/vnd.oci.image.index.v1+json'
	refused 6 '' 'GET manifest type=text/html'
	fresh_home
	pulled 'GET manifest type=application/vnd.oci.image.manifest.v1+json;charset=utf-8'
}

@test "a manifest that never ends: status 6" {
	refused 6 '' 'GET manifest endless'
}

@test "a manifest of 5 MB, and of 500 MB: status 6, and it is not read to its end" {
	refused 6 '' 'GET manifest pad=5000000'
	start_faulty 'GET manifest pad=500000000'
	epm pull "$stub/demo/opensnoop:1.0"
	fails 6
	nothing_left "$before"
	[ "$(jq -s '[.[].sent] | max' "$stub_log")" -lt 100000000 ]
}

@test "a manifest of 3 MB is fine" {
	start_faulty 'GET manifest pad=3000000'
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
	is_sound
}

@test "a gzip bomb: epm asks for no encoding, and takes none" {
	refused 6 '' 'GET blob gzip-bomb'
	refused '5|6' '' 'GET manifest gzip-bomb'
	logged 0 "$stub_log" '.accept_encoding != null and .accept_encoding != "identity"'
}

# --- documents -----------------------------------------------------------------------------------------

@test "JSON that is too deep, has duplicate keys, or is none: status 6" {
	python3 -c 'print("[" * 100000)' >deep
	python3 -c 'print("{\"a\":" * 90 + "1" + "}" * 90)' >nested
	jq -cj . "$(manifest)" | sed 's/^{/{"schemaVersion":2,/' >twice
	jq -cj . "$(manifest)" | sed 's/"layers":/"layers":[],"layers":/' >layers
	printf 'null' >null
	printf '\x00\xff\xfe{}' >binary
	: >empty
	for file in deep nested twice layers null binary empty; do
		refused 6 '' "GET manifest body=@$PWD/$file"
	done
}

# edited JQ…: the manifest changed so
edited() {
	jq -cj "$@" "$(manifest)" >edited
}

@test "a manifest that asks for what cannot be: status 6" {
	for change in '.layers[0].size = -1' '.layers[0].size = 9223372036854775807' '.layers = {}' \
		'.layers[0].size = 1e300' '.layers[0].digest = "sha256:../../../../etc/passwd"' \
		'.layers[0].digest = "sha256:"' 'del(.config)' '.schemaVersion = 1' \
		'.layers[0].digest = "md5:d41d8cd98f00b204e9800998ecf8427e"' '.config = []' \
		'.layers = [range(100000) as $i | .config]'; do
		edited "$change"
		refused '6|8' '' "GET manifest body=@$PWD/edited"
	done
}

@test "data in a manifest that is not the blob: never stored as it" {
	for change in '.layers[0].data = "eHh4"' '.layers[0].data = "!"' '.layers[0].data = ""' \
		'.config.data = ("x" * 464)' '.layers[0].data = 7' '.layers[0].data = ("QUFB" * 9)'; do
		edited "$change"
		fresh_home
		start_faulty "GET manifest body=@$PWD/edited"
		epm pull "$stub/demo/opensnoop:1.0"
		if [ "$status" = 0 ]; then
			blob=$(jq -r '.layers[0].digest' edited)
			[ "sha256:$(sha256sum "$(blob_path "$EPM_HOME" "$blob")" | cut -d' ' -f1)" = "$blob" ]
			is_sound
		else
			fails 6
			nothing_left '[]'
		fi
	done
	# what is right needs no request
	layer=$(jq -r '.layers[0].digest' "$(manifest)")
	edited --arg d "$(base64 -w 0 "$(blob_path "$seed" "$layer")")" '.layers[0].data = $d'
	fresh_home
	start_faulty "GET manifest body=@$PWD/edited"
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
	is_sound
	logged 0 "$stub_log" ".path | endswith(\"$layer\")"
}

@test "a layer that is larger than the disk: an error before it is asked for" {
	edited '.layers[0].size = 9000000000000000'
	start_faulty "GET manifest body=@$PWD/edited" 'GET blob endless'
	run timeout 20 "$EPM" pull "$stub/demo/opensnoop:1.0"
	fails '1|6'
	nothing_left '[]'
}

@test "titles that lead elsewhere stay text" {
	edited '.layers[0].annotations["org.opencontainers.image.title"] = "../../../../tmp/evil" |
		.layers[1].annotations["org.opencontainers.image.title"] = "/etc/evil\u001b[2J"'
	start_faulty "GET manifest body=@$PWD/edited"
	epm pull "$stub/demo/opensnoop:1.0"
	[ ! -e /etc/evil ] && [ ! -e /tmp/evil ]
	[ "$status" = 0 ] || {
		fails 6
		nothing_left '[]'
	}
	not grep -q '[[:cntrl:]]' <<<"$output"
}

@test "an index that contains itself, and one that is too deep: status 6" {
	# a document cannot have its own digest: the registry claims that it does
	jq -cj --arg d "sha256:$(printf %064d 3)" '.manifests = [.manifests[] | .digest = $d |
		.mediaType = "application/vnd.oci.image.index.v1+json"]' \
		"$(blob_path "$seed" "$(digest demo/many:1)")" >self
	for options in '' --all-platforms; do
		start_faulty "GET manifest body=@$PWD/self type=application/vnd.oci.image.index.v1+json"
		run timeout 60 "$EPM" pull $options "$stub/demo/many:1"
		fails '6|8'
		nothing_left '[]'
		[ "$(jq -s length "$stub_log")" -lt 20 ]
	done
	# and a chain of them, each right
	start_stub --seed "$seed"
	inner=$(digest)
	cp "$(manifest)" inner
	type=application/vnd.oci.image.manifest.v1+json
	client put "$stub" demo/opensnoop "$inner" inner
	for _ in $(seq 100); do
		jq -ncj --arg d "$inner" --arg t "$type" --argjson s "$(stat -c %s inner)" \
			'{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
			manifests: [{mediaType: $t, digest: $d, size: $s,
			platform: {os: "linux", architecture: "amd64"}}]}' >outer
		inner=sha256:$(sha256sum outer | cut -d' ' -f1)
		type=application/vnd.oci.image.index.v1+json
		mv outer inner
		client put "$stub" demo/opensnoop "$inner" inner >/dev/null
	done
	client put "$stub" demo/opensnoop deep inner
	forget "$stub_log"
	for options in '' --all-platforms; do
		epm pull $options "$stub/demo/opensnoop:deep"
		fails '6|8'
		nothing_left '[]'
	done
	[ "$(jq -s length "$stub_log")" -lt 50 ]
}

@test "an index with the same child a thousand times: it is fetched once" {
	jq -cj '.manifests = [range(1000) as $i | .manifests[0]]' \
		"$(blob_path "$seed" "$(digest demo/many:1)")" >wide
	start_faulty "GET manifest path=/1$ body=@$PWD/wide"
	epm pull --all-platforms "$stub/demo/many:1"
	[ "$status" = 0 ] || fails 6
	[ "$(jq -s length "$stub_log")" -lt 20 ] || {
		echo "$(jq -s length "$stub_log") requests" >&2
		return 1
	}
}

# --- redirects -----------------------------------------------------------------------------------------

@test "blobs that are elsewhere: followed, without credentials" {
	export DOCKER_CONFIG=$PWD/docker
	for auth in --basic --bearer; do
		rm -rf "$DOCKER_CONFIG"
		fresh_home
		start_stub --seed "$seed" "$auth" "user:$PASSWORD" --redirect-blobs
		"$EPM" login -u user --password-stdin "$stub" <<<"$PASSWORD"
		EPM_TRACE=all epm pull "$stub/demo/opensnoop:1.0"
		exits 0
		no_secret <<<"$output"
		is_sound
		logged 3 "$stub_log" '.listener == "other" and .status == 200'
		logged 0 "$stub_log" '.listener == "other" and .authorization != null'
		[ "$(jq -s '[.[] | select(.kind == "blob" and .authorization != null)] | length' \
			"$stub_log")" = 3 ]
	done
}

@test "a redirected body that is cut goes on" {
	start_stub --seed "$seed" --redirect-blobs --fault "GET cdn each=1 cut=20"
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
	is_sound
	logged 3 "$stub_log" '.listener == "other" and .range == "bytes=20-"'
}

@test "a redirect to a file, or to what is no HTTP" {
	printf 'secret of this machine\n' >secret
	for where in "file://$PWD/secret" "file:///etc/passwd" 'ftp://127.0.0.1/x' 'gopher://127.0.0.1/x' \
		'scp://127.0.0.1/x' 'javascript:1' 'http:' 'http://' '//' 'dict://127.0.0.1:1/x'; do
		refused 5 '' "GET blob status=307 location=$where"
		[[ $output != *"secret of"* ]]
	done
	refused 5 '' 'GET blob status=307'
	refused 5 '' "GET manifest status=302 location=file://$PWD/secret"
}

@test "redirects that go round, and one to itself" {
	refused 5 '' 'GET blob status=307 location={self}{path}'
	[ "$(jq -s '[.[] | select(.kind == "blob")] | length' "$stub_log")" -lt 60 ]
	refused 5 '' 'GET manifest status=302 location={path}?x'
}

@test "a redirect with credentials in it: they are not shown" {
	start_faulty 'GET blob status=307 location=http://me:hunter2hunter2@127.0.0.1:1/x?X-Signature=hunter3hunter3'
	EPM_TRACE=all epm pull "$stub/demo/opensnoop:1.0"
	[ "$status" = 5 ]
	not grep hunter <<<"$output"
	epm pull "$stub/demo/opensnoop:1.0"
	fails 5
	not grep hunter <<<"$output"
}

# --- errors that a person reads -----------------------------------------------------------------------

@test "an HTML page for an error: one line, without the page" {
	refused 5 502 'GET manifest status=502 html retry-after=0'
	[[ $output != *"<"* && $output != *nginx* ]]
	refused 3 '' 'GET manifest status=404 html'
	refused 4 '' 'GET manifest status=403 html'
	[[ $output != *"<"* ]]
}

@test "an HTML page with 200 where a manifest should be: status 6" {
	printf '<!DOCTYPE html><html><body>Sign in to the hotel</body></html>' >page
	refused '5|6' '' "GET manifest body=@$PWD/page type=text/html"
}

@test "terminal escapes in an error body stay harmless" {
	refused 4 '' "GET manifest status=403 'text=\x1b[2J\x1b]0;owned\x07\nepm: done'"
	[[ $output == *owned* ]]
}

@test "terminal escapes in a warning stay harmless, and it is said once" {
	start_stub --seed "$seed" --warning 'this\x1b[31m goes away\x07 soon'
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
	not grep -q '[[:cntrl:]]' <<<"$output"
	[ "$(grep -c 'goes away' <<<"$output")" = 1 ]
	# not on stdout
	"$EPM" rm "$stub/demo/opensnoop:1.0"
	"$EPM" pull "$stub/demo/opensnoop:1.0" 2>err | not grep 'goes away'
	grep -q 'goes away' err
}

@test "an error body without end, and one of 100 MB" {
	refused 4 '' 'GET manifest status=403 endless'
	python3 -c 'print("{\"errors\":[{\"code\":\"DENIED\",\"message\":\"" + "x" * 10000000 + "\"}]}")' >long
	refused 4 '' "GET manifest status=403 body=@$PWD/long"
	[ "${#output}" -lt 2000 ]
}

# --- 401 ----------------------------------------------------------------------------------------------

@test "401 for ever: status 4 after few requests, nothing secret is said" {
	export DOCKER_CONFIG=$PWD/docker
	mkdir docker
	start_stub --seed "$seed" --fault 'any any status=401'
	for challenge in '' 'Basic realm="x"' 'Bearer realm="{self}/token",service="s",scope="repository:demo/opensnoop:pull"' \
		'Bearer realm="file:///etc/passwd"' 'Bearer' 'Negotiate' 'Bearer realm="' \
		'Digest realm="x", nonce="y"' 'Bearer realm="http://127.0.0.1:1/token"'; do
		start_faulty "GET token body={\\\"token\\\":\\\"WyJsb2dpbiJd\\\"}" \
			"any manifest status=401${challenge:+ $(printf %q "challenge=$challenge")}"
		jq -n --arg s "$stub" --arg a "$(printf 'user:%s' "$PASSWORD" | base64 -w 0)" \
			'{auths: {($s): {auth: $a}}}' >docker/config.json
		chmod 600 docker/config.json
		run timeout 60 "$EPM" pull "$stub/demo/opensnoop:1.0"
		fails '4|5|6|8'
		no_secret <<<"$output"
		nothing_left '[]'
		[ "$(jq -s length "$stub_log")" -le 12 ]
		EPM_TRACE=all run timeout 60 "$EPM" pull "$stub/demo/opensnoop:1.0"
		no_secret <<<"$output"
	done
}

@test "401 and nothing to log in with: status 4, and the hint says how" {
	refused 4 '' 'any manifest status=401 challenge=Basic\ realm=\"x\"'
	[[ $output == *"epm login"* ]]
}

# --- tokens ----------------------------------------------------------------------------------------------

@test "a token server that misbehaves" {
	for fault in 'GET token status=500 retry-after=0' 'GET token hang' 'GET token body=x' 'GET token body={}' \
		'GET token endless' 'GET token status=302 location=file:///etc/passwd' 'GET token garbage' \
		'GET token body={\"token\":\"a\\u000d\\u000ab\"}' 'GET token body={\"token\":7}'; do
		start_stub --seed "$seed" --bearer "user:$PASSWORD" --anonymous --fault "$fault"
		run timeout 60 "$EPM" pull --timeout 1s "$stub/demo/opensnoop:1.0"
		fails '4|5|6'
		nothing_left '[]'
	done
}

# --- tags ------------------------------------------------------------------------------------------------

many_tags() {
	local tag names=()
	for tag in $(seq -w 25); do
		names+=("demo/opensnoop:t$tag")
	done
	make_packages tags "${names[@]}"
}

@test "tags: pages with relative links are followed" {
	many_tags
	start_stub --seed tags --page 10
	epm tags "$stub/demo/opensnoop"
	exits 0
	[ "$output" = "$(seq -f 't%02.0f' 25)" ]
	logged 3 "$stub_log" '.kind == "tags"'
}

@test "tags: links to elsewhere are not followed, and get no credentials" {
	export DOCKER_CONFIG=$PWD/docker
	many_tags
	start_stub --seed tags --basic "user:$PASSWORD" \
		--fault 'GET tags link=<{other}/v2/demo/opensnoop/tags/list?last=x>;\ rel=\"next\"'
	"$EPM" login -u user --password-stdin "$stub" <<<"$PASSWORD"
	epm tags "$stub/demo/opensnoop"
	no_secret <<<"$output"
	logged 0 "$stub_log" '.listener == "other" and .authorization != null'
	for link in '<file:///etc/passwd>;\ rel=\"next\"' '<;rel=next' '<>;\ rel=\"next\"' 'x' \
		'<javascript:1>;\ rel=next' '</v2/other/tags/list>;\ rel=\"prev\"'; do
		start_stub --seed tags --fault "GET tags times=5 link=$link"
		run timeout 60 "$EPM" tags "$stub/demo/opensnoop"
		[ "$status" = 0 ] || fails '5|6' || {
			echo "link: $link" >&2
			return 1
		}
		[[ $output != *root:* ]]
		[ "$(jq -s length "$stub_log")" -le 6 ]
	done
}

@test "tags: pages that go round, or never end" {
	many_tags
	start_stub --seed tags --fault 'GET tags link=<{path}>;\ rel=\"next\"'
	run timeout 60 "$EPM" tags "$stub/demo/opensnoop"
	fails '5|6'
	[ "$(jq -s length "$stub_log")" -lt 2000 ]
}

@test "tags: lists that are none, and names with escapes" {
	start_stub --seed "$seed" --fault 'GET tags body={\"name\":\"demo/opensnoop\",\"tags\":null}'
	epm tags "$stub/demo/opensnoop"
	exits 0
	[ -z "$output" ]
	for body in '{}' '[]' '{\"tags\":[1]}' 'x' '{\"tags\":{}}'; do
		start_stub --seed "$seed" --fault "GET tags body=$body"
		epm tags "$stub/demo/opensnoop"
		[ "$body" = '{}' ] && [ "$status" = 0 ] || fails 6
	done
	start_stub --seed "$seed" --fault 'GET tags body={\"tags\":[\"a\\u001b[2Jb\",\"ok\"]}'
	epm tags "$stub/demo/opensnoop"
	not grep -q '[[:cntrl:]]' <<<"$output"
	start_stub --seed "$seed" --fault 'GET tags endless'
	run timeout 60 "$EPM" tags "$stub/demo/opensnoop"
	fails 6
}
