"""The revocation lists of ``pki/``: how they stand, and which files to write when they are made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from etcdboot.base.artifacts import Artifact
from etcdboot.base.diagnostics import Diagnostic, error, has_errors
from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.observations.certificate import CrlFacts
from etcdboot.pki.revocation.list_checks import judge
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.revocation_register import REGISTER, Register
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.pki.x509.signing import Authority
from etcdboot.plan.revocation_lists import CrlRequest, crl_paths


@dataclass(frozen=True, slots=True)
class Listed:
    """One CA's list as it stands (None: it does not), read as far as that is possible."""

    request: CrlRequest
    facts: CrlFacts | None
    problem: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one list stands."""

    listed: Listed
    problems: tuple[Diagnostic, ...]

    @property
    def state(self) -> str:
        """One word, as for certificates."""
        if self.listed.facts is None:
            return "damaged" if self.listed.problem else "missing"
        if has_errors(self.problems):
            return "unfit"
        return "due" if self.problems else "ok"

    def residual(self, now: datetime) -> int | None:
        """Seconds until it runs out; None where there is none to look at."""
        facts = self.listed.facts
        return None if facts is None else int((facts.next_update - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists that are asked for, what stands there (DER, by CA), and whom they are to tell of."""

    requests: tuple[CrlRequest, ...]
    register: Register
    found: Mapping[str, bytes] = field(default_factory=dict)

    def missing(self) -> tuple[str, ...]:
        """The CAs whose list is not there."""
        return tuple(each.ca_name for each in self.requests if each.ca_name not in self.found)

    def behind(self, entries: Iterable[Entry], now: datetime) -> tuple[str, ...]:
        """The CAs whose list is not there, or not what it should be."""
        return tuple(
            each.request.ca_name for each in self.read(entries) if has_errors(tuple(self._flaws([each], now)))
        )

    def read(self, entries: Iterable[Entry]) -> tuple[Listed, ...]:
        """Each list; ``entries`` have the CAs that should have signed them."""
        signers = {entry.request.name: entry.found.certificate for entry in entries}
        return tuple(self._read(each, signers.get(each.ca_name)) for each in self.requests)

    def _read(self, request: CrlRequest, signer: bytes | None) -> Listed:
        content = self.found.get(request.ca_name)
        if content is None:
            return Listed(request, None)
        try:
            return Listed(request, crl.read(content, signer))
        except Unreadable as cause:
            path = str(crl_paths(request.ca_name).der)
            hint = "make it anew with: etcdboot certs crl"
            return Listed(request, None, error("EB372", f"{path} cannot be read: {cause}", hint, path))

    def standing(self, entries: Iterable[Entry], now: datetime) -> tuple[Standing, ...]:
        """Each list, and what is to be said of it."""
        return tuple(Standing(each, tuple(self._flaws([each], now))) for each in self.read(entries))

    def flaws(self, entries: Iterable[Entry], now: datetime) -> tuple[Diagnostic, ...]:
        """What is to be said of the lists."""
        return tuple(self._flaws(self.read(entries), now))

    def _flaws(self, listed: Iterable[Listed], now: datetime) -> Iterator[Diagnostic]:
        for each in listed:
            if each.problem is not None:
                yield each.problem
            else:
                yield from judge(each.request, each.facts, self.register.of(each.request.ca_name), now)

    def made(
        self, entries: Iterable[Entry], signers: Mapping[str, Authority], now: datetime
    ) -> tuple[Lists, tuple[Artifact, ...]]:
        """The lists of these CAs made anew, and all files to write; ``entries`` have the CAs as they were."""
        shown = {each.request.ca_name: each.facts for each in self.read(entries)}
        after, files = self, []
        for request in self.requests:
            signer = signers.get(request.ca_name)
            if signer is not None:
                after, der = after._with(request, shown[request.ca_name], signer, now)
                paths = crl_paths(request.ca_name)
                files += [Artifact(paths.der, der), Artifact(paths.pem, crl.as_pem(der))]
        return after, (*files, *([Artifact(REGISTER, after.register.dump())] if files else ()))

    def _with(
        self, request: CrlRequest, shown: CrlFacts | None, signer: Authority, now: datetime
    ) -> tuple[Lists, bytes]:
        """One list made anew; its number is above all that were ever seen (RFC 5280 section 5.2.3)."""
        name, roll = request.ca_name, self.register.of(request.ca_name)
        number = max(roll.number, shown.number if shown else 0) + 1
        der = crl.make(signer, roll.after(now), number=number, now=now, lifetime=request.lifetime)
        register = self.register.with_(name, replace(roll, number=number))
        return replace(self, register=register, found={**self.found, name: der}), der


# For runs that are not about lists.
NO_LISTS = Lists((), Register())
