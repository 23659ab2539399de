"""Every exception that the library raises on purpose.

The tree::

    WhistleError
    ├── PolicyError            a policy or directory cannot be used, or changed as asked
    ├── StoryError             a story file cannot be read or does not hold
    ├── CodecError             bytes that are not of a known wire format
    ├── CommandIdReused        the id was used before, for something else
    ├── VersionConflict        somebody else appended first
    ├── StoreError             a store cannot do what was asked
    │   ├── StoreClosed        it was used after it was closed
    │   ├── StoreBusy          others held it for too long; try again later
    │   ├── StoreFull          there is no room left
    │   ├── StoreReadOnly      this process may not write to it
    │   ├── StoreNotFound      there is none, or none that this process may open
    │   ├── StoreMismatch      it is sound, but not for this release
    │   ├── StoreMisrouted     matters of several shards in one call, or of none that there is
    │   ├── StoreUnreadable    it is damaged
    │   └── StoreFailed        the machine under it failed
    ├── PluginError            a plugin is broken, or nobody registered what was asked for
    ├── NotifyError            a notifier could not hand on a message
    ├── UnknownMatter          there is no such matter, or the reader may not see it
    └── Unfinished             all was done but for some matters, whose histories are damaged

A command that is not allowed is *not* an exception: ``decide`` returns
:class:`whistle_engine.events.Refused`, which is a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from whistle_engine.problems import Problem, StoryProblem


class WhistleError(Exception):
    """The root of all errors that the library raises on purpose."""


class PolicyError(WhistleError):
    """A policy or a directory cannot be used, or changed; it says where and what would be right.

    Attributes:
        problems: each mistake found, all of them at once.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep every problem, and show them all, in English."""
        self.problems = tuple(problems)
        super().__init__(self.told("en"))

    def told(self, lang: Literal["zh", "en"]) -> str:
        """Every problem, a line each."""
        return "\n".join(problem.told(lang) for problem in self.problems)


class StoryError(WhistleError):
    """A story file cannot be read, or one of its expectations does not hold.

    Attributes:
        problems: each mistake found, or each expectation of the step that does not hold.
    """

    def __init__(self, problems: Iterable[StoryProblem]) -> None:
        """Keep every problem, and show them all, in English."""
        self.problems = tuple(problems)
        super().__init__(self.told("en"))

    def told(self, lang: Literal["zh", "en"]) -> str:
        """Every problem, a line each."""
        return "\n".join(problem.told(lang) for problem in self.problems)


class CodecError(WhistleError):
    """Bytes or plain values that are not of a known wire format (law L12)."""


class CommandIdReused(WhistleError):  # noqa: N818  the name is part of law L13
    """A command id came again with other content (law L13)."""

    def __init__(self, command_id: str) -> None:
        """Name the id that was reused."""
        super().__init__(
            f"command id {command_id!r} was used before with other content; "
            "send a new command under a new id"
        )
        self.command_id = command_id


class VersionConflict(WhistleError):  # noqa: N818  the name is part of clause S3
    """An append expected another version of the matter (clause S3)."""

    def __init__(self, matter: str, expected: int, actual: int) -> None:
        """Say which version was expected and which one is there."""
        super().__init__(
            f"matter {matter!r} is at version {actual}, not {expected}: "
            "load it again and decide again"
        )
        self.matter = matter
        self.expected = expected
        self.actual = actual


class StoreError(WhistleError):
    """A store cannot do what was asked. What it had acknowledged before is still there.

    Attributes:
        where: the store: the path of a file, say; ``None`` where that says nothing.
    """

    def __init__(self, message: str, *, where: str | None = None) -> None:
        """Say where, what is wrong, and what would be right."""
        super().__init__(message if where is None else f"{where}: {message}")
        self.where = where


class StoreClosed(StoreError):  # noqa: N818  the name is part of clause S14
    """The store was used after it was closed (clause S14)."""

    def __init__(self) -> None:
        """Say what to do instead."""
        super().__init__("the store is closed; open a new one")


class StoreBusy(StoreError):  # noqa: N818  reads as the condition that it names
    """Others held the store for longer than one was willing to wait.

    Nothing was written, and nothing is wrong: the same call may do well a little later. Of an
    erasure nothing is known to be erased until a call comes back.
    """


class StoreFull(StoreError):  # noqa: N818  as StoreBusy
    """There is no room for what was to be written; nothing of it was."""


class StoreReadOnly(StoreError):  # noqa: N818  as StoreBusy
    """The store can be read, but this process may not write to it; nothing was written."""


class StoreNotFound(StoreError):  # noqa: N818  as StoreBusy
    """There is nothing to open there, or this process may not open it."""


class StoreMismatch(StoreError):  # noqa: N818  as StoreBusy
    """What lies there is sound, but not for this release: another application's, or newer."""


