"""What the shell completes: names of stories, policies and plugins, and the codes of a policy.

The codes are those of the policy that is named, else of the store that is named, else of the one
that ``whistle demo`` plays by. Whatever cannot be read completes nothing, and says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from whistle_engine.rules import Rules

Completed = list[CompletionItem]
Complete = Callable[[click.Context, click.Parameter, str], Completed]
"""As the ``shell_complete`` of a parameter."""

_DEFAULT = "xingqing"


def stories(_context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
    """The stories that are shipped, and files."""
    from whistle_engine.story import shipped_stories

    return _or_files(shipped_stories(), incomplete)


def policy_files(_context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
    """The policies that are shipped, and files."""
    from whistle_engine.policy_file import shipped_names

    return _or_files(shipped_names(), incomplete)


def policies(_context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
    """The policies that are shipped or plugged in, and files."""
    from whistle_engine.hookspecs import PolicySource

    return _or_files(_plugged(PolicySource), incomplete)


def calendars(_context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
    """The calendars that are shipped or plugged in, and files."""
    from whistle_engine.hookspecs import CalendarSource

    return _or_files(_plugged(CalendarSource), incomplete)


def notifiers(_context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
    """The notifiers that a worker can hand notices to."""
    from whistle_engine.hookspecs import NotifierFactory

    found = (name for name in _plugged(NotifierFactory) if name != "memory")  # for tests only
    return _items(found, incomplete)


def sides(_context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
    """The further acts that an exploration can take in."""
    from whistle_engine.review.explore import SIDES

    return _items(SIDES, incomplete)


def _of_rules(codes: Callable[[Rules], Iterable[str]]) -> Complete:
    def complete(context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
        rules = _rules(context)
        return _items(codes(rules), incomplete) if rules is not None else []

    return complete


kinds = _of_rules(lambda rules: (kind.code for kind in rules.policy.kinds))
"""The kinds of whistle."""

categories = _of_rules(lambda rules: dict.fromkeys(row.code for row in rules.policy.categories))
"""The categories, each once though it may have had several rows."""

units = _of_rules(lambda rules: (unit.code for unit in rules.directory.units))
"""The units."""


def facts(context: click.Context, _param: click.Parameter, incomplete: str) -> Completed:
    """``FACT=`` of the facts that begin so; where there is one, with its values.

    A shell may hand the sign of equality over as a word of its own, as bash does. Then the value
    alone is completed.
    """
    rules = _rules(context)
    if rules is None:
        return []
    values = _values(rules)
    words: tuple[str, ...] = context.params.get("words") or ()
    before, last = ("", "", *words)[-2:]
    if last in values or (last == "=" and before in values):
        return _items(values[last if last in values else before], incomplete)
    name, equals, _ = incomplete.partition("=")
    named = [fact for fact in values if (fact == name if equals else fact.startswith(name))]
    if len(named) != 1:
        return _items((f"{fact}=" for fact in named), incomplete)
    (fact,) = named
    return _items((f"{fact}={value}" for value in values[fact]), incomplete)


def _values(rules: Rules) -> dict[str, tuple[str, ...]]:
    """The values of each fact, the category among them."""
    from whistle_engine.model import UNKNOWN

    rows = dict.fromkeys(row.code for row in rules.policy.categories)
    declared = {fact.name: tuple(fact.values) for fact in rules.policy.facts}
    known = {"category": tuple(rows), **declared}
    return {name: tuple(dict.fromkeys((*values, UNKNOWN))) for name, values in known.items()}


def _rules(context: click.Context) -> Rules | None:
    from whistle_engine.cli.reading.rules_from import asked_for, of_store
    from whistle_engine.cli.store.opening import opened
    from whistle_engine.policy_file import shipped_rules

    named = context.params.get("policy") or _file(context)
    url = context.params.get("url")
    found = None
    try:
        if named:
            return asked_for(str(named), "en")
        if url:
            with opened(url) as store:
                found = of_store(store, "en")
    except click.ClickException:
        return None
    return found or shipped_rules(_DEFAULT)


def _file(context: click.Context) -> object:
    """The FILE of a command that has one; click leaves it over where an option lacks its value."""
    if all(param.name != "file" for param in context.command.params):
        return None
    return context.params.get("file") or next(iter(context.args), None)


def _plugged(kind: type) -> tuple[str, ...]:
    from whistle_engine.cli.store.opening import installed

    try:
        return installed().names(kind)
    except click.ClickException:
        return ()


def _items(values: Iterable[str], incomplete: str) -> Completed:
    return [CompletionItem(value) for value in values if value.startswith(incomplete)]


def _or_files(names: Iterable[str], incomplete: str) -> Completed:
    """Files too; they come first, since bash forgets the names before them."""
    return [CompletionItem(incomplete, type="file"), *_items(names, incomplete)]
