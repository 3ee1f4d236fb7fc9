"""What was found of cfssl's: its JSON files, and the certificates that it made."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.cfssl.documents import Policy, Wish
from etcdboot.observations.certificate import CertFacts


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate that exists: its file, and what it shows."""

    file: str
    facts: CertFacts


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found; the CAs that exist go by the name they will have in ``pki/``."""

    policies: tuple[Policy, ...] = ()
    wishes: tuple[Wish, ...] = ()
    authorities: Mapping[str, Shown] = MappingProxyType({})
    leaves: tuple[Shown, ...] = ()
