# SPDX-License-Identifier: Apache-2.0
"""The name server: Azure's names resolve to the stand-in's servers, all other names to the catch-all server."""
import re
import socket
import struct
import threading

RESOLVER = "10.99.0.53"
ACR, ENTRA, ARM = "10.99.0.10", "10.99.0.20", "10.99.0.30"
REFUSED, DROPPED, UNREACHABLE = "10.99.0.11", "10.99.0.12", "10.99.0.13"
IMDS = "169.254.169.254"
TRAP = "203.0.113.66"
OURS = [RESOLVER, ACR, ENTRA, ARM, REFUSED, DROPPED, IMDS]

SUFFIXES = (".azurecr.io", ".azurecr.cn", ".azurecr.us", ".azurecr.eaglex.ic.gov", ".azurecr.microsoft.scloud")
# The endpoint of a registry, its regional endpoints, and the data endpoints (to which nobody logs in).
REGISTRY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)?(\.[a-z0-9]+\.(geo|data))?\Z")

ENTRA_HOSTS = {
    "login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net", "microsoft.com",
    "login.partner.microsoftonline.cn", "login.chinacloudapi.cn",
    "login.microsoftonline.us", "login-us.microsoftonline.com", "login.usgovcloudapi.net",
    "login.microsoftonline.de", "login.sovcloud-identity.fr", "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg", "login.microsoftonline.eaglex.ic.gov", "login.microsoftonline.microsoft.scloud",
}
ARM_HOSTS = {
    "management.azure.com", "management.chinacloudapi.cn", "management.usgovcloudapi.net",
    "management.microsoftazure.de", "management.core.windows.net", "management.core.chinacloudapi.cn",
    "management.core.usgovcloudapi.net", "management.core.cloudapi.de", "management.azure.eaglex.ic.gov",
    "management.azure.microsoft.scloud", "graph.microsoft.com", "graph.windows.net",
}
BROKEN = {"refused": REFUSED, "dropped": DROPPED, "unreachable": UNREACHABLE}

A, AAAA, PTR, ANY = 1, 28, 12, 255


def registry_name(host):
    """The part of a registry's host before Azure's suffix, or None."""
    for suffix in SUFFIXES:
        if host.endswith(suffix) and REGISTRY.match(host[:-len(suffix)]):
            return host[:-len(suffix)]
    return None


def address(host):
    if registry_name(host):
        return ACR
    return ENTRA if host in ENTRA_HOSTS else ARM if host in ARM_HOSTS else TRAP


class NameServer:
    def __init__(self, recorder, faults):
        self.recorder, self.faults = recorder, faults
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((RESOLVER, 53))
        self.tcp = socket.create_server((RESOLVER, 53))

    def start(self):
        threading.Thread(target=self._serve_udp, daemon=True).start()
        threading.Thread(target=self._serve_tcp, daemon=True).start()

    def _serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            reply = self._reply(query, peer)
            if reply:
                self.udp.sendto(reply, peer)

    def _serve_tcp(self):
        while True:
            sock, peer = self.tcp.accept()
            with sock:
                sock.settimeout(2)
                try:
                    query = sock.recv(4096)[2:]
                    reply = self._reply(query, peer)
                    sock.sendall(struct.pack("!H", len(reply)) + reply)
                except (OSError, TypeError):
                    pass

    def _reply(self, query, peer):
        try:
            name, kind, end = _question(query)
        except (IndexError, UnicodeDecodeError):
            return None
        rule = self.faults.find("dns", name, None, ("dns",))
        fault = rule.kind if rule else None
        where = BROKEN.get(fault) or address(name)
        self.recorder.write("dns", host=name, kind={A: "A", AAAA: "AAAA"}.get(kind, kind), peer=peer[0],
                            peer_port=peer[1], answer=fault or where)
        if fault == "silent":
            return None
        code = {"nosuch": 3, "servfail": 2}.get(fault, 3 if kind == PTR else 0)
        records = b""
        if code == 0 and kind in (A, ANY):
            records = struct.pack("!HHHIH", 0xC00C, A, 1, 5, 4) + socket.inet_aton(where)
        flags = 0x8180 | code
        return query[:2] + struct.pack("!HHHHH", flags, 1, 1 if records else 0, 0, 0) + query[12:end] + records


def _question(query):
    """(name, type, where the question ends)"""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii"))
        at += 1 + query[at]
    return ".".join(labels).lower(), int.from_bytes(query[at + 1:at + 3], "big"), at + 5
