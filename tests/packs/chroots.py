# SPDX-License-Identifier: Apache-2.0
"""Clean roots to install into: Debian as debootstrap makes it, or nothing at all.

A Root runs commands inside itself, with the machine's network (apt) or inside the stand-in cloud, whose names and
certificates it is then lent. snapshot() tells what lies in it, to compare before and after.
"""
import hashlib
import os
import shutil
import stat
import subprocess
from pathlib import Path

from conftest import CLOUD, must, run

# Where packages keep their own books, and what is nobody's.
BOOKS = ("proc", "sys", "dev", "tmp", "run", "var/log", "var/cache", "var/lib/apt", "var/lib/dpkg", "etc/resolv.conf", "etc/hosts",
         "etc/ld.so.cache", "lent")
# Inside the cloud: lend the root the cloud's names, certificates and engine, run, and take them back.
LEND = r"""
root=$1; shift
lend() { mkdir -p "$(dirname "$root$2")"; [ -e "$root$2" ] || : >"$root$2"; mount --bind "$1" "$root$2"; }
if [ -n "$READ_ONLY" ]; then mount --bind "$root" "$root"; cd /; fi
lend /etc/hosts /etc/hosts; lend /etc/resolv.conf /etc/resolv.conf
lend /etc/ssl/certs/ca-certificates.crt "$CERTIFICATES"
if [ -n "$READ_ONLY" ]; then
	mount -o remount,bind,ro "$root"
else
	mkdir -p "$root/lent"
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
fi
case ${DOCKER_HOST:-} in unix://*)
	mount --bind "$(dirname "${DOCKER_HOST#unix://}")" "$root/lent"; export DOCKER_HOST=unix:///lent/${DOCKER_HOST##*/} ;;
esac
exec chroot $CHROOT_AS "$root" "$@"
"""


class Root:
    def __init__(self, folder):
        self.folder = Path(folder)

    def copy(self, folder):
        subprocess.run(["cp", "-a", "--reflink=auto", str(self.folder), str(folder)], check=True)
        return Root(folder)

    def run(self, *command, env=None, **more):
        """With the machine's own network."""
        (self.folder / "etc").mkdir(exist_ok=True)
        shutil.copyfile("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        return run("chroot", self.folder, *command, env=self.environment(env), **more)

    def must(self, *command, **more):
        ran = self.run(*command, **more)
        assert ran.status == 0, f"{command}: {ran}"
        return ran

    def in_cloud(self, *command, env=None, docker=False, bare=None, **more):
        """Inside the stand-in cloud. `bare` names where certificates are expected: then as nobody, with nothing but
        the root's own files, none of which can be written."""
        env = {**self.environment(env), "CHROOT_AS": "--userspec=65534:65534" if bare else "", "READ_ONLY": "yes" if bare else "",
               "CERTIFICATES": bare or "/etc/ssl/certs/ca-certificates.crt", "PYTHONDONTWRITEBYTECODE": "1"}
        return run(CLOUD, "run", *(["--docker"] if docker else []), "--", "unshare", "-m", "bash", "-eu", "-c", LEND, "-",
                   self.folder, *command, env=env, **more)

    @staticmethod
    def environment(more):
        return {"PATH": "/opt/docker-credential-acr/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive", **(more or {})}

    def install(self, path, *more):
        """A .deb from outside, by apt, with what it needs and nothing that it only recommends."""
        shutil.copy(path, self.folder / "tmp")
        return self.must("apt-get", "install", "-y", "-q", "--no-install-recommends", *more, f"/tmp/{Path(path).name}")

    def snapshot(self):
        seen = {}
        for folder, names, files in os.walk(self.folder):
            inside = os.path.relpath(folder, self.folder)
            names[:] = [name for name in names if os.path.normpath(os.path.join(inside, name)) not in BOOKS]
            for name in names + files:
                path = os.path.join(folder, name)
                where = os.path.normpath(os.path.join(inside, name))
                status = os.lstat(path)
                if where in BOOKS:
                    continue
                content = ""
                if stat.S_ISLNK(status.st_mode):
                    content = os.readlink(path)
                elif stat.S_ISREG(status.st_mode):
                    content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
                seen[where] = (status.st_mode, status.st_uid, status.st_gid, content)
        return seen


def differences(before, after):
    return sorted(f"{'+' if path not in before else '-' if path not in after else '*'} {path}"
                  for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def debian(folder):
    """A minimal Debian, made once."""
    if not (folder / "etc/debian_version").exists():
        must("debootstrap", "--variant=minbase", "bookworm", folder, "http://deb.debian.org/debian", timeout=280)
        (folder / "etc/apt/apt.conf.d/99here").write_text('APT::Sandbox::User "root";\n')
        Root(folder).must("apt-get", "update", "-q")
        # apt recommends it, and so would not let it go again.
        Root(folder).must("apt-get", "install", "-y", "-q", "--no-install-recommends", "ca-certificates")
    return Root(folder)
