"""Specs of every well-made shape, sensible or not, as ``load`` would give them."""

from __future__ import annotations

import string
from typing import TypeVar

from hypothesis import strategies as st

from etcdboot.base.addresses import Host, HostKind, Url, parse_host
from etcdboot.etcd.flag_table import TABLE
from etcdboot.etcd.releases import NEWEST_PATCH, Release
from etcdboot.spec.spec import (
    BootstrapMode,
    BootstrapSpec,
    CaLayout,
    CertificateDefaults,
    CertificateSource,
    CertificatesSpec,
    ClientSpec,
    ClientTls,
    ClusterSpec,
    ClusterState,
    EtcdSpec,
    FlagValues,
    KeyAlgorithm,
    MemberDefaults,
    MemberSpec,
    PeerTls,
    RenderSpec,
    Settings,
    SignerSpec,
    Target,
    TlsSpec,
)

# A spec of five members takes its time on a busy machine; what hangs is ended by pytest's own limit.

T = TypeVar("T")
_WORD = string.ascii_letters + string.digits
_SECONDS_OF_1000_YEARS = 1000 * 365 * 86400


def perhaps(what: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | what


def some(what: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(what, max_size=most).map(tuple)


def words(first: str, rest: str, most: int) -> st.SearchStrategy[str]:
    return st.builds(str.__add__, st.sampled_from(first), st.text(rest, max_size=most - 1))


releases = st.sampled_from(list(NEWEST_PATCH.values())).flatmap(
    lambda newest: st.builds(Release, st.just(3), st.just(newest.minor), st.integers(0, newest.patch + 2))
)
names = words(_WORD, _WORD + "._-", 63)
client_names = words(_WORD + "_", _WORD + "._:@+=,-", 64)
member_names = st.sampled_from([f"etcd{number}" for number in range(1, 9)]) | names
printable = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), max_size=12
).filter(str.isprintable)
ports = st.integers(1, 65535)
lifetimes = st.integers(1, _SECONDS_OF_1000_YEARS)

_labels = words(string.ascii_lowercase, string.ascii_lowercase + string.digits, 8)
_addresses = st.ip_addresses().map(str).map(parse_host)  # in canonical form
hosts = st.one_of(
    st.lists(_labels, min_size=1, max_size=3).map(lambda labels: Host(".".join(labels), HostKind.DNS)),
    _addresses,
    st.sampled_from((Host("127.0.0.1", HostKind.IPV4), Host("0.0.0.0", HostKind.IPV4))),
)
host_texts = hosts.map(str)
urls = some(st.builds(Url, st.sampled_from(("http", "https")), hosts, ports).map(str), 2)
paths = st.sampled_from(("/srv/{name}", "data/{name}", "/etc/etcd", "/a b/'c", "etcd")) | printable.filter(
    lambda text: bool(text) and not set("{}.") & set(text)
)
_flag_names = st.sampled_from(sorted(TABLE)) | words(_WORD, _WORD + "._-", 12)
_flag_texts = st.sampled_from(("true", "false", "0", "1h", "10", "a,b", "http://10.0.0.1:1", "")) | printable
flags: st.SearchStrategy[FlagValues] = st.dictionaries(_flag_names, perhaps(_flag_texts), max_size=4).map(
    lambda pairs: tuple(pairs.items())
)

host_paths = st.sampled_from(("/etc/ssl/{name}.pem", "/a b/'c.pem"))
algorithms = st.sampled_from(KeyAlgorithm)
_values = printable.filter(lambda text: bool(text) and text == text.strip())
subjects = st.fixed_dictionaries(
    {}, optional={"C": st.sampled_from(("DE", "US")), **dict.fromkeys(("ST", "L", "O", "OU"), _values)}
).map(lambda found: tuple((key, found[key]) for key in ("C", "ST", "L", "O", "OU") if key in found))
_own = {
    "lifetime": perhaps(lifetimes),
    "renew_before": perhaps(lifetimes),
    "key": perhaps(algorithms),
    "sans": some(host_texts),
    "subject": perhaps(subjects),
}
constraints = st.sampled_from(("example.com", "com", "10.0.0.0/8", "192.168.202.1/32", "fd00::/8"))

