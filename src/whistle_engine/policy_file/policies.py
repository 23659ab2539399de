"""Reading a policy: one function for each table of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from whistle_engine.model import UNKNOWN, Affair, Label, Limit, Party
from whistle_engine.policy import (
    REQUIRED_LIMITS,
    Accepted,
    Deferrals,
    Extensions,
    FactType,
    Ladder,
    Marks,
    Objections,
    Rung,
    TrackLimit,
    WhistleKind,
)
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.calendars import read_calendar, read_shifts
from whistle_engine.policy_file.catalogue import read_categories, read_kind, read_street_list
from whistle_engine.policy_file.classifying import read_facts, read_rules
from whistle_engine.policy_file.forms import Form, one_of
from whistle_engine.policy_file.messages import read_messages
from whistle_engine.policy_file.tables import Table

TABLES = ("categories", "street_list")
"""What of a policy may be a CSV file beside it."""

_CATEGORY = Label("派单目录中的类别代码", "the code of a category of the catalogue")
_KIND = Label("已声明的哨型，即", "a whistle kind, one of ")


def read_policy(root: Table, calendar: Callable[[str], Table | None]) -> dict[str, Any]:
    """Every attribute of a policy, by its name; ``calendar`` gives calendars by their names."""
    root.take("format", forms.FORMAT)
    root.source()
    kinds = tuple(read_kind(table, code) for code, table in root.named("kinds"))
    kind = _known_kinds(kinds)
    facts, floors = read_facts(root, kind)
    categories = read_categories(root, kind)
    category = one_of(
        (c.code for c in categories if c.code),
        _CATEGORY,
        called=lambda: [(c.title.zh, c.code) for c in categories if c.code and c.title.zh],
    )
    if "categories" in root.reading.lost or not any(c.code for c in categories):
        # This is told, and not again at each rule.
        category = forms.CODE
    hours = root.table("hours")
    hours.source()
    shifts = read_shifts(hours)
    if hours.data.get("shifts") == []:
        hours.wrong("no_shifts", "shifts", right=forms.SHIFT.says)
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
        "sources": root.reading.origins,
        "shifts": shifts,
        "calendar": read_calendar(root.table("calendar"), calendar),
        "channels": dict(_labels(root, "channels")),
        "routes": dict(_labels(root, "routes")),
        "facts": facts,
        "floors": floors,
        "kinds": kinds,
        "rules": read_rules(root, facts, floors, kind, category),
        "categories": categories,
        "street_list": read_street_list(root, category),
        "tracks": tuple(_tracks(root, facts)),
        "limits": _limits(root.table("limits")),
        "ladders": tuple(_ladder(row) for row in root.rows("ladders")),
        "enforcement": _enforcement(root.table("enforcement")),
        "permissions": _permissions(root.table("permissions")),
        "messages": read_messages(root),
        "accepted": tuple(_accepted(root)),
        **_after_handling(root),
    }


def _known_kinds(kinds: tuple[WhistleKind, ...]) -> Form[str]:
    titles = [(kind.title.zh, kind.code) for kind in kinds if kind.title.zh]
    form = one_of((kind.code for kind in kinds), called=lambda: titles)
    says = Label(_KIND.zh + form.says.zh, _KIND.en + form.says.en.removeprefix("one of "))
    return Form(says if form.names else form.says, form.read, str, form.names)


# ---------------------------------------------------------------- limits and the rest


def _tracks(root: Table, facts: tuple[FactType, ...]) -> Iterator[TrackLimit]:
    """The limits of talking, by scope; those of urgent matters where the policy has them."""
    scopes = next((fact.values for fact in facts if fact.name == "scope"), (UNKNOWN,))
    # What is unknown comes last: the engine falls back on the last row.
    scopes = tuple(sorted(scopes, key=lambda value: value == UNKNOWN))
    tracks = root.table("tracks")
    for affair in (Affair.HOUSEHOLD, Affair.SHARED):
        table = tracks.table(affair.value)
        table.source()
        urgent = table.table("urgent", needed=False)
        for scope in scopes:
            yield TrackLimit(affair=affair, scope=scope, urgent=False, limit=table.limit(scope))
        if "urgent" in table.data:
            urgent.source()
            for scope in scopes:
                limit = urgent.limit(scope)
                yield TrackLimit(affair=affair, scope=scope, urgent=True, limit=limit)


def _limits(table: Table) -> dict[str, Limit]:
    table.source()
    return {name: table.limit(name) for name in REQUIRED_LIMITS}


def _ladder(table: Table) -> Ladder:
    source = table.source()
    return Ladder(
        whats=frozenset(table.codes("for", forms.WHAT)),
        rungs=tuple(_rung(row, source) for row in table.rows("rungs")),
    )


def _rung(row: Table, source: str) -> Rung:
    percent = row.maybe("percent", forms.PERCENT)
    after = row.later("after", forms.AFTER)
    row.maybe("after", forms.AFTER) if after is None else None
    if ("percent" in row.data) == ("after" in row.data):
        row.wrong("rung_when", "percent")
    own = row.source() if "source" in row.data else None
    return Rung(
        action=row.take("action", forms.RUNG),
        percent=percent,
        after=after,
        to=row.take("to", forms.ADDRESSEE),
        source=own or source,
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
    return frozenset(table.codes("units", forms.CODE))


def _permissions(table: Table) -> dict[str, frozenset[Party]]:
    table.source()
    found = {}
    for name in table.data:
        if name != "source":
            table.read(name, name, forms.COMMAND, at_key=True)
            found[name] = frozenset(table.codes(name, forms.PARTY))
    return found


def _accepted(root: Table) -> Iterator[Accepted]:
    """Findings of a check that are there on purpose."""
    if "accepted" not in root.data:
        root.each("accepted", forms.TABLE, needed=False)
        return
    for row in root.rows("accepted"):
        yield Accepted(
            code=row.take("code", forms.CODE),
            key=row.take("key", forms.TEXT),
            value=row.take("value", forms.TEXT, ""),
            source=row.source(),
        )
