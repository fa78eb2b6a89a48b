"""Real workers: quick jobs are done while slow ones run, everything ends when told, and nothing is left behind."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jiheng.web.jobs import services, turns
from jiheng.web.jobs.kinds import QUICK, SLOW, job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import Progress, ask, perform

_spec = importlib.util.spec_from_file_location("killed", Path(__file__).with_name("test_killed.py"))
assert _spec is not None and _spec.loader is not None
killed = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(killed)

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(300),
    pytest.mark.one_database,  # processes and signals; who claims a job is asked of every database in test_killed
]  # fmt: skip
HEAVY = ("| 指标 " * 40 + "|\n" + "|---" * 40 + "|\n" + ("| 1 " * 40 + "|\n") * 30_000).encode()
"""A table that takes some seconds to read, whatever the patterns of the readers."""
HANGING = "#!{sh}\necho $$ > {pid}.part; mv {pid}.part {pid}; {sleep} 300 & {sleep} 301\n"


def upload(person: Any, *files: tuple[str, bytes]) -> Job:
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.importing import uploads
    from jiheng.web.plan.models import BudgetYear

    unit, year = Unit.objects.get(code="601001"), BudgetYear.objects.get(year=2026)
    received = [SimpleUploadedFile(name, data) for name, data in files]
    return uploads.receive(person, unit, year, received)[0]


def children(pid: int) -> list[int]:
    """The processes that this one has started, and theirs."""
    try:
        found = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []
    return found + [grandchild for child in found for grandchild in children(child)]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def hanging_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A LibreOffice that hangs; the file returned holds its process id once it does."""
    program, pid = tmp_path / "bin" / "soffice", tmp_path / "pid"
    program.parent.mkdir()
    program.write_text(HANGING.format(sh=shutil.which("sh"), sleep=shutil.which("sleep"), pid=pid))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return pid


def started(pid: Path) -> list[int]:
    """The processes of the hanging LibreOffice, once it hangs."""
    killed.await_(pid.exists)
    number = int(pid.read_text())
    killed.await_(lambda: len(children(number)) == 2)
    return [number, *children(number)]


RTF = b"{\\rtf1\\ansi hang\\par}"


def test_quick_jobs_are_done_while_slow_ones_hang(district: Any, person: Any, hanging_office: Path) -> None:
    from jiheng.web.mail.digest import DIGEST_JOB

    slow = [upload(person("clerk", name), (f"{name}.rtf", RTF)) for name in ("jia", "yi")]
    with killed.worker():
        started(hanging_office)
        killed.await_(lambda: Job.objects.filter(state=Job.State.RUNNING).count() == len(slow))
        quick = ask(DIGEST_JOB, "发送消息邮件", {})
        killed.await_(lambda: Job.objects.get(pk=quick.pk).state == Job.State.DONE)
        assert set(Job.objects.filter(pk__in=[s.pk for s in slow]).values_list("state", flat=True)) == {"running"}


@pytest.mark.parametrize(
    "how, to_all", ((signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGKILL, False)),
    ids=("told to end", "stopped as a service", "killed"),
)  # fmt: skip
def test_nothing_outlives_the_worker_and_the_job_goes_on_later(
    district: Any, person: Any, hanging_office: Path, how: signal.Signals, to_all: bool
) -> None:
    reading = upload(person("clerk"), ("好.docx", killed.docx(1)), ("坏.rtf", RTF), ("也好.docx", killed.docx(2)))
    with killed.worker() as first:
        office, lanes = started(hanging_office), children(first.pid)
        assert len(lanes) >= 4  # the clock, a quick one and two slow ones, besides what they asked for
        first.send_signal(how)
        for pid in lanes + office if to_all else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        first.wait(timeout=30)  # the hanging conversion would take two minutes
        killed.await_(lambda: all(gone(pid) for pid in office + lanes))
    reading.refresh_from_db()
    told = how == signal.SIGTERM
    assert (reading.state, reading.fruitless) == (("waiting", 0) if told else ("running", 0))
    assert (reading.done, reading.attempts) == (1, 1)
    # What the killed one left in its folder is swept by the next, which goes on with the second file.
    left = list(hanging_office.parent.glob("jiheng-office-*"))
    assert len(left) == (0 if told else 1)
    hanging_office.unlink()
    with killed.worker():
        started(hanging_office)
        assert not any(folder.exists() for folder in left)
        reading.refresh_from_db()
        assert (reading.done, reading.attempts) == (1, 2)


