"""``whistle store``: what authors and operators of stores ask."""

from __future__ import annotations

import click

from whistle_engine.cli.lazy import Lazy

COMMANDS = {"backup": "store.backup", "check": "store.check", "copy": "store.copy"}
"""The commands, and the modules of this package that hold them under the same name."""


@click.group(cls=Lazy, modules=COMMANDS)
def store() -> None:
    """Back a store up while it is in use; move one; ask whether a kind keeps the contract."""
