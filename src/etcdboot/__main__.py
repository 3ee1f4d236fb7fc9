"""``python -m etcdboot`` and the ``etcdboot`` program."""

from __future__ import annotations


def main() -> None:
    """Run the command line; never returns."""
    from etcdboot.cli import program

    program.main(prog_name="etcdboot")


if __name__ == "__main__":
    main()
