# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck shell=bash
# Waiting for what comes about, for common.bash and for scripts without bats.

LIMIT_S=20

# wait_for COMMAND…: until it is true, for at most LIMIT_S seconds.
wait_for() {
	local end=$((SECONDS + LIMIT_S))
	until "$@"; do
		[ $SECONDS -lt $end ] || {
			echo "waited $LIMIT_S seconds for: $*" >&2
			return 1
		}
		read -rt 0.01 <> <(:) || true
	done
}

# not COMMAND…: bats takes no notice of a failed `! COMMAND`.
not() {
	! "$@"
}

is_gone() {
	[ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null
}
