"""The pages of the reference that come from the code are as the code has it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.walks import Move, walk
from whistle_engine.commands import ACTS, NAMES, Withdraw
from whistle_engine.events import EVENTS
from whistle_engine.model import Stage
from whistle_engine.refusals import CLAUSES

if TYPE_CHECKING:
    from docs import _arrows, _picture
    from docs import _generate as generate
else:  # mutmut copies the sources and the tests, not the documentation
    generate = pytest.importorskip("docs._generate")
    _arrows, _picture = (pytest.importorskip(f"docs.{name}") for name in ("_arrows", "_picture"))

PAGES = (
    "cli-help.md", "cli-help.zh.md", "commands.md", "commands.zh.md", "events.md", "mistakes.md",
    "policy-file.md", "policy-file.zh.md", "refusals.md", "refusals.zh.md", "states.md",
    "states.svg", "states.zh.md", "states.zh.svg",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_the_code_gives(name: str) -> None:
    committed = (generate.FOLDER / name).read_text(encoding="utf-8")
    assert committed == generate.pages()[name], f"docs/reference/{name} differs: run make generate"


def test_every_page_is_checked() -> None:
    assert sorted(generate.pages()) == sorted(PAGES)


def test_nothing_is_left_out() -> None:
    pages = generate.pages()
    for name in NAMES.values():
        for ending in ("md", "zh.md"):
            assert f"| `{name}` " in pages[f"commands.{ending}"]
            assert f"`{name}`" in pages[f"states.{ending}"]
    for wire in (*ACTS.values(), *EVENTS.values()):
        assert f"### `{wire}` " in pages["events.md"]
    for code in CLAUSES:
        assert f"| `{code}` |" in pages["refusals.md"]
        assert f"| `{code}` |" in pages["refusals.zh.md"]


@pytest.mark.parametrize("seed", range(5))
def test_every_change_of_stage_that_is_met_is_in_the_picture(seed: int) -> None:
    """The picture narrows the table, where a command leads from some of its stages only."""
    drawn = _arrows.arrows()
    random = Random(seed)  # noqa: S311  repeatable walks
    for _ in range(20):
        path: list[Move] = [
            (random.randrange(10_000), random.randrange(10_000), random.randrange(20))
            for _ in range(60)
        ]
        for step in walk(path):
            before = step.before.stage if step.before is not None else None
            after = step.after.stage if step.after is not None else None
            if after is not None and before is not after:
                act = type(step.command.do)
                assert act in drawn[before, after], (NAMES[act], before, after)


def test_a_line_that_no_command_goes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    known = _arrows.arrows()
    opened = next(arrow for arrow in known if arrow[0] is None)
    monkeypatch.setattr(_picture, "arrows", lambda: {a: known[a] for a in known if a != opened})
    with pytest.raises(ValueError, match="no command leads along the line"):
        _picture.picture()


def test_an_arrow_without_a_line_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    known = _arrows.arrows()
    odd = {(Stage.BLOWN, Stage.RECEIVED): (Withdraw,)}
    monkeypatch.setattr(_picture, "arrows", lambda: known | odd)
    with pytest.raises(ValueError, match="the picture has no line"):
        _picture.picture()
