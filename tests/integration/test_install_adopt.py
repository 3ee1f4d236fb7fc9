"""install.sh --adopt and --remove-source: nothing piles up or is lost, and a dry run lists all changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.spec.spec import CertificateSource
from integration.installing import INSTALL, STATE, on_a_host, planned, write_tree
from integration.test_install_ownership import ASIDE

pytestmark = pytest.mark.integration


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_tree(tmp_path / "etcd1")
    return tmp_path / "etcd1"


def test_every_one_of_many_adopts_keeps_the_changed_pki_under_a_dated_name(tree: Path) -> None:
    edit = "echo edit$turn >>/etc/etcd/pki/server.pem; sh etcd1/install.sh --adopt >/dev/null"
    turns = " ".join(str(turn) for turn in range(1, 13))
    look = (
        "tail -qn 1 /etc/etcd/pki.before*/server.pem | sort -V | tr '\\n' ' '; ls -d /etc/etcd/.pki.? | wc -l"
    )
    found = on_a_host(tree.parent, f"{INSTALL}; for turn in {turns}; do {edit}; done; {look}")
    kept = " ".join(f"edit{turn}" for turn in turns.split())
    assert (found.status, found.out, found.err) == (0, f"{kept} 1\n", "")


def test_adopt_moves_all_folders_aside_that_earlier_runs_have_left(tree: Path) -> None:
    make = "mkdir /etc/etcd/.pki.$letter; echo $letter >/etc/etcd/.pki.$letter/x"
    left = f"for letter in b c d e f g h; do {make}; done"
    dry = f"sh etcd1/install.sh --adopt --dry-run | sed -E s/{ASIDE}/DATED/ | grep aside"
    adopt = "sh etcd1/install.sh --adopt >/dev/null; cat /etc/etcd/pki.before*/x | sort | tr -d '\\n'"
    found = on_a_host(tree.parent, f"{INSTALL}; {left}; {dry}; {adopt}; ls -d /etc/etcd/.pki.?")
    assert (found.status, found.err) == (0, "")
    moved = "".join(f"would move aside: /etc/etcd/.pki.{letter}\n" for letter in "bcdefgh")
    assert found.out == f"{moved}bcdefgh/etc/etcd/.pki.a\n"


def test_a_dry_run_of_adopt_names_what_is_moved_aside_and_what_is_installed(tree: Path) -> None:
    edit = "echo x >>/etc/etcd/etcd.conf.yml; echo x >>/etc/etcd/pki/server.pem"
    dry = "sh etcd1/install.sh --adopt --dry-run"
    found = on_a_host(tree.parent, f"{INSTALL}; {edit}; {STATE} >/mnt/a; {dry}; {STATE} | diff /mnt/a -")
    assert (found.status, found.err) == (0, "")
    lines = [line for line in found.out.splitlines() if "conf.yml" in line or "pki" in line]
    assert lines == [
        "would move aside: /etc/etcd/etcd.conf.yml",
        "would install: /etc/etcd/etcd.conf.yml",
        "would install: /etc/etcd/pki/server.pem",
        "would move aside: /etc/etcd/pki",
        "would swap: /etc/etcd/pki",
    ]


def test_a_dry_run_of_remove_source_names_all_that_is_removed(tree: Path) -> None:
    copy = "cp -r etcd1 /mnt/; cd /mnt"
    dry = "sh etcd1/install.sh --remove-source --dry-run | sed -n 's/^would remove: //p'"
    listed = "find /mnt/etcd1 | sort"
    found = on_a_host(
        tree.parent, f"{copy}; {dry} | sort >/mnt/said; {listed} | diff /mnt/said - && echo same"
    )
    assert (found.status, found.out, found.err) == (0, "same\n", "")


LOST = "rm /etc/etcd/pki"
RUN = "code=0; sh etcd1/{} >/dev/null || code=$?; echo code $code; ls -A /etc/etcd | grep pki"


def test_make_csr_creates_no_key_where_the_symlink_to_the_keys_is_lost(tmp_path: Path) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(source=CertificateSource.CSR), pki={"client-ca.pem": b"ca"})
    made = f"{INSTALL}; sh etcd1/make-csr.sh /mnt/csr >/dev/null; {LOST}; {STATE} >/mnt/a"
    attempt = f"{RUN.format('make-csr.sh /mnt/csr')}; {STATE} | diff /mnt/a -"
    paste = "sed -n 's/.* Restore the symlink: \\(.*\\)[.] Or,.*/\\1/p' /mnt/said | sh"
    again = "sh etcd1/make-csr.sh /mnt/csr | grep kept"
    found = on_a_host(tmp_path, f"{made}; {{ {attempt}; }} 2>/mnt/said; cat /mnt/said >&2; {paste}; {again}")
    assert "/etc/etcd/pki is missing, and /etc/etcd/.pki.a may hold the keys of this member" in found.err
    assert found.out.startswith("code 7\n.pki.a\nkept /etc/etcd/pki/server-key.pem\n"), found


def test_a_dry_run_of_make_csr_announces_no_new_key_there(tmp_path: Path) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(source=CertificateSource.CSR), pki={"client-ca.pem": b"ca"})
    found = on_a_host(tmp_path, f"{INSTALL}; {LOST}; {RUN.format('make-csr.sh --dry-run')}")
    assert (found.out, "no key was created" in found.err) == ("code 7\n.pki.a\n", True)


def test_install_restores_the_lost_symlink_or_refuses_where_it_cannot_be_sure(tmp_path: Path) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(source=CertificateSource.CSR), pki={"client-ca.pem": b"ca"})
    keys = "sh etcd1/make-csr.sh /mnt/csr >/dev/null; cksum </etc/etcd/pki/server-key.pem >/mnt/key"
    same = "cksum </etc/etcd/pki/server-key.pem | cmp - /mnt/key && echo same"
    recorded = on_a_host(tmp_path, f"{INSTALL}; {keys}; {INSTALL}; {LOST}; {INSTALL}; {same}")
    assert (recorded.out, recorded.err) == ("same\n", "")
    refused = on_a_host(tmp_path, f"{INSTALL}; {keys}; {LOST}; {RUN.format('install.sh')}")
    assert refused.out == "code 7\n.pki.a\n"
    assert "/etc/etcd/.pki.a is not in use, and not recorded" in refused.err
