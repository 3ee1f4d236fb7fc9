"""cfssl's files as tutorials and guides have them, and what they come to."""

from __future__ import annotations

import json
from typing import Any

from etcdboot.cfssl.converter import Translation, translate
from etcdboot.cfssl.documents import Evidence, Policy, Wish, read

BOTH = ["signing", "key encipherment", "server auth", "client auth"]

# Three machines, one certificate for all of them, to the letter of a much-copied lesson on etcd.
TUTORIAL: dict[str, Any] = {
    "ca-config.json": {
        "signing": {
            "default": {"expiry": "87600h"},
            "profiles": {"etcd": {"expiry": "87600h", "usages": BOTH}},
        }
    },
    "ca-csr.json": {
        "CN": "etcd CA",
        "key": {"algo": "rsa", "size": 2048},
        "names": [{"C": "CN", "L": "Shanghai", "ST": "Shanghai"}],
    },
    "server-csr.json": {
        "CN": "etcd",
        "hosts": ["192.168.202.128", "192.168.202.129", "192.168.202.130"],
        "key": {"algo": "rsa", "size": 2048},
        "names": [{"C": "CN", "L": "Beijing", "ST": "Beijing"}],
    },
}

# A profile and a request for each purpose; the server's profile lacks client auth, as in that guide.
GUIDE: dict[str, Any] = {
    "ca-config.json": {
        "signing": {
            "default": {"expiry": "43800h"},
            "profiles": {
                "server": {"expiry": "43800h", "usages": BOTH[:3]},
                "client": {"expiry": "43800h", "usages": [*BOTH[:2], "client auth"]},
                "peer": {"expiry": "8760h", "usages": BOTH},
            },
        }
    },
    "ca-csr.json": {"CN": "My own CA", "key": {"algo": "rsa", "size": 2048}, "ca": {"expiry": "87600h"}},
    **{
        f"member{number}.json": {
            "CN": f"member{number}",
            "hosts": [f"192.168.122.10{number}", f"member{number}.local", "127.0.0.1"],
            "key": {"algo": "ecdsa", "size": 256},
        }
        for number in (1, 2, 3)
    },
    "client.json": {"CN": "client", "hosts": [""], "key": {"algo": "ecdsa", "size": 384}},
}


def evidence(files: dict[str, Any]) -> Evidence:
    """The JSON files read; they must be right."""
    found = [read(json.dumps(content, indent=1), name) for name, content in files.items()]
    assert not [each.told for each in found if each.content is None]
    return Evidence(
        tuple(each.content for each in found if isinstance(each.content, Policy)),
        tuple(each.content for each in found if isinstance(each.content, Wish)),
    )


def translated(files: dict[str, Any]) -> Translation:
    """What the JSON files come to."""
    return translate(evidence(files))
