#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm copy between registries, layouts, archives and the store; referrers; epm save and load.

export TRUSTS_ALL=1
load "$BATS_LIB/common"
load "$BATS_LIB/registry"

arch=$(dpkg --print-architecture)

setup_file() {
	export seed=$BATS_FILE_TMPDIR/seed
	make_packages "$seed" demo/opensnoop:1.0 demo/runqlat:2
	make_packages "$seed" --index demo/many:1 amd64 arm64 s390x
	start_registry
	client seed "$registry" "$seed"
	sign "$registry" demo/opensnoop "$(entry_digest "$seed" demo/opensnoop:1.0)"
}

digest() {
	entry_digest "$seed" "$1"
}

# referrer SUBJECT-DIGEST SIZE TYPE TEXT: a manifest with this subject, on stdout; its blob is {}
referrer() {
	jq -ncj --arg d "$1" --argjson n "$2" --arg t "$3" --arg text "$4" '{
		schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", artifactType: $t,
		config: {mediaType: "application/vnd.oci.empty.v1+json", size: 2,
			digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
		layers: [{mediaType: "application/vnd.oci.empty.v1+json", size: 2,
			digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}],
		subject: {mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $d, size: $n},
		annotations: {text: $text}}'
}

# sign SERVER REPOSITORY DIGEST: two referrers of it, and one of the first of them; as a registry
# without referrers API gets them, with the fallback tag. $signature and $deeper are their digests.
sign() {
	local work=$BATS_FILE_TMPDIR/sign size
	mkdir -p "$work"
	printf '{}' >"$work/empty"
	client put-blob "$1" "$2" "$work/empty"
	size=$(manifest_of "$1" "$2" "$3" | wc -c)
	referrer "$3" "$size" application/vnd.example.signature first >"$work/signature"
	referrer "$3" "$size" application/vnd.example.sbom second >"$work/sbom"
	signature=$(client put "$1" "$2" "sha256:$(sha256sum "$work/signature" | cut -d' ' -f1)" "$work/signature")
	sbom=$(client put "$1" "$2" "sha256:$(sha256sum "$work/sbom" | cut -d' ' -f1)" "$work/sbom")
	referrer "$signature" "$(stat -c %s "$work/signature")" application/vnd.example.timestamp third \
		>"$work/deeper"
	deeper=$(client put "$1" "$2" "sha256:$(sha256sum "$work/deeper" | cut -d' ' -f1)" "$work/deeper")
	export signature sbom deeper
	fallback "$1" "$2" "$3" "$work/signature" "$work/sbom"
	fallback "$1" "$2" "$signature" "$work/deeper"
}

# fallback SERVER REPOSITORY SUBJECT FILE…: the index of the fallback tag
fallback() {
	local server=$1 name=$2 subject=$3 file
	shift 3
	for file in "$@"; do
		jq -c --arg d "sha256:$(sha256sum "$file" | cut -d' ' -f1)" \
			--argjson n "$(stat -c %s "$file")" \
			'{mediaType, digest: $d, size: $n, artifactType, annotations}' "$file"
	done | jq -scj '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
		manifests: .}' >"$BATS_FILE_TMPDIR/sign/index"
	client put "$server" "$name" "${subject/:/-}" "$BATS_FILE_TMPDIR/sign/index" >/dev/null
}

# in_layout FOLDER NAME DIGEST: under that ref.name; every blob it leads to is there and right
in_layout() {
	[ "$(entry_digest "$1" "$2")" = "$3" ] || {
		jq . "$1/index.json" >&2
		return 1
	}
	blobs_are_right "$1" "$3"
}

blobs_are_right() {
	local one file
	file=$(blob_path "$1" "$2")
	[ "sha256:$(sha256sum "$file" | cut -d' ' -f1)" = "$2" ]
	for one in $(jq -r '.config.digest?, .layers[]?.digest, .manifests[]?.digest | select(.)' "$file"); do
		if jq -e '.mediaType? // empty | contains("manifest") or contains("index")' \
			"$(blob_path "$1" "$one")" >/dev/null 2>&1; then
			blobs_are_right "$1" "$one"
		else
			[ "sha256:$(sha256sum "$(blob_path "$1" "$one")" | cut -d' ' -f1)" = "$one" ]
		fi
	done
}

