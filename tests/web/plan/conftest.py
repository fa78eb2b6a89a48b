"""A project of our own invention in the plan stage's tests."""

from __future__ import annotations

from typing import Any

import pytest

GOOD_ROWS = (
    ("产出指标", "数量指标", "补植行道树数量", "全年补植的行道树株数", "≥800株", "《道路绿化三年计划》"),
    ("产出指标", "质量指标", "补植行道树成活率", "成活株数占补植株数的比例", "≥95%", "《城市绿化工程施工规范》"),
    ("产出指标", "时效指标", "补植完成时间", "补植全部完成的时间", "2026年11月底前", "年度绿化方案"),
    ("产出指标", "成本指标", "补植行道树单价", "每株苗木和栽植费用", "≤500元/株", "上年合同价"),
    ("效益指标", "社会效益指标", "补植道路绿化覆盖率", "补植道路绿化覆盖面积占比", "≥38%", "《道路绿化三年计划》"),
    ("满意度指标", "服务对象满意度", "沿街居民满意度", "问卷调查满意人数占比", "≥90%", "上年调查结果92%"),
)  # fmt: skip


@pytest.fixture
def year(district: Any) -> Any:
    from jiheng.web.plan.models import BudgetYear

    return BudgetYear.objects.get(year=2026)


@pytest.fixture
def project(district: Any, year: Any) -> Any:
    """A good project of unit 601001, made without services so that no clerk is needed."""
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.mapping import fill_target
    from jiheng.web.plan.models import Indicator, PlanPeriod, Project, ProjectGoal

    made = Project.objects.create(
        unit=Unit.objects.get(code="601001"), budget_year=year, code="13990126P000141100015", name="道路绿化补植",
        budget_total=40, budget_fiscal=40, budget_other=0, purpose="用于城区道路补植行道树，补植800株，每株500元，共40万元。",
    )  # fmt: skip
    labels = ("3月底", "6月底", "10月底", "12月底")
    for n, (label, raw) in enumerate(zip(labels, ("10", "40", "80", "100"), strict=True)):
        PlanPeriod.objects.create(project=made, order=n, label=label, raw=raw)
    ProjectGoal.objects.create(project=made, text="全年补植行道树800株，成活率达到95%以上，道路绿化更加完整。")
    for n, row in enumerate(GOOD_ROWS):
        fields = dict(zip(("level1", "level2", "name", "description", "target_raw", "basis"), row, strict=True))
        indicator = Indicator(project=made, order=n, **fields)
        fill_target(indicator)
        indicator.save()
    return Project.objects.get(pk=made.pk)
