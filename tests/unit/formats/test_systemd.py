from __future__ import annotations

import pytest

from etcdboot.formats import systemd
from etcdboot.formats.characters import Unsayable
from samples import parsers


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("--name=etcd1", "--name=etcd1"),
        ("a b", '"a b"'),
        ("", '""'),
        (";", '";"'),
        ("100%", '"100%%"'),
        ("$HOME", '"$$HOME"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("l1\nl2\t\x07", '"l1\\nl2\\t\\x07"'),
        ("é", '"é"'),
    ],
)
def test_says_an_argument_so_that_nothing_is_expanded(word: str, quoted: str) -> None:
    assert systemd.argument(word) == quoted
    assert parsers.split_command(quoted) == (word,)


def test_doubles_a_dollar_only_in_command_lines() -> None:
    assert systemd.environment("ETCD_NAME", "a$b %n") == '"ETCD_NAME=a$b %%n"'


def test_quotes_a_path_of_a_list_with_its_prefix() -> None:
    assert systemd.path("/var/lib/etcd", "-") == "-/var/lib/etcd"
    assert systemd.path("/var/lib/my etcd/50%", "-") == '"-/var/lib/my etcd/50%%"'


@pytest.mark.parametrize("path", ["/srv/a\tb", "/srv/a\nb"])
def test_refuses_a_path_of_a_list_whose_escapes_systemd_would_not_read(path: str) -> None:
    with pytest.raises(Unsayable, match="a path in a systemd unit"):
        systemd.path(path)


def test_refuses_a_control_character_in_an_environment_line_since_systemd_drops_it() -> None:
    with pytest.raises(Unsayable, match="an Environment= line"):
        systemd.environment("A", "b\nc")


@pytest.mark.parametrize("path", ["etcd", "./etcd", "/opt/$v/etcd", "-/usr/bin/etcd"])
def test_refuses_an_executable_that_systemd_would_not_start(path: str) -> None:
    with pytest.raises(Unsayable, match="absolute path without"):
        systemd.executable(path)


def test_says_an_executable_with_spaces() -> None:
    assert systemd.executable("/opt/my etcd/etcd") == '"/opt/my etcd/etcd"'
    with pytest.raises(Unsayable):
        systemd.executable("/opt/a\nb")


def test_a_whole_line_setting_doubles_the_percent_sign_and_quotes_nothing() -> None:
    assert systemd.value("/var/lib/my etcd/50%") == "/var/lib/my etcd/50%%"


@pytest.mark.parametrize("text", [" a", "a ", "a\\", "a\nb"])
def test_refuses_a_whole_line_setting_that_would_lose_something(text: str) -> None:
    with pytest.raises(Unsayable):
        systemd.value(text)


@pytest.mark.parametrize("path", ["etcd.env", "/etc/*/etcd.env", "/etc/a?b", "/etc/[x]", "/etc/a\\b"])
def test_refuses_an_environment_file_that_systemd_takes_for_a_pattern(path: str) -> None:
    with pytest.raises(Unsayable, match="EnvironmentFile="):
        systemd.environment_file(path)
    assert systemd.environment_file("/etc/my etcd/etcd.env") == "/etc/my etcd/etcd.env"


def test_reads_a_unit_setting_by_setting_and_joins_its_lines() -> None:
    text = "# head\n[Unit]\nDescription=etcd\n\n; note\n[Service]\nExecStart=/bin/etcd \\\n  --name=a\n"
    assert parsers.parse_unit(text) == (
        ("Unit", "Description", "etcd"),
        ("Service", "ExecStart", "/bin/etcd    --name=a"),
    )
    with pytest.raises(Unsayable, match="not a setting"):
        parsers.parse_unit("[Unit]\nnonsense\n")


@pytest.mark.parametrize("text", ["a$b", "100%", '"a"b', "'a'", '"open', '"\\q"'])
def test_reads_no_command_line_that_it_would_not_write(text: str) -> None:
    with pytest.raises(Unsayable):
        parsers.split_command(text)
