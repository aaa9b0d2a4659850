# SPDX-License-Identifier: Apache-2.0
"""The command `explain`: its input, its output, and hostile input."""
import json
import os
import random
import re
import subprocess
import time

import pytest

FIREWALL = ('Error response from daemon: Get "https://acme.azurecr.io/v2/": denied: {"errors":[{"code":"DENIED","message":'
            '"client with IP \'203.0.113.7\' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."}]}\n')


def test_a_pipe_passes_the_text_through_and_appends_the_explanation(explain):
    ran = explain.run(text="pushing\r\n\x1b[31mred\x1b[0m\n" + FIREWALL)
    assert ran.returncode == 0 and ran.stdout.decode().startswith("pushing\r\n\x1b[31mred\x1b[0m\n" + FIREWALL)
    added = ran.stdout.decode()[len("pushing\r\n\x1b[31mred\x1b[0m\n" + FIREWALL):]
    assert added.startswith("docker-credential-acr: the network rules of acme.azurecr.io do not allow\n  203.0.113.7 [firewall]\n")
    assert "az acr network-rule add --name acme --ip-address 203.0.113.7\n" in added


def test_an_explanation_can_be_written_to_a_file(explain, tmp_path):
    """Some file systems cannot tell whether a write would block."""
    for folder in (str(tmp_path), "/dev/shm", "/tmp"):
        path = os.path.join(folder, f"acr-answer-{os.getpid()}")
        try:
            with open(path, "wb") as out:
                ran = subprocess.run([explain.program, "explain", "--json", FIREWALL], stdout=out, stderr=subprocess.PIPE,
                                     env={"HOME": explain.home}, check=False)
            with open(path, "rb") as out:
                assert ran.returncode == 0 and json.load(out)["explanations"][0]["rule"] == "firewall", ran
        finally:
            os.unlink(path)


def test_a_text_without_a_line_end_gets_one(explain):
    ran = explain.run(text="client with IP '203.0.113.7' is not allowed access")
    assert ran.stdout.startswith(b"client with IP '203.0.113.7' is not allowed access\ndocker-credential-acr: ")
    assert explain.run(text="nothing").stdout == b"nothing"


def test_the_text_is_passed_through_as_it_arrives(explain):
    """A push runs for minutes: its output must appear before it ends."""
    run = subprocess.Popen([explain.program, "explain"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           env={"HOME": explain.home, "PATH": os.environ["PATH"]})
    run.stdin.write(b"The push refers to repository [acme.azurecr.io/app]\n")
    run.stdin.flush()
    assert run.stdout.readline() == b"The push refers to repository [acme.azurecr.io/app]\n"
    time.sleep(6)
    run.stdin.write(b"denied: requested access to the resource is denied\n")
    run.stdin.close()
    rest = run.stdout.read()
    assert run.wait(10) == 0 and b"acme.azurecr.io denied access to app" in b" ".join(rest.split())


def test_a_file_and_an_argument_are_explained_too(explain, tmp_path):
    log = tmp_path / "build log.txt"
    log.write_text(FIREWALL)
    for argument in (str(log), FIREWALL):
        ran = explain.run(argument)
        assert ran.returncode == 0 and ran.stdout.startswith(b"the network rules of acme.azurecr.io"), ran


def test_a_missing_file_is_named_in_the_error(explain, tmp_path):
    ran = explain.run(str(tmp_path / "absent.log"))
    assert ran.returncode == 2 and b"absent.log" in ran.stderr and ran.stdout == b""


def test_a_folder_or_a_device_is_not_read(explain, tmp_path):
    for path in (str(tmp_path), "/dev/zero"):
        assert explain.run(path).returncode == 2


def test_an_unknown_text_is_passed_through_without_a_message_with_status_1(explain):
    ran = explain.run(text="make: *** [all] Error 2\n")
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"make: *** [all] Error 2\n", b"")
    ran = explain.run("make: *** [all] Error 2")
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"", b"")


