"""Writers at once: none waits for a stranger, none for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier, Event
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client

from jiheng.web import transaction
from jiheng.web.disclosure.services import publish
from jiheng.web.execution.models import Contract, Evidence, ExecutionTotal, Payment
from jiheng.web.execution.services import Entry, add_entry
from jiheng.web.locks import lock
from jiheng.web.monitoring.services.evidence import attach
from jiheng.web.org.models import Department, Unit
from jiheng.web.plan.models import BudgetYear, Comment, Project
from jiheng.web.plan.review.services import comment
from jiheng.web.plan.services import save_cells
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.workflow import perform_many
from jiheng.web.results.models import Rectification
from jiheng.web.results.services import Found, raise_item
from jiheng.web.supervision.models import AuditEntry
from jiheng.web.supervision.queries import verify
from jiheng.web.supervision.services import record

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60
"""Seconds after which a thread that waits for another gives up, and the test with it."""


@pytest.fixture
def many_writers() -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has one writer at a time")


def project(name: str, state: str = "draft") -> Project:
    return Project.objects.create(
        unit=Unit.objects.get(code="601001"), budget_year=BudgetYear.objects.get(), name=name, state=state,
        budget_total=40, budget_fiscal=40,
    )  # fmt: skip


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of these comes to, each in a thread and on a connection of its own."""

    def one(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [f.result() for f in [pool.submit(one, work) for work in works]]


def test_a_comment_and_a_save_of_one_table_do_not_wait_for_one_another(many_writers: None, person: Any) -> None:
    """The comment's foreign key is looked after at its COMMIT, when the save has locked the table already."""
    if not connection.features.has_select_for_no_key_update:
        pytest.skip("MariaDB looks after foreign keys at once, and one of the two waits")
    table, clerk, reviewer = project("甲"), person("clerk"), person("department_reviewer")
    commented, locked = Event(), Event()

    def write() -> None:
        with transaction.atomic():
            comment(reviewer, table, "purpose", "请写明用途")
            commented.set()
            assert locked.wait(PATIENCE)

    def save() -> None:
        assert commented.wait(PATIENCE)
        with transaction.atomic():
            lock(Project, [table.pk])
            locked.set()
            save_cells(clerk, table.pk, {"purpose": "用于修路"}, 0)

    at_once(write, save)
    assert (Comment.objects.count(), Project.objects.get().purpose) == (1, "用于修路")
    assert verify() == (AuditEntry.objects.count(), None)


def test_who_writes_elsewhere_does_not_wait_for_a_long_transaction(many_writers: None, person: Any) -> None:
    long, short = project("甲"), project("乙")
    clerk, other = person("clerk"), person("clerk", "other")
    begun, done = Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            save_cells(clerk, long.pk, {"purpose": "慢"}, 0)
            begun.set()
            assert done.wait(PATIENCE), "the other one waited for this transaction"

    def quick() -> None:
        assert begun.wait(PATIENCE)
        save_cells(other, short.pk, {"purpose": "快"}, 0)
        done.set()

    at_once(slow, quick)
    assert sorted(Project.objects.values_list("purpose", flat=True)) == sorted(("快", "慢"))
    # The chain is in the order of the commits.
    assert [e.object_name for e in AuditEntry.objects.order_by("sequence")] == ["乙", "甲"]
    assert verify() == (2, None)


def test_steps_with_the_same_tables_in_another_order_are_taken_one_after_the_other(person: Any) -> None:
    tables, reviewer = [project(f"项目{n}", "department_review") for n in range(6)], person("department_reviewer")
    start = Barrier(2, timeout=PATIENCE)

    def take(chosen: list[Project]) -> str:
        start.wait()
        try:
            perform_many(reviewer, chosen, "department_return", reason="请补充")
        except Exception as error:
            return type(error).__name__
        return "done"

    assert sorted(at_once(lambda: take(tables), lambda: take(tables[::-1]))) == ["Refused", "done"]
    assert set(Project.objects.values_list("state", flat=True)) == {"draft"}


def test_payments_of_one_project_at_once_are_all_kept_and_added_up(person: Any) -> None:
    paid, clerks = project("甲", "approved"), [person("clerk", f"clerk{n}") for n in range(4)]
    start = Barrier(4, timeout=PATIENCE)

    def pay(clerk: Any) -> None:
        start.wait()
        for n in range(1, 4):
            add_entry(clerk, paid, "payment", Entry(date(2026, 1, n), Decimal(100), number=f"{clerk.username}-{n}"))

    at_once(*(lambda c=c: pay(c) for c in clerks))  # type: ignore[misc]
    assert (Payment.objects.count(), ExecutionTotal.objects.get().paid_fiscal) == (12, 1200)
    assert verify() == (AuditEntry.objects.count(), None)


def test_who_pays_does_not_wait_for_who_numbers_an_item_of_the_year(many_writers: None, person: Any) -> None:
    """Numbers are given one after the other; the year itself, which every payment's sums name, is not locked for it."""
    paid, other = project("甲", "approved"), project("乙", "approved")
    reviewer, clerk = person("finance_reviewer"), person("clerk")
    numbered, done = Event(), Event()

    def raise_slowly() -> None:
        with transaction.atomic():
            raise_item(reviewer, Found("review", "没有依据", project=other))
            numbered.set()
            assert done.wait(PATIENCE), "the payment waited for this transaction"

    def pay() -> None:
        assert numbered.wait(PATIENCE)
        add_entry(clerk, paid, "payment", Entry(date(2026, 1, 5), Decimal(100)))
        done.set()

    at_once(raise_slowly, pay)
    assert (Payment.objects.count(), Rectification.objects.count()) == (1, 1)


def test_editions_of_a_document_published_twice_at_once_follow_one_another(person: Any) -> None:
    project("甲", "approved")
    publisher, start = person("finance_reviewer"), Barrier(2, timeout=PATIENCE)
    department, year = Department.objects.get(), BudgetYear.objects.get()

    def go() -> int:
        start.wait()
        return publish(publisher, department, year).edition

    assert sorted(at_once(go, go)) == [1, 2]


def test_the_same_evidence_uploaded_twice_at_once_is_kept_once(person: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    proved, clerk, start = project("甲", "approved"), person("clerk"), Barrier(2, timeout=PATIENCE)

    def upload() -> str:
        start.wait()
        try:
            attach(clerk, proved, proved, SimpleUploadedFile("验收单.pdf", b"%PDF-1.7 content"))
        except Refused as refused:
            return str(refused)[:3]
        return "kept"

    assert len(set(at_once(upload, upload))) == 2
    assert Evidence.objects.count() == 1


def test_four_who_write_on_linked_projects_through_their_browsers_are_all_served(person: Any) -> None:
    """Payments lock the projects that contracts name: of 36 such writes a third ended as 500 on PostgreSQL."""
    record("第一条", None)
    linked = [project(name, "approved") for name in "甲乙"]
    clerks, start = [person("clerk", f"clerk{n}") for n in range(4)], Barrier(4, timeout=PATIENCE)

    def write(n: int) -> list[int]:
        browser = Client(raise_request_exception=False)
        browser.force_login(clerks[n], backend="django.contrib.auth.backends.ModelBackend")
        start.wait()
        codes = []
        for k in range(9):
            place, number = f"/execution/{linked[(n + k) % 2].pk}", f"{n}-{k}"
            if (n + k) % 3:
                typed = {"on": "2026-01-05", "amount": "10", "source": "fiscal", "number": number}
                codes.append(browser.post(f"{place}/entries/payment/", typed).status_code)
            else:
                codes.append(browser.post(f"{place}/contracts/", {"name": number, "amount": "10"}).status_code)
        return codes

    codes = at_once(*(lambda n=n: write(n) for n in range(4)))  # type: ignore[misc]
    assert codes == [[302] * 9] * 4
    assert (Payment.objects.count(), Contract.objects.count()) == (24, 12)
    assert sum(t.paid_fiscal for t in ExecutionTotal.objects.all()) == 240
    assert verify() == (37, None)
