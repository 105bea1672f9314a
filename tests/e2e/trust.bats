#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# The trust policy and the gate: what is pulled and what is run has to be trusted. An object that is
# let through is not loaded here: --help of nothing is asked for, and a run without rights fails after
# the gate; what the kernel does is in tests/kernel/trust.bats.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

setup_file() {
	export EPM_KEY_PASSWORD=pw keys=$BATS_FILE_TMPDIR/keys seed=$BATS_FILE_TMPDIR/seed
	mkdir "$keys"
	for name in a b c; do
		"$EPM" key generate -o "$keys/$name.key" >/dev/null
	done
	make_packages "$seed" demo/tool:1.0 demo/tool:2.0 demo/other:1 demo/late:1
	make_packages "$seed" --index demo/many:1 amd64 arm64 s390x riscv64
	start_registry
	client seed "$registry" "$seed"
	signs a "$registry/demo/tool:1.0"
	signs a "$registry/demo/many:1"
}

# signs KEY REF…: at the registry
signs() {
	local key=$1
	shift
	EPM_HOME=$BATS_FILE_TMPDIR/author "$EPM" sign --remote --key "$keys/$key.key" "$@" >/dev/null 2>&1
}

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	export HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1
	cd "$BATS_TEST_TMPDIR" || return
	tool=$registry/demo/tool:1.0
}

# trusts KEY SCOPE [OPTIONS]
trusts() {
	local key=$1 scope=$2
	shift 2
	"$EPM" -q trust add "$keys/$key.pub" --for "$scope" "$@"
}

# refused TEXT: not trusted, for this reason, and the store has nothing of it
refused() {
	exits 7
	grep -qF -- "$1" <<<"$output" || {
		echo "not '$1' in: $output" >&2
		return 1
	}
}

# policy: the rest of the line, or standard input, as the person's
policy() {
	mkdir -p "$EPM_HOME"
	cat >"$EPM_HOME/policy.yaml"
}

# --- pull -------------------------------------------------------------------------------------------

@test "without a rule: refused, with who signed it and what would help; nothing is kept" {
	epm pull "$tool"
	refused "is not trusted: no rule of the trust policy covers $registry/demo/tool; it says that it is signed by sha256:"
	grep -qF "hint: 'epm trust add KEY.pub --for $registry/demo'" <<<"$output"
	[ "$("$EPM" ls --json)" = '[]' ]
	[ -z "$(ls "$EPM_HOME/blobs/sha256" 2>/dev/null)" ]
	epm run "$tool"
	refused "no rule of the trust policy covers"
	epm pull "$registry/demo/other:1"
	refused "and it has no signature"
}

@test "with the author's key: pulled, with its signature, and trusted offline" {
	trusts a "$registry/demo"
	epm pull "$tool"
	exits 0
	epm trust test "$tool"
	exits 0
	says "Signatures  bundle by a.pub: good"
	[ "$("$EPM" inspect --referrers --json "$tool" | jq '[.. | objects | select(.digest?)] | length')" -ge 2 ]
	EPM_HOME=$EPM_HOME HTTP_PROXY='' epm trust test --json "$tool"
	[ "$(jq -r '.ground + " " + .scope' <<<"$output")" = "signed $registry/demo" ]
}

@test "by another key, unsigned, of another scope: refused, and the store stays as it was" {
	trusts b "$registry/demo"
	epm pull "$tool"
	refused "by another key"
	epm pull "$registry/demo/other:1"
	refused "there is no signature"
	policy </dev/null
	trusts a "$registry/other"
	epm pull "$tool"
	refused "no rule of the trust policy covers"
	[ "$("$EPM" ls --json)" = '[]' ]
}

@test "--no-verify pulls; epm run refuses it until a rule trusts it, without the network" {
	epm pull --no-verify "$tool"
	exits 0
	says "epm: $tool is not verified: 'epm trust test' tells whether it would run"
	epm run "$tool"
	refused "no rule of the trust policy covers"
	trusts a "$registry/demo/tool"
	epm trust test "$tool"
	exits 0
	epm run "$tool"
	[ "$status" != 7 ]
}

@test "signed after it was pulled: the next pull brings the signature" {
	epm pull --no-verify "$registry/demo/late:1"
	trusts b "$registry/demo"
	epm pull "$registry/demo/late:1"
	refused "there is no signature"
	signs b "$registry/demo/late:1"
	epm pull "$registry/demo/late:1"
	exits 0
	epm trust test "$registry/demo/late:1"
	exits 0
}

