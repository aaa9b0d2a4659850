# SPDX-License-Identifier: Apache-2.0
"""JSON Web Tokens: who signs them, and how they are verified. The keys are in $CLOUD_DIR/keys."""
import os
import re
import time
import uuid
import zlib

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

LIFE = 3 * 3600  # of a refresh token
ACCESS_LIFE = 3600
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EARLY = 900  # registries backdate their tokens by this many seconds
NULL_GUID = "00000000-0000-0000-0000-000000000000"

# Three spellings of the actions of a principal, as recorded in 2021, 2022 and since 2024; a registry uses one of them.
PERMISSIONS = [
    {"actions": ["read", "write", "delete"], "notActions": None},
    {"Actions": ["read", "write", "delete", "deleted/read", "deleted/restore/action"], "NotActions": None},
    {"actions": ["read", "write", "delete", "metadata/read", "metadata/write", "deleted/read", "deleted/restore/action"]},
]


class Signer:
    """An RSA key that signs tokens and verifies its own."""

    def __init__(self, key, kid):
        self.key, self.kid = key, kid

    @classmethod
    def create(cls, folder, kid):
        key = rsa.generate_private_key(65537, 2048)
        path = os.path.join(folder, f"{kid}.pem")
        with open(path + ".new", "wb") as file:
            file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()))
        os.rename(path + ".new", path)
        return cls(key, kid)

    @classmethod
    def load(cls, folder, kid):
        with open(os.path.join(folder, f"{kid}.pem"), "rb") as file:
            return cls(serialization.load_pem_private_key(file.read(), None), kid)

    def sign(self, claims, **header):
        return jwt.encode(claims, self.key, "RS256", {"kid": self.kid, **header})

    def check(self, token, now=None, leeway=300):
        """The claims of a token that is ours and currently valid; otherwise jwt.InvalidTokenError."""
        claims = jwt.decode(token, self.key.public_key(), ["RS256"],
                            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False,
                                     "verify_iat": False, "require": ["exp"]})
        now = time.time() if now is None else now
        if claims["exp"] + leeway < now:
            raise jwt.ExpiredSignatureError("token expired")
        if claims.get("nbf", 0) - leeway > now:
            raise jwt.ImmatureSignatureError("token not yet valid")
        return claims

    def jwk(self):
        numbers = self.key.public_key().public_numbers()
        encode = lambda n: jwt.utils.base64url_encode(n.to_bytes((n.bit_length() + 7) // 8, "big")).decode()
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "n": encode(numbers.n), "e": encode(numbers.e)}


def registry_claims(host, subject, tenant, object_id, now, life=LIFE):
    """The claims of an ACR refresh token. `subject` is the name shown to users: an application is named by its
    appid."""
    made = {"jti": str(uuid.uuid4()), "sub": subject if object_id == NULL_GUID else object_id, "nbf": now - EARLY,
            "exp": now + life, "iat": now - EARLY, "iss": "Azure Container Registry", "aud": host, "version": "1.0",
            "rid": "0123456789abcdef0123456789abcdef", "grant_type": "refresh_token", "tenant": tenant,
            "permissions": PERMISSIONS[zlib.crc32(host.encode()) % len(PERMISSIONS)], "roles": []}
    if GUID.fullmatch(subject):
        made["appid"] = subject
    return made


def access_claims(base, access, now, life=ACCESS_LIFE):
    """The claims of an access token that allows `access`."""
    return {**{name: base[name] for name in ("sub", "iss", "aud", "rid", "appid", "tenant") if name in base},
            "version": "2.0", "jti": str(uuid.uuid4()), "iat": now - EARLY, "nbf": now - EARLY, "exp": now + life,
            "access": access, "roles": [], "grant_type": "access_token"}


def member(row, name):
    """A member of a row of `access` or of `permissions`, in either spelling."""
    return row.get(name, row.get(name.capitalize()))
