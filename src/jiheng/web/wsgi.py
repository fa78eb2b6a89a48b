"""The platform as a WSGI application."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, close_old_connections
from django.http import HttpResponse

from jiheng.rules.warming import warm_beside
from jiheng.web.held import hold_open

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiheng.web.settings")
application = get_wsgi_application()
hold_open()
warm_beside()


def sender(environ: dict[str, Any]) -> int | None:
    """The person who is logged in with a request, before it is handled; ``None`` where nobody is."""
    request = WSGIRequest(environ)
    close_old_connections()
    try:
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        person: int | None = get_user(request).pk
        return person
    except DatabaseError:  # the page is about to meet it too, and says so
        return None
    finally:
        close_old_connections()
