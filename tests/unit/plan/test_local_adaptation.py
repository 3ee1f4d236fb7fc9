from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.etcd.releases import parse_release
from etcdboot.plan.local_adaptation import (
    OTHER_HOSTS,
    OUTSIDE_PATHS,
    confine,
    fit_release,
    ports_needed,
    rehearse,
    throw_away,
    with_own_certificates,
)
from etcdboot.spec.spec import (
    CertificateSource,
    CertificatesSpec,
    ClientTls,
    ClusterSpec,
    ClusterState,
    EtcdSpec,
    MemberDefaults,
    MemberSpec,
    SignerSpec,
    TlsSpec,
)

ELSEWHERE = ClusterSpec(
    name="prod",
    members=(
        MemberSpec(name="e1", host="192.168.202.128", client_host="e1.example.com", sans=("e1.example.com",)),
        MemberSpec(
            name="e2",
            host="192.168.202.129",
            listen_client_urls=("https://0.0.0.0:2379",),
            initial_cluster_state=ClusterState.EXISTING,
            flags=(("wal-dir", "/srv/wal"), ("heartbeat-interval", "200")),
        ),
    ),
    etcd=EtcdSpec(version=parse_release("3.6.14"), binary="/opt/etcd", user="etcd", data_dir="/srv/etcd"),
    tls=TlsSpec(client=ClientTls.SERVER),
    endpoints=("https://lb.example.com:2379",),
    defaults=MemberDefaults(client_port=4001, flags=(("listen-metrics-urls", "http://10.0.0.1:9090"),)),
)


def test_a_rehearsal_keeps_names_tls_sans_and_flags() -> None:
    spec = rehearse(ELSEWHERE, (1, 2, 3, 4)).spec
    assert [each.name for each in spec.members] == ["e1", "e2"]
    assert spec.name == "prod" and spec.tls == ELSEWHERE.tls
    assert spec.members[0].sans == ("e1.example.com",)
    assert spec.members[1].flags == (("heartbeat-interval", "200"),)


def test_a_rehearsal_is_on_loopback_with_a_client_and_a_peer_port_each() -> None:
    spec = rehearse(ELSEWHERE, (1, 2, 3, 4)).spec
    assert [(each.host, each.client_port, each.peer_port) for each in spec.members] == [
        ("127.0.0.1", 1, 2),
        ("127.0.0.1", 3, 4),
    ]
    assert spec.members[0].client_host is None and spec.members[1].listen_client_urls == ()
    assert spec.endpoints == () and spec.defaults.client_port is None


def test_a_rehearsal_drops_paths_and_user_and_makes_everybody_a_founder() -> None:
    spec = rehearse(ELSEWHERE, (1, 2, 3, 4)).spec
    assert (spec.etcd.binary, spec.etcd.user, spec.etcd.data_dir) == (None, None, None)
    assert spec.etcd.version == parse_release("3.6.14")
    assert all(each.initial_cluster_state is None for each in spec.members)


def test_a_rehearsal_tells_what_it_leaves_out() -> None:
    dropped = rehearse(ELSEWHERE, (1, 2, 3, 4)).dropped
    assert [each.partition(" ")[0] for each in dropped] == ["listen-metrics-urls", "wal-dir"]


def test_ports_must_be_enough_for_all() -> None:
    with pytest.raises(ValueError, match="shorter"):
        rehearse(ELSEWHERE, (1, 2))


def test_the_throw_away_cluster_has_three_members_with_mutual_tls() -> None:
    spec = throw_away(tuple(range(ports_needed(None))))
    assert [each.name for each in spec.members] == ["etcd1", "etcd2", "etcd3"]
    assert spec.tls == TlsSpec()
    assert len({port for each in spec.members for port in (each.client_port, each.peer_port)}) == 6


def test_ports_needed_are_two_a_member() -> None:
    assert ports_needed(ELSEWHERE) == 4


def test_without_a_rehearsal_only_what_leads_out_of_the_folder_goes() -> None:
    adapted = confine(ELSEWHERE)
    assert adapted.spec.members[1].flags == (("heartbeat-interval", "200"),)
    assert adapted.spec.members[0].host == "192.168.202.128"
    assert adapted.spec.defaults.flags == ELSEWHERE.defaults.flags
    assert adapted.spec.endpoints == ()
    assert [each.partition(" ")[0] for each in adapted.dropped] == ["wal-dir"]


def test_whatever_leads_out_of_the_folder_goes_in_a_rehearsal_too() -> None:
    assert OUTSIDE_PATHS.items() <= OTHER_HOSTS.items()


def test_a_flag_taken_away_is_nothing_to_tell_of() -> None:
    spec = ClusterSpec(
        name="a", members=(MemberSpec(name="e1", host="127.0.0.1", flags=(("wal-dir", None),)),)
    )
    assert confine(spec).dropped == ()


@pytest.mark.parametrize(
    ("found", "severities"),
    [("3.6.14", []), ("3.6.2", [Severity.WARNING]), ("3.5.33", [Severity.ERROR])],
)
def test_another_patch_is_a_warning_and_another_minor_an_error(
    found: str, severities: list[Severity]
) -> None:
    spec, told = fit_release(ELSEWHERE, parse_release(found))
    assert [each.severity for each in told] == severities
    assert spec.etcd.version == parse_release(found)
    assert all(each.path == "etcd.version" for each in told)


def test_a_members_own_release_is_judged_by_its_place() -> None:
    members = (MemberSpec(name="e1", host="127.0.0.1", version=parse_release("3.5.33")),)
    spec, told = fit_release(ClusterSpec(name="a", members=members), parse_release("3.6.14"))
    assert [(each.code, each.path) for each in told] == [("EB504", "members[0].version")]
    assert spec.members[0].version is None


def test_a_spec_without_a_release_takes_the_one_that_is_found() -> None:
    spec, told = fit_release(ClusterSpec(name="a", members=()), parse_release("3.4.23"))
    assert spec.etcd.version == parse_release("3.4.23") and told == ()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (CertificatesSpec(intermediate=True), False),
        (CertificatesSpec(source=CertificateSource.CSR), True),
        (CertificatesSpec(source=CertificateSource.PROVIDED), True),
        (CertificatesSpec(signer=SignerSpec(("sign",))), True),
    ],
)
def test_whoever_makes_the_certificates_a_rehearsal_makes_its_own(
    written: CertificatesSpec, told: bool
) -> None:
    spec = replace(ELSEWHERE, certificates=written)
    for made in (rehearse(spec, (1, 2, 3, 4)), with_own_certificates(confine(spec))):
        assert made.spec.certificates == replace(written, source=CertificateSource.ISSUED, signer=None)
        assert any("certificates are issued here" in each for each in made.dropped) is told


def test_files_that_others_provide_are_not_looked_for_in_a_throw_away_run() -> None:
    provided = CertificatesSpec(source=CertificateSource.PROVIDED)
    members = (replace(ELSEWHERE.members[0], key_file="/tls/key"),)
    defaults = MemberDefaults(cert_file="/tls/cert", peer_trusted_ca_file="/tls/ca")
    spec = replace(ELSEWHERE, certificates=provided, members=members, defaults=defaults)
    made = with_own_certificates(confine(spec)).spec
    assert made.defaults == MemberDefaults()
    assert made.members[0].key_file is None
