"""What each recorded certificate is still good for: who trusts it, and whether the spec still has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from cryptography import x509

from etcdboot.base.diagnostics import Diagnostic, warning
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.formats import shell
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.issued_register import Issued, IssuedRegister, kind_of
from etcdboot.pki.store.unrecorded import fingerprint, fingerprints
from etcdboot.pki.x509.certificate import is_signed_by
from etcdboot.pki.x509.pem import Unreadable, load_certificate
from etcdboot.plan.certificate_request import CertKind, CertRequest
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import CertificateSource, ClientTls, PeerTls


class IssuedState(StrEnum):
    """What became of one recorded certificate; where several apply, the first."""

    REVOKED = "revoked"
    UNTRUSTED = "untrusted"  # its CA was replaced, and no member trusts that any more
    NOT_IN_SPEC = "not in spec"  # its client or member was removed from the spec
    CURRENT = "current"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the cluster trusts: the fingerprints in the bundle of each topmost CA, by its name.

    ``inner`` has the topmost CAs that lead to an intermediate, by the intermediate's fingerprint, and
    ``assumed`` the same by its name, where its certificate is gone.
    """

    bundles: Mapping[str, frozenset[str]]
    inner: Mapping[str, frozenset[str]] = field(default_factory=dict)
    assumed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, issued: Issued) -> frozenset[str]:
        """The topmost CAs by which a certificate is trusted."""
        direct = frozenset(name for name, bundle in self.bundles.items() if issued.ca_sha256 in bundle)
        assumed = self.assumed.get(issued.ca, frozenset())
        return direct or self.inner.get(issued.ca_sha256, assumed)


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that is recorded, against the plan and whom the cluster trusts.

    ``revoked`` are serial numbers, ``current`` the fingerprints of what is in place.
    """

    register: IssuedRegister
    plan: ClusterPlan
    trust: Trust
    revoked: Collection[int]
    now: datetime
    current: frozenset[str] = frozenset()

    def states(self) -> tuple[tuple[Issued, IssuedState], ...]:
        """Each certificate that has not expired."""
        planned = {request.name.lower() for request in self.plan.certificates}
        return tuple((issued, self._state(issued, planned)) for issued in self.register.valid(self.now))

    def _state(self, issued: Issued, planned: Collection[str]) -> IssuedState:
        if issued.serial in self.revoked:
            return IssuedState.REVOKED
        if not self.trust.of(issued):
            return IssuedState.UNTRUSTED
        if issued.name.lower() not in planned:
            return IssuedState.NOT_IN_SPEC
        return IssuedState.CURRENT if issued.sha256 in self.current else IssuedState.REPLACED

    def departed(self) -> Iterator[Diagnostic]:
        """EB410: each client and member that is not in the spec, and whose certificates are still trusted."""
        gone = {IssuedState.NOT_IN_SPEC} | (set() if self.plan.crls else {IssuedState.REVOKED})
        planned = {request.name.lower() for request in self.plan.certificates}
        left = [
            (issued, state)
            for issued, state in self.states()
            if state in gone and issued.name.lower() not in planned and self.trust.of(issued)
        ]
        for owner, group in groupby(left, key=lambda one: one[0].owner):
            yield self._departed(owner, tuple(group))

    def _departed(self, owner: str, left: tuple[tuple[Issued, IssuedState], ...]) -> Diagnostic:
        certificates = [issued for issued, _ in left]
        names = tuple(dict.fromkeys(issued.name for issued in certificates))
        end = max(issued.not_after for issued in certificates)
        ports = self._ports(certificates)
        message = (
            f"{owner} is no longer in the spec; its {_what(names, len(certificates))} "
            f"{_effect(len(certificates), ports)} until {end:%Y-%m-%d}"
        )
        is_revoked = all(state is IssuedState.REVOKED for _, state in left)
        return warning("EB410", message, self._remedy(names, is_revoked=is_revoked), owner)

    def _ports(self, certificates: Iterable[Issued]) -> tuple[str, ...]:
        trusted = frozenset(name for issued in certificates for name in self.trust.of(issued))
        return tuple(port for port, root in guarded_ports(self.plan).items() if root in trusted)

    def _remedy(self, names: tuple[str, ...], *, is_revoked: bool) -> str:
        if not has_own_authority(self.plan):
            return "have the CA that signed it revoke it"
        if is_revoked:
            return "it is revoked, but no member reads a revocation list: set  crl: {}  under certificates"
        revoke = f"revoke it with: {shell.join(('etcdboot', 'certs', 'revoke', *names))}"
        return revoke if self.plan.crls else f"set  crl: {{}}  under certificates, then {revoke}"


def has_own_authority(plan: ClusterPlan) -> bool:
    """Whether a CA of the plan is etcdboot's own."""
    return any(each.is_ca and each.source is not CertificateSource.PROVIDED for each in plan.certificates)


def guarded_ports(plan: ClusterPlan) -> dict[str, str]:
    """The ports that demand a certificate, each with the topmost CA that it trusts."""
    demanded = (
        ("client", CertKind.SERVER, plan.client_tls is ClientTls.MUTUAL),
        ("peer", CertKind.PEER, plan.peer_tls is PeerTls.MUTUAL),
    )
    roots = {request.kind: request.root for request in plan.certificates}
    return {port: roots[kind] for port, kind, is_demanded in demanded if is_demanded and kind in roots}


def in_place(entries: Iterable[Entry]) -> frozenset[str]:
    """The fingerprints of what is in use: of a CA's bundle all."""
    return frozenset(
        found
        for entry in entries
        if entry.facts and entry.found.certificate
        for found in (fingerprints(entry.found.certificate) if entry.request.is_ca else (entry.facts.sha256,))
    )


def trust(authorities: Iterable[tuple[CertRequest, bytes]], former: Iterable[bytes]) -> Trust:
    """Whom the cluster trusts: the plan's CAs as they are, and those that were replaced (``former``)."""
    authorities = tuple(authorities)
    roots = {request.name: pem for request, pem in authorities if request.is_root}
    inner = [(request, pem) for request, pem in authorities if not request.is_root]
    # Only below a root is a CA trusted that is in no bundle.
    below = (*(pem for _, pem in inner), *former) if inner else ()
    return Trust(
        {name: frozenset(fingerprints(pem)) for name, pem in roots.items()},
        {fingerprint(pem): _leading(pem, roots) for pem in below},
        {request.name: frozenset({request.root}) for request, _ in inner},
    )


def _leading(pem: bytes, roots: Mapping[str, bytes]) -> frozenset[str]:
    """The topmost CAs whose bundle has a CA that signed this one."""
    try:
        certificate = load_certificate(pem)
    except Unreadable:
        return frozenset()
    return frozenset(
        name
        for name, bundle in roots.items()
        if any(is_signed_by(certificate, root) for root in x509.load_pem_x509_certificates(bundle))
    )


def _what(names: tuple[str, ...], count: int) -> str:
    kinds = dict.fromkeys(kind_of(name) for name in names)
    sides = [str(kind) for kind in (CertKind.SERVER, CertKind.PEER) if kind in kinds]
    words = [" and ".join(sides)] if sides else []
    if count > max(len(names), 1):
        words.insert(0, str(count))
    return " ".join((*words, "certificate" if count == 1 else "certificates"))


def _effect(count: int, ports: tuple[str, ...]) -> str:
    if not ports:
        return "is valid" if count == 1 else "are valid"
    opens = "opens" if count == 1 else "open"
    return f"{opens} the {' and '.join(ports)} {'port' if len(ports) == 1 else 'ports'}"
