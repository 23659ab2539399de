"""``whistle policy``: what is done with the files of a policy."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "new": "policy_new",
    "calendar": "policy_calendar",
    "check": "policy_check",
    "propose": "policy_propose",
}
"""The commands, and the modules of this package that hold them under the same name."""


class Lazy(click.Group):
    """A group whose commands are imported when one of them is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  as click calls it
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"whistle_engine.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=Lazy)
def policy() -> None:
    """Look at the files of a policy, and change them."""
