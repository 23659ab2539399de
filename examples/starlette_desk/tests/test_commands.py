"""Commands over HTTP: done once, refused with clauses, or told to make no sense."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from whistle_engine import Role
from whistle_engine.model import Actor

from desk.asking import MOST
from desk.demo import BUREAU, CENTRE, COMMUNITY, RESIDENT, STREET
from tests.serving import DISPATCH, RECEIVE, REPORT_IN, Service

OTHERS = Actor(id="qin", roles=frozenset({Role.RECEIVER}), unit="jiaoyu")
PHOTO = {"uri": "https://example.org/1.jpg", "digest": "sha256:00", "media_type": "image/jpeg"}


def send(service: Service, actor: Actor, body: object) -> httpx.Response:
    with service.client(actor) as client:
        return client.post("/commands", json=body)


def test_a_matter_goes_from_appeal_to_closing(service: Service) -> None:
    service.bring("m-1")
    assert service.give(BUREAU, "m-1", REPORT_IN).status_code == 200
    fed_back = {"type": "feed_back/1", "result": "solved", "evidence": [PHOTO]}
    assert service.give(BUREAU, "m-1", fed_back, text="已更换灯头").status_code == 200
    mark = {"type": "mark/1", "solved": "solved", "satisfied": "satisfied"}
    assert service.give(COMMUNITY, "m-1", mark).status_code == 200
    last = service.give(RESIDENT, "m-1", mark).json()
    assert [each["type"] for each in last["written"][0]["events"]][-1] == "closed/1"
    closed = service.get(RESIDENT, "/matters/m-1").json()
    assert (closed["stage"]["code"], closed["outcome"]["code"]) == ("closed", "settled")
    assert closed["words"] == "路灯不亮"


def test_a_command_sent_again_has_the_answer_and_the_effect_of_once(service: Service) -> None:
    body = {"command": {"id": "c-1", "matter": "m-1", "do": RECEIVE}, "texts": {"text": "路灯不亮"}}
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: send(service, RESIDENT, body), range(8))]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["written"][0]["version"] == 1
    other = send(service, RESIDENT, {**body, "texts": {"text": "电梯坏了"}})
    assert (other.status_code, other.json()["code"]) == (422, "command_id_reused")


def test_passing_the_buck_is_refused_with_the_clause_and_what_would_be_allowed(
    service: Service,
) -> None:
    service.bring("m-1")
    refused = service.give(BUREAU, "m-1", {"type": "send_back/1"})
    said = refused.json()
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert (said["code"], said["clause"], said["recorded"]) == ("send_back", "FR5", True)
    assert "FR5" in said["detail"]
    assert {"name": "report_in", "label": "report in"} in said["allowed"]
    assert "send_back" not in {each["name"] for each in said["allowed"]}


def test_every_condition_is_told_at_once_in_the_reader_s_language(service: Service) -> None:
    service.bring("m-1")
    with service.client(BUREAU, lang="zh-CN,zh;q=0.9,en;q=0.8") as client:
        do = {"type": "feed_back/1", "result": "solved"}
        body = {"command": {"id": "c-1", "matter": "m-1", "do": do}}
        refused = client.post("/commands", json=body)
    codes = {each["code"] for each in refused.json()["unmet"]}
    assert {"not_reported_in", "answer_without_evidence"} <= codes
    assert refused.json()["title"] == "不予办理"
    assert refused.json()["command"]["label"] == "反馈"
    assert refused.headers["content-language"] == "zh"


def test_not_permitted_looks_the_same_where_nothing_is(service: Service) -> None:
    service.bring("m-1")
    there, nowhere = (service.give(OTHERS, matter, REPORT_IN) for matter in ("m-1", "m-2"))
    assert there.status_code == nowhere.status_code == 403
    assert there.content == nowhere.content
    assert there.json()["code"] == "not_permitted"
    assert "allowed" not in there.json()
    assert service.give(CENTRE, "m-1", REPORT_IN).status_code == 403


COMMAND = {"id": "c-1", "matter": "m-1", "do": DISPATCH}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "JSON"),
        (b'{"command": "\\ud800"}', "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[" * 100_000, "JSON"),
        ([], '"command"'),
        ({"command": COMMAND, "when": "now"}, '"command"'),
        ({"command": COMMAND | {"by": {"id": "ma", "roles": ["street"]}}}, "no more"),
        ({"command": COMMAND | {"matter": "with blanks"}}, "matter"),
        ({"command": COMMAND | {"id": 7}}, "id"),
        ({"command": COMMAND | {"id": "timer:m-1"}}, "system"),
        ({"command": COMMAND | {"do": {"type": "sing/1"}}}, "sing/1"),
        ({"command": COMMAND | {"do": {"type": "blow/1"}}}, "kind"),
        ({"command": COMMAND | {"occurred_at": "yesterday"}}, "instant"),
        ({"command": COMMAND, "texts": {"text": 7}}, "texts"),
        ({"command": COMMAND, "texts": {"Text!": "words"}}, "Text!"),
    ],
)
def test_what_makes_no_sense_is_told(service: Service, body: Any, told: str) -> None:
    with service.client(STREET) as client:
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        wrong = client.post("/commands", **sent)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "malformed")
    assert told in wrong.json()["detail"]


def test_a_body_has_an_end(service: Service) -> None:
    with service.client(STREET) as client:
        assert client.post("/commands", content=b" " * (MOST + 1)).status_code == 413
        assert client.get("/commands").status_code == 405
        assert client.get("/nowhere").json() == {
            "status": 404, "code": "http", "title": "Not found", "detail": "Not Found",
        }  # fmt: skip
