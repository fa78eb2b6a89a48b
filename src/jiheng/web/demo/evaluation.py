"""The self-evaluations of a year that is over, filled in by units of different tempers: most are honest, some are not.

Deterministic, written in bulk by the services' own functions; scores and doubts are what the platform computes.
"""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from jiheng.model import Target
from jiheng.scoring.comparison import direction_of
from jiheng.scoring.numbers import plain
from jiheng.web.evaluation import values
from jiheng.web.evaluation.computing import FORM_RESULTS, rescore, target_of
from jiheng.web.evaluation.models import (
    DepartmentSelfEvaluation,
    EvaluatedIndicator,
    EvaluationStep,
    EvaluationYear,
    SelfEvaluation,
)
from jiheng.web.evaluation.queries.department import drafted
from jiheng.web.evaluation.services.department import freeze, overview_of_department
from jiheng.web.evaluation.services.filling import STORED_ROW
from jiheng.web.evaluation.services.start import BATCH, covered_projects, make_forms
from jiheng.web.evaluation.services.submission import needs_reason
from jiheng.web.execution.models import Evidence
from jiheng.web.monitoring.models import RecordState
from jiheng.web.monitoring.services.evidence import attach
from jiheng.web.org.models import Department, Person
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear
from jiheng.writers.docx_report import Paragraph, write_report

PROVING = ("honest", "fair")
"""Those who keep evidence of what they report."""
TEMPERS = ("honest", "fair", "honest", "proud", "fair", "copied", "honest", "weak")
"""By unit, in turn: fair ones finish late and pay a little more, proud ones score about full points everywhere, copied
ones report the targets, weak ones fall short."""
_REASONS = (
    "施工队进场较晚，部分任务跨年完成。今后提前启动采购，按月调度进度。",
    "实际需求少于年初测算，按实有数量实施。下年按上年实绩测算指标值。",
    "问卷回收样本偏少，群众对维护时段有意见。下年调整作业时间并扩大调查。",
    "材料价格上涨，单位成本高于预算。下年采用框架协议采购。",
)
_SHARES = {"honest": (88, 108), "fair": (80, 103), "proud": (100, 104), "copied": (100, 100), "weak": (38, 92)}
_MONTHS = {"honest": (10, 11), "fair": (10, 12), "proud": (10, 11), "copied": (11, 11), "weak": (11, 12)}
_STAMP = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
_OPENED = datetime(2026, 1, 12, 1, 30, tzinfo=UTC)


def build(year: BudgetYear) -> int:
    """Fill in the self-evaluations of all approved projects of the year; how many."""
    finance = Person.objects.get(username="caizheng")
    opened = EvaluationYear.objects.create(budget_year=year, closes_on=date(year.year + 1, 3, 31), opened_by=finance)
    EvaluationYear.objects.filter(pk=opened.pk).update(opened_at=_OPENED)
    keys = list(covered_projects(year).order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(keys), BATCH):
        make_forms(year, keys[begin : begin + BATCH])
    forms = SelfEvaluation.objects.filter(budget_year=year).select_related("budget_year", "project", "unit")
    found = list(forms.prefetch_related("rows", "project__goals").order_by("pk"))
    units = sorted({form.unit_id for form in found})
    tempers = {unit: TEMPERS[n % len(TEMPERS)] for n, unit in enumerate(units)}
    for form in found:
        _fill(form, tempers[form.unit_id])
    _store(found)
    _prove([f for f in found if tempers[f.unit_id] in PROVING], finance)
    _steps(found)
    for department in Department.objects.filter(district=year.district):
        _overall(department, year)
    return len(found)


def _fill(form: SelfEvaluation, temper: str) -> None:
    rnd = random.Random(f"{form.project.code}:{temper}")  # noqa: S311 - the same every time
    rows, pack = list(form.rows.all()), pack_of(form.budget_year)
    for row in rows:
        _answer(row, temper, form.budget_year.year, rnd)
    goals = [g.text for g in form.project.goals.all()]
    form.goals_actual = (
        f"全年{'基本' if temper == 'weak' else ''}完成年度总体目标：{goals[0] if goals else form.project}。"
    )
    proven = [row.pk for row in rows] if temper in PROVING else []
    rescore(form, rows, pack, proven)
    for row in rows:
        if needs_reason(row, pack):
            row.deviation = _REASONS[rnd.randrange(len(_REASONS))]
    if temper == "proud" and rows[0].computed is not None and rows[0].computed < rows[0].weight:
        rows[0].given, rows[0].given_reason = rows[0].weight, "工作量大，群众评价好，按满分计。"
        rescore(form, rows, pack, proven)
    if form.doubts:
        form.honesty_explanation = "完成值按年度工作总结填报，佐证材料存单位备查。"
    form.state, form.state_since = RecordState.ACCEPTED, _STAMP


