# SPDX-License-Identifier: Apache-2.0
"""Every verb and command, with any possible error at any system call, or killed there: it terminates, no login or
decision of the user is lost, no failure is remembered, no secret is shown, and the next run succeeds. The short
suite tests a sample, the long one all names of calls and all errors."""
import random
import re
import subprocess
from collections import Counter

import pytest
from client import APP
from every_command import EVERY, Stage

pytestmark = pytest.mark.plain
OFTEN = 10  # calls with the same name: at most this many are tested, the first, the last, and some between

# The errors that each call may return, however correct the program is (its manual page, ERRORS). Not brk, which returns
# no error.
ERRORS = {
    "openat": "EMFILE ENFILE EACCES EIO ENOMEM ENOSPC EROFS EINTR", "read": "EIO EINTR", "pread64": "EIO", "write": "ENOSPC EIO EDQUOT EINTR",
    "writev": "ENOSPC EIO", "fsync": "EIO ENOSPC", "rename": "EIO EROFS", "renameat": "EIO ENOSPC EROFS EDQUOT",
    "renameat2": "EIO ENOSPC EROFS EINVAL", "unlink": "EIO EROFS", "unlinkat": "EIO EROFS", "mkdir": "ENOSPC EACCES EROFS",
    "mkdirat": "ENOSPC EACCES", "rmdir": "EIO", "flock": "ENOLCK EINTR", "close": "EIO EINTR", "lseek": "EINVAL",
    "newfstatat": "EIO ENOMEM EACCES", "fstat": "EIO ENOMEM", "stat": "EIO", "lstat": "EIO", "statx": "EIO", "access": "EIO EACCES",
    "faccessat2": "EIO", "readlink": "EIO", "readlinkat": "EIO", "getdents64": "EIO ENOMEM", "fcntl": "EINVAL EMFILE",
    "fchmod": "EPERM EROFS", "fchown": "EPERM", "dup": "EMFILE", "dup3": "EMFILE", "socket": "EMFILE ENFILE ENOBUFS EACCES", "connect": "EACCES EPERM ENOBUFS EINTR",
    "sendto": "ENOBUFS ECONNRESET", "sendmmsg": "ENOBUFS", "sendmsg": "ENOBUFS", "recvfrom": "ENOMEM ECONNRESET", "recvmsg": "ENOMEM",
    "setsockopt": "ENOBUFS", "getsockopt": "ENOBUFS", "getsockname": "ENOBUFS", "poll": "ENOMEM EINTR", "ppoll": "ENOMEM", "select": "ENOMEM",
    "pipe2": "EMFILE ENFILE", "socketpair": "EMFILE", "eventfd2": "EMFILE", "epoll_create1": "EMFILE", "clone": "EAGAIN ENOMEM",
    "clone3": "EAGAIN ENOMEM", "vfork": "EAGAIN", "wait4": "EINTR", "memfd_create": "EMFILE ENOMEM",
    "mmap": "ENOMEM", "mprotect": "ENOMEM", "getrandom": "EAGAIN", "setitimer": "EINVAL", "prctl": "EINVAL",
    "madvise": "EINVAL", "sysinfo": "EFAULT", "uname": "EFAULT", "keyctl": "ENOMEM", "add_key": "EDQUOT",
}
WITHOUT_EFFECT = {"exit_group", "exit"}  # can be killed there


def counted(stage):
    """The numbers of the calls by name in the process that makes the most, because strace counts separately for
    each. Calls of the loader are excluded: the program begins with PR_SET_DUMPABLE."""
    trace = stage.home.folder.with_suffix(".trace")
    ran = subprocess.run(["strace", "-f", "-o", trace, str(stage.home.program), *stage.arguments], env=stage.home.env,
                         input=stage.row.stdin.encode(), capture_output=True, check=False)
    assert ran.returncode in stage.row.fine, ran
    text = trace.read_text()
    trace.unlink()
    loader = Counter(re.findall(r"^\d+ +(\w+)\(", text[:text.index("prctl(PR_SET_DUMPABLE")], re.M))
    counts = {}
    for (_, name), count in Counter(re.findall(r"^(\d+) +(\w+)\(", text, re.M)).items():
        counts[name] = max(count, counts.get(name, 0))
    return {name: some_of(range(loader[name] + 1, count + 1)) for name, count in counts.items() if count > loader[name]}


