"""Each rule: a spec that breaks it, with the place that is blamed, and one just beside that does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from etcdboot.base.diagnostics import Diagnostic, Severity, has_errors
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.rules import (
    RULES,
    addresses,
    bootstrap,
    certificates,
    flag_values,
    flags,
    folders,
    judge,
    members,
    releases,
)
from etcdboot.rules.finding import Rule
from etcdboot.spec.loader import load
from meta.source import PACKAGE, files

GOOD = """\
name: prod
etcd:
  version: "3.6.14"
members:
  - name: etcd1
    host: 10.0.0.1
  - name: etcd2
    host: 10.0.0.2
  - name: etcd3
    host: 10.0.0.3
"""


@dataclass(frozen=True)
class Case:
    """``bad`` breaks the rule at ``path``, which stands in ``line``; ``near`` does not."""

    rule: Rule
    code: str
    path: str
    line: int
    bad: str
    near: str = GOOD
    severity: Severity = Severity.ERROR


def edited(*edits: tuple[str, str], text: str = GOOD) -> str:
    """The good spec with each first text replaced by its second one."""
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def told(*lines: str, release: str = "3.6.14", text: str = GOOD) -> str:
    """The good spec with these etcd flags; the first stands in line 5."""
    written = "".join(f"\n    {line}" for line in lines)
    return edited(('version: "3.6.14"', f'version: "{release}"\n  flags:{written}'), text=text)


def plus(more: str, text: str = GOOD) -> str:
    """The good spec with more at its end; that begins in line 11."""
    return text + more


def member(more: str, name: str = "etcd1") -> str:
    """The good spec with one more key for a member; for etcd1 it stands in line 6."""
    return edited((f"- name: {name}\n", f"- name: {name}\n    {more}\n"))


def release(version: str, text: str = GOOD) -> str:
    return edited(("3.6.14", version), text=text)


V2 = "mode: discovery-v2, discovery: 'http://10.9.9.9:2379/v2/keys/discovery/t'"
V3 = "mode: discovery-v3, discovery-token: t, discovery-endpoints: ['https://10.9.9.9:2379']"
DNS = "mode: dns, discovery-srv: example.com"
PROVIDED = (
    GOOD
    + """\
defaults:
  cert-file: /tls/{name}.pem
  key-file: /tls/k
  trusted-ca-file: /tls/ca
  peer-cert-file: /tls/{name}.pem
  peer-key-file: /tls/k
  peer-trusted-ca-file: /tls/ca
