"""From a file to a :class:`Story`; each mistake with its step, line and what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timezone
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeGuard

from attrs import define, field

from whistle_engine.errors import StoryError
from whistle_engine.events import EVENTS
from whistle_engine.model import Label, Outcome, Role, Stage, What
from whistle_engine.refusals import CLAUSES
from whistle_engine.story.fields import Setting, build, nearest
from whistle_engine.story.times import absolute, instant
from whistle_engine.story.values import ANY, PASSIVE, WAIT, Expect, Plain, Step, Story, StoryActor

_HEADER = re.compile(r"^\s*\[\[\s*step\s*\]\]")
_STORY = ("title", "note", "policy", "start", "matter", "actors", "step")
_ACTOR = ("id", "roles", "unit", "title")
_STEP = (
    "at", "until", "by", "do", "with", "matter", "texts", "occurred_at", "expect", "note",
)  # fmt: skip
_EXPECT = (
    "events", "stage", "outcome", "lead", "first_responder", "duties", "due", "refused", "clause",
)  # fmt: skip
EVENT_NAMES = tuple(wire.partition("/")[0] for wire in EVENTS.values())
"""The events' names, as expectations write them."""
SYSTEM = StoryActor(id="system", roles=frozenset({Role.SYSTEM}))
"""An actor that every story has."""


