# SPDX-License-Identifier: Apache-2.0
"""How costs grow with the number of stored logins, cached tokens and concurrent callers, and with latency."""
import re
import subprocess
from dataclasses import dataclass, field

from race import Racer
from stage import ACME, APP, ENTRA, FOREIGN, SECRET, SECRET_SERVICE, json

LOGINS, REGISTRIES = (1, 10, 100, 1000, 10000), (1, 10, 100, 1000)
KEYRING_MOST = 1000  # logins: docker-credential-secretservice lists ten thousand in minutes
CALLERS, DISTANCES = (1, 4, 16, 64, 256), (0, 25, 50, 100, 200)


@dataclass
class Curve:
    name: str
    points: list = field(default_factory=list)  # (x, seconds)


@dataclass
class Panel:
    title: str
    axis: str
    logarithmic: bool
    curves: list


def collect(panel, x, results):
    for result in results:
        curve = next((curve for curve in panel.curves if curve.name == result.name), None)
        if not curve:
            curve = Curve(result.name)
            panel.curves.append(curve)
        curve.points.append((x, result.median))


def logins(stage):
    """Stored logins, in files and in gnome-keyring's memory (its files would take an hour to fill)."""
    panel = Panel("stored logins", "logins", True, [])
    files = {"DOCKER_CREDENTIAL_ACR_KEYCHAIN": "file", "DOCKER_CREDENTIAL_ACR_TIMEOUT": "60s"}
    folder = stage.home.data / "logins"
    subprocess.run([stage.program, "store"], env={**stage.env, **files}, check=True, capture_output=True,
                   input=json.dumps({"ServerURL": f"{FOREIGN}/0", "Username": "user", "Secret": SECRET}).encode())
    (pattern,) = folder.iterdir()
    stage.stdin["zero"] = stage.home.write("stdin/zero", f"{FOREIGN}/0")
    have, in_keyring = 1, 0
    for count in LOGINS:
        fill_files(pattern, have, count)
        rounds = 30 if count < 1000 else 5
        collect(panel, count, stage.race(30, stage.ours("get", "zero", name="get, files", env=files)))
        collect(panel, count, stage.race(rounds, stage.ours("list", "nothing", name="list, files", env=files)))
        if count > KEYRING_MOST:
            continue
        fill_keyring(stage, in_keyring, count)
        have = in_keyring = count
        racers = [stage.ours("get", "zero", name="get, Secret Service"), stage.ours("list", "nothing", name="list, Secret Service")]
        racers += [Racer(f"docker-credential-secretservice {verb}", SECRET_SERVICE, verb, stdin=stage.stdin[stdin])
                   for verb, stdin in (("get", "zero"), ("list", "nothing"))]
        collect(panel, count, stage.race(rounds, *racers))
    empty_keyring(stage)
    for path in folder.iterdir():
        path.unlink()
    return panel


def fill_files(pattern, have, want):
    """Copies one login's file under other names: the same record, with another server and checksum."""
    record = pattern.read_bytes()
    name, server = pattern.name, f"{FOREIGN}/0".encode()
    for number in range(have, want):
        other = f"{FOREIGN}/{number}".encode()
        text = record.replace(b"server %d %s\n" % (len(server), server), b"server %d %s\n" % (len(other), other))
        text = text[: text.rindex(b"check ")]
        path = pattern.with_name(re.sub("0$", str(number), name))
        path.write_bytes(text + b"check %016x\n" % checksum(text))
        path.chmod(0o600)


