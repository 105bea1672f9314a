#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm push: to docker-registry, and to a stub where docker-registry cannot do it.

export TRUSTS_ALL=1
load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	start_registry
}

# count: forget the access log so far
count() {
	forget "$registry_log"
}

digest() {
	entry_digest "$EPM_HOME" "$1"
}

# layers NAME: digests of configuration and layers
layers() {
	jq -r '.config.digest, .layers[].digest' "$(blob_path "$EPM_HOME" "$(digest "$1")")"
}

# whole SERVER REPOSITORY REF NAME: the manifest is the store's, and all blobs are there
whole() {
	local blob
	is_at "$1" "$2" "$3" "$(digest "$4")"
	for blob in $(layers "$4"); do
		client get "$1" "/v2/$2/blobs/$blob" | cmp - "$(blob_path "$EPM_HOME" "$blob")"
	done
}

@test "to an empty repository: two requests a blob and one for the manifest" {
	make_store opensnoop:1.0
	count
	epm push opensnoop:1.0 "$registry/cold/opensnoop:1.0"
	exits 0
	[[ $output == *"$(digest opensnoop:1.0)"* ]]
	asked_times 3 "$registry_log" '^POST .* 202$'
	asked_times 3 "$registry_log" '^PUT .*/blobs/uploads/.* 201$'
	asked_times 1 "$registry_log" '^PUT /v2/cold/opensnoop/manifests/1.0 201$'
	asked_times 7 "$registry_log"
	whole "$registry" cold/opensnoop 1.0 opensnoop:1.0
}

@test "again: one request" {
	make_store opensnoop:1.0
	"$EPM" push opensnoop:1.0 "$registry/again/opensnoop:1.0"
	count
	epm push opensnoop:1.0 "$registry/again/opensnoop:1.0"
	exits 0
	asked_times 1 "$registry_log"
}

@test "another tag of what is there: no blob is sent" {
	make_store opensnoop:1.0
	"$EPM" push opensnoop:1.0 "$registry/tags/opensnoop:1.0"
	count
	epm push opensnoop:1.0 "$registry/tags/opensnoop:1.1"
	exits 0
	asked_times 0 "$registry_log" '^PUT .*/blobs/'
	asked_times 1 "$registry_log" '^PUT /v2/tags/opensnoop/manifests/1.1 201$'
	[ "$(asked "$registry_log" | wc -l)" -le 4 ]
	is_at "$registry" tags/opensnoop 1.1 "$(digest opensnoop:1.0)"
}

@test "several tags in one go: blobs once, a request a tag" {
	make_store opensnoop:1.0
	count
	epm push -t 1.0 -t 1 -t latest opensnoop:1.0 "$registry/several/opensnoop"
	exits 0
	for tag in 1.0 1 latest; do
		is_at "$registry" several/opensnoop "$tag" "$(digest opensnoop:1.0)"
	done
	asked_times 3 "$registry_log" '^PUT .*/manifests/'
	asked_times 3 "$registry_log" '^PUT .*/blobs/'
}

@test "the tags of -t are instead of, or besides, the one of the reference" {
	make_store opensnoop:1.0
	epm push -t 2 opensnoop:1.0 "$registry/besides/opensnoop:1"
	exits 0
	is_at "$registry" besides/opensnoop 2 "$(digest opensnoop:1.0)"
	is_at "$registry" besides/opensnoop 1 "$(digest opensnoop:1.0)"
	epm push -t 'no tag' opensnoop:1.0 "$registry/besides/opensnoop"
	fails 2
}

@test "another repository of the same registry: blobs are not sent where the registry has them" {
	make_store opensnoop:1.0
	"$EPM" push opensnoop:1.0 "$registry/first/opensnoop:1.0"
	"$EPM" pull "$registry/first/opensnoop:1.0"
	count
	epm push "$registry/first/opensnoop:1.0" "$registry/second/opensnoop:1.0"
	exits 0
	asked_times 0 "$registry_log" '^PUT .*/blobs/'
	whole "$registry" second/opensnoop 1.0 opensnoop:1.0
}

