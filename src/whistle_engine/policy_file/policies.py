"""Reading a policy: one function for each table of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

from whistle_engine.model import UNKNOWN, Affair, Label, Limit, Party
from whistle_engine.policy import (
    LEVELS,
    REQUIRED_LIMITS,
    TIMINGS,
    Calendar,
    Category,
    Deferrals,
    Extensions,
    FactType,
    Floor,
    Ladder,
    ListItem,
    Marks,
    Objections,
    Rule,
    Rung,
    TrackLimit,
    WhistleKind,
)
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.forms import Form, listed, one_of
from whistle_engine.policy_file.tables import Table

SIGNAL_VALUES = ("none", *LEVELS, UNKNOWN)
"""The values of every signal of danger."""
BELOW_PUBLIC = {affair.value: affair for affair in (Affair.SHARED, Affair.HOUSEHOLD)}
"""What a floor may name apart from whistle kinds."""


def read_policy(root: Table, years: bytes | None) -> dict[str, Any]:
    """Every attribute of a policy, by its name; ``years`` is the calendar that it uses."""
    root.take("format", forms.FORMAT)
    root.source()
    kinds = tuple(_kind(table, code) for code, table in root.named("kinds"))
    kind = one_of((k.code for k in kinds), "a whistle kind, one of")
    facts, floors = _facts(root, kind)
    categories = tuple(_category(row, kind) for row in root.rows("categories", "code"))
    _no_overlap(root, categories)
    category = one_of((c.code for c in categories if c.code), "a category of the catalogue")
    category = Form("the code of a category of the catalogue", category.read)  # not all of them
    hours = root.table("hours")
    hours.source()
    shifts = hours.each("shifts", forms.SHIFT)
    if hours.data.get("shifts") == []:
        hours.wrong("shifts", f"is empty; it should be at least one of {forms.SHIFT.says}")
    return {
        "code": root.take("code", forms.CODE),
        "title": root.label(),
        "version": root.take("version", forms.TEXT),
        "in_force_from": root.take("in_force_from", forms.DAY),
        "utc_offset": root.take("utc_offset", forms.OFFSET),
        "coordinator": root.take("coordinator", forms.CODE),
        "operations": root.take("operations", forms.CODE),
        "hotline": root.maybe("hotline", forms.CODE),
        "urgent_lead": root.take("urgent_lead", forms.CODE),
        "straight": root.take("straight", forms.YES_NO),
        "shifts": shifts,
        "calendar": _calendar(root.table("calendar"), years),
        "channels": dict(_labels(root, "channels")),
        "routes": dict(_labels(root, "routes")),
        "facts": facts,
        "floors": floors,
        "kinds": kinds,
        "rules": _rules(root, facts, floors, kind, category),
        "categories": categories,
        "street_list": _street_list(root.table("street_list"), category),
        "tracks": tuple(_tracks(root, facts)),
        "limits": _limits(root.table("limits")),
        "ladders": tuple(_ladder(row) for row in root.rows("ladders")),
        "enforcement": _enforcement(root.table("enforcement")),
        "permissions": _permissions(root.table("permissions")),
        **_after_handling(root),
    }


# ---------------------------------------------------------------- the calendar


def _calendar(table: Table, years: bytes | None) -> Calendar:
    """The days of the years that the policy wants, and the policy's own over them."""
    table.maybe("use", forms.CODE)
    wanted = sorted({year for year in table.each("years", forms.YEAR) if year})
    off, on = _days_of(table)
    if years is not None:
        held = Table.of(years, "calendar").data.get("year", {})
        for year in wanted:
            if str(year) not in held:
                has = ", ".join(held) or "no year"
                table.wrong("years", f"{year} is not in the calendar; it has {has}")
                continue
            days = Table(held[str(year)], f"calendar.year.{year}", table)
            days.asked |= dict.fromkeys(days.data)  # its notices are for people
            more_off, more_on = _days_of(days)
            # What the policy says itself goes before what the calendar says.
            off, on = off | (more_off - on), on | (more_on - off)
    for day in sorted(off & on):
        table.wrong("make_up", f"{day} is a holiday too; take it out of one of the two")
    known = next((year for year in wanted if year + 1 not in wanted), 1)
    return Calendar(
        holidays=frozenset(off),
        make_up=frozenset(on),
        known_until=date(known, 12, 31),
        source=table.source(),
    )


def _days_of(table: Table) -> tuple[set[date], set[date]]:
    off, on = (
        {
            day
            for days in table.each(name, forms.DAYS, needed=False)
            for day in days or ()  # a wrong one is noted
        }
        for name in ("holidays", "make_up")
    )
    return off, on


