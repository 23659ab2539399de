"""From what somebody does to a command with its words, and whether the rules would take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.commands import NAMES, Command, subjects
from whistle_engine.events import Refused
from whistle_engine.generate import words
from whistle_engine.generate.scene import Scene, Turn
from whistle_engine.model import Matter, MatterId
from whistle_engine.rules import Rules
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import decide, view

SAID: Mapping[type[c.Act], tuple[str, ...]] = {
    c.Add: ("text",),
    c.FeedBack: ("text",),
    c.Supervise: ("text",),
    c.GrantExtension: ("reason",),
}
"""The words that people write though the table does not ask for them."""


@frozen
class Given:
    """A command with its words."""

    command: Command
    texts: dict[str, str]


def give(turn: Turn, scene: Scene) -> Given:
    """The command of a turn, under an id that counts the matter's commands."""
    act = type(turn.do)
    name = NAMES[act]
    wanted = set(TRANSITIONS[act].texts) | set(SAID.get(act, ()))
    if isinstance(turn.do, c.Split):
        wanted |= {part.matter for part in turn.do.parts}
    title = scene.city.titles.get(scene.origin.category, scene.origin.category)
    texts = {} if turn.wordless else {
        each: words.with_act(name, title, scene.dice) for each in sorted(wanted)
    }  # fmt: skip
    command = Command(
        id=f"{scene.matter.id}.{scene.serial}",
        matter=scene.matter.id,
        by=turn.by,
        do=turn.do,
        occurred_at=turn.occurred_at,
        texts=tuple(texts),
    )
    return Given(command, texts)


def would_do(
    command: Command,
    states: Callable[[MatterId], Matter | None],
    rules: Rules,
    now: datetime,
    *,
    shirks: bool,
) -> bool:
    """Tell whether a command would be taken; or, if it shirks, at least be put on record."""
    found = {each: states(each) for each in subjects(command)}
    views = {each: view(state, rules) for each, state in found.items() if state is not None}
    for each, state in found.items():
        others = {name: seen for name, seen in views.items() if name != each}
        answer = decide(state, command, rules, now, subject=each, others=others)
        if isinstance(answer, Refused):
            return shirks and bool(answer.recorded)
    return True
