"""Settings: ready for trying out; with DISTRICT_DEBUG=0, for real use."""

import os
from pathlib import Path

BASE = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("DISTRICT_FOLDER", BASE))
"""Where the database and the uploaded files lie."""

DEBUG = os.environ.get("DISTRICT_DEBUG", "1") == "1"
SECRET_KEY = "only for trying out" if DEBUG else os.environ.get("DISTRICT_SECRET_KEY", "")
ALLOWED_HOSTS = os.environ.get("DISTRICT_HOSTS", "localhost 127.0.0.1").split()
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG

WHISTLE_POLICY = "xingqing"
"""Whose rules these are: a policy that is shipped with the engine."""

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": FOLDER / "district.sqlite3",
    "OPTIONS": {
        # A command reads before it writes: its transaction takes the write lock at once.
        "transaction_mode": "IMMEDIATE",
        # On the disk when it returns, and nothing of the journal left that could come back.
        "init_command": "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL",
        "timeout": 20,
    },
    # In a file, so that the worker and the server's threads find it, as in real use.
    "TEST": {"NAME": FOLDER / "test.sqlite3"},
}


def at_url(url: str) -> dict[str, object]:
    """The settings for a PostgreSQL database, by its URL."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  only where it is used

    found = conninfo_to_dict(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host",
             "PORT": "port"}  # fmt: skip
    given = {key: found[name] for key, name in names.items() if found.get(name)}
    return {"ENGINE": "django.db.backends.postgresql", **given}


URL = os.environ.get("DISTRICT_DATABASE", "")
"""Such as postgresql://user@host/district; without it all lies in a file."""
DATABASES = {"default": at_url(URL) if URL else SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = FOLDER / "media"

INSTALLED_APPS = [
    "desk",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # every page, unless it says not
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.people.context",
            ]
        },
    }
]
ROOT_URLCONF = "district.urls"
WSGI_APPLICATION = "district.wsgi.application"
STATIC_URL = "static/"
STATIC_ROOT = FOLDER / "static"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "inbox"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"whistle_engine": {"handlers": ["console"], "level": "INFO"}},
}
