"""The forms with cells, each opened with a cell that says something, for the tests that all of them must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone


@dataclass
class Form:
    """A form in a browser: the keys of two cells, the arrow that leads from one to the other, what the server has."""

    page: Any
    first: str
    second: str
    way: str
    stored: Callable[[str], str]
    has_boxes: bool = False

    def selector(self, key: str) -> str:
        """The element of a cell."""
        return f"[data-cell='{key}']"

    def typed_into(self, key: str) -> str:
        """What a cell is typed into: a box of its own, or the one that travels."""
        return self.selector(key) + ("" if self.has_boxes else " textarea.cellinput:not(.ready)")

    def field(self, key: str) -> Any:
        """The locator of it."""
        return self.page.locator(self.typed_into(key))

    def click(self, key: str) -> None:
        """One click."""
        self.page.click(self.selector(key), position={"x": 6, "y": 6})

    def shown(self, key: str) -> str:
        """The text that the cell shows."""
        cell = self.page.locator(self.selector(key))
        return str(cell.input_value() if self.has_boxes else cell.locator(".v").text_content())

    def is_saved(self) -> None:
        """Wait for the next save."""
        self.page.wait_for_selector("#status.good")
        self.page.evaluate("document.getElementById('status').className = ''")


def target_table(open_page: Any, person: Any, project: Any) -> Form:
    """绩效目标表: two target values, one below the other."""
    page, rows = open_page(person("clerk")), list(project.indicators.all())
    type(rows[0]).objects.filter(pk=rows[0].pk).update(target_raw="8")
    page.goto(f"/plan/{project.pk}/")

    def stored(key: str) -> str:
        return str(project.indicators.get(pk=int(key.split(":")[1])).target_raw)

    first, second = (f"indicator:{r.pk}:target_raw" for r in rows[:2])
    return Form(page, first, second, "ArrowDown", stored)


def department_goals(open_page: Any, person: Any, project: Any) -> Form:
    """部门整体绩效目标: title and goal of one task."""
    from jiheng.web.plan.models import DepartmentGoals

    goals = DepartmentGoals.objects.create(department=project.unit.department, budget_year=project.budget_year)
    item = goals.itemized.create(order=0, title="8", goal="补植行道树800株")
    page = open_page(person("department_reviewer"))
    page.goto(f"/plan/department/{project.unit.department_id}/")

    def stored(key: str) -> str:
        return str(getattr(goals.itemized.get(), key.split(":")[2]))

    return Form(page, f"itemized:{item.pk}:title", f"itemized:{item.pk}:goal", "ArrowRight", stored)


def monitoring_record(project: Any) -> Any:
    """The form of an approved project in a round that is open, 32 of 40 万元 paid."""
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.models import MonitoringRound
    from jiheng.web.monitoring.services.rounds import ask_fill

    approve(project, 320000)
    today = timezone.localdate()
    found = MonitoringRound.objects.create(
        budget_year=project.budget_year, order=3, label="10月底", period_end=date(2026, 10, 31), opens_on=today,
        closes_on=today + timedelta(days=9), locks_on=today + timedelta(days=19),
    )  # fmt: skip
    perform(ask_fill(found).pk)
    return found.records.get()


def self_evaluation(project: Any) -> Any:
    """The form of an approved project whose year is open, 36 of 40 万元 paid."""
    from jiheng.web.evaluation.models import EvaluationYear, SelfEvaluation
    from jiheng.web.evaluation.services.start import make_forms

    approve(project, 360000)
    EvaluationYear.objects.create(budget_year=project.budget_year)
    make_forms(project.budget_year, [project.pk])
    return SelfEvaluation.objects.get()


def approve(project: Any, paid: int) -> None:
    """The project is approved, and this much of it paid."""
    from jiheng.web.execution.models import Payment
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.plan.models import Project

    Project.objects.filter(pk=project.pk).update(state="approved")
    Payment.objects.create(project=project, amount=Decimal(paid), on=date(2026, 10, 20))
    refresh_totals([project.pk])


def monitoring_form(open_page: Any, person: Any, project: Any) -> Form:
    """绩效运行监控表: two reasons, one below the other."""
    record = monitoring_record(project)
    rows = list(record.rows.all())
    record.rows.filter(pk=rows[0].pk).update(reason_text="8")
    page = open_page(person("clerk"))
    page.goto(f"/monitoring/{record.pk}/")
    page.wait_for_selector("table.filling")

    def stored(key: str) -> str:
        return str(record.rows.get(pk=int(key.split(":")[1])).reason_text)

    first, second = (f"row:{r.pk}:reason_text" for r in rows[:2])
    return Form(page, first, second, "ArrowDown", stored, has_boxes=True)


def evaluation_form(open_page: Any, person: Any, project: Any) -> Form:
    """绩效自评表: two explanations, one below the other."""
    form = self_evaluation(project)
    rows = list(form.rows.all())
    form.rows.filter(pk=rows[0].pk).update(deviation="8")
    page = open_page(person("clerk"))
    page.goto(f"/evaluation/{form.pk}/")

    def stored(key: str) -> str:
        return str(form.rows.get(pk=int(key.split(":")[1])).deviation)

    first, second = (f"row:{r.pk}:deviation" for r in rows[:2])
    return Form(page, first, second, "ArrowDown", stored)
