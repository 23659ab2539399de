"""What a large store and a small one are asked, so that both have as much to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import cast

from attrs import frozen

from benchmarks.large_rows import CLOSED, RECENT, name
from benchmarks.large_store import Big
from benchmarks.store_rows import BEGIN
from whistle_engine.commits import Receipt
from whistle_engine.events import Refused
from whistle_engine.model import Stage, UnitKind, changed
from whistle_engine.rebuilding import projected
from whistle_engine.storage.rows import Claim, LedgerFilter, Notice, Timer

PAGE = 50
"""The rows of a page; only what fills one in the small store is asked for."""
LEASE = timedelta(hours=1)

Ask = Callable[[], object]


def ignored(big: Big, answer: object) -> None:
    """Nothing is to be put back."""


@frozen
class Question:
    """Something to ask a store.

    Attributes:
        prepare: chooses what about, and gives what is to be timed.
        after: looks at the answer, and puts back what it changed.
        harmless: asking again finds the same.
    """

    name: str
    prepare: Callable[[Big], Ask]
    after: Callable[[Big, object], None] = ignored
    harmless: bool = True


def questions(small: Big) -> tuple[Question, ...]:
    """All of them, about what the small store has enough of."""
    units = [unit.code for unit in small.rules.directory.units]
    busy = [unit for unit in units if len(small.store.inbox(unit, limit=PAGE)) == PAGE]
    return (
        Question("a page of an inbox", lambda big: inbox(big, busy), full),
        *(
            Question(f"{page} of the ledger, {by}", page_of(where, deep=deep), full)
            for by, wanted in filters(small).items()
            if (where := [each for each in wanted if enough(small, each)])
            for page, deep in (("the first page", False), ("a page in the midst", True))
        ),
        Question("the latest open matter near a place", near, found),
        Question("a number of a source", numbered, found),
        Question("the timers that wait", waiting, full),
        Question("claiming due timers", claim_timers, release_timers, harmless=False),
        Question("claiming due notices", claim_notices, release_notices, harmless=False),
        Question("a page of whole histories", histories, full),
        Question("a matter's rows, again from its commits", rebuilt),
        Question("one durable command", command, wrote, harmless=False),
    )


def full(_: Big, answer: object) -> None:
    assert len(cast("tuple[object, ...]", answer)) == PAGE


def found(_: Big, answer: object) -> None:
    assert answer


# ------------------------------------------------------------------------------------- look-ups


def inbox(big: Big, units: list[str]) -> Ask:
    unit = big.dice.choice(units)
    return lambda: big.store.inbox(unit, limit=PAGE)


def filters(small: Big) -> dict[str, Iterable[LedgerFilter]]:
    """Filters by what they go by."""
    units, policy = small.rules.directory.units, small.rules.policy
    streets = [unit.code for unit in units if unit.kind is UnitKind.STREET]
    return {
        "all": [LedgerFilter()],
        "by street": [LedgerFilter(street=street) for street in streets],
        "by category": [LedgerFilter(category=row.code) for row in policy.categories],
        "open": [LedgerFilter(open=True)],
        "open by street": [LedgerFilter(open=True, street=street) for street in streets],
        "open by stage": [LedgerFilter(stage=stage) for stage in Stage if stage != Stage.CLOSED],
    }


def span(where: LedgerFilter) -> tuple[datetime, datetime]:
    """The first half of the time in which the matters of a filter came in."""
    if where.open or where.stage is not None:
        return BEGIN, BEGIN + RECENT / 2
    return BEGIN - CLOSED, BEGIN - CLOSED / 2


def enough(small: Big, where: LedgerFilter) -> bool:
    after = changed(small.row(0), opened_at=span(where)[1])
    return len(small.store.ledger(where, after=after, limit=PAGE)) == PAGE


def page_of(choice: list[LedgerFilter], *, deep: bool) -> Callable[[Big], Ask]:
    def prepare(big: Big) -> Ask:
        where = big.dice.choice(choice)
        first, last = span(where)
        midst = first + big.dice.random() * (last - first)
        after = changed(big.row(0), opened_at=midst) if deep else None
        return lambda: big.store.ledger(where, after=after, limit=PAGE)

    return prepare


def near(big: Big) -> Ask:
    row = big.classified()
    return lambda: big.store.near(
        category=cast("str", row.category),
        place=row.place,
        lat=row.lat,
        lon=row.lon,
        within=1000,
        limit=1,
    )


def numbered(big: Big) -> Ask:
    row = big.numbered()
    return lambda: big.store.by_source_number(row.channel, cast("str", row.source_number))


# --------------------------------------------------------------------------------------- queues


def waiting(big: Big) -> Ask:
    return lambda: big.store.timers.waiting(until=big.later, limit=PAGE)


def claim_timers(big: Big) -> Ask:
    until = big.later + LEASE
    return lambda: big.store.timers.claim(now=big.later, until=until, limit=PAGE)


def release_timers(big: Big, answer: object) -> None:
    full(big, answer)
    for claim in cast("tuple[Claim[Timer], ...]", answer):
        assert big.store.timers.fail(claim, retry_at=big.later)


def claim_notices(big: Big) -> Ask:
    until = big.later + LEASE
    return lambda: big.store.outbox.claim(now=big.later, until=until, limit=PAGE)


def release_notices(big: Big, answer: object) -> None:
    full(big, answer)
    for claim in cast("tuple[Claim[Notice], ...]", answer):
        assert big.store.outbox.fail(claim, retry_at=big.later)


# -------------------------------------------------------------------------------------- histories


def histories(big: Big) -> Ask:
    after = name(big.any_number() // 2)
    return lambda: big.store.scan(after, limit=PAGE)


def rebuilt(big: Big) -> Ask:
    matter = name(big.whole_number())

    def again() -> None:
        big.store.rebuild(projected(matter, big.store.load(matter).records))

    return again


def command(big: Big) -> Ask:
    """What came next in the original; the matter is loaded, decided on, and written to."""
    at, asked, texts = big.source.copy(big.untouched(), big.matters).next_step()
    big.now = at
    big.rehearse(asked, texts)
    return lambda: big.engine.execute(asked, texts=texts)


def wrote(_: Big, answer: object) -> None:
    """It was accepted, or, as in the original, it was refused and the attempt recorded."""
    assert isinstance(answer, Receipt) or cast("Refused", answer).recorded, answer
