# SPDX-License-Identifier: Apache-2.0
"""The interface of the cloud for tests: recorded requests, faults, principals, and tokens.

    sys.path.insert(0, "tests/cloud")
    from client import APP, Cloud

    cloud = Cloud.from_environment()           # inside `cloud run`
    cloud.fault("throttle", service="acr", path="/oauth2/exchange", count=2, retry_after=1)
    ...
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == 3
"""
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(HERE)

from faults import FAULTS  # noqa: E402
from hosting import APP_SERVICE_PORT, ARC_PORT, CLOUD_SHELL_PORT, HEADER, SERVICE_FABRIC_PORT  # noqa: E402
from images import Contents  # noqa: E402
from issuers import (AUDIENCE, CONNECTION, GITHUB, GITHUB_TOKEN, GITHUB_URL, KUBERNETES, PIPELINES, PIPELINES_TOKEN,  # noqa: E402
                     PIPELINES_URL, mint)
from signin import AZURE_CLI, NINETY_DAYS, PREFIX  # noqa: E402
from tokens import ACCESS_LIFE, LIFE, NULL_GUID, Signer, access_claims, member, registry_claims  # noqa: E402
from world import World  # noqa: E402

WORLD = World()
CONTOSO, FABRIKAM = WORLD.tenants["contoso"]["id"], WORLD.tenants["fabrikam"]["id"]
CONTOSO_CHINA, CONTOSO_GOV = WORLD.tenants["contoso-china"]["id"], WORLD.tenants["contoso-gov"]["id"]
SUBSCRIPTION = WORLD.tenants["contoso"]["subscription"]
ACR_AUDIENCE, ARM_AUDIENCE = "https://containerregistry.azure.net", "https://management.azure.com/"
LOGIN = "login.microsoftonline.com"


def principal(key):
    """A principal of world.json as an object: client_id, object_id, secret, ..., tenant_id."""
    entry = WORLD.principals[key]
    return SimpleNamespace(**entry, tenant_id=WORLD.tenant_of(entry)["id"])


APP, AWKWARD, NOBODY = (principal(key) for key in ("app", "awkward", "nobody"))
EXPIRED, DISABLED = (principal(key) for key in ("expired", "disabled"))
CERTIFICATE, WORKLOAD, PARTNER, USER = (principal(key) for key in ("certificate", "workload", "partner", "user"))
MACHINE, DEPLOYER, CHINA, GOV = (principal(key) for key in ("machine", "deployer", "china", "gov"))


