#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm save and epm load: what was saved comes back, other tools read it and are read, and hostile
# archives leave the store as it was.

load "$BATS_LIB/common"

preload=$EPM_BUILD/tests/support/faults_preload.so

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

digest_of() {
	"$EPM" ls --json | jq -r --arg r "$1" '.[] | select(.reference == $r) | .digest'
}

names() {
	"$EPM" ls --json | jq -c '[.[].reference]'
}

blobs() {
	find "$EPM_HOME/blobs/sha256" -type f | wc -l
}

# in_store NAME COMMAND…: with another EPM_HOME
in_store() {
	local EPM_HOME=$BATS_TEST_TMPDIR/$1
	export EPM_HOME
	shift
	"$@"
}

# attach NAME TEXT: a referrer, as oras makes it; prints its digest
attach() {
	python3 - "$EPM_HOME" "$(digest_of "$1")" "$2" <<'PYTHON'
import hashlib, json, os, sys
home, subject, text = sys.argv[1:]
def put(data, kind):
    digest = hashlib.sha256(data).hexdigest()
    open(os.path.join(home, "blobs/sha256", digest), "wb").write(data)
    return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}
index = json.load(open(os.path.join(home, "index.json")))
manifest = "application/vnd.oci.image.manifest.v1+json"
size = os.path.getsize(os.path.join(home, "blobs/sha256", subject[7:]))
body = {"schemaVersion": 2, "mediaType": manifest, "artifactType": "application/x.note",
        "config": put(b"{}", "application/vnd.oci.empty.v1+json"),
        "layers": [put(text.encode(), "text/plain")],
        "subject": {"mediaType": manifest, "digest": subject, "size": size}}
index["manifests"].append(put(json.dumps(body).encode(), manifest))
json.dump(index, open(os.path.join(home, "index.json"), "w"))
print(index["manifests"][-1]["digest"])
PYTHON
}

