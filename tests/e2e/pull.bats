#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm pull, tags and the remote view against docker-registry. What it holds was put there without epm.

export TRUSTS_ALL=1
load "$BATS_LIB/common"
load "$BATS_LIB/registry"

arch=$(dpkg --print-architecture)

setup_file() {
	export seed=$BATS_FILE_TMPDIR/seed
	make_packages "$seed" demo/opensnoop:1.0 demo/opensnoop:latest demo/runqlat:2
	make_packages "$seed" --index demo/many:1 amd64 arm64 s390x riscv64
	make_packages "$seed" --index demo/foreign:1 mips s390x
	start_registry
	client seed "$registry" "$seed"
}

# count: forget the access log so far
count() {
	forget "$registry_log"
}

digest() {
	entry_digest "$seed" "$1"
}

# has NAME DIGEST: the store has it, whole
has() {
	[ "$("$EPM" ls --json | jq -r --arg r "$registry/$1" '.[] | select(.reference == $r) | .digest')" = "$2" ] || {
		printf 'not %s %s but %s\n' "$1" "$2" "$(names)" >&2
		return 1
	}
	is_sound
}

@test "by tag: what the registry has, in one request for each part" {
	count
	epm pull "$registry/demo/opensnoop:1.0"
	exits 0
	[[ $output == *"$(digest demo/opensnoop:1.0)"* ]]
	has demo/opensnoop:1.0 "$(digest demo/opensnoop:1.0)"
	no_temporary_files
	asked_times 4 "$registry_log"
	asked_times 1 "$registry_log" '^GET /v2/demo/opensnoop/manifests/1.0 200$'
	asked_times 3 "$registry_log" '^GET /v2/demo/opensnoop/blobs/sha256:[0-9a-f]{64} 200$'
	"$EPM" inspect --manifest "$registry/demo/opensnoop:1.0" |
		cmp - "$(blob_path "$seed" "$(digest demo/opensnoop:1.0)")"
}

@test "without a tag: latest" {
	epm pull "$registry/demo/opensnoop"
	exits 0
	has demo/opensnoop:latest "$(digest demo/opensnoop:latest)"
}

@test "again: one request when nothing changed, none by digest" {
	"$EPM" pull "$registry/demo/opensnoop:1.0"
	count
	epm pull "$registry/demo/opensnoop:1.0"
	exits 0
	asked_times 1 "$registry_log"
	count
	epm pull "$registry/demo/opensnoop@$(digest demo/opensnoop:1.0)"
	exits 0
	asked_times 0 "$registry_log"
	has demo/opensnoop:1.0 "$(digest demo/opensnoop:1.0)"
}

@test "again: another tag of what is there is one request" {
	"$EPM" pull "$registry/demo/opensnoop:1.0"
	[ "$(digest demo/opensnoop:1.0)" = "$(digest demo/opensnoop:latest)" ]
	count
	epm pull "$registry/demo/opensnoop:latest"
	exits 0
	asked_times 1 "$registry_log"
	has demo/opensnoop:latest "$(digest demo/opensnoop:latest)"
}

@test "again: what only has lost a blob is fetched anew" {
	"$EPM" pull "$registry/demo/opensnoop:1.0"
	blob=$(jq -r '.layers[0].digest' "$(blob_path "$seed" "$(digest demo/opensnoop:1.0)")")
	rm "$(blob_path "$EPM_HOME" "$blob")"
	count
	epm pull "$registry/demo/opensnoop:1.0"
	exits 0
	asked_times 1 "$registry_log" "blobs/$blob 200$"
	has demo/opensnoop:1.0 "$(digest demo/opensnoop:1.0)"
}

@test "by digest" {
	epm pull "$registry/demo/runqlat@$(digest demo/runqlat:2)"
	exits 0
	[ "$("$EPM" ls --json | jq -r '.[].digest')" = "$(digest demo/runqlat:2)" ]
	is_sound
}