class Cloud:
    def __init__(self, folder):
        self.folder = folder
        self.log = os.path.join(folder, "requests.jsonl")
        self.rules = os.path.join(folder, "faults.json")
        self.start = 0

    @classmethod
    def from_environment(cls):
        """The cloud that this process runs in; KeyError outside of `cloud run`."""
        return cls(os.environ["CLOUD_DIR"])

    def path(self, *names):
        return os.path.join(self.folder, *names)

    # recorded requests

    def requests(self, service=None, host=None, path=None, method=None, everything=False):
        """The recorded rows since the last mark or clear; DNS queries only with service "dns" or with everything."""
        with open(self.log, encoding="utf-8") as file:
            file.seek(self.start)
            *lines, _ = file.read().split("\n")  # the rest after the last newline is still being written
        rows = [json.loads(line) for line in lines]
        return [row for row in rows
                if (row["service"] == service if service else everything or row["service"] != "dns")
                and host in (None, row.get("host")) and path in (None, row.get("path"))
                and method in (None, row.get("method"))]

    def wait_for(self, count=1, timeout=10, **which):
        """Wait until there are `count` rows and return them; for requests that a background process sends."""
        deadline = time.monotonic() + timeout
        while len(rows := self.requests(**which)) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return rows

    def hosts(self):
        """Every host that was contacted, without names that were only looked up."""
        return sorted({row["host"] for row in self.requests() if row.get("host")})

    def trapped(self):
        """Requests to the catch-all server: if there are any, something was sent to the wrong host."""
        return self.requests("trap")

    def mark(self):
        """Ignore all requests up to now, for this object only."""
        self.start = os.path.getsize(self.log)

    def clear(self):
        """Delete all recorded requests, for everyone."""
        os.truncate(self.log, 0)
        self.start = 0

    # the content of a registry

    def contents(self, host):
        """The images of a registry; tests may add images and remove parts of them (images.py)."""
        return Contents(self.path("registries", host, "data"))

    # faults

    def fault(self, kind, **where):
        """Add a rule: fault("throttle", service="acr", host=..., path=..., count=2, retry_after=1)."""
        if kind not in FAULTS:
            raise ValueError(f"no fault {kind!r}; there are: {', '.join(FAULTS)}")
        self._write(self._read() + [{"fault": kind, "id": uuid.uuid4().hex[:8], **where}])

    def no_faults(self):
        try:
            os.unlink(self.rules)
        except FileNotFoundError:
            pass

    @contextmanager
    def changed_world(self):
        """`with cloud.changed_world() as world: world["registries"]["contoso.azurecr.io"]["roles"]["app"] = []`"""
        with open(self.path("world.json"), encoding="utf-8") as file:
            world = json.load(file)
        yield world
        with open(self.path("world.json.new"), "w", encoding="utf-8") as file:
            json.dump(world, file, indent=1)
        os.replace(self.path("world.json.new"), self.path("world.json"))

    def the_world_as_it_was(self):
        shutil.copyfile(os.path.join(HERE, "world.json"), self.path("world.json"))

    def _read(self):
        try:
            with open(self.rules, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return []

    def _write(self, rules):
        with open(self.rules + ".new", "w", encoding="utf-8") as file:
            json.dump(rules, file, indent=1)
        os.replace(self.rules + ".new", self.rules)

    # tokens for tests, signed as those of the cloud

    def _signer(self, kid):
        return Signer.load(self.path("keys"), kid)

    def registry_token(self, host, who=APP, life=LIFE, age=0, **claims):
        """An ACR refresh token that was issued `age` seconds ago; claims=None removes a claim."""
        now = int(time.time()) - age
        made = registry_claims(host, getattr(who, "client_id", who.name), who.tenant_id, who.object_id, now, life)
        return self._signer("acr").sign(_without_none({**made, **claims}))

    def access_token(self, host, access=(), who=APP, life=ACCESS_LIFE, **claims):
        """An ACR access token: access=[{"type": "repository", "name": "app", "actions": ["pull"]}]."""
        now = int(time.time())
        base = registry_claims(host, getattr(who, "client_id", who.name), who.tenant_id, who.object_id, now)
        return self._signer("acr").sign(_without_none({**access_claims(base, list(access), now, life), **claims}))

    def entra_token(self, who=APP, audience=ACR_AUDIENCE, life=3599, age=0, **claims):
        """An Entra access token of an application, a managed identity or the user."""
        now = int(time.time()) - age
        made = {"aud": audience, "iss": f"https://sts.windows.net/{who.tenant_id}/", "iat": now, "nbf": now,
                "exp": now + life, "oid": who.object_id, "sub": who.object_id, "tid": who.tenant_id, "ver": "1.0"}
        made.update({"appid": who.client_id, "idtyp": "app"} if hasattr(who, "client_id") else
                    {"appid": AZURE_CLI, "upn": who.name, "scp": "user_impersonation"})
        return self._signer("entra").sign(_without_none({**made, **claims}))

    def user_refresh_token(self, client=AZURE_CLI, life=NINETY_DAYS):
        """A refresh token of the user, as az or `login` would store it; with a negative lifetime it has expired."""
        now = int(time.time())
        return PREFIX + self._signer("entra").sign({"use": "refresh", "user": "user", "client": client, "iat": now,
                                                    "exp": now + life, "jti": uuid.uuid4().hex})

    def federated_token(self, issuer=KUBERNETES, subject=None, audience=AUDIENCE, life=600, age=0, file=None):
        """The token that a workload gets from its platform; written to `file` if one is given."""
        token = mint(self._signer("issuer"), issuer, subject, audience, life, int(time.time()) - age)
        if file:
            with open(file, "w", encoding="ascii") as target:
                target.write(token)  # kubelet and the platforms write no newline
        return token

    # environment variables, to be merged into those of a test

    def environment(self, who=APP):
        """The AZURE_* variables of an application, with its secret or its certificate."""
        made = {"AZURE_TENANT_ID": who.tenant_id, "AZURE_CLIENT_ID": who.client_id}
        if hasattr(who, "secret"):
            made["AZURE_CLIENT_SECRET"] = who.secret
        if hasattr(who, "certificate"):
            made["AZURE_CLIENT_CERTIFICATE_PATH"] = self.path(who.certificate)
        return made

    def workload_environment(self, file, who=WORKLOAD, **token):
        self.federated_token(file=file, **token)
        return {"AZURE_TENANT_ID": who.tenant_id, "AZURE_CLIENT_ID": who.client_id,
                "AZURE_FEDERATED_TOKEN_FILE": str(file)}

    @staticmethod
    def github_environment(who=WORKLOAD):
        return {"AZURE_TENANT_ID": who.tenant_id, "AZURE_CLIENT_ID": who.client_id, "GITHUB_ACTIONS": "true",
                "ACTIONS_ID_TOKEN_REQUEST_URL": GITHUB_URL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": GITHUB_TOKEN}

    @staticmethod
    def pipelines_environment(who=WORKLOAD):
        return {"AZURESUBSCRIPTION_TENANT_ID": who.tenant_id, "AZURESUBSCRIPTION_CLIENT_ID": who.client_id,
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": CONNECTION, "TF_BUILD": "True",
                "SYSTEM_OIDCREQUESTURI": PIPELINES_URL, "SYSTEM_ACCESSTOKEN": PIPELINES_TOKEN}

    @staticmethod
    def app_service_environment(old=False):
        base = f"http://127.0.0.1:{APP_SERVICE_PORT}/msi/token"
        names = ("MSI_ENDPOINT", "MSI_SECRET") if old else ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")
        return dict(zip(names, (base, HEADER)))

    @staticmethod
    def arc_environment():
        base = f"http://127.0.0.1:{ARC_PORT}"
        return {"IDENTITY_ENDPOINT": base + "/metadata/identity/oauth2/token", "IMDS_ENDPOINT": base}

    @staticmethod
    def cloud_shell_environment():
        return {"MSI_ENDPOINT": f"http://127.0.0.1:{CLOUD_SHELL_PORT}/oauth2/token"}

    def service_fabric_environment(self):
        with open(self.path("service-fabric-thumbprint"), encoding="ascii") as file:
            return {"IDENTITY_ENDPOINT": f"https://127.0.0.1:{SERVICE_FABRIC_PORT}/metadata/identity/oauth2/token",
                    "IDENTITY_HEADER": HEADER, "IDENTITY_SERVER_THUMBPRINT": file.read()}

    def az_login(self, config_dir, *how):
        """Sign in with the real az; how: "--service-principal", "-u", ... or nothing for a user with a device code."""
        how = how or ("--use-device-code", "--tenant", CONTOSO)
        env = {**os.environ, "AZURE_CONFIG_DIR": str(config_dir), "AZURE_CORE_COLLECT_TELEMETRY": "0"}
        return subprocess.run(["az", "login", *how], env=env, check=True, capture_output=True, text=True)


def _without_none(claims):
    return {name: value for name, value in claims.items() if value is not None}
