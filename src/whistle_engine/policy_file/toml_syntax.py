"""What the parser says of a mistake of syntax, told so that an author can mend it.

The parser stops where it can go no further, which is often not where the mistake is: behind the
second of two values, or at the end of the file when a quote was never closed.
"""

from __future__ import annotations

import re
import unicodedata

from whistle_engine.policy_file.places import Places
from whistle_engine.problems import Problem, Spot, placed, problem

SYNTAX = (
    ("Cannot overwrite a value|Duplicate inline table key", "toml_key_twice"),
    ("Cannot declare|Cannot mutate immutable|Cannot redefine", "toml_table_twice"),
    ("Expected '=' after a key", "toml_no_equals"),
    ("Expected newline or end of document", "toml_more_follows"),
    ("Expected '\\]", "toml_header"),
    ("Unclosed array|Unclosed inline table", "toml_unclosed"),
    ("Unterminated string|Illegal character '\\\\n'|Expected [\"']", "toml_open_text"),
    ("Illegal character|Found invalid character", "toml_character"),
    ("Unescaped|Invalid hex|Escaped character", "toml_escape"),
    ("Invalid initial character for a key|Invalid statement", "toml_key"),
    ("Invalid date", "toml_date"),
    ("Invalid value", "toml_value"),
)
"""What the parser says, and the code of what we say instead."""

FULL_WIDTH = dict(zip("“”‘’。、【】〔〕「」《》", '""\'\'.,[][]""<>', strict=True))
"""Signs of Chinese typing in place of those of TOML, apart from the wide forms of these."""

_TOKENS = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|' + r"'''.*?'''" + r'|"""|' + r"'''"
    r'|"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'" + r"""|\#[^\n]*|[\[\]{}"']""",
    re.DOTALL,
)
_CLOSES = {"]": "[", "}": "{"}


def syntax(name: str, text: str, said: str) -> Problem:
    """The problem behind what the parser said, with its place."""
    message, _, where = said.rpartition(" (at ")
    text = text.replace("\r\n", "\n")
    at = _offset(text, where)
    sign = text[at : at + 1]
    code = next((code for says, code in SYNTAX if re.match(says, message)), "toml_other")
    found = _odd_sign(sign, code)
    if found is None:
        if message.startswith("Duplicate inline"):
            found, at = _twice_inside(text, at)
        else:
            found, at = _told(name, text, at, code) or (None, at)
    before = text[:at]
    spot = Spot(name, before.count("\n") + 1, at - before.rfind("\n"))
    return placed(found or problem(code, message=message, sign=_seen(sign)), spot)


def _offset(text: str, where: str) -> int:
    found = re.match(r"line (\d+), column (\d+)", where)
    if found is None:  # at the end of the document
        return len(text)
    at = 0
    for _ in range(int(found[1]) - 1):
        at = text.index("\n", at) + 1
    return at + int(found[2]) - 1


def _odd_sign(sign: str, code: str) -> Problem | None:
    """A sign that looks right and is another, or cannot be seen at all."""
    narrow = FULL_WIDTH.get(sign) or unicodedata.normalize("NFKC", sign)
    if sign == "\r":
        return problem("toml_line_ends")
    if sign and not sign.isprintable() and sign != "\n" and code != "toml_open_text":
        return problem("toml_character", sign=_seen(sign))
    if narrow != sign and narrow.isascii():
        return problem("toml_full_width", sign=sign, right=narrow)
    return None


def _told(name: str, text: str, at: int, code: str) -> tuple[Problem | None, int] | None:
    """What more can be said of a mistake, and the place where it really is."""
    line = _line(text, at)
    rest = text[at:].partition("\n")[0]
    if code == "toml_unclosed" and re.search(r"\d$", line) and rest[:1].strip():
        code = "toml_more_follows"
    match code:
        case "toml_key_twice" | "toml_table_twice":
            return _twice(name, text, at)
        case "toml_open_text" | "toml_header":
            return None, _last_open(text if code == "toml_open_text" else text[:at], at)
        case "toml_escape":
            return None, max(text.rfind("\\", 0, at + 1), 0)
        case "toml_unclosed" if (
            re.match(r"[ \t]*(\[|[\w\"'.-]+[ \t]*=|$)", rest) and not line.strip()
        ):
            return None, _last_open(text[:at], at)
        case "toml_unclosed" if at < len(text):
            return problem("toml_comma", sign=_seen(text[at])), at
        case "toml_unclosed":
            return None, _last_open(text, at)
        case "toml_key" if rest[:1] in ("}", "") and line.rstrip().endswith((",", "{")):
            return problem("toml_inline"), at
        case "toml_more_follows":
            return _more(line, rest, at)
        case _:
            return None


def _more(line: str, rest: str, at: int) -> tuple[Problem | None, int] | None:
    """Something follows a value: most often it is a part of what was meant."""
    number = re.search(r"(?<![\w\"'.])[+-]?\d[\d._]*[ \t]*$", line)
    if number is not None:
        begin = at - len(number[0])
        if re.match(r"\d{4}$", number[0]) and rest[:1] in ("-", "/", "年", "."):
            return problem("toml_date"), begin
        return problem("toml_number", sign=_seen(rest[0])), at
    if line.rstrip().endswith(('"', "'")) and line.rstrip()[-1] in rest:
        return problem("toml_quotes"), at
    return None


def _last_open(text: str, otherwise: int) -> int:
    """Where the last quote or bracket was opened that nothing closes."""
    opened: list[tuple[str, int]] = []
    for found in _TOKENS.finditer(text):
        token = found[0]
        if token in ('"', "'", '"""', "'''"):
            return found.start()
        if token in _CLOSES:
            if opened and opened[-1][0] == _CLOSES[token]:
                opened.pop()
        elif token in _CLOSES.values():
            opened.append((token, found.start()))
    return opened[-1][1] if opened else otherwise


def _twice(name: str, text: str, at: int) -> tuple[Problem | None, int]:
    """Where the second of two begins, and the line of the first."""
    header = text[at : at + 1] == "]" and _line(text, at).lstrip().startswith("[")
    code = "toml_table_twice" if header else "toml_key_twice"
    closing = "]" * (2 if _line(text, at).lstrip().startswith("[[") else 1)
    first, second = Places(name, text[:at] + (closing if header else "")).again
    if first is None or second is None:
        return problem(code, line=text.count("\n", 0, at) + 1), at
    lines = text.split("\n")[: second.line - 1]
    begin = sum(len(line) + 1 for line in lines) + second.column - 1
    return problem(code, line=first.line), begin


def _twice_inside(text: str, at: int) -> tuple[Problem | None, int]:
    """The second of two keys in braces: the last one before where the parser stopped."""
    keys = [*re.finditer(r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*=", _line(text, at))]
    begin = at - len(_line(text, at)) + keys[-1].start() if keys else at
    return problem("toml_key_twice", line=text.count("\n", 0, at) + 1), begin


def _line(text: str, at: int) -> str:
    """What stands on a line before a place."""
    return text[text.rfind("\n", 0, at) + 1 : at]


def _seen(sign: str) -> str:
    """A sign as it can be shown."""
    if sign in ("", "\n"):
        return "⏎"
    return sign if sign.isprintable() else f"U+{ord(sign):04X}"
