"""What the first check of a process would otherwise let somebody wait for: word lists read, patterns compiled."""

from __future__ import annotations

from decimal import Decimal
from threading import Thread

from jiheng import policy
from jiheng.model import Budget, Document, Goals, Indicator, Project, SpendingPlan, Target
from jiheng.rules.engine import check

_HUNDRED = Decimal(100)


def _table() -> Document:
    """A table with something in every cell, for every rule to read."""
    rate = Target("≥95%", ">=", Decimal(95), "%", "quantitative")
    kinds = (
        ("产出指标", "数量指标"),
        ("产出指标", "成本指标"),
        ("效益指标", "社会效益指标"),
        ("满意度指标", "满意度指标"),
    )
    rows = tuple(
        Indicator(*kind, f"道路养护{n}完成率", "已养护的比例", rate, "年度计划") for n, kind in enumerate(kinds)
    )
    budget = Budget(_HUNDRED, _HUNDRED, Decimal(0))
    project = Project(
        1, "道路养护", "道路养护", "13020926P000307100017", budget=budget, purpose="用于道路养护30公里，安排100万元。",
        plan=SpendingPlan(("6月底", "12月底"), ("50", "100"), (Decimal(50), _HUNDRED)),
        goals=("完成道路养护30公里。",), indicators=rows,
    )  # fmt: skip
    return Document("", "docx", fiscal_year=2026, goals=Goals(("保障道路通行。",)), projects=(project, project))


def warm() -> None:
    """Check a table once for every policy pack."""
    for name in policy.names():
        check(_table(), policy.load(name))


def warm_beside() -> None:
    """The same beside the server's start, which does not wait for it."""
    Thread(target=warm, daemon=True).start()
