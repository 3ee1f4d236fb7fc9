from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cli.running import GOOD, etcdboot, in_json
from etcdboot.effects.network.ports import free_loopback_ports

# What is handed over | exit | code | where | what is said of it.
BAD_TEXTS = {
    "empty": ("", 3, "EB102", "1:1", "empty"),
    "only comments": ("# nothing\n", 3, "EB102", "1:1", "empty"),
    "binary": ("\x7fELF\x02\x01\0\0", 3, "EB101", "1:1", "not text"),
    "huge": ("#" * (1 << 20) + "\n", 3, "EB102", "1:1", "larger than 1 MiB"),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 3, "EB101", "1:4", "anchors and aliases"),
    "alias": (GOOD + "endpoints: *x\n", 3, "EB101", "7:12", "anchors and aliases"),
    "merge key": (GOOD + "defaults: {<<: {}}\n", 3, "EB101", "7:12", "merge keys"),
    "tag": (GOOD + "endpoints: !!python/object:os.system []\n", 3, "EB101", "7:12", "is not read"),
    "tab": ("name: prod\nmembers:\n\t- name: a\n", 3, "EB101", "3:1", "YAML takes no tabs"),
    "two documents": (GOOD + "---\n" + GOOD, 3, "EB101", "7:1", "one file, one cluster"),
    "deep": ("[" * 40, 3, "EB101", "1:33", "nested deeper"),
    "not YAML": ("name: [prod\n", 3, "EB101", "2:1", "not YAML"),
    "a list": ("- a\n", 3, "EB105", "1:1", "a mapping is wanted here, not a list"),
    "a word": ("hello\n", 3, "EB105", "1:1", "a mapping is wanted here, not text"),
    "duplicate key": ("name: a\nname: b\n", 3, "EB101", "2:1", "the first is in line 1"),
    "duplicate flag": (GOOD + "defaults: {flags: {--a: 1, a: 2}}\n", 3, "EB110", "7:28", "stands twice"),
    "nothing but a name": ("name: a\n", 3, "EB104", "1:1", "the key members is missing"),
    "no members": ("name: a\nmembers: []\n", 3, "EB105", "2:10", "at least 1"),
    "sexagesimal": (GOOD + "defaults: {client-port: 22:22}\n", 3, "EB106", "7:25", "sexagesimal"),
    "octal": (GOOD + "defaults: {client-port: 010}\n", 3, "EB106", "7:25", "octal"),
    "boolean word": ("name: on\n", 3, "EB106", "1:7", 'write "on"'),
    "date": ("name: 2026-01-01\n", 3, "EB106", "1:7", "a date"),
    "name a number": ("name: 12\n", 3, "EB105", "1:7", 'quote it: "12"'),
    "name nothing": ("name:\n", 3, "EB105", "1:6", "not nothing"),
    "name a mapping": ("name: {a: b}\n", 3, "EB105", "1:7", "not a mapping"),
    "member a word": (GOOD + "  - etcd4\n", 3, "EB105", "7:5", "not text"),
    "port a text": (GOOD + 'defaults: {peer-port: "1"}\n', 3, "EB105", "7:23", "leave the quotes out"),
    "port too large": (GOOD + "defaults: {peer-port: 65536}\n", 3, "EB109", "7:23", "1 and 65535"),
    "port very large": (GOOD + f"defaults: {{peer-port: {'9' * 99}}}\n", 3, "EB109", "7:23", "1 and 65535"),
    "flags a list": (GOOD + "defaults: {flags: [a]}\n", 3, "EB105", "7:19", "a mapping of etcd flags"),
    "flag a mapping": (GOOD + "defaults: {flags: {a: {}}}\n", 3, "EB105", "7:23", "not a mapping"),
    "flag a list of nothing": (GOOD + "defaults: {flags: {a: [~]}}\n", 3, "EB105", "7:24", "not nothing"),
    "flag of two lines": (GOOD + 'defaults: {flags: {a: "x\\ny"}}\n', 3, "EB108", "7:23", "one line"),
    "flag with an odd name": (GOOD + 'defaults: {flags: {"a b": 1}}\n', 3, "EB108", "7:20", "etcd flag"),
    "section empty": (GOOD + "tls:\n", 3, "EB105", "7:5", "leave the key out"),
    "boolean a word": (GOOD.replace("}", ", allow-dangerous-release: 1}", 1), 3, "EB105", "2:52", "a number"),
    "unknown word": (GOOD + "tls: {client: mutal}\n", 3, "EB107", "7:15", "did you mean mutual?"),
    "unknown key": (GOOD + "memebers: []\n", 3, "EB103", "7:1", "did you mean members?"),
    "key elsewhere": (GOOD + "ca: split\n", 3, "EB103", "7:1", "ca belongs in certificates"),
    "flag as a key": (GOOD + "tls: {max-txn-ops: 1}\n", 3, "EB103", "7:7", "write it under flags"),
    "key known nowhere": (GOOD + "render: {zzzz: 1}\n", 3, "EB103", "7:10", "known here: settings, targets"),
    "name with a blank": (GOOD.replace("etcd1", "etcd 1"), 3, "EB108", "4:12", "cannot be a name"),
    "name with quotes": (GOOD.replace("etcd1", "'\"x\"'"), 3, "EB108", "4:12", "cannot be a name"),
    "name with a dollar": (GOOD.replace("etcd1", "a$HOME"), 3, "EB108", "4:12", "cannot be a name"),
    "name with a newline": (GOOD.replace("etcd1", '"a\\n"'), 3, "EB108", "4:12", "printable text"),
    "name that climbs": (GOOD.replace("etcd1", "../x"), 3, "EB108", "4:12", "cannot be a name"),
    "name of a template": (GOOD.replace("etcd1", '"{{ x }}"'), 3, "EB108", "4:12", "cannot be a name"),
    "name too long": (GOOD.replace("etcd1", "a" * 64), 3, "EB108", "4:12", "63 characters"),
    "host a URL": (GOOD.replace("10.0.0.1", "https://10.0.0.1"), 3, "EB108", "4:25", "is a URL"),
    "host with a port": (GOOD.replace("10.0.0.1", "a:2379"), 3, "EB108", "4:25", "client-port"),
    "host in brackets": (GOOD.replace("10.0.0.1", '"[fd00::1]"'), 3, "EB108", "4:25", "brackets"),
    "host nearly an address": (GOOD.replace("10.0.0.1", "10.0.0.256"), 3, "EB108", "4:25", "IPv4"),
    "URL without a port": (GOOD + "endpoints: http://a\n", 3, "EB108", "7:12", "has no port"),
    "URL with a path": (GOOD + "endpoints: http://a:1/\n", 3, "EB108", "7:12", "no path"),
    "path that climbs": (GOOD + "defaults: {data-dir: ../x}\n", 3, "EB108", "7:22", "climb"),
    "path of a template": (GOOD + 'defaults: {data-dir: "/{{x}}"}\n', 3, "EB108", "7:22", "{name}"),
    "user of two words": (GOOD.replace("}", ", user: a b}", 1), 3, "EB108", "2:33", "user name"),
    "token with a blank": (GOOD + "bootstrap: {initial-cluster-token: a b}\n", 3, "EB108", "7:36", "a token"),
    "lifetime without a unit": (GOOD + 'certificates: {lifetime: "365"}\n', 3, "EB108", "7:26", "365d"),
    "lifetime of ages": (GOOD + "certificates: {lifetime: 1001y}\n", 3, "EB108", "7:26", "1000 years"),
    "release of two parts": (GOOD.replace("3.6.14", "3.6"), 3, "EB108", "2:17", "X.Y.Z"),
    "release too old": (GOOD.replace("3.6.14", "3.3.9"), 3, "EB108", "2:17", "not known"),
    "meaning": (GOOD.replace("etcd2", "etcd1"), 3, "EB201", "5:12", "is taken"),
}  # fmt: skip


