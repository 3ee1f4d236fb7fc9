"""Which certificates a cluster needs: one table, a row a kind.

Sources: etcd server/embed/etcd.go (the gRPC gateway dials its own listener with the server certificate, so
that one needs clientAuth too; etcd#9785), client/pkg/transport/listener.go at v3.6.14, RFC 5280 4.2.1.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from etcdboot.base.addresses import Host
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.spec.spec import CertificateSource, KeyAlgorithm
from etcdboot.spec.subject_names import folded


class Usage(StrEnum):
    """Extended key usages (RFC 5280 section 4.2.1.12)."""

    SERVER_AUTH = "serverAuth"
    CLIENT_AUTH = "clientAuth"


class CertKind(StrEnum):
    """What a certificate is for."""

    CA = "ca"
    SERVER = "server"
    PEER = "peer"
    CLIENT = "client"


# The CAs' names; with a shared CA only the first exists and signs everything.
CA = "ca"
PEER_CA = "peer-ca"
# Who signs each of them where they are intermediates.
ROOTS = {CA: "root-ca", PEER_CA: "peer-root-ca"}

# A server dials itself and a peer dials its peers, each with the certificate it serves.
USAGES: dict[CertKind, tuple[Usage, ...]] = {
    CertKind.CA: (),
    CertKind.SERVER: (Usage.SERVER_AUTH, Usage.CLIENT_AUTH),
    CertKind.PEER: (Usage.SERVER_AUTH, Usage.CLIENT_AUTH),
    CertKind.CLIENT: (Usage.CLIENT_AUTH,),
}


@dataclass(frozen=True, slots=True)
class CertRequest:
    """One certificate that the plan wants.

    ``name`` is how people and JSON call it (``ca``, ``etcd1/server``, ``client/root``); ``ca_name`` who signs
    it (its own name: self-signed) and ``above`` the CAs beyond, up to the root; ``subject`` pairs such as
    ``("CN", "etcd1")``; ``lifetime`` and ``renew_before`` in seconds, counted from the signing and back from
    the end; ``source`` tells whose work it is (csr: the key is not ours, provided: nothing is). Of a CA,
    ``path_length`` is how many may follow it; ``constraints`` are the domains and networks that a topmost one
    is held to. ``foreign_users`` are the etcd users (folded) that a leaf must not be: etcd takes the common
    name of any certificate with clientAuth for the user's name.
    """

    name: str
    long_name: str
    kind: CertKind
    ca_name: str
    subject: tuple[tuple[str, str], ...]
    sans: tuple[Host, ...]
    usages: tuple[Usage, ...]
    key: KeyAlgorithm
    lifetime: int
    renew_before: int
    above: tuple[str, ...] = ()
    source: CertificateSource = CertificateSource.ISSUED
    path_length: int = 0
    constraints: tuple[str, ...] = ()
    foreign_users: tuple[str, ...] = ()

    @property
    def is_ca(self) -> bool:
        """Whether it signs others."""
        return self.kind is CertKind.CA

    @property
    def is_root(self) -> bool:
        """Whether it signs itself."""
        return self.ca_name == self.name

    @property
    def chain(self) -> tuple[str, ...]:
        """The CAs that lead from it to the root, without the root: what is shown with it."""
        return () if self.is_root else (self.ca_name, *self.above)[:-1]

    @property
    def root(self) -> str:
        """The CA at the end of its chain: whom others trust."""
        return self.above[-1] if self.above else self.ca_name

    @property
    def common_name(self) -> str:
        """The subject's CN; of a client certificate also the etcd user's name."""
        return dict(self.subject)["CN"]

    def is_foreign_user(self, common_name: str) -> bool:
        """Whether a certificate with that common name is an etcd user that this certificate must not be."""
        return folded(common_name) in self.foreign_users


class PairPaths(NamedTuple):
    """Where a certificate and its key stand below ``pki/``."""

    certificate: PurePosixPath
    key: PurePosixPath


_NOT_IN_FILES = re.compile(r"[^A-Za-z0-9._-]")
_ESCAPE = re.compile(r"%([0-9A-F]{2})")


def file_stem(name: str) -> str:
    """A name as part of a file's name: all but letters, digits and ``._-`` is percent-encoded (RFC 3986 2.1).

    Member names stay as they are. A client's may have a colon, to which Windows, scp and lists of paths give
    a meaning of their own.
    """
    return _NOT_IN_FILES.sub(lambda char: f"%{ord(char[0]):02X}", name)


def name_of_stem(stem: str) -> str:
    """The name that :func:`file_stem` made the stem of."""
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), stem)


def pair_paths(name: str) -> PairPaths:
    """The files of the certificate called ``name``, named as the cfssl tutorials do."""
    owner, slash, what = name.partition("/")
    if not slash:
        stem = PurePosixPath(name)
    elif owner == "client":
        stem = PurePosixPath("clients", file_stem(what))
    else:
        stem = PurePosixPath("members", owner, what)
    return PairPaths(stem.with_name(f"{stem.name}.pem"), stem.with_name(f"{stem.name}-key.pem"))


CSR_FOLDER = PurePosixPath("csr")  # below pki/: requests that wait for somebody's signature


def csr_name(name: str) -> str:
    """What the file of a certificate's request is called: ``etcd1-server.csr``."""
    return f"{'-'.join(map(file_stem, name.split('/')))}.csr"


def csr_path(name: str) -> PurePosixPath:
    """Where a request waits, below ``pki/``."""
    return CSR_FOLDER / csr_name(name)


# What is left once a CA has expired: nothing that it signed is accepted, and rotate-ca cannot mend that.
NEW_PKI = (
    "create a new PKI in another folder (certs --pki DIR), render from it (--pki-dir DIR), and replace the "
    "files of all members together"
)