# make_tar: run $program, which has what makes archives: add(name, data, kind, target), blob(data),
# manifest(text), named(descriptor, ref_name), index(manifest…), frame(), pack()
# shellcheck disable=SC2120 # some give arguments, by run
make_tar() {
	python3 - "$@" <<PYTHON
import hashlib, io, json, sys, tarfile
entries = []
def add(name, data=b"", kind=tarfile.REGTYPE, target="", **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, len(data)
    for key, value in more.items():
        setattr(info, key, value)
    entries.append((info, data))
def blob(data, kind="application/octet-stream", name=None):
    digest = hashlib.sha256(data).hexdigest()
    add("blobs/sha256/" + (name or digest), data)
    return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
def manifest(text="x", **more):
    return blob(json.dumps({"schemaVersion": 2, "mediaType": MANIFEST,
        "config": blob(b"{}", "application/vnd.oci.empty.v1+json"),
        "layers": [blob(text.encode())], **more}).encode(), MANIFEST)
def named(descriptor, name):
    return {**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}
def index(*manifests):
    add("index.json", json.dumps({"schemaVersion": 2, "manifests": list(manifests)}).encode())
def frame(version="1.0.0"):
    add("oci-layout", json.dumps({"imageLayoutVersion": version}).encode())
def pack(path="a.tar", mode="w"):
    seen = set()
    with tarfile.open(path, mode) as tar:
        for info, data in entries:
            if info.name in seen and info.name.startswith("blobs/") and not twice:
                continue
            seen.add(info.name)
            tar.addfile(info, io.BytesIO(data))
twice = False
$program
PYTHON
}

@test "save and load: names, all architectures, referrers, and the same bytes again" {
	make_store opensnoop:1.0 other:1
	make_store --index ghcr.io/x/all:1 amd64 arm64
	"$EPM" tag opensnoop:1.0 opensnoop
	note=$(attach opensnoop:1.0 note)
	epm save -o a.tar opensnoop:1.0 opensnoop ghcr.io/x/all:1
	exits 0
	[[ $output == "epm: 3 names, 1 referrer, "*" kB in 15 blobs written to a.tar" ]]
	[ "$(stat -c %a a.tar)" = 644 ]
	"$EPM" -q save ghcr.io/x/all:1 opensnoop opensnoop:1.0 opensnoop:1.0 >b.tar
	cmp a.tar b.tar
	export EPM_HOME=$BATS_TEST_TMPDIR/second
	epm load a.tar
	exits 0
	[ "${lines[0]}" = "ghcr.io/x/all:1 $(in_store home digest_of ghcr.io/x/all:1)" ]
	[ "${#lines[@]}" = 3 ]
	[ "$(names)" = '["ghcr.io/x/all:1","opensnoop:1.0","opensnoop:latest"]' ]
	[ "$("$EPM" ls --json opensnoop:1.0 | jq -c '.[0] | [.architectures, .version]')" = \
		'[["amd64"],"1.0"]' ]
	[ "$("$EPM" ls --json ghcr.io/x/all | jq -c '.[0].architectures')" = '["amd64","arm64"]' ]
	[ "$("$EPM" ls --json "$note" | jq -r '.[0].subject')" = "$(digest_of opensnoop:1.0)" ]
	is_sound
	epm prune
	says "deleted 0 blobs, 0 B"
	"$EPM" -q save -o c.tar opensnoop:1.0 opensnoop ghcr.io/x/all:1
	cmp a.tar c.tar
	# again changes nothing
	before=$(names)
	"$EPM" load - <a.tar
	[ "$(names)" = "$before" ]
	is_sound
}

@test "load: names move, --name, --json" {
	make_store a:1 b:1
	"$EPM" save -o a.tar a:1
	digest=$(digest_of a:1)
	"$EPM" tag b:1 a:1
	epm load --json a.tar
	exits 0
	size=$(tar -tvf a.tar | awk '/blobs/ { n += $3 } END { print n }')
	[ "$(jq -c '.[] | [.reference, .digest, .size]' <<<"$output")" = "[\"a:1\",\"$digest\",$size]" ]
	[ "$(digest_of a:1)" = "$digest" ]
	epm load --name ghcr.io/x/c a.tar
	exits 0
	says "ghcr.io/x/c:1 $digest"
	epm load --name c:2 a.tar
	says "c:2 $digest"
	"$EPM" save -o two.tar a:1 b:1
	epm load --name c two.tar
	exits 2
	[[ $output == *"c:1 would be the name of several packages"* ]]
	epm load --name 'not a name' a.tar
	exits 2
}

@test "save: by digest, what is not there, a terminal" {
	make_store a:1
	digest=$(digest_of a:1)
	"$EPM" save -o a.tar "$digest"
	"$EPM" save -o b.tar a:1
	cmp a.tar b.tar
	epm save -o c.tar a:1 nothing
	exits 3
	[ ! -e c.tar ]
	run script -qec "'$EPM' save a:1" /dev/null
	[[ $output == *"an archive is not for a terminal"* ]]
	epm save -o /dev/null a:1
	exits 0
	[ -c /dev/null ]
	epm save -o missing/a.tar a:1
	exits 3
	run bash -c "\"$EPM\" -q save a:1 | head -c 10 | wc -c"
	exits 0
	[ "$output" = 10 ]
}

@test "save: a damaged blob is never written, and the file stays as it was" {
	make_store a:1
	echo old >a.tar
	object=$("$EPM" inspect --manifest a:1 | jq -r '.layers[0].digest')
	printf X | dd of="$EPM_HOME/blobs/sha256/${object#sha256:}" conv=notrunc status=none
	epm save -o a.tar a:1
	exits 6
	[[ $output == *"$object"* ]]
	[ "$(cat a.tar)" = old ]
	[ "$(echo *)" = "a.tar home" ]
	run bash -c "\"$EPM\" save a:1 >out.tar"
	exits 6
	[ "$(wc -c <out.tar)" = 0 ] # the first block was not full: it must not look whole
	rm out.tar
	rm "$EPM_HOME/blobs/sha256/${object#sha256:}"
	epm save -o a.tar a:1
	exits 6
	says "epm: a:1: blob $object is missing"
}

@test "save: architectures that the store does not have are left out" {
	make_store --index a:1 amd64 arm64
	arm=$("$EPM" inspect --manifest a:1 |
		jq -r '.manifests[] | select(.platform.architecture == "arm64") | .digest')
	rm "$EPM_HOME/blobs/sha256/${arm#sha256:}"
	"$EPM" save -o a.tar a:1
	export EPM_HOME=$BATS_TEST_TMPDIR/second
	epm load a.tar
	exits 0
	[ "$("$EPM" ls --json | jq -c '.[0].architectures')" = '["amd64"]' ]
}

@test "load: gzip, xz and zstd" {
	make_store a:1
	"$EPM" save -o a.tar a:1
	digest=$(digest_of a:1)
	for tool in gzip xz zstd; do
		command -v $tool >/dev/null || continue
		$tool -c a.tar >"a.$tool"
		rm -rf "$EPM_HOME"
		epm load "a.$tool"
		exits 0
		says "a:1 $digest"
		is_sound
	done
	gzip -c a.tar | gzip -c >twice.gz
	epm load twice.gz
	exits 6
	says "epm: twice.gz: compressed more than once"
	head -c 700 a.gzip >cut.gz
	epm load cut.gz
	exits 6
}

@test "skopeo reads what save wrote, by whole name and by tag; load reads what skopeo wrote" {
	make_store opensnoop:1.0 other:2
	digest=$(digest_of opensnoop:1.0)
	"$EPM" save -o a.tar opensnoop:1.0 other:2
	for name in opensnoop:1.0 1.0; do
		run skopeo inspect --raw "oci-archive:a.tar:$name"
		exits 0
		[ "sha256:$(printf %s "$output" | sha256sum | cut -d' ' -f1)" = "$digest" ]
	done
	for tag in back:3 3 opensnoop ''; do
		rm -rf out.tar "$BATS_TEST_TMPDIR/second"
		skopeo copy -q oci-archive:a.tar:opensnoop:1.0 "oci-archive:out.tar${tag:+:$tag}"
		EPM_HOME=$BATS_TEST_TMPDIR/second epm load out.tar
		exits 0
		case $tag in
		back:3) says "back:3 $digest" ;;
		3) says "opensnoop:3 $digest" ;;
		opensnoop) says "opensnoop:latest $digest" ;;
		'')
			says "$digest"
			says "epm: $digest came without a name; 'epm tag' gives it one"
			;;
		esac
	done
	EPM_HOME=$BATS_TEST_TMPDIR/second epm load --name named out.tar
	says "named:latest $digest"
}

