"""The checks of the member list: who belongs, who has started, who votes, which ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from etcdboot.observations.cluster import SeenMember
from etcdboot.verify.check import Finding, Outcome
from etcdboot.verify.evidence import Evidence, same_urls

if TYPE_CHECKING:  # endpoints alone are judged without a plan, and without its modules
    from etcdboot.plan.plan import MemberPlan


def members(evidence: Evidence) -> Iterable[Finding]:
    """The member list holds the planned members under their planned URLs, all started, and nobody else."""
    if evidence.members is None:
        yield Finding(Outcome.SKIP, evidence.cluster, "no endpoint told its member list")
        return
    planned = evidence.plan.members if evidence.plan else ()
    pairs = [(seen, _plan_of(seen, planned)) for seen in evidence.members]
    faults = [fault for pair in pairs for fault in _faults(*pair, is_planned=bool(planned))]
    found = {plan.name for _, plan in pairs if plan}
    faults += [_absent(plan) for plan in planned if plan.name not in found]
    yield from faults
    if not faults:
        names = ", ".join(each.name for each in evidence.members)
        yield Finding(Outcome.PASS, evidence.cluster, f"{names}: started{', as planned' if planned else ''}")


def learners(evidence: Evidence) -> Iterable[Finding]:
    """Learners are named; being one is no fault."""
    for each in evidence.members or ():
        if each.is_learner:
            seen = "a learner: it follows the data and has no vote yet"
            yield Finding(Outcome.PASS, each.name or f"{each.id:x}", seen)


def ids(evidence: Evidence) -> Iterable[Finding]:
    """The ids equal those foretold from the spec; another one is worth knowing and never a fault."""
    foretold = evidence.plan.predicted_cluster_id if evidence.plan else None
    if foretold is None or evidence.cluster_id is None:
        return
    if evidence.cluster_id == foretold:
        yield Finding(Outcome.PASS, evidence.cluster, f"cluster id {foretold:x}, as foretold")
    else:
        seen = f"cluster id {evidence.cluster_id:x}: bootstrapped from other names, URLs or another token"
        yield Finding(Outcome.PASS, evidence.cluster, seen, f"{foretold:x}, were it founded from this spec")


def _plan_of(seen: SeenMember, planned: Iterable[MemberPlan]) -> MemberPlan | None:
    """The planned member of that name; for one of no or of an unknown name that of the same peer URLs."""
    candidates = tuple(planned)
    by_name = next((each for each in candidates if seen.name and each.name == seen.name), None)
    return by_name or next(
        (each for each in candidates if same_urls(each.initial_advertise_peer_urls, seen.peer_urls)), None
    )


def _faults(seen: SeenMember, plan: MemberPlan | None, *, is_planned: bool) -> Iterable[Finding]:
    subject = seen.name or (plan.name if plan else f"{seen.id:x}")
    if is_planned and plan is None:
        yield _unplanned(subject, seen)
        return
    if not seen.is_started:
        yield Finding(
            Outcome.FAIL,
            subject,
            f"added as {', '.join(seen.peer_urls)}, never started",
            "started",
            "start etcd there with initial-cluster-state existing",
        )
    elif not seen.client_urls:
        yield Finding(
            Outcome.FAIL,
            subject,
            "has published no client URL",
            "started and serving",
            "see its log: it cannot serve its clients (often its certificates) or reaches no quorum",
        )
    if plan:
        yield from _differences(subject, seen, plan)


def _differences(subject: str, seen: SeenMember, plan: MemberPlan) -> Iterable[Finding]:
    if seen.is_started and seen.name != plan.name:
        remedy = "set its name right and restart it; etcd takes the new name"
        yield Finding(Outcome.FAIL, subject, f"is called {seen.name}", f"called {plan.name}", remedy)
    if not same_urls(seen.peer_urls, plan.initial_advertise_peer_urls):
        yield Finding(
            Outcome.FAIL,
            subject,
            f"peer URLs {', '.join(seen.peer_urls)}",
            f"peer URLs {_joined(plan.initial_advertise_peer_urls)}",
            f"etcdctl member update {seen.id:x} "
            f"--peer-urls={_joined(plan.initial_advertise_peer_urls, ',')}: after the bootstrap etcd ignores "
            "changed settings",
        )
    if seen.client_urls and not same_urls(seen.client_urls, plan.advertise_client_urls):
        yield Finding(
            Outcome.WARN,
            subject,
            f"client URLs {', '.join(seen.client_urls)}",
            f"client URLs {_joined(plan.advertise_client_urls)}",
            "render, install and restart that member: it publishes them as it starts",
        )


def _unplanned(subject: str, seen: SeenMember) -> Finding:
    return Finding(
        Outcome.FAIL,
        subject,
        f"is a member ({', '.join(seen.peer_urls)}) and is not in the spec",
        "only planned members",
        f"add it to the spec, or: etcdctl member remove {seen.id:x}",
    )


def _absent(plan: MemberPlan) -> Finding:
    urls = _joined(plan.initial_advertise_peer_urls, ",")
    return Finding(
        Outcome.FAIL,
        plan.name,
        "is not in the member list",
        "a member",
        f"etcdctl member add {plan.name} --peer-urls={urls}, then start it (initial-cluster-state existing)",
    )


def _joined(urls: Iterable[object], by: str = ", ") -> str:
    return by.join(str(each) for each in urls)
