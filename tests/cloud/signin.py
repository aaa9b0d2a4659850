# SPDX-License-Identifier: Apache-2.0
"""Users at Entra ID: device codes, authorization codes with PKCE, passwords, and refresh tokens.

Codes and refresh tokens are signed with Entra's key, so only used ones must be remembered. A refresh token is valid for
every tenant that knows the user, and each use returns a new one.
"""
import base64
import hashlib
import html
import json
import secrets
import threading
import urllib.parse

import jwt

from http1 import Answer, as_json
from refusals import Refusal
from corrupt import corrupt_token

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
PREFIX = "1.AXXX"
NINETY_DAYS = 90 * 86400
DEVICE_LIFE = 900


class People:
    def __init__(self, entra):
        self.entra, self.world, self.signer = entra, entra.world, entra.signer
        self.lock, self.devices, self.used = threading.Lock(), {}, set()
        self.grants = {
            "refresh_token": self._redeem_refresh,
            "authorization_code": self._redeem_code,
            "password": self._password,
            "urn:ietf:params:oauth:grant-type:device_code": self._poll_device,
            "device_code": self._poll_device,
        }

    def person(self):
        return self.world.principals["user"]

    # responses

    def _answer(self, request, user, tenant_text, client, scopes=None, nonce=None):
        tenant = (self.world.tenant_of(user) if tenant_text in ("common", "organizations")
                  else self.entra.find_tenant(request, tenant_text))
        if tenant["key"] not in [user["tenant"], *user.get("guest_of", [])]:
            raise Refusal(50034, user=user["name"], tenant=tenant["name"])
        asked = request.argument("scope") or scopes or ""
        now, resource = self.entra.now(request), self.entra.resource(request, tenant, asked)
        claims = self.entra.claims(tenant, user, resource, now)
        claims.update({"appid": client, "appidacr": "0", "upn": user["name"], "unique_name": user["name"],
                       "name": "Developer", "scp": "user_impersonation", "amr": ["pwd", "mfa"]})
        life = request.fault.get("seconds", 60) if request.fault.kind == "short" else 3599
        body = {"token_type": "Bearer", "scope": f"{resource}/user_impersonation {resource}/.default",
                "expires_in": life, "ext_expires_in": life,
                "access_token": corrupt_token(request.fault, self.signer.sign(claims), claims, self.signer.sign, now),
                "refresh_token": self.refresh_token(user, client, now)}
        if client == AZURE_CLI:
            body["foci"] = "1"
        home = self.world.tenant_of(user)
        if "openid" in asked:
            body["id_token"] = self.signer.sign({
                "aud": client, "iss": f"https://{request.host}/{tenant['id']}/v2.0", "iat": now, "nbf": now,
                "exp": now + 3600, "name": "Developer", "oid": user["object_id"], "tid": tenant["id"],
                "preferred_username": user["name"], "sub": user["object_id"], "ver": "2.0",
                **({"nonce": nonce} if nonce else {})})  # OpenID Connect Core 1.0, 2: as in the request
        body["client_info"] = _encode(json.dumps({"uid": user["object_id"], "utid": home["id"]}).encode())
        return as_json(body)

    def refresh_token(self, user, client, now, life=NINETY_DAYS):
        return PREFIX + self.signer.sign({"use": "refresh", "user": user["key"], "client": client, "iat": now,
                                          "exp": now + life, "jti": secrets.token_hex(8)})

    def _redeem_refresh(self, request, tenant_text):
        token = request.argument("refresh_token", "")
        now = self.entra.now(request)
        try:
            claims = self.signer.check(token.removeprefix(PREFIX), now, 0)
        except jwt.ExpiredSignatureError:
            raise Refusal(700082, issued="2026-01-01T00:00:00.0000000Z")
        except jwt.InvalidTokenError:
            raise Refusal(9002313)
        if claims.get("use") != "refresh" or not token.startswith(PREFIX):
            raise Refusal(9002313)
        if claims["client"] != request.argument("client_id"):
            raise Refusal(70000)
        return self._answer(request, self.world.principals[claims["user"]], tenant_text, claims["client"])

    def _password(self, request, tenant_text):
        user = self.world.user(request.argument("username", ""))
        if not user:
            raise Refusal(50034, user=request.argument("username"), tenant=tenant_text)
        if user["password"] != request.argument("password"):
            raise Refusal(50126)
        return self._answer(request, user, tenant_text, request.argument("client_id"))

    # device code

    def start_device(self, request, tenant_text):
        if tenant_text not in ("common", "organizations"):
            self.entra.find_tenant(request, tenant_text)
        device, code = secrets.token_urlsafe(48), secrets.token_hex(5)[:9].upper()
        with self.lock:
            self.devices[device] = {"polls": 0, "scope": request.argument("scope", ""),
                                    "client": request.argument("client_id"),
                                    "end": self.entra.now(request) + DEVICE_LIFE}
        interval = request.fault.get("interval", 1)
        where = "https://microsoft.com/devicelogin"
        return as_json({"user_code": code, "device_code": device, "verification_uri": where,
                        "expires_in": DEVICE_LIFE, "interval": interval,
                        "message": f"To sign in, use a web browser to open the page {where} and enter the code "
                                   f"{code} to authenticate."})

    def _poll_device(self, request, tenant_text):
        """The user confirms at the second poll."""
        device = self.devices.get(request.argument("device_code") or request.argument("code"))
        if not device or device["client"] != request.argument("client_id"):
            raise Refusal(70018)
        kind = request.fault.kind
        if kind == "declined":
            refusal = Refusal(70016)
            refusal.error, refusal.text = "authorization_declined", "The end user denied the authorization request."
            raise refusal
        if device["end"] < self.entra.now(request):
            raise Refusal(70019)
        device["polls"] += 1
        if kind == "pending" or device["polls"] < 2:
            raise Refusal(70016)
        return self._answer(request, self.person(), tenant_text, device["client"], device["scope"])

    # authorization code

    def page(self, request):
        """The pages that a user would see in a browser, or None."""
        if request.path in ("/devicelogin", "/device"):
            return Answer(200, "<!DOCTYPE html><title>Enter code</title><p>Enter the code shown by your device. "
                               "It is accepted by itself.</p>", kind="text/html; charset=utf-8")
        if request.path == "/standin/continue":
            return Answer(302, headers={"Location": request.argument("to")})
        return None

    def authorize(self, request, tenant_text):
        """A page with two links, `yes` and `no`; both return to the redirect URI."""
        if request.method == "POST":
            request.query.update(request.form)
        client, redirect = request.argument("client_id", ""), request.argument("redirect_uri", "")
        parts = urllib.parse.urlsplit(redirect)
        if parts.scheme != "http" or parts.hostname not in ("localhost", "127.0.0.1"):
            raise Refusal(50011, redirect=redirect, client=client)
        if tenant_text not in ("common", "organizations"):
            self.entra.find_tenant(request, tenant_text)
        now = self.entra.now(request)
        code = PREFIX + self.signer.sign({
            "use": "code", "client": client, "redirect": redirect, "scope": request.argument("scope", ""),
            "challenge": request.argument("code_challenge"), "nonce": request.argument("nonce"),
            "iat": now, "exp": now + 600, "jti": secrets.token_hex(8)})
        state = request.argument("state", "")
        yes = _with(redirect, code=code, state=state, client_info=_encode(json.dumps(
            {"uid": self.person()["object_id"], "utid": self.world.tenant_of(self.person())["id"]}).encode()),
            session_state=secrets.token_hex(8))
        no = _with(redirect, error="access_denied", state=state,
                   error_description="AADSTS65004: User declined to consent to access the app.")
        if request.argument("prompt") == "none":
            return Answer(302, headers={"Location": yes})
        page = ("<!DOCTYPE html><title>Sign in to your account</title>"
                + _link("yes", yes, f"Continue as {self.person()['name']}") + _link("no", no, "Cancel"))
        return Answer(200, page, kind="text/html; charset=utf-8")

    def _redeem_code(self, request, tenant_text):
        try:
            claims = self.signer.check(request.argument("code", "").removeprefix(PREFIX), self.entra.now(request), 0)
        except jwt.ExpiredSignatureError:
            raise Refusal(70008)
        except jwt.InvalidTokenError:
            raise Refusal(9002313)
        with self.lock:
            if claims.get("jti") in self.used or claims.get("use") != "code":
                raise Refusal(54005)
            self.used.add(claims["jti"])
        if (claims["client"], claims["redirect"]) != (request.argument("client_id"), request.argument("redirect_uri")):
            raise Refusal(70000)
        verifier = request.argument("code_verifier", "")
        if claims["challenge"] and _encode(hashlib.sha256(verifier.encode()).digest()) != claims["challenge"]:
            raise Refusal(501481)
        return self._answer(request, self.person(), tenant_text, claims["client"], claims["scope"], claims["nonce"])


def _link(name, to, text):
    way = html.escape("/standin/continue?" + urllib.parse.urlencode({"to": to}))
    return f'<p><a id="{name}" href="{way}">{html.escape(text)}</a></p>'


def _encode(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _with(url, **fields):
    return url + ("&" if "?" in url else "?") + urllib.parse.urlencode(fields)
