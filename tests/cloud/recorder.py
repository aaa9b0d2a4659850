# SPDX-License-Identifier: Apache-2.0
"""Records what every server received, one JSON object a line in $CLOUD_DIR/requests.jsonl.

The tokens and secrets of this cloud are not real, so they are written in full: tests search for them. A line is written
before the response is sent, so a client that has the response can read the line.
"""
import json
import os
import threading
import time


class Recorder:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.number = 0
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)

    def write(self, service, **fields):
        with self.lock:
            self.number += 1
            row = {"n": self.number, "time": round(time.time(), 6), "service": service, **fields}
            os.write(self.file, json.dumps(row).encode() + b"\n")

    def event(self, connection, what, **fields):
        """Something that is not a request: a connection without data, a failed handshake."""
        self.write(connection.service, event=what, host=connection.sni, sni=connection.sni,
                   **addresses(connection), **fields)

    def request(self, request, status, fault=None):
        """A request and the status of its response, which is sent afterwards (None: no response)."""
        connection = request.connection
        row = {"host": request.host, "sni": connection.sni, **addresses(connection), "tls": connection.tls,
               "method": request.method, "path": request.path,
               "query": single(request.query), "headers": dict(request.headers),
               "form": single(request.form), "status": status, "began": request.began}
        if fault:
            row["fault"] = fault
        if request.record is not None:
            row["body"] = request.record
        self.write(connection.service, **row)


def addresses(connection):
    return {"peer": connection.peer[0], "peer_port": connection.peer[1],
            "address": connection.local[0], "port": connection.local[1]}


def single(fields):
    """A field that occurs once as its value, a repeated field as a list."""
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
