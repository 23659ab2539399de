# ruff: noqa: INP001  read by path, and by a test
"""Write the pages of the reference that say what the code already says, from the code itself.

The table of transitions gives ``commands.md``, ``states.md`` and its picture; the wire names give
``events.md``; the refusal codes give ``refusals.md``; the help of the command line gives
``cli-help.md``. All but the wire names come in Chinese too. ``make generate`` writes them;
``tests/docs/test_generated.py`` fails while they differ from what they would be.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import NOTHING, Factory, fields

from docs import _help, _mistakes, _policy_values
from docs import _prose as prose
from docs._arrows import arrows
from docs._markdown import named, page, table, wrapped
from docs._picture import LETTERS, letters, numbers, picture
from whistle_engine import commands as c
from whistle_engine.events import EVENTS
from whistle_engine.model import Label, Party, Stage
from whistle_engine.refusals import CLAUSES
from whistle_engine.texts import Lang, label
from whistle_engine.texts._tables import fill, text
from whistle_engine.transitions import OPEN, TRANSITIONS, Row

FOLDER = Path(__file__).resolve().parent / "reference"

S = Stage


def pages() -> dict[str, str]:
    """Every generated file, by its name in the reference."""
    return {
        "commands.md": commands_page("en"),
        "commands.zh.md": commands_page("zh"),
        "events.md": events_page(),
        "refusals.md": refusals_page("en"),
        "refusals.zh.md": refusals_page("zh"),
        "states.md": states_page("en"),
        "states.zh.md": states_page("zh"),
        "states.svg": picture("en"),
        "states.zh.svg": picture("zh"),
        **_help.pages(),
        **_policy_values.pages(),
        **_mistakes.pages(),
    }


def main() -> None:
    """Write them all."""
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


# ---------------------------------------------------------------- commands

STAGES_IN_WORDS: Mapping[frozenset[Stage], Label] = {
    frozenset(): Label("还没有事项时", "before there is a matter"),
    frozenset(S): Label("任何阶段", "any"),
    OPEN: Label("结案以外", "any but closed"),
}


def commands_page(lang: Lang) -> str:
    """Who may ever give which command, in which stages, with which words, and where it leads."""
    rows = (
        (
            named(act),
            *([label(act, "en")] if lang == "en" else []),
            listed((label(party, lang) for party in Party if party in row.parties), lang),
            stages_of(row, lang),
            listed((f"`{name}`" for name in row.texts), lang),
            listed((label(stage, lang) for stage in S if stage in row.to), lang),
        )
        for act, row in TRANSITIONS.items()
    )
    return page(
        prose.TITLE["commands"][lang],
        wrapped(prose.COMMANDS[lang], lang),
        f"## {prose.WHEN[lang]}",
        wrapped(prose.WORDS[lang], lang),
        table(prose.HEAD[lang], rows),
        f"## {prose.BY_STAGE[lang]}",
        by_stage(),
        f"## {prose.BY_PARTY[lang]}",
        by_party(lang),
    )


def listed(parts: Iterable[str], lang: Lang) -> str:
    """Several names."""
    return ("、" if lang == "zh" else ", ").join(parts)


def stages_of(row: Row, lang: Lang) -> str:
    """The stages of a row in words."""
    if row.stages in STAGES_IN_WORDS:
        return str(getattr(STAGES_IN_WORDS[row.stages], lang))
    return listed((label(stage, lang) for stage in S if stage in row.stages), lang)


def by_stage() -> str:
    """A mark for each command that can be given in a stage."""
    rows = (
        (named(act), *("●" if stage in row.stages else "" for stage in S))
        for act, row in TRANSITIONS.items()
        if row.stages
    )
    return table(("", *(label(stage, "zh") for stage in S)), rows)


def by_party(lang: Lang) -> str:
    """What each party may ever do."""
    rows = (
        (
            label(party, "zh") + (f"<br>{label(party, 'en')}" if lang == "en" else ""),
            listed((named(act) for act, row in TRANSITIONS.items() if party in row.parties), lang),
        )
        for party in Party
    )
    return table(prose.PARTIES[lang], rows)


# ---------------------------------------------------------------- wire names


def events_page() -> str:
    """The wire names of commands and events, with what they carry."""
    intro = wrapped("""
        What is stored and sent bears these names. A name and its fields never change once
        published: what changes gets a new name, with the next number. The types are those of
        [the model](model.md); the classes stand under [commands and events](classes.md).
    """)
    shared = wrapped("""
        A command comes in an envelope, which says who asks for what on which matter; `do` holds
        one of the acts below.
    """)
    return page(
        "Wire names",
        intro,
        "## Commands",
        shared,
        "\n".join(field_lines(c.Command)),
        *(message(wire, act) for act, wire in c.ACTS.items()),
        "## Events",
        "Every event carries `at: datetime`, when it was recorded, in UTC.",
        *(message(wire, event, but="at") for event, wire in EVENTS.items()),
    )


def message(wire: str, kind: type[Any], *, but: str = "") -> str:
    """One command or event: wire name, names, what it says, fields."""
    summary = description(kind).partition("\n\n")[0]
    heading = f"### `{wire}` {label(kind, 'zh')} · {label(kind, 'en')}"
    lines = list(field_lines(kind, but=but))
    return "\n\n".join((heading, markdown(summary), *(["\n".join(lines)] if lines else [])))


def field_lines(kind: type[Any], *, but: str = "") -> Iterator[str]:
    """The fields of a class, each with its type, its default, and what is said of it."""
    said = attributes(kind)
    told = kind.__annotations__  # as written; reading bytes resolves the types of the fields
    for found in fields(kind):
        if found.name == but:
            continue
        if isinstance(found.default, Factory):  # type: ignore[arg-type]  # a class at run time
            raise TypeError(f"{kind.__name__}.{found.name}: say the default of a factory here")
        default = "" if found.default is NOTHING else f" = {found.default!r}"
        note = f": {said[found.name]}" if found.name in said else ""
        yield f"- `{found.name}: {told[found.name]}{default}`{note}"


def description(kind: type[Any]) -> str:
    """A class's docstring, without its indentation."""
    return inspect.cleandoc(kind.__doc__ or "")


