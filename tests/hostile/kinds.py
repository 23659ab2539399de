"""The kinds of hostile input: how each is made, what is done with it, and what may come of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from tests import checked
from tests.hostile import asked, garble, lines
from tests.hostile.told import Outcome, told
from tests.samples import sample
from tests.support import tiny_directory, tiny_policy
from whistle_engine import codec
from whistle_engine.checkpoints import Checkpoint
from whistle_engine.cli.store.opening import installed
from whistle_engine.commands import ACTS, Command
from whistle_engine.commits import Basis
from whistle_engine.errors import (
    CodecError,
    PluginError,
    PolicyError,
    StoreError,
    StoryError,
)
from whistle_engine.events import EVENTS, Refused
from whistle_engine.policy_file import Files, load_directory, load_policy, load_rules, shipped_files
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.story import parse_story, play, shipped_stories, shipped_story, write_story

NOW = datetime(2024, 3, 4, 1, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Kind:
    """A kind of input.

    Attributes:
        title: what it is, for the table.
        make: an input by a source of chance; it can be written down and read.
        feed: gives it to the library, and says what came of it. It raises ``AssertionError`` where
            a promise is broken; what else it raises, nobody caught.
        share: how many of a hundred thousand inputs are of this kind.
    """

    title: str
    make: Callable[[Random], Any]
    feed: Callable[[Any], Outcome]
    share: int


# ------------------------------------------------------------------------------- policies


@cache
def _sound() -> tuple[Files, ...]:
    """Policies that load: a small one, and those that are shipped."""
    small = load_policy(Files((("small.toml", checked.POLICY.encode()),))).files
    return small, *(shipped_files(name) for name in ("xingqing", "beijing"))


def make_policy(rng: Random) -> Mapping[str, bytes]:
    """The files of a policy, one of them garbled; mostly of the small one, which is read fast."""
    held = dict(_sound()[0 if rng.random() < 0.9 else rng.randrange(1, 3)].files)
    return _garbled(rng, held)


def _garbled(rng: Random, held: dict[str, bytes]) -> dict[str, bytes]:
    name = rng.choice(list(held))
    if rng.random() < 0.3:
        held[name] = garble.octets(rng, held[name])
    else:
        held[name] = garble.text(rng, held[name].decode()).encode("utf-8", "surrogatepass")
    return held


def feed_policy(files: Mapping[str, bytes]) -> Outcome:
    """Load it and compile it with its directory; all mistakes come at once, each told twice."""
    name = next(iter(files))
    held = Files(tuple(files.items()))
    try:
        if name == "small.toml":
            load_rules(held, _small_directory())
        else:
            load_policy(held)
    except PolicyError as error:
        return _problems(error)
    return "loaded"


@cache
def _small_directory() -> Files:
    return Files((("small.directory.toml", checked.DIRECTORY.encode()),))


def _problems(error: PolicyError) -> Outcome:
    assert error.problems
    for problem in error.problems[:20]:
        assert problem.code in problem.told("en")
        assert problem.told("zh").strip()
    return told(error)


def make_directory(rng: Random) -> Mapping[str, bytes]:
    """The files of a directory, one of them garbled."""
    small = rng.random() < 0.9
    return _garbled(rng, dict((_small_directory() if small else _shipped_directory()).files))


@cache
def _shipped_directory() -> Files:
    return shipped_files("xingqing.directory")


def feed_directory(files: Mapping[str, bytes]) -> Outcome:
    """Load it."""
    try:
        load_directory(Files(tuple(files.items())))
    except PolicyError as error:
        return _problems(error)
    return "loaded"


def make_packed(rng: Random) -> bytes:
    """The bytes of a policy as they are stored, an archive or a file, garbled."""
    return garble.octets(rng, _sound()[rng.randrange(3)].packed())


def feed_packed(data: bytes) -> Outcome:
    """Load it from the bytes alone."""
    try:
        load_policy(data)
    except PolicyError as error:
        return _problems(error)
    return "loaded"


# ------------------------------------------------------------------------------- stories


@cache
def _stories() -> tuple[str, ...]:
    return tuple(write_story(shipped_story(name)) for name in shipped_stories())


def make_story(rng: Random) -> str:
    """A shipped story with something wrong."""
    return garble.text(rng, rng.choice(_stories()))


def feed_story(text: str) -> Outcome:
    """Read it, and play it if it can be read."""
    try:
        story = parse_story(text)
    except StoryError as error:
        return told(error)
    if story.policy not in ("xingqing", "beijing"):
        return "read, of another policy"  # to play it, a file of that name would be looked for
    try:
        play(story)
    except StoryError as error:
        return f"{told(error)} on playing"
    return "played"


# ------------------------------------------------------------------------------- bytes


@cache
def _written() -> tuple[tuple[str, bytes], ...]:
    """Good bytes, each with the name of what reads them."""
    good: list[tuple[str, bytes]] = [
        ("command", codec.dump_command(attrs.evolve(sample(Command), do=sample(act))))
        for act in ACTS
    ]
    good += [("events", codec.dump_events((sample(event),))) for event in EVENTS]
    good += [
        ("basis", codec.dump_basis(sample(Basis))),
        ("answer", codec.dump_answer(sample(Refused))),
        ("answer", codec.dump_answer(None)),
        ("policy", codec.canonical(tiny_policy())),
        ("directory", codec.canonical(tiny_directory())),
        ("checkpoint", Checkpoint(position=3, matters=2, root="sha256:00").dump().encode()),
    ]
    return tuple(good)


LOAD: Mapping[str, Callable[[bytes], object]] = {
    "command": codec.load_command,
    "events": codec.load_events,
    "basis": codec.load_basis,
    "answer": codec.load_answer,
    "policy": codec.load_policy,
    "directory": codec.load_directory,
    "checkpoint": lambda data: Checkpoint.load(data.decode("utf-8", "surrogateescape")),
}
"""What reads which bytes."""
DUMP: Mapping[str, Callable[[Any], bytes]] = {
    "command": codec.dump_command,
    "events": codec.dump_events,
    "basis": codec.dump_basis,
    "answer": codec.dump_answer,
    "policy": codec.canonical,
    "directory": codec.canonical,
    "checkpoint": lambda point: point.dump().encode(),
}


def make_wire(rng: Random) -> tuple[str, bytes]:
    """Bytes with something wrong, as signs or as values."""
    name, good = rng.choice(_written())
    if rng.random() < 0.4:
        return name, garble.octets(rng, good)
    changed = json.dumps(garble.tree(rng, json.loads(good)), ensure_ascii=False)
    return name, changed.encode("utf-8", "surrogatepass")


def feed_wire(made: tuple[str, bytes]) -> Outcome:
    """Read them; what was read is written and read again as it was."""
    name, data = made
    try:
        value = LOAD[name](data)
    except (CodecError, PolicyError) as error:
        return told(error)
    except ValueError as error:
        assert name == "checkpoint"
        return told(error)
    assert LOAD[name](DUMP[name](value)) == value
    return "read"


# ------------------------------------------------------------------------------- URLs

URLS = (
    "memory:",
    "sqlite:///{place}/whistle.db",
    "sqlite:///{place}/whistle.db?exclusive=1",
    "sqlite:///{place}/none/whistle.db",
    "sqlite:///{place}",
    "sqlite://",
    "sqlite:///{place}/text",
    "postgresql://localhost/none",
    "nobody://x",
)


def make_url(rng: Random) -> str:
    """The URL of a store with something wrong."""
    return garble.text(rng, rng.choice(URLS))


def feed_url(url: str) -> Outcome:
    """Open what is there, making nothing; where somebody is asked over a net, it is not."""
    if url.startswith("postgres"):
        return "not opened"
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "text").write_text("no store")
        SqliteStore(place / "whistle.db", durable=False).close()
        before = {each.name: each.read_bytes() for each in place.iterdir()}
        try:
            installed().open_store(url.replace("{place}", folder), create=False).close()
        except (PluginError, StoreError, ValueError) as error:
            came = told(error)
        else:
            came = "opened"
        after = {each.name: each.read_bytes() for each in place.iterdir()}
        if came != "opened":  # to open a store for oneself alone is to change its journal
            assert {name: after.get(name) for name in before} == before
    return came


KINDS: Mapping[str, Kind] = {
    "policies": Kind(title="files of a policy", make=make_policy, feed=feed_policy, share=4_000),
    "directories": Kind(
        title="files of a directory", make=make_directory, feed=feed_directory, share=6_000
    ),
    "packed": Kind(title="stored policies", make=make_packed, feed=feed_packed, share=2_000),
    "stories": Kind(title="stories", make=make_story, feed=feed_story, share=4_000),
    "wire": Kind(title="bytes of the wire", make=make_wire, feed=feed_wire, share=60_000),
    "commands": Kind(
        title="commands", make=asked.make_commands, feed=asked.feed_commands, share=20_000
    ),
    "urls": Kind(title="URLs of stores", make=make_url, feed=feed_url, share=2_000),
    "lines": Kind(title="command lines", make=lines.make_line, feed=lines.feed_line, share=2_000),
}
"""Every kind, by its name."""
