"""The workers as whoever kills them sees them: processes with a pulse, and their successors."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import monotonic, time
from typing import IO

from attrs import define

ROOT = Path(__file__).resolve().parents[2]

PATIENCE = 120.0
"""Seconds after which a worker that shows no pulse stands still, or one that was told to end."""


class ViolationError(Exception):
    """Something that has to hold does not; each line says what."""


@define
class Worker:
    """One of those who write, through all its lives."""

    name: str
    role: str
    process: subprocess.Popen[bytes]
    pulses: int = 0
    kills: int = 0

    @property
    def output(self) -> IO[bytes]:
        if self.process.stdout is None:
            raise AssertionError(self)
        return self.process.stdout


class Crew:
    """All workers, and their pulses."""

    def __init__(self, url: str, folder: Path, seed: int, crew: Mapping[str, int]) -> None:
        self._arguments = (url, folder)
        self._folder = folder
        self._seed = seed
        self.began = time()
        self._selector = selectors.SelectSelector()  # waits by the microsecond, others do not
        self.workers = [
            self._watched(Worker(name, role, self._started(role, name)))
            for role, many in crew.items()
            for name in (f"{role}-{number}" for number in range(1, many + 1))
        ]

    def _started(self, role: str, name: str) -> subprocess.Popen[bytes]:
        arguments = [role, *self._arguments, name, self._seed, self.began]
        with self._log(name).open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-m", "tests.crash.workers", *map(str, arguments)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def _watched(self, worker: Worker) -> Worker:
        self._selector.register(worker.output, selectors.EVENT_READ, worker)
        return worker

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def said(self, worker: Worker) -> list[str]:
        """What a worker wrote to its log, in all its lives."""
        return self._log(worker.name).read_text(errors="replace").splitlines()

    def feel(self, until: float) -> bool:
        """Feel the pulses that come before an instant; ``False`` if none came.

        Raises:
            ViolationError: a worker ended by itself.
        """
        found = self._selector.select(max(0.0, until - monotonic()))
        for key, _ in found:
            worker: Worker = key.data
            felt = os.read(worker.output.fileno(), 65536)
            if not felt:
                raise ViolationError(self._ended(worker))
            worker.pulses += len(felt)
        return bool(found)

    def await_pulses(self, worker: Worker, many: int) -> None:
        """Wait for so many pulses of a worker.

        Raises:
            ViolationError: it stands still, or ended.
        """
        goal = worker.pulses + many
        end = monotonic() + PATIENCE
        while worker.pulses < goal:
            if not self.feel(end) or monotonic() > end:
                raise ViolationError(f"{worker.name} has stood still for {PATIENCE:.0f} seconds")

    def pass_time(self, seconds: float) -> None:
        """Let a little time pass."""
        end = monotonic() + seconds
        while self.feel(end):
            pass

    def kill(self, victims: Iterable[Worker]) -> None:
        """Kill some at once, and let their successors begin.

        Raises:
            ViolationError: one had ended by itself.
        """
        victims = tuple(victims)
        for worker in victims:
            worker.process.kill()
        for worker in victims:
            self._selector.unregister(worker.output)
            if worker.process.wait() != -signal.SIGKILL:
                raise ViolationError(self._ended(worker))
            worker.output.close()
            worker.kills += 1
        for worker in victims:
            worker.process = self._started(worker.role, worker.name)
            worker.pulses = 0
            self._watched(worker)

    def end(self) -> None:
        """Tell all to end, and wait until they have.

        Raises:
            ViolationError: one did not, or not well.
        """
        for worker in self.workers:
            self.await_pulses(worker, 0 if worker.pulses else 1)  # until it minds the signal
        for worker in self.workers:
            worker.process.send_signal(signal.SIGTERM)
        for worker in self.workers:
            self._selector.unregister(worker.output)
            try:
                worker.process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                late = f"{worker.name} did not end within {PATIENCE:.0f} seconds of SIGTERM"
                raise ViolationError(late) from None
            if worker.process.returncode != 0:
                raise ViolationError(self._ended(worker))

    def close(self) -> None:
        """Leave nobody behind."""
        for worker in self.workers:
            worker.process.kill()
            worker.process.wait()
            worker.output.close()
        self._selector.close()

    def _ended(self, worker: Worker) -> str:
        code = worker.process.wait()
        said = self.said(worker)[-20:]
        return "\n".join([f"{worker.name} ended by itself, with {code}; it said last:", *said])
