from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from etcdboot.pki.adoption.adoption import Offer, as_offered, in_the_way, objections
from etcdboot.pki.store.inventory import Entry, Found, judge
from etcdboot.plan.certificate_request import ROOTS, CertRequest
from samples.certificates import AUTHORITY, NOW, SERVER
from samples.foreign import BOTH, SERVER_ONLY, Made, authority, made, sans, usage

CA = authority("theirs")
HOSTS = sans(*map(str, SERVER.sans))
LEAF = made("somebody", BOTH, HOSTS, usage(digital_signature=True), issuer=CA, days=900)
CERTIFICATE, KEY = PurePosixPath("members/etcd1/server.pem"), PurePosixPath("members/etcd1/server-key.pem")


def absent(request: CertRequest) -> Found:
    return Found(request, None, None)


def offer(name: str, made_by_others: Made, *, key: bool = True) -> Offer:
    return Offer(name, made_by_others.pem, made_by_others.key_pem if key else None, "x.pem")


def judged(
    *offers: Offer, standing: tuple[Found, ...] = (absent(AUTHORITY), absent(SERVER))
) -> tuple[Entry, ...]:
    return judge(as_offered(standing, offers), NOW)


def objected(*offers: Offer) -> list[str]:
    return [each.code for entry in judged(*offers) for each in objections(entry)]


def test_what_others_decided_is_a_note_and_nothing_to_object_to() -> None:
    entries = judged(offer("ca", CA), offer("etcd1/server", LEAF))
    assert [[(each.code, str(each.severity)) for each in entry.findings] for entry in entries] == [
        [("EB320", "warning"), ("EB392", "note")],  # it lives for thirty days
        [("EB392", "note")],
    ]
    message = entries[1].findings[0].message
    assert message.startswith("etcd1/server was made by others: it is valid for longer than 365d")
    assert "names 'somebody', not 'etcd1'" in message
    assert objected(offer("ca", CA), offer("etcd1/server", LEAF)) == []


def test_what_does_not_fit_is_an_error_and_no_objection() -> None:
    other = made("etcd1", BOTH, sans("10.9.9.9"), usage(digital_signature=True), issuer=CA)
    entries = judged(offer("ca", CA), offer("etcd1/server", other))
    assert ("EB311", "error") in [(each.code, str(each.severity)) for each in entries[1].findings]
    assert objections(entries[1]) == ()


def test_what_etcd_cannot_use_is_objected_to() -> None:
    ca = offer("ca", CA)
    signs = usage(digital_signature=True)
    assert objected(ca, offer("etcd1/server", made("x", SERVER_ONLY, HOSTS, signs, issuer=CA))) == ["EB312"]
    old = made("x", BOTH, HOSTS, signs, issuer=CA, days=30, start=NOW.replace(year=2020))
    assert objected(ca, offer("etcd1/server", old)) == ["EB314"]
    assert objected(ca, offer("etcd1/server", made("x", BOTH, HOSTS, signs))) == ["EB317"]
    assert objected(ca, offer("etcd1/server", LEAF, key=False)) == ["EB310"]
    assert objected(ca, Offer("etcd1/server", LEAF.pem, CA.key_pem)) == ["EB302"]
    assert objected(ca, Offer("etcd1/server", b"nothing", LEAF.key_pem)) == ["EB301"]


def test_an_expired_ca_is_objected_to_with_a_remedy_for_who_has_another() -> None:
    late = judge(as_offered((absent(AUTHORITY),), (offer("ca", CA),)), NOW.replace(year=2099))
    [told] = objections(late[0])
    assert (told.code, "take over a CA that is valid now" in told.hint) == ("EB305", True)


def test_the_key_that_stands_there_is_meant_where_none_comes_along() -> None:
    standing = (absent(AUTHORITY), replace(absent(SERVER), key=LEAF.key_pem))
    (_, taken) = as_offered(standing, (offer("etcd1/server", LEAF, key=False),))
    assert (taken.certificate, taken.key, taken.adopted) == (LEAF.pem, LEAF.key_pem, True)


def test_what_leads_to_the_root_is_put_behind_a_certificate_that_comes_alone() -> None:
    root = replace(AUTHORITY, name=ROOTS["ca"], ca_name=ROOTS["ca"], path_length=1)
    ca = replace(AUTHORITY, ca_name=ROOTS["ca"])
    leaf = replace(SERVER, above=(ROOTS["ca"],))
    standing = (absent(root), absent(ca), absent(leaf))
    top = authority("root")
    issuing = authority("issuing", issuer=top)
    own = made("x", BOTH, HOSTS, usage(digital_signature=True), issuer=issuing)
    offers = (offer(ROOTS["ca"], top), offer("ca", issuing), offer("etcd1/server", own))
    found = as_offered(standing, offers)
    assert found[2].certificate == own.pem + issuing.pem
    assert [objections(entry) for entry in judge(found, NOW)] == [(), (), ()]
    whole = Offer("etcd1/server", own.pem + issuing.pem, own.key_pem)
    assert as_offered(standing, (*offers[:2], whole))[2].certificate == own.pem + issuing.pem


def blocked(standing: Found, *, replacing: bool = False) -> list[tuple[str, str]]:
    taken = replace(absent(SERVER), certificate=LEAF.pem, key=LEAF.key_pem)
    return [(each.code, each.path) for each in in_the_way(standing, taken, replacing=replacing)]


def test_only_what_is_the_same_or_may_be_replaced_is_not_in_the_way() -> None:
    same = replace(absent(SERVER), certificate=LEAF.pem, key=LEAF.key_pem)
    other = replace(absent(SERVER), certificate=CA.pem, key=CA.key_pem)
    assert blocked(absent(SERVER)) == blocked(same) == []
    assert blocked(replace(same, foreign=(CERTIFICATE, KEY))) == []
    assert blocked(other) == [("EB398", str(CERTIFICATE))]
    assert blocked(other, replacing=True) == []
    assert blocked(replace(other, edited=(KEY,)), replacing=True) == [("EB398", str(KEY))]
    assert blocked(replace(other, foreign=(CERTIFICATE,)), replacing=True) == [("EB402", str(CERTIFICATE))]


def test_no_key_shows_in_what_is_printed() -> None:
    assert "PRIVATE" not in repr(offer("etcd1/server", LEAF))
