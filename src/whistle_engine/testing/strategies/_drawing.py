"""From numbers to tales: Hypothesis is fast with few numbers, and makes them small.

Each number is taken apart, digit by digit; smaller ones give what is plainer, and 0 gives nothing
at all. What people do is steered: they often do what moves a matter on, more often something that
the rules take, and seldom anything at all, by anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count, islice

from attrs import define, field, frozen

from whistle_engine import commands as c
from whistle_engine.commands import Command
from whistle_engine.model import (
    Actor,
    Affair,
    AppealKind,
    Matter,
    MatterId,
    Place,
    Solved,
    Stage,
    UnitCode,
)
from whistle_engine.rules import Rules
from whistle_engine.testing.strategies._acts import ACTS, Scene, pick, some_facts
from whistle_engine.testing.strategies._cast import Cast, places
from whistle_engine.testing.strategies._goodwill import WAYS, Helper, Temper
from whistle_engine.testing.strategies.tales import Deed, Tale, World
from whistle_engine.transitions import TRANSITIONS

MINUTE = timedelta(minutes=1)

WAITS = (
    MINUTE,
    timedelta(minutes=50),
    MINUTE,
    timedelta(hours=5),
    MINUTE,
    timedelta(hours=26),
    MINUTE,
    timedelta(days=4),
    timedelta(seconds=7),
    timedelta(days=40),
)
"""How long may pass between two deeds."""

AT_TIMERS = (timedelta(), timedelta(seconds=1), -MINUTE)
"""Or until a timer is due: at that instant, just after it, shortly before it."""

MOVE_BYTES = 6
"""A move is a number of so many bytes: what is done in which way."""

SETTING_BYTES = 12
"""A setting is one of so many: when and where a tale begins, and how people go about it."""

TEXTS = ("reason", "text")
"""The words that come with a command, unless it is to be without."""

TRIES = 4
"""In how many ways an act is tried before another one is."""

MANY_TRIES = 40
"""In how many ways a story's aim is tried."""


class Digits:
    """Takes a number apart."""

    def __init__(self, number: int) -> None:
        """Take the number."""
        self._left = number

    def upto(self, count: int) -> int:
        """A number from 0 to below a count."""
        self._left, digit = divmod(self._left, count)
        return digit

    def one_in(self, count: int) -> bool:
        """Whether something that happens once in so many times does; for 0 it does not."""
        return self.upto(count) == count - 1

    @property
    def rest(self) -> int:
        """All that is left."""
        return self._left


# ---------------------------------------------------------------- where a tale begins


@frozen(kw_only=True)
class Setting:
    """Where a tale begins.

    Attributes:
        start: the instant.
        openings: the commands that open its matters.
        temper: how people go about it.
        lead_in: so many steps of good will come before all else, at most.
        aim: a command, and a stage in which the story tries it as soon as it comes there; half of
            the stories have none.
        pace: in so many of eight moves people of good will move the matter on.
    """

    start: datetime
    openings: tuple[Command, ...]
    temper: Temper
    lead_in: int
    aim: tuple[type[c.Act], Stage] | None
    pace: int


AIMS: tuple[tuple[type[c.Act], Stage], ...] = tuple(
    (act, stage) for act, row in TRANSITIONS.items() for stage in Stage if stage in row.stages
)
"""The rows of the table of transitions, stage by stage: each is the aim of as many stories."""

LEAD_IN = 14
"""So many steps of good will lead a matter to any stage; fewer, to the stages before."""

MOST_LEAD_IN = 30
"""So many steps of good will lead two matters to any stage."""


HOURS = (time(9), time(8, 30), time(17, 55), time(11, 59), time(0), time(23, 59), time(14))
"""At what local times tales begin."""


def setting_of(number: int, cast: Cast, *, stage: Stage | None = None) -> Setting:
    """The setting that a number stands for; where a stage is given, it is the aim's."""
    digits = Digits(number)
    aim = AIMS[digits.upto(len(AIMS))] if digits.upto(2) else None
    if stage is not None:
        aim = c.Urge, stage
    temper = _temper(digits, cast, aim[1] if aim is not None else None)
    lead_in = digits.upto(LEAD_IN) if aim is None else MOST_LEAD_IN
    pace = digits.upto(4)
    matters = 1 + (digits.one_in(2) or (aim is not None and aim[0] is c.Merge))
    start = _start(digits, cast.rules)
    place = pick(places(cast), digits.upto(len(places(cast))))
    return Setting(
        start=start,
        openings=tuple(_opening(n, digits, cast, place) for n in range(1, matters + 1)),
        temper=temper,
        lead_in=lead_in,
        aim=aim,
        pace=pace,
    )


