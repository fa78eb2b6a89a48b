"""A real document comes in over the platform and goes out as a file that reads as the document did: nothing is lost.

For every file in ``../shared`` (or where ``JIHENG_SHARED`` says): imported by a reviewer with its part one, exported from
the list of projects, read again. Compared strictly: every value in its place, order included.
"""

from __future__ import annotations

import importlib.util
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jiheng import wire
from jiheng.model import Document
from jiheng.readers import ReadError, office, read, read_bytes
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Department, District, Person, RoleAssignment, Unit
from jiheng.web.plan import offline
from jiheng.web.plan.models import BudgetYear, Project, Upload

pytestmark = pytest.mark.django_db
SHARED = Path(os.environ.get("JIHENG_SHARED") or Path(__file__).parents[4] / "shared")
FILES = sorted(p for folder in ("seeds", "corpus") for p in (SHARED / folder).glob("[0-9]*.*"))
CONVERTED = (".doc", ".odt", ".rtf")
# LibreOffice makes .docx of them before anything is kept, and the .docx of the same document is among the files too.
CASES = [pytest.param(p, marks=pytest.mark.one_database if p.suffix in CONVERTED else ()) for p in FILES]


@lru_cache(maxsize=1)
def comparison() -> Any:
    spec = importlib.util.spec_from_file_location("compare", SHARED / "gold" / "compare.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def values(document: Document, *, projects_only: bool = False) -> dict[Any, str]:
    """Every value of a document at its place, blanks and widths of characters aside."""
    found = comparison().fields(json.loads(wire.to_json(document)), detail=True)
    if not projects_only:
        return found
    no_place = ("project.title_in_heading",)  # a list has no headings
    return {
        k: v for k, v in found.items() if k[0].startswith(("project", "plan", "indicator")) and k[0] not in no_place
    }


def house(document: Document) -> Unit:
    """The district, department and units that a document speaks of; the unit to which it is brought."""
    district = District.objects.create(code="139902", name="云溪区")
    year = document.fiscal_year or 2026
    BudgetYear.objects.create(district=district, year=year, pack="hebei-2023")
    department = Department.objects.create(district=district, code="701", name=document.department.name or "某局")
    stated = {p.unit_code: p.unit_name or "" for p in document.projects if p.unit_code}
    own = document.department.unit_code or next(iter(stated), "701001")
    stated.setdefault(own, document.department.unit_name or department.name)
    for code, name in stated.items():
        Unit.objects.create(department=department, code=code, name=name)
    return Unit.objects.get(code=own)


def bring_in(client: Any, unit: Unit, name: str, data: bytes) -> Upload:
    """The file uploaded, read in the background and imported with all that it says."""
    reviewer = Person.objects.create_user("shenhe", "审核", "Ceshi-2026-mima", must_change_password=False, unit=unit)
    RoleAssignment.objects.create(
        person=reviewer, role="department_reviewer", district=unit.department.district, department=unit.department
    )
    client.force_login(reviewer, "django.contrib.auth.backends.ModelBackend")
    place = {"unit": unit.pk, "year": BudgetYear.objects.get().pk}
    client.post("/import/", place | {"files": [SimpleUploadedFile(name, data)]})
    perform(Job.objects.get().pk)
    upload = Upload.objects.get()
    count = len(upload.document["projects"]) if upload.document else 0
    client.post(f"/import/{upload.pk}/", {f"action:{n}": "new" for n in range(1, count + 1)} | {"part_one": "1"})
    return Upload.objects.get()


def exported(client: Any, kind: str) -> bytes:
    answer = client.get(f"/plan/export/{kind}/")
    assert answer.status_code == 200
    return bytes(answer.content)


def same(first: dict[Any, str], again: dict[Any, str]) -> None:
    """Every value in its place. What the file did not say and the platform knows (the unit) may be added."""
    known = ("project.unit_code", "project.unit_name", "document.unit_code", "document.department")
    lost = {k: (v, again.get(k)) for k, v in first.items() if again.get(k) != v}
    added = {k: v for k, v in again.items() if k not in first and k[0] not in known}
    assert not lost and not added, f"lost: {list(lost.items())[:8]} added: {list(added.items())[:8]}"


@pytest.mark.skipif(not FILES, reason="../shared with the seeds is not here; name it in JIHENG_SHARED")
@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}-{p.stem[:3]}{p.suffix}")
def test_what_comes_in_goes_out_the_same(client: Any, path: Path, tmp_path: Path) -> None:
    if path.suffix in CONVERTED and not office.available():
        pytest.skip("LibreOffice is not installed")
    try:
        first = read(path)
    except ReadError as error:
        pytest.skip(f"cannot be imported: {error}")
    upload = bring_in(client, house(first), path.name, path.read_bytes())
    assert upload.state == Upload.State.IMPORTED, upload.error
    assert Project.objects.count() == len(first.projects)
    for kind in ("docx", "json"):
        same(values(first), values(read_bytes(exported(client, kind), f"导出.{kind}")))
    printed = path.parent.name == "seeds" and office.available()  # one format of each is enough
    pages = office.convert([("导出.docx", exported(client, "docx"))], "pdf")[0] if printed else None
    if isinstance(pages, bytes):
        same(values(first), values(read_bytes(pages, "导出.pdf")))
    rows = Project.objects.select_related("unit").prefetch_related("periods", "goals", "indicators")
    forms = offline.workbook(list(rows.order_by("unit__code", "order", "pk")), BudgetYear.objects.get())
    same(values(first, projects_only=True), values(read_bytes(forms, "离线.xlsx"), projects_only=True))
    flat = read_bytes(exported(client, "xlsx"), "导出.xlsx")
    same(values(first, projects_only=True), values(flat, projects_only=True))