# --- every direction ----------------------------------------------------------------------------------

@test "registry to registry" {
	start_stub
	epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
	exits 0
	is_at "$stub" mirror/opensnoop 1.0 "$(digest demo/opensnoop:1.0)"
	[ "$(client get "$stub" "/v2/mirror/opensnoop/tags/list" | jq -c .tags)" = '["1.0"]' ]
	nothing_left '[]'
}

@test "inside one registry: by mounts, no blob is moved" {
	forget "$registry_log"
	epm copy --no-referrers "$registry/demo/opensnoop:1.0" "$registry/mirror/opensnoop:1.0"
	exits 0
	is_at "$registry" mirror/opensnoop 1.0 "$(digest demo/opensnoop:1.0)"
	asked_times 0 "$registry_log" '^(GET|PUT) .*/blobs/'
	asked_times 3 "$registry_log" '^POST .*mount=sha256.*from=demo(/|%2F)opensnoop.* 201$'
}

@test "to a new tag of the same repository: no blob is asked for" {
	forget "$registry_log"
	epm copy --no-referrers "$registry/demo/opensnoop:1.0" "$registry/demo/opensnoop:stable"
	exits 0
	is_at "$registry" demo/opensnoop stable "$(digest demo/opensnoop:1.0)"
	asked_times 0 "$registry_log" '^(GET|PUT) .*/blobs/'
	[ "$(asked "$registry_log" | wc -l)" -le 5 ]
}

@test "registry to layout, layout to registry" {
	epm copy "$registry/demo/opensnoop:1.0" oci:out:v1
	exits 0
	in_layout out v1 "$(digest demo/opensnoop:1.0)"
	start_stub
	epm copy oci:out:v1 "$stub/back/opensnoop:1.0"
	exits 0
	is_at "$stub" back/opensnoop 1.0 "$(digest demo/opensnoop:1.0)"
	nothing_left '[]'
}

@test "layout to layout, with and without a tag" {
	epm copy "oci:$seed:demo/runqlat:2" oci:out:two
	exits 0
	in_layout out two "$(digest demo/runqlat:2)"
	# one name only: it need not be said
	epm copy oci:out oci:again:x
	exits 0
	in_layout again x "$(digest demo/runqlat:2)"
	epm copy "oci:$seed:demo/opensnoop:1.0" oci:out:one
	exits 0
	in_layout out two "$(digest demo/runqlat:2)"
	in_layout out one "$(digest demo/opensnoop:1.0)"
	# two now: which?
	epm copy oci:out oci:again:y
	fails '2|3'
	epm copy oci:out:three oci:again:y
	fails 3
	in_layout again x "$(digest demo/runqlat:2)"
}

@test "to and from an archive" {
	epm copy "$registry/demo/opensnoop:1.0" oci-archive:out.tar:v1
	exits 0
	mkdir unpacked
	tar -xf out.tar -C unpacked
	in_layout unpacked v1 "$(digest demo/opensnoop:1.0)"
	start_stub
	epm copy oci-archive:out.tar:v1 "$stub/back/opensnoop:1.0"
	exits 0
	is_at "$stub" back/opensnoop 1.0 "$(digest demo/opensnoop:1.0)"
	epm copy oci-archive:out.tar store:mine:1
	exits 0
	[ "$("$EPM" ls --json | jq -r '.[] | select(.reference == "mine:1") | .digest')" = \
		"$(digest demo/opensnoop:1.0)" ]
	is_sound
}

