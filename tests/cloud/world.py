# SPDX-License-Identifier: Apache-2.0
"""The content of the cloud, read from world.json: tenants, principals, registries, and permissions.

tenants      id, domains, cloud (public, china, usgov), one subscription each
principals   application (client_id, and a secret, a certificate or federated credentials), user, managed
             (system, or assigned by client, object or resource id); `ordinary: false` has no rights by default
registries   tenant, roles (principal -> actions), readers (of its settings),
             anonymous_pull, admin, scope-map tokens, `catalog: false`, data_endpoint (its region), quarantine,
             cache_rules ([name, target, source, credential set]),
             regions (that have regional endpoints)

A registry that is not listed exists too: it belongs to the tenant of its cloud, and every ordinary principal of that
tenant has all permissions. Tests can therefore use any name.
"""
import fnmatch
import json
import os

from names import registry_name

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "world.json")
ALL = ["pull", "push", "delete"]

CLOUDS = {
    "public": {"authority": "login.microsoftonline.com", "suffix": ".azurecr.io", "owner": "contoso",
               "arm": "https://management.azure.com/", "name": "AzureCloud"},
    "china": {"authority": "login.partner.microsoftonline.cn", "suffix": ".azurecr.cn", "owner": "contoso-china",
              "arm": "https://management.core.chinacloudapi.cn/", "name": "AzureChinaCloud"},
    "usgov": {"authority": "login.microsoftonline.us", "suffix": ".azurecr.us", "owner": "contoso-gov",
              "arm": "https://management.core.usgovcloudapi.net/", "name": "AzureUSGovernment"},
}


def cloud_of_authority(host):
    if host.endswith(".cn"):
        return "china"
    return "usgov" if host.endswith(".us") or host in ("login-us.microsoftonline.com",
                                                       "login.usgovcloudapi.net") else "public"


class World:
    def __init__(self, path=FILE):
        self.path, self.seen = path, None
        self.refresh()

    def refresh(self):
        """Read the file again if it has changed; a file that cannot be read changes nothing."""
        status = os.stat(self.path)
        signature = (status.st_ino, status.st_mtime_ns, status.st_size)
        if signature == self.seen:
            return
        try:
            with open(self.path, encoding="utf-8") as file:
                data = json.load(file)
        except ValueError:
            if self.seen is None:
                raise
            return
        for kind in (data["tenants"], data["principals"]):
            for key, entry in kind.items():
                entry["key"] = key
        self.tenants, self.principals, self.registries = data["tenants"], data["principals"], data["registries"]
        self.seen = signature

    def tenant(self, text, cloud="public"):
        """The tenant with that ID or domain in that cloud, or None."""
        for tenant in self.tenants.values():
            if tenant["cloud"] == cloud and text.lower() in [tenant["id"], *tenant["domains"]]:
                return tenant
        return None

    def tenant_of(self, principal):
        return self.tenants[principal["tenant"]]

    def application(self, client_id):
        return self._first("client_id", client_id, "application")

    def managed(self, selector=None, value=None):
        """The managed identity that a request to an IMDS-like endpoint selects; without a selector, the
        system-assigned one."""
        if selector is None:
            return self._first("system", True, "managed")
        return self._first(selector, value, "managed")

    def user(self, name):
        return self._first("name", name.lower(), "user")

    def by_object_id(self, object_id):
        return self._first("object_id", object_id)

    def _first(self, field, value, kind=None):
        value = value.lower() if isinstance(value, str) else value
        for principal in self.principals.values():
            own = principal.get(field)
            if (own.lower() if isinstance(own, str) else own) == value and kind in (None, principal["kind"]):
                return principal
        return None

    def login_server(self, host):
        """The login server of an endpoint: name.azurecr.io for name.region.geo.azurecr.io."""
        name = registry_name(host)
        return host.replace(name, name.split(".")[0], 1) if name else host

    def registry(self, host):
        host = self.login_server(host)
        if host in self.registries:
            return self.registries[host]
        cloud = next((cloud for cloud in CLOUDS.values() if host.endswith(cloud["suffix"])), CLOUDS["public"])
        return {"tenant": cloud["owner"], "roles": None}

    def actions(self, host, principal):
        """The actions of a principal on a registry: a list of pull, push, delete."""
        registry = self.registry(host)
        if registry["roles"] is not None:
            return registry["roles"].get(principal["key"], [])
        mine = principal["tenant"] == registry["tenant"] and principal.get("ordinary", True)
        return ALL if mine else []


def scope_map_actions(token, repository):
    """The actions of a scope-map token on a repository."""
    return [action for pattern, actions in token["scopes"].items() if fnmatch.fnmatchcase(repository, pattern)
            for action in actions]
