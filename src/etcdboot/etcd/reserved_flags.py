"""Flags that ``flags`` may not carry: the spec has a field for them, or no plan can hold them.

A flag with two places is a contradiction waiting; each of these has one, and it is not ``flags``.
"""

from __future__ import annotations

from typing import Final

_MEMBER = "members[]"
_CERTIFICATES = "certificates"

# Flag -> the place in cluster.yaml that decides it.
OWNED: Final = {
    "name": f"{_MEMBER}.name",
    "data-dir": "etcd.data-dir",
    "listen-peer-urls": f"{_MEMBER}.listen-peer-urls",
    "listen-client-urls": f"{_MEMBER}.listen-client-urls",
    "initial-advertise-peer-urls": f"{_MEMBER}.initial-advertise-peer-urls",
    "advertise-client-urls": f"{_MEMBER}.advertise-client-urls",
    "initial-cluster": "members",
    "initial-cluster-state": f"{_MEMBER}.initial-cluster-state",
    "initial-cluster-token": "bootstrap.initial-cluster-token",
    "discovery": "bootstrap",
    "discovery-proxy": "bootstrap",
    "discovery-token": "bootstrap",
    "discovery-endpoints": "bootstrap",
    "discovery-cacert": "bootstrap",
    "discovery-cert": "bootstrap",
    "discovery-key": "bootstrap",
    "discovery-user": "bootstrap",
    "discovery-password": "bootstrap.discovery-password-file",
    "discovery-insecure-transport": "bootstrap.discovery-endpoints: http:// or https://",
    "discovery-dial-timeout": "bootstrap",
    "discovery-request-timeout": "bootstrap",
    "discovery-keepalive-time": "bootstrap",
    "discovery-keepalive-timeout": "bootstrap",
    "discovery-srv": "bootstrap",
    "discovery-srv-name": "bootstrap",
    "auto-tls": "tls.client: auto",
    "client-cert-auth": "tls.client: mutual",
    "cert-file": _CERTIFICATES,
    "key-file": _CERTIFICATES,
    "trusted-ca-file": _CERTIFICATES,
    "peer-auto-tls": "tls.peer: auto",
    "peer-client-cert-auth": "tls.peer: mutual",
    "peer-cert-file": _CERTIFICATES,
    "peer-key-file": _CERTIFICATES,
    "peer-trusted-ca-file": _CERTIFICATES,
    "config-file": "render.settings: config",
}

# Flag -> why it cannot stand in files that outlive one start, and where it belongs.
FORBIDDEN: Final = {
    "version": "it prints the version and exits",
    "force-new-cluster": (
        "it drops all other members at every start; give it once by hand when you restore a lost quorum "
        "from one member, then start without it"
    ),
    "proxy": "it makes a v2 proxy of the member, which serves no v3 client and was removed in 3.6",
}

# Flag -> what is at stake; allowed, but said.
RISKY: Final = {
    "unsafe-no-fsync": "a crash of the machine loses data; for throw-away clusters only",
    "enable-v2": "v2 data keeps the cluster from ever moving to 3.6; only a v2 discovery host needs it",
    "experimental-enable-v2v3": "v2 data keeps the cluster from ever moving to 3.6",
}


def owner_of(flag: str) -> str | None:
    """The place in the spec that decides the flag; None when ``flags`` may."""
    return OWNED.get(flag)


def why_forbidden(flag: str) -> str | None:
    """Why the flag can stand in no spec; None when it can."""
    return FORBIDDEN.get(flag)


def risk_of(flag: str) -> str | None:
    """What somebody who sets the flag should know first; None when there is nothing."""
    return RISKY.get(flag)
