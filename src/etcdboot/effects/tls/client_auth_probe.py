"""Show a listener a client certificate, and see whether it takes it: the only way to tell whom it trusts.

Under TLS 1.2 a certificate that is not trusted ends the handshake with an alert. Under TLS 1.3 the handshake
is through by then, and the alert is the first thing that comes afterwards (RFC 8446 section 4.4.2); so what
the listener says next is read in either case. A client URL begins HTTP/2 by itself, a peer URL waits to be
asked, and both answer ``GET /version`` without asking for more (etcd 3.4.23, 3.5.1, 3.5.33, 3.6.14, 3.7.1).
What etcd itself has against a certificate, such as its revocation list, comes after TLS and is a plain close
(client/pkg/transport/listener_tls.go acceptLoop at v3.6.14). The member logs a line about each refusal.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.effects.clock import monotonic
from etcdboot.effects.network.dial import dial, left
from etcdboot.effects.tls.credentials import load_pair
from etcdboot.effects.tls.plaintext_relay import accept_any
from etcdboot.observations.client_auth import Answer, Reception

LIMIT = 3.0  # seconds for one URL; all are asked at the same time
_THREADS = 32
_UNASKED = 0.3  # seconds that a listener has to say something by itself
_PROTOCOLS = ["h2", "http/1.1"]
_QUESTION = b"GET /version HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n\r\n"
# Alerts that are about the client's certificate (RFC 8446 section 6.2); Go says bad_certificate for all up to
# 1.20, and handshake_failure under TLS 1.2 where none is shown.
_ABOUT_CERTIFICATES = ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "ACCESS_DENIED")


@dataclass(frozen=True, slots=True)
class Visit:
    """A URL, the certificate and key (PEM) to show there, and the CAs (PEM) by which to know a member.

    Without the last, whatever stands before the members and takes everybody would be taken for one.
    """

    url: Url
    certificate: bytes
    key: bytes = field(repr=False)
    roots: bytes


def receptions(visits: Iterable[Visit], limit: float = LIMIT) -> tuple[Reception, ...]:
    """How each URL receives its visitor, in their order; all at the same time, ``limit`` seconds for each."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(lambda visit: _receive(visit, monotonic() + limit), visits))


def _receive(visit: Visit, deadline: float) -> Reception:
    url = visit.url
    context = accept_any()
    context.set_alpn_protocols(_PROTOCOLS)
    context.load_verify_locations(cadata=visit.roots.decode("ascii", "replace"))
    context.verify_mode = ssl.CERT_REQUIRED
    load_from_memory(context, visit.certificate, visit.key)
    try:
        connection = dial(url, deadline)
    except OSError as cause:
        return Reception(url, Answer.UNREACHED, f"no connection: {cause.strerror or cause}")
    with connection:
        try:
            with context.wrap_socket(connection, server_hostname=url.host.text) as tls:
                return _heard(url, tls, deadline)
        except ssl.SSLCertVerificationError as cause:
            return Reception(url, Answer.UNREACHED, f"what is served there: {cause.verify_message}")
        except ssl.SSLError as cause:
            return _of_tls(url, cause)
        except TimeoutError:
            return Reception(url, Answer.UNREACHED, "no answer in time")
        except OSError:
            return Reception(url, Answer.UNREACHED, "it hangs up during the TLS handshake")


def _heard(url: Url, tls: ssl.SSLSocket, deadline: float) -> Reception:
    """What the listener says once TLS is there as far as we are concerned."""
    try:
        said = _said(tls, min(_UNASKED, left(deadline)))
        if said is None:
            tls.sendall(_QUESTION)
            said = _said(tls, left(deadline))
    except ssl.SSLError as cause:
        return _of_tls(url, cause)
    except OSError:  # it had closed before we asked
        said = b""
    if said is None:
        return Reception(url, Answer.UNREACHED, "no answer in time")
    if not said:
        return Reception(url, Answer.HUNG_UP, "it hangs up after the TLS handshake")
    return Reception(url, Answer.TAKEN)


def _said(tls: ssl.SSLSocket, limit: float) -> bytes | None:
    """The first words, empty for a close; None when there are none in time."""
    tls.settimeout(limit)
    try:
        return tls.recv(64)
    except TimeoutError:
        return None


def _of_tls(url: Url, cause: ssl.SSLError) -> Reception:
    reason = cause.reason or ""
    words = reason.rpartition("ALERT_")[2].replace("_", " ").lower()
    if "ALERT" in reason and any(each in reason for each in _ABOUT_CERTIFICATES):
        return Reception(url, Answer.REFUSED, words)
    return Reception(url, Answer.UNREACHED, f"the TLS handshake fails: {words or cause}")


def load_from_memory(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Let a context prove itself with a pair that is in no file: ssl takes only names of files.

    So it gets the name of one that lies in memory; where the system has none such, of one that nobody else
    may read and that is gone again when this returns.
    """
    descriptor, path = _nameless()
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write(certificate + key)
            load_pair(context, path or Path(f"/proc/self/fd/{descriptor}"), None)
    finally:
        if path is not None:
            path.unlink()


def _nameless() -> tuple[int, Path | None]:
    """A new file, open: in memory, or else with a name."""
    try:
        return os.memfd_create("pair", os.MFD_CLOEXEC), None
    except (AttributeError, OSError):
        descriptor, name = tempfile.mkstemp()
        return descriptor, Path(name)
