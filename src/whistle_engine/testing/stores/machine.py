"""A Hypothesis machine that holds a store against :mod:`.model`, step by step.

In one line::

    TestMyMachine = store_machine(MyStore).TestCase
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from whistle_engine.model import MatterId
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import DutyRow, LedgerFilter, MatterRow
from whistle_engine.testing.stores._drawing import (
    FILTERS,
    LIMITS,
    MATTERS,
    MOMENTS,
    SHAPES,
    SOME_MATTERS,
    UNITS,
    WHICH,
    Shape,
)
from whistle_engine.testing.stores._driver import (
    AMONG,
    FATES,
    Among,
    Driver,
    Fate,
    all_of_one,
)
from whistle_engine.testing.stores._samples import duty, row

KEYS = st.none() | st.tuples(MOMENTS, st.sampled_from(MATTERS), st.integers(1, 3))
"""Where a page begins: after due time, matter and clock, whether or not there is such a row."""


class StoreMachine(RuleBasedStateMachine):
    """Calls a store in any order, and holds each answer against the model.

    Give :attr:`opening`, as a class attribute or by :func:`store_machine`.
    """

    opening: Callable[[], Store]
    reopening: Callable[[Store], Store] | None = None
    jurisdiction: Callable[[MatterId], str] = staticmethod(all_of_one)

    def __init__(self) -> None:
        """Open a store with nothing in it."""
        super().__init__()
        self.driver = Driver(type(self).opening(), type(self).jurisdiction)

    def teardown(self) -> None:
        """Hold everything against the model once more, and close."""
        self.driver.look_at_everything()
        self.driver.store.close()

    # ------------------------------------------------------------------------------- writing

    @rule(
        matters=SOME_MATTERS,
        shapes=st.tuples(SHAPES, SHAPES, SHAPES),
        one_id=st.booleans(),
    )
    def append(self, matters: list[str], shapes: tuple[Shape, ...], one_id: bool) -> None:
        """Append to one or several matters, at the right versions."""
        self.driver.append(matters, shapes, one_id=one_id)

    @precondition(lambda self: self.driver.model.rows)
    @rule(
        which=WHICH,
        change=st.sampled_from(("keep", "drop", "move")),
        rebuild=st.booleans(),
    )
    def bring_timers_again(self, which: int, change: str, rebuild: bool) -> None:
        """Append to a matter or rebuild it with the timers that it has, or one of them less."""
        self.driver.bring_timers_again(which, change, rebuild=rebuild)

    @rule(
        matters=SOME_MATTERS,
        shown=SHAPES,
        which=WHICH,
        how=st.sampled_from((1, -1, 2, "again", "again beside a new one")),
    )
    def append_in_vain(self, matters: list[str], shown: Shape, which: int, how: int | str) -> None:
        """Append where one draft of several is at a wrong version, or under a known command id."""
        if isinstance(how, int):
            self.driver.append_wrongly(matters, shown, which, how)
        elif self.driver.model.records:
            self.driver.append_again(which, matters, shown, also_new=how != "again")

    @precondition(lambda self: self.driver.model.rows)
    @rule(which=WHICH, shown=SHAPES, ahead=st.sampled_from((0, 0, 0, 1, -1)))
    def rebuild(self, which: int, shown: Shape, ahead: int) -> None:
        """Rebuild a matter at its version, or at a wrong one."""
        self.driver.rebuild(which, shown, ahead)

    @rule(number=st.integers(0, 12), matter=st.sampled_from(MATTERS), erase=st.booleans(),
          data=st.sampled_from((None, b"", b"1", b"2")))  # fmt: skip
    def use_the_vault(self, number: int, matter: str, erase: bool, data: bytes | None) -> None:
        """Read a text and a document, and erase the one or put the other at times."""
        self.driver.use_the_vault(number, matter, data, erase=erase)

    # -------------------------------------------------------------------------------- queues

    @rule(
        timers=st.booleans(),
        limit=LIMITS,
        lease=st.integers(0, 2),
        later=st.integers(0, 2),
        then=st.lists(st.sampled_from(FATES), max_size=4),
    )
    def claim(self, timers: bool, limit: int, lease: int, later: int, then: list[Fate]) -> None:
        """Let time pass, claim, and do something with the first of what was claimed."""
        self.driver.claim(limit, lease, later, then, timers=timers)

    @precondition(lambda self: self.driver.claims)
    @rule(which=WHICH, fate=st.sampled_from(FATES), among=st.sampled_from(AMONG))
    def end_a_claim(self, which: int, fate: Fate, among: Among) -> None:
        """Settle a claim, new or old, give it back, or revive what died by it."""
        self.driver.end_a_claim(which, fate, among)

    # ------------------------------------------------------------------------------- reading

    @rule(look=st.sampled_from(("commits", "lists", "near", "queues")), data=st.data())
    def look(self, look: str, data: st.DataObject) -> None:
        """Read commits, lists, what is near, or a queue, from anywhere, in pages of any size."""
        limit = data.draw(LIMITS)
        if look == "commits":
            matter = data.draw(st.sampled_from((None, "", "Z", *MATTERS)))
            self.driver.read_commits(data.draw(WHICH), matter, limit)
        elif look == "lists":
            self._look_at_lists(data.draw(FILTERS), data.draw(KEYS), limit)
        elif look == "near":
            at = data.draw(st.none() | st.tuples(st.integers(-2, 2), st.integers(-2, 2)))
            place, within = data.draw(st.sampled_from(UNITS)), data.draw(st.integers(0, 2))
            self.driver.look_near(str(data.draw(st.integers(1, 3))), place, at, within, limit)
        else:
            timers = data.draw(st.booleans())
            self.driver.look_at_a_queue(data.draw(MOMENTS), limit, timers=timers)

    def _look_at_lists(
        self, where: LedgerFilter, after: tuple[datetime, str, int] | None, limit: int
    ) -> None:
        last_duty: DutyRow | None = None
        last_row: MatterRow | None = None
        if after is not None:
            last_duty = duty(after[2], after[1], due=after[0])
            last_row = evolve(row(after[1]), opened_at=after[0])
        for unit in (*UNITS, "w"):
            self.driver.read_lists(unit, where, last_duty, last_row, limit)

    @precondition(lambda self: Capability.DURABLE in self.driver.store.capabilities)
    @rule()
    def reopen(self) -> None:
        """Close the store and open it again, where it is durable."""
        reopening = type(self).reopening
        if reopening is not None:
            self.driver.store = reopening(self.driver.store)


def store_machine(
    open_store: Callable[[], Store],
    *,
    reopen: Callable[[Store], Store] | None = None,
    jurisdiction: Callable[[MatterId], str] = all_of_one,
) -> type[StoreMachine]:
    """A machine for a store.

    Args:
        open_store: opens a store with nothing in it, a new one each time.
        reopen: closes a store and opens it again, with what was in it; for durable stores.
        jurisdiction: of which a matter is, for a store that serves several; by default one.
    """
    return type(
        "Machine",
        (StoreMachine,),
        {
            "opening": staticmethod(open_store),
            "reopening": staticmethod(reopen) if reopen is not None else None,
            "jurisdiction": staticmethod(jurisdiction),
        },
    )
