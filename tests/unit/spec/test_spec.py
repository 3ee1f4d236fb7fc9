from __future__ import annotations

from etcdboot.spec.spec import ClientSpec, ClientTls, ClusterSpec, MemberSpec, PeerTls, Settings, Target


def test_the_safe_choice_is_the_one_of_who_writes_nothing() -> None:
    spec = ClusterSpec("x", (MemberSpec(name="a"),))
    assert (spec.tls.client, spec.tls.peer) == (ClientTls.MUTUAL, PeerTls.MUTUAL)
    assert (spec.render.settings, spec.render.targets) == (Settings.CONFIG, (Target.SYSTEMD,))
    assert not spec.etcd.allow_dangerous_release
    assert spec.certificates.clients == (ClientSpec(name="root"),)
    assert spec.certificates.lifetime < spec.certificates.ca_lifetime
