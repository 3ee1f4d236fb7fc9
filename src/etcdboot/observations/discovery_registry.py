"""What a discovery token leads to: how many members are wanted, and who has registered so far.

Sources: server/etcdserver/api/v2discovery/discovery.go at v3.5.33 and v3discovery/discovery.go at v3.6.14.
Both keep the same two things below a token, and count arrivals by the revision that created the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import gist, printable
from etcdboot.spec.spec import BootstrapMode

V2_KEYS: Final = "/v2/keys"
V2_PREFIX: Final = f"{V2_KEYS}/_etcd/registry"  # where a token is made when no other place is named
SIZE: Final = "_config/size"
_V3_PREFIX: Final = "/_etcd/registry"
# Go's strconv.ParseUint (v2) and ParseInt (v3) in base 10, in 64 bits.
_SIZES: Final = {
    BootstrapMode.DISCOVERY_V2: "0*([0-9]{,19})",
    BootstrapMode.DISCOVERY_V3: "[+]?0*([0-9]{,19})",
}
_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Registration:
    """One member's entry; ``id`` is the last part of its key, ``since`` the revision that created it."""

    id: str
    name: str
    peer_urls: tuple[str, ...]
    since: int = 0

    @property
    def text(self) -> str:
        """The entry as a person reads it."""
        return f"{gist(self.name)} ({gist(', '.join(self.peer_urls) or 'without a peer URL')})"

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it."""
        return {"name": self.name, "id": self.id, "peer_urls": list(self.peer_urls)}


@dataclass(frozen=True, slots=True)
class Registry:
    """All that was found below a token; ``size`` is as it stands there, None when there is no such key.

    ``token`` is the v2 URL or the v3 token; ``registered`` is in the order of arrival.
    """

    mode: BootstrapMode
    token: str
    size: str | None
    registered: tuple[Registration, ...] = ()

    @property
    def places(self) -> int | None:
        """How many members make the cluster; None when etcd can make no cluster of what stands there.

        v2 takes 0 for a number, and then founds a cluster without members, which no member survives.
        """
        found = re.fullmatch(_SIZES[self.mode], self.size or "", re.ASCII)
        number = int(found[1] or 0) if found else 0
        return number if 0 < number <= _LARGEST else None

    @property
    def first(self) -> tuple[Registration, ...]:
        """Those that found the cluster: as many as there are places, whoever comes later is refused."""
        return self.registered[: self.places or 0]


def registry(mode: BootstrapMode, token: str, size: str | None, found: Iterable[Registration]) -> Registry:
    """The registry with its members in the order of their arrival."""
    return Registry(mode, token, size, tuple(sorted(found, key=lambda each: each.since)))


def parse_registration(member_id: str, value: str, since: int) -> Registration:
    """An entry such as ``etcd1=http://10.0.0.1:2380,etcd1=http://10.0.1.1:2380``.

    Read as etcd does (client/pkg/types/urlsmap.go ``parse`` at v3.6.14): anything goes. Several names, which
    etcd never writes, stay side by side in ``name``. What no terminal should obey is spelt out.
    """
    pairs = [part.partition("=")[::2] for part in printable(value.strip()).split(",") if part]
    names = dict.fromkeys(name for name, _ in pairs)
    return Registration(printable(member_id), ",".join(names), tuple(url for _, url in pairs if url), since)


def size_url(url: str) -> str:
    """Where a v2 discovery URL's size is asked for."""
    return f"{url}/{SIZE}"


def tokens_base(url: str) -> str:
    """Where the token of a v2 discovery URL was made: the URL less its last part."""
    return url.rpartition("/")[0]


def is_of_service(url: str) -> bool:
    """Whether a v2 discovery URL is a discovery service's, and not a key of an etcd."""
    return f"{V2_KEYS}/" not in url


def v3_key(token: str, *rest: str) -> str:
    """The key below which a v3 token keeps what it has, or one below that."""
    return "/".join((_V3_PREFIX, token, *rest))


def v3_registrations(token: str, pairs: Iterable[tuple[str, str, int]]) -> Iterator[Registration]:
    """The entries among the keys below a token, given with their values and creation revisions.

    etcd passes over a value without ``=``, and so does this.
    """
    prefix = v3_key(token, "members", "")
    for key, value, revision in pairs:
        if key.startswith(prefix) and "=" in value:
            yield parse_registration(key.removeprefix(prefix), value, revision)
