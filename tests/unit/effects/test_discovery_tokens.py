from __future__ import annotations

import re

from etcdboot.effects.discovery_tokens import new_token
from etcdboot.spec.discovery_urls import parse_token


def test_a_token_is_what_a_discovery_service_serves_and_a_spec_takes() -> None:
    token = new_token()
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert parse_token(token) == token


def test_no_token_is_made_twice() -> None:
    assert len({new_token() for _ in range(100)}) == 100
