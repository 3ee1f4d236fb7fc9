"""The files that a client proves itself with, looked at before anything is dialled.

gRPC says of a bad file only "Failed to create security handshaker", so stdlib ssl reads the files first.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from etcdboot.base.errors import Missing, Refused
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.exposed_secrets import read_noted
from etcdboot.effects.tls.grpc_roots import for_grpc
from etcdboot.effects.tls.grpc_stubs import Tls


@dataclass(frozen=True, slots=True)
class CredentialFiles:
    """PEM files: the CA to trust (None: the system's), and a client certificate with its key, or neither."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Files that were found good, and what is in them."""

    files: CredentialFiles
    tls: Tls


def read_credentials(files: CredentialFiles) -> Credentials:
    """The credentials in those files.

    Raises:
        Missing: EB603, a file is not there or cannot be read.
        Refused: EB604, a file is not what it should be, or the key does not fit the certificate.
    """
    roots = _read_roots(files.ca)
    tls = Tls(
        roots=for_grpc(roots) if roots else None, key=_read(files.key), certificate=_read(files.certificate)
    )
    context = new_context()
    if files.ca is not None:
        _check_roots(context, files.ca)
    if files.certificate is not None:
        _check_pair(context, files.certificate, files.key)
    return Credentials(files, tls)


def new_context() -> ssl.SSLContext:
    """A client's context that trusts nobody yet and judges certificates by OpenSSL's plain rules."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def load_pair(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    """Let a context prove itself; an encrypted key is an error and not a question on the terminal.

    Raises:
        OSError: also its subclass ssl.SSLError.
    """
    context.load_cert_chain(certificate, key, password=_nobody_to_ask)


def _nobody_to_ask() -> str:
    raise ssl.SSLError("the key is encrypted, and neither etcd nor gRPC takes such a key")


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return read_noted(path)
    except OSError as cause:
        hint = "make the certificates with etcdboot certs, or name other files"
        raise Missing.because("EB603", f"cannot read {path}: {cause.strerror}", hint, str(path)) from cause


def _read_roots(ca: Path | None) -> bytes | None:
    if ca is not None:
        return _read(ca)
    of_system = ssl.get_default_verify_paths().cafile
    return _read(Path(of_system)) if of_system else None  # None: the roots that gRPC brings


def _check_roots(context: ssl.SSLContext, ca: Path) -> None:
    try:
        context.load_verify_locations(ca)
    except ssl.SSLError as cause:
        message = f"{ca} holds no certificate in PEM form ({_reason(cause)})"
        raise Refused.because("EB604", message, "give the CA's certificate, ca.pem", str(ca)) from cause


def _check_pair(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        load_pair(context, certificate, key)
    except ssl.SSLError as cause:
        message = f"{certificate} and {key or certificate} are no pair: {_reason(cause)}"
        hint = "give a certificate in PEM form and the key it was made for"
        raise Refused.because("EB604", message, hint, str(certificate)) from cause


def _reason(error: ssl.SSLError) -> str:
    reason = getattr(error, "reason", None)  # OpenSSL gives one, and an error of our own has none
    return (reason or str(error.args[-1])).replace("_", " ").lower()
