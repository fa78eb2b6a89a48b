"""Fill an empty database with the demonstration district."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from itertools import cycle, product
from typing import Any

from django.utils import timezone

from jiheng.readers import office
from jiheng.web import transaction
from jiheng.web.demo import approvals, evaluation, execution, monitoring, results
from jiheng.web.demo.accounts import DEMO_ACCOUNTS, PASSWORD
from jiheng.web.demo.projects import ACTIONS, MISTAKES, PERIODS, Table, Thing, code_of, make
from jiheng.web.disclosure.models import Publication
from jiheng.web.disclosure.services import PDF_JOB
from jiheng.web.jobs.services import ask
from jiheng.web.org.models import Department, District, Person, RoleAssignment, Section, Unit
from jiheng.web.org.roles import DEPARTMENT_ROLES, UNIT_ROLES, Role
from jiheng.web.plan import mapping
from jiheng.web.plan.checking import counts, findings_of, risk_of
from jiheng.web.plan.documents import document_of, to_content
from jiheng.web.plan.models import (
    BudgetYear,
    DepartmentGoals,
    Indicator,
    ItemizedGoal,
    PlanPeriod,
    Project,
    ProjectGoal,
    Safeguard,
)
from jiheng.web.plan.states import State

YEARS = (2025, 2026, 2027)
EACH = 5
"""Projects of a unit in a year."""
_STATES = (
    State.DRAFT,
    State.DRAFT,
    State.SUBMITTED,
    State.DEPARTMENT_REVIEW,
    State.FINANCE_REVIEW,
    State.FINANCE_REVIEW,
    State.APPROVED,
)
_MISTAKES = (None, None, *MISTAKES[:1], None, None, *MISTAKES[1:2], None, *MISTAKES[2:3], None, None, *MISTAKES[3:])
_SAFEGUARDS = (
    ("完善制度建设", "修订项目资金管理办法和绩效管理办法，明确科室和个人责任。"),
    ("加强支出管理", "及时启动采购，按合同节点支付资金，避免年底集中支出。"),
    ("加强绩效运行监控", "按季度核对目标和资金进度，偏差及时纠正。"),
    ("做好绩效自评", "年度终了一个月内完成自评，结果与下年预算挂钩。"),
)


def is_built() -> bool:
    """Whether there is a district already."""
    return District.objects.exists()


@transaction.atomic
def build(tell: Callable[[str], None] = lambda _: None) -> None:
    """Everything, in one transaction; the same every time."""
    source = tomllib.loads((resources.files("jiheng.web.demo") / "district.toml").read_text("utf-8"))
    district = District.objects.create(code=source["code"], name=source["name"])
    years = [_year(district, year) for year in YEARS]
    tell("机构和年度")
    units: list[tuple[Unit, list[Thing]]] = []
    for entry in source["department"]:
        department = Department.objects.create(district=district, code=entry["code"], name=entry["name"])
        for year in years:
            _goals(department, year, entry)
        units += _units(department, entry)
    _people(district)
    tell("部门、单位和人员")
    _projects(district, years, units)
    tell("项目和指标")
    _check(years)
    _waited(years[-1])
    tell("检查全部项目")
    approvals.approve(years)
    tell("批复")
    execution.fill(years[:-1])
    tell("预算执行")
    monitoring.fill(years[:-1])
    tell("绩效监控")
    _publish(years[:-1])
    tell("公开往年文本")
    evaluation.build(years[0])
    tell("绩效自评")
    results.build(*years[:2])
    tell("整改台账")


def _year(district: District, year: int) -> BudgetYear:
    ends = ((year - 1, 10, 31), (year - 1, 11, 15), (year - 1, 11, 30), (year - 1, 12, 31), (year, 2, 20))
    states = ("draft", "submitted", "department_review", "finance_review", "approved")
    days = {state: date(*end) for state, end in zip(states, ends, strict=True)}  # fmt: skip
    deadlines = {state: day.isoformat() for state, day in days.items()}
    return BudgetYear.objects.create(
        district=district, year=year, pack="hebei-2023", is_open=year == YEARS[-1], deadlines=deadlines
    )


def _goals(department: Department, year: BudgetYear, entry: dict[str, Any]) -> None:
    goals = DepartmentGoals.objects.create(
        department=department,
        budget_year=year,
        overall=f"{entry['goal']}\n{year.year}年完成部门预算确定的各项任务，资金使用规范有效。",
    )
    things = [Thing.of(line) for line in entry["things"]]
    ItemizedGoal.objects.bulk_create(
        ItemizedGoal(
            goals=goals, order=n, number="一二三四五"[n], title=f"{t.name}工作",
            indicators_text=f"{t.quality}达到92%以上。", goal=f"做好{t.name}各项工作，服务{t.people}。",
        )
        for n, t in enumerate(things)
    )  # fmt: skip
    Safeguard.objects.bulk_create(
        Safeguard(goals=goals, order=n, number="一二三四"[n], title=title, text=text)
        for n, (title, text) in enumerate(_SAFEGUARDS)
    )


def _units(department: Department, entry: dict[str, Any]) -> list[tuple[Unit, list[Thing]]]:
    found = []
    for n, name in enumerate(entry["units"], 1):
        full = f"{department.name}{name}" if name == "本级" else f"云溪区{name}"
        unit = Unit.objects.create(department=department, code=f"{department.code}{n:03d}", name=full)
        Section.objects.bulk_create(Section(unit=unit, name=s) for s in ("办公室", "财务科", "业务科"))
        found.append((unit, [Thing.of(line) for line in entry["things"]]))
    return found


def _people(district: District) -> None:
    for account in DEMO_ACCOUNTS:
        unit = Unit.objects.get(code=account.unit) if account.unit else None
        someone = Person.objects.create_user(
            account.username, account.name, PASSWORD, unit=unit, must_change_password=False
        )
        role = Role(account.role)
        RoleAssignment.objects.create(
            person=someone, role=role, district=district,
            department=unit.department if unit and role in UNIT_ROLES | DEPARTMENT_ROLES else None,
            unit=unit if role in UNIT_ROLES else None,
        )  # fmt: skip


def _projects(district: District, years: list[BudgetYear], units: list[tuple[Unit, list[Thing]]]) -> None:
    rnd = random.Random(20260101)  # noqa: S311 - the same district every time
    number = 0
    states, mistakes = (
        cycle(_STATES),
        cycle((None, None, *MISTAKES[:1], None, None, *MISTAKES[1:2], None, *MISTAKES[2:3], None, None, *MISTAKES[3:])),
    )
    last: dict[tuple[int, int], Project] = {}
    for year in years:
        tables: list[tuple[Project, Table]] = []
        for unit, things in units:
            chosen = list(product(things, ACTIONS))
            random.Random(unit.code).shuffle(chosen)  # noqa: S311
            for place, (thing, action) in enumerate(chosen[:EACH]):
                number += 1
                table = make(thing, action, year.year, code_of(district.code, year.year, number), rnd, next(mistakes))
                state = State.PUBLISHED if year.year < YEARS[-1] else next(states)
                project = Project(
                    unit=unit, budget_year=year, order=place, code=table.code, name=table.name, title=table.name,
                    budget_total=table.budget, budget_fiscal=table.budget, purpose=table.purpose, state=state,
                    previous=last.get((unit.pk, place)),
                )  # fmt: skip
                tables.append((project, table))
        Project.objects.bulk_create([p for p, _ in tables])
        _rows(tables)
        last = {(p.unit_id, p.order): p for p, _ in tables}


def _waited(year: BudgetYear) -> None:
    """Tables on their way have stood where they stand for up to three weeks, as in any queue."""
    now = timezone.now()
    found = list(Project.objects.filter(budget_year=year).exclude(state=State.DRAFT).order_by("pk"))
    for n, project in enumerate(found):
        project.state_since = now - timedelta(days=n * 7 % 22, hours=n % 9)
    Project.objects.bulk_update(found, ["state_since"])


def _rows(tables: list[tuple[Project, Table]]) -> None:
    periods, goals, indicators = [], [], []
    for project, table in tables:
        periods += [
            PlanPeriod(project=project, order=n, label=a, raw=b)
            for n, (a, b) in enumerate(zip(PERIODS, table.plan, strict=True))
        ]
        goals += [ProjectGoal(project=project, order=n, text=text) for n, text in enumerate(table.goals)]
        for n, (level1, level2, name, description, target, basis) in enumerate(table.rows):
            row = Indicator(
                project=project,
                order=n,
                level1=level1,
                level2=level2,
                name=name,
                description=description,
                target_raw=target,
                basis=basis,
            )
            mapping.fill_target(row)
            indicators.append(row)
    PlanPeriod.objects.bulk_create(periods)
    ProjectGoal.objects.bulk_create(goals)
    Indicator.objects.bulk_create(indicators, batch_size=500)


def _check(years: list[BudgetYear]) -> None:
    """Store what the checker finds in every project, as a clerk's saving would."""
    rows = DepartmentGoals.objects.prefetch_related("itemized", "safeguards")
    goals = {(g.department_id, g.budget_year_id): g for g in rows}
    for year in years:
        found = list(
            Project.objects.filter(budget_year=year)
            .select_related("unit__department", "budget_year")
            .prefetch_related("periods", "goals", "indicators")
        )
        for project in found:
            project.findings = findings_of(project, goals[project.unit.department_id, year.pk])
            project.errors, project.warnings, project.hints = counts(project.findings)
            is_new = project.previous_id is None
            project.risk = risk_of(project.errors, project.warnings, project.budget_total, 0, is_new)
            project.checked_revision = project.revision
        kept = ["findings", "errors", "warnings", "hints", "risk", "checked_revision"]
        Project.objects.bulk_update(found, kept, batch_size=200)


def _publish(years: list[BudgetYear]) -> None:
    """The documents of the years before, as they were published then."""
    reviewer = Person.objects.get(username="caizheng")
    made = []
    for year in years:
        for department in Department.objects.all():
            document = document_of(department, year)
            total = sum((p.budget.total or Decimal(0) for p in document.projects), Decimal(0))
            fields = {"project_count": len(document.projects), "budget_total": total, "published_by": reviewer}
            content = to_content(document)
            made.append(Publication(department=department, budget_year=year, content=content, **fields))
    Publication.objects.bulk_create(made)
    _print(years[-1])


def _print(year: BudgetYear) -> None:
    """Their PDF, one after the other in the background: what a visitor imports does not wait behind them all."""
    if office.available():
        for n, made in enumerate(Publication.objects.filter(budget_year=year).select_related("department")):
            ask(PDF_JOB, f"生成 {made} 的 PDF", {"publication": made.pk}, after=timedelta(seconds=20 * (n + 1)))
