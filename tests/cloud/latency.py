# SPDX-License-Identifier: Apache-2.0
"""Latency for benchmarks: data that is sent on a connection arrives half a round trip later.

The kernels of small machines have no netem, so the bytes are delayed here. The kernel completes the client's connect()
at once; the round trip that it would have taken is added to its first byte.
"""
import queue
import socket
import threading
import time


def far(sock, rtt):
    """A socket that replaces `sock` and is `rtt` seconds away."""
    ours, theirs = socket.socketpair()
    sock.settimeout(None)
    _pump(sock, theirs, rtt / 2, rtt)
    _pump(theirs, sock, rtt / 2, 0)
    return ours


def _pump(source, target, delay, first):
    """Copy bytes from source to target, each `delay` after it arrived, and none before `first` has passed."""
    waiting = queue.SimpleQueue()
    opened = time.monotonic() + first

    def read():
        data = b"-"
        while data:
            try:
                data = source.recv(262144)
            except OSError:
                data = b""
            waiting.put((max(time.monotonic(), opened) + delay, data))

    def write():
        while True:
            due, data = waiting.get()
            time.sleep(max(0, due - time.monotonic()))
            try:
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
            except OSError:
                return
    for run in (read, write):
        threading.Thread(target=run, daemon=True).start()
