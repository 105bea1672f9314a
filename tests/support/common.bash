# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# Loaded by every bats file: load "$BATS_LIB/common". Gives each test an EPM_HOME of its own.

bats_require_minimum_version 1.5.0

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	# Nothing leaves the machine: what is not on loopback is asked for at a proxy that is not there.
	export HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1
	cd "$BATS_TEST_TMPDIR" || return
}

# make_store NAME:TAG…: packages that epm did not make; see make_store.py for more.
make_store() {
	mkdir -p "$EPM_HOME"
	"$EPM_SRC/tests/support/make_store.py" "$EPM_HOME" "$@"
}

# epm ARGUMENTS…: run it; $status, $output (both streams), $lines.
epm() {
	run "$EPM" "$@"
}

# exits STATUS: what the last run did; shows its output when it did not.
exits() {
	[ "$status" = "$1" ] || {
		printf 'exit status %s, not %s:\n%s\n' "$status" "$1" "$output" >&2
		return 1
	}
}

# says TEXT: the output has this line.
says() {
	grep -qxF -- "$1" <<<"$output" || {
		printf 'no line "%s" in:\n%s\n' "$1" "$output" >&2
		return 1
	}
}

# is_sound: fsck finds nothing.
is_sound() {
	epm fsck
	exits 0
}
