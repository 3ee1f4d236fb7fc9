"""What the user wrote, and nothing derived: ``None`` and empty tuples mean "not written".

The keys of ``cluster.yaml`` are these names in kebab-case; :mod:`etcdboot.spec.schema` is the table between.
"""

from __future__ import annotations

from enum import StrEnum

from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.etcd.releases import Release


class BootstrapMode(StrEnum):
    """How the members find one another the first time."""

    STATIC = "static"  # everyone is told of everyone
    DISCOVERY_V2 = "discovery-v2"  # through the v2 API of another etcd, or a service before it
    DISCOVERY_V3 = "discovery-v3"  # through the v3 API of another etcd
    DNS = "dns"  # by SRV records


class ClientTls(StrEnum):
    """Who proves who they are on the client URLs."""

    MUTUAL = "mutual"  # server and client
    SERVER = "server"  # the server alone
    AUTO = "auto"  # nobody: each member makes itself a certificate
    OFF = "off"  # plain http


class PeerTls(StrEnum):
    """Who proves who they are on the peer URLs."""

    MUTUAL = "mutual"
    AUTO = "auto"
    OFF = "off"


class CertificateSource(StrEnum):
    """Who makes the members' keys and certificates."""

    ISSUED = "issued"  # here, keys and all
    CSR = "csr"  # keys where they are used, certificates from requests that they sign
    PROVIDED = "provided"  # others: the members' hosts have them already


class CaLayout(StrEnum):
    """One CA for all, or one for clients and servers and another for peers."""

    SHARED = "shared"
    SPLIT = "split"


class KeyAlgorithm(StrEnum):
    """The keys that etcd, Go and gRPC all take (Ed25519 and P-521 fail in gRPC-Python)."""

    ECDSA_P256 = "ecdsa-p256"
    ECDSA_P384 = "ecdsa-p384"
    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"


class ClusterState(StrEnum):
    """etcd's initial-cluster-state: a founder is new, a later joiner comes to an existing cluster."""

    NEW = "new"
    EXISTING = "existing"


class Settings(StrEnum):
    """How etcd learns its settings; exactly one, for etcd punishes the mixing."""

    FLAGS = "flags"
    ENV = "env"
    CONFIG = "config"


class Target(StrEnum):
    """What starts etcd."""

    SCRIPT = "script"
    SYSTEMD = "systemd"
    PROCFILE = "procfile"


# An etcd flag as written, in the order written; None takes away what a wider scope set.
FlagValues = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class EtcdSpec:
    """The ``etcd`` section: what all members run, and where."""

    version: Release | None = None
    binary: str | None = None
    config_dir: str | None = None
    data_dir: str | None = None
    user: str | None = None
    group: str | None = None
    allow_dangerous_release: bool = False
    flags: FlagValues = ()


@dataclass(frozen=True, slots=True)
class BootstrapSpec:
    """The ``bootstrap`` section; durations as Go writes them, ``discovery`` with its token in it.

    The files (``discovery_cacert``, ``_cert``, ``_key``, ``_password_file``) are the operator's.
    """

    mode: BootstrapMode = BootstrapMode.STATIC
    initial_cluster_token: str | None = None
    discovery: str | None = None
    discovery_proxy: str | None = None
    discovery_token: str | None = None
    discovery_endpoints: tuple[str, ...] = ()
    discovery_cacert: str | None = None
    discovery_cert: str | None = None
    discovery_key: str | None = None
    discovery_user: str | None = None
    discovery_password_file: str | None = None
    discovery_dial_timeout: str | None = None
    discovery_request_timeout: str | None = None
    discovery_keepalive_time: str | None = None
    discovery_keepalive_timeout: str | None = None
    discovery_srv: str | None = None
    discovery_srv_name: str | None = None


@dataclass(frozen=True, slots=True)
class TlsSpec:
    """The ``tls`` section; mutual on both sides unless said."""

    client: ClientTls = ClientTls.MUTUAL
    peer: PeerTls = PeerTls.MUTUAL


