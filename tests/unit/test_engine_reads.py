"""What may be read, and by whom: one matter, an inbox, the ledger."""

from __future__ import annotations

from itertools import product

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import NOW, actor, tiny_directory, tiny_policy
from tests.unit.histories import PLACES, Town, towns
from tests.unit.test_engine import ALICE, BOB, CENTRE, GULOU, PIPES, XINHUA, YUMIN, ZHUJIAN, World
from tests.walks import ACTORS, RULES
from whistle_engine.commands import Classify, Merge, Receive
from whistle_engine.compiling import compile_rules
from whistle_engine.errors import UnknownMatter
from whistle_engine.model import Actor, AppealKind, Matter, Party, Place, Role, Stage
from whistle_engine.standing import everywhere, parties
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import DutyRow, LedgerFilter, MatterRow
from whistle_engine.texts import LANGS
from whistle_engine.workflow import replay

SLOW = settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

READERS: tuple[Actor, ...] = (
    *ACTORS,
    actor("s-2", Role.STREET, "fenghuang"),
    actor("c-2", Role.COMMUNITY, "yumin"),
    actor("g-2", Role.GRID_BRANCH, "gulou"),
    actor("g-3", Role.MICRO_GRID_LEADER, "beita"),
    actor("r-xinhua", Role.RECEIVER, "xinhua"),
    actor("r-shegong", Role.RECEIVER, "shegong"),
    actor("no-unit", Role.STREET),
    actor("resident-of", Role.RESIDENT, "zhujian"),
    actor("elsewhere", Role.COORDINATOR, "zhujian"),
    Actor(id="both", roles=frozenset({Role.STREET, Role.COMMUNITY}), unit="xinhua"),
    Actor(id="all", roles=frozenset(Role) - {Role.SYSTEM}, unit="gulou"),
)
"""Everybody of the walks, and some whose roles and units do not belong together."""

LISTED = frozenset({
    Party.STREET, Party.COMMUNITY, Party.LEAD, Party.GRID_BRANCH, Party.MICRO_GRID_LEADER,
    Party.COORDINATOR, Party.OPERATIONS, Party.HOTLINE, Party.SYSTEM,
})  # fmt: skip
"""As which parties an actor finds a matter in the ledger."""


def state(town: Town, matter: str) -> Matter:
    """The matter as it stands, whoever asks."""
    return town.engine.matter(actor("system", Role.SYSTEM), matter)


def all_rows(town: Town) -> tuple[MatterRow, ...]:
    return town.store.ledger(LedgerFilter(), limit=999)


def all_duties(town: Town, unit: str) -> tuple[DutyRow, ...]:
    return town.store.inbox(unit, limit=999)


# ------------------------------------------------------------------------------- one matter


def test_a_timeline_is_told_in_both_languages() -> None:
    world = World()
    world.dispatched()
    for lang in LANGS:
        lines = world.engine.timeline(ALICE, "m-1", lang)
        events = [e for c in world.engine.commits(ALICE, "m-1") for e in c.events]
        assert [line.event for line in lines] == events
        assert all(line.text for line in lines)
    assert "水管" not in str(world.engine.timeline(ALICE, "m-1", "zh"))


@pytest.mark.parametrize("stranger", [BOB, YUMIN, ZHUJIAN])
def test_l16_every_read_of_a_matter_hides_what_is_not_yours(stranger: Actor) -> None:
    world = World()
    world.receive()
    engine = world.engine
    for read in (
        lambda matter: engine.timeline(stranger, matter, "zh"),
        lambda matter: engine.documents(stranger, matter, 1),
        lambda matter: engine.matter(stranger, matter),
        lambda matter: engine.commits(stranger, matter),
    ):
        with pytest.raises(UnknownMatter) as there:
            read("m-1")
        with pytest.raises(UnknownMatter) as nowhere:
            read("m-9")
        assert str(there.value).replace("m-1", "m-9") == str(nowhere.value)


def test_the_documents_of_a_decision_stay_those_that_it_rested_on() -> None:
    world = World()
    world.receive()
    first = world.engine.documents(ALICE, "m-1", 1)
    world.engine.adopt(compile_rules(tiny_policy(version="2"), tiny_directory()))
    world.ok(GULOU, Classify(facts=PIPES))
    second = world.engine.documents(ALICE, "m-1", 2)
    assert world.engine.documents(ALICE, "m-1", 1) == first
    assert first.policy != second.policy
    assert first.directory == second.directory
    with pytest.raises(UnknownMatter):
        world.engine.documents(ALICE, "m-1", 3)


def test_a_source_number_shows_only_what_is_yours() -> None:
    world = World()
    for matter, place in (("m-1", "gulou"), ("m-2", "yumin")):
        do = Receive(
            channel="12345", kind=AppealKind.HELP, place=Place(unit=place), source_number="G-1"
        )
        world.ok(ALICE, do, matter)

    def found(reader: Actor) -> list[str]:
        return [row.matter for row in world.engine.by_source_number(reader, "12345", "G-1")]

    assert found(CENTRE) == found(ALICE) == ["m-1", "m-2"]
    assert (found(GULOU), found(YUMIN), found(BOB)) == (["m-1"], ["m-2"], [])
    assert world.engine.by_source_number(CENTRE, "12345", "G-2") == ()


# ------------------------------------------------------------------------------- offices


@SLOW
@given(towns())
def test_an_office_has_a_part_in_every_matter_and_nobody_else_has(town: Town) -> None:
    offices = {Party.COORDINATOR, Party.OPERATIONS, Party.HOTLINE, Party.SYSTEM}
    for reader in READERS:
        for row in all_rows(town):
            standing = parties(reader, state(town, row.matter), RULES)
            assert bool(standing & offices) == everywhere(reader, RULES)