# ---------------------------------------------------------------- facts, floors, rules


def _facts(root: Table, kind: Form[str]) -> tuple[tuple[FactType, ...], tuple[Floor, ...]]:
    facts, floors = [], []
    for row in root.rows("facts", "name"):
        row.source()
        name, allowed = row.take("name", forms.CODE), row.codes("values")
        facts.append(FactType(name=name, title=row.label(), values=allowed))
        if UNKNOWN not in allowed:
            row.wrong("values", f'"{UNKNOWN}" is missing; it is a value of every fact')
        if name == "category":
            row.wrong("name", "the catalogue declares the categories; leave this fact out")
    for name, table in root.named("signals"):
        facts.append(FactType(name=name, title=table.label(), values=SIGNAL_VALUES))
        floors += list(_floors(table, name, kind))
    root.once("facts", (fact.name for fact in facts))
    return tuple(facts), tuple(floors)


def _floors(table: Table, signal: str, kind: Form[str]) -> Iterator[Floor]:
    source = table.source()
    demand = Form(
        f"{kind.says}, or {listed(BELOW_PUBLIC)}",
        lambda value: value if value in BELOW_PUBLIC else kind.read(value),
    )
    for level in LEVELS:
        floors = table.table(level)
        for timing in TIMINGS:
            found = floors.maybe(timing, demand)
            if found is not None:
                yield Floor(
                    signal=signal,
                    level=level,
                    timing=timing,
                    affair=BELOW_PUBLIC.get(found, Affair.PUBLIC),
                    kind=None if found in BELOW_PUBLIC else found,
                    source=source,
                )


def _rules(
    root: Table,
    facts: tuple[FactType, ...],
    floors: tuple[Floor, ...],
    kind: Form[str],
    category: Form[str],
) -> tuple[Rule, ...]:
    signals = {floor.signal for floor in floors}
    conditions = {fact.name: one_of(fact.values) for fact in facts if fact.name not in signals}
    conditions["category"] = category
    rules = []
    for row in root.rows("rules", "id"):
        rules.append(
            Rule(
                id=row.take("id", forms.CODE),
                title=row.label(),
                when=tuple(_when(row.table("when"), conditions, signals)),
                affair=row.maybe("affair", forms.AFFAIR),
                kind=row.maybe("kind", kind),
                source=row.source(),
            )
        )
        if rules[-1].affair in BELOW_PUBLIC.values() and "kind" in row.data:
            row.wrong("kind", "only a public result has one; leave it out")
    root.once("rules", (rule.id for rule in rules))
    return tuple(rules)


