"""Storing what decisions rest on: the bytes of the policy and the directory (S18)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve as changed

from whistle_engine.codec import canonical
from whistle_engine.digests import digest_of
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Capability, Documents

if TYPE_CHECKING:
    from whistle_engine._executing import Keeps


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


def keep_again(store: Keeps, rules: Rules) -> None:
    """Store the documents of some rules once more, if they are gone.

    What was put is there for good, but for a store that writes in its host's transaction: that
    may have been rolled back since, and the documents with it. Such a store does not say that it
    is durable, so one looks before each of its appends, which are in the same transaction.

    Args:
        store: where to.
        rules: the rules, as :func:`kept` gave them.
    """
    if Capability.DURABLE in store.capabilities:
        return
    digests = (rules.policy_digest, rules.directory_digest)
    if any(store.get_document(digest) is None for digest in digests):
        kept(store, rules)


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
