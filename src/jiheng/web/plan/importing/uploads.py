"""Files received and read. What was uploaded is kept as it was, under a name of our own."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from jiheng import wire
from jiheng.bounded import check_file
from jiheng.model import Document
from jiheng.readers import ReadError
from jiheng.readers.bounded import BoundedReader, Patience
from jiheng.web import transaction
from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import MOST_ATTEMPTS, GivenBack, Progress, ask, stopping
from jiheng.web.org.models import Person, Unit
from jiheng.web.org.permissions import At, require
from jiheng.web.plan.checking import stored_by_place
from jiheng.web.plan.importing.handed_out import BadWorkbook, recognise
from jiheng.web.plan.models import BudgetYear, Upload
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.services import record

READ_JOB = "plan.read_uploads"
MOST_FILES = 200
_DEADLY = "读取这个文件时服务几次中断，已跳过。文件可能损坏或过大，请用 Word 或 WPS 打开后另存，再重新上传。"


def _shown_name(name: str) -> str:
    """The last part of what the browser calls the file, without anything unprintable: shown, never opened."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-200:] or "未命名"


def path_of(upload: Upload) -> Path:
    """Where the original lies."""
    return Path(settings.MEDIA_ROOT) / upload.path


def _keep(file: UploadedFile) -> tuple[str, str]:
    """(path below the media folder, SHA-256) of a file written there, piece by piece."""
    digest, name = hashlib.sha256(), f"uploads/{secrets.token_hex(16)}"
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        for piece in file.chunks():
            digest.update(piece)
            out.write(piece)
    return name, digest.hexdigest()


def receive(person: Person, unit: Unit, year: BudgetYear, files: Iterable[UploadedFile]) -> tuple[Job, list[str]]:
    """Keep the files and ask for them to be read; what is to be said of some. Raises :class:`Refused`."""
    require(person, "plan.import", At(unit, year.year))
    found, notes = list(files), []
    if not found:
        raise Refused("请先选择文件。")
    if len(found) > MOST_FILES:
        raise Refused(f"一次最多上传 {MOST_FILES} 个文件，现在选了 {len(found)} 个。")
    if year.district_id != unit.department.district_id or not year.is_open:
        raise Refused(f"{year}没有开放编报，不能导入。")
    for file in found:
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            most = settings.UPLOAD_MAX_BYTES // 2**20
            raise Refused(f"“{_shown_name(file.name or '')}”超过 {most} MB，没有上传。请拆分或压缩图片后再试。")
    with transaction.atomic():
        uploads = []
        for file in found:
            path, digest = _keep(file)
            name = _shown_name(file.name or "")
            before = (
                Upload.objects.filter(unit=unit, budget_year=year, sha256=digest)
                .exclude(state=Upload.State.DISCARDED)
                .first()
            )
            if before is not None:
                when = timezone.localtime(before.at)
                notes.append(f"“{name}”与 {when:%Y-%m-%d %H:%M} 上传的“{before.name}”内容完全相同。")
            uploads.append(
                Upload.objects.create(
                    unit=unit, budget_year=year, name=name, path=path, sha256=digest, size=file.size or 0, by=person
                )
            )
        record("上传文件", unit, None, {"files": [u.name for u in uploads]})
        asked = ask(READ_JOB, f"读取 {len(uploads)} 个文件", {"uploads": [u.pk for u in uploads]}, person)
    return asked, notes


@job(READ_JOB, SLOW, resumes=True)
def read_uploads(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read each file that still waits; one that cannot be read, or not in the time that a file has, says why and stops
    no other, not even where reading it has killed the worker."""
    keys = payload["uploads"]
    mine = Upload.objects.filter(pk__in=keys)
    left = list(mine.filter(state=Upload.State.WAITING).select_related("budget_year", "unit").order_by("pk"))
    patience = Patience(progress.job.result.get("heavy", 0))
    with BoundedReader(patience) as reader:
        for done, upload in enumerate(left, len(keys) - len(left)):
            progress(done, len(keys), f"正在读取 {upload.name}")
            heavy = patience.heavy
            if progress.fruitless == MOST_ATTEMPTS:
                _keep_read(upload, state=Upload.State.FAILED, error=_DEADLY)
            else:
                _read(upload, reader)
            if patience.heavy > heavy:
                progress.keep({"heavy": patience.heavy})
    progress(len(keys), len(keys), "全部读完")
    failed = mine.filter(state=Upload.State.FAILED).count()
    return {"read": len(keys) - failed, "failed": failed}


def _keep_read(upload: Upload, **fields: Any) -> None:
    """What came of reading; nothing where the file was given up, or read by another worker, in the meantime."""
    Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING).update(**fields)


def _read(upload: Upload, reader: BoundedReader) -> None:
    try:
        document, keys = reader.read_with_keys(path_of(upload).read_bytes(), upload.name)
        document, sheets = recognise(keys, document, upload)
        findings = _findings(reader, document, upload.budget_year)
    except (ReadError, BadWorkbook) as error:
        if stopping.is_set():
            raise GivenBack from error  # it may be the stop of the service that stopped the reading
        _keep_read(upload, state=Upload.State.FAILED, error=str(error))
    except OSError:
        _keep_read(upload, state=Upload.State.FAILED, error="服务器上找不到这个文件，请重新上传。")
    else:
        content = json.loads(wire.to_json(document))
        _keep_read(upload, state=Upload.State.READ, error="", document=content, findings=findings, sheets=sheets)


def _findings(reader: BoundedReader, document: Document, year: BudgetYear) -> list[dict[str, Any]]:
    """By project, in order: its findings, their cells named by places; in the year into which it is to be imported."""
    found = check_file(reader, replace(document, fiscal_year=year.year), year.pack)
    return [
        {"project": p.sequence, "findings": stored_by_place(f for f in found if f.project == p.sequence)}
        for p in document.projects
    ]


def document_of(upload: Upload) -> Document:
    """What was read of the file."""
    return wire.from_json(json.dumps(upload.document))


@transaction.atomic
def discard(person: Person, upload: Upload) -> None:
    """Give an upload up; the original stays for the record."""
    require(person, "plan.import", upload)
    if upload.state == Upload.State.IMPORTED:
        raise Refused("这个文件已经导入，不能放弃。")
    upload.state = Upload.State.DISCARDED
    upload.save(update_fields=["state"])
    record("放弃导入", upload)
