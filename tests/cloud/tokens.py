# SPDX-License-Identifier: Apache-2.0
"""JSON Web Tokens: who signs them, and how they are checked. The keys lie in $CLOUD_DIR/keys."""
import os
import time
import uuid

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

LIFE = 3 * 3600


class Signer:
    """An RSA key that signs tokens and checks its own."""

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
        """The claims of a token of ours that is in its time; jwt.InvalidTokenError otherwise."""
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
    """The claims of an ACR refresh token, after the sample of Azure/acr, docs/AAD-OAuth.md."""
    return {"jti": str(uuid.uuid4()), "sub": subject, "nbf": now - 900, "exp": now + life, "iat": now,
            "iss": "Azure Container Registry", "aud": host, "version": "1.0", "rid": "0123456789abcdef",
            "grant_type": "refresh_token", "tenant": tenant, "oid": object_id,
            "permissions": {"actions": ["read", "write", "delete"], "notActions": None}, "roles": []}


def access_claims(base, access, now, life=4500):
    return {**{name: base[name] for name in ("sub", "iss", "aud", "version", "rid", "tenant", "oid") if name in base},
            "jti": str(uuid.uuid4()), "iat": now, "nbf": now - 900, "exp": now + life,
            "access": access, "roles": [], "grant_type": "access_token"}
