"""The platform as a WSGI application."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from jiheng.rules.warming import warm_beside
from jiheng.web.held import hold_open

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiheng.web.settings")
application = get_wsgi_application()
hold_open()
warm_beside()
