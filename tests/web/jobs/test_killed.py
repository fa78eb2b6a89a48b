"""A worker is killed in the middle of its work, whatever that is: nothing is lost, nothing is doubled, nothing is half."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from jiheng.model import Budget, Department, Document, Indicator, Project, SpendingPlan, Target
from jiheng.writers.docx_document import write_document

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
COUNT, KILLED_AFTER = 40, 4
PATIENCE = 120


def docx(number: int) -> bytes:
    """A document of our own with one project."""
    row = Indicator("产出指标", "数量指标", "更换座椅数量", "更换的座椅", Target("≥50组"), "实施方案")
    project = Project(
        1, f"公园座椅更换{number}", unit_code="601001", unit_name="云溪区公共服务局本级", purpose="用于公园座椅更换。",
        budget=Budget(Decimal("12.5"), Decimal("12.5"), None), goals=("更换公园座椅50组",), indicators=(row,),
        plan=SpendingPlan(("12月底",), ("100%",), (Decimal(100),)),
    )  # fmt: skip
    department = Department("云溪区公共服务局", "601", "云溪区公共服务局")
    return write_document(Document("甲.docx", "docx", department=department, fiscal_year=2026, projects=(project,)))


def address() -> str:
    """The test's own database as the platform names it."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    s, kind = connection.settings_dict, "postgresql" if connection.vendor == "postgresql" else "mysql"
    return f"{kind}://{s['USER']}:{s['PASSWORD']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"


@contextmanager
def worker(var: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as it is run in earnest, but quicker to give another one up for dead; files go below ``var``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
    environment = kept | {
        "PYTHONPATH": str(Path(__file__).parents[3] / "src"), "JIHENG_DATABASE_URL": address(), "JIHENG_JOB_BEAT": "0.5",
    }  # fmt: skip
    environment |= {"JIHENG_VAR": str(var), "JIHENG_SECRET_KEY": "tests"} if var else {}
    process = subprocess.Popen([sys.executable, "-m", "jiheng.web.manage", "work"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def await_(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, "the worker got nowhere"
        time.sleep(0.01)


def interrupted(job: Any, done: Callable[[], int]) -> None:
    """Let a worker begin, kill it in the middle, let another one finish."""
    with worker() as first:
        await_(lambda: done() >= KILLED_AFTER)
        first.kill()
        first.wait()
        reached = done()
    assert KILLED_AFTER <= reached < COUNT
    job.refresh_from_db()
    assert job.state == "running"
    with worker():
        await_(lambda: not type(job).objects.get(pk=job.pk).is_open)
    job.refresh_from_db()
    # On a busy machine a living worker, too, may be given up once more: that must do no harm either.
    assert (job.state, job.done, job.total, job.attempts >= 2) == ("done", COUNT, COUNT, True)


def test_documents_come_in_once_each(district: Any, person: Any) -> None:
    from jiheng.web.org.models import Unit
    from jiheng.web.plan import models
    from jiheng.web.plan.importing import bulk, uploads
    from jiheng.web.plan.models import BudgetYear, Upload
    from jiheng.web.supervision.models import AuditEntry
    from jiheng.web.supervision.queries import verify

    clerk, unit = person("clerk"), Unit.objects.get(code="601001")
    files = [SimpleUploadedFile(f"{n}.docx", docx(n)) for n in range(COUNT)]
    reading, _ = uploads.receive(clerk, unit, BudgetYear.objects.get(year=2026), files)
    interrupted(reading, Upload.objects.exclude(state="waiting").count)
    assert reading.result == {"read": COUNT, "failed": 0}
    assert [u.document["projects"][0]["name"] for u in Upload.objects.order_by("pk")] == [
        f"公园座椅更换{n}" for n in range(COUNT)
    ]

    importing = bulk.ask_import(clerk, bulk.ready(clerk), "merge")
    interrupted(importing, Upload.objects.filter(state="imported").count)
    assert importing.result == {"imported": COUNT, "refused": {}}
    names = Counter(models.Project.objects.values_list("name", flat=True))
    assert names == {f"公园座椅更换{n}": 1 for n in range(COUNT)}
    assert models.Indicator.objects.count() == COUNT
    assert AuditEntry.objects.filter(action="导入文件").count() == COUNT
    assert verify()[1] is None


def test_a_file_that_kills_its_worker_each_time_is_skipped(
    district: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.importing import uploads
    from jiheng.web.plan.models import BudgetYear, Upload

    files = [SimpleUploadedFile(f"{n}.docx", docx(n)) for n in range(3)]
    unit, year = Unit.objects.get(code="601001"), BudgetYear.objects.get(year=2026)
    job, _ = uploads.receive(person("clerk"), unit, year, files)
    read = uploads._read

    def deadly(upload: Any, reader: Any) -> None:
        if upload.name == "1.docx":
            raise SystemExit  # as far as the job can tell, the process is gone
        read(upload, reader)

    monkeypatch.setattr(uploads, "_read", deadly)
    for _ in range(3):  # the first of them at least got as far as this file
        with pytest.raises(SystemExit):
            perform(job.pk)
        Job.objects.filter(pk=job.pk).update(heartbeat=None)
    perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.fruitless, job.result) == ("done", 4, 0, {"read": 2, "failed": 1})
    states = dict(Upload.objects.values_list("name", "state"))
    assert states == {"0.docx": "read", "1.docx": "failed", "2.docx": "read"}
    assert "已跳过" in Upload.objects.get(name="1.docx").error


def test_a_worker_that_was_given_up_for_dead_writes_nothing_more(person: Any) -> None:
    from jiheng.web.jobs.kinds import job
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import Progress, ask, perform, take_back

    steps = []

    @job("test.slow")
    def slow(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        progress(0, 2)
        if not steps:  # the first attempt falls silent; another worker takes over and finishes
            steps.append("silent")
            Job.objects.update(heartbeat=None)
            assert take_back() == 1
            assert take_back() == 0
            perform(asked.pk)
            steps.append("back")
            progress(1, 2, "不该写入")
        steps.append("done")
        return {"by": "second"}

    asked = ask("test.slow", "慢", {}, person("clerk"))
    perform(asked.pk)
    asked.refresh_from_db()
    assert steps == ["silent", "done", "back"]
    assert (asked.state, asked.attempts, asked.result, asked.message) == ("done", 2, {"by": "second"}, "")
