# SPDX-License-Identifier: Apache-2.0
"""A private certificate authority, created at every start, and a certificate for each name that a client requests.

The name is read from the ClientHello before TLS begins, so that a rule can select the certificate, the protocol
version, or no response.
"""
import datetime
import ipaddress
import os
import socket
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = "Stand-in cloud root"


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


class Authority:
    """Signs certificates; keeps one SSLContext for each (name, flavour)."""

    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.contexts, self.leaves = {}, {}
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.leaf_key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        key_id = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        self.certificate = (
            x509.CertificateBuilder().subject_name(_name(AUTHORITY)).issuer_name(_name(AUTHORITY))
            .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2)).not_valid_after(now + datetime.timedelta(days=400))
            .add_extension(x509.BasicConstraints(True, 0), True).add_extension(key_id, False)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), True)
            .sign(self.key, hashes.SHA256()))
        self.pem = _pem(self.certificate)

    def context(self, name, flavour=None):
        """The server context for a host name or address; flavour: selfsigned, expiredcert, wronghost, tls10."""
        with self.lock:
            if (name, flavour) not in self.contexts:
                self.contexts[name, flavour] = self._make_context(name, flavour)
            return self.contexts[name, flavour]

    def write_thumbprint(self, name, flavour, path):
        """Write the SHA-1 of a certificate in hexadecimal to a file, for a client that pins it."""
        self.context(name, flavour)
        with open(path, "w", encoding="ascii") as file:
            file.write(self.leaves[name, flavour].fingerprint(hashes.SHA1()).hex().upper())

    def _make_context(self, name, flavour):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        if flavour == "tls10":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        else:
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        if flavour == "tls12":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        path = os.path.join(self.folder, f".leaf-{threading.get_ident()}.pem")
        key = self.leaf_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption())
        self.leaves[name, flavour] = self._leaf(name, flavour)
        with open(path, "wb") as file:
            file.write(_pem(self.leaves[name, flavour]) + key)
        context.load_cert_chain(path)
        os.unlink(path)
        return context

    def _leaf(self, name, flavour):
        shown = "somebody-else.example" if flavour == "wronghost" else name
        now = datetime.datetime.utcnow()
        start, end = now - datetime.timedelta(days=1), now + datetime.timedelta(days=90)
        if flavour == "expiredcert":
            start, end = now - datetime.timedelta(days=90), now - datetime.timedelta(hours=1)
        own = flavour == "selfsigned"
        builder = (
            x509.CertificateBuilder().subject_name(_name(shown))
            .issuer_name(_name(shown) if own else self.certificate.subject)
            .public_key(self.leaf_key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(start).not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName([_alternative(shown)]), False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False))
        return builder.sign(self.leaf_key if own else self.key, hashes.SHA256())


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def peek_hello(sock, patience):
    """(is it TLS, server name or None), or (None, None) if nothing was received in `patience` seconds."""
    deadline = time.monotonic() + patience
    seen = -1
    while time.monotonic() < deadline:
        sock.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = sock.recv(16389, socket.MSG_PEEK)
        except OSError:
            return None, None
        if not data:
            return None, None
        if data[0] != 22:
            return False, None
        if len(data) >= 5 and len(data) >= min(16389, 5 + int.from_bytes(data[3:5], "big")):
            return True, server_name(data)
        if len(data) == seen:
            time.sleep(0.005)
        seen = len(data)
    return True, None


def server_name(record):
    """The SNI of a ClientHello, or None."""
    try:
        at = 5 + 4 + 2 + 32
        at += 1 + record[at]
        at += 2 + int.from_bytes(record[at:at + 2], "big")
        at += 1 + record[at]
        end = at + 2 + int.from_bytes(record[at:at + 2], "big")
        at += 2
        while at + 4 <= end:
            kind, size = int.from_bytes(record[at:at + 2], "big"), int.from_bytes(record[at + 2:at + 4], "big")
            if kind == 0:
                length = int.from_bytes(record[at + 7:at + 9], "big")
                return record[at + 9:at + 9 + length].decode("ascii").lower()
            at += 4 + size
    except (IndexError, UnicodeDecodeError):
        pass
    return None
