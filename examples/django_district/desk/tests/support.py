"""People, and the way they click through the pages."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, SimpleTestCase, override_settings
from whistle_engine import Actor, Role

from desk.demo import PEOPLE
from desk.management.commands.demo_data import make_user

PASSWORD = "made up"
PICTURE = b"\xff\xd8 a picture of a lamp"
APPEAL = {
    "channel": "visit",
    "kind": "help",
    "place": "gulou",
    "facts.category": "street_lamp",
    "text.text": "路灯不亮",
}


def picture(content: bytes = PICTURE, name: str = "lamp.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


class People(SimpleTestCase):
    """Mixed into tests: everybody has an account, and uploads go to a folder of the test's own."""

    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.media = Path(folder.name)
        settings = override_settings(
            MEDIA_ROOT=self.media,
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        )
        settings.enable()
        self.addCleanup(settings.disable)
        with transaction.atomic():
            for name, actor in PEOPLE.items():
                make_user(name, actor, PASSWORD)
        self.clients: dict[str, Client] = {}

    def add(self, name: str, role: str, unit: str) -> None:
        """One more account."""
        actor = Actor(id=f"{unit}.{role}", roles=frozenset({Role(role)}), unit=unit)
        make_user(name, actor, PASSWORD)

    def as_(self, name: str) -> Client:
        """A browser in which somebody is logged in."""
        if name not in self.clients:
            self.clients[name] = Client(headers={"accept-language": "en"})
            assert self.clients[name].login(username=name, password=PASSWORD)
        return self.clients[name]

    def enter(self, name: str = "li", **fields: str) -> str:
        """An appeal comes in; the number of its matter."""
        sent = self.as_(name).post("/appeals/new/", {"command": uuid4(), **APPEAL, **fields})
        assert sent.status_code == 302, sent.content.decode()
        return str(sent.url.split("/")[2])

    def do(self, name: str, matter: str, act: str, **fields: object) -> HttpResponse:
        """Somebody opens the form of an act, fills it in and sends it."""
        address = f"/matters/{matter}/{act}/"
        shown = self.as_(name).get(address)
        assert shown.status_code == 200, shown.status_code
        (command,) = re.findall(r'name="command" value="([^"]+)"', shown.content.decode())
        return self.as_(name).post(address, {"command": command, **fields})

    def done(self, name: str, matter: str, act: str, **fields: object) -> None:
        """The same, and it is accepted."""
        sent = self.do(name, matter, act, **fields)
        assert sent.status_code == 302, sent.content.decode()

    def dispatched(self) -> str:
        """A matter that has come as far as the urban management bureau."""
        matter = self.enter()
        self.done("gulou", matter, "classify", **{"facts.public_power": "yes"})
        self.done("xinhuajie", matter, "blow", kind="quick")
        self.done("yunying", matter, "dispatch")
        return matter
