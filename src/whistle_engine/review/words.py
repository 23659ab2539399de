"""What findings call things: the label of a code, or the title of a thing, with its code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from attrs import evolve

from whistle_engine.directory import Directory
from whistle_engine.model import Label, Party, UnitKind, What
from whistle_engine.policy import Policy
from whistle_engine.problems import Problem, Slot, listed
from whistle_engine.texts import label

ADDRESSEES: Mapping[str, Label] = MappingProxyType(
    {
        "holder": Label("责任单位（holder）", "holder"),
        "supervisor": Label("督办单位（supervisor）", "supervisor"),
        "community": Label("属地社区（community）", "community"),
        "street": Label("属地街道（street）", "street"),
        "hotline": Label("热线（hotline）", "hotline"),
        "coordinator": Label("统筹协调单位（coordinator）", "coordinator"),
    }
)
"""What the words are called that stand where a unit's code may stand."""


def called(code: Enum | str) -> Label:
    """What a member of an enumeration is called, or a command by its name: 街道（street）."""
    name = str(code.value) if isinstance(code, Enum) else code
    return Label(f"{label(code, 'zh')}（{name}）", name)


def called_all(codes: Iterable[Enum | str]) -> Label:
    """Several codes in a row."""
    return in_row(called(code) for code in codes)


def titled(title: Label | None, code: str) -> Label:
    """A title with its code; the code alone where there is none."""
    return Label(code, code) if title is None else Label(f"{title.zh}（{code}）", code)


def in_row(labels: Iterable[Label]) -> Label:
    """Labels one after the other, the English ones in quotes, as names are listed."""
    found = tuple(labels)
    return Label("、".join(each.zh for each in found), listed((each.en for each in found), "en"))


def named_unit(code: str, directory: Directory | None) -> Label:
    """A unit, or a word that stands for one."""
    held = directory.unit(code) if directory is not None else None
    return ADDRESSEES.get(code) or titled(held.title if held is not None else None, code)


def named_category(code: str, policy: Policy) -> Label:
    """A category of the catalogue."""
    return titled(
        next((r.title for r in reversed(policy.categories) if r.code == code), None), code
    )


def worded(problem: Problem, policy: Policy, directory: Directory | None) -> Problem:
    """A problem of the core, which knows codes only, with what its codes are called."""

    def words(name: str, held: Slot) -> Slot:
        kind = _SLOTS.get((problem.code, name))
        if kind == _UNIT and isinstance(held, str):
            return named_unit(held, directory)
        if kind == _CATEGORY and isinstance(held, str):
            return named_category(held, policy)
        if callable(kind) and isinstance(held, str):
            return called(kind(held))
        if callable(kind) and isinstance(held, tuple):
            return called_all(kind(one) for one in held)
        return held

    return evolve(problem, slots=tuple((name, words(name, held)) for name, held in problem.slots))


_UNIT, _CATEGORY = "unit", "category"

_SLOTS: Mapping[tuple[str, str], str | Callable[[str], Enum | str]] = {
    ("unit_kind", "name"): _UNIT,
    ("unit_kind", "kind"): UnitKind,
    ("unit_kind", "right"): UnitKind,
    ("may_not_lead", "name"): _UNIT,
    ("never_leads", "name"): _UNIT,
    ("never_leads", "kind"): UnitKind,
    ("street_not_listed", "name"): _UNIT,
    ("street_not_listed", "category"): _CATEGORY,
    ("widened", "party"): Party,
    ("widened", "allowed"): Party,
    ("nobody", "names"): str,
    ("nobody", "what"): What,
}
"""What the slots of the core's problems hold, where it has another name than its code."""
