# SPDX-License-Identifier: Apache-2.0
"""One service at one address: connections, requests, and network faults.

The first bytes of a connection are read before anything is sent: they contain the requested name, for which a rule may
select a certificate, a latency, or no response.
"""
import socket
import ssl
import struct
import threading
import time
import traceback
from email.utils import formatdate

import latency
import tls
from faults import Rule
from http1 import Answer, Closed, Connection, read_request
from corrupt import WIRE

IDLE = 120
SO_ORIGINAL_DST = 80


class Listener:
    """One service at one address. encrypted: True, False, or None if the client decides."""

    def __init__(self, cloud, service, handler, address, encrypted, flavour=None):
        self.cloud, self.service, self.handler = cloud, service, handler
        self.encrypted, self.flavour = encrypted, flavour
        self.socket = socket.create_server(address, backlog=2048, reuse_port=True)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            sock, peer = self.socket.accept()
            threading.Thread(target=self._serve, args=(sock, peer), daemon=True).start()

    def _serve(self, sock, peer):
        connection = Connection(sock, self.service, peer, destination(sock))
        try:
            connection = self._open(connection)
            while connection and self._one(connection):
                pass
        except Closed:
            pass
        except OSError as error:
            self.cloud.recorder.event(connection, "broken", error=str(error))
        finally:
            if connection:
                connection.close()

    def _open(self, bare):
        """The connection, ready for HTTP, or None if it could not be established."""
        sock, cloud = bare.socket, self.cloud
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        encrypted, bare.sni = tls.peek_hello(sock, IDLE)
        if encrypted is None:
            cloud.recorder.event(bare, "said nothing")
            bare.close()
            return None
        host = bare.sni or bare.local[0]
        rule = cloud.faults.find(self.service, host, None, ("connect",))
        if rule:
            cloud.recorder.event(bare, "fault", fault=rule.kind)
            if rule.kind == "reset":
                bare.reset()
            else:
                time.sleep(rule.get("seconds", 86400))
            return None
        if self.encrypted is not None and encrypted != self.encrypted:
            cloud.recorder.event(bare, "TLS was expected" if self.encrypted else "TLS was not expected")
            bare.close()
            return None
        distant = cloud.faults.find(self.service, host, None, ("rtt",))
        if distant:
            sock = latency.far(sock, distant.get("ms", 30) / 1000)
        sock.settimeout(IDLE)
        if not encrypted:
            return Connection(sock, self.service, bare.peer, bare.local, bare.sni)
        return self._handshake(sock, bare, host)

    def _handshake(self, sock, bare, host):
        rule = self.cloud.faults.find(self.service, host, None, ("tls",))
        context = self.cloud.authority.context(host, rule.kind if rule else self.flavour)
        try:
            sock = context.wrap_socket(sock, server_side=True)
        except (ssl.SSLError, OSError) as error:
            self.cloud.recorder.event(bare, "handshake failed", error=str(error), fault=rule and rule.kind)
            sock.close()
            return None
        return Connection(sock, self.service, bare.peer, bare.local, bare.sni, sock.version())

    def _one(self, connection):
        """Serve one request; False when the connection has ended."""
        request = read_request(connection)
        if not request:
            if not connection.asked:
                self.cloud.recorder.event(connection, "asked nothing")
            return False
        connection.asked += 1
        if hasattr(self.handler, "service_of"):
            connection.service = self.handler.service_of(request)
        self.cloud.world.refresh()
        rule = self.cloud.faults.find(connection.service, request.host, request.path, ("wire", "service"))
        request.fault = rule or Rule()
        try:
            if rule and rule.kind in WIRE:
                answer = self._spoiled(rule, request)
            else:
                answer = self._right(request)
        except Closed:
            raise
        except Exception as error:  # a bug in the stand-in must not look like a fault of Azure
            traceback.print_exc()
            answer = Answer(500, f"the stand-in failed: {error!r}\n", kind="text/plain")
        skew = rule.get("seconds", 900) if rule and rule.kind == "skew" else 0
        answer.headers.setdefault("Date", formatdate(time.time() + skew, usegmt=True))
        answer.close = answer.close or request.headers.get("connection", "").lower() == "close"
        self.cloud.recorder.request(request, answer.status, rule.kind if rule else None)
        answer.send(request)
        for _ in request.body():
            pass
        return not answer.close

    def _right(self, request):
        return self.handler.answer(request)

    def _spoiled(self, rule, request):
        """Apply a network fault. A request that gets no response is recorded before that."""
        asked = []

        def right():
            asked.append(True)
            return self._right(request)
        if rule.kind in ("hang", "reset", "truncated"):
            _read_small_form(request)
            self.cloud.recorder.request(request, None, rule.kind)
        answer = WIRE[rule.kind](rule, request, right)
        if not asked:
            _read_small_form(request)
        return answer


def _read_small_form(request):
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        request.read_form()


def destination(sock):
    """The address that the client connected to, which a redirecting rule of the kernel may have changed."""
    try:
        raw = sock.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
        return socket.inet_ntoa(raw[4:8]), struct.unpack("!H", raw[2:4])[0]
    except OSError:
        return sock.getsockname()[:2]
