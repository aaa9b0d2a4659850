# SPDX-License-Identifier: Apache-2.0
"""Two sweeps: every report in the forms in which users paste it, and errors of other programs next to the log of a
registry."""
import html
import json
import os
import re
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest
from test_rules import REPORTS, read_report

MINE = "woodgrove.azurecr.io"


def each_line(change):
    return lambda text: "".join(change(number, line) for number, line in enumerate(text.splitlines(keepends=True)))


def cut(columns):
    """Breaks lines at the width of a window, within words."""
    return lambda text: "\n".join(line[at:at + columns] for line in text.splitlines()
                                  for at in (range(0, len(line), columns) or [0])) + "\n"


def filled(columns, **how):
    return lambda text: "\n".join(textwrap.fill(line, columns, break_long_words=False, break_on_hyphens=False, **how)
                                  for line in text.splitlines()) + "\n"


def boxed(text):
    return "╷\n" + "".join(f"│ {line}\n" for line in cut(98)(text).splitlines()) + "╵\n"


def framed(bar, columns, **how):
    """Draws a frame around the lines."""
    return lambda text: "".join(f"{bar} {line.ljust(columns)} {bar}\n" for line in filled(columns, **how)(text).splitlines())


def indented(columns, blanks):
    """Breaks lines within words, and indents the rest."""
    def dress(text):
        room = columns - blanks
        return "".join(line[:columns] + "\n" + "".join(" " * blanks + line[at:at + room] + "\n"
                       for at in range(columns, len(line), room)) for line in text.splitlines())
    return dress


def nested(levels):
    def dress(text):
        for level in range(levels):
            text = json.dumps({"stream": "stderr", f"log{level}": text})
        return text + "\n"
    return dress


def coloured(text):
    return re.sub(r"\S+", lambda word: f"\x1b[1m{word.group()}\x1b[0m", text)


def curly(text):
    return re.sub(r'"([^"\n]*)"', "“\\1”", re.sub(r"'([^'\n]*)'", "‘\\1’", text)).replace(" ", "\u00a0")


def masked(mask):
    return lambda text: re.sub(r"(?<![.\w-])[a-z0-9-]+(\.azurecr\.(?:io|cn|us))\b", mask, text)


def noise(text):
    between = "".join(f"#{number} 0.{number} copying file {number} of the sources\n" for number in range(300))
    return between + text + between


