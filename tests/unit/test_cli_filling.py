"""Lines of Chinese and English, filled to so many cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whistle_engine.cli.filling import fill, width

TEXTS = st.text(
    st.sampled_from("街乡吹哨，。：；“”（）《》、 abc 0123456789-:·\u0301"), max_size=200
)


@given(TEXTS, st.integers(12, 90), st.sampled_from(["", "  ", "     ┃ "]))
def test_filled_lines_fit_and_lose_nothing(text: str, cells: int, indent: str) -> None:
    lines = fill(text, cells, indent=indent)
    assert all(width(line) <= cells for line in lines)
    assert all(line.startswith(indent.rstrip()) for line in lines)
    inside = "".join(line[len(indent) :] for line in lines)
    assert inside.replace(" ", "") == text.replace(" ", "")


def test_a_chinese_character_takes_two_cells() -> None:
    assert width("街乡 ab，") == 2 + 2 + 1 + 2 + 2


def test_marks_stay_with_what_they_belong_to() -> None:
    assert fill("一二三四五，六七八", 10) == ["一二三四", "五，六七八"]
    assert fill("一二三四（五六）七", 10) == ["一二三四", "（五六）七"]


def test_dates_and_measures_are_not_broken() -> None:
    assert fill("截止时间为2024年3月11日18:00。", 24) == ["截止时间为", "2024年3月11日18:00。"]
    assert fill("until 2024-03-11 18:00 at", 18) == ["until", "2024-03-11 18:00", "at"]
    assert fill("时限为十又15个工作日", 12) == ["时限为十又", "15个工作日"]


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert fill("abcdefghij", 5) == ["abcde", "fghij"]
