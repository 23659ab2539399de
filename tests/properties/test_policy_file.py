"""Whatever becomes of a file's bytes: it is read, or each mistake is told at a place within it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wrong.mistakes import BASE, HERE
from whistle_engine.errors import PolicyError
from whistle_engine.policy_file import Files, compiled, load_directory, load_policy, shipped

CN = ("calendars/cn.toml", shipped("cn", folder="calendars"))
HELD: Mapping[str, bytes] = {name: (HERE / name).read_bytes() for name in BASE}
SIGNS = (
    *(sign.encode() for sign in "\"'#=[]{},.:-\\ \n\t\r01aé“，：区😀\u200b"),
    b"\0",
    b"\xff",
    b'"""',
    b"true",
    b"2024-01-01",
    b"[[rules]]",
    b"{ a = 1 }",
)
"""What is put into files: all that has a meaning there, and what has none."""


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes of which slices were taken out, doubled, moved or written over."""
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 40)))
        lines = data.splitlines(keepends=True)
        match draw(st.sampled_from(("out", "in", "over", "doubled", "lines", "line out"))):
            case "out":
                data = data[:begin] + data[end:]
            case "in":
                data = data[:begin] + draw(st.sampled_from(SIGNS)) + data[begin:]
            case "over":
                data = data[:begin] + draw(st.sampled_from(SIGNS)) + data[end:]
            case "doubled":
                data = data[:end] + data[begin:]
            case "lines" if len(lines) > 1:
                one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
                lines[one], lines[other] = lines[other], lines[one]
                data = b"".join(lines)
            case _:
                at = draw(st.integers(0, max(len(lines) - 1, 0)))
                data = b"".join(lines[:at] + lines[at + 1 :])
    return data


@pytest.mark.parametrize("name", BASE)
@given(data=st.data())
def test_a_changed_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    held = {**HELD, name: data.draw(mutated(HELD[name]))}
    policy = Files(((BASE[0], held[BASE[0]]), (BASE[1], held[BASE[1]]), CN))
    directory = Files(((BASE[2], held[BASE[2]]),))
    try:
        compiled(load_policy(policy), load_directory(directory))
    except PolicyError as error:
        check(error, held)


@given(data=st.data())
def test_a_changed_archive_is_read_or_refused(data: st.DataObject) -> None:
    policy = Files(((BASE[0], HELD[BASE[0]]), (BASE[1], HELD[BASE[1]]), CN))
    changed = data.draw(mutated(policy.packed()))
    try:
        load_policy(changed)
    except PolicyError as error:
        check(error, {})


def check(error: PolicyError, held: Mapping[str, bytes]) -> None:
    """Every problem has a sentence in both languages, and stands within a file."""
    assert error.problems
    for problem in error.problems:
        assert problem.told("zh").isprintable(), problem
        assert problem.told("en").isprintable(), problem
        assert problem.spot is not None, problem
        name = Path(problem.spot.file).name
        if name not in held:
            continue
        lines = held[name].removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
        if name.endswith(".csv"):  # where a line may end in CR alone
            lines = held[name].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            width = max(len(line) for line in lines) + 1
        else:
            width = (
                len(lines[min(problem.spot.line, len(lines)) - 1].decode("utf-8", "replace")) + 1
            )
        assert 1 <= problem.spot.line <= len(lines), problem
        assert 1 <= problem.spot.column <= width, problem
