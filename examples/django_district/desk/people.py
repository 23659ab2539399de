"""Who acts: Django's users and groups, as the engine's actors."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from whistle_engine import Actor, Role

from desk.models import Profile

ROLES = tuple(role for role in Role if role is not Role.SYSTEM)
"""The roles of people; each is the name of a group."""


def actor_of(user: AbstractBaseUser) -> Actor:
    """The actor that a user is: the id and the unit of the profile, the roles of the groups.

    Raises:
        PermissionDenied: there is no profile yet.
    """
    profile = Profile.objects.filter(user=user).first()
    if profile is None:
        raise PermissionDenied(_("An administrator has to give your account a profile first."))
    names = set(user.groups.values_list("name", flat=True))
    roles = frozenset(role for role in ROLES if role.value in names)
    return Actor(id=profile.actor, roles=roles, unit=profile.unit or None)


def only_administers(user: AbstractBaseUser) -> bool:
    """Tell whether somebody edits accounts, and works on no matters."""
    return bool(user.is_staff) and not Profile.objects.filter(user=user).exists()


def make_groups(**_signal: object) -> None:
    """Make the groups; Django calls it after migrating."""
    for role in ROLES:
        Group.objects.get_or_create(name=role.value)


def context(request: HttpRequest) -> dict[str, object]:
    """For every page: the profile of who looks at it, if there is one."""
    return {"profile": Profile.objects.filter(user_id=request.user.pk).first()}
