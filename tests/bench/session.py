# SPDX-License-Identifier: Apache-2.0
"""A session bus with an unlocked gnome-keyring."""
import subprocess
import time


class Session:
    """`with Session(env) as address:` starts a bus and a keyring, which end with the block."""

    def __init__(self, env):
        self.env, self.running = dict(env), []

    def start(self, *command, stdin=b"", **more):
        process = subprocess.Popen(command, env=self.env, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)
        self.running.append(process)
        process.stdin.write(stdin)
        process.stdin.close()
        return process

    def __enter__(self):
        bus = self.start("/usr/bin/dbus-daemon", "--session", "--nofork", "--print-address", stdout=subprocess.PIPE)
        address = bus.stdout.readline().decode().strip()
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        self.start("/usr/bin/gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", stdin=b"password",
                   stdout=subprocess.DEVNULL)
        for _ in range(400):
            # A request to the keyring itself would make the bus start another one.
            asked = subprocess.run(["/usr/bin/dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
                                    "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"], env=self.env,
                                   capture_output=True, check=True)
            if b"true" in asked.stdout:
                return address
            time.sleep(0.02)
        raise RuntimeError("gnome-keyring does not start")

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