@test "oras reads what save wrote" {
	peer oras
	make_store opensnoop:1.0
	attach opensnoop:1.0 note
	"$EPM" save -o a.tar opensnoop:1.0
	mkdir layout
	tar -C layout -xf a.tar
	for path in a.tar layout; do
		run "$EPM_PEERS/oras" manifest fetch --oci-layout-path "$path" opensnoop:1.0
		exits 0
		[ "sha256:$(printf %s "$output" | sha256sum | cut -d' ' -f1)" = \
			"$(digest_of opensnoop:1.0)" ]
	done
	"$EPM_PEERS/oras" pull --oci-layout a.tar:1.0 -o out
	[ "$(cat out/opensnoop.bpf.o)" = $'\x7fELF of opensnoop for amd64' ]
	[ "$("$EPM_PEERS/oras" discover --oci-layout layout:1.0 --format json |
		jq '.referrers | length')" = 1 ]
}

@test "load: what oras backed up and crane saved" {
	peer oras
	peer crane
	make_store --index opensnoop:1.0 amd64 arm64
	digest=$(digest_of opensnoop:1.0)
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	"$EPM_PEERS/crane" registry serve --address "127.0.0.1:$port" >log 2>&1 3>&- &
	pid=$!
	for _ in $(seq 200); do
		! "$EPM_PEERS/crane" catalog "127.0.0.1:$port" >/dev/null 2>&1 || break
		sleep 0.05
	done
	"$EPM_PEERS/oras" cp --from-oci-layout-path "$EPM_HOME" opensnoop:1.0 \
		--to-plain-http "127.0.0.1:$port/x/opensnoop:1.0" >/dev/null
	"$EPM_PEERS/oras" backup --plain-http "127.0.0.1:$port/x/opensnoop:1.0" -o oras.tar >/dev/null
	"$EPM_PEERS/crane" pull --format oci "127.0.0.1:$port/x/opensnoop:1.0" crane >/dev/null
	kill "$pid"
	tar -C crane -cf crane.tar .
	export EPM_HOME=$BATS_TEST_TMPDIR/second
	epm load --name oras:1 oras.tar
	exits 0
	says "oras:1 $digest"
	epm load --name crane:1 crane.tar
	exits 0
	says "crane:1 $digest"
	is_sound
}

