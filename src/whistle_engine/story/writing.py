"""From a :class:`Story` to the text of its file, which reads back as the same story."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from whistle_engine.model import Label
from whistle_engine.story.reading import SYSTEM
from whistle_engine.story.values import Expect, Step, Story, StoryActor

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_story(story: Story) -> str:
    """Write a story as TOML; reading it gives the story again, with its lines."""
    blocks = [
        _lines(
            title=story.title,
            note=story.note,
            policy=story.policy,
            start=story.start,
            matter=story.matter if story.matter != story.name else None,
        )
    ]
    for name, actor in story.actors.items():
        if actor != SYSTEM:
            blocks.append([f"[actors.{_key(name)}]", *_actor(actor, name)])
    for step in story.steps:
        blocks.append(["[[step]]", *_step(step)])
        expected = _expect(step.expect)
        if expected:
            blocks[-1] += ["[step.expect]", *expected]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _actor(actor: StoryActor, name: str) -> list[str]:
    return _lines(
        id=actor.id if actor.id != name else None,
        roles=sorted(role.value for role in actor.roles),
        unit=actor.unit,
        title=actor.title,
    )


def _step(step: Step) -> list[str]:
    return _lines(
        at=step.at or None,
        by=step.by,
        do=step.do,
        until=step.until or None,
        matter=step.matter,
        **{"with": dict(step.fields) or None},
        texts=dict(step.texts) or None,
        occurred_at=step.occurred_at,
        note=step.note,
    )


def _expect(expect: Expect) -> list[str]:
    return _lines(**attrs.asdict(expect, recurse=False))


def _lines(**values: Any) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in values.items() if value is not None]


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _string(value)
        case Label():
            return _table({"zh": value.zh, "en": value.en})
        case Mapping():
            return _table(value)
        case _:
            return _list(value)


def _list(items: Iterable[Any]) -> str:
    return "[" + ", ".join(_value(item) for item in items) + "]"


def _table(items: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{_key(key)} = {_value(value)}" for key, value in items.items())
    return f"{{ {inside} }}" if inside else "{}"


def _string(text: str) -> str:
    """A basic string: TOML's escapes are JSON's, and it escapes DEL besides."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
