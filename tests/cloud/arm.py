# SPDX-License-Identifier: Apache-2.0
"""The part of Azure Resource Manager that `az login` and `az acr` use: tenants, subscriptions, registries."""
import re

import jwt

from http1 import as_json
from registry import ARM_AUDIENCES

REGISTRY_TYPE = "Microsoft.ContainerRegistry/registries"
ONE = re.compile(r"/subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/microsoft.containerregistry/registries/"
                 r"([^/]+)(/[a-z]+)?\Z", re.I)
MANY = re.compile(r"/subscriptions/([^/]+)(/resourcegroups/[^/]+)?/providers/microsoft.containerregistry/"
                  r"registries\Z", re.I)
RESOURCES = re.compile(r"/subscriptions/([^/]+)(/resourcegroups/[^/]+)?/resources\Z", re.I)
GROUP = "registries"
# Not every cloud supports the newest version of an API: the versions of the registries API in each cloud, the newest
# last.
VERSIONS = {"public": ["2023-07-01", "2025-11-01", "2026-09-01-preview", "2026-11-01"], "usgov": ["2023-07-01", "2025-11-01"],
            "china": ["2023-07-01"]}
REGIONAL, MODES = "2026-09-01-preview", "2025-11-01"  # first with regional endpoints, with role modes


def wrong(status, code, message):
    return as_json({"error": {"code": code, "message": message}}, status)