certificates: {source: provided}
"""
)
YEARS = "self-signed-cert-validity"
NAMED = re.sub(r"host: 10\.0\.0\.(\d)", r"host: e\1.example.com", GOOD)


def mode(keys: str, text: str = "") -> str:
    """The good spec with these keys of bootstrap in line 11; its hosts are names in mode dns."""
    return plus(f"bootstrap: {{{keys}}}\n", text or (NAMED if keys.startswith(DNS) else GOOD))


def count(number: int) -> str:
    hosts = "".join(f"  - {{name: m{at}, host: 10.0.0.{at}}}\n" for at in range(1, number + 1))
    return 'name: prod\netcd: {version: "3.6.14"}\nmembers:\n' + hosts


TOGETHER = edited(
    ("    host: 10.0.0.2", "    host: 10.0.0.1\n    client-port: 12379\n    peer-port: 12380"),
    ("    host: 10.0.0.3", "    host: 10.0.0.1\n    client-port: 22379\n    peer-port: 22380"),
)
MODE, KEPT = "auto-compaction-mode", "auto-compaction-retention"
MIN, MAX = "tls-min-version", "tls-max-version"
RSA = "TLS_RSA_WITH_AES_128_GCM_SHA256"
ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
LEASES = "experimental-enable-lease-checkpoint"
WARNING = Severity.WARNING
SHARED = (
    ("name: etcd1", "name: etcd1\n    data-dir: /w/e"),
    ("name: etcd2", "name: etcd2\n    flags: {wal-dir: /w/e}"),
)
SYSTEMS = ("/", "/etc", "/var/lib", "/tmp", "/home", "/home/me", "/data", "/usr/local", "/etc/kubernetes")
USUAL = (
    "/var/lib/etcd",
    "/var/lib/etcd/prod",
    "/srv/etcd/data",
    "/opt/etcd",
    "/data/etcd",
    "/mnt/ssd",
    "/home/me/etcd",
)
AT = "etcd.flags"

CASES = (
    # members
    Case(members.names_are_unique, "EB201", "members[1].name", 7, edited(("etcd2", "ETCD1"))),
    Case(members.names_are_unique, "EB201", "members[2].name", 9, edited(("etcd3", "etcd1"))),
    Case(members.names_are_free, "EB237", "members[0].name", 5, edited(("etcd1", "Client")),
         edited(("etcd1", "client1"))),
    Case(members.names_are_free, "EB238", "members[0].name", 5, edited(("etcd1", "default")),
         edited(("etcd1", "default1")), WARNING),
    Case(members.names_are_not_users, "EB280", "members[0].name", 5, edited(("etcd1", "root")),
         edited(("etcd1", "root1"))),
    Case(members.names_are_not_users, "EB280", "members[1].name", 7, edited(("etcd2", "Root")),
         plus("tls: {client: server}\n", edited(("etcd2", "Root")))),
    Case(members.names_are_not_users, "EB280", "members[2].name", 9,
         plus("certificates: {clients: [root, ETCD3]}\n"), plus("certificates: {clients: [root, etcd4]}\n")),
    Case(members.names_are_not_users, "EB280", "members[0].name", 5,
         plus("certificates: {clients: []}\n", edited(("etcd1", "ROOT"))),
         plus("certificates: {clients: []}\n")),
    Case(members.names_are_not_users, "EB280", "members[0].name", 5,
         plus("certificates: {source: provided}\n", edited(("etcd1", "root"))),
         plus("certificates: {source: provided}\n"), WARNING),
    Case(members.names_fit_a_procfile, "EB243", "members[1].name", 7,
         plus("render: {targets: [procfile]}\n", edited(("etcd1", "a.b"), ("etcd2", "A_b"))),
         plus("render: {targets: [script]}\n", edited(("etcd1", "a.b"), ("etcd2", "A_b")))),
    Case(members.count_survives_a_loss, "EB204", "members", 3, count(1), count(3), WARNING),
    Case(members.count_survives_a_loss, "EB204", "members", 3, count(4), count(5), WARNING),
    Case(members.count_survives_a_loss, "EB242", "members", 3, count(9), count(7), WARNING),
    Case(members.founders_exist, "EB245", "members", 4,
         plus("defaults: {initial-cluster-state: existing}\n"), member("initial-cluster-state: existing")),
    # places
    Case(addresses.host_is_written, "EB206", "members[0]", 5, edited(("\n    host: 10.0.0.1", "")),
         edited(("host: 10.0.0.1", "address: 10.0.0.1"))),
    Case(addresses.schemes_follow_tls, "EB207", "members[0].advertise-client-urls", 6,
         member("advertise-client-urls: http://10.0.0.1:2379"),
         member("advertise-client-urls: https://10.0.0.1:2379")),
    Case(addresses.schemes_follow_tls, "EB207", "members[0].listen-peer-urls", 6,
         plus("tls: {peer: off}\n", member("listen-peer-urls: https://10.0.0.1:2380")),
         plus("tls: {peer: off}\n", member("listen-peer-urls: http://10.0.0.1:2380"))),
    Case(addresses.schemes_follow_tls, "EB207", "endpoints", 11,
         plus("endpoints: http://lb.example.com:2379\n"),
         plus("endpoints: https://lb.example.com:2379\n")),
    Case(addresses.listens_on_addresses, "EB208", "members[0].listen-peer-urls", 6,
         member("listen-peer-urls: https://e1.example.com:2380"),
         member("listen-peer-urls: https://localhost:2380")),
    Case(addresses.advertises_something_dialable, "EB209", "members[0].advertise-client-urls", 6,
         member("advertise-client-urls: https://0.0.0.0:2379"), member("listen-client-urls: https://0.0.0.0:2379")),
    Case(addresses.advertises_what_it_listens_on, "EB248", "members[0].advertise-client-urls", 6,
         member("advertise-client-urls: https://10.9.9.9:2379"),
         member("advertise-client-urls: https://lb.example.com:2379"), WARNING),
    Case(addresses.advertises_what_it_listens_on, "EB248", "members[0].advertise-client-urls", 5,
         edited(("10.0.0.1", "127.0.0.2\n    listen-client-urls: https://localhost:9")),
         edited(("10.0.0.1", "127.0.0.2\n    listen-client-urls: https://localhost:2379")), WARNING),
    Case(addresses.loopback_stays_at_home, "EB249", "members[0].initial-advertise-peer-urls", 5,
         edited(("10.0.0.1", "127.0.0.1")),
         edited(("10.0.0.1", "127.0.0.1"), ("10.0.0.2", "127.0.0.2"), ("10.0.0.3", "127.0.0.3"))),
    Case(addresses.name_without_address_listens_everywhere, "EB210", "members[0].host", 6,
         edited(("10.0.0.1", "e1.example.com")),
         edited(("10.0.0.1", "e1.example.com\n    address: 10.0.0.1")), WARNING),
    Case(addresses.peer_urls_are_unique, "EB202", "members[1].initial-advertise-peer-urls", 7,
         edited(("10.0.0.2", "10.0.0.1")), TOGETHER),
    Case(addresses.ports_are_free, "EB205", "members[0].listen-client-urls", 5, member("client-port: 2380"),
         member("client-port: 2381")),
    Case(addresses.ports_are_free, "EB205", "members[0].flags.listen-metrics-urls", 7,
         member("flags:\n      listen-metrics-urls: http://10.0.0.9:1, http://0.0.0.0:2379"),
         member("flags:\n      listen-metrics-urls: http://10.0.0.9:1, http://0.0.0.0:2378")),
    Case(addresses.ports_are_free, "EB205", "members[1].listen-peer-urls", 7,
         edited(("10.0.0.2", "10.0.0.1")),
         plus("defaults: {address: 0.0.0.0}\n")),
    Case(addresses.procfile_is_for_one_machine, "EB246", "render.targets", 11,
         plus("render: {targets: [procfile]}\n"),
         plus("render: {targets: [procfile]}\n", TOGETHER), WARNING),
    Case(addresses.hosts_need_absolute_paths, "EB244", "members[0].data-dir", 6, member("data-dir: data"),
         plus("render: {targets: [script]}\n", member("data-dir: data"))),
    Case(addresses.hosts_need_absolute_paths, "EB244", "defaults.binary", 11,
         plus("defaults: {binary: etcd}\n"),
         plus("defaults: {binary: /etcd}\n")),
    # folders
    Case(folders.folders_are_its_own, "EB203", "members[1].data-dir", 7,
         plus("defaults: {data-dir: /d/e}\n", TOGETHER),
         plus("defaults: {data-dir: '/d/{name}'}\n", TOGETHER)),
    Case(folders.folders_are_its_own, "EB203", "members[1].flags.wal-dir", 9, edited(*SHARED, text=TOGETHER),
         edited(*SHARED)),
    Case(folders.folders_are_its_own, "EB203", "members[0].data-dir", 6, member("data-dir: /etc/etcd"),
         member("data-dir: /etc/etcd2")),
    Case(folders.folders_are_apart, "EB262", "members[0].data-dir", 6, member("data-dir: /etc/etcd/pki"),
         member("data-dir: /etc/etcd-pki")),
    Case(folders.folders_are_apart, "EB262", "members[0].config-dir", 6,
         member("config-dir: /var/lib/etcd/conf"), member("config-dir: /var/lib/etcd-conf")),
    Case(folders.folders_are_apart, "EB262", "members[0].flags.wal-dir", 6,
         member("flags: {wal-dir: /etc/etcd/wal}"), member("flags: {wal-dir: /var/lib/etcd/wal}")),
    Case(folders.folders_are_apart, "EB262", "members[1].data-dir", 8,
         edited(("- name: etcd2\n", "- name: etcd2\n    data-dir: /var/lib/etcd/etcd1/two\n"), text=TOGETHER),
         edited(("- name: etcd2\n", "- name: etcd2\n    data-dir: /var/lib/etcd/etcd1/two\n"))),
    *(Case(folders.folders_are_not_the_systems, "EB261", f"members[0].{key}", 6,
           member(f"{key}: {folder}"), member(f"{key}: {folder}/my/etcd"))
      for key in ("config-dir", "data-dir") for folder in SYSTEMS),
    Case(folders.folders_are_not_the_systems, "EB261", "etcd.data-dir", 4,
         edited(('"3.6.14"', '"3.6.14"\n  data-dir: /var/lib')),
         edited(('"3.6.14"', '"3.6.14"\n  data-dir: lib'))),
    Case(folders.folders_are_not_the_systems, "EB261", "defaults.config-dir", 11,
         plus("defaults: {config-dir: '/etc/{name}'}\n", edited(("etcd1", "ssl"))),
         plus("defaults: {config-dir: '/etc/{name}'}\n")),
    Case(folders.folders_are_not_the_systems, "EB261", "etcd.flags.wal-dir", 5,
         told("wal-dir: /var/log"), told("wal-dir: /var/log/etcd-wal")),
    *(Case(folders.folders_are_not_temporary, "EB265", f"members[0].{key}", 6,
           member(f"{key}: {folder}/etcd"), member(f"{key}: {folder.lstrip('/')}/etcd"))
      for key in ("config-dir", "data-dir") for folder in ("/tmp", "/var/tmp", "//tmp/a")),
    Case(folders.folders_are_not_temporary, "EB265", "etcd.flags.wal-dir", 5,
         told("wal-dir: /tmp/wal"), told("wal-dir: /var/wal")),
    Case(folders.folders_are_not_temporary, "EB265", "members[0].data-dir", 6,
         member("data-dir: /tmp/etcd"),
         plus("render: {targets: [script, procfile]}\n", member("data-dir: /tmp/etcd"))),
    Case(folders.binary_is_not_etcds, "EB263", "members[0].binary", 6,
         member("binary: /var/lib/etcd/bin/etcd"), member("binary: /opt/etcd/bin/etcd")),
    Case(folders.user_is_not_root, "EB264", "etcd.user", 4, edited(('"3.6.14"', '"3.6.14"\n  user: root')),
         edited(('"3.6.14"', '"3.6.14"\n  user: roots')), WARNING),
    # releases
    Case(releases.version_is_written, "EB239", "etcd", 2, edited(('version: "3.6.14"', "user: etcd")),
         edited(('version: "3.6.14"', 'user: etcd\ndefaults: {version: "3.6.14"}')), WARNING),
    Case(releases.release_is_safe, "EB211", "etcd.version", 3, release("3.5.1")),
    Case(releases.release_is_safe, "EB211", "etcd.version", 3, release("3.5.30"), release("3.5.33"), WARNING),
    Case(releases.release_is_safe, "EB211", "etcd.version", 3,
         edited(('"3.6.14"', '"3.5.1"\n  allow-dangerous-release: true')), severity=WARNING),
    Case(releases.release_is_safe, "EB211", "defaults.version", 11, plus('defaults: {version: "3.5.2"}\n')),
    Case(releases.release_is_supported, "EB241", "etcd.version", 3, release("3.4.45"), release("3.5.33"),
         WARNING),
    Case(releases.minors_are_neighbours, "EB212", "members[0].version", 6, member('version: "3.4.45"'),
         member('version: "3.5.33"')),
    Case(releases.minors_are_neighbours, "EB212", "members[2].version", 10,
         member('version: "3.4.45"', "etcd3"),
         member('version: "3.7.1"', "etcd3")),
    Case(releases.peer_port_is_guarded, "EB240", "tls.peer", 11,
         plus("tls: {peer: auto}\n", release("3.5.33")),
         plus("tls: {peer: auto}\n"), WARNING),
    # flags
    Case(flags.flags_can_be_told, "EB213", f"{AT}.name", 5, told("name: x")),
    Case(flags.flags_can_be_told, "EB214", f"{AT}.force-new-cluster", 5, told("force-new-cluster: true")),
    Case(flags.flags_can_be_told, "EB215", f"{AT}.quota", 5, told("quota: 1"),
         told("quota-backend-bytes: 0")),
    Case(flags.flags_can_be_told, "EB215", f"{AT}.feature-gates", 5,
         told("feature-gates: Fast=true"), told("feature-gates: CompactHashCheck=true")),
    Case(flags.flags_can_be_told, "EB215", "defaults.flags.enable-v2", 11,
         plus("defaults: {flags: {--enable-v2: true}}\n"), told("enable-v2: true", release="3.5.33")),
    Case(flags.flags_can_be_told, "EB216", f"{AT}.snapshot-count", 5, told("snapshot-count: many"),
         told("snapshot-count: 10")),
    Case(flags.flags_can_be_told, "EB217", f"{AT}.corrupt-check-time", 6,
         told("experimental-corrupt-check-time: 1h", "corrupt-check-time: 2h"),
         told("corrupt-check-time: 2h")),
    Case(flags.flags_can_be_told, "EB218", f"{AT}.experimental-corrupt-check-time", 5,
         told("experimental-corrupt-check-time: 1h"), told("corrupt-check-time: 1h"), WARNING),
    Case(flags.flags_can_be_told, "EB219", f"{AT}.unsafe-no-fsync", 5, told("unsafe-no-fsync: true"),
         told("unsafe-no-fsync: false"), WARNING),
    Case(flags.settings_can_say_the_flags, "EB234", f"{AT}.raft-read-timeout", 5,
         told("raft-read-timeout: 5s"),
         plus("render: {settings: env}\n", told("raft-read-timeout: 5s"))),
    Case(flags.verification_is_not_switched_off, "EB232", f"{AT}.peer-cert-allowed-cn", 5,
         plus("tls: {peer: auto}\n", told("peer-cert-allowed-cn: x")), told("peer-cert-allowed-cn: x")),
    Case(flags.verification_is_not_switched_off, "EB232", f"{AT}.client-crl-file", 5,
         plus("tls: {client: server}\n", told("client-crl-file: /c")), told("client-crl-file: /c")),
    Case(flags.allowed_names_exclude_one_another, "EB231", f"{AT}.peer-cert-allowed-cn", 5,
         told("peer-cert-allowed-cn: x", "peer-cert-allowed-hostname: h"), told("peer-cert-allowed-cn: x")),
    Case(flags.verification_is_not_switched_off, "EB232", "certificates.crl", 11,
         plus("certificates: {crl: {}}\ntls: {client: server, peer: auto}\n"),
         plus("certificates: {crl: {}}\ntls: {client: server}\n")),
    Case(flags.revocation_lists_have_one_master, "EB213", f"{AT}.peer-crl-file", 5,
         plus("certificates: {crl: {}}\n", told("peer-crl-file: /c")), told("peer-crl-file: /c")),
    Case(flags.revocation_lists_are_der, "EB233", f"{AT}.client-crl-file", 5, told("client-crl-file: /c"),
         told("client-crl-file: /c", release="3.5.33"), WARNING),
    Case(flags.revocation_binds_grpc, "EB232", f"{AT}.listen-client-http-urls", 6,
         told("client-crl-file: /c", "listen-client-http-urls: https://10.0.0.1:2381", release="3.6.12"),
         told("client-crl-file: /c", "listen-client-http-urls: https://10.0.0.1:2381", release="3.6.13")),
    Case(flags.revocation_lists_are_der, "EB233", f"{AT}.client-crl-file", 5,
         told("client-crl-file: /c.pem"), plus("certificates: {crl: {}}\n")),
    # tuning
    Case(flag_values.election_outlasts_heartbeats, "EB220", f"{AT}.heartbeat-interval", 5,
         told("heartbeat-interval: 201"), told("heartbeat-interval: 200")),
    Case(flag_values.election_outlasts_heartbeats, "EB220", f"{AT}.election-timeout", 5,
         told("election-timeout: 499"), told("election-timeout: 500")),
    Case(flag_values.timing_is_the_same_everywhere, "EB224", "members[1].flags.election-timeout", 8,
         member("flags: {election-timeout: 5000}", "etcd2"), told("election-timeout: 5000"), WARNING),
    Case(flag_values.quota_is_reasonable, "EB221", f"{AT}.quota-backend-bytes", 5,
         told("quota-backend-bytes: 8589934593"), told("quota-backend-bytes: 8589934592"), WARNING),
    Case(flag_values.quota_is_reasonable, "EB222", f"{AT}.quota-backend-bytes", 5,
         told("quota-backend-bytes: 8"),
         told("quota-backend-bytes: 0"), WARNING),
    Case(flag_values.quota_is_reasonable, "EB222", f"{AT}.quota-backend-bytes", 5,
         told("quota-backend-bytes: -1"),
         told("quota-backend-bytes: 16777216"), WARNING),
    Case(flag_values.revisions_are_counted_not_timed, "EB223", f"{AT}.{KEPT}", 6,
         told(f"{MODE}: revision", f"{KEPT}: 1h"), told(f"{MODE}: revision", f"{KEPT}: 1000")),
    Case(flag_values.revisions_are_counted_not_timed, "EB223", f"{AT}.{KEPT}", 5, told(f"{KEPT}: -1h"),
         told(f"{KEPT}: 1h")),
    Case(flag_values.wal_has_a_folder_of_its_own, "EB225", f"{AT}.wal-dir", 5,
         told("wal-dir: /var/lib/etcd/"),
         told("wal-dir: /var/lib/etcd/wal")),
    Case(flag_values.wal_has_a_folder_of_its_own, "EB225", f"{AT}.wal-dir", 5, told("wal-dir: wal"),
         told("wal-dir: /wal")),
    Case(flag_values.rotation_has_one_file, "EB226", f"{AT}.enable-log-rotation", 5,
         told("enable-log-rotation: true"), told("enable-log-rotation: true", "log-outputs: /var/log/etcd")),
    Case(flag_values.tls_versions_are_in_order, "EB228", f"{AT}.{MAX}", 6,
         told(f"{MIN}: TLS1.3", f"{MAX}: TLS1.2"),
         told(f"{MIN}: TLS1.2", f"{MAX}: TLS1.3")),
    Case(flag_values.ciphers_carry_http2, "EB227", f"{AT}.cipher-suites", 5, told(f"cipher-suites: {RSA}"),
         told(f"cipher-suites: [{RSA}, {ECDSA}]")),
    Case(flag_values.ciphers_carry_http2, "EB227", f"{AT}.cipher-suites", 5,
         told(f"cipher-suites: {ECDSA}", f"{MIN}: TLS1.3"),
         plus("tls: {client: off}\n", told(f"cipher-suites: {ECDSA}", f"{MIN}: TLS1.3"))),
    Case(flag_values.lease_checkpoints_come_first, "EB229", f"{AT}.{LEASES}-persist", 5,
         told(f"{LEASES}-persist: true", release="3.5.33"),
         told(f"{LEASES}-persist: true", f"{LEASES}: true", release="3.5.33")),
    Case(flag_values.lease_checkpoints_come_first, "EB229", "defaults.flags.feature-gates", 13,
         plus("defaults: {flags: {feature-gates: LeaseCheckpoint=false}}\n",
              told('feature-gates: "LeaseCheckpoint=true,LeaseCheckpointPersist=true"')),
         told('feature-gates: "AllAlpha=true,LeaseCheckpointPersist=true"')),
    Case(flag_values.hash_checks_have_an_interval, "EB230", f"{AT}.compact-hash-check-time", 6,
         told("feature-gates: CompactHashCheck=true", "compact-hash-check-time: 0s"),
         told("feature-gates: CompactHashCheck=true", "compact-hash-check-time: 1s")),
    Case(flag_values.hash_checks_have_an_interval, "EB230", f"{AT}.experimental-compact-hash-check-time", 6,
         told("experimental-compact-hash-check-enabled: true", "experimental-compact-hash-check-time: -1m",
              release="3.5.33"),
         told("experimental-compact-hash-check-time: -1m", release="3.5.33")),
    # bootstrap
    Case(bootstrap.mode_has_what_it_needs, "EB250", "bootstrap", 11,
         plus("bootstrap: {mode: discovery-v3}\n"), mode(V3)),
    Case(bootstrap.mode_has_what_it_needs, "EB250", "bootstrap", 11,
         plus("bootstrap: {mode: dns}\n"), mode(DNS)),
    Case(bootstrap.keys_are_of_the_mode, "EB251", "bootstrap.discovery-srv", 11,
         mode(f"{V3}, discovery-srv: example.com"), mode(f"{DNS}, discovery-srv-name: blue")),
    Case(bootstrap.keys_are_of_the_mode, "EB251", "bootstrap.discovery-endpoints", 11,
         mode("mode: static, discovery-endpoints: ['h:2379']"), mode(V3)),
    Case(bootstrap.keys_are_of_the_mode, "EB251", "bootstrap.initial-cluster-token", 11,
         mode(f"{V3}, initial-cluster-token: t"), mode(f"{DNS}, initial-cluster-token: t"),
         severity=Severity.WARNING),
    Case(bootstrap.mode_is_of_the_release, "EB252", "bootstrap.mode", 11,
         release("3.7.1", mode(V2)), mode(V2)),
    Case(bootstrap.mode_is_of_the_release, "EB252", "bootstrap.mode", 11,
         release("3.5.33", mode(V3)), release("3.7.1", mode(V3))),
    Case(bootstrap.mode_is_of_the_release, "EB252", "bootstrap.mode", 12,
         edited(("    host: 10.0.0.1", "    host: 10.0.0.1\n    version: '3.5.33'"), text=mode(V3)),
         edited(("    host: 10.0.0.1", "    host: 10.0.0.1\n    version: '3.5.33'\n"
                 "    initial-cluster-state: existing"), text=mode(V3))),
    Case(bootstrap.token_is_made, "EB253", "bootstrap", 11,
         plus("bootstrap: {mode: discovery-v2}\n"), mode(V2), severity=Severity.WARNING),
    Case(bootstrap.token_is_made, "EB253", "bootstrap", 11,
         plus("bootstrap: {mode: discovery-v3, discovery-endpoints: ['h:2379']}\n"), mode(V3),
         severity=Severity.WARNING),
    Case(bootstrap.discovery_credentials_are_whole, "EB254", "bootstrap.discovery-key", 11,
         mode(f"{V3}, discovery-key: k.pem"), mode(f"{V3}, discovery-key: k.pem, discovery-cert: c.pem")),
    Case(bootstrap.discovery_credentials_are_whole, "EB254", "bootstrap.discovery-user", 11,
         mode(f"{V3}, discovery-user: u"), mode(f"{V3}, discovery-user: u, discovery-password-file: p")),
    Case(bootstrap.discovery_credentials_are_whole, "EB254", "bootstrap.discovery-endpoints[0]", 11,
         mode(f"{V3}, discovery-cacert: ca.pem".replace("https", "http")),
         mode(f"{V3}, discovery-cacert: ca.pem")),
    Case(bootstrap.srv_targets_are_names, "EB255", "members[0].host", 6, mode(DNS, GOOD), mode(DNS)),
    Case(bootstrap.srv_targets_are_names, "EB255", "members[0].initial-advertise-peer-urls", 6,
         edited(("- name: etcd1", "- name: etcd1\n    initial-advertise-peer-urls: "
                 "['https://a.x:2380', 'https://b.x:2380']"), text=mode(DNS)),
         edited(("- name: etcd1", "- name: etcd1\n    initial-advertise-peer-urls: ['https://a.x:2380']"),
                text=mode(DNS))),
    Case(bootstrap.plain_records_are_seen, "EB256", "tls.peer", 12,
         release("3.4.45", mode(DNS) + "tls: {client: off, peer: off}\n"),
         release("3.5.33", mode(DNS) + "tls: {client: off, peer: off}\n")),
    Case(bootstrap.discovery_is_your_own, "EB257", "bootstrap.discovery", 11,
         mode(V2.replace("10.9.9.9:2379", "discovery.etcd.io")), mode(V2), severity=Severity.WARNING),
    Case(bootstrap.discovery_is_your_own, "EB258", "bootstrap.discovery", 11,
         mode(V2.replace("10.9.9.9", "10.0.0.1")), mode(V2)),
    Case(bootstrap.discovery_is_your_own, "EB258", "bootstrap.discovery-endpoints[0]", 11,
         mode(V3.replace("10.9.9.9", "10.0.0.2")), mode(V3)),
    Case(bootstrap.auto_tls_is_for_trials, "EB259", "tls.client", 11, plus("tls: {client: auto}\n"),
         plus("tls: {client: auto}\n", re.sub(r"10\.0\.0\.(\d)", r"127.0.0.\1", GOOD)),
         severity=Severity.WARNING),
    Case(bootstrap.auto_tls_is_for_trials, "EB259", "tls.peer", 11, plus("tls: {peer: auto}\n"),
         severity=Severity.WARNING),
    Case(bootstrap.self_made_certificates_have_a_lifetime, "EB260", f"{AT}.{YEARS}", 5,
         plus("tls: {client: auto}\n", told(f"{YEARS}: 0")),
         plus("tls: {client: auto}\n", told(f"{YEARS}: 3"))),
    Case(bootstrap.self_made_certificates_have_a_lifetime, "EB260", f"{AT}.{YEARS}", 5,
         told(f"{YEARS}: 3"), plus("tls: {peer: auto}\n", told(f"{YEARS}: 3")), severity=Severity.WARNING),
    # certificates
    Case(certificates.lifetimes_nest, "EB236", "certificates.lifetime", 11,
         plus("certificates: {lifetime: 11y}\n"),
         plus("certificates: {lifetime: 10y}\n")),
    Case(certificates.lifetimes_nest, "EB236", "certificates.renew-before", 11,
         plus("certificates: {renew-before: 365d}\n"), plus("certificates: {renew-before: 364d}\n")),
    *(
        Case(certificates.masters_are_single_clients, "EB283", f"certificates.{key}", 11,
             plus(f'certificates: {{{before}subject: {{O: "system:masters"}}{after}}}\n'),
             plus(f'certificates: {{{before}subject: {{O: "system:monitoring"}}{after}}}\n'), WARNING)
        for key, before, after in (
            ("subject", "", ""), ("ca-subject", "ca-", ""), ("server.subject", "server: {", "}"),
            ("peer.subject", "peer: {", "}"), ("client.subject", "client: {", "}"),
        )
    ),
    Case(certificates.masters_are_single_clients, "EB283", "certificates.subject", 11,
         plus('certificates: {subject: {O: "system:masters"}}\n'),
         plus('certificates: {clients: [{name: admin, subject: {O: "system:masters"}}]}\n'), WARNING),
    Case(certificates.files_are_its_own, "EB282", "certificates.clients[1]", 11,
         plus("certificates: {clients: [app, App-Key]}\n"), plus("certificates: {clients: [app, ap-key]}\n")),
    Case(certificates.files_are_its_own, "EB282", "certificates.clients[0]", 11,
         plus("certificates: {clients: [x-server]}\n", edited(("etcd1", "Client-X"))),
         plus("certificates: {clients: [y-server]}\n", edited(("etcd1", "Client-X")))),
    Case(certificates.clients_are_unique, "EB235", "certificates.clients[1]", 11,
         plus("certificates: {clients: [root, ROOT]}\n"), plus("certificates: {clients: [root, ops]}\n")),
    Case(certificates.clients_are_unique, "EB235", "certificates.clients[1]", 11,
         plus("certificates: {clients: [root, {name: Root, lifetime: 10d}]}\n")),
    Case(certificates.lifetimes_nest, "EB236", "certificates.peer.lifetime", 11,
         plus("certificates: {peer: {lifetime: 11y}}\n"), plus("certificates: {peer: {lifetime: 10y}}\n")),
    Case(certificates.lifetimes_nest, "EB236", "certificates.clients[0].lifetime", 11,
         plus("certificates: {renew-before: 9d, clients: [{name: a, lifetime: 9d}]}\n"),
         plus("certificates: {renew-before: 8d, clients: [{name: a, lifetime: 9d}]}\n")),
    Case(certificates.lifetimes_nest, "EB236", "certificates.clients[0].renew-before", 11,
         plus("certificates: {client: {lifetime: 9d}, clients: [{name: a, renew-before: 9d}]}\n"),
         plus("certificates: {client: {lifetime: 9d}, clients: [{name: a, renew-before: 8d}]}\n")),
    Case(certificates.a_client_has_names_of_its_own, "EB273", "certificates.client.sans", 11,
         plus("certificates: {client: {sans: [a.example.com]}}\n"),
         plus("certificates: {clients: [{name: a, sans: [a.example.com]}]}\n")),
    Case(certificates.clients_are_no_peers, "EB275", "certificates.ca", 11,
         plus("certificates: {ca: shared, clients: [root, app]}\n"),
         plus("certificates: {ca: shared, clients: [root]}\n"), WARNING),
    Case(certificates.clients_are_no_peers, "EB275", "certificates.ca", 11,
         plus("certificates: {ca: shared, clients: [app]}\n"),
         plus("certificates: {ca: split, clients: [app]}\n"), WARNING),
    Case(certificates.clients_are_no_peers, "EB275", "certificates.ca", 12,
         plus("tls: {client: mutual}\ncertificates: {ca: shared, clients: [app]}\n"),
         plus("tls: {client: server}\ncertificates: {ca: shared, clients: [app]}\n"), WARNING),
    Case(certificates.clients_are_no_peers, "EB275", "certificates.ca", 12,
         plus("tls: {peer: mutual}\ncertificates: {ca: shared, clients: [app]}\n"),
         plus("tls: {peer: off}\ncertificates: {ca: shared, clients: [app]}\n"), WARNING),
    Case(certificates.source_has_its_files, "EB270", "members[2]", 9,
         plus("certificates: {source: provided}\n"), PROVIDED),
    Case(certificates.source_has_its_files, "EB270", "members[0]", 5,
         edited(("  peer-key-file: /tls/k\n", ""), text=PROVIDED),
         edited(("  peer-key-file: /tls/k\n", ""), text=PROVIDED + "tls: {peer: off}\n")),
    Case(certificates.source_has_its_files, "EB270", "members[1]", 7,
         plus("certificates: {source: provided}\ntls: {client: off}\n"), plus("tls: {client: off}\n")),
    Case(certificates.source_has_its_files, "EB270", "members[0].key-file", 6,
         member("key-file: /tls/k"), edited(("name: etcd1", "name: etcd1\n    key-file: /x"), text=PROVIDED)),
    Case(certificates.source_has_its_files, "EB270", "defaults.cert-file", 11,
         plus("defaults: {cert-file: /tls/c}\n")),
    Case(certificates.authority_is_ours, "EB270", "certificates.signer", 18,
         edited(("source: provided", "source: provided, signer: {command: [sign]}"), text=PROVIDED),
         plus("certificates: {source: csr, signer: {command: [sign]}}\n")),
    Case(certificates.authority_is_ours, "EB270", "certificates.intermediate", 18,
         edited(("source: provided", "source: provided, intermediate: true"), text=PROVIDED),
         plus("certificates: {source: csr, intermediate: true}\n")),
    Case(certificates.authority_is_ours, "EB270", "certificates.path-length", 11,
         plus("certificates: {signer: {command: [sign]}, path-length: 0}\n")),
    Case(certificates.path_reaches_the_leaves, "EB272", "certificates.path-length", 11,
         plus("certificates: {intermediate: true, path-length: 0}\n"),
         plus("certificates: {intermediate: true, path-length: 1}\n")),
    Case(certificates.constraints_permit_the_plan, "EB271", "certificates.name-constraints", 11,
         plus("certificates: {name-constraints: [10.0.0.0/8], clients: [ops.x]}\n"),
         plus("certificates: {name-constraints: [10.0.0.0/8], clients: [ops-x]}\n"), WARNING),
    Case(certificates.networks_are_known_to_clients, "EB274", "certificates.name-constraints[1]", 11,
         plus("certificates: {name-constraints: [example.com, 10.0.0.0/30]}\n"),
         plus("certificates: {name-constraints: [example.com]}\n"), WARNING),
    Case(certificates.underscores_are_known_to_verifiers, "EB274", "certificates.name-constraints", 11,
         plus("certificates: {name-constraints: [example.com], sans: [a_b.example.com]}\n"),
         plus("certificates: {sans: [a_b.example.com]}\n"), WARNING),
    Case(certificates.constraints_permit_the_plan, "EB271", "certificates.name-constraints", 11,
         plus("certificates: {name-constraints: [10.0.0.0/31]}\n"),
         plus("certificates: {name-constraints: [10.0.0.0/30]}\n")),
    Case(certificates.constraints_permit_the_plan, "EB271", "certificates.name-constraints", 11,
         plus("certificates: {name-constraints: [10.0.0.0/8, example.com], sans: [anexample.com]}\n"),
         plus("certificates: {name-constraints: [10.0.0.0/8, example.com], sans: ['*.example.com']}\n")),
)  # fmt: skip
IDS = [f"{case.code}-{case.rule.__name__}-{at}" for at, case in enumerate(CASES)]


def found_by(rule: Rule, text: str) -> tuple[Diagnostic, ...]:
    """What one rule says of a spec, in the spec's order."""
    loaded = load(text, "cluster.yaml")
    assert loaded.spec is not None, loaded.diagnostics
    made = plan(loaded.spec, layout=HostLayout(PurePosixPath("/here")))
    return loaded.source.in_order(each.diagnostic() for each in rule(loaded.spec, made))


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule_names_the_fault_and_its_place(case: Case) -> None:
    found = found_by(case.rule, case.bad)
    places_found = {(each.code, each.severity, each.path, each.line) for each in found}
    assert (case.code, case.severity, case.path, case.line) in places_found
    assert all(each.message and each.file == "cluster.yaml" for each in found)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule_lets_pass_what_is_nearly_so(case: Case) -> None:
    assert [each for each in found_by(case.rule, case.near) if each.code == case.code] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_judge_says_what_its_rules_say_and_nothing_twice(case: Case) -> None:
    loaded = load(case.bad)
    assert loaded.spec is not None
    judged = judge(loaded.spec, plan(loaded.spec, layout=HostLayout(PurePosixPath("/here"))))
    assert case.code in {each.code for each in judged}
    assert len(set(judged)) == len(judged)


