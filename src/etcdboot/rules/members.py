"""Rules about which members there are."""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.formats.procfile import process_name
from etcdboot.plan.certificates import user_names
from etcdboot.plan.plan import ClusterPlan
from etcdboot.rules.finding import Finding, at, caution
from etcdboot.spec.spec import CertificateSource, ClusterSpec, ClusterState, Target
from etcdboot.spec.subject_names import SUPERUSER, folded

MANY = 7  # etcd.io FAQ: "an etcd cluster probably should have no more than seven members"


def names_are_unique(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Two members of one name are one member with two URLs to etcd, and one folder to some file systems."""
    seen: dict[str, str] = {}
    for index, member in enumerate(spec.members):
        first = seen.get(member.name.lower())
        if first is not None:
            same = "" if first == member.name else f" by {first!r}; case does not count"
            yield Finding(
                "EB201", at(index, "name"), f"the name {member.name!r} is taken{same}", "rename one"
            )
        seen.setdefault(member.name.lower(), member.name)


def names_are_free(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Names that mean something else: ours for certificates, etcd's own default."""
    for index, member in enumerate(spec.members):
        if member.name.lower() == "client":
            message = "a member cannot be called client: client/NAME are the clients' certificates"
            yield Finding("EB237", at(index, "name"), message, "choose another name")
        elif member.name == "default":
            message = "default is what etcd calls a member that was given no name; 3.6 warns of it"
            yield caution("EB238", at(index, "name"), message, "choose another name")


def names_are_not_users(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A member's certificates have its name as common name and clientAuth: to etcd they are that user."""
    users = user_names(spec)
    is_provided = spec.certificates.source is CertificateSource.PROVIDED
    for index, member in enumerate(spec.members):
        if folded(member.name) not in users:
            continue
        user = "etcd's superuser" if folded(member.name) == SUPERUSER else "a client (compared without case)"
        shown = "a certificate with this common name is" if is_provided else "its certificates are"
        message = f"the member {member.name!r} is named like {user}: with auth on, {shown} that user"
        finding = caution if is_provided else Finding
        yield finding("EB280", at(index, "name"), message, f"rename the member, for example {member.name}-1")


def names_fit_a_procfile(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A Procfile's names know neither dot nor case for all of its readers."""
    if Target.PROCFILE not in spec.render.targets:
        return
    seen: dict[str, str] = {}
    for index, member in enumerate(spec.members):
        first = seen.setdefault(process_name(member.name).lower(), member.name)
        if first.lower() != member.name.lower():
            message = f"{first} and {member.name} are both called {process_name(first)} in a Procfile"
            yield Finding("EB243", at(index, "name"), message, "rename one of them")


def count_survives_a_loss(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """An even member adds a failure, not a vote; etcd never says so."""
    count = len(spec.members)
    if count == 1:
        message = "one member: the cluster is down, or lost, with its one host"
        yield caution("EB204", "members", message, "three members survive the loss of one")
    elif count % 2 == 0:
        message = f"{count} members survive the loss of {(count - 1) // 2}, as many as {count - 1} would"
        yield caution("EB204", "members", message, f"take {count - 1} or {count + 1}")
    elif count > MANY:
        message = f"{count} members: each write waits for {plan.quorum} of them"
        yield caution("EB242", "members", message, "three or five are usual, seven the most that makes sense")


def founders_exist(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Somebody must found the cluster that the others join."""
    if all(member.state is ClusterState.EXISTING for member in plan.members):
        message = "every member joins an existing cluster, and none founds it"
        hint = "leave initial-cluster-state out for those that are there already"
        yield Finding("EB245", "members", message, hint)
