from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from etcdboot.base import progress
from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.effects.tls.credentials import CredentialFiles
from etcdboot.verify.report import Verdict
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.verify import ask, ask_by_plan, verify_once, wait_until_healthy
from samples.grpc_etcd import good, serving
from samples.observations import SPEC, planned


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "cluster.yaml").write_text(SPEC)
    return str(tmp_path / "cluster.yaml")


def told(caught: pytest.ExceptionInfo[EtcdbootError]) -> tuple[ExitCode, str]:
    [each] = caught.value.diagnostics
    return caught.value.exit_code, each.code


@pytest.mark.parametrize("endpoints", ["", " ", ",", " , "])
def test_no_endpoint_is_refused_though_etcdctl_calls_it_healthy(endpoints: str) -> None:
    with pytest.raises(EtcdbootError) as caught:
        ask(None, endpoints=endpoints)
    assert told(caught) == (ExitCode.REFUSED, "EB602")


@pytest.mark.parametrize(
    "endpoint", ["etcd1", "https://h:2379/", "ftp://h:1", "h:0", "h:70000", "::1:2379", "h h:1"]
)
def test_what_is_no_endpoint_is_a_wrong_command_line(endpoint: str) -> None:
    with pytest.raises(EtcdbootError) as caught:
        ask(None, endpoints=f"127.0.0.1:2379,{endpoint}")
    assert told(caught) == (ExitCode.USAGE, "EB606")


def test_a_certificate_without_its_key_is_a_wrong_command_line() -> None:
    with pytest.raises(EtcdbootError) as caught:
        ask(None, endpoints="h:1", files=CredentialFiles(certificate=Path("root.pem")))
    assert told(caught) == (ExitCode.USAGE, "EB607")


def test_credentials_without_endpoints_are_a_wrong_command_line(file: str) -> None:
    with pytest.raises(EtcdbootError) as caught:
        ask(file, files=CredentialFiles(Path("ca.pem")))
    assert told(caught) == (ExitCode.USAGE, "EB608")


def test_a_spec_whose_certificates_are_not_made_yet_says_so(file: str) -> None:
    with pytest.raises(EtcdbootError) as caught:
        ask(file)
    assert told(caught) == (ExitCode.MISSING, "EB603")
    assert "etcdboot certs" in caught.value.diagnostics[0].hint


def test_a_bare_endpoint_is_spoken_to_over_tls_where_a_ca_is_given(tmp_path: Path) -> None:
    issue(planned(), tmp_path / "pki")
    [plain] = ask(None, endpoints="h:1").endpoints
    [secure] = ask(None, endpoints="h:1", files=CredentialFiles(tmp_path / "pki" / "ca.pem")).endpoints
    assert (plain.scheme, secure.scheme) == ("http", "https")


def test_an_endpoint_given_twice_is_asked_once() -> None:
    assert len(ask(None, endpoints="h:1, http://h:1,H:1").endpoints) == 1


def test_endpoints_with_a_spec_are_judged_against_it_with_its_credentials(file: str, tmp_path: Path) -> None:
    issue(planned(), tmp_path / "pki")
    question = ask(file, endpoints="10.0.0.2:2379")
    assert [str(each) for each in question.endpoints] == ["https://10.0.0.2:2379"]
    assert question.plan is not None
    assert question.access == ask_by_plan(question.plan, tmp_path / "pki").access


def test_files_given_with_a_spec_and_endpoints_are_used_instead_of_the_spec_s(
    file: str, tmp_path: Path
) -> None:
    issue(planned(), tmp_path / "other")
    files = CredentialFiles(tmp_path / "other" / "ca.pem")
    question = ask(file, endpoints="10.0.0.2:2379", files=files)
    assert question.plan is not None
    assert question.access.credentials is not None
    assert question.access.credentials.files == files


@pytest.mark.parametrize(("tls", "scheme"), [("off", "http"), ("auto", "https")])
def test_a_spec_without_a_ca_needs_no_files(tmp_path: Path, tls: str, scheme: str) -> None:
    (tmp_path / "cluster.yaml").write_text(f'{SPEC}tls: {{client: "{tls}"}}\n')
    question = ask(str(tmp_path / "cluster.yaml"))
    assert question.access.credentials is None
    assert {each.scheme for each in question.endpoints} == {scheme}


def test_a_spec_with_server_tls_needs_the_ca_alone(tmp_path: Path) -> None:
    issue(planned(), tmp_path / "pki")
    (tmp_path / "cluster.yaml").write_text(f"{SPEC}tls: {{client: server}}\n")
    question = ask(str(tmp_path / "cluster.yaml"))
    assert question.access.credentials is not None
    assert question.access.credentials.files == CredentialFiles(tmp_path / "pki" / "ca.pem")


def test_a_good_answer_is_healthy() -> None:
    with serving(good()) as port:
        assert verify_once(ask(None, endpoints=f"127.0.0.1:{port}")).verdict is Verdict.HEALTHY


def test_waiting_ends_when_somebody_gives_up() -> None:
    stop = Event()
    stop.set()
    report = wait_until_healthy(ask(None, endpoints="127.0.0.1:1"), 60, gives_up=stop.wait)
    assert report.verdict is Verdict.UNREACHABLE


def test_waiting_tells_each_change_once() -> None:
    heard: list[progress.Event] = []
    looks = iter([False, False, True])

    def hear(event: progress.Event) -> None:
        heard.append(event)

    wait_until_healthy(ask(None, endpoints="127.0.0.1:1"), 60, report=hear, gives_up=lambda _: next(looks))
    assert [(each.kind, each.done, each.total) for each in heard] == [(progress.EventKind.STEP, 0, 1)]
