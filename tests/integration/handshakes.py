"""Clients that connect in a loop while something else happens; runs alone, with the standard library.

    python handshakes.py PORT CA CERTIFICATE KEY COMMAND…

Runs each COMMAND (a shell's line) in turn while four clients make one handshake after the other, and prints
as JSON how many succeeded, why others failed, and the sha256 of every certificate that was served.
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter

CLIENTS = 4
PORT, CA, CERTIFICATE, KEY = int(sys.argv[1]), *sys.argv[2:5]

context = ssl.create_default_context(cafile=CA)
context.load_cert_chain(CERTIFICATE, KEY)
lock, ending = threading.Lock(), threading.Event()
good, failures, served = 0, Counter[str](), set[str]()


def handshake() -> str:
    """The fingerprint of the certificate that is served now."""
    with (
        socket.create_connection(("127.0.0.1", PORT), 10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
    ):
        return hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()


def connect_in_a_loop() -> None:
    global good
    while not ending.is_set():
        try:
            seen = handshake()
        except OSError as cause:
            with lock:
                failures[str(cause)] += 1
        else:
            with lock:
                good += 1
                served.add(seen)


def wait_for_the_listener() -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            handshake()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


wait_for_the_listener()
clients = [threading.Thread(target=connect_in_a_loop) for _ in range(CLIENTS)]
for each in clients:
    each.start()
for command in sys.argv[5:]:
    subprocess.run(["/bin/sh", "-c", command], check=True, stdout=subprocess.DEVNULL)
    time.sleep(0.1)  # let the clients see what it did
ending.set()
for each in clients:
    each.join()
print(json.dumps({"good": good, "failures": failures, "served": sorted(served)}))
