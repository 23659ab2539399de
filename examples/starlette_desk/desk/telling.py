"""What the engine holds, as JSON for people: codes, each with what it is called.

The functions that take the engine run in a thread, by ``AsyncEngine.do``.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from whistle_engine import Engine, Matter, UnknownMatter, allowed, duties
from whistle_engine.model import Actor, Duty, Label
from whistle_engine.storage.rows import DutyRow, MatterRow
from whistle_engine.texts import Importance, due, label

from desk.offers import offers
from desk.titles import Titles

Json = dict[str, Any]

LATENESS = {
    "late": Label("已逾期", "overdue"),
    "soon": Label("即将到期", "due soon"),
    "fine": Label("期限内", "in time"),
}
SOON = 5
"""The last fifth of the time is "soon": the usual ladder reminds after 80 per cent."""


def inbox(
    engine: Engine, actor: Actor, rows: Iterable[DutyRow], titles: Titles, now: datetime
) -> list[Json]:
    """Duties, each with its matter in short, and the commands that a button can give."""
    found = []
    for row in rows:
        with suppress(UnknownMatter):  # the unit was released since the rows were read
            matter = engine.matter(actor, row.matter)
            found += [
                {
                    **_summary(matter, titles),
                    **_duty(duty, titles, now),
                    **_ways(matter, duty, actor, titles, now),
                }
                for duty in duties(matter, titles.rules)
                if duty.clock == row.clock  # or it ended since
            ]
    return found


def _ways(matter: Matter, duty: Duty, actor: Actor, titles: Titles, now: datetime) -> Json:
    """How a duty can be settled: by a button, else by which commands, given through the API."""
    buttons = [*offers(matter, duty.what, actor, titles, now)]
    allowed = [] if buttons else may(matter, actor, titles, now)
    return {
        "offers": buttons,
        "by_api": [each for each in allowed if each["name"] in duty.settled_by],
    }


def matter(engine: Engine, actor: Actor, code: str, titles: Titles, now: datetime) -> Json:
    """A matter as it stands, the words in which it was raised, and what may be done now."""
    state = engine.matter(actor, code)
    words = None if state.appeal.text is None else engine.text(actor, code, state.appeal.text)
    return {
        **_summary(state, titles),
        "words": words if isinstance(words, str) else None,
        "responders": [
            {"unit": titles.unit(each.unit), "part": titles.code(each.part)}
            for each in state.responders
        ],
        "outcome": titles.code(state.outcome),
        "duties": [
            {
                **_duty(duty, titles, now),
                "why": due(state.clocks[duty.clock - 1].due, titles.rules, titles.lang),
            }
            for duty in duties(state, titles.rules)
        ],
        "allowed": may(state, actor, titles, now),
    }


def may(state: Matter | None, actor: Actor, titles: Titles, now: datetime) -> list[Json]:
    """The commands that an actor may give now; ``None`` is a matter that is not there yet."""
    names = allowed(state, actor, titles.rules, now)
    return [{"name": name, "label": label(name, titles.lang)} for name in names]


def timeline(engine: Engine, actor: Actor, code: str, titles: Titles) -> list[Json]:
    """A matter's history in words, bookkeeping left out."""
    return [
        {"at": titles.local(line.at), "by": line.by, "text": line.text}
        for line in engine.timeline(actor, code, titles.lang)
        if line.importance > Importance.BOOKKEEPING
    ]


def ledger(rows: Iterable[MatterRow], titles: Titles) -> list[Json]:
    """Lines of the ledger."""
    return [
        {
            "matter": row.matter,
            "opened_at": titles.local(row.opened_at),
            "stage": titles.code(row.stage),
            "affair": titles.code(row.affair),
            "category": titles.category(row.category),
            "place": titles.unit(row.place),
            "lead": titles.unit(row.lead),
            "due": titles.local(row.due),
            "outcome": titles.code(row.outcome),
        }
        for row in rows
    ]


def _summary(matter: Matter, titles: Titles) -> Json:
    known = matter.classification
    return {
        "matter": matter.id,
        "stage": titles.code(matter.stage),
        "affair": titles.code(known.affair if known else None),
        "category": titles.category(known.category if known else None),
        "place": titles.unit(matter.appeal.place.unit),
    }


def _duty(duty: Duty, titles: Titles, now: datetime) -> Json:
    left, whole = duty.due - now, duty.due - duty.since
    state = "late" if now > duty.due else "soon" if left * SOON <= whole else "fine"
    return {
        "clock": duty.clock,
        "what": titles.code(duty.what),
        "unit": titles.unit(duty.unit),
        "since": titles.local(duty.since),
        "due": titles.local(duty.due),
        "lateness": {"code": state, "label": titles.pick(LATENESS[state])},
        "settled_by": list(duty.settled_by),
    }
