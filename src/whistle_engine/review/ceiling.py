"""Who may ever give a command, written by hand a second time (L16).

The table is that of the section "Who may ever give a command" of the design, and how somebody
stands to a matter is read off its state by lines of its own. It shares nothing with the table of
transitions, so that a mistake in either shows: :func:`may_give` is what the law L16 asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from whistle_engine.model import Actor, Matter, Part, Party, Role, UnitKind
from whistle_engine.rules import Rules

CEILING: Mapping[str, str] = {
    # Raiser: 补充 催促 撤回诉求 评价 重办
    "add": "raiser",
    "urge": "raiser",
    "withdraw": "raiser",
    "mark": "raiser community coordinator",
    "reopen": "raiser community",
    # any source: 登记
    "receive": "anyone",
    # community, hotline: 分类 答复 转告 拆分 并案 现场核实 回访
    "classify": "community hotline",
    "answer": "community hotline",
    "redirect": "community hotline",
    "split": "community hotline",
    "merge": "community hotline",
    "look": "community hotline",
    "call_back": "community hotline",
    # micro-grid leader, grid branch
    "settle": "micro_grid_leader grid_branch",
    "move_up": "micro_grid_leader grid_branch",
    # street; the community where it says so
    "blow": "street community",
    "take_on": "street",
    "raise_whistle": "street community",
    "stand_down": "street community",
    "supervise": "street",
    "escalate": "street community",
    "confirm_time": "street community",
    # hotline: 直派; operations centre: 派单
    "send_straight": "hotline",
    "dispatch": "operations",
    # each responder: 报到 邀请协办 提交结果 报告进展 更换接哨员
    "report_in": "responder",
    "bring_in": "responder",
    "hand_in": "responder",
    "report_progress": "responder",
    "change_receiver": "responder",
    # lead: 反馈 异议 申请延期 解除协办
    "feed_back": "lead",
    "object": "lead",
    "ask_extension": "lead",
    "release": "lead coordinator",
    # first responder: 告知
    "tell": "first_responder",
    # a unit brought in or invited: 接受主办
    "accept": "joint invited",
    # coordinator: 指定 批准延期 挂账 恢复 解除协办 办结裁定 准入
    "designate": "coordinator",
    "grant_extension": "coordinator street",
    "defer": "coordinator",
    "resume": "coordinator",
    "conclude": "coordinator",
    "admit": "coordinator",
    # system: timers, fixing of due times
    "fire_timer": "system",
    "fix_due_times": "system",
    # refused to all responders
    "send_back": "responder",
}
"""Who may ever give a command, as the section has it: parties, and ``joint`` for a joint unit."""

DEPARTURES: tuple[tuple[str, str, str], ...] = (
    ("look", "street", "it takes over a look that the community let pass"),
    ("classify", "street", "it reclassifies what awaits its whistle"),
    ("reopen", "coordinator", "it orders a further round when the rounds are used up"),
    ("designate", "street", "FR4: among the enforcement departments that it may direct"),
    ("supervise", "coordinator", "it presses whoever keeps a matter in its docket"),
    ("mark", "street", "it judges where the community itself responded"),
    ("report_in", "invited", "reporting in is how an invited unit joins"),
    ("accept", "lead", "told that it leads already, and not that the matter is hidden from it"),
    ("send_back", "invited", "refused and counted for whoever was called, joined or not"),
)
"""Where the engine goes beyond the section on purpose (ADR 0006): command, party, and why."""


def as_party(word: str) -> Party:
    """A word of the table as a policy's permissions say it: joint units are responders there."""
    return Party.RESPONDER if word == "joint" else Party(word)


MAY: Mapping[str, frozenset[str]] = {
    name: frozenset(who.split()) | {word for command, word, _ in DEPARTURES if command == name}
    for name, who in CEILING.items()
}
"""Both together."""

_SPEAKERS = frozenset({Role.RECEIVER, Role.STREET, Role.COMMUNITY})
"""The roles that speak for a unit that responds."""

_PARTS = {
    Part.LEAD: ("lead", "responder"),
    Part.JOINT: ("joint", "responder"),
    Part.INVITED: ("invited",),
}


def relations(by: Actor, matter: Matter, rules: Rules) -> Iterator[str]:
    """Everything that an actor is in a matter, in the words of the table."""
    yield "anyone"
    if by.id in {raiser.id for raiser in matter.raisers}:
        yield "raiser"
    if Role.SYSTEM in by.roles:
        yield "system"
    if by.unit is None:
        return
    offices = {
        (Role.COMMUNITY, matter.community): "community",
        (Role.STREET, matter.street): "street",
        (Role.HOTLINE, rules.policy.hotline): "hotline",
        (Role.OPERATIONS, rules.policy.operations): "operations",
        (Role.COORDINATOR, rules.policy.coordinator): "coordinator",
    }
    yield from (word for (role, unit), word in offices.items()
                if role in by.roles and by.unit == unit)  # fmt: skip
    if _of_the_grid(by.unit, matter, rules):
        yield from (role.value for role in (Role.MICRO_GRID_LEADER, Role.GRID_BRANCH)
                    if role in by.roles)  # fmt: skip
    if by.roles & _SPEAKERS:
        yield from (word for r in matter.responders if r.unit == by.unit for word in _PARTS[r.part])
        if by.unit == matter.first_responder:
            yield "first_responder"


def _of_the_grid(unit: str, matter: Matter, rules: Rules) -> bool:
    """The grid of the place; where only the community is known, any that belongs to it."""
    place = matter.appeal.place.unit
    if rules.directory.is_kind(place, UnitKind.GRID):
        return unit == place
    return rules.directory.above(unit, UnitKind.COMMUNITY) == matter.community


def may_give(name: str, by: Actor, matter: Matter, rules: Rules) -> bool:
    """Tell whether the table, narrowed by the policy, lets an actor give a command."""
    narrowed = rules.policy.permissions.get(name)
    return any(
        word in MAY[name] and (narrowed is None or as_party(word) in narrowed)
        for word in relations(by, matter, rules)
    )
