# SPDX-License-Identifier: Apache-2.0
"""The renewal timer with a real systemd manager (`systemd --user`, in a namespace that looks like a booted system):
the restrictions of the unit must allow everything that a renewal needs."""
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from homes import needs

ACME = "acme.azurecr.io"
UNITS = Path(__file__).resolve().parents[2] / "packaging/systemd"
SYSTEMD = "/lib/systemd/systemd"
TIMER, SERVICE = "docker-credential-acr-renew.timer", "docker-credential-acr-renew.service"
PAST_HALF = 7100  # seconds, of 10800
BOOTED = """mount -t tmpfs none /run && mkdir -p /run/systemd/system && mount -t cgroup2 none /sys/fs/cgroup &&
mkdir -p /sys/fs/cgroup/acr-tests && echo $$ >/sys/fs/cgroup/acr-tests/cgroup.procs && """
CAPABLE = 'exec "$0" --user'
# Without capabilities, on a system that does not allow user namespaces.
PLAIN = """exec unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces &&
exec setpriv --bounding-set=-all --inh-caps=-all "$0" --user' "$0\""""
PROBE = """#!/usr/bin/python3
import ctypes, os, socket
def may(name, *arguments):
    try:
        name(*arguments)
        return ""
    except OSError:
        return "no-"
path = os.environ["HOME"] + "/seen"
own = os.stat(path if os.path.exists(path) else os.environ["HOME"])
with open(path, "w") as seen:
    print(may(socket.socket, socket.AF_INET) + "socket", may(socket.socket, socket.AF_UNIX) + "unix",
          may(os.chown, path, own.st_uid, own.st_gid) + "owner", may(socket.socket, socket.AF_PACKET, socket.SOCK_RAW) + "packets",
          "no-" * (ctypes.CDLL(None).unshare(0x08000000) != 0) + "namespace", may(os.setpriority, os.PRIO_PROCESS, 0, 19) + "priority",
          file=seen)
"""


@pytest.fixture(params=[CAPABLE, PLAIN], ids=["capable", "without-namespaces"])
def systemctl(request, home, program):
    """systemctl("start", unit): calls the manager of the user, with the helper's units in the user's unit directory."""
    needs("users")
    if not os.access(SYSTEMD, os.X_OK) or not shutil.which("systemctl"):
        pytest.skip("needs systemd")
    for path in UNITS.glob("*renew.*"):
        home.write(f".config/systemd/user/{path.name.removesuffix('.in')}", path.read_text().replace("@bindir@", str(program.parent)))
    manager = subprocess.Popen(["unshare", "-m", "sh", "-c", BOOTED + request.param, SYSTEMD], env=home.env, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)

    def run(*arguments):
        return subprocess.run(["systemctl", "--user", *arguments], env=home.env, capture_output=True, text=True, check=False, timeout=60)
    until = time.monotonic() + 10
    while run("is-active", "default.target").stdout.strip() != "active" and manager.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    if manager.poll() is not None:
        pytest.skip(f"no manager of systemd can be started here: {manager.stderr.read().strip()[-200:]}")
    yield run
    run("exit")
    try:
        manager.wait(10)
    except subprocess.TimeoutExpired:
        manager.kill()
        manager.wait()


def test_the_timer_of_configure_renews_under_systemd(systemctl, home, helper, cloud):
    home.config(identity="managed-identity")
    first = helper.get(ACME).secret
    home.age(PAST_HALF)
    done = helper("configure", "--timer", "--no-check")
    assert done.status == 0, done
    assert systemctl("is-active", TIMER).stdout.strip() == "active"
    assert TIMER in systemctl("list-timers", "--no-pager").stdout
    before = len(cloud.requests("acr", path="/oauth2/exchange"))
    ran = systemctl("start", SERVICE)
    assert ran.returncode == 0, (ran, systemctl("status", SERVICE).stdout)
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == before + 1
    answer = helper.get(ACME)
    assert answer.requests == [] and answer.secret != first
    assert helper("configure", "--undo").status == 0
    assert systemctl("is-active", TIMER).stdout.strip() == "inactive"


def test_a_failed_renewal_is_a_failed_unit(systemctl, home, helper, cloud):
    home.config(identity="managed-identity")
    helper.get(ACME)
    home.age(PAST_HALF)
    cloud.fault("norole", host=ACME)
    assert systemctl("start", SERVICE).returncode != 0
    assert systemctl("show", "--property=Result", SERVICE).stdout.strip() == "Result=exit-code"


def test_a_renewal_under_systemd_has_no_unneeded_rights(systemctl, home):
    """The unit with another program: a change of owner and a namespace are denied, the network and the home
    directory are available."""
    unit = home.folder / ".config/systemd/user" / SERVICE
    unit.write_text(re.sub("ExecStart=.*", f"ExecStart={home.write('probe', PROBE)}", unit.read_text()))
    (home.folder / "probe").chmod(0o755)
    systemctl("daemon-reload")
    systemctl("start", SERVICE)
    assert (home.folder / "seen").read_text().split() == ["socket", "unix", "no-owner", "no-packets", "no-namespace", "no-priority"]
