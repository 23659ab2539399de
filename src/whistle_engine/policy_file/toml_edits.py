"""Editing TOML text: what is not meant to change keeps its bytes, comments among them.

tomlkit keeps comments and layout. To it, what stands after the last value of a table belongs to
that table, also the heading of the next one; so a row or a key is put in before that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from whistle_engine.errors import WhistleError
from whistle_engine.model import Label

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT, Item, Key, Table

    Body = list[tuple[Key | None, Item]]


class EditError(WhistleError):
    """A file cannot be changed as asked; the message says why, and what can be done."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep the sentence in both languages, and show the English one."""
        super().__init__(en)
        self.says = Label(zh, en)


def edited(text: str, change: Callable[[TOMLDocument], None]) -> str:
    """The text after a change to its document.

    Args:
        text: the text of a TOML file, its line ends as they are in the file.
        change: changes the document in place.

    Raises:
        EditError: the text is not TOML, or tomlkit would not give it back as it is.
    """
    import tomlkit  # noqa: PLC0415  an extra, and needed only here
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark)
    crlf = 0 < plain.count("\n") == plain.count("\r\n")
    plain = plain.replace("\r\n", "\n") if crlf else plain
    plain += "" if plain.endswith("\n") or not plain else "\n"
    try:
        document = tomlkit.parse(plain)
    except TOMLKitError as error:
        raise EditError(f"文件不是有效的TOML：{error}", f"this is not TOML: {error}") from None
    if tomlkit.dumps(document) != plain:
        raise EditError(
            "文件写法特殊，无法只改所需之处，请手工修改",
            "this file is so written that it cannot be changed in one place; change it by hand",
        )
    change(document)
    told = tomlkit.dumps(document)
    return mark + (told.replace("\n", "\r\n") if crlf else told)


def table_in(holder: Mapping[str, Any], name: str) -> Table:
    """The table of a name; a file that has none, or has it in pieces, is not for editing.

    Raises:
        EditError: there is no such table, or it is written in several places.
    """
    from tomlkit.items import Table  # noqa: PLC0415

    found = holder.get(name)
    if not isinstance(found, Table):
        raise EditError(
            f"文件中没有[{name}]一表，或该表分散在几处，请先归并到一处",
            f"there is no table [{name}], or it stands in several places; put it in one place",
        )
    return found


def rows_in(holder: Mapping[str, Any], name: str) -> AoT | None:
    """The list of tables of a name, or ``None``.

    Raises:
        EditError: the list is there, but in square brackets.
    """
    from tomlkit.items import AoT  # noqa: PLC0415

    found = holder.get(name)
    if found is not None and not isinstance(found, AoT):
        raise EditError(
            f"请将{name}逐条写成[[{name}]]，再作修改",
            f"write {name} as tables [[{name}]] first, one for each row",
        )
    return found


def as_table(values: Mapping[str, Any]) -> Table:
    """A new table with these values."""
    import tomlkit  # noqa: PLC0415

    made = tomlkit.table()
    for key, value in values.items():
        made.add(key, value)
    return made


def set_key(table: Table, key: str, value: object) -> None:
    """Set a key, a new one directly below the others."""
    if key in table:
        table[key] = value
        return
    rest = _take_rest(table)
    table.add(key, value)
    _end(table).extend(rest)


def put_row(rows: AoT, after: int, row: Table) -> None:
    """Put a row in after another one, with a blank line between."""
    before = rows.body[after]
    rest = _take_rest(before)
    _blank(before)
    row.value.body.extend(rest)
    rows.insert(after + 1, row)


def put_table(document: TOMLDocument | Table, path: tuple[str, str], table: Table) -> None:
    """Put a table in as the last one below another: ``[outer.inner]``.

    The outer one need not be there; then both stand at the end of the file.
    """
    import tomlkit  # noqa: PLC0415

    outer, inner = path
    if outer not in document:
        document.add(outer, tomlkit.table(is_super_table=True))
        document[outer].add(inner, table)
        return
    holder = table_in(document, outer)
    rest = _take_rest(holder)
    _blank(holder)
    holder.add(inner, table)
    _end(table).extend(rest)


def _end(table: Table) -> Body:
    """Where the text of a table ends: its own body, or that of the last table inside it."""
    from tomlkit.items import AoT, Table  # noqa: PLC0415

    body: Body = table.value.body
    last = next((item for key, item in reversed(body) if key is not None), None)
    if isinstance(last, AoT):
        return _end(last.body[-1])
    return _end(last) if isinstance(last, Table) else body


def _take_rest(table: Table) -> Body:
    """Take away what stands after the last value, but for comments directly below it."""
    from tomlkit.items import Comment  # noqa: PLC0415

    body = _end(table)
    start = 1 + max((n for n, (key, _) in enumerate(body) if key is not None), default=-1)
    while start < len(body) and isinstance(body[start][1], Comment):
        start += 1
    rest = body[start:]
    del body[start:]
    return rest


def _blank(table: Table) -> None:
    from tomlkit.items import Whitespace  # noqa: PLC0415

    _end(table).append((None, Whitespace("\n")))
