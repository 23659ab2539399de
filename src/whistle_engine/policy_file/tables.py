"""Tables of a file while they are read: what is asked of them, and what was wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar, cast

from attrs import evolve, frozen

from whistle_engine.model import Label, Limit, LimitUnit
from whistle_engine.policy_file.csv_rows import MOST_ROWS, Cell, Row, as_toml, day_meant
from whistle_engine.policy_file.forms import (
    CODE,
    LIMIT,
    LIST,
    TABLE,
    TEXT,
    Form,
    Near,
    by_title,
)
from whistle_engine.policy_file.places import Trail
from whistle_engine.policy_file.reading import Reading
from whistle_engine.policy_file.shown import plain, shown
from whistle_engine.policy_file.toml_text import parsed
from whistle_engine.problems import Slot, Spot, nearest, placed, problem
from whistle_engine.sources import BUILT_IN, CHOICE, ORIGIN, parts

T = TypeVar("T")

NAMED = "*"
"""Stands in a pattern for any name that the file gives."""
MOST_NAMES = 5_000
"""No list of codes is longer."""
_LONGEST_NAME = 64
_LONGEST_SOURCE = 10_000


@frozen
class Asked:
    """What was asked of a key: its form, and whether it has to be there.

    ``several``: a list of values of that form.
    """

    form: Form[Any]
    needed: bool
    several: bool = False
    default: object = None


class Table:
    """One table of a file: it gives values by their forms, and notes each mistake.

    A value that is wrong is noted and read as ``None``, in spite of its type: nothing that was
    built from it is used, since :meth:`Reading.check` raises before anybody could.
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        reading: Reading,
        *,
        path: str = "",
        pattern: str = "",
        trail: Trail = (),
        row: Row | None = None,
        absent: bool = False,
    ) -> None:
        """Stand for a table at a dotted path; of an absent one only its absence is told."""
        self.data = data
        self.reading = reading
        self.path = path
        self.pattern = pattern
        self.trail = trail
        self.row = row
        self.absent = absent
        self.asked: dict[str, Asked | None] = {}
        reading.tables.append(self)

    @classmethod
    def of(cls, name: str, data: bytes) -> Table:
        """The outermost table of a file.

        Raises:
            PolicyError: the bytes are not TOML.
        """
        text, found = parsed(name, data)
        return cls(found, Reading(name, text))

    # -- values ----------------------------------------------------------------------------

    def take(self, name: str, form: Form[T], default: T | None = None) -> T:
        """A value that must be there, unless there is a default."""
        found = self.maybe(name, form, needed=default is None, default=default)
        return cast("T", default if found is None else found)

    def maybe(
        self, name: str, form: Form[T], *, needed: bool = False, default: T | None = None
    ) -> T | None:
        """A value, or ``None`` if it is not there."""
        self.asked[name] = Asked(form, needed, default=default)
        if name in self.data:
            return self.read(name, self.data[name], form)
        if needed and self.row is not None and name not in self.row.columns:
            self._no_column(self.row, name, form.says)
        elif needed:
            self.wrong("missing", name, right=form.says)
        return None

    def each(
        self,
        name: str,
        form: Form[T],
        *,
        needed: bool = True,
        says: Label = LIST.says,
        most: int = MOST_ROWS,
    ) -> tuple[T, ...]:
        """A list of values; empty if it is not there and not needed."""
        found = self.take(name, evolve(LIST, says=says), None if needed else [])
        self.asked[name] = Asked(form, needed, several=True)
        if found and len(found) > most:
            self.wrong("list_too_long", name, most=most)
            return ()
        return tuple(
            self.read(f"{name}[{n}]", value, form, (name, n - 1))
            for n, value in enumerate(found or (), 1)
        )

    def codes(
        self, name: str, form: Form[T], *, needed: bool = True, most: int = MOST_NAMES
    ) -> tuple[T, ...]:
        """A list of names, none of them twice."""
        found = self.each(name, form, needed=needed, most=most)
        seen: set[T] = set()
        for n, code in enumerate(found):
            if code and code in seen:
                written = code.value if isinstance(code, Enum) else str(code)
                self.wrong("listed_twice", f"{name}[{n + 1}]", at=(name, n), name=written)
            seen.add(code)
        return found

    def source(self, name: str = "source") -> str:
        """The table's source, which it must have, of declared origins."""
        text = self.take(name, SOURCE)
        known = (*self.reading.origins, CHOICE)
        titles = {label.zh: code for code, label in self.reading.origins.items() if label.zh}
        titles |= {BUILT_IN[CHOICE].zh: CHOICE}
        for part in parts(text or ""):
            inside = (said for said in titles if _begins(said, part.words))
            origin = next(inside, part.origin)
            if origin not in known:
                near = titles.get(origin) or nearest(origin, known)
                self.wrong("unknown_origin", name, origin=origin, known=known, near=near)
        return text

    def label(self) -> Label:
        """The Chinese and the English title."""
        return Label(self.take("zh", TEXT), self.take("en", TEXT))

    def limit(self, name: str, form: Form[tuple[int, LimitUnit]] = LIMIT) -> Limit:
        """A limit: a text with the table's source, or a table with a source of its own."""
        if isinstance(self.data.get(name), dict):
            own = self.table(name)
            found, source = own.take("limit", form), own.source()
            self.asked[name] = Asked(form, needed=True)
        else:
            above = self.data.get("source")
            found, source = self.take(name, form), str(above) if isinstance(above, str) else ""
        amount, unit = cast("tuple[int, LimitUnit] | None", found) or (0, LimitUnit.HOURS)
        return Limit(amount=amount, unit=unit, rule=self.key(name), source=source)

    def later(self, name: str, form: Form[tuple[int, LimitUnit]]) -> Limit | None:
        """A limit that need not be there."""
        self.asked[name] = Asked(form, needed=False)
        return self.limit(name, form) if name in self.data else None

    # -- tables inside ---------------------------------------------------------------------

    def table(self, name: str, *, needed: bool = True) -> Table:
        """A table inside this one; an empty one if it is not there."""
        says = Label(f"[{self.key(name)}]表", f"a table [{self.key(name)}]")
        found = self.maybe(name, evolve(TABLE, says=says), needed=needed)
        return self._inside(found or {}, name, (name,), name, absent=found is None)

    def one(self, name: str) -> Table:
        """One table among those that the file names."""
        says = Label(f"[{self.key(name)}]表", f"a table [{self.key(name)}]")
        found = self.maybe(name, evolve(TABLE, says=says))
        self.asked[name] = None
        return self._inside(found or {}, name, (name,), NAMED, absent=found is None)

    def named(self, name: str, *, needed: bool = True) -> Iterator[tuple[str, Table]]:
        """The tables of a table of tables, by their names; the outer one holds nothing else."""
        outer = self.table(name, needed=needed)
        for code in outer.data:
            outer.read(code, code, CODE, at_key=True)
            yield code, outer.one(code)

    def rows(self, name: str, called: str | None = None, *, none: bool = False) -> Iterator[Table]:
        """The tables of a list of tables, or the rows of the file beside.

        In messages they are named by the key ``called``, or numbered. ``none``: the list may be
        empty, which its author is told where it is missing.
        """
        beside = self.reading.beside.get(name)
        if beside is None:
            header = f"[[{self.key(name)}]]"
            says = Label(f"{header}表，每项一张", f"tables {header}, one for each")
            if none:
                zh, en = f"；一项也没有的，写{name} = []", f", or {name} = [] if there is none"
                says = Label(says.zh + zh, says.en + en)
            for n, data in enumerate(self.each(name, TABLE, says=says)):
                path = _row_path(name, (data or {}).get(called or ""), n)
                yield self._inside(data or {}, path, (name, n), f"{name}[]")
            return
        self.asked[name] = Asked(TABLE, needed=True, several=True)
        if name in self.data:
            self.wrong("table_twice", name, file=beside[0].spot.file if beside else "CSV")
        for n, row in enumerate(beside):
            path = _row_path(name, row.cells.get(called) if called else None, n)
            yield self._inside(row.cells, path, (name, n), f"{name}[]", row)

    def _inside(
        self,
        data: Mapping[str, Any],
        name: str,
        trail: Trail,
        pattern: str,
        row: Row | None = None,
        *,
        absent: bool = False,
    ) -> Table:
        return Table(
            data,
            self.reading,
            path=self.key(name),
            pattern=f"{self.pattern}.{pattern}" if self.pattern else pattern,
            trail=(*self.trail, *trail),
            row=row,
            absent=absent or self.absent,
        )

    # -- mistakes --------------------------------------------------------------------------

    def key(self, name: str) -> str:
        """The dotted key of a value, as it can be shown."""
        if not name.isprintable() or len(name) > _LONGEST_NAME:
            name = str(shown(name))[1:-1]
        return f"{self.path}.{name}" if self.path else name

    def spot(
        self, name: str = "", more: Trail | None = None, *, at_key: bool = False
    ) -> Spot | None:
        """Where a value stands, or its key, or the table if there is no such key."""
        if self.row is not None:
            return self.row.at(name)
        if not name or (name not in self.data and more is None):
            return self.reading.places.key(self.trail)
        find = self.reading.places.key if at_key else self.reading.places.value
        return find((*self.trail, *(more or (name,))))

    def wrong(
        self,
        code: str,
        name: str = "",
        /,
        *,
        near: str = "",
        at: Trail | None = None,
        at_key: bool = False,
        **slots: Slot,
    ) -> None:
        """Note what is wrong with a value, and what would be right."""
        if self.absent:
            return
        key = self.key(name) if name else self.path
        told = problem(code, key, near=near, **slots)
        base = name.partition("[")[0]
        self.reading.note(placed(told, self.spot(base, at, at_key=at_key)))

    def unknown(self, name: str) -> None:
        """Note a key that nobody asked for; of a column, once."""
        known = tuple(self.asked)
        left = tuple(other for other in known if other not in self.data)
        near = nearest(plain(name), left) or nearest(plain(name), known)
        known = () if near else left or known
        if self.row is None:
            self.reading.meant.add(self.key(near) if near else "-")
            told = problem("unknown_key", self.key(name), near=near, known=known)
            self.reading.note(placed(told, self.spot(name, at_key=True)))
        elif self.reading.first(self.row, name):
            key = self.pattern.removesuffix("[]")
            self.reading.meant.add(f"{key}.{near}" if near else "-")
            told = problem(
                "unknown_column",
                key,
                name=str(shown(name))[1:-1],
                near=near,
                known=known,
            )
            self.reading.note(placed(told, self.row.above(name)))

    def _no_column(self, row: Row, name: str, right: Label) -> None:
        """Note, once, that a file lacks a column that every row needs."""
        if self.reading.first(row, name):
            told = problem(
                "missing_column", self.pattern.removesuffix("[]"), name=name, right=right
            )
            self.reading.note(placed(told, row.above(name)))

    def read(
        self,
        name: str,
        value: object,
        form: Form[T],
        at: Trail | None = None,
        *,
        at_key: bool = False,
    ) -> T:
        """A value by its form, or a note that it is not of that form."""
        given = as_toml(value, form.kind) if isinstance(value, Cell) else value
        near = ""
        try:
            return form.read(given)
        except Near as error:
            # Of several, each is a value of its own, as it is written there.
            near = (";" if isinstance(value, Cell) else '", "').join(error.args)
        except (ValueError, TypeError, AttributeError):
            pass
        if isinstance(value, Cell) and form.kind is date:
            near = near or day_meant(value)
        if form.says is CODE.says and not at_key:
            near = near or by_title(given, self.reading.units)
        near = near or _tidied(given, form)
        self.wrong(
            "bad_value", name, at=at, at_key=at_key, near=near, value=shown(given), right=form.says
        )
        return cast("T", None)


