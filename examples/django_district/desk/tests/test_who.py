"""Who may see and do what; and what a browser has to bring along."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from django.contrib.auth.models import User
from django.test import Client, TestCase
from django.urls import reverse
from whistle_engine import Role

from desk.people import actor_of
from desk.tests.support import APPEAL, PASSWORD, People

LOCALE = Path(__file__).parents[1] / "locale" / "zh_Hans" / "LC_MESSAGES"
ROOT = Path(__file__).parents[1]


class Who(People, TestCase):
    def test_every_page_asks_who_it_is(self) -> None:
        matter = self.dispatched()
        proof = "5f1d6f0e-0000-4000-8000-000000000000"
        for address in (
            "/", "/ledger/", "/appeals/new/", f"/matters/{matter}/",
            f"/matters/{matter}/mark/", f"/evidence/{proof}/",
        ):  # fmt: skip
            sent = Client().get(address)
            self.assertRedirects(sent, f"/login/?next={address}", msg_prefix=address)
        self.assertEqual(Client().get("/admin/").status_code, 302)

    def test_logging_in_on_the_page(self) -> None:
        browser = Client()
        sent = browser.post("/login/", {"username": "gulou", "password": PASSWORD}, follow=True)
        self.assertContains(sent, "鼓楼社区")
        self.assertEqual(browser.post("/logout/").status_code, 302)
        self.assertEqual(browser.get("/").status_code, 302)

    def test_what_is_not_yours_is_not_there(self) -> None:
        matter = self.dispatched()
        for name in ("zhifa", "yumin"):
            for page in (f"/matters/{matter}/", f"/matters/{matter}/report_in/"):
                self.assertEqual(self.as_(name).get(page).status_code, 404, (name, page))
            self.assertNotContains(self.as_(name).get("/ledger/"), matter)
            self.assertNotContains(self.as_(name).get("/"), matter)
        self.assertEqual(self.as_("zhifa").get(f"/ledger/?after={matter}").status_code, 404)
        there, nothing = (
            self.as_("zhifa").get(f"/matters/{each}/").content.partition(b"<main>")
            for each in (matter, "nothing")
        )
        self.assertEqual(there[2], nothing[2])

    def test_what_is_not_your_part_is_refused(self) -> None:
        matter = self.dispatched()
        sent = self.do("gulou", matter, "report_in")
        self.assertContains(sent, "you may not do this to it", status_code=409)

    def test_a_community_enters_appeals_for_its_own_place(self) -> None:
        sent = self.as_("gulou").post("/appeals/new/", {**APPEAL, "place": "yumin"})
        self.assertContains(sent, "yumin is not one of the available choices", status_code=400)

    def test_a_form_has_to_come_from_its_page(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(User.objects.get(username="li"))
        self.assertEqual(browser.post("/appeals/new/", APPEAL).status_code, 403)

    def test_an_account_without_a_profile(self) -> None:
        browser = Client(headers={"accept-language": "en"})
        browser.force_login(User.objects.create_user("new", password=PASSWORD))
        sent = browser.get("/")
        self.assertContains(sent, "has to give your account a profile", status_code=403)
        self.assertNotContains(sent, "Enter an appeal", status_code=403)

    def test_an_administrator_is_led_to_the_accounts(self) -> None:
        browser = Client()
        browser.force_login(User.objects.create_superuser("new", password=PASSWORD))
        self.assertRedirects(browser.get("/"), "/admin/")
        browser.force_login(User.objects.get(username="gulou"))
        User.objects.filter(username="gulou").update(is_staff=True)
        self.assertEqual(browser.get("/").status_code, 200)

    def test_an_administrator_makes_somebody_a_receiver(self) -> None:
        browser = Client()
        browser.force_login(User.objects.create_superuser("root", password=PASSWORD))
        user = User.objects.create_user("wu", password=PASSWORD)
        role = user.groups.model.objects.get(name="receiver")
        address = reverse("admin:auth_user_change", args=[user.pk])
        page = browser.get(address)
        self.assertContains(page, "工作身份")
        fields = {
            "username": "wu", "is_active": "on", "groups": [role.pk],
            "date_joined_0": "2026-01-01", "date_joined_1": "00:00",
            "profile-TOTAL_FORMS": 1, "profile-INITIAL_FORMS": 0,
            "profile-0-actor": "minzheng.receiver", "profile-0-unit": "minzheng",
        }  # fmt: skip
        self.assertEqual(browser.post(address, fields).status_code, 302)
        actor = actor_of(User.objects.get(pk=user.pk))
        self.assertEqual(actor.id, "minzheng.receiver")
        self.assertEqual((actor.roles, actor.unit), (frozenset({Role.RECEIVER}), "minzheng"))
        self.assertNotContains(browser.get(address), 'name="profile-0-actor"')
        for page in ("registration", "attachment"):
            self.assertContains(browser.get(f"/admin/desk/{page}/"), "0", status_code=200)

    def test_the_chinese_is_whole_and_compiled(self) -> None:
        with (LOCALE / "django.mo").open("rb") as file:
            compiled = gettext.GNUTranslations(file)
        written = re.findall(
            r'msgid "(.+)"\nmsgstr "(.+)"', (LOCALE / "django.po").read_text("utf-8")
        )
        said = dict(written)
        for english, chinese in written:
            self.assertEqual(compiled.gettext(english), chinese)
        used = [
            text
            for form, pattern in (
                ("*.html", r'{% translate "([^"]+)"'),
                ("*.py", r'\b_\(\s*"([^"]+)"'),
            )
            for path in ROOT.rglob(form)
            if "tests" not in path.parts
            for text in re.findall(pattern, path.read_text("utf-8"))
        ]
        self.assertGreater(len(used), 50)
        self.assertEqual(sorted(set(used)), sorted(said))
