"""The environment that members and their tools are given."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final


def colours_unwanted() -> bool:
    """Whether NO_COLOR is set to anything (no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


_SETTINGS: Final = ("ETCD_", "ETCDCTL_")
_OWN: Final = ("ETCDBOOT_",)
_SECRETS: Final = ("ETCDBOOT_CA_",)


def for_others(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for etcd, for `etcd --version` and for signers.

    Without ``ETCD_*``, which etcd takes for settings: with a flag of the same name it does not even start
    ("conflicting environment variable is shadowed", measured on 3.4.23 and 3.5.30). Without ``ETCDCTL_*``,
    which may hold a password and is for etcdctl alone, and without etcdboot's own variables. All else stays:
    a signer needs what only its author knows (VAULT_TOKEN, STEPPATH, AWS_PROFILE, SSL_CERT_FILE, proxies).
    """
    return _without(environment, _SETTINGS + _OWN)


def for_background(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for an etcdboot that stays in the background: others can read it as long as it runs."""
    return _without(environment, _SETTINGS + _SECRETS)


def _without(environment: Mapping[str, str], prefixes: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(prefixes)}
