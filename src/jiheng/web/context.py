"""What every page's template knows: what this person may open, and what waits for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jiheng.web.org.permissions import PERMISSIONS, allowed
from jiheng.web.supervision.queries import unread

_NAMES = {name.replace(".", "_"): name for name in PERMISSIONS}


class May:
    """Permissions (with _ for .) → whether a person has them anywhere; found out where a template asks, and once: it
    asks for some dozen of more than forty."""

    def __init__(self, person: Any) -> None:
        self.person = person
        self.known: dict[str, bool] = {}

    def __getitem__(self, name: str) -> bool:
        if name not in self.known:
            self.known[name] = allowed(self.person, _NAMES[name])
        return self.known[name]


def page(request: HttpRequest) -> dict[str, Any]:
    """``may``, whether the demonstration's accounts are shown, and how many messages are unread."""
    person = getattr(request, "user", None)
    may = May(person) if person and person.is_authenticated else {}
    return {"may": may, "demo": settings.DEMO, "unread": lambda: unread(person)}
