"""Whether the CAs on the way from a certificate to its root may sign what they signed.

Source: RFC 5280 section 6.1.4 (basicConstraints, path length, keyUsage) and section 4.2.1.10 (names), as Go's
crypto/x509 applies them, which is what etcd judges by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address, ip_network

from cryptography import x509

from etcdboot.base.addresses import Host
from etcdboot.pki.x509.certificate import name_text
from etcdboot.pki.x509.extension_text import held


def objections(path: Sequence[x509.Certificate], sans: Iterable[Host]) -> Iterator[str]:
    """A sentence for each CA on a path (leaf first) that may not do what it did.

    ``sans`` are the hosts that the leaf certifies.
    """
    hosts = tuple(sans)
    for below, authority in enumerate(path[1:]):
        who, shown = name_text(authority.subject), held(authority)
        if not shown.is_ca:
            yield f"{who} is no CA, and has signed {name_text(path[below].subject)}"
        elif shown.key_usages and "keyCertSign" not in shown.key_usages:
            yield f"{who} may not sign certificates: its key usage lacks keyCertSign"
        if shown.path_length is not None and below > shown.path_length:
            yield f"{who} allows {shown.path_length} CAs below it, and there are {below}"
        outside = [str(host) for host in hosts if not _permits(authority, host)]
        if outside:
            yield f"{who} may not certify {', '.join(outside)}: its name constraints leave that out"


def _permits(authority: x509.Certificate, host: Host) -> bool:
    try:
        constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return True
    allowed = [_covers(each, host) for each in constraints.permitted_subtrees or ()]
    forbidden = [_covers(each, host) for each in constraints.excluded_subtrees or ()]
    # A constraint that is about another kind of name says nothing: None.
    bound = [each for each in allowed if each is not None]
    return (not bound or any(bound)) and not any(forbidden)


def _covers(subtree: x509.GeneralName, host: Host) -> bool | None:
    """Whether the subtree holds the host; None when it is about another kind of name."""
    if isinstance(subtree, x509.DNSName) and not host.is_address:
        return f".{host.text}".endswith(f".{subtree.value.lower().removeprefix('.')}")
    if isinstance(subtree, x509.IPAddress) and host.is_address:
        return ip_address(host.text) in ip_network(subtree.value)
    return None
