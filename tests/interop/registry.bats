#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# What epm, oras, crane and skopeo push to one docker-registry, and read of each other; layouts and
# archives; signatures that go along.

export TRUSTS_ALL=1
load "$BATS_LIB/common"
load "$BATS_LIB/registry"

tools=(epm oras crane skopeo)
names=(demo/opensnoop:1.0 demo/many:1)

setup_file() {
	export seed=$BATS_FILE_TMPDIR/seed
	make_packages "$seed" demo/opensnoop:1.0
	make_packages "$seed" --index demo/many:1 amd64 arm64 s390x
	plain_index
	start_registry
}

# Debian 12's skopeo writes an index anew, without what it does not know and in the order of its
# structs: with an index that is so already it changes nothing.
plain_index() {
	local index new
	index=$(blob_path "$seed" "$(digest demo/many:1)")
	jq -cj '{schemaVersion, mediaType, manifests: [.manifests[] | {mediaType, digest, size,
		platform: {architecture: .platform.architecture, os: .platform.os}}]}' "$index" >"$seed/new"
	new=$(sha256sum "$seed/new" | cut -d' ' -f1)
	jq -c --arg d "sha256:$new" --argjson s "$(stat -c %s "$seed/new")" '.manifests |= map(
		if .mediaType | contains("index") then .digest = $d | .size = $s else . end)' \
		"$seed/index.json" >"$seed/index.new"
	mv "$seed/index.new" "$seed/index.json"
	mv "$seed/new" "$seed/blobs/sha256/$new"
}

peer() {
	if [ ! -x "${EPM_PEERS:-}/$1" ]; then skip "$1 was not fetched"; fi
}

digest() {
	entry_digest "$seed" "$1"
}

# one_layout NAME: a layout with that alone, whose name is "one"; crane wants it so
one_layout() {
	local folder=$BATS_TEST_TMPDIR/layout-${1//[\/:]/-}
	if [ ! -e "$folder" ]; then
		cp -r "$seed" "$folder"
		jq --arg n "$1" '.manifests |= map(select(.annotations["org.opencontainers.image.ref.name"] == $n) |
			.annotations = {"org.opencontainers.image.ref.name": "one"})' "$seed/index.json" \
			>"$folder/index.json"
	fi
	echo "$folder"
}

# push_by TOOL NAME REF
push_by() {
	case $1 in
	epm)
		EPM_HOME=$PWD/pushing "$EPM" copy "oci:$(one_layout "$2"):one" store:pushing:1
		EPM_HOME=$PWD/pushing "$EPM" push pushing:1 "$3"
		;;
	oras) "$EPM_PEERS/oras" cp --from-oci-layout --to-plain-http "$(one_layout "$2"):one" "$3" ;;
	crane) "$EPM_PEERS/crane" push --insecure "$(one_layout "$2")" "$3" ;;
	skopeo) skopeo copy --all --dest-tls-verify=false "oci:$(one_layout "$2"):one" "docker://$3" ;;
	esac
}

# pull_by TOOL REF FOLDER: everything of it, into a layout
pull_by() {
	rm -rf "$3"
	case $1 in
	epm)
		EPM_HOME=$3 trust_all
		EPM_HOME=$3 "$EPM" pull --all-platforms "$2"
		;;
	oras) "$EPM_PEERS/oras" cp --from-plain-http --to-oci-layout "$2" "$3:one" ;;
	crane) "$EPM_PEERS/crane" pull --insecure --format=oci "$2" "$3" ;;
	skopeo) skopeo copy --all --src-tls-verify=false "docker://$2" "oci:$3:one" ;;
	esac
}

# is_whole FOLDER NAME: every blob of it is in this layout, byte for byte
is_whole() {
	local folder=$1 digest
	for digest in $(reachable "$(digest "$2")"); do
		cmp "$(blob_path "$folder" "$digest")" "$(blob_path "$seed" "$digest")" || return
	done
}

# reachable DIGEST: of a manifest or index, with all below it
reachable() {
	local file child
	echo "$1"
	file=$(blob_path "$seed" "$1")
	jq -r '.config.digest?, .layers[]?.digest | select(.)' "$file"
	for child in $(jq -r '.manifests[]?.digest' "$file"); do
		reachable "$child"
	done
}

@test "pushed by one, read by the other: manifests and indexes, all of epm, oras, crane, skopeo" {
	peer oras
	peer crane
	for name in "${names[@]}"; do
		for writer in "${tools[@]}"; do
			repository=by-$writer/${name%:*}
			push_by "$writer" "$name" "$registry/$repository:1"
			is_at "$registry" "$repository" 1 "$(digest "$name")"
			for reader in "${tools[@]}"; do
				[ "$writer" = epm ] || [ "$reader" = epm ] || continue
				pull_by "$reader" "$registry/$repository:1" "$PWD/read"
				is_whole "$PWD/read" "$name" || {
					echo "$name pushed by $writer, read by $reader" >&2
					return 1
				}
			done
		done
	done
}

