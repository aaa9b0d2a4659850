# SPDX-License-Identifier: Apache-2.0
"""How responses and tokens are corrupted; faults.py lists the faults.

A network fault gets the rule, the request, and a function that returns the correct response.
"""
import json
import time
from email.utils import formatdate

from http1 import Answer, Closed, as_json, head_of


TOO_MANY = ("Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix to view limits of all service "
            "tiers.")
FRONT_DOOR = "Ref A: 9E31E74CD9834672839D9F06B9E41573 Ref B: DM2EDGE0520 Ref C: 2024-05-08T12:36:23Z"


def _throttle(rule, request, right):
    text = str(rule.get("retry_after", 1))
    text = {"date": formatdate(time.time() + 2, usegmt=True), "garbage": "soon, I hope"}.get(text, text)
    body = {"errors": [{"code": "TOOMANYREQUESTS", "message": rule.get("message", TOO_MANY)}]}
    if rule.get("frontdoor"):
        return Answer(429, FRONT_DOOR, kind="text/html")
    if request.connection.service != "acr":
        body = {"error": "temporarily_unavailable", "error_codes": [90055], "error_description":
                "AADSTS90055: The tenant is throttled due to too many incoming requests."}
    return as_json(body, 429, {} if text == "none" else {"Retry-After": text})


def _error(rule, request, right):
    return Answer(rule.get("status", 503), rule.get("body", ""), rule.get("headers"), rule.get("kind", "text/plain"))


def _html(rule, request, right):
    return Answer(200, "<!DOCTYPE html><html><head><title>Welcome to Airport WiFi</title></head><body><form "
                       "action='http://portal.example/login'>Please sign in</form></body></html>", kind="text/html")


def _proxy(rule, request, right):
    return Answer(403, "<html><head><title>Access Denied</title></head><body>Your organisation's web policy "
                       "blocks this site.</body></html>", {"Via": "1.1 proxy.example"}, "text/html")


def _redirect(rule, request, right):
    return Answer(rule.get("status", 307), headers={"Location": rule.get("location", "https://evil.example/steal")})


def _hang(rule, request, right):
    time.sleep(rule.get("seconds", 86400))
    raise Closed("hung")


def _reset(rule, request, right):
    if rule.get("after"):
        _send_start(request, right(), rule["after"])
    request.connection.reset()
    raise Closed("reset")


def _truncated(rule, request, right):
    answer = right()
    _send_start(request, answer, None)
    raise Closed("truncated")


def _send_start(request, answer, size):
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    head = head_of(answer.status, {**answer.headers, "Content-Length": str(len(body))})
    size = len(head) + len(body) // 2 if size is None else size
    request.connection.send((head + body)[:size])


def _delay(rule, request, right):
    time.sleep(rule.get("seconds", 3))
    return right()


def _fields(rule, request, right):
    answer = right()
    value = {**json.loads(answer.body), **rule.get("fields", {})}
    return as_json({name: one for name, one in value.items() if one is not None}, answer.status, answer.headers)


def _slow(rule, request, right):
    answer = right()
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)

    def drip():
        for at in range(len(body)):
            time.sleep(rule.get("interval", 1))
            yield body[at:at + 1]
    answer.body, answer.length = drip(), len(body)
    return answer


def _endless(rule, request, right):
    def flood():
        yield b'{"refresh_token":"'
        while True:
            yield b"A" * 16384
    return Answer(200, flood(), kind="application/json")


WIRE = {
    "throttle": _throttle, "error": _error, "html": _html, "proxy": _proxy, "redirect": _redirect, "hang": _hang,
    "reset": _reset, "truncated": _truncated, "delay": _delay, "fields": _fields, "slow": _slow, "endless": _endless,
    "empty": lambda rule, request, right: as_json({}),
    "nobody": lambda rule, request, right: Answer(200, b""),
    "badjson": lambda rule, request, right: Answer(200, '{"refresh_token":"eyJhbGciOi', kind="application/json"),
    "deepjson": lambda rule, request, right: Answer(
        200, '{"refresh_token":' + "[" * 100000 + "]" * 100000 + "}", kind="application/json"),
}


def corrupt_token(rule, token, claims, sign, now):
    """What a service returns instead of `token` with a token fault; sign(claims) signs another token."""
    kind = rule.kind
    if kind == "noexp":
        return sign({name: value for name, value in claims.items() if name != "exp"})
    if kind == "expired":
        return sign({**claims, "iat": now - 14400, "nbf": now - 14400, "exp": now - 3600})
    if kind == "short":
        return sign({**claims, "exp": now + rule.get("seconds", 60)})
    if kind == "otheraud":
        return sign({**claims, "aud": rule.get("aud", "another.azurecr.io")})
    return {"notjwt": "this-is-not-a-jwt", "nulltoken": None, "nultoken": "abc\0def",
            "crlftoken": token[:20] + "\r\nX-Injected: yes\r\n" + token[20:],
            "bigtoken": token + "A" * (rule.get("bytes", 1000000) if rule else 0)}.get(kind, token)
