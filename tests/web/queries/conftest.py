"""A district that grows: ``grow(n)`` makes n of everything that a page may list."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

FINDING = {
    "code": "V101", "name": "指标值", "severity": "error", "cell": "name", "field": "name", "row": None,
    "message": "项目名称不规范。", "advice": "请改写。", "fix": None,
}  # fmt: skip
STATES = ("draft", "submitted", "department_review", "finance_review", "finance_review", "approved", "published")
SECRET = "jh_test-of-queries"


def _indicators(project: Any, count: int) -> list[Any]:
    """Rows that differ from those of every other project, as a comparison finds."""
    from jiheng.web.plan.models import Indicator

    return [
        Indicator(
            project=project,
            order=n,
            level1="产出指标",
            level2="数量指标",
            name=f"设备数量{n}",
            target_raw=f"≥{project.pk}台",
        )
        for n in range(count)
    ]


def _rows_of(project: Any, count: int, approval: Any = None) -> None:
    from jiheng.web.plan.models import Indicator, PlanPeriod, ProjectGoal, Version
    from jiheng.web.plan.workflow import content_of

    Indicator.objects.bulk_create(_indicators(project, count))
    PlanPeriod.objects.bulk_create(
        PlanPeriod(project=project, order=n, label=f"{n + 1}月底", raw="9%") for n in range(count)
    )
    ProjectGoal.objects.bulk_create(ProjectGoal(project=project, order=n, text=f"完成任务{n}") for n in range(count))
    content, last = content_of(project), project.versions.count()
    Version.objects.bulk_create(
        Version(project=project, number=last + n + 1, label="批复", content=content, approval=approval, by=approval.by)
        for n in range(count if approval else 0)
    )  # fmt: skip


def _talk_about(project: Any, people: list[Any]) -> None:
    """As many comments with replies, steps, edits and readers as people, each by another person."""
    from jiheng.web.plan.models import CellEdit, Comment, Presence, Transition

    for n, person in enumerate(people):
        comment = Comment.objects.create(project=project, cell="name", text=f"请说明{n}", author=person)
        Comment.objects.create(project=project, cell="name", text="已改", author=person, parent=comment)
        Transition.objects.create(project=project, name="unit_return", source="draft", target="draft", by=person)
        CellEdit.objects.create(project=project, revision=0, cell="name", before="甲", after="乙", by=person)
        Presence.objects.create(project=project, person=person, cell="name", at=timezone.now())


def _people(start: int, count: int, at: Any) -> list[Any]:
    from jiheng.web.org.models import Person, RoleAssignment
    from jiheng.web.org.roles import Role

    made = [
        Person.objects.create(username=f"u{start + n}", name=f"李{start + n}", unit=at, must_change_password=False)
        for n in range(count)
    ]
    department = at.department
    RoleAssignment.objects.bulk_create(
        RoleAssignment(person=p, role=Role.CLERK, district=department.district, department=department, unit=at)
        for p in made
    )  # fmt: skip
    return made


def _departments(start: int, count: int, district: Any, year: Any, by: Any) -> None:
    from jiheng.web.disclosure.models import Publication
    from jiheng.web.org.models import Department, Section, Unit

    names = range(start, start + count)
    made = Department.objects.bulk_create(
        Department(district=district, code=f"7{n:02d}", name=f"云溪区第{n}局") for n in names
    )
    olds = Unit.objects.bulk_create(Unit(department=d, code=f"{d.code}000", name=f"{d.name}所") for d in made)
    news = Unit.objects.bulk_create(
        Unit(department=old.department, code=f"{old.department.code}001", name="新所", successor=old) for old in olds
    )
    Section.objects.bulk_create(Section(unit=unit, name="办公室") for unit in (*olds, *news))
    Publication.objects.bulk_create(
        Publication(department=d, budget_year=year, content={"projects": []}, published_by=by) for d in made
    )


def _desk(here: Any, people: list[Any]) -> None:
    """What lies on the desk of everyone who logs in: messages, uploads, tokens, entries of the trail."""
    from jiheng.web.api.models import ApiToken
    from jiheng.web.plan.models import Upload
    from jiheng.web.supervision.actor import acting
    from jiheng.web.supervision.models import Notification
    from jiheng.web.supervision.services import record

    for n, other in enumerate(people):
        with acting(other, "127.0.0.1"):
            record("修改绩效目标表", here.project, {"name": "甲"}, {"name": f"乙{n}"})
        Upload.objects.create(
            unit=here.unit, budget_year=here.year, name=f"{n}.docx", path="none", sha256=f"{n}", by=other, state="read",
            document={"projects": []},
        )  # fmt: skip
    for someone in here.accounts.values():
        Notification.objects.bulk_create(Notification(person=someone, text=f"消息{n}") for n in range(len(people)))
        ApiToken.objects.bulk_create(
            ApiToken(
                person=someone, name="对接", digest=f"{someone.pk}-{p.pk}", expires_at=timezone.now() + timedelta(days=9)
            )
            for p in people
        )  # fmt: skip


def _projects(here: Any, start: int, count: int) -> None:
    """Projects of this year in every state, with one of the year before that has gone on, and one that has not."""
    from jiheng.web.plan.models import Indicator, Project, Version
    from jiheng.web.plan.workflow import content_of

    same = {"unit": here.unit, "findings": [FINDING], "errors": 1, "risk": 50, "budget_total": Decimal(10)}
    last_year = [
        Project(budget_year=here.last_year, name=f"{name}{n}", order=n, **same)
        for name in ("设备更新", "道路养护")
        for n in range(start, start + count)
    ]
    gone_on = Project.objects.bulk_create(last_year)[:count]
    made = Project.objects.bulk_create(
        Project(budget_year=here.year, name=p.name, order=p.order, state=s, previous=p, updated_by=here.by, **same)
        for p in gone_on
        for s in STATES
    )
    Indicator.objects.bulk_create(row for project in made for row in _indicators(project, 2))
    Version.objects.bulk_create(
        Version(project=p, number=1, label="批复", content=content_of(p), approval=here.approval, by=here.by)
        for p in made
        if p.state == "approved"
    )


@pytest.fixture
def grow(district: Any, person: Any) -> Any:
    """``grow(n)`` adds n of everything; its attributes name what the addresses of pages need."""
    from jiheng.web.api.models import ApiToken
    from jiheng.web.api.services import digest_of
    from jiheng.web.disclosure.models import Publication
    from jiheng.web.org.models import Unit
    from jiheng.web.org.roles import Role
    from jiheng.web.plan.models import Approval, BudgetYear, DepartmentGoals, ItemizedGoal, Project, Safeguard, Upload

    unit = Unit.objects.select_related("department__district").get(code="601001")
    accounts = {role.value: person(role.value) for role in Role}
    by = accounts["finance_reviewer"]
    year = BudgetYear.objects.get(year=2026)
    last_year = BudgetYear.objects.create(district=district, year=2025, pack="hebei-2023", is_open=False)
    approval = Approval.objects.create(number="云财〔2026〕1号", department=unit.department, budget_year=year, by=by)
    goals = DepartmentGoals.objects.create(department=unit.department, budget_year=year, overall="保障公共服务。")
    before = Project.objects.create(unit=unit, budget_year=last_year, name="道路绿化补植")
    same = {"unit": unit, "budget_year": year, "findings": [FINDING], "errors": 1, "previous": before}
    project = Project.objects.create(name="道路绿化补植", **same)
    waiting = Project.objects.create(name="路灯更换", state="finance_review", **same)
    publication = Publication.objects.create(
        department=unit.department, budget_year=year, published_by=by, content={"projects": []}
    )
    upload = Upload.objects.create(
        unit=unit, budget_year=year, name="甲.docx", path="none", sha256="0", by=by, state="read", document={"projects": []}
    )  # fmt: skip
    ApiToken.objects.create(
        person=by, name="测试", digest=digest_of(SECRET), expires_at=timezone.now() + timedelta(days=9),
        last_used_at=timezone.now(), scopes=["org:read", "projects:read", "findings:read", "documents:read"],
    )  # fmt: skip
    here = SimpleNamespace(
        unit=unit, year=year, last_year=last_year, accounts=accounts, by=by, approval=approval, project=project,
        waiting=waiting, publication=publication, upload=upload, grown=0, secret=SECRET,
    )  # fmt: skip

    def add(count: int) -> None:
        start = here.grown
        people = _people(start, count, unit)
        _departments(start, count, district, year, by)
        _projects(here, start, count)
        for one in (project, waiting, before):
            _rows_of(one, count, approval if one is project else None)
        for one in (project, waiting):
            _talk_about(one, people)
        _desk(here, people)
        ItemizedGoal.objects.bulk_create(ItemizedGoal(goals=goals, order=n, title="工作") for n in range(count))
        Safeguard.objects.bulk_create(Safeguard(goals=goals, order=n, title="制度") for n in range(count))
        here.grown += count

    here.add = add
    return here
