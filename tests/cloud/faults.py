# SPDX-License-Identifier: Apache-2.0
"""The faults that tests can cause, and when they apply.

A rule comes from $CLOUD_DIR/faults.json, a list of objects that is read again at each request:

    [{"service": "acr", "host": "contoso.azurecr.io", "path": "/oauth2/exchange", "fault": "throttle", "count": 2}]

`service`, `host` and `path` (a prefix) restrict a rule and are optional; the first rule that matches is used, and
`count` limits how often. Any other member is a parameter of the fault.

A rule may also come from the name of a registry: firewall.azurecr.io has the fault `firewall`, and so do firewall1
and firewall-abc. Digits after the name are the fault's number: error503, delay3, throttle7, short600.

The faults are implemented in corrupt.py, and in the file of the service that they belong to.
"""
import json
import os
import re
import threading
from collections import namedtuple

Fault = namedtuple("Fault", "stage path number text")

OAUTH, TOKEN = "/oauth2/", "/oauth2/exchange"
# name: when it happens, the path to which it applies if the rule names none, the parameter that digits in a name set
FAULTS = {
    # before the connection
    "nosuch": Fault("dns", None, None, "the name does not exist (NXDOMAIN)"),
    "silent": Fault("dns", None, None, "the name server never answers"),
    "servfail": Fault("dns", None, None, "the name server answers SERVFAIL"),
    "refused": Fault("dns", None, None, "the name leads to an address that refuses connections"),
    "dropped": Fault("dns", None, None, "the name leads to an address that drops packets"),
    "unreachable": Fault("dns", None, None, "the name leads to an address without a route"),
    # on the connection
    "hang": Fault("wire", None, None, 'takes the request, never answers ("at": "connect" before TLS)'),
    "reset": Fault("wire", None, "after", 'RST instead of an answer ("at": "connect", or "after" N bytes of it)'),
    "selfsigned": Fault("tls", None, None, "a certificate signed by itself"),
    "expiredcert": Fault("tls", None, None, "a certificate that expired an hour ago"),
    "wronghost": Fault("tls", None, None, "a certificate for another name"),
    "tls10": Fault("tls", None, None, "TLS 1.0 only"),
    "tls12": Fault("tls", None, None, "TLS 1.2 only"),
    "rtt": Fault("rtt", None, "ms", "each way costs ms/2, a TCP connect ms"),
    # in the response of any service
    "delay": Fault("wire", OAUTH, "seconds", "waits before a right answer (seconds, default 3)"),
    "slow": Fault("wire", OAUTH, None, "a right answer, one byte a second (interval)"),
    "truncated": Fault("wire", OAUTH, None, "half of a right answer, then the connection ends"),
    "endless": Fault("wire", OAUTH, None, "a body without end"),
    "throttle": Fault("wire", OAUTH, "retry_after", "429 (retry_after: seconds, date, garbage, none or any text; message; frontdoor: no JSON)"),
    "error": Fault("wire", OAUTH, "status", "an empty-handed 5xx (status, default 503; body)"),
    "html": Fault("wire", None, None, "200 with a captive portal's page"),
    "proxy": Fault("wire", None, None, "403 with a proxy's page"),
    "redirect": Fault("wire", OAUTH, "status", "a redirect (status, default 307; location)"),
    "empty": Fault("wire", OAUTH, None, "200 with {}"),
    "nobody": Fault("wire", OAUTH, None, "200 with no body at all"),
    "badjson": Fault("wire", OAUTH, None, "200 with half an object"),
    "deepjson": Fault("wire", OAUTH, None, "200 with arrays nested 100,000 deep"),
    "fields": Fault("wire", OAUTH, None, "a right answer with other fields (fields: null takes one away)"),
    "skew": Fault("service", None, "seconds", "a clock that is off (seconds, default 900): Date, iat, nbf, exp"),
    # errors of Azure Container Registry itself
    "firewall": Fault("service", None, None, "403 DENIED, client with IP ... is not allowed access (ip)"),
    "norole": Fault("service", TOKEN, None, "401 UNAUTHORIZED for an identity without a role"),
    "nopermissions": Fault("service", TOKEN, None, "403 DENIED, retrieving permissions failed: no role, in other words"),
    "armonly": Fault("service", TOKEN, None, "refuses tokens of the ACR audience"),
    "acronly": Fault("service", TOKEN, None, "refuses tokens of the ARM audience"),
    "revoked": Fault("service", OAUTH, None, "refuses registry tokens made before a moment (before: epoch seconds)"),
    "realm": Fault("service", "/v2/", None, "a challenge whose realm is elsewhere (realm)"),
    "nochallenge": Fault("service", "/v2/", None, "401 without a WWW-Authenticate header"),
    # errors of the registry about an image
    "quarantined": Fault("service", "/v2/", None, "an image in quarantine: unknown by its tag, disallowed by its digest"),
    "locked": Fault("service", "/v2/", None, "405 REGISTRY_DISALLOWED_OPERATION for a manifest"),
    "cacherule": Fault("service", "/v2/", None, "a cache rule whose source refuses (says: credentials, denied, throttled, unauthorized)"),
    "storagedenied": Fault("service", "/", None, "403 AuthorizationFailure of the storage behind a data endpoint"),
    # invalid tokens
    "noexp": Fault("service", OAUTH, None, "a token without exp"),
    "expired": Fault("service", OAUTH, None, "a token that expired an hour ago"),
    "short": Fault("service", OAUTH, "seconds", "a token that lives short (seconds, default 60)"),
    "otheraud": Fault("service", TOKEN, None, "a refresh token for another registry"),
    "notjwt": Fault("service", OAUTH, None, "a token that is not a JWT"),
    "bigtoken": Fault("service", OAUTH, "bytes", "a huge token (bytes, default 1000000)"),
    "nulltoken": Fault("service", OAUTH, None, "a token that is null"),
    "nultoken": Fault("service", OAUTH, None, "a token with \\u0000 in it"),
    "crlftoken": Fault("service", OAUTH, None, "a token with line ends in it"),
    # errors of Entra ID and the managed identity endpoints
    "transient": Fault("service", None, None, "Entra: 400 temporarily_unavailable (AADSTS90033)"),
    "entra": Fault("service", None, None, "Entra: any refusal (code, error, text, suberror, claims, status; lines: as until 2022)"),
    "imds400": Fault("service", None, None, "IMDS: 400 Identity not found"),
    "gone": Fault("service", None, None, "IMDS: 410 while it is being updated"),
    "proxyauth": Fault("service", None, None, "the proxy asks for a password (407)"),
    "declined": Fault("service", None, None, "Entra: the person declines the device code"),
    "pending": Fault("service", None, None, "Entra: the person has not yet answered the device code"),
}