def _answer(row: EvaluatedIndicator, temper: str, year: int, rnd: random.Random) -> None:
    """What a unit of this temper says of an indicator; honest and fair ones keep what monitoring reported last."""
    target = target_of(row)
    direction = direction_of(target, year)
    told = direction not in (("qualitative", "date", "inverse") if temper == "fair" else ("qualitative",))
    if temper in PROVING and row.actual_raw.strip() and told:
        return
    if direction == "date":
        month = rnd.choice(_MONTHS[temper])
        said = f"{year}年{month}月{rnd.randint(5, 28)}日"
    elif direction == "qualitative" or target.value is None:
        said = "已按要求完成"
        row.attainment = "部分达成" if temper == "weak" else "达成"
    else:
        said = _number(target, direction == "inverse", temper, rnd)
    stored = values.actual(said, target)
    row.actual_raw, row.numerator, row.denominator = stored.raw, stored.numerator, stored.denominator


def _number(target: Target, is_inverse: bool, temper: str, rnd: random.Random) -> str:
    low, high = _SHARES[temper]
    value, share = target.value or Decimal(0), Decimal(rnd.randint(low, high))
    if is_inverse:
        share = 200 - share
    number = value * share / 100
    most = Decimal(100) if target.unit == "%" else None
    number = min(number, most) if most is not None else number
    is_count = value == value.to_integral_value() and target.unit not in ("%", "‰") and "元" not in (target.unit or "")
    return f"{plain(round(number, 0 if is_count else 2))}{target.unit or ''}"


def _store(forms: list[SelfEvaluation]) -> None:
    kept = [*FORM_RESULTS, "goals_actual", "honesty_explanation", "state", "state_since"]
    SelfEvaluation.objects.bulk_update(forms, kept, batch_size=100)
    rows = [row for form in forms for row in form.rows.all()]
    EvaluatedIndicator.objects.bulk_update(rows, STORED_ROW, batch_size=200)


def _prove(forms: list[SelfEvaluation], by: Person) -> None:
    """A file beside each row: one content, kept once."""
    rows = [(form, row) for form in forms for row in form.rows.all()]
    paper = write_report("验收单", "", [Paragraph("经现场核对，完成数量和质量与填报一致。")], ["验收小组"])
    form, row = rows[0]
    first = attach(by, row, form.project, SimpleUploadedFile("验收单.docx", paper))
    same = {"name": first.name, "path": first.path, "size": first.size, "sm3": first.sm3, "by": by}
    Evidence.objects.bulk_create([Evidence(project=f.project, owner=r, **same) for f, r in rows[1:]], batch_size=500)


def _steps(forms: list[SelfEvaluation]) -> None:
    """The way that each form went, as far as there are accounts for it."""
    by_name: dict[str, Any] = {
        p.username: p for p in Person.objects.filter(username__in=("fuzeren", "bumen", "caizheng"))
    }
    way = (
        ("submit", "fuzeren", RecordState.DRAFT, RecordState.DEPARTMENT_REVIEW),
        ("department_pass", "bumen", RecordState.DEPARTMENT_REVIEW, RecordState.FINANCE_REVIEW),
        ("accept", "caizheng", RecordState.FINANCE_REVIEW, RecordState.ACCEPTED),
    )
    EvaluationStep.objects.bulk_create(
        [
            EvaluationStep(evaluation=form, name=name, source=source, target=target, by=by_name.get(who))
            for form in forms
            for name, who, source, target in way
        ],
        batch_size=500,
    )


def _overall(department: Department, year: BudgetYear) -> None:
    """The department's own: what the sums say, and what it wants to do better."""
    form = DepartmentSelfEvaluation(department=department, budget_year=year, state=RecordState.ACCEPTED)
    said = drafted(form, overview_of_department(department, year))
    form.overview, form.achievements = said["overview"], said["achievements"]
    weak = re.sub(r"；", "；\n", said["problems"])
    form.problems = f"得分较低的项目：\n{weak}" if weak else "各项目总体达到目标，个别项目支付进度偏慢。"
    form.measures = "自评结果报部门党组研究，作为编制下年预算和完善指标值的依据；得分较低的项目限期整改。"
    form.by = Person.objects.get(username="bumen")
    freeze(form)
    form.save()
