"""What is decided, step for step: a thousand deeds that come by every refusal that they can.

``decisions-1.txt`` holds tales: on one line by which rules, on the next ones the deeds, each with
its time and the command in the wire format, and after each deed what was decided, for timers that
fired before it too: the matter, the command, the events or the refusal's codes, and a digest of
all that is in them. A release decides as the one before; where it does not, the line shows where.

``python -m tests.golden.decisions`` writes the file if it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from random import Random

from tests.walks import OTHER_RULES, RULES
from whistle_engine.codec import canonical, dump_answer, dump_command, dump_events, load_command
from whistle_engine.commands import NAMES
from whistle_engine.digests import digest_of
from whistle_engine.events import EVENTS, Refused
from whistle_engine.review.laws import Taken, matter_of
from whistle_engine.rules import Rules
from whistle_engine.testing.strategies import Deed, Tale, tell
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._drawing import MOVE_BYTES, SETTING_BYTES, tale_of
from whistle_engine.testing.strategies.tales import World

FILE = Path(__file__).with_name("decisions-1.txt")
CITIES: Mapping[str, Rules] = {"tiny": RULES, "other": OTHER_RULES}
"""Rules that only the tests have: what ships may change with a city's law."""
TRIED = 900
"""How many tales are drawn of each city, to choose from."""
WORTH = 3
"""So much a further tale has to show that no other does."""
MOVES = 25
DIGITS = 20
"""How many of a digest are kept: enough to differ."""


def line(step: Taken) -> str:
    """What was decided, in a line."""
    result = step.result
    if isinstance(result, Refused):
        what, data = f"refused: {' '.join(each.code for each in result.unmet)}", dump_answer(result)
    else:
        what, data = " ".join(EVENTS[type(each)] for each in result), dump_events(result)
    state = canonical(step.after) if step.after is not None else b""
    digest = digest_of(data + state).removeprefix("sha256:")[:DIGITS]
    return f"{matter_of(step)} {NAMES[type(step.command.do)]} -> {what} {digest}"


def lines(city: str, deeds: tuple[Deed, ...]) -> Iterator[str]:
    """A tale in lines, decided anew."""
    yield json.dumps({"city": city})
    world, told = World(CITIES[city], deeds[0].at), 0
    for deed in deeds:
        world.do(deed)
        command = json.loads(dump_command(deed.command))
        said = {"at": deed.at.isoformat(), "command": command}
        yield json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        yield from (line(step) for step in world.steps[told:])
        told = len(world.steps)


def tales(text: str) -> Iterator[tuple[str, tuple[Deed, ...], list[str]]]:
    """Each tale of the file: its city, its deeds, and its lines."""
    for block in text.split('{"city": ')[1:]:
        head, *rest = block.splitlines()
        city = json.loads('{"city": ' + head)["city"]
        deeds = tuple(_deed(each) for each in rest if each.startswith("{"))
        yield city, deeds, [json.dumps({"city": city}), *rest]


def _deed(said: str) -> Deed:
    plain = json.loads(said)
    return Deed(
        datetime.fromisoformat(plain["at"]), load_command(json.dumps(plain["command"]).encode())
    )


# ------------------------------------------------------------------------------- choosing


def shown(tale: Tale) -> set[tuple[str, ...]]:
    """What a tale comes by that another one may not."""
    found: set[tuple[str, ...]] = set()
    for step in tale.steps:
        name = NAMES[type(step.command.do)]
        if isinstance(step.result, Refused):
            found |= {(name, each.code) for each in step.result.unmet}
        else:
            found |= {(name, EVENTS[type(each)]) for each in step.result}
    return found


def chosen() -> Iterator[tuple[str, Tale]]:
    """Tales that together come by all that the drawn ones do, each by something of its own."""
    for city, rules in CITIES.items():
        cast, known = Cast(rules), set[tuple[str, ...]]()
        rng = Random(city)  # noqa: S311  chance, no secret
        drawn = [
            tale_of(
                rng.getrandbits(8 * SETTING_BYTES),
                [rng.getrandbits(8 * MOVE_BYTES) for _ in range(MOVES)],
                cast,
            )
            for _ in range(TRIED)
        ]
        each = [(shown(tale), tale) for tale in drawn]
        while True:
            more, best = max(((len(found - known), n) for n, (found, _) in enumerate(each)))
            if more < WORTH:
                break
            known |= each[best][0]
            yield city, tell(each[best][1].deeds, rules)


def main() -> None:
    """Write the file, if it is missing."""
    if FILE.exists():
        return
    told = [text for city, tale in chosen() for text in lines(city, tale.deeds)]
    FILE.write_text("\n".join(told) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
