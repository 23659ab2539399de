"""What the service is told from outside: environment variables, read once, when it starts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

SHORTEST = 32
"""Bytes that a secret has at least: as many as the digest that it keys."""

SUCH = (
    f"{SHORTEST} bytes or more, such as python3 -c 'import secrets; print(secrets.token_hex())' "
    "prints"
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that can be set.

    Attributes:
        secret: signs tokens and cursors; the same for all processes of the service.
        store: the URL of the engine's store; a plugin may bring another scheme.
        policy: the name of the rules to decide by.
        refresh: after how many seconds the page asks again.
        demo: let anybody sign in as one of a few people, with a few matters to try.
    """

    secret: str = field(repr=False)
    store: str = "sqlite:///desk.db"
    policy: str = "xingqing"
    refresh: float = 5.0
    demo: bool = False

    def __post_init__(self) -> None:
        """Refuse a secret that can be guessed."""
        if not self.secret:
            raise ValueError(f"DESK_SECRET is not set: set it to {SUCH}; to try, serve --demo")
        if len(self.secret.encode()) < SHORTEST:
            raise ValueError(
                f"the secret in DESK_SECRET is too short: {len(self.secret.encode())} bytes; "
                f"set it to {SUCH}"
            )


def read(environment: Mapping[str, str], *, demo: bool = False) -> Settings:
    """The settings in the environment: ``DESK_SECRET``, ``DESK_STORE``, ``DESK_POLICY``.

    Args:
        environment: such as ``os.environ``.
        demo: for trying out; without a secret of its own it gets one that ends with the process.

    Raises:
        ValueError: there is no secret, or one that is too short.
    """
    secret = environment.get("DESK_SECRET") or (secrets.token_hex() if demo else "")
    return Settings(
        secret=secret,
        store=environment.get("DESK_STORE", Settings.store),
        policy=environment.get("DESK_POLICY", Settings.policy),
        demo=demo,
    )