class StoreMisrouted(StoreError):  # noqa: N818  as StoreBusy
    """What one call is about lies on several shards, or on none that there is; nothing was written.

    It is of this one call: whatever is of one shard goes on.

    Attributes:
        led: each matter, and the shard that it was led to; ``None`` where the route had no answer.
    """

    def __init__(self, led: Mapping[str, str | None], shards: Iterable[str]) -> None:
        """Say where each matter was led, and what would be right.

        Args:
            led: each matter, and where the route led it.
            shards: the names of all shards.
        """
        self.led = dict(led)
        names = tuple(shards)
        for matter, name in led.items():
            if name not in names:
                super().__init__(
                    f"matter {matter!r} was led to {name!r}, and should be to one of"
                    f" {', '.join(map(repr, names))}: see to the matter's id, or to the route"
                )
                return
        found = ", ".join(f"{matter!r} on {name!r}" for matter, name in led.items())
        super().__init__(
            f"an append takes matters of one shard, and these are {found}: give each shard a"
            " command of its own"
        )


class StoreUnreadable(StoreError):  # noqa: N818  as StoreBusy
    """What lies there is damaged, or not a store at all; nothing was changed.

    Attributes:
        code: which of them it is; stable: ``store_unreadable``, ``not_a_store``, and
            ``matter_damaged`` if it is one matter's history, and the rest can be used.
    """

    def __init__(
        self, message: str, *, where: str | None = None, code: str = "store_unreadable"
    ) -> None:
        """Say where, what is wrong, what would be right, and which kind of thing that is."""
        super().__init__(message, where=where)
        self.code = code


class StoreFailed(StoreError):  # noqa: N818  as StoreBusy
    """The machine under the store failed: a disk, a network, a file taken away while in use.

    Whether the last write is there is not known. Sent again under its own command id, a command
    is answered once, whichever it was (S5).
    """


class UnknownMatter(WhistleError):  # noqa: N818  reads as the condition that it names
    """There is no such matter, or the reader may not see it: the two look the same."""

    def __init__(self, matter: str) -> None:
        """Name the matter that was asked for."""
        super().__init__(f"no matter {matter!r} that this actor may see")
        self.matter = matter


class Unfinished(WhistleError):  # noqa: N818  reads as the condition that it names
    """A call over all matters did what it could; the histories of some are damaged.

    Attributes:
        done: what the call gives, of all the rest.
        failed: for each commit or matter that is left, its matter's id and what is wrong.
    """

    def __init__(self, done: object, failed: Iterable[tuple[str, Exception]]) -> None:
        """Say how much is left, and show the first."""
        self.done = done
        self.failed = tuple(failed)
        (matter, error), count = self.failed[0], len(self.failed)
        super().__init__(
            f"the rest is done, but {count} could not be, the first in {matter!r}: {error}; "
            "verify says where histories are damaged"
        )


class PluginError(WhistleError):
    """A plugin cannot be used, two claim one name, or nobody registered the name asked for.

    Attributes:
        code: which of them it is; stable: ``plugin_broken``, ``plugin_claimed_twice``,
            ``plugin_unknown``, ``plugin_address``, ``store_url``.
    """

    def __init__(self, message: str, *, code: str = "plugin_broken") -> None:
        """Say what is wrong, and which kind of thing that is."""
        super().__init__(message)
        self.code = code


class NotifyError(WhistleError):
    """A notifier could not hand on a message.

    The words are for those who run the worker: no name, contact or text of a resident.

    Attributes:
        retry: whether trying again later may help; if not, the message is a dead letter.
    """

    def __init__(self, problem: str, *, retry: bool) -> None:
        """Say what went wrong, and whether it may pass."""
        super().__init__(problem)
        self.retry = retry
