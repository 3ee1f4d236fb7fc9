"""Which of a plan's certificates the ones that others made may stand for: by name, usage and hosts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from etcdboot.base.diagnostics import Diagnostic, Severity, warning
from etcdboot.base.fast_dataclasses import replace
from etcdboot.pki.adoption.pair_matching import Match
from etcdboot.pki.inspection.file_verification import certifies
from etcdboot.pki.x509.certificate import read
from etcdboot.plan.certificate_request import CA, PEER_CA, ROOTS, CertKind, CertRequest, Usage, file_stem
from etcdboot.spec.subject_names import folded

_SERVING = frozenset((CertKind.SERVER, CertKind.PEER))


def authorities(found: Sequence[Match], told: list[Diagnostic]) -> dict[str, Match]:
    """The CAs by the names they will have in ``pki/``: one, one for peers beside it, and a root above each.

    Where it cannot be told which is which, none is named, and an error says so (EB399).
    """
    roots = [each for each in found if _has_signed(each, each)]
    signing = [each for each in found if each not in roots] or roots
    peers = [each for each in signing if CertKind.PEER in each.clue.kinds]
    others = [each for each in signing if each not in peers]
    ours, theirs = (others, peers) if others else (peers, [])
    if len(ours) > 1 or len(theirs) > 1:
        hint = "name the files of one cluster's PKI; the name of a file with a CA for peers has peer in it"
        told.append(_puzzle(f"which is the cluster's CA: {', '.join(each.file for each in found)}?", hint))
        return {}
    named = dict(zip((CA, PEER_CA), (*ours, *theirs), strict=False))
    for name, match in tuple(named.items()):
        root = next((each for each in roots if _has_signed(each, match)), None)
        if root is None:
            hint = "name the certificate of its root too"
            told.append(_puzzle(f"{match.file} is signed by a CA that is not among the files", hint))
            return {}
        if root is not match:
            named[ROOTS[name]] = root
    return named


def assigned(
    requests: Iterable[CertRequest], leaves: Sequence[Match], told: list[Diagnostic]
) -> dict[str, Match]:
    """The best leaf for each of the plan's certificates that has one; leaves that are left are named."""
    requests = [request for request in requests if not request.is_ca]
    members = {request.name.partition("/")[0].lower() for request in requests if request.kind in _SERVING}
    found = {}
    for request in requests:
        ranked = [(rank, match) for match in leaves if (rank := _rank(request, match, members))]
        if ranked:
            found[request.name] = max(ranked, key=lambda each: (each[0], each[1].facts.not_after))[1]
    for match in leaves:
        if match not in found.values():
            what = "it is for none of the cluster's certificates, by its name, its hosts and its usages"
            told.append(replace(warning("EB397", f"left out: {what}"), path=match.file, file=match.file))
    told += shared(found)
    return found


def _rank(request: CertRequest, match: Match, members: Collection[str]) -> tuple[int, int] | None:
    """How well they go together, None not at all: by what the file's name says, then by whose it is."""
    if request.kind is CertKind.CLIENT:
        return _client_rank(request, match)
    owner, member = match.clue.owner.lower(), request.name.partition("/")[0].lower()
    is_named = owner == member
    if _is_only_shown(match) or match.clue.kinds == {CertKind.CLIENT}:
        return None
    if owner in members and not is_named:
        return None
    dialled = [host for host in request.sans if not host.is_loopback] or request.sans
    if not is_named and not any(certifies(san, host) for san in match.facts.sans for host in dialled):
        return None
    return _kind_rank(request.kind, match), 2 if is_named else 1


def _kind_rank(kind: CertKind, match: Match) -> int:
    """A file called after the kind, before one that is called after none, before one for the other side."""
    if kind in match.clue.kinds:
        return 3
    return 1 if match.clue.kinds & _SERVING else 2


def _client_rank(request: CertRequest, match: Match) -> tuple[int, int] | None:
    """A client's certificate is an etcd user's: it must have the name, and not be a server's."""
    if dict(match.facts.subject).get("CN") != request.common_name:
        return None
    own = request.common_name
    is_named = folded(match.clue.owner) in {folded(own), folded(file_stem(own))}
    if not (is_named or _is_only_shown(match) or CertKind.CLIENT in match.clue.kinds):
        return None
    return 3 if CertKind.CLIENT in match.clue.kinds else 2, 2 if is_named else 1


def _is_only_shown(match: Match) -> bool:
    """Whether it says what it may be used for, and serving is not among it."""
    return bool(match.facts.usages) and str(Usage.SERVER_AUTH) not in match.facts.usages


def shared(found: Mapping[str, Match]) -> Iterator[Diagnostic]:
    """Certificates that several members would show."""
    for match in dict.fromkeys(found.values()):
        owners = dict.fromkeys(name.partition("/")[0] for name, each in found.items() if each is match)
        if len(owners) > 1:
            message = (
                f"one certificate and key for {', '.join(owners)}: whoever takes it from one is all of them"
            )
            hint = "make each its own with: etcdboot certs renew --all"
            yield replace(warning("EB394", message, hint), path=match.file, file=match.file)


def _has_signed(signer: Match, other: Match) -> bool:
    return read(other.certificate, signer.certificate).signed


def _puzzle(message: str, hint: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, "EB399", message, hint)
