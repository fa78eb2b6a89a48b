"""Sessions in the database; one that was ended elsewhere while a request ran stays ended, and the request stands."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError


class SessionStore(db.SessionStore):
    """As Django's. There, whoever logs out in one window turns the answer of another, whose work is done, into 400."""

    def save(self, must_create: bool = False) -> None:
        """Write the session, unless it is gone."""
        try:
            super().save(must_create)
        except UpdateError:
            self.modified = False
