"""Making the rules that ``decide`` decides by, from a policy and a directory that fit together."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.classify import compile_classifier
from whistle_engine.commands import NAMES, Blow, SendStraight, TakeOn
from whistle_engine.deadlines import WorkingTime
from whistle_engine.digests import digest_of
from whistle_engine.directory import Directory
from whistle_engine.errors import PolicyError
from whistle_engine.fitting import misfits
from whistle_engine.policy import Policy
from whistle_engine.problems import Problem, nearest, problem
from whistle_engine.rules import Rules
from whistle_engine.soundness import problems
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import SETTLED_BY


def compile_rules(
    policy: Policy, directory: Directory, *, documents: tuple[bytes, bytes] | None = None
) -> Rules:
    """Make the rules that ``decide`` decides by.

    Args:
        policy: the city's policy.
        directory: its units and receivers.
        documents: the exact bytes that the two were read from, under whose digests decisions
            name them; without them an engine stores a canonical form.

    Returns:
        The compiled rules.

    Raises:
        PolicyError: the policy could not decide every case, or names units that the directory
            lacks; with everything that is wrong.
    """
    wrong = (*problems(policy), *widened(policy), *misfits(policy, directory))
    if wrong:
        raise PolicyError(wrong)
    return Rules(
        policy=policy,
        directory=directory,
        policy_digest=digest_of(documents[0]) if documents else "",
        directory_digest=digest_of(documents[1]) if documents else "",
        documents=documents or (),
        read=(policy, directory) if documents else None,
        limits=WorkingTime(policy, directory),
        classify=compile_classifier(policy),
    )


def widened(policy: Policy) -> Iterator[Problem]:
    """Where a policy's permissions are not within the table's (L16)."""
    rows = {NAMES[act]: row for act, row in TRANSITIONS.items()}
    for name, narrowed in policy.permissions.items():
        key, row = f"permissions.{name}", rows.get(name)
        if row is None:
            yield problem("no_command", key, name=name, near=nearest(name, rows))
            continue
        allowed = tuple(sorted(party.value for party in row.parties))
        for party in sorted(narrowed - row.parties, key=lambda p: p.value):
            yield problem("widened", key, party=party.value, allowed=allowed)
    for what, acts in SETTLED_BY.items():
        names = tuple(NAMES[act] for act in acts)
        if all(name in policy.permissions and not policy.permissions[name] for name in names):
            yield problem("nobody", f"permissions.{names[0]}", names=names, what=what.value)
    calling = (Blow, TakeOn, SendStraight) if policy.straight else (Blow, TakeOn)
    names = tuple(NAMES[act] for act in calling)  # classifying anew leads nowhere by itself
    if all(name in policy.permissions and not policy.permissions[name] for name in names):
        yield problem("no_way_out", f"permissions.{names[0]}", names=names)
