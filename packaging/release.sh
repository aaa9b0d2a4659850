# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Shared by the build-* scripts: the version (meson.build), the date (that version's line in CHANGELOG.md), a clean copy
# of the source, checksums. Is sourced, with $0 in packaging/. With the same inputs every script creates the same bytes.
packaging=$(dirname "$(readlink -f "$0")")
source=$(dirname "$packaging")
name=docker-credential-acr
version=$(sed -n "s/^ *version: '\([^']*\)'.*/\1/p" "$source/meson.build" | head -1)
date=$(sed -n "s/^## $version (\(.*\))\$/\1/p" "$packaging/CHANGELOG.md")
[ -n "$date" ] || { echo "$(basename "$0"): CHANGELOG.md has no line \"## $version (DATE)\"" >&2; exit 1; }
SOURCE_DATE_EPOCH=$(date -u -d "$date" +%s)
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS
umask 022

# Options of all build-* scripts.
output=/tmp/$name-packages
case $(uname -m) in aarch64) machine=arm64 ;; *) machine=amd64 ;; esac
architecture=$machine
usage() { sed -n '4,/^[^#]/s/^# \{0,1\}//p' "$0"; }
# shellcheck disable=SC2034 # for cross.sh
options() {
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) usage; exit ;;
		--output) output=${2:?--output needs a folder}; shift ;;
		--arch) architecture=${2:?--arch needs amd64 or arm64}; shift ;;
		*) echo "$(basename "$0"): unknown argument $1 (see --help)" >&2; exit 2 ;;
		esac
		shift
	done
	mkdir -p "$output"
	output=$(readlink -f "$output")
}

# needs SET...: install the packages of these lines of tests/packages, and of `build`; if that is not possible, name them.
needs() {
	[ "$architecture" = "$machine" ] || set -- "$@" cross
	if command -v apt-get >/dev/null; then
		"$source/tests/install" build "$@"
	elif [ "$*" != rpm ]; then
		echo "$(basename "$0"): runs on Debian or Ubuntu only" >&2
		exit 1
	elif ! command -v rpmbuild >/dev/null || ! command -v meson >/dev/null; then
		echo "$(basename "$0"): install what it needs: sudo dnf install rpm-build && sudo dnf builddep $packaging/rpm/$name.spec" >&2
		exit 1
	fi
}

# copy_source FOLDER: copy what a build needs, all with the same time. The README is the one for the package: it links only to files in
# the package, and does not describe the repository.
copy_source() {
	mkdir -p "$1"
	tar -C "$source" --exclude='__pycache__' --exclude='*.pyc' --mtime="@$SOURCE_DATE_EPOCH" -c \
		.github/SECURITY.md LICENSE README.md meson.build meson_options.txt include src packaging tests/bench | tar -C "$1" -x --no-same-owner
	sed -i -E '/^## Try it/,$d; s! \(\[recording\][^)]*\)\)!!; s!\]\((packaging/(kubelet|recipes)|.github/(SECURITY))!](\2\3!g; :again; s!\[([^][]*)\]\((\.github|packaging|src|tests)[^)]*\)!\1!; t again' \
		"$1/README.md"
	touch -d "@$SOURCE_DATE_EPOCH" "$1/README.md"
}

# publish FILE...: move files to the output folder and add them to its SHA256SUMS. Prints only the paths to stdout; `published` is the last.
publish() {
	local file
	for file in "$@"; do
		mv "$file" "$output/"
		file=$(basename "$file")
		touch "$output/SHA256SUMS"
		(cd "$output" && { grep -v "  $file\$" SHA256SUMS || true; sha256sum "$file"; } | sort -k2 >SHA256SUMS.new &&
			mv SHA256SUMS.new SHA256SUMS)
		published=$output/$file
		echo "$published"
	done
}

# tell_how COMMAND: print how to install the published file.
tell_how() {
	local on=""
	[ "$architecture" = "$machine" ] || on=" on an $architecture machine"
	echo "To install it$on: $1 $published" >&2
}
