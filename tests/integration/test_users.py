"""Whom a real etcd with auth takes a certificate for: the user whose name is its common name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from etcdboot.base.errors import Refused, SpecError
from etcdboot.pki.adoption.adoption import Offer
from etcdboot.plan.certificate_request import file_stem
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.spec.loader import load
from etcdboot.workflows.certs.adopt_pairs import adopt_files
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.cluster import open_cluster
from integration.local_cluster import LocalCluster, local_cluster

pytestmark = pytest.mark.integration

USER = "system:app@example.com"
CLIENTS = f'certificates: {{clients: [root, app, "{USER}"]}}\n'
AUTH = (
    ("put", "/secret", "hidden"),
    ("put", "/app", "shown"),
    ("role", "add", "app"),
    ("role", "grant-permission", "app", "read", "/app"),
    ("user", "add", "app", "--no-password"),
    ("user", "grant-role", "app", "app"),
    ("user", "add", USER, "--no-password"),
    ("user", "grant-role", USER, "app"),
    ("user", "add", "root", "--no-password"),
    ("user", "grant-role", "root", "root"),
    ("auth", "enable"),
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A member ``etcd1`` with auth on, and the clients root and app."""
    with local_cluster(tmp_path_factory.mktemp("users"), "3.6.14", size=1, tls="mutual") as running:
        running.file.write_text(running.file.read_text() + CLIENTS)
        issue(open_cluster(str(running.file)).plan, running.pki)
        for words in AUTH:
            running.etcdctl(*words)
        yield running


def read(cluster: LocalCluster, key: str, shown: str) -> str:
    """The value that the holder of a certificate reads; empty where etcd refuses."""
    return cluster.etcdctl("get", key, "--print-value-only", check=False, shown=shown).stdout.strip()


def test_a_client_with_colon_and_at_sign_gets_in_by_its_certificate_with_its_role(
    cluster: LocalCluster,
) -> None:
    shown = f"clients/{file_stem(USER)}"
    assert shown == "clients/system%3Aapp%40example.com"
    assert read(cluster, "/app", shown) == "shown"
    assert read(cluster, "/secret", shown) == ""


def issue_as(cluster: LocalCluster, member: str) -> str:
    """Issue the pairs of a member of that name, unchecked; the text of its spec."""
    text = cluster.file.read_text().replace("name: etcd1", f"name: {member}")
    spec = load(text).spec
    assert spec is not None
    issue(plan(spec, layout=HostLayout(PurePosixPath("/"))), cluster.pki)
    return text


@pytest.mark.parametrize(
    ("member", "key", "value"), [("root", "/secret", "hidden"), ("app", "/app", "shown")]
)
def test_a_member_named_like_a_user_is_that_user_and_is_refused(
    cluster: LocalCluster, member: str, key: str, value: str
) -> None:
    text = issue_as(cluster, member)
    assert read(cluster, key, "members/etcd1/server") == ""
    assert read(cluster, key, f"members/{member}/server") == value
    assert read(cluster, key, f"members/{member}/peer") == ""  # peers have a CA of their own
    named = cluster.folder / f"{member}.yaml"
    named.write_text(text)
    with pytest.raises(SpecError) as caught:
        open_cluster(str(named))
    assert "EB280" in [told.code for told in caught.value.diagnostics]


@pytest.mark.parametrize("place", ["etcd1/server", "etcd1/peer", "client/app"])
def test_a_certificate_of_the_superuser_is_adopted_for_nobody_else(cluster: LocalCluster, place: str) -> None:
    issue_as(cluster, "root")
    pair = cluster.pki / "members" / "root"
    offer = Offer(place, (pair / "server.pem").read_bytes(), (pair / "server-key.pem").read_bytes())
    with pytest.raises(Refused) as caught:
        adopt_files(open_cluster(str(cluster.file)).plan, cluster.pki, [offer], replacing=True)
    codes = [told.code for told in caught.value.diagnostics]
    assert codes == ["EB281", "EB317"] if place == "etcd1/peer" else codes == ["EB281"]  # and another CA's
