"""A second look at an endpoint that gRPC failed on, with stdlib sockets and ssl: they name the cause.

gRPC says "Deadline Exceeded" of every silence and "Unwrap failed" of a refused client certificate (TLS 1.3);
ssl reads the alert, and names what is wrong with the server's certificate.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from etcdboot.base.addresses import Url
from etcdboot.effects.clock import monotonic
from etcdboot.effects.network.dial import dial, left
from etcdboot.effects.tls.certificate_text import describe, describe_own
from etcdboot.effects.tls.credentials import Credentials, load_pair, new_context
from etcdboot.effects.tls.plaintext_relay import accept_any
from etcdboot.observations.cluster import Cause, Failure

# The client's preface and an empty SETTINGS frame (RFC 9113 section 3.4): a server must answer with SETTINGS.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_SETTINGS = 4  # frame type, the fourth byte of a frame

# OpenSSL's X509_V_ERR_* numbers (openssl/x509_vfy.h).
_VERIFY_CAUSES = {
    9: Cause.EXPIRED,  # CERT_NOT_YET_VALID
    10: Cause.EXPIRED,  # CERT_HAS_EXPIRED
    62: Cause.WRONG_NAME,  # HOSTNAME_MISMATCH
    64: Cause.WRONG_NAME,  # IP_ADDRESS_MISMATCH
}

_FRAME_HEAD = 9  # bytes, the type among them (RFC 9113 section 4.1)
_FIRST_WORD = 0.2  # seconds

_SILENT = Failure(
    Cause.SILENT, "the port takes connections and says nothing: the process behind it hangs, or waits"
)
_NO_TLS = Failure(Cause.NO_TLS, "the port does not speak TLS")


def explain(endpoint: Url, credentials: Credentials | None, limit: float) -> Failure | None:
    """Why etcd cannot be reached there, or None when nothing is wrong up to etcd; takes ``limit`` seconds."""
    deadline = monotonic() + limit
    try:
        with dial(endpoint, deadline) as connection:
            if not endpoint.is_tls:
                return _explain_plain(connection, endpoint, deadline)
            return _explain_tls(connection, endpoint, credentials, deadline)
    except OSError as cause:
        return failure_of_socket(endpoint, cause)


def failure_of_socket(endpoint: Url, cause: OSError) -> Failure:
    """What the system's error says of the way to an endpoint."""
    at = f"{endpoint.host}, port {endpoint.port}"
    if isinstance(cause, socket.gaierror):
        return Failure(Cause.UNRESOLVED, f"the host name {endpoint.host} is not known: {cause.strerror}")
    if isinstance(cause, TimeoutError):
        return Failure(Cause.SILENT, f"no connection to {at}: no answer at all")
    if isinstance(cause, ConnectionRefusedError):
        return Failure(Cause.REFUSED, f"nothing listens on {at}")
    if isinstance(cause, (ConnectionResetError, BrokenPipeError)):
        return Failure(Cause.CLOSED, f"{at} takes the connection and hangs up")
    return Failure(Cause.UNROUTABLE, f"no way to {at}: {cause.strerror or cause}")


def _explain_plain(connection: socket.socket, endpoint: Url, deadline: float) -> Failure | None:
    try:
        failure = _greet(connection)
    except OSError as cause:
        failure = failure_of_socket(endpoint, cause)
    if failure is not None and _speaks_tls(endpoint, deadline):
        return Failure(Cause.WANTS_TLS, "the port speaks TLS, and was spoken to in the clear")
    return failure


def _speaks_tls(endpoint: Url, deadline: float) -> bool:
    try:
        with dial(endpoint, deadline) as connection:
            _served(connection, None)
    except ssl.SSLError as cause:
        return "ALERT" in (cause.reason or "")  # it refuses in TLS
    except OSError:
        return False
    return True


def _greet(connection: socket.socket, heard: bytes = b"") -> Failure | None:
    """Whether HTTP/2 is spoken; ``heard`` is what the server has said by itself."""
    try:
        if not heard:
            connection.sendall(_PREFACE)
        answer = heard or connection.recv(_FRAME_HEAD)
    except TimeoutError:
        return _SILENT
    if not answer:
        return Failure(Cause.CLOSED, "the port takes the connection and hangs up")
    if len(answer) < 4 or answer[3] != _SETTINGS:
        return Failure(Cause.NOT_ETCD, "what listens there does not speak etcd's gRPC")
    return None


