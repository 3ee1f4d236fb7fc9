"""``etcdboot certs import-cfssl`` and ``export`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.running import etcdboot, in_json
from samples.cfssl import GUIDE, TUTORIAL


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with cfssl's files beside it."""
    for name, files in (("ssl", TUTORIAL), ("guide", GUIDE)):
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(json.dumps(content, indent=2))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def test_a_spec_is_made_and_the_next_steps_lead_to_rendered_files(here: Path) -> None:
    done = etcdboot("certs", "import-cfssl", "../ssl", "--etcd-version", "3.6.14")
    assert (done.exit_code, done.stdout) == (0, "wrote cluster.yaml: 3 members\n")
    assert "../ssl/server-csr.json:1:1: note EB395: taken for members" in done.stderr
    assert "1. look the spec over, above all its members, then: etcdboot check" in done.stderr
    assert "2. make the certificates that are missing: etcdboot certs" in done.stderr
    for command in (("check", "--strict"), ("certs",), ("render",)):
        assert etcdboot(*command).exit_code == 0
    assert (here / "out/etcd3/pki/server.pem").exists()


def test_a_guide_with_profiles_for_each_purpose_is_read_too(here: Path) -> None:
    done = etcdboot("certs", "import-cfssl", "../guide", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    text = (here / "cluster.yaml").read_text()
    assert 'host: "192.168.122.102"' in text
    assert etcdboot("check").exit_code == 0


def test_the_spec_that_is_there_is_left_alone(here: Path) -> None:
    etcdboot("certs", "import-cfssl", "../ssl")
    before = (here / "cluster.yaml").read_bytes()
    done = etcdboot("certs", "import-cfssl", "../ssl")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:3] == ["certificates:", "  ca-subject:"]
    assert "1. put these lines into cluster.yaml, then: etcdboot check" in done.stderr
    assert (here / "cluster.yaml").read_bytes() == before


def test_a_dash_prints_a_spec_and_writes_nothing(here: Path) -> None:
    done = etcdboot("certs", "import-cfssl", "../ssl", "-f", "-", "--name", "prod", "-q")
    assert (done.exit_code, done.stderr, list(here.iterdir())) == (0, "", [])
    assert 'name: "prod"' in done.stdout
    assert etcdboot("check", "-f", "-", stdin=done.stdout).exit_code == 0


def test_json_is_one_object_with_the_text_and_the_certificates(here: Path) -> None:
    whole = in_json(etcdboot("certs", "import-cfssl", "../ssl", "-w", "json"))
    assert (whole["ok"], whole["file"], whole["certificates"], whole["changes"]) == (
        True,
        "cluster.yaml",
        [],
        [],
    )
    assert "members:" in whole["text"]
    assert {"EB388", "EB390", "EB391", "EB395"} <= {each["code"] for each in whole["diagnostics"]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import-cfssl",), 2, "Missing argument"),
        (("import-cfssl", "nowhere"), 8, "EB003"),
        (("import-cfssl", "."), 3, "there is nothing of cfssl's in ."),
        (("import-cfssl", "../ssl/ca-csr.json"), 3, "EB396"),
        (("import-cfssl", "../ssl", "--name", "a b"), 2, "EB006"),
        (("import-cfssl", "../ssl", "--etcd-version", "new"), 2, "EB006"),
        (("import-cfssl", "bad.json"), 3, "bad.json:2:3: error EB385: not JSON: a comma or } is wanted here"),
        (("export", "--out", "x"), 8, "EB003"),
        (("export",), 2, "Missing option '--out'"),
        (("export", "--style", "openssl", "--out", "x"), 2, "'openssl' is not"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_own_exit_code(
    here: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    if "bad.json" in words:
        (here / "bad.json").write_text('{"CN": "a"\n  "hosts": []}')
    done = etcdboot("certs", *words)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr
    assert done.stdout == ""


def test_exports_under_names_that_import_again(here: Path) -> None:
    etcdboot("certs", "import-cfssl", "../guide", "--etcd-version", "3.6.14", "-q")
    assert etcdboot("certs", "-q").exit_code == 0
    done = etcdboot("certs", "export", "--out", "ssl")
    assert done.exit_code == 0
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"new"}
    assert sorted(each.name for each in (here / "ssl").iterdir())[:4] == [
        ".etcdboot.json",
        "ca.pem",
        "client-key.pem",
        "client.pem",
    ]
    assert {line.split()[0] for line in etcdboot("certs", "export", "--out", "ssl").stdout.splitlines()} == {
        "same"
    }
    again = etcdboot("certs", "import-cfssl", "ssl", "-f", "again/cluster.yaml", "-q")
    assert again.exit_code == 0, again.stderr
    adopted = [line.split()[:2] for line in again.stdout.splitlines()[1:]]
    assert [word for _, word in adopted] == ["adopted"] * 9
    assert etcdboot("certs", "export", "--out", "ssl", "-w", "json").exit_code == 0
