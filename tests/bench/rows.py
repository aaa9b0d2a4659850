# SPDX-License-Identifier: Apache-2.0
"""The table of measurements: what is measured, compared with which program, and the limit. One function for each
race, one Row for each line."""
import base64
import os
import shutil
import statistics
import subprocess
import time
from dataclasses import asdict, dataclass

from counts import BusCalls, instructions, libraries, massif_peak, peak_memory, system_calls
from race import Racer, Ratio
from stage import ABSENT, ACME, APP, ENTRA, FOREIGN, SECOND, Path, json

RACES = []


@dataclass
class Row:
    work: str
    against: str
    goal: str
    figure: str
    met: bool
    spread: str = ""
    cost: str = ""  # its cost, next to that of the other program

    def as_dict(self):
        return asdict(self)


def measure(function):
    RACES.append(function)
    return function


def milliseconds(result):
    return f"{result.median * 1000:.2f} ms" if result.median < 0.1 else f"{result.median * 1000:.0f} ms"


def at_most(work, against, limit, mine, theirs):
    ratio = mine.over(theirs)
    return Row(work, against, f"≤ {limit} ×", f"{ratio.median:.2f} ×", ratio.median <= limit,
               f"{ratio.low:.2f}–{ratio.high:.2f}", f"{milliseconds(mine)} / {milliseconds(theirs)}")


def faster(work, against, limit, mine, theirs):
    ratio = theirs.over(mine)
    return Row(work, against, f"≥ {limit} × faster", f"{ratio.median:.0f} × faster", ratio.median >= limit,
               f"{ratio.low:.0f}–{ratio.high:.0f}", f"{milliseconds(mine)} / {milliseconds(theirs)}")


def within(work, against, limit, mine, floor):
    """An absolute time: at most `limit` seconds, of which `floor` are network latency."""
    return Row(work, against, f"≤ {limit * 1000:.0f} ms", f"{mine.median * 1000:.0f} ms", mine.median <= limit,
               f"{min(mine.wall) * 1000:.0f}–{sorted(mine.wall)[-1 - len(mine.wall) // 4] * 1000:.0f} ms",
               f"{(mine.median - floor) * 1000:.0f} ms beside the road")


@measure
def hits(stage):
    """A cached token in each of the three caches."""
    ordinary = {}
    keyring = {"XDG_RUNTIME_DIR": None, "DOCKER_CREDENTIAL_ACR_CACHE": "kernel-keyring"}
    folder = {"XDG_RUNTIME_DIR": None, "DOCKER_CREDENTIAL_ACR_CACHE": "file"}
    homes = [("runtime folder", ordinary), ("kernel keyring", keyring), ("cache folder", folder)]
    for _, env in homes:
        whole = {name: value for name, value in {**stage.env, **env}.items() if value is not None}
        ran = subprocess.run([stage.program, "get"], input=ACME.encode(), env=whole, check=True, capture_output=True)
        assert json.loads(ran.stdout)["ServerURL"] == ACME
    bare, *cached = stage.race(600, stage.bare_process(),
                               *(stage.ours("get", "acme", name=name, env=env) for name, env in homes))
    for one in cached:
        row = at_most(f"cached `get` ({one.name})", "a dynamic C process that reads stdin and returns", 1.25, one, bare)
        cpu = one.over(bare, "cpu")
        row.cost += f", CPU {cpu.median:.2f} ×"
        yield row


@measure
def hit_against_secret_service(stage):
    stage.must(stage.program, "get", stdin=stage.stdin["acme"])
    stage.must(stage.program, "store", stdin=stage.stdin["login"])
    mine, theirs = stage.race(80, stage.ours("get", "acme"), stage.theirs("get", "foreign"))
    yield faster("cached `get`", "docker-credential-secretservice `get`", 16, mine, theirs)


@measure
def hit_against_az(stage):
    stage.sign_az_in()
    stage.must(stage.program, "get", stdin=stage.stdin["acme"])
    az = Racer("az acr login", "/usr/bin/az", "acr", "login", "--name", "acme", "--expose-token", "--output", "json")
    # Each run follows another run of the same program. Otherwise the effect of a second of Python on the processor's
    # caches would be measured.
    az.before, hit = [az.again()], stage.ours("get", "acme")
    hit.before = [hit.again()]
    mine, theirs = stage.race(8, hit, az)
    yield faster("cached `get`", "`az acr login --expose-token`, signed in", 700, mine, theirs)


