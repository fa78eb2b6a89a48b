"""Lists of self-evaluations: those of a year that a person may see, filtered, sorted and added up."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from jiheng.web.asked import holding, number
from jiheng.web.evaluation.models import EvaluationYear, SelfEvaluation
from jiheng.web.evaluation.queries.forms import RELATED, visible_forms
from jiheng.web.jobs.models import Job
from jiheng.web.monitoring.models import RecordState
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import allowed, reach_in, units_in
from jiheng.web.pages import added_up, sums_by_unit
from jiheng.web.plan.models import BudgetYear

SORTS = {
    "": ("unit__code", "project__order", "pk"), "low": ("score", "pk"), "high": ("-score", "pk"),
    "doubts": ("-doubts", "pk"), "budget": ("-budget", "pk"), "rate": ("execution_rate", "pk"),
}  # fmt: skip
SORT_NAMES = {
    "": "单位、顺序", "low": "得分低的在前", "high": "得分高的在前", "doubts": "存疑多的在前", "budget": "预算大的在前",
    "rate": "执行率低的在前",
}  # fmt: skip
FOUND = {
    "blank": ("还没填完", Q(missing__gt=0)), "ready": ("已填完、未报送", Q(missing=0, state=RecordState.DRAFT)),
    "doubts": ("核查存疑", Q(doubts__gt=0)), "adjusted": ("人工调整过", Q(adjusted__gt=0)),
    "high": ("98 分以上", Q(whole__gte=98)), "low": ("低于 60 分", Q(score__lt=60)),
}  # fmt: skip
_HEAVY = ("honesty", "goals_actual", "honesty_explanation", "execution_explanation", "project__findings",
          "project__purpose", "project__explanation")  # fmt: skip


def listed(person: Any, year: BudgetYear, asked: Any, permission: str = "evaluation.view") -> QuerySet[SelfEvaluation]:
    """The forms of a year that a person may see, filtered as ``asked`` (``q``, ``unit``, ``department``, ``state``,
    ``grade``, ``found``, ``sort``). An unknown value filters nothing out."""
    found = SelfEvaluation.objects.filter(reach_in(person, permission, year), budget_year=year)
    found = found.select_related(*RELATED).defer(*_HEAVY)
    if q := asked.get("q", "").strip():
        found = found.filter(holding(q, "project__name", "project__code"))
    for name in ("unit", "department"):
        if (key := number(asked.get(name))) is not None:
            found = found.filter(**{f"{name}_id": key})
    if asked.get("state") in RecordState.values:
        found = found.filter(state=asked["state"])
    if asked.get("grade") in ("优", "良", "中", "差"):
        found = found.filter(grade=asked["grade"])
    if asked.get("found") in FOUND:
        found = found.filter(FOUND[asked["found"]][1])
    return found.order_by(*SORTS.get(asked.get("sort", ""), SORTS[""]))


def lines() -> QuerySet[SelfEvaluation]:
    """What a line of the list shows of each form."""
    return SelfEvaluation.objects.select_related("project", "unit", "budget_year").defer(*_HEAVY)


def totals(forms: QuerySet[SelfEvaluation]) -> list[dict[str, Any]]:
    """How many each unit has, how far they are, their scores and money (元) added up."""
    return sums_by_unit(
        forms, scored=Count("score"), score=Sum("score"), doubtful=Count("pk", filter=Q(doubts__gt=0)),
        drafts=Count("pk", filter=Q(state=RecordState.DRAFT)), budget=Sum("budget"),
        accepted=Count("pk", filter=Q(state=RecordState.ACCEPTED)),
    )  # fmt: skip


def together(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The same of all units, with the ``mean`` score; ``None`` where nothing is scored."""
    found = added_up(rows, "scored", "score", "doubtful", "drafts", "budget", "accepted")
    return found | {"mean": found["score"] / found["scored"] if found["scored"] else None}


def units_of(person: Any, year: BudgetYear) -> Any:
    """The units whose forms a person may see."""
    return units_in(person, "evaluation.view", year)


def departments_of(person: Any, year: BudgetYear, permission: str = "evaluation.view") -> list[Department]:
    """The departments of those units."""
    units = units_in(person, permission, year)
    return list(Department.objects.filter(pk__in=units.order_by().values("department")).order_by("code"))


def opening_of(year: BudgetYear) -> tuple[EvaluationYear | None, Job | None]:
    """Whether the year's self-evaluation was opened, and the job that makes its forms while it runs."""
    opened = EvaluationYear.objects.filter(budget_year=year).first()
    job = Job.objects.filter(pk=opened.job).first() if opened and opened.job else None
    return opened, job if job is not None and (job.is_open or job.state == Job.State.FAILED) else None


def batch_steps(person: Any, year: BudgetYear) -> list[tuple[str, str, bool]]:
    """The steps that a person may take with many forms at once: name, label, whether a reason is asked for."""
    from jiheng.web.evaluation.services.submission import BATCH_STEPS
    from jiheng.web.monitoring.flow import BY_NAME

    steps = [BY_NAME[name] for name in BATCH_STEPS]
    mine = [s for s in steps if allowed(person, f"evaluation.{s.permission}")]
    return [(s.name, s.label, s.needs_reason) for s in mine]


def neighbours(person: Any, form: SelfEvaluation) -> tuple[int | None, int | None]:
    """The forms before and after this one in its unit."""
    order = visible_forms(person).filter(budget_year=form.budget_year_id, unit=form.unit_id).order_by(*SORTS[""])
    keys = list(order.values_list("pk", flat=True))
    at = keys.index(form.pk)
    return keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None
