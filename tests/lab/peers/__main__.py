"""``python -m lab.peers fetch [NAME…]`` and ``list``, with ``tests`` on the path; the Makefile calls both."""

from __future__ import annotations

import argparse
import sys
import time

from lab.peers.fetching import fetch
from lab.peers.store import Store, default_root
from lab.peers.table import PEERS, OnThisMachine, Peer


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; 0 if every peer asked for is there, 1 if one is not, 2 if a name is unknown."""
    parser = argparse.ArgumentParser(prog="python -m lab.peers", description="The programs the tests meet.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, act in (("fetch", _fetch_all), ("list", _list_all)):
        command = commands.add_parser(name, help=(act.__doc__ or "").splitlines()[0])
        command.add_argument(
            "names", nargs="*", metavar="NAME", help="etcd, etcd-3.6.14, cfssl, … (default: all)"
        )
        command.set_defaults(act=act)
    options = parser.parse_args(arguments)
    unknown = [each for each in options.names if not _named((each,))]
    if unknown:
        known = ", ".join(each.title for each in PEERS)
        print(f"no such peer: {', '.join(unknown)}; there are {known}", file=sys.stderr)
        return 2
    complete: bool = options.act(_named(options.names), Store(default_root()))
    return 0 if complete else 1


def _named(names: tuple[str, ...] | list[str]) -> list[Peer]:
    return [each for each in PEERS if not names or each.name in names or each.title in names]


def _fetch_all(peers: list[Peer], store: Store) -> bool:
    """Fetch what is missing; one peer's failure does not stop the others."""
    failures = 0
    for peer in peers:
        begun = time.monotonic()
        try:
            outcome = "fetched" if fetch(peer, store) else "present"
        # A damaged download can raise anything, such as zlib.error.
        except Exception as error:
            outcome = f"FAILED: {error or type(error).__name__}"
            failures += 1
        print(f"{peer.title:24} {outcome} ({time.monotonic() - begun:.1f} s)", flush=True)
    return failures == 0


def _list_all(peers: list[Peer], store: Store) -> bool:
    """Say which peers are there, and where."""
    for peer in peers:
        present = store.has(peer)
        state = "present" if present else "absent "
        where = store.program(peer, peer.programs[0]) if present else _remedy(peer)
        print(f"{peer.title:24} {state}  {where}")
    return all(store.has(each) for each in peers)


def _remedy(peer: Peer) -> str:
    if isinstance(peer.source, OnThisMachine):
        return f"install {peer.source.hint}"
    return f"make peers (or: python -m lab.peers fetch {peer.title})"


if __name__ == "__main__":
    sys.exit(main())
