"""``python -m etcdboot`` and the ``etcdboot`` program."""

from __future__ import annotations


def main() -> None:
    """Run the command line; never returns."""
    from etcdboot.effects.signals import leave

    try:
        from etcdboot.cli import program

        program.main(prog_name="etcdboot")
    except KeyboardInterrupt:  # while it was still being imported
        leave(130)
    except SystemExit as ending:
        leave(ending.code if isinstance(ending.code, int) else 1)


if __name__ == "__main__":
    main()
