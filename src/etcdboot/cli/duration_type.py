"""Durations on the command line."""

from __future__ import annotations

import click

from etcdboot.base.durations import parse_go_duration


class Seconds(click.ParamType[float]):
    """A duration such as ``30s`` or ``1m30s``; the command gets seconds, at least ``least`` of them."""

    name = "duration"

    def __init__(self, least: float = 0.0) -> None:
        self.least = least

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds; a usage error for what is no duration, a negative one, or one that is too short."""
        if isinstance(value, float):
            return value
        try:
            seconds = parse_go_duration(str(value)) / 1e9
        except ValueError as cause:
            self.fail(str(cause), param, ctx)
        if seconds < 0:
            self.fail(f"{value!r} is before now", param, ctx)
        if seconds < self.least:
            self.fail(f"{value!r} is too short: {self.least * 1000:g}ms at least", param, ctx)
        return seconds


SECONDS = Seconds()
TIMEOUT = Seconds(least=0.001)  # what a socket can count
