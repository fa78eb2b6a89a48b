"""Fill in a self-evaluation form: cells saved as they are typed, guarded against overwriting what was not seen.

A cell is named ``row:ID:field`` or by a field of the form itself; a save names the text that it replaces. Points and
their sentences are computed anew with every save.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType

from jiheng.scoring.numbers import plain
from jiheng.web import transaction
from jiheng.web.asked import number
from jiheng.web.evaluation import values
from jiheng.web.evaluation.computing import FORM_RESULTS, MONEY, ROW_RESULTS, rescore, target_of
from jiheng.web.evaluation.models import EvaluatedIndicator, SelfEvaluation
from jiheng.web.evaluation.services.start import refresh_money
from jiheng.web.execution.kept import EVALUATION, mark_changed
from jiheng.web.execution.models import Evidence
from jiheng.web.locks import lock
from jiheng.web.monitoring.models import RecordState
from jiheng.web.org.permissions import require
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.services.errors import Refused, Stale
from jiheng.web.supervision.services import record

ROW_FIELDS = {
    "actual_raw": "实际完成值", "attainment": "达成程度", "weight": "分值", "given": "得分", "given_reason": "调整理由",
    "deviation": "偏差原因分析及改进措施",
}  # fmt: skip
FORM_FIELDS = {"goals_actual": "年度总体目标实际完成情况", "honesty_explanation": "对核查问题的说明"}
STORED_ROW = (
    "actual_raw", "numerator", "denominator", "attainment", "attained", "weight", "given", "given_reason", "deviation",
    *ROW_RESULTS,
)  # fmt: skip
RELATED = ("budget_year__district", "project__unit__department", "filled_by")


@dataclass(slots=True)
class Saved:
    """What a save did. ``changed`` are cells that are stored otherwise than typed."""

    form: SelfEvaluation
    rows: list[EvaluatedIndicator]
    changed: dict[str, str] = field(default_factory=dict)


class Sheet:
    """A form with its rows, locked for change until the transaction ends."""

    def __init__(self, form: SelfEvaluation) -> None:
        self.form, self.pack = form, pack_of(form.budget_year)
        self.rows = {row.pk: row for row in form.rows.all()}

    def find(self, cell: str) -> tuple[Any, str]:
        """The object and the field behind a cell's name. Raises :class:`Refused`."""
        if cell in FORM_FIELDS:
            return self.form, cell
        kind, _, rest = cell.partition(":")
        key, _, name = rest.partition(":")
        row = self.rows.get(number(key)) if kind == "row" else None
        if row is None or name not in ROW_FIELDS:
            raise Refused(f"没有名为“{cell[:40]}”的单元格，请刷新后再填。")
        return row, name

    def get(self, cell: str) -> str:
        """What stands in a cell."""
        return printed(*self.find(cell))

    def put(self, cell: str, typed: str) -> None:
        """Write a cell. Raises :class:`Refused` where it does not fit."""
        found, name = self.find(cell)
        try:
            self._put(found, name, typed)
        except Refused as refused:
            raise Refused(f"{self.label(cell)}：{refused}") from refused

    def _put(self, found: Any, name: str, typed: str) -> None:
        if name == "actual_raw":
            said = values.actual(typed, target_of(found))
            found.actual_raw, found.numerator, found.denominator = said.raw, said.numerator, said.denominator
        elif name == "attainment":
            found.attainment, found.attained = values.band(typed, self.pack)
        elif name == "given":
            found.given = values.points(typed, "得分")
        elif name == "weight":
            found.weight = values.points(typed, "分值") or Decimal(0)
        else:
            setattr(found, name, values.text_of(name, typed))

    def label(self, cell: str) -> str:
        """The cell in words."""
        found, name = self.find(cell)
        return f"“{found.name}”的{ROW_FIELDS[name]}" if isinstance(found, EvaluatedIndicator) else FORM_FIELDS[name]

    def store(self, person: Any) -> None:
        """Compute anew and write. Raises :class:`Refused` where points were given that cannot be."""
        rows = list(self.rows.values())
        for row in rows:
            if row.given is not None:
                self._check_given(row)
        rescore(self.form, rows, self.pack, proven(rows))
        for row in rows:
            if row.given is not None and row.given == row.computed:  # nothing is changed by it
                row.given, row.given_reason = None, ""
                self.form.adjusted -= 1
        self.form.revision += 1
        self.form.filled_by = person
        self.form.save()
        mark_changed(EVALUATION, self.form.budget_year_id, [self.form.unit_id])
        EvaluatedIndicator.objects.bulk_update(rows, STORED_ROW, batch_size=100)

    def _check_given(self, row: EvaluatedIndicator) -> None:
        if not row.given_reason.strip():
            raise Refused(f"“{row.name}”：调整得分要写明理由。")
        if row.given is not None and row.given > row.weight:
            raise Refused(f"“{row.name}”：得分不能超过分值 {plain(row.weight)} 分，填了 {plain(row.given)} 分。")


