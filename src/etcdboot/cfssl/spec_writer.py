"""What was understood of cfssl's files, as the text of a ``cluster.yaml`` or of a section of one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from etcdboot.formats import yaml_writer
from etcdboot.spec.loader import dump
from etcdboot.spec.schema import CLUSTER
from etcdboot.spec.spec import CertificatesSpec, ClusterSpec


def whole(spec: ClusterSpec, sources: Iterable[str]) -> str:
    """A spec of its own, with a head that says what it was made from."""
    head = [
        f"# Made by `etcdboot certs import-cfssl` from {_listed(sources)}.",
        "# Look the members over: cfssl's files tell hosts, not what a member is called (etcd's --name).",
    ]
    if spec.etcd.version is None:
        head.append("# They tell no etcd release either; say the one on the hosts before you render:")
        head.append('# etcd: {version: "X.Y.Z"}')
    return "".join(f"{line}\n" for line in head) + dump(spec)


def section(certificates: CertificatesSpec, sources: Iterable[str]) -> str:
    """The ``certificates`` section alone."""
    body = CLUSTER.plain(ClusterSpec("", (), certificates=certificates)).get("certificates", {})
    head = f"# What etcdboot certs import-cfssl made of {_listed(sources)}.\n"
    return head + yaml_writer.dump({"certificates": body}, hollow=True)


def _listed(files: Iterable[str]) -> str:
    """The JSON files' names on one line, without their folders: those are of one machine."""
    names = [PurePosixPath(each).name for each in files]
    listed = [name if name.isprintable() else ascii(name) for name in names if _is_json(name)]
    return ", ".join([*listed, "PEM files"] if len(listed) < len(names) else listed)


def _is_json(name: str) -> bool:
    return name.lower().endswith(".json")