def test_every_rule_has_a_spec_that_breaks_it() -> None:
    assert set(RULES) == {case.rule for case in CASES}


def test_every_code_of_the_rules_has_a_spec_that_brings_it() -> None:
    used = {
        code
        for folder in ("spec", "plan", "rules")
        for path in files(PACKAGE / folder)
        for code in re.findall(r"EB2\d\d", path.read_text("utf-8"))
    }
    assert {case.code for case in CASES} == used


def test_nothing_is_wrong_with_the_good_spec() -> None:
    assert [each for rule in RULES for each in found_by(rule, GOOD)] == []


@pytest.mark.parametrize("folder", USUAL)
@pytest.mark.parametrize(
    "written", ["data-dir: {}", "data-dir: /srv/e\n    config-dir: {}", "flags: {{wal-dir: {}2}}"]
)
def test_the_usual_folders_are_accepted(folder: str, written: str) -> None:
    spec = member(written.format(folder))
    found = {each.code for rule in RULES for each in found_by(rule, spec)}
    assert not found & {"EB203", "EB261", "EB262"}


def test_a_folder_that_all_members_share_is_named_once() -> None:
    text = edited(('"3.6.14"', '"3.6.14"\n  data-dir: /var/lib'))
    loaded = load(text)
    assert loaded.spec is not None
    judged = judge(loaded.spec, plan(loaded.spec, layout=HostLayout(PurePosixPath("/here"))))
    assert [each.code for each in judged] == ["EB261"]


def test_a_dangerous_release_is_excused_on_loopback_only() -> None:
    at_home = edited(
        ("3.6.14", "3.5.1"), ("10.0.0.1", "127.0.0.1"), ("10.0.0.2", "127.0.0.2"), ("10.0.0.3", "::1")
    )
    assert not has_errors(found_by(releases.release_is_safe, at_home))
    assert has_errors(found_by(releases.release_is_safe, at_home.replace("::1", "10.0.0.3")))


def test_a_flag_of_several_scopes_is_blamed_where_it_wins() -> None:
    text = told("wal-dir: /fine", text=member("flags: {wal-dir: relative}"))
    assert [each.path for each in found_by(flag_values.wal_has_a_folder_of_its_own, text)] == [
        "members[0].flags.wal-dir"
    ]