@test "by tag and digest: only that digest will do" {
	epm pull "$registry/demo/opensnoop:1.0@$(digest demo/opensnoop:1.0)"
	exits 0
	before=$(names)
	epm pull "$registry/demo/opensnoop:1.0@sha256:$(printf %064d 7)"
	fails 3
	nothing_left "$before"
}

@test "several at once" {
	epm pull "$registry/demo/opensnoop:1.0" "$registry/demo/runqlat:2"
	exits 0
	has demo/opensnoop:1.0 "$(digest demo/opensnoop:1.0)"
	has demo/runqlat:2 "$(digest demo/runqlat:2)"
}

@test "--json: reference, digest and size" {
	epm pull --json "$registry/demo/runqlat:2"
	exits 0
	jq -e --arg r "$registry/demo/runqlat:2" --arg d "$(digest demo/runqlat:2)" \
		'[.. | objects | select(.reference? == $r and .digest == $d and (.size | type) == "number")] |
		length == 1' <<<"$output"
}

@test "a tag that moved: the name follows" {
	make_packages other moving/tool:1
	client seed "$registry" other
	"$EPM" pull "$registry/moving/tool:1"
	first=$(entry_digest other moving/tool:1)
	make_packages next elsewhere/tool2:1
	client seed "$registry" next
	# the same name, other content
	second=$(entry_digest next elsewhere/tool2:1)
	for digest in $(jq -r '.config.digest, .layers[].digest' "$(blob_path next "$second")"); do
		client put-blob "$registry" moving/tool "$(blob_path next "$digest")"
	done
	client put "$registry" moving/tool 1 "$(blob_path next "$second")"
	[ "$first" != "$second" ]
	epm pull "$registry/moving/tool:1"
	exits 0
	has moving/tool:1 "$second"
}

# --- indexes -----------------------------------------------------------------------------------------

