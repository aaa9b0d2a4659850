# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # is sourced after release.sh, with $work; the scripts use the variables that it sets
# Shared by the build-* scripts to build for an architecture other than this machine's: Debian's cross compiler, and a root
# directory with what the build and the program need, unpacked but not installed, so that the machine is not changed. Sets cpu,
# triplet and loader; for another architecture also root (otherwise empty) and cross, the options for meson.
case $architecture in
amd64) cpu=x86_64 loader=ld-linux-x86-64.so.2 ;;
arm64) cpu=aarch64 loader=ld-linux-aarch64.so.1 ;;
*) echo "$(basename "$0"): cannot build for $architecture" >&2; exit 2 ;;
esac
triplet=$cpu-linux-gnu
root=
cross=()

fetch_root() {
	root=$work/sysroot
	local apt=$work/apt database=$work/sysroot/var/lib/dpkg suite package owner file
	mkdir -p "$database/info" "$apt"/{lists/partial,archives/partial,etc}
	: >"$apt/status"
	local set=(-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
		-o "Dir::State=$apt" -o "Dir::State::Lists=$apt/lists" -o "Dir::State::Status=$apt/status"
		-o "Dir::Cache=$apt" -o "Dir::Cache::archives=$apt/archives"
		-o "Dir::Etc::sourceparts=$apt/etc" -o "Dir::Etc::sourcelist=$apt/sources.list"
		-o "APT::Install-Recommends=false" -o "APT::Sandbox::User=root" -o "Debug::NoLocking=true")
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	for suite in "$suite" "$suite-updates"; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main"
	done >"$apt/sources.list"
	apt-get "${set[@]}" update -qq
	apt-get "${set[@]}" install --download-only -y -qq libc6-dev libjson-c-dev libkeyutils-dev libcurl4-openssl-dev \
		libssl-dev libsecret-1-dev libgcc-s1 >/dev/null
	for package in "$apt"/archives/*.deb; do
		dpkg -x "$package" "$root"
		# The part of dpkg's database that dpkg-shlibdeps needs: the package of each library, and the minimum version.
		owner=$(dpkg-deb -f "$package" Package)
		dpkg-deb -e "$package" "$work/control"
		# The paths must be those where dpkg-shlibdeps finds the libraries.
		dpkg-deb --fsys-tarfile "$package" | tar -t | sed "s|^\.|$root|; s|/\$||" >"$database/info/$owner.list"
		for file in symbols shlibs; do
			[ ! -e "$work/control/$file" ] || mv "$work/control/$file" "$database/info/$owner.$file"
		done
		sed 's/^Package:.*/&\nStatus: install ok installed/' "$work/control/control" >>"$database/status"
		echo >>"$database/status"
		rm -rf "$work/control"
	done
	cat >"$work/cross.ini" <<-INI
		[binaries]
		c = ['$triplet-gcc', '--sysroot=$root', '-isystem', '$root/usr/include/$triplet', '-ffile-prefix-map=$root=']
		ar = '$triplet-ar'
		strip = '$triplet-strip'
		pkgconfig = 'pkg-config'
		exe_wrapper = ['qemu-$cpu-static', '-L', '$root']
		# How meson.build runs the program that was built, to print a page of the manual.
		[properties]
		run = ['qemu-$cpu-static', '-L', '$root']
		sys_root = '$root'
		pkg_config_libdir = ['$root/usr/lib/$triplet/pkgconfig', '$root/usr/share/pkgconfig']
		[host_machine]
		system = 'linux'
		cpu_family = '$cpu'
		cpu = '$cpu'
		endian = 'little'
	INI
	cross=(--cross-file "$work/cross.ini")
}

if [ "$architecture" != "$machine" ]; then fetch_root; fi
