"""Other names for the files of ``pki/``, all in one folder: a function a style."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from etcdboot.plan.certificate_request import CertKind, CertRequest, file_stem, pair_paths
from etcdboot.plan.host_files import Needed
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import CertificateSource
from etcdboot.spec.subject_names import folded


def cfssl(plan: ClusterPlan) -> tuple[Needed, ...]:
    """As ``cfssljson -bare`` leaves them: ``ca.pem``, ``etcd1.pem``, ``etcd1-peer.pem``, ``root.pem``, keys.

    The first of a member's is what it serves. A CA's key is not among them, as nowhere outside ``pki/``.
    """
    leaves = [request for request in plan.certificates if not request.is_ca]
    trusted = {_authority(request): request.root for request in reversed(leaves)}
    if len(set(trusted.values())) == 1:
        trusted = {"ca": next(iter(trusted.values()))}
    found = [_certificate(root, f"{stem}.pem") for stem, root in sorted(trusted.items())]
    taken = {folded(str(file.target)) for file in found}
    for request in leaves:
        stem = _stem(request)
        while taken & (files := _files(stem)):
            stem += "-client"
        taken |= files
        found += _pair(request, stem)
    return tuple(found)


STYLES: Final[Mapping[str, Callable[[ClusterPlan], tuple[Needed, ...]]]] = MappingProxyType({"cfssl": cfssl})


def _authority(request: CertRequest) -> str:
    return "peer-ca" if request.kind is CertKind.PEER else "ca"


def _stem(request: CertRequest) -> str:
    owner, _, what = request.name.partition("/")
    return {CertKind.SERVER: owner, CertKind.PEER: f"{owner}-peer"}.get(request.kind, file_stem(what))


def _files(stem: str) -> set[str]:
    """The files of a pair, as a file system without case has them."""
    return {folded(f"{stem}.pem"), folded(f"{stem}-key.pem")}


def _pair(request: CertRequest, stem: str) -> Iterator[Needed]:
    yield _certificate(request.name, f"{stem}.pem")
    if request.source is CertificateSource.ISSUED:  # else its host has made the key, and keeps it
        key = pair_paths(request.name).key
        yield Needed(request.name, key, PurePosixPath(f"{stem}-key.pem"), secret=True)


def _certificate(name: str, target: str) -> Needed:
    return Needed(name, pair_paths(name).certificate, PurePosixPath(target))
