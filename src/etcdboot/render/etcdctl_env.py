"""What etcdctl is told, as its environment variables."""

from __future__ import annotations

from etcdboot.etcd.releases import reads_etcdctl_api_variable
from etcdboot.plan.plan import ClientPlan, ClusterPlan, MemberPlan
from etcdboot.spec.spec import ClientTls

# Of a member's files. Everyone who dials the cluster must trust what signed the server certificates; the
# server pair is also an identity, for it has clientAuth.
_TRUST = (("ETCDCTL_CACERT", "trusted_ca_file"),)
_IDENTITY = (("ETCDCTL_CERT", "cert_file"), ("ETCDCTL_KEY", "key_file"))
_FILES = {
    ClientTls.MUTUAL: _TRUST + _IDENTITY,
    ClientTls.SERVER: _TRUST,
    ClientTls.AUTO: (),
    ClientTls.OFF: (),
}
# In a client's bundle, which has a pair of its own where it shows one.
_BUNDLE_TRUST = (("ETCDCTL_CACERT", "ca.pem"),)
_BUNDLE_IDENTITY = (("ETCDCTL_CERT", "client.pem"), ("ETCDCTL_KEY", "client-key.pem"))
# Clients cannot verify the certificates that members create for themselves. In 3.5 and earlier the first
# variable works only with the second (docs/etcd/tls.md#etcdctl-and-tls).
_UNCHECKED = (("ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true"), ("ETCDCTL_INSECURE_TRANSPORT", "false"))


def etcdctl_variables(plan: ClusterPlan, member: MemberPlan) -> tuple[tuple[str, str], ...]:
    """The variables for that member's host, in the order in which they are written."""
    found = _endpoints(plan, (member,))
    found += [(name, getattr(member.files, file)) for name, file in _FILES[plan.client_tls]]
    if plan.client_tls is ClientTls.AUTO:
        found += _UNCHECKED
    return tuple(found)


def bundle_variables(plan: ClusterPlan) -> tuple[tuple[str, str], ...]:
    """The variables of every client's bundle that name no file; its etcdctl is as old as any member."""
    return tuple(_endpoints(plan, plan.members))


def bundle_files(client: ClientPlan) -> tuple[tuple[str, str], ...]:
    """The variables that name files of the client's bundle, each with the file."""
    return _BUNDLE_TRUST + (_BUNDLE_IDENTITY if client.certificate else ())


def _endpoints(plan: ClusterPlan, members: tuple[MemberPlan, ...]) -> list[tuple[str, str]]:
    found = [("ETCDCTL_ENDPOINTS", ",".join(map(str, plan.endpoints)))]
    if any(reads_etcdctl_api_variable(member.release) for member in members):
        found.append(("ETCDCTL_API", "3"))
    return found
