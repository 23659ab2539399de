"""Values to bytes and back: the wire format.

The format is JSON in UTF-8 with sorted keys, no spaces and no escapes but those that JSON
demands, so that equal values have equal bytes:

- an act, an event, and each envelope carries its wire name: ``{"type": "blown/1", …}``;
- an instant is ISO 8601 in UTC with ``Z``, microseconds only where there are any; a day is ISO
  8601; a time of day too; a length of time is a number of seconds;
- an enumeration is written by its value, a ``frozenset`` as a sorted list, facts as an object;
- a field that has its default is left out. So a default is part of the format for good, and a
  field added later, with a default, changes no byte of what was written before.

Reading is strict: an unknown wire name, an unknown or missing field, a value of another type, an
instant that is not in that form, a lone surrogate, ``NaN`` and whatever is not JSON are a
:class:`~whistle_engine.errors.CodecError` that says what is wrong, and where.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import NoReturn, TypeVar, cast, get_type_hints

import attrs

from whistle_engine._wire import Wrong, converter
from whistle_engine.commands import Command
from whistle_engine.commits import Basis, Commit
from whistle_engine.directory import Directory
from whistle_engine.errors import CodecError
from whistle_engine.events import Event, Refused
from whistle_engine.policy import Policy

T = TypeVar("T")

_ACCEPTED = b'{"type":"accepted/1"}'

_DECODED = 4096
"""The events of how many commits stay decoded, some 3 KB each: a matter is soon asked for again."""

# ------------------------------------------------------------------------------- the public part


def canonical(value: object) -> bytes:
    """The canonical bytes of any value of the model, of a policy or of a directory.

    Args:
        value: an attrs value of this library, or a tuple of such values.

    Returns:
        JSON in the form that this module describes; the same for equal values.

    Raises:
        CodecError: a naive instant, facts that are not sorted, a lone surrogate …
    """
    return _write(value, type(value))


def dump_command(command: Command) -> bytes:
    """The bytes of a command, as it is kept: it holds no words, only the names of texts.

    Raises:
        CodecError: a value in it cannot be written.
    """
    return _write(command, Command)


def load_command(data: bytes) -> Command:
    """The command that was dumped.

    Raises:
        CodecError: the bytes are not those of a command of a known wire format.
    """
    return _read(data, Command)


def dump_events(events: Iterable[Event]) -> bytes:
    """The bytes of some events, in their order.

    Raises:
        CodecError: a value in them cannot be written.
    """
    return _write(tuple(events), tuple[Event, ...])


def load_events(data: bytes) -> tuple[Event, ...]:
    """The events that were dumped.

    Raises:
        CodecError: the bytes are not those of events of a known wire format (L12).
    """
    return _events(data)


@lru_cache(_DECODED)
def _events(data: bytes) -> tuple[Event, ...]:
    """Equal bytes are equal events, which never change: they are decoded once in a while."""
    return _read(data, tuple[Event, ...])


def dump_basis(basis: Basis) -> bytes:
    """The bytes of the basis of a decision.

    Raises:
        CodecError: a value in it cannot be written.
    """
    return _write(basis, Basis)


def load_basis(data: bytes) -> Basis:
    """The basis that was dumped.

    Raises:
        CodecError: the bytes are not those of a basis of a known wire format.
    """
    return _read(data, Basis)


def dump_answer(refused: Refused | None) -> bytes:
    """The bytes of a command's answer: ``None`` is acceptance, which the events beside it fill.

    Raises:
        CodecError: a value in it cannot be written.
    """
    return _ACCEPTED if refused is None else _write(refused, Refused)


def load_answer(data: bytes) -> Refused | None:
    """The answer that was dumped; ``None`` if the command was accepted.

    Raises:
        CodecError: the bytes are not those of an answer of a known wire format.
    """
    return None if data == _ACCEPTED else _read(data, Refused)


def dump_commit(commit: Commit) -> bytes:
    """The bytes of a whole commit: one line of an exported history.

    Raises:
        CodecError: a value in it cannot be written.
    """
    return _write(commit, Commit)


def load_commit(data: bytes) -> Commit:
    """The commit that was dumped.

    Raises:
        CodecError: the bytes are not those of a commit of a known wire format.
    """
    return _read(data, Commit)


def load_policy(data: bytes) -> Policy:
    """A policy that was built in code, from its canonical bytes.

    Raises:
        CodecError: the bytes are not those of a policy.
    """
    return _read(data, Policy)


def load_directory(data: bytes) -> Directory:
    """A directory that was built in code, from its canonical bytes.

    Raises:
        CodecError: the bytes are not those of a directory.
        PolicyError: they are, but it contradicts itself.
    """
    return _read(data, Directory)


# ------------------------------------------------------------------------------- bytes and values


_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


def _no_constant(text: str) -> NoReturn:
    raise Wrong(f"{text} is no value")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def _write(value: object, kind: object) -> bytes:
    try:
        return _encode(_writer(kind)(value)).encode()
    except UnicodeEncodeError as error:
        raise CodecError(
            f"cannot write a {type(value).__name__}: a text holds half a character "
            f"(a lone surrogate, {error.object[error.start]!a})"
        ) from None
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        where = _place(value)
        raise CodecError(
            f"cannot write a {type(value).__name__}: {error}" + (f" @ ${where}" if where else "")
        ) from error


def _place(value: object) -> str:
    """The path to the first field that cannot be written, below an attrs value; or nothing."""
    if not attrs.has(type(value)):
        return ""
    for name, kind in get_type_hints(type(value)).items():
        field = getattr(value, name)
        try:
            _encode(_writer(kind)(field)).encode()
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
            return f".{name}{_place(field)}"
    return ""


def _read(data: bytes, kind: type[T]) -> T:
    """Read fast; only what fails is read again by the converter that keeps account of paths."""
    plain = _parse(data)
    try:
        return cast("T", _reader(cast("object", kind))(plain, kind))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "cattrs":
            raise
    raise CodecError(_complaint(_parse(data), kind))


def _parse(data: bytes) -> object:
    try:
        text = data.decode()
        plain = _decode(text)
        if "\\u" in text:  # only an escape can smuggle half a character in
            _encode(plain).encode()
    except UnicodeEncodeError:
        raise CodecError("a text holds half a character (a lone surrogate)") from None
    except UnicodeDecodeError as error:
        raise CodecError(f"not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None
    except json.JSONDecodeError as error:
        raise CodecError(f"not JSON: {error}") from None
    except (ValueError, RecursionError) as error:
        raise CodecError(f"not JSON that can be read: {error}") from None
    return plain


def _complaint(plain: object, kind: object) -> str:
    from cattrs import transform_error  # noqa: PLC0415

    try:
        converter(detailed=True).structure(plain, cast("type[object]", kind))
    except Exception as error:  # noqa: BLE001  whatever it was is put into words
        return "; ".join(transform_error(error, path="$", format_exception=_describe))
    raise AssertionError("read by the slow converter, and not by the fast one")


def _describe(error: BaseException, _kind: type | None) -> str:
    from cattrs import ForbiddenExtraKeysError  # noqa: PLC0415

    if isinstance(error, ForbiddenExtraKeysError):
        return "unknown field " + ", ".join(sorted(map(repr, error.extra_fields)))
    if isinstance(error, KeyError):
        return f"the field {error.args[0]!r} is missing"
    return str(error)


@cache
def _writer(kind: object) -> Callable[[object], object]:
    if isinstance(kind, type) and issubclass(kind, tuple):  # tells nothing of what is inside
        return cast("Callable[[object], object]", converter(detailed=False).unstructure)
    return cast("Callable[[object], object]", converter(detailed=False).get_unstructure_hook(kind))


@cache
def _reader(kind: object) -> Callable[[object, object], object]:
    return cast(
        "Callable[[object, object], object]", converter(detailed=False).get_structure_hook(kind)
    )
