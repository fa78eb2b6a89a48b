"""Permissions reach as far as roles do; the audit trail is a chain."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_a_role_reaches_its_unit_its_department_or_its_district(person: Any) -> None:
    from jiheng.web.org.models import Unit
    from jiheng.web.org.permissions import allowed, units_for

    first, second = Unit.objects.order_by("code")
    clerk, reviewer, finance = person("clerk"), person("department_reviewer"), person("finance_reviewer")
    assert allowed(clerk, "plan.edit", first)
    assert not allowed(clerk, "plan.edit", second)
    assert allowed(reviewer, "plan.view", second)
    assert not allowed(reviewer, "plan.edit", second)
    assert allowed(finance, "plan.review_finance", second)
    assert list(units_for(clerk, "plan.view")) == [first]
    assert units_for(finance, "plan.view").count() == 2


def test_audit_entries_chain_and_tampering_shows(district: Any) -> None:
    from jiheng.web.supervision.chain import first_broken
    from jiheng.web.supervision.models import AuditEntry, Untouchable
    from jiheng.web.supervision.services import record

    for n in range(5):
        record("修改名称", district, {"name": n}, {"name": n + 1})
    entries = [e.as_chained() for e in AuditEntry.objects.order_by("sequence")]
    assert first_broken(entries) is None
    entries[2]["after"] = '{"name": 99}'
    assert first_broken(entries) == 3
    assert first_broken(entries[:2] + entries[3:]) == 3
    with pytest.raises(Untouchable):
        AuditEntry.objects.first().save()  # type: ignore[union-attr]


def test_a_job_is_done_once_and_its_error_is_said(person: Any) -> None:
    from jiheng.web.jobs.kinds import job
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import JobError, Progress, ask, perform

    @job("test.count")
    def count(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        progress(1, 2, "一半")
        if payload["bad"]:
            raise JobError("缺少一列。")
        return {"n": 2}

    good, bad = (
        ask("test.count", "数一数", {"bad": b}, person(role)) for b, role in ((False, "clerk"), (True, "unit_head"))
    )
    for asked in (good, bad):
        perform(asked.pk)
        perform(asked.pk)
        asked.refresh_from_db()
    assert (good.state, good.result, good.attempts) == (Job.State.DONE, {"n": 2}, 1)
    assert (bad.state, bad.message) == (Job.State.FAILED, "缺少一列。")


def test_what_is_saved_is_on_the_disk_when_it_is_answered(tmp_path: Any) -> None:
    from django.db.utils import ConnectionHandler

    from jiheng.web.database import database

    opened = ConnectionHandler({"default": database(f"sqlite:///{tmp_path / 'a.sqlite3'}")})["default"]
    with opened.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"
    opened.close()
