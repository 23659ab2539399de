"""What has to hold of a store whose writers were killed, whatever moment it was.

Each check reads the store through its contract, and the journals, and names what is wrong. They
make no use of each other, nor of how a store keeps its rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import cast

from attrs import field, frozen

from tests.crash.journal import Answered, Write, instant
from whistle_engine.codec import load_answer, load_command, load_events
from whistle_engine.commands import subjects
from whistle_engine.digests import digest_of
from whistle_engine.events import Event, Received, TimerFired
from whistle_engine.model import Matter, UnitCode
from whistle_engine.notify.composing import key_of
from whistle_engine.projection import notices, project
from whistle_engine.storage.api import Queue, Store
from whistle_engine.storage.rows import DutyRow, Item, Notice, Projection, Record, Timer
from whistle_engine.verify import verify
from whistle_engine.workflow import evolve_all

FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)
EVERY = 1_000_000_000
PAGE = 1000
MOST = 5
"""So many of one kind are named; the rest is counted."""


class Follower:
    """Reads the feed while others write, and remembers what it saw (S7, S8)."""

    def __init__(self) -> None:
        """Begin before the first commit."""
        self.records: list[Record] = []
        self.versions: Counter[str] = Counter()
        self.by_command: defaultdict[str, list[Record]] = defaultdict(list)

    def follow(self, store: Store) -> Iterator[str]:
        """Read on to the end; whatever comes has to go on from what was seen."""
        last = self.records[-1].position if self.records else 0
        while found := store.feed(last, limit=PAGE):
            for record in found:
                if record.position <= last:
                    yield f"position {record.position} comes in the feed after {last}"
                last = record.position
                self.versions[record.matter] += 1
                if record.version != self.versions[record.matter]:
                    yield (
                        f"{_place(record)} comes in the feed where version "
                        f"{self.versions[record.matter]} should"
                    )
                self.records.append(record)
                self.by_command[record.command_id].append(record)


@frozen(kw_only=True, slots=False)
class Evidence:
    """A store as it is now, and what its clients know.

    Attributes:
        answers: what was acknowledged.
        delivered: the keys of the messages that were accepted, each as often as it was.
        units: all units that there are.
        unwanted: tells of a key whether its message is never accepted.
    """

    store: Store
    answers: tuple[Answered, ...]
    delivered: tuple[str, ...]
    units: tuple[UnitCode, ...]
    unwanted: Callable[[str], bool]
    feed: Follower = field(factory=Follower)

    @cached_property
    def derived(self) -> Derived:
        """What follows from the commits."""
        return Derived.of(self.feed.records)


@frozen(kw_only=True)
class Derived:
    """What else has to be in a store, by its commits alone."""

    projections: Mapping[str, Projection]
    notices: Mapping[str, Notice]

    @classmethod
    def of(cls, records: Iterable[Record]) -> Derived:
        opened: dict[str, Received] = {}
        states: dict[str, Matter] = {}
        versions: Counter[str] = Counter()
        told: dict[str, Notice] = {}
        for record in records:
            matter, events = record.matter, load_events(record.events)
            opened.setdefault(matter, cast("Received", events[0]))
            after = evolve_all(states.get(matter), events, matter=matter)
            if after is None:
                raise AssertionError(record)
            states[matter] = after
            versions[matter] += 1
            told |= {key_of(each): each for each in notices(after, record.version, events)}
        return cls(
            projections={
                matter: project(state, versions[matter], opened=opened[matter])
                for matter, state in states.items()
            },
            notices=told,
        )


# ------------------------------------------------------------------------------- the commits


def acknowledged_once(seen: Evidence) -> Iterator[str]:
    """Every acknowledged command is there once, with its answer; what was refused is not."""
    for answer in seen.answers:
        found = seen.feed.by_command.get(answer.command, [])
        if not found and (answer.written or answer.kept):
            yield f"{answer.command} was acknowledged, and is not there"
        elif found and not (answer.written or answer.kept):
            yield f"{answer.command} was answered {answer.refused}, and yet it wrote"
        elif found and not _is_answer(found, answer):
            yield f"{answer.command} is there with another answer than it was acknowledged with"


def _is_answer(found: list[Record], answer: Answered) -> bool:
    refused = load_answer(found[0].answer)
    if answer.refused is not None or refused is not None:
        return len(found) == 1 and refused is not None and refused.code == answer.refused
    written = {Write(r.matter, r.version, digest_of(r.events)) for r in found}
    at = {r.recorded_at for r in found}
    return written == set(answer.written) and at == {instant(answer.recorded_at)}


def never_twice(seen: Evidence) -> Iterator[str]:
    """No command wrote twice in a matter; what concerns several is in all of them, or in none."""
    for name, records in seen.feed.by_command.items():
        found = Counter(record.matter for record in records)
        for matter, times in found.items():
            if times > 1:
                yield f"{name} wrote {times} times in {matter}"
        refused = load_answer(records[0].answer) is not None
        wanted = set(subjects(load_command(records[0].command)))
        if not refused and set(found) != wanted:
            yield f"{name} is torn: it concerns {sorted(wanted)}, and is in {sorted(found)} only"


def fired_once(seen: Evidence) -> Iterator[str]:
    """No step of a clock fired twice for one due time."""
    fired: Counter[tuple[str, int, int, str]] = Counter()
    for record in seen.feed.records:
        for event in _fired(record):
            key = f"timer:{record.matter}:{event.clock}:{event.step}:"
            fired[record.matter, event.clock, event.step, record.command_id.removeprefix(key)] += 1
    for (matter, clock, step, due), times in fired.items():
        if times > 1:
            yield f"step {step} of clock {clock} of {matter}, due {due}, fired {times} times"


def _fired(record: Record) -> Iterator[TimerFired]:
    if record.command_id.startswith("timer:"):
        events: tuple[Event, ...] = load_events(record.events)
        yield from (event for event in events if isinstance(event, TimerFired))


def verified(seen: Evidence) -> Iterator[str]:
    """The store passes ``verify``, which reads it by other calls than these checks."""
    report = verify(seen.store, most=MOST)
    yield from map(str, report.mismatches)
    if report.ok and report.counts.commits != len(seen.feed.records):
        yield (
            f"verify read {report.counts.commits} commits, the feed shows {len(seen.feed.records)}"
        )


# ------------------------------------------------------------------------------- what goes along


def duties_agree(seen: Evidence) -> Iterator[str]:
    """The inboxes hold the duties that follow from the commits, and no others."""
    wanted = {
        duty
        for each in seen.derived.projections.values()
        for duty in each.duties
        if duty.unit is not None
    }
    units = {duty.unit for duty in wanted} | set(seen.units)
    found = [duty for unit in units if unit is not None for duty in _inbox(seen.store, unit)]
    yield from _differ("duty", wanted, found)


def _inbox(store: Store, unit: UnitCode) -> Iterator[DutyRow]:
    after: DutyRow | None = None
    while page := store.inbox(unit, after=after, limit=PAGE):
        yield from page
        after = page[-1]


def timers_agree(seen: Evidence) -> Iterator[str]:
    """What will fire follows from the commits; nothing was lost by settling, nothing is dead."""
    wanted = {timer for each in seen.derived.projections.values() for timer in each.timers}
    found = _waiting(seen.store.timers)
    yield from _differ("timer", wanted, found)
    for timer in seen.store.timers.dead(limit=MOST):
        yield f"a timer is a dead letter: {timer!r}"


def notices_agree(seen: Evidence) -> Iterator[str]:
    """Each notice that follows from the commits waits, was delivered, or is a dead letter."""
    wanted = seen.derived.notices
    waiting = {key_of(each): each for each in _waiting(seen.store.outbox)}
    dead = {key_of(each): each for each in seen.store.outbox.dead(limit=EVERY)}
    delivered = set(seen.delivered)
    for key, notice in (waiting | dead).items():
        if wanted.get(key) != notice:
            yield f"the outbox holds {key}, which does not follow from the commits: {notice!r}"
    for key in sorted(delivered - set(wanted)):
        yield f"{key} was delivered, and does not follow from the commits"
    for key in sorted(set(waiting) & set(dead)):
        yield f"{key} waits, and is a dead letter"
    for key in sorted(set(wanted) - set(waiting) - set(dead) - delivered):
        yield f"{key} is not in the outbox, and was never delivered"
    for key in sorted(dead):
        if not seen.unwanted(key):
            yield f"{key} is a dead letter, though it would have been accepted"


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    acknowledged_once,
    never_twice,
    fired_once,
    duties_agree,
    timers_agree,
    notices_agree,
    verified,
)
"""What has to hold once nobody writes."""


def findings(seen: Evidence) -> list[str]:
    """All that is wrong, while nobody writes."""
    feed = list(seen.feed.follow(seen.store))
    return [*_some(feed), *(line for check in CHECKS for line in _some(_checked(check, seen)))]


def _checked(check: Callable[[Evidence], Iterator[str]], seen: Evidence) -> Iterator[str]:
    """What a check finds; that it cannot read what is there is a finding too."""
    try:
        yield from check(seen)
    except Exception as error:  # noqa: BLE001  what is damaged may be wrong in any way
        yield f"{check.__name__}: what is there cannot be read: {error!r}"


def findings_meanwhile(seen: Evidence) -> list[str]:
    """What is wrong with what was acknowledged; others may write.

    The answers have to be read before the feed is: then all of them must be in it.
    """
    feed = list(seen.feed.follow(seen.store))
    return [*_some(feed), *_some(acknowledged_once(seen)), *_some(never_twice(seen))]


def drained(seen: Evidence, now: datetime) -> list[str]:
    """What is left though everything was worked off: no timer that was due, no notice."""
    left: list[Timer | Notice] = [
        *seen.store.timers.waiting(until=now, limit=EVERY),
        *seen.store.outbox.waiting(until=FOR_EVER, limit=EVERY),
    ]
    return list(_some(f"it still waits, though all was worked off: {each!r}" for each in left))


# ------------------------------------------------------------------------------- helpers


def _waiting(queue: Queue[Item]) -> tuple[Item, ...]:
    return queue.waiting(until=FOR_EVER, limit=EVERY)


def _differ(
    what: str, wanted: set[DutyRow] | set[Timer], found: Iterable[DutyRow | Timer]
) -> Iterator[str]:
    there = Counter(found)
    for each in sorted(map(repr, wanted - set(there))):
        yield f"a {what} is missing: {each}"
    for each in sorted(map(repr, set(there) - wanted)):
        yield f"a {what} does not follow from the commits: {each}"
    for one, times in there.items():
        if times > 1:
            yield f"a {what} is there {times} times: {one!r}"


def _place(record: Record) -> str:
    return f"version {record.version} of {record.matter}"


def _some(found: Iterable[str]) -> Iterator[str]:
    lines = list(found)
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield f"… and {len(lines) - MOST} more of the same sort"
