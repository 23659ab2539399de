"""Kill those who write, again and again, and see that nothing is lost, torn or done twice.

``python -m tests.crash.run [--kills 500] [--seed N] [--url sqlite:////folder/file.db]
[--minutes 30]``

Workers (:mod:`.workers`) write to one store at once. At random moments one of them, at times all,
gets a ``SIGKILL``; its successor takes up what it had under way. Every now and then, and in the
end, what is in the store is held against what was acknowledged (:mod:`.checks`). The seed fixes
what is drawn, not how the machine runs: the same seed kills at much the same moments, no more.

Exit code 0 if everything holds, 1 if not, or if there was no time for all kills, 2 if it was called
wrongly. What is wrong is told; the folder with store, journals and logs is left then.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from time import monotonic

from attrs import define, field, frozen

from tests.crash.checks import Evidence, Follower, drained, findings, findings_meanwhile
from tests.crash.crew import Crew, ViolationError
from tests.crash.journal import Answered, Delivered, Resumed, lines
from tests.crash.workers import A_SECOND, LEASE, PASSING, JournalNotifier, hurried, relay, unwanted
from whistle_engine import shipped_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import PluginError, StoreError
from whistle_engine.generate.dice import Dice
from whistle_engine.plugins import Plugins
from whistle_engine.storage.api import Capability, Store

CREW: Mapping[str, int] = {"commands": 3, "bulk": 1, "timers": 1, "outbox": 2}
"""How many workers there are of each role."""

EVERY = 50
"""After so many kills what was acknowledged is looked for, while all go on."""
ALL = 0.05
"""How often all are killed at once: nobody is left who has the store open."""
BENEATH = 0.1
"""How often the server that the store lies on is killed after a worker was, if there is one."""
PULSES = 12
"""For at most so many pulses of the victim is waited,"""
AT_ONCE, LONGEST = 0.4, 0.006
"""and then no time, this often; or up to so many seconds."""


@frozen(kw_only=True)
class Outcome:
    """What came of a run.

    Attributes:
        findings: what does not hold.
        kills: how many of each role.
        figures: what happened, in numbers.
    """

    findings: list[str]
    kills: dict[str, int]
    figures: dict[str, int]
    seconds: float


def crash(
    url: str,
    folder: Path,
    *,
    kills: int,
    seed: int,
    minutes: float = 30,
    crew: Mapping[str, int] = CREW,
    say: Callable[[str], None] = lambda _: None,
    server: Callable[[], None] | None = None,
) -> Outcome:
    """Let a crew write to a store, kill so often, and check.

    Args:
        url: of the store, which is not there yet, or empty.
        folder: takes journals and logs.
        kills: how many.
        seed: what is left to chance follows from it.
        minutes: give up after that.
        crew: how many workers of each role.
        say: is told how far it is.
        server: kills what the store lies on, and starts it again; done every now and then.
    """
    begun = monotonic()
    found: list[str] = []
    with closing(Crew(url, folder, seed, crew)) as working:
        run = Run(url, folder, working, Dice.of("crash", seed), server)
        try:
            for _ in run.kill_until(kills, begun + 60 * minutes):
                run.meanwhile()
                say(f"{run.kills} of {kills} kills, {run.seen}, {monotonic() - begun:.0f} s")
            working.end()
            say(f"{run.kills} kills in {monotonic() - begun:.0f} s; now the store is checked")
            run.finish()
        except ViolationError as violation:
            found = str(violation).splitlines()
    if not found and run.kills < kills:
        found = [f"after {minutes:g} minutes there were {run.kills} kills, not {kills}"]
    per_role: Counter[str] = Counter()
    for worker in working.workers:
        per_role[worker.role] += worker.kills
    return Outcome(
        findings=found,
        kills=dict(per_role),
        figures=run.figures(),
        seconds=monotonic() - begun,
    )


def opened(url: str) -> Store:
    """The store, by its URL; opened for a moment only, so that at times nobody has it open."""
    return Plugins.load().open_store(url)


def see_that_it_can_be_used(url: str) -> None:
    """See what is wrong with a URL before anybody works on it.

    Raises:
        ValueError: the store promises nothing of what is tested here, or is not empty.
        PluginError, StoreError: it cannot be opened.
    """
    with closing(opened(url)) as store:
        lacking = {Capability.DURABLE, Capability.PROCESSES} - store.capabilities
        if lacking:
            names = " and ".join(sorted(each.name for each in lacking))
            raise ValueError(f"it does not say {names}: kills prove nothing of it")
        if store.feed(0, limit=1):
            raise ValueError("it holds commits already; give an empty one")


def known(store: Store, folder: Path, feed: Follower) -> Evidence:
    """What is known from outside by now; the answers are read here, the store only later."""
    journals = sorted(folder.glob("*.journal"))
    return Evidence(
        store=store,
        answers=tuple(each for path in journals for each in lines(path, Answered)),
        delivered=tuple(each.key for path in journals for each in lines(path, Delivered)),
        units=tuple(unit.code for unit in shipped_rules("xingqing").directory.units),
        unwanted=unwanted,
        feed=feed,
    )


@define
class Run:
    """One run, from the first kill to the last check."""

    url: str
    folder: Path
    crew: Crew
    dice: Dice
    server: Callable[[], None] | None = None
    restarts: int = 0
    feed: Follower = field(factory=Follower)
    checks: int = 0

    # ------------------------------------------------------------------------------- kills

    @property
    def kills(self) -> int:
        return sum(worker.kills for worker in self.crew.workers)

    @property
    def seen(self) -> str:
        return f"{len(self.feed.records)} commits"

    def kill_until(self, kills: int, end: float) -> Iterator[None]:
        """Kill so often, or until an instant, and stop each time that it is time to look."""
        looked = 0
        while self.kills < kills and monotonic() < end:
            self._kill(kills - self.kills)
            if self.kills - looked >= EVERY:
                looked = self.kills
                yield

    def _kill(self, most: int) -> None:
        """Wait for a random moment of a random worker, and kill it, or all of them."""
        victim = self.dice.pick(self.crew.workers)
        self.crew.await_pulses(victim, self.dice.below(PULSES + 1))
        if not self.dice.happens(AT_ONCE):
            self.crew.pass_time(LONGEST * self.dice.share())
        together = self.dice.happens(ALL) and most >= len(self.crew.workers)
        self.crew.kill(self.crew.workers if together else [victim])
        if self.server is not None and self.dice.happens(BENEATH):
            self.server()
            self.restarts += 1

    # ------------------------------------------------------------------------------- checks

    def _open(self) -> AbstractContextManager[Store]:
        return closing(opened(self.url))

    def meanwhile(self) -> None:
        """Look for what was acknowledged, while all go on.

        Raises:
            ViolationError: not all of it is there.
        """
        with self._open() as store:
            _expect(findings_meanwhile(known(store, self.folder, self.feed)))
        self.checks += 1

    def finish(self) -> None:
        """Check all that has to hold, as the kills left it, and once more with all worked off.

        Raises:
            ViolationError: something does not hold.
        """
        with self._open() as store:
            _expect(findings(known(store, self.folder, self.feed)))
            now = self._work_off(store)
            seen = known(store, self.folder, self.feed)
            _expect([*drained(seen, now), *findings(seen)])
        for worker in self.crew.workers:
            _expect(survived(worker.name, self.crew.said(worker)))

    def _work_off(self, store: Store) -> datetime:
        """Fire what is due and hand on all notices, once the leases of the dead have ended."""
        now = hurried(self.crew.began)() + LEASE
        engine = Engine(store, shipped_rules("xingqing"), clock=lambda: now)
        notifier = JournalNotifier(self.folder / "rest.journal", moody=False)
        worker = relay(engine, lambda: now, notifier)
        while worker.step().anything:
            pass
        return now

    # ------------------------------------------------------------------------------- figures

    def figures(self) -> dict[str, int]:
        """What happened, in numbers."""
        with self._open() as store:
            seen = known(store, self.folder, self.feed)
            dead = store.outbox.dead(limit=1_000_000)
        journals = self.folder.glob("*.journal")
        resumed = [each.written for path in journals for each in lines(path, Resumed)]
        return {
            "commands acknowledged": len(seen.answers),
            "of them refused": sum(each.refused is not None for each in seen.answers),
            "of them on several matters": sum(len(each.written) > 1 for each in seen.answers),
            "under way when killed, and written": sum(resumed),
            "under way when killed, and not written": len(resumed) - sum(resumed),
            "timers fired": sum(name.startswith("timer:") for name in self.feed.by_command),
            "commits": len(self.feed.records),
            "matters": len(self.feed.versions),
            "notices delivered": len(set(seen.delivered)),
            "of them more than once": sum(n > 1 for n in Counter(seen.delivered).values()),
            "dead letters": len(dead),
            "checks meanwhile": self.checks,
            **({"kills of the server": self.restarts} if self.server is not None else {}),
        }


def survived(name: str, said: Iterable[str]) -> list[str]:
    """The errors in a worker's log that nobody foresaw: a relay survives them all."""
    passing = tuple(f"{error.__module__}.{error.__qualname__}" for error in PASSING)
    found: Counter[str] = Counter()
    traced = False
    for line in said:
        if line.startswith("Traceback"):
            traced = True
        elif traced and line[:1].strip():  # what is indented says where, the rest says what
            traced = False
            found[line] += not line.startswith(passing)
    return [f"{name} logged {times} times: {line}" for line, times in found.items() if times]


