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

DATABASES = {
    "default": {
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
}
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
