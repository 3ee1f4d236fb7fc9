from __future__ import annotations

from dataclasses import replace

from etcdboot.cfssl.spec_writer import section, whole
from etcdboot.etcd.releases import Release
from etcdboot.spec.loader import load
from etcdboot.spec.spec import CertificatesSpec
from samples.cfssl import TUTORIAL, translated

SPEC = translated(TUTORIAL).cluster("prod")


def test_a_whole_spec_says_what_it_was_made_from_and_loads_to_itself() -> None:
    text = whole(SPEC, ["/x/ca-config.json", "/x/server.pem"])
    assert load(text).spec == SPEC
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert head[0] == "# Made by `etcdboot certs import-cfssl` from ca-config.json, PEM files."
    assert head[-1] == '# etcd: {version: "X.Y.Z"}'


def test_a_release_that_is_known_is_written_and_not_asked_for() -> None:
    text = whole(replace(SPEC, etcd=replace(SPEC.etcd, version=Release(3, 6, 14))), ["a.json"])
    assert "X.Y.Z" not in text
    assert load(text).spec is not None


def test_no_file_name_breaks_out_of_the_comment() -> None:
    assert load(whole(SPEC, ["a\nname: evil\n.json"])).spec == SPEC


def test_a_section_holds_the_section_alone() -> None:
    text = section(SPEC.certificates, ["a.json"])
    loaded = load(text + "name: prod\nmembers: [{name: a, host: 10.0.0.1}]\n").spec
    assert loaded is not None
    assert loaded.certificates == SPEC.certificates
    assert section(CertificatesSpec(), ["a.pem"]).endswith("certificates: {}\n")
