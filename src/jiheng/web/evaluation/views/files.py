"""Files that are handed out."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from django.http import FileResponse, HttpResponse

from jiheng.web.evaluation.documents import TYPES


def _named(response: HttpResponse, ending: str, name: str) -> HttpResponse:
    told = f"attachment; filename=\"export.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    response["Content-Disposition"] = told
    return response


def attachment(data: bytes, ending: str, name: str) -> HttpResponse:
    """A file under its Chinese name."""
    return _named(HttpResponse(data, content_type=TYPES[ending]), ending, name)


def stored(path: Path, ending: str, name: str) -> HttpResponse:
    """The same of a file that lies on the disk."""
    return _named(FileResponse(path.open("rb"), content_type=TYPES[ending]), ending, name)
