"""Storing what decisions rest on: the bytes of the policy and the directory (S18)."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve as changed

from whistle_engine.codec import canonical
from whistle_engine.digests import digest_of
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Documents


def kept(store: Documents, rules: Rules) -> Rules:
    """Store the documents of some rules.

    Args:
        store: where to.
        rules: the rules; of those that were built in code the canonical form is stored.

    Returns:
        The rules, with digests under which their bytes can be read for good.
    """
    documents = rules.exact or (canonical(rules.policy), canonical(rules.directory))
    policy, directory = (digest_of(data) for data in documents)
    for digest, data in zip((policy, directory), documents, strict=True):
        store.put_document(digest, data)
    return changed(rules, policy_digest=policy, directory_digest=directory)


def expect_in_force(rules: Rules, now: datetime) -> None:
    """See that the day has come on which a policy takes effect.

    Args:
        rules: the rules.
        now: the instant, UTC.

    Raises:
        ValueError: it has not come yet.
    """
    local, begins = rules.policy.local(now), rules.policy.in_force_from
    if local.date() < begins:
        raise ValueError(
            f"the policy {rules.policy.code!r} is in force from {begins} on, and the clock says "
            f"{local:%Y-%m-%d %H:%M}: adopt it then"
        )
