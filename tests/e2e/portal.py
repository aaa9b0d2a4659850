#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for xdg-desktop-portal: the OpenURI method and the Response signal that ends a request.

    portal.py {opens,declines,fails,silent} BROWSER LOG

Runs on the session bus until it is killed. "opens" starts BROWSER with the URL and writes it to LOG.
"""
import subprocess
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

RESPONSES = {"opens": 0, "declines": 1, "fails": 2, "silent": None}


class Request(dbus.service.Object):
    @dbus.service.signal("org.freedesktop.portal.Request", signature="ua{sv}")
    def Response(self, response, results):
        pass


class Portal(dbus.service.Object):
    def __init__(self, bus, behavior, browser, log):
        super().__init__(bus, "/org/freedesktop/portal/desktop")
        self.bus, self.behavior, self.browser, self.log = bus, behavior, browser, log
        self.request = Request(bus, "/org/freedesktop/portal/desktop/request/1/t")

    def end(self, response):
        self.request.Response(dbus.UInt32(response), dbus.Dictionary({}, signature="sv"))

    @dbus.service.method("org.freedesktop.portal.OpenURI", in_signature="ssa{sv}", out_signature="o")
    def OpenURI(self, _parent, address, _options):
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"{address}\n")
        if self.behavior == "opens":
            subprocess.Popen([self.browser, address], stdout=subprocess.DEVNULL)
        if RESPONSES[self.behavior] is not None:
            GLib.timeout_add(100, self.end, RESPONSES[self.behavior])
        return dbus.ObjectPath("/org/freedesktop/portal/desktop/request/1/t")


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
session = dbus.SessionBus()
portal = Portal(session, *sys.argv[1:])
session.request_name("org.freedesktop.portal.Desktop")
GLib.MainLoop().run()
