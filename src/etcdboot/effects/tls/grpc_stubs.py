"""The one place that imports gRPC and python3-etcd3, and guards that import.

Only the package's raw stubs are used. Its client class latches a failed endpoint for 300 s and hides the
cause (etcd3/client.py of 0.13.0, ``Endpoint.fail`` and ``_translate_exception``); importing it costs time
besides. So ``etcd3/etcdrpc`` is loaded as a package of its own, without running ``etcd3/__init__``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

# gRPC's C core writes every failed handshake to stderr otherwise (grpc#11002); read once, at its import.
os.environ["GRPC_VERBOSITY"] = "NONE"
os.environ.pop("GRPC_TRACE", None)

import grpc

from etcdboot.base.errors import EtcdbootError, Missing

__all__ = ["CallFailed", "StatusCode", "Tls", "load_messages", "open_channel"]

StatusCode = grpc.StatusCode
CallFailed = grpc.RpcError  # what a blocking call raises; it is the call as well, with code() and details()

_PACKAGE = "_etcdboot_etcdrpc"
_REMEDY = "pip uninstall etcd3 cslab-etcd3; pip install --force-reinstall 'python3-etcd3>=0.13,<0.14'"
_CHANNEL_OPTIONS = (
    ("grpc.enable_http_proxy", 0),  # http_proxy in the environment would swallow even 127.0.0.1
    ("grpc.enable_retries", 0),  # a failure is to be seen, not to be waited out
    ("grpc.use_local_subchannel_pool", 1),  # else a new channel inherits the back-off of a closed one
)


@dataclass(frozen=True, slots=True)
class Tls:
    """What a channel trusts and proves itself with, as PEM."""

    roots: bytes | None
    key: bytes | None = None
    certificate: bytes | None = None


def load_messages() -> ModuleType:
    """The generated messages and stubs of ``etcd3.etcdrpc``.

    Raises:
        Missing: EB601, there is no such package, or another distribution owns the folder ``etcd3``.
    """
    if _PACKAGE in sys.modules:
        return sys.modules[_PACKAGE]
    try:
        return _load(_folder())
    except (ImportError, TypeError, AttributeError) as cause:
        # TypeError: stubs of the abandoned etcd3 0.12.0, which protobuf from 4 on refuses.
        sys.modules.pop(_PACKAGE, None)
        raise _unusable(
            f"the Python package etcd3 is not python3-etcd3 0.13 or lacks its parts: {cause}"
        ) from cause


def _folder() -> Path:
    found = importlib.util.find_spec("etcd3")
    if found is None or not found.submodule_search_locations:
        raise _unusable("the Python package etcd3, of python3-etcd3, is not installed")
    return Path(found.submodule_search_locations[0], "etcdrpc")


def _load(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package at {folder}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = module  # its modules import one another relatively
    try:
        spec.loader.exec_module(module)
    except OSError as cause:
        raise ImportError(str(cause)) from cause
    for name in ("KVStub", "MaintenanceStub", "ClusterStub", "MemberListRequest"):
        getattr(module, name)
    return module


def _unusable(message: str) -> EtcdbootError:
    return Missing.because("EB601", message, _REMEDY)


def open_channel(address: str, tls: Tls | None) -> grpc.Channel:
    """A channel to ``host:port`` (IPv6 in brackets); the first call dials, not this."""
    if tls is None:
        return grpc.insecure_channel(address, options=_CHANNEL_OPTIONS)
    credentials = grpc.ssl_channel_credentials(tls.roots, tls.key, tls.certificate)
    return grpc.secure_channel(address, credentials, options=_CHANNEL_OPTIONS)