@test "load: a bare tag without a title needs a name; containerd's name is one" {
	program='index(named(manifest(), "v1")); frame(); pack()' make_tar
	epm load a.tar
	exits 2
	says "epm: a.tar: it has only the tag 'v1', and nothing that says of what"
	says "epm: hint: --name gives it a name"
	epm load -n thing a.tar
	exits 0
	[[ ${lines[0]} == "thing:v1 sha256:"* ]]
	program='d = named(manifest(), "v1")
d["annotations"]["io.containerd.image.name"] = "docker.io/library/x:v1"
index(d); frame(); add("manifest.json", b"[]"); add("repositories", b"{}"); pack()' make_tar
	epm load a.tar
	exits 0
	[[ ${lines[0]} == "docker.io/library/x:v1 sha256:"* ]]
}

@test "load: referrers come with their subject, or to one that is there" {
	program='m = manifest("x"); r = manifest("r", subject=m); rr = manifest("rr", subject=r)
o = manifest("o", subject={"mediaType": MANIFEST, "digest": "sha256:" + "a" * 64, "size": 3})
index(named(m, "a:1"), r, rr, o); frame(); pack()' make_tar
	epm load a.tar
	exits 0
	says "epm: 1 referrer left out: what they refer to is not there"
	[ "$("$EPM" ls --json | jq length)" = 1 ]
	[ "$(jq '[.manifests[] | select(.annotations["dev.eunomia.store.subject"])] | length' \
		"$EPM_HOME/index.json")" = 2 ]
	program='m = manifest("x"); r = manifest("late", subject=m); entries.clear()
r = manifest("late", subject=m); index(r); frame(); pack("late.tar")' make_tar
	epm load late.tar
	exits 0
	[ "$output" = "epm: 1 referrer of what the store has" ]
	[ "$(jq '[.manifests[] | select(.annotations["dev.eunomia.store.subject"])] | length' \
		"$EPM_HOME/index.json")" = 3 ]
	is_sound
	epm prune
	says "deleted 0 blobs, 0 B"
}

