"""Whether a schema has all that its steps make, each as they make it; the catalogue tells.

The scripts of :mod:`._schema` say what should be there, in the words in which PostgreSQL tells it:
a column a line, conditions with all their brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from whistle_engine.storage._whole import Made

NAMES = """
WITH of AS (SELECT oid FROM pg_namespace WHERE nspname = %s)
SELECT relname::text FROM pg_class, of WHERE relnamespace = of.oid
UNION ALL SELECT proname::text FROM pg_proc, of WHERE pronamespace = of.oid
"""
"""What is there, by name alone: to_regclass() may tell what was there before one waited."""

OBJECTS = r"""
WITH of AS (
    SELECT oid, quote_ident(nspname) || '.whistle_' AS prefix,
        '"' || nspname || '".whistle_' AS ours
    FROM pg_namespace WHERE nspname = %s
), relation AS (
    SELECT one.oid, relname::text AS name, relkind AS kind, prefix
    FROM pg_class AS one JOIN of ON relnamespace = of.oid
)
SELECT name, CASE kind WHEN 'S' THEN 'sequence' ELSE 'table' END, ''
FROM relation WHERE kind IN ('r', 'S')
UNION ALL
SELECT name || '.' || attname, 'column', upper(format_type(atttypid, atttypmod))
    || CASE attcollation WHEN 'pg_catalog."C"'::regcollation THEN ' COLLATE "C"' ELSE '' END
    || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
    || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
FROM relation JOIN pg_attribute ON attrelid = relation.oid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE kind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT conname, 'constraint', pg_get_constraintdef(found.oid)
FROM relation JOIN pg_constraint AS found ON conrelid = relation.oid
WHERE kind = 'r' AND contype = 'c'
UNION ALL
SELECT name, 'index', replace(replace(replace(
        pg_get_indexdef(indexrelid), prefix, '@whistle_'), 'USING btree ', ''), '"', '')
    || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END
FROM relation JOIN pg_index ON indexrelid = relation.oid
UNION ALL
SELECT proname::text, 'function',
    pg_get_function_arguments(one.oid) || replace(prosrc, ours, '@whistle_')
FROM pg_proc AS one JOIN of ON pronamespace = of.oid
"""
"""What is there, of which kind, and as the catalogue tells it."""

_TABLE = re.compile(r"CREATE TABLE @(?P<name>\w+) \((?P<lines>.*?)\n\)", re.DOTALL)
_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX (?P<name>\w+)[^;]+")
_SEQUENCE = re.compile(r"CREATE SEQUENCE @(?P<name>\w+)")
_ELSEWHERE = re.compile(r'"(\w+)"\.whistle_')
"""How a function names another schema than that in which it is."""

_FUNCTION = re.compile(
    r"CREATE FUNCTION @(?P<name>\w+)\((?P<takes>[^()]*)\).*?\$\$(?P<body>.*?)\$\$", re.DOTALL
)


@cache
def made(steps: tuple[tuple[str, ...], ...]) -> Made:
    """What steps make: all but ``whistle_meta``, which notes how many of them were made."""
    found: dict[str, tuple[str, str]] = {}
    for step in steps:
        for script in step:
            found |= _made(script)
    return found


def renamed(wanted: Made, there: Made) -> str | None:
    """The name that a schema had when its functions were made, if it is another than now."""
    before = {name for _, told in there.values() for name in _ELSEWHERE.findall(told)}
    if len(before) != 1:
        return None
    (name,) = before
    back = {key: (kind, told.replace(f'"{name}".', "@")) for key, (kind, told) in there.items()}
    functions = [key for key, (kind, _) in wanted.items() if kind == "function"]
    return name if all(back.get(key) == wanted[key] for key in functions) else None


def _made(script: str) -> Iterable[tuple[str, tuple[str, str]]]:
    for found in _FUNCTION.finditer(script):
        yield found["name"], ("function", _in_one_line(found["takes"]) + found["body"])
    rest = _FUNCTION.sub("", script)
    for found in _SEQUENCE.finditer(rest):
        yield found["name"], ("sequence", "")
    for found in _INDEX.finditer(rest):
        yield found["name"], ("index", _in_one_line(found[0]))
    for found in _TABLE.finditer(rest):
        yield found["name"], ("table", "")
        yield from _lines(found["name"], found["lines"])


def _lines(table: str, lines: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """The columns of a table, its primary key, and what else its rows have to fulfil."""
    for line in lines.strip().split(",\n"):
        first, _, rest = line.strip().partition(" ")
        if first == "PRIMARY":
            columns = rest.removeprefix("KEY ")
            name = f"{table}_pkey"
            yield name, ("index", f"CREATE UNIQUE INDEX {name} ON @{table} {columns}")
        elif first == "CONSTRAINT":
            name, _, what = rest.partition(" ")
            yield name, ("constraint", what)
        else:
            yield f"{table}.{first}", ("column", rest)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
