"""Reading the origins that a file declares for its sources."""

from __future__ import annotations

from whistle_engine.model import Label
from whistle_engine.policy_file.forms import TABLE
from whistle_engine.policy_file.tables import Table
from whistle_engine.sources import BUILT_IN


def read_origins(root: Table) -> dict[str, Label]:
    """The origins by their codes; a file that makes all its own choices declares none."""
    if "sources" not in root.data:
        root.maybe("sources", TABLE)
        return {}
    found = {}
    for code, table in root.named("sources"):
        found[code] = table.label()
        if code in BUILT_IN:
            root.wrong("origin_built_in", f"sources.{code}", at=("sources", code), name=code)
    return found
