"""The commands that a button can give: those that settle a duty and need no words.

The engine is asked what it would decide, which writes nothing; so no button is shown that
would be refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from whistle_engine import Blow, Dispatch, Matter, Refused, ReportIn, Resume, What, decide
from whistle_engine.codec import dump_command
from whistle_engine.commands import Act, Command
from whistle_engine.model import Actor
from whistle_engine.texts import label

from desk.titles import Titles

PLAIN: dict[What, Act] = {
    What.DISPATCH: Dispatch(),
    What.REPORT_IN: ReportIn(),
    What.REVIEW: Resume(),
}


def offers(
    matter: Matter, what: What, actor: Actor, titles: Titles, now: datetime
) -> Iterator[dict[str, Any]]:
    """Each command as it is sent, and what stands on its button."""
    act, called = PLAIN.get(what), ""
    known = matter.classification
    if what is What.BLOW and known is not None and known.kind is not None:
        act, called = Blow(kind=known.kind), f" · {titles.kind(known.kind)}"
    if act is None:
        return
    command = Command(id="offer", matter=matter.id, by=actor, do=act)
    if not isinstance(decide(matter, command, titles.rules, now), Refused):
        sent = json.loads(dump_command(command))["do"]
        yield {"do": sent, "label": label(type(act), titles.lang).capitalize() + called}
