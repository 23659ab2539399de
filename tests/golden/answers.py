"""What every command is answered with, in some states that the golden decisions come by.

``answers.txt`` has a paragraph for each of these states, and in it a line for each command. The
command is given in many ways, sensible and foolish, by those who may and by others, and nothing
comes of it: the line says how often each event and each reason was the answer, and has a digest
of all the answers in full. At the end stand the reasons, each as it was first given: with what
it names, for people to read.

It is how the engine answers now, not a promise: ``python -m tests.golden.answers`` writes it anew,
and the difference is what a change does to the answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from tests.golden import decisions
from whistle_engine import commands as c
from whistle_engine.codec import dump_answer, dump_events
from whistle_engine.commands import NAMES, Command
from whistle_engine.digests import digest_of
from whistle_engine.events import EVENTS, Refused
from whistle_engine.model import (
    Actor,
    AppealKind,
    Length,
    LimitUnit,
    Matter,
    Place,
    ResultCode,
    Unmet,
)
from whistle_engine.testing.strategies._acts import ACTS, NOWHERE, Scene, pick, proofs, some_facts
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._drawing import TEXTS
from whistle_engine.testing.strategies.tales import Decision, World
from whistle_engine.transitions import TRANSITIONS

FILE = Path(__file__).with_name("answers.txt")
Answer = tuple[Decision, ...]
"""The decisions on all matters that a command writes, or the refusal."""
WAYS = 40
"""In so many ways each command is given in each state."""
STATES = 90
"""So many states are asked, each for what no other shows."""
TALES = list(decisions.tales(decisions.FILE.read_text("utf-8")))
APART = 2
"""Of the states of a tale every second can be chosen, and the last."""
DIGITS = 12
TALE, REASONS = "tale ", "reasons"


def _received(scene: Scene, number: int) -> c.Act:
    """An appeal from anywhere, by any channel, on anybody's behalf, with anything known of it."""
    places = [unit.code for unit in scene.cast.rules.directory.units]
    number, place = divmod(number, len(places) + 1)
    number, facts = divmod(number, len(FACTS) + 4)
    number, behalf = divmod(number, 3)
    return c.Receive(
        channel=pick((*scene.cast.rules.policy.channels, NOWHERE), number),
        kind=pick(list(AppealKind), number // 2),
        place=Place(unit=(*places, NOWHERE)[place]),
        source_number="A-1" if number % 3 else None,
        raiser="resident" if behalf else None,
        raiser_unit=pick(places, number) if behalf == 1 else None,
        facts=FACTS[facts] if facts < len(FACTS) else some_facts(scene.cast, number),
    )


FACTS = (
    (),
    (("nothing_such", "yes"),),
    (("category", NOWHERE),),
    (("category", NOWHERE), ("category", NOWHERE)),
    (("timing", "never"),),
)
"""Nothing, and what no policy knows."""

ODD: Mapping[type[c.Act], Callable[[Scene, int], c.Act]] = {
    c.Receive: _received,
    c.Classify: lambda _, number: c.Classify(facts=pick(FACTS, number)),
    c.Look: lambda _, number: c.Look(facts=pick(FACTS, number)),
    c.Split: lambda scene, number: c.Split(
        parts=tuple(
            c.SplitPart(
                matter=pick((scene.fresh, scene.matter.id, *scene.others), number * how),
                kind=AppealKind.HELP,
                facts=pick(FACTS, number * how),
            )
            for how in (1, 2)
        )
    ),
    c.FeedBack: lambda scene, number: c.FeedBack(
        result=ResultCode.PLANNED,
        evidence=proofs(3),
        plan_date=scene.now + timedelta(days=pick((-1, 0, 20, 5000), number)),
    ),
    c.AskExtension: lambda _, number: c.AskExtension(
        by=Length(pick((0, 1, 3660), number), pick(list(LimitUnit), number // 3))
    ),
}
"""Odd ways to give some commands, besides those of the tales."""


@frozen
class Asked:
    """A state: after which deed of which of the golden tales, and the world as it is then."""

    tale: int
    deed: int
    world: World

    @property
    def matter(self) -> Matter | None:
        """The matter that the next questions are about: the one that the deed was about."""
        return self.world.states.get(self.world.deeds[-1].command.matter)


def states() -> Iterator[Asked]:
    """The states of the golden decisions that can be chosen."""
    for tale, (_, deeds, _) in enumerate(TALES):
        for deed in range(len(deeds)):
            if deed % APART == 0 or deed == len(deeds) - 1:
                asked = state(tale, deed)
                if asked.matter is not None:
                    yield asked


def state(tale: int, deed: int) -> Asked:
    """One of the states."""
    city, deeds, _ = TALES[tale]
    world = World(decisions.CITIES[city], deeds[0].at)
    for each in deeds[: deed + 1]:
        world.do(each)
    return Asked(tale, deed, world)


def answers(asked: Asked, matter: Matter) -> Iterator[tuple[str, list[Answer]]]:
    """Of each command: its name, and what each way to give it was answered with."""
    others = tuple(each for each in asked.world.states if each != matter.id)
    scene = Scene(Cast(asked.world.rules), matter, asked.world.now, "m900", others)
    for act in TRANSITIONS:
        commands = (_command(asked, scene, act, way) for way in range(WAYS))
        yield NAMES[act], [_answer(asked.world, command) for command in commands]
    yield "receive another", openings(asked, matter)


def openings(asked: Asked, matter: Matter) -> list[Answer]:
    """What each way to open a further matter is answered with, beside a state's own."""
    scene = Scene(Cast(asked.world.rules), matter, asked.world.now, "m900", ())
    found = []
    for way in range(WAYS * 5):
        number = _number(f"{asked.tale} {asked.deed} opening {way}")
        number, party = divmod(number, len(TRANSITIONS[c.Receive].standings) + 1)
        standings = [*TRANSITIONS[c.Receive].standings, None]
        stands = standings[party]
        by = scene.cast.stands_as(stands[0], matter, number) if stands is not None else None
        command = Command(
            id="asked",
            matter="m900",
            by=by if by is not None else scene.cast.anybody(number),
            do=_received(scene, number // 3),
            texts=TEXTS if number % 9 else (),
            occurred_at=scene.now + timedelta(hours=1) if number % 10 == 0 else None,
        )
        found.append(_answer(asked.world, command))
    return found


def _command(asked: Asked, scene: Scene, act: type[c.Act], way: int) -> Command:
    number = _number(f"{asked.tale} {asked.deed} {NAMES[act]} {way}")
    number, party = divmod(number, len(TRANSITIONS[act].standings))
    number, oddity = divmod(number, 12)
    by: Actor | None = None
    if oddity:
        by = scene.cast.stands_as(TRANSITIONS[act].standings[party][0], scene.matter, number)
    do = (ODD.get(act, ACTS[act]) if oddity > 8 else ACTS[act])(scene, number // 7)
    parts = tuple(part.matter for part in do.parts) if isinstance(do, c.Split) else ()
    return Command(
        id="asked",
        matter=scene.matter.id,
        by=by if by is not None else scene.cast.anybody(number),
        do=do,
        texts=() if oddity == 1 else tuple(sorted((*TEXTS, *parts))),
        occurred_at=scene.now + timedelta(hours=pick((1, -1), number)) if oddity == 2 else None,
    )


def _number(said: str) -> int:
    return int(sha256(said.encode()).hexdigest()[:15], 16)


def _answer(world: World, command: Command) -> Answer:
    """What it would be answered with; the world stays as it is."""
    trial = World(world.rules, world.now)
    trial.states.update(world.states)
    trial.give(command)
    return tuple(step.result for step in trial.steps)


def paragraph(asked: Asked, matter: Matter) -> Iterator[str]:
    """A state's paragraph."""
    yield f"{TALE}{asked.tale}, after deed {asked.deed}: {matter.id} {matter.stage.value}"
    for name, given in answers(asked, matter):
        counted = Counter(word for answer in given for word in _words(answer))
        told = ", ".join(f"{count} {word}" for word, count in sorted(counted.items()))
        yield f"  {name}: {told}; {_digest(given)}"


def _words(answer: Answer) -> Iterator[str]:
    for result in answer:
        if isinstance(result, Refused):
            yield from (each.code for each in result.unmet)
        else:
            yield from (EVENTS[type(each)] for each in result)


def _digest(given: list[Answer]) -> str:
    parts = [
        dump_answer(result) if isinstance(result, Refused) else dump_events(result)
        for answer in given
        for result in answer
    ]
    return digest_of(b"\n".join(parts)).removeprefix("sha256:")[:DIGITS]


def _reason(name: str, unmet: Unmet) -> str:
    named = ", ".join(f"{key}={value}" for key, value in unmet.facts)
    return f"{name}: {unmet.code}({named})"


def reasons(asked: Asked, matter: Matter) -> Iterator[tuple[tuple[str, str], str]]:
    """Each reason that a state gives: its command and code, and with what it names."""
    for name, given in answers(asked, matter):
        for answer in given:
            for result in answer:
                for unmet in result.unmet if isinstance(result, Refused) else ():
                    yield (name, unmet.code), _reason(name, unmet)


def chosen() -> set[tuple[int, int]]:
    """The states that together show the most: each adds what those before it do not show."""
    shows = {}
    for asked in states():
        if asked.matter is not None:
            given = answers(asked, asked.matter)
            found = {(name, word) for name, all_ in given for one in all_ for word in _words(one)}
            shows[asked.tale, asked.deed] = found
    known, picked = set[tuple[str, str]](), set[tuple[int, int]]()
    while len(picked) < STATES:
        best = max(shows, key=lambda each: (len(shows[each] - known), each not in picked, each))
        known |= shows[best]
        picked.add(best)
    return picked


def written(only: set[tuple[int, int]]) -> Iterator[str]:
    """The file's lines."""
    first: dict[tuple[str, str], str] = {}
    for tale, deed in sorted(only):
        asked = state(tale, deed)
        if asked.matter is not None:
            yield from paragraph(asked, asked.matter)
            for key, reason in reasons(asked, asked.matter):
                first.setdefault(key, reason)
    yield REASONS
    yield from (f"  {reason}" for _, reason in sorted(first.items()))


def paragraphs(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Each paragraph of the file: which tale, after which deed, and its lines."""
    for block in text.partition(REASONS)[0].split(TALE)[1:]:
        lines = f"{TALE}{block}".splitlines()
        tale, deed = (int(each) for each in re.findall(r"\d+", lines[0])[:2])
        yield tale, deed, lines


def main() -> None:
    """Write the file."""
    FILE.write_text("\n".join(written(chosen())) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
