"""Where in a TOML file each key and value stands: asked only once something is wrong.

The standard library reads TOML, and forgets where it was. A second parser, which is only used to
tell mistakes, keeps the places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from whistle_engine.problems import Spot

if TYPE_CHECKING:
    from tree_sitter import Node

Trail: TypeAlias = tuple[str | int, ...]
"""The way to a value: names of keys, and numbers in lists, from 0."""
_Point: TypeAlias = tuple[int, int]
"""A row, and the number of the byte in it, from 0."""

_KEYS = ("bare_key", "quoted_key", "dotted_key")
_TABLES = ("table", "table_array_element")
_VALUES_SKIPPED = ("[", "]", ",", "comment", "ERROR")


class Places:
    """The places of all keys and values of one file."""

    def __init__(self, name: str, text: str) -> None:
        """Read the file, which must be valid TOML, but for its last statement."""
        import tree_sitter_toml  # noqa: PLC0415  needed only here
        from tree_sitter import Language, Parser  # noqa: PLC0415

        self._name = name
        data = text.encode()
        self._lines = data.split(b"\n")
        self._counted = (0, 0, 0)
        self._keys: dict[Trail, _Point] = {}
        self._values: dict[Trail, _Point] = {}
        self._lengths: dict[Trail, int] = {}
        self._last: tuple[_Point | None, _Point | None] = (None, None)
        tree = Parser(Language(tree_sitter_toml.language())).parse(data)
        self._document(tree.root_node)

    def key(self, trail: Trail) -> Spot:
        """Where a key stands, or the nearest table around it."""
        return self._nearest(self._keys, trail)

    def value(self, trail: Trail) -> Spot:
        """Where a value stands, or the nearest table around it."""
        return self._nearest(self._values, trail)

    @property
    def again(self) -> tuple[Spot | None, Spot | None]:
        """Where the key of the last statement stood before, if it did, and where it stands."""
        first, last = self._last
        return (
            self._spot(first) if first is not None else None,
            self._spot(last) if last is not None else None,
        )

    def _nearest(self, held: dict[Trail, _Point], trail: Trail) -> Spot:
        for end in range(len(trail), 0, -1):
            at = trail[:end]
            point = held.get(at) or self._keys.get(at) or self._values.get(at)
            if point is not None:
                return self._spot(point)
        return Spot(self._name, 1, 1)

    def _spot(self, point: _Point) -> Spot:
        """A place in characters, which are counted on from the one that was told last."""
        row, column = point
        line = self._lines[row]
        last, begin, count = self._counted
        if last != row or begin > column:
            begin, count = 0, 0
        count += len(line[begin:column].decode("utf-8", "replace"))
        self._counted = (row, column, count)
        return Spot(self._name, row + 1, count + 1)

    def _document(self, document: Node) -> None:
        for node in document.children:
            if node.type == "pair":
                self._pair(node, (), outer=True)
            elif node.type in _TABLES:
                self._table(node)

    def _table(self, node: Node) -> None:
        """A header, with the pairs below it."""
        key = next((child for child in node.children if child.type in _KEYS), None)
        if key is None:
            return
        trail: Trail = ()
        *outer, last = _names(key)
        around: list[Trail] = []
        for name in outer:
            around.append((*trail, name))
            trail = self._latest(around[-1])
        trail = (*trail, last)
        self._note(trail, 0, _point(node))
        for one in around:
            self._keys.setdefault(one, _point(node))
        if node.type == "table_array_element":
            self._keys.setdefault(trail, _point(node))
            number = self._lengths.get(trail, 0)
            self._lengths[trail] = number + 1
            trail = (*trail, number)
        self._keys.setdefault(trail, _point(node))
        for child in node.children:
            if child.type == "pair":
                self._pair(child, trail, outer=True)

    def _latest(self, trail: Trail) -> Trail:
        """A list of tables stands for its last one."""
        return (*trail, self._lengths[trail] - 1) if trail in self._lengths else trail

    def _pair(self, node: Node, above: Trail, *, outer: bool = False) -> None:
        key, _, value = (
            *(child for child in node.children if child.type != "comment"),
            None,
            None,
        )[:3]
        if key is None or key.type not in _KEYS:
            return
        names = tuple(_names(key))
        if outer:
            self._note((*above, *names), len(above), _point(key))
        trail = above
        for name in names:
            trail = (*trail, name)
            self._keys.setdefault(trail, _point(key))
        if value is not None:
            self._value(value, trail)

    def _value(self, node: Node, trail: Trail) -> None:
        self._values[trail] = _point(node)
        if node.type == "inline_table":
            for child in node.children:
                if child.type == "pair":
                    self._pair(child, trail)
        elif node.type == "array":
            held = (child for child in node.children if child.type not in _VALUES_SKIPPED)
            for number, child in enumerate(held):
                self._value(child, (*trail, number))

    def _note(self, trail: Trail, least: int, point: _Point) -> None:
        """Keep where the last statement stands, and where its key, or one around it, stood."""
        ends = range(len(trail), least, -1)
        first = next((self._keys[trail[:end]] for end in ends if trail[:end] in self._keys), None)
        self._last = (first, point)


def _point(node: Node) -> _Point:
    return (node.start_point[0], node.start_point[1])


def _names(key: Node) -> Iterator[str]:
    """The names of a key, one for each of its parts."""
    import tomllib  # noqa: PLC0415  needed only here

    if key.type == "dotted_key":
        for child in key.children:
            if child.type in _KEYS:
                yield from _names(child)
        return
    text = (key.text or b"").decode()
    yield text if key.type == "bare_key" else next(iter(tomllib.loads(f"{text} = 0")))
