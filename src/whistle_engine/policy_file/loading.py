"""Opening the files of a policy or a directory, and reading them into values."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from whistle_engine.directory import Directory
from whistle_engine.errors import PolicyError
from whistle_engine.policy import Policy
from whistle_engine.policy_file import directories, policies
from whistle_engine.policy_file.csv_rows import read_rows
from whistle_engine.policy_file.files import (
    CALENDARS,
    MOST_BESIDE,
    Files,
    read_bytes,
    safe_name,
    shipped,
    shipped_names,
    unpacked,
)
from whistle_engine.policy_file.forms import CODE, FILE_NAME, TABLE, Titles
from whistle_engine.policy_file.origins import read_origins
from whistle_engine.policy_file.reading import Reading, in_order
from whistle_engine.policy_file.tables import Table
from whistle_engine.policy_file.toml_text import parsed
from whistle_engine.problems import Problem, Slot, nearest, placed, problem
from whistle_engine.rules import Rules
from whistle_engine.soundness import problems

T = TypeVar("T")
Source: TypeAlias = Path | str | Files | bytes
"""A path, as a text too; or files; or the bytes of one file, or of packed files."""
Get: TypeAlias = Callable[[str], bytes]
"""Gives the bytes of a file by its name; raises ``PolicyError``."""


@frozen
class Loaded(Generic[T]):
    """What was read, the exact bytes that it was read from, and where everything stands."""

    value: T
    files: Files
    reading: Reading = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest of the bytes."""
        return self.files.digest


@frozen
class _Opened:
    """The main file, parsed, and those that it names; what could not be had, with the reason."""

    files: Files
    text: str
    data: dict[str, Any]
    missing: Mapping[str, Problem]


def load_policy(source: Source, *, units: Titles = ()) -> Loaded[Policy]:
    """Read a policy.

    Args:
        source: its path, or its files; or the bytes of one file that needs none beside it but
            shipped calendars, or of packed files, as they are stored under a digest.
        units: what units are called, as :func:`titles` gives it: who writes a title where a code
            belongs is told the code.

    Returns:
        The policy, with its files and their digest.

    Raises:
        PolicyError: with every mistake in the files.
    """
    opened = _open(source, "policy.toml")
    root = _root(opened, policies.TABLES)
    root.reading.units = units
    read = policies.read_policy(root, partial(_calendar, opened, root))
    root.reading.check()
    policy = Policy(**read)
    _refuse(problems(policy), root.reading)
    return Loaded(policy, opened.files, root.reading)


def load_directory(source: Source) -> Loaded[Directory]:
    """Read a directory; see :func:`load_policy`.

    Raises:
        PolicyError: with every mistake in the files.
    """
    opened = _open(source, "directory.toml")
    root = _root(opened, directories.TABLES)
    return Loaded(directories.read_directory(root), opened.files, root.reading)


def load_rules(policy: Source, directory: Source) -> Rules:
    """Read a policy and a directory, check them against each other, and compile them.

    Args:
        policy: see :func:`load_policy`.
        directory: likewise.

    Returns:
        The rules, with the exact bytes that they rest on.

    Raises:
        PolicyError: with every mistake in both files, or else in how they fit together.
    """
    wrong: list[Problem] = []
    also: list[Problem] = []
    units = _attempt(load_directory, directory, also)
    rules = _attempt(partial(load_policy, units=titles(units)), policy, wrong)
    if rules is None or units is None:
        raise PolicyError([*wrong, *also])
    return compiled(rules, units)


def titles(directory: Loaded[Directory] | None) -> Titles:
    """What the units of a directory are called, each title with its code."""
    return [(unit.title.zh, unit.code) for unit in directory.value.units] if directory else ()


def compiled(policy: Loaded[Policy], directory: Loaded[Directory]) -> Rules:
    """The rules of a policy and a directory that were read.

    Raises:
        PolicyError: with everything in which they do not fit together, and its place.
    """
    from whistle_engine.compiling import compile_rules  # noqa: PLC0415  reading needs no moves

    documents = (policy.files.packed(), directory.files.packed())
    try:
        return compile_rules(policy.value, directory.value, documents=documents)
    except PolicyError as error:
        _refuse(error.problems, policy.reading)
        raise


def gather(path: Path | str) -> Files:
    """The files on which a policy or a directory rests, from the disk.

    Its own file; the tables that it names, from the same folder; and the calendars that it
    uses, from a folder ``calendars`` beside it or else as they come with the library.

    Raises:
        PolicyError: the main file cannot be read, or is not TOML.
    """
    return _open(Path(path), "").files


@cache
def shipped_rules(name: str = "xingqing") -> Rules:
    """The rules of a policy that comes with the library, and of the directory beside it.

    Raises:
        PolicyError: there is none of that name.
    """
    return load_rules(shipped_files(name), shipped_files(f"{name}.directory"))


def shipped_files(name: str) -> Files:
    """The files of a policy, or of a directory, that comes with the library.

    Raises:
        PolicyError: there is none of that name.
    """
    return _opened(f"{name}.toml", shipped(name), shipped, _shipped_calendar).files


