"""``whistle store``: what authors and operators of stores ask."""

from __future__ import annotations

import click

from whistle_engine.cli.lazy import Lazy

COMMANDS = {"check": "store.check"}
"""The commands, and the modules of this package that hold them under the same name."""


@click.group(cls=Lazy, modules=COMMANDS)
def store() -> None:
    """Look at a kind of store: does it keep the contract?"""
