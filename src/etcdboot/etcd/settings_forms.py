"""What each settings form can say: a flag that has no environment variable or no key cannot go everywhere.

This matters because etcd ignores an unknown key of the configuration file silently, so that a misplaced
setting protects nothing (docs/etcd/flags-and-config-file.md#unknown-input). Revocation lists have no
documented key; every release reads the one that they have
(docs/etcd/flags-and-config-file.md#undocumented-keys).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from etcdboot.etcd.flags import env_name, flag, known_in, yaml_key
from etcdboot.etcd.releases import Release, minor_index, parse_release

Form = Literal["flags", "env", "config"]

# As a flag, for whoever lists processes; as a variable, for whoever reads the log: etcd writes each variable
# that it takes into it, whatever its log level (pkg/flags/flag.go:114 at v3.6.14; seen on 3.6.14 and 3.7.1).
SECRET_FLAGS: Final = ("discovery-password",)
# Flags without a variable: ETCD_VERSION ends 3.4, and 3.5 and later unset it
# (docs/etcd/flags-and-config-file.md#environment-variables).
_NO_VARIABLE: Final = ("version",)


def _as_flag(name: str, release: Release) -> str | None:
    return f"--{name} would show its value to whoever lists processes" if name in SECRET_FLAGS else None


def _as_variable(name: str, release: Release) -> str | None:
    if name in SECRET_FLAGS:
        return f"etcd would write the value of {env_name(name)} into its log"
    return f"{env_name(name)} is not read as a setting by etcd {release}" if name in _NO_VARIABLE else None


def _as_key(name: str, release: Release) -> str | None:
    if yaml_key(name, release) is not None:
        return None
    facts = flag(name)
    first = facts.file_patches[minor_index(release)] if facts else None
    later = f" before {parse_release(f'{release.minor_name}.{first}')}" if first else ""
    return f"etcd {release.minor_name}{later} has no key for {name} in its configuration file"


_FORMS: Final[dict[Form, Callable[[str, Release], str | None]]] = {
    "flags": _as_flag,
    "env": _as_variable,
    "config": _as_key,
}


def forms_for(name: str, release: Release) -> tuple[Form, ...]:
    """The forms that can say the flag to that release; empty when it has no such flag."""
    if not known_in(name, release):
        return ()
    return tuple(form for form, problem in _FORMS.items() if problem(name, release) is None)


def expressible(name: str, release: Release, form: Form) -> str | None:
    """Why that form cannot say the flag to that release and which can, or None when it can."""
    if not known_in(name, release):
        return f"etcd {release} has no --{name}"
    problem = _FORMS[form](name, release)
    if problem is None:
        return None
    others = " and ".join(forms_for(name, release))
    return f"{problem}; settings that can say it: {others or 'none'}"