def test_a_text_that_is_not_about_an_azure_registry_gets_one_line_and_status_1(explain):
    for text in ("write /x: no space left on device", "manifest unknown: manifest tagged by \"2\" is not found"):
        ran = explain.run(text)
        lines = ran.stdout.decode().splitlines()
        assert ran.returncode == 1 and len(lines) == 1 and len(lines[0]) <= 80, ran


def test_a_text_that_is_not_about_an_azure_registry_has_status_1_even_with_a_remedy(explain):
    ran = explain.run("toomanyrequests: You have reached your pull rate limit.")
    assert ran.returncode == 1 and b"not an Azure registry" in ran.stdout and b"az acr cache create" in ran.stdout, ran


OWN = "docker-credential-acr: acme.azurecr.io denied access to app 401 Unauthorized, i/o timeout [no-role]"


def test_a_line_of_the_helper_is_explained_by_its_id_and_not_by_its_words(explain):
    page = explain.run(FIREWALL).stdout.decode()
    for text, rule in ((OWN, "no-role"),
                       (f"error getting credentials - err: exit status 1, out: `{OWN}`", "no-role"),
                       (f"Error response from daemon: error getting credentials: out: `{OWN}`\n", "no-role"),
                       (json.dumps({"log": OWN + "\n", "stream": "stderr"}), "no-role"),
                       (OWN.replace("denied access to app", "denied access\n  to app"), "no-role"),
                       (OWN.removeprefix("docker-credential-acr: "), "no-role"),
                       ("docker-credential-acr: acme.azurecr.io throttled the requests (HTTP 429) [throttled]", "throttled"),
                       ("docker-credential-acr: " + page, "firewall")):
        found = explain.json({"text": text})
        assert [one["rule"] for one in found] == [rule], text
        assert found[0]["facts"]["registry"] == "acme.azurecr.io"


def test_the_short_page_below_a_line_of_the_helper_matches_no_rule(explain):
    text = OWN + ("\nWhy: It has no role there.\nAlso denied: environment: acme.azurecr.io: dial tcp 203.0.113.9:443: i/o timeout\n"
                  "What to do: Ask for a role.\nAfter a change: docker-credential-acr renew acme.azurecr.io\n"
                  "All steps: docker-credential-acr explain no-role\nAll checks: docker-credential-acr diagnose acme.azurecr.io\n")
    assert [one["rule"] for one in explain.json({"text": text})] == ["no-role"]


def test_a_line_of_the_helper_without_an_id_matches_no_rule(explain):
    """Whatever an older or a French line says: no rule matches the program's own messages."""
    for words in ("no connection to the proxy 10.0.0.1:3128 on the way to acme.azurecr.io: connection refused",
                  "acme.azurecr.io refused (status 401, UNAUTHORIZED)", "acr-error:dns-failed; acme.azurecr.io",
                  "the keyring is locked: acme.azurecr.io", "acme.azurecr.io: no such host, i/o timeout, 403 Forbidden"):
        for text in (f"docker-credential-acr: {words}", f"error getting credentials - err: exit status 1, out: `docker-credential-acr: {words}`"):
            assert explain.json({"text": text}) == [], text
    assert explain.json({"text": "acr-error:dns-failed; acme.azurecr.io"}) == []
    text = "docker-credential-acr: command not found\n" 'error getting credentials - err: exec: "docker-credential-acr": executable file not found in $PATH\n'
    assert [one["rule"] for one in explain.json({"text": text})] == ["helper-not-found"]


def test_brackets_of_other_programs_are_not_an_id(explain):
    for text in ("kernel: acme.azurecr.io 10.0.0.1 [denied]", "[firewall] ready", "app: [no-role]", "docker-credential-acr: x [nothing-of-it]"):
        assert explain.json({"text": text}) == [], text