@test "to and from the store" {
	epm copy "oci:$seed:demo/runqlat:2" store:runqlat:2
	exits 0
	[ "$("$EPM" ls --json | jq -r '.[] | select(.reference == "runqlat:2") | .digest')" = \
		"$(digest demo/runqlat:2)" ]
	is_sound
	epm copy store:runqlat:2 oci:out:2
	exits 0
	in_layout out 2 "$(digest demo/runqlat:2)"
	epm copy store:runqlat:2 "$registry/fromstore/runqlat:2"
	exits 0
	is_at "$registry" fromstore/runqlat 2 "$(digest demo/runqlat:2)"
	epm copy "$registry/demo/runqlat:2" store:again
	exits 0
	epm inspect again:latest
	exits 0
}

@test "an index goes whole, or one platform of it" {
	epm copy "$registry/demo/many:1" oci:out:all
	exits 0
	in_layout out all "$(digest demo/many:1)"
	epm copy --platform "linux/$arch" "$registry/demo/many:1" oci:one:1
	exits 0
	child=$(jq -r --arg a "$arch" '.manifests[] | select(.platform.architecture == $a) | .digest' \
		"$(blob_path "$seed" "$(digest demo/many:1)")")
	in_layout one 1 "$child"
	[ "$(find one/blobs -type f | wc -l)" = 4 ]
	epm copy --platform linux/mips "$registry/demo/many:1" oci:none:1
	fails 8
	[ ! -e none/index.json ] || [ "$(jq '.manifests | length' none/index.json)" = 0 ]
	start_stub
	epm copy oci:out:all "$stub/mirror/many:1"
	exits 0
	is_at "$stub" mirror/many 1 "$(digest demo/many:1)"
}

@test "again: nothing is sent" {
	start_stub
	"$EPM" copy "$registry/demo/runqlat:2" "$stub/again/runqlat:2"
	forget "$stub_log"
	forget "$registry_log"
	epm copy "$registry/demo/runqlat:2" "$stub/again/runqlat:2"
	exits 0
	logged 0 "$stub_log" '.method == "PUT" and .kind == "upload"'
	asked_times 0 "$registry_log" '^GET .*/blobs/'
}

@test "large blobs stream: nothing of them is stored" {
	python3 - <<-'EOF'
	import os
	open("big", "wb").write(os.urandom(30_000_000))
	EOF
	blob=$(client put-blob "$registry" demo/big big)
	client put-blob "$registry" demo/big "$(blob_path "$seed" "$(jq -r .config.digest \
		"$(blob_path "$seed" "$(digest demo/runqlat:2)")")")"
	jq -cj --arg d "$blob" '.layers = [.layers[0] | .digest = $d | .size = 30000000]' \
		"$(blob_path "$seed" "$(digest demo/runqlat:2)")" >manifest
	big=$(client put "$registry" demo/big 1 manifest)
	start_stub
	epm copy "$registry/demo/big:1" "$stub/mirror/big:1"
	exits 0
	is_at "$stub" mirror/big 1 "$big"
	client get "$stub" "/v2/mirror/big/blobs/$blob" | cmp - big
	[ ! -e "$EPM_HOME/blobs" ]
}

# --- referrers ----------------------------------------------------------------------------------------

# referrers_at SERVER REPOSITORY DIGEST: their digests, by API or fallback tag
referrers_at() {
	{
		client get "$1" "/v2/$2/referrers/$3" || manifest_of "$1" "$2" "${3/:/-}"
	} 2>/dev/null | jq -r '.manifests[].digest' | sort
}

@test "referrers go along, with theirs: to a registry with the API" {
	start_stub
	epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
	exits 0
	[ "$(referrers_at "$stub" mirror/opensnoop "$(digest demo/opensnoop:1.0)")" = \
		"$(printf '%s\n' "$signature" "$sbom" | sort)" ]
	[ "$(referrers_at "$stub" mirror/opensnoop "$signature")" = "$deeper" ]
	# the registry keeps that list: no fallback tag
	[ "$(client get "$stub" /v2/mirror/opensnoop/tags/list | jq -c .tags)" = '["1.0"]' ]
}