@test "a new version that shares blobs: only what changed is sent" {
	make_store opensnoop:1.0
	"$EPM" push opensnoop:1.0 "$registry/shares/opensnoop:1.0"
	before=$(digest opensnoop:1.0)
	# another configuration, the same layers
	config=$(printf '{"architecture":"amd64","name":"opensnoop","os":"linux","version":"2.0"}')
	hex=$(printf %s "$config" | sha256sum | cut -d' ' -f1)
	printf %s "$config" >"$EPM_HOME/blobs/sha256/$hex"
	jq -cj --arg d "sha256:$hex" --argjson s "${#config}" '.config.digest = $d | .config.size = $s' \
		"$(blob_path "$EPM_HOME" "$before")" >next.json
	new=sha256:$(sha256sum next.json | cut -d' ' -f1)
	size=$(stat -c %s next.json)
	cp next.json "$(blob_path "$EPM_HOME" "$new")"
	make_store --edit index.json "d['manifests'][0].update(digest='$new', size=$size)"
	count
	epm push opensnoop:1.0 "$registry/shares/opensnoop:2.0"
	exits 0
	asked_times 1 "$registry_log" '^PUT .*/blobs/'
	whole "$registry" shares/opensnoop 2.0 opensnoop:1.0
}

@test "an index: all architectures first, the index last" {
	make_store --index many:1 amd64 arm64 s390x
	count
	epm push many:1 "$registry/index/many:1"
	exits 0
	is_at "$registry" index/many 1 "$(digest many:1)"
	for child in $(jq -r '.manifests[].digest' "$(blob_path "$EPM_HOME" "$(digest many:1)")"); do
		is_at "$registry" index/many "$child" "$child"
	done
	[ "$(asked "$registry_log" | grep -n '^PUT .*/manifests/' | grep -n 'manifests/1 201$' | cut -d: -f1)" = 4 ]
	EPM_HOME=$PWD/other trust_all
	EPM_HOME=$PWD/other epm pull --all-platforms "$registry/index/many:1"
	exits 0
	EPM_HOME=$PWD/other "$EPM" fsck
}

@test "with one argument: the same name, else the last part of it, and it is said which" {
	make_store opensnoop:1.0 "$registry/one/runqlat:2"
	epm push "$registry/one/runqlat:2"
	exits 0
	is_at "$registry" one/runqlat 2 "$(digest "$registry/one/runqlat:2")"
	epm push "$registry/one/opensnoop:1.0"
	exits 0
	[[ $output == *opensnoop:1.0* ]]
	is_at "$registry" one/opensnoop 1.0 "$(digest opensnoop:1.0)"
}

@test "with one argument: the name's latest when the tag is not there" {
	make_store opensnoop:latest
	epm push "$registry/latest/opensnoop:3"
	exits 0
	[[ $output == *opensnoop:latest* ]]
	is_at "$registry" latest/opensnoop 3 "$(digest opensnoop:latest)"
}

@test "--json: reference, digest, size, and what was sent" {
	make_store opensnoop:1.0
	output=$("$EPM" push --json opensnoop:1.0 "$registry/json/opensnoop:1.0" 2>err)
	jq -e --arg r "$registry/json/opensnoop:1.0" --arg d "$(digest opensnoop:1.0)" \
		'[.. | objects | select(.reference? == $r and .digest == $d and (.size | type) == "number")] |
		length == 1' <<<"$output"
}

@test "--no-clobber: a tag that somebody moved is not overwritten" {
	make_store opensnoop:1.0 runqlat:1.0
	"$EPM" push opensnoop:1.0 "$registry/clobber/tool:1"
	# unchanged since: fine
	epm push --no-clobber runqlat:1.0 "$registry/clobber/tool:1"
	exits 0
	is_at "$registry" clobber/tool 1 "$(digest runqlat:1.0)"
	# somebody else
	EPM_HOME=$PWD/other make_store syscount:1
	EPM_HOME=$PWD/other "$EPM" push syscount:1 "$registry/clobber/tool:1"
	moved=$(entry_digest other syscount:1)
	epm push --no-clobber opensnoop:1.0 "$registry/clobber/tool:1"
	fails 1 "$registry/clobber/tool:1"
	is_at "$registry" clobber/tool 1 "$moved"
	# a tag that is new is no clobbering; without the option it is overwritten
	epm push --no-clobber opensnoop:1.0 "$registry/clobber/tool:2"
	exits 0
	epm push opensnoop:1.0 "$registry/clobber/tool:1"
	exits 0
	is_at "$registry" clobber/tool 1 "$(digest opensnoop:1.0)"
}

