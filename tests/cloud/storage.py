# SPDX-License-Identifier: Apache-2.0
"""The real registries behind the access control: one docker-registry process for each login server, started on demand.

They listen on Unix sockets in the namespace's own /run, so only the access control can reach them. Bodies are streamed
in both directions.
"""
import http.client
import os
import socket
import subprocess
import threading
import time

from http1 import CHUNK, Answer
from images import Contents

SOCKETS = "/run/cloud"
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "authorization", "expect", "host", "content-length"}
CONFIG = """version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {folder}/data}}
  delete: {{enabled: true}}
http:
  net: unix
  addr: {socket}
  relativeurls: true
  secret: stand-in
"""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, host):
        super().__init__(host, timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Storage:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "registries")
        self.lock, self.ready, self.processes = threading.Lock(), {}, []

    def folder_of(self, host):
        return os.path.join(self.folder, host)

    def forward(self, request, host):
        path = self._socket(host)
        if not path:
            return Answer(503, "docker-registry is not installed\n", kind="text/plain")
        upstream = UnixConnection(path, request.host)
        headers = {name: value for name, value in request.headers.items() if name not in HOP_BY_HOP}
        chunked = "transfer-encoding" in request.headers
        if request.has_body() and not chunked:
            headers["Content-Length"] = request.headers["content-length"]
        elif request.has_body():
            headers["Transfer-Encoding"] = "chunked"
        elif request.method in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = "0"
        upstream.request(request.method, request.target, request.body() if request.has_body() else None, headers,
                         encode_chunked=chunked)
        response = upstream.getresponse()
        kept = {name: value for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP}
        length = response.getheader("Content-Length")
        answer = Answer(response.status, b"", kept, length=int(length) if length else None)
        if length and request.method == "HEAD":
            kept["Content-Length"] = length
            answer.headers = kept
            upstream.close()
        else:
            answer.body = _pieces(response, upstream)
        return answer

    def _socket(self, host):
        with self.lock:
            if host not in self.ready:
                self.ready[host] = self._start(host)
            return self.ready[host]

    def _start(self, host):
        folder = self.folder_of(host)
        path = f"{SOCKETS}/{host}.sock"
        os.makedirs(folder + "/data", exist_ok=True)
        os.makedirs(SOCKETS, exist_ok=True)
        Contents(folder + "/data").put_image("app", "latest")  # exists in every registry
        with open(folder + "/config.yml", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=folder, socket=path))
        with open(folder + "/log", "ab") as log:
            try:
                process = subprocess.Popen(["docker-registry", "serve", folder + "/config.yml"],
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            except FileNotFoundError:
                return None
        self.processes.append(process)
        for _ in range(1000):
            try:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(path)
                return path
            except OSError:
                time.sleep(0.01)
            if process.poll() is not None:
                break
        return None


def _pieces(response, upstream):
    try:
        while piece := response.read(CHUNK):
            yield piece
    finally:
        upstream.close()
