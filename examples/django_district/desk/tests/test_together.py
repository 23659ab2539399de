"""The engine's rows and the application's: both or neither, and once."""

from __future__ import annotations

from unittest.mock import patch
from uuid import uuid4

from django.db import IntegrityError, OperationalError, connection
from django.test import TransactionTestCase

from desk.hosting import own_store
from desk.models import Attachment, Registration
from desk.tests.support import APPEAL, People, picture


def version(matter: str) -> int:
    """How many commits others see of a matter."""
    with own_store() as store:
        return len(store.load(matter).records)


class Together(People, TransactionTestCase):
    def test_a_row_that_fails_takes_the_matter_with_it(self) -> None:
        command = uuid4()
        with (
            patch.object(Registration, "save", side_effect=IntegrityError),
            self.assertRaises(IntegrityError),
        ):
            self.as_("li").post("/appeals/new/", {"command": command, **APPEAL})
        self.assertEqual((version(command.hex[:12]), Registration.objects.count()), (0, 0))
        sent = self.as_("li").post("/appeals/new/", {"command": command, **APPEAL})
        self.assertEqual(sent.status_code, 302)
        self.assertEqual((version(command.hex[:12]), Registration.objects.count()), (1, 1))

    def test_a_proof_that_fails_takes_the_command_and_the_other_proofs_with_it(self) -> None:
        matter = self.dispatched()
        before = version(matter)
        save, saved = Attachment.save, []

        def second_fails(proof: Attachment, **options: bool) -> None:
            save(proof, **options)
            saved.append(proof)
            if len(saved) > 1:
                raise IntegrityError

        with patch.object(Attachment, "save", second_fails), self.assertRaises(IntegrityError):
            self.do(
                "chengguan", matter, "report_progress",
                evidence=[picture(), picture(b"2")], **{"text.text": "begun"},
            )  # fmt: skip
        self.assertEqual(len(saved), 2)
        self.assertEqual((version(matter), Attachment.objects.count()), (before, 0))
        self.assertEqual([path for path in self.media.rglob("*") if path.is_file()], [])

    def test_what_fails_after_both_takes_both(self) -> None:
        command = uuid4()
        lost = patch.object(connection, "_commit", side_effect=OperationalError)
        with lost, self.assertRaises(OperationalError):
            self.as_("li").post("/appeals/new/", {"command": command, **APPEAL})
        self.assertEqual((version(command.hex[:12]), Registration.objects.count()), (0, 0))

    def test_a_double_click_counts_once(self) -> None:
        command = uuid4()
        sent = [self.as_("li").post("/appeals/new/", {"command": command, **APPEAL}) for _ in "12"]
        self.assertEqual({s.url for s in sent}, {f"/matters/{command.hex[:12]}/"})
        self.assertEqual((version(command.hex[:12]), Registration.objects.count()), (1, 1))

    def test_proofs_sent_twice_are_kept_once(self) -> None:
        matter = self.dispatched()
        fields = {"command": uuid4(), "text.text": "begun"}
        address = f"/matters/{matter}/report_progress/"
        for _ in range(2):
            sent = self.as_("chengguan").post(address, {**fields, "evidence": [picture()]})
            self.assertEqual(sent.status_code, 302)
        self.assertEqual((version(matter), Attachment.objects.count()), (5, 1))
        self.assertEqual(len(list(self.media.rglob("*.jpg"))), 1)

    def test_an_old_form_with_new_content_is_told_so(self) -> None:
        command = uuid4()
        self.as_("li").post("/appeals/new/", {"command": command, **APPEAL})
        sent = self.as_("li").post(
            "/appeals/new/", {"command": command, **APPEAL, "text.text": "something else"}
        )
        self.assertContains(sent, "sent before, with other content", status_code=409)
        self.assertEqual(version(command.hex[:12]), 1)
