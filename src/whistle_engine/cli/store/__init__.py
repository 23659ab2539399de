"""``whistle store``: what authors and operators of stores ask."""

from __future__ import annotations

import click

from whistle_engine.cli.lazy import Lazy
from whistle_engine.cli.output import Lang, lang_option

COMMANDS = {"backup": "store.backup", "check": "store.check", "copy": "store.copy"}
"""The commands, and the modules of this package that hold them under the same name."""


@click.group(cls=Lazy, modules=COMMANDS)
@lang_option
def store(*, lang: Lang | None) -> None:
    """Back a store up while in use; move one; ask whether a kind of store keeps the contract."""
    del lang  # it holds for the whole call