def checksum(text):
    """FNV-1a, as in src/store/serialize.c."""
    check = 0xCBF29CE484222325
    for byte in text:
        check = (check ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return check


KEYRING = """
import dbus, sys
command, first, last, server, secret = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
bus = dbus.SessionBus()
service = bus.get_object("org.freedesktop.secrets", "/org/freedesktop/secrets")
service.GetAll("org.freedesktop.Secret.Service", dbus_interface="org.freedesktop.DBus.Properties")
secrets = dbus.Interface(service, "org.freedesktop.Secret.Service")
if command == "fill":
    _, session = secrets.OpenSession("plain", dbus.String("", variant_level=1))
    memory = dbus.Interface(bus.get_object("org.freedesktop.secrets", "/org/freedesktop/secrets/collection/session"),
                            "org.freedesktop.Secret.Collection")
    for number in range(first, last):
        attributes = {"xdg:schema": "io.docker.Credentials", "label": "Docker Credentials", "docker_cli": "1",
                      "server": f"{server}/{number}", "username": "user"}
        memory.CreateItem({"org.freedesktop.Secret.Item.Label": server,
                           "org.freedesktop.Secret.Item.Attributes": dbus.Dictionary(attributes, signature="ss")},
                          (session, dbus.ByteArray(b""), dbus.ByteArray(secret.encode()), "text/plain"), False)
else:
    for path in secrets.SearchItems({"docker_cli": "1"})[0]:
        bus.get_object("org.freedesktop.secrets", path).Delete(dbus_interface="org.freedesktop.Secret.Item")
"""


def fill_keyring(stage, have, want):
    stage.must("/usr/bin/python3", "-c", KEYRING, "fill", have, want, FOREIGN, SECRET)


def empty_keyring(stage):
    stage.must("/usr/bin/python3", "-c", KEYRING, "empty", 0, 0, "", "")


def registries(stage):
    """Cached tokens, each of another registry, compared with the minimum."""
    panel = Panel("cached registries", "registries", True, [])
    stage.forget()
    stage.must(stage.program, "get", stdin=stage.stdin["acme"])
    (entry,) = stage.kept.glob("entry_*")
    record, have = entry.read_bytes(), 1
    for count in REGISTRIES:
        for number in range(have, count):
            host = f"registry{number}.azurecr.io".encode()
            text = record.replace(b"host %d %s\n" % (len(ACME), ACME.encode()), b"host %d %s\n" % (len(host), host))
            text = text[: text.rindex(b"check ")]
            path = entry.with_name(f"entry_{host.decode()}_{number:016x}")
            path.write_bytes(text + b"check %016x\n" % checksum(text))
            path.chmod(0o600)
        have = count
        hit, bare = stage.ours("get", "acme", name="cached get"), stage.bare_process()
        collect(panel, count, stage.race(200, hit, bare))
        collect(panel, count, stage.race(20, stage.ours("list", "nothing", name="list")))
        collect(panel, count, stage.race(20, stage.ours("get", "second", name="cold get", empty=[stage.kept / "entry_second*"])))
    stage.forget()
    return panel


def callers(stage):
    """Concurrent callers: the time from the first start to the last exit."""
    panel = Panel("callers at once", "callers", True, [])
    stage.must(stage.program, "get", stdin=stage.stdin["acme"])
    stage.must(stage.program, "store", stdin=stage.stdin["login"])
    for count in CALLERS:
        rounds = 20 if count < 64 else 6
        collect(panel, count, stage.race(rounds, stage.ours("get", "acme", name="cached get", count=count),
                                         stage.bare_process(count=count)))
        racer = stage.theirs("get", "foreign", count=count)
        try:
            collect(panel, count, stage.race(rounds // 2, racer))
        except RuntimeError as error:
            print(f"  {racer.name}, {count} at once: {str(error).splitlines()[-1]}", flush=True)
        stage.forget()
        cold = stage.cold(count=count)
        cold.name = "cold get"
        collect(panel, count, stage.race(rounds // 2, cold))
        stage.must(stage.program, "get", stdin=stage.stdin["acme"])
    return panel


def distances(stage):
    """Getting a new token, with different latencies."""
    panel = Panel("round-trip time", "ms", False, [])
    stage.sign_az_in()
    cold = stage.cold()
    cold.name = "cold get"
    az = Racer("az acr login", "/usr/bin/az", "acr", "login", "--name", "acme", "--expose-token", "--output", "json")
    hit = stage.ours("get", "second", name="cached get")
    form = f"grant_type=client_credentials&client_id={APP.client_id}&client_secret={APP.secret}" \
           "&scope=https://containerregistry.azure.net/.default"
    curl = Racer("one curl POST", "/usr/bin/curl", "-sS", *stage.trust.split(), "-d", form, ENTRA)
    for milliseconds in DISTANCES:
        stage.far(milliseconds)
        try:
            collect(panel, milliseconds, stage.race(8, cold, Racer("two curls", "/bin/sh", stage.two_curls()), curl))
            stage.must(stage.program, "get", stdin=stage.stdin["second"])
            collect(panel, milliseconds, stage.race(20, hit))
            collect(panel, milliseconds, stage.race(3, az))
        finally:
            stage.far(0)
    return panel


PANELS = [logins, registries, callers, distances]
