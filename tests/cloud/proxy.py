# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy on every address of the catch-all server: HTTPS_PROXY=http://proxy.example:3128 works in the namespace.

CONNECT opens a tunnel within the cloud and is recorded as service "proxy"; with the fault `proxyauth` it requires a
password (407), with `proxy` it denies the request.
"""
import socket
import threading

from http1 import Answer, Closed, head_of


class Proxy:
    @staticmethod
    def is_for(request):
        return request.method == "CONNECT" or request.target.lower().startswith("http://")

    def answer(self, request):
        if request.fault.kind == "proxyauth":
            return Answer(407, "Proxy authentication is required.\n",
                          {"Proxy-Authenticate": 'Basic realm="proxy"'}, "text/plain")
        if request.method != "CONNECT":
            return Answer(501, "Only CONNECT is supported.\n", kind="text/plain")
        host, _, port = request.target.rpartition(":")
        try:
            return Tunnel(socket.create_connection((host.strip("[]"), int(port)), timeout=10))
        except (OSError, ValueError) as error:
            return Answer(502, f"cannot reach {request.target}: {error}\n", kind="text/plain")


class Tunnel(Answer):
    """An endless response: bytes are copied in both directions until one side closes."""

    def __init__(self, far):
        super().__init__(200)
        self.far = far

    def send(self, request):
        near = request.connection.socket
        request.connection.send(head_of(200, {}))
        near.settimeout(None)
        self.far.settimeout(None)
        back = threading.Thread(target=_carry, args=(self.far, near), daemon=True)
        back.start()
        _carry(near, self.far)
        back.join()
        self.far.close()
        raise Closed("tunnel ended")


def _carry(source, target):
    try:
        while data := source.recv(262144):
            target.sendall(data)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
