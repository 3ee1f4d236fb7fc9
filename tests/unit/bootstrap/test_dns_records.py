from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.base.errors import Refused, UsageError
from etcdboot.bootstrap.dns_records import Side, WantedRecords, srv_name, wanted_records
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import BootstrapSpec, ClientTls, MemberSpec, PeerTls, TlsSpec
from samples.specs import planned, three
from samples.zones import CLIENT, CLIENT_SSL, DNS, MEMBERS, SERVER, SERVER_SSL, dns_plan, joiner


def services(wanted: WantedRecords, name: str) -> list[str]:
    return [str(each.service) for each in wanted.of(name)]


def addresses(wanted: WantedRecords) -> list[str]:
    return [f"{name} {host}" for name, host in wanted.addresses]


def codes(wanted: WantedRecords) -> list[str]:
    return [each.code for each in wanted.remarks]


def test_founders_and_clients_are_found_under_the_names_for_tls() -> None:
    wanted = wanted_records(dns_plan())
    assert services(wanted, SERVER_SSL) == [f"etcd{n}.example.com:2380" for n in (1, 2, 3)]
    assert services(wanted, CLIENT_SSL) == [f"etcd{n}.example.com:2379" for n in (1, 2, 3)]
    assert addresses(wanted) == [f"etcd{n}.example.com 10.0.0.{n}" for n in (1, 2, 3)]
    assert wanted.names == (SERVER_SSL, SERVER, CLIENT_SSL, CLIENT)
    assert wanted.remarks == ()


def test_each_side_has_the_scheme_of_its_own_urls() -> None:
    wanted = wanted_records(dns_plan(tls=TlsSpec(ClientTls.MUTUAL, PeerTls.OFF)))
    assert len(wanted.of(SERVER)) == len(wanted.of(CLIENT_SSL)) == 3
    assert wanted.of(SERVER_SSL) == wanted.of(CLIENT) == ()


def test_a_service_name_stands_behind_the_scheme() -> None:
    wanted = wanted_records(dns_plan(bootstrap=replace(DNS, discovery_srv_name="blue")))
    assert wanted.names[0] == "_etcd-server-ssl-blue._tcp.example.com"
    assert wanted.names[3] == "_etcd-client-blue._tcp.example.com"
    assert srv_name(Side.SERVER, tls=False, service_name=None, domain="a") == "_etcd-server._tcp.a"


def test_a_joiner_is_for_clients_alone() -> None:
    wanted = wanted_records(dns_plan(*MEMBERS, joiner()))
    assert "etcd4.example.com:2380" not in services(wanted, SERVER_SSL)
    assert "etcd4.example.com:2379" in services(wanted, CLIENT_SSL)
    assert "etcd4.example.com 10.0.0.4" in addresses(wanted)


def test_a_client_url_with_a_name_of_its_own_is_led_to_by_that() -> None:
    members = (replace(MEMBERS[0], client_host="db1.example.com", client_port=4001), *MEMBERS[1:])
    wanted = wanted_records(dns_plan(*members))
    assert services(wanted, CLIENT_SSL)[0] == "db1.example.com:4001"
    assert services(wanted, SERVER_SSL)[0] == "etcd1.example.com:2380"
    assert {"db1.example.com 10.0.0.1", "etcd1.example.com 10.0.0.1"} <= set(addresses(wanted))


def test_a_client_url_without_a_name_is_led_to_by_the_name_for_peers() -> None:
    members = (replace(MEMBERS[0], client_host="10.0.0.1"), *MEMBERS[1:])
    assert services(wanted_records(dns_plan(*members)), CLIENT_SSL)[0] == "etcd1.example.com:2379"


def test_a_name_outside_the_zone_gets_no_address_and_a_remark() -> None:
    wanted = wanted_records(dns_plan(replace(MEMBERS[0], host="etcd1.other.org"), *MEMBERS[1:]))
    assert services(wanted, SERVER_SSL)[0] == "etcd1.other.org:2380"
    assert not [each for each in addresses(wanted) if "other" in each]
    assert codes(wanted) == ["EB572"]
    assert wanted.remarks[0].hint == "whoever serves that name must have its address: 10.0.0.1"


def test_a_name_whose_address_nobody_knows_gets_a_remark() -> None:
    wanted = wanted_records(dns_plan(MemberSpec(name="etcd1", host="etcd1.example.com"), *MEMBERS[1:]))
    assert codes(wanted) == ["EB572"]
    assert "the spec does not know its addresses" in wanted.remarks[0].message


