"""Editing TOML text: what is not meant to change keeps its bytes, comments among them.

tomlkit keeps comments and layout. To it, what stands after the last value of a table belongs to
that table, also the heading of the next one; so a row or a key is put in before that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from whistle_engine.errors import PolicyError
from whistle_engine.policy_file.toml_text import parsed
from whistle_engine.problems import Spot, placed, problem

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT, Item, Key, Table

    Body = list[tuple[Key | None, Item]]


def edited(name: str, text: str, change: Callable[[TOMLDocument], None]) -> str:
    """The text after a change to its document.

    Args:
        name: of the file.
        text: the text of a TOML file, its line ends as they are in the file.
        change: changes the document in place; problems that it raises are placed by their keys.

    Raises:
        PolicyError: the text is not TOML, or it cannot be changed in one place only.
    """
    import tomlkit  # noqa: PLC0415  an extra, and needed only here
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark)
    crlf = 0 < plain.count("\n") == plain.count("\r\n")
    plain = plain.replace("\r\n", "\n") if crlf else plain
    plain += "" if plain.endswith("\n") or not plain else "\n"
    parsed(name, plain.encode())  # tells what is not TOML
    try:
        document = tomlkit.parse(plain)
    except TOMLKitError:
        document = tomlkit.document()
    if tomlkit.dumps(document) != plain:
        raise PolicyError((placed(problem("edit_by_hand"), Spot(name, 1, 1)),))
    try:
        change(document)
    except PolicyError as error:
        raise PolicyError(
            placed(found, found.spot or _spot(name, plain, found.key)) for found in error.problems
        ) from None
    told = tomlkit.dumps(document)
    return mark + (told.replace("\n", "\r\n") if crlf else told)


def _spot(name: str, text: str, key: str) -> Spot:
    """Where a dotted key stands, the items of its lists numbered from 1."""
    from whistle_engine.policy_file.places import Places  # noqa: PLC0415  only mistakes need it

    steps = re.findall(r"\[(\d+)\]|([^.\[]+)", key)
    trail = tuple(int(number) - 1 if number else named for number, named in steps)
    return Places(name, text).key(trail)


def table_in(holder: Mapping[str, Any], name: str, path: str = "") -> Table:
    """The table of a name; a file that has none, or has it in pieces, is not for editing.

    It is told with its path, where that is longer than its name.

    Raises:
        PolicyError: there is no such table, or it is written in several places.
    """
    from tomlkit.items import Table  # noqa: PLC0415

    found = holder.get(name)
    if not isinstance(found, Table):
        raise PolicyError((problem("edit_no_table", path or name, name=path or name),))
    return found


def rows_in(holder: MutableMapping[str, Any], name: str, path: str) -> AoT | None:
    """The list of tables of a name, or ``None``, also if the list is empty, which is taken out.

    Raises:
        PolicyError: the list is there, but in square brackets.
    """
    from tomlkit.items import AoT  # noqa: PLC0415

    found = holder.get(name)
    if found == []:
        del holder[name]
        return None
    if found is not None and not isinstance(found, AoT):
        raise PolicyError((problem("edit_in_brackets", path, name=path),))
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
