"""Self-evaluation forms as a workbook: the official layout for one, and lists to filter for many."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from jiheng.writers.evaluation_form import EvaluationForm, IndicatorRow
from jiheng.writers.excel_layout import height_of, print_on_a4

FORMS_AS_SHEETS = 50
"""So many forms still get a sheet each in the official layout."""
_WIDTHS = (6, 12, 14, 26, 16, 16, 8, 10, 34)
_LEAST = 22
"""Points of a row of one line."""
_LIST = tuple(
    "年度 主管部门 实施单位 项目编码 项目名称 年初预算数（万元） 全年预算数（万元） 全年执行数（万元） 执行率（%） 总分"
    " 等级 核查问题 对核查问题的说明".split()
)
_ROWS = tuple(
    "项目编码 项目名称 一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分 计分说明 偏差原因分析及改进措施"
    " 调整得分的理由".split()
)
_HEADS = tuple("序号 一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分 偏差原因分析及改进措施".split())


class _Sheet:
    """A worksheet in the official layout, written from the top."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet, self.row = sheet, 0
        base = {"border": 1, "text_wrap": True, "valign": "vcenter", "font_name": "宋体", "font_size": 10}
        self.left, self.center = book.add_format(base), book.add_format(base | {"align": "center"})
        self.label = book.add_format(base | {"align": "center", "bold": True})
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center", "font_name": "宋体"})
        for n, width in enumerate(_WIDTHS):
            sheet.set_column(n, n, width)

    def put(self, first: int, last: int, words: str, looks: Any, rows: int = 1) -> None:
        """A cell over columns and rows."""
        if first == last and rows == 1:
            self.sheet.write_string(self.row, first, words, looks)
        else:
            self.sheet.merge_range(self.row, first, self.row + rows - 1, last, words, looks)

    def form(self, form: EvaluationForm) -> None:
        """The whole form."""
        self.sheet.merge_range(0, 0, 0, 8, f"项目支出绩效自评表（{form.year}年度）", self.title)
        self.sheet.set_row(0, 30)
        self.row = 1
        self._head(form)
        self._indicators(form.rows)
        self.put(0, 5, "总分", self.label)
        self.put(6, 6, "100", self.center)
        self.put(7, 7, form.score, self.center)
        self.put(8, 8, f"等级：{form.grade}" if form.grade else "", self.center)
        print_on_a4(self.sheet, heads=0)

    def _head(self, form: EvaluationForm) -> None:
        self.put(0, 2, "项目名称", self.label)
        self.put(3, 8, f"{form.project}（{form.code}）" if form.code else form.project, self.center)
        self.row += 1
        self.put(0, 2, "主管部门", self.label)
        self.put(3, 4, form.department, self.center)
        self.put(5, 5, "实施单位", self.label)
        self.put(6, 8, form.unit, self.center)
        self.row += 1
        self.put(0, 2, "项目资金\n（万元）", self.label, 1 + len(form.money))
        for n, name in enumerate(("", "年初预算数", "全年预算数", "全年执行数"), 3):
            self.put(n, n, name, self.label)
        self.put(7, 7, "分值", self.label)
        self.put(8, 8, "执行率 / 得分", self.label)
        for money in form.money:
            self.row += 1
            said = f"{money.rate} / {money.points}" if money.points else money.rate
            cells = (money.label, money.initial, money.budget, money.executed, money.weight, said)
            for n, words in enumerate(cells, 3):
                self.put(n, n, words, self.center if n > 3 else self.left)
        self.row += 1
        self.put(0, 2, "年度总体目标", self.label, 2)
        self.put(3, 5, "预期目标", self.label)
        self.put(6, 8, "实际完成情况", self.label)
        self.row += 1
        self.put(3, 5, form.goals, self.left)
        self.put(6, 8, form.goals_actual, self.left)
        goals = ((form.goals, sum(_WIDTHS[3:6])), (form.goals_actual, sum(_WIDTHS[6:])))
        self.sheet.set_row(self.row, max(48, height_of(goals)))
        self.row += 1

    def _indicators(self, rows: Sequence[IndicatorRow]) -> None:
        for n, name in enumerate(_HEADS):
            self.put(n, n, name, self.label)
        self.row += 1
        for place, row in enumerate(rows, 1):
            said = "\n".join(part for part in (row.deviation, row.adjustment) if part)
            cells = (str(place), row.level1, row.level2, row.name, row.target, row.actual, row.weight, row.points, said)
            self.sheet.set_row(self.row, max(_LEAST, height_of(zip(cells, _WIDTHS, strict=True))))
            for n, words in enumerate(cells):
                self.put(n, n, words, self.left if n in (3, 8) else self.center)
            self.row += 1


def _number(words: str) -> Any:
    try:
        return float(words.replace(",", ""))
    except ValueError:
        return words


def _width(head: str) -> int:
    if head in ("项目编码", "项目名称", "三级指标"):
        return 23
    if head.endswith(("说明", "措施", "理由", "问题")):
        return 30
    return 18 if head.endswith(("部门", "单位", "值")) else max(8, min(14, 2 * len(head)))


def _list(book: Any, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> None:
    sheet, ruled = book.add_worksheet(name), {"border": 1, "text_wrap": True, "valign": "vcenter"}
    bold = book.add_format(ruled | {"bold": True, "bg_color": "#E8EFF8", "align": "center"})
    plain, money = book.add_format(ruled), book.add_format(ruled | {"num_format": "#,##0.00"})
    widths = [_width(head) for head in heads]
    sheet.set_row(0, height_of(zip(heads, widths, strict=True)))
    for n, head in enumerate(heads):
        sheet.write_string(0, n, head, bold)
        sheet.set_column(n, n, widths[n])
    for r, row in enumerate(rows, 1):
        sheet.set_row(r, height_of(zip(row, widths, strict=True)))
        for n, words in enumerate(row):
            value = _number(words) if n in numbers else words
            if isinstance(value, float):
                sheet.write_number(r, n, value, money)
            else:
                sheet.write_string(r, n, str(value), plain)
    print_on_a4(sheet)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)


def _summary(form: EvaluationForm) -> list[str]:
    total = form.money[0]
    return [
        str(form.year), form.department, form.unit, form.code, form.project, total.initial, total.budget,
        total.executed, total.rate.rstrip("%"), form.score, form.grade, "\n".join(form.doubts), form.doubts_explanation,
    ]  # fmt: skip


def write_forms(forms: Sequence[EvaluationForm]) -> bytes:
    """One form: its sheet in the official layout. Many: two lists, and a sheet each where they are not too many."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    if len(forms) > 1:
        _list(book, "自评汇总", _LIST, [_summary(f) for f in forms], (5, 6, 7, 8, 9))
        details = [
            [f.code, f.project, r.level1, r.level2, r.name, r.target, r.actual, r.weight, r.points, r.explanation,
             r.deviation, r.adjustment]
            for f in forms for r in f.rows
        ]  # fmt: skip
        _list(book, "指标明细", _ROWS, details, (7, 8))
    if len(forms) <= FORMS_AS_SHEETS:
        for n, form in enumerate(forms, 1):
            sheet = book.add_worksheet("自评表" if len(forms) == 1 else f"自评表{n}")
            _Sheet(book, sheet).form(form)
    book.close()
    return out.getvalue()
