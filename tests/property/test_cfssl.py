"""No JSON makes the reader of cfssl's files fall over, and what it makes of them is always a spec."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.diagnostics import Severity
from etcdboot.cfssl import known_fields
from etcdboot.cfssl.converter import translate
from etcdboot.cfssl.documents import Evidence, Policy, Wish, read
from etcdboot.cfssl.leaf_certificates import wished
from etcdboot.cfssl.spec_writer import section, whole
from etcdboot.formats.json_reader import JsonProblem, parse
from etcdboot.formats.yaml_reader import Mapping, Node, Scalar, Sequence
from etcdboot.plan.certificate_request import CertKind
from etcdboot.spec.loader import dump, load
from etcdboot.spec.spec import MemberSpec
from samples.cfssl import GUIDE, TUTORIAL
from samples.specs import planned

FIELDS = sorted(
    set(chain(known_fields.CONFIG, known_fields.SIGNING, known_fields.PROFILE, known_fields.REQUEST))
    | set(
        chain(
            known_fields.KEY, known_fields.AUTHORITY, known_fields.NAME, ("etcd", "server", "peer", "client")
        )
    )
)
WORDS = st.sampled_from(
    [*known_fields.USAGES, "8760h", "1h30m", "-5h", "10y", "10.0.0.1", "fd00::1", "*.example.com", "https://a:2379",
     "e1", "", "a@b", "rsa", "ecdsa", "ed25519", "root", "DE"]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
    st.text(max_size=9),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=5)), inner),
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["ca-config.json", "ca-csr.json", "server.json", "etcd1-peer.json", "client.json", "x"]
)


def plain(found: Node) -> Any:
    """What the standard library makes of the same text."""
    match found:
        case Mapping():
            return {key.text: plain(value) for key, value in found.items}
        case Sequence():
            return [plain(value) for value in found.items]
        case Scalar():
            return json.loads(found.text) if found.plain else found.text


@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_json_is_read_as_the_standard_library_reads_it(value: Any, indent: int | str | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=bool(indent))
    try:
        found = parse(text)
    except JsonProblem as cause:
        assert "nested deeper" in str(cause)
        return
    assert plain(found) == value


@given(st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("utf-8", "replace"))), NAMES)
def test_no_text_is_a_traceback(text: str, name: str) -> None:
    found = read(text, name)
    assert found.content is not None or any(each.severity is Severity.ERROR for each in found.told)


@given(st.data(), st.sampled_from([TUTORIAL, GUIDE]))
def test_a_text_that_was_cut_or_changed_is_no_traceback(data: st.DataObject, files: dict[str, Any]) -> None:
    name = data.draw(st.sampled_from(sorted(files)))
    text = json.dumps(files[name], indent=1)
    at = data.draw(st.integers(0, len(text)))
    read(text[:at], name)
    read(text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 5)) :], name)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=4))
def test_whatever_the_files_say_comes_to_a_spec_that_loads(files: list[tuple[str, Any]]) -> None:
    contents = [read(json.dumps(value), name).content for name, value in files]
    found = translate(
        Evidence(
            tuple(each for each in contents if isinstance(each, Policy)),
            tuple(each for each in contents if isinstance(each, Wish)),
        )
    )
    assert load(section(found.certificates, ["x"]) + "name: a\nmembers: [{name: a, host: 10.0.0.1}]\n").spec
    if found.cast.members:
        spec = found.cluster("prod")
        assert load(dump(spec)).spec == load(whole(spec, ["x"])).spec == spec


ORGANIZATIONS = st.sampled_from(["a", "b", "c", "system:masters", "system:nodes"])
HOSTS = st.sampled_from([[], ["10.0.0.1"], ["10.0.0.2"], ["10.0.0.1", "10.0.0.2", "10.0.0.3"], ["127.0.0.1"]])
STEMS = st.sampled_from(
    ["ca-csr", "etcd-csr", "admin-csr", "server", "peer", "client", "etcd1", "etcd2-peer"]
)
REQUESTS = st.dictionaries(
    STEMS, st.tuples(st.sampled_from(["etcd", "admin", "root", "app"]), ORGANIZATIONS, HOSTS), max_size=6
)


@given(REQUESTS)
def test_no_organization_gets_into_a_certificate_whose_request_does_not_have_it(
    requests: dict[str, tuple[str, str, list[str]]],
) -> None:
    contents = [
        read(json.dumps({"CN": name, "hosts": hosts, "names": [{"O": organization}]}), f"{stem}.json").content
        for stem, (name, organization, hosts) in requests.items()
    ]
    wishes = tuple(each for each in contents if isinstance(each, Wish))
    found = translate(Evidence(wishes=wishes))
    leaves = [leaf for leaf in (wished(wish, []) for wish in wishes if not wish.is_ca) if leaf.subject]
    members = {dict(leaf.subject)["O"] for leaf in leaves if not leaf.is_client}
    authorities = {dict(wish.subject)["O"] for wish in wishes if wish.is_ca}
    spec = replace(found.cluster("k"), members=(MemberSpec(name="m", host="10.0.0.1"),))
    for request in planned(spec).certificates:
        theirs = {
            CertKind.CA: authorities,
            CertKind.CLIENT: {
                dict(leaf.subject)["O"]
                for leaf in leaves
                if leaf.is_client and leaf.common_name == request.common_name
            },
        }.get(request.kind, members)
        held = {value for key, value in request.subject if key == "O"}
        assert held <= theirs - {"system:masters"}


@pytest.mark.parametrize("name", sorted(TUTORIAL))
def test_every_byte_of_the_tutorials_files_counts(name: str) -> None:
    """Each cut of them is an error with a place in the file."""
    text = json.dumps(TUTORIAL[name])
    for at in range(len(text)):
        (told,) = read(text[:at], name).told
        assert (told.code, told.line) == ("EB385", 1)
        assert 1 <= told.column <= at + 1