def _explain_tls(
    connection: socket.socket, endpoint: Url, credentials: Credentials | None, deadline: float
) -> Failure | None:
    context = _context(credentials)
    try:
        with context.wrap_socket(connection, server_hostname=endpoint.host.text) as tls:
            return _greet(tls, _first_word(tls, deadline))
    except ssl.SSLCertVerificationError as cause:
        return _of_certificate(cause, endpoint, credentials, deadline)
    except (ssl.SSLEOFError, ConnectionResetError):
        return _hung_up(endpoint, deadline)
    except ssl.SSLError as cause:
        return _of_handshake(cause, credentials)
    except TimeoutError:
        return _SILENT


def _first_word(tls: ssl.SSLSocket, deadline: float) -> bytes:
    """What the server says before we do: a Go server its SETTINGS, or the alert that refuses our certificate.

    Under TLS 1.3 that alert comes after the handshake, and is lost when we write to a server that has closed.
    """
    tls.settimeout(min(_FIRST_WORD, left(deadline)))
    try:
        return tls.recv(_FRAME_HEAD)
    except TimeoutError:
        return b""
    finally:
        tls.settimeout(left(deadline))


def _context(credentials: Credentials | None) -> ssl.SSLContext:
    if credentials is None:
        return accept_any()
    context = new_context()
    context.set_alpn_protocols(["h2"])
    if credentials.tls.roots is not None:
        context.load_verify_locations(cadata=credentials.tls.roots.decode("ascii", "replace"))
    if credentials.files.certificate is not None:
        load_pair(context, credentials.files.certificate, credentials.files.key)
    return context


def _of_certificate(
    cause: ssl.SSLCertVerificationError, endpoint: Url, credentials: Credentials | None, deadline: float
) -> Failure:
    kind = _VERIFY_CAUSES.get(cause.verify_code, Cause.UNTRUSTED)
    detail = f"the server's certificate: {cause.verify_message}"
    with suppress(OSError, ValueError), dial(endpoint, deadline) as connection:
        seen = describe(_served(connection, credentials))
        detail = {
            Cause.EXPIRED: f"the server's certificate is valid from {seen.not_before} to {seen.not_after}",
            Cause.WRONG_NAME: f"the server's certificate is for {', '.join(seen.names) or 'no name at all'}, "
            f"not for {endpoint.host}",
            Cause.UNTRUSTED: f"the server's certificate is signed by {seen.issuer}, which the CA given did "
            f"not make ({cause.verify_message})",
        }[kind]
    return Failure(kind, detail)


def _hung_up(endpoint: Url, deadline: float) -> Failure:
    """Etcd in the clear closes at the first byte of TLS, and answers a greeting without."""
    with suppress(OSError), dial(endpoint, deadline) as connection:
        if _greet(connection) is None:
            return _NO_TLS
    return Failure(Cause.CLOSED, "the port hangs up during the TLS handshake")


def _of_handshake(cause: ssl.SSLError, credentials: Credentials | None) -> Failure:
    reason = cause.reason or ""
    if "ALERT" in reason:
        said = reason.partition("ALERT_")[2].replace("_", " ").lower()
        own = credentials.files.certificate if credentials else None
        ours = describe_own(own.read_bytes()) if own else "none was shown"
        return Failure(Cause.CLIENT_REFUSED, f"the server refuses the client certificate ({said}): {ours}")
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"):
        return _NO_TLS
    return Failure(Cause.TLS_FAILED, f"the TLS handshake fails: {cause}")


def _served(connection: socket.socket, credentials: Credentials | None) -> bytes:
    """The certificate that is served, in DER, whatever it is worth.

    Our own pair goes along: under TLS 1.2 a server that wants one ends the handshake otherwise.
    """
    context = accept_any()
    if credentials is not None and credentials.files.certificate is not None:
        load_pair(context, credentials.files.certificate, credentials.files.key)
    with context.wrap_socket(connection) as tls:
        return tls.getpeercert(binary_form=True) or b""