@dataclass(frozen=True, slots=True)
class SignerSpec:
    """Who signs in place of a CA of ours: a program; its timeout as Go writes durations."""

    command: tuple[str, ...] = ()
    timeout: str = "30s"


@dataclass(frozen=True, slots=True)
class CertificateDefaults:
    """What certificates of one kind, or one client's, have of their own; lifetimes in seconds.

    ``subject`` replaces the wider one as a whole; None: it has none of its own.
    """

    lifetime: int | None = None
    renew_before: int | None = None
    key: KeyAlgorithm | None = None
    sans: tuple[str, ...] = ()
    subject: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class ClientSpec(CertificateDefaults):
    """One client certificate; the name is the etcd user."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class CrlSpec:
    """The revocation lists that members look at; how long one holds, in seconds."""

    lifetime: int = 30 * 86400


@dataclass(frozen=True, slots=True)
class CertificatesSpec:
    """The ``certificates`` section; lifetimes in seconds.

    ``subject`` are pairs such as ``("O", "Example")`` in the order C, ST, L, O, OU; ``ca_subject`` those of
    the CAs, where they differ. ``ca`` None: as in ``pki/`` (:mod:`etcdboot.plan.ca_layout`).
    """

    source: CertificateSource = CertificateSource.ISSUED
    signer: SignerSpec | None = None
    ca: CaLayout | None = None
    intermediate: bool = False
    subject: tuple[tuple[str, str], ...] = ()
    ca_subject: tuple[tuple[str, str], ...] | None = None
    name_constraints: tuple[str, ...] = ()
    path_length: int | None = None
    key: KeyAlgorithm = KeyAlgorithm.ECDSA_P256
    ca_key: KeyAlgorithm | None = None
    lifetime: int = 365 * 86400
    ca_lifetime: int = 3650 * 86400
    renew_before: int | None = None
    sans: tuple[str, ...] = ()
    clients: tuple[ClientSpec, ...] = (ClientSpec(name="root"),)
    server: CertificateDefaults = field(default_factory=CertificateDefaults)
    peer: CertificateDefaults = field(default_factory=CertificateDefaults)
    client: CertificateDefaults = field(default_factory=CertificateDefaults)
    crl: CrlSpec | None = None


@dataclass(frozen=True, slots=True)
class MemberDefaults:
    """What a member may say, and ``defaults`` for all of them; nothing here is required."""

    host: str | None = None
    peer_host: str | None = None
    client_host: str | None = None
    address: tuple[str, ...] = ()
    client_port: int | None = None
    peer_port: int | None = None
    listen_peer_urls: tuple[str, ...] = ()
    listen_client_urls: tuple[str, ...] = ()
    initial_advertise_peer_urls: tuple[str, ...] = ()
    advertise_client_urls: tuple[str, ...] = ()
    initial_cluster_state: ClusterState | None = None
    version: Release | None = None
    binary: str | None = None
    config_dir: str | None = None
    data_dir: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    trusted_ca_file: str | None = None
    peer_cert_file: str | None = None
    peer_key_file: str | None = None
    peer_trusted_ca_file: str | None = None
    sans: tuple[str, ...] = ()
    flags: FlagValues = ()


@dataclass(frozen=True, slots=True)
class MemberSpec(MemberDefaults):
    """One member: a name, and whatever differs from the defaults."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """The ``render`` section."""

    settings: Settings = Settings.CONFIG
    targets: tuple[Target, ...] = (Target.SYSTEMD,)


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """A whole ``cluster.yaml``."""

    name: str
    members: tuple[MemberSpec, ...]
    etcd: EtcdSpec = field(default_factory=EtcdSpec)
    bootstrap: BootstrapSpec = field(default_factory=BootstrapSpec)
    tls: TlsSpec = field(default_factory=TlsSpec)
    certificates: CertificatesSpec = field(default_factory=CertificatesSpec)
    endpoints: tuple[str, ...] = ()
    defaults: MemberDefaults = field(default_factory=MemberDefaults)
    render: RenderSpec = field(default_factory=RenderSpec)
