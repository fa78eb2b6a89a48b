"""A department's overall self-evaluation (部门整体自评): its words, and the sums kept when it is submitted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jiheng.web import transaction
from jiheng.web.evaluation.models import DepartmentSelfEvaluation, SelfEvaluation
from jiheng.web.evaluation.queries.ranking import Overview, overview_of
from jiheng.web.locks import for_update
from jiheng.web.monitoring.models import RecordState
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import At, require
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.values import clean
from jiheng.web.plan.workflow import holders
from jiheng.web.supervision.services import notify, record

S = RecordState
TEXTS = {
    "overview": "基本情况", "achievements": "绩效目标完成情况", "problems": "存在的问题及原因",
    "measures": "改进措施和结果应用",
}  # fmt: skip
LONGEST = 10000
STEPS: dict[str, tuple[str, RecordState, RecordState, str, bool]] = {
    "submit": ("报送财政", S.DRAFT, S.FINANCE_REVIEW, "evaluation.department", False),
    "recall": ("撤回", S.FINANCE_REVIEW, S.DRAFT, "evaluation.department", False),
    "accept": ("审核通过", S.FINANCE_REVIEW, S.ACCEPTED, "evaluation.review_finance", False),
    "return": ("退回部门", S.FINANCE_REVIEW, S.DRAFT, "evaluation.review_finance", True),
    "reopen": ("退回重报", S.ACCEPTED, S.DRAFT, "evaluation.review_finance", True),
}
"""Name → label, from, to, permission, whether a reason is asked for."""


def own_forms(department: Department, year: BudgetYear) -> Any:
    """The forms of the department's projects."""
    related = ("project", "unit", "department", "budget_year")
    return SelfEvaluation.objects.filter(department=department, budget_year=year).select_related(*related)


def overview_of_department(department: Department, year: BudgetYear) -> Overview:
    """Its sums, by unit."""
    return overview_of(own_forms(department, year), pack_of(year), "unit")


def locked(department: Department, year: BudgetYear) -> DepartmentSelfEvaluation:
    """The department's form, made where there is none, locked until the transaction ends."""
    DepartmentSelfEvaluation.objects.get_or_create(department=department, budget_year=year)
    rows = for_update(DepartmentSelfEvaluation.objects.filter(department=department, budget_year=year))
    key = rows.values_list("pk", flat=True).get()
    return DepartmentSelfEvaluation.objects.select_related("department", "budget_year").get(pk=key)


@transaction.atomic
def save_texts(
    person: Any, department: Department, year: BudgetYear, texts: dict[str, str], seen: int
) -> DepartmentSelfEvaluation:  # fmt: skip
    """Save the words of the report. Raises ``PermissionDenied`` and :class:`Refused`."""
    require(person, "evaluation.department", At(department, year.year))
    form = locked(department, year)
    if form.state != S.DRAFT:
        raise Refused(f"部门整体自评处于“{S(form.state).label}”，不能修改。需要修改时请先撤回，或请财政退回。")
    if form.revision != seen:
        raise Refused("别人刚刚改过部门整体自评，您的内容没有保存。请另开窗口核对后再改。")
    before = {name: getattr(form, name) for name in TEXTS}
    for name, label in TEXTS.items():
        said = clean(texts.get(name, ""))
        if len(said) > LONGEST:
            raise Refused(f"{label}最多 {LONGEST} 字，现在是 {len(said)} 字，请缩短后再保存。")
        setattr(form, name, said)
    after = {name: getattr(form, name) for name in TEXTS}
    if before != after:
        form.revision, form.by = form.revision + 1, person
        form.save()
        record("编写部门整体自评", form, before, after)
    return form


def obstacle(form: DepartmentSelfEvaluation, name: str) -> str:
    """Why the department's self-evaluation cannot be submitted; "" where it can."""
    if name != "submit":
        return ""
    if blank := [label for field, label in TEXTS.items() if not getattr(form, field).strip()]:
        return f"还没有填写：{'、'.join(blank)}。"
    forms = own_forms(form.department, form.budget_year)
    count = forms.count()
    if not count:
        return "本部门没有项目自评表。"
    open_ones = forms.filter(state__in=(S.DRAFT, S.DEPARTMENT_REVIEW)).count()
    return f"还有 {open_ones} 个项目的自评没有通过部门审核（共 {count} 个）。" if open_ones else ""


@transaction.atomic
def take_step(
    person: Any, department: Department, year: BudgetYear, name: str, reason: str = ""
) -> DepartmentSelfEvaluation:  # fmt: skip
    """Take a step; with its submission the sums are kept as they are. Raises ``PermissionDenied``, :class:`Refused`."""
    if name not in STEPS:
        raise Refused(f"没有名为“{name[:40]}”的步骤。")
    label, source, target, permission, needs_reason = STEPS[name]
    require(person, permission, At(department, year.year))
    form = locked(department, year)
    if form.state != source:
        raise Refused(f"部门整体自评现在处于“{S(form.state).label}”，不能“{label}”。请刷新后再看。")
    if needs_reason and not reason.strip():
        raise Refused(f"“{label}”要写明理由。")
    if problem := obstacle(form, name):
        raise Refused(problem)
    if name == "submit":
        freeze(form)
    form.state, form.reason, form.by = target, reason.strip(), person
    form.save()
    record(label, form, {"state": str(source)}, {"state": str(target), "reason": reason.strip()})
    _tell(form, name, label, reason)
    return form


def _tell(form: DepartmentSelfEvaluation, name: str, label: str, reason: str) -> None:
    turn = "evaluation.review_finance" if name in ("submit", "recall") else "evaluation.department"
    first = own_forms(form.department, form.budget_year).select_related("project__unit__department").first()
    if first is None:
        return
    people = holders([turn], [first.project])
    link = f"/evaluation/department/{form.department_id}/?year={form.budget_year_id}"
    notify(people, f"“{form}”{label}{f'：{reason.strip()}' if reason.strip() else ''}", link)


def freeze(form: DepartmentSelfEvaluation) -> None:
    """Keep the sums: what was submitted does not change with a project that is sent back later."""
    found = overview_of_department(form.department, form.budget_year)
    s = found.summary
    form.score, form.grade = s.weighted, s.grade
    form.content = {
        "count": s.count, "scored": s.scored, "mean": _text(s.mean), "weighted": _text(s.weighted), "grade": s.grade,
        "grades": dict(s.grades), "budget": _text(s.budget), "paid": _text(s.paid), "rate": _text(s.rate),
        "units": [
            {"name": p.name, "count": p.summary.count, "weighted": _text(p.summary.weighted), "grade": p.summary.grade,
             "budget": _text(p.summary.budget), "rate": _text(p.summary.rate)}
            for p in found.places
        ],
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
