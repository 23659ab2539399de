"""Tables of a file while they are read: what is asked of them, and what was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeVar, cast

from whistle_engine.errors import PolicyError
from whistle_engine.model import Label, Limit, LimitUnit
from whistle_engine.policy_file.forms import (
    CODE,
    LIMIT,
    LIST,
    SOURCE,
    TABLE,
    TEXT,
    Form,
    listed,
    nearest,
)

T = TypeVar("T")


class Table:
    """One table of a file: it gives values by their forms, and notes each mistake.

    A value that is wrong is noted and read as ``None``, in spite of its type: nothing that was
    built from it is used, since :meth:`check` raises before anybody could.
    """

    def __init__(self, data: dict[str, Any], path: str = "", above: Table | None = None) -> None:
        """Stand for a table at a dotted path; one inside another shares its notes."""
        self.data = data
        self.path = path
        self.asked: dict[str, None] = {}
        self.problems: list[str] = above.problems if above is not None else []
        self.tables: list[Table] = above.tables if above is not None else []
        self.tables.append(self)

    @classmethod
    def of(cls, source: bytes, what: str) -> Table:
        """The outermost table of a file.

        Raises:
            PolicyError: the bytes are not TOML.
        """
        import tomllib  # noqa: PLC0415  needed only here

        try:
            return cls(tomllib.loads(source.decode("utf-8-sig")))
        except UnicodeDecodeError as error:
            problem = f"byte {error.start + 1} is not UTF-8; save the file as UTF-8"
        except tomllib.TOMLDecodeError as error:
            problem = f"this is not TOML: {error}"
        raise PolicyError((f"{what}: {problem}",))

    # -- values ----------------------------------------------------------------------------

    def take(self, name: str, form: Form[T], default: T | None = None) -> T:
        """A value that must be there, unless there is a default."""
        if name not in self.data and default is None:
            self.asked[name] = None
            self.wrong(name, f"is missing; it should be {form.says}")
        found = self.maybe(name, form)
        return cast("T", default if found is None else found)

    def maybe(self, name: str, form: Form[T]) -> T | None:
        """A value, or ``None`` if it is not there."""
        self.asked[name] = None
        return self.read(name, self.data[name], form) if name in self.data else None

    def each(self, name: str, form: Form[T], *, needed: bool = True) -> tuple[T, ...]:
        """A list of values; empty if it is not there and not needed."""
        found = self.take(name, LIST, None if needed else [])
        return tuple(
            self.read(f"{name}[{n}]", value, form) for n, value in enumerate(found or (), 1)
        )

    def codes(self, name: str, form: Form[str] = CODE, *, needed: bool = True) -> tuple[str, ...]:
        """A list of codes, none of them twice."""
        found = self.each(name, form, needed=needed)
        for code in sorted({code for code in found if code and found.count(code) > 1}):
            self.wrong(name, f'"{code}" is there twice; once is enough')
        return found

    def source(self) -> str:
        """The table's source, which it must have."""
        return self.take("source", SOURCE)

    def label(self) -> Label:
        """The Chinese and the English title."""
        return Label(self.take("zh", TEXT), self.take("en", TEXT))

    def limit(self, name: str, form: Form[tuple[int, LimitUnit]] = LIMIT) -> Limit:
        """A limit: a text with the table's source, or a table with a source of its own."""
        if isinstance(self.data.get(name), dict):
            own = self.table(name)
            found, source = own.take("limit", form), own.source()
        else:
            found, source = self.take(name, form), str(self.data.get("source", ""))
        amount, unit = cast("tuple[int, LimitUnit] | None", found) or (0, LimitUnit.HOURS)
        return Limit(amount=amount, unit=unit, rule=self.key(name), source=source)

    # -- tables inside ---------------------------------------------------------------------

    def table(self, name: str) -> Table:
        """A table inside this one."""
        return Table(self.take(name, TABLE) or {}, self.key(name), self)

    def named(self, name: str) -> Iterator[tuple[str, Table]]:
        """The tables of a table of tables, by their names; the outer one holds nothing else."""
        outer = self.table(name)
        for code in outer.data:
            outer.read(code, code, CODE)
            yield code, outer.table(code)

    def rows(self, name: str, called: str | None = None) -> Iterator[Table]:
        """The tables of a list of tables; in messages by what they are called, or numbered."""
        for n, data in enumerate(self.each(name, TABLE), 1):
            label = data.get(called) if data and called is not None else None
            at = f"{name}.{label}" if isinstance(label, str) else f"{name}[{n}]"
            yield Table(data or {}, self.key(at), self)

    # -- mistakes --------------------------------------------------------------------------

    def key(self, name: str) -> str:
        """The dotted key of a value."""
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, message: str) -> None:
        """Note what is wrong with a value, and what would be right."""
        self.problems.append(f"{self.key(name)}: {message}")

    def read(self, name: str, value: object, form: Form[T]) -> T:
        """A value by its form, or a note that it is not of that form."""
        try:
            return form.read(value)
        except (ValueError, TypeError, AttributeError) as error:
            hint = str(error) if str(error).startswith(";") else ""
            shown = str(value) if isinstance(value, date) else repr(value)
            self.wrong(name, f"{shown[:80]} is wrong; it should be {form.says}{hint}")
            return cast("T", None)

    def once(self, name: str, values: Iterable[str]) -> None:
        """Note each value that is there twice and should not be."""
        seen: set[str] = set()
        for value in values:
            if value and value in seen:
                self.wrong(name, f'"{value}" is there twice; give each a name of its own')
            seen.add(value)

    def check(self) -> None:
        """Raise all that was wrong, keys that nobody asked for among them.

        Raises:
            PolicyError: with every mistake.
        """
        for table in self.tables:
            for name in table.data:
                if name not in table.asked:
                    known = list(table.asked)
                    hint = nearest(name, known) or f"; there may be {listed(known)}"
                    table.wrong(name, f"there is no such key{hint}")
        if self.problems:
            raise PolicyError(tuple(self.problems))
