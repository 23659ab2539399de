"""What another city's own repository holds: its policy, its law, and the three lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from whistle_engine.events import ClockStarted
from whistle_engine.model import What
from whistle_engine.policy_file import load_rules
from whistle_engine.testing import Taken
from whistle_engine.testing.laws import PolicyLaws, step_law

HERE = Path(__file__).parent
A_FORTNIGHT = timedelta(days=14)


@step_law("LJ1", "No unit is let alone for more than a fortnight before it has to be there.")
def soon(step: Taken) -> Iterator[str]:
    for event in step.written:
        if isinstance(event, ClockStarted) and event.clock.what is What.REPORT_IN:
            left = event.clock.due.at - event.clock.started
            if event.clock.due.limit.amount and left > A_FORTNIGHT:
                yield f"{event.clock.unit} has {left.days} days to report in"


class TestLinjiang(PolicyLaws):
    rules = load_rules(HERE / "linjiang.toml", HERE / "linjiang.directory.toml")
    laws = (soon,)
