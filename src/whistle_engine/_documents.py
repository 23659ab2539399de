"""Storing what decisions rest on: the bytes of the policy and the directory (S18)."""

from __future__ import annotations

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