NAMED = re.compile(r"(" + "|".join(sorted(FAULTS, key=len, reverse=True)) + r")(\d*)(-[^.]*)?\.")


class Rule(dict):
    @property
    def kind(self):
        return self.get("fault")

    @property
    def stage(self):
        if self.get("at") in ("connect", "tls"):
            return "connect"
        return FAULTS[self.kind].stage if self.kind in FAULTS else "service"


class Faults:
    """The rules in a folder's faults.json, with the number of times that each was used."""

    def __init__(self, folder, recorder, is_registry):
        self.path = os.path.join(folder, "faults.json")
        self.recorder, self.is_registry = recorder, is_registry
        self.lock = threading.Lock()
        self.rules, self.used, self.seen = [], {}, None

    def find(self, service, host, path, stages):
        """The first rule that applies at this stage, or None; path is None before there is a request."""
        with self.lock:
            self._reload()
            for key, rule in self.rules:
                if not self._fits(rule, service, host, path, stages):
                    continue
                if "count" in rule and self.used.get(key, 0) >= rule["count"]:
                    continue
                self.used[key] = self.used.get(key, 0) + 1
                return rule
        rule = self.named(host) if service in ("acr", "dns") else None
        return rule if rule and self._fits(rule, service, host, path, stages) else None

    def named(self, host):
        """The rule that the name of a registry stands for, or None."""
        host = host or ""
        if host.startswith("nosuch") and self.is_registry(host):
            return Rule(fault="nosuch")
        found = NAMED.match(host)
        if not found or not self.is_registry(host):
            return None
        fault = FAULTS[found[1]]
        return Rule(fault=found[1], **({fault.number: int(found[2])} if found[2] and fault.number else {}))

    @staticmethod
    def _fits(rule, service, host, path, stages):
        if rule.stage not in stages or rule.get("service", service) != service:
            return False
        if rule.get("host", host) != host:
            return False
        wanted = rule.get("path") or (FAULTS[rule.kind].path if service == "acr" and rule.kind in FAULTS else None)
        return not wanted or (path or "").startswith(wanted)

    def _reload(self):
        try:
            status = os.stat(self.path)
            signature = (status.st_ino, status.st_mtime_ns, status.st_size)
        except FileNotFoundError:
            signature = None
        if signature == self.seen:
            return
        self.seen, rules = signature, []
        if signature:
            try:
                with open(self.path, encoding="utf-8") as file:
                    rules = [Rule(rule) for rule in json.load(file)]
            except (ValueError, TypeError) as error:
                self.recorder.write("cloud", event="faults.json cannot be read", error=str(error))
        for rule in rules:
            if rule.kind not in FAULTS:
                self.recorder.write("cloud", event="unknown fault", error=str(rule.kind))
        self.rules = [(json.dumps(rule, sort_keys=True) + str(rules[:at].count(rule)), rule)
                      for at, rule in enumerate(rules)]
        keys = {key for key, _ in self.rules}
        self.used = {key: times for key, times in self.used.items() if key in keys}