def printed(found: Any, name: str) -> str:
    """What a field of a form or a row says, as it is typed."""
    if name == "attainment":
        return values.band_text(found.attainment, found.attained)
    value = getattr(found, name)
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


def proven(rows: list[EvaluatedIndicator]) -> set[int]:
    """The keys of rows that have evidence."""
    kind = ContentType.objects.get_for_model(EvaluatedIndicator)
    files = Evidence.objects.filter(content_type=kind, object_id__in=[row.pk for row in rows])
    return set(files.values_list("object_id", flat=True))


def why_closed(form: SelfEvaluation) -> str:
    """Why nothing can be written into a form now; "" where it can."""
    if form.state != RecordState.DRAFT:
        return f"本表处于“{RecordState(form.state).label}”，不能修改。需要修改时请先撤回，或请审核人退回。"
    return ""


def open_sheet(person: Any, pk: int) -> Sheet:
    """Lock a form for change by this person. Raises ``PermissionDenied`` and :class:`Refused`."""
    lock(SelfEvaluation, [pk])
    form = SelfEvaluation.objects.select_related(*RELATED).get(pk=pk)
    require(person, "evaluation.fill", form)
    if why := why_closed(form):
        raise Refused(why)
    return Sheet(form)


def _guard(sheet: Sheet, new: Mapping[str, str], was: Mapping[str, str]) -> None:
    """Raise :class:`Stale` where something else stands by now than was seen."""
    conflicts = []
    for cell, seen in was.items():
        current = sheet.get(cell)
        if cell in new and current not in (seen, values.clean(new[cell])):
            by = sheet.form.filled_by.name if sheet.form.filled_by else "系统"
            conflicts.append({"cell": cell, "value": current, "by": by, "at": sheet.form.updated_at.isoformat()})
    if conflicts:
        last = conflicts[-1]
        raise Stale(
            f"{last['by']} 刚刚改过这里，现在是“{last['value'][:60]}”。您的内容没有保存，请看过后决定采用哪一个。",
            conflicts, sheet.form.revision,
        )  # fmt: skip


@transaction.atomic
def save_cells(person: Any, pk: int, new: Mapping[str, str], was: Mapping[str, str]) -> Saved:
    """Save cells of a form, all or none; ``was`` is what the person saw in each.

    Raises :class:`Stale` where something else stands there by now, :class:`Refused`, ``PermissionDenied``.
    """
    sheet = open_sheet(person, pk)
    _guard(sheet, new, was)
    before = {cell: sheet.get(cell) for cell in new}
    for cell, typed in new.items():
        sheet.put(cell, typed)
        if cell.endswith(":given") and not typed.strip():
            sheet.find(cell)[0].given_reason = ""
    typed_as = {cell: sheet.get(cell) for cell in new}
    changed = [cell for cell in new if before[cell] != typed_as[cell]]
    if changed:
        sheet.store(person)
        said = {sheet.label(c): (before[c], sheet.get(c)) for c in changed}
        record("填写自评表", sheet.form, {k: b for k, (b, _) in said.items()}, {k: a for k, (_, a) in said.items()})
    after = {cell: sheet.get(cell) for cell in new}
    return Saved(sheet.form, list(sheet.rows.values()), {c: t for c, t in after.items() if t != new[c]})


@transaction.atomic
def recompute(person: Any, pk: int) -> Saved:
    """Read the money of a draft anew as of the year's end and compute again; also after evidence came or went.

    Raises :class:`Refused` and ``PermissionDenied``.
    """
    sheet = open_sheet(person, pk)
    before = {name: getattr(sheet.form, name) for name in MONEY}
    refresh_money([sheet.form])
    rescore(sheet.form, list(sheet.rows.values()), sheet.pack, proven(list(sheet.rows.values())))
    sheet.form.save(update_fields=[*MONEY, *FORM_RESULTS])
    mark_changed(EVALUATION, sheet.form.budget_year_id, [sheet.form.unit_id])
    EvaluatedIndicator.objects.bulk_update(sheet.rows.values(), ROW_RESULTS, batch_size=100)
    after = {name: getattr(sheet.form, name) for name in MONEY}
    if before != after:
        record("更新自评资金", sheet.form, before, after)
    return Saved(sheet.form, list(sheet.rows.values()))
