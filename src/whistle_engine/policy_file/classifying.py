"""Reading what classification needs: facts, signals of danger with their floors, and rules."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.model import UNKNOWN, Affair
from whistle_engine.policy import LEVELS, TIMINGS, FactType, Floor, Rule
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.forms import Form, one_of
from whistle_engine.policy_file.tables import Table
from whistle_engine.problems import nearest
from whistle_engine.soundness import SIGNAL_VALUES

BELOW_PUBLIC = {affair.value: affair for affair in (Affair.SHARED, Affair.HOUSEHOLD)}
"""What a floor may name apart from whistle kinds."""


def read_facts(root: Table, kind: Form[str]) -> tuple[tuple[FactType, ...], tuple[Floor, ...]]:
    """The facts that a policy declares, its signals among them, and the floors of those."""
    facts, floors = [], []
    seen: set[str] = set()
    for row in root.rows("facts", "name"):
        row.source()
        name, titles = row.take("name", forms.CODE), {}
        for value, table in row.named("values"):
            titles[value] = table.label()
        facts.append(FactType(name=name, title=row.label(), values=tuple(titles), titles=titles))
        if "values" in row.data and UNKNOWN not in titles:
            row.wrong("no_unknown", "values")
        if name == "category":
            row.wrong("fact_category", "name")
        if name and name in seen:
            row.wrong("name_twice", "name", name=name)
        seen.add(name)
    for name, table in root.named("signals"):
        facts.append(FactType(name=name, title=table.label(), values=SIGNAL_VALUES))
        floors += list(_floors(table, name, kind))
        if name and name in seen:
            table.wrong("name_twice", name=name)
    return tuple(facts), tuple(floors)


def _floors(table: Table, signal: str, kind: Form[str]) -> Iterator[Floor]:
    source = table.source()
    names = (*kind.names, *BELOW_PUBLIC)
    demand = one_of(names)
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


def read_rules(
    root: Table,
    facts: tuple[FactType, ...],
    floors: tuple[Floor, ...],
    kind: Form[str],
    category: Form[str],
) -> tuple[Rule, ...]:
    """The classification rules, in their order."""
    signals = {floor.signal for floor in floors}
    conditions = {f.name: _values(f) for f in reversed(facts) if f.name and f.name not in signals}
    conditions = dict(reversed(conditions.items()))  # of two of a name, which is told, the first
    conditions["category"] = category
    rules = []
    seen: set[str] = set()
    for row in root.rows("rules", "id"):
        affair = row.maybe("affair", forms.AFFAIR)
        rules.append(
            Rule(
                id=row.take("id", forms.CODE),
                title=row.label(),
                when=tuple(_when(row.table("when"), conditions, signals)),
                affair=affair,
                kind=row.maybe("kind", kind),
                source=row.source(),
            )
        )
        if affair in BELOW_PUBLIC.values() and "kind" in row.data:
            row.wrong("kind_not_public", "kind")
        if rules[-1].id and rules[-1].id in seen:
            row.wrong("name_twice", "id", name=rules[-1].id)
        seen.add(rules[-1].id)
    return tuple(rules)


def _values(fact: FactType) -> Form[str]:
    titles = [(title.zh, value) for value, title in fact.titles.items() if title.zh]
    return one_of(fact.values, called=lambda: titles)


def _when(
    table: Table, conditions: dict[str, Form[str]], signals: set[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    for name in table.data:
        if name in signals:
            table.asked[name] = None
            table.wrong("rule_reads_signal", name, at=(name,), at_key=True)
        elif name not in conditions:
            table.asked[name] = None
            near = nearest(name, conditions)
            known = () if near else tuple(conditions)
            table.wrong("unknown_fact", name, at=(name,), at_key=True, near=near, known=known)
    for name, form in conditions.items():
        wanted = table.codes(name, form, needed=False)
        if name in table.data:
            if not table.data[name]:
                table.wrong("empty_list", name)
            yield name, frozenset(wanted)
