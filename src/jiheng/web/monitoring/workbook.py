"""The forms of a unit in a round as one workbook: written to be filled in offline, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from jiheng.readers import ReadError
from jiheng.readers.bounded import BoundedReader
from jiheng.readers.detect import detect
from jiheng.readers.limits import LIVE_SECONDS
from jiheng.readers.spreadsheet import sheets_in
from jiheng.web.asked import number
from jiheng.web.monitoring.lights import questions
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord
from jiheng.web.monitoring.queries.form import rows_before
from jiheng.web.monitoring.services.report import Form, printed
from jiheng.web.monitoring.values import WAN
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.values import clean
from jiheng.writers.excel_layout import height_of, print_on_a4

INDICATORS, FORMS = "指标", "资金和总体"
ROW_COLUMNS = (
    ("执行情况", "actual_raw", 18), ("全年预计完成情况", "forecast_raw", 18), ("完成可能性", "likelihood", 12),
    ("偏差原因", "reasons", 16), ("原因说明", "reason_text", 28), ("改进措施", "measures", 28), ("备注", "note", 16),
)  # fmt: skip
FORM_COLUMNS = (
    ("财政拨款全年预计", "forecast_fiscal", 16), ("上年结转全年预计", "forecast_carry_over", 16),
    ("其他资金全年预计", "forecast_other", 16), ("总体目标完成情况", "progress_text", 40),
    ("资金纠偏措施", "measures", 40),
)  # fmt: skip
"""Heading, field and width of the columns that are filled in."""
_GUIDE = (
    "只填浅黄色的格；白色的格和隐藏的编号栏请勿改动，也不要增删行。",
    "执行情况：填截至本期末的数，单位与年度指标值相同；比率填“合格数/总数”，如 760/800。",
    "完成可能性：确定能、有可能、完全不可能。",
    "偏差原因：经费保障、制度保障、人员保障、硬件条件保障、其他，可填多个，用顿号隔开。",
    "金额以万元计。填好后在“用 Excel 填报”页面上传，核对变动后确认，全部成功才保存。",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell of the file; rows as Excel counts them."""

    sheet: str
    row: int
    column: str
    text: str
    message: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that the file would change."""

    cell: str
    what: str
    before: str
    after: str


@dataclass(slots=True)
class Change:
    """What the file would change in one form. ``is_stale``: the form was changed online since the file was made."""

    form: Form
    is_stale: bool = False
    differences: list[Difference] = field(default_factory=list)

    @property
    def questions(self) -> list[str]:
        """What the values would leave to be put right, or confirmed with a reason before the form is submitted."""
        year, rows = self.form.record.round.budget_year, self.form.rows.values()
        touched = {d.cell.split(":")[1] for d in self.differences if d.cell.startswith("row:")}
        asked = (questions(row, year.year, pack_of(year)) for row in rows if str(row.pk) in touched)
        return [question.message for found in asked for question in found]


@dataclass(slots=True)
class Read:
    """What was read of a file."""

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unchanged: int = 0


class _Book:
    """A workbook under way: what is given is locked, what is to be filled in is yellow."""

    def __init__(self, out: BytesIO) -> None:
        self.book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
        line = {"border": 1, "border_color": "#8A94A1", "valign": "vcenter", "text_wrap": True}
        self.head = self.book.add_format({**line, "bold": True, "bg_color": "#E8EFF8", "align": "center"})
        self.given, self.number = self.book.add_format(line), self.book.add_format(line | {"num_format": "#,##0.00"})
        self.open = self.book.add_format({**line, "bg_color": "#FFFBEA", "locked": False, "num_format": "@"})
        self.hidden = self.book.add_format({"locked": True})

    def sheet(self, name: str, heads: Sequence[tuple[str, int]], hidden: int) -> Any:
        sheet = self.book.add_worksheet(name)
        for n, (label, width) in enumerate(heads):
            sheet.write_string(0, n, label, self.head)
            sheet.set_column(n, n, width, None, {"hidden": n < hidden})
        sheet.freeze_panes(1, hidden + 2)
        sheet.protect(
            "", {"format_columns": True, "format_rows": True, "autofilter": True, "select_locked_cells": True}
        )
        sheet.set_row(0, height_of(heads))
        print_on_a4(sheet)
        return sheet


def write(records: Iterable[MonitoringRecord], before: dict[int, MonitoringRecord]) -> bytes:
    """The workbook of these forms (rows and projects read already); ``before`` are those of the round before, by
    project."""
    out, forms = BytesIO(), list(records)
    made = _Book(out)
    guide = made.book.add_worksheet("填报说明")
    guide.set_column(0, 0, 100)
    for n, line in enumerate(_GUIDE):
        guide.write_string(n, 0, f"{n + 1}. {line}")
    _indicators(made, forms, before)
    _forms(made, forms)
    made.book.worksheets()[1].activate()
    made.book.close()
    return out.getvalue()


def _indicators(made: _Book, forms: list[MonitoringRecord], before: dict[int, MonitoringRecord]) -> None:
    heads = [("指标编号", 8), ("项目名称", 24), ("三级指标", 22), ("年度指标值", 14), ("上期", 18)]
    columns = [*heads, *((label, width) for label, _, width in ROW_COLUMNS)]
    sheet = made.sheet(INDICATORS, columns, 1)
    n = 0
    for form in forms:
        old = rows_before(form.rows.all(), before.get(form.project_id))
        for row in form.rows.all():
            n += 1
            last = old[row.pk].actual_raw if row.pk in old else ""
            given = (str(row.pk), str(form.project), row.name, row.target_raw, last)
            _line(sheet, n, given, [printed(row, f) for _, f, _ in ROW_COLUMNS], columns, made)
    place = {label: len(heads) + k for k, (label, _, _) in enumerate(ROW_COLUMNS)}
    if n:
        _choose(sheet, n, place["完成可能性"], [str(v) for v in IndicatorReport.Likelihood.labels], strict=True)
        _choose(sheet, n, place["偏差原因"], [str(v) for v in IndicatorReport.Reason.labels], strict=False)


def _choose(sheet: Any, last: int, column: int, names: list[str], *, strict: bool) -> None:
    rule = {"validate": "list", "source": names, "show_error": strict, "error_title": "请从列表里选",
            "error_message": "、".join(names)}  # fmt: skip
    sheet.data_validation(1, column, last, column, rule)


def _forms(made: _Book, forms: list[MonitoringRecord]) -> None:
    heads = [
        ("监控表编号", 8), ("修订", 8), ("项目名称", 26), ("预算数（万元）", 14), ("执行数（万元）", 14),
        ("执行率（%）", 12),
    ]  # fmt: skip
    columns = [*heads, *((label, width) for label, _, width in FORM_COLUMNS)]
    sheet = made.sheet(FORMS, columns, 2)
    for n, form in enumerate(forms, 1):
        rate = "" if form.executed_percent is None else form.executed_percent
        given = (
            str(form.pk), str(form.revision), str(form.project), form.budget / WAN, form.executed / WAN, rate,
        )  # fmt: skip
        _line(sheet, n, given, [printed(form, f) for _, f, _ in FORM_COLUMNS], columns, made)


def _line(
    sheet: Any, n: int, given: Sequence[str | Decimal], filled: Sequence[str], columns: Sequence[tuple[str, int]],
    made: _Book,
) -> None:  # fmt: skip
    texts = [value if isinstance(value, str) else "" for value in (*given, *filled)]
    sheet.set_row(n, height_of((text, width) for text, (_, width) in zip(texts, columns, strict=True)))
    for k, value in enumerate(given):
        if isinstance(value, str):
            sheet.write_string(n, k, value, made.given)
        else:
            sheet.write_number(n, k, value, made.number)
    for k, text in enumerate(filled, len(given)):
        if text:
            sheet.write_string(n, k, text, made.open)
        else:
            sheet.write_blank(n, k, None, made.open)


def read(data: bytes, name: str, forms: dict[int, Form]) -> Read:
    """What a filled workbook would change in these forms (by key, not locked).

    Raises :class:`Refused` for a file that is not one of ours; everything else that is wrong is listed.
    """
    try:
        kind = detect(data, name)
        with BoundedReader() as reader:
            read = reader.call("读取", name, LIVE_SECONDS, sheets_in, data, kind)
    except ReadError as error:
        raise Refused(str(error)) from error
    sheets = {sheet.name: sheet.rows for sheet in read}
    if INDICATORS not in sheets or FORMS not in sheets:
        raise Refused(f"文件里没有“{INDICATORS}”和“{FORMS}”两张表。请下载本期的模板填写后再上传。")
    found = Read()
    changes = {pk: Change(form) for pk, form in forms.items()}
    rows = {row.pk: (pk, row) for pk, form in forms.items() for row in form.rows.values()}
    revisions = _read_forms(sheets[FORMS], changes, found)
    _read_rows(sheets[INDICATORS], rows, changes, found)
    for pk, change in changes.items():
        change.is_stale = pk in revisions and revisions[pk] != change.form.record.revision
    found.changes = [c for c in changes.values() if c.differences]
    found.unchanged = len(changes) - len(found.changes)
    return found


def _columns(rows: dict[int, dict[int, str]], wanted: Sequence[str], sheet: str) -> dict[str, int]:
    first = rows.get(min(rows, default=0), {})
    places = {text.strip(): column for column, text in first.items()}
    if missing := [label for label in wanted if label not in places]:
        raise Refused(f"“{sheet}”的第一行缺少这些栏：{'、'.join(missing)}。请用模板填写，不要改动第一行。")
    return places


def _read_forms(rows: dict[int, dict[int, str]], changes: dict[int, Change], found: Read) -> dict[int, int]:
    places = _columns(rows, ["监控表编号", "修订", *(label for label, _, _ in FORM_COLUMNS)], FORMS)
    revisions: dict[int, int] = {}
    for n in sorted(rows)[1:]:
        said, revision = (rows[n].get(places[c], "").strip() for c in ("监控表编号", "修订"))
        key = number(said)
        if key not in changes:
            found.problems.append(Problem(FORMS, n + 1, "监控表编号", said, _FOREIGN))
            continue
        revisions[key] = -1 if (seen := number(revision)) is None else seen
        for label, name, _ in FORM_COLUMNS:
            _compare(changes[key], name, rows[n].get(places[label], ""), (FORMS, n + 1, label), found)
    return revisions


_FOREIGN = "不是本单位本期可以填报的监控表，可能已经报送，或者编号被改动。请重新下载模板。"


def _read_rows(
    rows: dict[int, dict[int, str]],
    known: dict[int, tuple[int, IndicatorReport]],
    changes: dict[int, Change],
    found: Read,
) -> None:
    places = _columns(rows, ["指标编号", "三级指标", *(label for label, _, _ in ROW_COLUMNS)], INDICATORS)
    seen: set[int] = set()
    for n in sorted(rows)[1:]:
        said, name = (rows[n].get(places[c], "").strip() for c in ("指标编号", "三级指标"))
        place, key = (INDICATORS, n + 1), number(said)
        if key not in known:
            found.problems.append(Problem(*place, "指标编号", said, _FOREIGN))
            continue
        pk, row = known[key]
        if clean(name) != clean(row.name):
            message = f"这一行的指标应是“{row.name}”，行可能错位了。请重新下载模板填写。"
            found.problems.append(Problem(*place, "三级指标", name, message))
        elif row.pk in seen:
            found.problems.append(Problem(*place, "指标编号", said, "这个指标在表里出现了两次，请删去多余的一行。"))
        else:
            seen.add(row.pk)
            for label, field_name, _ in ROW_COLUMNS:
                text = rows[n].get(places[label], "")
                _compare(changes[pk], f"row:{row.pk}:{field_name}", text, (*place, label), found)


def _compare(change: Change, cell: str, text: str, place: tuple[str, int, str], found: Read) -> None:
    before = change.form.get(cell)
    if clean(text) == before:
        return
    try:
        change.form.put(cell, text)
    except Refused as refused:
        found.problems.append(Problem(*place, clean(text)[:60], str(refused)))
        return
    if (after := change.form.get(cell)) != before:
        change.differences.append(Difference(cell, change.form.label(cell), before, after))
