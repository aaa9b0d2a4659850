# SPDX-License-Identifier: Apache-2.0
"""What is never sent, and who is never served."""
import os
import shutil
import subprocess

import pytest

ACME = "acme.azurecr.io"


@pytest.mark.parametrize("variable,value", [("IDENTITY_HEADER", "secret\r\nX-Injected: yes"), ("IDENTITY_HEADER", "secret\nX-Injected: yes")],
                         ids=["crlf", "lf"])
def test_a_line_end_in_a_secret_header_is_refused_before_anything_is_sent(helper, variable, value):
    answer = helper.get(ACME, env={"IDENTITY_ENDPOINT": "http://127.0.0.1:9/token", variable: value,
                                   "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"})
    assert answer.status == 1 and "control character" in answer.out + answer.err, answer


@pytest.mark.plain
@pytest.mark.skipif(os.geteuid() != 0, reason="to own a program needs root")
def test_a_program_that_is_set_uid_does_nothing(helper, home, tmp_path):
    program = tmp_path / "helper"
    shutil.copy(home.program, program)
    os.chown(program, 65534, 65534)
    program.chmod(0o4755)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != folder.parent and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    ran = subprocess.run([program, "version"], capture_output=True, env=home.env, check=False)
    assert ran.returncode == 1 and ran.stdout == b"" and ran.stderr == b"", ran
    program.chmod(0o755)
    assert subprocess.run([program, "version"], capture_output=True, env=home.env, check=False).returncode == 0