# architectures NAME: of which all is there
architectures() {
	local child
	for child in $(jq -r '.manifests[] | "\(.platform.architecture):\(.digest)"' \
		"$(blob_path "$seed" "$(digest "$1")")"); do
		[ ! -e "$(blob_path "$EPM_HOME" "${child#*:}")" ] || printf '%s ' "${child%%:*}"
	done
}

@test "an index: this machine's architecture only" {
	epm pull "$registry/demo/many:1"
	exits 0
	[ "$(architectures demo/many:1)" = "$arch " ]
	is_sound
	epm inspect "$registry/demo/many:1"
	exits 0
}

@test "an index: --platform, and --all-platforms" {
	epm pull --platform linux/s390x "$registry/demo/many:1"
	exits 0
	[ "$(architectures demo/many:1)" = "s390x " ]
	is_sound
	epm pull --all-platforms "$registry/demo/many:1"
	exits 0
	[ "$(architectures demo/many:1)" = "amd64 arm64 s390x riscv64 " ]
	has demo/many:1 "$(digest demo/many:1)"
}

@test "an index without this machine's architecture is status 8 and says what there is" {
	epm pull "$registry/demo/foreign:1"
	fails 8
	[[ $output == *mips* && $output == *s390x* ]]
	nothing_left '[]'
	epm pull --platform linux/arm64 "$registry/demo/foreign:1"
	fails 8
	nothing_left '[]'
}

@test "--platform that is none is status 2" {
	count
	for platform in '' linux linux/ windows/amd64x/y/z 'linux/am d64'; do
		epm pull --platform "$platform" "$registry/demo/many:1"
		fails 2
	done
	asked_times 0 "$registry_log"
}

# --- names ----------------------------------------------------------------------------------------------

@test "a short name is below the configured registry" {
	"$EPM" config registry "$registry/demo"
	epm pull opensnoop:1.0
	exits 0
	[[ $output == *"$registry/demo/opensnoop:1.0"* ]]
	[ "$("$EPM" ls --json | jq -r '.[].digest')" = "$(digest demo/opensnoop:1.0)" ]
	is_sound
	epm pull nothing:1
	fails 3 "$registry/demo/nothing"
}

@test "mirrors: the first that has it, and it is named; else the registry itself" {
	# one that is not there, one that has nothing, one that has it below another name
	start_registry
	gone=$registry
	end_server "$registry_folder"
	start_stub
	empty=$stub empty_log=$stub_log
	make_packages mirrored there/demo/opensnoop:1.0
	start_stub --seed mirrored
	"$EPM" config mirrors.far.invalid "$gone" "$empty/x" "$stub/there"
	epm pull far.invalid/demo/opensnoop:1.0
	exits 0
	[[ $output == *"$stub/there"* ]]
	[ "$("$EPM" ls --json | jq -r '.[] | select(.reference == "far.invalid/demo/opensnoop:1.0") | .digest')" = \
		"$(digest demo/opensnoop:1.0)" ]
	logged 1 "$empty_log" '.path == "/v2/x/demo/opensnoop/manifests/1.0"'
	is_sound
	# nobody has this one; the registry's own name does not exist
	epm pull far.invalid/demo/nothing:1
	exits 5
	[ "$(grep -c '^epm: mirror ' <<<"$output")" = 3 ]
	[[ $(grep -v '^epm: mirror ' <<<"$output") == "epm: far.invalid/demo/nothing:1: "* ]]
	# and where the registry is there, it has the last word
	start_stub --seed "$seed"
	"$EPM" config "mirrors.$stub" "$empty"
	epm pull "$stub/demo/runqlat:2"
	exits 0
	is_sound
}

@test "mirrors are for reading only" {
	start_stub
	mirror_log=$stub_log
	"$EPM" config "mirrors.$registry" "$stub"
	make_packages "$EPM_HOME" opensnoop:1.0
	epm push opensnoop:1.0 "$registry/unmirrored/opensnoop:1.0"
	exits 0
	is_at "$registry" unmirrored/opensnoop 1.0 "$(entry_digest "$EPM_HOME" opensnoop:1.0)"
	logged 0 "$mirror_log" '.method != "GET" and .method != "HEAD"'
}

# --- what is not there ------------------------------------------------------------------------------

@test "an unknown tag, repository and digest are status 3" {
	for ref in demo/opensnoop:9 demo/nothing:1 "demo/opensnoop@sha256:$(printf %064d 1)"; do
		epm pull "$registry/$ref"
		fails 3 "$registry"
		nothing_left '[]'
	done
}

@test "nobody listens there: status 5" {
	start_registry
	end_server "$registry_folder"
	epm pull "$registry/demo/opensnoop:1.0"
	fails 5 "$registry"
	nothing_left '[]'
}

@test "a host that no DNS knows: status 5" {
	epm pull nothing.invalid/demo/opensnoop:1.0
	fails 5 nothing.invalid
	nothing_left '[]'
}

@test "references that are none are status 2 and go nowhere" {
	count
	for ref in "$registry/Demo/opensnoop:1" "$registry/demo/opensnoop:" "$registry/demo//x" \
		"$registry/demo/opensnoop@sha256:12" "$registry/../x:1" "http://$registry/demo/opensnoop"; do
		epm pull "$ref"
		fails 2
	done
	epm pull
	exits 2
	asked_times 0 "$registry_log"
	nothing_left '[]'
}

@test "one of several is not there: its own line, and the others are whole" {
	epm pull "$registry/demo/opensnoop:1.0" "$registry/demo/nothing:1"
	exits 3
	[ "$(grep -c '^epm: ' <<<"$output")" -le 2 ]
	no_temporary_files
	is_sound
}

# --- what is shown ------------------------------------------------------------------------------------

@test "on a terminal what arrives is shown, in a pipe it is not" {
	start_stub --seed "$seed" --fault "GET blob rate=150"
	run env TERM=xterm script -qec "stty cols 80; '$EPM' pull $stub/demo/opensnoop:1.0" /dev/null
	exits 0
	# each blob by its title and all together, drawn over more than once
	[[ $output == *"opensnoop.bpf.o"*"3 of 3"* ]]
	[ "$(grep -oF $'\e[K' <<<"$output" | wc -l)" -gt 8 ]
	[[ $output == *"$(digest demo/opensnoop:1.0)"* ]]
	fresh_home
	epm pull "$stub/demo/opensnoop:1.0"
	exits 0
	not grep -q '[[:cntrl:]]' <<<"$output"
	fresh_home
	epm pull -q "$stub/demo/opensnoop:1.0"
	exits 0
	[ ${#lines[@]} = 1 ]
	fresh_home
	run env TERM=xterm script -qec "'$EPM' pull -q $stub/demo/opensnoop:1.0" /dev/null
	not grep -q $'\e' <<<"$output"
}

# --- at the same time, and cut off --------------------------------------------------------------------

@test "20 pulls of one tag into one store at once" {
	for i in $(seq 20); do
		"$EPM" pull "$registry/demo/opensnoop:1.0" >"out$i" 2>&1 3>&- &
		pids[i]=$!
	done
	for i in $(seq 20); do
		wait "${pids[i]}" || {
			cat "out$i" >&2
			false
		}
	done
	[ "$("$EPM" ls --json | jq length)" = 1 ]
	has demo/opensnoop:1.0 "$(digest demo/opensnoop:1.0)"
	no_temporary_files
}

@test "different pulls into one store at once" {
	for name in demo/opensnoop:1.0 demo/opensnoop:latest demo/runqlat:2 demo/many:1; do
		for i in 1 2 3; do
			"$EPM" pull --all-platforms "$registry/$name" >>out 2>&1 3>&- &
			pids+=($!)
		done
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || {
			cat out >&2
			false
		}
	done
	for name in demo/opensnoop:1.0 demo/opensnoop:latest demo/runqlat:2 demo/many:1; do
		has "$name" "$(digest "$name")"
	done
	no_temporary_files
}

@test "killed at each request, and done again" {
	n=0
	while :; do
		start_stub --seed "$seed" --fault "any any after=$n times=1 hang"
		fresh_home
		make_packages "$EPM_HOME" keep:1
		before=$(names)
		"$EPM" pull "$stub/demo/opensnoop:1.0" >out 2>&1 3>&- &
		pid=$!
		wait_for hangs_or_ended "$pid"
		is_gone "$pid" && break
		kill -KILL "$pid"
		wait "$pid" || true
		[ "$(names)" = "$before" ]
		"$EPM" fsck
		"$EPM" pull "$stub/demo/opensnoop:1.0"
		epm inspect "$stub/demo/opensnoop:1.0"
		exits 0
		is_sound
		n=$((n + 1))
	done
	# each of the four requests had its turn
	[ "$n" = 4 ]
	wait "$pid"
}

hangs_or_ended() {
	is_gone "$1" || jq -se 'any(.status == 0)' "$stub_log" >/dev/null
}

@test "killed in the middle of a body, and done again" {
	for bytes in 0 1 10 26 300; do
		start_stub --seed "$seed" --fault "GET blob each=1 stall=$bytes"
		fresh_home
		"$EPM" pull "$stub/demo/opensnoop:1.0" >out 2>&1 3>&- &
		pid=$!
		wait_for is_stalled
		kill -KILL "$pid"
		wait "$pid" || true
		nothing_named
		"$EPM" pull "$stub/demo/opensnoop:1.0"
		is_sound
		aged
		"$EPM" prune
		no_temporary_files
	done
}

is_stalled() {
	[ "$(jq -s '[.[] | select(.kind == "blob")] | length' "$stub_log")" -ge 1 ]
}

# aged: what was left is as if it were of some time ago; epm prune spares what may be in use
aged() {
	find "$EPM_HOME/ingest" -type f -exec touch -d '2 hours ago' {} +
}

nothing_named() {
	[ "$(names)" = '[]' ]
}

@test "interrupted by Ctrl-C: status 130, nothing half stored" {
	start_stub --seed "$seed" --fault "GET blob hang"
	# a job of a shell without job control ignores SIGINT
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$EPM" pull "$stub/demo/opensnoop:1.0" >out 2>&1 3>&- &
	pid=$!
	wait_for is_stalled
	kill -INT "$pid"
	rc=0
	wait "$pid" || rc=$?
	[ "$rc" = 130 ]
	nothing_named
	"$EPM" fsck
	no_temporary_files
}

@test "each call that changes the disk fails in turn, or kills" {
	for errno in 28 KILL; do
		for n in $(seq 90); do
			rm -f mark
			fresh_home
			ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 FAULT_AT=$n FAULT_ERRNO=$errno \
				FAULT_MARK=$PWD/mark LD_PRELOAD=$EPM_BUILD/tests/support/faults_preload.so \
				run "$EPM" pull "$registry/demo/opensnoop:1.0"
			[ -e mark ] || break
			case $errno in
			KILL) exits 137 ;;
			*) [ "$status" = 0 ] || fails 1 ;;
			esac
			# there whole, or not there
			case $(names) in
			'[]') ;;
			*) has demo/opensnoop:1.0 "$(digest demo/opensnoop:1.0)" ;;
			esac
			[ ! -e "$EPM_HOME/index.json" ] || "$EPM" fsck
			"$EPM" pull "$registry/demo/opensnoop:1.0"
			has demo/opensnoop:1.0 "$(digest demo/opensnoop:1.0)"
			aged
			"$EPM" prune
			no_temporary_files
		done
		[ "$n" -gt 5 ] && [ ! -e mark ]
		exits 0
	done
}

