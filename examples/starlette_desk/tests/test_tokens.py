"""Tokens: what does not count is not let in, whatever is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from desk.demo import BUREAU
from desk.tokens import AUDIENCE, BadToken, Tokens
from tests.serving import HOUR, SECRET, Service

TOKENS = Tokens(SECRET)


def signed(secret: str = SECRET, algorithm: str = "HS256", **changes: object) -> str:
    claims: dict[str, Any] = {
        "aud": AUDIENCE,
        "sub": "wu",
        "roles": ["receiver"],
        "unit": "chengguan",
        "exp": datetime.now(UTC) + HOUR,
    }
    claims |= changes
    kept = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode(kept, secret, algorithm=algorithm)


def test_a_token_says_who_asks() -> None:
    assert TOKENS.actor(TOKENS.mint(BUREAU, HOUR)) == BUREAU
    assert TOKENS.actor(signed()) == BUREAU


@pytest.mark.parametrize(
    "token",
    [
        "", "a.b.c",
        signed(SECRET[::-1]),
        signed("", algorithm="none"),
        signed(SECRET * 2, algorithm="HS512"),
        signed(aud="another-service"), signed(aud=...),
        signed(exp=datetime.now(UTC) - timedelta(seconds=1)), signed(exp=...),
        signed(sub=...), signed(sub=7),
        signed(roles=...), signed(roles="receiver"), signed(roles=["king"]), signed(roles=[["a"]]),
        signed(roles=["system"]), signed(roles=["receiver", "system"]),
        signed(unit=7),
    ],
)  # fmt: skip
def test_one_that_does_not_count_is_not_let_in(token: str) -> None:
    with pytest.raises(BadToken):
        TOKENS.actor(token)


@pytest.mark.parametrize(
    "path", ["/me", "/inbox", "/ledger", "/matters/m-1", "/matters/m-1/timeline", "/commands"]
)
def test_nothing_is_told_without_one(service: Service, path: str) -> None:
    method = "POST" if path == "/commands" else "GET"
    with service.client() as client:
        for headers in ({}, {"authorization": "Basic d3U6"}, {"authorization": "Bearer x"}):
            answer = client.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_demo_s_people_are_in_the_demo_only(service: Service) -> None:
    with service.client() as client:
        assert client.get("/demo").json() == {"items": []}
        assert client.post("/demo/wu").status_code == 404
