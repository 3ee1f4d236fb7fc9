"""``python -m etcdboot`` and the ``etcdboot`` program."""

from __future__ import annotations


def main() -> None:
    """Run the command line; never returns."""
    from etcdboot.cli import program
    from etcdboot.effects.ending import leave

    try:
        program.main(prog_name="etcdboot")
    except SystemExit as ending:
        leave(ending.code if isinstance(ending.code, int) else 1)


if __name__ == "__main__":
    main()