_place = {
    "host": perhaps(host_texts),
    "peer_host": perhaps(host_texts),
    "client_host": perhaps(host_texts),
    "address": some(host_texts, 2),
    "client_port": perhaps(ports),
    "peer_port": perhaps(ports),
    "listen_peer_urls": urls,
    "listen_client_urls": urls,
    "initial_advertise_peer_urls": urls,
    "advertise_client_urls": urls,
    "initial_cluster_state": perhaps(st.sampled_from(ClusterState)),
    "version": perhaps(releases),
    "binary": perhaps(paths),
    "config_dir": perhaps(paths),
    "data_dir": perhaps(paths),
    "cert_file": perhaps(host_paths),
    "key_file": perhaps(host_paths),
    "trusted_ca_file": perhaps(host_paths),
    "peer_cert_file": perhaps(host_paths),
    "peer_key_file": perhaps(host_paths),
    "peer_trusted_ca_file": perhaps(host_paths),
    "sans": some(host_texts),
    "flags": flags,
}


def clusters() -> st.SearchStrategy[ClusterSpec]:
    """Any spec that the shape allows; whether it makes sense is for the rules."""
    return st.builds(
        ClusterSpec,
        name=names,
        members=st.lists(st.builds(MemberSpec, name=member_names, **_place), min_size=1, max_size=5).map(
            tuple
        ),
        etcd=st.builds(
            EtcdSpec,
            version=perhaps(releases),
            binary=perhaps(paths),
            config_dir=perhaps(paths),
            data_dir=perhaps(paths),
            user=perhaps(
                words(string.ascii_lowercase + "_", string.ascii_lowercase + string.digits + "_-", 32)
            ),
            allow_dangerous_release=st.booleans(),
            flags=flags,
        ),
        bootstrap=st.builds(
            BootstrapSpec,
            mode=st.sampled_from(BootstrapMode),
            initial_cluster_token=perhaps(st.text(string.ascii_letters + "!~'\"\\", min_size=1, max_size=20)),
            discovery=perhaps(names.map("http://10.9.9.9:2379/v2/keys/{}".format)),
            discovery_proxy=perhaps(st.just("http://10.9.9.8:3128")),
            discovery_token=perhaps(names),
            discovery_endpoints=some(st.sampled_from(("10.9.9.9:2379", "https://[fd00::9]:2379"))),
            discovery_cacert=perhaps(paths),
            discovery_cert=perhaps(paths),
            discovery_key=perhaps(paths),
            discovery_user=perhaps(names),
            discovery_password_file=perhaps(paths),
            discovery_dial_timeout=perhaps(st.sampled_from(("3s", "1m30s", "250ms"))),
            discovery_keepalive_time=perhaps(st.just("10s")),
            discovery_srv=perhaps(st.sampled_from(("example.com", "etcd.example.com"))),
            discovery_srv_name=perhaps(st.sampled_from(("blue", "b-1"))),
        ),
        tls=st.builds(TlsSpec, client=st.sampled_from(ClientTls), peer=st.sampled_from(PeerTls)),
        certificates=st.builds(
            CertificatesSpec,
            source=st.sampled_from(CertificateSource),
            signer=perhaps(
                st.builds(
                    SignerSpec,
                    command=st.lists(printable.filter(bool), min_size=1, max_size=3).map(tuple),
                    timeout=st.sampled_from(("30s", "1m")),
                )
            ),
            ca=st.sampled_from(CaLayout),
            intermediate=st.booleans(),
            subject=subjects,
            ca_subject=perhaps(subjects),
            name_constraints=some(constraints),
            path_length=perhaps(st.integers(0, 16)),
            key=algorithms,
            ca_key=perhaps(algorithms),
            lifetime=lifetimes,
            ca_lifetime=lifetimes,
            renew_before=perhaps(lifetimes),
            sans=some(host_texts),
            clients=some(st.builds(ClientSpec, name=client_names, **_own)),
            server=st.builds(CertificateDefaults, **_own),
            peer=st.builds(CertificateDefaults, **_own),
            client=st.builds(CertificateDefaults, **_own),
        ),
        endpoints=urls,
        defaults=st.builds(MemberDefaults, **_place),
        render=st.builds(
            RenderSpec,
            settings=st.sampled_from(Settings),
            targets=st.lists(st.sampled_from(Target), min_size=1, max_size=3).map(tuple),
        ),
    )
