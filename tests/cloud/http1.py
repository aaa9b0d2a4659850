# SPDX-License-Identifier: Apache-2.0
"""An HTTP/1.1 server over a socket, whose responses can be corrupted.

A server from a library cannot send half a response, none, or an endless one. This one keeps connections alive, streams
bodies in both directions, and allows writing to `Connection.socket` directly.
"""
import base64
import json
import socket
import struct
import time
import urllib.parse
from http import HTTPStatus

HEAD_LIMIT = 256 * 1024
FORM_LIMIT = 4 * 1024 * 1024
CHUNK = 128 * 1024


class Closed(Exception):
    """The client closed the connection, or sent something that is not HTTP."""


class Connection:
    """One accepted connection: the client, the name that it requested, and the bytes."""

    def __init__(self, sock, service, peer, local, sni=None, tls=None):
        self.socket, self.service, self.peer, self.local = sock, service, peer, local
        self.sni, self.tls, self.asked = sni, tls, 0
        self.reader = sock.makefile("rb", CHUNK)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (OSError, ValueError) as error:
            raise Closed(str(error)) from error

    def reset(self):
        """Close with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        for part in (self.reader, self.socket):
            try:
                part.close()
            except OSError:
                pass


class Headers(dict):
    """Header fields under lower-case names; a repeated field is joined with a comma."""

    def add(self, name, value):
        name = name.lower()
        self[name] = f"{self[name]}, {value}" if name in self else value

    def get(self, name, default=None):
        return super().get(name.lower(), default)


class Request:
    """A request whose head has been read; the body is read when it is needed."""

    fault = None  # the active rule, empty if there is none, see faults.py

    def __init__(self, connection, method, target, headers):
        self.connection, self.method, self.target, self.headers = connection, method, target, headers
        parts = urllib.parse.urlsplit(target if target.startswith("/") else "/" + target)
        self.path = urllib.parse.unquote(parts.path)
        self.raw_path, self.raw_query = parts.path, parts.query
        self.query = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
        host = headers.get("host") or connection.sni or connection.local[0]
        self.host = host.rsplit(":", 1)[0].lower() if host.rsplit(":", 1)[-1].isdigit() else host.lower()
        self.form, self.form_text = {}, None
        self._body = self._pieces()
        self.record = None
        self.began = time.time()

    def argument(self, name, default=None):
        """One value from the form or, if the form does not have it, from the query."""
        return (self.form.get(name) or self.query.get(name) or [default])[0]

    def body(self):
        """The body as pieces of bytes, which are read from the connection one by one."""
        return self._body

    def has_body(self):
        return "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0"

    def read(self, limit=FORM_LIMIT):
        data = b""
        for piece in self._body:
            data += piece
            if len(data) > limit:
                raise Closed("body too long")
        return data

    def read_form(self):
        """Read the form once; a fault may read it before the service does."""
        if self.form_text is None:
            self.form_text = self.read().decode("utf-8", "replace")
            self.form = urllib.parse.parse_qs(self.form_text, keep_blank_values=True)
        return self.form_text

    def basic(self):
        """(user, password) of `Authorization: Basic`, or None."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return None
        return user, password

    def bearer(self):
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else None

    def _pieces(self):
        if self.headers.get("expect", "").lower() == "100-continue":
            self.connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            yield from self._chunks()
            return
        left = int(self.headers.get("content-length") or 0)
        while left:
            piece = self.connection.reader.read(min(left, CHUNK))
            if not piece:
                raise Closed("body cut short")
            left -= len(piece)
            yield piece

    def _chunks(self):
        reader = self.connection.reader
        while size := int(reader.readline(1024).split(b";")[0] or b"0", 16):
            while size:
                piece = reader.read(min(size, CHUNK))
                if not piece:
                    raise Closed("chunk cut short")
                size -= len(piece)
                yield piece
            reader.readline(8)
        while reader.readline(HEAD_LIMIT).strip():
            pass


class Answer:
    """The response of a service. `body` is bytes, or an iterable of bytes that is streamed; a header with a list of
    values is sent once for each value."""

    close = False

    def __init__(self, status=200, body=b"", headers=None, kind=None, length=None):
        self.status, self.headers, self.length = status, dict(headers or {}), length
        self.body = body.encode() if isinstance(body, str) else body
        if kind:
            self.headers.setdefault("Content-Type", kind)

    def send(self, request):
        body, headers = self.body, dict(self.headers)
        whole = isinstance(body, (bytes, bytearray))
        bodiless = request.method == "HEAD" or self.status in (204, 304) or self.status < 200
        length = len(body) if whole else self.length
        if length is not None and self.status != 204:
            headers.setdefault("Content-Length", str(length))
        elif not bodiless:
            headers["Transfer-Encoding"] = "chunked"
        if self.close:
            headers["Connection"] = "close"
        head = head_of(self.status, headers)
        if bodiless:
            request.connection.send(head)
        elif whole:
            request.connection.send(head + bytes(body))
        else:
            request.connection.send(head)
            for piece in body:
                request.connection.send(piece if length is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
            if length is None:
                request.connection.send(b"0\r\n\r\n")


def head_of(status, headers):
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Status"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    lines += [f"{name}: {one}" for name, value in headers.items() for one in (value if isinstance(value, list) else [value])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def as_json(value, status=200, headers=None):
    text = json.dumps(value, separators=(",", ":"))
    return Answer(status, text, headers, "application/json; charset=utf-8")


def read_request(connection):
    """The next request of a connection, or None if it was closed between two requests."""
    try:
        line = connection.reader.readline(HEAD_LIMIT)
        if not line.strip():
            line = connection.reader.readline(HEAD_LIMIT) if line else b""
        if not line:
            return None
        words = line.decode("latin-1").split()
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise Closed("not HTTP/1: " + repr(line[:80]))
        headers = Headers()
        while (line := connection.reader.readline(HEAD_LIMIT)).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers.add(name.strip(), value.strip())
    except (OSError, ValueError) as error:
        raise Closed(str(error)) from error
    return Request(connection, words[0], words[1], headers)
