"""What a backup holds of the database: which tables, at which schema, and how a row is written."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.utils.duration import duration_string

LEFT_OUT = ("contenttypes", "auth", "sessions", "protection", "once")
"""Made anew by the installation, or worth nothing elsewhere: sessions, failed logins, counts of requests, answers kept
for a day."""
EMPTIED = ("sessions", "protection", "once")
"""Of those, what belongs to the data that a restore replaces, and goes with it."""
_ROWS = 2000


def kept_models(registry: Any = apps) -> list[type[models.Model]]:
    """Every table of the platform's own, in the order of the apps; of an older schema, where one is given."""
    return [m for m in _all(registry) if m._meta.app_label not in LEFT_OUT]


def emptied_models() -> list[type[models.Model]]:
    """What a restore empties beside the tables that it fills."""
    return [m for m in _all(apps) if m._meta.app_label in EMPTIED]


def _all(registry: Any) -> list[type[models.Model]]:
    found = registry.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and not m._meta.proxy and not m._meta.swapped]


def schema() -> dict[str, list[str]]:
    """The migrations that this version of the program has, by app: what its tables look like."""
    labels = {m._meta.app_label for m in kept_models()}
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationLoader(None).disk_migrations):
        if app in labels:
            found.setdefault(app, []).append(name)
    return found


def columns(model: type[models.Model]) -> list[str]:
    """The columns of a table, as the model calls them."""
    return [f.attname for f in model._meta.local_concrete_fields]


def rows(model: type[models.Model]) -> Iterator[tuple[Any, ...]]:
    """Every row in the order of its key, a page at a time: no database driver then holds a whole table in memory."""
    key, names = model._meta.pk.attname, columns(model)
    place, found = names.index(key), model._base_manager.order_by(key)
    page = list(found.values_list(*names)[:_ROWS])
    kinds = _kinds(model)
    while page:
        yield from (_with_kinds(values, kinds) for values in page) if kinds else page
        page = list(found.filter(**{f"{key}__gt": page[-1][place]}).values_list(*names)[:_ROWS])


def names_a_kind(field: Any) -> bool:
    """Whether the column names a kind of object (a content type) by a key, which is another in every installation."""
    return bool(field.is_relation and field.related_model._meta.label_lower == "contenttypes.contenttype")


def _kinds(model: type[models.Model]) -> list[int]:
    return [n for n, f in enumerate(model._meta.local_concrete_fields) if names_a_kind(f)]


def _with_kinds(values: tuple[Any, ...], kinds: Sequence[int]) -> tuple[Any, ...]:
    found = list(values)
    for n in kinds:
        if found[n] is not None:
            found[n] = ".".join(ContentType.objects.get_for_id(found[n]).natural_key())
    return tuple(found)


def line(values: Sequence[Any]) -> bytes:
    """A row as one line of JSON; whatever is no JSON value is written as text that the field reads back."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_text).encode() + b"\n"


def _text(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_string(value)
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def read_back(field: models.Field[Any, Any], value: Any, connection: Any) -> Any:
    """A value of a line as the database wants it for this field.

    Raises ``ValueError``, ``TypeError``, ``AttributeError`` or Django's validation error.
    """
    if isinstance(field, models.JSONField):
        if value is None and field.null:
            return None
        return field.get_db_prep_value(value, connection)
    if value is not None and names_a_kind(field):
        app, model = value.split(".")
        value = ContentType.objects.get_or_create(app_label=app, model=model)[0].pk
    wanted = field.target_field if field.is_relation else field
    return field.get_db_prep_save(wanted.to_python(value), connection)
