"""The application's tables; the engine makes its own, see ``desk.hosting.make_tables``."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import desk.models
import desk.words

WHO = {"on_delete": django.db.models.deletion.PROTECT, "to": settings.AUTH_USER_MODEL}


class Migration(migrations.Migration):
    """The first."""

    initial = True
    dependencies = (migrations.swappable_dependency(settings.AUTH_USER_MODEL),)
    operations = (
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "actor",
                    models.CharField(
                        max_length=100,
                        unique=True,
                        verbose_name="id in histories",
                        help_text="For receivers, the one in the directory. "
                        "It cannot be changed later.",
                        validators=[django.core.validators.RegexValidator(r"^[\w.:/@-]+\Z")],
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True, choices=desk.words.units, max_length=100, verbose_name="unit"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={"verbose_name": "profile", "verbose_name_plural": "profile"},
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "matter",
                    models.CharField(
                        max_length=100, primary_key=True, serialize=False, verbose_name="matter"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="entered at")),
                ("by", models.ForeignKey(verbose_name="entered by", **WHO)),
            ],
            options={
                "verbose_name": "appeals entered",
                "verbose_name_plural": "appeals entered",
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "matter",
                    models.CharField(db_index=True, max_length=100, verbose_name="matter"),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("file", models.FileField(upload_to=desk.models.under_its_id, verbose_name="file")),
                ("digest", models.CharField(max_length=71, verbose_name="digest")),
                ("media_type", models.CharField(max_length=100, verbose_name="media type")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="uploaded at")),
                ("by", models.ForeignKey(verbose_name="uploaded by", **WHO)),
            ],
            options={
                "verbose_name": "proofs",
                "verbose_name_plural": "proofs",
                "ordering": ["at"],
            },
        ),
    )
