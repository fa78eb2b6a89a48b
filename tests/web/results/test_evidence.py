"""Files that prove that something was put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiheng.web.execution.models import Evidence
from jiheng.web.org.models import Unit
from jiheng.web.results.models import Rectification
from jiheng.web.results.services import Found, raise_item

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 photographs of the trees"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def _send(client: Client, item: Rectification, name: str = "整改照片.pdf", content: bytes = PDF) -> str:
    path = f"/rectification/{item.pk}/evidence/"
    return client.post(path, {"files": SimpleUploadedFile(name, content)}, follow=True).content.decode()


def test_kept_shown_handed_out_and_taken_away(item: Any, clerk: Any, reviewer: Any) -> None:
    mine, theirs = _as(clerk), _as(reviewer)
    assert "已上传 1 个佐证文件" in _send(mine, item)
    assert "内容完全相同" in _send(mine, item, "又一份.pdf")
    assert "内容与扩展名不符" in _send(mine, item, "假的.pdf", b"MZ program")
    kept = Evidence.objects.get()
    page = theirs.get(f"/rectification/{item.pk}/").content.decode()
    assert "整改照片.pdf" in page and "移除" not in page
    answer = theirs.get(f"/rectification/evidence/{kept.pk}/")
    assert b"".join(answer) == PDF and answer["Content-Disposition"].startswith("attachment")
    assert theirs.post(f"/rectification/evidence/{kept.pk}/remove/").status_code == 403
    mine.post(f"/rectification/evidence/{kept.pk}/remove/")
    assert not Evidence.objects.exists()


def test_nothing_changes_once_it_was_reported(item: Any, clerk: Any, reviewer: Any) -> None:
    _send(_as(clerk), item)
    Rectification.objects.filter(pk=item.pk).update(state="reported")
    assert "不能再改佐证资料" in _send(_as(clerk), item, "补充.pdf", PDF + b"2")
    kept = Evidence.objects.get()
    _as(clerk).post(f"/rectification/evidence/{kept.pk}/remove/")
    assert Evidence.objects.count() == 1


def test_an_item_about_a_unit_has_files_too(reviewer: Any, clerk: Any, year: Any) -> None:
    item = raise_item(reviewer, Found("audit", "制度不健全", unit=Unit.objects.get(code="601001"), year=year))
    assert "已上传 1 个佐证文件" in _send(_as(clerk), item)
    assert Evidence.objects.get().scope() == item.scope()


def test_others_do_not_reach_it(item: Any, clerk: Any, reviewer: Any, person: Any) -> None:
    _send(_as(clerk), item)
    kept = Evidence.objects.get()
    stranger = _as(person("clerk", "stranger", Unit.objects.get(code="601002")))
    assert stranger.get(f"/rectification/evidence/{kept.pk}/").status_code == 404
    path = f"/rectification/{item.pk}/evidence/"
    assert stranger.post(path, {"files": SimpleUploadedFile("x.pdf", PDF)}).status_code == 404
    assert _as(reviewer).post(path, {"files": SimpleUploadedFile("x.pdf", PDF)}).status_code == 403