# refused STATUS TEXT PROGRAM: the archive is refused, and the store is what it was
refused() {
	local before after
	before=$(cd "$EPM_HOME" && find . -type f ! -path ./lock -exec sha256sum {} + | sort)
	rm -f a.tar
	program=$3 make_tar
	epm load a.tar
	exits "$1"
	[[ $output == *"$2"* ]] || {
		printf 'not "%s": %s\n' "$2" "$output" >&2
		return 1
	}
	[ "$(grep -c '^epm: ' <<<"${output//epm: hint/}")" = 1 ]
	after=$(cd "$EPM_HOME" && find . -type f ! -path ./lock -exec sha256sum {} + | sort)
	[ "$before" = "$after" ] || {
		diff <(echo "$before") <(echo "$after") >&2
		return 1
	}
}

@test "load: hostile archives are refused, and the store stays as it was" {
	make_store keep:1
	refused 6 "/etc/x: the name leads out of the archive" \
		'index(named(manifest(), "a:1")); frame(); add("/etc/x", b"x"); pack()'
	refused 6 "the name leads out of the archive" \
		'index(named(manifest(), "a:1")); frame(); add("blobs/../../x", b"x"); pack()'
	refused 6 "a symbolic link" \
		'add("blobs", kind=tarfile.SYMTYPE, target="/tmp"); index(named(manifest(), "a:1")); frame(); pack()'
	refused 6 "a hard link" \
		'add("x", kind=tarfile.LNKTYPE, target="/etc/passwd"); index(named(manifest(), "a:1")); frame(); pack()'
	refused 6 "neither a file nor a folder" \
		'add("x", kind=tarfile.CHRTYPE); index(named(manifest(), "a:1")); frame(); pack()'
	refused 6 "neither a file nor a folder" \
		'add("x", kind=tarfile.FIFOTYPE); index(named(manifest(), "a:1")); frame(); pack()'
	refused 6 "is there twice" \
		'twice = True; manifest(); index(named(manifest(), "a:1")); frame(); pack()'
	refused 6 "what came has the digest" \
		'index(named(manifest(), "a:1")); frame(); blob(b"y", name="a" * 64); pack()'
	refused 6 "not an OCI archive: oci-layout is missing" 'index(named(manifest(), "a:1")); pack()'
	refused 6 "not an OCI archive: index.json is missing" 'manifest(); frame(); pack()'
	refused 6 "not version 1 of the image layout" \
		'index(named(manifest(), "a:1")); frame("2.0.0"); pack()'
	refused 6 "a docker archive, not an OCI archive" \
		'add("x/layer.tar", b"x"); add("y/layer.tar", kind=tarfile.SYMTYPE, target="../x/layer.tar")
add("manifest.json", b"[]"); pack()'
	says "epm: hint: skopeo copy docker-archive:a.tar oci-archive:OUT makes one of it"
	refused 3 "there is no package in it" 'index(); frame(); pack()'
}

@test "load: what a manifest promises has to be there" {
	make_store keep:1
	refused 6 "is missing" \
		'd = manifest(); entries.pop(0); index(named(d, "a:1")); frame(); pack()'
	refused 6 "is missing" \
		'index(named({"mediaType": MANIFEST, "digest": "sha256:" + "a" * 64, "size": 3}, "a:1")); frame(); pack()'
	refused 6 "bytes where" 'd = manifest(); d["size"] += 1; index(named(d, "a:1")); frame(); pack()'
	refused 6 "is neither a manifest nor an image index" \
		'index(named(blob(b"x"), "a:1")); frame(); pack()'
	refused 6 "index.json" 'add("index.json", b"{"); frame(); pack()'
	refused 6 "duplicate" 'add("index.json", b"{\"a\":1,\"a\":2}"); frame(); pack()'
	refused 6 "none of its manifests is there" \
		'd = blob(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
{"mediaType": MANIFEST, "digest": "sha256:" + "a" * 64, "size": 3}]}).encode(), INDEX)
index(named(d, "a:1")); frame(); pack()'
	refused 6 "a:1 would be the name of several packages" \
		'index(named(manifest("x"), "a:1"), named(manifest("y"), "a:1")); frame(); pack()'
}

@test "load: nested image indexes have an end" {
	make_store keep:1
	refused 6 "nested too deep" 'd = manifest()
for _ in range(8):
    d = blob(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [d]}).encode(), INDEX)
index(named(d, "a:1")); frame(); pack()'
}

