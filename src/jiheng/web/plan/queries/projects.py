"""Lists of projects, and what the form page shows around the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from jiheng import policy
from jiheng.web.asked import holding, number
from jiheng.web.org.lineage import Lineage, in_use
from jiheng.web.org.models import Unit
from jiheng.web.org.permissions import allowed, reach, reach_in, units_in
from jiheng.web.pages import sums_by_unit
from jiheng.web.plan.models import BudgetYear, CellEdit, Presence, Project, Transition
from jiheng.web.plan.states import EDITABLE, RETURNS, State

AWAY = timedelta(seconds=90)
"""Who has not been heard of for so long has closed the page."""
RECENT = timedelta(minutes=10)


def visible_projects(person: Any, permission: str = "plan.view") -> QuerySet[Project]:
    """The projects that a person may see (or do something else with)."""
    return Project.objects.filter(reach(person, permission)).select_related("unit__department", "budget_year")


def project_or_404(person: Any, pk: int) -> Project:
    """A project with its rows. Raises ``Http404`` where it does not exist, or is not for this person to see."""
    found = (
        visible_projects(person)
        .select_related("updated_by", "previous")
        .prefetch_related("periods", "goals", "indicators")
        .filter(pk=pk)
        .first()
    )
    if found is None or not allowed(person, "plan.view", found):
        raise Http404("没有这个项目，或者您无权查看。")
    return found


def handing_over(project: Any) -> QuerySet[Transition]:
    """The step by which a draft was handed to the unit's head for signing, until it is signed or given back.

    ``project`` is one, or ``OuterRef("pk")`` for a condition on many. The state does not tell it; that no other step
    was taken since (each sets ``state_since``) does.
    """
    since = project.state_since if isinstance(project, Project) else OuterRef("state_since")
    return Transition.objects.filter(project=project, name="hand_over", at__gte=since)


def marked(projects: QuerySet[Project]) -> QuerySet[Project]:
    """With what their state does not tell: ``handed_over`` to the unit's head, and ``came_back`` into this state."""
    returned = Transition.objects.filter(project=OuterRef("pk"), name__in=RETURNS, target=OuterRef("state"))
    handed = Q(state=State.DRAFT) & Q(Exists(handing_over(OuterRef("pk"))))
    return projects.annotate(came_back=Exists(returned), handed_over=ExpressionWrapper(handed, BooleanField()))


def drafts_for(person: Any, step: Any, year: BudgetYear) -> QuerySet[Project]:
    """The drafts of a year with which a person may take a step; to hand over, those that are not handed over yet."""
    found = Project.objects.filter(reach_in(person, step.permission, year), budget_year=year, state=State.DRAFT)
    if step.name == "hand_over":
        found = found.exclude(Exists(handing_over(OuterRef("pk"))))
    return found.select_related("unit__department", "budget_year").order_by("unit__code", "order", "pk")


def known_or_404(person: Any, pk: int) -> None:
    """Raise ``Http404`` like :func:`project_or_404`, for those who read the project themselves."""
    if not Project.objects.filter(reach(person, "plan.view"), pk=pk).exists():
        raise Http404("没有这个项目，或者您无权查看。")


def years_of(person: Any) -> QuerySet[BudgetYear]:
    """The budget years of the districts in which a person holds a role for that year, latest first."""
    found = Q(pk__in=[])
    for held in person.held():
        found |= Q(district_id=held.district_id) & held.years("year")
    return BudgetYear.objects.filter(found)


def years_for(person: Any) -> list[BudgetYear]:
    """The same, read."""
    return list(years_of(person))


def units_of(person: Any, year: BudgetYear) -> QuerySet[Unit]:
    """The units of a year whose projects a person may look at."""
    units: QuerySet[Unit] = units_in(person, "plan.view", year)
    return units.filter(in_use(year.year))


def later_years(person: Any, project: Project) -> list[BudgetYear]:
    """The open years of its district into which a project may go on, and has not gone yet."""
    gone = set(project.next_years.values_list("budget_year_id", flat=True))
    year = project.budget_year
    return [
        y for y in years_for(person)
        if y.is_open and y.district_id == year.district_id and y.year > year.year and y.pk not in gone
    ]  # fmt: skip


def editing_units(person: Any, year: BudgetYear) -> list[Unit]:
    """The units in which a person may write projects in that year."""
    return list(units_in(person, "plan.edit", year).filter(in_use(year.year)).distinct())


SORTS = {
    "": ("unit__code", "order", "pk"), "risk": ("-risk", "pk"), "errors": ("-errors", "-warnings", "pk"),
    "budget": ("-budget_total", "pk"), "recent": ("-updated_at", "pk"), "name": ("name", "pk"),
}  # fmt: skip


STATES = (State.choices[0], ("handed", "草稿（已送签报）"), *State.choices[1:])
"""What the list may be filtered by: the states, and the drafts that wait for the head."""


