"""Client names as files: each comes back from its file's name, none shares a file, none leaves its folder."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.diagnostics import has_errors
from etcdboot.formats import shell
from etcdboot.plan.certificate_request import csr_path, file_stem, name_of_stem, pair_paths
from etcdboot.plan.plan import ClientPlan
from etcdboot.rules import judge
from etcdboot.spec.schema import parse_name
from etcdboot.spec.spec import CertificatesSpec, ClientSpec
from property.strategies import client_names, names
from samples.specs import planned, three

ALIKE = st.sampled_from(("app", "App", "app-key", "APP-key-key", "a:b", "a@b", "A:B"))
ODD = st.lists(client_names | ALIKE, max_size=6)


@given(client_names)
def test_a_name_comes_back_from_its_file_and_is_one_word(name: str) -> None:
    stem = file_stem(name)
    assert name_of_stem(stem) == name
    assert shell.quote(f"client/{name}") == f"client/{name}"
    folder = PurePosixPath("x", ClientPlan(name, "ca").folder)
    paths = (*pair_paths(f"client/{name}"), csr_path(f"client/{name}"), folder)
    for path in paths:
        assert len(path.name.encode()) < 255
        assert path.parts[-2] in ("clients", "csr", "x")
        assert len(path.parts) == 2
        assert path.name not in (".", "..")
        assert not path.name.startswith((".", "-"))
        assert not set(path.name) & set(':/\\@*?"<>|')  # what Windows refuses, and what the stage uses


@given(names)
def test_a_plain_name_is_its_own_files_name(name: str) -> None:
    assert file_stem(parse_name(name)) == name
    assert pair_paths(f"client/{name}").certificate == PurePosixPath("clients", f"{name}.pem")


@given(client_names, client_names)
def test_two_names_share_a_folder_only_where_case_alone_tells_them_apart(one: str, other: str) -> None:
    same_folder = file_stem(one).lower() == file_stem(other).lower()
    assert same_folder == (one.lower() == other.lower())


@given(ODD)
def test_a_spec_that_passes_has_no_file_twice(clients: list[str]) -> None:
    spec = three(certificates=CertificatesSpec(clients=tuple(ClientSpec(name=name) for name in clients)))
    plan = planned(spec)
    files = (path for each in plan.certificates for path in (*pair_paths(each.name), csr_path(each.name)))
    paths = [str(path).lower() for path in files]
    folders = [client.folder.lower() for client in plan.clients]
    is_twice = len(set(paths)) < len(paths) or len(set(folders)) < len(folders)
    codes = {each.code for each in judge(spec, plan) if has_errors((each,))}
    assert is_twice == bool(codes & {"EB235", "EB282"})
