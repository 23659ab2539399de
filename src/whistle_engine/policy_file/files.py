"""The exact bytes on which a policy or a directory rests: its file, and those beside it.

A single file is kept as it is. Several are kept as one tar archive without dates and owners, so
that the same files have the same bytes, and anybody can open it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from whistle_engine.digests import digest_of
from whistle_engine.errors import PolicyError
from whistle_engine.policy_file.toml_text import MOST_BYTES
from whistle_engine.problems import Spot, nearest, placed, problem

CALENDARS = "calendars/"
"""The folder of the calendars among the files of a policy."""
_TAR = slice(257, 262)
MOST_BESIDE = 20
"""No policy names more tables, or uses more calendars."""
_MOST_FILES = 2 * MOST_BESIDE + 1
_MOST_NAME = 200
_MOST_SHOWN = 60


@frozen
class Files:
    """The files of a policy or a directory, by name; the first is the main one."""

    files: tuple[tuple[str, bytes], ...]

    @property
    def name(self) -> str:
        """The name of the main file."""
        return self.files[0][0]

    @property
    def main(self) -> bytes:
        """The bytes of the main file."""
        return self.files[0][1]

    def get(self, name: str) -> bytes | None:
        """The bytes of a file, or ``None``."""
        return dict(self.files).get(name)

    def packed(self) -> bytes:
        """All of them as one: the file itself if it is alone, else a tar archive."""
        if len(self.files) == 1:
            return self.main
        packed = io.BytesIO()
        # Short ASCII names are kept as in the older ustar, whatever the machine's own encoding.
        import tarfile  # noqa: PLC0415  needed only here, and slow to import

        form = tarfile.PAX_FORMAT
        with tarfile.open(fileobj=packed, mode="w", format=form, encoding="utf-8") as archive:
            for name, data in self.files:
                entry = tarfile.TarInfo(name)  # mode 0644, no owner, 1970
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        return packed.getvalue()

    @property
    def digest(self) -> str:
        """The digest of :meth:`packed`."""
        return digest_of(self.packed())

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write them into a folder, which is made if it is not there.

        Raises:
            FileExistsError: a file of the name is there; nothing was written over.
        """
        paths = tuple(folder / name for name, _ in self.files)
        for path in paths:
            if path.exists():
                raise FileExistsError(path)
        for path, (_, data) in zip(paths, self.files, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return paths


def unpacked(data: bytes, name: str) -> Files:
    """The files in bytes as :meth:`Files.packed` makes them.

    Args:
        data: the bytes.
        name: what the file is called if it is alone.

    Raises:
        PolicyError: an archive that is not of that form.
    """
    if data[_TAR] != b"ustar" or b"\0" not in data[: _TAR.start]:
        return Files(((name, data),))
    import tarfile  # noqa: PLC0415  as above

    try:
        found = tuple(_members(data))
    except (tarfile.TarError, OSError, ValueError):  # what tarfile raises varies
        found = ()
    if not found:
        raise PolicyError((placed(problem("archive_broken"), Spot(name, 1, 1)),))
    return Files(found)


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of an archive.

    Raises:
        ValueError: it holds what :meth:`Files.packed` would not have put there.
    """
    import tarfile  # noqa: PLC0415  as above

    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", encoding="utf-8") as archive:
        for number, entry in enumerate(archive):
            if number >= _MOST_FILES or not entry.isreg() or entry.size > MOST_BYTES + 1:
                raise ValueError(entry.name)
            if safe_name(entry.name.removeprefix(CALENDARS)) != entry.name.removeprefix(CALENDARS):
                raise ValueError(entry.name)
            held = archive.extractfile(entry)
            yield entry.name, held.read() if held is not None else b""


def safe_name(name: str) -> str:
    """A file's name as it can be shown, packed and unpacked anywhere."""
    shown = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    return shown[-_MOST_NAME:].strip(".") or "_"


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or a little more than there may be of them.

    Raises:
        PolicyError: it cannot be read.
    """
    name = safe_name(path.name)
    name = name if len(name) <= _MOST_SHOWN else f"{name[:_MOST_SHOWN]}…"
    try:
        if path.exists() and not path.is_file():  # to open a pipe would wait for ever
            told = problem("file_no_file", name=name)
        else:
            with path.open("rb") as file:
                return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        told = problem("file_missing", name=name)
    except PermissionError:
        told = problem("file_no_permission", name=name)
    except (OSError, ValueError) as error:  # a name that is too long, or has a NUL
        message = getattr(error, "strerror", None) or str(error)
        told = problem("file_unreadable", name=name, message=message)
    shown = "".join(c if c.isprintable() else "_" for c in str(path))
    raise PolicyError((placed(told, Spot(shown, 1, 1)),))


def shipped(name: str, *, folder: str = "policies") -> bytes:
    """The bytes of a file that comes with the library.

    Args:
        name: of a file, such as ``xingqing.toml``; without an ending, of the TOML file.
        folder: ``policies`` or ``calendars``.

    Raises:
        PolicyError: there is none of that name.
    """
    from importlib.resources import files  # noqa: PLC0415  needed only here

    held = {file.name: file for file in files("whistle_engine").joinpath(folder).iterdir()}
    found = held.get(name) or held.get(f"{name}.toml")
    if found is None:
        known = shipped_names(folder)
        near = nearest(name, known)
        raise PolicyError((problem("not_shipped", folder, name=name, known=known, near=near),))
    return found.read_bytes()


def shipped_names(folder: str = "policies") -> tuple[str, ...]:
    """The names of the policies, or calendars, that come with the library."""
    from importlib.resources import files  # noqa: PLC0415  needed only here

    held = (file.name for file in files("whistle_engine").joinpath(folder).iterdir())
    names = (name.removesuffix(".toml") for name in held if name.endswith(".toml"))
    return tuple(sorted(name for name in names if not name.endswith(".directory")))
