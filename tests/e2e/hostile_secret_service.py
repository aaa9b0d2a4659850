#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A hostile Secret Service: the minimum that libsecret needs, and one malformed response, selected by an argument.

    hostile_secret_service.py {honest,another-server,huge,nothing,dies,errors} SERVER

Runs on the session bus until it is killed. "honest" shows that the others fail because of their response and
not because something is missing here.
"""

import argparse
import os

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

SERVICE = "org.freedesktop.Secret.Service"
PROPERTIES = "org.freedesktop.DBus.Properties"
ITEM_PATH = "/org/freedesktop/secrets/collection/x/1"
HUGE = 40 << 20

SECRETS = {
    "honest": lambda: b"secret",
    "another-server": lambda: b"for somebody else",
    "huge": lambda: b"x" * HUGE,
    "nothing": lambda: b"",
    "dies": lambda: os._exit(1),
}


class Item(dbus.service.Object):
    def __init__(self, bus, answer, server):
        super().__init__(bus, ITEM_PATH)
        self.answer, self.server = answer, server

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, _interface):
        attributes = {"xdg:schema": "io.docker.Credentials", "label": "Docker Credentials", "docker_cli": "1",
                      "username": "user",
                      "server": "elsewhere.example.com" if self.answer == "another-server" else self.server}
        return {"Attributes": dbus.Dictionary(attributes, signature="ss"), "Label": "x", "Locked": False,
                "Created": dbus.UInt64(1), "Modified": dbus.UInt64(2), "Type": "io.docker.Credentials"}

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.GetAll(interface)[name]

    def secret(self, session):
        if self.answer == "errors":
            raise dbus.DBusException("\x1b[2Jno\nsuch thing", name="org.freedesktop.Secret.Error.NoSession")
        secret = SECRETS[self.answer]()
        return (session, dbus.ByteArray(b""), dbus.ByteArray(secret), "text/plain")


class Service(dbus.service.Object):
    def __init__(self, bus, item):
        super().__init__(bus, "/org/freedesktop/secrets")
        self.item = item

    def __init__(self, bus, item):
        super().__init__(bus, "/org/freedesktop/secrets")
        self.item = item

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, _interface):
        return {"Collections": dbus.Array([], signature="o")}

    @dbus.service.method(SERVICE, in_signature="sv", out_signature="vo")
    def OpenSession(self, algorithm, _input):
        if algorithm != "plain":
            raise dbus.DBusException("plain only", name="org.freedesktop.DBus.Error.NotSupported")
        return ("", dbus.ObjectPath("/org/freedesktop/secrets/session/1"))

    @dbus.service.method(SERVICE, in_signature="a{ss}", out_signature="aoao")
    def SearchItems(self, _attributes):
        return ([dbus.ObjectPath(ITEM_PATH)], dbus.Array([], signature="o"))

    @dbus.service.method(SERVICE, in_signature="aoo", out_signature="a{o(oayays)}")
    def GetSecrets(self, paths, session):
        return {path: self.item.secret(session) for path in paths}

    @dbus.service.method(SERVICE, in_signature="aoo", out_signature="a{o(oayays)}")
    def GetSecrets(self, items, session):
        return {item: self.item.secret(session) for item in items}

    @dbus.service.method(SERVICE, in_signature="s", out_signature="o")
    def ReadAlias(self, _name):
        return dbus.ObjectPath("/")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("answer", choices=[*SECRETS, "errors"])
    parser.add_argument("server")
    arguments = parser.parse_args()
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    Service(bus, Item(bus, arguments.answer, arguments.server))
    bus.request_name("org.freedesktop.secrets")
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
