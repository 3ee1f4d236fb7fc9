"""The writer itself, a process of its own: see load.py. Writes until SIGTERM, then reads back and counts."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Event
from typing import Any

import grpc

from etcdboot.effects.tls.grpc_stubs import Tls, load_messages, open_channel

ATTEMPT = 3.0  # seconds for one endpoint: longer than an election, which takes one or two
PAUSE = 0.005  # between writes
PREFIX = b"lab/load/%d/" % os.getpid()  # several may write at once


def main() -> None:
    arguments = parse()
    rpc = load_messages()
    identity = tls(arguments)
    stubs = [rpc.KVStub(open_channel(each.partition("://")[2], identity)) for each in arguments.endpoints]
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    taken: list[bytes] = []
    failed, retried, slowest, errors = 0, 0, 0.0, Counter[str]()
    number = 0
    while not stopping.wait(PAUSE):
        number += 1
        key = PREFIX + b"%09d" % number
        begun = time.monotonic()
        failures = write(rpc, stubs, key)
        slowest = max(slowest, time.monotonic() - begun)
        errors.update(failures)
        retried += len(failures)
        if len(failures) < len(stubs):
            taken.append(key)
            print(".", flush=True)
        else:
            failed += 1
    missing = len(set(taken) - read_back(rpc, stubs))
    counts = {"taken": len(taken), "failed": failed, "retried": retried, "missing": missing}
    print(json.dumps({**counts, "slowest": round(slowest, 3), "errors": errors}))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoints", type=lambda text: text.split(","), required=True)
    for name in ("--cacert", "--cert", "--key"):
        parser.add_argument(name, type=lambda path: Path(path).read_bytes())
    return parser.parse_args()


def tls(arguments: argparse.Namespace) -> Tls | None:
    return Tls(arguments.cacert, arguments.key, arguments.cert) if arguments.cacert else None


def write(rpc: Any, stubs: list[Any], key: bytes) -> list[str]:
    """Put at one endpoint after the other until one takes it and stays first; what failed on the way."""
    failures: list[str] = []
    while len(failures) < len(stubs):
        try:
            stubs[0].Put(rpc.PutRequest(key=key, value=key), timeout=ATTEMPT)
        except grpc.RpcError as error:
            failures.append(f"{error.code().name}: {error.details()}")
            stubs.append(stubs.pop(0))
        else:
            break
    return failures


def read_back(rpc: Any, stubs: list[Any]) -> set[bytes]:
    """Every key of the load, read linearizably from the first endpoint that answers."""
    request = rpc.RangeRequest(key=PREFIX, range_end=PREFIX[:-1] + b"0", keys_only=True)
    for stub in stubs:
        try:
            return {each.key for each in stub.Range(request, timeout=10.0).kvs}
        except grpc.RpcError:
            continue
    sys.exit("no endpoint answers")


if __name__ == "__main__":
    main()
