"""Lists of the finance system in the demonstration district: one brought in, one that waits with two bad rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.core.files.uploadedfile import SimpleUploadedFile

from jiheng.web.execution.importing import applying, batches
from jiheng.web.execution.models import ImportBatch, Payment
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Person
from jiheng.web.plan.models import BudgetYear, Project

HEAD = ("支付日期", "凭证号", "项目代码", "项目名称", "资金性质", "支付金额（元）", "收款人", "摘要")
SOURCES = {"fiscal": "一般公共预算", "carry_over": "上年结转"}


def bring_in(year: BudgetYear, payments: Iterable[Payment]) -> None:
    """Keep these payments by way of a file, as the finance bureau would; and leave another to be looked at."""
    person = Person.objects.get(username="caizheng")
    kept = _sent(person, year, "教育局2026年10月支付明细.csv", [_row(p) for p in payments])
    applying.apply(person, kept.pk)
    _do(kept)
    projects = Project.objects.filter(budget_year=year, unit__department__code="302").order_by("code")
    _sent(person, year, "卫生健康局2026年10月补记.csv", _spoilt(list(projects[:4])))


def _row(payment: Payment) -> Sequence[str]:
    project = payment.project
    source = SOURCES[payment.source]
    amount = f"{payment.amount:,.2f}"
    return (
        payment.on.isoformat(), payment.number, project.code, project.name, source, amount, payment.payee, payment.note,
    )  # fmt: skip


def _spoilt(projects: list[Project]) -> list[Sequence[str]]:
    """Four rows: two to be kept, one with a wrong day and amount, one of a project that nobody knows."""
    whom, what, fiscal = "云溪瑞和服务有限公司", "补记", SOURCES["fiscal"]
    first, second, third, fourth = projects
    return [
        ("2026-10-28", "261090001", first.code, first.name, fiscal, "860.00", whom, what),
        ("2026-10-29", "261090002", second.code, second.name, fiscal, "1,240.50", whom, what),
        ("2026-10-32", "261090003", third.code, third.name, fiscal, "八百元", whom, what),
        ("2026-10-30", "261090004", f"{fourth.code[:-4]}0000", f"{fourth.name}（二期）", fiscal, "300.00", whom, what),
    ]


def _sent(person: Person, year: BudgetYear, name: str, rows: Iterable[Sequence[str]]) -> ImportBatch:
    """A file that was received and read."""
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    file = SimpleUploadedFile(name, text.getvalue().encode("gb18030"))
    batch, _ = batches.receive(person, year, batches.places_for(person, year)[0], "payment", file)
    _do(batch)
    return batch


def _do(batch: ImportBatch) -> None:
    """The background work asked for, at once: the district is there when it is served."""
    batch.refresh_from_db()
    assert batch.job_id is not None
    perform(batch.job_id)
