# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the build-* scripts share: one version (meson.build), one date (that version's line in CHANGELOG.md), a clean copy
# of the source, checksums. Sourced, with $0 in packaging/. With the same inputs every script gives the same bytes.
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

# Options that all of them have.
output=/tmp/$name-packages
architecture=$(dpkg --print-architecture)
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

# copy_source FOLDER: what a build needs, with one time for all.
copy_source() {
	mkdir -p "$1"
	tar -C "$source" --exclude='__pycache__' --exclude='*.pyc' --mtime="@$SOURCE_DATE_EPOCH" -c \
		LICENSE README.md meson.build meson_options.txt include src packaging tests/bench | tar -C "$1" -x --no-same-owner
}

# publish FILE...: into the output folder, and into its SHA256SUMS.
publish() {
	local file
	for file in "$@"; do
		mv "$file" "$output/"
		file=$(basename "$file")
		touch "$output/SHA256SUMS"
		(cd "$output" && { grep -v "  $file\$" SHA256SUMS || true; sha256sum "$file"; } | sort -k2 >SHA256SUMS.new &&
			mv SHA256SUMS.new SHA256SUMS)
		echo "$output/$file"
	done
}
