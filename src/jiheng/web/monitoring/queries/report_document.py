"""The monitoring report of a round: sections by the template ``report.toml``, tables and charts from the forms."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib import resources
from itertools import count
from typing import Any

from django.db.models import QuerySet

from jiheng.scoring.numbers import percent_of, plain, printed
from jiheng.web.monitoring.models import IndicatorReport, Light, MonitoringRecord, MonitoringRound
from jiheng.web.monitoring.queries import overview
from jiheng.writers.docx_chart import BarChart, Series
from jiheng.writers.docx_report import Block, Grid, Heading, Paragraph, write_report

MOST_ON_CHART = 20
MOST_RED = 50
MOST_LATE = 50
NUMERALS = "一二三四五六七八九十"


def _money(value: Decimal) -> str:
    return printed(value)


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.2f}%"


def _share(part: Decimal, whole: Decimal) -> str:
    return plain(percent_of(part, whole) or Decimal(0))


_COLORS = (
    ("red", "偏离", "C0312B"), ("yellow", "预警", "E0A030"), ("green", "正常", "35A066"), ("grey", "未报", "B6C0CB"),
)  # fmt: skip


class Report:
    """The numbers of a report, read once."""

    def __init__(self, found: MonitoringRound, forms: QuerySet[MonitoringRecord], place: str) -> None:
        self.round, self.forms, self.place = found, forms, place
        sums = overview.sums(forms)
        self.tally, self.units, departments = sums.tally, sums.units, sums.departments
        self.by = "部门" if len(departments) > 1 else "单位"
        self.groups = sorted(departments if len(departments) > 1 else self.units, key=lambda g: g.code)

    def numbers(self) -> dict[str, Any]:
        """What the template's names stand for."""
        budget, executed = self._money()
        done = self.tally["count"] - self.tally["draft"]
        results = [(g.result, g.count) for g in self.groups if g.result is not None]
        known = sum(n for _, n in results)
        mean = sum((r * n for r, n in results), Decimal(0)) / known if known else None
        day = self.round.period_end
        return self.tally | {
            "place": self.place, "round": str(self.round), "day": f"{day.year}年{day.month}月{day.day}日",
            "budget": _money(budget), "executed": _money(executed), "rate": _share(executed, budget),
            "reported": done, "reported_rate": _share(Decimal(done), Decimal(self.tally["count"])),
            "result": "—" if mean is None else f"{mean:.1f}",
        }  # fmt: skip

    def _money(self) -> tuple[Decimal, Decimal]:
        """Budget and executed of all."""
        return sum((g.budget for g in self.groups), Decimal(0)), sum((g.executed for g in self.groups), Decimal(0))

    def _with_total(self, rows: list[list[str]], total: list[str]) -> list[list[str]]:
        """The rows of the groups, and below them what they make together, where there is more than one."""
        return [*rows, ["合计", *total]] if len(rows) > 1 else rows

    def lights_table(self) -> Block:
        """Lights by department or unit."""
        lights = ("green", "yellow", "red", "grey")
        counts = [[g.count, *(g.lights[c] for c in lights), g.count - g.drafts] for g in self.groups]
        found = [[g.name, *map(str, numbers)] for g, numbers in zip(self.groups, counts, strict=True)]
        rows = self._with_total(found, [str(sum(column)) for column in zip(*counts, strict=True)])
        heads = (self.by, "项目", "正常", "预警", "偏离", "未报", "已报送")
        return Grid(f"各{self.by}项目监控情况（个）", heads, rows, (40, 10, 10, 10, 10, 10, 12), frozenset(range(1, 7)))

    def lights_chart(self) -> Block:
        """The same as bars, those with most trouble first."""
        shown = sorted(self.groups, key=lambda g: (-g.lights["red"], -g.lights["yellow"], g.code))[:MOST_ON_CHART]
        series = [Series(label, [g.lights[c] for g in shown], color) for c, label, color in _COLORS]
        height = 1800 + 360 * len(shown)
        title = f"各{self.by}项目预警分布（个）"
        return BarChart(title, [g.name for g in shown], series, stacked=True, lying=True, height=height)

    def money_table(self) -> Block:
        """Money by department or unit."""
        found = [[g.name, _money(g.budget), _money(g.executed), _percent(g.rate)] for g in self.groups]
        budget, executed = self._money()
        rows = self._with_total(found, [_money(budget), _money(executed), _percent(percent_of(executed, budget))])
        heads = (self.by, "预算数（万元）", "执行数（万元）", "执行率")
        return Grid(f"各{self.by}预算执行情况", heads, rows, (40, 20, 20, 14), frozenset((1, 2, 3)))

    def progress_chart(self) -> Block:
        """Money beside results."""
        shown = self.groups[:MOST_ON_CHART]
        money = Series("预算执行率", [None if g.rate is None else float(g.rate) for g in shown], "1F4E8C")
        results = Series("目标平均完成率", [None if g.result is None else float(g.result) for g in shown], "35A066")
        return BarChart(
            f"各{self.by}执行率与目标完成率", [g.name for g in shown], [money, results], lying=True, percent=True,
            height=1800 + 440 * len(shown),
        )  # fmt: skip

    def reasons_table(self) -> Block:
        """Why indicators deviate."""
        rows = IndicatorReport.objects.filter(record__in=self.forms, light__in=(Light.RED, Light.YELLOW))
        counts: Counter[str] = Counter()
        for reasons in rows.order_by().values_list("reasons", flat=True).iterator(chunk_size=5000):
            counts.update(reasons)
        found = [[label, f"{counts[key]}"] for key, label in IndicatorReport.Reason.choices]
        return Grid("预警和偏离指标的原因（项）", ("偏差原因", "指标数"), found, (70, 30), frozenset((1,)))

    def red_table(self) -> Block:
        """The projects that are off."""
        rows = []
        for f in overview.red_list(self.forms, MOST_RED):
            gap = f"{_percent(f.executed_percent)} / {_percent(f.planned_percent)}"
            rows.append([str(f.project), f.unit.name, gap, _percent(f.result_percent), f.measures or f.light_reason])
        heads = ("项目", "单位", "执行率 / 计划", "目标完成率", "情况与措施")
        return Grid("偏离项目", heads, rows, (23, 21, 22, 12, 36), frozenset((2, 3)))

    def late_table(self) -> Block:
        """Who has not reported."""
        rows = [[g.name, f"{g.drafts}", f"{g.count}"] for g in overview.late(self.units)[:MOST_LATE]]
        return Grid("未报送单位", ("单位", "未报送项目", "全部项目"), rows, (60, 20, 20), frozenset((1, 2)))


