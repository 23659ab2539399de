"""The tables of texts, each read once and only when it is first asked for, and their templates.

A template holds ``{name}`` for a value, and ``[ … ]`` around what is left out when a value in
it is missing; groups do not nest. A value missing outside a group is said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

Lang = Literal["zh", "en"]
"""A language that texts come in: Chinese or English."""

LANGS: tuple[Lang, ...] = ("zh", "en")

_GROUP = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"\{(\w+)\}")


@cache
def table(name: str) -> Mapping[str, Mapping[str, str]]:
    """The entries of a table under dotted keys; each has ``zh``, ``en``, at times ``weight``."""
    import tomllib  # noqa: PLC0415  needed only here
    from importlib.resources import files  # noqa: PLC0415  needed only here

    raw = (files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    return dict(_entries("", tomllib.loads(raw)))


def _entries(prefix: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    texts = {key: value for key, value in node.items() if isinstance(value, str)}
    if texts:
        yield prefix, texts
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _entries(f"{prefix}.{key}" if prefix else key, value)


def text(name: str, key: str, lang: Lang) -> str:
    """One text of a table.

    Raises:
        ValueError: there is no such entry, or no such language.
    """
    if lang not in LANGS:
        raise ValueError(f"texts come in zh and en, not in {lang!r}")
    found = table(name).get(key)
    if found is None:
        raise ValueError(f"there is no text {key!r} among the {name}")
    return found[lang]


def fill(template: str, values: Mapping[str, str], *, missing: str = "") -> str:
    """A template with its values; groups that lack one are left out."""

    def group(match: re.Match[str]) -> str:
        inner = match[1]
        return inner if all(values.get(n) for n in _NAME.findall(inner)) else ""

    def value(match: re.Match[str]) -> str:
        return values.get(match[1]) or missing

    return _NAME.sub(value, _GROUP.sub(group, template))


def names(template: str, values: Mapping[str, str] | None = None) -> frozenset[str]:
    """The names that a template holds; given values, only those that it would show."""
    if values is None:
        return frozenset(_NAME.findall(template))
    shown = _NAME.findall(_GROUP.sub("", template))
    for inner in _GROUP.findall(template):
        inside = _NAME.findall(inner)
        if all(values.get(n) for n in inside):
            shown += inside
    return frozenset(shown)
