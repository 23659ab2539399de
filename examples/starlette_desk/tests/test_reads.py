"""Reads over HTTP: whose they are, page by page, and only when something has changed."""

from __future__ import annotations

from typing import Any

import pytest
from whistle_engine import Role
from whistle_engine.model import Actor

from desk.demo import BUREAU, CENTRE, COMMUNITY, RESIDENT, STREET
from desk.titles import chosen
from desk.tokens import Tokens
from tests.serving import HOUR, REPORT_IN, SECRET, Service

OTHERS = Actor(id="qin", roles=frozenset({Role.RECEIVER}), unit="jiaoyu")


def pages(service: Service, actor: Actor, path: str, **query: str) -> list[list[dict[str, Any]]]:
    """All pages of a list, each by the cursor of the one before."""
    found: list[list[dict[str, Any]]] = []
    after: dict[str, str] = {}
    while True:
        page = service.get(actor, path, **query, **after).json()
        found.append(page["items"])
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def test_lists_come_page_by_page(service: Service) -> None:
    names = [f"m-{number}" for number in range(5)]
    for number, name in enumerate(names):
        service.clock.now += HOUR / 60
        service.bring(name, steps=4 if number < 3 else 2)
    inbox = pages(service, BUREAU, "/inbox", limit="2")
    assert [len(page) for page in inbox] == [2, 2, 2]
    rows = [row for page in inbox for row in page]
    assert [row["due"] for row in rows] == sorted(row["due"] for row in rows)
    assert {(r["matter"], r["what"]["code"]) for r in rows} == {
        (name, what) for name in names[:3] for what in ("report_in", "solve")
    }
    ledger = pages(service, STREET, "/ledger", limit="2")
    assert [[row["matter"] for row in page] for page in ledger] == [
        names[:2],
        names[2:4],
        names[4:],
    ]
    waiting = service.get(STREET, "/ledger", stage="awaiting_whistle", open="true").json()
    assert [row["matter"] for row in waiting["items"]] == names[3:]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/inbox", {"limit": "0"}),
        ("/inbox", {"limit": "many"}),
        ("/ledger", {"after": "a.b.c"}),
        ("/ledger", {"after": "路"}),
        ("/ledger", {"stage": "lost"}),
        ("/ledger", {"open": "perhaps"}),
        ("/ledger", {"colour": "red"}),
    ],
)
def test_a_query_that_makes_no_sense_is_told(
    service: Service, path: str, query: dict[str, str]
) -> None:
    wrong = service.get(STREET, path, **query)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "malformed")


def test_a_cursor_is_for_its_own_list(service: Service) -> None:
    service.bring("m-1")
    after = service.get(BUREAU, "/inbox", limit="1").json()["next"]
    assert service.get(BUREAU, "/inbox", after=after).json()["items"]
    assert service.get(STREET, "/ledger", after=after).status_code == 422
    assert service.get(BUREAU, "/inbox", after=after[:-8] + "AAAAAAAA").status_code == 422
    assert service.get(BUREAU, "/inbox", after=Tokens(SECRET).mint(BUREAU, HOUR)).status_code == 422


def test_an_inbox_is_sent_again_only_when_it_has_changed(service: Service) -> None:
    service.bring("m-1")
    with service.client(BUREAU) as client:
        first = client.get("/inbox")
        known = {"if-none-match": first.headers["etag"]}
        assert client.get("/inbox", headers=known).status_code == 304
        assert client.get("/inbox", headers=known | {"accept-language": "zh"}).status_code == 200
        service.clock.now += 5 * HOUR  # nothing happened, but the duty is late by now
        late = client.get("/inbox", headers=known)
        assert late.json()["items"][0]["lateness"] == {"code": "late", "label": "overdue"}
        service.give(BUREAU, "m-1", REPORT_IN)
        known = {"if-none-match": late.headers["etag"]}
        left = client.get("/inbox", headers=known).json()["items"]
    assert [row["what"]["code"] for row in left] == ["solve"]


def test_offers_are_what_the_engine_would_do(service: Service) -> None:
    service.bring("m-1", steps=2)
    (duty,) = service.get(STREET, "/inbox").json()["items"]
    (offer,) = duty["offers"]
    assert offer["label"] == "Blow · Quick whistle"
    assert service.get(CENTRE, "/inbox", unit="xinhuajie").json()["items"][0]["offers"] == []
    assert service.give(STREET, "m-1", offer["do"]).status_code == 200
    (duty,) = service.get(CENTRE, "/inbox").json()["items"]
    assert duty["offers"] == [{"do": {"type": "dispatch/1"}, "label": "Dispatch"}]
    assert duty["by_api"] == []


def test_what_has_no_button_names_the_command_instead(service: Service) -> None:
    service.bring("m-1")
    report_in, solve = service.get(BUREAU, "/inbox").json()["items"]
    assert (len(report_in["offers"]), report_in["by_api"]) == (1, [])
    assert (solve["offers"], solve["by_api"]) == ([], [{"name": "feed_back", "label": "feed back"}])
    (duty,) = service.get(CENTRE, "/inbox", unit="chengguan").json()["items"][:1]
    assert (duty["offers"], duty["by_api"]) == ([], [])  # it may look, and do nothing


def test_a_matter_is_shown_to_its_parties_alone(service: Service) -> None:
    service.bring("m-1")
    for path in ("/matters/m-1", "/matters/m-1/timeline"):
        there, nowhere = (service.get(OTHERS, each) for each in (path, path.replace("1", "2")))
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
        assert service.get(RESIDENT, path).status_code == 200
    assert service.get(OTHERS, "/inbox", unit="chengguan").json()["items"] == []
    assert service.get(OTHERS, "/ledger").json()["items"] == []
    why = service.get(COMMUNITY, "/matters/m-1").json()["duties"][0]["why"]
    assert "4 hours" in why


def test_a_history_is_told_in_the_reader_s_language(service: Service) -> None:
    service.bring("m-1")
    with service.client(STREET, lang="zh") as client:
        lines = client.get("/matters/m-1/timeline").json()["items"]
    assert "新华街街道吹响“快捷哨”。" in {line["text"] for line in lines}
    assert lines[0]["at"] == "2026-03-04T09:00:00+08:00"


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "zh"), ("fr", "zh"), ("en-GB,en;q=0.9", "en"), ("zh-Hans;q=0.5, en;q=0.4", "zh"),
        ("zh;q=0.3,EN;q=0.7", "en"), ("en;q=x", "zh"), ("en;q=0", "zh"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_wanted_most(header: str, lang: str) -> None:
    assert chosen(header) == lang