def test_a_zone_above_the_domain_holds_the_names_beside_it() -> None:
    plan = dns_plan(bootstrap=replace(DNS, discovery_srv="db.example.com"))
    assert codes(wanted_records(plan)) == ["EB572"] * 3
    wanted = wanted_records(plan, zone="Example.com.")
    assert (wanted.zone, len(wanted.addresses), wanted.remarks) == ("example.com", 3, ())


def test_addresses_that_lead_nowhere_are_not_published() -> None:
    members = (replace(MEMBERS[0], address=("0.0.0.0", "127.0.0.1", "10.0.0.1", "fd00::1")), *MEMBERS[1:])
    assert addresses(wanted_records(dns_plan(*members)))[:2] == [
        "etcd1.example.com 10.0.0.1",
        "etcd1.example.com fd00::1",
    ]


def test_a_rehearsal_on_loopback_has_its_loopback_addresses() -> None:
    wanted = wanted_records(dns_plan(replace(MEMBERS[0], address=("127.0.0.1",))))
    assert addresses(wanted) == ["etcd1.example.com 127.0.0.1"]


def test_members_behind_one_name_share_a_record_whose_addresses_nobody_knows() -> None:
    urls = ("https://etcd.example.com:2379",)
    wanted = wanted_records(dns_plan(*(replace(each, advertise_client_urls=urls) for each in MEMBERS)))
    assert services(wanted, CLIENT_SSL) == ["etcd.example.com:2379"]
    assert not [each for each in addresses(wanted) if each.startswith("etcd.")]
    assert codes(wanted) == ["EB572"]


def test_two_members_of_one_host_share_its_name_and_addresses() -> None:
    beside = replace(MEMBERS[0], name="etcd2", peer_port=3380, client_port=3379)
    wanted = wanted_records(dns_plan(MEMBERS[0], beside))
    assert addresses(wanted) == ["etcd1.example.com 10.0.0.1"]
    assert services(wanted, SERVER_SSL) == ["etcd1.example.com:2380", "etcd1.example.com:3380"]


def static(*members: MemberSpec) -> ClusterPlan:
    return planned(three(members=members or MEMBERS, bootstrap=BootstrapSpec()))


def test_another_mode_has_no_domain() -> None:
    with pytest.raises(Refused, match="static bootstrap, not through DNS") as refused:
        wanted_records(static())
    assert [each.code for each in refused.value.diagnostics] == ["EB570"]
    assert "--domain" in refused.value.diagnostics[0].hint


def test_another_mode_can_have_records_for_its_clients() -> None:
    wanted = wanted_records(static(), "Example.com.")
    assert wanted.names == (CLIENT_SSL, CLIENT)
    assert services(wanted, CLIENT_SSL) == [f"etcd{n}.example.com:2379" for n in (1, 2, 3)]


def test_a_member_without_a_name_is_left_out_with_a_warning() -> None:
    wanted = wanted_records(static(replace(MEMBERS[0], host="10.0.0.1"), *MEMBERS[1:]), "example.com")
    assert len(wanted.of(CLIENT_SSL)) == 2
    assert codes(wanted) == ["EB571"]
    joining = wanted_records(dns_plan(*MEMBERS, joiner(host="10.0.0.4")))
    assert "etcd4: a joiner without a name" in joining.remarks[0].message


def test_a_cluster_without_any_name_has_no_records() -> None:
    with pytest.raises(Refused, match="no member of the cluster has a name"):
        wanted_records(planned(three()), "example.com")


def test_a_founder_without_a_name_is_refused() -> None:
    with pytest.raises(Refused, match="SRV records lead to names") as refused:
        wanted_records(dns_plan(replace(MEMBERS[0], host="10.0.0.1"), *MEMBERS[1:]))
    assert refused.value.diagnostics[0].code == "EB571"


def test_refuses_a_name_that_dns_cannot_hold() -> None:
    with pytest.raises(Refused, match="no SRV record can be had"):
        wanted_records(dns_plan(bootstrap=replace(DNS, discovery_srv_name="x" * 60)))


def test_refuses_a_second_domain_and_a_zone_elsewhere() -> None:
    with pytest.raises(UsageError, match="has a domain of its own"):
        wanted_records(dns_plan(), "other.org")
    with pytest.raises(UsageError, match=r"example\.com does not lie in the zone www\.example\.com"):
        wanted_records(dns_plan(), zone="www.example.com")