OTHERS = [
    "checkout: acme.azurecr.io is the registry of this stage; load test of shop.litware.example gave up [timeout]",
    "monitor: acme.azurecr.io listed; https://shop.litware.example answered (status 503) [timeout]",
    "acme.azurecr.io/ci-image:1 test 17 of 20 network/slow (status 1) [timeout]",
    "push acme.azurecr.io/app:1 done (status 201) [offline]",
    "acme.azurecr.io (status 200) checked; features: [firewall]",
    "deploy: image acme.azurecr.io/app:1 pulled; migration of db.litware.example failed [connection-timeout]",
    "#12 naming to acme.azurecr.io/shop/web:41 done\n#13 smoke test of shop.litware.example: no answer [connection-timeout]",
    "login to acme.azurecr.io done\nhealth probe of the app failed [connection-reset]",
    "Pushed acme.azurecr.io/app:1\nGET https://shop.litware.example/health (status 500) [offline]",
    "external-dns (image acme.azurecr.io/edns:1): zone litware.example not updated [dns-name-not-found]",
    "terraform: registry = acme.azurecr.io; role = [no-role]",
    "runner labels of acme.azurecr.io: [self-hosted] [linux] [offline]",
    "- [ ] push to acme.azurecr.io\n- [x] see [connection-timeout]",
    "error getting credentials - err: exit status 1, out: `acme.azurecr.io: no login`\nhealth probe of the app failed [connection-reset]",
]


@pytest.mark.parametrize("text", OTHERS)
def test_a_mark_of_another_program_beside_a_registry_is_not_an_id(explain, text):
    assert explain.json({"text": text}) == []


@pytest.mark.parametrize("text, rule", [
    ("error getting credentials - err: exit status 1, out: `acme.azurecr.io denied access\nto service principal x (status 403)\n[no-role]`", "no-role"),
    ("error getting credentials - err: exit status 1, out: `no network is there for acme.azurecr.io [offline]`", "offline"),
    ("error getting credentials - err: exit status 1, out: `the network rules of *** do not allow 203.0.113.9 (status 403, DENIED) [firewall]`", "firewall"),
    ("the network rules of acme.azurecr.io do not allow 203.0.113.9 (status 403, DENIED) [firewall]", "firewall"),
    ("no connection to 10.9.8.7:3128 on the way to acme.azurecr.io: Connection refused [proxy-unreachable]", "proxy-unreachable"),
])
def test_a_line_of_the_helper_is_recognized_without_its_name(explain, text, rule):
    assert [one["rule"] for one in explain.json({"text": text})] == [rule]


def test_text_beside_a_line_of_the_helper_is_explained_too(explain):
    text = OWN + '\nError response from daemon: Get "https://fabrikam.azurecr.io/v2/": dial tcp 20.1.2.3:443: connect: connection refused\n'
    assert [one["rule"] for one in explain.json({"text": text})] == ["no-role", "connection-refused"]


def test_on_a_terminal_an_unknown_text_is_reported_and_in_a_pipe_it_is_not(explain):
    import pty
    main, other = pty.openpty()
    ran = subprocess.run([explain.program, "explain"], input=b"all is well\n", stdout=subprocess.PIPE, stderr=other,
                         timeout=10, check=False, env={"HOME": explain.home, "PATH": os.environ["PATH"]})
    os.close(other)
    told = os.read(main, 4096)
    assert ran.returncode == 1 and ran.stdout == b"all is well\n"
    assert b"no known error of an Azure container registry" in told and b"docker-credential-acr diagnose HOST" in told, told
    os.close(main)
    assert explain.run(text="all is well\n").stderr == b""


def test_errors_of_the_machine_are_left_out_beside_those_of_a_registry(explain):
    found = explain.json({"text": FIREWALL + "no space left on device\n"})
    assert [one["rule"] for one in found] == ["firewall"]


def test_an_empty_text_has_no_explanation(explain):
    assert explain.run(text="").returncode == 1
    assert explain.run("--json", text="").stdout == b'{"schema":1,"explanations":[]}\n'


def test_without_a_text_a_terminal_shows_the_usage(explain):
    import pty
    main, other = pty.openpty()
    ran = subprocess.run([explain.program, "explain"], stdin=other, capture_output=True, timeout=10, check=False,
                         env={"HOME": explain.home, "PATH": os.environ["PATH"]})
    os.close(main)
    os.close(other)
    assert ran.returncode == 2 and b"stdin" in ran.stderr