def _temper(digits: Digits, cast: Cast, stage: Stage | None) -> Temper:
    """How people go about it; so that the stage of the story's aim is come by."""
    way = WAYS[digits.upto(len(WAYS))]
    return Temper(
        category=_category(digits, cast, ON_THE_WAY.get(stage) if stage else None),
        way=NOT_AT_ONCE[digits.upto(len(NOT_AT_ONCE))] if stage is Stage.BLOWN else way,
        solved=(Solved.SOLVED, Solved.NOT, None)[digits.upto(3)],
        moves_up=digits.one_in(2),
        answers=digits.one_in(4),
        objects=digits.one_in(3),
        brings=digits.one_in(2),
        passes=digits.one_in(2),
        extends=digits.one_in(2),
        defers=digits.one_in(4) or stage is Stage.DEFERRED,
        alone=digits.one_in(3),
        planned=digits.one_in(4),
        called_back=digits.one_in(3),
        reopens=digits.one_in(2),
    )


ON_THE_WAY = {
    Stage.MEDIATING: Affair.HOUSEHOLD,
    Stage.DELIBERATING: Affair.SHARED,
    Stage.AWAITING_WHISTLE: Affair.PUBLIC,
    Stage.BLOWN: Affair.PUBLIC,
    Stage.DISPATCHED: Affair.PUBLIC,
    Stage.HANDLING: Affair.PUBLIC,
    Stage.DEFERRED: Affair.PUBLIC,
}
"""The affair whose matters come by a stage; by the others all do."""

NOT_AT_ONCE = ("street", "community")
"""The ways of calling departments after which the operations centre dispatches."""


def _category(digits: Digits, cast: Cast, affair: Affair | None) -> str:
    """A category, each affair and kind as likely as any other."""
    every = cast.categories_by_kind
    groups = [codes for (found, _), codes in every if affair in (None, found)]
    groups = groups or [codes for _, codes in every]
    group = groups[digits.upto(len(groups))]
    return group[digits.upto(len(group))]


def _start(digits: Digits, rules: Rules) -> datetime:
    """A day on which the policy is in force; every other time shortly before a holiday.

    Most due times are to fall on days that the calendar knows.
    """
    policy = rules.policy
    first = policy.in_force_from
    known = max((policy.calendar.known_until - first).days - 30, 1)
    day = first + timedelta(days=digits.upto(known))
    near = [h for h in sorted(policy.calendar.holidays) if 0 <= (h - first).days - 5 < known]
    if digits.upto(2) and near:
        day = near[digits.upto(len(near))] - timedelta(days=digits.upto(5))
    local = datetime.combine(day, pick(HOURS, digits.upto(len(HOURS))), policy.zone)
    return local.astimezone(UTC)


def _opening(number: int, digits: Digits, cast: Cast, place: UnitCode) -> Command:
    by: Actor = pick(cast.residents, digits.upto(len(cast.residents)) + number - 1)
    raiser = None
    if digits.one_in(6) and cast.city.hotline is not None:
        by, raiser = cast.city.hotline, by.id
    known = some_facts(cast, digits.upto(1000)) if digits.one_in(3) else ()
    kind = list(AppealKind)[digits.upto(len(AppealKind))]
    channel = pick(tuple(cast.rules.policy.channels), number)
    received = c.Receive(
        channel=channel, kind=kind, place=Place(unit=place), raiser=raiser, facts=known
    )
    return Command(id=f"c{number}", matter=f"m{number}", by=by, do=received, texts=("text",))


# ---------------------------------------------------------------- what happens then