@test "referrers go along: to a registry without the API the fallback tag is kept" {
	start_stub --no-referrers
	epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
	exits 0
	tag=$(digest demo/opensnoop:1.0 | tr : -)
	manifest_of "$stub" mirror/opensnoop "$tag" >index
	[ "$(jq -r .mediaType index)" = application/vnd.oci.image.index.v1+json ]
	[ "$(jq -r '.manifests[].digest' index | sort)" = "$(printf '%s\n' "$signature" "$sbom" | sort)" ]
	# descriptors with all that the specification wants in them
	jq -e --arg d "$signature" '.manifests[] | select(.digest == $d) |
		.artifactType == "application/vnd.example.signature" and .annotations.text == "first" and
		.mediaType == "application/vnd.oci.image.manifest.v1+json" and .size > 100' index
	# again, and with another: no duplicates, nothing lost
	epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.1"
	exits 0
	[ "$(manifest_of "$stub" mirror/opensnoop "$tag" | jq '.manifests | length')" = 2 ]
}

@test "a fallback tag of somebody else's referrers is added to" {
	start_stub --no-referrers
	"$EPM" copy --no-referrers "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
	subject=$(digest demo/opensnoop:1.0)
	printf '{}' >empty
	client put-blob "$stub" mirror/opensnoop empty
	referrer "$subject" "$(stat -c %s "$(blob_path "$seed" "$subject")")" application/vnd.other.thing x >other
	other=$(client put "$stub" mirror/opensnoop "sha256:$(sha256sum other | cut -d' ' -f1)" other)
	fallback "$stub" mirror/opensnoop "$subject" other
	epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
	exits 0
	[ "$(referrers_at "$stub" mirror/opensnoop "$subject")" = \
		"$(printf '%s\n' "$signature" "$sbom" "$other" | sort)" ]
}

@test "referrers stay where they are with --no-referrers" {
	start_stub
	epm copy --no-referrers "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
	exits 0
	[ -z "$(referrers_at "$stub" mirror/opensnoop "$(digest demo/opensnoop:1.0)")" ]
	logged 1 "$stub_log" '.method == "PUT" and .kind == "manifest"'
}

@test "referrers go through a layout and an archive" {
	epm copy "$registry/demo/opensnoop:1.0" oci:out:v1
	exits 0
	for one in "$signature" "$sbom" "$deeper"; do
		[ -e "$(blob_path out "$one")" ]
	done
	epm copy oci:out:v1 oci-archive:out.tar:v1
	exits 0
	start_stub
	epm copy oci-archive:out.tar:v1 "$stub/mirror/opensnoop:1.0"
	exits 0
	[ "$(referrers_at "$stub" mirror/opensnoop "$(digest demo/opensnoop:1.0)")" = \
		"$(printf '%s\n' "$signature" "$sbom" | sort)" ]
	[ "$(referrers_at "$stub" mirror/opensnoop "$signature")" = "$deeper" ]
}

@test "inspect --referrers: a tree, by fallback tag and by the API in pages" {
	epm inspect --referrers "$registry/demo/opensnoop:1.0"
	exits 0
	for type in signature sbom timestamp; do
		[[ $output == *"application/vnd.example.$type"* ]]
	done
	# the third is below the first
	first=$(grep -n vnd.example.signature <<<"$output" | cut -d: -f1)
	third=$(grep -n vnd.example.timestamp <<<"$output" | cut -d: -f1)
	[ "$third" = $((first + 1)) ]
	start_stub --page 1
	"$EPM" copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
	epm inspect --referrers "$stub/mirror/opensnoop:1.0"
	exits 0
	for type in signature sbom timestamp; do
		[[ $output == *"application/vnd.example.$type"* ]]
	done
}

