"""What is asked often touches few pages, whatever the number of matters."""

from __future__ import annotations

import pytest

from whistle_engine.storage._asked import nearby
from whistle_engine.storage.sqlite import SqliteStore, _lookups


@pytest.mark.parametrize("at", [None, (1, 2)], ids=["place", "box"])
def test_what_is_near_is_found_in_an_index_alone(at: tuple[int, int] | None) -> None:
    """Popular categories have thousands of open matters, and few of them are near."""
    place, _ = nearby("p", at, 3, _lookups.DIALECT)
    statement = _lookups.NEAR.format(place=place)
    with SqliteStore("sqlite://") as store, store._session.read() as cursor:
        values = (None,) * statement.count("?")
        (step,) = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    assert "USING COVERING INDEX whistle_open_by_category (category=?)" in step[3]
