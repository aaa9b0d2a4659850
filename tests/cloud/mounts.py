# SPDX-License-Identifier: Apache-2.0
"""What process 1 sets up in the namespaces: mounts, names, a trust store, addresses and routes."""
import ctypes
import os
import shutil
import subprocess
import sys

import names

MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

BUNDLES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
           "/etc/ssl/ca-bundle.pem"]
HASHED = "/etc/ssl/certs"
# Sockets of the machine for its DNS names or its containers.
HIDDEN = {"docker", "docker.sock", "containerd", "nscd", "cloud", "xtables.lock"}

ADDRESSES = "\n".join(
    ["link set lo up", "address add 10.99.0.1/32 dev lo"] + [f"address add {one}/32 dev lo" for one in names.OURS]
    + [f"route add unreachable {names.UNREACHABLE}/32", "route add local default dev lo table main"]) + "\n"

REDIRECT = f"""*nat
:CLOUD - [0:0]
-A OUTPUT -o lo -p tcp -j CLOUD
-A PREROUTING ! -i lo -p tcp -j CLOUD
-A CLOUD -d 127.0.0.0/8 -j RETURN
-A CLOUD -d {names.RESOLVER} -j RETURN
-A CLOUD -d {names.REFUSED} -j RETURN
-A CLOUD -d {names.DROPPED} -j RETURN
-A CLOUD -d {names.IMDS} -p tcp --dport 80 -j RETURN
-A CLOUD -d {names.ACR} -p tcp --dport 443 -j RETURN
-A CLOUD -d {names.ENTRA} -p tcp --dport 443 -j RETURN
-A CLOUD -d {names.ARM} -p tcp --dport 443 -j RETURN
-A CLOUD -p tcp -j REDIRECT --to-ports 7777
COMMIT
*filter
-A INPUT -d {names.DROPPED} -j DROP
COMMIT
"""

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, data=None):
    encode = lambda text: text.encode() if text else None
    check(libc.mount(encode(source), encode(target), encode(kind), flags, encode(data)), f"mount on {target}")


def bind(source, target):
    mount(source, target, flags=MS_BIND | MS_REC)


def prepare(folder, authority):
    """The mounts: a separate /proc, /run, name files, and a trust store that includes the stand-in's authority."""
    mount(None, "/", flags=MS_REC | MS_PRIVATE)
    try:
        mount("proc", "/proc", "proc")
    except OSError as error:
        print(f"cloud: no /proc of its own ({error})", file=sys.stderr)
    private_run(folder)
    etc = os.path.join(folder, "etc")
    os.makedirs(etc, exist_ok=True)
    host = os.uname().nodename
    texts = {"hosts": f"127.0.0.1 localhost\n127.0.1.1 {host}\n::1 localhost ip6-localhost\n",
             "resolv.conf": f"nameserver {names.RESOLVER}\n",
             "nsswitch.conf": _nsswitch()}
    for name, text in texts.items():
        path = os.path.join(etc, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        target = os.path.realpath("/etc/" + name)
        if os.path.exists(target):
            bind(path, target)
    trust(etc, authority)
    if os.path.isdir("/var/opt"):  # Azure Arc writes its challenges there
        mount("tmpfs", "/var/opt", "tmpfs")


def _nsswitch():
    try:
        with open("/etc/nsswitch.conf", encoding="ascii") as file:
            lines = [line for line in file.read().splitlines() if not line.startswith("hosts:")]
    except OSError:
        lines = []
    return "\n".join(lines + ["hosts: files dns"]) + "\n"


def private_run(folder):
    """A temporary /run: the entries of the machine are visible in it, additions exist only in the namespace."""
    old = os.path.join(folder, "run")
    os.makedirs(old, exist_ok=True)
    bind("/run", old)
    mount("tmpfs", "/run", "tmpfs", data="mode=755")
    for entry in os.scandir(old):
        target = "/run/" + entry.name
        if entry.name in HIDDEN:
            continue
        try:
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), target)
                continue
            if entry.is_dir():
                os.mkdir(target)
            else:
                os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
            bind(entry.path, target)
        except OSError:
            pass  # entries that cannot be shown are not needed
    libc.umount2(old.encode(), MNT_DETACH)
    os.mkdir("/run/cloud")


def trust(etc, authority):
    """Append the stand-in's authority to the system's bundle, and add it to the hashed folder."""
    for bundle in BUNDLES:
        real = os.path.realpath(bundle)
        if os.path.isfile(real):
            copy = os.path.join(etc, os.path.basename(bundle))
            shutil.copyfile(real, copy)
            with open(copy, "ab") as file:
                file.write(b"\n" + authority.pem)
            if not real.startswith(HASHED + "/"):
                bind(copy, real)
    if not os.path.isdir(HASHED):
        return
    certs = os.path.join(etc, "certs")
    shutil.copytree(HASHED, certs, symlinks=True)
    with open(os.path.join(certs, "stand-in-cloud.pem"), "wb") as file:
        file.write(authority.pem)
    link = os.path.join(certs, subject_hash(certs) + ".0")
    if not os.path.islink(link):  # exists already if the cloud runs in a cloud
        os.symlink("stand-in-cloud.pem", link)
    copy = os.path.join(etc, "ca-certificates.crt")
    if os.path.exists(copy):
        os.unlink(os.path.join(certs, "ca-certificates.crt"))
        os.rename(copy, os.path.join(certs, "ca-certificates.crt"))
    bind(certs, HASHED)


def subject_hash(certs):
    return subprocess.run(["openssl", "x509", "-noout", "-subject_hash", "-in", certs + "/stand-in-cloud.pem"],
                          check=True, capture_output=True, text=True).stdout.strip()


def connect():
    """The network: the addresses of the services, and every other address on loopback too.

    True if the kernel redirects the ports of the catch-all server to one port; without iptables it listens on a few
    ports.
    """
    subprocess.run(["ip", "-batch", "-"], input=ADDRESSES, text=True, check=True)
    try:
        return subprocess.run(["iptables-restore", "--noflush"], input=REDIRECT, text=True, stderr=subprocess.DEVNULL,
                              env={**os.environ, "XTABLES_LOCKFILE": "/run/cloud/xtables.lock"}).returncode == 0
    except OSError:
        return False
