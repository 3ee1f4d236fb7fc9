from __future__ import annotations

import json
from typing import Any

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.cfssl.documents import Policy, Wish, read
from samples.cfssl import BOTH, GUIDE, TUTORIAL


def told(text: str, file: str = "x.json") -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in read(text, file).told]


def wish(content: dict[str, Any], file: str = "server-csr.json") -> Wish:
    found = read(json.dumps(content), file)
    assert isinstance(found.content, Wish), found.told
    return found.content


def test_a_policy_is_read_with_its_profiles() -> None:
    found = read(json.dumps(TUTORIAL["ca-config.json"], indent=2), "ca-config.json")
    assert isinstance(found.content, Policy)
    assert found.told == ()
    (profile,) = found.content.profiles
    assert (profile.name, profile.lifetime, profile.usages) == ("etcd", 87600 * 3600, tuple(BOTH))
    assert found.content.default is not None
    assert found.content.default.lifetime == 87600 * 3600
    assert (profile.place.file, profile.place.line) == ("ca-config.json", 7)


def test_a_request_is_read_whole() -> None:
    found = wish(TUTORIAL["server-csr.json"])
    assert found.common_name == "etcd"
    assert [each.text for each in found.hosts] == TUTORIAL["server-csr.json"]["hosts"]
    assert (found.key.algorithm, found.key.size) == ("rsa", 2048)
    assert found.subject == (("C", "CN"), ("ST", "Beijing"), ("L", "Beijing"))
    assert not found.is_ca


def test_a_request_for_a_ca_is_known_by_its_name_or_its_section() -> None:
    assert wish(TUTORIAL["ca-csr.json"], "ca-csr.json").is_ca
    assert not wish(TUTORIAL["ca-csr.json"], "first.json").is_ca
    found = wish(GUIDE["ca-csr.json"], "first.json")
    assert (found.is_ca, found.lifetime, found.path_length) == (True, 87600 * 3600, None)
    held = {"CN": "a", "ca": {"pathlen": 0, "pathlenzero": True}}
    assert wish(held).path_length == 0
    assert wish({"CN": "a", "ca": {"pathlen": 2}}).path_length == 2


def test_without_a_key_it_is_cfssls_own_choice() -> None:
    assert (wish({"CN": "a"}).key.algorithm, wish({"CN": "a", "key": None}).key.size) == ("ecdsa", 256)


def test_further_names_are_named_and_left() -> None:
    found = read('{"CN": "a", "names": [{"O": "x"}, {"O": "y", "OU": ""}, {}]}', "a.json")
    assert isinstance(found.content, Wish)
    assert found.content.subject == (("O", "x"),)
    assert [each.message for each in found.told] == [
        "names: O=y is not taken over: a subject of etcdboot's has one value of each kind"
    ]


def test_an_unknown_usage_is_named_with_its_place() -> None:
    text = '{"signing": {"profiles": {"etcd": {"expiry": "1h",\n"usages": ["server auht", "zzz", ""]}}}}'
    (first, second) = read(text, "c.json").told
    assert (first.code, first.line, first.column, first.hint) == (
        "EB387",
        2,
        12,
        "did you mean 'server auth'?",
    )
    assert second.hint.startswith("known are signing")


def test_a_profile_that_cfssl_refuses_is_an_error() -> None:
    text = '{"signing": {"profiles": {"etcd": {"usages": []}, "other": {"remote": "a"}, "odd": 1}}}'
    assert told(text) == [
        ("EB385", "profile etcd has no expiry, and cfssl refuses the whole file"),
        (
            "EB388",
            "profile other: remote is not taken over: who lets others sign says so with certificates.signer",
        ),
        ("EB385", "profile odd: an object is wanted here, not a number"),
    ]
    assert told('{"signing": {"profiles": []}}') == [
        ("EB385", "profiles: an object is wanted here, not a list")
    ]


def test_an_empty_policy_is_one() -> None:
    found = read('{"signing": null}', "c.json").content
    assert isinstance(found, Policy)
    assert (found.profiles, found.default) == ((), None)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[]", ""),
        ('"text"', ""),
        ("{}", ""),
        ('{"signign": {}}', "did you mean signing?"),
        (
            '{"cert": "a", "csr": "b", "key": "c"}',
            "make files of what cfssl prints with: cfssljson -bare NAME",
        ),
        ('{"success": true, "result": {}}', "make files of what cfssl prints with: cfssljson -bare NAME"),
    ],
)
def test_what_is_none_of_cfssls_is_said_so(text: str, hint: str) -> None:
    found = read(text, "x.json")
    assert found.content is None
    assert [(each.code, each.severity, each.hint) for each in found.told] == [("EB386", Severity.ERROR, hint)]


def test_what_is_not_json_has_its_place() -> None:
    found = read('{"CN": "a",\n}', "x.json")
    assert found.content is None
    assert [(each.code, each.place) for each in found.told] == [("EB385", "x.json:2:1")]
