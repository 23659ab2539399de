"""The way in for a web server, such as gunicorn: ``district.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district.settings")
application = get_wsgi_application()
