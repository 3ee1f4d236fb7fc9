from __future__ import annotations

import pytest

from etcdboot.formats import procfile
from etcdboot.formats.characters import Unsayable
from samples import parsers


def test_writes_a_line_that_replaces_its_shell() -> None:
    words = ("/usr/bin/etcd", "--config-file", "/etc/my etcd/conf.yml")
    assert procfile.line("etcd1", words) == "etcd1: exec /usr/bin/etcd --config-file '/etc/my etcd/conf.yml'"


def test_names_a_process_after_its_member() -> None:
    assert procfile.process_name("etcd-1.example.com") == "etcd-1_example_com"


@pytest.mark.parametrize("name", ["", "a.b", "a b", "é", "a:b"])
def test_refuses_a_name_that_one_of_the_four_readers_drops(name: str) -> None:
    with pytest.raises(Unsayable, match="not a process name"):
        procfile.line(name, ("/bin/etcd",))


@pytest.mark.parametrize("words", [(), ("etcd",), ("./etcd",)])
def test_refuses_a_program_without_an_absolute_path(words: tuple[str, ...]) -> None:
    with pytest.raises(Unsayable, match="absolute path"):
        procfile.line("etcd1", words)


@pytest.mark.parametrize("word", ["a$b", "a\nb", "a\rb", "a\x85b", "a\u2028b", "a\0b"])
def test_refuses_a_word_that_one_of_the_four_readers_changes(word: str) -> None:
    with pytest.raises(Unsayable, match="a Procfile cannot hold"):
        procfile.line("etcd1", ("/bin/etcd", word))


def test_refuses_two_processes_of_one_name() -> None:
    entry = ("etcd1", ("/bin/etcd",))
    with pytest.raises(Unsayable, match="two processes"):
        procfile.dump([entry, entry])


def test_reads_back_what_it_wrote() -> None:
    processes = {"etcd1": ("/bin/etcd", "a b"), "etcd2": ("/bin/etcd", "http://[::1]:1")}
    assert parsers.parse_procfile("# head\n" + procfile.dump(processes.items())) == processes
    with pytest.raises(Unsayable, match="does not exec"):
        parsers.parse_procfile("a: /bin/etcd\n")


def test_goreman_makes_a_process_of_any_line_with_a_colon() -> None:
    text = "#: no\n # see: yes\nhttp://a\nplain\n a b : run it \n"
    assert parsers.parse_as_goreman(text) == (("# see", "yes"), ("http", "//a"), ("a b", "run it"))
    with pytest.raises(ValueError, match="panics"):
        parsers.parse_as_goreman(":x\n")