_SHOWN = (
    "lights_table", "lights_chart", "money_table", "progress_chart", "reasons_table", "red_table", "late_table",
)  # fmt: skip
SHOWN: dict[str, Callable[[Report], Block]] = {name: getattr(Report, name) for name in _SHOWN}
"""What a section of the template can show."""


def blocks_of(report: Report) -> list[Block]:
    """The report, section by section as the template has them."""
    template = tomllib.loads((resources.files("jiheng.web.monitoring") / "report.toml").read_text("utf-8"))
    numbers = report.numbers()
    found: list[Block] = []
    sections = [s for s in template["section"] if not s.get("only_with") or numbers[s["only_with"]]]
    tables = count(1)
    for numeral, section in zip(NUMERALS, sections, strict=False):
        found.append(Heading(f"{numeral}、{section['heading']}"))
        found += [Paragraph(line.format(**numbers)) for line in section["text"]]
        for block in (SHOWN[name](report) for name in section.get("show", ())):
            if isinstance(block, Grid):
                block = replace(block, caption=f"表{next(tables)}　{block.caption}")
            found.append(block)
    return found


def write(found: MonitoringRound, forms: QuerySet[MonitoringRecord], place: str, today: str) -> tuple[bytes, str]:
    """(the .docx, its title). The report on a whole district is signed by its finance bureau."""
    title = f"{place}{found}预算绩效运行监控报告"
    district = found.budget_year.district
    signed = district.finance_bureau if place == district.name else place
    return write_report(title, "", blocks_of(Report(found, forms, place)), (signed, today)), title