@test "layers that another tool has pushed are not sent again" {
	peer oras
	push_by oras demo/opensnoop:1.0 "$registry/shared/opensnoop:1.0"
	make_packages "$EPM_HOME" demo/opensnoop:1.0
	for tag in 1.0 1.1; do
		forget "$registry_log"
		epm push demo/opensnoop:1.0 "$registry/shared/opensnoop:$tag"
		exits 0
		for layer in $(jq -r '.layers[].digest' "$(blob_path "$EPM_HOME" "$(digest demo/opensnoop:1.0)")"); do
			asked_times 0 "$registry_log" "^PUT .*/blobs/uploads/.*digest=$layer"
		done
	done
}

@test "layouts that epm writes, the others read" {
	peer oras
	peer crane
	for name in "${names[@]}"; do
		rm -rf out
		epm copy "oci:$seed:$name" oci:out:v1
		exits 0
		is_whole out "$name"
		skopeo copy --all oci:out:v1 "oci:$PWD/by-skopeo:x"
		is_whole by-skopeo "$name"
		"$EPM_PEERS/oras" cp --from-oci-layout out:v1 --to-oci-layout by-oras:x
		is_whole by-oras "$name"
		"$EPM_PEERS/crane" push --insecure out "$registry/by-crane/layout:1"
		is_at "$registry" by-crane/layout 1 "$(digest "$name")"
	done
}

@test "layouts that the others write, epm reads" {
	peer oras
	peer crane
	for name in "${names[@]}"; do
		client seed "$registry" "$seed"
		for writer in oras crane skopeo; do
			pull_by "$writer" "$registry/$name" "$PWD/layout"
			rm -rf "$EPM_HOME"
			# one thing in it: it need not be named
			epm copy oci:layout "store:$name"
			exits 0
			is_whole "$EPM_HOME" "$name"
			is_sound
		done
	done
}

@test "archives, both ways" {
	peer oras
	for name in "${names[@]}"; do
		rm -rf archive.tar theirs.tar by-* "$EPM_HOME"
		epm copy "oci:$seed:$name" oci-archive:archive.tar:v1
		exits 0
		skopeo copy --all oci-archive:archive.tar:v1 "oci:$PWD/by-skopeo:x"
		is_whole by-skopeo "$name"
		"$EPM_PEERS/oras" cp --from-oci-layout archive.tar:v1 --to-oci-layout by-oras:x
		is_whole by-oras "$name"
		skopeo copy --all "oci:$(one_layout "$name"):one" oci-archive:theirs.tar:v1
		epm copy oci-archive:theirs.tar:v1 "store:$name"
		exits 0
		is_whole "$EPM_HOME" "$name"
		is_sound
	done
}

@test "an archive of epm save is an image layout to the others" {
	epm copy "oci:$seed:demo/opensnoop:1.0" store:opensnoop:1.0
	epm copy "oci:$seed:demo/many:1" store:many:1
	epm save -o all.tar opensnoop:1.0 many:1
	exits 0
	skopeo copy --all oci-archive:all.tar:opensnoop:1.0 "oci:$PWD/one:x"
	is_whole one demo/opensnoop:1.0
	skopeo copy --all oci-archive:all.tar:many:1 "oci:$PWD/two:x"
	is_whole two demo/many:1
}

@test "epm reads what skopeo makes of an image: Docker's media types are said to be no package" {
	start_registry
	printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}' >config
	config=$(client put-blob "$registry" docker/image config)
	jq -ncj --arg d "$config" --argjson s "$(stat -c %s config)" '{schemaVersion: 2,
		mediaType: "application/vnd.docker.distribution.manifest.v2+json", config: {digest: $d, size: $s,
		mediaType: "application/vnd.docker.container.image.v1+json"}, layers: []}' >manifest
	digest=$(client put "$registry" docker/image 1 manifest)
	epm pull "$registry/docker/image:1"
	[ "$status" = 0 ] || fails '6|8'
	# copied it is all the same, as it is
	epm copy "$registry/docker/image:1" "$registry/docker/copy:1"
	exits 0
	is_at "$registry" docker/copy 1 "$digest"
}

