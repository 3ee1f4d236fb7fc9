"""What stands in ``out/``, compared with ``pki/``: copies that lag behind, keys that must not be there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.pki.store.permissions import Kept
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.plan.host_files import Needed, needed, needed_by
from etcdboot.plan.plan import ClusterPlan

Contents = Mapping[str, bytes]
_RENDER = "write the trees anew with: etcdboot render"


def planned(plan: ClusterPlan) -> frozenset[str]:
    """Where below ``out/`` certificates and keys belong."""
    own = {f"{folder}/{file.target}" for folder, files in _trees(plan) for file in files}
    carried = {f"{member.name}/pki/{file.name}" for member in plan.members for file in member.carried}
    return frozenset(own | carried)


def lagging(plan: ClusterPlan, pki: Contents, out: Contents, now: datetime) -> Iterator[Diagnostic]:
    """EB349, EB302: copies in ``out/`` that are not what ``pki/`` holds, or no pair; both by path.

    A tree that was never rendered is not missed, nor is a key (``render --pki public``).
    """
    for folder, files in _trees(plan):
        if any(path.startswith(f"{folder}/") for path in out):
            for file in files:
                yield from _lagging(folder, file, pki, out, now)
            yield from _pairs(folder, files, out)


def misplaced(authorities: Collection[bytes], out: Iterable[Kept]) -> Iterator[Diagnostic]:
    """EB347: keys of CAs in ``out/``; ``authorities`` are the CAs' certificates."""
    known = frozenset(filter(None, map(_public_key, authorities)))
    for kept in out:
        if kept.is_key and (kept.path.name.endswith("ca-key.pem") or _of_key(kept.content) in known):
            hint = (
                "remove it at once; if it was copied to a host, that host can sign: replace the CA with "
                "etcdboot certs rotate-ca"
            )
            message = f"{kept.path} is the key of a CA, and no host needs that"
            yield error("EB347", message, hint, str(kept.path))


def _trees(plan: ClusterPlan) -> Iterator[tuple[str, tuple[Needed, ...]]]:
    for member in plan.members:
        yield member.name, needed(member)
    for client in plan.clients:
        yield f"clients/{client.folder}", needed_by(client)


def _lagging(folder: str, file: Needed, pki: Contents, out: Contents, now: datetime) -> Iterator[Diagnostic]:
    path, ours = f"{folder}/{file.target}", pki.get(str(file.source))
    there = out.get(path)
    if ours is None or there == ours:
        return
    if there is None:
        if not file.secret:
            yield error("EB349", f"{path} is not there, and pki/{file.source} is", _RENDER, path)
        return
    why = "" if file.secret else _difference(there, ours, now)
    yield error("EB349", f"{path} is not what pki/{file.source} holds{why}", _RENDER, path)


def _difference(there: bytes, ours: bytes, now: datetime) -> str:
    try:
        old, new = read(there, None), read(ours, None)
    except Unreadable:
        return ""
    if old.not_after <= now:
        return f": it expired on {old.not_after:%Y-%m-%d}"
    if old.issuer != new.issuer:
        return ": another CA has signed it"
    return f": it is the {'older' if old.not_before <= new.not_before else 'newer'} one"


def _pairs(folder: str, files: tuple[Needed, ...], out: Contents) -> Iterator[Diagnostic]:
    for file in files:
        path = PurePosixPath(folder, file.target)
        key = out.get(str(path)) if file.secret else None
        certificate = out.get(str(path.with_name(path.name.replace("-key.pem", ".pem"))))
        if key is not None and certificate is not None and _of_key(key) != _public_key(certificate):
            yield error("EB302", f"{path} is not the key of the certificate beside it", _RENDER, str(path))


def _public_key(certificate: bytes) -> str:
    try:
        return read(certificate, None).public_key
    except Unreadable:
        return ""


def _of_key(key: bytes) -> str | None:
    try:
        return public_key_of(key)
    except Unreadable:
        return None
