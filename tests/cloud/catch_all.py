# SPDX-License-Identifier: Apache-2.0
"""Every host that is not part of Azure: accepts all requests and responds as an attacker would.

A test of a hostile name or of a redirect fails here, because the request and all that it contains are recorded.
"""
from http1 import as_json


class CatchAll:
    def answer(self, request):
        request.record = request.read(1 << 20).decode("utf-8", "replace") if request.has_body() else ""
        token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0cmFwIiwiZXhwIjo0MTAyNDQ0ODAwfQ.dHJhcA"
        headers = {}
        if request.path.startswith("/v2"):
            realm = f"https://{request.host}/oauth2/token"
            headers["Www-Authenticate"] = f'Bearer realm="{realm}",service="{request.host}"'
        return as_json({"access_token": token, "refresh_token": token, "token": token, "token_type": "Bearer",
                        "expires_in": 86400, "expires_on": 4102444800, "value": token, "oidcToken": token,
                        "resource": "https://containerregistry.azure.net"}, 200, headers)
