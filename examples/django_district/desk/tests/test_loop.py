from __future__ import annotations

import hashlib
import re

from django.test import TestCase
from django.utils import translation
from whistle_engine.commands import NAMES, ReportProgress

from desk.choosing import Desk
from desk.forms import ACTS, ActForm
from desk.hosting import engine
from desk.models import Attachment, Registration
from desk.people import actor_of
from desk.tests.support import PICTURE, People, picture


class Loop(People, TestCase):
    def test_from_an_appeal_to_its_end(self) -> None:
        matter = self.dispatched()
        inbox = self.as_("chengguan").get("/")
        self.assertContains(inbox, "Reporting in")
        self.assertContains(inbox, matter)
        self.done("chengguan", matter, "report_in")
        self.done(
            "chengguan", matter, "feed_back",
            result="solved", evidence=[picture()], **{"text.text": "修好了"},
        )  # fmt: skip
        self.done("chengguan", matter, "tell", raiser="resident-li", **{"text.text": "灯亮了"})
        self.done("gulou", matter, "mark", solved="solved", satisfied="satisfied")
        self.done("li", matter, "mark", solved="solved", satisfied="mostly")

        page = self.as_("li").get(f"/matters/{matter}/").content.decode()
        self.assertIn("closed · settled", page)
        for said in (
            "路灯不亮",
            "修好了",
            "灯亮了",
            "lamp.jpg",
            "District Urban Management Bureau",
        ):
            self.assertIn(said, page)
        self.assertContains(self.as_("yunying").get("/ledger/?open=no"), matter)
        self.assertNotContains(self.as_("yunying").get("/ledger/?open=yes"), matter)
        self.assertContains(self.as_("li").get("/"), matter)

    def test_a_proof_is_djangos_file_and_the_engines_digest(self) -> None:
        matter = self.dispatched()
        self.done("chengguan", matter, "report_in")
        self.done(
            "chengguan", matter, "report_progress",
            evidence=[picture(), picture(b"another", "b.png")], **{"text.text": "a beginning"},
        )  # fmt: skip
        (told,) = engine().commits(actor_of(Registration.objects.get(pk=matter).by), matter)[-1:]
        act = told.command.do
        assert isinstance(act, ReportProgress)
        first, second = act.evidence
        self.assertEqual(first.digest, f"sha256:{hashlib.sha256(PICTURE).hexdigest()}")
        self.assertEqual((first.media_type, second.media_type), ("image/jpeg", "image/png"))
        got = self.as_("li").get(first.uri)
        self.assertEqual(b"".join(got.streaming_content), PICTURE)
        self.assertEqual(self.as_("zhifa").get(first.uri).status_code, 404)

    def test_other_files_are_no_proofs(self) -> None:
        matter = self.dispatched()
        page = b"<script>alert(1)</script>"
        sent = self.do(
            "chengguan", matter, "report_progress",
            evidence=[picture(page, "page.html")], **{"text.text": "…"},
        )  # fmt: skip
        self.assertContains(sent, "“html” is not allowed", status_code=400)
        self.assertFalse(Attachment.objects.exists())

    def test_sending_back_is_refused_with_its_clause(self) -> None:
        matter = self.dispatched()
        self.assertContains(self.as_("chengguan").get(f"/matters/{matter}/"), "/send_back/")
        sent = self.do("chengguan", matter, "send_back", sure="yes", **{"text.reason": "not ours"})
        self.assertContains(sent, "FR5", status_code=409)
        self.assertContains(sent, "The attempt is recorded", status_code=409)
        self.assertContains(sent, f"/matters/{matter}/report_in/", status_code=409)
        page = self.as_("gulou").get(f"/matters/{matter}/")
        self.assertContains(page, "tried to send the matter back; refused, and counted (FR5)")
        self.assertContains(page, "<b>The reason</b><br>not ours")

    def test_an_attempt_goes_on_record_only_if_it_is_meant(self) -> None:
        matter = self.dispatched()
        self.done("chengguan", matter, "report_in")
        li = actor_of(Registration.objects.get(pk=matter).by)
        before = engine().commits(li, matter)
        for act in ("send_back", "feed_back"):
            sent = self.do("chengguan", matter, act, result="solved")
            self.assertContains(sent, "Nothing was sent yet", status_code=409)
            self.assertContains(sent, 'name="sure"', status_code=409)
            self.assertNotContains(sent, "is recorded", status_code=409)
            self.assertEqual(engine().commits(li, matter), before, act)
        for number, act in enumerate(("send_back", "feed_back"), 1):
            sent = self.do("chengguan", matter, act, result="solved", sure="yes")
            self.assertNotContains(sent, 'name="sure"', status_code=409)
            self.assertEqual(len(engine().commits(li, matter)), len(before) + number, act)

    def test_after_a_refusal_the_same_page_goes_on(self) -> None:
        matter = self.dispatched()
        self.done("chengguan", matter, "report_in")
        hollow = self.do("chengguan", matter, "feed_back", result="solved")
        self.assertContains(hollow, "FR6", status_code=409)
        self.assertContains(hollow, "Nothing was sent yet", status_code=409)
        (command,) = re.findall(r'name="command" value="([^"]+)"', hollow.content.decode())
        whole = {"command": command, "result": "solved", "text.text": "ok", "evidence": [picture()]}
        sent = self.as_("chengguan").post(f"/matters/{matter}/feed_back/", whole)
        self.assertEqual(sent.status_code, 302)

    def test_a_caller_without_an_account(self) -> None:
        matter = self.enter("hotline", **{"text.contact": "老张 139…", "channel": "hotline"})
        page = self.as_("hotline").get(f"/matters/{matter}/")
        self.assertContains(page, "<b>The contact</b><br>老张 139…")
        (raiser,) = engine().matter(actor_of(Registration.objects.get().by), matter).raisers
        self.assertEqual(raiser.id, f"caller-{matter}")

    def test_an_appeal_is_split(self) -> None:
        matter = self.enter()
        parts = {"parts.0.kind": "help", "parts.0.category": "street_lamp"}
        self.done("gulou", matter, "split", **parts, **{"parts.1.kind": "enquiry"})
        self.assertEqual(self.as_("gulou").get("/ledger/").content.decode().count("<tr>"), 4)

    def test_every_command_has_a_form_in_both_languages(self) -> None:
        matter = self.dispatched()
        li = Registration.objects.get().by
        state = engine().matter(actor_of(li), matter)
        for language in ("zh-hans", "en"):
            with translation.override(language):
                for name, act in ACTS.items():
                    shown = str(ActForm(Desk(li, actor_of(li), act, state)))
                    self.assertIn('name="command"', shown, name)
        self.assertEqual(
            set(NAMES.values()) - set(ACTS), {"receive", "fire_timer", "fix_due_times"}
        )

    def test_pages_in_chinese(self) -> None:
        matter = self.dispatched()
        self.as_("chengguan").post("/language/", {"language": "zh-hans"})
        page = self.as_("chengguan").get(f"/matters/{matter}/").content.decode()
        for said in ("现在可以办理", "已派单", "报到", "兴庆区城市管理局", "首问负责单位", "退单"):
            self.assertIn(said, page)
        self.assertNotIn("What you may do now", page)
        refused = self.do("chengguan", matter, "send_back")
        self.assertContains(refused, "首问负责规则FR5", status_code=409)

    def test_the_ledger_turns_its_pages(self) -> None:
        entered = [self.enter() for _ in range(30)]
        first = self.as_("gulou").get("/ledger/").content.decode()
        (more,) = re.findall(r'href="(\?[^"]*after=[^"]+)"', first)
        second = self.as_("gulou").get("/ledger/" + more.replace("&amp;", "&")).content.decode()
        seen = [re.findall(r'/matters/([^/"]+)/"', page) for page in (first, second)]
        self.assertEqual([len(page) for page in seen], [25, 5])
        self.assertEqual(sorted(seen[0] + seen[1]), sorted(entered))