@measure
def foreign(stage):
    """Servers that are not Azure registries, in gnome-keyring; both programs use the same schema."""
    stage.must(stage.program, "store", stdin=stage.stdin["login"])
    peer = "docker-credential-secretservice"
    for verb, stdin, limit, work in (("get", "foreign", 0.95, "`get` of a foreign host with a stored login"),
                                     ("get", "absent", 0.8, "`get` of a foreign host with no login"),
                                     ("list", "nothing", 0.8, "`list`")):
        mine, theirs = stage.race(80, stage.ours(verb, stdin), stage.theirs(verb, stdin))
        yield at_most(work, f"{peer} `{verb}`", limit, mine, theirs)
    # gnome-keyring writes its file after its response, and does not respond to other requests meanwhile.
    pause = Racer("a pause", "/bin/sleep", "0.05")
    mine, theirs = stage.race(60, stage.ours("store", "login", before=[pause]), stage.theirs("store", "login", before=[pause]))
    yield at_most("`store` of a foreign login", f"{peer} `store`", 0.8, mine, theirs)
    stored = [stage.theirs("store", "login"), pause]
    mine, theirs = stage.race(60, stage.ours("erase", "foreign", before=stored), stage.theirs("erase", "foreign", before=stored))
    yield at_most("`erase` of a foreign login", f"{peer} `erase`", 0.8, mine, theirs)


@measure
def cold_far(stage):
    """A latency of thirty milliseconds."""
    rtt = 0.030
    stage.far(30)
    try:
        curls = Racer("two curls", "/bin/sh", stage.two_curls())
        mine, desktop, theirs = stage.race(30, stage.cold(), stage.cold(bus=True), curls)
        row = within("cold `get`, 30 ms round trip", "4 round trips + 25 ms", 4 * rtt + 0.025, mine, 4 * rtt)
        row.cost += f"; {desktop.beyond(mine).median * 1000:.0f} ms more where a keyring is asked first"
        yield row
        yield at_most("cold `get`, 30 ms round trip", "two curls, one after the other", 0.6, mine, theirs)
        stage.forget()
        stage.must(stage.program, "get", stdin=stage.stdin["acme"])
        (second,) = stage.race(30, stage.cold("second", keep_token=True))
        yield within("cold `get`, an Entra token in the cache", "3 round trips + 25 ms", 3 * rtt + 0.025, second, 3 * rtt)
    finally:
        stage.far(0)


@measure
def cold_near(stage):
    """No latency: what remains is libcurl, TLS and the helper."""
    form = f"grant_type=client_credentials&client_id={APP.client_id}&client_secret={APP.secret}" \
           "&scope=https://containerregistry.azure.net/.default"
    curl = Racer("curl", "/usr/bin/curl", "-sS", *stage.trust.split(), "-d", form, ENTRA)
    mine, theirs = stage.race(60, stage.cold(), curl)
    yield at_most("cold `get`, no delay", "one curl POST with a hashed CA folder", 1.5, mine, theirs)


@measure
def cold_crowd(stage):
    stage.far(30)
    try:
        one, many = stage.race(12, stage.cold(), stage.cold(count=100))
        stage.forget()
        stage.cloud.mark()
        (crowds,) = stage.race(3, stage.cold(count=100))
        exchanges = stage.exchanges() / (len(crowds.wall) + 1)  # plus one to warm up
    finally:
        stage.far(0)
    row = at_most("100 cold `get`s at once", "one cold `get` at 30 ms", 1.5, many, one)
    row.goal, row.figure = f"1 exchange, {row.goal}", f"{exchanges:.0f} exchange, {row.figure}"
    row.met = row.met and exchanges == 1
    yield row


@measure
def hit_crowd(stage):
    stage.must(stage.program, "get", stdin=stage.stdin["acme"])
    mine, theirs = stage.race(40, stage.ours("get", "acme", count=100), stage.bare_process(count=100))
    yield at_most("100 cached `get`s at once", "100 bare processes", 1.5, mine, theirs)


@measure
def counts(stage):
    """Values that do not depend on other load."""
    env, stdin = {**stage.home.env, **stage.cloud.environment(APP)}, ACME.encode()
    get = [stage.program, "get"]
    subprocess.run(get, env=env, input=stdin, check=True, capture_output=True)
    empty, twin, hit = (instructions(command, env, stdin) for command in ([stage.bare], [stage.twin], get))
    calls = sum(system_calls(get, env, stdin).values()) - sum(system_calls([stage.twin], env, stdin).values())
    mapped, memory = libraries(stage.program), peak_memory(stage.race_program, get, env, stage.stdin["acme"]) / 1024
    twin_name = "a program that is linked in the same way and returns at once"
    yield Row("cached `get`: instructions", twin_name, "≤ 120,000 more", f"{hit - twin:,} more", hit - twin <= 120_000, "",
              f"that program itself {twin - empty:,} more than a bare process")
    yield Row("cached `get`: system calls", twin_name, "≤ 25 more", f"{calls} more", calls <= 25)
    yield Row("cached `get`: libraries mapped", "`ldd`", "≤ 3", str(len(mapped)), len(mapped) <= 3, "", ", ".join(mapped))
    yield Row("cached `get`: peak memory", "as the kernel reports it", "≤ 3 MB", f"{memory:.1f} MB", memory <= 3)


