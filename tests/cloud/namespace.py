# SPDX-License-Identifier: Apache-2.0
"""Separate namespaces for one command: mounts, network and processes that end with it.

There are three nested processes. The outer one stays on the machine and cleans up; the middle one creates the
namespaces; `init` is process 1 in them and starts the servers and the command. When it exits, the kernel kills all
processes that remain in the namespace.
"""
import os
import select
import signal
import sys
import traceback

from mounts import check, libc

NEWNS, NEWUSER, NEWPID, NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
PR_SET_PDEATHSIG = 1

# Variables that would lead out of the namespaces, or select other certificate authorities.
UNSET = ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
         "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]
GRACE = 10
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


# the outer and the middle process

def run(inside):
    """Call inside() as process 1 of new namespaces and return its result. SIGTERM and SIGINT are passed to it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # until each process handles them
    middle = os.fork()
    if middle == 0:
        _middle(inside)
    _on_ending(lambda number, _: _tell(middle, number))
    return _wait(middle)


def _on_ending(handler):
    for number in ENDING:
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _tell(pid, number):
    # Ctrl-C at a terminal has already reached the command, which is in the same process group.
    if number == signal.SIGINT and _in_foreground():
        return
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _in_foreground():
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _wait(pid):
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _middle(inside):
    status = 125
    try:
        die_with_parent()
        uid, gid = os.getuid(), os.getgid()
        rootless = uid != 0
        check(libc.unshare(NEWNS | NEWPID | NEWNET | (NEWUSER if rootless else 0)), "unshare")
        if rootless:
            for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
                with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                    file.write(text)
        init = os.fork()
        if init == 0:
            die_with_parent()
            os._exit(_init(inside))
        _on_ending(lambda number, _: os.kill(init, number))
        if _in_foreground():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        status = _wait(init)
    except OSError as error:
        print(f"cloud: cannot make a namespace: {error}", file=sys.stderr)
    os._exit(status if status >= 0 else 128 - status)


def _init(inside):
    try:
        _on_ending(_leave)
        return inside()
    except SystemExit as end:
        return end.code
    except BaseException:
        traceback.print_exc()
        return 125
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _leave(number, _):
    """Exit, because a signal arrived before the command was started."""
    sys.exit(128 + number)


def environment(folder, more):
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    return {**kept, "CLOUD_DIR": folder, **more}


class Command:
    """The command that runs in the namespaces, and how it is ended."""

    def __init__(self, argv, env):
        self.argv, self.env, self.cwd, self.pid = argv, env, os.getcwd(), None

    def run(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        self.pid = os.fork()
        if self.pid == 0:
            self._become()
        _on_ending(self._pass)
        signal.signal(signal.SIGALRM, lambda *_: os.kill(self.pid, signal.SIGKILL))
        if _in_foreground():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            pid, status = os.waitpid(-1, 0)  # all orphans in the namespace are reparented to this process
            if pid == self.pid:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code

    def _become(self):
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        _on_ending(signal.SIG_DFL)
        try:
            os.chdir(self.cwd)
            os.execvpe(self.argv[0], self.argv, self.env)
        except OSError as error:
            print(f"cloud: {self.argv[0]}: {error.strerror}", file=sys.stderr)
            os._exit(127 if isinstance(error, FileNotFoundError) else 126)

    def _pass(self, number, _):
        signal.alarm(GRACE)
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass


def start_servers(serve):
    """Fork and call serve(ready) in the child. Return its process once it has reported that it is ready."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        os.setsid()
        serve(theirs)
        os._exit(0)
    os.close(theirs)
    ready, _, _ = select.select([ours], [], [], 30)
    word = os.read(ours, 1) if ready else b""
    os.close(ours)
    if not word:
        raise RuntimeError("the servers did not start")
    return pid
