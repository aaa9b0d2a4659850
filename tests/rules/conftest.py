# SPDX-License-Identifier: Apache-2.0
"""Runs `explain` with a text or with facts: without the stand-in cloud, in an empty home directory."""
import json
import os
import shutil
import subprocess
import tempfile

import pytest


class Explain:
    def __init__(self, program):
        self.program = str(program)
        self.home = tempfile.mkdtemp(prefix="acr-explain-")

    def run(self, *arguments, text=None, language=None, **env):
        """Runs it once; returns a CompletedProcess with bytes."""
        env = {"HOME": self.home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **env}
        if language:
            env["LANGUAGE"] = language
        text = text.encode() if isinstance(text, str) else text
        stdin = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
        return subprocess.run([self.program, "explain", *arguments], capture_output=True, env=env, timeout=60,
                              check=False, **stdin)

    def json(self, case, language=None):
        """Returns the explanations of an evidence case: {"text": ...} or {"facts": ...}."""
        if "facts" in case:
            ran = self.run("--json", "--facts", text=json.dumps(case["facts"]), language=language)
        else:
            ran = self.run("--json", text=case["text"], language=language)
        assert ran.stderr == b"", ran
        return json.loads(ran.stdout)["explanations"]

    def page(self, case, language=None):
        """Returns the same as a user sees it, without the text itself."""
        if "facts" in case:
            return self.run("--facts", text=json.dumps(case["facts"]), language=language).stdout.decode()
        out = self.run(text=case["text"], language=language).stdout.decode()
        assert out.startswith(case["text"])
        return out[len(case["text"]):]

    def said(self, case, language=None):
        """Returns the same without line breaks."""
        return " ".join(self.page(case, language).split())

    def rules(self, language=None):
        return json.loads(self.run("--rules", language=language).stdout)


@pytest.fixture(scope="session")
def explain(program):
    here = Explain(program)
    yield here
    shutil.rmtree(here.home)
