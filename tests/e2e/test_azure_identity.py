# SPDX-License-Identifier: Apache-2.0
"""azure-identity, Microsoft's client library, signs in with every identity; its requests are compared with those of the
helper.

Compares each part of each request (URL, query, form, headers, header and claims of an assertion), each command line of
az and azd, and the account of the token. Allowed differences are rows in tests/clients/README.md with a reason; any
other difference fails the test.
"""
import copy
import json
import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import jwt
import pytest
from client import APP, AZURE_CLI, CERTIFICATE, CONNECTION, CONTOSO, DEPLOYER, WORLD
from clients import needed
from homes import Home

TESTS = Path(__file__).resolve().parent.parent
DRIVER = TESTS / "clients/azure-identity/sign_in.py"
REGISTRY = "everyone.azurecr.io"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
IDENTITY_SERVICES = {"entra", "imds", "arc", "appservice", "cloudshell", "pipelines", "az", "azd"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def tool(home, name, script):
    """A program on the PATH that records its arguments."""
    home.write(f"bin/{name}", f"#!/bin/sh\nprintf '%s\\n' \"{name} $*\" >>'{home.folder}/tools'\n{script}\n", 0o755)


def az(cloud, home):
    cloud.az_login(home.folder / ".azure")
    tool(home, "az", 'exec /usr/bin/az "$@"')
    return {}


def cloud_shell(cloud, home):
    env = {**cloud.cloud_shell_environment(), "ACC_CLOUD": "PROD"}
    subprocess.run(["/usr/bin/az", "login", "--identity"], env={**home.env, **env}, check=True, capture_output=True)
    return env


def azd(cloud, home):
    home.write(".azd/auth.json", json.dumps({"auth": {"account": {"currentUser": {"homeAccountId": "developer"}}}}))
    tool(home, "azd", f"""echo '{{"token": "{cloud.entra_token()}", "expiresOn": "2099-01-01T00:00:00Z"}}'""")
    return {}


def browser(_, home):
    home.write("bin/xdg-open", (TESTS / "cloud/browser").read_bytes(), 0o755)
    return {"AZURE_TENANT_ID": CONTOSO, "DISPLAY": ":9"}


# identity: (the credential of azure-identity, ours: an identity's name or the arguments of a login, the function that
# sets it up)
SOURCES = {
    "secret": ("EnvironmentCredential", "environment", lambda cloud, home: cloud.environment(APP)),
    "certificate": ("EnvironmentCredential", "certificate", lambda cloud, home: cloud.environment(CERTIFICATE)),
    "certificate chain": ("EnvironmentCredential", "certificate", lambda cloud, home: {
        **cloud.environment(CERTIFICATE), "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "true"}),
    "workload identity": ("WorkloadIdentityCredential", "workload-identity",
                          lambda cloud, home: cloud.workload_environment(home.folder / "token")),
    "Azure Pipelines": ("AzurePipelinesCredential", "azure-pipelines", lambda cloud, home: cloud.pipelines_environment()),
    "IMDS": ("ManagedIdentityCredential", "managed-identity", lambda cloud, home: {}),
    "IMDS, user-assigned": ("ManagedIdentityCredential", "managed-identity",
                            lambda cloud, home: {"AZURE_CLIENT_ID": DEPLOYER.client_id}),
    "App Service": ("ManagedIdentityCredential", "managed-identity", lambda cloud, home: cloud.app_service_environment()),
    "App Service, user-assigned": ("ManagedIdentityCredential", "managed-identity", lambda cloud, home: {
        **cloud.app_service_environment(), "AZURE_CLIENT_ID": DEPLOYER.client_id}),
    "Azure ML": ("ManagedIdentityCredential", "managed-identity", lambda cloud, home: cloud.app_service_environment(old=True)),
    "Azure ML, user-assigned": ("ManagedIdentityCredential", "managed-identity", lambda cloud, home: {
        **cloud.app_service_environment(old=True), "AZURE_CLIENT_ID": DEPLOYER.client_id}),
    "Azure Arc": ("ManagedIdentityCredential", "managed-identity", lambda cloud, home: cloud.arc_environment()),
    "Cloud Shell": ("ManagedIdentityCredential", "azure-cli", cloud_shell),
    "az": ("AzureCliCredential", "azure-cli", az),
    "azd": ("AzureDeveloperCliCredential", "azd", azd),
    "device code": ("DeviceCodeCredential", ("--device-code",), lambda cloud, home: {"AZURE_TENANT_ID": CONTOSO}),
    "browser": ("InteractiveBrowserCredential", (), browser),
}


# from recorded requests to one flat table: (request, part) -> value

def plain(value, now):
    """A value in a comparable form: values that differ in each run are replaced by their kind, times by their
    distance from now."""
    if isinstance(value, (int, float)):
        return f"now{30 * round((value - now) / 30):+d}" if abs(value - now) < 86400 else str(value)
    if isinstance(value, list):
        return " ".join(plain(one, now) for one in value)
    value = str(value)
    if UUID.fullmatch(value) and value not in KNOWN:
        return "<uuid>"
    value = re.sub(r"1\.AXXX\S+", "<token>", value)
    value = re.sub(r"^(Basic) [A-Za-z0-9_-]{64}$", r"\1 <key>", value)
    return value


KNOWN = json.dumps([WORLD.principals, WORLD.tenants, AZURE_CLI, CONNECTION])  # known IDs
NEW = {"device_code", "code", "code_verifier", "code_challenge", "state", "nonce", "login_hint"}  # new in each run
UNORDERED = {"scope"}  # RFC 6749, 3.3


def parts(row):
    now = row["time"]
    yield "request", row.get("tls") and "https" or "http"
    yield "port", str(row.get("port"))
    for place in ("query", "form", "headers"):
        for name, value in (row.get(place) or {}).items():
            if (place, name) == ("headers", "content-length"):  # follows from the form
                continue
            if name == "client_assertion":
                for kind, table in (("header", jwt.get_unverified_header(value)),
                                    ("claims", jwt.decode(value, options={"verify_signature": False}))):
                    yield from ((f"assertion {kind} {key}", plain(one, now)) for key, one in table.items())
                continue
            value = plain(value, now)
            if name in UNORDERED:
                value = " ".join(sorted(value.split()))
            if name in NEW:
                value = "<new>"
            value = re.sub(r"^(http://(?:localhost|127\.0\.0\.1)):\d+", r"\1:PORT", value)
            yield f"{place.removesuffix('s')} {name}", value


def table(rows):
    """{"entra POST /TENANT/oauth2/v2.0/token 1": {part: value}}"""
    seen, whole = {}, {}
    for row in rows:
        name = f"{row['service']} {row.get('method')} {row.get('host')}{row.get('path')}"
        seen[name] = seen.get(name, 0) + 1
        whole[f"{name} {seen[name]}"] = dict(parts(row))
    return whole


def compare(theirs, ours):
    """All (request, part, theirs, ours) that differ; "-" means absent."""
    for request in list(dict.fromkeys([*theirs, *ours])):
        one, other = theirs.get(request), ours.get(request)
        if one is None or other is None:
            yield request, "request", "-" if one is None else "sent", "-" if other is None else "sent"
            continue
        for part in dict.fromkeys([*one, *other]):
            if one.get(part, "-") != other.get(part, "-"):
                yield request, part, one.get(part, "-"), other.get(part, "-")


# allowed differences

def allowed(heading):
    """A table in tests/clients/README.md: [identity, request, part, theirs, ours, reason]; all but the last are
    patterns."""
    text = (TESTS / "clients/README.md").read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ")[0]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")][2:]
    assert rows and all(len(row) == 6 and row[5] for row in rows), "a row lacks its reason"
    return rows


ALLOWED = allowed("What may differ")
USED, RAN = [], set()


def fits(row, source, difference):
    return all(fnmatchcase(value, pattern) for value, pattern in zip((source, *difference), row[:5]))


def forbidden(source, theirs, ours, rows=ALLOWED, used=USED):
    """The differences that no row allows; records the rows that allow one."""
    left = []
    for difference in compare(theirs, ours):
        found = [row for row in rows if fits(row, source, difference)]
        used += found
        if not found:
            left.append(" | ".join((source, *difference)))
    return left


# both sides

class Side:
    """One client in its own home, with the identity set up."""

    def __init__(self, source, program, cloud):
        self.credential, self.ours, provide = SOURCES[source]
        self.home, self.cloud = Home(program), cloud
        self.home.env["PATH"] = f"{self.home.folder}/bin:" + self.home.env["PATH"]
        self.env = {**self.home.env, "AZURE_CORE_COLLECT_TELEMETRY": "0"}
        self.home.env = self.env
        self.env.update(provide(cloud, self.home))
        (self.home.folder / "tools").unlink(missing_ok=True)
        cloud.mark()

    def run(self, *command, stdin=None):
        ran = subprocess.run(command, input=stdin, env=self.env, capture_output=True, text=True, timeout=120, check=False,
                             cwd=self.home.folder)
        assert ran.returncode == 0, ran.stdout[:200] + ran.stderr
        return ran.stdout

    def asked(self):
        """The requests to token endpoints, and the command lines."""
        tools = self.home.folder / "tools"
        called = [{"service": line.split()[0], "path": " " + " ".join(line.split()[1:]), "time": 0}
                  for line in (tools.read_text().splitlines() if tools.exists() else [])]
        return [row for row in self.cloud.requests() if row["service"] in IDENTITY_SERVICES] + [
            {"service": row["service"], "method": "runs", "host": "", "path": "", "time": 0,
             "query": words(row["path"].split())} for row in called]

    def token(self):
        """Their client prints the token; the helper sends it to the registry."""
        shown = {name: value for name, value in self.claims().items() if name in ("aud", "appid", "oid", "tid", "upn")}
        return {"token": shown}


def words(line):
    """A command line as a table: options with their values, in any order."""
    made, option = {}, None
    for word in line:
        if word.startswith("--"):
            option = word
            made[option] = "given"
        elif option:
            made[option] = word
            option = None
        else:
            made[word] = "given"
    return made


class Theirs(Side):
    def command(self):
        return needed("azure-identity/bin/python3"), str(DRIVER), self.credential

    def sign_in(self):
        self.env["BROWSER"] = f"{self.home.folder}/bin/xdg-open %s &"  # without &, Python waits for it
        out = self.run(*self.command())
        [self.jwt] = re.findall(r"eyJ[\w.-]+", out)
        return table(self.asked()) | self.token()

    def claims(self):
        return jwt.decode(self.jwt, options={"verify_signature": False})


class Ours(Side):
    def sign_in(self):
        if isinstance(self.ours, str):
            self.home.config(registries={REGISTRY: {"identity": self.ours}})
            self.run(str(self.home.program), "get", stdin=REGISTRY)
        else:
            self.run(str(self.home.program), "login", REGISTRY, "--insecure-storage", "--tenant", CONTOSO, *self.ours)
        return table(self.asked()) | self.token()

    def claims(self):
        sent = self.cloud.requests("acr", path="/oauth2/exchange")[-1]["form"]["access_token"]
        return jwt.decode(sent, options={"verify_signature": False})


def sign_in_both(source, program, cloud, theirs=Theirs):
    """The requests of both sides."""
    sides = []
    for kind in (theirs, Ours):
        side = kind(source, program, cloud)
        side.env["REQUESTS_CA_BUNDLE"] = CERTIFICATES  # otherwise Python's requests uses its own list
        try:
            sides.append(side.sign_in())
        finally:
            side.home.remove()
    return sides


@pytest.fixture(scope="module")
def kept():
    """The requests of both sides, for each identity: the tests of the comparison itself reuse them."""
    return {}


@pytest.fixture
def both(program, cloud, kept, monkeypatch):
    needed("azure-identity/bin/python3")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", CERTIFICATES)  # otherwise Python's requests uses its own list

    def sign_in(source):
        if source not in kept:
            kept[source] = sign_in_both(source, program, cloud)
        return copy.deepcopy(kept[source])
    return sign_in


@pytest.mark.parametrize("source", SOURCES)
def test_requests_match_those_of_azure_identity(source, both):
    theirs, ours = both(source)
    assert len(theirs) > 1 and len(ours) > 1, "somebody asked nobody"
    RAN.add(source)
    assert not (left := forbidden(source, theirs, ours)), "\n".join(left)


# (the change, identity, request, part, value or None for absent)
WRONG = [
    ("another scope", "secret", "entra POST *", "form scope", "https://management.azure.com/.default"),
    ("a lost form field", "secret", "entra POST *", "form client_id", None),
    ("a form field more", "secret", "entra POST *", "form resource", "https://containerregistry.azure.net"),
    ("a wrong type", "secret", "entra POST *", "header content-type", "application/json"),
    ("another audience", "certificate", "entra POST *", "assertion claims aud", "https://login.microsoftonline.com/"),
    ("an assertion that lives long", "certificate", "entra POST *", "assertion claims exp", "now+3600"),
    ("another algorithm", "certificate", "entra POST *", "assertion header alg", "ES256"),
    ("an older version", "IMDS", "imds GET *", "query api-version", "2017-12-01"),
    ("no Metadata", "IMDS", "imds GET *", "header metadata", None),
    ("the resource with a slash", "App Service", "appservice GET *", "query resource", "https://containerregistry.azure.net/"),
    ("no secret header", "App Service", "appservice GET *", "header x-identity-header", None),
    ("no key", "Azure Arc", "arc GET * 2", "header authorization", None),
    ("no redirect header", "Azure Pipelines", "pipelines POST *", "header x-tfs-fedauthredirect", None),
    ("no offline_access", "device code", "entra POST */devicecode 1", "form scope", "https://containerregistry.azure.net/.default openid profile"),
    ("another option", "az", "az runs *", "query --resource", "https://management.azure.com"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=[one[0] for one in WRONG])
def test_a_wrong_scope_form_field_or_header_is_detected(wrong, both):
    _, source, request, part, value = wrong
    theirs, ours = both(source)
    [name] = [name for name in ours if fnmatchcase(name, request)]
    if value is None:
        del ours[name][part]
    else:
        ours[name][part] = value
    left = forbidden(source, theirs, ours)
    assert len(left) == 1 and part in left[0], left


def test_every_allowed_difference_occurs():
    if RAN != set(SOURCES):
        pytest.skip("needs all sources in the same run")
    assert [row for row in ALLOWED if row not in USED] == []


def test_the_versions_are_reported(figures):
    ran = subprocess.run([needed("azure-identity/bin/python3"), str(DRIVER), "versions"], check=True, capture_output=True, text=True)
    assert "azure-identity 1." in ran.stdout
    figures(ran.stdout.strip())
