# ruff: noqa: INP001  read by path, and by a test
"""Write the pages of the reference that say what the code already says, from the code itself.

The table of transitions gives ``commands.md``, ``states.md`` and its picture; the wire names give
``events.md``; the refusal codes give ``refusals.md``. ``make generate`` writes them;
``tests/docs/test_generated.py`` fails while they differ from what they would be.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import NOTHING, Factory, fields

from docs import _mistakes, _policy_values
from docs._arrows import arrows
from docs._markdown import named, page, table, wrapped
from docs._picture import LETTERS, letters, numbers, picture
from whistle_engine import commands as c
from whistle_engine.events import EVENTS
from whistle_engine.model import Party, Stage
from whistle_engine.refusals import CLAUSES
from whistle_engine.texts import Lang, label
from whistle_engine.texts._tables import fill, text
from whistle_engine.transitions import OPEN, TRANSITIONS, Row

FOLDER = Path(__file__).resolve().parent / "reference"

S = Stage


def pages() -> dict[str, str]:
    """Every generated file, by its name in the reference."""
    return {
        "commands.md": commands_page(),
        "events.md": events_page(),
        "refusals.md": refusals_page(),
        "states.md": states_page(),
        "states.svg": picture(),
        **_policy_values.pages(),
        **_mistakes.pages(),
    }


def main() -> None:
    """Write them all."""
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


# ---------------------------------------------------------------- commands

STAGES_IN_WORDS: Mapping[frozenset[Stage], str] = {
    frozenset(): "before there is a matter",
    frozenset(S): "any",
    OPEN: "any but closed",
}


def commands_page() -> str:
    """Who may ever give which command, in which stages, with which words, and where it leads."""
    intro = wrapped("""
        The one table of transitions, which the permission check reads too. It is the ceiling: a
        policy's permissions narrow it and never widen it. A command has conditions of its own
        besides, and each that does not hold is told by its [code](refusals.md). What happens in
        which order is drawn in [the stages of a matter](states.md); what a command carries stands
        under [wire names](events.md).
    """)
    rows = (
        (
            named(act),
            label(act, "en"),
            ", ".join(label(party, "en") for party in Party if party in row.parties),
            stages_of(row),
            ", ".join(f"`{name}`" for name in row.texts),
            ", ".join(label(stage, "en") for stage in S if stage in row.to),
        )
        for act, row in TRANSITIONS.items()
    )
    head = ("Command", "In English", "Who may ever give it", "In which stages")
    words = wrapped("""
        *Words* are the free texts that must come with the command. They lie in the vault; other
        commands may bring some too. *Leads to* leaves out staying where it is.
    """)
    return page(
        "Commands",
        intro,
        "## Who, when, and what then",
        words,
        table((*head, "Words", "Leads to"), rows),
        "## By stage",
        by_stage(),
        "## By party",
        by_party(),
    )


def stages_of(row: Row) -> str:
    """The stages of a row in words."""
    if row.stages in STAGES_IN_WORDS:
        return STAGES_IN_WORDS[row.stages]
    return ", ".join(label(stage, "en") for stage in S if stage in row.stages)


def by_stage() -> str:
    """A mark for each command that can be given in a stage."""
    rows = (
        (named(act), *("●" if stage in row.stages else "" for stage in S))
        for act, row in TRANSITIONS.items()
        if row.stages
    )
    return table(("", *(label(stage, "zh") for stage in S)), rows)


def by_party() -> str:
    """What each party may ever do."""
    rows = (
        (
            f"{label(party, 'zh')}<br>{label(party, 'en')}",
            ", ".join(named(act) for act, row in TRANSITIONS.items() if party in row.parties),
        )
        for party in Party
    )
    return table(("Party", "Commands"), rows)


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


def refusals_page() -> str:
    """Every code for which a command can be refused, with its clause and its sentences."""
    intro = wrapped("""
        A refusal names every condition that does not hold: a stable code, the clause behind it, and
        the facts. The sentences below are shown without facts; with them, they name the unit, the
        kind, the time. Clauses are those of the design: FR1 to FR10 are the first-responder rule,
        L1 to L19 the laws, *table* is the table of [commands](commands.md), and *policy* a value of
        the city's policy.
    """)
    rows = (
        (f"`{code}`", clause, sentence(code, "zh"), sentence(code, "en"))
        for code, clause in CLAUSES.items()
    )
    return page("Refusals", intro, table(("Code", "Clause", "中文", "English"), rows))


def sentence(code: str, lang: Lang) -> str:
    """What is wrong, and what would be right."""
    between = "" if lang == "zh" else " "
    parts = (fill(text("refusals", f"{code}.{part}", lang), {}) for part in ("wrong", "right"))
    return between.join(parts).replace("|", "\\|")


# ---------------------------------------------------------------- stages


def states_page() -> str:
    """The picture, with the commands behind each of its lines."""
    intro = wrapped("""
        A matter is in one stage at a time. The picture shows which leads to which: a line bears the
        number under which its commands are listed below, and has a head at both ends where it is
        gone both ways. What many stages share is a letter at each of them, explained in the
        picture.
    """)
    drawn = {**numbers(), **letters()}
    order = [*dict.fromkeys(numbers().values()), *LETTERS]
    rows = (
        (
            drawn[arrow],
            "" if arrow[0] is None else stage_name(arrow[0]),
            stage_name(arrow[1]),
            ", ".join(named(act) for act in acts),
        )
        for arrow, acts in sorted(arrows().items(), key=lambda item: order.index(drawn[item[0]]))
    )
    moving = {act for acts in arrows().values() for act in acts}
    staying = ", ".join(named(act) for act in TRANSITIONS if act not in moving)
    return page(
        "The stages of a matter",
        intro,
        "```{image} states.svg\n:alt: The ten stages of a matter and what leads from one to "
        "another; the table below says the same.\n:width: 100%\n```",
        table(("", "From", "To", "By"), rows),
        f"A {named(c.Split)} opens a matter for each of its parts, in *received* too.",
        f"These never change the stage: {staying}.",
    )


def stage_name(stage: Stage) -> str:
    """A stage in both languages."""
    return f"{label(stage, 'zh')} {label(stage, 'en')}"


if __name__ == "__main__":
    main()
