"""What is uploaded: names that lead elsewhere, packages that burst, files that fetch."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.plan.models import Upload

pytestmark = pytest.mark.django_db
MAIN = "word/document.xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


def package(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"[Content_Types].xml": TYPES.encode(), **parts}.items():
            archive.writestr(name, data)
    return out.getvalue()


def send(client: Client, world: Any, name: str, data: bytes) -> Upload:
    Upload.objects.all().delete()
    Job.objects.all().delete()
    file = SimpleUploadedFile("x.docx", data)
    file._name = name  # as a browser of ill will names it: Django's own cleaning of the name is passed by
    client.post("/import/", {"unit": world.unit.pk, "year": world.year.pk, "files": [file]})
    perform(Job.objects.get().pk)
    return Upload.objects.get()


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/cron.d/x.docx", "..\\..\\windows\\x.docx", "/etc/passwd", "C:\\x.docx", "a/../../x.docx",
        "....//x.docx", "x\n\rSet-Cookie: a=b.docx", '";filename="x.exe', "长" * 300 + ".docx", "‮xcod.exe",
        "CON.docx", ".htaccess", " .docx",
    ],
)  # fmt: skip
def test_names_lead_nowhere(world: Any, as_: Any, media: Path, name: str) -> None:
    client = as_(world.clerk)
    upload = send(client, world, name, b"no document")
    kept = [p for p in media.rglob("*") if p.is_file()]
    assert len(kept) == 1
    assert kept[0].parent == media / "media" / "uploads"
    assert kept[0].name.isalnum()
    assert not {"/", "\\", "\n", "\r"} & set(upload.name)
    answer = client.get(f"/import/{upload.pk}/original/")
    assert b"".join(answer) == b"no document"
    said = answer["Content-Disposition"]
    assert said.startswith('attachment; filename="original"; ')
    assert said.count('"') == 2
    assert answer["Content-Type"] == "application/octet-stream"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "parts, said",
    [
        ({MAIN: b"<w:document>" + b" " * (300 * 2**20)}, "解压后过大"),
        ({MAIN: b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>'}, "DOCTYPE"),
        ({MAIN: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'}, "DOCTYPE"),
        ({MAIN: b"<a>" * 5000 + b"</a>" * 5000}, "嵌套过深"),
    ],
    ids=["bomb", "laughs", "entity", "deep"],
)
def test_packages_that_burst_or_fetch(world: Any, as_: Any, media: Path, parts: dict[str, bytes], said: str) -> None:
    upload = send(as_(world.clerk), world, "a.docx", package(parts))
    assert upload.state == Upload.State.FAILED
    assert said in upload.error
    assert "Traceback" not in upload.error


def test_members_with_paths_are_never_unpacked(world: Any, as_: Any, media: Path) -> None:
    body = f"<w:document {W}><w:body><w:p><w:r><w:t>正文</w:t></w:r></w:p></w:body></w:document>".encode()
    send(as_(world.clerk), world, "a.docx", package({MAIN: body, "../../../escaped.txt": b"x", "/absolute.txt": b"x"}))
    assert not list(media.rglob("escaped.txt"))
    assert not list(media.rglob("absolute.txt"))
    assert not Path("/absolute.txt").exists()


def test_people_from_excel_are_refused_alike(world: Any, as_: Any) -> None:
    bomb = package({"xl/workbook.xml": b" " * (300 * 2**20)})
    page = as_(world.system_admin).post("/org/people/import/", {"file": SimpleUploadedFile("a.xlsx", bomb)})
    assert page.status_code == 200
    assert "没有导入任何人" in page.content.decode()


def test_a_file_that_is_too_large_is_refused_with_its_name(world: Any, as_: Any, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20
    file = SimpleUploadedFile("大文件.docx", b"x" * (2**20 + 1))
    page = as_(world.clerk).post(
        "/import/", {"unit": world.unit.pk, "year": world.year.pk, "files": [file]}, follow=True
    )
    assert "“大文件.docx”超过 1 MB" in page.content.decode()
    assert Upload.objects.count() == 1, "the one of the world"


@pytest.mark.parametrize(
    "path",
    [
        "/public/{p}/document.../../secret-key", "/public/{p}/document.%2e%2e%2fsecret-key", "/plan/export/../xlsx/",
        "/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2f..%2fsettings.py", "/audit/export.../x",
        "/documents/{d}/2026/download.exe", "/public/{p}/document.pdf", "/media/uploads/x",
    ],
)  # fmt: skip
def test_no_download_leads_elsewhere(world: Any, as_: Any, path: str) -> None:
    filled = path.format(p=world.publication.pk, d=world.department.pk)
    answer = as_(world.finance_reviewer).get(filled)
    assert answer.status_code == 404
    assert "SECRET_KEY" not in answer.content.decode()
