"""A monitoring form as it is printed (项目支出绩效运行监控表, 财预〔2019〕136号), ready for the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType

from jiheng.scoring.numbers import percent_of
from jiheng.web.execution.models import Evidence, FundSource
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord
from jiheng.web.monitoring.services.report import ROW_FIELDS, printed, why_closed
from jiheng.web.monitoring.services.submission import shortcomings
from jiheng.web.monitoring.values import in_wan
from jiheng.web.org.permissions import allowed

NOTHING = Decimal(0)
WAN = Decimal(10000)


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """A row of the money; amounts in 万元, ``cell`` names what can be typed over ("" in the sum)."""

    label: str
    initial: Decimal
    budget: Decimal
    executed: Decimal
    rate: Decimal | None
    forecast: str
    cell: str
    last: str


@dataclass(slots=True)
class RowView:
    """A row of the indicators. ``span1`` and ``span2``: how many rows the first two cells stand for, 0 where an earlier
    one stands for this; ``last`` and ``last_forecast`` were reported in the round before."""

    row: IndicatorReport
    span1: int
    span2: int
    last: str
    last_forecast: str
    reasons: list[tuple[str, str, bool]]
    evidence: list[Evidence]

    @property
    def cells(self) -> dict[str, str]:
        """Field → the name of its cell."""
        return {name: f"row:{self.row.pk}:{name}" for name in ROW_FIELDS}


def is_editable(person: Any, record: MonitoringRecord) -> bool:
    """Whether this person may write in the form now."""
    return not why_closed(record) and allowed(person, "monitoring.report", record)


def previous_of(record: MonitoringRecord) -> MonitoringRecord | None:
    """The form of the same project in the round before, of the same year."""
    earlier = MonitoringRecord.objects.filter(
        project=record.project_id, round__budget_year=record.round.budget_year_id, round__order__lt=record.round.order
    )
    return earlier.select_related("round").prefetch_related("rows").order_by("-round__order").first()


def rows_before(rows: Iterable[IndicatorReport], previous: MonitoringRecord | None) -> dict[int, IndicatorReport]:
    """Key of a row → the row of the same indicator in the form before; by name where the indicator is gone."""
    old = list(previous.rows.all()) if previous else []
    by_key = {r.indicator_id: r for r in old if r.indicator_id}
    by_name = {r.name: r for r in old}
    found = {row.pk: by_key.get(row.indicator_id) or by_name.get(row.name) for row in rows}
    return {pk: row for pk, row in found.items() if row is not None}


def money_lines(record: MonitoringRecord, previous: MonitoringRecord | None = None) -> list[MoneyLine]:
    """The money of a form: all sources, then each."""
    lines = []
    for s in FundSource:
        of = {name: getattr(record, f"{name}_{s.value}") for name in ("initial", "budget", "executed", "forecast")}
        last = in_wan(getattr(previous, f"forecast_{s.value}")) if previous else ""
        lines.append(
            MoneyLine(
                str(s.label), of["initial"] / WAN, of["budget"] / WAN, of["executed"] / WAN,
                percent_of(of["executed"], of["budget"]), in_wan(of["forecast"]), f"forecast_{s.value}", last,
            )
        )  # fmt: skip
    total = MoneyLine(
        "年度资金总额", record.initial / WAN, record.budget / WAN, record.executed / WAN, record.executed_percent,
        in_wan(forecast_of(record)), "", in_wan(forecast_of(previous)) if previous else "",
    )  # fmt: skip
    return [total, *lines]


def forecast_of(record: MonitoringRecord) -> Decimal | None:
    """What the unit thinks will be spent in the whole year, 元; ``None`` where it said nothing."""
    given = [record.forecast_fiscal, record.forecast_carry_over, record.forecast_other]
    return sum((g for g in given if g is not None), NOTHING) if any(g is not None for g in given) else None


def row_views(rows: Sequence[IndicatorReport], before: dict[int, IndicatorReport]) -> list[RowView]:
    """The rows of the indicators, equal neighbours in the first two columns joined as on paper."""
    evidence = evidence_of(rows)
    views = []
    for n, row in enumerate(rows):
        span1, span2 = _span(rows, n, ("level1",)), _span(rows, n, ("level1", "level2"))
        last = before.get(row.pk)
        kinds = [(key, label, key in row.reasons) for key, label in IndicatorReport.Reason.choices]
        views.append(
            RowView(
                row, span1, span2, last.actual_raw if last else "", last.forecast_raw if last else "", kinds,
                evidence[row.pk],
            )
        )  # fmt: skip
    return views


def _span(rows: Sequence[IndicatorReport], at: int, fields: tuple[str, ...]) -> int:
    def of(n: int) -> list[str]:
        return [getattr(rows[n], f) for f in fields]

    if at and of(at) == of(at - 1) and any(of(at)):
        return 0
    end = at + 1
    while end < len(rows) and of(end) == of(at) and any(of(at)):
        end += 1
    return end - at


def evidence_of(rows: Iterable[Any]) -> dict[int, list[Evidence]]:
    """Key of a row → its evidence files."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    kind = ContentType.objects.get_for_model(IndicatorReport)
    files = Evidence.objects.filter(content_type=kind, object_id__in=[row.pk for row in rows])
    for file in files.select_related("by"):
        found[file.object_id].append(file)
    return found