def _row_path(name: str, label: object, number: int) -> str:
    if isinstance(label, str) and label.isprintable() and len(label) <= _LONGEST_NAME:
        return f"{name}.{label}"
    return f"{name}[{number + 1}]"


def _tidied(value: object, form: Form[Any]) -> str:
    """The value without full-width and invisible signs, if that would be right."""
    if not isinstance(value, str) or plain(value) == value:
        return ""
    try:
        form.read(plain(value))
    except (ValueError, TypeError, AttributeError):
        return ""
    return plain(value)


_CLOSE = re.compile(rf"[;；]\s*{ORIGIN}:(?=[^\s/])")


def _source(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_SOURCE:
        raise ValueError
    found = parts(value)
    if not found or not all(part.words.zh for part in found):
        meant = re.fullmatch(rf"({ORIGIN})\s*[:：]\s*(\S.*)", value, re.DOTALL)
        raise Near(_quoted(f"{meant[1]}: {meant[2]}") if meant is not None else "")
    close = _CLOSE.search(value)
    if close is not None:
        raise Near(_quoted(f"{value[: close.end()]} {value[close.end() :]}"))
    return str(value)


def _quoted(text: str) -> str:
    return str(shown(text))[1:-1]


def _begins(title: str, words: Label) -> bool:
    """Tell whether a part begins inside words, by an origin's title in place of its code."""
    return any(
        title in said and re.search(rf"[;；]\s*{re.escape(title)}[:：]", said) is not None
        for said in (words.zh, words.en)
    )


SOURCE = Form(
    Label(
        "依据，如“choice: 理由 | why”（自定），或“<依据代码>: 原文”，半角冒号后空一格",
        'where the value comes from: "choice: 理由 | why", or "<origin>: its words"',
    ),
    _source,
)