DRESSES = {
    "as it is": str,
    "windows line ends": lambda text: text.replace("\n", "\r\n"),
    "a time stamp before each line": each_line(lambda number, line: f"2026-10-02T06:{number % 60:02}:00.123Z {line}"),
    "a command of a CI system before each line": each_line(lambda number, line: f"##[error]{line}"),
    "a mail's quotation": each_line(lambda number, line: f"> {line}"),
    "a container's name before each line": each_line(lambda number, line: f"shop-1  | {line}"),
    "numbers before each line": each_line(lambda number, line: f"{number + 1:5}\t{line}"),
    "colours around each word": coloured,
    "cut at column 80": cut(80),
    "cut at column 120": cut(120),
    "filled to 80 columns": filled(80),
    "filled and indented": filled(80, subsequent_indent="      "),
    "filled narrowly and indented more": filled(84, subsequent_indent="          "),
    "filled and a bar before each line": lambda text: each_line(lambda number, line: f"│ {line}")(filled(80)(text)),
    "filled, indented, and a bar before each line": lambda text: each_line(lambda number, line: f"| {line}")(
        filled(78, subsequent_indent="    ")(text)),
    "cut and indented": indented(80, 4),
    "a frame around it": boxed,
    "a closed frame": framed("│", 94),
    "a closed frame of letters": framed("|", 88, subsequent_indent="  "),
    "a JSON string": nested(1),
    "JSON in JSON": nested(2),
    "JSON in JSON in JSON": nested(3),
    "escaped for HTML": html.escape,
    "JSON escaped for HTML": lambda text: html.escape(nested(1)(text)),
    "typographic quotes and blanks": curly,
    "a mark before UTF-8": lambda text: "\ufeff" + text,
    "UTF-16 of PowerShell": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 the other way round": lambda text: text.encode("utf-16-be"),
    "logfmt": each_line(lambda number, line: f"time=2026-10-02T06:00:00Z level=error msg={json.dumps(line)}\n"),
    "the registry's name masked": masked(r"***\1"),
    "the registry's name left out": masked(r"<registry>\1"),
    "its host masked": masked("***"),
    "noise around it": noise,
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_report_is_explained_in_any_formatting(explain, dress):
    def look(path):
        head, text = read_report(path)
        due, never = set(head["expect"].split()), set(head["never"].split())
        found = {one["rule"] for one in explain.json({"text": DRESSES[dress](text)})} if due else set()
        return None if due <= found and not found & never else f"{path.stem}: {found} instead of {due}"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [said for said in pool.map(look, REPORTS) if said]
    assert not wrong, "\n".join(wrong)


# Errors of other programs, each with words that its explanation may contain.
BYSTANDERS = {
    "ERROR: Could not install packages: 403 Client Error: Forbidden for url: https://pypi.litware.example/simple/shop/": None,
    "npm ERR! 401 Unauthorized - GET https://npm.litware.example/@shop%2fui - token has expired": None,
    "curl: (7) Failed to connect to 10.3.0.7 port 6379 after 2 ms: Connection refused": None,
    "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused.": None,
    "psql: error: connection to server at \"db.litware.example\" (10.3.0.9), port 5432 failed: timeout expired": None,
    "dial tcp: lookup orders.shop.svc.cluster.local on 10.0.0.10:53: no such host": None,
    "panic: test timed out after 10m0s: context deadline exceeded (Client.Timeout exceeded while awaiting headers)": None,
    "Error: INSTALLATION FAILED: context deadline exceeded": None,
    "remote error: tls: handshake failure": None,
    "ssl.SSLCertVerificationError: certificate verify failed: unable to get local issuer certificate": None,
    "x509: certificate has expired or is not yet valid: current time 2026-10-02T06:00:00Z is after 2026-10-01T00:00:00Z": None,
    "kafka: client has run out of available brokers to talk to: unexpected EOF": None,
    "e2e: GET https://shop.litware.example/health answered 503 Service Unavailable": None,
    "AssertionError: expected status 200, got 429 Too Many Requests": None,
    "expected JSON, got <!DOCTYPE html><html><body>Bad gateway</body></html>": None,
    "fatal: unable to access 'https://git.litware.example/shop/': Could not resolve host: git.litware.example": None,
    "Could not transfer artifact a:b:pom:1 from (https://maven.litware.example/m2): status code: 502 Bad Gateway": None,
    "Error making API request. URL: GET https://vault.litware.example:8200/v1/kv/x Code: 403. permission denied": None,
    "Failed to query available provider packages: Get \"https://registry.opentofu.org/v1\": read: connection reset by peer": None,
    "ssh: connect to host 10.0.0.9 port 22: No route to host": None,
    "Error response from daemon: Head \"https://ghcr.io/v2/litware/shop/manifests/1\": denied": None,
    "Error response from daemon: unauthorized: access to the requested resource is not authorized (quay.io/litware/shop:1)": None,
    "Error response from daemon: Get \"https://harbor.litware.example/v2/\": unauthorized: authentication required": None,
    "denied: Your authorization token has expired. (210987654321.dkr.ecr.eu-north-1.amazonaws.com/shop)": None,
    "pull access denied for litware/shop, repository does not exist or may require 'docker login'": "Docker Hub",
    "failed to resolve source metadata for docker.io/litware/shop:1: insufficient_scope: authorization failed": "Docker Hub",
    "invalid reference format": None,
    "denied: Unauthenticated requests do not have permission \"artifactregistry.repositories.uploadArtifacts\" on resource \"x\"": None,
    "denied: installation not allowed to Create organization package": None,
    "unauthorized: unauthorized to access repository: shop/web, action: push": None,
    "could not connect to registry.litware.example: Failed to request discovery document: context deadline exceeded": None,
    "failed to register layer: write /usr/lib/libx.so: no space left on device": "disk is full",
    "530 5.7.57 Client not authenticated to send mail: authentication required": None,
    "worker-3: Retrying in 5 seconds: unexpected EOF": None,
    "E: Failed to fetch http://deb.litware.example/pool/main/c/curl/curl_8_amd64.deb  Connection timed out": None,
    "Error: Get \"https://10.3.0.5:6443/api/v1/namespaces\": dial tcp 10.3.0.5:6443: connect: connection refused": None,
    "sonar-scanner: Not authorized. Analyzing this project requires authentication. (HTTP 401)": None,
    "Error from server (Forbidden): deployments.apps is forbidden: User \"system:serviceaccount:ci:deployer\" cannot create": None,
    "error: failed to download from `https://crates.litware.example/serde/1.0.200/download`: [28] Timeout was reached": None,
    "Liveness probe failed: HTTP probe failed with statuscode: 401": None,
    "Readiness probe failed: Get \"http://10.3.1.9:8080/healthz\": context deadline exceeded": None,
    "java.net.SocketTimeoutException: Connect timed out: https://maven.litware.example/m2/": None,
    "wget: unable to resolve host address 'dl.litware.example'": None,
    "gpg: keyserver receive failed: No route to host": None,
    "error getting metric: error requesting metrics endpoint: \"http://prometheus:9090\": 503 Service Unavailable": None,
    "Error: vault read: secret/data/ci: token expired": None,
    "Failed to pull image \"ghcr.io/litware/web:1\": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 401 Unauthorized": None,
    "ERROR: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token?service=ghcr.io: 403 Forbidden": None,
    "ERROR: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://quay.io/v2/auth: 403 Forbidden": None,
    "ERROR: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.litware.example/token: 401 Unauthorized": None,
    "exec: \"docker-credential-gcloud\": executable file not found in $PATH (us-docker.pkg.dev/litware/shop:1)": "credential helper",
}
AROUND = {
    "alone": "%s\n",
    "behind an image": f"#9 naming to {MINE}/shop:7 done\n%s\n",
    "before a push": f"%s\nThe push refers to repository [{MINE}/shop]\n7: digest: sha256:00aa size: 947\n",
    "behind a pull": f"Successfully pulled image \"{MINE}/shop:7\" in 2.1s\n%s\n",
    "far behind": f"FROM {MINE}/base:1\n" + "#4 another line of the build\n" * 200 + "%s\n",
}


@pytest.mark.parametrize("where", AROUND)
def test_errors_of_other_hosts_are_not_attributed_to_the_registry(explain, where):
    wrong = []
    for line, whose in BYSTANDERS.items():
        for one in explain.json({"text": AROUND[where] % line}):
            if MINE in json.dumps(one) or not (whose and whose in one["what"]):
                wrong.append(f"{line}: {one['what']}")
    assert not wrong, "\n".join(wrong)


def test_errors_that_name_the_registry_are_attributed_to_it(explain):
    """The same messages, with the registry in them."""
    for said in ("401 Unauthorized", "403 Forbidden", "i/o timeout", "connection refused", "no such host", "EOF",
                 "connection reset by peer", "503 Service Unavailable", "429 Too Many Requests"):
        found = explain.json({"text": f"Get \"https://{MINE}/v2/\": {said}\n"})
        assert found and found[0]["facts"]["registry"] == MINE, said