@measure
def pull(stage):
    """A whole `docker pull` of an image that the engine already has, with this helper and with the same login in
    plain text."""
    if "DOCKER_HOST" not in os.environ:
        return
    image = f"{ACME}/samples/bench:1"
    root = stage.home.folder / "image/bin"
    root.mkdir(parents=True)
    shutil.copy("/bin/busybox", root)
    archive = subprocess.run(["tar", "-C", root.parent, "-c", "bin"], check=True, capture_output=True).stdout
    subprocess.run(["docker", "import", "-", image], input=archive, env=stage.env, check=True, capture_output=True)
    stage.must("/usr/bin/docker", "push", image)
    login = json.loads(stage.must(stage.program, "get", stdin=stage.stdin["acme"]))
    pair = base64.b64encode(f"{login['Username']}:{login['Secret']}".encode()).decode()
    stage.home.write("plain/config.json", json.dumps({"auths": {ACME: {"auth": pair}}}))
    command = ("/usr/bin/docker", "pull", "--quiet", image)
    mine, theirs = stage.race(60, Racer("pull, through us", *command),
                              Racer("pull, plain text", *command, env={"DOCKER_CONFIG": stage.home.folder / "plain"}))
    more = mine.beyond(theirs)
    yield Row("`docker pull` of a cached image", "the same with a plaintext `auths` entry", "≤ 3 ms more",
              f"{more.median * 1000:+.1f} ms", more.median <= 0.003, f"{more.low * 1000:+.1f} – {more.high * 1000:+.1f} ms",
              f"{milliseconds(mine)} / {milliseconds(theirs)}")


@measure
def diagnose(stage):
    """A working configuration: no slower than the slowest check, because checks run in parallel."""
    command = [stage.program, "diagnose", "--json", ACME]
    stage.sign_az_in()
    times, ratios = [], []
    for _ in range(12):
        begun = time.monotonic()
        ran = subprocess.run(command, env=stage.env, capture_output=True, check=False)
        times.append(time.monotonic() - begun)
        checks = [check for subject in json.loads(ran.stdout)["subjects"] for check in subject["checks"]]
        ratios.append(times[-1] / max(check["seconds"] for check in checks))
    seen = Ratio(ratios)
    yield Row("`diagnose` of a healthy setup", "its slowest check, in the same run", "≤ 1.20 ×", f"{seen.median:.2f} ×",
              seen.median <= 1.2, f"{seen.low:.2f}–{seen.high:.2f}", f"{statistics.median(times) * 1000:.0f} ms, {len(checks)} checks")
    health = Racer("az acr check-health", "/usr/bin/az", "acr", "check-health", "--name", "acme", "--yes", "--ignore-errors")
    mine, theirs = stage.race(8, Racer("diagnose", stage.program, "diagnose", ACME), health)
    yield faster("`diagnose` of a healthy setup", "`az acr check-health`", 5, mine, theirs)


def bus_calls(stage):
    """Method calls on the session bus for each verb, of this helper and of the other one: {"get": (13, 19), ...}."""
    counted = {}
    for verb, stdin, work in (("store", "login", "store"), ("get", "foreign", "get"), ("get", "absent", "get of nothing"),
                              ("list", "nothing", "list"), ("erase", "foreign", "erase")):
        pair = []
        for program in (stage.program, "/usr/bin/docker-credential-secretservice"):
            if verb != "store":
                stage.must(stage.program, "store", stdin=stage.stdin["login"])
            with BusCalls(stage.env) as seen:
                subprocess.run([program, verb], env=stage.env, input=Path(stage.stdin[stdin]).read_bytes(), capture_output=True, check=False)
            pair.append(seen.count)
        counted[work] = tuple(pair)
    return counted


def memory_peaks(stage, unwiped):
    """The maximum in bytes, from massif, of a build without the wiping free(): {"cached get": (bytes, of input)}."""
    env = {**stage.home.env, **stage.cloud.environment(APP)}
    plain = {**env, "DOCKER_CREDENTIAL_ACR_KEYCHAIN": "file", "DBUS_SESSION_BUS_ADDRESS": ""}
    megabyte = json.dumps({"ServerURL": FOREIGN, "Username": "user", "Secret": "m" * (1 << 20)}).encode()
    two = json.dumps({"ServerURL": FOREIGN + "/2", "Username": "user", "Secret": "m" * (2 << 20)}).encode()
    subprocess.run([unwiped, "get"], env=env, input=ACME.encode(), check=True, capture_output=True)
    peaks = {
        "cached get": massif_peak([unwiped, "get"], env, ACME.encode()),
        "cold get (libcurl and all)": massif_peak([unwiped, "get"], env, SECOND.encode()),
        "get of nothing": massif_peak([unwiped, "get"], plain, ABSENT.encode(), status=1),
        "list": massif_peak([unwiped, "list"], plain, b""),
        "store of 1 MB": massif_peak([unwiped, "store"], plain, megabyte),
        "get of 1 MB": massif_peak([unwiped, "get"], plain, FOREIGN.encode()),
        "store of 2 MB": massif_peak([unwiped, "store"], plain, two),
        "get of 2 MB": massif_peak([unwiped, "get"], plain, f"{FOREIGN}/2".encode()),
        "erase": massif_peak([unwiped, "erase"], plain, FOREIGN.encode()),
    }
    subprocess.run([unwiped, "erase"], env=plain, input=f"{FOREIGN}/2".encode(), check=False, capture_output=True)
    return peaks
