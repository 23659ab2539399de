"""The addresses of the pages."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.i18n import set_language

from desk import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("ledger/", views.ledger, name="ledger"),
    path("appeals/new/", views.register, name="register"),
    path("matters/<str:matter>/", views.matter, name="matter"),
    path("matters/<str:matter>/<slug:name>/", views.act, name="act"),
    path("evidence/<uuid:proof>/", views.evidence, name="evidence"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", login_not_required(set_language), name="language"),
    path("admin/", admin.site.urls),
]
