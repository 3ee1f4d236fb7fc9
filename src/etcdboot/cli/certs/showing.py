"""How certificates are shown, by all commands that make some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from etcdboot.cli.output import Grid, Outcome

if TYPE_CHECKING:
    from etcdboot.effects.passphrase import Passphrases
    from etcdboot.workflows.certs.issuing import Certificate, CertsResult
    from etcdboot.workflows.cluster import Cluster

_STATES = {"new": "new", "update": "renewed", "same": "kept"}


_NONE = "no certificates: TLS is off, or left to etcd"
_NOT_HERE = "no certificates here: others make them (etcdboot certs adopt takes them over)"


def passphrases(file: str | None, *, encrypts: bool = False) -> Passphrases:
    """Where the passphrase of the CA's key comes from; whoever runs a command on a terminal is asked."""
    from etcdboot.effects.exposure import note_named
    from etcdboot.effects.passphrase import Passphrases

    if file:
        note_named(Path(file), "a password")
    return Passphrases(Path(file) if file else None, asks=True, encrypts=encrypts)


def outcome(cluster: Cluster, result: CertsResult, next_line: str, *, new: str = "new") -> Outcome:
    """What a run made, and what stands there now; ``next_line`` where it made something.

    ``new`` is the word for what was not there before.
    """
    states = _states(result, new)
    made = {new, "renewed"} & set(states.values())
    return Outcome(
        exit_code=result.exit_code,
        diagnostics=(*cluster.diagnostics, *result.diagnostics),
        body={
            "changes": [{"path": str(each.artifact.path), "kind": str(each.kind)} for each in result.changes],
            "certificates": [each.as_json() for each in result.certificates],
        },
        lines=_lines(result, states) or (_NOT_HERE if cluster.plan.certificates else _NONE,),
        table=lambda: _table(result, states),
        next_lines=(next_line,) if made else (),
    )


def _states(result: CertsResult, new: str) -> dict[str, str]:
    """What became of each certificate; one that was changed by hand is not among the changes."""
    kinds = {each.artifact.path: str(each.kind) for each in result.changes}
    words = {**_STATES, "new": new}
    return {
        each.name: words[kinds[each.path]] if each.path in kinds else "edited" for each in result.certificates
    }


def _lines(result: CertsResult, states: dict[str, str]) -> tuple[str, ...]:
    width = max((len(each.name) for each in result.certificates), default=0)
    return tuple(
        f"{each.name:{width}}  {states[each.name]:7}  until {_end(each)}  {_names(each)}".rstrip()
        for each in result.certificates
    )


def _table(result: CertsResult, states: dict[str, str]) -> tuple[Grid]:
    rows = (
        (each.name, states[each.name], each.ca, _end(each), each.facts.key, _names(each))
        for each in result.certificates
    )
    return (Grid(("certificate", "state", "signed by", "valid until", "key", "certifies"), rows),)


def _end(certificate: Certificate) -> str:
    return f"{certificate.facts.not_after:%Y-%m-%d}"


def _names(certificate: Certificate) -> str:
    return ", ".join(map(str, certificate.facts.sans))