@test "--no-clobber: a tag that this store never saw is not overwritten" {
	make_store opensnoop:1.0
	EPM_HOME=$PWD/other make_store syscount:1
	EPM_HOME=$PWD/other "$EPM" push syscount:1 "$registry/unseen/tool:1"
	epm push --no-clobber opensnoop:1.0 "$registry/unseen/tool:1"
	fails 1 "$registry/unseen/tool:1"
	is_at "$registry" unseen/tool 1 "$(entry_digest other syscount:1)"
}

@test "what the store does not have is status 3, and nobody is asked" {
	make_store opensnoop:1.0
	count
	epm push nothing:1 "$registry/none/nothing:1"
	fails 3
	epm push "$registry/none/nothing:1"
	fails 3
	asked_times 0 "$registry_log"
}

@test "a store that lost a blob: status 6, and no manifest at the registry" {
	make_store opensnoop:1.0
	rm "$(blob_path "$EPM_HOME" "$(layers opensnoop:1.0 | tail -n 1)")"
	epm push opensnoop:1.0 "$registry/lost/opensnoop:1.0"
	fails 6
	run ! manifest_of "$registry" lost/opensnoop 1.0
}

@test "a store with a changed blob: status 6, and no manifest at the registry" {
	make_store opensnoop:1.0
	printf '\x00' | dd of="$(blob_path "$EPM_HOME" "$(layers opensnoop:1.0 | tail -n 1)")" \
		bs=1 conv=notrunc status=none
	epm push opensnoop:1.0 "$registry/changed/opensnoop:1.0"
	fails 6
	run ! manifest_of "$registry" changed/opensnoop 1.0
}

@test "a registry that lost a blob gets it again" {
	make_store opensnoop:1.0
	"$EPM" push opensnoop:1.0 "$registry/again/lost:1.0"
	blob=$(layers opensnoop:1.0 | tail -n 1)
	run -0 python3 - "$registry" "$blob" <<-'EOF'
	import http.client, sys
	c = http.client.HTTPConnection(sys.argv[1])
	c.request("DELETE", "/v2/again/lost/blobs/" + sys.argv[2])
	assert c.getresponse().status == 202
	EOF
	epm push opensnoop:1.0 "$registry/again/lost:1.1"
	exits 0
	whole "$registry" again/lost 1.1 opensnoop:1.0
}

@test "a repository that nobody may write to: status 4" {
	make_store opensnoop:1.0
	start_registry basic
	epm push opensnoop:1.0 "$registry/denied/opensnoop:1.0"
	fails 4 "$registry"
}

@test "references that are none are status 2" {
	make_store opensnoop:1.0
	for ref in "$registry/Cold/x:1" "$registry/cold/x@sha256:12" "http://$registry/cold/x:1" ''; do
		epm push opensnoop:1.0 "$ref"
		fails 2
	done
	epm push
	exits 2
	epm push opensnoop:1.0 a/b:1 c/d:1
	exits 2
}

# --- what docker-registry cannot do --------------------------------------------------------------------

# sent OPTION…: to a stub with these options; all is there then
sent() {
	start_stub "$@"
	make_store opensnoop:1.0
	epm push opensnoop:1.0 "$stub/demo/opensnoop:1.0"
	exits 0
	whole "$stub" demo/opensnoop 1.0 opensnoop:1.0
}

@test "a registry that takes a blob in one POST: it gets them so" {
	sent --single-post
	[ "$(jq -s '[.[] | select(.method == "POST" and .length > 0 and .status == 201)] | length' \
		"$stub_log")" -ge 1 ]
	# once that is known, all of them
	make_store --index many:1 amd64 arm64 s390x riscv64
	forget "$stub_log"
	epm push many:1 "$stub/demo/many:1"
	exits 0
	[ "$(jq -s '[.[] | select(.method == "PUT" and .kind == "upload")] | length' "$stub_log")" -le 4 ]
}

