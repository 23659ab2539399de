"""What a worker sent, was answered and handed on: lines in a file that outlives the worker.

A line is written by one call, and counts once its end is there. So what a killed worker had half
written is no acknowledgement, and the worker that takes over cuts it off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from attrs import asdict, frozen
from cattrs import structure

from whistle_engine.codec import dump_command, dump_events, load_command
from whistle_engine.commands import Command
from whistle_engine.commits import Answer
from whistle_engine.digests import digest_of
from whistle_engine.events import Refused


@frozen
class Sent:
    """A command that is about to be executed, with its words."""

    command: str
    texts: Mapping[str, str]

    @classmethod
    def of(cls, command: Command, texts: Mapping[str, str]) -> Sent:
        return cls(dump_command(command).decode(), dict(texts))

    def loaded(self) -> Command:
        return load_command(self.command.encode())


@frozen
class Write:
    """What an answer says of one matter; of the events the digest of their bytes."""

    matter: str
    version: int
    events: str


@frozen
class Answered:
    """A command that was answered: what it wrote, or why not.

    Attributes:
        recorded_at: as ISO says it; ``None`` of a refusal.
        kept: it was refused, and the refusal was recorded.
    """

    command: str
    written: tuple[Write, ...] = ()
    recorded_at: str | None = None
    refused: str | None = None
    kept: bool = False

    @classmethod
    def of(cls, command: str, answer: Answer) -> Answered:
        if isinstance(answer, Refused):
            return cls(command, refused=answer.code, kept=bool(answer.recorded))
        return cls(
            command,
            tuple(
                Write(each.matter, each.version, digest_of(dump_events(each.events)))
                for each in answer.written
            ),
            recorded_at=answer.recorded_at.isoformat(),
        )


@frozen
class Resumed:
    """A command that was under way when its sender was killed: whether it had been written."""

    command: str
    written: bool


@frozen
class Delivered:
    """A message that was accepted, by its key."""

    key: str


Line = Sent | Answered | Resumed | Delivered
KINDS: Mapping[str, type[Line]] = {
    kind.__name__.lower(): kind for kind in (Sent, Answered, Resumed, Delivered)
}
L = TypeVar("L", Sent, Answered, Resumed, Delivered)


class Journal:
    """The file of one worker, which alone writes to it."""

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        """Open it, and cut off what is no whole line."""
        self.path = path
        self._durable = durable
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(self._file, path.read_bytes().rfind(b"\n") + 1)

    def write(self, line: Line) -> None:
        kind = type(line).__name__.lower()
        os.write(self._file, (json.dumps({kind: asdict(line)}) + "\n").encode())
        if self._durable:
            os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)


def lines(path: Path, kind: type[L]) -> Iterator[L]:
    """The whole lines of one kind, in order; none, if there is no file yet."""
    if not path.exists():
        return
    name = kind.__name__.lower()
    begin = f'{{"{name}"'.encode()
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n") and line.startswith(begin):
                yield structure(json.loads(line)[name], kind)


def instant(text: str | None) -> datetime | None:
    """The instant that ISO says."""
    return None if text is None else datetime.fromisoformat(text)