def test_a_lane_that_dies_is_replaced(district: Any, person: Any) -> None:
    with killed.worker() as running:
        killed.await_(lambda: len(children(running.pid)) >= 4)
        before = children(running.pid)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        reading = upload(person("clerk"), ("好.docx", killed.docx(1)))
        killed.await_(lambda: Job.objects.get(pk=reading.pk).state == Job.State.DONE)
        assert not set(children(running.pid)) & set(before)


def test_heavy_files_are_told_and_the_rest_of_the_upload_is_read(
    district: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jiheng.readers import limits
    from jiheng.web.plan.models import Upload

    monkeypatch.setattr(limits, "READ_SECONDS", 2)
    monkeypatch.setattr(limits, "HEAVY_FILES", 1)
    reading = upload(
        person("clerk"),
        ("重一.md", HEAVY),
        ("好.docx", killed.docx(1)),
        ("重二.md", HEAVY),
        ("也好.docx", killed.docx(2)),
    )
    perform(reading.pk)
    reading.refresh_from_db()
    assert (reading.state, reading.result) == ("done", {"read": 2, "failed": 2})
    first, second = (Upload.objects.get(name=f"重{n}.md") for n in "一二")
    assert "读取“重一.md”用了 2 秒处理器时间仍未完成，已停止" in first.error
    assert "单独上传" not in first.error
    assert "读取“重二.md”用了 1 秒" in second.error
    assert "单独上传" in second.error
    assert set(Upload.objects.filter(name__endswith=".docx").values_list("state", flat=True)) == {"read"}


def test_a_check_that_never_ends_is_told(district: Any, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jiheng.readers.bounded import BoundedReader
    from jiheng.web.plan.models import Upload

    call = BoundedReader.call

    def heavy(reader: Any, doing: str, name: str, usual: int, work: Any, *arguments: Any) -> Any:
        if doing == "检查":
            work, arguments, usual = sum, (range(10**12),), 1
        return call(reader, doing, name, usual, work, *arguments)

    monkeypatch.setattr(BoundedReader, "call", heavy)
    perform(upload(person("clerk"), ("好.docx", killed.docx(1))).pk)
    found = Upload.objects.get()
    assert found.state == "failed"
    assert "检查“好.docx”用了 1 秒处理器时间仍未完成，已停止" in found.error


@pytest.fixture
def kinds() -> list[str]:
    """What was done by jobs of two kinds: one that can go on later, one that cannot."""
    did: list[str] = []

    def work(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        for step in range(progress.job.done, 3):
            did.append(f"{payload['of']}{step}")
            progress(step + 1, 3)
        return {}

    job("test.resumes", SLOW, resumes=True)(work)
    job("test.whole", SLOW)(work)
    return did


def do_all() -> None:
    while services.perform_next(SLOW, "me"):
        pass


def test_people_take_turns_however_much_one_has_asked_for(
    person: Any, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLICE", 0)
    many, few = person("clerk", "many"), person("clerk", "few")
    for of in "ABC":
        ask("test.resumes", of, {"of": of}, many)
    ask("test.resumes", "x", {"of": "x"}, few)
    do_all()
    assert kinds == ["A0", "x0", "A1", "x1", "A2", "x2", "B0", "B1", "B2", "C0", "C1", "C2"]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_a_job_that_cannot_go_on_later_is_not_made_to_wait(
    person: Any, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLICE", 0)
    ask("test.whole", "A", {"of": "A"}, person("clerk", "many"))
    ask("test.resumes", "x", {"of": "x"}, person("clerk", "few"))
    do_all()
    assert kinds == ["A0", "A1", "A2", "x0", "x1", "x2"]


def test_a_job_for_later_waits_for_its_time(person: Any, kinds: list[str]) -> None:
    later = ask("test.whole", "A", {"of": "A"}, person("clerk"), after=timedelta(minutes=5))
    assert not services.perform_next(SLOW, "me")
    Job.objects.filter(pk=later.pk).update(due=timezone.now())
    assert not services.perform_next(QUICK, "me")
    assert services.perform_next(SLOW, "me")
    assert kinds == ["A0", "A1", "A2"]


def test_told_to_end_a_job_stops_after_its_step_without_a_mark(
    person: Any, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask("test.resumes", "A", {"of": "A"}, person("clerk"))
    monkeypatch.setattr(services.stopping, "_asked", True)
    perform(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.fruitless) == ("waiting", 1, 0)
    monkeypatch.undo()
    perform(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, kinds) == ("done", ["A0", "A1", "A2"])
