from __future__ import annotations

import pytest

from etcdboot.base.addresses import Host, HostKind, Url, parse_host, parse_san, parse_url


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        ("10.0.0.1", HostKind.IPV4, "10.0.0.1"),
        ("FD00:0::1", HostKind.IPV6, "fd00::1"),
        ("::ffff:10.0.0.1", HostKind.IPV4, "10.0.0.1"),
        ("E1.Example.COM.", HostKind.DNS, "e1.example.com"),
        ("etcd_1", HostKind.DNS, "etcd_1"),
        ("a" * 63, HostKind.DNS, "a" * 63),
    ],
)
def test_a_host_is_read_into_its_canonical_form(text: str, kind: HostKind, canonical: str) -> None:
    assert parse_host(text) == Host(canonical, kind)
    assert str(parse_host(text)) == canonical


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://a", "is a URL"),
        ("fe80::1%eth0", "IPv6 zone"),
        ("[fd00::1]", "brackets"),
        ("fd00::1]", "brackets"),
        ("a:2379", "carries a port"),
        ("10.0.0.1:2379", "carries a port"),
        ("", "1 to 253"),
        ("a." * 130, "1 to 253"),
        ("10.0.0.256", "looks like an IPv4 address"),
        ("10.0.0.01", "looks like an IPv4 address"),
        ("a b", "neither an IP address nor a DNS name"),
        ("-a", "neither"),
        ("a-", "neither"),
        ("a..b", "neither"),
        (".", "IPv4"),
        ("a" * 64, "neither"),
        ("ä", "neither"),
        ("a\n", "neither"),
        ("u@h", "neither"),
        ("a/b", "neither"),
        (":1", "carries a port"),
        ("fd00::g", "neither"),
        ("\uff11.2.3.4", "neither"),
        ("München.de", "is written xn--mnchen-3ya.de"),
        ("straße.de", "is written xn--strae-oqa.de"),
        ("例え\u3002jp", "is written xn--r8jz45g.jp"),
        ("mu\u0308nchen.de", "is written xn--mnchen-3ya.de"),
        ("mün chen.de", "DNS name$"),
        (f"{'ü' * 60}.de", "DNS name$"),
    ],
)
def test_what_is_no_host_is_told_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_host(text)


@pytest.mark.parametrize(
    ("text", "loopback", "unspecified", "address"),
    [
        ("127.0.0.9", True, False, True),
        ("::1", True, False, True),
        ("localhost", True, False, False),
        ("0.0.0.0", False, True, True),
        ("::", False, True, True),
        ("10.0.0.1", False, False, True),
        ("example.com", False, False, False),
    ],
)
def test_a_host_knows_where_it_leads(text: str, loopback: bool, unspecified: bool, address: bool) -> None:
    host = parse_host(text)
    assert (host.is_loopback, host.is_unspecified, host.is_address) == (loopback, unspecified, address)


def test_only_ipv6_stands_in_brackets_in_a_url() -> None:
    assert parse_host("fd00::1").in_url == "[fd00::1]"
    assert (parse_host("10.0.0.1").in_url, parse_host("a").in_url) == ("10.0.0.1", "a")


@pytest.mark.parametrize(
    ("text", "whole", "authority", "tls"),
    [
        ("https://10.0.0.1:2379", "https://10.0.0.1:2379", "10.0.0.1:2379", True),
        ("HTTP://A:1", "http://a:1", "a:1", False),
        ("http://[FD00::1]:65535", "http://[fd00::1]:65535", "[fd00::1]:65535", False),
    ],
)
def test_a_url_is_read_and_written(text: str, whole: str, authority: str, tls: bool) -> None:
    url = parse_url(text)
    assert (str(url), url.authority, url.is_tls) == (whole, authority, tls)
    assert parse_url(str(url)) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.0.0.1:2379", "is not a URL"),
        ("", "is not a URL"),
        ("unix://a:1", "http or https"),
        ("http://a:1/", "no path"),
        ("http://a:1?x", "no path"),
        ("http://a:1#x", "no path"),
        ("http://a:1\n", "HOST:PORT"),
        ("http://a", "no port"),
        ("http://a:", "HOST:PORT"),
        ("http://:1", "HOST:PORT"),
        ("http://fd00::1:1", "HOST:PORT"),
        ("http://[]:1", "HOST:PORT"),
        ("http://[a]:1", "only an IPv6 address"),
        ("http://[10.0.0.1]:1", "only an IPv6 address"),
        ("http://a:0", "1 to 65535"),
        ("http://a:65536", "1 to 65535"),
        ("http://a:٣", "HOST:PORT"),
        ("http://u@h:1", "neither"),
        ("http://a b:1", "neither"),
    ],
)
def test_what_is_no_url_of_etcd_is_told_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_url(text)


def test_urls_have_an_order() -> None:
    assert sorted([Url("https", parse_host("b"), 1), Url("http", parse_host("b"), 2)])[0].scheme == "http"


@pytest.mark.parametrize("text", ["*.example.com", "example.com", "10.0.0.1", "fd00::1"])
def test_a_subject_alternative_name_is_a_host_or_a_wildcard(text: str) -> None:
    assert parse_san(text).text == text


@pytest.mark.parametrize("text", ["*", "*.com", "*.10.0.0.1", "a.*.com", "**.example.com", "*.", "*.*.com"])
def test_a_wildcard_stands_before_two_labels_only(text: str) -> None:
    with pytest.raises(ValueError):
        parse_san(text)
