"""A made-up district: lawful, alive, the same every time, and nothing in it forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from attrs import evolve

from tests.support import local, tiny_directory, tiny_policy
from tests.unit.generated import NEW_YEAR, Seen, digest, run
from tests.walks import OTHER_RULES, RULES
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.commands import ACTS, NAMES, Command
from whistle_engine.commits import Answer
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import WhistleError
from whistle_engine.events import EVENTS, Refused
from whistle_engine.generate import (
    BUSY,
    DISTRICT,
    QUIET,
    Arrivals,
    Order,
    Pace,
    Profile,
    drive,
    generate,
    intake,
    scaled,
)
from whistle_engine.generate.agenda import ACT, TIMER, Agenda
from whistle_engine.generate.city import City
from whistle_engine.generate.dice import Dice
from whistle_engine.generate.hours import Attended, Hours
from whistle_engine.generate.planning import Planner
from whistle_engine.model import Affair, Outcome, Stage, UnitKind
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.workflow import duties

A_TENTH = evolve(
    DISTRICT,
    arrivals=Arrivals(per_month=21, again=0.25),
    residents=evolve(DISTRICT.residents, unsolved=0.15, reopen=0.03),
    departments=evolve(
        DISTRICT.departments, object=0.10, send_back=0.04, flow_back=0.03, hollow=0.04
    ),
    district=evolve(DISTRICT.district, set_aside=0.04),
)
"""A tenth of DISTRICT's appeals; what is rare there is likelier here, or half a year lacked it."""

HALF_A_YEAR = NEW_YEAR + timedelta(days=182)

NOT_HERE = {c.SendStraight, c.FixDueTimes}
"""What can't come up: Xingqing's hotline does not send straight, and its calendar is known."""


def at_home() -> Rules:
    return shipped_rules()


# ---------------------------------------------------------------- the same every time


def test_the_same_seed_gives_the_same_commits_byte_for_byte() -> None:
    found = []
    for seed in (5, 5, 6):
        store = MemoryStore()
        run(at_home(), seed=seed, matters=25, profile=DISTRICT, store=store)
        found.append(digest(store))
    assert found[0] == found[1]
    assert found[0] != found[2]


ELSEWHERE = """
from tests.unit.generated import digest, run
from whistle_engine.generate import BUSY
from whistle_engine.policy_file import shipped_rules
from whistle_engine.storage.memory import MemoryStore
store = MemoryStore()
run(shipped_rules(), seed=8, matters=12, profile=BUSY, store=store)
print(digest(store))
"""


def test_another_process_gives_the_same_commits() -> None:
    """No order of a set or a hash gets in."""
    store = MemoryStore()
    run(at_home(), seed=8, matters=12, profile=BUSY, store=store)
    paths = os.pathsep.join(path for path in sys.path if path)
    for hash_seed in ("1", "2"):
        done = subprocess.run(  # noqa: S603  a fixed command
            [sys.executable, "-c", ELSEWHERE],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths, "TZ": "America/New_York"},
        )
        assert done.stdout.strip() == digest(store)


def test_another_store_holds_the_same_commits(tmp_path: Path) -> None:
    sqlite = pytest.importorskip("whistle_engine.storage.sqlite")
    memory = MemoryStore()
    file: Store = sqlite.SqliteStore(tmp_path / "district.db", durable=False)
    for store in (memory, file):
        run(at_home(), seed=9, matters=15, profile=BUSY, store=store)
    assert digest(file) == digest(memory)
    file.close()


