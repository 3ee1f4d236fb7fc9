"""``cluster.yaml``, key by key: the one table for reading, writing, the JSON Schema and the docs."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from etcdboot.base.addresses import parse_host, parse_san, parse_url
from etcdboot.base.durations import format_lifetime, parse_lifetime
from etcdboot.etcd.releases import NEWEST, parse_release
from etcdboot.spec import discovery_urls, spec, subject_names
from etcdboot.spec.container_types import Brief, Field, Flags, ListOf, Pairs, Record
from etcdboot.spec.scalar_types import Boolean, Choice, Integer, Json, Text

NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
_NAME = re.compile(NAME_PATTERN)
CLIENT_NAME_PATTERN: Final = r"^[A-Za-z0-9_][A-Za-z0-9._:@+=,-]{0,63}$"  # 64: RFC 5280 ub-common-name
_CLIENT_NAME = re.compile(CLIENT_NAME_PATTERN)
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")  # useradd(8), groupadd(8), Debian's NAME_REGEX
_LIFETIME_PATTERN = r"^([0-9]{1,11}[ydhms])+$"
_RELEASE_PATTERN = r"^[0-9]+\.[0-9]+\.[0-9]+$"
MAX_MEMBERS: Final = 1000  # etcd makes sense up to seven; beyond this the file is not what it seems


def parse_name(text: str) -> str:
    """A member's, client's or cluster's name: it becomes a file name, a unit name and a common name.

    Raises:
        ValueError: with a sentence for the user.
    """
    if not _NAME.fullmatch(text) or text.endswith("\n"):
        raise ValueError(
            f"{text!r} cannot be a name: letters, digits, '.', '_' and '-' only, a letter or digit first, "
            "63 characters at most"
        )
    return text


def parse_client_name(text: str) -> str:
    """A client's name: it becomes a common name and so an etcd user, a word of commands and a file's name.

    etcd takes any text for a user's name; these are the characters that no shell gives a meaning.

    Raises:
        ValueError: with a sentence for the user.
    """
    if not _CLIENT_NAME.fullmatch(text) or text.endswith("\n"):
        raise ValueError(
            f"{text!r} cannot be a client's name: letters, digits and . _ : @ + = , - only, a letter, a "
            "digit or _ first, 64 characters at most"
        )
    return text


def _path(text: str) -> str:
    if "{" in text.replace("{name}", "") or "}" in text.replace("{name}", ""):
        raise ValueError(f"{text!r}: only {{name}} may stand in braces")
    if ".." in text.split("/"):
        raise ValueError(f"{text!r}: a path may not climb with ..")
    return text


def _host_path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError(f"{text!r}: an absolute path is wanted, for it is on the member's host")
    return _path(text)


def _account(what: str, text: str) -> str:
    if not _ACCOUNT.fullmatch(text):
        raise ValueError(f"{text!r} is not a {what} name: small letters, digits, '_' and '-', 32 at most")
    return text


def _token(text: str) -> str:
    if not re.fullmatch(r"[!-~]{1,256}", text):
        raise ValueError("a token is printable ASCII without blanks, 256 characters at most")
    return text


_name = Text("a name", parse_name, pattern=NAME_PATTERN)
_client_name = Text("a client's name", parse_client_name, pattern=CLIENT_NAME_PATTERN)
_host = Text("a host", lambda text: parse_host(text).text)
_hosts = ListOf(_host, alone=True)
_sans = ListOf(Text("a host name or address", lambda text: parse_san(text).text))
_urls = ListOf(Text("a URL", lambda text: str(parse_url(text))), alone=True)
_port = Integer(1, 65535)
_lifetime = Text("a lifetime such as 365d", parse_lifetime, format_lifetime, _LIFETIME_PATTERN)
_release = Text("a release X.Y.Z", parse_release, pattern=_RELEASE_PATTERN)
_file = Text("a path", _path)
_host_file = Text("an absolute path", _host_path, pattern="^/")
_local_file = Text("a path on this machine")
_key = Choice(spec.KeyAlgorithm)
_duration = Text("a duration such as 5s", discovery_urls.parse_pause)

_DEFAULTS: Final = (
    Field("host", _host, "What others reach the member by: an address or a DNS name."),
    Field("peer-host", _host, "The host in its peer URLs, where it differs.", "host"),
    Field("client-host", _host, "The host in its client URLs, where it differs.", "host"),
    Field("address", _hosts, "What it binds; certified too.", "host, when it is an address"),
    Field("client-port", _port, "The port for clients.", "2379"),
    Field("peer-port", _port, "The port for peers.", "2380"),
    Field("listen-peer-urls", _urls, "Replaces the derived list.", "address and peer-port"),
    Field("listen-client-urls", _urls, "Replaces the derived list.", "address, loopback and client-port"),
    Field("initial-advertise-peer-urls", _urls, "Replaces the derived list.", "peer-host and peer-port"),
    Field("advertise-client-urls", _urls, "Replaces the derived list.", "client-host and client-port"),
    Field("initial-cluster-state", Choice(spec.ClusterState), "`existing` for one that joins later.", "new"),
    Field("version", _release, "Its etcd release during an upgrade.", "etcd.version"),
    Field("binary", _file, "Its etcd program.", "etcd.binary"),
    Field("config-dir", _file, "Its configuration folder.", "etcd.config-dir"),
    Field("data-dir", _file, "Its data folder.", "etcd.data-dir"),
    Field("cert-file", _host_file, "source: provided: its server certificate, on its host."),
    Field("key-file", _host_file, "The same: that certificate's key."),
    Field("trusted-ca-file", _host_file, "The same: the CAs of its clients and servers."),
    Field("peer-cert-file", _host_file, "The same: its peer certificate."),
    Field("peer-key-file", _host_file, "The same: that certificate's key."),
    Field("peer-trusted-ca-file", _host_file, "The same: the CAs of the peers."),
    Field("sans", _sans, "More names in its server and peer certificates.", "none"),
    Field("flags", Flags(), "More etcd flags; null takes one away.", "none"),
)  # fmt: skip
_MEMBER: Final = (
    Field("name", _name, "The member's name, unique in the cluster.", required=True),
    *_DEFAULTS,
)
_ETCD: Final = (
    Field("version", _release, "The etcd release that runs there.", "asked for by render"),
    Field("binary", _file, "The program on the hosts; {name} may stand in paths.", "/usr/local/bin/etcd"),
    Field("config-dir", _file, "Where a member's files go on its host.", "/etc/etcd"),
    Field("data-dir", _file, "Where etcd keeps its data.", "/var/lib/etcd"),
    Field("user", Text("a user name", partial(_account, "user")), "The user that etcd runs as.", "etcd"),
    Field("group", Text("a group name", partial(_account, "group")),
          "The group on the hosts that may read keys and secrets; root owns them.",
          "the user's primary group"),
    Field("allow-dangerous-release", Boolean(), "Render releases that may lose data.", "false"),
    Field("flags", Flags(), "More etcd flags for all members; null takes one of ours away.", "none"),
)  # fmt: skip
_BOOTSTRAP: Final = (
    Field("mode", Choice(spec.BootstrapMode), "How members find one another the first time.", "static"),
    Field("initial-cluster-token", Text("a token", _token), "Keeps clusters apart; enters the ids.", "name"),
    Field("discovery", Text("a URL", discovery_urls.parse_discovery_url),
          "discovery-v2: the URL with its token, the same to the letter for all.",
          "made by `discovery new --write`"),
    Field("discovery-proxy", Text("a URL", lambda text: str(parse_url(text))),
          "discovery-v2: an HTTP proxy on the way.", "none"),
    Field("discovery-token", Text("a token", discovery_urls.parse_token), "discovery-v3: the token.",
          "made by `discovery new --write`"),
    Field("discovery-endpoints", ListOf(Text("HOST:PORT or a URL", discovery_urls.parse_endpoint), least=1),
          "discovery-v3: client URLs of the etcd that holds the token."),
    Field("discovery-cacert", _local_file, "discovery-v3: a file here, copied to the members' hosts: "
          "the CA of that etcd.", "none; the system's for https"),
    Field("discovery-cert", _local_file, "The same: the certificate shown to it.", "none"),
    Field("discovery-key", _local_file, "The same: the certificate's key.", "none"),
    Field("discovery-user", Text("a user", discovery_urls.parse_user), "discovery-v3: the user there.",
          "none"),
    Field("discovery-password-file", _local_file, "The same: a file here with the user's password.", "none"),
    Field("discovery-dial-timeout", _duration, "discovery-v3: for a connection.", "etcd's 2s"),
    Field("discovery-request-timeout", _duration, "discovery-v3: for a request.", "etcd's 5s"),
    Field("discovery-keepalive-time", _duration, "discovery-v3: between two signs of life.", "etcd's 2s"),
    Field("discovery-keepalive-timeout", _duration, "discovery-v3: for the answer to one.", "etcd's 6s"),
    Field("discovery-srv", Text("a domain", discovery_urls.parse_domain),
          "dns: the domain of the SRV records; certified too."),
    Field("discovery-srv-name", Text("a service name", discovery_urls.parse_service),
          "dns: what ends the records' names, as in `_etcd-server-ssl-NAME`.", "none"),
)  # fmt: skip
_TLS: Final = (
    Field("client", Choice(spec.ClientTls), "mutual: both show certificates; server: the server alone; "
          "auto: self-made, nobody is authenticated; off: plain http.", "mutual"),
    Field("peer", Choice(spec.PeerTls), "The same between members.", "mutual"),
)  # fmt: skip
_SUBJECT: Final = tuple(
    Field(key,
          Text(f"a {what}", partial(subject_names.parse_attribute, key), pattern=subject_names.pattern(key)),
          f"The {what}.", "none")
    for key, what in subject_names.ATTRIBUTES.items()
)  # fmt: skip
_OWN: Final = (
    Field("lifetime", _lifetime, "How long they are valid.", "certificates.lifetime"),
    Field("renew-before", _lifetime, "When they count as due.", "certificates.renew-before"),
    Field("key", _key, "Their kind of key.", "certificates.key"),
    Field("sans", _sans, "More names in each.", "none"),
    Field("subject", Pairs(_SUBJECT), "Replaces the subject before the common name as a whole.",
          "certificates.subject"),
)  # fmt: skip
_CLIENT: Final = (Field("name", _client_name, "The etcd user; the common name.", required=True), *_OWN)
_SIGNER: Final = (
    Field("command", ListOf(Text("a word of a command"), least=1),
          "A program and its arguments: it reads a CSR and prints the certificate, then its chain.",
          required=True),
    Field("timeout", _duration, "How long it may take.", "30s"),
)  # fmt: skip
_CRL: Final = (Field("lifetime", _lifetime, "How long a list holds.", "30d"),)
_CERTIFICATES: Final = (
    Field("source", Choice(spec.CertificateSource), "issued: here; csr: from requests that the hosts make; "
          "provided: by others, the hosts have them.", "issued"),
    Field("signer", Record(spec.SignerSpec, _SIGNER), "Who signs instead of a CA of ours.", "the CA in pki/"),
    Field("ca", Choice(spec.CaLayout), "split: peers have a separate CA; shared: one CA, and every client "
          "certificate is accepted at the peer port.", "what pki/ holds; split for an empty one"),
    Field("intermediate", Boolean(), "A root signs the CA, and can be kept offline.", "false"),
    Field("subject", Pairs(_SUBJECT), "What stands in every subject before the common name."),
    Field("ca-subject", Pairs(_SUBJECT), "The same for the CAs, where it differs.", "subject"),
    Field("name-constraints", ListOf(Text("a domain or a network", subject_names.parse_constraint)),
          "What the topmost CA, and all below it, may certify besides loopback.", "anything"),
    Field("path-length", Integer(0, 16), "How many CAs may follow the topmost one.",
          "0; with an intermediate 1"),
    Field("key", _key, "The kind of key.", "ecdsa-p256"),
    Field("ca-key", _key, "The kind of the CA's key.", "key"),
    Field("lifetime", _lifetime, "How long a certificate is valid.", "365d"),
    Field("ca-lifetime", _lifetime, "How long the CA is valid.", "10y"),
    Field("renew-before", _lifetime, "When a certificate counts as due.", "30d or a third of the lifetime"),
    Field("sans", _sans, "More names in every server certificate.", "none"),
    Field("clients", ListOf(Brief(Record(spec.ClientSpec, _CLIENT), "name")),
          "Client certificates to make; a name, the etcd user's, or a section.", "[root]"),
    Field("server", Record(spec.CertificateDefaults, _OWN), "What server certificates have of their own."),
    Field("peer", Record(spec.CertificateDefaults, _OWN), "What peer certificates have of their own."),
    Field("client", Record(spec.CertificateDefaults, _OWN), "What client certificates have of their own."),
    Field("crl", Record(spec.CrlSpec, _CRL), "Revocation lists, and that members look at them.", "none"),
)  # fmt: skip
_RENDER: Final = (
    Field("settings", Choice(spec.Settings), "How etcd learns its settings.", "config"),
    Field("targets", ListOf(Choice(spec.Target), least=1), "What starts etcd.", "[systemd]"),
)
_SECTIONS: Final = {
    "etcd": _ETCD, "bootstrap": _BOOTSTRAP, "tls": _TLS, "certificates": _CERTIFICATES,
    "defaults": _DEFAULTS, "members[]": _MEMBER, "render": _RENDER,
}  # fmt: skip


def belongs(key: str) -> str:
    """Where a key that stands in the wrong place belongs; empty when it is known nowhere."""
    for section, known in _SECTIONS.items():
        if any(each.key == key for each in known):
            return f"{key} belongs in {section}"
    from etcdboot.etcd.flags import flag

    return f"{key} is an etcd flag: write it under flags" if flag(key) else ""


CLUSTER: Final = Record(
    spec.ClusterSpec,
    (
        Field("name", _name, "The cluster's name, and its token unless one is written.", required=True),
        Field("etcd", Record(spec.EtcdSpec, _ETCD, belongs), "What all members run, and where."),
        Field("bootstrap", Record(spec.BootstrapSpec, _BOOTSTRAP, belongs), "How the cluster comes to be."),
        Field("tls", Record(spec.TlsSpec, _TLS, belongs), "Who proves who they are, to whom."),
        Field("certificates", Record(spec.CertificatesSpec, _CERTIFICATES, belongs), "The PKI."),
        Field("endpoints", _urls, "What clients are told.", "the members' client URLs"),
        Field("defaults", Record(spec.MemberDefaults, _DEFAULTS, belongs), "A member key, for all members."),
        Field("members", ListOf(Record(spec.MemberSpec, _MEMBER, belongs), least=1, most=MAX_MEMBERS),
              "The members.", required=True),
        Field("render", Record(spec.RenderSpec, _RENDER, belongs), "What `etcdboot render` writes."),
    ),
    belongs,
)  # fmt: skip


def json_schema() -> Json:
    """The JSON Schema of ``cluster.yaml``, for editors."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "etcdboot cluster.yaml",
        "description": f"One etcd cluster; etcd 3.4 to {NEWEST}.",
    } | CLUSTER.schema()
