"""A short run with real kills; and the checks find whatever is wrong."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from threading import Event
from time import time

import pytest

from tests.crash import checks, run, workers
from tests.crash.journal import Answered, Delivered, Journal, Line, Sent, lines
from tests.crash.people import People
from whistle_engine.commands import Command, Split, SplitPart
from whistle_engine.engine import Engine
from whistle_engine.generate import Moment
from whistle_engine.generate.dice import Dice
from whistle_engine.model import AppealKind, Stage, facts
from whistle_engine.plugins import Plugins
from whistle_engine.storage.rows import LedgerFilter

CREW = {"commands": 2, "bulk": 1, "timers": 1, "outbox": 1}


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'whistle.db'}"


@pytest.mark.slow
def test_nothing_is_lost_or_torn_or_done_twice_where_writers_are_killed(tmp_path: Path) -> None:
    outcome = run.crash(url_of(tmp_path), tmp_path, kills=15, seed=7, minutes=5, crew=CREW)
    assert outcome.findings == []
    assert sum(outcome.kills.values()) == 15
    for what in ("commands acknowledged", "timers fired", "notices delivered"):
        assert outcome.figures[what] > 0


# ------------------------------------------------------------------------------- a small store


def live(folder: Path) -> None:
    """What all workers do, in one process; much of the outbox is left."""
    post = workers.Post(
        url=url_of(folder),
        folder=folder,
        name="commands-1",
        seed=3,
        began=time(),
        stopping=Event(),
    )
    store, rules, _ = post.open()
    now = Moment(workers.START)
    engine = Engine(store, rules, clock=now)
    journal = Journal(post.journal)
    relay = workers.relay(engine, now, workers.JournalNotifier(folder / "outbox-1.journal"))
    for items in islice(workers._rounds(rules, post), 3):
        workers._execute_many(engine, journal, items)
    workers._execute(engine, journal, split(People.of(store, rules)))
    people = People.of(store, rules)
    for number in range(120):
        now.at += workers.A_SECOND / 4
        given = people.next(Dice.of("test", number), number, now.at)
        if given is not None:
            workers._execute(engine, journal, (given.command, given.texts))
        relay.fire_timers()
        if number % 4 == 0:
            relay.send_notices()
    journal.close()
    store.close()


def split(people: People) -> workers.Item:
    """A command on two matters."""
    row = people.store.ledger(LedgerFilter(stage=Stage.RECEIVED), limit=1)[0]
    known = facts(category=people.city.categories[0].code)
    part = SplitPart(matter="part", kind=AppealKind.HELP, facts=known)
    desk = people.city.at_desk(row.community)
    command = Command(id="split", matter=row.matter, by=desk, do=Split(parts=(part,)))
    return command, {"part": "另一件事"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    live(folder)
    return folder


@pytest.fixture
def folder(lived: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(lived, tmp_path / "tampered"))


def found(folder: Path) -> list[str]:
    with closing(Plugins.load().open_store(url_of(folder))) as store:
        return checks.findings(run.known(store, folder, checks.Follower()))


def test_of_what_is_whole_nothing_is_found(folder: Path) -> None:
    assert found(folder) == []
    with closing(sqlite3.connect(folder / "whistle.db")) as file:  # nothing here is vacuous
        for table in ("commits", "duties", "timers", "notices WHERE settled = 0", "texts"):
            assert file.execute(f"SELECT count(*) FROM whistle_{table}").fetchone()[0] > 20  # noqa: S608


# ------------------------------------------------------------------------------- tampered with

ONE = "(SELECT {key} FROM whistle_{table} WHERE {which} LIMIT 1)"


def one(table: str, key: str, which: str) -> str:
    return ONE.format(table=table, key=key, which=which)


COMMIT = one("commits", "max(position)", "command_id NOT LIKE 'timer:%'")
HALF = one("commits", "max(position)", "command_id = 'split'")
DUTY = one("duties", "matter, clock", "unit IS NOT NULL")
TIMER = one("timers", "matter, clock, step", "settled = 0")
NOTICE = one("notices", "matter, version, number", "settled = 0 AND dead = 0")
FIRED = "command_id LIKE 'timer:%'"
TWICE = f"""
UPDATE whistle_commits SET (command_id, command, events) = (
    SELECT command_id, command, events FROM whistle_commits AS first
    WHERE first.matter = whistle_commits.matter AND {FIRED} ORDER BY position LIMIT 1
) WHERE position = (SELECT max(position) FROM whistle_commits WHERE {FIRED} AND matter = (
    SELECT matter FROM whistle_commits WHERE {FIRED} GROUP BY 1 HAVING count(*) > 1))