@test "an image index: the index has to be signed, for each architecture" {
	trusts a "$registry/demo"
	epm pull "$registry/demo/many:1"
	exits 0
	epm trust test "$registry/demo/many:1"
	exits 0
	epm pull --all-platforms "$registry/demo/many:1"
	exits 0
	epm trust test "$registry/demo/many:1"
	exits 0
}

@test "unsigned: allow is for what comes from there, not for what only has its name" {
	"$EPM" -q trust add --unsigned --for "$registry/demo/other"
	epm pull "$registry/demo/other:1"
	exits 0
	epm trust test "$registry/demo/other:1"
	exits 0
	epm pull "$tool"
	refused "no rule of the trust policy covers"
	"$EPM" save -o all.tar "$registry/demo/other:1" >/dev/null
	cp "$EPM_HOME/policy.yaml" .
	EPM_HOME=$PWD/second
	mkdir second
	cp policy.yaml second/
	"$EPM" load all.tar >/dev/null
	epm trust test "$registry/demo/other:1"
	refused "this only has its name"
	epm pull "$registry/demo/other:1"
	exits 0
	epm trust test "$registry/demo/other:1"
	exits 0
}

@test "signatures travel with save and load, and another name of the store keeps where it came from" {
	trusts a "$registry/demo"
	"$EPM" pull "$tool" >/dev/null
	"$EPM" tag "$tool" mine:1
	epm trust test mine:1
	exits 0
	says "Place       $registry/demo/tool"
	"$EPM" save -o all.tar "$tool" >/dev/null
	cp "$EPM_HOME/policy.yaml" .
	EPM_HOME=$PWD/second
	mkdir second
	cp policy.yaml second/
	"$EPM" load all.tar >/dev/null
	epm trust test "$tool"
	exits 0
	"$EPM" tag "$tool" mine:1
	epm trust test mine:1
	refused "no rule of the trust policy covers mine"
}

# --- built here -------------------------------------------------------------------------------------

