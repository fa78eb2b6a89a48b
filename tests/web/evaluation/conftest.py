"""A project whose year is over: approved, paid for, monitored; and the people around it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

ROWS = (
    ("产出指标", "数量指标", "补植行道树数量", "≥800株"),
    ("产出指标", "质量指标", "补植行道树成活率", "≥95%"),
    ("产出指标", "时效指标", "补植完成时间", "2026年11月底前"),
    ("产出指标", "成本指标", "补植行道树单价", "≤500元/株"),
    ("效益指标", "社会效益指标", "道路绿化面貌", "明显改善"),
    ("满意度指标", "服务对象满意度", "沿街居民满意度", "≥90%"),
)
GOOD = ("800株", "95%", "2026年11月20日", "490元/株", "明显改善", "92%")


@pytest.fixture
def year(district: Any) -> Any:
    from jiheng.web.plan.models import BudgetYear

    return BudgetYear.objects.get(year=2026)


@pytest.fixture
def make_project(district: Any, year: Any) -> Any:
    """``make_project("名称", unit="601001", paid="36")``: 40 万元, approved, paid for in November."""
    from jiheng.web.execution.models import Payment
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.mapping import fill_target
    from jiheng.web.plan.models import Indicator, Project, ProjectGoal

    def make(name: str = "道路绿化补植", unit: str = "601001", paid: str = "36", state: str = "approved") -> Any:
        made = Project.objects.create(
            unit=Unit.objects.get(code=unit), budget_year=year, name=name, state=state, budget_total=40,
            budget_fiscal=40, budget_other=0,
        )  # fmt: skip
        ProjectGoal.objects.create(project=made, text="全年补植行道树800株，道路绿化更加完整。")
        for n, (level1, level2, row, target) in enumerate(ROWS):
            indicator = Indicator(project=made, order=n, level1=level1, level2=level2, name=row, target_raw=target)
            fill_target(indicator)
            indicator.save()
        Payment.objects.create(project=made, amount=Decimal(paid) * 10000, on=date(2026, 11, 3), key=f"{made.pk}")
        refresh_totals([made.pk])
        return Project.objects.get(pk=made.pk)

    return make


@pytest.fixture
def project(make_project: Any) -> Any:
    return make_project()


@pytest.fixture
def opened(year: Any) -> Any:
    """``opened()``: the year's self-evaluation is open, all forms are made."""
    from jiheng.web.evaluation.models import EvaluationYear, SelfEvaluation
    from jiheng.web.evaluation.services.start import covered_projects, make_forms

    def make() -> list[Any]:
        EvaluationYear.objects.get_or_create(budget_year=year)
        make_forms(year, list(covered_projects(year).values_list("pk", flat=True)))
        return list(SelfEvaluation.objects.order_by("pk"))

    return make


@pytest.fixture
def form(project: Any, opened: Any) -> Any:
    """The form of the project, empty."""
    return opened()[0]


@pytest.fixture
def write(person: Any) -> Any:
    """``write(form, actual_raw=(…), goals_actual="…")``: as the clerk types; a tuple goes down the rows."""
    from jiheng.web.evaluation.services.filling import save_cells
    from jiheng.web.org.models import Person

    def save(form: Any, **values: Any) -> Any:
        from jiheng.web.evaluation.models import SelfEvaluation

        clerk = Person.objects.filter(username="clerk").first() or person("clerk")
        keys = list(form.rows.values_list("pk", flat=True))
        cells: dict[str, str] = {}
        for name, value in values.items():
            if isinstance(value, tuple):
                cells |= {f"row:{pk}:{name}": text for pk, text in zip(keys, value, strict=False)}
            else:
                cells[name] = value
        save_cells(clerk, form.pk, cells, {})
        return SelfEvaluation.objects.get(pk=form.pk)

    return save


@pytest.fixture
def filled(form: Any, write: Any) -> Any:
    """The form filled in well: 10 × 90% + 90 = 99 points; its rows have no evidence, which is explained."""
    return write(
        form, actual_raw=GOOD, goals_actual="全年补植800株。", honesty_explanation="验收单存单位备查。",
        attainment=("", "", "", "", "达成", ""),
    )  # fmt: skip


@pytest.fixture
def enter(client: Any, person: Any) -> Any:
    """``enter("clerk")``: a client of a person with this role."""
    from jiheng.web.org.models import Person

    def log_in(role: str, **where: Any) -> Any:
        someone = Person.objects.filter(username=where.get("username", role)).first() or person(role, **where)
        client.force_login(someone, "django.contrib.auth.backends.ModelBackend")
        return client

    return log_in
