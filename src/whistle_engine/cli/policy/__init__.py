"""``whistle policy``: what is done with the files of a policy."""

from __future__ import annotations

import click

from whistle_engine.cli.lazy import Lazy

COMMANDS = {
    "new": "policy.new",
    "calendar": "policy.calendar",
    "check": "policy.check",
    "coverage": "policy.coverage",
    "diff": "policy.diff",
    "propose": "policy.propose",
}
"""The commands, and the modules of this package that hold them under the same name."""


@click.group(cls=Lazy, modules=COMMANDS)
def policy() -> None:
    """Look at the files of a policy, and change them."""