def test_a_megabyte_is_read_in_a_second_or_two(explain):
    random.seed(1)
    noise = "".join(random.choice("abcdefghij unauthorized denied .:/-\n") for _ in range(1024 * 1024))
    for text in (noise + FIREWALL, "a" * 1024 * 1024 + "\n" + FIREWALL, "AADSTS" * 170000 + "\n" + FIREWALL,
                 "acme.azurecr.io " * 65000 + "\n" + FIREWALL):
        begin = time.monotonic()
        ran = explain.run("--json", text=text)
        assert time.monotonic() - begin < (60 if os.environ.get("ACR_SANITIZED") else 8)
        assert "firewall" in [one["rule"] for one in json.loads(ran.stdout)["explanations"]]


def test_only_the_end_of_a_long_text_is_read(explain):
    ran = explain.run(text="x" * 5_000_000 + "\n" + FIREWALL)
    assert ran.returncode == 0 and len(ran.stdout) > 5_000_000 and b"network-rule add" in ran.stdout[-2000:]


def controls(text):
    return [c for c in text if (ord(c) < 32 and c != "\n") or 0x7f <= ord(c) < 0xa0]


def test_control_characters_never_reach_the_explanation(explain):
    text = ("AADSTS987654321: Bad \x1b]0;title\x07 \x1b[2J \x9b31m \x00 \x08\x08 words\u0085here. More.\r\n"
            "acme.azurecr.io/a\x1b[31mpp")
    ran = explain.run(text.replace("\x00", ""))
    assert ran.returncode == 0 and not controls(ran.stdout.decode())
    for one in explain.json({"text": text}):
        assert not controls("".join(one["facts"].values()) + one["why"] + one["what"])


def test_latin_1_and_invalid_utf_8_are_read(explain):
    text = "Fehler f\xfcr acme.azurecr.io: ".encode("latin-1") + b"\xff\xfe\xed\xa0\x80 " + FIREWALL.encode()
    ran = explain.run("--json", text=text)
    assert [one["rule"] for one in json.loads(ran.stdout.decode("utf-8"))["explanations"]] == ["firewall"]


def test_random_bytes_cause_no_error(explain):
    random.seed(2)
    for size in (1, 10, 1000, 100_000):
        ran = explain.run("--json", text=random.randbytes(size))
        assert ran.returncode in (0, 1) and json.loads(ran.stdout.decode("utf-8"))


def test_an_unknown_code_is_reported_with_its_message_and_a_link(explain):
    page = explain.said({"text": "AADSTS7654321: The moon is in the way. Try later.\n"})
    assert "AADSTS7654321, which this program does not know" in page
    assert "The moon is in the way." in page and "Try later" not in page
    assert page.endswith(" https://login.microsoftonline.com/error?code=7654321")


def test_misspelled_names_are_corrected(explain):
    for typed, meant in (("acme.azurercr.io", "acme.azurecr.io"), ("acme.azure.io", "acme.azurecr.io"),
                         ("acme.azureacr.io", "acme.azurecr.io"), ("acme.azurecr.oi", "acme.azurecr.io"),
                         ("acme.azurecr.com", "acme.azurecr.io"), ("acme.azruecr.io", "acme.azurecr.io"),
                         ("acmeazurecr.io", "acme.azurecr.io")):
        page = explain.run(typed)
        assert page.returncode == 0 and f"{typed} is not a login server; did you mean {meant}?" in page.stdout.decode(), typed
        page = explain.said({"text": f"dial tcp: lookup {typed} on 10.0.0.2:53: no such host\n"})
        assert f"{typed} does not exist; did you mean {meant}?" in page, typed


def test_names_of_other_registries_are_not_changed(explain):
    for name in ("ghcr.io", "quay.io", "docker.io", "azure.com", "registry.example", "evil-azurecr.io.example", "azurecr.io"):
        assert explain.run(name).returncode == 1, name