@define
class Teller:
    """Tells a tale from numbers."""

    cast: Cast
    world: World
    helper: Helper
    aim: tuple[type[c.Act], Stage] | None
    pace: int
    _serial: int = field(default=0, init=False)
    _aimed: bool = field(default=False, init=False)

    def open(self, openings: tuple[Command, ...]) -> None:
        """Let the appeals come in."""
        for command in openings:
            self._serial += 1
            self.world.do(Deed(self.world.now, command))

    def lead_in(self, steps: int) -> None:
        """Let people of good will begin, a minute for each step, until the aim's stage."""
        stage = self.aim[1] if self.aim is not None else None
        for number in range(steps):
            matters = tuple(self.world.states.values())
            if not matters or all(matter.stage is stage for matter in matters):
                return
            matter = matters[number % len(matters)]
            if matter.stage is not stage:
                self._goodwill(matter, MINUTE)

    def move(self, number: int) -> None:
        """Do what a number stands for; 0 is nothing."""
        if not number or not self.world.states:
            return  # there are cities in which nobody may hand anything in
        digits = Digits(number)
        how = digits.upto(8)
        gap = self._gap(digits)
        matters = tuple(self.world.states)
        matter = self.world.states[matters[digits.upto(4) % len(matters)]]
        if not self._aimed and self.aim is not None and matter.stage is self.aim[1]:
            self._aimed = self._try(matter, self.aim[0], digits.rest, MANY_TRIES)
        elif how == 0:
            self.world.pass_time(self.world.now + gap, inclusive=False)
        elif how <= self.pace:
            self._goodwill(matter, gap)
        elif how < 7:  # noqa: PLR2004  the last of eight
            self._accepted(matter, gap, digits)
        else:
            self._anything(matter, gap, digits)

    def _gap(self, digits: Digits) -> timedelta:
        """How much time passes before."""
        if digits.upto(4):
            return WAITS[digits.upto(len(WAITS))]
        due = self.world.next_timer()
        at = AT_TIMERS[digits.upto(len(AT_TIMERS))]
        return max(due[0] + at - self.world.now, timedelta()) if due is not None else MINUTE

    def _goodwill(self, matter: Matter, gap: timedelta) -> None:
        at = self.world.now + gap
        self.world.pass_time(at, inclusive=False)
        matter = self.world.states[matter.id]
        for by, do in self.helper.turns(matter, self.world.now):
            command = self._command(matter.id, by, do, words=True)
            if self.world.would_take(command):
                self._do(command)
                return

    def _accepted(self, matter: Matter, gap: timedelta, digits: Digits) -> None:
        """Something that the rules take: each command of the stage has the same chance.

        Every other time first what leaves the matter in its stage, or it would soon be past the
        stages in which there is little to do.
        """
        self.world.pass_time(self.world.now + gap, inclusive=False)
        matter = self.world.states[matter.id]
        rows = [(act, row) for act, row in TRANSITIONS.items() if matter.stage in row.stages]
        first = digits.upto(len(rows))
        rows = [*rows[first:], *rows[:first]]
        if digits.upto(2):
            rows.sort(key=lambda pair: bool(pair[1].to))
        for act, _ in rows:
            if self._try(matter, act, digits.rest, TRIES):
                return

    def _try(self, matter: Matter, act: type[c.Act], number: int, tries: int) -> bool:
        """Give a command in one of so many ways that the rules take; whether there is one."""
        for by, do in islice(self._ways(matter, act, number), tries):
            command = self._command(matter.id, by, do, words=True)
            if self.world.would_take(command) or act is c.SendBack:
                self._do(command)
                return True
        return False

    def _ways(self, matter: Matter, act: type[c.Act], number: int) -> Iterator[tuple[Actor, c.Act]]:
        """Ways to give a command, by those who may."""
        scene = self._scene(matter)
        parties = [party for party, _ in TRANSITIONS[act].standings]
        for step in count():
            by = self.cast.stands_as(pick(parties, number + step), matter, number // 7)
            if by is not None:
                yield by, ACTS[act](scene, number + step)
            elif step > len(parties):
                return

    def _anything(self, matter: Matter, gap: timedelta, digits: Digits) -> None:
        """Any command, by somebody who may, or by anybody; with its words, or without."""
        self.world.pass_time(self.world.now + gap, inclusive=False)
        matter = self.world.states[matter.id]
        act, row = pick(tuple(TRANSITIONS.items()), digits.upto(len(TRANSITIONS)))
        words = digits.upto(5) > 0
        by = self.cast.anybody(digits.upto(2000))
        if digits.upto(4):
            parties = [party for party, _ in row.standings]
            party = pick(parties, digits.upto(len(parties)))
            by = self.cast.stands_as(party, matter, digits.upto(3)) or by
        do = ACTS[act](self._scene(matter), digits.rest)
        self._do(self._command(matter.id, by, do, words=words))

    def _scene(self, matter: Matter) -> Scene:
        others = tuple(each for each in self.world.states if each != matter.id)
        fresh = f"m{self._serial + 100}"
        return Scene(self.cast, matter, self.world.now, fresh, others)

    def _command(self, matter: MatterId, by: Actor, do: c.Act, *, words: bool) -> Command:
        parts = tuple(p.matter for p in do.parts) if isinstance(do, c.Split) else ()
        texts = tuple(sorted((*TEXTS, *parts))) if words else ()
        return Command(id=f"c{self._serial + 1}", matter=matter, by=by, do=do, texts=texts)

    def _do(self, command: Command) -> None:
        self._serial += 1
        self.world.do(Deed(self.world.now, command))


def tale_of(
    setting: int,
    moves: list[int],
    cast: Cast,
    *,
    later: tuple[timedelta, Rules] | None = None,
    stage: Stage | None = None,
) -> Tale:
    """The tale that some numbers stand for.

    Args:
        setting: where it begins.
        moves: what is done then.
        cast: the city's people.
        later: after how long other rules are adopted, and which.
        stage: a stage that it is to come by.
    """
    found = setting_of(setting, cast, stage=stage)
    adopted = (found.start + later[0], later[1]) if later is not None else None
    world = World(cast.rules, found.start, later=adopted)
    teller = Teller(cast, world, Helper(cast, found.temper), found.aim, found.pace)
    teller.open(found.openings)
    teller.lead_in(found.lead_in)
    for number in moves:
        teller.move(number)
    return world.tale()