def _expect(found: list[str]) -> None:
    if found:
        raise ViolationError("\n".join(found))


# ------------------------------------------------------------------------------- as a program


def main(arguments: list[str] | None = None) -> int:
    """Run, and tell."""
    asked = _asked(arguments)
    seed = SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    folder = Path(tempfile.mkdtemp(prefix="whistle-crash-"))
    url = asked.url or f"sqlite:///{folder / 'whistle.db'}"
    try:
        see_that_it_can_be_used(url)
    except (PluginError, StoreError, ValueError) as error:
        shutil.rmtree(folder)
        sys.stderr.write(f"{url} cannot be used: {error}\n")
        return 2
    logging.basicConfig(filename=folder / "rest.log")
    _say(f"seed {seed}, {asked.kills} kills, a second is {A_SECOND} of the city's time; {url}")
    outcome = crash(url, folder, kills=asked.kills, seed=seed, minutes=asked.minutes, say=_say)
    for role, times in outcome.kills.items():
        _say(f"{times:8} kills of {role}")
    for what, number in outcome.figures.items():
        _say(f"{number:8} {what}")
    _say(f"{outcome.seconds:8.0f} seconds")
    if outcome.findings:
        for line in outcome.findings:
            _say(line)
        sys.stderr.write(f"seed {seed}: not everything holds; look into {folder}\n")
        return 1
    shutil.rmtree(folder)
    _say("everything holds")
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.run", description=__doc__)
    parser.add_argument("--kills", type=_number, default=500, help="how many (500)")
    parser.add_argument("--seed", type=int, help="a number; without, one is drawn and told")
    parser.add_argument("--url", help="of an empty store; without, SQLite in a folder of its own")
    parser.add_argument("--minutes", type=float, default=30, help="give up after that (30)")
    return parser.parse_args(arguments)


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
