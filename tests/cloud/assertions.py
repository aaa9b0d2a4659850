# SPDX-License-Identifier: Apache-2.0
"""Client assertions: a JWT signed with an application's registered certificate, or by a federated issuer.

Both are verified as Entra ID does: key, audience, subject, time. `issuers` maps an issuer's URL to its Signer;
`certificates` maps the name in world.json to the registered certificate.
"""
import base64
import hashlib
import time

import jwt
from cryptography.hazmat.primitives import serialization

from refusals import Refusal

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
UNVERIFIED = {"verify_signature": False}
NO_TIMES = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}


class Assertions:
    def __init__(self, issuers, certificates):
        self.issuers, self.certificates = issuers, certificates

    def check(self, request, principal, tenant, now):
        """Return if the assertion of a request proves that it comes from the principal; otherwise raise a Refusal."""
        token = request.argument("client_assertion")
        if request.argument("client_assertion_type") != JWT_BEARER:
            raise Refusal(900144, parameter="client_assertion_type")
        try:
            header, claims = jwt.get_unverified_header(token), jwt.decode(token, options=UNVERIFIED)
        except jwt.InvalidTokenError as error:
            raise Refusal(50027, reason=str(error))
        if claims.get("iss") == principal["client_id"] or "x5t" in header or "x5t#S256" in header:
            self._by_certificate(request, token, header, claims, principal, tenant)
        else:
            self._by_issuer(token, claims, principal)
        self._in_time(claims, now)

    def _by_certificate(self, request, token, header, claims, principal, tenant):
        client = principal["client_id"]
        certificate = self.certificates.get(principal.get("certificate"))
        shown = header.get("x5t") or header.get("x5t#S256") or ""
        if not certificate or not _names(header, certificate.public_bytes(serialization.Encoding.DER)):
            raise Refusal(700027, reason="The key was not found.", thumbprint=shown, client=client)
        try:
            jwt.decode(token, certificate.public_key(), ["RS256", "PS256"], options=NO_TIMES)
        except jwt.InvalidTokenError:
            raise Refusal(700027, reason="The key used is not the registered one.", thumbprint=shown, client=client)
        if not claims.get("iss") == claims.get("sub") == client:
            raise Refusal(700021)
        base = f"https://{request.host}/"
        wanted = [base + name + end for name in (tenant["id"], *tenant["domains"])
                  for end in ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0")]
        if claims.get("aud") not in wanted:
            raise Refusal(700023)

    def _by_issuer(self, token, claims, principal):
        issuer, subject, audience = claims.get("iss"), claims.get("sub"), claims.get("aud")
        audience = audience[0] if isinstance(audience, list) and audience else audience
        records = [record for record in principal.get("federated", []) if record["issuer"] == issuer]
        if not records or issuer not in self.issuers:
            raise Refusal(700211, issuer=issuer)
        try:
            jwt.decode(token, self.issuers[issuer].key.public_key(), ["RS256"], options=NO_TIMES)
        except jwt.InvalidTokenError as error:
            raise Refusal(50027, reason=str(error))
        if audience not in [record["audience"] for record in records]:
            raise Refusal(700212, audience=audience)
        if subject not in [record["subject"] for record in records]:
            raise Refusal(700213, subject=subject)

    @staticmethod
    def _in_time(claims, now):
        start, end = claims.get("nbf", claims.get("iat", 0)), claims.get("exp", 0)
        if not start - 300 <= now < end + 300:
            text = [time.strftime("%Y-%m-%dT%H:%M:%S.0000000Z", time.gmtime(at)) for at in (now, start, end)]
            raise Refusal(700024, now=text[0], start=text[1], end=text[2])


def _names(header, der):
    """Does the header name this certificate? It is base64url in the specification, and base64 in MSAL Go."""
    for field, digest in (("x5t#S256", hashlib.sha256), ("x5t", hashlib.sha1)):
        if field in header:
            right = base64.urlsafe_b64encode(digest(der).digest()).rstrip(b"=").decode()
            return header[field].rstrip("=").replace("+", "-").replace("/", "_") == right
    return False
