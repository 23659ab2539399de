"""Reading policies and directories from their files, with every mistake told at once.

A policy is a TOML file, with CSV files beside it for long tables; a directory is another. Every
table that holds values names its ``source``. Each value has a form: what it should be, and how it
is read. A mistake is told with its file, line and column, with what is wrong and what would be
right; all of them come together, in one :class:`whistle_engine.errors.PolicyError`.

A digest is that of exact bytes: of the file, of the tables beside it, and of the calendars that
it uses, so that the days are fixed with the rules (:class:`Files`).
"""

from __future__ import annotations

from whistle_engine.policy_file.files import Files, shipped, shipped_names, unpacked
from whistle_engine.policy_file.loading import (
    Loaded,
    compiled,
    completed,
    gather,
    load_directory,
    load_policy,
    load_rules,
    shipped_files,
    shipped_rules,
    titles,
)

__all__ = [
    "Files",
    "Loaded",
    "compiled",
    "completed",
    "gather",
    "load_directory",
    "load_policy",
    "load_rules",
    "shipped",
    "shipped_files",
    "shipped_names",
    "shipped_rules",
    "titles",
    "unpacked",
]
