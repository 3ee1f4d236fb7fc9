from __future__ import annotations

from collections.abc import Callable

import pytest

from etcdboot.spec.discovery_urls import (
    host_of,
    parse_base,
    parse_discovery_url,
    parse_domain,
    parse_endpoint,
    parse_pause,
    parse_service,
    parse_token,
    parse_user,
)


@pytest.mark.parametrize(
    "text",
    [
        "http://10.9.9.9:2379/v2/keys/discovery/t",
        "https://discovery.etcd.io/3e86b59982e49066c5d813af1c2e2579cbf573de",
        "http://[fd00::9]:2379/v2/keys/_etcd/registry/T",
        "HTTP://Host/t",
        "http://h/v2/keys/a%20b/'t;k&=$!*()@:~",
    ],
)
def test_a_discovery_url_is_kept_to_the_letter(text: str) -> None:
    assert parse_discovery_url(text) == text


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_discovery_url, "10.9.9.9:2379/t"),
        (parse_discovery_url, "ftp://10.9.9.9/t"),
        (parse_discovery_url, "http://10.9.9.9:2379"),
        (parse_discovery_url, "http://10.9.9.9:2379/"),
        (parse_discovery_url, "http://10.9.9.9:2379/t/"),
        (parse_discovery_url, "http://10.9.9.9:2379/t?size=3"),
        (parse_discovery_url, "http://10.9.9.9:99999/t"),
        (parse_discovery_url, "http://ho st/t"),
        (parse_discovery_url, "http:///t"),
        (parse_discovery_url, "http://h/v2/keys/%zz/t"),
        (parse_discovery_url, "http://h/v2/keys/t%2"),
        (parse_discovery_url, "http://h/v2/keys/../t"),
        (parse_discovery_url, "http://h/v2/keys/."),
        (parse_discovery_url, "http://h/v2/keys//t"),
        (parse_discovery_url, "http://h/" + "t" * 2000),
        (parse_base, "h:2379"),
        (parse_base, "http://h:2379/v2//keys"),
        (parse_base, "http://h:2379/v2/.."),
        (parse_base, "http://h:2379/%"),
        (parse_base, "http://u:p@h:2379"),
        (parse_base, " "),
        (parse_endpoint, "10.9.9.9"),
        (parse_endpoint, "https://10.9.9.9:2379/x"),
        (parse_endpoint, "a:1,b:1"),
        (parse_token, "a/b"),
        (parse_token, ""),
        (parse_token, "a" * 129),
        (parse_domain, "10.0.0.1"),
        (parse_domain, "a b"),
        (parse_service, "-a"),
        (parse_service, "a" * 47),
        (parse_user, "root:pw"),
        (parse_pause, "0s"),
        (parse_pause, "-1s"),
        (parse_pause, "5"),
    ],
)
def test_what_cannot_be_meant_is_refused(parse: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


def test_the_rest_is_kept_or_made_canonical() -> None:
    assert parse_base("http://h:2379/") == parse_base("http://h:2379") == "http://h:2379"
    assert parse_base("https://[::1]/v2/keys/d//") == "https://[::1]/v2/keys/d"
    assert parse_endpoint("https://h:1") == "https://h:1"
    assert parse_token("6c007a14875d53d9") == "6c007a14875d53d9"
    assert parse_domain("Etcd.Example.COM.") == "etcd.example.com"
    assert parse_service("Blue-1") == "blue-1"
    assert parse_user("root") == "root"
    assert parse_pause("1m30s") == "1m30s"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Discovery.etcd.io/t", "discovery.etcd.io"),
        ("http://h:1/t", "h"),
        ("http://[::1]:1/t", "[::1]"),
    ],
)
def test_the_host_of_a_url_is_told(url: str, host: str) -> None:
    assert host_of(url) == host
