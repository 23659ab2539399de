"""Powers: what nobody can use, and what would have somebody decide on their own work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from whistle_engine.directory import STREET
from whistle_engine.model import Label, Party
from whistle_engine.policy import Policy
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.words import called, in_row, titled

_Without = tuple[
    tuple[str, ...], Callable[[Policy], bool], Label, Callable[[Policy], Iterable[str]]
]

_WITHOUT: tuple[_Without, ...] = (
    (
        ("send_straight",),
        lambda policy: not policy.straight,
        Label("本规则不直派（straight = false）", "nothing is sent straight (straight = false)"),
        lambda _policy: ("straight",),
    ),
    (
        ("ask_extension", "grant_extension"),
        lambda policy: all(kind.extension is None for kind in policy.kinds),
        Label("没有可以延期的哨型", "no kind of whistle can be extended"),
        lambda policy: (f"kinds.{kind.code}.extension" for kind in policy.kinds),
    ),
    (
        ("defer", "resume"),
        lambda policy: policy.deferrals.most == 0,
        Label("挂账次数为0（deferrals.most）", "nothing is ever deferred (deferrals.most = 0)"),
        lambda _policy: ("deferrals.most",),
    ),
)
"""Commands that a policy's other values leave nothing to do, why, and by which values.

Taking on is not among them: the street list keeps others from putting a matter on a street (FR9),
not the street from taking on by its own act what is not on it.
"""


def powers(subject: Subject) -> Iterator[Finding]:
    """Permissions in vain, and judges of their own work."""
    yield from _in_vain(subject)
    yield from _blowing(subject)
    yield from _own_work(subject)


def _in_vain(subject: Subject) -> Iterator[Finding]:
    policy = subject.policy
    for names, never, why, keys in _WITHOUT:
        for name in names:
            parties = policy.permissions.get(name)
            if parties and never(policy):
                yield finding(
                    "permission_idle",
                    f"permissions.{name}",
                    _codes(parties),
                    involved=map(Involved, keys(policy)),
                    why=why,
                )


def _blowing(subject: Subject) -> Iterator[Finding]:
    """Parties that a kind of whistle names, and that may blow none at all."""
    policy = subject.policy
    may = policy.permissions.get("blow")
    for kind in policy.kinds:
        idle = kind.may_blow - may if may is not None else frozenset()
        if idle and idle != kind.may_blow:  # to leave nobody is told as such
            names = in_row(called(party) for party in _sorted(idle))
            key = f"kinds.{kind.code}.may_blow"
            blow = Involved("permissions.blow")
            yield finding("may_blow_in_vain", key, _codes(idle), involved=(blow,), names=names)


def _own_work(subject: Subject) -> Iterator[Finding]:
    policy = subject.policy
    only_street = frozenset({Party.STREET})
    leading = bool(policy.street_list) or any(STREET in row.leads for row in policy.categories)
    extended = [kind for kind in policy.kinds if kind.extension is not None]
    if leading and extended and policy.permissions.get("grant_extension") == only_street:
        names = in_row(titled(kind.title, kind.code) for kind in extended)
        yield finding("own_extension", "permissions.grant_extension", "street", names=names)
    if leading and policy.permissions.get("confirm_time") == only_street:
        yield finding("own_confirmation", "permissions.confirm_time", "street")


def _sorted(parties: frozenset[Party]) -> list[Party]:
    return sorted(parties, key=lambda party: party.value)


def _codes(parties: frozenset[Party]) -> str:
    return ", ".join(party.value for party in _sorted(parties))
