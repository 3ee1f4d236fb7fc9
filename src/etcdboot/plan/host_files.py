"""Which files of ``pki/`` each member's host and each client needs, and under which names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from etcdboot.base.artifacts import Artifact, HostPlace
from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.plan.certificate_request import CA, CertKind, CertRequest, pair_paths
from etcdboot.plan.plan import CarriedFile, ClientPlan, ClusterPlan, MemberPlan
from etcdboot.plan.revocation_lists import crl_paths
from etcdboot.spec.spec import CertificateSource, ClientTls

# Root owns what etcd must trust or keep secret, and etcd's group may read it. No release looks at these bits.
READABLE_BY_ETCD = 0o640
_FOLDER = PurePosixPath("pki")
# Which trust bundle goes with which pair. Both bundles have names of their own even where one CA signs all,
# so that parting the CAs later renames nothing.
_BUNDLES = {CertKind.SERVER: "client-ca.pem", CertKind.PEER: "peer-ca.pem"}


@dataclass(frozen=True, slots=True)
class Needed:
    """One file of ``pki/`` that a member's host needs; ``target`` is where, below the member's tree.

    One that ``waits`` need not be there yet: its host has to ask for it first.
    """

    certificate: str
    source: PurePosixPath
    target: PurePosixPath
    secret: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class CertMaterial:
    """The certificates and keys of all members, as files of their trees."""

    members: Mapping[str, tuple[Artifact, ...]] = field(default_factory=dict)

    def of(self, member: str) -> tuple[Artifact, ...]:
        """The files of one member's host; none when it has no certificates."""
        return self.members.get(member, ())


def needed(member: MemberPlan, *, public: bool = False) -> tuple[Needed, ...]:
    """What one member's host needs; ``public`` leaves the keys out."""
    files = [each for request in member.certificates for each in _files(request)]
    files += [Needed(each.ca_name, crl_paths(each.ca_name).der, _FOLDER / each.file) for each in member.crls]
    return tuple(each for each in files if not (public and each.secret))


def needed_by(client: ClientPlan, *, public: bool = False) -> tuple[Needed, ...]:
    """What one client needs, in a folder of its own; ``public`` leaves the key out."""
    files = [Needed(client.ca_name, pair_paths(client.ca_name).certificate, PurePosixPath("ca.pem"))]
    if client.certificate is not None:
        name, own = client.certificate.name, pair_paths(client.certificate.name)
        files.append(Needed(name, own.certificate, PurePosixPath("client.pem")))
        files.append(Needed(name, own.key, PurePosixPath("client-key.pem"), secret=True))
    return tuple(each for each in files if not (public and each.secret))


def absent(
    sources: Mapping[PurePosixPath, str], contents: Collection[PurePosixPath], pki_dir: str
) -> tuple[Diagnostic, ...]:
    """One complaint for each file (path → certificate) that is not among the contents."""
    hint = "make what is missing with: etcdboot certs (where others sign: certs csr, then certs adopt)"
    return tuple(
        replace(error("EB330", f"{name} has no {path}", hint, str(path)), file=f"{pki_dir}/{path}")
        for path, name in sources.items()
        if path not in contents
    )


def artifacts(
    member: MemberPlan, files: tuple[Needed, ...], contents: Mapping[PurePosixPath, bytes]
) -> tuple[Artifact, ...]:
    """The files of one member's tree, from what stands in ``pki/``; without what is not there."""
    return tuple(
        Artifact(
            path=each.target,
            content=contents[each.source],
            mode=0o600 if each.secret else 0o644,
            secret=each.secret,
            host=_in_pki(member, each.target.name),
        )
        for each in files
        if each.source in contents
    )


def bundled(files: tuple[Needed, ...], contents: Mapping[PurePosixPath, bytes]) -> tuple[Artifact, ...]:
    """The files of one client's bundle; where they go from here is the client's matter."""
    return tuple(
        Artifact(each.target, contents[each.source], 0o600 if each.secret else 0o644, each.secret)
        for each in files
        if each.source in contents
    )


def carried_artifact(member: MemberPlan, file: CarriedFile, content: bytes) -> Artifact:
    """The copy of one of the operator's own files in a member's tree."""
    return Artifact(
        path=_FOLDER / file.name,
        content=content,
        mode=0o600 if file.secret else 0o644,
        secret=file.secret,
        host=_in_pki(member, file.name),
    )


def _in_pki(member: MemberPlan, name: str) -> HostPlace:
    """The place of a key, a certificate or a trust file on a member's host: root's, and etcd may read it."""
    return HostPlace(str(member.paths.pki_dir / name), READABLE_BY_ETCD, group=member.group)


def identity_of(plan: ClusterPlan, client: str | None) -> tuple[CertRequest | None, PurePosixPath | None]:
    """The client certificate of that name (None: the plan's first) and the CA's file that clients trust."""
    clients = [each for each in plan.certificates if each.kind is CertKind.CLIENT]
    shown = next((each for each in clients if client in (None, each.common_name)), None)
    return shown, trusted_by_clients(plan)


def trusted_by_clients(plan: ClusterPlan) -> PurePosixPath | None:
    """The certificate, below ``pki/``, of the root that the servers' certificates lead to; None without."""
    if plan.client_tls not in (ClientTls.MUTUAL, ClientTls.SERVER):
        return None
    signer = next((each for each in plan.certificates if each.name == CA), None)
    return pair_paths(signer.root).certificate if signer else None


def _files(request: CertRequest) -> Iterator[Needed]:
    own = pair_paths(request.name)
    yield Needed(request.root, pair_paths(request.root).certificate, _FOLDER / _BUNDLES[request.kind])
    asks = request.source is CertificateSource.CSR
    yield Needed(request.name, own.certificate, _FOLDER / own.certificate.name, waits=asks)
    if request.source is CertificateSource.ISSUED:  # else its host has made the key, and keeps it
        yield Needed(request.name, own.key, _FOLDER / own.key.name, secret=True)
