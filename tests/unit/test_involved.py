"""What a finding is about besides its own value: each with the line on which it stands."""

from __future__ import annotations

import pytest

from tests.checked import DIRECTORY, POLICY
from tests.unit.test_policy_check import IN_DIRECTORY, IN_POLICY, Bad, changed, found
from whistle_engine.review.findings import Finding

LINES = {
    ("category_gap", "categories.lamp.since"): ["until = 2026-06-30"],
    ("list_outside", "street_list.lamp.since"): ["since = 2026-02-01"],
    ("list_outside", "street_list.lamp.until"): ["until = 2027-06-30"],
    ("ladder_twice", "ladders[3].for"): ['for = ["mark"]'],
    ("looks_alike", "categories.burst.zh"): ['zh = "路灯"'],
    ("looks_alike", "kinds.emergency.en"): ['en = "Quick whistle"'],
    ("looks_alike", "channels.vlsit"): ["[channels.v1sit]"],
    ("looks_alike", "units.water.zh"): ['zh = "公安分局"'],
    ("ids_alike", "receivers.police.l.id"): ['id = "police.1"'],
    ("receiver_twice", "receivers.police.1.id"): ['id = "police.1"'],
    ("id_of_two_units", "receivers.police.1.id"): ['id = "police.1"'],
    ("id_of_two_units", "units.garden_grid.head"): ['head = "garden.head"'],
}
"""By code and key the lines of what else a finding is about."""


def lines(one: Finding, policy: str, directory: str) -> list[str]:
    told = []
    for each in one.involved:
        assert each.spot is not None
        text = directory if "directory" in each.spot.file else policy
        told.append(text.splitlines()[each.spot.line - 1])
    return told


@pytest.mark.parametrize("place", LINES, ids=" ".join)
def test_what_is_compared_with_another_names_its_line(place: tuple[str, str]) -> None:
    ours = next((bad for bad in IN_POLICY if (bad.code, bad.key) == place), None)
    theirs = next((bad for bad in IN_DIRECTORY if (bad.code, bad.key) == place), None)
    policy = changed(POLICY, ours) if ours else POLICY
    directory = changed(DIRECTORY, theirs) if theirs else DIRECTORY
    bad: Bad | None = ours or theirs
    assert bad is not None
    (one,) = found(policy, directory, on=bad.on)
    assert lines(one, policy, directory) == LINES[place]
    assert all(each.spot != one.spot for each in one.involved)


def test_a_category_that_reads_like_another_of_many_rows_names_the_first_of_them() -> None:
    text = POLICY.replace('zh = "水管爆裂"', 'zh = "路 灯"')
    (one,) = found(text)
    (other,) = one.involved
    assert other.key == "categories.lamp.zh"
    assert other.spot is not None
    assert text.splitlines()[: other.spot.line].count('zh = "路灯"') == 1


def test_the_ladder_of_all_others_that_is_there_twice_names_the_first() -> None:
    text = POLICY.replace('for = ["mark"]', "for = []")
    (one,) = (each for each in found(text) if each.code == "ladder_twice")
    assert (one.key, one.value) == ("ladders[2].for", "[]")
    assert [each.key for each in one.involved] == ["ladders[1].for"]


def test_a_floor_that_falls_names_the_one_that_it_falls_from() -> None:
    both = 'possible = { ongoing = "emergency", imminent = "emergency" }'
    text = POLICY.replace(both, 'possible = { ongoing = "emergency" }')
    (one,) = (each for each in found(text) if each.code == "floor_below_earlier")
    assert one.key == "signals.fire.possible.imminent"
    (other,) = one.involved
    assert other.key == "signals.fire.possible.ongoing"
    assert other.spot is not None
    line = text.splitlines()[other.spot.line - 1]
    assert line[other.spot.column - 1 :].startswith(("ongoing", '"emergency"'))
