"""Fill in a monitoring form: cells saved as they are typed, guarded against overwriting what was not seen.

A cell is named ``row:ID:field`` or by a field of the form itself; a save names the text that it replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jiheng.web import transaction
from jiheng.web.asked import number
from jiheng.web.execution.kept import MONITORING, mark_changed
from jiheng.web.execution.queries import executed
from jiheng.web.locks import lock
from jiheng.web.monitoring import values
from jiheng.web.monitoring.lights import MONEY, RECORD_LIGHTS, ROW_LIGHTS, planned_of, put_money, relight, target_of
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.org.permissions import require
from jiheng.web.plan.services.errors import Refused, Stale
from jiheng.web.supervision.services import record as audit

ROW_FIELDS = {
    "actual_raw": "执行情况", "forecast_raw": "全年预计完成情况", "reasons": "偏差原因", "reason_text": "原因说明",
    "measures": "改进措施", "likelihood": "完成可能性", "note": "备注",
}  # fmt: skip
FORM_FIELDS = {
    "forecast_fiscal": "全年预计执行数（财政拨款）", "forecast_carry_over": "全年预计执行数（上年结转）",
    "forecast_other": "全年预计执行数（其他资金）", "progress_text": "年度总体目标完成情况", "measures": "资金纠偏措施",
}  # fmt: skip
RELATED = ("round__budget_year__district", "project__unit__department", "unit__department")
OPEN_ROUNDS = (MonitoringRound.State.OPEN, MonitoringRound.State.CLOSED)
"""A closed round still takes late reports."""


@dataclass(slots=True)
class Saved:
    """What a save did. ``changed`` are cells that are stored otherwise than typed."""

    record: MonitoringRecord
    rows: list[IndicatorReport]
    changed: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Form:
    """A form with its rows, locked for change until the transaction ends."""

    record: MonitoringRecord
    rows: dict[int, IndicatorReport]

    def find(self, cell: str) -> tuple[Any, str]:
        """The object and the field behind a cell's name. Raises :class:`Refused`."""
        if cell in FORM_FIELDS:
            return self.record, cell
        kind, _, rest = cell.partition(":")
        key, _, name = rest.partition(":")
        row = self.rows.get(number(key)) if kind == "row" else None
        if row is None or name not in ROW_FIELDS:
            raise Refused(f"没有名为“{cell[:40]}”的单元格，请刷新后再填。")
        return row, name

    def get(self, cell: str) -> str:
        """What stands in a cell."""
        found, name = self.find(cell)
        return printed(found, name)

    def put(self, cell: str, typed: str) -> None:
        """Write a cell. Raises :class:`Refused` where it does not fit."""
        found, name = self.find(cell)
        try:
            _put(found, name, typed)
        except Refused as refused:
            where = f"“{found.name}”的" if isinstance(found, IndicatorReport) else ""
            raise Refused(f"{where}{(ROW_FIELDS | FORM_FIELDS)[name]}：{refused}") from refused

    def label(self, cell: str) -> str:
        """The cell in words, for the audit trail."""
        found, name = self.find(cell)
        return f"{found.name}·{ROW_FIELDS[name]}" if isinstance(found, IndicatorReport) else FORM_FIELDS[name]


def printed(found: Any, name: str) -> str:
    """What a field of a form or a row says, as it is typed."""
    value = getattr(found, name)
    if name.startswith("forecast_") and name != "forecast_raw":
        return values.in_wan(value)
    if name == "reasons":
        return "、".join(values.REASONS[key] for key in value if key in values.REASONS)
    return values.LIKELIHOODS.get(value, "") if name == "likelihood" else str(value)


def _put(found: Any, name: str, typed: str) -> None:
    if name in ("actual_raw", "forecast_raw"):
        said = values.reported(typed, target_of(found), name)
        setattr(found, name, said.raw)
        if name == "actual_raw":
            found.numerator, found.denominator = said.numerator, said.denominator
    elif name.startswith("forecast_"):
        setattr(found, name, values.amount(typed))
    elif name == "reasons":
        found.reasons = values.reasons(typed)
    elif name == "likelihood":
        found.likelihood = values.likelihood(typed)
    else:
        setattr(found, name, values.text_of(name, typed))


def why_closed(record: MonitoringRecord) -> str:
    """Why nothing can be written into a form now; "" where it can."""
    if record.round.state == MonitoringRound.State.LOCKED:
        return f"{record.round}已经锁定，不能再修改。确需修改的，请联系财政部门解锁。"
    if record.round.state not in OPEN_ROUNDS:
        return f"{record.round}还没有开始填报。"
    if record.state != RecordState.DRAFT:
        return f"本表处于“{RecordState(record.state).label}”，不能修改。需要修改时请先撤回，或请审核人退回。"
    return ""


