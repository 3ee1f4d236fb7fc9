"""From the hosts on a command line to a commented ``cluster.yaml``."""

from __future__ import annotations

from collections.abc import Iterable

from etcdboot.base.addresses import parse_host
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.releases import Release
from etcdboot.formats.templates import Engine
from etcdboot.spec.schema import parse_name
from etcdboot.spec.spec import ClientTls, PeerTls

TEMPLATE = "init/cluster.yaml.j2"
# The first member of a local cluster has 12379 and 12380, the second 22379 …, as the etcd tutorials count.
_LOCAL_CLIENT_PORT = 2379
_LOCAL_PEER_PORT = 2380
_LOCAL_STEP = 10_000
MOST_LOCAL_MEMBERS = 5  # the sixth would be 62379, in the range that systems hand out themselves

# What one word on the command line means for both sides.
TLS_CHOICES: dict[str, tuple[ClientTls, PeerTls]] = {
    "mutual": (ClientTls.MUTUAL, PeerTls.MUTUAL),
    "server": (ClientTls.SERVER, PeerTls.MUTUAL),
    "auto": (ClientTls.AUTO, PeerTls.AUTO),
    "off": (ClientTls.OFF, PeerTls.OFF),
}

# What must not reach a repository: keys, and what `up` and a Procfile leave behind.
GITIGNORE = ("*-key.pem", ".staged/", ".etcdboot/", "/data/")


@dataclass(frozen=True, slots=True)
class Starter:
    """One member to begin with; ports where they are not the usual ones."""

    name: str
    host: str
    address: str = ""
    client_port: int = 0
    peer_port: int = 0


def starters(words: Iterable[str]) -> tuple[Starter, ...]:
    """The members that words such as ``etcd1=10.0.0.1``, ``10.0.0.2`` or ``e=[fd00::1]`` name.

    Raises:
        ValueError: with a sentence for the user.
    """
    return tuple(_starter(word, number) for number, word in enumerate(words, 1))


def _starter(word: str, number: int) -> Starter:
    name, given, host = word.rpartition("=")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    return Starter(parse_name(name) if given else f"etcd{number}", parse_host(bare).text)


def local_starters(count: int) -> tuple[Starter, ...]:
    """``count`` members on loopback, each with ports of its own."""
    return tuple(
        Starter(
            f"etcd{number}",
            "127.0.0.1",
            client_port=_LOCAL_CLIENT_PORT + number * _LOCAL_STEP,
            peer_port=_LOCAL_PEER_PORT + number * _LOCAL_STEP,
        )
        for number in range(1, count + 1)
    )


def first_spec(
    engine: Engine,
    *,
    name: str,
    release: Release,
    members: tuple[Starter, ...],
    tls: str,
    local: bool,
    binary: str,
) -> str:
    """The text of a commented ``cluster.yaml``; ``binary`` is empty for etcdboot's default."""
    client, peer = TLS_CHOICES[tls]
    return engine.render(
        TEMPLATE,
        name=name,
        version=str(release),
        members=members,
        client_tls=str(client),
        peer_tls=str(peer),
        certificates=tls in ("mutual", "server"),
        local=local,
        binary=binary,
        target="procfile" if local else "systemd",
    )