@test "referrers that refer to each other: an end is found" {
	# only a registry that lies can have them
	start_stub --seed "$seed" --fault "GET referrers body=@$PWD/loop"
	subject=$(digest demo/opensnoop:1.0)
	jq -ncj --arg d "$subject" --argjson s "$(stat -c %s "$(blob_path "$seed" "$subject")")" '{
		schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [{
		mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $d, size: $s}]}' >loop
	run timeout 60 "$EPM" inspect --referrers "$stub/demo/opensnoop:1.0"
	[ "$status" = 0 ] || fails 6
	run timeout 60 "$EPM" copy "$stub/demo/opensnoop:1.0" oci:out:1
	[ "$status" = 0 ] || fails 6
	[ "$(jq -s length "$stub_log")" -lt 40 ]
}

# --- what is wrong ---------------------------------------------------------------------------------------

@test "places that are none, and nothing there" {
	for words in "oci:nowhere:1 oci:out:1" "oci-archive:nowhere.tar oci:out:1" "store:nothing:1 oci:out:1" \
		"$registry/demo/nothing:1 oci:out:1"; do
		epm copy $words
		fails 3
		[ ! -e out/index.json ] || [ "$(jq '.manifests | length' out/index.json)" = 0 ]
	done
	for words in "oci: oci:out:1" "oci-archive: oci:out:1" "store: oci:out:1" "one" "a b c"; do
		epm copy $words
		exits 2
	done
	mkdir notalayout
	echo x >notalayout/file
	epm copy oci:notalayout:1 oci:out:1
	fails '3|6'
	epm copy "oci:$seed:demo/runqlat:2" oci:notalayout:1
	[ "$(cat notalayout/file)" = x ]
}

@test "a layout with a changed blob: status 6, and no name there" {
	cp -r "$seed" changed
	blob=$(blob_path changed "$(jq -r '.layers[0].digest' "$(blob_path changed "$(digest demo/runqlat:2)")")")
	printf 'x' | dd of="$blob" bs=1 conv=notrunc status=none
	for to in oci:out:1 store:x:1 oci-archive:out.tar:1 "$registry/changed/x:1"; do
		epm copy oci:changed:demo/runqlat:2 "$to"
		fails 6
	done
	[ ! -e out.tar ]
	[ ! -e out/index.json ] || [ "$(jq '.manifests | length' out/index.json)" = 0 ]
	run ! manifest_of "$registry" changed/x 1
	nothing_left '[]'
}

@test "a destination with a wrong digest in its name: refused" {
	epm copy "$registry/demo/runqlat:2" "$registry/mirror/x@sha256:$(printf %064d 9)"
	fails '2|6'
}

# hostile FILE PYTHON: a tar whose members the code adds to t
hostile() {
	python3 - "$seed" "$1" "$2" <<-'EOF'
	import io, sys, tarfile
	seed, out, code = sys.argv[1:]
	with tarfile.open(out, "w") as t:
	    def add(name, data=b"", **more):
	        info = tarfile.TarInfo(name)
	        info.size = len(data)
	        for key, value in more.items():
	            setattr(info, key, value)
	        t.addfile(info, io.BytesIO(data))
	    exec(code)
	EOF
}

@test "archives that want out, are cut, or are none: status 6, nothing is written elsewhere" {
	mkdir outside
	cases=(
		't.add(seed, "."); add("../outside/evil", b"x")'
		"t.add(seed, '.'); add('$PWD/outside/evil', b'x')"
		"add('blobs', type=tarfile.SYMTYPE, linkname='$PWD/outside'); t.add(seed, '.')"
		"add('index.json', type=tarfile.SYMTYPE, linkname='/etc/passwd')"
		"add('oci-layout', b'{\"imageLayoutVersion\":\"1.0.0\"}'); add('index.json', type=tarfile.LNKTYPE, linkname='/etc/passwd')"
		'add("index.json", type=tarfile.FIFOTYPE)'
		'add("index.json", type=tarfile.CHRTYPE, devmajor=1, devminor=5)'
		'add("oci-layout", b"{}"); add("index.json", b"{}")'
		'pass'
	)
	for code in "${cases[@]}"; do
		rm -f hostile.tar
		hostile hostile.tar "$code"
		run timeout 60 "$EPM" copy oci-archive:hostile.tar:demo/runqlat:2 oci:out:1
		[ -z "$(ls outside)" ]
		[ "$status" = 0 ] || fails '3|6'
		run timeout 60 "$EPM" load hostile.tar
		[ -z "$(ls outside)" ]
		[ "$status" = 0 ] || {
			fails '3|6'
			no_temporary_files
		}
		[ ! -e "$EPM_HOME/index.json" ] || "$EPM" fsck
	done
	head -c 3000 /dev/urandom >noise.tar
	: >empty.tar
	for file in noise.tar empty.tar; do
		epm load "$file"
		fails 6
	done
}

