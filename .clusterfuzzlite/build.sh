#!/bin/bash -eu
# Builds every target of tests/fuzz into $OUT, with its seeds, and with the libraries that the machine which runs them lacks.
build=${WORK:-/tmp}/fuzzers
CC=${CC:-clang} meson setup "$build" -Dfuzzers=true -Dtests=false -Db_lundef=false -Dc_link_args="-Wl,-rpath,\$ORIGIN/lib"
ninja -C "$build"
mkdir -p "$OUT/lib"
for target in "$build"/tests/fuzz/fuzz_*; do
	if [ ! -f "$target" ] || [ ! -x "$target" ]; then continue; fi
	name=$(basename "$target")
	cp "$target" "$OUT/"
	(cd "tests/fuzz/${name#fuzz_}" && zip -q -r "$OUT/${name}_seed_corpus.zip" .)
done
# Loaded at run time (src/base/library.h), and not by name alone.
for library in libjson-c.so.5 libcrypto.so.3 libkeyutils.so.1; do
	cp -L "$(ldconfig -p | sed -n "s/.*$library .*=> //p" | head -1)" "$OUT/lib/"
done
