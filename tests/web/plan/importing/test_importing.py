"""Documents come in whole: read in the background, previewed, imported all or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import make_demo
from jiheng import wire
from jiheng.readers import read, read_bytes
from jiheng.readers.bounded import BoundedReader
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Department, Unit
from jiheng.web.plan import mapping, workflow
from jiheng.web.plan.importing import uploads, views
from jiheng.web.plan.importing.services import import_upload
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, Project, Upload
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.models import AuditEntry
from jiheng.writers.docx_document import write_document

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ROADS = make_demo.DEMO / "青岚县交通运输局2025年绩效文本.docx"
SHARED = Path(__file__).parents[5] / "shared"


def as_(client: Client, someone: Any) -> Client:
    client.force_login(someone, backend=BACKEND)
    return client


def send(client: Client, *files: tuple[str, bytes]) -> Any:
    data = {"unit": Unit.objects.get(code="601001").pk, "year": BudgetYear.objects.get().pk}
    return client.post("/import/", data | {"files": [SimpleUploadedFile(n, b) for n, b in files]}, follow=True)


@pytest.fixture
def brought(client: Client, person: Any) -> tuple[Client, Upload]:
    """The roads document, read and waiting, with the clerk who sent it."""
    clerk = as_(client, person("clerk"))
    send(clerk, ("交通局.docx", ROADS.read_bytes()))
    perform(Job.objects.get().pk)
    return clerk, Upload.objects.get()


def choose(client: Client, upload: Upload, action: str = "new", **more: str) -> Any:
    choices = {f"action:{n}": action for n in range(1, 5)}
    return client.post(f"/import/{upload.pk}/", choices | more, follow=True)


def in_database() -> Any:
    rows = Project.objects.select_related("unit__department").prefetch_related("periods", "goals", "indicators")
    return mapping.to_document(rows.order_by("order"), None, "x", 2025).projects


def test_a_document_comes_in_as_it_is(brought: tuple[Client, Upload]) -> None:
    clerk, upload = brought
    page = clerk.get(f"/import/{upload.pk}/").content.decode()
    assert "农村公路预防性养护工程" in page
    assert "V307" in page
    assert "文件写的是 2025 年" in page
    choose(clerk, upload)
    original = read(ROADS).projects
    for ours, theirs in zip(in_database(), original, strict=True):
        assert (ours.name, ours.code, ours.budget, ours.purpose) == (
            theirs.name,
            theirs.code,
            theirs.budget,
            theirs.purpose,
        )
        assert (ours.plan, ours.goals, ours.indicators) == (theirs.plan, theirs.goals, theirs.indicators)
    assert Project.objects.filter(errors__gt=0).exists()
    assert Upload.objects.get().state == Upload.State.IMPORTED
    assert AuditEntry.objects.filter(action="导入文件").count() == 1
    assert "不能再导入" in choose(clerk, upload).content.decode()


def test_again_it_is_the_same_and_a_changed_one_replaces_or_fills(brought: tuple[Client, Upload], person: Any) -> None:
    clerk, upload = brought
    choose(clerk, upload)
    project = Project.objects.get(name="农村公路预防性养护工程")
    Project.objects.filter(pk=project.pk).update(purpose="改过的用途", budget_other=None)
    Upload.objects.update(at=datetime(2026, 3, 9, 17, 5, tzinfo=UTC))
    page = send(clerk, ("交通局.docx", ROADS.read_bytes())).content.decode()
    assert "与 2026-03-10 01:05 上传的“交通局.docx”内容完全相同" in page  # Beijing's clock, not Greenwich's
    perform(Job.objects.first().pk)  # type: ignore[union-attr]
    again = Upload.objects.filter(state=Upload.State.READ).get()
    page = clerk.get(f"/import/{again.pk}/").content.decode()
    assert page.count(">相同<") == 3
    assert "1 处不同" in page
    clerk.post(f"/import/{again.pk}/", {"action:1": "merge"})
    project.refresh_from_db()
    assert project.purpose == "改过的用途"
    send(clerk, ("交通局.docx", ROADS.read_bytes()))
    perform(Job.objects.first().pk)  # type: ignore[union-attr]
    clerk.post(f"/import/{Upload.objects.filter(state='read').get().pk}/", {"action:1": "replace"})
    project.refresh_from_db()
    assert project.purpose == "用于62公里农村公路的裂缝灌封、微表处和标线施划。"
    assert Project.objects.count() == 4


def test_nothing_is_half_imported(brought: tuple[Client, Upload], person: Any) -> None:
    clerk, upload = brought
    choose(clerk, upload)
    send(clerk, ("交通局.docx", ROADS.read_bytes()))
    perform(Job.objects.first().pk)  # type: ignore[union-attr]
    again = Upload.objects.filter(state="read").get()
    Project.objects.all().update(purpose="改过的用途", explanation="说明")
    last = Project.objects.order_by("order").last()
    assert last is not None
    workflow.perform(person("unit_head"), last, "submit")
    with pytest.raises(Refused, match="没有导入任何内容"):
        import_upload(again.by, again, dict.fromkeys(range(1, 5), "replace"))
    assert set(Project.objects.values_list("purpose", flat=True)) == {"改过的用途"}
    assert "已处于“单位已报”" in clerk.get(f"/import/{again.pk}/").content.decode()


def test_files_that_cannot_be_read_stop_no_other(client: Client, person: Any) -> None:
    clerk = as_(client, person("clerk"))
    send(clerk, ("坏.docx", ROADS.read_bytes()[:2000]), ("../../etc/空.txt", b""), ("交通局.docx", ROADS.read_bytes()))
    perform(Job.objects.get().pk)
    states = dict(Upload.objects.values_list("name", "state"))
    assert states == {"坏.docx": "failed", "空.txt": "failed", "交通局.docx": "read"}
    page = clerk.get("/import/").content.decode()
    assert "损坏" in page
    root = Path(uploads.path_of(Upload.objects.get(name="空.txt"))).parent
    assert all(uploads.path_of(u).parent == root and u.path.startswith("uploads/") for u in Upload.objects.all())


def test_a_killed_job_goes_on_where_it_was(client: Client, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send(as_(client, person("clerk")), ("一.docx", ROADS.read_bytes()), ("二.docx", ROADS.read_bytes()))
    job, reads = Job.objects.get(), []

    read = BoundedReader.read_with_keys

    def dying(reader: BoundedReader, data: bytes, name: str) -> Any:
        reads.append(name)
        if len(reads) == 2:
            raise SystemExit
        return read(reader, data, name)

    monkeypatch.setattr(BoundedReader, "read_with_keys", dying)
    with pytest.raises(SystemExit):
        perform(job.pk)
    Job.objects.update(heartbeat=None)
    perform(job.pk)
    assert reads == ["一.docx", "二.docx", "二.docx"]
    assert set(Upload.objects.values_list("state", flat=True)) == {"read"}
    assert Job.objects.get().state == Job.State.DONE


def test_too_large_a_file_is_refused(client: Client, person: Any, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    page = send(as_(client, person("clerk")), ("大.docx", ROADS.read_bytes())).content.decode()
    assert "没有上传" in page
    assert not Upload.objects.exists()


def test_other_units_do_not_see_it(brought: tuple[Client, Upload], person: Any) -> None:
    _, upload = brought
    stranger = as_(Client(), person("clerk", "fremd", unit=Unit.objects.get(code="601002")))
    for address in ("", "original/"):
        assert stranger.get(f"/import/{upload.pk}/{address}").status_code == 404
    assert stranger.post(f"/import/{upload.pk}/discard/").status_code == 404
    assert upload.name not in stranger.get("/import/").content.decode()
    assert as_(Client(), person("auditor")).get("/import/").status_code == 403


def test_the_original_is_kept(brought: tuple[Client, Upload]) -> None:
    clerk, upload = brought
    response = clerk.get(f"/import/{upload.pk}/original/")
    assert b"".join(response.streaming_content) == ROADS.read_bytes()  # type: ignore[attr-defined]
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_department_imports_its_goals_and_units_by_code(client: Client, person: Any) -> None:
    document = read(ROADS)
    text = wire.to_json(document).decode().replace('"unit_code":"348001"', '"unit_code":"601002"')
    reviewer = as_(client, person("department_reviewer"))
    send(reviewer, ("交通局.json", text.encode()))
    perform(Job.objects.get().pk)
    choose(reviewer, Upload.objects.get(), part_one="1")
    assert {p.unit.code for p in Project.objects.all()} == {"601002"}
    goals = mapping.to_goals(DepartmentGoals.objects.get())
    assert goals == document.goals


def test_hostile_texts_are_shown_as_texts(client: Client, person: Any) -> None:
    spoiled = json.loads(wire.to_json(read(ROADS)))
    spoiled["projects"][0]["name"] = "<script>alert(1)</script>"
    clerk = as_(client, person("clerk"))
    send(clerk, ("<img src=x>.json", json.dumps(spoiled).encode()))
    perform(Job.objects.get().pk)
    page = clerk.get(f"/import/{Upload.objects.get().pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<img src=x" not in page


def test_few_queries(brought: tuple[Client, Upload], django_assert_max_num_queries: Any) -> None:
    clerk, upload = brought
    with django_assert_max_num_queries(16):
        clerk.get("/import/")
    with django_assert_max_num_queries(20):
        clerk.get(f"/import/{upload.pk}/")


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="../shared with the seeds is not here")
@pytest.mark.parametrize("seed", ["000", "001", "003"])
def test_a_seed_comes_in_and_goes_out_the_same(client: Client, person: Any, tmp_path: Path, seed: str) -> None:
    """Imported, exported as .docx and read again, a real document says what it said at first: F1 1.0000."""
    path = next((SHARED / "seeds").glob(f"{seed}*.txt"))
    reviewer = as_(client, person("department_reviewer"))
    send(reviewer, (path.name, path.read_bytes()))
    perform(Job.objects.get().pk)
    first = read(path)
    choices = {f"action:{p.sequence}": "new" for p in first.projects}
    reviewer.post(f"/import/{Upload.objects.get().pk}/", choices | {"part_one": "1"})
    Department.objects.update(name=first.department.name)
    Unit.objects.filter(code="601001").update(code=first.department.unit_code, name=first.department.unit_name)
    rows = Project.objects.select_related("unit__department").prefetch_related("periods", "goals", "indicators")
    goals = DepartmentGoals.objects.get()
    out = mapping.to_document(rows.order_by("order"), goals, first.department.name or "", first.fiscal_year or 0)
    (tmp_path / "first.json").write_bytes(wire.to_json(first))
    (tmp_path / "again.json").write_bytes(wire.to_json(read_bytes(write_document(out), path.name)))
    compare = [
        sys.executable,
        str(SHARED / "gold" / "compare.py"),
        str(tmp_path / "first.json"),
        str(tmp_path / "again.json"),
    ]
    lines = subprocess.run(compare, capture_output=True, text=True, check=True).stdout.strip().splitlines()
    assert lines[-1].startswith("F1 1.0000"), "\n".join(lines)


def _table(client: Client, person: Any, rows: int) -> str:
    """The preview of a file with a nameless table of so many indicators."""
    head = "<tr><td>一级指标</td><td>二级指标</td><td>三级指标</td><td>指标值</td></tr>"
    body = "".join(f"<tr><td>产出指标</td><td>数量指标</td><td>第{n}段</td><td>≥{n}株</td></tr>" for n in range(rows))
    clerk = as_(client, person("clerk"))
    send(clerk, ("指标.html", f"<html><body><table>{head}{body}</table></body></html>".encode()))
    perform(Job.objects.get().pk)
    return clerk.get(f"/import/{Upload.objects.get().pk}/").content.decode()


def test_a_table_without_a_name_is_called_so_in_the_preview(client: Client, person: Any) -> None:
    page = _table(client, person, 1)
    assert ">（未命名）</a>" in page and 'aria-label="（未命名）怎样导入"' in page
    assert '<option value="new" selected>' in page
    assert "None" not in page


def test_a_table_too_long_for_ours_is_known_before_it_is_refused(client: Client, person: Any) -> None:
    page = _table(client, person, 201)
    assert "有 201 条指标，一张表最多 200 条，不能导入" in page
    assert '<option value="skip" selected>' in page


def test_the_preview_judges_a_file_of_another_year_as_the_import_will(brought: tuple[Client, Upload]) -> None:
    clerk, upload = brought
    before = [sorted(f["code"] for f in p["findings"]) for p in upload.findings]
    choose(clerk, upload)
    after = [sorted(f["code"] for f in p.findings) for p in Project.objects.order_by("pk")]
    assert before == after
    assert any("F903" in codes for codes in before)  # the code is of 2025, the year of 2026


def test_the_tables_of_a_long_file_come_as_they_are_reached(
    brought: tuple[Client, Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every project has its line and its choice at once; two thousand tables would make a page of twelve megabytes."""
    clerk, upload = brought
    count = len(upload.document["projects"])
    assert count > 1
    monkeypatch.setattr(views, "AT_ONCE", 1)
    page = clerk.get(f"/import/{upload.pk}/").content.decode()
    assert page.count('<select name="action:') == count
    assert page.count('class="pair"') == 1 and page.count('class="pair later"') == count - 1
    assert 'hx-get="?project=2"' in page
    one = clerk.get(f"/import/{upload.pk}/?project=2").content.decode()
    assert one.startswith('<section class="pair" id="p2"') and "<html" not in one
    assert clerk.get(f"/import/{upload.pk}/?project=99").status_code == 404
