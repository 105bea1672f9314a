#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# The store from the command line, on packages that epm did not make.

load "$BATS_LIB/common"

digest_of() {
	"$EPM" ls --json | jq -r --arg r "$1" '.[] | select(.reference == $r) | .digest'
}

blobs() {
	find "$EPM_HOME/blobs/sha256" -type f | wc -l
}

flip_bit() {
	python3 - "$1" <<-'EOF'
	import sys
	with open(sys.argv[1], "r+b") as f:
	    b = f.read(1)
	    f.seek(0)
	    f.write(bytes([b[0] ^ 1]))
	EOF
}

# layer NAME MEDIATYPE: path of the blob
layer() {
	local digest
	digest=$("$EPM" inspect --manifest "$1" |
		jq -r --arg t "$2" '.layers[] | select(.mediaType | contains($t)) | .digest')
	echo "$EPM_HOME/blobs/sha256/${digest#sha256:}"
}

@test "ls: an empty store is no error and makes nothing" {
	epm ls
	exits 0
	says "NAME  TAG  DIGEST  SIZE  AGE  ARCH"
	[ ! -e "$EPM_HOME" ]
	epm ls --json
	[ "$output" = "[]" ]
}

@test "ls: a table with what the index says" {
	make_store opensnoop:1.0 ghcr.io/x/runqlat:latest
	epm ls
	exits 0
	[[ ${lines[1]} =~ ^ghcr.io/x/runqlat\ \ latest\ \ [0-9a-f]{12}\ +4.3\ kB\ .*\ amd64$ ]]
	[[ ${lines[2]} =~ ^opensnoop\ +1.0\ +[0-9a-f]{12}\ +4.3\ kB\ .*\ amd64$ ]]
	[ ${#lines[@]} = 3 ]
}

@test "ls --json: the same as values" {
	make_store opensnoop:1.0
	epm ls --json
	exits 0
	[ "$(jq -c '.[0] | [.name, .tag, .reference, .size, .architectures, .version, .added]' \
		<<<"$output")" = \
		'["opensnoop","1.0","opensnoop:1.0",4321,["amd64"],"1.0","2026-01-02T03:04:05Z"]' ]
}

@test "ls NAME: by repository, by last part, by name; none is status 3" {
	make_store opensnoop:1.0 opensnoop:2.0 ghcr.io/x/runqlat:latest
	for name in runqlat ghcr.io/x/runqlat ghcr.io/x/runqlat:latest runqlat:latest; do
		epm ls "$name"
		exits 0
		[ ${#lines[@]} = 2 ]
	done
	epm ls opensnoop
	[ ${#lines[@]} = 3 ]
	digest=$(digest_of ghcr.io/x/runqlat:latest)
	for name in opensnoop:2.0 "$digest" "${digest:7:7}"; do
		epm ls "$name"
		exits 0
		[ ${#lines[@]} = 2 ]
	done
	for name in nothing sha '' "${digest:7:3}"; do
		epm ls "$name"
		exits 3
	done
}

@test "ls: fits a narrow terminal" {
	make_store registry.example.org/a/very/long/repository/name/opensnoop:1.0
	# width of each line in a terminal of 60 columns
	run script -qec "stty cols 60; '$EPM' ls" /dev/null
	exits 0
	while IFS= read -r line; do
		line=${line%$'\r'}
		[ ${#line} -le 60 ]
	done <<<"$output"
	[[ $output == *"…"* ]]
}

@test "ls: control characters of an index never reach the terminal" {
	make_store opensnoop:1.0
	make_store --edit index.json \
		'd["manifests"][0]["platform"]["architecture"] = "a\u001b[2J"'
	# shellcheck disable=SC2016
	run -0 bash -c '"$EPM" ls | tr -d "\n\40-\176" | wc -c'
	[ "$output" = 0 ]
}

@test "inspect: sections for a person" {
	make_store opensnoop:1.0
	epm inspect opensnoop:1.0
	exits 0
	says "Reference      opensnoop:1.0"
	says "Programs"
	says "  trace_open  tracepoint/syscalls/sys_enter_openat"
	says "  events  ringbuf       262144"
	says "  pid   int         0"
	says "Layers"
	[[ $output == *"opensnoop.bpf.o"*"application/vnd.eunomia.bpf.object.v1+elf"* ]]
}

@test "inspect --manifest and --config: byte for byte" {
	make_store opensnoop:1.0
	digest=$(digest_of opensnoop:1.0)
	[ "$("$EPM" inspect --manifest opensnoop:1.0 | sha256sum | cut -d' ' -f1)" = "${digest#sha256:}" ]
	config=$("$EPM" inspect --manifest opensnoop:1.0 | jq -r .config.digest)
	[ "$("$EPM" inspect --config opensnoop:1.0 | sha256sum | cut -d' ' -f1)" = "${config#sha256:}" ]
	epm inspect --json opensnoop:1.0
	[ "$(jq -r .package.name <<<"$output")" = opensnoop ]
	[ "$(jq -r '.layers[1].title' <<<"$output")" = opensnoop.skel.json ]
	epm inspect --json --config opensnoop:1.0
	exits 2
}

@test "inspect: an image index shows its manifests" {
	make_store --index opensnoop:1.0 amd64 arm64 s390x
	epm inspect opensnoop:1.0
	exits 0
	says "Manifests"
	[[ $output == *s390x* ]]
}

@test "tag: by name, digest and the beginning of a digest" {
	make_store opensnoop:1.0
	digest=$(digest_of opensnoop:1.0)
	for source in opensnoop:1.0 "$digest" "${digest#sha256:}" "${digest:0:14}" "${digest:7:7}" \
		"opensnoop:1.0@$digest" "@$digest"; do
		epm tag "$source" copy ghcr.io/x/copy:2
		exits 0
		[ "$output" = "" ]
		[ "$(digest_of copy:latest)" = "$digest" ]
		[ "$(digest_of ghcr.io/x/copy:2)" = "$digest" ]
		"$EPM" -q rm copy ghcr.io/x/copy:2
	done
	is_sound
}

@test "tag: a name moves and never has two entries" {
	make_store a:1 b:1
	epm tag b:1 a:1
	exits 0
	[ "$(digest_of a:1)" = "$(digest_of b:1)" ]
	[ "$(jq '[.manifests[].annotations["io.containerd.image.name"] | select(. == "a:1")] | length' \
		"$EPM_HOME/index.json")" = 1 ]
}

@test "tag: what is wrong has its status" {
	make_store opensnoop:1.0
	epm tag nothing x
	exits 3
	says "epm: nothing:latest is not in the store"
	epm tag opensnop:1.0 x
	exits 3
	says "epm: hint: the store has opensnoop:1.0"
	epm tag runqlat x
	exits 3
	says "epm: hint: 'epm ls' lists what is there" # not what only shares its tag
	epm tag opensnoop:1.0 Bad
	exits 2
	epm tag opensnoop:1.0 ok 'bad name'
	exits 2
	[ -z "$(digest_of ok:latest)" ]
	epm tag opensnoop:1.0
	exits 2
}

@test "rm: untags, and deletes with the last name" {
	make_store a:1 b:1
	"$EPM" tag a:1 a:2
	epm rm a:1
	exits 0
	says "removed a:1"
	says "epm: nothing freed: other names lead to the same blobs"
	[ "$(blobs)" = 8 ]
	epm rm a:2
	exits 0
	[[ $output == *" freed in 4 blobs"* ]]
	[ "$(blobs)" = 4 ]
	"$EPM" rm b:1
	[ "$(blobs)" = 0 ]
	is_sound
}

@test "rm: several at once, all or nothing" {
	make_store a:1 b:1
	epm rm a:1 nothing b:1
	exits 3
	[ "$("$EPM" ls --json | jq length)" = 2 ]
	epm rm a:1 b:1
	exits 0
	[ "$("$EPM" ls --json | jq length)" = 0 ]
}

@test "rm: a digest with several names only with --force" {
	make_store a:1
	"$EPM" tag a:1 b:1
	epm rm "$(digest_of a:1)"
	exits 2
	epm rm --force "$(digest_of a:1)"
	exits 0
	[ "$(blobs)" = 0 ]
}

@test "prune: deletes what no name leads to, and what killed commands left" {
	make_store a:1 b:1
	"$EPM" tag b:1 a:1
	mkdir "$EPM_HOME/ingest"
	echo abc >"$EPM_HOME/ingest/1.0"
	touch -d '1 hour ago' "$EPM_HOME/ingest/1.0"
	echo '{' >"$EPM_HOME/.index.json.1.0.tmp"
	epm prune --dry-run
	exits 0
	[[ $output == "would delete 6 blobs, "* ]]
	[ "$(blobs)" = 8 ]
	epm prune
	exits 0
	[[ $output == "deleted 6 blobs, "* ]]
	[ "$(blobs)" = 4 ]
	[ ! -e "$EPM_HOME/ingest/1.0" ]
	[ ! -e "$EPM_HOME/.index.json.1.0.tmp" ]
	is_sound
}

@test "prune: a damaged package keeps it from deleting anything" {
	make_store a:1 b:1
	rm "$EPM_HOME/blobs/sha256/$(digest_of a:1 | cut -d: -f2)"
	echo x >"$EPM_HOME/blobs/sha256/$(printf x | sha256sum | cut -d' ' -f1)"
	epm prune
	exits 6
	says "epm: hint: remove the damaged package ('epm rm') or bring it back first"
	[ "$(blobs)" = 8 ]
	epm rm a:1
	exits 0
	epm prune
	exits 0
	[ "$(blobs)" = 4 ]
}

@test "fsck: a sound store" {
	make_store a:1 b:1
	epm fsck
	exits 0
	[ "$output" = "2 names, 8 blobs, $("$EPM" fsck | sed 's/.*blobs, //')" ]
}

@test "a flipped bit: not used, named, and put into quarantine" {
	make_store a:1 b:1
	blob=$(layer a:1 object)
	flip_bit "$blob"
	epm run a:1 --help
	exits 6
	[[ $output == *"sha256:$(basename "$blob")"* ]]
	epm fsck
	exits 6
	says "blob sha256:$(basename "$blob"): its bytes are not those of its digest; moved to quarantine"
	says "a:1: blob sha256:$(basename "$blob") is missing; build or pull it again"
	[ -e "$EPM_HOME/quarantine/$(basename "$blob")" ]
	epm fsck --json
	exits 6
	epm inspect b:1
	exits 0
	epm rm a:1
	exits 0
	is_sound
}

@test "a flipped bit in a manifest" {
	make_store a:1
	digest=$(digest_of a:1)
	flip_bit "$EPM_HOME/blobs/sha256/${digest#sha256:}"
	epm inspect a:1
	exits 6
	says "epm: a:1: blob $digest: its bytes are not those of its digest"
	epm fsck
	exits 6
	epm inspect a:1
	exits 6
}

@test "an index cut in half: a clear error, and fsck brings the names back" {
	make_store a:1 b:1
	"$EPM" tag b:1 c:1
	"$EPM" tag b:1 d:1 # the backup has a, b, c
	truncate -s 300 "$EPM_HOME/index.json"
	for command in ls 'tag a:1 x' 'rm a:1' prune 'inspect a:1'; do
		# shellcheck disable=SC2086
		epm $command
		exits 6
		says "epm: hint: 'epm fsck' makes it again from its backup and the blobs"
	done
	epm fsck
	exits 6
	[[ $output == *"made again from its backup"* ]]
	[ "$("$EPM" ls --json | jq -c '[.[].reference]')" = '["a:1","b:1","c:1"]' ]
	[ -e "$EPM_HOME/index.json.broken" ]
	is_sound
}

@test "index and backup gone: the manifests come back without names" {
	make_store a:1
	make_store --index b:1 amd64 arm64
	rm "$EPM_HOME/index.json"
	epm ls
	exits 6
	epm fsck
	exits 6
	epm ls --json
	[ "$(jq -c '[.[].reference]' <<<"$output")" = '[null,null]' ]
	epm ls
	[[ ${lines[1]} == "<none>"* ]]
	"$EPM" tag "$("$EPM" ls --json | jq -r '.[0].digest')" again
	[ "$("$EPM" ls --json | jq -c '[.[].reference]')" = '["again:latest",null]' ]
	is_sound
}

@test "oci-layout gone: fsck makes it" {
	make_store a:1
	rm "$EPM_HOME/oci-layout"
	epm ls
	exits 6
	epm fsck
	exits 6
	epm ls
	exits 0
	is_sound
}

@test "20 at once: no name is lost" {
	make_store a:1
	for i in $(seq 20); do
		"$EPM" tag a:1 "copy:$i" &
	done
	wait
	[ "$("$EPM" ls --json copy | jq length)" = 20 ]
	is_sound
}

@test "a reader does not wait for a writer" {
	make_store a:1
	"$EPM" tag a:1 b:1
	exec 9>>"$EPM_HOME/lock"
	flock 9
	run -0 timeout 10 "$EPM" ls
	run -0 timeout 10 "$EPM" inspect b:1
	flock -u 9
}

@test "a read-only home: reading works, writing is denied" {
	[ "$(id -u)" = 0 ] || skip "kernel: needs root to mount"
	make_store a:1
	mount --bind "$EPM_HOME" "$EPM_HOME"
	mount -o remount,ro,bind "$EPM_HOME"
	epm ls
	ls=$status
	epm inspect a:1
	inspect=$status
	epm tag a:1 b:1
	tag=("$status" "$output")
	epm rm a:1
	rm=$status
	epm fsck
	fsck=$status
	umount "$EPM_HOME"
	[ "$ls $inspect $rm $fsck" = "0 0 4 0" ]
	[ "${tag[0]}" = 4 ]
	[[ ${tag[1]} == "epm: "*"Read-only file system" ]]
}

@test "a full disk: one clear line, the store as it was" {
	[ "$(id -u)" = 0 ] || skip "kernel: needs root to mount"
	mkdir -p "$EPM_HOME"
	mount -t tmpfs -o size=256k tmpfs "$EPM_HOME"
	make_store a:1
	cp "$EPM_HOME/index.json" before
	dd if=/dev/zero of="$EPM_HOME/filler" bs=4k 2>/dev/null || true
	epm tag a:1 b:1
	tag=("$status" "${#lines[@]}" "$output")
	cmp before "$EPM_HOME/index.json"
	same=$?
	rm "$EPM_HOME/filler"
	epm tag a:1 b:1
	again=$status
	epm fsck
	fsck=$status
	umount "$EPM_HOME"
	[ "${tag[0]} ${tag[1]}" = "1 1" ]
	[[ ${tag[2]} == *"No space left on device" ]]
	[ "$same $again $fsck" = "0 0 0" ]
}

@test "10,000 names: listed and resolved from the cache, which is never believed when stale" {
	make_store --many 10000
	"$EPM" ls >first
	[ -e "$EPM_HOME/index.cache" ]
	"$EPM" ls >second
	cmp first second
	[ "$(wc -l <second)" = 10001 ]
	make_store --edit index.json 'd["manifests"].pop(0)'
	epm ls tool00000
	exits 3
	[ "$("$EPM" ls | wc -l)" = 10000 ]
}
