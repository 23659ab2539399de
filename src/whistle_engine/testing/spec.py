"""Given, when, then: one decision as a value that can be checked.

For cities that test a policy, and for authors who build on the core::

    spec = (
        given(rules, (received, at(9)), (classified, at(10)))
        .when(blow, at=at(11))
        .then_refused("kind_not_yours", clause="policy")
    )
    spec.check()

What is given is events as they were recorded, or commands with the instants at which they are
given; a command that is refused there is a mistake of the specification. ``then`` names all
events in order, ``then_among`` some of them in order; an event's class stands for any event of
that class. Nothing runs until :meth:`Spec.check`, which raises an ``AssertionError`` whose text
names the command. Nothing here needs pytest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NoReturn

from attrs import evolve, field, frozen

from whistle_engine.commands import NAMES, Command
from whistle_engine.events import EVENTS, Event, Refused
from whistle_engine.model import Matter, MatterId, View
from whistle_engine.rules import Rules
from whistle_engine.workflow import decide
from whistle_engine.workflow import evolve as evolve_matter

Past = Event | tuple[Command, datetime]
"""What can be given: an event, or a command with the instant at which it was given."""
Wanted = Event | type[Event]
"""What can be wanted: this event, or any event of this class."""


def _no_others() -> Mapping[MatterId, View]:
    return MappingProxyType({})


@frozen(kw_only=True)
class Given:
    """What went before: the rules and the history. Go on with :meth:`when`."""

    rules: Rules
    history: tuple[Past, ...] = ()
    others: Mapping[MatterId, View] = field(factory=_no_others)

    def when(self, command: Command, *, at: datetime | None = None) -> When:
        """Say which command is given, and when; without ``at``, at the latest instant before.

        Args:
            command: what is decided.
            at: the instant, UTC.
        """
        return When(given=self, command=command, at=at)


@frozen(kw_only=True)
class When:
    """A command, after a history. Go on with one of the ``then`` methods."""

    given: Given
    command: Command
    at: datetime | None = None

    def then(self, *wanted: Wanted) -> Spec:
        """Exactly these events follow, in this order; none, if none are named."""
        return Spec(when=self, wanted=wanted)

    def then_among(self, *wanted: Wanted) -> Spec:
        """These events follow in this order, and there may be others among them."""
        return Spec(when=self, wanted=wanted, exact=False)

    def then_refused(self, code: str, *, clause: str | None = None) -> Spec:
        """The command is refused, this code (and clause) among the conditions not met."""
        return Spec(when=self, refused=code, clause=clause)


@frozen(kw_only=True)
class Spec:
    """A specification of one decision; :meth:`check` holds it against ``decide``.

    Attributes:
        wanted: the events that follow, unless it is to be refused.
        exact: no others may follow.
        refused, clause: the refusal that follows.
        recorded: the events that the refusal records (L11), if that is to be looked at.
    """

    when: When
    wanted: tuple[Wanted, ...] = ()
    exact: bool = True
    refused: str | None = None
    clause: str | None = None
    recorded: tuple[Wanted, ...] | None = None

    def recording(self, *wanted: Wanted) -> Spec:
        """The refusal records exactly these events: an attempt to shirk, or nothing (L11)."""
        return evolve(self, recorded=wanted)

    def check(self) -> None:
        """Decide, and hold the answer against what is wanted.

        Raises:
            AssertionError: it came otherwise; the text names the command and both sides.
        """
        command = self.when.command
        state, latest = self._past()
        now = self.when.at or latest
        if now is None:
            self._fail("nothing is given and `at` is missing: when is the command given?")
        answer = decide(state, command, self.when.given.rules, now, others=self.when.given.others)
        if isinstance(answer, Refused):
            self._check_refusal(answer)
        elif self.refused is not None:
            self._fail(f"expected to be refused with {self.refused!r}, but got", answer)
        elif not _fits(self.wanted, answer, exact=self.exact):
            kind = "exactly" if self.exact else "among others"
            self._fail(f"expected {kind} {_names(self.wanted)}, but got", answer)

    def _past(self) -> tuple[Matter | None, datetime | None]:
        """The state that the history leads to, and its latest instant."""
        matter = self.when.command.matter
        state: Matter | None = None
        latest: datetime | None = None
        rules = self.when.given.rules
        for past in self.when.given.history:
            if not isinstance(past, tuple):
                state = evolve_matter(state, past, matter=matter)
                latest = past.at
                continue
            command, latest = past
            answer = decide(state, command, rules, latest, others=self.when.given.others)
            if isinstance(answer, Refused):
                self._fail(f"the command {_name(command)} in what is given is {_told(answer)}")
            for event in answer:
                state = evolve_matter(state, event, matter=matter)
        return state, latest

    def _check_refusal(self, answer: Refused) -> None:
        if self.refused is None:
            self._fail(f"expected {_names(self.wanted)}, but it was {_told(answer)}")
        if not any(
            unmet.code == self.refused and self.clause in (None, unmet.clause)
            for unmet in answer.unmet
        ):
            behind = f" by {self.clause}" if self.clause is not None else ""
            self._fail(
                f"expected to be refused with {self.refused!r}{behind}, but it was {_told(answer)}"
            )
        if self.recorded is not None and not _fits(self.recorded, answer.recorded, exact=True):
            self._fail(
                f"expected the refusal to record {_names(self.recorded)}, but it recorded",
                answer.recorded,
            )

    def _fail(self, problem: str, came: Sequence[Event] | None = None) -> NoReturn:
        command = self.when.command
        lines = [f"when {_name(command)} ({command.id!r} on {command.matter!r}): {problem}"]
        if came is not None:
            lines += [f"  {event!r}" for event in came] or ["  no event"]
        lines.append(f"the command: {command!r}")
        raise AssertionError("\n".join(lines))


def given(rules: Rules, *history: Past, others: Mapping[MatterId, View] | None = None) -> Given:
    """Begin a specification.

    Args:
        rules: what is decided by.
        history: events, or commands with their instants, of one matter, in order.
        others: views of other matters, for a command that writes several.
    """
    return Given(rules=rules, history=history, others=others or _no_others())


def _fits(wanted: Sequence[Wanted], came: Sequence[Event], *, exact: bool) -> bool:
    """Compare in order; an event's class stands for any event of it."""
    if exact and len(wanted) != len(came):
        return False
    left = iter(came)
    return all(any(_is(one, event) for event in left) for one in wanted)


def _is(wanted: Wanted, event: Event) -> bool:
    return type(event) is wanted if isinstance(wanted, type) else event == wanted


def _name(command: Command) -> str:
    return NAMES[type(command.do)]


def _names(wanted: Sequence[Wanted]) -> str:
    shown = (EVENTS[one] if isinstance(one, type) else repr(one) for one in wanted)
    return "[" + ", ".join(shown) + "]"


def _told(refused: Refused) -> str:
    unmet = (
        f"{condition.code} ({condition.clause}) {dict(condition.facts) or ''}".rstrip()
        for condition in refused.unmet
    )
    return "refused: " + "; ".join(unmet)
