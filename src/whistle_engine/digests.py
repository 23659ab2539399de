"""Digests of exact bytes."""

from __future__ import annotations


def digest_of(data: bytes) -> str:
    """The name of exact bytes: ``sha256:`` and the digest in hexadecimal."""
    from hashlib import sha256  # noqa: PLC0415  it loads a library of the system's

    return f"sha256:{sha256(data).hexdigest()}"
