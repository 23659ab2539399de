"""Groups of commands whose modules are imported when one of them is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.exceptions import NoSuchCommand

from whistle_engine.cli.helping import ToldGroup


class Lazy(ToldGroup):
    """A group that knows where its commands stand, and imports those that are asked for."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        """Make the group.

        Args:
            args: as for any group.
            modules: the names of the commands, and the modules of this package that hold them
                under the same name.
            kwargs: as for any group.
        """
        super().__init__(*args, **{"no_args_is_help": False, **kwargs})
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  as click calls it
        """The names of the commands."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name."""
        if cmd_name not in self._modules:
            return None
        module = import_module(f"whistle_engine.cli.{self._modules[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is asked for; of one that is not there, name those like it."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            raise NoSuchCommand(error.command_name, possibilities=self._modules, ctx=ctx) from None
