"""The application's own rows, beside the engine's: who people are, and what they brought."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from uuid import UUID, uuid5

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from whistle_engine import Evidence

from desk import words


class Profile(models.Model):
    """How the engine knows a user; the roles are the user's groups."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))
    actor = models.CharField(
        _("id in histories"),
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"^[\w.:/@-]+\Z")],
        help_text=_("For receivers, the one in the directory. It cannot be changed later."),
    )
    unit = models.CharField(_("unit"), max_length=100, blank=True, choices=words.units)

    class Meta:
        """What the admin calls them."""

        verbose_name = verbose_name_plural = _("profile")

    def __str__(self) -> str:
        """The id in histories."""
        return str(self.actor)


class Registration(models.Model):
    """Who entered which appeal: written in the same transaction as the matter itself."""

    matter = models.CharField(_("matter"), max_length=100, primary_key=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("entered by"))
    at = models.DateTimeField(_("entered at"), auto_now_add=True)

    class Meta:
        """What the admin calls them."""

        verbose_name = verbose_name_plural = _("appeals entered")
        ordering = ["-at"]

    def __str__(self) -> str:
        """The matter."""
        return str(self.matter)


def under_its_id(attachment: Attachment, name: str) -> str:
    """Where a file is stored: under the id of its row, so that no name is taken twice."""
    return f"evidence/{attachment.id}{Path(name).suffix}"


class Attachment(models.Model):
    """A proof: the file is Django's, where it lies and its digest are the engine's."""

    id = models.UUIDField(primary_key=True)
    matter = models.CharField(_("matter"), max_length=100, db_index=True)
    name = models.CharField(_("name"), max_length=255)
    file = models.FileField(_("file"), upload_to=under_its_id)
    digest = models.CharField(_("digest"), max_length=71)
    media_type = models.CharField(_("media type"), max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"))
    at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        """What the admin calls them."""

        verbose_name = verbose_name_plural = _("proofs")
        ordering = ["at"]

    def __str__(self) -> str:
        """The name that the file had."""
        return str(self.name)

    @classmethod
    def of(cls, upload: UploadedFile, command: UUID, number: int, **more: object) -> Attachment:
        """A proof that came with a command, not saved yet; sent again, it has the same id."""
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        return cls(
            id=uuid5(command, str(number)),
            name=upload.name,
            file=upload,
            digest=f"sha256:{digest.hexdigest()}",
            media_type=mimetypes.guess_type(upload.name)[0],
            **more,
        )

    @property
    def evidence(self) -> Evidence:
        """What the engine is told of it."""
        return Evidence(reverse("evidence", args=[self.id]), self.digest, self.media_type)
