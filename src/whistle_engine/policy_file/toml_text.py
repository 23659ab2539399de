"""From bytes to TOML: what is not text or not TOML is told with its place."""

from __future__ import annotations

import re
from typing import Any

from whistle_engine.errors import PolicyError
from whistle_engine.problems import Problem, Spot, placed, problem

MOST_BYTES = 2_000_000
"""No file may be larger: a policy of a thousand categories has a fifth of that."""
MOST_PARTS = 50
"""No dotted key may have more parts: the parser's time grows with their square."""
MOST_DIGITS = 4300
"""The parser converts no longer number."""

_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How files of office programs begin, the newer and the older ones."""

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
_TOO_DOTTED = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*+{_PART}(?:\.[ \t]*+{_PART}){{{MOST_PARTS}}}")


def text_of(name: str, data: bytes) -> str:
    """The text of a file.

    Raises:
        PolicyError: it is too large, or not UTF-8.
    """
    if len(data) > MOST_BYTES:
        raise _refused(problem("file_too_large", most=f"{MOST_BYTES // 1_000_000} MB"), name)
    if data.startswith(_OFFICE):
        raise _refused(problem("file_office"), name)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data.count(0) * 4 > len(data):
        raise _refused(problem("file_utf16"), name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:  # it counts from behind a byte order mark
        byte = error.object[error.start]
        before = error.object[: error.start].decode()
        code = "file_not_utf8"
        if _is_gbk(data, before):
            code, before = "file_gbk", re.split(r"[^\x00-\x7f]", before, maxsplit=1)[0]
        raise _refused(problem(code, byte=f"0x{byte:02X}"), _after(name, before)) from None
    if "\0" in text:
        raise _refused(problem("file_nul"), _after(name, text[: text.index("\0")]))
    return text


def parsed(name: str, data: bytes) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file, and what it holds.

    Raises:
        PolicyError: it is no text, or the first mistake of syntax.
    """
    import tomllib  # noqa: PLC0415  needed only here

    text = text_of(name, data)
    dotted = _TOO_DOTTED.search(text)
    if dotted is not None:
        raise _refused(problem("toml_too_deep"), _after(name, text[: dotted.start()]))
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from whistle_engine.policy_file.toml_syntax import syntax  # noqa: PLC0415  likewise

        raise PolicyError((syntax(name, text, str(error)),)) from None
    except RecursionError:
        raise _refused(problem("toml_too_deep"), name) from None
    except ValueError:
        long = re.search(rf"[0-9][0-9_]{{{MOST_DIGITS},}}", text)
        before = text[: long.start()] if long is not None else ""
        raise _refused(problem("toml_long_number"), _after(name, before)) from None


def _is_gbk(data: bytes, before: str) -> bool:
    """Tell whether bytes are GBK: they can be read so, and nothing Chinese came before in UTF-8."""
    if any(sign >= "\u2e80" for sign in before):
        return False
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _after(name: str, before: str) -> Spot:
    """The place behind a text; in a table, its cell."""
    line = before.count("\n") + 1
    if name.endswith(".csv"):
        return Spot(name, line, _cell(before))
    return Spot(name, line, len(before) - before.rfind("\n"))


def _cell(before: str) -> int:
    """The number of the cell that follows a text, in its row."""
    import csv  # noqa: PLC0415  needed only here
    from io import StringIO  # noqa: PLC0415  likewise

    if before.endswith(("\n", "\r")):
        return 1
    try:
        *_, last = ([], *csv.reader(StringIO(before, newline="")))
    except csv.Error:
        return 1
    return max(len(last), 1)


def _refused(found: Problem, where: str | Spot) -> PolicyError:
    spot = where if isinstance(where, Spot) else Spot(where, 1, 1)
    return PolicyError((placed(found, spot),))
