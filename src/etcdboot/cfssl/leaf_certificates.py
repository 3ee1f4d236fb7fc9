"""What is known of one certificate that is no CA's, from a request or from the certificate itself."""

from __future__ import annotations

from typing import Final

from etcdboot.base.addresses import Host
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.cfssl import known_fields
from etcdboot.cfssl.documents import KeyWish, Wish
from etcdboot.cfssl.hosts import plain
from etcdboot.cfssl.locations import Place
from etcdboot.observations.certificate import BACKDATE, CertFacts
from etcdboot.plan.certificate_request import CertKind, Usage
from etcdboot.plan.filename_hints import Clue
from etcdboot.spec.spec import KeyAlgorithm

_WEAK: Final = 2048  # bits of an RSA key; csr.go refuses fewer
_GRPC: Final = "gRPC for Python refuses it, though etcd takes it"
_SERVING: Final = frozenset((CertKind.SERVER, CertKind.PEER))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One certificate: its subject (with the common name apart), its names, its key and what it may be for.

    ``usages`` are those of one that exists (None: it is a wish); ``lifetime`` in seconds, 0 unknown.
    """

    place: Place
    clue: Clue
    common_name: str
    subject: tuple[tuple[str, str], ...]
    hosts: tuple[Host, ...]
    key: KeyAlgorithm | None
    lifetime: int = 0
    usages: tuple[str, ...] | None = None

    @property
    def far(self) -> frozenset[Host]:
        """The hosts that mean something beyond the machine."""
        return frozenset(each for each in self.hosts if not each.is_loopback and not each.is_unspecified)

    @property
    def is_dialled(self) -> bool:
        """Whether others can dial one of its hosts: a wildcard is no host."""
        return any(not each.text.startswith("*.") for each in self.far)

    @property
    def is_client(self) -> bool:
        """Whether it is only shown, and serves nobody."""
        if self.usages and str(Usage.SERVER_AUTH) not in self.usages:
            return True
        return self.clue.kinds == {CertKind.CLIENT} or not (self.hosts or self.clue.kinds & _SERVING)

    def is_for(self, kind: CertKind) -> bool:
        """Whether it may be one of that kind: what its name says, or all that serve."""
        if self.is_client or kind is CertKind.CLIENT:
            return self.is_client and kind is CertKind.CLIENT
        return kind in self.clue.kinds or not self.clue.kinds & _SERVING


def wished(wish: Wish, told: list[Diagnostic]) -> Leaf:
    """The leaf that a request asks for."""
    return Leaf(
        place=wish.place,
        clue=wish.clue,
        common_name=wish.common_name,
        subject=wish.subject,
        hosts=plain(wish.hosts, told),
        key=offered(wish.key, told),
    )


def standing(file: str, hint: Clue, facts: CertFacts) -> Leaf:
    """The leaf that a certificate is."""
    names = dict(facts.subject)
    known = {str(each): each for each in KeyAlgorithm}
    return Leaf(
        place=Place(file),
        clue=hint,
        common_name=names.pop("CN", ""),
        subject=tuple(names.items()),
        hosts=facts.sans,
        key=known.get(facts.key),
        lifetime=lasting(facts),
        usages=facts.usages,
    )


def lasting(facts: CertFacts) -> int:
    """The lifetime that a certificate was asked for, in seconds.

    cfssl counts it from the backdated beginning (signer.go FillTemplate), etcdboot from the signing.
    """
    whole = int((facts.not_after - facts.not_before).total_seconds())
    ours = whole - int(BACKDATE.total_seconds())
    return ours if ours > 0 and ours % 60 == 0 and ours % 3600 < whole % 3600 else whole


def offered(wish: KeyWish, told: list[Diagnostic]) -> KeyAlgorithm:
    """The key asked for, or the next best that we make."""
    found = known_fields.KEYS.get((wish.algorithm, wish.size))
    if found is not None:
        return found
    near, why = _next_best(wish.algorithm, wish.size)
    size = "" if wish.algorithm == "ed25519" else f" {wish.size}"
    message = f"key: {wish.algorithm or 'no algorithm'}{size}: {why}; {near} is written instead"
    told.append(wish.place.warning("EB393", message))
    return near


def _next_best(algorithm: str, size: int) -> tuple[KeyAlgorithm, str]:
    """What we make instead, and why not the key itself."""
    if algorithm == "rsa":
        why = "too weak, and cfssl itself refuses it" if size < _WEAK else "etcdboot makes none of that size"
        sizes = [key for (kind, bits), key in known_fields.KEYS.items() if kind == "rsa" and bits >= size]
        return (*sizes, KeyAlgorithm.RSA_4096)[0], why
    if algorithm == "ed25519":
        return KeyAlgorithm.ECDSA_P256, _GRPC
    if (algorithm, size) == ("ecdsa", 521):
        return KeyAlgorithm.ECDSA_P384, _GRPC
    return KeyAlgorithm.ECDSA_P256, "cfssl makes no such key either"
