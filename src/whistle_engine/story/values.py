"""A story as values: who takes part, the steps, and what each step is expected to bring.

A story holds plain values as its file does: local times as text, acts as names with fields.
What they mean (which instant, which act) is worked out when it is played, since only the
policy knows the city's time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from whistle_engine.model import Actor, Label, Role, UnitCode

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"]
"""What a field of an act can be in a story: what TOML can say, times as text."""

WAIT = "wait"
"""The step in which nobody does anything, and time passes until ``until``."""
CHECK = "check"
"""The step in which nothing happens; its expectations are held against the matter as it is."""
PASSIVE = (WAIT, CHECK)
"""The steps that give no command."""
ANY = "..."
"""In a list of expected events or duties: anything may stand here, or nothing."""


def _nothing() -> Mapping[str, Plain]:
    return MappingProxyType({})


def _no_words() -> Mapping[str, str]:
    return MappingProxyType({})


@frozen(kw_only=True)
class StoryActor:
    """Somebody in a story: the table ``[actors.NAME]``."""

    id: str
    roles: frozenset[Role]
    unit: UnitCode | None = None
    title: Label | None = None

    @property
    def actor(self) -> Actor:
        """The actor that gives the commands."""
        return Actor(id=self.id, roles=self.roles, unit=self.unit)


@frozen(kw_only=True)
class Expect:
    """What a step is expected to bring; what is ``None`` is not looked at.

    Attributes:
        events: the events in order, each a name and perhaps words (``closed settled``).
        stage, outcome: the matter's, afterwards.
        lead, first_responder: units, afterwards.
        duties: all running duties, such as ``solve zhujian`` or ``mark wang``.
        due: local times by duty.
        refused: the code of a condition that is not met; the step is refused.
        clause: the clause behind that condition.
    """

    events: tuple[str, ...] | None = None
    stage: str | None = None
    outcome: str | None = None
    lead: str | None = None
    first_responder: str | None = None
    duties: tuple[str, ...] | None = None
    due: Mapping[str, str] | None = None
    refused: str | None = None
    clause: str | None = None


@frozen(kw_only=True)
class Step:
    """One step of a story: the table ``[[step]]``.

    Attributes:
        do: the name of an act, or ``wait`` or ``check``.
        fields: the act's fields (``with`` in the file).
        at: when, local; empty for the time of the step before.
        until: for ``wait``, until when.
        matter: on which matter; ``None`` for the story's own.
        line: where the step begins in its file, 0 if it was not read from one.
    """

    do: str
    by: str | None = None
    at: str = ""
    until: str = ""
    fields: Mapping[str, Plain] = field(factory=_nothing)
    matter: str | None = None
    texts: Mapping[str, str] = field(factory=_no_words)
    occurred_at: str | None = None
    expect: Expect = field(factory=Expect)
    note: Label | None = None
    line: int = 0


@frozen(kw_only=True)
class Story:
    """A story: under which policy it plays, from when, who takes part, and what happens.

    Attributes:
        name: how its commands and its own matter are named: the file's name without ``.toml``.
        source: the file that it was read from, for messages.
        policy: the name of a shipped policy, or a file (``mycity.toml``) from the story's folder.
        start: local time.
        matter: the story's own matter: that of the steps that name none.
    """

    name: str
    title: Label
    policy: str
    start: str
    matter: str
    actors: Mapping[str, StoryActor]
    steps: tuple[Step, ...]
    note: Label | None = None
    source: str = ""
