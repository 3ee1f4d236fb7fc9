"""Hosts and URLs as etcd understands them.

Source of the URL rules: etcd client/pkg/types/urls.go (scheme, host:port, no path) and server/embed/config.go
checkBindURLs (an IP address or ``localhost`` to bind), both at v3.6.14.
"""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum

from etcdboot.base.fast_dataclasses import dataclass

# RFC 1123 section 2.1 labels, plus the underscore that DNS allows and that real host names carry.
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_NAME_LIMIT = 253  # RFC 1035 section 2.3.4: 255 octets on the wire


class HostKind(StrEnum):
    """What a host is written as; also the kind of the subject alternative name that certifies it."""

    DNS = "dns"
    IPV4 = "ipv4"
    IPV6 = "ipv6"


@dataclass(frozen=True, slots=True, order=True)
class Host:
    """A host as it stands in a spec: bare, IPv6 without brackets, addresses in their canonical form."""

    text: str
    kind: HostKind

    @property
    def is_address(self) -> bool:
        """Whether it is an IP address rather than a name."""
        return self.kind is not HostKind.DNS

    @property
    def is_loopback(self) -> bool:
        """Whether it never leaves the machine."""
        return ipaddress.ip_address(self.text).is_loopback if self.is_address else self.text == "localhost"

    @property
    def is_unspecified(self) -> bool:
        """Whether it is 0.0.0.0 or ::, which can be bound but not dialled."""
        return self.is_address and ipaddress.ip_address(self.text).is_unspecified

    @property
    def in_url(self) -> str:
        """How it stands in a URL: IPv6 in brackets (RFC 3986 section 3.2.2)."""
        return f"[{self.text}]" if self.kind is HostKind.IPV6 else self.text

    def __str__(self) -> str:
        return self.text


def parse_host(text: str) -> Host:
    """The host that ``text`` names: an IPv4 or IPv6 address or a DNS name.

    Raises:
        ValueError: with a sentence for the user: it is a URL, carries a port or brackets, or is no host.
    """
    if "://" in text:
        raise ValueError(f"{text!r} is a URL; a host is wanted, without scheme and port")
    if "%" in text:
        raise ValueError(f"{text!r} has an IPv6 zone, which means nothing on another machine")
    if text.startswith("[") or text.endswith("]"):
        raise ValueError(f"{text!r} has brackets; write an IPv6 address bare")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return Host(_checked_name(text), HostKind.DNS)
    if isinstance(address, ipaddress.IPv6Address):
        # One address, one spelling: Pythons differ in how they write ::ffff:10.0.0.1.
        mapped = address.ipv4_mapped
        return Host(str(mapped), HostKind.IPV4) if mapped else Host(str(address), HostKind.IPV6)
    return Host(str(address), HostKind.IPV4)


def _checked_name(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if colon and port.isdigit() and ":" not in host:
        raise ValueError(f"{text!r} carries a port; ports have keys of their own (client-port, peer-port)")
    if not text or len(text) > _NAME_LIMIT:
        raise ValueError(f"a host name has 1 to {_NAME_LIMIT} characters")
    if re.fullmatch(r"[0-9.]+", text):
        raise ValueError(f"{text!r} looks like an IPv4 address and is none")
    if not _are_labels(text):
        ascii_form = "" if text.isascii() else _ascii_form(text)
        hint = f"; in DNS, and in certificates, it is written {ascii_form}" if _are_labels(ascii_form) else ""
        raise ValueError(f"{text!r} is neither an IP address nor a DNS name{hint}")
    return text.removesuffix(".").lower()


def _are_labels(text: str) -> bool:
    return all(_LABEL.match(label) for label in text.removesuffix(".").split("."))


def _ascii_form(text: str) -> str:
    """A name beyond ASCII as DNS knows it (RFC 5891 section 4.4), for somebody to look at."""
    import unicodedata  # only a mistake needs it

    labels = unicodedata.normalize("NFKC", text.lower()).replace("\u3002", ".").split(".")
    return ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode()}" for each in labels)


@dataclass(frozen=True, slots=True, order=True)
class Url:
    """A peer URL or a client URL: scheme, host and port, nothing else."""

    scheme: str
    host: Host
    port: int

    @property
    def authority(self) -> str:
        """``host:port``, as a socket or a gRPC channel wants it."""
        return f"{self.host.in_url}:{self.port}"

    @property
    def is_tls(self) -> bool:
        """Whether it is spoken over TLS."""
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^:\[\]]*))(?::(?P<port>[0-9]{1,5}))?")


def parse_url(text: str) -> Url:
    """The URL that ``text`` names, by etcd's rules.

    Raises:
        ValueError: with a sentence for the user.
    """
    found = _URL.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a URL; write http://HOST:PORT or https://HOST:PORT")
    scheme = found["scheme"].lower()
    if scheme not in ("http", "https"):
        raise ValueError(f"{text!r}: the scheme is http or https")
    if found["rest"]:
        raise ValueError(f"{text!r}: an etcd URL has no path, not even a closing slash")
    authority = _AUTHORITY.fullmatch(found["authority"])
    if not authority or not (authority["v6"] or authority["name"]):
        raise ValueError(f"{text!r}: HOST:PORT is wanted after the scheme, IPv6 in brackets")
    if authority["port"] is None:
        raise ValueError(f"{text!r} has no port")
    port = int(authority["port"])
    if not 1 <= port <= 65535:
        raise ValueError(f"{text!r}: a port is 1 to 65535")
    host = parse_host(authority["v6"] or authority["name"])
    if authority["v6"] and host.kind is not HostKind.IPV6:
        raise ValueError(f"{text!r}: only an IPv6 address stands in brackets")
    return Url(scheme, host, port)


def parse_san(text: str) -> Host:
    """A subject alternative name: a host, or a name whose first label is ``*`` (RFC 6125 section 6.4.3).

    Raises:
        ValueError: with a sentence for the user.
    """
    if not text.startswith("*."):
        return parse_host(text)
    rest = parse_host(text[2:])
    if rest.is_address or "." not in rest.text:
        raise ValueError(f"{text!r}: a wildcard stands before a DNS name of two labels or more")
    return Host(f"*.{rest.text}", HostKind.DNS)