def attributes(kind: type[Any]) -> dict[str, str]:
    """What a docstring says of each attribute; it may speak of several together."""
    lines = description(kind).partition("Attributes:\n")[2].partition("\n\n")[0]
    said: dict[str, str] = {}
    names: list[str] = []
    for line in lines.splitlines():
        entry = re.fullmatch(r" {4}(\w+(?:, \w+)*): (.*)", line)
        if entry:
            names = entry[1].split(", ")
            said |= dict.fromkeys(names, markdown(entry[2]))
        else:
            said |= {name: f"{said[name]} {markdown(line.strip())}" for name in names}
    return said


def markdown(words: str) -> str:
    """Words of a docstring: code and cross-references in the manner of Markdown, on one line."""
    plain = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", " ".join(words.split()))
    return plain.replace("``", "`")


# ---------------------------------------------------------------- refusals


def refusals_page(lang: Lang) -> str:
    """Every code for which a command can be refused, with its clause and its sentences."""
    told: tuple[Lang, ...] = ("zh", "en") if lang == "en" else ("zh",)
    rows = (
        (f"`{code}`", prose.clause(clause, lang), *(sentence(code, each) for each in told))
        for code, clause in CLAUSES.items()
    )
    return page(
        prose.TITLE["refusals"][lang],
        wrapped(prose.REFUSALS[lang], lang),
        table(prose.REFUSED[lang], rows),
    )


def sentence(code: str, lang: Lang) -> str:
    """What is wrong, and what would be right."""
    between = "" if lang == "zh" else " "
    parts = (fill(text("refusals", f"{code}.{part}", lang), {}) for part in ("wrong", "right"))
    return between.join(parts).replace("|", "\\|")


# ---------------------------------------------------------------- stages


def states_page(lang: Lang) -> str:
    """The picture, with the commands behind each of its lines."""
    drawn = {**numbers(), **letters()}
    order = [*dict.fromkeys(numbers().values()), *LETTERS]
    rows = (
        (
            drawn[arrow],
            "" if arrow[0] is None else stage_name(arrow[0], lang),
            stage_name(arrow[1], lang),
            listed((named(act) for act in acts), lang),
        )
        for arrow, acts in sorted(arrows().items(), key=lambda item: order.index(drawn[item[0]]))
    )
    moving = {act for acts in arrows().values() for act in acts}
    staying = listed((named(act) for act in TRANSITIONS if act not in moving), lang)
    file = "states.svg" if lang == "en" else "states.zh.svg"
    return page(
        prose.TITLE["states"][lang],
        wrapped(prose.STATES[lang], lang),
        f"```{{image}} {file}\n:alt: {prose.ALT[lang]}\n:width: 100%\n```",
        table(prose.ARROWS[lang], rows),
        prose.SPLIT[lang].format(split=named(c.Split), received=label(S.RECEIVED, lang)),
        prose.STAYING[lang].format(acts=staying),
    )


def stage_name(stage: Stage, lang: Lang) -> str:
    """A stage; in English in both languages."""
    return label(stage, "zh") + (f" {label(stage, 'en')}" if lang == "en" else "")


if __name__ == "__main__":
    main()
