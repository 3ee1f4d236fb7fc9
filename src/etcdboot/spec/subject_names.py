"""Names in certificates: what a subject may hold, and the names that a CA may be held to.

Sources: RFC 5280 appendix A.1 (the upper bounds, and a country of two letters in PrintableString), section
4.2.1.10 (name constraints); Go crypto/x509/verify.go and openssl crypto/x509/v3_ncons.c, which apply them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Final

from etcdboot.base.addresses import Host, parse_host

# What may stand before the common name, in the order in which it does: key -> what it is.
ATTRIBUTES: Final[Mapping[str, str]] = {
    "C": "country",
    "ST": "state or province",
    "L": "locality",
    "O": "organization",
    "OU": "organizational unit",
}
# RFC 5280 appendix A.1: ub-state-name, ub-locality-name, ub-organization-name, ub-organizational-unit-name.
_LONGEST: Final = {"ST": 128, "L": 128, "O": 64, "OU": 64}
_COUNTRY = re.compile(r"[A-Za-z]{2}")

# Members listen on loopback, and a name that leads nowhere else is worth nothing to an impostor.
_LOOPBACK_NAMES: Final = ("localhost",)
_LOOPBACK_NETWORKS: Final = ("127.0.0.0/8", "::1/128")
LOOPBACK: Final = _LOOPBACK_NAMES + _LOOPBACK_NETWORKS


# etcd's user with all rights (server/auth/store.go rootUser at v3.6.14).
SUPERUSER: Final = "root"

# The group with all rights in Kubernetes, where the API server trusts the CA
# (kubernetes.io/docs/reference/access-authn-authz/rbac, "User-facing roles").
KUBERNETES_MASTERS: Final = ("O", "system:masters")


def folded(name: str) -> str:
    """The form in which member, client and common names are compared: without case."""
    return name.casefold()


def parse_attribute(key: str, text: str) -> str:
    """The value of one subject attribute, a country in capitals.

    Raises:
        ValueError: with a sentence for the user.
    """
    if key == "C":
        if not _COUNTRY.fullmatch(text):
            raise ValueError(f"{text!r} is not a country: two letters, as ISO 3166 has them (DE, US)")
        return text.upper()
    if len(text) > _LONGEST[key]:
        raise ValueError(f"{len(text)} characters are too many: {_LONGEST[key]} at most (RFC 5280)")
    if text != text.strip():
        raise ValueError(f"{text!r} begins or ends with a blank")
    return text


def pattern(key: str) -> str:
    """The same as a regular expression, for editors."""
    return rf"^{_COUNTRY.pattern}$" if key == "C" else rf"^.{{1,{_LONGEST[key]}}}$"


def parse_constraint(text: str) -> str:
    """What a CA may certify: a domain with all below it, or a network; an address is a network of one.

    Raises:
        ValueError: with a sentence for the user.
    """
    if "/" in text:
        try:
            return str(ip_network(text))
        except ValueError as cause:
            raise ValueError(f"{text!r} is not a network such as 192.168.202.0/24: {cause}") from None
    if text.startswith((".", "*.")):
        raise ValueError(f"{text!r}: write the domain alone; all names below it are meant with it")
    host = parse_host(text)
    return str(ip_network(host.text)) if host.is_address else host.text


def is_network(constraint: str) -> bool:
    """Whether it is a network, not a domain."""
    return "/" in constraint


def permitted(constraints: Iterable[str]) -> tuple[str, ...]:
    """What a CA's certificate says for the constraints of a spec: these, and loopback.

    A kind of name that no constraint speaks of is left open (RFC 5280 section 4.2.1.10). So localhost closes
    DNS names always; addresses stay open unless a network is written, since gRPC's C core takes no constraint
    of addresses at all (``unsupported name constraint type``, measured with grpcio 1.85).
    """
    written = tuple(constraints)
    if not written:
        return ()
    networks = _LOOPBACK_NETWORKS if any(map(is_network, written)) else ()
    return tuple(dict.fromkeys((*written, *_LOOPBACK_NAMES, *networks)))


def permits(constraints: Iterable[str], host: Host) -> bool:
    """Whether a CA with these constraints may certify the name or address."""
    every = permitted(constraints)
    if not host.is_address:
        domains = [each for each in every if not is_network(each)]
        return not every or any(f".{host.text}".endswith(f".{each}") for each in domains)
    networks = [each for each in every if is_network(each)]
    return not networks or any(ip_address(host.text) in ip_network(each) for each in networks)
