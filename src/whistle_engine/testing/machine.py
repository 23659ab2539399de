"""A Hypothesis machine over a whole engine: a city's commands, workers and readers, in any order.

It holds each answer against :mod:`.machine_model`, and each step against the laws::

    TestMyMachine = city_machine(MY_RULES).TestCase
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from whistle_engine import commands as c
from whistle_engine.commands import Command
from whistle_engine.commits import Answer
from whistle_engine.engine import Engine
from whistle_engine.errors import CommandIdReused, UnknownMatter
from whistle_engine.events import Event, Refused
from whistle_engine.model import Actor, AppealKind, Matter, MatterId, Place
from whistle_engine.review.laws import STEP_LAWS, Taken
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import LedgerFilter
from whistle_engine.testing.machine_model import Model
from whistle_engine.testing.strategies._acts import ACTS, Scene, pick, some_facts
from whistle_engine.testing.strategies._cast import Cast, places
from whistle_engine.testing.strategies._changes import CHANGES, change_of
from whistle_engine.testing.strategies._drawing import TEXTS, WAITS
from whistle_engine.testing.strategies._goodwill import PLAIN, Helper
from whistle_engine.testing.strategies.tales import SYSTEM
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.verify import verify
from whistle_engine.workflow import evolve_all

NUMBERS = st.integers(0, 2**24 - 1)
STRANGER = Actor(id="stranger", roles=frozenset())


class CityMachine(RuleBasedStateMachine):
    """Gives commands, lets time pass, works late, sends again, adopts, reads.

    Give :attr:`city`, as a class attribute or by :func:`city_machine`.

    Attributes:
        city: the city's rules.
        opening: opens a store with nothing in it.
    """

    city: Rules
    opening: Callable[[], Store] = MemoryStore

    def __init__(self) -> None:
        """Open a store with nothing in it, on a working morning."""
        super().__init__()
        policy = type(self).city.policy
        first = datetime(policy.in_force_from.year, policy.in_force_from.month, 1, 9, tzinfo=UTC)
        self.now = first + timedelta(days=31)
        self.store = type(self).opening()
        self.engine = self._engine(type(self).city)
        self.model = Model(policy.coordinator, policy.operations, policy.hotline)
        self.states: dict[MatterId, Matter] = {}
        self.sent: list[tuple[Command, Answer]] = []

    def _engine(self, rules: Rules) -> Engine:
        return Engine(self.store, rules, clock=lambda: self.now)

    @property
    def cast(self) -> Cast:
        """The city's people, by the rules in force."""
        return Cast(self.engine.rules)

    def teardown(self) -> None:
        """Hold everything against the model once more: rows, timers, chains; and close."""
        self._look_at_everything()
        report = verify(self.store)
        assert report.ok, f"check that what is stored is whole: {report.first}"
        self.store.close()

    # ------------------------------------------------------------------------------ commands

    @rule(by=NUMBERS, how=NUMBERS)
    def receive(self, by: int, how: int) -> None:
        """An appeal comes in."""
        number, kind = divmod(how, len(AppealKind))
        do = c.Receive(
            channel=pick(tuple(self.cast.rules.policy.channels), by),
            kind=list(AppealKind)[kind],
            place=Place(unit=pick(places(self.cast), number)),
            facts=some_facts(self.cast, number) if number % 3 == 0 else (),
        )
        self._give(f"m{len(self.sent)}", pick(self.cast.residents, by), do)

    @precondition(lambda self: self.states)
    @rule(which=NUMBERS, steps=st.integers(1, 6))
    def good_will(self, which: int, steps: int) -> None:
        """Somebody of good will moves a matter on, as far as the rules let them."""
        matter = self._matter(which)
        helper = Helper(self.cast, PLAIN)
        for _ in range(steps):
            for by, do in helper.turns(self.states[matter], self.now):
                if not isinstance(self._give(matter, by, do), Refused):
                    break

    @precondition(lambda self: self.states)
    @rule(which=NUMBERS, act=NUMBERS, by=NUMBERS, how=NUMBERS, words=st.integers(0, 4))
    def give(self, which: int, act: int, by: int, how: int, words: int) -> None:
        """Give any command, most times by somebody who may."""
        matter = self._matter(which)
        state = self.states[matter]
        kind, row = pick(tuple(TRANSITIONS.items()), act)
        parties = [party for party, _ in row.standings]
        actor = self.cast.stands_as(pick(parties, by // 4), state, how) if by % 4 else None
        others = tuple(each for each in self.states if each != matter)
        scene = Scene(self.cast, state, self.now, f"m{len(self.sent)}", others)
        self._give(matter, actor or self.cast.anybody(by), ACTS[kind](scene, how), words=words > 0)

    def _matter(self, which: int) -> MatterId:
        return pick(tuple(self.states), which)

    def _give(self, matter: MatterId, by: Actor, do: c.Act, *, words: bool = True) -> Answer:
        parts = tuple(part.matter for part in do.parts) if isinstance(do, c.Split) else ()
        names = tuple(sorted((*TEXTS, *parts))) if words else ()
        command = Command(id=f"c{len(self.sent)}", matter=matter, by=by, do=do, texts=names)
        answer = self.engine.execute(command, texts=dict.fromkeys(names, "…"))
        self.sent.append((command, answer))
        self._heard(command, answer)
        return answer

    def _heard(self, command: Command, answer: Answer) -> None:
        """Let the model hear an answer, and hold the step against the laws."""
        if isinstance(answer, Refused):
            if answer.recorded:
                self._keep(command, command.matter, answer.recorded, answer)
            return
        for written in answer.written:
            self._keep(command, written.matter, written.events, written.events)
            version = self.model.matters[written.matter]["version"]
            assert written.version == version, "check that versions count the commits (S2)"

    def _keep(
        self,
        command: Command,
        matter: MatterId,
        events: tuple[Event, ...],
        answer: tuple[Event, ...] | Refused,
    ) -> None:
        before = self.states.get(matter)
        after = evolve_all(before, events, matter=matter)
        self.model.hear(matter, events)
        step = Taken(before, command, self.now, answer, after, self.engine.rules)
        for name, law in STEP_LAWS.items():
            for words in law(step):
                raise AssertionError(f"{name}: {words}")
        if after is not None:
            self.states[matter] = after

    # ------------------------------------------------------------------------------ time

    @precondition(lambda self: self.states)
    @rule(wait=st.sampled_from(WAITS))
    def work(self, wait: timedelta) -> None:
        """Let time pass, with a worker that fires each timer when it is due."""
        end = self.now + wait
        while (due := min((at for *_, at in self.model.timers()), default=end)) < end:
            self.now = max(self.now, due)
            self._fire()
        self.now = end

    @precondition(lambda self: self.states)
    @rule(wait=st.sampled_from(WAITS))
    def work_late(self, wait: timedelta) -> None:
        """Let time pass without a worker; then it fires all that is due."""
        self.now += wait
        self._fire()

    def _fire(self) -> None:
        answers = self.engine.fire_due(self.now)
        for answer in answers:
            assert not isinstance(answer, Refused), f"check that due timers fire: {answer}"
            matter = answer.written[0].matter
            self._heard(Command(id=answer.command, matter=matter, by=SYSTEM, do=TIMER), answer)
        late = [timer for timer in self.model.timers() if timer[3] <= self.now]
        assert not late or len(answers) >= MOST, f"check that all that is due has fired: {late}"

    # ------------------------------------------------------------------------------ repeating

    @precondition(lambda self: self.sent)
    @rule(which=NUMBERS)
    def send_again(self, which: int) -> None:
        """The same command again: what wrote has the answer of once, what did not is new (L13)."""
        place = which % len(self.sent)
        command, first = self.sent[place]
        wrote = not isinstance(first, Refused) or bool(first.recorded)
        answer = self.engine.execute(command, texts=dict.fromkeys(command.texts, "…"))
        if wrote:
            assert answer == first, f"check that {command.id} has its first answer: {answer}"
        else:
            self.sent[place] = (command, answer)
            self._heard(command, answer)

    @precondition(lambda self: self.sent)
    @rule(which=NUMBERS, stranger=st.booleans())
    def reuse_an_id(self, which: int, stranger: bool) -> None:  # noqa: FBT001  drawn by name
        """Another command under the same id: refused loudly, to a stranger silently (L13, L16)."""
        command, first = pick(self.sent, which)
        if (isinstance(first, Refused) and not first.recorded) or command.matter not in self.states:
            return
        other = evolve(command, by=STRANGER) if stranger else evolve(command, do=c.Urge())
        if other == command:
            return
        try:
            answer = self.engine.execute(other, texts=dict.fromkeys(other.texts, "…"))
        except CommandIdReused:
            assert not stranger or isinstance(other.do, c.Receive)
        else:
            assert isinstance(answer, Refused), "check that another command is not taken for one"
            assert answer.code == "not_permitted", answer

    # ------------------------------------------------------------------------------ upkeep

    @rule(which=NUMBERS, how=NUMBERS)
    def adopt(self, which: int, how: int) -> None:
        """Adopt a policy that is otherwise in one point: no running clock changes (FR7)."""
        change = change_of(type(self).city, pick(CHANGES, which), how)
        if change is not None:
            self.engine.adopt(change.rules)
        self._look_at_everything()

    @rule(whole=st.booleans())
    def start_again(self, whole: bool) -> None:  # noqa: FBT001  drawn by name
        """Another engine on the same store; and all look-up rows made anew, or not."""
        self.engine = self._engine(self.engine.rules)
        if whole:
            self.engine.rebuild_all()
        self._look_at_everything()

    @precondition(lambda self: self.states)
    @rule(which=NUMBERS)
    def erase(self, which: int) -> None:
        """Erase the words of a matter: its history stays as it is (S17)."""
        matter = self._matter(which)
        before = self.engine.commits(SYSTEM, matter)
        found = self.engine.erase(SYSTEM, matter=matter)
        assert not isinstance(found, Refused)
        assert self.engine.commits(SYSTEM, matter) == before, "check that erasing changes no commit"

    # ------------------------------------------------------------------------------ reading

    @rule(which=NUMBERS, by=NUMBERS)
    def read(self, which: int, by: int) -> None:
        """Anybody reads any matter: those with a part in it do, to all others it is not there."""
        matter = pick((*self.states, "nowhere"), which)
        actor = pick((*self.cast.residents, STRANGER), by // 2) if by % 2 else self.cast.anybody(by)
        talks = {role.value for role in actor.roles} & {"grid_branch", "micro_grid_leader"}
        try:
            seen = self.engine.matter(actor, matter)
        except UnknownMatter:
            assert not self.model.sees(actor, matter), f"check that {actor.id} sees {matter}"
            return
        assert talks or self.model.sees(actor, matter), f"check that {actor.id} sees no {matter}"
        assert seen == self.states[matter]

    def _look_at_everything(self) -> None:
        """Each matter, the ledger, each inbox and the timers are as the model has them."""
        rows = {row.matter: row for row in self.engine.ledger(SYSTEM, LedgerFilter(), limit=1000)}
        assert set(rows) == set(self.model.matters), "check that the ledger has every matter"
        for matter, known in self.model.matters.items():
            row, state = rows[matter], self.engine.matter(SYSTEM, matter)
            lead = next((u for u, part in known["parts"].items() if part == "lead"), None)
            assert (row.version, row.stage.value, row.lead) == (
                known["version"], known["stage"], lead,
            ), f"check the row of {matter}: {row} and {known}"  # fmt: skip
            assert (row.outcome.value if row.outcome else None) == known["outcome"]
            assert state == self.states[matter], f"check that {matter} replays as it was (L12)"
            assert {r.unit: r.part.value for r in state.responders} == known["parts"]
            assert {k.id: k.due.at for k in state.clocks} == {
                number: clock["due"] for number, clock in known["clocks"].items()
            }, f"check that no clock of {matter} changes by itself (FR7)"
        for unit in self.cast.units:
            inbox = self.engine.inbox(SYSTEM, unit, limit=1000)
            assert [(d.due, d.matter, d.clock) for d in inbox] == self.model.inbox(unit), unit
        far = self.now + timedelta(days=9000)
        waiting = self.engine.due_timers(far, limit=10_000)
        assert {(t.matter, t.clock, t.step, t.due) for t in waiting} == self.model.timers()


MOST = 1000
"""How many timers an engine fires at once."""

TIMER = c.FireTimer(clock=1, step=1)
"""Stands for the timer that was fired, which its events tell."""


def city_machine(
    city: Rules, *, open_store: Callable[[], Store] = MemoryStore
) -> type[CityMachine]:
    """A machine for a city.

    Args:
        city: its rules.
        open_store: opens a store with nothing in it, a new one each time.
    """
    return type("Machine", (CityMachine,), {"city": city, "opening": staticmethod(open_store)})