class Arm:
    def __init__(self, world, entra_signer):
        self.world, self.signer = world, entra_signer

    def answer(self, request):
        if request.has_body():
            request.record = request.read().decode("utf-8", "replace")
        if request.path == "/metadata/endpoints":
            return as_json([])
        try:
            claims = self.signer.check(request.bearer() or "")
        except jwt.InvalidTokenError:
            return wrong(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        if str(claims.get("aud")).rstrip("/") not in ARM_AUDIENCES:
            return wrong(401, "InvalidAuthenticationTokenAudience", "The access token has been obtained for wrong audience "
                         f"or resource '{claims.get('aud')}'.")
        return self._route(request, claims)

    def _route(self, request, claims):
        tenants = [tenant for tenant in self.world.tenants.values() if tenant["id"] == claims["tid"]]
        path = request.path
        if path == "/tenants":
            return as_json({"value": [self._tenant(tenant) for tenant in self._known(claims)]})
        if path == "/subscriptions":
            others = [self._subscription({**tenant, "subscription": f"{number:08}-0000-4000-8000-000000000000"})
                      for tenant in tenants for number in range(tenant.get("other_subscriptions", 0))]
            return as_json({"value": others + [self._subscription(tenant) for tenant in tenants],
                            **({"nextLink": "https://management.azure.com/subscriptions?$skiptoken=x"}
                               if any(tenant.get("more_pages") for tenant in tenants) else {})})
        if (ONE.match(path) or MANY.match(path)) and (refused := self._refused(request, tenants, ONE.match(path))):
            return refused
        if found := ONE.match(path):
            return self._registry(request, tenants, found, claims)
        if found := MANY.match(path) or RESOURCES.match(path):
            mine = [tenant for tenant in tenants if tenant["subscription"] == found[1]]
            rows = [self._row(tenant, host, request) for tenant in mine for host in self._hosts(tenant, request)
                    if self._reads(claims, host)]
            return as_json({"value": rows})
        if path.lower().startswith("/subscriptions/") and path.count("/") == 2:
            mine = [tenant for tenant in tenants if tenant["subscription"] == path.split("/")[2]]
            return as_json(self._subscription(mine[0])) if mine else wrong(404, "SubscriptionNotFound", "Not found.")
        return wrong(404, "ResourceNotFound", f"The stand-in does not know {path}")

    def _refused(self, request, tenants, one):
        """The error for a version of the registries API that this cloud does not support; None if it does."""
        version, cloud = request.argument("api-version", ""), tenants[0]["cloud"] if tenants else "public"
        known = VERSIONS[cloud]
        if version <= known[-1]:
            return None
        known = ", ".join(known)
        if one:
            return wrong(400, "NoRegisteredProviderFound", f"No registered resource provider found for location 'eastus' and API "
                         f"version '{version}' for type 'registries'. The supported api-versions are '{known}'. The supported "
                         "locations are 'westus, eastus, southcentralus, westeurope'.")
        return wrong(404, "InvalidResourceType", "The resource type 'registries' could not be found in the namespace "
                     f"'Microsoft.ContainerRegistry' for api version '{version}'. The supported api-versions are '{known}'.")

    def _known(self, claims):
        principal = self.world.by_object_id(claims["oid"])
        return [self.world.tenants[key] for key in [principal["tenant"], *principal.get("guest_of", [])]]

    @staticmethod
    def _tenant(tenant):
        return {"id": f"/tenants/{tenant['id']}", "tenantId": tenant["id"], "displayName": tenant["name"],
                "domains": tenant["domains"], "defaultDomain": tenant["domains"][0], "tenantCategory": "Home"}

    @staticmethod
    def _subscription(tenant):
        return {"id": f"/subscriptions/{tenant['subscription']}", "subscriptionId": tenant["subscription"],
                "tenantId": tenant["id"], "displayName": f"{tenant['name']} subscription", "state": "Enabled",
                "authorizationSource": "RoleBased", "managedByTenants": [],
                "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01",
                                         "spendingLimit": "Off"}}

    def _hosts(self, tenant, request):
        hosts = [host for host, registry in self.world.registries.items() if registry["tenant"] == tenant["key"]]
        named = re.search(r"name eq '([^']+)'", request.argument("$filter", ""))
        if named:
            suffix = {"china": ".azurecr.cn", "usgov": ".azurecr.us"}.get(tenant["cloud"], ".azurecr.io")
            host = named[1].lower() + suffix
            hosts = [host] if self.world.registry(host)["tenant"] == tenant["key"] else []
        return hosts

    def _row(self, tenant, host, request):
        name, _, suffix = host.partition(".")
        registry, version, told = self.world.registry(host), request.argument("api-version", ""), {}
        mode = "LegacyRegistryPermissions" if registry.get("catalog", True) else "AbacRepositoryPermissions"
        if version >= MODES:
            told["roleAssignmentMode"] = mode
        if version >= REGIONAL:
            regions = registry.get("regions", [])
            told |= {"regionalEndpoints": "Enabled" if regions else "Disabled", "endpointProtocol": "IPv4",
                     "regionalEndpointHostNames": registry.get("regional_hosts", [f"{name}.{region}.geo.{suffix}" for region in regions])}
        return {"id": f"/subscriptions/{tenant['subscription']}/resourceGroups/{GROUP}/providers/{REGISTRY_TYPE}/{name}",
                "name": name, "type": REGISTRY_TYPE, "location": "eastus", "sku": {"name": "Premium", "tier": "Premium"},
                "tags": {}, "properties": {
                    "loginServer": host, "provisioningState": "Succeeded",
                    "adminUserEnabled": bool(registry.get("admin")),
                    "anonymousPullEnabled": registry.get("anonymous_pull", False), "publicNetworkAccess": "Enabled",
                    "creationDate": "2026-01-01T00:00:00Z", "dataEndpointEnabled": False, "dataEndpointHostNames": [],
                    "networkRuleSet": {"defaultAction": "Allow", "ipRules": []}, "privateEndpointConnections": [],
                    **told,
                    "policies": {"azureADAuthenticationAsArmPolicy": {
                        "status": "enabled" if registry.get("arm_audience", True) else "disabled"},
                        "quarantinePolicy": {"status": "enabled" if registry.get("quarantine") else "disabled"},
                        "trustPolicy": {"type": "Notary", "status": "disabled"}}}}

    @staticmethod
    def _cache_rule(path, name, target, source, login=None):
        registry = path.rsplit("/", 1)[0]
        return {"id": f"{registry}/cacheRules/{name}", "name": name, "type": f"{REGISTRY_TYPE}/cacheRules", "properties": {
            "creationDate": "2026-01-01T00:00:00.0000000Z", "provisioningState": "Succeeded", "sourceRepository": source,
            "targetRepository": target, **({"credentialSetResourceId": f"{registry}/credentialSets/{login}"} if login else {})}}

    def _reads(self, claims, host):
        """Does the caller have the role Reader? Everyone has it if the registry does not list its readers."""
        readers = self.world.registry(host).get("readers")
        return readers is None or self.world.by_object_id(claims["oid"])["key"] in readers

    def _registry(self, request, tenants, found, claims):
        subscription, name, action = found[1], found[3].lower(), (found[4] or "").lower()
        for tenant in tenants:
            suffix = {"china": ".azurecr.cn", "usgov": ".azurecr.us"}.get(tenant["cloud"], ".azurecr.io")
            host = name + suffix
            registry = self.world.registry(host)
            if tenant["subscription"] != subscription or registry["tenant"] != tenant["key"]:
                continue
            if not self._reads(claims, host):
                return wrong(403, "AuthorizationFailed",
                             f"The client '{claims['oid']}' with object id '{claims['oid']}' does not have authorization to "
                             f"perform action '{REGISTRY_TYPE}/read' over scope '{request.path}' or the scope is invalid. If "
                             "access was recently granted, please refresh your credentials.")
            if action == "/listcredentials":
                admin = registry.get("admin")
                if not admin:
                    return wrong(400, "UnAuthorizedForCredentialOperations",
                                 f"Cannot perform credential operations for {request.path} as admin user is disabled.")
                passwords = [{"name": name, "value": value}
                             for name, value in zip(("password", "password2"), admin["passwords"])]
                return as_json({"username": admin["user"], "passwords": passwords})
            if action == "/cacherules":
                return as_json({"value": [self._cache_rule(request.path, *rule) for rule in registry.get("cache_rules", [])]})
            return as_json(self._row(tenant, host, request))
        return wrong(404, "ResourceNotFound", f"The Resource '{REGISTRY_TYPE}/{name}' was not found.")
