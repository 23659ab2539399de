"""Reading policies and directories from TOML, with every mistake told at once.

A file is a tree of tables, and every table that holds values names its ``source``. Each value
has a form: what it should be, and how it is read. A mistake is told by its dotted key, with what
is wrong and what would be right; all of them come together, in one
:class:`whistle_engine.errors.PolicyError`.

A digest is that of exact bytes. A policy's are its :func:`bundle`: its file, and the file of the
calendar that it uses, so that the days are fixed with the rules, and what is stored under a
digest can be read again by itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from whistle_engine.digests import digest_of
from whistle_engine.directory import Directory
from whistle_engine.errors import PolicyError
from whistle_engine.policy import Policy
from whistle_engine.policy_file.directories import cross_check, read_directory
from whistle_engine.policy_file.forms import listed, nearest
from whistle_engine.policy_file.policies import read_policy
from whistle_engine.policy_file.tables import Table
from whistle_engine.rules import Rules
from whistle_engine.soundness import problems

_SEPARATOR = b"\0"  # TOML may not contain it, so that a bundle has one reading only


def load_policy(source: bytes, *, calendar: bytes | None = None) -> tuple[Policy, str]:
    """Read a policy from its bytes.

    Args:
        source: the bytes of the file, or a :func:`bundle`.
        calendar: the bytes of the calendar that the policy uses; without them, the shipped one
            of the name that the policy says.

    Returns:
        The policy, and the digest of its bundle.

    Raises:
        PolicyError: with every mistake in the file.
    """
    missing: tuple[str, ...] = ()
    try:
        whole = bundle(source, calendar=calendar)
    except PolicyError as error:  # told with all other mistakes
        whole, missing = source, error.problems
    text, _, years = whole.partition(_SEPARATOR)
    root = Table.of(text, "policy")
    read = read_policy(root, years or None)
    for problem in missing:
        root.wrong("calendar.use", problem)
    root.check()
    policy = Policy(**read)
    wrong = problems(policy)
    if wrong:
        raise PolicyError(wrong)
    return policy, digest_of(whole)


def load_directory(source: bytes) -> tuple[Directory, str]:
    """Read a directory from its bytes.

    Returns:
        The directory, and the digest of its bytes.

    Raises:
        PolicyError: with every mistake in the file.
    """
    return read_directory(Table.of(source, "directory")), digest_of(source)


def bundle(source: bytes, *, calendar: bytes | None = None) -> bytes:
    """The exact bytes on which a policy rests: its file, and the calendar that it uses.

    They are joined by a zero byte. A policy that uses no calendar is its own bundle, and a
    bundle is its own.

    Raises:
        PolicyError: the policy is not TOML, or no calendar of the name that it says is shipped.
    """
    if _SEPARATOR in source:
        return source
    table = Table.of(source, "policy").data.get("calendar")
    name = table.get("use") if isinstance(table, dict) else None
    if name is None:
        return source
    held = shipped(str(name), folder="calendars") if calendar is None else calendar
    return source + _SEPARATOR + held


def load_rules(policy: bytes, directory: bytes, *, calendar: bytes | None = None) -> Rules:
    """Read a policy and a directory, check them against each other, and compile them.

    Raises:
        PolicyError: with every mistake in the first that has any: the policy, the directory,
            or how they fit together.
    """
    from whistle_engine.workflow import compile_rules  # noqa: PLC0415  reading needs no moves

    rules, policy_digest = load_policy(policy, calendar=calendar)
    units, directory_digest = load_directory(directory)
    apart = cross_check(rules, units)
    if apart:
        raise PolicyError(apart)
    return compile_rules(
        rules, units, policy_digest=policy_digest, directory_digest=directory_digest
    )


def load_rules_from(policy: Path, directory: Path, *, calendar: Path | None = None) -> Rules:
    """As :func:`load_rules`, from files."""
    return load_rules(
        policy.read_bytes(),
        directory.read_bytes(),
        calendar=calendar.read_bytes() if calendar is not None else None,
    )


def shipped(name: str, *, folder: str = "policies") -> bytes:
    """The bytes of a file that comes with the library.

    Args:
        name: such as ``xingqing`` or ``xingqing.directory``; in ``calendars``, ``cn``.
        folder: ``policies`` or ``calendars``.

    Raises:
        PolicyError: there is none of that name.
    """
    from importlib.resources import files  # noqa: PLC0415  needed only here

    held = {file.name: file for file in files("whistle_engine").joinpath(folder).iterdir()}
    found = held.get(f"{name}.toml")
    if found is None:
        known = sorted(file.removesuffix(".toml") for file in held if file.endswith(".toml"))
        hint = nearest(name, known)
        raise PolicyError((f'{folder}: there is no "{name}"; there is {listed(known)}{hint}',))
    return found.read_bytes()


@cache
def shipped_rules(name: str = "xingqing") -> Rules:
    """The rules of a policy that comes with the library, and of the directory beside it."""
    return load_rules(shipped(name), shipped(f"{name}.directory"))


__all__ = [
    "bundle",
    "cross_check",
    "load_directory",
    "load_policy",
    "load_rules",
    "load_rules_from",
    "shipped",
    "shipped_rules",
]
