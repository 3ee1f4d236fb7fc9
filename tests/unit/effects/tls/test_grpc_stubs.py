from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_TRY = """
import sys
sys.path.insert(0, sys.argv[1])
from etcdboot.effects.tls.grpc_stubs import load_messages
from etcdboot.base.errors import EtcdbootError
try:
    load_messages()
except EtcdbootError as error:
    [each] = error.diagnostics
    print(error.exit_code.name, each.code, each.message, "->", each.hint)
"""
_EMPTY = {"__init__.py": "", "rpc_pb2.py": "", "rpc_pb2_grpc.py": ""}


def tried(folder: Path) -> str:
    """What a fresh process says that finds ``folder`` first on its path."""
    variables = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", _TRY, str(folder)]
    done = subprocess.run(argv, env=variables, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"etcd3/__init__.py": ""}, "No such file"),
        ({"etcd3.py": ""}, "is not installed"),
        (
            {f"etcd3/etcdrpc/{name}": text for name, text in _EMPTY.items()} | {"etcd3/__init__.py": ""},
            "KVStub",
        ),
        (
            {"etcd3/__init__.py": "", "etcd3/etcdrpc/__init__.py": "raise TypeError('Descriptors cannot')"},
            "Descriptors cannot",
        ),
    ],
)
def test_another_package_of_that_name_is_told_with_the_remedy(
    tmp_path: Path, files: dict[str, str], says: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    said = tried(tmp_path)
    assert said.startswith("MISSING EB601 the Python package etcd3")
    assert says in said
    assert "-> pip uninstall etcd3" in said


def test_the_client_classes_are_not_imported() -> None:
    script = (
        "import sys, etcdboot.effects.tls.grpc_stubs as s; s.load_messages(); print('etcd3' in sys.modules)"
    )
    variables = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", script]
    assert subprocess.run(argv, env=variables, capture_output=True, text=True, check=True).stdout == "False\n"
