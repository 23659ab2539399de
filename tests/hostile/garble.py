"""How good input is made bad: text by signs and lines, values by what nobody would write there."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

WORDS = (
    "",
    " ",
    "\t",
    "\n",
    "\x00",
    "\x1b[2J",
    "\ufeff",
    "\u202e",
    "\u2028",
    "０",
    "𠮷",
    "é",
    "e\u0301",
    "true",
    "null",
    "nan",
    "-1",
    "0",
    "1e400",
    "99999999999999999999",
    "0x7f",
    "1_000",
    "2026-02-30",
    "2026-13-01",
    "9999-12-31T23:59:59Z",
    "0001-01-01",
    "24:00",
    "../../etc/passwd",
    "%00",
    "%s{x}",
    "{matter}",
    "{",
    "}",
    "[",
    "]",
    "[[",
    '"',
    "'",
    '"""',
    "\\",
    "\\ud800",
    "=",
    "#",
    ",",
    "a" * 5_000,
    "gulou",
    "街道",
    "quick",
    "received/1",
    "blown/1",
    "choice: 测试 | test",
)
"""What stands where something else should."""

VALUES: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    2**70,
    -(2**70),
    0.5,
    1e308,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": ""},
    {"type": "received/1"},
    {"type": None},
    {"type": "no/1"},
    *WORDS,
)
"""What can stand for a value in JSON."""

DEEP = 5_000
"""How deep something is nested that nests too deep."""


def text(rng: Random, good: str) -> str:
    """A text with one to five things wrong."""
    for _ in range(rng.randint(1, 5)):
        good = rng.choice(TEXTS)(rng, good)
    return good


def octets(rng: Random, good: bytes) -> bytes:
    """Bytes with one to five things wrong."""
    for _ in range(rng.randint(1, 5)):
        good = rng.choice(OCTETS)(rng, good)
    return good


def tree(rng: Random, good: Any) -> Any:
    """Plain values of JSON with one to three things wrong; the good ones stay as they are."""
    good = json.loads(json.dumps(good))
    for _ in range(rng.randint(1, 3)):
        good = _tree(rng, good)
    return good


# ------------------------------------------------------------------------------- of texts


def _spot(rng: Random, good: str | bytes) -> int:
    return rng.randint(0, len(good))


def _word_in(rng: Random, good: str) -> str:
    at = _spot(rng, good)
    return good[:at] + rng.choice(WORDS) + good[at:]


def _cut_out(rng: Random, good: str) -> str:
    at = _spot(rng, good)
    return good[:at] + good[at + rng.randint(1, 40) :]


def _cut_short(rng: Random, good: str) -> str:
    return good[: _spot(rng, good)]


def _lines(change: Callable[[Random, list[str]], None]) -> Callable[[Random, str], str]:
    def changed(rng: Random, good: str) -> str:
        lines = good.splitlines(keepends=True)
        if lines:
            change(rng, lines)
        return "".join(lines)

    return changed


def _line_twice(rng: Random, lines: list[str]) -> None:
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))


def _line_out(rng: Random, lines: list[str]) -> None:
    del lines[rng.randrange(len(lines))]


def _lines_swapped(rng: Random, lines: list[str]) -> None:
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _value_changed(rng: Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    key, sign, _ = lines[at].partition("=")
    if sign:
        lines[at] = f"{key}= {_toml(rng)}\n"


def _key_changed(rng: Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    _, sign, value = lines[at].partition("=")
    if sign:
        lines[at] = f"{rng.choice(WORDS)} ={value}"


def _toml(rng: Random) -> str:
    word = rng.choice(WORDS)
    return rng.choice(
        (
            word,
            f'"{word}"',
            f"'{word}'",
            f'["{word}"]',
            f'{{ a = "{word}" }}',
            "[" * DEEP,
            "[]",
            "{}",
        )
    )


TEXTS: tuple[Callable[[Random, str], str], ...] = (
    _word_in,
    _cut_out,
    _cut_short,
    _lines(_line_twice),
    _lines(_line_out),
    _lines(_lines_swapped),
    _lines(_value_changed),
    _lines(_value_changed),
    _lines(_key_changed),
)

# ------------------------------------------------------------------------------- of bytes


def _octet_changed(rng: Random, good: bytes) -> bytes:
    at = _spot(rng, good)
    return good[:at] + bytes([rng.randrange(256)]) + good[at + 1 :]


def _octets_in(rng: Random, good: bytes) -> bytes:
    at = _spot(rng, good)
    return good[:at] + rng.randbytes(rng.randint(1, 12)) + good[at:]


def _octets_out(rng: Random, good: bytes) -> bytes:
    at = _spot(rng, good)
    return good[:at] + good[at + rng.randint(1, 40) :]


def _ended(rng: Random, good: bytes) -> bytes:
    return good[: _spot(rng, good)]


def _nested(rng: Random, good: bytes) -> bytes:
    at, sign = _spot(rng, good), rng.choice((b"[", b'{"a":', b"{"))
    return good[:at] + sign * DEEP + good[at:]


def _recoded(rng: Random, good: bytes) -> bytes:
    return good.decode("utf-8", "replace").encode(
        rng.choice(("gb18030", "utf-16", "utf-32", "utf-8-sig"))
    )


OCTETS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _octet_changed,
    _octet_changed,
    _octets_in,
    _octets_out,
    _ended,
    _nested,
    _recoded,
)

# ------------------------------------------------------------------------------- of trees


def _tree(rng: Random, good: Any) -> Any:
    """Change one place, drawn by walking down from the root."""
    if isinstance(good, dict) and good and rng.random() < 0.9:
        key = rng.choice(list(good))
        match rng.randrange(8):
            case 0:
                del good[key]
            case 1:
                good[rng.choice(WORDS)] = deepcopy(good[key])
            case 2:
                good[rng.choice(WORDS)] = deepcopy(rng.choice(VALUES))
            case _:
                good[key] = _tree(rng, good[key])
        return good
    if isinstance(good, list) and good and rng.random() < 0.9:
        at = rng.randrange(len(good))
        match rng.randrange(6):
            case 0:
                del good[at]
            case 1:
                good.insert(at, deepcopy(good[at]))
            case _:
                good[at] = _tree(rng, good[at])
        return good
    if isinstance(good, str) and rng.random() < 0.5:
        return text(rng, good)
    return deepcopy(rng.choice(VALUES))