def open_form(person: Any, pk: int) -> Form:
    """Lock a form for change by this person. Raises ``PermissionDenied`` and :class:`Refused`."""
    lock(MonitoringRecord, [pk])
    record = MonitoringRecord.objects.select_related(*RELATED).get(pk=pk)
    require(person, "monitoring.report", record)
    if why := why_closed(record):
        raise Refused(why)
    return Form(record, {row.pk: row for row in record.rows.all()})


def _guard(form: Form, new: Mapping[str, str], was: Mapping[str, str]) -> None:
    """Raise :class:`Stale` where something else stands by now than was seen."""
    conflicts = []
    for cell, seen in was.items():
        current = form.get(cell)
        if cell in new and current not in (seen, values.clean(new[cell])):
            by = form.record.reported_by.name if form.record.reported_by else "系统"
            conflicts.append({"cell": cell, "value": current, "by": by, "at": form.record.updated_at.isoformat()})
    if conflicts:
        raise Stale(
            f"{conflicts[-1]['by']} 刚刚改过这里，现在是“{conflicts[-1]['value'][:60]}”。"
            "您的内容没有保存，请看过后决定采用哪一个。", conflicts, form.record.revision,
        )  # fmt: skip


def write(form: Form, person: Any, new: Mapping[str, str], action: str) -> Saved:
    """Write cells into an open form, light it anew and record the change; all or none. Raises :class:`Refused`."""
    before = {cell: form.get(cell) for cell in new}
    for cell, typed in new.items():
        form.put(cell, typed)
    after = {cell: form.get(cell) for cell in new}
    changed = [cell for cell in new if before[cell] != after[cell]]
    saved = Saved(form.record, list(form.rows.values()), {c: t for c, t in after.items() if t != new[c]})
    if not changed:
        return saved
    _store(form, person)
    said = {form.label(c): (before[c], after[c]) for c in changed}
    audit(action, form.record, {k: b for k, (b, _) in said.items()}, {k: a for k, (_, a) in said.items()})
    return saved


def _store(form: Form, person: Any) -> None:
    record, rows = form.record, list(form.rows.values())
    read_money(form)
    record.is_reported = all(is_reported(row) for row in rows)
    record.reported_by, record.revision = person, record.revision + 1
    record.save()
    mark_changed(MONITORING, record.round_id, [record.unit_id])
    fields = [*ROW_FIELDS, *ROW_LIGHTS, "numerator", "denominator"]
    IndicatorReport.objects.bulk_update(rows, fields, batch_size=100)


def read_money(form: Form) -> None:
    """Put the money of the moment into a form, with the lights that follow from it; nothing is saved."""
    record, on = form.record, form.record.round.period_end
    put_money(record, executed(record.project, on), planned_of(record.project, on, record.fiscal_year))
    relight(record, form.rows.values())


def is_reported(row: IndicatorReport) -> bool:
    """Whether a row says what the form asks for: how far it is, and how likely the target is to be met."""
    return bool(row.actual_raw.strip() and row.likelihood)


@transaction.atomic
def save_cells(
    person: Any, pk: int, new: Mapping[str, str], was: Mapping[str, str], action: str = "填报绩效监控"
) -> Saved:
    """Save cells of a form, all or none; ``was`` is what the person saw in each.

    Raises :class:`Stale` where something else stands there by now, :class:`Refused`, ``PermissionDenied``.
    """
    form = open_form(person, pk)
    _guard(form, new, was)
    return write(form, person, new, action)


@transaction.atomic
def save_many(person: Any, forms: Mapping[int, tuple[int, Mapping[str, str]]], action: str) -> list[Saved]:
    """Save cells of many forms, all or none: key → (the revision they were seen at, cells).

    Raises :class:`Refused` naming the form, :class:`Stale` where a form was changed since, ``PermissionDenied``.
    """
    done = []
    for pk in sorted(forms):
        seen, new = forms[pk]
        form = open_form(person, pk)
        if form.record.revision != seen:
            raise Stale(f"“{form.record}”刚刚被改过，没有保存任何内容。请重新核对后再提交。", [], form.record.revision)
        done.append(write(form, person, new, action))
    return done


@transaction.atomic
def refresh_money(person: Any, pk: int) -> Saved:
    """Read the money of a draft anew from the payments up to the round's day."""
    form = open_form(person, pk)
    before = [getattr(form.record, f) for f in MONEY]
    store_money(form)
    if before != [getattr(form.record, f) for f in MONEY]:
        audit("更新监控资金", form.record, None, {f: getattr(form.record, f) for f in MONEY})
    return Saved(form.record, list(form.rows.values()))


def store_money(form: Form) -> None:
    """The money as it is now, with the lights that follow from it."""
    record, rows = form.record, list(form.rows.values())
    read_money(form)
    record.save(update_fields=[*MONEY, *RECORD_LIGHTS])
    mark_changed(MONITORING, record.round_id, [record.unit_id])
    IndicatorReport.objects.bulk_update(rows, list(ROW_LIGHTS), batch_size=100)
