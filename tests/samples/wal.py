"""The head of a real log, and what it says.

Written by 3.4.23, 3.5.33, 3.6.14 and 3.7.1 alike: alone at http://127.0.0.1:12010, token "tok".
"""

from __future__ import annotations

from etcdboot.etcd.wal import WalIdentity
from etcdboot.plan.planner import cluster_id, member_id

CHECKSUM = bytes.fromhex("04000000000000840804100000000000")
METADATA = bytes.fromhex("1e00000000000082080110f1cd81ce011a14089ed6dd8feb9180e46310c482ada8caa6f997010000")
SNAPSHOT = bytes.fromhex("0d00000000000083080510f2dbb3021a0408001000000000")
FIRST = CHECKSUM + METADATA + SNAPSHOT

_MEMBER = member_id(["http://127.0.0.1:12010"], "tok")
IDENTITY = WalIdentity(_MEMBER, cluster_id([_MEMBER]))