def test_where_there_is_no_hotline_nobody_is_one() -> None:
    town = Town(rules=compile_rules(tiny_policy(hotline=None), tiny_directory()))
    town.play([])
    nobody = actor("h", Role.HOTLINE)
    assert town.engine.ledger(nobody) == ()
    assert not everywhere(nobody, town.rules)
    with pytest.raises(UnknownMatter):
        town.engine.matter(nobody, "m1")


# ------------------------------------------------------------------------------- the ledger


@SLOW
@given(towns())
def test_l16_the_ledger_shows_what_is_yours_and_nothing_else(town: Town) -> None:
    for reader in READERS:
        shown = town.engine.ledger(reader)
        assert shown == tuple(
            row
            for row in all_rows(town)
            if parties(reader, state(town, row.matter), RULES) & LISTED
        )
        for row in shown:
            town.engine.matter(reader, row.matter)  # which raises where it may not be read


@SLOW
@given(towns(most=5, steps=8), st.integers(1, 3))
def test_the_pages_of_the_ledger_are_the_ledger(town: Town, limit: int) -> None:
    for reader in READERS:
        paged: list[MatterRow] = []
        while page := town.engine.ledger(reader, after=paged[-1] if paged else None, limit=limit):
            assert len(page) <= limit
            paged += page
        assert tuple(paged) == town.engine.ledger(reader)


@SLOW
@given(towns(most=4, steps=10))
def test_l16_a_filter_narrows_and_never_widens(town: Town) -> None:
    filters = [
        *(LedgerFilter(street=street) for street in ("xinhua", "fenghuang")),
        *(LedgerFilter(community=community) for community in ("gulou", "beita", "nowhere")),
        *(LedgerFilter(lead=lead) for lead in ("zhujian", "xinhua")),
        *(LedgerFilter(stage=stage) for stage in Stage),
        LedgerFilter(open=True, opened_before=NOW),
    ]
    for reader, where in product(READERS, filters):
        all_of_it = {row.matter for row in town.engine.ledger(reader)}
        asked = {row.matter for row in town.store.ledger(where, limit=999)}
        assert {row.matter for row in town.engine.ledger(reader, where)} == all_of_it & asked


def test_the_ledger_is_read_page_by_page_and_not_whole() -> None:
    class Counting(MemoryStore):
        rows = 0

        def ledger(
            self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
        ) -> tuple[MatterRow, ...]:
            found = super().ledger(where, after=after, limit=limit)
            self.rows += len(found)
            return found

    store = Counting()
    world = World(store)
    for number in range(20):
        world.receive(f"m-{number}")
    for reader, read in ((CENTRE, 3), (XINHUA, 3), (BOB, 0)):
        store.rows = 0
        assert len(world.engine.ledger(reader, limit=3)) == read
        assert store.rows == read


# ------------------------------------------------------------------------------- the inbox


@SLOW
@given(towns())
def test_l16_an_inbox_shows_its_own_unit_what_it_may_see(town: Town) -> None:
    for reader in READERS:
        shown = town.engine.inbox(reader)
        if reader.unit is None:
            assert shown == ()
            continue
        assert shown == tuple(
            duty
            for duty in all_duties(town, reader.unit)
            if parties(reader, state(town, duty.matter), RULES)
        )


@SLOW
@given(towns())
def test_l16_the_inbox_of_another_unit_is_for_offices_only(town: Town) -> None:
    for reader, unit in product(READERS, ("gulou", "xinhua", "zhujian", "nowhere", *PLACES)):
        if unit == reader.unit:
            continue
        wanted = all_duties(town, unit) if everywhere(reader, RULES) else ()
        assert town.engine.inbox(reader, unit) == wanted


@SLOW
@given(towns(most=4, steps=10), st.integers(1, 3))
def test_the_pages_of_an_inbox_are_the_inbox(town: Town, limit: int) -> None:
    for reader in READERS:
        paged: list[DutyRow] = []
        while page := town.engine.inbox(reader, after=paged[-1] if paged else None, limit=limit):
            assert len(page) <= limit
            paged += page
        assert tuple(paged) == town.engine.inbox(reader)


def test_an_inbox_shows_whose_move_it_is() -> None:
    world = World()
    world.dispatched()
    assert {d.what.value for d in world.engine.inbox(ZHUJIAN)} >= {"report_in", "solve"}
    assert world.engine.inbox(GULOU) == ()
    assert world.engine.inbox(CENTRE, "zhujian") == world.engine.inbox(ZHUJIAN)
    assert world.engine.inbox(evolve(ZHUJIAN, roles=frozenset({Role.RESIDENT}))) == ()


def test_a_matter_carried_on_elsewhere_is_read_where_it_is() -> None:
    world = World()
    world.receive("m-1")
    world.receive("m-2", BOB)
    world.ok(GULOU, Classify(facts=PIPES), "m-2")
    world.ok(GULOU, Classify(facts=PIPES), "m-1")
    world.ok(GULOU, Merge(into="m-2"), "m-1")
    assert [row.matter for row in world.engine.ledger(GULOU, LedgerFilter(open=True))] == ["m-2"]
    assert world.engine.timeline(ALICE, "m-2", "en")
    told = [e for c in world.engine.commits(GULOU, "m-2") for e in c.events]
    assert replay("m-2", told) == world.engine.matter(GULOU, "m-2")
