"""Evidence files (佐证资料): kept under their digest below the media folder, named as they were uploaded."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db import models

from jiheng.web import transaction
from jiheng.web.execution.models import Evidence
from jiheng.web.locks import lock
from jiheng.web.plan.models import Project
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import record

MOST_BYTES = 20 * 2**20
MOST_FILES = 20
"""Of one value."""
KINDS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF",), ".jpg": (b"\xff\xd8\xff",), ".jpeg": (b"\xff\xd8\xff",), ".png": (b"\x89PNG",),
    ".docx": (b"PK\x03\x04",), ".xlsx": (b"PK\x03\x04",), ".pptx": (b"PK\x03\x04",), ".zip": (b"PK\x03\x04",),
    ".ofd": (b"PK\x03\x04",), ".doc": (b"\xd0\xcf\x11\xe0",), ".xls": (b"\xd0\xcf\x11\xe0",),
    ".wps": (b"\xd0\xcf\x11\xe0", b"PK\x03\x04"), ".et": (b"\xd0\xcf\x11\xe0", b"PK\x03\x04"),
}  # fmt: skip
"""Kinds of files that are taken, and how their contents begin: a program called .pdf is no PDF."""


def _shown_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-200:] or "未命名"


def _checked(file: UploadedFile) -> str:
    """The file's name, as shown. Raises :class:`Refused` for a file that is too large, empty or of another kind."""
    name = _shown_name(file.name or "")
    if (file.size or 0) > MOST_BYTES:
        raise Refused(f"“{name}”超过 {MOST_BYTES // 2**20} MB，没有上传。请压缩或拆分后再试。")
    beginnings = KINDS.get(Path(name).suffix.lower())
    if beginnings is None:
        raise Refused(f"“{name}”不是可以上传的文件。可用：{'、'.join(k[1:] for k in KINDS)}。")
    head = next(iter(file.chunks()), b"")[:8]
    if not head.startswith(beginnings):
        raise Refused(f"“{name}”的内容与扩展名不符，没有上传。请确认文件能正常打开。")
    file.seek(0)
    return name


def path_of(evidence: Evidence) -> Path:
    """Where the file lies."""
    return Path(settings.MEDIA_ROOT) / evidence.path


def _keep(file: UploadedFile) -> tuple[str, str]:
    """(path below the media folder, SM3 of the content) of a file written there; the same content is kept once."""
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    digest, waiting = Hash(SM3()), folder / f".{secrets.token_hex(16)}"
    with waiting.open("xb") as out:
        for piece in file.chunks():
            digest.update(piece)
            out.write(piece)
    sm3 = digest.finalize().hex()
    place = folder / sm3[:2] / sm3
    place.parent.mkdir(exist_ok=True)
    waiting.replace(place)
    return f"evidence/{sm3[:2]}/{sm3}", sm3


@transaction.atomic
def attach(person: Any, owner: models.Model, project: Project | None, file: UploadedFile) -> Evidence:
    """Keep a file with ``owner`` (a reported value, a score, a rectification), whose permission the caller has asked.

    Raises :class:`Refused` for what cannot be taken.
    """
    name = _checked(file)
    lock(type(owner), [owner.pk])
    mine = of(owner)
    if mine.count() >= MOST_FILES:
        raise Refused(f"一项最多 {MOST_FILES} 个佐证文件，请合并后再上传。")
    path, sm3 = _keep(file)
    if same := mine.filter(sm3=sm3).first():
        raise Refused(f"“{name}”与已上传的“{same.name}”内容完全相同，没有重复保存。")
    made = Evidence.objects.create(
        project=project, owner=owner, name=name, path=path, size=file.size or 0, sm3=sm3, by=person
    )
    record("上传佐证资料", owner, None, {"file": name, "sm3": sm3})
    return made


@transaction.atomic
def detach(evidence: Evidence) -> None:
    """Take a file from what it proved, whose permission the caller has asked. Its content stays for the record."""
    record("移除佐证资料", evidence.owner, {"file": evidence.name, "sm3": evidence.sm3}, None)
    evidence.delete()


def of(owner: models.Model) -> Any:
    """The files of something."""
    return Evidence.objects.filter(content_type=ContentType.objects.get_for_model(owner), object_id=owner.pk)
