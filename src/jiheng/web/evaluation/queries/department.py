"""What the page of a department's overall self-evaluation shows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import Http404

from jiheng.scoring.numbers import plain, printed
from jiheng.web.evaluation.models import DepartmentSelfEvaluation
from jiheng.web.evaluation.queries.ranking import Overview, worst
from jiheng.web.evaluation.services import department as services
from jiheng.web.monitoring.models import RecordState
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import At, allowed
from jiheng.web.plan.models import BudgetYear

WAN = 10000


def seen_whole(person: Any, departments: Iterable[Department], year: BudgetYear) -> list[Department]:
    """Those whose projects the person sees all of: only their overall self-evaluation can be opened."""
    return [d for d in departments if allowed(person, "evaluation.view", At(d, year.year))]


def department_or_404(person: Any, pk: int, year: BudgetYear) -> Department:
    """A department of the year's district whose projects the person sees as a whole. Raises ``Http404``."""
    found = Department.objects.filter(pk=pk, district=year.district_id).select_related("district").first()
    if found is None or not seen_whole(person, [found], year):
        raise Http404("没有这个部门，或者您无权查看它的整体自评。")
    return found


def form_of(department: Department, year: BudgetYear) -> DepartmentSelfEvaluation:
    """Its form; a new one, not saved, where nobody has written yet."""
    found = (
        DepartmentSelfEvaluation.objects.filter(department=department, budget_year=year).select_related("by").first()
    )
    return found or DepartmentSelfEvaluation(department=department, budget_year=year)


def steps_of(person: Any, form: DepartmentSelfEvaluation) -> list[tuple[str, str, bool, str]]:
    """The steps that this person may take now: name, label, whether a reason is asked for, what stands against it."""
    place = At(form.department, form.budget_year.year)
    return [
        (name, label, needs_reason, services.obstacle(form, name))
        for name, (label, source, _, permission, needs_reason) in services.STEPS.items()
        if form.state == source and allowed(person, permission, place)
    ]


def drafted(form: DepartmentSelfEvaluation, found: Overview) -> dict[str, str]:
    """Sentences that the sums alone can say, to begin the empty parts with."""
    s, year = found.summary, form.budget_year.year
    money = f"{printed(s.budget / WAN)} 万元"
    rate = "" if s.rate is None else f"，执行率 {plain(s.rate)}%"
    grades = "，".join(f"{name} {count} 个" for name, count in s.grades.items() if count)
    low = worst(services.own_forms(form.department, form.budget_year), 5)
    weak = [f for f in low if f.score is not None and f.score < 80]
    mean = plain(s.weighted or Decimal(0))
    done = f"{s.scored} 个项目完成自评，按预算加权平均 {mean} 分，等级为{s.grade}；其中{grades}。"
    said = [f"{f.project.name} {plain(f.score)} 分，等级为{f.grade}" for f in weak if f.score is not None]
    return {
        "overview": f"{year}年{form.department.name}共有 {s.count} 个项目纳入绩效自评，全年预算 {money}，"
        f"全年执行 {printed(s.paid / WAN)} 万元{rate}。",
        "achievements": done if s.weighted is not None else "",
        "problems": "；".join(said),
    }  # fmt: skip


def page_of(person: Any, department: Department, year: BudgetYear) -> dict[str, Any]:
    """The whole page."""
    form, found = form_of(department, year), services.overview_of_department(department, year)
    may_write = form.state == RecordState.DRAFT and allowed(person, "evaluation.department", At(department, year.year))
    drafts = drafted(form, found) if may_write else {}
    texts = [
        (name, label, getattr(form, name) or drafts.get(name, ""), bool(getattr(form, name)))
        for name, label in services.TEXTS.items()
    ]
    return {
        "form": form, "found": found, "texts": texts, "may_write": may_write, "steps": steps_of(person, form),
        "worst": worst(services.own_forms(department, year)),
    }  # fmt: skip
