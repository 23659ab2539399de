"""Who is who, edited by administrators; and the application's rows, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest

from desk.models import Attachment, Profile, Registration


class ProfileInline(admin.StackedInline):
    """The profile, on the page of the user; the groups there are the roles."""

    model = Profile

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """The id under which histories know somebody stays."""
        return ["actor"] if Profile.objects.filter(user=obj).exists() else []


class DeskUserAdmin(UserAdmin):
    """Django's own page of a user, with the profile."""

    inlines = (ProfileInline,)
    list_display = ("username", "profile", "is_staff")


class ReadOnly(admin.ModelAdmin):
    """Rows that were written beside a matter stay as they are."""

    list_display = ("__str__", "by", "at")
    list_filter = ("at",)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Nobody adds them here."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        """Nobody changes them."""
        return False

    has_delete_permission = has_change_permission


admin.site.unregister(User)
admin.site.register(User, DeskUserAdmin)
admin.site.register([Registration, Attachment], ReadOnly)
