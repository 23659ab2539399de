"""What stands on the pages: whose move it is, what to press, and what is asked for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from unittest.mock import patch

from django.test import TestCase
from django.utils import timezone
from whistle_engine.commands import NAMES

from desk.hosting import rules
from desk.tests.support import APPEAL, People
from desk.words import CAPTIONS, unit


def acts(page: str) -> list[str]:
    """The acts that have a button, in order."""
    return re.findall(r'class="button[^"]*" href="/matters/[^/]+/(\w+)/"', page)


class Pages(People, TestCase):
    def page(self, name: str, matter: str) -> str:
        return str(self.as_(name).get(f"/matters/{matter}/").content.decode())

    def test_an_inbox_tells_what_a_matter_is_about(self) -> None:
        long = "朝阳巷3号楼门前的路灯坏了三天" * 4
        matter = self.enter(**{"text.text": long})
        inbox = self.as_("gulou").get("/")
        for said in (long[:39] + "…", "request for help", matter, "Classification"):
            self.assertContains(inbox, said)
        self.assertNotContains(inbox, long)

    def test_what_settles_the_duty_comes_first_and_the_rest_is_folded(self) -> None:
        matter = self.dispatched()
        shown, _, folded = self.page("chengguan", matter).partition("What else you may do")
        self.assertEqual(acts(shown), ["report_in"])
        self.assertIn("feed_back", acts(folded))
        self.assertNotIn("report_in", acts(folded))
        self.assertEqual(acts(folded)[-1], "send_back")
        self.assertLess(folded.index("Nothing flows back"), folded.index("/send_back/"))
        self.done("chengguan", matter, "report_in")
        shown, _, _ = self.page("chengguan", matter).partition("What else you may do")
        self.assertEqual(acts(shown), ["feed_back"])

    def test_what_is_no_duty_is_not_folded_away(self) -> None:
        page = self.page("li", self.dispatched())
        self.assertIn("<details open><summary>What else you may do", page)
        self.assertEqual(acts(page), ["add", "urge", "withdraw"])

    def test_one_is_told_once_who_one_is(self) -> None:
        page = self.page("chengguan", self.dispatched())
        self.assertEqual(page.count("You are:"), 1)
        for party in ("responder", "lead", "first responder"):
            self.assertIn(f'<span class="tag">{party}</span>', page)

    def test_captions(self) -> None:
        self.assertLessEqual(set(CAPTIONS), set(NAMES.values()))
        self.assertContains(self.as_("li").get("/appeals/new/"), "<h1>Enter an appeal</h1>")
        sent = self.as_("li").get(f"/matters/{self.enter()}/")
        self.assertContains(sent, "Done: Enter an appeal")

    def test_only_joint_units_that_are_late_can_be_done_without(self) -> None:
        with patch("django.utils.timezone.now", return_value=self.ago(19)):
            matter = self.enter(**APPEAL | {"facts.category": "snow_clearing"})
            self.done("gulou", matter, "classify", **{"facts.public_power": "yes"})
            self.done("xinhuajie", matter, "blow", kind="quick")
            self.done("yunying", matter, "dispatch")
            self.done("jiaojing", matter, "report_in")
        form = f"/matters/{matter}/feed_back/"
        self.assertNotContains(self.as_("chengguan").get(form), 'name="without"')
        with patch("django.utils.timezone.now", return_value=self.ago(-2)):
            late = self.as_("chengguan").get(form).content.decode()
        (choices,) = re.findall(r'<select name="without".*?</select>', late, re.DOTALL)
        self.assertEqual(re.findall(r'value="(\w+)"', choices), ["jiaojing"])

    def test_categories_stand_under_who_leads_them(self) -> None:
        page = self.as_("gulou").get("/appeals/new/").content.decode()
        select = re.search(r'<select name="facts.category".*?</select>', page, re.DOTALL)
        assert select is not None
        groups = dict(
            re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', select[0], re.DOTALL)
        )
        self.assertIn('value="street_lamp"', groups[unit("chengguan")])
        told = [code for group in groups.values() for code in re.findall(r'value="(\w+)"', group)]
        known = {row.code for row in rules().policy.categories}
        self.assertEqual(sorted(told), sorted(known))  # each once
        self.assertLess(max(group.count("<option") for group in groups.values()), 60)

    def ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def setUp(self) -> None:
        super().setUp()
        self.now: datetime = timezone.now()
        self.add("jiaojing", "receiver", "jiaojing")
