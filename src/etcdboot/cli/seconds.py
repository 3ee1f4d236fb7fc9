"""Durations on the command line."""

from __future__ import annotations

import click

from etcdboot.ground.duration import parse_go_duration


class Seconds(click.ParamType[float]):
    """A duration such as ``30s`` or ``1m30s``; the command gets seconds."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds; a usage error for what is no duration, or a negative one."""
        if isinstance(value, float):
            return value
        try:
            seconds = parse_go_duration(str(value)) / 1e9
        except ValueError as cause:
            self.fail(str(cause), param, ctx)
        if seconds < 0:
            self.fail(f"{value!r} is before now", param, ctx)
        return seconds


SECONDS = Seconds()