@test "built here is trusted here: package, files; not in a copy of the store, not changed" {
	"$EPM" build -o out/ "$EPM_SRC/examples/minimal" >/dev/null
	for what in minimal out/package.json out/minimal.bpf.o; do
		epm trust test "$what"
		exits 0
		says "Decision    built here"
	done
	printf 'x' >>out/minimal.bpf.o
	epm trust test out/minimal.bpf.o
	refused "it was not built here, and no rule covers file:$PWD/out/minimal.bpf.o"
	skopeo copy -q "oci:$EPM_HOME:minimal:latest" oci:copy:minimal:latest
	EPM_HOME=$PWD/copy epm trust test minimal
	refused "no rule of the trust policy covers minimal"
	cp -r "$EPM_HOME" moved
	sed -i 's/^./x/' moved/trust/built/*
	EPM_HOME=$PWD/moved epm trust test minimal
	refused "no rule of the trust policy covers minimal"
}

@test "built: refuse wants signatures of what was built here, too" {
	"$EPM" build "$EPM_SRC/examples/minimal" >/dev/null
	policy <<-END
		scopes:
		  minimal: {built: refuse, keys: [$keys/a.pub]}
	END
	epm run minimal
	refused "there is no signature"
	"$EPM" sign --key "$keys/a.key" minimal >/dev/null 2>&1
	epm trust test minimal
	exits 0
}

@test "files: a rule for a folder, --allow-unsigned, standard input" {
	"$EPM" build -o out/ "$EPM_SRC/examples/minimal" >/dev/null
	cp out/minimal.bpf.o x.bpf.o
	rm -r "$EPM_HOME"
	epm run ./x.bpf.o
	refused "--allow-unsigned runs it this once"
	epm run - <x.bpf.o
	refused "no rule covers stdin"
	"$EPM" -q trust add --unsigned --for "file:$PWD"
	epm trust test ./x.bpf.o
	exits 0
	mkdir "$BATS_FILE_TMPDIR/elsewhere"
	cp x.bpf.o "$BATS_FILE_TMPDIR/elsewhere/"
	ln -s "$BATS_FILE_TMPDIR/elsewhere/x.bpf.o" link.bpf.o
	epm trust test ./link.bpf.o
	refused "no rule covers file:$BATS_FILE_TMPDIR/elsewhere/x.bpf.o"
	"$EPM" -q trust rm --for "file:$PWD"
	epm trust test ./x.bpf.o
	refused "no rule covers file:$PWD/x.bpf.o"
}

# --- the policy -------------------------------------------------------------------------------------

@test "threshold: as many different keys as the rule says" {
	trusts a "$registry/demo" --name first
	trusts b "$registry/demo" --threshold 2
	epm pull "$tool"
	refused "1 of the 2 signers that scope $registry/demo needs signed it"
	signs a "$tool"
	epm pull "$tool"
	refused "1 of the 2 signers"
	signs b "$tool"
	epm pull "$tool"
	exits 0
	epm trust test --json "$tool"
	[ "$(jq -c '[.signers[].name] | sort' <<<"$output")" = '["b.pub","first"]' ]
}

@test "revoked: counts nowhere, and what was decided before is decided anew" {
	trusts a "$registry/demo"
	"$EPM" pull "$tool" >/dev/null
	epm run "$tool"
	[ "$status" != 7 ]
	[ -n "$(ls "$EPM_HOME/trust/verdicts")" ]
	"$EPM" -q trust revoke "$keys/a.pub"
	epm run "$tool"
	refused "revoked: it is by a.pub"
	epm pull "$tool"
	refused "revoked"
}

@test "a verdict is not believed for another place, another policy, or when somebody else wrote it" {
	trusts a "$registry/demo"
	"$EPM" pull "$tool" >/dev/null
	verdict=$(echo "$EPM_HOME"/trust/verdicts/*)
	[ "$(jq -r .place "$verdict")" = "$registry/demo/tool" ]
	"$EPM" -q trust rm a.pub
	trusts c "$registry/demo"
	epm run "$tool"
	refused "by another key"
	jq '.by = "0000"' "$verdict" >x && cp x "$verdict"
	epm run "$tool"
	refused "by another key"
	chmod 666 "$verdict"
	"$EPM" -q trust rm c.pub
	trusts a "$registry/demo"
	epm run "$tool"
	[ "$status" != 7 ]
}

@test "a policy that is malformed, or that others can write, trusts nothing" {
	trusts a "$registry/demo"
	"$EPM" pull "$tool" >/dev/null
	echo 'scops: {}' >>"$EPM_HOME/policy.yaml"
	epm run "$tool"
	exits 6
	says "epm: $EPM_HOME/policy.yaml: unknown key 'scops'"
	says "epm: hint: did you mean 'scopes'?"
	epm run --allow-unsigned "$tool"
	exits 6
	policy <<<'scopes: {"*": {unsigned: allow}}'
	chmod 666 "$EPM_HOME/policy.yaml"
	epm run "$tool"
	exits 4
	epm pull "$tool"
	exits 4
}

@test "--allow-unsigned is for one command, is said, and leaves nothing" {
	epm pull --no-verify "$registry/demo/other:1"
	epm run --allow-unsigned "$registry/demo/other:1"
	[ "$status" != 7 ]
	grep -q 'not trusted, let through by --allow-unsigned' <<<"$output"
	epm run "$registry/demo/other:1"
	refused "no rule"
	[ ! -e "$EPM_HOME/trust/verdicts" ]
}

@test "deny: what the object does, whoever made it" {
	"$EPM" build "$EPM_SRC/examples/minimal" >/dev/null
	"$EPM" -q trust add --deny tracepoint --for '*'
	epm run minimal
	refused "minimal: the trust policy denies tracepoint"
	"$EPM" -q trust rm --for '*'
	"$EPM" -q trust add --deny bpf_trace_printk --for minimal
	epm run --allow-unsigned minimal
	refused "denies bpf_trace_printk"
}

@test "what moves a program is looked at, too" {
	"$EPM" build "$EPM_SRC/examples/minimal" >/dev/null
	"$EPM" -q trust add --deny raw_tracepoint --for '*'
	program=$("$EPM" inspect --json minimal | jq -r '.package.programs[0].name')
	epm run --attach "$program=raw_tp/sys_enter" minimal
	refused "denies raw_tracepoint"
}

# --- epm trust --------------------------------------------------------------------------------------

@test "trust add, ls, rm" {
	epm trust add "$keys/a.pub" --for "$registry/demo/"
	exits 0
	says "epm: a.pub is trusted for $registry/demo/"
	epm trust add "$keys/a.pub" --for "$registry/demo"
	says "epm: $EPM_HOME/policy.yaml is as it was"
	epm trust add --identity x@y.example --issuer https://i.example --for quay.io
	exits 0
	print=$("$EPM" key fingerprint "$keys/a.pub" | grep -o 'sha256:[0-9a-f]*')
	[ "$("$EPM" trust ls --json | jq -c '[.[] | [.scope, .kind, .name, .id]]')" = \
		'[["'"$registry/demo"'","key","a.pub","'"$print"'"],["quay.io","identity","x@y.example","https://i.example"]]' ]
	epm trust rm "${print:7:12}"
	exits 0
	epm trust rm nobody
	exits 3
	epm trust rm --for quay.io
	exits 0
	[ "$("$EPM" trust ls --json)" = '[]' ]
}

@test "trust add refuses what makes no sense" {
	for options in "" "$keys/a.pub" "--for x" "--unsigned $keys/a.pub --for x" \
		"--identity y --for x" "--issuer y --for x" "--for ghcr.io/x:1 $keys/a.pub" \
		"--for ghcr.io/* $keys/a.pub" "--trust-store $keys --for x" "--threshold 3 $keys/a.pub --for x" \
		"--identity-pattern ( --issuer x --for x"; do
		# shellcheck disable=SC2086 # words
		epm trust add $options
		exits 2 || { echo "options: $options" >&2; return 1; }
		[ ! -s "$EPM_HOME/policy.yaml" ]
	done
	epm trust add "$keys/a.key" --for x
	exits 2
	says "epm: hint: 'epm key public $keys/a.key' prints its public half"
	epm trust add nowhere.pub --for x
	exits 3
	epm trust test nowhere:1
	[ "$status" = 3 ] || [ "$status" = 5 ]
}

@test "trust add keeps what a person wrote" {
	policy <<-'END'
		# our rules
		deny: [lsm] # never
		scopes:
		  ghcr.io/x:
		    unsigned: allow
	END
	trusts a ghcr.io/y
	head -2 "$EPM_HOME/policy.yaml" | diff - <(printf '# our rules\ndeny: [lsm] # never\n')
	trusts a ghcr.io/x
	[ "$("$EPM" trust ls --json | jq -c '[.[] | select(.scope == "ghcr.io/x") | .kind]')" = '["key"]' ]
}

# --- epm lock ---------------------------------------------------------------------------------------

@test "lock pins digest and signers; run --locked runs nothing else" {
	trusts a "$registry/demo"
	"$EPM" pull "$tool" >/dev/null
	epm lock "$tool"
	exits 0
	digest=$(entry_digest "$seed" demo/tool:1.0)
	says "$tool $digest"
	print=$("$EPM" key fingerprint "$keys/a.pub" | grep -o 'sha256:[0-9a-f]*')
	grep -qF -- "$print" epm.lock
	epm run --locked "$tool"
	[ "$status" != 7 ] && [ "$status" != 3 ]
	epm lock --check
	exits 0
	epm run --locked "$registry/demo/other:1"
	refused "is not pinned in epm.lock"
	sed -i "s/$print/sha256:$(printf '0%.0s' $(seq 64))/" epm.lock
	epm run --locked "$tool"
	refused "whose signature did not count"
	epm lock --check
	exits 7
	epm lock
	exits 0
	epm lock --check
	exits 0
}

@test "lock: what the name leads to now is not run, what is pinned is pulled" {
	"$EPM" -q trust add --unsigned --for "$registry"
	"$EPM" pull "$registry/demo/tool:2.0" >/dev/null
	epm lock "$registry/demo/tool:2.0"
	exits 0
	"$EPM" tag "$registry/demo/tool:2.0" keep:1
	"$EPM" pull "$registry/demo/other:1" >/dev/null
	"$EPM" tag "$registry/demo/other:1" "$registry/demo/tool:2.0"
	epm lock --check "$registry/demo/tool:2.0"
	exits 7
	"$EPM" rm keep:1 >/dev/null
	epm run --locked "$registry/demo/tool:2.0"
	[ "$status" != 7 ]
	[ "$("$EPM" ls --json | jq -r --arg r "$registry/demo/tool:2.0" '.[] | select(.reference == $r) | .digest')" = \
		"$(entry_digest "$seed" demo/tool:2.0)" ]
	epm run --locked ./x.json
	exits 2
	echo 'packages: {x: 1}' >epm.lock
	epm run --locked x
	exits 6
}
