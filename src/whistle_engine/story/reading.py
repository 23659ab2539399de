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
from whistle_engine.problems import Slot, StoryProblem
from whistle_engine.refusals import CLAUSES
from whistle_engine.story._sentences import (
    actor_named,
    at_step,
    mistake,
    names,
    quoted,
    same,
    wrong,
)
from whistle_engine.story.fields import Setting, build, nearest, problems_of
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
    files = (entry.name for entry in _shelf().iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in files if n.endswith(".toml")))


def shipped_story(name: str) -> Story:
    """Read a story that comes with the library.

    Raises:
        StoryError: there is none of this name.
    """
    if name not in shipped_stories():
        raise wrong("story_unknown", name=quoted(name), near=nearest(name, shipped_stories()))
    text = _shelf().joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return parse_story(text, name=name, source=f"{name}.toml")


def _shelf() -> Traversable:
    return resources.files("whistle_engine").joinpath("stories")


def stories_in(folder: Path | str) -> tuple[Path, ...]:
    """The files of a folder that are stories, whatever their names: TOML files with steps.

    A file that cannot be read is among them: reading it tells why.
    """
    return tuple(path for path in sorted(Path(folder).glob("*.toml")) if _has_steps(path))


def _has_steps(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return path.is_file()
    return any(_HEADER.match(line) for line in text.splitlines())


def read_story(path: Path | str) -> Story:
    """Read a story from a file.

    Raises:
        StoryError: it can't be read; all mistakes at once, each with its step and line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        code = "story_missing" if isinstance(error, FileNotFoundError) else "story_unreadable"
        raise StoryError([mistake(code, same(path), why=same(error.strerror))]) from None
    except UnicodeDecodeError:
        raise StoryError([mistake("story_not_utf8", same(path))]) from None
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
        raise StoryError([mistake("story_not_toml", same(source), why=same(error))]) from None
    except (ValueError, RecursionError):  # both are limits of what reads it
        raise StoryError([mistake("story_too_deep", same(source))]) from None
    notes = _Notes(source, same(source), _lines(text, len(_tables(table.get("step")))))
    story = _story(table, name, notes)
    if notes.problems or story is None:
        raise StoryError(notes.problems)
    return story


def _lines(text: str, steps: int) -> tuple[int, ...]:
    """The lines on which the steps begin, from 1; none if they can't be told."""
    found = [n for n, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    return tuple(found) if len(found) == steps else ()


@define
class _Notes:
    """The mistakes found so far, and where we are."""

    source: str
    where: Label
    lines: tuple[int, ...]
    problems: list[StoryProblem] = field(factory=list)

    def add(self, code: str, /, *inside: Label, **slots: Slot) -> None:
        """Note a mistake."""
        self.problems.append(mistake(code, self.where, *inside, **slots))

    def at_step(self, number: int) -> int:
        """What follows is about this step; give its line."""
        line = self.lines[number - 1] if self.lines else 0
        self.where = at_step(self.source, number, line)
        return line

    def keys(self, table: Mapping[str, Any], known: Iterable[str], what: Label) -> None:
        """Note the keys that mean nothing."""
        for key in table:
            if key not in known:
                self.add("unknown_key", what=what, key=quoted(key), near=nearest(key, known))

    def tried(self, make: Callable[[], object], *inside: Label) -> None:
        """Note the mistakes that making something shows."""
        try:
            make()
        except StoryError as error:
            self.problems += (each.inside(self.where, *inside) for each in problems_of(error))


def _story(table: dict[str, Any], name: str, notes: _Notes) -> Story | None:
    notes.keys(table, _STORY, Label("情景", "a story"))
    title = _label(table.get("title"), same("title"), notes)
    note = _label(table["note"], same("note"), notes) if "note" in table else None
    policy = _word(table, "policy", notes, _POLICY)
    start = _local(table.get("start"))
    if not start:
        notes.add("start_missing")
    try:
        began = absolute(start, timezone.utc)  # noqa: UP017  a timezone, to count in
    except StoryError as error:
        if start:
            notes.problems += (each.inside(notes.where, same("start")) for each in error.problems)
        began = datetime(2000, 1, 1, tzinfo=UTC)
    matter = str(table.get("matter", name))
    actors = _actors(table.get("actors"), notes)
    rows = _tables(table.get("step"))
    if not rows:
        notes.add("no_steps")
    people = {key: actor.id for key, actor in actors.items()}
    steps = []
    for number, row in enumerate(rows, 1):
        line = notes.at_step(number)
        steps.append(_step(row, line, actors, Setting(timezone.utc, began, people), notes))  # noqa: UP017
    notes.where = same(notes.source)
    if title is None or notes.problems:
        return None
    return Story(
        name=name, title=title, policy=policy, start=start, matter=matter, actors=actors,
        steps=tuple(steps), note=note, source=notes.source,
    )  # fmt: skip


def _actors(value: Any, notes: _Notes) -> dict[str, StoryActor]:
    found = {"system": SYSTEM}
    if not isinstance(value, dict) or not value:
        notes.add("no_actors")
        return found
    known = [role.value for role in Role]
    for key, row in value.items():
        if not isinstance(row, dict):
            notes.add("actor_no_table", name=quoted(key), key=key)
            continue
        what = actor_named(key)
        notes.keys(row, _ACTOR, what)
        roles = row.get("roles", [])
        if not _texts(roles) or not roles:
            notes.add("actor_no_roles", what=what, known=names(tuple(known)))
            continue
        if not isinstance(row.get("unit", ""), str):
            notes.add("actor_unit", what)
        for role in roles:
            if role not in known:
                notes.add("unknown_role", what, name=quoted(role), near=nearest(role, known))
        found[key] = StoryActor(
            id=str(row.get("id", key)),
            roles=frozenset(Role(role) for role in roles if role in known),
            unit=row.get("unit"),
            title=_label(row["title"], _title_of(what), notes) if "title" in row else None,
        )
    return found


_POLICY = Label(
    zh="规则的名称，如“xingqing”，或规则文件",
    en='the name of a policy, such as "xingqing", or its file',
)
_ACT = Label(zh="行为的名称，或“wait”、“check”", en='the name of an act, or "wait" or "check"')


def _title_of(actor: Label) -> Label:
    return Label(zh=f"{actor.zh}的title", en=f"{actor.en}: title")


def _step(
    row: dict[str, Any], line: int, actors: dict[str, StoryActor], setting: Setting, notes: _Notes
) -> Step:
    notes.keys(row, _STEP, Label("步骤", "a step"))
    do = _word(row, "do", notes, _ACT)
    by = row.get("by")
    fields = _plain(row.get("with", {}))
    if not isinstance(fields, dict):
        notes.add("with_no_table")
        fields = {}
    if do in PASSIVE:
        if by is not None or fields:
            notes.add("passive", do=quoted(do))
    else:
        if do:
            notes.tried(lambda: build(do, fields, setting))
        if by is None:
            notes.add("nobody")
        elif not isinstance(by, str) or by not in actors:
            notes.add("unknown_actor", name=quoted(by), near=nearest(str(by), actors))
    at, until, occurred = (_local(row.get(key)) for key in ("at", "until", "occurred_at"))
    if (do == WAIT) != bool(until):
        notes.add("until")
    for text in (at, until, occurred):
        notes.tried(lambda t=text: instant(t, after=setting.at, zone=setting.zone))  # type: ignore[misc]
    texts = row.get("texts", {})
    if not isinstance(texts, dict) or not _texts(list(texts.values())):
        notes.add("texts_no_table")
        texts = {}
    matter = row.get("matter")
    if matter is not None and not isinstance(matter, str):
        notes.add("matter_no_text", value=quoted(matter))
    return Step(
        do=do, by=by, at=at, until=until, fields=fields, matter=matter, texts=texts,
        occurred_at=occurred or None, expect=_expect(row.get("expect", {}), do, notes),
        note=_label(row["note"], same("note"), notes) if "note" in row else None, line=line,
    )  # fmt: skip


def _expect(row: Any, do: str, notes: _Notes) -> Expect:
    if not isinstance(row, dict):
        notes.add("expect_no_table")
        return Expect()
    notes.keys(row, _EXPECT, Label("expect", "`expect`"))
    lists = {}
    for key in ("events", "duties"):
        value = row.get(key)
        if value is not None and not _texts(value):
            notes.add("expect_no_list", key=key)
            value = None
        lists[key] = tuple(value) if value is not None else None
    _known(lists["events"], EVENT_NAMES, Label("事件", "event"), notes)
    _known(lists["duties"], [what.value for what in What], _DUTY, notes)
    _known(_one(row, "stage"), [stage.value for stage in Stage], Label("阶段", "stage"), notes)
    outcomes = [outcome.value for outcome in Outcome]
    _known(_one(row, "outcome"), outcomes, Label("结果", "outcome"), notes)
    _known(_one(row, "refused"), CLAUSES, Label("拒绝的编码", "code of a refusal"), notes)
    due = row.get("due")
    if due is not None and not (isinstance(due, dict) and due):
        notes.add("due_no_table")
        due = None
    if due is not None:
        _known(tuple(due), [what.value for what in What], _DUTY, notes)
        due = {key: _local(value) for key, value in due.items()}
        for text in due.values():
            notes.tried(lambda t=text: absolute(t, timezone.utc))  # type: ignore[misc]  # noqa: UP017
    if "clause" in row and "refused" not in row:
        notes.add("clause_alone")
    if do in PASSIVE and "refused" in row:
        notes.add("passive_refused", do=quoted(do))
    single = {key: row.get(key) for key in _EXPECT if key not in ("events", "duties", "due")}
    return Expect(events=lists["events"], duties=lists["duties"], due=due, **single)


_DUTY = Label("待办", "duty")


def _one(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return (str(row[key]),) if key in row else ()


def _known(
    values: tuple[str, ...] | None, known: Iterable[str], what: Label, notes: _Notes
) -> None:
    """Note each value whose first word names nothing that there is."""
    for value in values or ():
        word = (value.split() or [""])[0].partition("/")[0]
        if word != ANY and word not in known:
            near = nearest(word, known)
            notes.add("expect_unknown", what=what, name=quoted(word), near=near)


def _label(value: Any, what: Label, notes: _Notes) -> Label | None:
    match value:
        case {"zh": str(zh), "en": str(en), **others} if not others:
            return Label(zh=zh, en=en)
    notes.add("label_missing", what=what)
    return None


def _word(row: Mapping[str, Any], key: str, notes: _Notes, wanted: Label) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        notes.add("word_missing", key=key, wanted=wanted)
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
