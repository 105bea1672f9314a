# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# Debian packages of other suites and architectures, downloaded with lists of their own and never
# installed. The mirrors are those this machine's apt uses, so that no host's name stands here.
#
#	debian_open FOLDER SUITE ARCH		reads the suite's lists; FOLDER keeps them
#	debian_show FIELD PACKAGE		a field of the newest version; empty: no such package
#	debian_names PREFIX			all packages that begin so
#	debian_download INTO PACKAGE…
#
# What apt says goes to standard error. They fail where something cannot be reached.

# debian_mirrors: the archives that apt is set up with, as "URI<TAB>keyring", both notations of apt.
# Debian's own only: not what other people sign, and not the security updates.
debian_mirrors() {
	local etc parts main
	etc=$(apt-config shell d Dir::Etc/d | sed "s/^d='\(.*\)'$/\1/")
	parts=$etc/sources.list.d main=$etc/sources.list
	{
		awk '
		function flush() {
			if (uri != "" && deb) print uri "\t" key
			uri = key = ""; deb = 0
		}
		FNR == 1 { flush() }
		/^[ \t]*$/ { flush() }
		/^Types:.*[ \t]deb([ \t]|$)/ { deb = 1 }
		/^URIs:/ { uri = $2 }
		/^Signed-By: *\// { key = $2 }
		END { flush() }' /dev/null "$parts"/*.sources 2>/dev/null || true
		sed -nE 's/^deb +(\[[^]]*signed-by=([^] ]+)[^]]*\] +|\[[^]]*\] +)?([^ ]+) .*/\3\t\2/p' \
			/dev/null "$main" "$parts"/*.list 2>/dev/null || true
	} | sort -u | grep -v -- -security | grep -E $'\t(.*/debian-archive-.*)?$'
}

# debian_open FOLDER SUITE ARCH: the first mirror that has the suite.
debian_open() {
	local folder=$1 suite=$2 arch=$3 uri keyring
	for tool in apt-get apt-cache apt-config dpkg-deb; do
		command -v $tool >/dev/null || {
			echo "$tool is missing: this works on Debian and its like only" >&2
			return 1
		}
	done
	mkdir -p "$folder"/{lists/partial,cache/archives/partial}
	debian_options=(
		-o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/nonexistent
		-o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache"
		-o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin
		-o APT::Sandbox::User=root -o Acquire::Retries=2
		-o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30
		-o Acquire::Languages=none -o "APT::Architectures=$arch" -o "APT::Architecture=$arch"
	)
	while IFS=$'\t' read -r uri keyring; do
		keyring=${keyring:-/usr/share/keyrings/debian-archive-keyring.gpg}
		printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$suite" \
			>"$folder/sources.list"
		! apt-get "${debian_options[@]}" -qq update >&2 </dev/null || return 0
	done < <(debian_mirrors)
	echo "no archive of this machine's apt configuration has $suite for $arch" >&2
	return 1
}

debian_show() {
	apt-cache "${debian_options[@]}" --no-all-versions show "$2" 2>/dev/null |
		sed -n "s/^$1: //p" | head -n 1
}

debian_names() {
	apt-cache "${debian_options[@]}" pkgnames "$1"
}

debian_download() {
	local into=$1
	shift
	mkdir -p "$into"
	(cd "$into" && apt-get "${debian_options[@]}" -qq download "$@" >&2 </dev/null)
}
