"""What etcdctl is told, as its environment variables."""

from __future__ import annotations

from etcdboot.knowledge.etcd.releases import reads_etcdctl_api_variable
from etcdboot.model.plan import ClusterPlan, MemberPlan
from etcdboot.model.spec import ClientTls

# Below a member's pki-dir. Everyone who dials the cluster must trust what signed the server certificates; the
# server pair is also an identity, for it has clientAuth.
_TRUST = (("ETCDCTL_CACERT", "client-ca.pem"),)
_IDENTITY = (("ETCDCTL_CERT", "server.pem"), ("ETCDCTL_KEY", "server-key.pem"))
_FILES = {
    ClientTls.MUTUAL: _TRUST + _IDENTITY,
    ClientTls.SERVER: _TRUST,
    ClientTls.AUTO: (),
    ClientTls.OFF: (),
}
# Nobody can check the certificates that members make for themselves. Until 3.5 the first variable works only
# beside the second (reference book, facts F).
_UNCHECKED = (("ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true"), ("ETCDCTL_INSECURE_TRANSPORT", "false"))


def etcdctl_variables(plan: ClusterPlan, member: MemberPlan) -> tuple[tuple[str, str], ...]:
    """The variables for that member's host, in the order in which they are written."""
    found = [("ETCDCTL_ENDPOINTS", ",".join(map(str, plan.endpoints)))]
    if reads_etcdctl_api_variable(member.release):
        found.append(("ETCDCTL_API", "3"))
    found += [(name, str(member.paths.pki_dir / file)) for name, file in _FILES[plan.client_tls]]
    if plan.client_tls is ClientTls.AUTO:
        found += _UNCHECKED
    return tuple(found)
