"""What the reference documents is promised: no signature changes unnoticed."""

from __future__ import annotations

from tests import api


def test_the_public_interface_is_the_recorded_one() -> None:
    recorded = api.GOLDEN.read_text(encoding="utf-8").splitlines()
    found = api.lines()
    gone = sorted(set(recorded) - set(found))
    new = sorted(set(found) - set(recorded))
    assert not gone, f"gone or changed, which breaks users (news/*.breaking.md): {gone}"
    assert not new, f"new, to be promised: run python -m tests.api; {new}"
    assert list(found) == recorded


def test_every_public_name_of_the_package_is_documented() -> None:
    import whistle_engine  # noqa: PLC0415  its table of names is looked into

    homes: dict[str, str] = vars(whistle_engine)["_HOMES"]
    lines = api.lines()
    told = {line.removeprefix("class ").partition("(")[0].partition(":")[0] for line in lines}
    told |= {line.partition(" = ")[0] for line in lines}
    missing = {f"whistle_engine.{home}.{name}" for name, home in homes.items()} - told
    assert not missing