def goals_of(record: MonitoringRecord) -> list[str]:
    """The goals of the project, as the plan has them."""
    return [g.text for g in record.project.goals.all() if g.text.strip()]


def page_of(person: Any, record: MonitoringRecord) -> dict[str, Any]:
    """What the page of a form shows of the form itself."""
    rows, previous = list(record.rows.all()), previous_of(record)
    before = rows_before(rows, previous)
    return {
        "record": record, "rows": row_views(rows, before), "money": money_lines(record, previous),
        "goals": goals_of(record), "previous": previous, "editable": is_editable(person, record),
        "missing": shortcomings(record, rows), "months": record.round.period_end.month,
    }  # fmt: skip


FILLS = {"last": "与上期相同", "planned": "全部按计划完成"}


_REPEATED = ("actual_raw", "forecast_raw", "likelihood", "reasons", "reason_text", "measures")
"""What may be as it was in the round before."""


def proposals(record: MonitoringRecord, how: str) -> dict[str, str]:
    """Cells that are empty, filled as proposed: like the round before, or everything as planned. Nothing is saved: a
    person looks at them and says so. Raises ``KeyError`` for another ``how``."""
    rows = list(record.rows.all())
    wanted = {"last": _like_before, "planned": _as_planned}[how](record, rows)
    stored = {f"row:{r.pk}:{f}": printed(r, f) for r in rows for f in _REPEATED}
    stored |= {line.cell: line.forecast for line in money_lines(record)} | {"progress_text": record.progress_text}
    return {cell: text for cell, text in wanted.items() if text and not stored.get(cell, "")}


def _like_before(record: MonitoringRecord, rows: list[IndicatorReport]) -> dict[str, str]:
    previous = previous_of(record)
    found = {}
    for pk, old in rows_before(rows, previous).items():
        for f in _REPEATED:
            found[f"row:{pk}:{f}"] = printed(old, f)
    if previous:
        found |= {f"forecast_{s.value}": in_wan(getattr(previous, f"forecast_{s.value}")) for s in FundSource}
        found["progress_text"] = previous.progress_text
    return found


def _as_planned(record: MonitoringRecord, rows: list[IndicatorReport]) -> dict[str, str]:
    """What will be by the end of the year; how far it is now only the unit knows."""
    found = {f"forecast_{s.value}": in_wan(getattr(record, f"budget_{s.value}") or None) for s in FundSource}
    for row in rows:
        found[f"row:{row.pk}:forecast_raw"] = row.target_raw.lstrip("≥≤＞＜><=＝")
        found[f"row:{row.pk}:likelihood"] = "确定能"
    return found
