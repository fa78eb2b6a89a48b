"""The second submission of a form gets the first one's answer, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jiheng.web.execution.models import Payment
from jiheng.web.execution.services import refresh_totals
from jiheng.web.once.answers import ALREADY, KEPT_FOR, sweep
from jiheng.web.once.models import KeptAnswer
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
KEY = "einmal-0123456789abcdef"
PAID = {"on": "2026-03-02", "amount": "100", "source": "fiscal", "once": KEY}


@pytest.fixture
def project(district: Any) -> Any:
    from jiheng.web.org.models import Unit

    made = Project.objects.create(
        unit=Unit.objects.get(code="601001"), budget_year=BudgetYear.objects.get(), name="道路绿化补植", state="approved",
        budget_total=Decimal(40), budget_fiscal=Decimal(40), budget_other=Decimal(0),
    )  # fmt: skip
    refresh_totals([made.pk])
    return made


@pytest.fixture
def clerk(person: Any, browser: Any) -> Any:
    return browser(person("clerk"))


def address(project: Any, kind: str = "payment") -> str:
    return f"/execution/{project.pk}/entries/{kind}/"


def said(answer: Any) -> list[str]:
    return [str(m) for m in get_messages(answer.wsgi_request)]


def test_the_second_is_answered_as_the_first_and_told_so(clerk: Any, project: Any) -> None:
    first, second = (clerk.post(address(project), PAID) for _ in range(2))
    assert Payment.objects.count() == 1
    assert AuditEntry.objects.filter(action="登记支付").count() == 1
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert said(first) == ["已登记支付。"]
    assert said(second)[-2:] == ["已登记支付。", ALREADY]


def test_without_a_key_everything_is_as_it_was(clerk: Any, project: Any) -> None:
    for n in range(2):  # under other numbers, as two equal payments are asked about
        clerk.post(address(project), {k: v for k, v in PAID.items() if k != "once"} | {"number": f"{n}"})
    assert Payment.objects.count() == 2
    assert not KeptAnswer.objects.exists()


def test_other_words_under_the_same_key_are_another_submission(clerk: Any, project: Any) -> None:
    """After going back: what was changed deliberately is not swallowed."""
    clerk.post(address(project), PAID)
    clerk.post(address(project), PAID | {"amount": "200"})
    clerk.post(address(project), PAID | {"amount": "200"})
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [100, 200]


def test_what_was_refused_keeps_no_key(clerk: Any, project: Any) -> None:
    wrong = PAID | {"amount": "0"}
    for _ in range(2):
        assert "金额是 0" in said(clerk.post(address(project), wrong))[-1]
    assert not KeptAnswer.objects.exists()
    clerk.post(address(project), PAID)
    assert Payment.objects.count() == 1


def test_a_key_belongs_to_one_address_and_one_person(clerk: Any, project: Any, person: Any, browser: Any) -> None:
    colleague = browser(person("clerk", "colleague"))
    for kind in ("payment", "allotment"):
        assert "已登记" in said(clerk.post(address(project, kind), PAID))[-1]
    asked = colleague.post(address(project), PAID)
    assert "仍要登记" in asked.content.decode()  # about an equal payment: it was looked at anew
    assert "Kept-Answer" not in asked


def test_nobody_logged_in_takes_a_key_or_an_answer(clerk: Any, client: Any, project: Any) -> None:
    clerk.post(address(project), PAID)
    answer = client.post(address(project), PAID)
    assert answer["Location"].startswith("/login/")
    assert KeptAnswer.objects.count() == 1


def test_a_refusal_by_permission_keeps_nothing(project: Any, person: Any, browser: Any) -> None:
    auditor = browser(person("auditor"))
    for _ in range(2):
        assert auditor.post(address(project), PAID).status_code == 403
    assert not KeptAnswer.objects.exists()


def test_a_view_that_fails_leaves_neither_key_nor_work(
    clerk: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jiheng.web.execution.views import project as views

    clerk.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(views, "back", lambda *_: 1 / 0)
        assert clerk.post(address(project), PAID).status_code == 500
    assert not Payment.objects.exists()
    clerk.post(address(project), PAID)
    assert Payment.objects.count() == 1


def test_files_count_too(clerk: Any, project: Any) -> None:
    def send(content: bytes) -> Any:
        sent = {"place": f"u{project.unit_id}", "kind": "payment", "once": KEY}
        return clerk.post("/execution/imports/", sent | {"file": SimpleUploadedFile("三月.xlsx", content)})

    from jiheng.web.execution.models import ImportBatch

    one, again, other = send(b"PK one"), send(b"PK one"), send(b"PK two")
    assert one["Location"] == again["Location"] != other["Location"]
    assert ImportBatch.objects.count() == 2


def test_a_first_password_is_shown_again_and_legible_to_nobody_else(person: Any, browser: Any) -> None:
    admin = browser(person("system_admin"))
    body = {"username": "newone", "name": "新人", "once": KEY}
    first, second = (admin.post("/org/people/new/", body) for _ in range(2))
    assert first.content == second.content
    assert first.context is not None
    password = first.context["made"][0][1]
    assert password.encode() in second.content
    kept = KeptAnswer.objects.get()
    assert password not in kept.answer
    assert KEY not in kept.digest + kept.answer


def test_answers_are_swept_after_a_day_and_a_later_one_is_done_anew(clerk: Any, project: Any) -> None:
    clerk.post(address(project), PAID)
    sweep()
    assert KeptAnswer.objects.count() == 1
    KeptAnswer.objects.update(asked_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    sweep()
    assert not KeptAnswer.objects.exists()
    assert "仍要登记" in clerk.post(address(project), PAID).content.decode()


def test_sweeping_is_a_tick() -> None:
    from jiheng.web.jobs import ticks

    assert ticks._ticks["once.sweep"] is sweep


def test_a_script_that_sends_a_row_again_adds_one(clerk: Any, project: Any) -> None:
    Project.objects.update(state="draft")
    body = {"do": "add", "kind": "indicator", "seen": 0}

    def send(**more: Any) -> Any:
        headers = {"Idempotency-Key": KEY}
        return clerk.post(f"/plan/{project.pk}/rows/", body | more, content_type="application/json", headers=headers)

    first, again = send(), send()
    assert first.json() == again.json()
    assert (first.get("Kept-Answer"), again["Kept-Answer"]) == (None, "1")
    assert project.indicators.count() == 1
    misused = send(after=1)
    assert misused.status_code == 400
    assert "内容不同" in misused.json()["error"]
    assert project.indicators.count() == 1