def shipped_stories() -> tuple[str, ...]:
    """The names of the stories that come with the library."""
    names = (entry.name for entry in _shelf().iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def shipped_story(name: str) -> Story:
    """Read a story that comes with the library.

    Raises:
        StoryError: there is none of this name.
    """
    if name not in shipped_stories():
        raise StoryError(f"no story {name!r} is shipped; {nearest(name, shipped_stories())}")
    text = _shelf().joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return parse_story(text, name=name, source=f"{name}.toml")


def _shelf() -> Traversable:
    return resources.files("whistle_engine").joinpath("stories")


def read_story(path: Path | str) -> Story:
    """Read a story from a file.

    Raises:
        StoryError: it can't be read; all mistakes at once, each with its step and line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StoryError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise StoryError(f"{path}: is not UTF-8; save it as UTF-8") from None
    return parse_story(text, name=path.name.removesuffix(".toml"), source=str(path))


def parse_story(text: str, *, name: str = "story", source: str = "story") -> Story:
    """Read a story from its text.

    Args:
        text: the TOML.
        name: names the story's commands and, if it says nothing else, its own matter.
        source: what messages call it.

    Raises:
        StoryError: all mistakes at once, each with its step and line.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StoryError(f"{source}: is not TOML: {error}") from None
    except (ValueError, RecursionError):  # both are limits of what reads it
        raise StoryError(
            f"{source}: is nested too deep, or has a number of thousands of digits"
        ) from None
    notes = _Notes(source, _lines(text, len(_tables(table.get("step")))))
    story = _story(table, name, notes)
    if notes.problems or story is None:
        raise StoryError("\n".join(notes.problems))
    return story


def _lines(text: str, steps: int) -> tuple[int, ...]:
    """The lines on which the steps begin, from 1; none if they can't be told."""
    found = [n for n, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    return tuple(found) if len(found) == steps else ()


@define
class _Notes:
    """The mistakes found so far, and where we are."""

    source: str
    lines: tuple[int, ...]
    problems: list[str] = field(factory=list)
    where: str = ""

    def add(self, problem: str) -> None:
        """Note a mistake, each line of it on its own."""
        for line in problem.splitlines():
            self.problems.append(f"{self.source}{self.where}: {line}")

    def at_step(self, number: int) -> int:
        """What follows is about this step; give its line."""
        line = self.lines[number - 1] if self.lines else 0
        self.where = f", step {number}" + (f" (line {line})" if line else "")
        return line

    def keys(self, table: Mapping[str, Any], known: Iterable[str], what: str) -> None:
        """Note the keys that mean nothing."""
        for key in table:
            if key not in known:
                self.add(f"{what} has no {key!r}; {nearest(key, known)}")

    def tried(self, make: Callable[[], object]) -> None:
        """Note the mistake that making something shows."""
        try:
            make()
        except StoryError as error:
            self.add(str(error))


def _story(table: dict[str, Any], name: str, notes: _Notes) -> Story | None:
    notes.keys(table, _STORY, "a story")
    title = _label(table.get("title"), "title", notes)
    note = _label(table["note"], "note", notes) if "note" in table else None
    policy = _word(table, "policy", notes, 'the name of a policy, such as "xingqing", or its file')
    start = _local(table.get("start"))
    if not start:
        notes.add("`start` is missing; it is a local time, such as 2024-03-04T09:00:00")
    try:
        began = absolute(start, timezone.utc)  # noqa: UP017  a timezone, to count in
    except StoryError as error:
        if start:
            notes.add(f"start: {error}")
        began = datetime(2000, 1, 1, tzinfo=UTC)
    matter = str(table.get("matter", name))
    actors = _actors(table.get("actors"), notes)
    rows = _tables(table.get("step"))
    if not rows:
        notes.add("it has no steps; each begins with [[step]]")
    people = {key: actor.id for key, actor in actors.items()}
    steps = []
    for number, row in enumerate(rows, 1):
        line = notes.at_step(number)
        steps.append(_step(row, line, actors, Setting(timezone.utc, began, people), notes))  # noqa: UP017
    notes.where = ""
    if title is None or notes.problems:
        return None
    return Story(
        name=name, title=title, policy=policy, start=start, matter=matter, actors=actors,
        steps=tuple(steps), note=note, source=notes.source,
    )  # fmt: skip


def _actors(value: Any, notes: _Notes) -> dict[str, StoryActor]:
    found = {"system": SYSTEM}
    if not isinstance(value, dict) or not value:
        notes.add('it has no actors; write [actors.NAME] with roles = ["…"]')
        return found
    known = [role.value for role in Role]
    for key, row in value.items():
        if not isinstance(row, dict):
            notes.add(f"actor {key!r} is no table; write [actors.{key}]")
            continue
        what = f"actor {key!r}"
        notes.keys(row, _ACTOR, what)
        roles = row.get("roles", [])
        if not _texts(roles) or not roles:
            notes.add(f'{what} has no roles; write roles = ["…"] with any of {", ".join(known)}')
            continue
        if not isinstance(row.get("unit", ""), str):
            notes.add(f"{what}: `unit` is no text; it is the code of a unit")
        for role in roles:
            if role not in known:
                notes.add(f"{what}: no role {role!r}; {nearest(role, known)}")
        found[key] = StoryActor(
            id=str(row.get("id", key)),
            roles=frozenset(Role(role) for role in roles if role in known),
            unit=row.get("unit"),
            title=_label(row["title"], f"{what}: title", notes) if "title" in row else None,
        )
    return found


def _step(
    row: dict[str, Any], line: int, actors: dict[str, StoryActor], setting: Setting, notes: _Notes
) -> Step:
    notes.keys(row, _STEP, "a step")
    do = _word(row, "do", notes, 'the name of an act, or "wait" or "check"')
    by = row.get("by")
    fields = _plain(row.get("with", {}))
    if not isinstance(fields, dict):
        notes.add("`with` is no table; write with = { … }")
        fields = {}
    if do in PASSIVE:
        if by is not None or fields:
            notes.add(f"{do!r} is done by nobody, with nothing: leave out `by` and `with`")
    else:
        if do:
            notes.tried(lambda: build(do, fields, setting))
        if by is None:
            notes.add('nobody does it; write by = "…" with the name of an actor')
        elif not isinstance(by, str) or by not in actors:
            notes.add(f"no actor {by!r}; {nearest(str(by), actors)}")
    at, until, occurred = (_local(row.get(key)) for key in ("at", "until", "occurred_at"))
    if (do == WAIT) != bool(until):
        notes.add('`until` says how long to wait: every "wait" has it, and nothing else')
    for text in (at, until, occurred):
        notes.tried(lambda t=text: instant(t, after=setting.at, zone=setting.zone))  # type: ignore[misc]
    texts = row.get("texts", {})
    if not isinstance(texts, dict) or not _texts(list(texts.values())):
        notes.add('`texts` is no table of words; write texts = { text = "…" }')
        texts = {}
    matter = row.get("matter")
    if matter is not None and not isinstance(matter, str):
        notes.add(f"`matter` is {matter!r}; write the id of a matter in quotes")
    return Step(
        do=do, by=by, at=at, until=until, fields=fields, matter=matter, texts=texts,
        occurred_at=occurred or None, expect=_expect(row.get("expect", {}), do, notes),
        note=_label(row["note"], "note", notes) if "note" in row else None, line=line,
    )  # fmt: skip


def _expect(row: Any, do: str, notes: _Notes) -> Expect:
    if not isinstance(row, dict):
        notes.add("`expect` is no table; write [step.expect]")
        return Expect()
    notes.keys(row, _EXPECT, "`expect`")
    lists = {}
    for key in ("events", "duties"):
        value = row.get(key)
        if value is not None and not _texts(value):
            notes.add(f'`expect.{key}` is no list of texts; write {key} = ["…"]')
            value = None
        lists[key] = tuple(value) if value is not None else None
    _known(lists["events"], EVENT_NAMES, "event", notes)
    _known(lists["duties"], [what.value for what in What], "duty", notes)
    _known(_one(row, "stage"), [stage.value for stage in Stage], "stage", notes)
    _known(_one(row, "outcome"), [outcome.value for outcome in Outcome], "outcome", notes)
    _known(_one(row, "refused"), CLAUSES, "code of a refusal", notes)
    due = row.get("due")
    if due is not None and not (isinstance(due, dict) and due):
        notes.add('`expect.due` is no table; write due = { "solve zhujian" = "2024-03-04 09:00" }')
        due = None
    if due is not None:
        _known(tuple(due), [what.value for what in What], "duty", notes)
        due = {key: _local(value) for key, value in due.items()}
        for text in due.values():
            notes.tried(lambda t=text: absolute(t, timezone.utc))  # type: ignore[misc]  # noqa: UP017
    if "clause" in row and "refused" not in row:
        notes.add("`expect.clause` goes with `expect.refused`: name the code too")
    if do in PASSIVE and "refused" in row:
        notes.add(f"{do!r} asks for nothing, so nothing can be refused")
    single = {key: row.get(key) for key in _EXPECT if key not in ("events", "duties", "due")}
    return Expect(events=lists["events"], duties=lists["duties"], due=due, **single)


def _one(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return (str(row[key]),) if key in row else ()


def _known(values: tuple[str, ...] | None, known: Iterable[str], what: str, notes: _Notes) -> None:
    """Note each value whose first word names nothing that there is."""
    for value in values or ():
        word = (value.split() or [""])[0].partition("/")[0]
        if word != ANY and word not in known:
            notes.add(f"`expect`: no {what} {word!r}; {nearest(word, known)}")


def _label(value: Any, what: str, notes: _Notes) -> Label | None:
    match value:
        case {"zh": str(zh), "en": str(en), **others} if not others:
            return Label(zh=zh, en=en)
    notes.add(f'`{what}` is not there in both languages; write {{ zh = "…", en = "…" }}')
    return None


def _word(row: Mapping[str, Any], key: str, notes: _Notes, wanted: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        notes.add(f"`{key}` is missing; it is {wanted}")
        return ""
    return value


def _local(value: Any) -> str:
    """A time as text, whether it was written as text or as TOML's own date and time."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value if isinstance(value, str) else "" if value is None else str(value)


def _plain(value: Any) -> Plain:
    """TOML's values with dates and times as text."""
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case str() | bool() | int():
            return value
        case date() | time():
            return _local(value)
        case _:
            return str(value)


def _tables(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [row for row in value if isinstance(row, dict)]


def _texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
