"""One CA for all certificates, or a separate one for peers: what the spec says, and what ``pki/`` holds.

With one CA, every client certificate is accepted at the peer port. That port serves the raft log, with all
keys and values, and takes no notice of etcd's users (server/etcdserver/api/rafthttp/http.go at v3.6.14).
"""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.plan.certificates import serves_certificates
from etcdboot.spec.spec import CaLayout, CertificateSource, ClusterSpec, PeerTls

KEY = "certificates.ca"
SPLIT_COMMAND = "etcdboot certs rotate-ca --split"


@dataclass(frozen=True, slots=True)
class Held:
    """What ``pki/`` holds: the CA or the root above it, and the same for peers.

    ``peers`` is the layout that the peer certificates show, None where there are none or nobody looked;
    ``is_splitting``: a change from one CA to two is under way.
    """

    ca: bool = False
    peer_ca: bool = False
    peers: CaLayout | None = None
    is_splitting: bool = False

    @property
    def layout(self) -> CaLayout | None:
        """One CA or two; None for an empty ``pki/``."""
        if self.is_splitting:
            return CaLayout.SPLIT
        if self.peers is not None:
            return self.peers
        if self.peer_ca:
            return CaLayout.SPLIT
        return CaLayout.SHARED if self.ca else None


def tells_apart(written: CaLayout | None, held: Held) -> bool:
    """Whether the peer certificates must be read: the files alone leave it open, or contradict the spec."""
    if held.is_splitting:
        return False
    return {
        None: held.ca and held.peer_ca,
        CaLayout.SHARED: held.peer_ca,
        CaLayout.SPLIT: held.ca and not held.peer_ca,
    }[written]


def resolved(spec: ClusterSpec, held: Held, assumed: CaLayout | None = None) -> ClusterSpec:
    """The spec with its layout of CAs: as written, else what ``pki/`` holds, else ``assumed`` or the default.

    While a change from one CA to two is under way, there are two, whatever is written.
    """
    written = CaLayout.SPLIT if held.is_splitting else spec.certificates.ca
    return with_layout(spec, written or held.layout or assumed or _default(spec))


def with_layout(spec: ClusterSpec, layout: CaLayout | None) -> ClusterSpec:
    """The spec with that layout of CAs."""
    return replace(spec, certificates=replace(spec.certificates, ca=layout))


def _default(spec: ClusterSpec) -> CaLayout:
    """Two CAs where etcdboot creates them; a company usually has one."""
    certificates = spec.certificates
    others = certificates.signer is not None or certificates.source is CertificateSource.PROVIDED
    return CaLayout.SHARED if others else CaLayout.SPLIT


def remarks(spec: ClusterSpec, held: Held, *, elsewhere: bool = False) -> Iterator[Diagnostic]:
    """Where the spec leaves the layout open, or contradicts ``pki/``; ``spec`` is as it was written.

    ``elsewhere``: an empty ``pki/`` may be on another machine, so the default is an assumption.
    """
    written, there = spec.certificates.ca, held.layout
    if spec.tls.peer is not PeerTls.MUTUAL:
        return
    if written is None:
        yield from _left_open(spec, held, elsewhere=elsewhere)
    elif held.is_splitting and written is CaLayout.SHARED:
        message = "certificates.ca is shared, and a change to two CAs is under way"
        yield warning("EB339", message, f"write `ca: split` under certificates, or run: {SPLIT_COMMAND}", KEY)
    elif there is not None and held.peers not in (None, written):
        yield _contradiction(there)


def _left_open(spec: ClusterSpec, held: Held, *, elsewhere: bool) -> Iterator[Diagnostic]:
    layout = resolved(spec, held).certificates.ca
    if not serves_certificates(spec):
        return
    if held.layout is None and elsewhere:
        message = f"certificates.ca is not set, and pki/ holds no CA: {layout} is assumed"
        yield Diagnostic(Severity.NOTE, "EB369", message, f"write `ca: {layout}` under certificates", KEY)
    elif held.layout is CaLayout.SHARED:
        message = "certificates.ca is not set, and pki/ holds one CA: it stays shared"
        hint = f"write `ca: shared` under certificates; to give peers a separate CA: {SPLIT_COMMAND}"
        yield Diagnostic(Severity.NOTE, "EB369", message, hint, KEY)


def _contradiction(there: CaLayout) -> Diagnostic:
    if there is CaLayout.SHARED:
        message = "certificates.ca is split, and the one CA in pki/ has signed the peer certificates"
        hint = f"change over with: {SPLIT_COMMAND}; or keep the one CA: write `ca: shared`"
        return error("EB338", message, hint, KEY)
    message = "certificates.ca is shared, and a separate CA in pki/ has signed the peer certificates"
    return error("EB339", message, "write `ca: split` under certificates", KEY)