"""  # noqa: S608

STATEMENTS: Mapping[str, tuple[str, str]] = {
    "a commit is gone": (
        f"DELETE FROM whistle_commits WHERE position = {COMMIT}",  # noqa: S608
        "was acknowledged, and is not there",
    ),
    "half a command is gone": (
        f"DELETE FROM whistle_commits WHERE position = {HALF}",  # noqa: S608
        "is torn: it concerns",
    ),
    "a commit is another": (
        f"UPDATE whistle_commits SET recorded_at = recorded_at + 1 WHERE position = {COMMIT}",  # noqa: S608
        "another answer than it was acknowledged with",
    ),
    "a timer fired twice": (TWICE, "fired 2 times"),
    "a command wrote twice": (TWICE, "wrote 2 times"),
    "the feed is in disorder": (
        "UPDATE whistle_commits SET position = 1000000 WHERE position = 1",
        "comes in the feed where version",
    ),
    "a word is another": (
        "UPDATE whistle_texts SET words = x'30' WHERE id = 1",
        "other words than came with the command",
    ),
    "a duty is gone": (
        f"DELETE FROM whistle_duties WHERE (matter, clock) = {DUTY}",  # noqa: S608
        "a duty is missing",
    ),
    "a duty was invented": (
        """
        INSERT INTO whistle_duties (matter, clock, what, unit, since, due)
        SELECT matter, 99, what, unit, since, due FROM whistle_duties
        WHERE unit IS NOT NULL LIMIT 1
        """,
        "a duty does not follow from the commits",
    ),
    "a timer is gone": (
        f"DELETE FROM whistle_timers WHERE (matter, clock, step) = {TIMER}",  # noqa: S608
        "a timer is missing",
    ),
    "a timer was settled and did not fire": (
        f"UPDATE whistle_timers SET settled = 1 WHERE (matter, clock, step) = {TIMER}",  # noqa: S608
        "a timer is missing",
    ),
    "a timer was given up": (
        f"UPDATE whistle_timers SET dead = 1 WHERE (matter, clock, step) = {TIMER}",  # noqa: S608
        "a timer is a dead letter",
    ),
    "a notice is gone": (
        f"DELETE FROM whistle_notices WHERE (matter, version, number) = {NOTICE}",  # noqa: S608
        "is not in the outbox, and was never delivered",
    ),
    "a notice was settled and not sent": (
        f"UPDATE whistle_notices SET settled = 1 WHERE (matter, version, number) = {NOTICE}",  # noqa: S608
        "is not in the outbox, and was never delivered",
    ),
    "a notice was given up": (
        f"UPDATE whistle_notices SET dead = 1 WHERE (matter, version, number) = {NOTICE}",  # noqa: S608
        "though it would have been accepted",
    ),
    "a notice was invented": (
        """
        INSERT INTO whistle_notices (matter, version, number, code, event, due, unit, free_at)
        VALUES ('m', 1, 1, 'closed', 0, 0, 'gulou', 0)
        """,
        "which does not follow from the commits",
    ),
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_what_is_wrong_in_a_store_is_named(folder: Path, what: str) -> None:
    statement, expected = STATEMENTS[what]
    with closing(sqlite3.connect(folder / "whistle.db", isolation_level=None)) as file:
        assert file.execute(statement).rowcount == 1
    assert any(expected in line for line in found(folder)), found(folder)


JOURNALLED: Mapping[str, tuple[Line, str]] = {
    "acknowledged and never written": (
        Answered("commands-1:999", kept=True, refused="not_yours"),
        "commands-1:999 was acknowledged, and is not there",
    ),
    "refused and yet written": (
        Answered("commands-1-0-000001.1", refused="closed"),
        "commands-1-0-000001.1 was answered closed, and yet it wrote",
    ),
    "delivered and never to be told": (
        Delivered("notice:m:1:1"),
        "notice:m:1:1 was delivered, and does not follow from the commits",
    ),
}


@pytest.mark.parametrize("what", JOURNALLED)
def test_what_is_known_and_not_in_the_store_is_named(folder: Path, what: str) -> None:
    line, expected = JOURNALLED[what]
    journal = Journal(folder / "another.journal")
    journal.write(line)
    journal.close()
    assert expected in found(folder)


def test_what_is_left_though_all_was_worked_off_is_named(folder: Path) -> None:
    with closing(Plugins.load().open_store(url_of(folder))) as store:
        seen = run.known(store, folder, checks.Follower())
        left = checks.drained(seen, workers.START)
    assert left
    assert all("still waits" in line or "more of the same sort" in line for line in left)


# ------------------------------------------------------------------------------- the harness


def test_a_line_that_is_torn_is_no_acknowledgement_and_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "commands-1.journal"
    first, second = Answered("c-1", refused="closed"), Delivered("k")
    assert list(lines(path, Answered)) == []
    journal = Journal(path)
    journal.write(first)
    journal.write(first)
    journal.close()
    path.write_bytes(path.read_bytes()[:-1])
    assert list(lines(path, Answered)) == [first]
    journal = Journal(path)
    journal.write(second)
    journal.close()
    assert list(lines(path, Answered)) == [first]
    assert list(lines(path, Delivered)) == [second]
    assert list(lines(path, Sent)) == []


def test_a_worker_that_ends_by_itself_is_told_with_what_it_said(tmp_path: Path) -> None:
    outcome = run.crash(url_of(tmp_path), tmp_path, kills=1, seed=1, crew={"nobody": 1})
    assert outcome.findings[0] == "nobody-1 ended by itself, with 1; it said last:"
    assert "KeyError: 'nobody'" in outcome.findings[-1]


def test_an_error_that_a_relay_survived_is_told_unless_others_were_in_its_way() -> None:
    busy = ["Traceback (most recent call last):", "  File …", "whistle_engine.errors.StoreBusy: …"]
    failed = ["Traceback (most recent call last):", "  File …", "whistle_engine.errors.StoreFailed"]
    assert run.survived("timers-1", ["the step failed", *busy, *failed, *failed]) == [
        "timers-1 logged 2 times: whistle_engine.errors.StoreFailed"
    ]


def test_too_few_kills_are_no_success(tmp_path: Path) -> None:
    outcome = run.crash(url_of(tmp_path), tmp_path, kills=1, seed=1, minutes=0, crew={"timers": 1})
    assert outcome.findings == ["after 0 minutes there were 0 kills, not 1"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--kills", "0"], "0 is not 1 or more"),
        (["--url", "nowhere:"], "no store is called 'nowhere'"),
        (["--url", "memory:"], "it does not say DURABLE and PROCESSES"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        sys.exit(run.main(arguments))
    assert end.value.code == 2
    assert told in capsys.readouterr().err


def test_a_store_with_commits_is_not_written_to(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["--url", url_of(folder)]) == 2
    assert "it holds commits already" in capsys.readouterr().err
