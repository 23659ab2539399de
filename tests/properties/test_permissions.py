"""L16: what the permission table does not allow is refused, and a refusal shows nothing.

The table by hand is :data:`whistle_engine.review.ceiling.CEILING`, from the section "Who may ever
give a command" of the design; the relations are reckoned here once more, from the events and from
what is known of the tiny city. None of them shares a line with the table of transitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from attrs import evolve as with_changes
from attrs import field, mutable
from hypothesis import given
from hypothesis import strategies as st

from tests.support import NOW
from tests.walks import ACTORS, RULES, TEXTS, Move, acts, walk
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.events import Event, Refused
from whistle_engine.model import (
    Actor,
    AppealKind,
    Matter,
    Part,
    Party,
    Place,
    Role,
    facts,
)
from whistle_engine.review.ceiling import CEILING, DEPARTURES, MAY, relations
from whistle_engine.rules import Rules
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import allowed, decide

# ---------------------------------------------------------------- the table, by hand


def as_parties(who: Iterable[str]) -> frozenset[Party]:
    """The same in the words of the code, where a responder is the lead or joint."""
    named = set(who)
    if {"lead", "joint"} <= named:
        named = named - {"lead", "joint"} | {"responder"}
    return frozenset(Party(name) for name in named)


def test_every_command_is_in_the_table() -> None:
    assert sorted(CEILING) == sorted(c.NAMES.values())


def test_each_departure_says_why_and_departs() -> None:
    for command, party, reason in DEPARTURES:
        assert reason
        assert party not in CEILING[command].split()


@pytest.mark.parametrize("act", list(TRANSITIONS), ids=c.NAMES.get)
def test_the_ceiling_is_that_of_the_table(act: type[c.Act]) -> None:
    assert TRANSITIONS[act].parties == as_parties(MAY[c.NAMES[act]])


# ---------------------------------------------------------------- relations, reckoned anew

COMMUNITY, STREET, GRID = "gulou", "xinhua", "gulou-1"
"""Where every walk's matter lies."""

SPEAKERS = {Role.RECEIVER, Role.STREET, Role.COMMUNITY}
"""Who can speak for a unit that responds."""

OFFICES: Mapping[str, tuple[Role, str]] = {
    "community": (Role.COMMUNITY, COMMUNITY),
    "street": (Role.STREET, STREET),
    "micro_grid_leader": (Role.MICRO_GRID_LEADER, GRID),
    "grid_branch": (Role.GRID_BRANCH, GRID),
    "hotline": (Role.HOTLINE, "hotline"),
    "operations": (Role.OPERATIONS, "zhihui"),
    "coordinator": (Role.COORDINATOR, "shegong"),
}
"""Parties that are a role in one certain unit."""


@mutable
class Told:
    """Who takes part in a matter, as its events tell."""

    raisers: set[str] = field(factory=set)
    parts: dict[str, str] = field(factory=dict)
    first: str | None = None

    def hear(self, event: Event) -> None:
        match event:
            case e.Received(raisers=raisers) | e.Absorbed(raisers=raisers):
                self.raisers |= {r.id for r in raisers}
            case e.Withdrawn(raiser=raiser):
                self.raisers.discard(raiser)
            case e.Dispatched(responders=called):
                self.first = called[0].unit
                self.parts = {r.unit: _PART[r.part] for r in called}
            case e.BroughtIn(responder=more):
                self.parts[more.unit] = _PART[more.part]
            case e.Joined(unit=unit):
                self.parts[unit] = "joint"
            case e.Accepted(unit=unit) | e.Designated(unit=unit):
                for other, part in self.parts.items():
                    self.parts[other] = "joint" if part == "lead" else part
                self.parts[unit] = "lead"
            case e.Released(unit=unit):
                del self.parts[unit]
            case e.StoodDown():
                self.parts, self.first = {}, None
            case _:
                pass

    def relations(self, actor: Actor) -> frozenset[str]:
        """Everything that an actor is in the matter."""
        found = {"anyone"}
        if actor.id in self.raisers:
            found.add("raiser")
        if Role.SYSTEM in actor.roles:
            found.add("system")
        found |= {
            party
            for party, (role, unit) in OFFICES.items()
            if role in actor.roles and actor.unit == unit
        }
        if actor.unit is not None and actor.roles & SPEAKERS:
            part = self.parts.get(actor.unit)
            if part is not None:
                found.add(part)
            if part in ("lead", "joint"):
                found.add("responder")
            if actor.unit == self.first:
                found.add("first_responder")
        return frozenset(found)


_PART = {Part.LEAD: "lead", Part.JOINT: "joint", Part.INVITED: "invited"}


# ---------------------------------------------------------------- who acts, and on what


def _actor(name: str, unit: str | None, *roles: Role) -> Actor:
    return Actor(id=name, roles=frozenset(roles), unit=unit)


EVERYBODY = (
    *ACTORS,
    # the right role in the wrong unit, or in none; the right unit in the wrong role
    _actor("other-resident", None, Role.RESIDENT),
    _actor("no-role", "gulou"),
    _actor("no-unit", None, *(r for r in Role if r is not Role.SYSTEM)),
    _actor("street-in-community", "gulou", Role.STREET),
    _actor("community-in-street", "xinhua", Role.COMMUNITY),
    _actor("other-street", "fenghuang", Role.STREET),
    _actor("other-branch", "yumin", Role.GRID_BRANCH, Role.MICRO_GRID_LEADER),
    _actor("branch-in-community", "gulou", Role.GRID_BRANCH),
    _actor("not-operations", "shegong", Role.OPERATIONS, Role.HOTLINE),
    _actor("not-coordinator", "zhihui", Role.COORDINATOR),
    _actor("clerk-of-department", "zhujian", Role.RESIDENT, Role.COORDINATOR),
    # those who are several things at once
    _actor("resident", "zhujian", Role.RECEIVER),
    _actor("street-receiver", "xinhua", Role.STREET, Role.RECEIVER),
)


