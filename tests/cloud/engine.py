# SPDX-License-Identifier: Apache-2.0
"""A real docker engine in the namespace, with its data in the cloud's folder."""
import glob
import os
import shutil
import signal
import subprocess
import time

SOCKET = "/run/cloud/docker.sock"
PATIENCE = 60


class Engine:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "docker")
        self.group = group_of(folder)
        self.process = None

    def start(self):
        # Files that a killed engine left in its exec root prevent the next one from starting.
        shutil.rmtree("/run/cloud/docker", ignore_errors=True)
        os.makedirs(self.folder, exist_ok=True)
        config = os.path.join(self.folder, "daemon.json")
        with open(config, "w", encoding="ascii") as file:
            file.write("{}")
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["dockerd", "-H", "unix://" + SOCKET, "--config-file", config, "--data-root", self.folder + "/data",
                 "--exec-root", "/run/cloud/docker", "-p", "/run/cloud/docker.pid", "--cgroup-parent", "/" + self.group],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        return self

    def wait(self):
        """Return once the engine responds."""
        import http.client
        import socket
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with socket.socket(socket.AF_UNIX) as sock:
                    sock.connect(SOCKET)
                    connection = http.client.HTTPConnection("docker")
                    connection.sock = sock
                    connection.request("GET", "/_ping")
                    if connection.getresponse().status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        with open(self.log, encoding="utf-8", errors="replace") as file:
            raise RuntimeError("dockerd did not start:\n" + "".join(file.readlines()[-15:]))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def group_of(folder):
    return "cloud-" + os.path.basename(folder).lstrip(".")


def remove_groups(folder):
    """Remove the control groups of this engine's containers, which are empty by now, deepest first."""
    group = group_of(folder)
    for top in glob.glob(f"/sys/fs/cgroup/{group}") + glob.glob(f"/sys/fs/cgroup/*/{group}"):
        for path, _, _ in os.walk(top, topdown=False):
            try:
                os.rmdir(path)
            except OSError:
                pass
