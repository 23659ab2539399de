"""Reading a city's own wording of the notices to residents, units and the coordinator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whistle_engine.model import Label
from whistle_engine.policy_file.forms import TABLE
from whistle_engine.policy_file.tables import Table
from whistle_engine.problems import nearest


def read_messages(root: Table) -> dict[str, Label]:
    """The messages that the policy words itself, by the codes of notices."""
    if "messages" not in root.data:
        root.maybe("messages", TABLE)
        return {}
    from whistle_engine.texts import notices, placeholders  # noqa: PLC0415  few policies need it

    found = {}
    for audience, table in root.named("messages"):
        for name in table.data:
            code = f"{audience}.{name}"
            message = table.one(name)
            message.source()
            found[code] = message.label()
            if code in notices():
                _check(message, found[code], placeholders(code))
            else:
                near = nearest(code, notices()).removeprefix(f"{audience}.")
                table.wrong("unknown_message", name, at=(name,), at_key=True, near=near)
    return found


def _check(message: Table, label: Label, known: frozenset[str]) -> None:
    """Every placeholder is one that this notice can fill, and every bracket has its partner."""
    for lang, text in (("zh", label.zh), ("en", label.en)):
        for name in _names(text or ""):
            if name not in known:
                near = nearest(name, sorted(known))
                message.wrong(
                    "unknown_placeholder", lang, name=name, known=tuple(sorted(known)), near=near
                )
        left = re.sub(r"\{\w+\}", "", text or "")
        stray = re.search(r"[{}｛｝［］]|[\[\]]", re.sub(r"\[([^\[\]]*)\]", r"\1", left))
        if stray is not None:
            message.wrong("stray_bracket", lang, sign=stray[0])


def _names(text: str) -> Iterator[str]:
    return iter(dict.fromkeys(re.findall(r"\{(\w+)\}", text)))
