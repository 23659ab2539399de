"""The same on a PostgreSQL server of its own, which is killed every now and then as well.

``python -m tests.crash.postgres [--kills 500] [--seed N] [--minutes 30]``

Of two kills of the server one is a ``SIGKILL`` of its first process, the other what PostgreSQL
calls an immediate shutdown; each is followed by a recovery from its log. Workers wait for the
server, and go on. Exit codes as those of :mod:`.run`.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import signal
import sys
import tempfile
from itertools import cycle
from pathlib import Path
from random import SystemRandom

from tests.crash.run import crash
from tests.postgres_server import running


def main(arguments: list[str] | None = None) -> int:
    """Run, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.postgres", description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="of workers (500)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=30, help="give up after that (30)")
    asked = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="whistle-crash-"))
    logging.basicConfig(filename=folder / "rest.log")
    ways = cycle((signal.SIGKILL, signal.SIGQUIT))
    with running() as server:
        _say(f"seed {asked.seed}, {asked.kills} kills; {server.url()}")
        outcome = crash(
            server.url(schema="crash", busy_timeout="60"), folder,
            kills=asked.kills, seed=asked.seed, minutes=asked.minutes, say=_say,
            server=lambda: server.restart(next(ways)),
        )  # fmt: skip
    for role, times in outcome.kills.items():
        _say(f"{times:8} kills of {role}")
    for what, number in outcome.figures.items():
        _say(f"{number:8} {what}")
    _say(f"{outcome.seconds:8.0f} seconds")
    if outcome.findings:
        sys.stdout.writelines(f"{line}\n" for line in outcome.findings)
        sys.stderr.write(f"seed {asked.seed}: not everything holds; look into {folder}\n")
        return 1
    shutil.rmtree(folder)
    _say("everything holds")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
