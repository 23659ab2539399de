"""From the body of a request to a command: the engine's wire format, less the actor.

    {"command": {"id": "…", "matter": "…", "do": {"type": "blow/1", "kind": "quick"}},
     "texts": {"reason": "…"}}

Who asks is who the token names, so a body says nothing of it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from whistle_engine import CodecError
from whistle_engine.codec import canonical, load_command
from whistle_engine.commands import Command
from whistle_engine.model import Actor

MOST = 256 * 1024
"""Bytes in a body: words are short, and proofs lie elsewhere."""

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
FIELDS = {"id", "matter", "do", "occurred_at"}


class Malformed(ValueError):  # noqa: N818  reads as the condition that it names
    """A request that makes no sense, and what would; not the same as one that is refused."""


async def body(request: Request) -> bytes:
    """The bytes of a request, as long as they are not too many."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > MOST:
            raise HTTPException(413, f"at most {MOST} bytes")
    return bytes(data)


def asked(data: bytes, actor: Actor) -> tuple[Command, dict[str, str]]:
    """The command in a body, by the actor of the token, and the words that come with it.

    Raises:
        Malformed: there is none.
    """
    plain = _json(data)
    if not isinstance(plain, dict) or not {"command"} <= plain.keys() <= {"command", "texts"}:
        raise Malformed('an object with "command", and "texts" if there are any, is wanted')
    asked, texts = plain["command"], plain.get("texts", {})
    if not isinstance(asked, dict) or not asked.keys() <= FIELDS:
        raise Malformed(f"a command is an object with {', '.join(sorted(FIELDS))}, no more")
    for name in ("id", "matter"):
        if not isinstance(asked.get(name), str) or not ID.fullmatch(asked[name]):
            raise Malformed(f"{name}: 1 to 64 letters, digits and . _ : - are wanted, as in a UUID")
    if not isinstance(texts, dict) or not all(isinstance(words, str) for words in texts.values()):
        raise Malformed("texts: an object is wanted, words by name")
    whole = {**asked, "type": "command/1", "by": json.loads(canonical(actor))}
    try:
        return load_command(json.dumps(whole).encode()), texts
    except CodecError as error:
        raise Malformed(str(error)) from error


def _json(data: bytes) -> Any:
    try:
        plain = json.loads(data.decode())
        json.dumps(plain, ensure_ascii=False).encode()  # fails on half a character, as "\ud800"
    except (ValueError, RecursionError):
        raise Malformed("the body has to be JSON in UTF-8") from None
    return plain