@pytest.mark.parametrize("label", BAD_TEXTS)
def test_a_bad_spec_has_its_own_error_in_its_place(label: str) -> None:
    text, code, diagnostic, place, said = BAD_TEXTS[label]
    done = etcdboot("check", "-f", "-", stdin=text)
    assert (done.exit_code, done.stdout) == (code, "")
    assert f"<stdin>:{place}: error {diagnostic}: " in done.stderr
    assert said in done.stderr


@pytest.mark.parametrize("label", BAD_TEXTS)
def test_a_bad_spec_is_one_object_in_json(label: str) -> None:
    text, code, diagnostic, place, _ = BAD_TEXTS[label]
    done = etcdboot("check", "-f", "-", "-w", "json", stdin=text)
    assert (done.exit_code, done.stderr) == (code, "")
    found = {(each["code"], f"{each['line']}:{each['column']}") for each in in_json(done)["diagnostics"]}
    assert (diagnostic, place) in found


def test_all_errors_are_said_at_once_in_the_order_of_the_text() -> None:
    text = "nme: a\ntls: {client: x}\nmembers:\n  - {name: a b, host: h:1}\n"
    lines = [line for line in etcdboot("check", "-f", "-", stdin=text).stderr.splitlines() if "error" in line]
    assert [line.split(":")[1] for line in lines] == ["1", "1", "2", "4", "4"]


