"""The table of docs/pki.md, held to what is issued: every extension, what it says, whether it is critical."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from cryptography import x509

from etcdboot.effects import random_source
from etcdboot.pki.x509.extension_text import ShownExtension, shown
from etcdboot.pki.x509.signing import Pair, issue_all
from etcdboot.plan.certificate_request import CertRequest
from etcdboot.spec.spec import KeyAlgorithm
from samples.certificates import NOW, plan_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pki.md"
COLUMNS = ("root", "CA", "server", "peer", "client")
CERTIFICATES = ("root-ca", "ca", "etcd1/server", "etcd1/peer", "client/root")
WHOLE = (
    "subject: {C: DE, ST: Bayern, L: München, O: Example GmbH, OU: Platform}, "
    "name-constraints: [example.com], clients: [{name: root, sans: [root.example.com]}]"
)
KEYS = {each: random_source.new_key(each) for each in (KeyAlgorithm.ECDSA_P256, KeyAlgorithm.RSA_2048)}


def table() -> dict[str, dict[str, str]]:
    """Row, column, cell; a cell that says ``same`` says what the one to its left does."""
    text = PAGE.read_text("utf-8").partition("## What is in a certificate")[2]
    lines = [line for line in text.partition("\n\nWhy")[0].splitlines() if line.startswith("|")]
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    assert head == ["", *COLUMNS, "source"]
    found = {}
    for title, *cells in rows:
        for at, cell in enumerate(cells):
            if cell in ("same", "the same"):
                cells[at] = cells[at - 1]
        found[title] = dict(zip(head[1:], cells, strict=True))
    return found


TABLE = table()
ROWS = {  # the names of extensions that a row tells of -> the row, and whether it calls them critical
    name.strip(): (title, "(critical)" in title)
    for title in TABLE
    for name in title.replace("(critical)", "").split(",")
    if name.strip()[:1].islower() and name.strip().isalpha() and any(each.isupper() for each in name)
}


@cache
def made(
    key: KeyAlgorithm, certificates: str = WHOLE, *, deep: bool = True
) -> dict[str, tuple[CertRequest, Pair]]:
    """One of each kind, by its column."""
    plan = plan_of(certificates=f"key: {key}, {certificates}" + (", intermediate: true" if deep else ""))
    pairs = issue_all(plan.certificates, {}, lambda _: KEYS[key], random_source.new_serial, NOW)
    wanted = {each.name: each for each in plan.certificates}
    names = dict(zip(CERTIFICATES, COLUMNS, strict=True))
    return {column: (wanted[name], pairs[name]) for name, column in names.items() if name in wanted}


def certificate(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificates(pair.certificate)[0]


def extensions(pair: Pair) -> dict[str, ShownExtension]:
    return {each.name: each for each in shown(certificate(pair).extensions)}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("key", KEYS)
def test_each_extension_is_in_the_table_with_its_weight_and_each_cell_in_the_certificate(
    key: KeyAlgorithm, column: str
) -> None:
    found = extensions(made(key)[column][1])
    critical = {name: each.critical for name, each in found.items()}
    told = {name: ROWS[name] for name in ROWS if TABLE[ROWS[name][0]][column] != "none"}
    if column == "CA":  # below a root it has no constraints of its own
        assert "without a root" in TABLE["nameConstraints (critical)"]["CA"]
        del told["nameConstraints"]
    assert critical == {name: weight for name, (_, weight) in told.items()}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("key", KEYS)
def test_the_usages_are_those_of_the_table(key: KeyAlgorithm, column: str) -> None:
    found = extensions(made(key)[column][1])
    plain, _, of_rsa = TABLE["keyUsage (critical)"][column].partition(", with RSA also ")
    also = f", {of_rsa}" if of_rsa and key.startswith("rsa") else ""
    assert found["keyUsage"].value == plain + also
    purposes = found["extendedKeyUsage"].value if "extendedKeyUsage" in found else "none"
    assert purposes == TABLE["extendedKeyUsage"][column]


def test_the_bounds_of_cas_are_those_of_the_table() -> None:
    for deep in (True, False):
        for column, (_, pair) in made(KeyAlgorithm.ECDSA_P256, deep=deep).items():
            value = certificate(pair).extensions.get_extension_for_class(x509.BasicConstraints).value
            said = f"CA, pathlen {value.path_length}" if value.ca else "no CA"
            assert TABLE["basicConstraints (critical)"][column] == said


def test_constraints_stand_where_the_table_says() -> None:
    for certificates, deep, where in (
        (WHOLE, True, "root"),
        (WHOLE, False, "CA"),
        ("crl: {}", True, ""),
        ("crl: {}", False, ""),
    ):
        every = made(KeyAlgorithm.ECDSA_P256, certificates, deep=deep)
        held = [column for column, (_, pair) in every.items() if "nameConstraints" in extensions(pair)]
        assert held == ([where] if where else [])


def test_names_signers_and_lifetimes_are_those_of_the_table() -> None:
    every = made(KeyAlgorithm.ECDSA_P256)
    names = {"<cluster>": "test", "member": "etcd1", "client = etcd user": "root"}
    for column, (request, pair) in every.items():
        told = TABLE["common name"][column].strip("`")
        for word, meant in names.items():
            told = told.replace(word, meant)
        assert request.common_name == told
        signer = TABLE["signed by"][column].partition(";")[0].removeprefix("itself, or ")
        signer = {"itself": request.name, "root": "root-ca", "ca": "ca"}[signer]
        assert certificate(pair).issuer.rfc4514_string().startswith(f"CN=test {signer_title(signer)},")
        followed = len(x509.load_pem_x509_certificates(pair.certificate)) - 1
        lifetime = TABLE["lifetime"][column].partition(", ")[2]
        assert request.lifetime == {"10 years": 3650, "365 days": 365}[lifetime] * 86400
        assert (followed == 0) == (TABLE["followed in its file by"][column] == "nothing")


def signer_title(name: str) -> str:
    return {"root-ca": "root CA", "ca": "CA"}[name]


def test_every_row_about_what_is_in_a_certificate_has_its_source() -> None:
    lacking = [title for title, cells in TABLE.items() if not cells["source"]]
    assert lacking == ["there is one", "signed by", "lifetime"]
    assert len(ROWS) == 7