# --- save and load ----------------------------------------------------------------------------------

saved() {
	epm copy "$registry/demo/opensnoop:1.0" store:opensnoop:1.0
	epm pull --all-platforms "$registry/demo/many:1"
	exits 0
}

@test "save and load: everything, with its names" {
	saved
	names_before=$(names)
	epm save -o all.tar opensnoop:1.0 "$registry/demo/many:1"
	exits 0
	EPM_HOME=$PWD/other epm load all.tar
	exits 0
	EPM_HOME=$PWD/other
	[ "$(names)" = "$names_before" ]
	is_sound
	# with what refers to it
	for one in "$signature" "$sbom" "$deeper"; do
		[ -e "$(blob_path "$EPM_HOME" "$one")" ]
	done
	epm load ../"$(basename "$PWD")"/all.tar
	exits 0
	[ "$(names)" = "$names_before" ]
}

@test "save: the same bytes each time, whatever the order, the time and the umask" {
	saved
	"$EPM" save -o one.tar opensnoop:1.0 "$registry/demo/many:1"
	(
		umask 077
		TZ=Asia/Tokyo SOURCE_DATE_EPOCH=1 "$EPM" save -o two.tar opensnoop:1.0 "$registry/demo/many:1"
	)
	cmp one.tar two.tar
	# from another store that got it another way
	EPM_HOME=$PWD/other "$EPM" load one.tar
	EPM_HOME=$PWD/other "$EPM" save -o three.tar "$registry/demo/many:1" opensnoop:1.0
	cmp one.tar three.tar
	[ "$(tar -tf one.tar | sort | uniq -d)" = "" ]
}

@test "save to standard output, load from it, and never to a terminal" {
	saved
	"$EPM" save -o all.tar opensnoop:1.0
	"$EPM" save opensnoop:1.0 | cmp - all.tar
	EPM_HOME=$PWD/other "$EPM" load - <all.tar
	[ "$(EPM_HOME=$PWD/other "$EPM" ls --json | jq -r '.[].digest')" = "$(digest demo/opensnoop:1.0)" ]
	run script -qec "'$EPM' save opensnoop:1.0" /dev/null
	exits 2
}

@test "load: an archive that is cut anywhere, or has a changed byte, leaves nothing" {
	saved
	"$EPM" save -o all.tar opensnoop:1.0
	# behind the last byte of the last file there is padding only
	size=$(python3 -c 'print(len(open("all.tar", "rb").read().rstrip(b"\0")))')
	EPM_HOME=$PWD/other
	for at in $(seq 0 700 "$size") $((size - 1)); do
		head -c "$at" all.tar >cut.tar
		epm load cut.tar
		fails '3|6'
		nothing_left '[]'
	done
	python3 - <<-'EOF'
	data = bytearray(open("all.tar", "rb").read())
	at = data.find(b"ELF of opensnoop")
	data[at] ^= 1
	open("changed.tar", "wb").write(data)
	EOF
	epm load changed.tar
	fails 6
	nothing_left '[]'
}

@test "save: what is not there is status 3 and makes no file" {
	saved
	epm save -o all.tar opensnoop:1.0 nothing:1
	fails 3
	[ ! -e all.tar ]
	[ -z "$(find . -maxdepth 1 -name '*.tmp' -o -maxdepth 1 -name '.*.t*')" ]
	epm save -o /nonexistent/all.tar opensnoop:1.0
	fails '1|3'
}