def test_a_name_in_uppercase_and_a_bare_name_are_recognized(explain):
    assert b"ACME.AzureCR.io must be lowercase" in explain.run("ACME.AzureCR.io").stdout
    assert b"its login server is acme.azurecr.io" in explain.run("acme").stdout


def test_registry_and_repository_are_found_anywhere_in_the_text(explain):
    where = {"docker push acme.azurecr.io/team/app:v1": "team/app",
             "The push refers to repository [acme.azurecr.io/team/app]": "team/app",
             "https://acme.azurecr.io/v2/team/app/manifests/v1": "team/app",
             "https://acme.azurecr.io:443/v2/team/app/blobs/sha256:00": "team/app",
             "https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull%2Cpush&service=x": "team/app",
             "oci://acme.azurecr.io/charts/app": "charts/app"}
    for text, repository in where.items():
        facts = explain.json({"text": f"{text}\nunauthorized: authentication required\n"})[0]["facts"]
        assert (facts["registry"], facts["repository"]) == ("acme.azurecr.io", repository), text


def test_names_in_a_text_cannot_inject_into_a_pasted_command(explain):
    hostile = ["x'; touch /tmp/harm; '", "$(touch /tmp/harm)", "`touch /tmp/harm`", "--yes", "a\" ; touch /tmp/harm ; \"",
               "a\nb", "-rf"]
    facts = {name: "x" for name in re.findall(r'FACT\([A-Z_]+, "([a-z_]+)"', open(
        os.path.join(os.path.dirname(__file__), "../../include/acr/rule.h"), encoding="utf-8").read())}
    for value in hostile:
        for code in ("AADSTS700213", "AADSTS7000222", "AADSTS50020", "AADSTS700238"):
            case = {name: value for name in facts} | {"code": code, "text": "", "check": ""}
            for one in explain.json({"facts": case}):
                for step in one["steps"]:
                    ran = subprocess.run(["/bin/bash", "-c", "az() { :; }; curl() { :; }; docker() { :; }; printf '' ; " + step["command"]],
                                         capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, env={"PATH": "/nonexistent"})
                    assert not os.path.exists("/tmp/harm"), step
                    assert "touch" not in ran.stderr, (step, ran.stderr)
                    assert " --yes" not in step["command"] and " -rf" not in step["command"], step


def test_the_json_form(explain):
    one = explain.json({"text": FIREWALL})[0]
    assert set(one) == {"rule", "basis", "symptoms", "causes", "what", "why", "steps", "link", "facts"}
    assert one["rule"] == "firewall" and one["basis"] == "read" and one["symptoms"] == ["S7"] and one["causes"] == ["C6"]
    assert one["facts"]["client_ip"] == "203.0.113.7" and one["facts"]["code"] == "DENIED" and "who" not in one["facts"]
    assert "az acr network-rule add --name acme --ip-address 203.0.113.7" in [step["command"] for step in one["steps"]]


def test_invalid_facts_are_an_error(explain):
    for text in ("", "[]", "{", "7", '{"kind": "refused"} x'):
        ran = explain.run("--facts", text=text)
        assert ran.returncode == 2 and ran.stdout == b"" and b"facts" in ran.stderr, (text, ran)


def test_an_explanation_without_evidence_says_probably(explain):
    assert "Why, probably:" in explain.page({"text": "AADSTS700211: No matching federated identity record found.\n"})
    assert "probably" not in explain.page({"text": "AADSTS7000222: Expired.\n"})


def test_help_names_its_options(explain):
    told = explain.run("--help").stdout.decode()
    for word in ("--json", "--facts", "--rules", "[FILE|ID|CODE|TEXT...]"):
        assert word in told


def test_it_explains_with_an_invalid_config_and_without_a_home_directory(explain, tmp_path):
    config = tmp_path / "docker-credential-acr"
    config.mkdir()
    (config / "config.json").write_text("{")
    assert explain.run(FIREWALL, XDG_CONFIG_HOME=str(tmp_path)).returncode == 0
    ran = subprocess.run([explain.program, "explain", FIREWALL], env={}, capture_output=True, check=False)
    assert ran.returncode == 0 and ran.stderr == b""
