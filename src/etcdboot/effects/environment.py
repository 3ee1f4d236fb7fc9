"""The environment that members and their tools are given."""

from __future__ import annotations

import os
from collections.abc import Mapping


def colours_unwanted() -> bool:
    """Whether NO_COLOR is set to anything (no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def without_etcd(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment less every ``ETCD_*``, which etcd would take for a setting, and our own secrets.

    With a flag of the same name it does not even start ("conflicting environment variable is shadowed",
    measured on 3.4.23 and 3.5.30). ``ETCDCTL_*`` stays: only etcdctl reads it.
    """
    return {
        name: value for name, value in environment.items() if not name.startswith(("ETCD_", "ETCDBOOT_CA_"))
    }
