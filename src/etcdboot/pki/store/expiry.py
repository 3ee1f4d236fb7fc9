"""When a certificate is due: pure functions of what it shows and the present moment."""

from __future__ import annotations

import re
from datetime import datetime

from etcdboot.base.durations import parse_lifetime
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.observations.certificate import CertFacts
from etcdboot.plan.certificate_request import CertRequest

_SHARE = re.compile(r"([0-9]{1,2}(?:\.[0-9]+)?|100)%")


@dataclass(frozen=True, slots=True)
class Within:
    """How long before its end a certificate is due: seconds, or a share (0 to 1) of its own lifetime."""

    seconds: int = 0
    share: float = 0.0


def parse_within(text: str) -> Within:
    """``30d`` as in the spec, or ``20%``.

    Raises:
        ValueError: with a sentence for the user.
    """
    share = _SHARE.fullmatch(text)
    if share:
        return Within(share=float(share[1]) / 100)
    if text.endswith("%"):
        raise ValueError(f"{text!r} is no share of a lifetime; write for example 20%")
    return Within(parse_lifetime(text))


def residual(facts: CertFacts, now: datetime) -> int:
    """Seconds until it ends; negative once it has."""
    return int((facts.not_after - now).total_seconds())


def margin(request: CertRequest, facts: CertFacts, within: Within | None) -> float:
    """How many seconds before its end it is due; without ``within`` as the plan says."""
    if within is None:
        return request.renew_before
    return within.seconds or within.share * (facts.not_after - facts.not_before).total_seconds()


def is_due(request: CertRequest, facts: CertFacts, now: datetime, within: Within | None = None) -> bool:
    """Whether it is time for a new one; also when it has ended."""
    return residual(facts, now) <= margin(request, facts, within)