def some_of(numbers):
    if len(numbers) <= OFTEN:
        return numbers
    return sorted({*numbers[::len(numbers) // (OFTEN // 2)], *numbers[-OFTEN // 2:]})


SAMPLED = pytest.mark.parametrize("most", [pytest.param(10, id="sample"), pytest.param(10 ** 6, id="all", marks=pytest.mark.long)])


def sample(points, most, row):
    return points if len(points) <= most else sorted(random.Random(row.name).sample(points, most))


@pytest.fixture(params=EVERY, ids=repr)
def stage(request, helper, home, cloud):
    return Stage(request.param, helper, home, cloud)


def inject(name, number, what):
    return ["strace", "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:{what}:when={number}"]


@SAMPLED
def test_an_error_at_any_system_call_loses_nothing_and_is_not_remembered(stage, most, figures):
    points = [(name, number, error) for name, numbers in counted(stage).items() for number in numbers
              for error in ERRORS.get(name, "").split()]
    tried = failed = 0
    for point in sample(points, most, stage.row):
        stage.put_back()
        name, number, error = point
        print(point)  # printed if the run itself fails the test
        answer = stage.run(prefix=inject(name, number, f"error={error}"))
        assert answer.status in (0, 1), (point, answer)
        assert answer.status == 0 or answer.out or answer.err, (point, "failed without a word")
        stage.judge(point, answer)
        tried, failed = tried + 1, failed + (answer.status != 0)
    figures(f"{tried} errors at {len(points)} points, failed: {failed}, lost: 0")


def test_a_socket_that_cannot_be_made_non_blocking_does_not_block(helper, home, cloud):
    """libcurl does not check whether that succeeded, and its timeouts do not work on a blocking socket."""
    home.env.update(cloud.environment(APP), DOCKER_CREDENTIAL_ACR_CACHE="file")
    for number in range(1, 13):
        helper.erase("acme.azurecr.io")
        answer = helper.get("acme.azurecr.io", prefix=inject("fcntl", number, "error=EINVAL"))
        assert answer.status == 0 and answer.seconds < 10, (number, answer)


@pytest.mark.parametrize("stage", [row for row in EVERY if row.name == "kubelet"], ids=repr, indirect=True)
def test_an_answer_to_a_request_that_failed_is_not_taken_for_that_of_the_next(stage):
    """OpenSSL keeps a record that could not be sent, and sends it first when the connection is used again."""
    for _ in range(30):
        stage.put_back()
        answer = stage.run(prefix=inject("sendto", 4, "error=ENOBUFS"))
        assert "denied access" not in answer.err, answer


@SAMPLED
def test_a_command_killed_at_any_system_call_loses_nothing(stage, most, figures):
    points = [(name, number) for name, numbers in counted(stage).items() for number in numbers if name not in WITHOUT_EFFECT]
    chosen, killed = sample(points, most, stage.row), 0
    for name, number in chosen:
        stage.put_back()
        ran = subprocess.run([*inject(name, number, "signal=KILL"), str(stage.home.program), *stage.arguments], env=stage.home.env,
                             input=stage.row.stdin.encode(), capture_output=True, check=False)
        assert not stage.helper.secrets_in(ran.stderr.decode("utf-8", "replace")), ran
        killed += ran.returncode != 0
        stage.judge((name, number), None)
    figures(f"killed {killed} times at {len(points)} points, lost: 0")
    assert killed > 0.5 * len(chosen)