@test "credentials: what epm login wrote, oras, crane and skopeo use; and the other way round" {
	peer oras
	peer crane
	start_registry
	client seed "$registry" "$seed"
	start_registry token # on the same data
	export DOCKER_CONFIG=$PWD/docker
	"$EPM" login -u user --password-stdin "$registry" <<<"$PASSWORD"
	"$EPM_PEERS/oras" manifest fetch --plain-http "$registry/demo/opensnoop:1.0"
	"$EPM_PEERS/crane" manifest --insecure "$registry/demo/opensnoop:1.0"
	skopeo inspect --raw --tls-verify=false --authfile "$DOCKER_CONFIG/config.json" \
		"docker://$registry/demo/opensnoop:1.0"
	for tool in oras crane skopeo; do
		rm -rf "$DOCKER_CONFIG"
		fresh_home
		case $tool in
		oras) "$EPM_PEERS/oras" login --plain-http -u user --password-stdin "$registry" <<<"$PASSWORD" ;;
		crane) "$EPM_PEERS/crane" auth login -u user --password-stdin "$registry" <<<"$PASSWORD" ;;
		skopeo)
			REGISTRY_AUTH_FILE=$PWD/auth.json
			export REGISTRY_AUTH_FILE
			skopeo login --tls-verify=false -u user --password-stdin "$registry" <<<"$PASSWORD"
			;;
		esac
		epm pull "$registry/demo/opensnoop:1.0"
		exits 0
		is_whole "$EPM_HOME" demo/opensnoop:1.0
	done
}

@test "referrers that oras attached go along, and oras finds those that epm copied" {
	peer oras
	client seed "$registry" "$seed"
	echo '{"spdx": 1}' >sbom.json
	"$EPM_PEERS/oras" attach --plain-http --artifact-type application/vnd.example.sbom \
		"$registry/demo/opensnoop:1.0" sbom.json:application/spdx+json
	for options in --no-referrers --filter; do
		start_stub "$options"
		epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
		exits 0
		"$EPM_PEERS/oras" discover --plain-http --format json \
			--artifact-type application/vnd.example.sbom "$stub/mirror/opensnoop:1.0" >found
		[ "$(jq '[.. | objects | select(.artifactType? == "application/vnd.example.sbom")] | length' found)" = 1 ]
		epm inspect --referrers "$stub/mirror/opensnoop:1.0"
		exits 0
		[[ $output == *application/vnd.example.sbom* ]]
	done
}

@test "cosign's signatures, new and old, go along and verify there" {
	peer cosign
	client seed "$registry" "$seed"
	export COSIGN_PASSWORD=pw
	"$EPM_PEERS/cosign" generate-key-pair
	for format in true false; do
		subject=$registry/demo/opensnoop@$(digest demo/opensnoop:1.0)
		"$EPM_PEERS/cosign" sign -y --key cosign.key --use-signing-config=false --tlog-upload=false \
			--new-bundle-format=$format "$subject"
		start_stub --no-referrers
		epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
		exits 0
		"$EPM_PEERS/cosign" verify --key cosign.pub --insecure-ignore-tlog "$stub/mirror/opensnoop:1.0"
		start_stub
		epm copy "$registry/demo/opensnoop:1.0" "$stub/mirror/opensnoop:1.0"
		exits 0
		"$EPM_PEERS/cosign" verify --key cosign.pub --insecure-ignore-tlog "$stub/mirror/opensnoop:1.0"
		# and through a layout
		epm copy "$registry/demo/opensnoop:1.0" "oci:layout-$format:1"
		epm copy "oci:layout-$format:1" "$registry/through-$format/opensnoop:1.0"
		exits 0
		"$EPM_PEERS/cosign" verify --key cosign.pub --insecure-ignore-tlog \
			"$registry/through-$format/opensnoop:1.0"
	done
}

@test "a package that was pushed, pulled by oras: bpftool and libbpf take the object" {
	peer oras
	"$EPM" build "$EPM_SRC/examples/minimal"
	epm push minimal:latest "$registry/real/minimal:1"
	exits 0
	"$EPM_PEERS/oras" pull --plain-http -o pulled "$registry/real/minimal:1"
	[ -s pulled/minimal.bpf.o ]
	bpftool gen skeleton pulled/minimal.bpf.o name minimal >minimal.skel.h
	grep -q 'struct minimal' minimal.skel.h
	# a folder of its own for pins, gone with the mount namespace
	mkdir pins
	unshare -m sh -ec 'mount -t bpf bpf pins && bpftool prog loadall pulled/minimal.bpf.o pins/minimal &&
		ls pins/minimal | grep -q .'
	# and another epm runs it
	EPM_HOME=$PWD/other trust_all
	EPM_HOME=$PWD/other epm pull "$registry/real/minimal:1"
	exits 0
	EPM_HOME=$PWD/other epm run "$registry/real/minimal:1" --help
	exits 0
}

@test "crane and oras list the tags that epm lists" {
	peer oras
	peer crane
	client seed "$registry" "$seed"
	"$EPM" tags --all "$registry/demo/opensnoop" | sort >ours
	"$EPM_PEERS/oras" repo tags --plain-http "$registry/demo/opensnoop" | sort | cmp - ours
	"$EPM_PEERS/crane" ls --insecure "$registry/demo/opensnoop" | sort | cmp - ours
}
