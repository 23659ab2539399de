"""Settings for every test: the Hypothesis profiles, and which package is under test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# Without a deadline: a slow machine is no fault. Under CI the same examples every time.
settings.register_profile("dev", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.register_profile(
    "explore",
    deadline=None,
    derandomize=False,
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow],
)
# Few examples, the same ones: for a run with each of thousands of mutants.
settings.register_profile("mutants", deadline=None, derandomize=True, max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_configure() -> None:
    """`make test` is about the installed wheel: stop if the sources would be tested."""
    if os.environ.get("WHISTLE_TEST_INSTALLED") != "1":
        return
    spec = find_spec("whistle_engine")
    where = None if spec is None else spec.origin
    if where is None or Path(where).is_relative_to(ROOT / "src"):
        message = f"whistle_engine should come from the installed wheel, not from {where}"
        raise pytest.UsageError(message)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server: one for each worker, started when it is first asked for."""
    from tests.postgres_server import some_server  # noqa: PLC0415  psycopg, for those who ask

    with some_server() as url:
        yield url
