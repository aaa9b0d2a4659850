# SPDX-License-Identifier: Apache-2.0
"""Eight concurrent writers, checked against a model: whatever they store, erase, get and list, nothing is lost and
nothing mixed.

Each writer has its own servers, for which the program must answer like a dictionary, and servers that all writers
share, for which it must return a complete login that one of them stored.
"""
import json
import multiprocessing
import random
import subprocess
import time

import pytest

pytestmark = pytest.mark.plain
WRITERS, OWN, SHARED = 8, 6, 3
OPERATIONS = 10_000
NOT_FOUND = "credentials not found in native keychain"


class Writer:
    def __init__(self, number, program, env):
        self.number, self.program, self.env = number, str(program), env
        self.chance, self.model, self.wrong = random.Random(number), {}, []

    def run(self, verb, stdin):
        ran = subprocess.run([self.program, verb], input=stdin.encode(), env=self.env, capture_output=True, check=False, timeout=60)
        return ran.returncode, ran.stdout.decode().strip(), ran.stderr.decode()

    def see(self, sound, *what):
        if not sound:
            self.wrong.append(repr(what)[:300])

    def store(self, server, count):
        user = f"writer{self.number}-{count}"
        secret = f"{user}:" + "x" * self.chance.choice((0, 10, 1000, 5000))
        status, out, err = self.run("store", json.dumps({"ServerURL": server, "Username": user, "Secret": secret}))
        self.see((status, out, err) == (0, "", ""), "store", server, status, out, err)
        if server.startswith("own"):
            self.model[server] = (user, secret)

    def erase(self, server, _):
        status, out, _ = self.run("erase", server)
        self.see(status == 0 or out == NOT_FOUND, "erase", server, status, out)
        if server.startswith("own"):
            self.model.pop(server, None)

    def get(self, server, _):
        status, out, err = self.run("get", server)
        answer = json.loads(out) if status == 0 else {}
        if not server.startswith("own"):
            whole = status == 0 and answer["Secret"].split(":")[0] == answer["Username"]
            self.see(whole or out == NOT_FOUND, "get of what is shared", server, status, out)
        elif server in self.model:
            self.see((answer.get("Username"), answer.get("Secret")) == self.model[server], "get", server, status, out, err)
        else:
            self.see((status, out) == (1, NOT_FOUND), "get of nothing", server, status, out)

    def list(self, *_):
        status, out, err = self.run("list", "unused")
        mine = f"own{self.number}-"
        listed = {server: user for server, user in (json.loads(out) if status == 0 else {}).items() if server.startswith(mine)}
        self.see(listed == {server: user for server, (user, _) in self.model.items()}, "list", status, listed, err)

    def work(self, operations, answer):
        verbs = [self.store] * 4 + [self.get] * 4 + [self.erase] * 2 + [self.list]
        for count in range(operations):
            own = self.chance.random() < 0.7
            server = f"own{self.number}-{self.chance.randrange(OWN)}.test" if own else f"shared{self.chance.randrange(SHARED)}.test"
            self.chance.choice(verbs)(server, count)
        self.list()
        answer.put((self.model, self.wrong))


def test_eight_parallel_writers_lose_and_mix_nothing(helper, home, figures):
    home.config(keychain="file")
    helper("store", stdin=json.dumps({"ServerURL": "before.test", "Username": "before", "Secret": "was here first"}))
    begun = time.monotonic()
    answers = multiprocessing.Queue()
    writers = [multiprocessing.Process(target=Writer(number, home.program, home.env).work, args=(OPERATIONS // WRITERS, answers))
               for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    reports = [answers.get(timeout=600) for _ in writers]
    for writer in writers:
        writer.join()
    wrong = [line for _, lines in reports for line in lines]
    kept = {server: login for model, _ in reports for server, login in model.items()}
    lost = [server for server, (user, secret) in kept.items()
            if (lambda answer: answer.status or json.loads(answer.out)["Secret"] != secret)(helper.get(server))]
    figures(f"{WRITERS} writers, {OPERATIONS} operations in {time.monotonic() - begun:.0f} s, "
            f"{len(kept)} logins kept at the end, wrong answers: {len(wrong)}, lost: {len(lost)}")
    assert not wrong and not lost
    assert helper.get("before.test").secret == "was here first"
    assert not home.temporary_files()


def test_a_login_that_is_replaced_while_it_is_read_is_still_read(helper, home):
    """A newer file replaces it after it was opened and before it is checked."""
    home.config(keychain="file")

    def store(secret):
        helper("store", stdin=json.dumps({"ServerURL": "own.test", "Username": "user", "Secret": secret}))
    store("old")
    (file,) = (home.data / "logins").glob("own.test*")
    reader = subprocess.Popen(["strace", "-o", "/dev/null", "-P", str(file), "-e", "trace=fstat,newfstatat",
                               "-e", "inject=fstat,newfstatat:delay_enter=700000", str(home.program), "get"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=home.env)
    reader.stdin.write(b"own.test")
    reader.stdin.close()
    time.sleep(0.35)
    store("new")
    assert json.loads(reader.stdout.read())["Secret"] == "old"
    assert reader.wait() == 0 and helper.get("own.test").secret == "new"
