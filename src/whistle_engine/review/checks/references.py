"""What a policy lacks, or takes away, so that something it names could never happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from whistle_engine.commands import NAMES, Act, Classify
from whistle_engine.compiling import widened
from whistle_engine.fitting import misfits
from whistle_engine.model import Label, Party, What
from whistle_engine.policy import Policy
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, Involved, Severity, finding
from whistle_engine.review.words import called, called_all, titled
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import SETTLED_BY

_GRID = frozenset({Party.MICRO_GRID_LEADER, Party.GRID_BRANCH})
_BLOW = "permissions.blow"
_COORDINATOR = (frozenset({Party.COORDINATOR}),)

HOLDERS: Mapping[What, tuple[frozenset[Party], ...]] = {
    What.CLASSIFY: (frozenset({Party.COMMUNITY}),),
    What.LOOK: (frozenset({Party.COMMUNITY}), frozenset({Party.STREET})),
    What.MEDIATE: (_GRID,),
    What.DELIBERATE: (_GRID,),
    What.BLOW: (frozenset({Party.STREET}),),
    What.DISPATCH: (frozenset({Party.OPERATIONS}),),
    What.DESIGNATE: _COORDINATOR,
    What.REPORT_IN: (frozenset({Party.RESPONDER}),),
    What.SOLVE: (frozenset({Party.LEAD}),),
    What.HAND_IN: (frozenset({Party.RESPONDER}),),
    What.ANSWER_OBJECTION: _COORDINATOR,
    What.REVIEW: _COORDINATOR,
    What.MARK: (frozenset({Party.RAISER}), frozenset({Party.COMMUNITY})),
    What.TELL: (frozenset({Party.FIRST_RESPONDER}),),
    What.DECIDE_ROUND: _COORDINATOR,
    What.DOCKET: _COORDINATOR,
}
"""Who has each duty: of every set somebody has to be able to settle it."""


def unfit(subject: Subject) -> Iterator[Finding]:
    """What keeps the two from being used together."""
    for found in misfits(subject.policy, subject.directory):
        yield Finding(problem=found, severity=Severity.ERROR)


def references(subject: Subject) -> Iterator[Finding]:
    """Lists that are empty, signals without floors, and permissions that leave nobody."""
    policy = subject.policy
    for found in widened(policy):
        yield Finding(problem=found, severity=Severity.ERROR)
    if not policy.channels:
        yield finding("no_channels", "channels")
    if not policy.routes:
        yield finding("no_routes", "routes")
    if not policy.categories:
        yield finding("no_categories", "categories")
    if policy.straight and policy.hotline is None:
        yield finding("straight_without_hotline", "straight")
    yield from _signals(subject)
    yield from _blowing(policy)
    yield from _permissions(subject)


def _signals(subject: Subject) -> Iterator[Finding]:
    policy = subject.policy
    with_floor = {floor.signal for floor in policy.floors}
    if with_floor and all(fact.name != "timing" for fact in policy.facts):
        yield finding("no_timing", "facts")
    for name in sorted(subject.signals - with_floor):
        yield finding("signal_without_floor", f"signals.{name}")


def _blowing(policy: Policy) -> Iterator[Finding]:
    blow = policy.permissions.get("blow", frozenset(Party))
    narrowing = (Involved(_BLOW),) if "blow" in policy.permissions else ()
    for kind in policy.kinds:
        may = kind.may_blow & blow
        if not may:
            yield finding("nobody_blows", f"kinds.{kind.code}.may_blow", involved=narrowing)
        elif kind.urgent and Party.COMMUNITY not in may:
            told = ", ".join(sorted(party.value for party in may))
            lacking = [key for key, held in (("may_blow", kind.may_blow), (_BLOW, blow))
                       if Party.COMMUNITY not in held]  # fmt: skip
            yield finding(
                "urgent_not_by_community",
                f"kinds.{kind.code}.may_blow",
                told,
                involved=narrowing if _BLOW in lacking else (),
                name=titled(kind.title, kind.code),
                where=Label("、".join(lacking), " and ".join(lacking)),
            )
        if kind.to_street and Party.COMMUNITY in may and not policy.street_list:
            yield finding("to_street_unlisted", f"kinds.{kind.code}.to_street")


def _permissions(subject: Subject) -> Iterator[Finding]:
    policy = subject.policy
    refused = {found.key for found in widened(policy)}
    for name, parties in policy.permissions.items():
        key = f"permissions.{name}"
        if key in refused:
            continue
        if not parties:
            yield finding("permission_emptied", key)
        elif parties == {Party.HOTLINE} and policy.hotline is None:
            yield finding("permission_of_nobody", key)
    if refused:
        subject.skipped.update(refused, {"holder_may_not"})
    else:
        yield from _holders(policy)


def _holders(policy: Policy) -> Iterator[Finding]:
    """Duties that whoever has them may not settle, though somebody else may."""
    decided_by = {What.DECIDE_EXTENSION: (frozenset({policy.extensions.decided_by}),)}
    for what, holders in {**HOLDERS, **decided_by}.items():
        acts = [act for act in SETTLED_BY[what] if (what, act) != (What.BLOW, Classify)]
        narrowed = [NAMES[act] for act in acts if NAMES[act] in policy.permissions]
        for parties in holders:
            left = any(parties & _may(policy, act) for act in acts)
            if left or not narrowed:
                continue
            who = [called(party) for party in sorted(parties, key=lambda party: party.value)]
            yield finding(
                "holder_may_not",
                f"permissions.{narrowed[0]}",
                ", ".join(sorted(party.value for party in policy.permissions[narrowed[0]])),
                what=called(what),
                holder=Label("、".join(w.zh for w in who), " or ".join(w.en for w in who)),
                names=called_all(NAMES[act] for act in acts),
            )


def _may(policy: Policy, act: type[Act]) -> frozenset[Party]:
    return policy.permissions.get(NAMES[act], TRANSITIONS[act].parties)
