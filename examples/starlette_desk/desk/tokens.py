"""Who asks: a signed token says id, roles and unit, and the engine trusts what it says.

A district's login service would sign them. Whoever holds the secret can be anybody, so it
is kept where passwords are kept; a token cannot be taken back, so it should not last long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import jwt
from whistle_engine import Role
from whistle_engine.model import Actor

AUDIENCE = "whistle-desk"
ALGORITHM = "HS256"
NEVER = frozenset({Role.SYSTEM})
"""Roles that nobody has who comes from outside: timers fire inside."""


class BadToken(Exception):  # noqa: N818  reads as the condition that it names
    """A token that does not count: unsigned, signed by another, too old, or incomplete."""


@dataclass(frozen=True)
class Tokens:
    """Signs tokens, and reads them."""

    secret: str = field(repr=False)

    def mint(self, actor: Actor, lasting: timedelta) -> str:
        """A token by which somebody is this actor for a while."""
        now = datetime.now(UTC)
        claims = {
            "aud": AUDIENCE,
            "sub": actor.id,
            "roles": sorted(role.value for role in actor.roles),
            "unit": actor.unit,
            "iat": now,
            "exp": now + lasting,
        }
        return jwt.encode(claims, self.secret, algorithm=ALGORITHM)

    def actor(self, token: str) -> Actor:
        """Whom a token names.

        Raises:
            BadToken: it does not count.
        """
        try:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["aud", "exp", "sub"]},
            )
            roles = frozenset(Role(role) for role in claims["roles"])
            unit = claims.get("unit")
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise BadToken from error
        if roles & NEVER or not (unit is None or isinstance(unit, str)):
            raise BadToken
        return Actor(id=claims["sub"], roles=roles, unit=unit)
