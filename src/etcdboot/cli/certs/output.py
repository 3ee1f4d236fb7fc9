"""How certificates are shown, by all commands that make some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from etcdboot.base.fast_dataclasses import replace
from etcdboot.cli.output import Outcome
from etcdboot.cli.table import Grid

if TYPE_CHECKING:
    from etcdboot.effects.passphrase import Passphrases
    from etcdboot.workflows.certs.issue import Certificate, CertsResult
    from etcdboot.workflows.cluster import Cluster

Lists = list[tuple[str, str, str]]  # path, state and CA of each file
_STATES = {"new": "new", "update": "renewed", "same": "kept"}


_NONE = "no certificates: TLS is off, or left to etcd"
_NOT_HERE = "no certificates here: others make them (etcdboot certs adopt takes them over)"


def passphrases(file: str | None, *, encrypts: bool = False) -> Passphrases:
    """Where the passphrase of the CA's key comes from; whoever runs a command on a terminal is asked."""
    from etcdboot.effects.exposed_secrets import note_named
    from etcdboot.effects.passphrase import Passphrases

    if file:
        note_named(Path(file), "a password")
    return Passphrases(Path(file) if file else None, asks=True, encrypts=encrypts)


def outcome(cluster: Cluster, result: CertsResult, next_line: str, *, new: str = "new") -> Outcome:
    """What a run made, and what stands there now; ``next_line`` where it made something.

    ``new`` is the word for what was not there before.
    """
    states = _states(result, new)
    lists = _lists(result, new)
    made = {new, "renewed"} & {*states.values(), *(state for _, state, _ in lists)}
    return Outcome(
        exit_code=result.exit_code,
        diagnostics=(*cluster.diagnostics, *result.diagnostics),
        body={
            "changes": [
                {"path": str(change.artifact.path), "kind": str(change.kind)} for change in result.changes
            ],
            "certificates": [certificate.as_json() for certificate in result.certificates],
        },
        lines=_lines(result, states, lists) or (_NOT_HERE if cluster.plan.certificates else _NONE,),
        table=lambda: _table(result, states, lists),
        next_lines=(next_line,) if made else (),
    )


def with_recorded_layout(cluster: Cluster, file: str) -> Cluster:
    """The cluster, after the layout of CAs in ``pki/`` is written into a spec that sets none.

    What is reported of that takes the place of the remark that the spec sets none.
    """
    from etcdboot.workflows.cluster import record_layout

    recorded = record_layout(cluster, file)
    if not recorded:
        return cluster
    rest = cluster.diagnostics[len(cluster.remarks) :]
    return replace(cluster, diagnostics=(*rest, *recorded), remarks=())


def _states(result: CertsResult, new: str) -> dict[str, str]:
    """What became of each certificate; one that was changed by hand is not among the changes."""
    kinds = {change.artifact.path: str(change.kind) for change in result.changes}
    words = {**_STATES, "new": new}
    return {
        certificate.name: words[kinds[certificate.path]] if certificate.path in kinds else "edited"
        for certificate in result.certificates
    }


def _lists(result: CertsResult, new: str) -> Lists:
    """The files of revocation lists that the run wrote."""
    from etcdboot.plan.certificate_request import CA, PEER_CA
    from etcdboot.plan.revocation_lists import crl_paths

    owners = {path: name for name in (CA, PEER_CA) for path in crl_paths(name)}
    words = {"new": new, "update": _STATES["update"]}
    return [
        (str(path), words[change.kind], owners[path])
        for change in result.changes
        if (path := change.artifact.path) in owners and change.kind in words
    ]


def _lines(result: CertsResult, states: dict[str, str], lists: Lists) -> tuple[str, ...]:
    names = (*(certificate.name for certificate in result.certificates), *(path for path, _, _ in lists))
    width = max(map(len, names), default=0)
    certificates = (
        f"{found.name:{width}}  {states[found.name]:7}  until {_end(found)}  {_names(found)}".rstrip()
        for found in result.certificates
    )
    of_lists = (f"{path:{width}}  {state:7}  revocation list of {ca}" for path, state, ca in lists)
    return (*certificates, *of_lists)


def _table(result: CertsResult, states: dict[str, str], lists: Lists) -> tuple[Grid]:
    certificates = (
        (found.name, states[found.name], found.ca, _end(found), found.facts.key, _names(found))
        for found in result.certificates
    )
    of_lists = ((path, state, ca, "-", "-", "revocation list") for path, state, ca in lists)
    rows = (*certificates, *of_lists)
    return (Grid(("certificate", "state", "signed by", "valid until", "key", "certifies"), rows),)


def _end(certificate: Certificate) -> str:
    return f"{certificate.facts.not_after:%Y-%m-%d}"


def _names(certificate: Certificate) -> str:
    return ", ".join(map(str, certificate.facts.sans))