# --- remote view ---------------------------------------------------------------------------------------

@test "tags: those there are" {
	epm tags "$registry/demo/opensnoop"
	exits 0
	[ "$output" = $'1.0\nlatest' ]
	epm tags --json "$registry/demo/opensnoop"
	jq -e '[.. | strings] | index("1.0") and index("latest")' <<<"$output"
	epm tags "$registry/demo/nothing"
	fails 3 "$registry/demo/nothing"
}

@test "tags: those of referrers and signatures only with --all" {
	hidden=sha256-$(digest demo/runqlat:2 | cut -d: -f2)
	client put "$registry" demo/runqlat "$hidden" "$(blob_path "$seed" "$(digest demo/runqlat:2)")"
	client put "$registry" demo/runqlat "$hidden.sig" "$(blob_path "$seed" "$(digest demo/runqlat:2)")"
	epm tags "$registry/demo/runqlat"
	exits 0
	[ "$output" = 2 ]
	epm tags --all "$registry/demo/runqlat"
	exits 0
	[ "$output" = "2"$'\n'"$hidden"$'\n'"$hidden.sig" ]
}

@test "inspect of a remote package: manifest and configuration only, nothing is stored" {
	count
	epm inspect "$registry/demo/opensnoop:1.0"
	exits 0
	says "  trace_open  tracepoint/syscalls/sys_enter_openat"
	[ "$(asked "$registry_log" | grep -c .)" -le 2 ]
	nothing_left '[]'
	"$EPM" inspect --manifest "$registry/demo/opensnoop:1.0" |
		cmp - "$(blob_path "$seed" "$(digest demo/opensnoop:1.0)")"
	epm inspect "$registry/demo/nothing:1"
	fails 3 "$registry/demo/nothing"
}

@test "run --help of a remote package reads what it needs, and stores nothing" {
	EPM_HOME=$PWD/built "$EPM" build "$EPM_SRC/examples/opensnoop" >/dev/null
	EPM_HOME=$PWD/built "$EPM" push opensnoop:latest "$registry/built/opensnoop:1"
	count
	epm run "$registry/built/opensnoop:1" --help
	exits 0
	[[ $output == *"--failed"* ]]
	[ "$(asked "$registry_log" | wc -l)" -le 2 ]
	nothing_left '[]'
}
