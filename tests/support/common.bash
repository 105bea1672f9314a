# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# Loaded by every bats file: load "$BATS_LIB/common". Gives each test an EPM_HOME of its own.

bats_require_minimum_version 1.5.0

# shellcheck source=tests/support/wait.bash
. "$BATS_LIB/wait.bash"

setup() {
	export EPM_HOME=$BATS_TEST_TMPDIR/home
	# Nothing leaves the machine: what is not on loopback is asked for at a proxy that is not there.
	export HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1
	cd "$BATS_TEST_TMPDIR" || return
	[ -z "${TRUSTS_ALL-}" ] || trust_all
}

# trust_all: in this EPM_HOME nothing has to be signed. For tests of what comes before or after trust;
# a file that sets TRUSTS_ALL has it in all of its tests.
trust_all() {
	mkdir -p "$EPM_HOME"
	printf 'scopes:\n  "*":\n    unsigned: allow\n' >"$EPM_HOME/policy.yaml"
}

# fresh_home: nothing is left of it but that.
fresh_home() {
	rm -rf "$EPM_HOME"
	trust_all
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

# at_terminal ANSWERS COMMAND…: what it shows at a terminal of its own; ANSWERS a line each
at_terminal() {
	run python3 - "$@" <<-'END'
		import os, pty, sys
		answers = sys.argv[1].split("|")
		pid, fd = pty.fork()
		if pid == 0:
		    os.execvp(sys.argv[2], sys.argv[2:])
		shown = b""
		def read():
		    global shown
		    try:
		        part = os.read(fd, 4096)
		    except OSError:
		        part = b""
		    shown += part
		    return part
		for answer in answers:
		    seen = len(shown)
		    while b": " not in shown[seen:] and read():
		        pass
		    os.write(fd, b"\x03" if answer == "^C" else answer.encode() + b"\n")
		while read():
		    pass
		sys.stdout.write(shown.decode().replace("\r", ""))
		status = os.waitpid(pid, 0)[1]
		sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
	END
}
