"""What new certificates ask of the hosts: which files go where, and whether etcd must start again for them.

Sources: etcd client/pkg/transport/listener.go at v3.6.14 (GetCertificate and GetClientCertificate read the
pair anew at every handshake; the CA pool is made once, at the start), measured in
tests/integration/test_certificates_in_use.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.host_files import Needed, needed, needed_by
from etcdboot.plan.plan import ClusterPlan


@dataclass(frozen=True, slots=True)
class Step:
    """What one member's host, or one client, is to be given.

    ``files`` are below its folder in ``out/``. With ``restart`` a member must start again to read them, one
    after the other; a client reads its files when it starts, whatever they are.
    """

    name: str
    is_member: bool
    files: tuple[str, ...]
    restart: bool

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it."""
        who = ("member", "client") if self.is_member else ("client", "member")
        return {who[0]: self.name, who[1]: None, "files": list(self.files), "restart": self.restart}


def rollout(plan: ClusterPlan, names: Collection[str]) -> tuple[Step, ...]:
    """Who needs what after the certificates of these names were made anew: members first, in their order."""
    return tuple(_steps(plan, names))


def _steps(plan: ClusterPlan, names: Collection[str]) -> Iterator[Step]:
    authorities = {request.name for request in plan.certificates if request.is_ca}
    for member in plan.members:
        files = [each for each in needed(member) if each.certificate in names]
        if files:
            restart = any(_is_bundle(each, authorities) for each in files)
            yield Step(member.name, True, _targets(files), restart)
    for client in plan.clients:
        files = [each for each in needed_by(client) if each.certificate in names]
        if files:
            yield Step(client.name, False, _targets(files), True)


def _is_bundle(file: Needed, authorities: Collection[str]) -> bool:
    return file.certificate in authorities and file.source == pair_paths(file.certificate).certificate


def _targets(files: list[Needed]) -> tuple[str, ...]:
    return tuple(str(each.target) for each in files)
