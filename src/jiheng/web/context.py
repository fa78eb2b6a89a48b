"""What every page's template knows: what this person may open, and what waits for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jiheng.web.org.permissions import PERMISSIONS, allowed
from jiheng.web.supervision.queries import unread


def page(request: HttpRequest) -> dict[str, Any]:
    """``may`` maps permissions (with _ for .) to whether this person has them anywhere."""
    person = getattr(request, "user", None)
    may = (
        {name.replace(".", "_"): allowed(person, name) for name in PERMISSIONS}
        if person and person.is_authenticated
        else {}
    )
    return {"may": may, "demo": settings.DEMO, "unread": lambda: unread(person)}
