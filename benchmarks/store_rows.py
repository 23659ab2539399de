"""What the benchmark of the store writes: commands, and by hand the rows that they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from attrs import define, field, frozen

from whistle_engine.commands import Command
from whistle_engine.generate import generate
from whistle_engine.rules import Rules
from whistle_engine.storage import _columns as values
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft
from whistle_engine.storage.sqlite import _append as sql

BEGIN = datetime(2024, 3, 4, 1, tzinfo=UTC)

PUT_ROW = sql.ADD_ROW
PUT_TIMER = (
    "INSERT OR REPLACE INTO whistle_timers (matter, clock, step, due, free_at)"
    " VALUES (?, ?, ?, ?, ?)"
)


class Keeping(MemoryStore):
    """A memory store that keeps what was appended last."""

    last: tuple[Draft, ...] = ()

    def append(self, drafts: Sequence[Draft]) -> Appended:
        self.last = tuple(drafts)
        return super().append(drafts)


@frozen
class Step:
    """A command, when it was given, and what it wrote."""

    at: datetime
    command: Command
    texts: Mapping[str, str]
    drafts: tuple[Draft, ...]


@define
class Rows:
    """By hand: what changes in the tables, statement by statement."""

    position: int = 0
    duties: dict[str, set[values.Values]] = field(factory=dict)
    timers: dict[str, dict[tuple[int, int], int]] = field(factory=dict)

    def of(self, drafts: Iterable[Draft]) -> list[tuple[str, list[values.Values]]]:
        """The statements and their values for an append."""
        found: dict[str, list[values.Values]] = {}
        for draft in drafts:
            self.position += 1
            shown = draft.projection
            duties = {values.duty_values(duty) for duty in shown.duties}
            old_duties = self.duties.get(draft.matter, set())
            timers = {(t.clock, t.step): values.micros(t.due) for t in shown.timers}
            old_timers = self.timers.get(draft.matter, {})
            self.duties[draft.matter], self.timers[draft.matter] = duties, timers
            for statement, rows in {
                sql.ADD_COMMIT: [values.commit_values(draft.record(self.position))],
                PUT_ROW: [values.matter_values(shown.row)],
                sql.DROP_DUTY: [each[:2] for each in old_duties - duties],
                sql.PUT_DUTY: [*(duties - old_duties)],
                PUT_TIMER: [
                    (draft.matter, *key, due, due)
                    for key, due in timers.items()
                    if old_timers.get(key) != due
                ],
                sql.DROP_TIMER: [(draft.matter, *key) for key in old_timers.keys() - timers],
                sql.ADD_NOTICE: [values.notice_values(each) for each in draft.notices],
                sql.ADD_TEXT: [values.text_values(each) for each in draft.texts],
            }.items():
                found.setdefault(statement, []).extend(rows)
        return [(statement, rows) for statement, rows in found.items() if rows]


def history(rules: Rules, matters: int, seed: int) -> list[Step]:
    store = Keeping()
    run = generate(store, rules, seed=seed, start=BEGIN, matters=matters)
    return [Step(each.at, each.command, each.texts, store.last) for each in run]