@test "relative Locations, with a query to keep" {
	sent --relative
}

@test "whatever is answered to a mount, the blob gets there" {
	for status in 202 400 404 405; do
		sent --mount "$status"
	done
}

@test "a blob's PUT that is refused for a while is sent again, whole" {
	for status in 429 500 502 503; do
		sent --fault "PUT upload times=1 status=$status retry-after=0"
	done
	logged 4 "$stub_log" '.method == "PUT" and .kind == "upload"'
}

@test "a manifest's PUT that is refused for a while is sent again" {
	sent --fault "PUT manifest times=2 status=503 retry-after=0"
	logged 3 "$stub_log" '.method == "PUT" and .kind == "manifest"'
}

@test "a POST that is refused for a while is sent again" {
	sent --fault "POST upload times=2 status=429 retry-after=0"
}

@test "a connection that ends in the middle of a PUT: it is done again" {
	for bytes in 0 1 20; do
		sent --fault "PUT upload times=2 drop=$bytes"
	done
}

# big_store BYTES: a package with one large layer, big:1
big_store() {
	make_store big:1
	python3 - "$EPM_HOME" "$1" <<-'EOF'
	import hashlib, json, pathlib, random, sys
	home, size = pathlib.Path(sys.argv[1]), int(sys.argv[2])
	def put(data):
	    digest = hashlib.sha256(data).hexdigest()
	    (home / "blobs/sha256" / digest).write_bytes(data)
	    return {"digest": "sha256:" + digest, "size": len(data)}
	index = json.loads((home / "index.json").read_text())
	entry = next(e for e in index["manifests"] if e["annotations"]["org.opencontainers.image.ref.name"] == "big:1")
	manifest = json.loads((home / "blobs" / entry["digest"].replace(":", "/")).read_text())
	manifest["layers"][0].update(put(random.Random(1).randbytes(size)))
	entry.update(put(json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()))
	(home / "index.json").write_text(json.dumps(index))
	EOF
}

# sent_big BYTES OPTION…: the same with a large layer
sent_big() {
	local size=$1
	shift
	start_stub "$@"
	big_store "$size"
	epm push big:1 "$stub/demo/big:1"
	exits 0
	whole "$stub" demo/big 1 big:1
}

@test "413 for a large PUT: in pieces then" {
	sent_big 40000000 --max-body 20000000
	[ "$(jq -s '[.[] | select(.method == "PATCH" and .status == 202)] | length' "$stub_log")" -ge 2 ]
}

@test "413 before the body was read: in pieces then" {
	sent_big 40000000 --max-body 20000000 --fault "PUT upload longer=20000000 status=413 early html"
}

@test "413 for pieces as well: in smaller ones" {
	# a megabyte is what nginx takes until it is told otherwise
	sent_big 3000000 --max-body 1048576
}

@test "pieces are as long as the registry wants them" {
	sent_big 50000000 --max-body 30000000 --chunk-min 20000000
	[ "$(jq -s '[.[] | select(.method == "PATCH" and .length > 1000000 and .length < 20000000)] | length' \
		"$stub_log")" -le 1 ]
	sent_big 9000000 --chunk-min 3000000
}

@test "a piece that is cut off goes on where the registry has it" {
	sent_big 40000000 --max-body 20000000 --fault "PATCH upload times=1 drop=1000000"
	# 1 MB of it was there already; the first PUT was refused
	[ "$(jq -s '[.[] | select(.kind == "upload" and .method == "PATCH") | .length] | add' \
		"$stub_log")" -lt 40100000 ]
}

@test "a large PUT that is cut off is done again" {
	sent_big 3000000 --fault "PUT upload times=3 drop=1000000"
}

@test "an upload that the registry forgot is begun anew" {
	sent --fault "PUT upload times=1 status=404 text=upload\\ unknown"
}

