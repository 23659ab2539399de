"""``whistle classify``: facts to a classification, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from whistle_engine.cli import completing
from whistle_engine.cli.filling import fill, width
from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    BadInput,
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    room,
    write,
    write_json,
)
from whistle_engine.cli.reading.options import DAY

if TYPE_CHECKING:
    from whistle_engine.model import Classification, Facts
    from whistle_engine.policy import Category
    from whistle_engine.rules import Rules


@command(
    short_help="Say what a policy makes of some facts, and why.",
    epilog="Exit codes: 0 done; 2 wrong usage, no such policy, or facts that it does not declare. "
    'With --json: {"affair", "kind", "category", "leads", "joint", "limits", "rule", "source", '
    '"used", "floors", "policy", "title"}; without facts {"facts": [{"name", "title", "values"}], '
    '"categories": [{"code", "title", "affair", "kind"}]}.',
)
@click.argument("words", nargs=-1, metavar="[FACT=VALUE]...", shell_complete=completing.facts)
@click.option(
    "--policy", required=True, metavar="NAME|FILE", shell_complete=completing.policies,
    help="A policy's name, or its file with NAME.directory.toml beside it.",
)  # fmt: skip
@click.option("--on", type=DAY, metavar="DAY", help="The day for which; by default today.")
@lang_option
@json_option
def classify(
    words: tuple[str, ...], *, policy: str, on: datetime | None, lang: Lang | None, as_json: bool
) -> None:
    """Say what a policy makes of some facts: whose affair, which whistle, who leads, and why.

    What is not given is unknown. Without facts, those of the policy are listed.
    """
    from whistle_engine.cli.reading.rules_from import asked_for
    from whistle_engine.engine import utc_now

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    rules = asked_for(policy, lang)
    at = on.replace(tzinfo=rules.policy.zone) if on is not None else utc_now()
    if words:
        facts = _facts(words, rules, lang)
        found = rules.classify(facts, at)
        row = rules.policy.category(found.category, at)
        if as_json:
            write_json(_shape(found, row, rules))
        else:
            write("\n".join(_lines(found, row, rules, lang, room())))
    elif as_json:
        write_json(_known_shape(rules))
    else:
        write("\n".join(_known(rules, policy, lang, room())))


def _facts(words: tuple[str, ...], rules: Rules, lang: Lang) -> Facts:
    """The facts that were given.

    Raises:
        BadInput: something is no fact, or none that the policy declares; all of it at once.
    """
    from whistle_engine import texts
    from whistle_engine.classify import fact_problems
    from whistle_engine.cli.reading.words import say
    from whistle_engine.events import Refused

    found = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise BadInput(say("classify.no_fact", lang, word=word))
        found.append((name, _codes(rules, name).get(value, value)))
    facts = tuple(sorted(found))
    if wrong := fact_problems(rules.policy, facts):
        told = texts.refusal(Refused(command="classify", unmet=wrong), lang, rules=rules)
        raise BadInput(" ".join(told.splitlines()))
    return facts


def _codes(rules: Rules, name: str) -> dict[str, str]:
    """The values of a fact by what they are called, in either language."""
    from whistle_engine.model import UNKNOWN
    from whistle_engine.texts import LANGS
    from whistle_engine.texts._voice import Voice

    told: dict[str, str] = {}
    for lang in LANGS:
        voice = Voice(lang, rules)
        if name == "category":
            told |= {getattr(row.title, lang): row.code for row in rules.policy.categories}
        for fact in rules.policy.facts:
            if fact.name == name:
                told |= {voice.among("value", value): value for value in fact.values}
                told |= {getattr(title, lang): value for value, title in fact.titles.items()}
        told[voice.among("value", UNKNOWN)] = UNKNOWN
    return told


# ------------------------------------------------------------------------------- what is told


def _lines(
    found: Classification, row: Category | None, rules: Rules, lang: Lang, cells: int
) -> Iterator[str]:
    from whistle_engine.cli.reading.words import say

    told = [
        (say(f"classify.{key}", lang), value)
        for key, value in _rows(found, row, rules, lang)
        if value
    ]
    column = max(width(name) for name, _ in told) + 2
    for name, value in told:
        first = name + " " * (column - width(name))
        yield from fill(value, cells, indent=" " * column, first=first)


def _rows(
    found: Classification, row: Category | None, rules: Rules, lang: Lang
) -> Iterator[tuple[str, str]]:
    from whistle_engine import texts
    from whistle_engine.cli.reading.words import say
    from whistle_engine.texts._voice import Voice

    voice = Voice(lang, rules)
    yield "affair", texts.label(found.affair, lang)
    yield "kind", voice.kind(found.kind) if found.kind is not None else ""
    if row is not None and found.kind is not None:
        own = say("classify.own_street", lang)
        leads = (own if unit == "street" else voice.unit(unit) for unit in row.leads)
        yield "lead", say("join", lang).join(leads)
        yield "joint", say("join", lang).join(map(voice.unit, row.joint))
    elif found.kind is not None:
        yield "lead", say("classify.no_lead", lang)
    limits = (
        say("classify.limit", lang, what=texts.label(f"what.{name}", lang), limit=voice.limit(one))
        for name, one in _limits(found, row, rules)
    )
    yield "limits", say("stop", lang).join(limits)
    yield "rule", voice.rule(found.rule)
    yield "source", voice.source(found.source)
    yield "used", voice.facts(found.used)
    yield "floors", say("stop", lang).join(map(voice.floor, found.floors))
    yield "policy", found.policy


def _limits(found: Classification, row: Category | None, rules: Rules) -> Iterator[tuple[str, Any]]:
    """The limits of a whistle of this kind: the category's own goes before the kind's."""
    kind = rules.policy.kind_of.get(found.kind or "")
    if kind is not None:
        own = row.solve if row is not None and row.kind == kind.code else None
        yield "report_in", kind.report_in
        yield "solve", own or kind.solve


def _shape(found: Classification, row: Category | None, rules: Rules) -> dict[str, Any]:
    from whistle_engine.texts._voice import Voice

    return {
        "affair": found.affair.value,
        "kind": found.kind,
        "category": found.category,
        "leads": list(row.leads) if row is not None and found.kind is not None else [],
        "joint": list(row.joint) if row is not None and found.kind is not None else [],
        "limits": {
            name: {"amount": one.amount, "unit": one.unit.value}
            for name, one in _limits(found, row, rules)
        },
        "rule": found.rule,
        "title": {lang: Voice(lang, rules).rule(found.rule) for lang in ("zh", "en")},
        "source": found.source,
        "used": dict(found.used),
        "floors": list(found.floors),
        "policy": found.policy,
    }


# ------------------------------------------------------------------------------- what can be given


def _known(rules: Rules, policy: str, lang: Lang, cells: int) -> Iterator[str]:
    """The facts with their values, and the categories."""
    from whistle_engine import texts
    from whistle_engine.cli.reading.words import say
    from whistle_engine.cli.tables import table
    from whistle_engine.texts._voice import Voice

    voice = Voice(lang, rules)
    yield from fill(say("classify.facts", lang, policy=policy), cells)
    for fact in rules.policy.facts:
        yield ""
        yield from fill(f"{fact.name}  {getattr(fact.title, lang)}", cells)
        values = (
            say(
                "classify.value",
                lang,
                code=value,
                title=getattr(fact.titles[value], lang)
                if value in fact.titles
                else voice.among("value", value),
            )
            for value in fact.values
        )
        yield from fill(say("join", lang).join(values), cells, indent="  ", first="  ")
    yield ""
    yield from fill(f"category  {voice.fact_title('category')}", cells)
    rows = []
    for row in rules.policy.categories:
        kind = voice.kind(row.kind) if row.kind else texts.label(row.affair, lang)
        rows.append((f"  {row.code}", getattr(row.title, lang), kind))
    heads = ("", *(say(f"ledger.{name}", lang) for name in ("category", "kind")))
    yield from table(heads, rows, cells, folded=(1,))


def _known_shape(rules: Rules) -> dict[str, Any]:
    return {
        "facts": [
            {
                "name": fact.name,
                "title": {"zh": fact.title.zh, "en": fact.title.en},
                "values": list(fact.values),
            }
            for fact in rules.policy.facts
        ],
        "categories": [
            {
                "code": row.code,
                "title": {"zh": row.title.zh, "en": row.title.en},
                "affair": row.affair.value,
                "kind": row.kind,
            }
            for row in rules.policy.categories
        ],
    }
