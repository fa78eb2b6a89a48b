"""A self-evaluation form as it is printed (项目支出绩效自评表, 财预〔2020〕10号), ready for the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import Http404

from jiheng.scoring.comparison import direction_of
from jiheng.scoring.numbers import percent_of
from jiheng.web.evaluation import values
from jiheng.web.evaluation.computing import ADVICE, target_of
from jiheng.web.evaluation.models import EvaluatedIndicator, SelfEvaluation
from jiheng.web.evaluation.services.filling import why_closed
from jiheng.web.evaluation.services.submission import needs_reason, shortcomings
from jiheng.web.execution.models import Evidence, FundSource
from jiheng.web.org.permissions import allowed, reach
from jiheng.web.plan.checking import pack_of

WAN = Decimal(10000)


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """A row of the money, in 万元; weight and points stand in the sum alone."""

    label: str
    initial: Decimal
    budget: Decimal
    executed: Decimal
    rate: Decimal | None
    is_total: bool = False


@dataclass(slots=True)
class RowView:
    """A row of the indicators. ``span1`` and ``span2``: how many rows the first two cells stand for, 0 where an earlier
    one stands for this; ``is_worded`` where a person chooses how far the target was attained."""

    row: EvaluatedIndicator
    span1: int
    span2: int
    attainment: str
    is_worded: bool
    wants_reason: bool
    doubts: list[str]
    evidence: list[Evidence]


RELATED = ("unit__department", "project__unit__department", "budget_year__district")


def visible_forms(person: Any, permission: str = "evaluation.view") -> QuerySet[SelfEvaluation]:
    """The forms that a person may see, or do something else with."""
    return SelfEvaluation.objects.filter(reach(person, permission)).select_related(*RELATED)


def form_or_404(person: Any, pk: int) -> SelfEvaluation:
    """A form with its rows. Raises ``Http404`` where it does not exist, or is not for this person to see."""
    found = visible_forms(person).select_related("filled_by").filter(pk=pk)
    form = found.prefetch_related("rows", "project__goals").first()
    if form is None or not allowed(person, "evaluation.view", form):
        raise Http404("没有这张自评表，或者您无权查看。")
    return form


def is_editable(person: Any, form: SelfEvaluation) -> bool:
    """Whether this person may write in the form now."""
    return not why_closed(form) and allowed(person, "evaluation.fill", form)


def money_lines(form: SelfEvaluation) -> list[MoneyLine]:
    """The money of a form: all sources together, then each."""
    lines = [MoneyLine("年度资金总额", form.initial / WAN, form.budget / WAN, form.executed / WAN,
                       form.execution_rate, True)]  # fmt: skip
    for n, source in enumerate(FundSource):
        initial, budget, executed = (getattr(form, f"{p}_{source.value}") for p in ("initial", "budget", "executed"))
        label = f"其中：{_PRINTED[source.value]}" if n == 0 else _PRINTED[source.value]
        lines.append(MoneyLine(label, initial / WAN, budget / WAN, executed / WAN, percent_of(executed, budget)))
    return lines


_PRINTED = {"fiscal": "当年财政拨款", "carry_over": "上年结转资金", "other": "其他资金"}


def row_views(form: SelfEvaluation, rows: Sequence[EvaluatedIndicator]) -> list[RowView]:
    """The rows of the indicators, equal neighbours in the first two columns joined as on paper."""
    pack, evidence, year = pack_of(form.budget_year), evidence_of(rows), form.budget_year.year
    said: dict[int, list[str]] = defaultdict(list)
    for doubt in form.honesty:
        if doubt["code"] != "H05":  # the paper clip beside the value says that
            for key in doubt["rows"]:
                said[key].append(doubt["message"])
    return [
        RowView(
            row, _span(rows, n, ("level1",)), _span(rows, n, ("level1", "level2")),
            values.band_text(row.attainment, row.attained), direction_of(target_of(row), year) == "qualitative",
            needs_reason(row, pack) and not row.deviation.strip(), said[row.pk], evidence[row.pk],
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip


def _span(rows: Sequence[EvaluatedIndicator], at: int, fields: tuple[str, ...]) -> int:
    def of(n: int) -> list[str]:
        return [getattr(rows[n], f) for f in fields]

    if at and of(at) == of(at - 1) and any(of(at)):
        return 0
    end = at + 1
    while end < len(rows) and of(end) == of(at) and any(of(at)):
        end += 1
    return end - at


def evidence_of(rows: Iterable[EvaluatedIndicator]) -> dict[int, list[Evidence]]:
    """Key of a row → its evidence files."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    kind = ContentType.objects.get_for_model(EvaluatedIndicator)
    for file in Evidence.objects.filter(content_type=kind, object_id__in=[row.pk for row in rows]):
        found[file.object_id].append(file)
    return found


def goals_of(form: SelfEvaluation) -> list[str]:
    """The goals of the project, as the plan has them."""
    return [g.text for g in form.project.goals.all() if g.text.strip()]


def findings_of(form: SelfEvaluation) -> list[dict[str, Any]]:
    """The findings beside the form, each with what to do."""
    return [
        d | {"advice": ADVICE.get(d["code"], ""), "css": "" if d["severity"] == "error" else "a"} for d in form.honesty
    ]


def running_total(form: SelfEvaluation, rows: Iterable[EvaluatedIndicator]) -> Decimal:
    """The points that there are so far."""
    return sum((r.points or Decimal(0) for r in rows), form.execution_points or Decimal(0))


def weight_total(form: SelfEvaluation, rows: Iterable[EvaluatedIndicator]) -> Decimal:
    """The points that can be had: 100 where the weights are right."""
    return sum((r.weight for r in rows), form.execution_weight)


def page_of(person: Any, form: SelfEvaluation, rows: Sequence[EvaluatedIndicator] | None = None) -> dict[str, Any]:
    """What the page shows of the form itself."""
    rows, pack = list(form.rows.all()) if rows is None else list(rows), pack_of(form.budget_year)
    return {
        "form": form, "rows": row_views(form, rows), "money": money_lines(form), "goals": goals_of(form),
        "editable": is_editable(person, form), "missing": shortcomings(form, rows), "findings": findings_of(form),
        "total": running_total(form, rows), "whole": weight_total(form, rows),
        "bands": values.band_choices(pack), "grades": pack.self_evaluation.grades,
    }  # fmt: skip