def one_of_each(state: Matter, now: datetime) -> dict[str, c.Act]:
    """One act for each command."""
    place = Place(unit=GRID)
    found: tuple[c.Act, ...] = (
        *acts(state, now),
        c.Receive(channel="12345", kind=AppealKind.ENQUIRY, place=place),
        c.Split(parts=(c.SplitPart(matter="m2", kind=AppealKind.HELP),)),
        c.Merge(into="m3"),
        c.Release(unit="zhujian"),
        c.Tell(raiser="resident"),
        c.FireTimer(clock=1, step=1),
    )
    return {c.NAMES[type(act)]: act for act in found}


def command(by: Actor, act: c.Act) -> c.Command:
    return c.Command(id="asked", matter="m1", by=by, do=act, texts=TEXTS)


LONG = st.lists(
    st.tuples(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 19)),
    min_size=40,
    max_size=60,
)
"""Walks long enough to bring several units in; without a least length most have five steps."""


def reached(path: list[Move]) -> Iterator[tuple[Matter, Told]]:
    """The states of a walk, and who takes part in each; one for each stage and set of parts."""
    told = Told()
    seen = set()
    for step in walk(path):
        for event in step.written:
            told.hear(event)
        state = step.after
        assert state is not None
        kind = state.stage, told.first, *sorted(told.raisers), *sorted(told.parts.items())
        if kind not in seen:
            seen.add(kind)
            yield state, told


def hidden(result: tuple[Event, ...] | Refused) -> bool:
    """Tell whether somebody was not permitted, and check that they were told nothing else."""
    if not isinstance(result, Refused) or "not_permitted" not in {u.code for u in result.unmet}:
        return False
    (found,) = result.unmet
    assert (found.code, found.clause, found.facts, found.shirk) == (
        "not_permitted", "L16", (), None,
    )  # fmt: skip
    assert result.recorded == ()
    return True


# ---------------------------------------------------------------- the law


def check(state: Matter, told: Told, rules: Rules, may: Callable[[str], frozenset[str]]) -> None:
    """Each command by each actor is permitted exactly when the hand table says so."""
    for name, act in one_of_each(state, state.at).items():
        for by in EVERYBODY:
            asked = command(by, act)
            result = decide(state, asked, rules, state.at)
            found = told.relations(by)
            assert set(relations(by, state, rules)) == found, (by, told)
            entitled = not found.isdisjoint(may(name))
            if name == "receive":  # opening what is there already: a stranger learns nothing of it
                entitled = entitled and found != {"anyone"}
            assert hidden(result) is not entitled, (name, by, told, state.stage)
            if not entitled and name != "receive":
                assert result == decide(None, asked, rules, state.at), (name, by)


@given(LONG)
def test_permitted_is_what_the_hand_table_permits(path: list[Move]) -> None:
    for state, told in reached(path):
        check(state, told, RULES, MAY.__getitem__)


@given(LONG)
def test_what_is_listed_as_allowed_is_permitted(path: list[Move]) -> None:
    for state, told in reached(path):
        for by in EVERYBODY:
            found = told.relations(by)
            for name in allowed(state, by, RULES, state.at + timedelta(hours=1)):
                assert not found.isdisjoint(MAY[name]), (name, by, told)


def test_a_matter_that_is_not_there_shows_only_that_one_may_not() -> None:
    state, _ = next(reached([]))
    for name, act in one_of_each(state, NOW).items():
        for by in EVERYBODY:
            result = decide(None, command(by, act), RULES, NOW)
            assert hidden(result) is (name != "receive"), (name, by)
            if name != "receive":
                assert isinstance(result, Refused)
                assert result.command == name


def test_not_permitted_is_said_before_anything_else_could_be() -> None:
    """A command in which everything is wrong: the rest shows only to those who are permitted."""
    state, _ = next(reached([]))
    wrong = c.Command(
        id="asked", matter="m1", by=_actor("thief", None, Role.RESIDENT),
        do=c.Classify(facts=facts(nonsense="yes")), occurred_at=NOW + timedelta(days=3),
    )  # fmt: skip
    assert hidden(decide(state, wrong, RULES, NOW))
    assert not hidden(decide(state, with_changes(wrong, by=ACTORS[1]), RULES, NOW))


# ---------------------------------------------------------------- a policy narrows

NARROWED = st.dictionaries(
    st.sampled_from(sorted(CEILING)),
    st.frozensets(st.sampled_from(list(Party)), max_size=5),
    max_size=len(CEILING),
)
"""Permissions of a policy: each command to any parties at all, also such as never had it."""


@given(LONG, NARROWED)
def test_a_policy_only_narrows(path: list[Move], narrowed: dict[str, frozenset[Party]]) -> None:
    """Permitted are those whom the table and the policy both let; nobody is let in by a policy."""
    rules = with_changes(RULES, policy=with_changes(RULES.policy, permissions=narrowed))

    def may(name: str) -> frozenset[str]:
        if name not in narrowed:
            return MAY[name]
        kept = {party.value for party in as_parties(MAY[name]) & narrowed[name]}
        return frozenset(kept)

    for state, told in reached(path):
        check(state, told, rules, may)