class WithWorker:
    """An engine whose timers are fired by its own worker, one at a time."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        *,
        clock: Callable[[], datetime],
        salt: Callable[[], bytes],
    ) -> None:
        self._engine = Engine(store, rules, clock=clock, salt=salt)

    def execute(self, command: Command, *, texts: Mapping[str, str] | None = None) -> Answer:
        if isinstance(command.do, c.FireTimer):
            (answer,) = self._engine.fire_due(limit=1)
            return answer
        return self._engine.execute(command, texts=texts)


def test_timers_fire_as_the_worker_would_fire_them() -> None:
    direct, worked = MemoryStore(), MemoryStore()
    run(at_home(), seed=3, matters=30, profile=BUSY, store=direct)
    for _ in generate(
        worked, at_home(), seed=3, start=NEW_YEAR, matters=30, profile=BUSY, engine=WithWorker
    ):
        pass
    assert digest(worked) == digest(direct)


@pytest.mark.parametrize("stopped", [1, 60, 200])
def test_a_run_that_was_cut_off_is_taken_up_by_running_it_again(stopped: int) -> None:
    """Each command is answered as it was, until the new ones begin (L13)."""
    whole, cut = MemoryStore(), MemoryStore()
    run(RULES, seed=6, matters=25, profile=BUSY, store=whole)
    for _ in islice(
        generate(cut, RULES, seed=6, start=NEW_YEAR, matters=25, profile=BUSY), stopped
    ):
        pass
    assert len(cut.feed(0, limit=1000)) < len(whole.feed(0, limit=1000))
    run(RULES, seed=6, matters=25, profile=BUSY, store=cut)
    assert digest(cut) == digest(whole)


def test_two_runs_share_a_store_under_two_prefixes() -> None:
    store = MemoryStore()
    for prefix in ("north-", "south-"):
        run(at_home(), seed=1, matters=3, profile=QUIET, store=store, prefix=prefix)
    assert {record.matter[:6] for record in store.feed(0, limit=1000)} == {"north-", "south-"}


# ---------------------------------------------------------------- what comes in


@pytest.fixture(scope="module")
def year() -> list[Order]:
    return list(intake(at_home(), seed=2, start=NEW_YEAR, until=NEW_YEAR + timedelta(days=366)))


def received(order: Order) -> c.Receive:
    assert isinstance(order.command.do, c.Receive)
    return order.command.do


def test_a_little_over_200_appeals_a_month_come_in_at_each_community(year: list[Order]) -> None:
    directory = at_home().directory
    many = Counter(directory.above(received(o).place.unit, UnitKind.COMMUNITY) for o in year)
    assert len(many) == sum(u.kind is UnitKind.COMMUNITY for u in directory.units)
    for community, found in many.items():
        assert 200 <= found / 12 <= 220, community


def test_appeals_follow_the_hours_the_week_and_the_seasons(year: list[Order]) -> None:
    times = [at_home().policy.local(order.at) for order in year]
    assert times == sorted(times)
    hours = Counter(at.hour for at in times)
    assert sum(hours[hour] for hour in range(6)) < 0.06 * len(times)
    assert sum(hours[hour] for hour in range(8, 18)) > 0.6 * len(times)
    days = Counter(at.weekday() for at in times)
    assert days[0] > days[2] > days[6] > 0
    cold = [at.month in (11, 12, 1, 2) for at, o in zip(times, year, strict=True)
            if o.origin.category == "heating_fault"]  # fmt: skip
    assert len(cold) > 10
    assert sum(cold) > 0.7 * len(cold)


def test_every_category_and_place_comes_up_and_emergencies_are_few(year: list[Order]) -> None:
    policy = at_home().policy
    known = {row.code for row in policy.categories}
    came = {order.origin.category for order in year}
    assert came <= known
    assert len(came) > 0.97 * len(known)  # the rarest need more than a year of four communities
    assert {received(order).channel for order in year} == set(policy.channels)
    assert 0.01 < sum(order.origin.urgent for order in year) / len(year) < 0.03
    assert 0.02 < sum(order.origin.repeats is not None for order in year) / len(year) < 0.06


def test_intake_is_what_generate_executes(year: list[Order]) -> None:
    store = MemoryStore()
    steps = generate(store, at_home(), seed=2, start=NEW_YEAR, matters=20)
    opened = [step for step in steps if isinstance(step.command.do, c.Receive)]
    assert [(s.at, s.command, dict(s.texts)) for s in opened] == [
        (o.at, o.command, o.texts) for o in year[:20]
    ]


def test_intake_goes_on_for_ever_if_nobody_stops_it() -> None:
    orders = list(islice(intake(RULES, seed=1, start=NEW_YEAR, profile=QUIET), 50))
    assert len({order.command.matter for order in orders}) == 50
    later = intake(RULES, seed=1, start=orders[9].at, profile=QUIET)
    assert next(later).at == orders[9].at


# ---------------------------------------------------------------- half a year


@pytest.fixture(scope="module")
def half_year() -> tuple[MemoryStore, Seen]:
    store = MemoryStore()
    return store, run(at_home(), seed=11, until=HALF_A_YEAR, profile=A_TENTH, store=store)


def test_half_a_year_has_everything_that_the_mechanism_has(
    half_year: tuple[MemoryStore, Seen],
) -> None:
    seen = half_year[1]
    assert seen.stages == set(Stage)
    outcomes = {one.outcome for one in seen.final}
    assert outcomes == set(Outcome)
    acts = {NAMES[act] for act in set(ACTS) - set(seen.acts) - NOT_HERE}
    events = {EVENTS[event] for event in set(EVENTS) - set(seen.events)}
    assert len(acts) <= 2, acts
    assert len(events) <= 1, events


def test_half_a_year_is_like_a_district(half_year: tuple[MemoryStore, Seen]) -> None:
    seen = half_year[1]
    found = [one.classification for one in seen.final if one.classification is not None]
    affairs = Counter(one.affair for one in found)
    kinds = Counter(one.kind for one in found if one.kind is not None)
    public = affairs[Affair.PUBLIC]
    assert 0.55 < public / len(found) < 0.80
    assert 0.12 < affairs[Affair.SHARED] / len(found) < 0.28
    assert 0.07 < affairs[Affair.HOUSEHOLD] / len(found) < 0.22
    assert 0.60 < kinds["quick"] / public < 0.85
    assert 0.10 < kinds["tough"] / public < 0.30
    assert 0.01 < kinds["emergency"] / public < 0.10
    matters = len(seen.final)
    settled = sum(one.outcome is Outcome.SETTLED for one in seen.final)
    assert 0.65 < settled / matters < 0.95
    assert 0.04 < seen.missed < 0.15
    commands = sum(seen.acts.values())
    assert 8 < commands / matters < 25


def test_every_history_keeps_every_law(half_year: tuple[MemoryStore, Seen]) -> None:
    assert half_year[1].breaches() == []


def test_who_shirks_is_refused_and_recorded_and_nobody_else_is_refused(
    half_year: tuple[MemoryStore, Seen],
) -> None:
    seen = half_year[1]
    many, unrecorded = len(seen.refusals), [r.code for r in seen.refusals if not r.recorded]
    assert many > 5
    assert unrecorded == []
    how = {ev.how for r in seen.refusals for ev in r.recorded if isinstance(ev, e.ShirkRefused)}
    assert len(how) >= 2


def test_no_matter_is_forgotten(half_year: tuple[MemoryStore, Seen]) -> None:
    store, seen = half_year
    stages = {one.stage for one in seen.final}
    assert stages == {Stage.CLOSED}
    assert [duty for one in seen.final for duty in duties(one, seen.rules)] == []
    far = HALF_A_YEAR + timedelta(days=3650)
    assert store.timers.waiting(until=far, limit=10) == ()
    assert store.timers.dead(limit=10) == ()


def test_the_words_are_chinese_and_filled_in(half_year: tuple[MemoryStore, Seen]) -> None:
    texts = half_year[1].texts
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in words) for words in texts)
    assert not any("{" in words for words in texts)
    assert len(set(texts)) > 300


def test_only_what_is_not_at_rest_is_kept_in_memory(half_year: tuple[MemoryStore, Seen]) -> None:
    seen = half_year[1]
    middle = NEW_YEAR + timedelta(days=91)
    first = max(held for at, held in seen.held if at < middle)
    second = max(held for at, held in seen.held if middle <= at < HALF_A_YEAR)
    matters = len(seen.final)
    assert second < 1.5 * first
    assert max(first, second) < 0.25 * matters


# ---------------------------------------------------------------- stopped in the middle


def test_a_run_that_is_stopped_leaves_what_is_open_with_somebody() -> None:
    store = MemoryStore()
    until = NEW_YEAR + timedelta(days=20)
    rules = at_home()
    seen = run(rules, seed=4, until=until, profile=scaled(BUSY, 40), store=store, finish=False)
    still = [one for one in seen.final if one.stage is not Stage.CLOSED]
    many, idle = len(still), [one.id for one in still if not duties(one, rules)]
    assert many > 5
    assert idle == []
    assert store.timers.waiting(until=until, limit=5) == ()
    assert max(at for at, _ in seen.held) <= until
    assert seen.breaches() == []


# ---------------------------------------------------------------- other cities, other people


@pytest.mark.parametrize("rules", [RULES, OTHER_RULES], ids=["tiny", "otherwise"])
def test_any_city_comes_alive(rules: Rules) -> None:
    seen = run(rules, seed=12, matters=150, profile=BUSY)
    assert seen.breaches() == []
    stages = {one.stage for one in seen.final}
    assert stages == {Stage.CLOSED}
    assert (seen.acts[c.SendStraight] > 0) is rules.policy.straight
    assert seen.stages >= set(Stage) - {Stage.DEFERRED, Stage.BLOWN}


def test_a_busy_district_misses_more_than_a_quiet_one() -> None:
    busy = run(RULES, seed=1, matters=150, profile=BUSY)
    quiet = run(RULES, seed=1, matters=150, profile=QUIET)
    assert busy.missed > 1.5 * quiet.missed
    assert quiet.refusals == []


# ---------------------------------------------------------------- what is wrong


def test_a_run_has_to_end_some_time() -> None:
    with pytest.raises(ValueError, match="until when, or how many"):
        generate(MemoryStore(), RULES, seed=1, start=NEW_YEAR)


def test_a_start_has_a_time_zone() -> None:
    naive = NEW_YEAR.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a time zone"):
        generate(MemoryStore(), RULES, seed=1, start=naive, matters=1)


def test_so_has_an_end_and_there_is_a_matter_at_least() -> None:
    with pytest.raises(ValueError, match=r"until is .*, without a time zone"):
        generate(MemoryStore(), RULES, seed=1, start=NEW_YEAR, until=NEW_YEAR.replace(tzinfo=None))
    for none in (0, -1):
        with pytest.raises(ValueError, match=f"matters is {none}; it should be 1 or more"):
            generate(MemoryStore(), RULES, seed=1, start=NEW_YEAR, matters=none)


def test_a_city_without_communities_cannot_be_asked() -> None:
    whole = tiny_directory()
    units = tuple(
        evolve(u, posted_at=()) for u in whole.units
        if u.kind not in (UnitKind.COMMUNITY, UnitKind.GRID)
    )  # fmt: skip
    empty = compile_rules(tiny_policy(), evolve(whole, units=units))
    with pytest.raises(ValueError, match="no community under a street"):
        next(intake(empty, seed=1, start=NEW_YEAR))


def test_chances_and_weights_are_what_they_say() -> None:
    with pytest.raises(ValueError, match=r"Pace\.late is 1\.5; it should be a chance"):
        Pace(late=1.5)
    with pytest.raises(ValueError, match=r"Arrivals\.hours should be 24 weights"):
        Arrivals(hours=(1.0,) * 12)
    with pytest.raises(ValueError, match=r"Arrivals\.months should be 12 weights"):
        Arrivals(months=(0.0,) * 12)


def test_a_matter_that_never_comes_to_rest_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "AT_LAST", timedelta(minutes=1))
    with pytest.raises(WhistleError, match=r"matters are not at rest \(g1-000001"):
        run(RULES, seed=1, matters=2, profile=QUIET)


def test_nothing_happens_before_it_is_asked_for() -> None:
    store = MemoryStore()
    steps = generate(store, RULES, seed=1, start=NEW_YEAR, matters=5)
    assert store.feed(0, limit=1) == ()
    first = next(steps)
    assert not isinstance(first.answer, Refused)
    assert first.number == len(store.feed(0, limit=10)) == 1


def test_a_timer_that_somebody_else_fired_is_an_error() -> None:
    """Or what is generated would no longer be what the seed says."""
    store = MemoryStore()
    steps = generate(store, RULES, seed=2, start=NEW_YEAR, matters=5)
    meddler = Engine(store, RULES)
    first = next(steps)
    meddler.fire_due(first.at + timedelta(days=1))
    with pytest.raises(WhistleError, match="nobody else may write in these matters"):
        Counter(steps)


def test_offices_keep_their_shifts_and_duty_rooms_the_day() -> None:
    hours = Hours(RULES.policy)
    dice = Dice.of(1)
    noon, friday_night = local("2024-03-04 12:30"), local("2024-03-08 21:00")
    assert hours.next(noon, Attended.ALWAYS, dice) == noon
    assert hours.next(noon, Attended.DAYTIME, dice) == noon
    assert (
        local("2024-03-04 14:00")
        <= hours.next(noon, Attended.OFFICE, dice)
        < local("2024-03-04 14:45")
    )
    by_day = hours.next(friday_night, Attended.DAYTIME, dice)
    assert local("2024-03-09 08:00") <= by_day < local("2024-03-09 08:45")
    in_office = hours.next(friday_night, Attended.OFFICE, dice)
    assert local("2024-03-11 08:30") <= in_office < local("2024-03-11 09:15")
    holiday = hours.next(local("2024-04-04 09:00"), Attended.OFFICE, dice)
    assert local("2024-04-07 08:30") <= holiday < local("2024-04-07 09:15")  # a make-up Sunday


def test_what_is_done_at_the_instant_of_a_timer_comes_first() -> None:
    """A clock is still kept at its due time."""
    agenda = Agenda(Planner(City(RULES), QUIET, Hours(RULES.policy)), QUIET, 1)
    for kind in (TIMER, ACT, TIMER):
        agenda._enter(NEW_YEAR, kind, "m1", None)
    assert [agenda.pop()[1] for _ in range(3)] == [ACT, TIMER, TIMER]


# ---------------------------------------------------------------- at length


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("HYPOTHESIS_PROFILE") != "explore", reason="long: part of make stories"
)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("profile", [DISTRICT, BUSY, QUIET], ids=lambda one: one.name)
def test_months_at_full_strength_keep_every_law(profile: Profile, seed: int) -> None:
    until = NEW_YEAR + timedelta(days=60)
    seen = run(at_home(), seed=seed, until=until, profile=profile)
    assert seen.breaches() == []
    stages = {one.stage for one in seen.final}
    assert stages == {Stage.CLOSED}
