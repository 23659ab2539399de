"""The options of the commands that read a store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

import click

from whistle_engine.cli.output import chosen
from whistle_engine.cli.reading.rules_from import policy_option
from whistle_engine.cli.reading.words import say
from whistle_engine.cli.store.opening import store_option

F = TypeVar("F", bound=Callable[..., Any])

PER_PAGE = 20


def reading_options(command: F) -> F:
    """``--store``, ``--as`` and ``--policy``."""
    as_option = click.option(
        "--as", "who", metavar="ROLE[:UNIT]",
        help="Read as somebody else, such as street:xinhuajie, coordinator or resident:ID; by "
        "default as the operations centre, which sees all: whoever has the store has the data.",
    )  # fmt: skip
    return store_option(as_option(policy_option(command)))


def page_options(command: F) -> F:
    """``--page`` and ``--per-page``."""
    page = click.option(
        "--page", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
        help="Which page.",
    )  # fmt: skip
    size = click.option(
        "--per-page", type=click.IntRange(1, 1000), default=PER_PAGE, show_default=True,
        metavar="N", help="How many rows a page has.",
    )  # fmt: skip
    return page(size(command))


class Member(click.ParamType[Enum]):
    """A member of an enumeration of the model, which is imported when a value is read."""

    def __init__(self, kind: str) -> None:
        """Name the enumeration."""
        self.name = kind.lower()
        self._kind = kind

    def _enum(self) -> type[Enum]:
        from whistle_engine import model

        found: type[Enum] = getattr(model, self._kind)
        return found

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Enum:
        """The member of a value."""
        kind = self._enum()
        if isinstance(value, kind):
            return value
        try:
            return kind(value)
        except ValueError:
            lang = chosen(None)
            known = say("join", lang).join(str(each.value) for each in kind)
            self.fail(say("member.wrong", lang, value=value, known=known), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """The values that begin so."""
        from click.shell_completion import CompletionItem

        del ctx, param
        values = (str(each.value) for each in self._enum())
        return [CompletionItem(value) for value in values if value.startswith(incomplete)]


class Day(click.ParamType[datetime]):
    """A day of the calendar."""

    name = "day"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The beginning of the day, in no time zone yet."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007  the city's zone comes later
        except ValueError:
            self.fail(say("day.wrong", chosen(None), value=value), param, ctx)


DAY = Day()
"""A day, as 2024-03-04."""


def beginning(day: datetime | None, zone: Any) -> datetime | None:
    """The instant at which a day begins in a time zone."""
    return day.replace(tzinfo=zone) if day is not None else None
