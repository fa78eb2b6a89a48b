"""Who answers for what, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from jiheng.web.monitoring.models import IndicatorReport, MonitoringRound, Responsibility
from jiheng.web.monitoring.services.responsibility import words
from jiheng.web.org.lineage import in_use
from jiheng.web.org.models import Department, Person, Section, Unit
from jiheng.web.org.permissions import At, allowed, reach, units_in
from jiheng.web.org.queries import people_for, sections_for, sections_like
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, Indicator, ItemizedGoal, Project


@dataclass(frozen=True, slots=True)
class Duty:
    """An indicator with who answers for it and its last report."""

    indicator: Indicator
    holder: str
    report: IndicatorReport | None


def assigning_units(person: Any, year: BudgetYear) -> QuerySet[Unit]:
    """The units in which a person may assign."""
    units: QuerySet[Unit] = units_in(person, "monitoring.assign", year)
    return units.order_by("code")


def projects_of(person: Any, year: BudgetYear, unit: Unit) -> QuerySet[Project]:
    """The projects of a unit that a person may assign."""
    found = Project.objects.filter(reach(person, "monitoring.assign"), budget_year=year, unit=unit)
    return found.select_related("unit").defer("findings", "purpose", "explanation").order_by("order", "pk")


def holders(name: str, targets: Iterable[Any]) -> dict[int, str]:
    """Key of a goal, project or indicator (``name``) → who answers for it, in words."""
    found = Responsibility.objects.filter(**{f"{name}__in": [t.pk for t in targets]}).select_related(
        "section", "person"
    )
    return {getattr(r, f"{name}_id"): words(r) for r in found}


def sections_and_people(units: Iterable[Unit]) -> tuple[list[Section], list[Person]]:
    """Who can be chosen in these units, though they were renamed or merged since."""
    chosen = list(units)
    people = people_for(chosen).select_related("unit", "section")
    return sections_for(chosen), list(people.order_by("unit__code", "name"))


def units_of_department(department: Department, year: BudgetYear) -> QuerySet[Unit]:
    """The units of a department as they are in a year."""
    return department.units.filter(in_use(year.year)).select_related("department")


def project_or_404(person: Any, pk: int) -> Project:
    """A project that this person may assign. Raises ``Http404``."""
    found = Project.objects.filter(pk=pk).select_related("unit__department", "budget_year").defer("findings").first()
    if found is None or not allowed(person, "monitoring.assign", found):
        raise Http404("没有这个项目，或者您无权分解。")
    return found


def goals_or_404(person: Any, pk: int, year: BudgetYear) -> tuple[Department, list[ItemizedGoal]]:
    """A department whose goals of a year this person may assign, with them. Raises ``Http404``."""
    department = Department.objects.filter(pk=pk, district=year.district_id).first()
    if department is None or not allowed(person, "monitoring.assign", At(department, year.year)):
        raise Http404("没有这个部门，或者您无权分解。")
    goals = DepartmentGoals.objects.filter(department=department, budget_year=year).first()
    return department, list(goals.itemized.all()) if goals else []


def _of(**holder: Any) -> Q:
    """The indicators that a person or a section answers for: by themselves, or with the whole project where nobody else
    was named for the indicator."""
    own = Q(pk__in=Responsibility.objects.filter(**holder, indicator__isnull=False).values("indicator"))
    projects = Responsibility.objects.filter(**holder, indicator=None, project__isnull=False).values("project")
    taken = Responsibility.objects.filter(indicator__isnull=False).values("indicator")
    return own | (Q(project__in=projects) & ~Q(pk__in=taken))


def indicators_of(
    year: BudgetYear, person: Person | None = None, section: Section | None = None
) -> QuerySet[Indicator]:
    """The indicators of a year that a person (with their section), or a section, answers for."""
    if person is not None:
        mine = _of(person=person)
        if person.section_id:
            mine |= _of(section__in=sections_like(person.section), person=None)  # type: ignore[arg-type]
    else:
        mine = _of(section__in=sections_like(section))  # type: ignore[arg-type]
    found = Indicator.objects.filter(mine, project__budget_year=year).select_related("project__unit")
    return found.order_by("project__unit__code", "project__order", "project", "order").defer("project__findings")


def duties(indicators: Iterable[Indicator]) -> list[Duty]:
    """The indicators with who answers and their last report, in three queries."""
    found = list(indicators)
    named = holders("indicator", found)
    whole = holders("project", {i.project_id: i.project for i in found}.values())
    reports = IndicatorReport.objects.filter(indicator__in=[i.pk for i in found])
    reports = reports.exclude(record__round__state=MonitoringRound.State.PLANNED).select_related(
        "record__round__budget_year"
    )
    last = {r.indicator_id: r for r in reports.order_by("record__round__order")}
    return [Duty(i, named.get(i.pk) or whole.get(i.project_id, ""), last.get(i.pk)) for i in found]


def goals_of(year: BudgetYear, person: Person | None = None, section: Section | None = None) -> list[ItemizedGoal]:
    """The department's itemised goals that a person (with their section), or a section, answers for."""
    if section is not None:
        mine = Q(section__in=sections_like(section))
    else:
        mine = Q(person=person)
        if person is not None and person.section is not None:
            mine |= Q(section__in=sections_like(person.section), person=None)
    keys = Responsibility.objects.filter(mine, goal__goals__budget_year=year).values("goal")
    return list(ItemizedGoal.objects.filter(pk__in=keys).select_related("goals__department"))


def section_or_404(person: Any, pk: int) -> Section:
    """A section whose unit this person may see, or their own. Raises ``Http404``."""
    found = Section.objects.select_related("unit__department").filter(pk=pk).first()
    is_mine = found is not None and person.section_id and sections_like(found).filter(pk=person.section_id).exists()
    if found is None or not (is_mine or allowed(person, "monitoring.view", found.unit)):
        raise Http404("没有这个科室，或者您无权查看。")
    return found