def test_errors_and_warnings_are_mixed_in_the_order_of_the_text() -> None:
    text = GOOD.replace("10.0.0.1", "e1.example.com").replace("etcd3", "etcd2") + "endpoints: http://a:1\n"
    found = in_json(etcdboot("check", "-f", "-", "-w", "json", stdin=text))["diagnostics"]
    assert [(each["line"], each["severity"]) for each in found] == [
        (4, "warning"), (6, "error"), (7, "error"),
    ]  # fmt: skip


def test_a_good_spec_is_praised_on_stdout_alone(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(GOOD)
    done = etcdboot("check", "-f", str(tmp_path / "cluster.yaml"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "prod is good: 3 members of etcd 3.6.14, quorum 2, client TLS mutual, peer TLS mutual\n"
    )


def test_one_member_is_one() -> None:
    text = 'name: x\netcd: {version: "3.6.14"}\nmembers: [{name: a, host: 10.0.0.1}]\n'
    assert "1 member of" in etcdboot("check", "-f", "-", stdin=text).stdout


def test_json_tells_the_plan_with_ids_as_etcdctl_prints_them() -> None:
    text = """\
name: etcd-cluster
etcd: {version: "3.6.14"}
members:
  - {name: a, host: 192.168.202.128}
  - {name: b, host: 192.168.202.129}
  - {name: c, host: 192.168.202.130}
"""
    cluster = in_json(etcdboot("check", "-f", "-", "-w", "json", stdin=text))["cluster"]
    assert cluster["predicted_id"] == "13f5f87c6e8bdeec"
    assert [each["predicted_id"] for each in cluster["members"]] == [
        "53f55ddd82b07a03", "7f0632cff732bb43", "722cac311179078",
    ]  # fmt: skip
    assert cluster["members"][0] == {
        "name": "a",
        "release": "3.6.14",
        "peer_urls": ["https://192.168.202.128:2380"],
        "client_urls": ["https://192.168.202.128:2379"],
        "predicted_id": "53f55ddd82b07a03",
    }


def test_ids_are_not_predicted_once_somebody_joined() -> None:
    text = GOOD.replace("10.0.0.3}", "10.0.0.3, initial-cluster-state: existing}")
    cluster = in_json(etcdboot("check", "-f", "-", "-w", "json", stdin=text))["cluster"]
    assert cluster["predicted_id"] is None
    assert cluster["members"][0]["predicted_id"] is None


def test_a_warning_fails_under_strict_only() -> None:
    text = GOOD.replace("10.0.0.1", "e1.example.com")
    assert etcdboot("check", "-f", "-", stdin=text).exit_code == 0
    done = etcdboot("check", "--strict", "-f", "-", stdin=text)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "warning EB210" in done.stderr


def test_quiet_keeps_errors_and_drops_warnings() -> None:
    text = GOOD.replace("10.0.0.1", "e1.example.com")
    assert etcdboot("check", "-q", "-f", "-", stdin=text).stderr == ""
    assert "EB201" in etcdboot("check", "-q", "-f", "-", stdin=text.replace("etcd2", "etcd1")).stderr


def test_a_missing_spec_is_named_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = etcdboot("check")
    assert (done.exit_code, done.stdout) == (8, "")
    assert "error EB003: cluster.yaml is not there\n    hint: make one with `etcdboot init`" in done.stderr


def test_a_folder_is_no_spec(tmp_path: Path) -> None:
    done = etcdboot("check", "-f", str(tmp_path))
    assert done.exit_code == 8
    assert "EB003" in done.stderr and "Is a directory" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_spec_is_named(tmp_path: Path) -> None:
    spec = tmp_path / "cluster.yaml"
    spec.write_text(GOOD)
    spec.chmod(0)
    done = etcdboot("check", "-f", str(spec))
    assert done.exit_code == 8
    assert "EB003" in done.stderr and "Permission denied" in done.stderr


def test_text_in_an_older_encoding_is_named() -> None:
    done = etcdboot("check", "-f", "-", stdin=b"name: caf\xe9\n")
    assert done.exit_code == 3
    assert "error EB004: - is not UTF-8 text (byte 9)" in done.stderr


def test_a_stream_without_end_is_cut_off_and_refused() -> None:
    done = etcdboot("check", "-f", "/dev/zero")
    assert done.exit_code == 3
    assert "EB102" in done.stderr


@pytest.mark.parametrize("words", [("--member", "etcd1"), ("--pki", "pki")])
def test_what_is_for_a_live_check_means_nothing_without_it(words: tuple[str, str]) -> None:
    done = etcdboot("check", "-f", "-", *words, stdin=GOOD)
    assert done.exit_code == 2
    assert "go with --live" in done.stderr


def test_a_live_check_says_what_it_looks_at(tmp_path: Path) -> None:
    ports = free_loopback_ports(2)
    text = f"""\
name: prod
etcd: {{version: "3.6.14", data-dir: {tmp_path}/data, config-dir: {tmp_path}/etc}}
tls: {{client: "off", peer: "off"}}
members: [{{name: etcd1, host: 127.0.0.1, client-port: {ports[0]}, peer-port: {ports[1]}}}]
"""
    done = etcdboot("check", "--live", "-f", "-", stdin=text)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:] == ["here: etcd1 (no data yet)", "nothing stands in the way"]
    assert "ports and data of etcd1" in done.stderr
    quiet = etcdboot("check", "--live", "-q", "-f", "-", "-w", "json", stdin=text)
    assert quiet.stderr == ""
    live = in_json(quiet)["live"]
    assert live["members"][0]["data_dir"] == f"{tmp_path}/data"
    assert etcdboot("check", "--live", "-f", "-", stdin="name: x\n").exit_code == 3
    unknown = etcdboot("check", "--live", "--member", "x", "-f", "-", stdin=text)
    assert unknown.exit_code == 2 and "EB539" in unknown.stderr


def test_a_busy_port_is_refused_by_a_live_check_alone(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        text = f"""\
name: prod
etcd: {{version: "3.6.14", data-dir: {tmp_path}/data, config-dir: {tmp_path}/etc}}
tls: {{client: "off", peer: "off"}}
members: [{{name: etcd1, host: 127.0.0.1, client-port: {port}}}]
"""
        assert etcdboot("check", "-f", "-", stdin=text).exit_code == 0
        done = etcdboot("check", "--live", "-f", "-", stdin=text)
    assert done.exit_code == 7
    assert f"<stdin>:4:11: error EB506: etcd1 cannot listen on http://127.0.0.1:{port}" in done.stderr
    assert "nothing stands" not in done.stdout
