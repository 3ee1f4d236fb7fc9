"""Where members register that find one another through another etcd: URLs, endpoints, tokens and domains."""

from __future__ import annotations

import re
from typing import Final

from etcdboot.base.addresses import parse_host, parse_url
from etcdboot.base.durations import parse_go_duration

# Its maintainers have given it up (etcd's 3.6 announcement; discovery.etcd.io issue 82).
PUBLIC_SERVICE: Final = "discovery.etcd.io"
WHY_NOT_PUBLIC: Final = f"{PUBLIC_SERVICE} is no longer maintained, and learns your members' addresses"

_V2_URL = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<path>(?:/[!-~]*)?)", re.IGNORECASE)
_LONGEST_URL: Final = 2000  # characters
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}")
# RFC 6335 section 5.1, shorter by the 17 octets of "_etcd-server-ssl-": they make one label, of 63 at most.
_SERVICE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,44}[A-Za-z0-9])?")


def parse_discovery_url(text: str) -> str:
    """A v2 discovery URL with its token, as it stands: every character of it enters the members' ids.

    Raises:
        ValueError: with a sentence for the user.
    """
    form = "write http://HOST:PORT/v2/keys/PREFIX/TOKEN, or what `etcdboot discovery new` prints"
    path = _path(text, form)
    if not path.strip("/"):
        raise ValueError(f"{text!r} has no token: it is the last part of the URL's path")
    if path.endswith("/"):
        raise ValueError(f"{text!r} ends in a slash, which would make other ids of the same token")
    _demand_parts(text, path)
    return text


def parse_base(text: str) -> str:
    """What v2 tokens are made below: a discovery URL less its token; without a closing slash.

    Raises:
        ValueError: with a sentence for the user.
    """
    path = _path(text, "write http://HOST:PORT, or http://HOST:PORT/v2/keys/PREFIX").rstrip("/")
    if path:
        _demand_parts(text, path)
    return text.rstrip("/")


def _path(text: str, form: str) -> str:
    """The path of a URL that is a good one up to there; ``form`` tells how to write it."""
    if len(text) > _LONGEST_URL:
        raise ValueError(f"a URL for discovery has {_LONGEST_URL} characters at most, not {len(text)}")
    found = _V2_URL.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a URL for discovery; {form}")
    host, _, port = found["authority"].rpartition(":")
    parse_url(f"{found['scheme']}://{found['authority']}" + ("" if host and port.isdigit() else ":80"))
    if set("?#,") & set(text):
        raise ValueError(f"{text!r}: a discovery URL has no '?', '#' or ','")
    if _BAD_ESCAPE.search(found["path"]):
        raise ValueError(f"{text!r}: two hexadecimal digits are wanted after each %; members exit at that")
    return found["path"]


def _demand_parts(text: str, path: str) -> None:
    """Etcd's web server sends away whoever asks for a path with such parts (seen on 3.5.33)."""
    if {"", ".", ".."} & set(path[1:].split("/")):
        raise ValueError(f"{text!r} has a part in its path that is empty, '.' or '..'")


def host_of(url: str) -> str:
    """The host of a discovery URL, in small letters and without its port."""
    authority = url.partition("://")[2].partition("/")[0].lower()
    return authority.rpartition(":")[0] if re.search(r":[0-9]+\Z", authority) else authority


def parse_endpoint(text: str) -> str:
    """An endpoint of a v3 discovery cluster: ``HOST:PORT``, or the same with http:// or https:// before it.

    Raises:
        ValueError: with a sentence for the user.
    """
    parse_url(text if "://" in text else f"http://{text}")
    return text


def parse_token(text: str) -> str:
    """A v3 discovery token: one part of a key, ``/_etcd/registry/TOKEN``.

    Raises:
        ValueError: with a sentence for the user.
    """
    if not _TOKEN.fullmatch(text):
        raise ValueError(
            f"{text!r} is not a token: letters, digits, '.', '_', '~', ':' and '-', 128 characters at most"
        )
    return text


def parse_domain(text: str) -> str:
    """The domain below which the SRV records are; small letters, no final dot.

    Raises:
        ValueError: with a sentence for the user.
    """
    host = parse_host(text)
    if host.is_address:
        raise ValueError(f"{text!r} is an address; SRV records are below a domain, as in etcd.example.com")
    return host.text


def parse_service(text: str) -> str:
    """The service name that ends ``_etcd-server-ssl-NAME``.

    Raises:
        ValueError: with a sentence for the user.
    """
    if not _SERVICE.fullmatch(text):
        raise ValueError(f"{text!r} is not a service name: letters, digits and '-' between, 46 at most")
    return text.lower()


def parse_user(text: str) -> str:
    """An etcd user of the discovery cluster.

    Raises:
        ValueError: it holds a password too, which etcd's help promises and etcd does not read
            (docs/etcd/discovery.md#v3-flags).
    """
    if ":" in text:
        raise ValueError("the password does not stand here: write it into a file, discovery-password-file")
    return text


def parse_pause(text: str) -> str:
    """A positive Go duration, as it stands.

    Raises:
        ValueError: with a sentence for the user.
    """
    if parse_go_duration(text) <= 0:
        raise ValueError(f"{text!r}: more than nothing is wanted, as in 5s")
    return text