@test "load: bombs" {
	make_store keep:1
	refused 6 "honest content is not compressed so far" \
		'add("zeros", b"\0" * (80 << 20)); pack(mode="w:gz")'
	refused 6 "honest content is not compressed so far" \
		'index(named(manifest(), "a:1")); blob(b"\0" * (80 << 20)); frame(); pack(mode="w:xz")'
	refused 6 "bytes in its files" \
		'entries.append((tarfile.TarInfo("blobs/sha256/" + "a" * 64), b"")); entries[0][0].size = 1 << 40
open("a.tar", "wb").write(entries[0][0].tobuf() + b"\0" * 4096)'
	refused 6 "more than 20000 entries" \
		'[add("e%d" % i) for i in range(20001)]; pack()'
	# a sparse file: a terabyte of nothing in one block
	truncate -s 1T sparse
	tar -cSf a.tar sparse
	epm load a.tar
	exits 6
	is_sound
	[ -z "$(ls "$EPM_HOME/ingest")" ]
}

@test "load: no file, no tar, a folder, nothing" {
	make_store keep:1
	epm load nothing.tar
	exits 3
	epm load .
	exits 2
	echo '{}' >x.json
	epm load x.json
	exits 6
	epm load - </dev/null
	exits 6
	[ "$(names)" = '["keep:1"]' ]
	is_sound
}

@test "load: 300 packages at once, with few descriptors" {
	program='index(*[named(manifest("text %d" % i), "many/p%d:1" % i) for i in range(300)]); frame(); pack()' make_tar
	(
		ulimit -Sn 64
		"$EPM" load a.tar >out
	)
	[ "$(wc -l <out)" = 300 ]
	is_sound
}

# each_fault ERRNO: each call that changes the disk fails in turn while an archive is loaded
each_fault() {
	local mark=$BATS_TEST_TMPDIR/mark n left
	make_store --index a:1 amd64 arm64
	make_store b:1
	"$EPM" -q save -o a.tar a:1 b:1
	for n in $(seq 300); do
		rm -rf "$EPM_HOME" "$mark"
		make_store keep:1
		ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$preload FAULT_AT=$n \
			FAULT_ERRNO=$1 FAULT_MARK=$mark run "$EPM" load a.tar
		left=$(names)
		if [ ! -e "$mark" ]; then
			[ "$n" -gt 10 ]
			exits 0
			[ "$left" = '["a:1","b:1","keep:1"]' ]
			return
		fi
		if [ "$1" = KILL ]; then
			exits 137
		elif [ "$status" != 0 ]; then
			exits 1
			[ "$(grep -vc '^epm: hint' <<<"$output")" = 1 ]
		fi
		[ "$left" = '["keep:1"]' ] || [ "$left" = '["a:1","b:1","keep:1"]' ]
		is_sound
		[ "$1" = KILL ] || [ -z "$(ls "$EPM_HOME/ingest" 2>/dev/null)" ]
		"$EPM" -q load a.tar >/dev/null
		[ "$(names)" = '["a:1","b:1","keep:1"]' ]
	done
	return 1
}

@test "load: a full disk at each step" {
	each_fault 28
}

@test "load: killed at each step" {
	each_fault KILL
}

@test "save: a full disk and a kill at each step: the old file or the new one" {
	make_store a:1 b:1
	"$EPM" -q save -o old.tar a:1
	"$EPM" -q save -o new.tar b:1
	for errno in 28 KILL; do
		for n in $(seq 100); do
			cp old.tar file.tar
			rm -f mark
			ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$preload FAULT_AT=$n \
				FAULT_ERRNO=$errno FAULT_MARK=mark run "$EPM" -q save -o file.tar b:1
			[ -e mark ] || break
			cmp -s file.tar old.tar || cmp -s file.tar new.tar
			[ "$errno" = KILL ] || [ -z "$(find . -maxdepth 1 -name '*.tmp')" ]
			rm -f .file.tar.* file.tar.*.tmp
		done
		[ "$n" -gt 3 ]
		[ "$n" -lt 100 ]
		exits 0
		cmp file.tar new.tar
	done
}
