"""Members that make themselves certificates, on every release: all is encrypted, and nobody is known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography import x509

from etcdboot.spec.spec import BootstrapMode, Settings
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import HostCluster
from lab.cluster.modes import ADDRESSES, FOUNDERS, OPERATOR, Case, rendered, start
from lab.cluster.operating import objections
from lab.peers.fixtures import ETCD_RELEASES, require_capability, require_peer
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]

YEARS = 3
# The second member listens everywhere; it certifies itself for 0.0.0.0 alone.
EVERYWHERE = {"listen-client-urls": ["https://0.0.0.0:2379"], "listen-peer-urls": ["https://0.0.0.0:2380"]}


def spec(release: str, settings: str = "config", years: int = 0) -> str:
    members = [{"name": name, "host": ADDRESSES[name]} for name in FOUNDERS]
    members[1] |= EVERYWHERE  # type: ignore[arg-type]
    flags = {"flags": {"self-signed-cert-validity": years}} if years else {}
    etcd = {"version": release, "allow-dangerous-release": True, **flags}
    return Case(
        BootstrapMode.STATIC, release, "auto", settings, sections={"members": members, "etcd": etcd}
    ).spec()


@dataclass(frozen=True, slots=True)
class Running:
    """A healthy cluster of one release, whose certificates last so many years."""

    release: str
    years: int
    cluster: HostCluster


@pytest.fixture(scope="module", params=ETCD_RELEASES)
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    require_capability("network namespaces")
    release = request.param
    years = 1 if release.startswith("3.4") else YEARS
    with World() as world:
        settings = tuple(map(str, Settings))[ETCD_RELEASES.index(release) % len(Settings)]
        text = spec(release, settings, years if years > 1 else 0)
        cluster = rendered(HostCluster(world, text, OPERATOR))
        for host in cluster.hosts.values():
            host.install(require_peer("etcdctl", release))
        start(cluster)
        assert cluster.verify("--wait", "60s")["verdict"] == "healthy", cluster.said()
        yield Running(release, years, cluster)


def test_verify_says_that_all_is_encrypted_and_nobody_authenticated(running: Running) -> None:
    assert_agreed(running.cluster)
    (said,) = (each for each in running.cluster.verify()["checks"] if each["code"] == "EB611")
    assert said["status"] == "warn"
    assert "encrypted, not authenticated" in said["seen"]
    assert "set tls.client to mutual" in said["remedy"]
    assert running.cluster.etcdboot("verify").returncode == 0


def test_nothing_is_told_to_verify_clients(running: Running) -> None:
    """Beside auto-tls etcd would drop it without a word, and let everyone in."""
    for member in running.cluster.plan.members:
        told = {each.name for each in member.flags}
        assert {"auto-tls", "peer-auto-tls"} < told
        assert not {name for name in told if re.search("cert-auth|trusted-ca|cert-file|key-file", name)}
        tree = running.cluster.on_desk("sh", "-c", f"cat out/{member.name}/etcd*").stdout
        assert not re.search("cert-auth|trusted-ca|cert-file", tree)


def test_etcdctl_works_with_the_rendered_environment_as_it_stands(running: Running) -> None:
    for name, host in running.cluster.hosts.items():
        told = "set -a; . /etc/etcd/etcdctl.env; set +a;"
        assert host.run(f"{told} etcdctl endpoint health 2>&1").stdout.count("is healthy") == 3, name
        listed = json.loads(host.run(f"{told} etcdctl member list -w json").stdout)
        assert {each["name"] for each in listed["members"]} == set(FOUNDERS)


def test_curl_wants_to_be_told_that_the_certificate_is_self_made(running: Running) -> None:
    for address in list(ADDRESSES.values())[:3]:
        url = f"https://{address}:2379/version"
        assert json.loads(running.cluster.operator.run(["curl", "-sSk", url]).stdout)["etcdserver"]
        plain = running.cluster.operator.run(["curl", "-sS", url], check=False)
        assert plain.returncode == 60, plain.stderr


def test_certificates_last_as_long_as_the_spec_says_and_name_what_is_listened_on(running: Running) -> None:
    names = {"etcd1": {"192.168.202.128", "127.0.0.1"}, "etcd2": {"0.0.0.0"}}
    for member, expected in names.items():
        pem = running.cluster.hosts[member].read("/var/lib/etcd/fixtures/client/cert.pem")
        made = x509.load_pem_x509_certificate(pem)
        sans = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert {str(each.value) for each in sans} == expected
        assert round((made.not_valid_after_utc - made.not_valid_before_utc).days / 365) == running.years


def test_a_lifetime_that_the_release_cannot_make_is_refused() -> None:
    assert objections(spec("3.4.23", years=YEARS)) == {"EB215"}
    assert objections(spec("3.6.14", years=YEARS).replace(f"validity: {YEARS}", "validity: 0")) == {"EB260"}
