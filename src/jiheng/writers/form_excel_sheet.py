"""One project's official form (绩效目标表) on a worksheet: labels protected, values open.

Seven columns: a side label, then the six columns of the indicator table, each cell of which stands alone, so that a
block can be pasted and rows can be sorted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from jiheng import stamp
from jiheng.model import Indicator, Project

WIDTHS = (13, 14, 16, 26, 34, 17, 26)
"""Of the columns, in characters."""
_LAST = len(WIDTHS) - 1
_STAMP_COLUMN = 26
_HEADS = ("一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据")
_LINE = 16
"""Height of a line, in points."""
_SPARE_GOALS, _SPARE_INDICATORS, _LEAST_INDICATORS = 2, 6, 12
_UNIT_LINE = re.compile(r"\d{3,9}[^\W\d]")
_PERCENT = re.compile(r"(\d{1,4}(?:\.(\d{1,4}))?)%")
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,4})?")


class FormSheet:
    """Writes one form; ``lists`` are the formulas of what the category columns offer (see ``form_excel``)."""

    def __init__(self, book: Any, tab: str, project: Project, key: str, lists: tuple[str, str]) -> None:
        self.book, self.project, self.key, self.lists = book, project, key, lists
        self.sheet = book.add_worksheet(tab)
        self.row = 0
        cell = {"border": 1, "text_wrap": True, "valign": "vcenter", "font_name": "宋体", "font_size": 10.5}
        centred = {**cell, "align": "center"}
        self.label = book.add_format({**centred, "bg_color": "#EEF2F7", "bold": True})
        self.fixed = book.add_format({**centred, "bg_color": "#F6F7F9"})
        self.text = book.add_format({**cell, "indent": 1, "locked": False})
        self.centre = book.add_format({**centred, "locked": False})
        self.raw = book.add_format({**centred, "locked": False, "num_format": "@"})
        self.money = book.add_format({**centred, "locked": False, "num_format": "0.00##"})
        self.wide = {
            places: book.add_format(
                {**centred, "locked": False, "num_format": f"0{'.' if places else ''}{'0' * places}%"}
            )
            for places in range(5)
        }
        plain = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter"}
        self.heading = book.add_format({**plain, "bold": True, "font_size": 16, "align": "center"})
        self.line, self.right = book.add_format(plain), book.add_format({**plain, "align": "right"})

    def write(self) -> None:
        """The whole sheet."""
        for column, width in enumerate(WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.set_column(_STAMP_COLUMN, _STAMP_COLUMN, None, None, {"hidden": True})
        self.sheet.write_string(0, _STAMP_COLUMN, stamp.stamp(self.key))
        self._head()
        self._plan()
        self._goals()
        self._indicators()
        self.sheet.protect(
            "", {"format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True, "sort": True}
        )
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        self.sheet.center_horizontally()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.print_area(0, 0, self.row - 1, max(_LAST, len(self.project.plan.labels)))

    def _put(self, column: int, text: str, form: Any, to: int | None = None) -> None:
        if to is not None and to > column:
            self.sheet.merge_range(self.row, column, self.row, to, "", form)
        self.sheet.write_string(self.row, column, text, form)

    def _end(self, height: float = 24) -> None:
        self.sheet.set_row(self.row, height)
        self.row += 1

    def _lines(self, text: str, first: int, last: int) -> int:
        """How many lines a text takes across these columns; merged cells do not grow by themselves."""
        width = sum(WIDTHS[first : last + 1]) - 2
        return sum(max(1, -(-_width_of(part) // width)) for part in text.split("\n"))

    def _head(self) -> None:
        p = self.project
        self._put(0, f"{p.title or p.name or '项目'}绩效目标表", self.heading, _LAST)
        self._end(36)
        self._unit(p.unit_code or "", p.unit_name or "")
        self._put(_LAST, "单位：万元", self.right)
        self._end(20)
        self._put(0, "项目编码", self.label)
        self._put(1, p.code or "", self.raw, 2)
        self._put(3, "项目名称", self.label)
        self._put(4, p.name or "", self.centre, _LAST)
        self._end(24 if self._lines(p.name or "", 4, _LAST) == 1 else 40)
        self.sheet.merge_range(self.row, 0, self.row + 1, 0, "预算规模及\n资金用途", self.label)
        parts = (("预算数", p.budget.total), ("其中：财政资金", p.budget.fiscal), ("其他资金", p.budget.other))
        for n, (name, amount) in enumerate(parts):
            self._put(1 + 2 * n, name, self.label)
            self._amount(2 + 2 * n, amount)
        self._end()
        self._put(1, p.purpose or "", self.text, _LAST)
        self._end(max(48, _LINE * self._lines(p.purpose or "", 1, _LAST)))

    def _unit(self, code: str, name: str) -> None:
        joined = f"{code}{name}"
        if not joined or (code and name and _UNIT_LINE.match(joined)):
            self._put(0, joined, self.line, _LAST - 1)
            return
        self._put(0, f"单位编码：{code}" if code else "", self.line, 2)
        self._put(3, f"单位名称：{name}" if name else "", self.line, _LAST - 1)

    def _amount(self, column: int, amount: Decimal | None) -> None:
        if amount is None:
            self.sheet.write_blank(self.row, column, None, self.money)
        else:
            self.sheet.write_number(self.row, column, amount, self.money)
        rule = {
            "validate": "decimal", "criteria": ">=", "value": 0, "error_title": "金额",
            "error_message": "请填以万元为单位的数字，例如 168 或 0.36。",
        }  # fmt: skip
        self.sheet.data_validation(self.row, column, self.row, column, rule)

    def _plan(self) -> None:
        """The periods side by side; those beyond the sixth go on to the right of the form."""
        labels, raw = self.project.plan.labels, self.project.plan.raw
        if not labels:
            return
        self.sheet.merge_range(self.row, 0, self.row + 1, 0, "资金支出\n计划（%）", self.label)
        for n, label in enumerate(labels):
            self._put(1 + n, label, self.label)
        if len(labels) < _LAST:
            self._put(1 + len(labels), "", self.fixed, _LAST)
        self._end(20)
        for n, text in enumerate(raw):
            self._percent(1 + n, text)
        if len(labels) < _LAST:
            self._put(1 + len(labels), "", self.fixed, _LAST)
        rule = {
            "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100, "error_type": "warning",
            "error_title": "支出计划", "error_message": "请填 0 到 100 之间的累计百分数，末期为 100。",
        }  # fmt: skip
        self.sheet.data_validation(self.row, 1, self.row, len(labels), rule)
        self._end()

    def _percent(self, column: int, text: str) -> None:
        match = _PERCENT.fullmatch(text)
        if match:
            self.sheet.write_number(self.row, column, Decimal(match[1]) / 100, self.wide[len(match[2] or "")])
        elif _NUMBER.fullmatch(text) and f"{Decimal(text).normalize():f}" == text:
            self.sheet.write_number(self.row, column, Decimal(text), self.centre)
        elif text:
            self._put(column, text, self.raw)
        else:
            self.sheet.write_blank(self.row, column, None, self.centre)

    def _goals(self) -> None:
        goals = [*self.project.goals, *[""] * _SPARE_GOALS]
        self.sheet.merge_range(self.row, 0, self.row + len(goals) - 1, 0, "绩效目标", self.label)
        for n, goal in enumerate(goals, 1):
            self._put(1, str(n), self.fixed)
            self._put(2, goal, self.text, _LAST)
            self._end(max(24, _LINE * self._lines(goal, 2, _LAST)))

    def _indicators(self) -> None:
        found = self.project.indicators
        count = max(_LEAST_INDICATORS, len(found) + _SPARE_INDICATORS)
        self.sheet.merge_range(self.row, 0, self.row + count, 0, "绩效指标", self.label)
        for column, head in enumerate(_HEADS, 1):
            self._put(column, head, self.label)
        self._end()
        first = self.row
        for n in range(count):
            self._indicator(found[n] if n < len(found) else None)
        for column, source in enumerate(self.lists, 1):
            if source:
                self.sheet.data_validation(first, column, self.row - 1, column, self._list(column, source, first))

    def _list(self, column: int, source: str, first: int) -> dict[str, Any]:
        name = _HEADS[column - 1]
        return {
            "validate": "list", "source": source.replace("{row}", str(first + 1)), "error_type": "warning",
            "error_title": name, "error_message": f"这不是本年度规定的{name}。确实要这样填吗？",
        }  # fmt: skip

    def _indicator(self, i: Indicator | None) -> None:
        texts: Sequence[str] = ("",) * 6
        if i is not None:
            texts = [i.level1 or "", i.level2 or "", i.name or "", i.description or "", i.target.raw, i.basis or ""]
        forms = (self.centre, self.centre, self.text, self.text, self.raw, self.text)
        for column, (text, form) in enumerate(zip(texts, forms, strict=True), 1):
            self._put(column, text, form)
        self._end(max(24, _LINE * max(self._lines(text, n, n) for n, text in enumerate(texts, 1))))


def _width_of(text: str) -> int:
    """Chinese characters are two wide."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
