"""How a member is started: the one place that says so, for every target and for ``up``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.errors import SpecError
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.etcd.flags import env_name, file_value
from etcdboot.etcd.settings_forms import expressible
from etcdboot.formats import yaml_writer
from etcdboot.plan.plan import Flag, MemberPlan
from etcdboot.render.config_file import config
from etcdboot.spec.spec import Settings

CONFIG_FILE = "etcd.conf.yml"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """etcd's configuration file: where it must stand when etcd starts, and the YAML in it."""

    path: PurePosixPath
    text: str = field(repr=False)  # may hold a password


@dataclass(frozen=True, slots=True)
class Launch:
    """What starts one member: program and arguments, ``ETCD_*`` variables, and the file it reads.

    etcd learns its settings in one way only, so at most one of the three carries them. It must not inherit
    any other ``ETCD_*`` variable: one that a flag sets too is fatal (pkg/flags/flag.go, SetFlagsFromEnv).
    """

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    config_file: ConfigFile | None = None


def launch(member: MemberPlan, settings: Settings) -> Launch:
    """How that member starts when it learns its settings in that form.

    SpecError (EB451), one diagnostic a flag, for what the form cannot tell that release of etcd.
    A plan that passed the rules has values of the right type; a secret goes into a file alone.
    """
    problems = tuple(_problems(member, settings))
    if problems:
        raise SpecError(*problems)
    binary = str(member.paths.binary)
    match settings:
        case Settings.FLAGS:
            return Launch((binary, *(f"--{each.name}={each.value}" for each in member.flags)))
        case Settings.ENV:
            return Launch((binary,), tuple((env_name(each.name), each.value) for each in member.flags))
        case Settings.CONFIG:
            file = ConfigFile(member.paths.config_dir / CONFIG_FILE, yaml_writer.dump(config(member)))
            return Launch((binary, f"--config-file={file.path}"), config_file=file)


def _problems(member: MemberPlan, settings: Settings) -> Iterator[Diagnostic]:
    for each in member.flags:
        reason = expressible(each.name, member.release, settings.value) or _LIMITS[settings](member, each)
        if reason is not None:
            message = f"member {member.name}: settings: {settings} cannot say {each.name}: {reason}"
            yield error("EB451", message, "choose other render.settings, or leave the flag out")


def _limit_of_flags(member: MemberPlan, flag: Flag) -> str | None:
    return "whoever lists processes would see the secret" if flag.secret else None


def _limit_of_variables(member: MemberPlan, flag: Flag) -> str | None:
    if flag.secret:
        return f"etcd would write the value of {env_name(flag.name)} into its log"
    # etcd pkg/flags/flag.go, setFlagFromEnv: an empty variable is one that is not set.
    return None if flag.value else f"etcd takes an empty {env_name(flag.name)} for one that is not set"


def _limit_of_keys(member: MemberPlan, flag: Flag) -> str | None:
    try:
        yaml_writer.dump({flag.name: file_value(flag.name, flag.value, member.release)})
    except ValueError as cause:  # ill-typed, or characters that no YAML holds
        return str(cause)
    return None


_LIMITS: Mapping[Settings, Callable[[MemberPlan, Flag], str | None]] = {
    Settings.FLAGS: _limit_of_flags,
    Settings.ENV: _limit_of_variables,
    Settings.CONFIG: _limit_of_keys,
}