@test "refused for good: status 5 with the registry's words, and no manifest" {
	make_store opensnoop:1.0
	start_stub --fault 'PUT upload status=400 text=no\ such\ luck'
	epm push opensnoop:1.0 "$stub/demo/opensnoop:1.0"
	fails 5 'no such luck'
	logged 0 "$stub_log" '.kind == "manifest" and .method == "PUT"'
	start_stub --fault 'PUT manifest status=400 text=not\ a\ manifest\ I\ like'
	epm push opensnoop:1.0 "$stub/demo/opensnoop:1.0"
	fails 5 'not a manifest I like'
	start_stub --fault 'any upload status=403 text=read\ only'
	epm push opensnoop:1.0 "$stub/demo/opensnoop:1.0"
	fails 4 'read only'
}

@test "a registry that says another digest than was sent: status 6" {
	make_store opensnoop:1.0
	start_stub --fault "PUT manifest digest=sha256:$(printf %064d 5)"
	epm push opensnoop:1.0 "$stub/demo/opensnoop:1.0"
	fails 6
}

@test "an upload Location on another host gets no credentials" {
	make_store opensnoop:1.0
	export DOCKER_CONFIG=$PWD/docker
	start_stub --basic "user:$PASSWORD" \
		--fault 'POST upload header=Location:{other}/v2/demo/opensnoop/blobs/uploads/x'
	"$EPM" login -u user --password-stdin "$stub" <<<"$PASSWORD"
	epm push opensnoop:1.0 "$stub/demo/opensnoop:1.0"
	[ "$status" != 0 ]
	logged 0 "$stub_log" '.listener == "other" and .authorization != null'
}

# --- cut off -----------------------------------------------------------------------------------------

hangs_or_ended() {
	is_gone "$1" || jq -se 'any(.status == 0)' "$stub_log" >/dev/null
}

@test "killed at each request, and done again" {
	make_store opensnoop:1.0
	n=0
	while :; do
		start_stub --fault "any any after=$n times=1 hang"
		"$EPM" push opensnoop:1.0 "$stub/demo/opensnoop:1.0" >out 2>&1 3>&- &
		pid=$!
		wait_for hangs_or_ended "$pid"
		is_gone "$pid" && break
		kill -KILL "$pid"
		wait "$pid" || true
		is_sound
		epm push opensnoop:1.0 "$stub/demo/opensnoop:1.0"
		exits 0
		whole "$stub" demo/opensnoop 1.0 opensnoop:1.0
		n=$((n + 1))
	done
	wait "$pid"
	[ "$n" = 7 ]
}

@test "killed in the middle of a blob, and done again" {
	big_store 40000000
	start_proxy --delay 5 "$registry"
	for percent in 5 50 95; do
		"$EPM" push big:1 "$proxy/killed/big:$percent" >out 2>&1 3>&- &
		pid=$!
		wait_for has_received "$percent" "$pid"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" || true
		epm push big:1 "$proxy/killed/big:$percent"
		exits 0
		whole "$registry" killed/big "$percent" big:1
	done
	no_temporary_files
}

# has_received PERCENT PID: so much of the 40 MB is in an upload at the registry; or it is over
has_received() {
	local bytes
	bytes=$(find "$BATS_FILE_TMPDIR/servers/data" -path '*_uploads*' -name data -printf '%s\n' |
		sort -n | tail -n 1)
	is_gone "$2" || [ "${bytes:-0}" -ge $((40000000 * $1 / 100)) ]
}

# The stub, because docker-registry 2.8 writes the same manifest twice at a time in one file, and says
# DIGEST_INVALID then.
@test "20 pushes of one package to one tag at once" {
	make_store opensnoop:1.0
	start_stub
	for i in $(seq 20); do
		"$EPM" push opensnoop:1.0 "$stub/crowd/opensnoop:1.0" >"out$i" 2>&1 3>&- &
		pids[i]=$!
	done
	for i in $(seq 20); do
		wait "${pids[i]}" || {
			cat "out$i" >&2
			false
		}
	done
	whole "$stub" crowd/opensnoop 1.0 opensnoop:1.0
	no_temporary_files
	is_sound
}