def completed(source: Files | bytes, calendar: Get) -> Files:
    """The files of a policy, with the calendars that it uses from elsewhere.

    Args:
        source: its files, or the bytes of one that needs none but calendars.
        calendar: gives the bytes of a calendar by its name.

    Raises:
        PolicyError: the main file is not TOML.
    """
    files = source if isinstance(source, Files) else unpacked(source, "policy.toml")

    def held(file: str) -> bytes:
        found = files.get(CALENDARS + file)
        return found if found is not None else calendar(file.removesuffix(".toml"))

    return _opened(files.name, files.main, partial(_among, files, ""), held).files


# ---------------------------------------------------------------- the files


def _open(source: Source, name: str) -> _Opened:
    match source:
        case str():
            return _open(Path(source), name)
        case Path():
            return _opened(
                safe_name(source.name),
                read_bytes(source),
                lambda beside: read_bytes(source.parent / beside),
                partial(_calendar_near, source.parent),
            )
        case Files():
            files = source
        case _:
            files = unpacked(source, name)
    if len(files.files) == 1:
        return _opened(files.name, files.main, _not_given, _shipped_calendar)
    return _opened(
        files.name, files.main, partial(_among, files, ""), partial(_among, files, CALENDARS)
    )


def _opened(name: str, main: bytes, beside: Get, calendar: Get) -> _Opened:
    text, data = parsed(name, main)
    files, missing = [(name, main)], {}
    wanted = [(file, beside, "") for file in _named(data.get("tables"))]
    use = data.get("calendar", {})
    names = use.get("use") if isinstance(use, dict) else None
    codes = names if isinstance(names, list) and len(names) <= MOST_BESIDE else []
    wanted += [(f"{code}.toml", calendar, CALENDARS) for code in codes if _is(CODE, code)]
    for file, get, folder in dict.fromkeys(wanted):
        try:
            files.append((folder + file, get(file)))
        except PolicyError as error:
            missing[folder + file] = error.problems[0]
    return _Opened(Files(tuple(files)), text, data, missing)


def _named(tables: object) -> list[str]:
    names = tables.values() if isinstance(tables, dict) else ()
    return [name for name in list(names)[:MOST_BESIDE] if _is(FILE_NAME, name)]


def _is(form: Any, value: object) -> bool:
    try:
        form.read(value)
    except ValueError:
        return False
    return True


def _calendar_near(folder: Path, name: str) -> bytes:
    own = folder / CALENDARS / name
    return read_bytes(own) if os.path.lexists(own) else _shipped_calendar(name)


def _shipped_calendar(name: str) -> bytes:
    return shipped(name, folder="calendars")


def _among(files: Files, folder: str, name: str) -> bytes:
    found = files.get(folder + name)
    return found if found is not None else _not_given(folder + name)


def _not_given(name: str) -> bytes:
    raise PolicyError((problem("file_not_given", name=name),))


# ---------------------------------------------------------------- the root, with what lies beside


def _root(opened: _Opened, tables: tuple[str, ...]) -> Table:
    root = Table(opened.data, Reading(opened.files.name, opened.text))
    root.reading.origins = read_origins(root)
    if "tables" not in root.data:
        root.maybe("tables", TABLE)
        return root
    table = root.table("tables")
    for name in tables:
        file = table.maybe(name, FILE_NAME)
        if name not in table.data:
            continue
        root.reading.beside[name] = ()
        root.reading.lost.add(name)
        if file is None:
            continue
        if file in opened.missing:
            found = evolve(opened.missing[file], key=table.key(name))
            root.reading.problems.append(placed(found, table.spot(name)))
            continue
        if file in (table.data.get(other) for other in tables[: tables.index(name)]):
            table.wrong("file_twice", name, name=file)
            continue
        try:
            rows, wrong = read_rows(file, opened.files.get(file) or b"")
        except PolicyError as error:
            root.reading.problems += error.problems
        else:
            root.reading.beside[name] = rows
            root.reading.problems += wrong
            if not wrong:
                root.reading.lost.discard(name)
    return root


def _calendar(opened: _Opened, root: Table, name: str) -> Table | None:
    """The file of a calendar; a problem at the place of ``use`` if there is none."""
    file = f"{CALENDARS}{name}.toml"
    data = opened.files.get(file)
    if data is None:
        found = opened.missing[file]
        known = shipped_names("calendars")
        told = problem(
            "no_calendar", "calendar.use", name=name, known=known, near=nearest(name, known)
        )
        told = told if found.code == "not_shipped" else evolve(found, key="calendar.use")
        root.reading.problems.append(placed(told, root.reading.spot("calendar.use", name)))
        return None
    try:
        return Table.of(file, data)
    except PolicyError as error:
        root.reading.problems += error.problems
        return None


def _attempt(
    load: Callable[[Source], Loaded[T]], source: Source, wrong: list[Problem]
) -> Loaded[T] | None:
    try:
        return load(source)
    except PolicyError as error:
        wrong += error.problems
        return None


def _item(told: Problem) -> Slot | None:
    """Which of a list is wrong, if it is one of a list."""
    slots = dict(told.slots)
    return slots.get("name", slots.get("party"))


def _refuse(found: Iterable[Problem], reading: Reading) -> None:
    """Raise problems of values, with their places in the file."""
    wrong = [
        told if told.spot else placed(told, reading.spot(told.key, _item(told))) for told in found
    ]
    if wrong:
        raise PolicyError(in_order(wrong))
