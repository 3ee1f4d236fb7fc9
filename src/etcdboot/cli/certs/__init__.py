"""``etcdboot certs``: the certificates of a cluster; a module a command, imported when it runs."""

from __future__ import annotations

from importlib import import_module

import click

# Command -> what --help says of it.
COMMANDS: dict[str, str] = {
    "issue": "Make the certificates that are missing.",
    "status": "Show how the certificates stand, here and on the hosts.",
    "renew": "Make certificates anew, with new keys.",
    "revoke": "Revoke certificates, and make the lists that tell of it.",
    "crl": "Make the revocation lists anew.",
    "rotate-ca": "Put a new CA in place of the old one, step by step.",
    "verify": "Judge certificates, keys and their files.",
    "csr": "Make requests for certificates that others sign.",
    "sign": "Sign requests that came from where the keys are.",
    "adopt": "Take over certificates, and CAs, that others made.",
    "show": "Show what is in files of certificates, requests, lists or keys.",
    "export": "Copy certificates and keys into one folder, under cfssl's names.",
    "import-cfssl": "Make a spec of cfssl's files, and adopt what it made.",
}


class IssueByDefault(click.Group):
    """A group whose first command is meant when none is named; a command is imported when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"etcdboot.cli.certs.{cmd_name.replace('-', '_')}")
        assert isinstance(module.command, click.Command)
        return module.command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, with ``issue`` put in where only options or nothing are given."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["issue", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=IssueByDefault,
    epilog="\b\nExamples:\n  etcdboot certs\n  etcdboot certs renew etcd1/server etcd1/peer",
)
def command() -> None:
    """Make, judge and renew the certificates.

    Without a command: issue, which makes what is missing and touches nothing that is there.
    """
