from __future__ import annotations

from etcdboot.cli.options import to_paste


def test_what_is_to_be_pasted_names_the_spec_where_it_is_not_the_default() -> None:
    assert to_paste("render", "cluster.yaml") == "etcdboot render"
    assert to_paste("certs", "prod/cluster.yaml") == "etcdboot certs -f prod/cluster.yaml"
    assert to_paste("up --local", "my spec.yaml") == "etcdboot up --local -f 'my spec.yaml'"