def listed(person: Any, year: BudgetYear, asked: Any, permission: str = "plan.view") -> QuerySet[Project]:
    """The projects of a year that a person may see, filtered as ``asked`` (``q``, ``state``, ``unit``, ``found``,
    ``sort``). An unknown value filters nothing out."""
    found = Project.objects.filter(reach_in(person, permission, year), budget_year=year)
    found = found.select_related("unit__department", "budget_year").defer("findings", "purpose", "explanation")
    if q := asked.get("q", "").strip():
        found = found.filter(holding(q, "name", "code"))
    if asked.get("state") in State.values:
        found = found.filter(state=asked["state"])
    elif asked.get("state") == "handed":
        found = found.filter(Exists(handing_over(OuterRef("pk"))), state=State.DRAFT)
    if (unit := number(asked.get("unit"))) is not None:
        found = found.filter(unit_id__in={unit} | Lineage().before(unit))
    wanted = {"errors": Q(errors__gt=0), "warnings": Q(warnings__gt=0), "clean": Q(errors=0, warnings=0)}
    if asked.get("found") in wanted:
        found = found.filter(wanted[asked["found"]])
    return found.order_by(*SORTS.get(asked.get("sort", ""), SORTS[""]))


def lines() -> QuerySet[Project]:
    """What the list shows of each project, for the keys of a page of :func:`listed`."""
    shown = Project.objects.select_related("unit", "budget_year")
    return marked(shown.defer("findings", "purpose", "explanation"))


def totals(projects: QuerySet[Project]) -> list[dict[str, Any]]:
    """How many each unit has, with errors, drafts, and their budget."""
    wrong, drafts = Count("pk", filter=Q(errors__gt=0)), Count("pk", filter=Q(state=State.DRAFT))
    return sums_by_unit(projects, wrong=wrong, drafts=drafts, budget=Sum("budget_total"))


def is_editable(person: Any, project: Project) -> bool:
    """Whether this person may write in the table now."""
    return project.state in EDITABLE and project.budget_year.is_open and allowed(person, "plan.edit", project)


def framework_of(pack: policy.Pack) -> dict[str, list[str]]:
    """Categories and their subcategories, as forms print them: what the lists of the first two columns offer."""
    return {
        f"{level1}指标": [name if name.endswith("满意度") else f"{name}指标" for name in below]
        for level1, below in pack.framework.levels.items()
    }


@dataclass(frozen=True, slots=True)
class Other:
    """Someone else at the same table: ``words`` says who, and when."""

    name: str
    cell: str
    words: str


def _ago(seconds: float) -> str:
    return "刚刚" if seconds < 60 else f"{int(seconds // 60)} 分钟前"


def others_at(project: Project, person: Any) -> list[Other]:
    """Who else has the table open, or changed it within the last minutes."""
    now, found = timezone.now(), {}
    edits = CellEdit.objects.filter(project=project, at__gt=now - RECENT).exclude(by=person).select_related("by")
    for edit in edits.order_by("at"):
        if edit.by:
            found[edit.by_id] = Other(
                edit.by.name, "", f"{edit.by.name} {_ago((now - edit.at).total_seconds())}改过本表"
            )
    here = Presence.objects.filter(project=project, at__gt=now - AWAY).exclude(person=person).select_related("person")
    for p in here:
        edited = found.get(p.person_id)
        when = edited.words.removeprefix(p.person.name).removesuffix("改过本表").strip() if edited else ""
        words = f"{p.person.name} {when}正在编辑" if when else f"{p.person.name} 打开着本表"
        found[p.person_id] = Other(p.person.name, p.cell, words)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Stage:
    """A state in the bar over the form: what is done, where it stands, until when."""

    label: str
    css: str
    note: str


STAGES = ("编制", "单位签报", "部门审核", "财政审核", "批复", "公开")


def cycle_of(year: BudgetYear, state: str | None) -> list[Stage]:
    """The states of the year with their deadlines, as seen from one of them."""
    order = list(State)
    at = order.index(State(state)) if state else -1
    stages = []
    for n, (s, label) in enumerate(zip(order, STAGES, strict=True)):
        css = "done" if n < at else "now" if n == at else ""
        stages.append(Stage(label, css, _deadline(year.deadlines.get(s.value), n == at) if n >= at else ""))
    return stages


def _deadline(iso: str | None, now: bool) -> str:
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    left = (day - timezone.localdate()).days
    if now:
        return f"剩 {left} 天" if left > 0 else "今天截止" if left == 0 else f"已逾期 {-left} 天"
    return f"{day.month}月{day.day}日前"


def sources_for(person: Any, project: Project) -> list[Project]:
    """Projects whose content may be taken over: its own of last year first, then others of the unit's department."""
    before = Lineage().before_department(project.unit.department_id)
    near_by = Q(unit__department_id=project.unit.department_id) | Q(unit__in=before)
    found = visible_projects(person).filter(near_by).exclude(pk=project.pk)
    near = found.filter(budget_year__year__gte=project.budget_year.year - 1).defer("findings", "purpose")
    listed = list(near.order_by("budget_year__year", "name")[:300])
    return sorted(
        listed, key=lambda p: (p.pk != project.previous_id, p.name != project.name, p.unit_id != project.unit_id)
    )
