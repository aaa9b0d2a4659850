# SPDX-License-Identifier: Apache-2.0
"""All servers of the cloud in one process: the list of servers, and the objects that they share."""
import os
import select
import signal
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import arm
import entra
import hosting
import imds
import issuers
import names
import proxy
import registry
import tls
import catch_all
from faults import Faults
from listener import Listener
from recorder import Recorder
from storage import Storage
from tokens import Signer
from world import World

TRAP_PORT = 7777


class Cloud:
    """The objects that all servers share."""

    def __init__(self, folder):
        self.folder = folder
        self.recorder = Recorder(os.path.join(folder, "requests.jsonl"))
        self.faults = Faults(folder, self.recorder, names.registry_name)
        self.authority = tls.Authority(folder)
        self.world = World(os.path.join(folder, "world.json"))

    def listen(self, redirected):
        keys = os.path.join(self.folder, "keys")
        entra_signer, acr_signer, issuer_signer = make_keys(keys, "entra", "acr", "issuer")
        certificates = issuers.make_certificates(self.folder, issuer_signer)
        known = issuers.table(issuer_signer)
        directory = entra.Entra(self.world, entra_signer, known, certificates)
        self.storage = Storage(self.folder)
        gate = registry.Registry(self.world, directory, entra_signer, acr_signer, self.storage)
        metadata = imds.Imds(self.world, directory)
        elsewhere = issuers.Elsewhere(catch_all.CatchAll(), proxy.Proxy(), known)
        local = hosting.Hosting(self.world, directory)
        self.authority.write_thumbprint("127.0.0.1", "selfsigned", self.folder + "/service-fabric-thumbprint")
        listeners = [
            Listener(self, "acr", gate, (names.ACR, 443), True),
            Listener(self, "entra", directory, (names.ENTRA, 443), True),
            Listener(self, "arm", arm.Arm(self.world, entra_signer), (names.ARM, 443), True),
            Listener(self, "imds", metadata, (names.IMDS, 80), False),
            Listener(self, "arc", local.arc, ("127.0.0.1", hosting.ARC_PORT), False),
            Listener(self, "appservice", local.app_service, ("127.0.0.1", hosting.APP_SERVICE_PORT), False),
            Listener(self, "cloudshell", local.cloud_shell, ("127.0.0.1", hosting.CLOUD_SHELL_PORT), False),
            Listener(self, "servicefabric", local.service_fabric, ("127.0.0.1", hosting.SERVICE_FABRIC_PORT), True,
                     "selfsigned"),
        ]
        ports = [TRAP_PORT] if redirected else [80, 443, 5000, 8080]
        listeners += [Listener(self, "trap", elsewhere, ("0.0.0.0", port), None) for port in ports]
        names.NameServer(self.recorder, self.faults).start()
        for listener in listeners:
            listener.start()


def make_keys(folder, *kids):
    """One Signer for each name, created in parallel, because an RSA key takes a while."""
    os.makedirs(folder, exist_ok=True)
    with ThreadPoolExecutor(len(kids)) as pool:
        return list(pool.map(lambda kid: Signer.create(folder, kid), kids))


def main(cloud, redirected, ready):
    """Serve until SIGTERM; writes a byte to the `ready` pipe once all servers listen."""
    for name in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.stack_size(512 * 1024)
    try:
        cloud.listen(redirected)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os.write(ready, b"1")
    os.close(ready)
    while True:
        select.select([], [], [], 3600)
