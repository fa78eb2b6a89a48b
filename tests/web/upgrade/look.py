"""Run in a process of its own on the upgraded database: what it holds of the columns asked for, as JSON.

Standard input: ``{table: [column, …]}``; standard output: see :func:`main`.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from pyotp import TOTP  # noqa: E402

from jiheng.web.backup.contents import line  # noqa: E402
from jiheng.web.execution.models import Evidence, ImportBatch  # noqa: E402
from jiheng.web.org.models import Person  # noqa: E402
from jiheng.web.supervision.queries import verify  # noqa: E402


def rows(label: str, names: list[str]) -> dict[str, list[Any]]:
    """Rows by key; of a column that is gone nothing."""
    model = apps.get_model(label)
    known = {f.attname for f in model._meta.local_concrete_fields}
    asked = [name for name in names if name in known]
    found = model._base_manager.order_by("pk").values_list("pk", *asked)
    told = {str(pk): dict(zip(asked, json.loads(line(values)), strict=True)) for pk, *values in found}
    return {pk: [values.get(name, "(gone)") for name in names] for pk, values in told.items()}


def log_in(username: str, password: str, secret: str) -> list[str]:
    """The addresses that a login with a one-time code leads to."""
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(REMOTE_ADDR="10.9.8.7")
    first = client.post("/login/", {"username": username, "password": password})
    second = client.post(first["Location"], {"code": TOTP(secret).now()})
    return [first["Location"], second["Location"], str(client.session.get("_auth_user_id"))]


def pages() -> dict[str, int]:
    """How the page of each import answers who brought it in."""
    client, found = Client(), {}
    for batch in ImportBatch.objects.select_related("by"):
        client.force_login(batch.by, "django.contrib.auth.backends.ModelBackend")
        found[str(batch.pk)] = client.get(reverse("execution-import", args=[batch.pk])).status_code
    return found


def main() -> None:
    """Rows, digests of files, the kind of owner of each evidence, the state of the trail, pages of imports, a login."""
    asked = json.load(sys.stdin)
    root = Path(settings.MEDIA_ROOT)
    told: dict[str, Any] = {
        "rows": {label: rows(label, names) for label, names in asked["columns"].items()},
        "files": {
            f"media/{p.relative_to(root).as_posix()}": sha256(p.read_bytes()).hexdigest()
            for p in root.rglob("*")
            if p.is_file()
        },
        "owners": {str(e.pk): e.content_type.model if e.owner else "" for e in Evidence.objects.all()},
        "trail": verify(),
        "pages": pages(),
        "login": log_in(*asked["login"]),
        "person": str(Person.objects.get(username=asked["login"][0]).pk),
    }
    json.dump(told, sys.stdout, ensure_ascii=False)


main()