def _when(
    table: Table, conditions: dict[str, Form[str]], signals: set[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    for name in table.data:
        if name in signals:
            table.asked[name] = None
            table.wrong(name, "is a signal of danger; those act by their floors only (L2)")
    for name, form in conditions.items():
        wanted = table.codes(name, form, needed=False)
        if name in table.data:
            if not table.data[name]:
                table.wrong(name, "an empty list never matches; name a value, or leave it out")
            yield name, frozenset(wanted)


# ---------------------------------------------------------------- kinds and catalogue


def _kind(table: Table, code: str) -> WhistleKind:
    never = table.data.get("extension") == "none"
    table.asked["extension"] = None
    return WhistleKind(
        code=code,
        title=table.label(),
        rank=table.take("rank", forms.COUNT),
        urgent=table.take("urgent", forms.YES_NO),
        report_in=table.limit("report_in"),
        solve=table.limit("solve"),
        hand_in=table.limit("hand_in"),
        redo=table.limit("redo"),
        extension=None if never else table.limit("extension", _EXTENSION),
        may_blow=frozenset(table.each("may_blow", forms.BLOWER)),
        to_street=table.take("to_street", forms.YES_NO),
        evidence=table.take("evidence", forms.COUNT),
        source=table.source(),
    )


_EXTENSION = Form(f'{forms.LIMIT.says}, or "none" for never', forms.LIMIT.read)


def _category(row: Table, kind: Form[str]) -> Category:
    since, until = _dates(row)
    found = Category(
        code=row.take("code", forms.CODE),
        title=row.label(),
        affair=row.take("affair", forms.AFFAIR),
        kind=row.maybe("kind", kind),
        leads=row.codes("leads"),
        joint=row.codes("joint", needed=False),
        since=since,
        until=until,
        source=row.source(),
    )
    if found.affair is Affair.PUBLIC and "kind" not in row.data:
        row.wrong("kind", f"is missing; a public category has {kind.says}")
    if found.affair in BELOW_PUBLIC.values() and "kind" in row.data:
        row.wrong("kind", "only a public category has one; leave it out")
    for unit in sorted({unit for unit in found.leads if unit} & set(found.joint)):
        row.wrong("joint", f'"{unit}" is among the leads too; it should be in one of the two')
    return found


def _dates(row: Table) -> tuple[date | None, date | None]:
    since, until = row.maybe("since", forms.DAY), row.maybe("until", forms.DAY)
    if since is not None and until is not None and until < since:
        row.wrong("until", f"{until} is before since, {since}; it should be that day or later")
    return since, until


def _no_overlap(root: Table, rows: Iterable[Category]) -> None:
    """Of the rows of one category, one at most is in force on any day."""
    by_code: dict[str, list[Category]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    for code, same in by_code.items():
        for one, other in combinations(same, 2):
            first = max(one.since or date.min, other.since or date.min)
            if code and first <= min(one.until or date.max, other.until or date.max):
                root.wrong(
                    f"categories.{code}",
                    "two rows are in force on the same days; end the older one by until",
                )


def _street_list(table: Table, category: Form[str]) -> tuple[ListItem, ...]:
    table.source()
    items = []
    for row in table.rows("items", "category"):
        since, until = _dates(row)
        items.append(
            ListItem(
                category=row.take("category", category),
                since=since,
                until=until,
                source=row.source(),
            )
        )
    return tuple(items)


# ---------------------------------------------------------------- limits and the rest


def _tracks(root: Table, facts: tuple[FactType, ...]) -> Iterator[TrackLimit]:
    scopes = next((fact.values for fact in facts if fact.name == "scope"), (UNKNOWN,))
    tracks = root.table("tracks")
    for affair in (Affair.HOUSEHOLD, Affair.SHARED):
        table = tracks.table(affair.value)
        table.source()
        # What is unknown comes last: the engine falls back on the last row.
        for scope in sorted(scopes, key=lambda value: value == UNKNOWN):
            yield TrackLimit(affair=affair, scope=scope, limit=table.limit(scope))


def _limits(table: Table) -> dict[str, Limit]:
    table.source()
    return {name: table.limit(name) for name in REQUIRED_LIMITS}


def _ladder(table: Table) -> Ladder:
    source = table.source()
    return Ladder(
        whats=frozenset(table.each("for", forms.WHAT)),
        rungs=tuple(_rung(row, source) for row in table.rows("rungs")),
    )


def _rung(row: Table, source: str) -> Rung:
    percent = row.maybe("percent", forms.FROM_ONE)
    row.asked["after"] = None
    after = row.limit("after", forms.AFTER) if "after" in row.data else None
    if ("percent" in row.data) == ("after" in row.data):
        row.wrong("percent", "a rung has either percent or after; it should be one of the two")
    return Rung(
        action=row.take("action", forms.RUNG),
        percent=percent,
        after=after,
        to=row.take("to", forms.CODE),
        source=row.maybe("source", forms.SOURCE) or source,
    )


def _after_handling(root: Table) -> dict[str, Any]:
    """Objecting, extending, deferring and marking."""
    objections, extensions = root.table("objections"), root.table("extensions")
    deferrals, marks = root.table("deferrals"), root.table("marks")
    return {
        "objections": Objections(
            within=objections.limit("within"),
            answer=objections.limit("answer"),
            source=objections.source(),
        ),
        "extensions": Extensions(
            decided_by=extensions.take("decided_by", forms.GRANTER),
            decide=extensions.limit("decide"),
            source=extensions.source(),
        ),
        "deferrals": Deferrals(
            most=deferrals.take("most", forms.COUNT),
            total=deferrals.limit("total"),
            source=deferrals.source(),
        ),
        "marks": Marks(
            mark=marks.limit("mark"),
            tell=marks.limit("tell"),
            rounds=marks.take("rounds", forms.FROM_ONE),
            reopen_within=marks.limit("reopen_within"),
            follow_up=marks.limit("follow_up"),
            source=marks.source(),
        ),
    }


def _labels(root: Table, name: str) -> Iterator[tuple[str, Label]]:
    for code, table in root.named(name):
        table.source()
        yield code, table.label()


def _enforcement(table: Table) -> frozenset[str]:
    table.source()
    return frozenset(table.codes("units"))


def _permissions(table: Table) -> dict[str, frozenset[Party]]:
    table.source()
    found = {}
    for name in table.data:
        if name != "source":
            table.read(name, name, forms.COMMAND)
            found[name] = frozenset(table.each(name, forms.PARTY))
    return found
