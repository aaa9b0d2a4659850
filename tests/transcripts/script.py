# SPDX-License-Identifier: Apache-2.0
"""The format of *.t: what a person could type, and what must come back.

    == a second get sends no request            a case: a sentence
    as app                                     AZURE_* of an application of tests/cloud/world.json
    set NAME=value      unset NAME             environment; $HOME and $RUNTIME stand for the folders
    file .docker/config.json                   a file below HOME: its lines follow, each behind "|"
    | {"credsStore": "acr"}
    folder .azure 0500                         a folder below HOME, with its mode
    fault throttle service=acr count=2         something goes wrong in the cloud (cloud faults)

    $ docker-credential-acr get                a step: arguments, and then
    < acme.azurecr.io                          stdin; lines are joined, and there is no last line end
    <\\ a\\x00b\\n                             the same with Python's escapes
    > {"ServerURL":"acme.azurecr.io",...}      stdout, line by line; none: not a byte
    ! docker-credential-acr: ...               stderr likewise
    ? 1                                        exit status, 0 when not told
    asks entra exchange                        who was asked, in any order; "asks nobody": not even a name
    keeps                                      no file changed

With ACR_RECORD=1 a step's > and ! lines are written anew from what it prints (read the diff: what stands there was true
once); lines that still match keep their "...", and random ids become one.

In > and ! lines "..." stands for any text within the line, and a line that is only "..." for any number of lines.
What stands before the first case of a file holds for each of its cases (`set`, `as`, `file`) or each of its
steps (`keeps`, `asks`).
"""
import os
import re
import shlex
from pathlib import Path

import client

SERVICES = {("entra", None): "entra", ("acr", "/oauth2/exchange"): "exchange", ("acr", "/oauth2/token"): "token",
            ("acr", "/v2/"): "challenge", ("imds", None): "imds", ("arm", None): "arm", ("trap", None): "trap"}


class Step:
    def __init__(self, line, arguments):
        self.line, self.arguments = line, arguments
        self.stdin, self.out, self.err, self.status = None, [], [], 0
        self.asks, self.keeps = None, False
        self.number, self.last, self.told = int(line.rpartition(":")[2]), 0, set()  # its line numbers in the file

    def feed(self, text, end=None):
        self.stdin = text if self.stdin is None else self.stdin + b"\n" + text
        if end is not None:
            self.stdin = end


class Case:
    def __init__(self, file, line, sentence):
        self.file, self.line, self.sentence = file, line, sentence
        self.settings, self.steps = [], []


def read(path):
    """Returns the cases of a file."""
    common, cases, always = Case(path, 0, ""), [], []
    here, step, body = common, None, None
    for number, text in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        word, _, rest = text.partition(" ")
        if step and text.strip() and not text.startswith("#") and word not in ("==", "$"):
            step.last = number
        where = f"{os.path.basename(path)}:{number}"
        if body is not None and text.startswith("|"):
            body.append(text[2:])
            continue
        body = None
        if not text.strip() or text.startswith("#"):
            continue
        if word == "==":
            here, step = Case(path, number, rest.strip()), None
            here.settings += common.settings
            cases.append(here)
        elif word == "$":
            program, *arguments = shlex.split(rest)
            assert program == "docker-credential-acr", f"{where}: runs {program}"
            step = Step(where, arguments)
            here.steps.append(step)
            for each in always:
                each(step)
        elif word == "file":
            body = []
            here.settings.append((word, rest.strip(), body))
        elif word in ("as", "set", "unset", "folder", "fault"):
            assert step is None, f"{where}: {word} stands before the first step of a case"
            here.settings.append((word, rest.strip(), where))
        elif word in ("keeps", "asks"):
            apply = lambda one, word=word, rest=rest: setattr(one, word, True if word == "keeps" else rest.split())
            apply(step) if step else always.append(apply)
        elif word == "<":
            step.feed(rest.encode())
        elif word == "<\\":
            step.feed(rest.encode().decode("unicode_escape").encode("latin-1"))
        elif word in (">", "!"):
            (step.out if word == ">" else step.err).append(rest)
            step.told.add(number)
        elif word == "?":
            step.status = int(rest)
        else:
            raise SyntaxError(f"{where}: what is {word!r}?")
    return cases


def pattern(lines):
    """Returns a regular expression for a whole stream."""
    made = ""
    for line in lines:
        made += r"(?:[^\n]*\n)*" if line == "..." else \
            "[^\n]*".join(re.escape(part) for part in line.split("...")) + "\n"
    return re.compile(made + r"\Z")


