#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# epm build --sign, --provenance: what is said of a build, and by whom.

load "$BATS_LIB/common"
load "$BATS_LIB/registry"

keys=$EPM_SRC/tests/data/sign/keys

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	unset EPM_KEY
	cd "$BATS_TEST_TMPDIR" || return
	cp "$keys/p256.pem" epm.key
	openssl pkey -in epm.key -pubout -out epm.pub
	cp -r "$EPM_SRC/examples/opensnoop" project
}

# provenance [OPTION…]: of the project, in p.json
provenance() {
	"$EPM" -q build --provenance-file p.json "$@" project >built
}

# dependency NAME: its digest in p.json
dependency() {
	jq -r --arg n "$1" '.buildDefinition.resolvedDependencies[] | select(.name == $n) | .digest.sha256' p.json
}

sum() {
	sha256sum "$1" | cut -d' ' -f1
}

@test "sources, headers, kernel types with their digests; compiler and options" {
	provenance -a -DX=1
	[ "$(dependency opensnoop.bpf.c)" = "$(sum project/opensnoop.bpf.c)" ]
	[ "$(dependency opensnoop.h)" = "$(sum project/opensnoop.h)" ]
	[ "$(dependency vmlinux.btf)" = "$(sum /sys/kernel/btf/vmlinux)" ]
	[ "$(dependency vmlinux.h)" = "$("$EPM" inspect --config opensnoop | jq -r .toolchain.vmlinux | cut -d: -f2)" ]
	jq -e '.buildDefinition.buildType == "tag:eunomia.dev,2026:epm/build/v1" and
		.buildDefinition.externalParameters == {name: "opensnoop", sources: ["opensnoop.bpf.c"], cflags: ["-DX=1"]} and
		(.buildDefinition.internalParameters.compiler | test("clang")) and
		(.buildDefinition.internalParameters.options | test("-target bpf")) and
		.runDetails.builder.id == "tag:eunomia.dev,2026:epm/local" and .runDetails.metadata == {}' p.json
	[ "$(jq -r .runDetails.builder.version.epm p.json)" = "$("$EPM" version | cut -d' ' -f2)" ]
}

@test "the same input gives the same text, in another folder, from elsewhere; the time is given" {
	provenance
	cp p.json first.json
	mkdir -p other/place
	cp -r project other/place/opensnoop
	(cd other/place/opensnoop && "$EPM" -q build --provenance-file "$BATS_TEST_TMPDIR/p.json" >/dev/null)
	cmp first.json p.json
	not grep -F "$BATS_TEST_TMPDIR" p.json
	SOURCE_DATE_EPOCH=86400 provenance
	[ "$(jq -c .runDetails.metadata p.json)" = '{"startedOn":"1970-01-02T00:00:00Z","finishedOn":"1970-01-02T00:00:00Z"}' ]
}

@test "the commit, the repository, and that something was changed" {
	command -v git >/dev/null || skip "git is not installed"
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
	printf 'source: https://example.org/opensnoop\nnonsense: 1\n' >project/epm.yaml
	git -C project init -q
	git -C project add .
	git -C project -c user.name=x -c user.email=x@example.org commit -q -m x
	touch project/untracked
	provenance
	[ "$(jq -c '.buildDefinition.resolvedDependencies[0]' p.json)" = "$(jq -nc \
		--arg c "$(git -C project rev-parse HEAD)" \
		'{uri: "git+https://example.org/opensnoop", digest: {gitCommit: $c}}')" ]
	[ "$(dependency epm.yaml)" = "$(sum project/epm.yaml)" ]
	echo '// changed' >>project/opensnoop.h
	provenance
	[ "$(jq -c '.buildDefinition.resolvedDependencies[0].annotations' p.json)" = '{"modified":true}' ]
	# a source that the commit does not have
	git -C project checkout -q opensnoop.h
	git -C project rm -q --cached opensnoop.h
	git -C project -c user.name=x -c user.email=x@example.org commit -q -m y
	provenance
	[ "$(jq -c '.buildDefinition.resolvedDependencies[0].annotations' p.json)" = '{"modified":true}' ]
	# git is not there
	mkdir bin
	ln -s "$(command -v clang || ls /usr/bin/clang-[0-9]* | tail -n 1)" bin/clang
	PATH=$PWD/bin provenance
	[ "$(jq -r '.buildDefinition.resolvedDependencies[0].name' p.json)" = opensnoop.bpf.c ]
}

@test "--sign and --provenance: a signature and an attestation in the store, pushed along" {
	epm build --sign epm.key --provenance --provenance-file p.json project
	exits 0
	says "epm: opensnoop:latest is signed by epm.key"
	says "epm: opensnoop:latest is attested by epm.key"
	epm verify --key epm.pub opensnoop
	exits 0
	"$EPM" verify --key epm.pub --attestation slsaprovenance1 --json opensnoop |
		jq -S '.signatures[] | select(.verified) | .predicate' | diff - <(jq -S . p.json)
	# once more: the same package, nothing new is said
	epm build --sign epm.key --provenance project
	exits 0
	[[ $output != *"attested by"* ]]
	[[ $output != *"signed by"* ]]
	start_stub
	"$EPM" -q push opensnoop "$stub/built/opensnoop:1.0"
	epm verify --remote --key epm.pub --attestation slsaprovenance1 "$stub/built/opensnoop:1.0"
	exits 0
}

@test "--provenance alone goes by EPM_KEY, and makes no signature" {
	EPM_KEY=epm.key epm build --provenance project
	exits 0
	epm verify --key epm.pub --attestation slsaprovenance1 opensnoop
	exits 0
	epm verify --key epm.pub opensnoop
	exits 7
}

@test "keys that are none: nothing is built" {
	epm build --provenance project
	fails 2 "no key to sign it with"
	epm build --sign nothing.key project
	fails 3
	EPM_KEY_PASSWORD=wrong epm build --sign "$keys/p256-scrypt.pem" project
	fails 4
	epm build --password-stdin project
	fails 2
	[ ! -e "$EPM_HOME/index.json" ] || [ "$(names)" = '[]' ]
	run "$EPM" build --sign epm.key --provenance-file nowhere/p.json project
	exits 3
}
