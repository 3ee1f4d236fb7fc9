"""What a started member is really told, read back from the rendered files as their readers do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import yaml

from etcdboot.base.artifacts import Artifact
from etcdboot.base.durations import parse_go_duration
from etcdboot.etcd.flags import ValueKind, env_name, flag, names, yaml_key
from etcdboot.formats import procfile
from etcdboot.plan.plan import MemberPlan
from etcdboot.spec.spec import Target
from samples import parsers

# The words of a command, and the path of the environment file that is read first ("": none).
Start = tuple[tuple[str, ...], str]
Told = dict[str, object]


def told(member: MemberPlan, target: Target, artifacts: Iterable[Artifact]) -> Told:
    """Flag → value as etcd understands it, for a member that the target starts."""
    by_path = {str(each.path): each.content.decode() for each in artifacts}
    own = [each for each in artifacts if each.path.parts[0] == member.name]
    files = {each.host.path: each.content.decode() for each in own if each.host}
    words, environment_file = READERS[target](member, by_path)
    assert words[0] == str(member.paths.binary)
    if environment_file:
        assert words[1:] == ()
        return _from_variables(member, parsers.parse_environment_file(files[environment_file]))
    if words[1].startswith("--config-file="):
        assert len(words) == 2
        return _from_file(member, yaml.safe_load(files[words[1].removeprefix("--config-file=")]))
    pairs = (word.removeprefix("--").split("=", 1) for word in words[1:])
    return {name: meant(name, value) for name, value in pairs}


def planned(member: MemberPlan) -> Told:
    """Flag → value as the plan says it."""
    return {each.name: meant(each.name, each.value) for each in member.flags}


def meant(name: str, value: object) -> object:
    """A value however typed, as what etcd makes of it."""
    facts = flag(name)
    assert facts is not None, name
    if facts.kind is ValueKind.DURATION and isinstance(value, str):
        return parse_go_duration(value)
    if facts.kind is ValueKind.LIST:
        return tuple(value) if isinstance(value, list) else tuple(str(value).split(","))
    if isinstance(value, bool):
        return str(value).lower()
    return value if facts.kind is ValueKind.DURATION else str(value)


def _from_variables(member: MemberPlan, variables: Mapping[str, str]) -> Told:
    known = {env_name(name): name for name in names(member.release)}
    return {known[name]: meant(known[name], value) for name, value in variables.items()}


def _from_file(member: MemberPlan, body: object) -> Told:
    paths = {path: name for name in names(member.release) if (path := yaml_key(name, member.release))}
    return {paths[path]: meant(paths[path], value) for path, value in _leaves((), body)}


def _leaves(path: tuple[str, ...], body: object) -> Iterable[tuple[tuple[str, ...], object]]:
    if not isinstance(body, dict):
        return [(path, body)]
    assert body, f"an empty section: {path}"
    return [leaf for key, value in body.items() for leaf in _leaves((*path, key), value)]


def _script(member: MemberPlan, files: Mapping[str, str]) -> Start:
    before, _, command = files[f"{member.name}/etcd.sh"].partition("\nexec ")
    sourced = [line[2:] for line in before.split("\n") if line.startswith(". ")]
    words = parsers.split_shell(command.removesuffix("\n").replace(" \\\n", " "))
    return words, parsers.split_shell(sourced[0])[0] if sourced else ""


def _unit(member: MemberPlan, files: Mapping[str, str]) -> Start:
    settings = parsers.parse_unit(files[f"{member.name}/{member.unit}"])
    service = {key: value for section, key, value in settings if section == "Service"}
    return parsers.split_command(service["ExecStart"]), service.get("EnvironmentFile", "").replace("%%", "%")


def _procfile(member: MemberPlan, files: Mapping[str, str]) -> Start:
    words = parsers.parse_procfile(files["Procfile"])[procfile.process_name(member.name)]
    if words[0] != "/bin/sh":
        return words, ""
    assert words[1] == "-c"
    before, _, command = words[2].partition("; set +a; exec ")
    return parsers.split_shell(command), parsers.split_shell(before.removeprefix("set -a; . "))[0]


READERS: Mapping[Target, Callable[[MemberPlan, Mapping[str, str]], Start]] = {
    Target.SCRIPT: _script,
    Target.SYSTEMD: _unit,
    Target.PROCFILE: _procfile,
}
