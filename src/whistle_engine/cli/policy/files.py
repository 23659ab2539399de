"""What the commands that change a policy's files share: reading, checking, showing, putting."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from whistle_engine.cli.files import replace
from whistle_engine.cli.output import BadInput, BadLines, Lang, no_output, write
from whistle_engine.cli.policy.words import say
from whistle_engine.cli.wrong import bad, why

if TYPE_CHECKING:
    from whistle_engine.directory import Directory
    from whistle_engine.policy import Policy
    from whistle_engine.policy_file import Files, Loaded


@contextmanager
def told(lang: Lang) -> Iterator[None]:
    """Tell what is wrong with files in the language asked for, and leave with 2."""
    from whistle_engine.errors import PolicyError

    try:
        yield
    except PolicyError as error:
        raise bad(error, lang) from None


def text_of(files: Files, name: str) -> str:
    """The text of one of the files, its line ends and its byte order mark as they are."""
    from whistle_engine.policy_file.toml_text import text_of as checked

    data = files.get(name) or b""
    checked(name, data)  # tells what is not UTF-8
    return data.decode("utf-8")


def loaded(files: Files, texts: Mapping[str, str], lang: Lang) -> Loaded[Policy]:
    """The policy as it would be with these texts.

    Raises:
        BadInput: it could not be used.
    """
    from whistle_engine.errors import PolicyError
    from whistle_engine.policy_file import Files, load_policy

    changed = tuple(
        (name, texts[name].encode() if name in texts else data) for name, data in files.files
    )
    try:
        return load_policy(Files(changed))
    except PolicyError as error:
        raise BadLines(say("not.loads", lang, why=error.told(lang))) from None


def directory_beside(policy: Path | str) -> Path:
    """Where the directory of a policy is looked for, unless it is named."""
    return Path(f"{str(policy).removesuffix('.toml')}.directory.toml")


def source(name: str) -> Files | Path:
    """The files of a policy or directory that is shipped, unless there is such a file here."""
    from whistle_engine.policy_file import shipped_files, shipped_names

    policy = name.removesuffix(".directory")
    shipped = policy in shipped_names() and not Path(policy).is_file()
    return shipped_files(name) if shipped else Path(name)


def policy_and_units(name: str) -> tuple[Policy, Directory | None]:
    """A policy by its file, or by the name of a shipped one; and the directory beside it, if any.

    Raises:
        PolicyError: what is wrong with one of the two.
    """
    from whistle_engine.policy_file import load_directory, load_policy

    policy = source(name)
    beside = directory_beside(name) if isinstance(policy, Path) else source(f"{name}.directory")
    there = not isinstance(beside, Path) or beside.is_file()
    units = load_directory(beside).value if there else None
    return load_policy(policy).value, units


def shown_path(path: Path) -> str:
    """A path for a patch: from this folder if it is below it, else the name alone."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.name


def write_patch(patch: str) -> None:
    """Write a patch; if not to a terminal, in UTF-8 and byte for byte, whatever the locale."""
    buffer: BinaryIO | None = getattr(sys.stdout, "buffer", None)
    if buffer is None or sys.stdout.isatty():
        write(patch.removesuffix("\n"))
        return
    try:
        sys.stdout.flush()
        buffer.write(patch.encode())
        buffer.flush()
    except OSError as error:
        no_output(error)


def put(path: Path, old: bytes, new: bytes, lang: Lang) -> None:
    """Put new bytes in place of a file's, all at once, its mode kept.

    Raises:
        BadInput: it has other bytes than the old ones by now, or cannot be written.
    """

    def unchanged(target: Path) -> None:
        if target.read_bytes() != old:
            raise BadInput(say("meanwhile", lang, file=path))

    try:
        replace(path, new, just_before=unchanged)
    except OSError as error:
        raise BadInput(say("unwritable", lang, file=path, why=why(error, lang))) from None
