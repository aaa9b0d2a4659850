# SPDX-License-Identifier: Apache-2.0
"""Costs of a run that can be counted, so that they do not depend on other load.

Each value is measured for the program and its empty twin (twin.c, the same objects linked in the same way) together
under `env -i`, because the size of the environment alone can change the number of instructions by half. The wiping
free() works with callgrind, which does not replace malloc, but not with massif and memcheck, which do.
"""
import re
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
HARDENED = ["-O2", "-fPIE", "-pie", "-Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code", "-Wl,--as-needed"]


def compile_c(name, folder, options=HARDENED):
    """Build NAME.c of this folder; returns the program."""
    program = Path(folder) / name
    subprocess.run(["cc", *options, "-o", program, HERE / f"{name}.c"], check=True)
    return program


def twin_of(program):
    """The empty twin that meson built next to the program."""
    return Path(program).parent.parent / "tests/bench/twin"


def libraries(program):
    """The shared libraries that the loader maps at the start, except itself and the vdso."""
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return sorted(re.findall(r"(\S+) => /", listed))


def _run(command, env, stdin, status=0):
    ran = subprocess.run([str(word) for word in command], env=env, input=stdin, capture_output=True, timeout=120, check=False)
    if ran.returncode != status:
        raise RuntimeError(f"{command} ended with {ran.returncode}: {ran.stdout!r} {ran.stderr!r}")
    return ran


def instructions(command, env, stdin, status=0, inside=None):
    """Instructions of the process and its forks (not of programs that they start), as callgrind counts them. With
    `inside`, those of one function only: the loader's part depends on where the linker put a string."""
    only = [f"--toggle-collect={inside}"] if inside else []
    with tempfile.TemporaryDirectory() as folder:
        ran = _run(["/usr/bin/valgrind", "--tool=callgrind", *only, f"--callgrind-out-file={folder}/out.%p", *command], env, stdin, status)
    return sum(int(number) for number in re.findall(rb"Collected : (\d+)", ran.stderr))


def system_calls(command, env, stdin, status=0):
    """The number of calls by name, from strace; of the process and its children."""
    with tempfile.NamedTemporaryFile(mode="r") as summary:
        _run(["/usr/bin/strace", "-f", "-c", "-U", "name,calls", "-o", summary.name, *command], env, stdin, status)
        rows = re.findall(r"^(\w+) +(\d+)$", summary.read(), re.M)
    return {name: int(count) for name, count in rows if name != "total"}


def peak_memory(race, command, env, stdin):
    """KiB of the largest process, as the kernel counted them. `race` is the program of race.c, whose own size does
    not matter."""
    ran = _run([race, "1", stdin, *command], env, b"")
    return int(ran.stdout.split()[3])


def massif_peak(command, env, stdin, status=0):
    """The maximum of heap and stack in bytes of any process, from massif. Needs a build without the wiping free()."""
    with tempfile.TemporaryDirectory() as folder:
        _run(["/usr/bin/valgrind", "--tool=massif", "--stacks=yes", f"--massif-out-file={folder}/out.%p", *command], env, stdin, status)
        peaks = []
        for path in Path(folder).iterdir():
            text = path.read_text()
            parts = zip(*(map(int, re.findall(rf"^{name}=(\d+)", text, re.M))
                          for name in ("mem_heap_B", "mem_heap_extra_B", "mem_stacks_B")))
            peaks.append(max(sum(part) for part in parts))
    return max(peaks)


class BusCalls:
    """Counts method calls on the session bus while a block runs: `with BusCalls(env) as seen: ...; seen.count`."""

    def __init__(self, env):
        self.env, self.count = env, None

    def __enter__(self):
        self.log = tempfile.TemporaryFile(mode="w+")
        self.monitor = subprocess.Popen(["/usr/bin/dbus-monitor", "--session"], env=self.env, stdout=self.log,
                                        stderr=subprocess.DEVNULL)
        self._settle("NameLost")  # it is a monitor now
        self.before = self._calls()
        return self

    def __exit__(self, *_):
        subprocess.run(["/usr/bin/dbus-send", "--session", "/bench", "bench.Over.over"], env=self.env, check=True)
        self._settle("bench.Over")
        # The last Hello is that of dbus-send.
        self.count = self._calls() - self.before - 1
        self.monitor.kill()
        self.monitor.wait()
        self.log.close()

    def _text(self):
        self.log.seek(0)
        return self.log.read()

    def _calls(self):
        return len(re.findall(r"^method call", self._text(), re.M))

    def _settle(self, word):
        for _ in range(500):
            if word in self._text():
                return
            try:
                self.monitor.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
        raise RuntimeError(f"dbus-monitor did not say {word}")
