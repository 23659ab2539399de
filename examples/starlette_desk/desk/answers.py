"""Answers: JSON, and one form for all that is wrong (``application/problem+json``, RFC 9457)."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from whistle_engine import CommandIdReused, Refused, UnknownMatter, VersionConflict
from whistle_engine.errors import StoreError
from whistle_engine.model import Label
from whistle_engine.texts import label, refusal

from desk.asking import Malformed
from desk.titles import Titles, chosen
from desk.tokens import BadToken

NOT_PERMITTED = "not_permitted"
TITLES = {
    401: Label("请登录", "Sign in first"),
    403: Label("无权办理", "Not permitted"),
    404: Label("未找到", "Not found"),
    409: Label("不予办理", "Refused"),
    422: Label("请求有误", "The request is wrong"),
    503: Label("暂时不能办理，请稍后重试", "Not possible now; try again a little later"),
}

_log = logging.getLogger("desk")


def answer(content: object, *, request: Request, status: int = 200, kind: str = "json") -> Response:
    """Content as JSON; with the ``ETag`` of a reader that has it already, just that."""
    data = json.dumps(content, ensure_ascii=False).encode()
    mark = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Language": chosen(request.headers.get("accept-language", "")),
        "ETag": mark,
        "Vary": "Accept-Language, Authorization",
        "X-Content-Type-Options": "nosniff",
    }
    known = mark in request.headers.get("if-none-match", "")
    if known and status == 200 and request.method in {"GET", "HEAD"}:  # noqa: PLR2004
        return Response(status_code=304, headers=headers)
    return Response(data, status, headers, media_type=f"application/{kind}")


def problem(
    request: Request, status: int, code: str, detail: str | None = None, **more: object
) -> Response:
    """What is wrong: a title in the reader's language, a stable code, and more if there is."""
    lang = chosen(request.headers.get("accept-language", ""))
    title = TITLES.get(status)
    said: dict[str, Any] = {"status": status, "code": code, **more}
    if title is not None:
        said["title"] = title.zh if lang == "zh" else title.en
    if detail is not None:
        said["detail"] = detail
    return answer(said, request=request, status=status, kind="problem+json")


def refused(
    request: Request, found: Refused, titles: Titles, may: list[dict[str, Any]]
) -> Response:
    """A refusal with its clauses and what would be allowed; "not permitted" shows nothing else."""
    detail = refusal(found, titles.lang, rules=titles.rules)
    if found.code == NOT_PERMITTED:
        return problem(request, 403, found.code, detail, clause=found.clause)
    return problem(
        request,
        409,
        found.code,
        detail,
        clause=found.clause,
        command={"name": found.command, "label": label(found.command, titles.lang)},
        unmet=[
            {"code": each.code, "clause": each.clause, "facts": dict(each.facts)}
            for each in found.unmet
        ],
        recorded=bool(found.recorded),
        allowed=may,
    )


async def wrong(request: Request, error: Exception) -> Response:
    """The answer to each error that an endpoint lets through."""
    match error:
        case BadToken():
            response = problem(request, 401, "bad_token")
            response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        case UnknownMatter():
            response = problem(request, 404, "unknown_matter")
        case CommandIdReused():
            response = problem(request, 422, "command_id_reused", str(error))
        case Malformed():
            response = problem(request, 422, "malformed", str(error))
        case HTTPException(status_code=status, detail=detail):
            response = problem(request, status, "http", detail)
            response.headers.update(error.headers or {})
        case _:
            _log.error("%s %s: %s", request.method, request.url.path, error)
            response = problem(request, 503, "busy")
            response.headers["Retry-After"] = "1"
    return response


HANDLERS = dict.fromkeys(
    (
        BadToken, UnknownMatter, CommandIdReused, Malformed, HTTPException, VersionConflict,
        StoreError,
    ),
    wrong,
)  # fmt: skip
"""For Starlette and FastAPI: which errors are answered so."""
