"""``--within``: how long before its end a certificate is due."""

from __future__ import annotations

import click

from etcdboot.pki.store.expiry import Within, parse_within


class _WithinType(click.ParamType[Within]):
    """``30d`` or ``20%``."""

    name = "within"

    def convert(
        self, value: str | Within, param: click.Parameter | None, ctx: click.Context | None
    ) -> Within:
        """What was written, read; a usage error for anything else."""
        if isinstance(value, Within):
            return value
        try:
            return parse_within(value)
        except ValueError as cause:
            self.fail(str(cause), param, ctx)


within_option = click.option(
    "--within", type=_WithinType(), metavar="30d|20%",
    help="Due is what ends within this time, or has less than this share of its lifetime left.  "
    "[renew-before of the spec]",
)  # fmt: skip
