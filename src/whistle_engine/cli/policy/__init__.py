"""``whistle policy``: what is done with the files of a policy."""

from __future__ import annotations

import click

from whistle_engine.cli.lazy import Lazy
from whistle_engine.cli.output import Lang, lang_option

COMMANDS = {
    "new": "policy.new",
    "calendar": "policy.calendar",
    "check": "policy.check",
    "explore": "policy.explore",
    "propose": "policy.propose",
}
"""The commands, and the modules of this package that hold them under the same name."""


@click.group(cls=Lazy, modules=COMMANDS)
@lang_option
def policy(*, lang: Lang | None) -> None:
    """Look at the files of a policy, and change them."""
    del lang  # it holds for the whole call
