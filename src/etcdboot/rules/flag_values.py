"""Rules about values that etcd refuses late, or takes and then does something else with."""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.base.durations import parse_go_duration
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.rules.finding import Finding, caution
from etcdboot.rules.flags import place
from etcdboot.spec.spec import ClientTls, ClusterSpec

# etcd's defaults, in milliseconds (server/embed/config.go at v3.6.14), and its own limits.
HEARTBEAT = 100
ELECTION = 1000
RATIO = 5
QUOTA_WARNING = 8 << 30  # server/storage/quota.go at v3.6.14 maxQuotaSize
QUOTA_SENSIBLE = 16 << 20
# One of these must be offered for HTTP/2, and so for gRPC (docs/etcd/tls.md#versions-and-cipher-suites).
_HTTP2_CIPHERS = ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")


def _number(member: MemberPlan, flag: str, otherwise: int) -> int:
    return int(member.flag(flag) or otherwise)


def election_outlasts_heartbeats(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd refuses to start otherwise (server/embed/config.go Validate)."""
    for index, member in enumerate(plan.members):
        heartbeat, election = (
            _number(member, "heartbeat-interval", HEARTBEAT),
            _number(member, "election-timeout", ELECTION),
        )
        if election < RATIO * heartbeat:
            message = (
                f"election-timeout {election} ms is less than {RATIO} × heartbeat-interval {heartbeat} ms"
            )
            written = "heartbeat-interval" if member.flag("heartbeat-interval") else "election-timeout"
            hint = f"make election-timeout {RATIO * heartbeat} or more; 10 × is usual"
            yield Finding("EB220", place(spec, index, written), message, hint)


def timing_is_the_same_everywhere(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Members that disagree about time make the cluster elect without need (etcd docs, tuning)."""
    for flag, default in (("heartbeat-interval", HEARTBEAT), ("election-timeout", ELECTION)):
        values = [_number(member, flag, default) for member in plan.members]
        odd = next((at for at, value in enumerate(values) if value != values[0]), None)
        if odd is not None:
            message = f"{flag} is {values[odd]} on {plan.members[odd].name} and {values[0]} elsewhere"
            yield caution("EB224", place(spec, odd, flag), message, "write it once, in etcd.flags")


def quota_is_reasonable(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Above 8 GiB etcd only warns; a few bytes mean no space at the first write; a negative one, no quota."""
    for index, member in enumerate(plan.members):
        quota = _number(member, "quota-backend-bytes", 0)
        where = place(spec, index, "quota-backend-bytes")
        if quota > QUOTA_WARNING:
            message = f"quota-backend-bytes {quota} is above 8 GiB, the most that etcd was made for"
            yield caution("EB221", where, message, "8589934592 is 8 GiB")
        elif quota < 0:
            yield caution("EB222", where, "a negative quota switches the quota off", "write a size in bytes")
        elif 0 < quota < QUOTA_SENSIBLE:
            message = f"quota-backend-bytes {quota} is used up by the first writes"
            yield caution("EB222", where, message, "it counts bytes: 2147483648 is 2 GiB")


def revisions_are_counted_not_timed(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """With mode revision, 1h means 3.6e12 revisions: never. With a negative duration, etcd may panic.

    Source: docs/etcd/flags-and-config-file.md#accepted-silently
    """
    for index, member in enumerate(plan.members):
        retention = member.flag("auto-compaction-retention") or "0"
        where = place(spec, index, "auto-compaction-retention")
        if member.flag("auto-compaction-mode") == "revision" and not retention.isdigit():
            message = f"auto-compaction-mode revision keeps {retention!r} revisions, which is never"
            yield Finding("EB223", where, message, "write a number of revisions, or mode periodic")
        elif retention.startswith("-"):
            yield Finding("EB223", where, f"the retention {retention!r} is negative", "write 1h for an hour")


def wal_has_a_folder_of_its_own(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd stops with "failed to purge snap db file" when wal-dir is the data dir."""
    for index, member in enumerate(plan.members):
        wal = member.flag("wal-dir")
        if wal is None:
            continue
        where = place(spec, index, "wal-dir")
        if wal.rstrip("/") == str(member.paths.data_dir):
            yield Finding("EB225", where, f"wal-dir is {member.name}'s data-dir", "give it a disk of its own")
        elif not wal.startswith("/"):
            yield Finding("EB225", where, f"wal-dir {wal!r} is relative", "write an absolute path")


def rotation_has_one_file(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd: "--log-outputs requires a single file path when --log-rotate-config-json is defined"."""
    for index, member in enumerate(plan.members):
        outputs = (member.flag("log-outputs") or "default").split(",")
        files = [each for each in outputs if each not in ("default", "stdout", "stderr", "systemd/journal")]
        if member.flag("enable-log-rotation") == "true" and (len(outputs) != 1 or not files):
            message = "enable-log-rotation needs log-outputs to be one file"
            yield Finding("EB226", place(spec, index, "enable-log-rotation"), message, "name one file")


def tls_versions_are_in_order(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd: "min version is greater than max version"."""
    for index, member in enumerate(plan.members):
        least, most = member.flag("tls-min-version") or "TLS1.2", member.flag("tls-max-version")
        if most and least > most:
            message = f"tls-min-version {least} is above tls-max-version {most}"
            yield Finding("EB228", place(spec, index, "tls-max-version"), message, "swap them")


def ciphers_carry_http2(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Without them etcd stops a second after it has marked its data dir (http2: TLSConfig.CipherSuites)."""
    for index, member in enumerate(plan.members):
        suites = member.flag("cipher-suites")
        if not suites or spec.tls.client is ClientTls.OFF:
            continue
        where = place(spec, index, "cipher-suites")
        if member.flag("tls-min-version") == "TLS1.3":
            message = "cipher-suites cannot be chosen when only TLS 1.3 is spoken"
            yield Finding("EB227", where, message, "leave cipher-suites out")
        elif not set(suites.split(",")) & set(_HTTP2_CIPHERS):
            message = "cipher-suites has no suite that HTTP/2 demands, so clients could not be served"
            yield Finding("EB227", where, message, f"add {_HTTP2_CIPHERS[1]} (or the RSA one)")


def _gates(member: MemberPlan) -> dict[str, bool]:
    pairs = (each.partition("=") for each in (member.flag("feature-gates") or "").split(",") if each)
    return {name: value == "true" for name, _, value in pairs}


def lease_checkpoints_come_first(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd: "enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint"."""
    old = "experimental-enable-lease-checkpoint"
    for index, member in enumerate(plan.members):
        gates = _gates(member)
        persist = gates.get("LeaseCheckpointPersist") or member.flag(f"{old}-persist") == "true"
        made = gates.get("LeaseCheckpoint") or gates.get("AllAlpha") or member.flag(old) == "true"
        if persist and not made:
            message = "LeaseCheckpointPersist needs LeaseCheckpoint"
            written = "feature-gates" if gates.get("LeaseCheckpointPersist") else f"{old}-persist"
            yield Finding("EB229", place(spec, index, written), message, "set both, or neither")


def hash_checks_have_an_interval(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd: "--compact-hash-check-time must be >0"."""
    for index, member in enumerate(plan.members):
        for prefix in ("", "experimental-"):
            interval = member.flag(f"{prefix}compact-hash-check-time")
            asked = _gates(member).get("CompactHashCheck") or (
                member.flag("experimental-compact-hash-check-enabled") == "true"
            )
            if asked and interval is not None and parse_go_duration(interval) <= 0:
                where = place(spec, index, "compact-hash-check-time")
                message = f"compact-hash-check-time is {interval} while the check is on"
                yield Finding("EB230", where, message, "write 1m")