def furnish(case, home, cloud):
    """Applies the settings of a case; returns the variables to add and those to remove."""
    more, without = {}, []
    fill = lambda text: text.replace("$HOME", str(home.folder)).replace("$RUNTIME", str(home.runtime))
    for word, rest, extra in case.settings:
        if word == "as":
            more.update(cloud.environment(client.principal(rest)))
        elif word == "set":
            name, _, value = rest.partition("=")
            more[name] = fill(value)
        elif word == "unset":
            without.append(rest)
        elif word == "file":
            home.write(rest, "\n".join(fill(line) for line in extra) + "\n")
        elif word == "folder":
            path, _, mode = rest.partition(" ")
            (home.folder / path).mkdir(parents=True, exist_ok=True)
            (home.folder / path).chmod(int(mode or "0700", 8))
        elif word == "fault":
            kind, *fields = rest.split()
            cloud.fault(kind, **{name: int(value) if value.isdigit() else value
                                 for name, _, value in (field.partition("=") for field in fields)})
    return more, without


def asked(requests):
    """Returns the services that got requests, in the terms of the format, without the challenge, which is optional."""
    words = []
    for row in requests:
        if row["service"] == "dns":
            continue
        word = SERVICES.get((row["service"], row.get("path"))) or SERVICES.get((row["service"], None)) or row["service"]
        words.append(word)
    return sorted(word for word in words if word != "challenge")


RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
KNOWN = (Path(client.__file__).parent / "world.json").read_text(encoding="utf-8")


def settled(skipped, pending):
    """Returns the lines of the old transcript that did not match, and the output that replaces them."""
    if "..." not in skipped:
        return pending
    before, after = skipped.index("..."), len(skipped) - 1 - skipped[::-1].index("...")
    tail = pending[len(pending) - min(len(skipped) - 1 - after, len(pending)):] if after < len(skipped) - 1 else []
    return pending[:before] + ["..."] + tail


def aligned(old, said):
    """Returns pairs (index in old, index in said) of lines that match, as many as possible in this order."""
    same = [[row != "..." and bool(pattern([row]).match(line + "\n")) for line in said] for row in old]
    best = [[0] * (len(said) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(said) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + 1 if same[i][j] else 0)
    i = j = 0
    while i < len(old) and j < len(said):
        if same[i][j] and best[i][j] == best[i + 1][j + 1] + 1:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1


def renewed(old, said):
    """Returns `said` as lines of a transcript: old lines that match are kept, including "..." for any number of lines."""
    rows = said.splitlines()
    fresh = [RANDOM.sub(lambda random: random[0] if random[0] in KNOWN else "...", row) for row in rows]
    lines, at, next_row = [], 0, 0
    for i, j in [*aligned(old, rows), (len(old), len(rows))]:
        lines += settled(old[at:i], fresh[next_row:j]) + old[i:i + 1]
        at, next_row = i + 1, j + 1
    return lines


def record(case, step, answer):
    """Writes the output of a step to its file. The line numbers of later steps change, so the file is read again."""
    fresh = next(again for one in read(case.file) if one.sentence == case.sentence for index, again in enumerate(one.steps)
                 if index == case.steps.index(step))
    rows = Path(case.file).read_text(encoding="utf-8").splitlines()
    said = [f"{mark} {line}".rstrip() for mark, old, text in ((">", step.out, answer.out), ("!", step.err, answer.err))
            for line in renewed(old, text)]
    kept = [row for number, row in enumerate(rows, 1) if number not in fresh.told]
    at = min(fresh.told, default=fresh.last + 1 if fresh.last else fresh.number + 1) - 1
    Path(case.file).write_text("\n".join(kept[:at] + said + kept[at:]) + "\n", encoding="utf-8")


def play(case, home, helper, cloud):
    more, without = furnish(case, home, cloud)
    for step in case.steps:
        before = home.snapshot() if step.keeps else None
        arguments = [one.replace("$HOME", str(home.folder)) for one in step.arguments]
        answer = helper(*arguments, stdin=b"" if step.stdin is None else step.stdin, env=more, without=without)
        where = f"{step.line}: "
        if os.environ.get("ACR_RECORD") and not (pattern(step.out).match(answer.out) and pattern(step.err).match(answer.err)):
            record(case, step, answer)
            continue
        assert answer.status == step.status, f"{where}exit {step.status} was due\n{answer}"
        assert pattern(step.out).match(answer.out), f"{where}stdout differs\n{answer}"
        assert pattern(step.err).match(answer.err), f"{where}stderr differs\n{answer}"
        if step.asks == ["nobody"]:
            assert answer.requests == [], f"{where}nobody was to be asked\n{answer}"
        elif step.asks is not None:
            assert asked(answer.requests) == sorted(step.asks), f"{where}others were asked\n{answer}"
        if step.keeps:
            assert home.snapshot() == before, f"{where}files changed\n{answer}"
