"""The way from a spec's ``bootstrap`` section to the etcd that keeps its token."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from etcdboot.base.addresses import Url, parse_url
from etcdboot.base.errors import UsageError
from etcdboot.observations.discovery_registry import Registry
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec

if TYPE_CHECKING:
    from etcdboot.effects.etcd.discovery_v3 import Host
    from etcdboot.effects.etcd.http_client import Way

DEFAULT_TIMEOUT: Final = 5.0  # seconds for each answer, as etcd's --discovery-request-timeout


def read_registry(written: BootstrapSpec, folder: Path, timeout: float = DEFAULT_TIMEOUT) -> Registry:
    """What is registered with the token of a spec that stands in ``folder``; ``timeout`` seconds an answer.

    Raises:
        UsageError: EB568, the spec's mode knows no token.
        Missing, Refused: EB603, EB604, EB008, EB009, the credentials are not there or not good.
        Refused: EB561 to EB564, the host is no discovery host or keeps us out.
        Down: EB560, it does not answer.
    """
    return reader(written, folder, timeout)()


def reader(written: BootstrapSpec, folder: Path, timeout: float = DEFAULT_TIMEOUT) -> Callable[[], Registry]:
    """What reads the registry anew each time it is called; raises as :func:`read_registry` does."""
    if written.mode is BootstrapMode.DISCOVERY_V2:
        from etcdboot.effects.etcd import discovery_v2

        url, way = written.discovery or "", way_of(written, timeout)
        return lambda: discovery_v2.read_registry(url, way)
    if written.mode is BootstrapMode.DISCOVERY_V3:
        from etcdboot.effects.etcd import discovery_v3

        token, host = written.discovery_token or "", host_of(written, folder, timeout)
        return lambda: discovery_v3.read_registry(host, token)
    hint = "tokens are for the modes discovery-v2 and discovery-v3: see --mode, and bootstrap in the spec"
    raise UsageError.because("EB568", f"mode {written.mode} knows no token", hint, "bootstrap.mode")


def way_of(written: BootstrapSpec, timeout: float) -> Way:
    """How a v2 discovery host is asked."""
    from etcdboot.effects.etcd.http_client import Way

    return Way(written.discovery_proxy, timeout)


def host_of(written: BootstrapSpec, folder: Path, timeout: float) -> Host:
    """The v3 discovery etcd with all that it wants to see of us; relative files are seen from ``folder``.

    Raises:
        Missing, Refused: EB603, EB604, EB008, EB009, the credentials are not there or not good.
    """
    from etcdboot.effects.etcd.discovery_v3 import Host
    from etcdboot.effects.passphrase import read_password
    from etcdboot.effects.tls.credentials import CredentialFiles, read_credentials

    files = CredentialFiles(
        *(
            folder / each if each else None
            for each in (written.discovery_cacert, written.discovery_cert, written.discovery_key)
        )
    )
    urls = tuple(endpoints(written.discovery_endpoints, has_tls=files != CredentialFiles()))
    password = folder / written.discovery_password_file if written.discovery_password_file else None
    return Host(
        urls,
        read_credentials(files) if any(each.is_tls for each in urls) else None,
        written.discovery_user or "",
        read_password(password) if password else "",
        timeout,
    )


def endpoints(written: Iterable[str], *, has_tls: bool) -> Iterable[Url]:
    """The endpoints; one without a scheme is spoken to over TLS where there are files for it, as by etcd."""
    scheme = "https" if has_tls else "http"
    return (parse_url(each if "://" in each else f"{scheme}://{each}") for each in written)
