from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec
from etcdboot.workflows.discovery.token_request import (
    Options,
    Wish,
    cautions,
    checked_token,
    departures,
    wish,
)

STATIC, DNS = BootstrapMode.STATIC, BootstrapMode.DNS
V2, V3 = BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3
OLD_URL = "http://h:2379/v2/keys/d/old"
SPEC_V2, SPEC_V3 = BootstrapSpec(V2), BootstrapSpec(V3, discovery_endpoints=("10.0.0.9:2379",))


def refused(options: Options, written: BootstrapSpec | None = None, founders: int = 3) -> str:
    """What is said of a wish that cannot be."""
    with pytest.raises(EtcdbootError) as caught:
        wish(options, written, founders)
    assert caught.value.exit_code is ExitCode.USAGE
    [said] = caught.value.diagnostics
    assert said.code == "EB568"
    assert said.hint
    return said.message


def test_a_spec_tells_all_but_the_place() -> None:
    wanted = wish(Options(at="http://h:2379/"), SPEC_V2, 3)
    assert wanted == Wish(3, SPEC_V2, "http://h:2379")


def test_a_v3_spec_tells_all() -> None:
    assert wish(Options(), SPEC_V3, 5) == Wish(5, SPEC_V3)


@pytest.mark.parametrize(
    ("old", "base", "by_service"),
    [(OLD_URL, "http://h:2379/v2/keys/d", False), ("http://s:8087/0123", "http://s:8087", True)],
)
def test_a_token_is_replaced_where_the_last_one_was_made(old: str, base: str, by_service: bool) -> None:
    wanted = wish(Options(), BootstrapSpec(V2, discovery=old), 3)
    assert (wanted.base, wanted.by_service) == (base, by_service)
    assert wanted.bootstrap.discovery is None


def test_a_place_that_is_named_goes_before_the_last_one() -> None:
    wanted = wish(Options(at="http://other:2379"), BootstrapSpec(V2, discovery=OLD_URL), 3)
    assert wanted.base == "http://other:2379"


def test_a_service_needs_no_mode() -> None:
    wanted = wish(Options(size=3, service="http://s:8087/"), None, 0)
    assert (wanted.size, wanted.bootstrap.mode, wanted.base, wanted.by_service) == (
        3,
        V2,
        "http://s:8087",
        True,
    )


def test_several_endpoints_may_be_named_for_v3() -> None:
    wanted = wish(Options(size=3, mode=V3, at="a:2379, https://b:2379,"), None, 0)
    assert wanted.bootstrap.discovery_endpoints == ("a:2379", "https://b:2379")


def test_the_command_lines_credentials_take_the_place_of_the_specs(tmp_path: Path) -> None:
    written = BootstrapSpec(V3, discovery_endpoints=("a:2379",), discovery_cacert="of-the-spec.pem")
    options = Options(cacert=tmp_path / "ca.pem", user="u", password_file=tmp_path / "p")
    coming = wish(options, written, 3).bootstrap
    assert coming.discovery_cacert == str(tmp_path / "ca.pem")
    assert (coming.discovery_user, coming.discovery_password_file) == ("u", str(tmp_path / "p"))


def test_another_mode_than_the_specs_may_be_asked_for() -> None:
    wanted = wish(Options(mode=V3, at="a:2379"), BootstrapSpec(STATIC), 3)
    assert wanted.bootstrap.mode is V3


@pytest.mark.parametrize(
    ("options", "written", "words"),
    [
        (Options(), BootstrapSpec(STATIC), "the spec's mode is static"),
        (Options(), BootstrapSpec(DNS), "the spec's mode is dns"),
        (Options(size=3, at="h:1"), None, "of which kind"),
        (Options(mode=V2, at="http://h:1"), None, "for how many"),
        (Options(size=5), SPEC_V3, "--size 5 does not fit"),
        (Options(), SPEC_V2, "where is the token to be kept"),
        (Options(), BootstrapSpec(V3), "where is the token to be kept"),
        (Options(at="http://h:1", service="http://s:1"), SPEC_V2, "two ways"),
        (Options(service="http://s:1", mode=V3), SPEC_V3, "v2 tokens only"),
        (Options(service="http://s:1", token="t"), SPEC_V2, "makes its tokens up itself"),
        (Options(at="http://h:1", user="u", password_file=Path("p")), SPEC_V2, "no credentials to v2"),
        (Options(user="u"), SPEC_V3, "--user and --password-file go together"),
        (Options(cert=Path("c")), SPEC_V3, "--cert and --key go together"),
        (Options(at="h:1"), SPEC_V2, "--at: "),
        (Options(at="http://u:p@h:1"), SPEC_V2, "--at: "),
        (Options(at="http://h:1/v2//keys"), SPEC_V2, "'http://h:1/v2//keys' has a part"),
        (Options(at=",,"), SPEC_V3, "--at: "),
        (Options(at=","), SPEC_V3, "--at: "),
        (Options(user="u:pw", password_file=Path("p")), SPEC_V3, "--user: the password does not stand here"),
        (Options(at="http://h:1/?x"), SPEC_V2, "--at: "),
        (Options(service="ftp://h"), SPEC_V2, "--service: "),
        (Options(at="h"), SPEC_V3, "--at: "),
        (Options(at="http://h:1/path"), SPEC_V3, "--at: "),
    ],
)
def test_what_makes_no_sense_is_said(options: Options, written: BootstrapSpec | None, words: str) -> None:
    assert words in refused(options, written)


@pytest.mark.parametrize("text", ["a/b", "_hidden", "..", "", "a b"])
def test_a_token_that_is_no_part_of_a_key_is_refused(text: str) -> None:
    with pytest.raises(EtcdbootError) as caught:
        checked_token(text)
    assert [each.code for each in caught.value.diagnostics] == ["EB568"]


def test_a_good_token_stays_as_it_is() -> None:
    assert checked_token("prod-a.1") == "prod-a.1"


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (Options(size=3, service="https://discovery.etcd.io"), ["EB257"]),
        (Options(size=3, service="http://s:8087"), []),
        (Options(size=3, mode=V2, at="http://h:2379"), []),
        (Options(size=3, mode=V3, at="h:2379"), []),
    ],
)
def test_the_public_service_is_doubted_without_a_spec_too(options: Options, codes: list[str]) -> None:
    assert [each.code for each in cautions(wish(options, None, 0))] == codes


@pytest.mark.parametrize(
    ("options", "written", "words"),
    [
        (Options(), SPEC_V3, []),
        (Options(at="10.0.0.9:2379"), SPEC_V3, []),
        (Options(at="a:2379"), BootstrapSpec(V3), []),  # where it is written
        (Options(at="a:2379"), SPEC_V3, ["made at a:2379, and members go where the spec says"]),
        (Options(at="http://a:2379"), SPEC_V2, []),
        (Options(cacert=Path("ca.pem")), SPEC_V3, ["with discovery-cacert of the command line"]),
        (
            Options(user="u", password_file=Path("p")),
            replace(SPEC_V3, discovery_user="v", discovery_password_file="q"),
            [],
        ),
    ],
)
def test_what_the_members_will_do_otherwise_is_doubted(
    options: Options, written: BootstrapSpec, words: list[str]
) -> None:
    told = list(departures(wish(options, written, 3), written))
    assert [each.code for each in told] == ["EB567"] * len(words)
    assert all(part in each.message for part, each in zip(words, told, strict=True))
