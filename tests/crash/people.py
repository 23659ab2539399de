"""Who does what next, on matters that many work on at once.

The tables of :mod:`whistle_engine.generate` say what somebody would do; but here each acts on
what it has just read, beside timers and other people, so much of it comes too late and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import evolve, frozen

from whistle_engine.codec import load_events
from whistle_engine.generate import BUSY, Communities
from whistle_engine.generate.arrivals import Origin
from whistle_engine.generate.city import City
from whistle_engine.generate.dice import Dice
from whistle_engine.generate.doing import below
from whistle_engine.generate.giving import Given, give
from whistle_engine.generate.owed import options
from whistle_engine.generate.scene import Doing, Scene, Turn
from whistle_engine.generate.unasked import WHIMS
from whistle_engine.model import Matter, Stage, facts
from whistle_engine.moves.clocks import armed
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import LedgerFilter, MatterRow
from whistle_engine.workflow import replay

CROWDED = 5
"""So many of the oldest open matters everybody throngs to."""
PAGE = 20
"""So many others are looked at."""
BACK = timedelta(days=8)
"""So far back they were received."""

THRONG, UNASKED, CLOSED = 0.4, 0.25, 0.05
"""How often a crowded matter is taken, something is done unasked, a closed matter is looked at."""

PROFILE = evolve(BUSY, communities=Communities(split=0.15))

SEVERAL = (below.add, below.urge, below.merge, below.merge, below.merge, below.split)
"""What is tried oftener than the tables say: many at once on one matter, one on several."""

WISHES: tuple[Doing, ...] = (*(whim.do for row in WHIMS.values() for whim in row), *SEVERAL)


@frozen
class People:
    """All of a city's people, as one process that acts for whoever has something to do."""

    store: Store
    city: City

    @classmethod
    def of(cls, store: Store, rules: Rules) -> People:
        return cls(store, City(rules))

    def next(self, dice: Dice, serial: int, now: datetime) -> Given | None:
        """A command that somebody would give now; ``None`` if nobody would, on what was looked at.

        Args:
            dice: what is left to chance.
            serial: names what the command opens: another one each time, and in each process.
            now: the instant, UTC.
        """
        rows = self._rows(dice, now)
        if not rows:
            return None
        row = dice.pick(rows)
        records = self.store.load(row.matter).records
        state = replay(row.matter, [e for record in records for e in load_events(record.events)])
        if state is None:
            raise AssertionError(row)
        scene = self._scene(state, dice.pick(rows), dice, serial, now)
        for do in _wishes(scene):
            turn = do(scene)
            if isinstance(turn, Turn):
                return give(turn, scene)
        return None

    def _rows(self, dice: Dice, now: datetime) -> tuple[MatterRow, ...]:
        if dice.happens(THRONG):
            return self.store.ledger(LedgerFilter(open=True), limit=CROWDED)
        since = now - dice.between(timedelta(), BACK)
        closed = dice.happens(CLOSED)
        return self.store.ledger(
            LedgerFilter(open=None if closed else True, opened_from=since), limit=PAGE
        )

    def _scene(
        self, state: Matter, other: MatterRow, dice: Dice, serial: int, now: datetime
    ) -> Scene:
        row = Dice.of("origin", state.id).pick(self.city.categories)
        clocks = [clock for clock in state.clocks if armed(state, clock)]
        units = [None, *(each.unit for each in state.responders)]
        return Scene(
            city=self.city,
            profile=PROFILE,
            matter=state,
            origin=Origin(
                category=row.code,
                kind=state.appeal.kind,
                urgent=self.city.is_urgent(row),
                known=facts(category=row.code),
                repeats=other.matter if other.matter != state.id else None,
            ),
            now=now,
            dice=dice,
            serial=serial,
            clock=dice.pick(clocks) if clocks and not dice.happens(UNASKED) else None,
            unit=dice.pick(units),
        )


def _wishes(scene: Scene) -> Iterator[Doing]:
    """What is tried, in order, until something can be said."""
    if scene.clock is not None:
        yield from options(scene)
    elif scene.matter.stage is Stage.CLOSED:
        yield below.reopen
    else:
        yield scene.dice.pick(WISHES)
