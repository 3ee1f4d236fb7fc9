"""Look at a cluster: dial every endpoint, ask it all, and find out why those failed that did."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects.etcd.client import Target, observe
from etcdboot.effects.network.dial import SECOND_LOOK
from etcdboot.effects.tls.credentials import Credentials
from etcdboot.observations.cluster import Failure, Observation, Trust, unreachable

_THREADS = 32


@dataclass(frozen=True, slots=True)
class Access:
    """How to get in: with credentials; without, a server may show whatever certificate it likes.

    The latter is for members with auto TLS, whose certificates nobody has signed.
    """

    credentials: Credentials | None = None


def look(endpoints: Sequence[Url], access: Access, timeout: float) -> tuple[Observation, ...]:
    """What the endpoints show, in their order; each has ``timeout`` seconds, and a failed one a second look.

    Raises:
        Missing: EB601, python3-etcd3 is not usable.
    """
    with ExitStack() as relays:
        targets = [_target(each, access, timeout, relays) for each in endpoints]
        seen = {each.endpoint: each for each in observe(targets, timeout)}
    _look_again(seen, access, min(timeout, SECOND_LOOK))
    return tuple(seen[each] for each in endpoints)


def _target(endpoint: Url, access: Access, timeout: float, relays: ExitStack) -> Target:
    if not endpoint.is_tls:
        return Target(endpoint, endpoint.authority, None, Trust.PLAIN)
    if access.credentials is None:
        from etcdboot.effects.tls.plaintext_relay import relayed  # for members with auto TLS alone

        address = relays.enter_context(relayed(endpoint, timeout))
        return Target(endpoint, address, None, Trust.ENCRYPTED)
    return Target(endpoint, endpoint.authority, access.credentials.tls, Trust.VERIFIED)


def _look_again(seen: dict[Url, Observation], access: Access, limit: float) -> None:
    vague = [each for each in seen.values() if each.unreached and each.unreached.is_vague]
    if not vague:
        return
    from etcdboot.effects.tls.endpoint_probe import (
        explain,  # brings cryptography, which a good run never needs
    )

    def look_at(observation: Observation) -> Failure | None:
        return explain(observation.endpoint, access.credentials, limit)

    with ThreadPoolExecutor(_THREADS) as pool:
        for each, why in zip(vague, pool.map(look_at, vague), strict=True):
            if why is not None and each.unreached is not None:
                told = replace(why, took=each.unreached.took)
                seen[each.endpoint] = unreachable(each.endpoint, told, each.trust)
