"""A small district for people who write at the same time: some tables are everybody's, some one person's own."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from load.fill import PASSWORD, _things

SHARED = 3
"""Tables of each kind that several write on."""


@dataclass
class Desk:
    """One person with what they write on: keys of projects by state."""

    username: str
    is_reviewer: bool
    drafts: list[int] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)
    reviewed: list[int] = field(default_factory=list)


class _Builder:
    def __init__(self) -> None:
        from django.utils import timezone

        from jiheng.web.org.models import Department, District
        from jiheng.web.plan.models import BudgetYear

        self.random, self.count = random.Random(1), 0
        self.things = [thing for _, thing in _things()]
        self.district = District.objects.create(code="139901", name="云溪区")
        self.department = Department.objects.create(district=self.district, code="601", name="云溪区公共服务局")
        self.year = BudgetYear.objects.create(district=self.district, year=timezone.localdate().year, pack="hebei-2023")

    def unit(self, number: int) -> Any:
        from jiheng.web.org.models import Unit

        return Unit.objects.create(
            department=self.department, code=f"601{number:03d}", name=f"云溪区公共服务局第{number}所"
        )

    def person(self, username: str, unit: Any, roles: tuple[str, ...], hashed: str) -> None:
        from jiheng.web.org.models import Person, RoleAssignment
        from jiheng.web.org.roles import UNIT_ROLES, Role

        made = Person.objects.create(
            username=username, name=username, password=hashed, unit=unit, must_change_password=False,
            password_changed_at=datetime.now(UTC),
        )  # fmt: skip
        for role in roles:
            RoleAssignment.objects.create(
                person=made, role=role, district=self.district, department=self.department,
                unit=unit if Role(role) in UNIT_ROLES else None,
            )  # fmt: skip

    def project(self, unit: Any, state: str) -> int:
        """A table without errors in this state; its key."""
        from jiheng.web.demo.projects import ACTIONS, PERIODS, code_of, make
        from jiheng.web.execution.services import refresh_totals
        from jiheng.web.plan.checking import recheck
        from jiheng.web.plan.mapping import fill_target
        from jiheng.web.plan.models import Indicator, PlanPeriod, Project, ProjectGoal

        self.count += 1
        code = code_of("139901", self.year.year, self.count)
        thing = self.things[self.count % len(self.things)]
        table = make(thing, self.random.choice(list(ACTIONS)), self.year.year, code, self.random, None)
        made = Project.objects.create(
            unit=unit, budget_year=self.year, code=code, name=f"{table.name}{self.count}", state=state,
            budget_total=table.budget, budget_fiscal=table.budget, budget_other=Decimal(0), purpose=table.purpose,
        )  # fmt: skip
        for n, (label, raw) in enumerate(zip(PERIODS, table.plan, strict=True)):
            PlanPeriod.objects.create(project=made, order=n, label=label, raw=raw)
        for n, text in enumerate(table.goals):
            ProjectGoal.objects.create(project=made, order=n, text=text)
        names = ("level1", "level2", "name", "description", "target_raw", "basis")
        for n, row in enumerate(table.rows):
            indicator = Indicator(project=made, order=n, **dict(zip(names, row, strict=True)))
            fill_target(indicator)
            indicator.save()
        recheck(Project.objects.get(pk=made.pk))
        refresh_totals([made.pk])
        return int(made.pk)


def build(writers: int) -> list[Desk]:
    """Make the district; a desk for each writer. Every other one writes on what is shared, a third are reviewers."""
    from django.contrib.auth.hashers import make_password

    builder, hashed, desks = _Builder(), make_password(PASSWORD), []
    common = builder.unit(1)
    states = ("draft", "approved", "department_review")
    drafts, paid, reviewed = ([builder.project(common, state) for _ in range(SHARED)] for state in states)
    for n in range(writers):
        is_shared, is_reviewer = n % 2 == 0, n % 3 == 2
        desk = Desk(f"writer{n}", is_reviewer)
        unit = common if is_shared else builder.unit(n + 2)
        roles = ("department_reviewer",) if is_reviewer else ("clerk", "unit_head")
        builder.person(desk.username, unit, roles, hashed)
        desk.paid = paid if is_shared else [builder.project(unit, "approved")]
        desk.reviewed = reviewed if is_shared else [builder.project(unit, "department_review")]
        if not is_reviewer:
            desk.drafts = drafts if is_shared else [builder.project(unit, "draft")]
        desks.append(desk)
    return desks
