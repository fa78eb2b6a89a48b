"""Self-evaluations as Word and Excel files: rows of the database to what the writers print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from jiheng.scoring.numbers import percent_of, plain, printed
from jiheng.web.evaluation.models import DepartmentSelfEvaluation, EvaluatedIndicator, SelfEvaluation
from jiheng.web.evaluation.queries.forms import MoneyLine, goals_of, money_lines
from jiheng.web.evaluation.services import department as departments
from jiheng.writers.evaluation_docx import write_department, write_report
from jiheng.writers.evaluation_docx import write_forms as write_word_forms
from jiheng.writers.evaluation_excel import write_forms as write_excel_forms
from jiheng.writers.evaluation_form import DepartmentReport, EvaluationForm, IndicatorRow, MoneyRow, PlaceRow

KINDS = {"docx": "Word 自评表", "xlsx": "Excel 自评表", "report": "Word 自评报告"}
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WAN = Decimal(10000)
AT_ONCE = 100


def _points(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.2f}%"


def content_of(form: SelfEvaluation) -> EvaluationForm:
    """What the form says; its rows and the goals of its project are best prefetched."""
    money = [_money(form, line) for line in money_lines(form)]
    goals = goals_of(form)
    unit = form.project.unit
    return EvaluationForm(
        form.budget_year.year, str(form.project), form.project.code, unit.department.name, unit.name, money,
        "\n".join(f"{n}.{g}" if len(goals) > 1 else g for n, g in enumerate(goals, 1)), form.goals_actual,
        [_row(row) for row in form.rows.all()], _points(form.score), form.grade, form.execution_explanation,
        [d["message"] for d in form.honesty], form.honesty_explanation,
    )  # fmt: skip


def _money(form: SelfEvaluation, line: MoneyLine) -> MoneyRow:
    weight, points = (form.execution_weight, form.execution_points) if line.is_total else (None, None)
    amounts = (printed(amount) for amount in (line.initial, line.budget, line.executed))
    return MoneyRow(line.label, *amounts, _percent(line.rate), _points(weight), _points(points))


def _row(row: EvaluatedIndicator) -> IndicatorRow:
    changed = ""
    if row.given is not None:
        changed = f"按规则计 {_points(row.computed) or '—'} 分，调整为 {plain(row.given)} 分：{row.given_reason}"
    return IndicatorRow(
        row.level1, row.level2, row.name, row.target_raw, row.actual_raw, plain(row.weight), _points(row.points),
        row.deviation, row.explanation, changed,
    )  # fmt: skip


def contents(forms: Any) -> Iterator[EvaluationForm]:
    """Of many forms (a queryset), read some at a time."""
    keys = list(forms.values_list("pk", flat=True))
    for begin in range(0, len(keys), AT_ONCE):
        batch = keys[begin : begin + AT_ONCE]
        rows = SelfEvaluation.objects.filter(pk__in=batch).select_related("project__unit__department", "budget_year")
        found = {f.pk: f for f in rows.prefetch_related("rows", "project__goals")}
        yield from (content_of(found[key]) for key in batch if key in found)


def write_one(form: SelfEvaluation, kind: str) -> tuple[bytes, str, str]:
    """(file, its extension, its name) of one form. Raises ``KeyError`` where ``kind`` is none of :data:`KINDS`."""
    KINDS[kind]
    content, name = content_of(form), f"{form.project}{form.budget_year}绩效自评"
    if kind == "report":
        return write_report(content), "docx", f"{name}报告"
    return write_many([content], kind, name), kind, f"{name}表"


def write_many(forms: Iterable[EvaluationForm], kind: str, title: str) -> bytes:
    """Many forms as one Word file or one workbook."""
    found = list(forms)
    return write_excel_forms(found) if kind == "xlsx" else write_word_forms(found, title)


def _place(name: str, about: object, budget: Decimal, paid: Decimal, score: Decimal | None, grade: str) -> PlaceRow:
    money = (printed(amount / WAN) for amount in (budget, paid))
    return PlaceRow(name, str(about), *money, _percent(percent_of(paid, budget)), _points(score) or "—", grade or "—")


def write_overall(form: DepartmentSelfEvaluation) -> bytes:
    """The report of a department's overall self-evaluation."""
    found = departments.overview_of_department(form.department, form.budget_year)
    s = found.summary
    units = [
        _place(p.name, p.summary.count, p.summary.budget, p.summary.paid, p.summary.weighted, p.summary.grade)
        for p in found.places
    ]
    forms = departments.own_forms(form.department, form.budget_year).order_by("unit__code", "project__order")
    projects = [
        _place(f.project.name, f.unit.name, f.budget, f.executed, f.score, f.grade) for f in forms.defer("honesty")
    ]
    report = DepartmentReport(
        form.budget_year.year, form.department.name, _points(s.weighted) or "—", s.grade or "—",
        [(label, getattr(form, name)) for name, label in departments.TEXTS.items()],
        _place("合计", s.count, s.budget, s.paid, s.weighted, s.grade), units, projects, list(s.grades.items()),
    )  # fmt: skip
    return write_department(report)
